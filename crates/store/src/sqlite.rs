//! SQLite within this process: what is asked is answered on the spot, and one at a time writes.
//!
//! A question takes a few microseconds, less than handing it to another thread and being woken with the answer. Only
//! what waits for the disk, which is the end of a transaction, goes to a thread that may wait.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::Value as Stored;
use rusqlite::{CachedStatement, Connection, OpenFlags};
use tokio::sync::OwnedMutexGuard;
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

#[derive(Clone)]
pub(crate) struct Sqlite(Arc<File>);

struct File {
    path: PathBuf,
    /// Nothing once it is closed.
    writer: Arc<tokio::sync::Mutex<Option<Connection>>>,
    /// Those that nobody reads with now; nothing once it is closed.
    readers: Mutex<Option<Vec<Connection>>>,
}

/// A transaction that writes. Dropped, it leaves nothing behind.
pub(crate) struct Writing(Option<OwnedMutexGuard<Option<Connection>>>);

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
        let writer = Arc::new(tokio::sync::Mutex::new(Some(writer)));
        Ok(Self(Arc::new(File { path: path.to_owned(), writer, readers: Mutex::new(Some(vec![])) })))
    }

    pub fn rows(&self, query: &Query) -> Answer<Vec<Row>> {
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
        let writer = tokio::time::timeout_at(until, self.0.writer.clone().lock_owned());
        let writing = Writing(Some(writer.await.map_err(|_| Fault::Late)?));
        // A transaction that begins by reading and then writes would fail if somebody wrote in between.
        while let Err(error) = writing.say("BEGIN IMMEDIATE") {
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
        // The last to go folds the write-ahead log back into the file, and that waits for the disk.
        let _ = tokio::task::spawn_blocking(move || drop(writer)).await;
    }

    fn readers(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.0.readers.lock().expect("no one panics holding the readers")
    }
}

impl Writing {
    pub fn run(&self, query: &Query) -> Answer<u64> {
        let mut statement = bound(self.connection()?, query)?;
        Ok(u64::try_from(statement.raw_execute()?).unwrap_or(u64::MAX))
    }

    pub fn rows(&self, query: &Query) -> Answer<Vec<Row>> {
        rows(self.connection()?, query)
    }

    pub fn script(&self, text: &str) -> Answer<()> {
        Ok(self.connection()?.execute_batch(text)?)
    }

    /// Whoever stops waiting for it does not stop it.
    pub async fn commit(mut self) -> Answer<()> {
        let held = self.0.take();
        let commit = tokio::task::spawn_blocking(move || Self(held).say("COMMIT"));
        commit.await.unwrap_or(Err(Fault::Closed))
    }

    fn say(&self, text: &str) -> Answer<()> {
        self.connection()?.prepare_cached(text)?.raw_execute()?;
        Ok(())
    }

    fn connection(&self) -> Answer<&Connection> {
        self.0.as_ref().and_then(|held| held.as_ref()).ok_or(Fault::Closed)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if self.connection().is_ok_and(|connection| !connection.is_autocommit()) {
            // If that fails, the next BEGIN says so.
            let _ = self.say("ROLLBACK");
        }
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
