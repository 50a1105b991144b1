//! SQLite within this process: what is asked is answered on the spot, and one at a time writes.
//!
//! A question takes a few microseconds, less than handing it to another thread and being woken with the answer. Only
//! what waits for the disk, which is the end of a transaction, goes to a thread that may wait. Whoever comes while
//! others write is put into the same transaction of the file, and the disk is waited for once: each has a savepoint, so
//! that one who changes their mind takes nobody along, and nobody is told of success before the disk has it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::Value as Stored;
use rusqlite::{CachedStatement, Connection, OpenFlags};
use tokio::sync::{OwnedMutexGuard, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::error::Fault;
use crate::sql::{Query, Value};

type Answer<T> = std::result::Result<T, Fault>;

/// Whoever waits longer than this for others to write is told, rather than left hanging.
const PATIENCE: Duration = Duration::from_secs(5);
/// Other programs may write too: how often we look whether they are done.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(5);
/// There are about as many texts as this, and compiling one takes longer than running it.
const STATEMENTS_KEPT: usize = 256;
/// The first of them waits for the last.
const TOGETHER_AT_MOST: usize = 64;

#[derive(Clone)]
pub(crate) struct Sqlite(Arc<File>);

struct File {
    path: PathBuf,
    /// Nothing once it is closed.
    writer: Arc<tokio::sync::Mutex<Option<Writer>>>,
    /// How many are waiting to write.
    queue: AtomicUsize,
    /// Those that nobody reads with now; nothing once it is closed.
    readers: Mutex<Option<Vec<Connection>>>,
    settling: watch::Sender<Settling>,
}

/// Whoever gives up because of what others have just written must find that when they look again: whoever asks waits
/// until it can be seen.
#[derive(Default)]
struct Settling {
    begun: u64,
    done: u64,
}

struct Writer {
    connection: Connection,
    /// Who has written in the transaction that is open, and waits for the disk.
    together: Vec<oneshot::Sender<Answer<()>>>,
}

type Held = OwnedMutexGuard<Option<Writer>>;

/// A transaction that writes. Dropped, it leaves nothing behind.
pub(crate) struct Writing {
    file: Sqlite,
    held: Option<Held>,
}

/// Somebody who waits to write, until they do or have had enough of it.
struct Place<'f>(&'f AtomicUsize);

pub(crate) struct Row {
    columns: Arc<[String]>,
    values: Vec<Stored>,
}

/// What a column can be read as.
pub(crate) trait Column: Sized {
    fn of(stored: &Stored) -> Option<Self>;
}

impl Sqlite {
    pub fn open(path: &Path) -> Answer<Self> {
        let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        // What is acknowledged survives the loss of power, not only of the program.
        writer.pragma_update(None, "synchronous", "FULL")?;
        writer.pragma_update(None, "foreign_keys", true)?;
        // From here on, waiting is for us to do: it must not hold up a thread.
        writer.busy_timeout(Duration::ZERO)?;
        let writer = Writer { connection: writer, together: vec![] };
        Ok(Self(Arc::new(File {
            path: path.to_owned(),
            writer: Arc::new(tokio::sync::Mutex::new(Some(writer))),
            queue: AtomicUsize::new(0),
            readers: Mutex::new(Some(vec![])),
            settling: watch::Sender::default(),
        })))
    }

    pub async fn rows(&self, query: &Query) -> Answer<Vec<Row>> {
        self.settled().await;
        let reader = match self.readers().as_mut().ok_or(Fault::Closed)?.pop() {
            Some(idle) => idle,
            None => connect(&self.0.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let rows = rows(&reader, query);
        if let Some(idle) = self.readers().as_mut() {
            idle.push(reader);
        }
        rows
    }

    pub async fn begin(&self) -> Answer<Writing> {
        let until = Instant::now() + PATIENCE;
        let place = Place::taken_in(&self.0.queue);
        let held = tokio::time::timeout_at(until, self.0.writer.clone().lock_owned()).await;
        drop(place);
        let writing = Writing { file: self.clone(), held: Some(held.map_err(|_| Fault::Late)?) };
        // A transaction that begins by reading and then writes would fail if somebody wrote in between.
        let begin = if writing.writer()?.is_open() { "SAVEPOINT one" } else { "BEGIN IMMEDIATE" };
        while let Err(error) = writing.say(begin) {
            if !error.is_busy() {
                return Err(error);
            }
            if Instant::now() >= until {
                return Err(Fault::Late);
            }
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
        Ok(writing)
    }

    /// Lets what is under way finish, and lets nothing new begin.
    pub async fn close(&self) {
        self.readers().take();
        let writer = self.0.writer.lock().await.take();
        let close = move || {
            if let Some(mut writer) = writer {
                writer.finish();
            }
        };
        // The last to go folds the write-ahead log back into the file, and that waits for the disk.
        let _ = tokio::task::spawn_blocking(close).await;
    }

    /// Finishes what is open when whoever was to come after it has come, or has had enough of waiting.
    async fn finish(self) {
        let held = self.0.writer.clone().lock_owned().await;
        if held.as_ref().is_some_and(Writer::is_open) {
            finish(held);
        }
    }

    /// Somebody has given up because of what may not be on the disk yet.
    fn settle(self, held: Held) {
        self.0.settling.send_modify(|now| now.begun += 1);
        let finished = finish(held);
        tokio::spawn(async move {
            let _ = finished.await;
            self.0.settling.send_modify(|now| now.done += 1);
        });
    }

    async fn settled(&self) {
        let begun = {
            let now = self.0.settling.borrow();
            if now.done == now.begun {
                return;
            }
            now.begun
        };
        // It does not end before we do: we have the other end.
        let _ = self.0.settling.subscribe().wait_for(|now| now.done >= begun).await;
    }

    fn readers(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.0.readers.lock().expect("no one panics holding the readers")
    }
}

impl Writer {
    fn is_open(&self) -> bool {
        !self.together.is_empty()
    }

    /// Ends the transaction: once the disk has it, all who have written in it are told.
    fn finish(&mut self) {
        if !self.is_open() {
            return;
        }
        let done = say(&self.connection, "COMMIT");
        if done.is_err() && !self.connection.is_autocommit() {
            // If that fails, the next BEGIN says so.
            let _ = say(&self.connection, "ROLLBACK");
        }
        let why = done.err().map(|fault| fault.to_string());
        for one in self.together.drain(..) {
            // Whoever does not wait for it any more need not be told.
            let _ = one.send(why.clone().map_or(Ok(()), |why| Err(Fault::Said(why))));
        }
    }

    /// Takes back what one has written, and leaves to the others what they have.
    fn take_back(&mut self) {
        if self.connection.is_autocommit() {
            // It failed so badly that SQLite has taken back everything.
            for one in self.together.drain(..) {
                let _ = one.send(Err(Fault::Said("a transaction was taken back by the database".into())));
            }
        } else if self.is_open() {
            let _ = say(&self.connection, "ROLLBACK TO one").and_then(|()| say(&self.connection, "RELEASE one"));
        } else {
            let _ = say(&self.connection, "ROLLBACK");
        }
    }
}

/// On a thread that may wait for the disk. Whoever stops waiting for it does not stop it.
fn finish(mut held: Held) -> JoinHandle<()> {
    tokio::task::spawn_blocking(move || {
        if let Some(writer) = held.as_mut() {
            writer.finish();
        }
    })
}

impl Writing {
    pub fn run(&self, query: &Query) -> Answer<u64> {
        let mut statement = bound(&self.writer()?.connection, query)?;
        Ok(u64::try_from(statement.raw_execute()?).unwrap_or(u64::MAX))
    }

    pub fn rows(&self, query: &Query) -> Answer<Vec<Row>> {
        rows(&self.writer()?.connection, query)
    }

    pub fn script(&self, text: &str) -> Answer<()> {
        Ok(self.writer()?.connection.execute_batch(text)?)
    }

    pub async fn commit(mut self) -> Answer<()> {
        if self.writer()?.is_open() {
            self.say("RELEASE one")?;
        }
        let mut held = self.held.take().ok_or(Fault::Closed)?;
        let (told, done) = oneshot::channel();
        let together = &mut held.as_mut().ok_or(Fault::Closed)?.together;
        together.push(told);
        let (is_first, is_last) = (together.len() == 1, self.file.0.queue.load(Ordering::SeqCst) == 0);
        if is_last || together.len() >= TOGETHER_AT_MOST {
            finish(held);
        } else {
            drop(held);
            if is_first {
                tokio::spawn(self.file.clone().finish());
            }
        }
        done.await.unwrap_or(Err(Fault::Closed))
    }

    fn say(&self, text: &str) -> Answer<()> {
        say(&self.writer()?.connection, text)
    }

    fn writer(&self) -> Answer<&Writer> {
        self.held.as_ref().and_then(|held| held.as_ref()).ok_or(Fault::Closed)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let Some(mut held) = self.held.take() else { return };
        let Some(writer) = held.as_mut() else { return };
        writer.take_back();
        if writer.is_open() {
            self.file.clone().settle(held);
        }
    }
}

impl<'f> Place<'f> {
    fn taken_in(queue: &'f AtomicUsize) -> Self {
        queue.fetch_add(1, Ordering::SeqCst);
        Self(queue)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Row {
    pub fn get<T: Column>(&self, column: &str) -> Answer<T> {
        let at = self.columns.iter().position(|name| name == column).ok_or(Fault::Column)?;
        T::of(&self.values[at]).ok_or(Fault::Column)
    }
}

impl Column for String {
    fn of(stored: &Stored) -> Option<Self> {
        if let Stored::Text(text) = stored { Some(text.clone()) } else { None }
    }
}

impl Column for i64 {
    fn of(stored: &Stored) -> Option<Self> {
        if let Stored::Integer(int) = stored { Some(*int) } else { None }
    }
}

impl Column for bool {
    fn of(stored: &Stored) -> Option<Self> {
        i64::of(stored).map(|int| int != 0)
    }
}

impl<T: Column> Column for Option<T> {
    fn of(stored: &Stored) -> Option<Self> {
        if *stored == Stored::Null { Some(None) } else { T::of(stored).map(Some) }
    }
}

/// A connection with our habits. It waits for others on the thread where it is used, until somebody says otherwise.
pub(crate) fn connect(path: &Path, how: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // A statement is planned once, and not again for each value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

fn say(connection: &Connection, text: &str) -> Answer<()> {
    connection.prepare_cached(text)?.raw_execute()?;
    Ok(())
}

fn rows(connection: &Connection, query: &Query) -> Answer<Vec<Row>> {
    let mut statement = bound(connection, query)?;
    let columns: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values = (0..columns.len()).map(|n| row.get(n)).collect::<rusqlite::Result<_>>()?;
        found.push(Row { columns: columns.clone(), values });
    }
    Ok(found)
}

/// To SQLite, `$2` is a name like any other: it may stand before `$1`.
fn bound<'c>(connection: &'c Connection, query: &Query) -> Answer<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(&query.text)?;
    for place in 1..=statement.parameter_count() {
        let name = statement.parameter_name(place).and_then(|name| name.strip_prefix('$'));
        let number: usize = name.and_then(|name| name.parse().ok()).ok_or(Fault::Column)?;
        let value = number.checked_sub(1).and_then(|n| query.values.get(n)).ok_or(Fault::Column)?;
        match value {
            Value::Text(text) => statement.raw_bind_parameter(place, text)?,
            Value::Int(int) => statement.raw_bind_parameter(place, int)?,
            Value::Flag(flag) => statement.raw_bind_parameter(place, flag)?,
        }
    }
    Ok(statement)
}

#[cfg(all(test, feature = "testing"))]
mod tests;
