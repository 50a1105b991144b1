//! For tests alone: a throw-away PostgreSQL, and a look behind the store.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::Store;
use crate::sql::Draft;

/// A PostgreSQL of one's own, reached through a socket in its own folder, gone when dropped.
pub struct Postgres {
    folder: Folder,
    programs: PathBuf,
    databases: AtomicU32,
}

/// A folder that is removed with what is in it.
pub struct Folder(PathBuf);

/// Whom the server runs as: PostgreSQL refuses the superuser of the machine.
struct Account {
    uid: u32,
    gid: u32,
}

impl Postgres {
    pub async fn start() -> Self {
        let folder = Folder::new();
        let programs = programs();
        let data = folder.path().join("data");
        let account = account_for(&folder);
        let mut initdb = run_as(account.as_ref(), &programs.join("initdb"));
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", "--pgdata"]).arg(&data);
        must_succeed(&mut initdb);
        let postgres = Self { folder, programs, databases: AtomicU32::new(0) };
        postgres.resume();
        postgres
    }

    /// As if somebody had pulled the plug: whoever is connected is not any more.
    pub fn stop(&self) {
        must_succeed(self.control("stop").args(["--mode=immediate", "--silent"]));
    }

    /// Once more after [`Self::stop`], with what it held.
    pub fn resume(&self) {
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c max_connections=300 \
             -c shared_buffers=16MB",
            self.folder.path().display()
        );
        let mut start = self.control("start");
        start.args(["--wait", "--silent", "--log"]).arg(self.folder.path().join("log"));
        must_succeed(start.arg("--options").arg(options));
    }

    fn control(&self, command: &str) -> Command {
        let mut control = run_as(account_for(&self.folder).as_ref(), &self.programs.join("pg_ctl"));
        control.arg(command).arg("--pgdata").arg(self.folder.path().join("data"));
        control
    }

    /// The database that is there from the start.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The address of a database with nothing in it.
    pub async fn fresh_database(&self) -> String {
        let name = format!("fresh_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.url()).await.expect("the server has just been started");
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        connection.execute(create).await.expect("the name has not been used");
        connection.close().await.expect("nothing is under way");
        self.url_of(&name)
    }

    fn url_of(&self, database: &str) -> String {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.control("stop");
        stop.args(["--mode=immediate", "--silent"]);
        // A test that failed is to say so, and nothing else.
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

impl Folder {
    pub fn new() -> Self {
        let taken = |n: &u32| {
            let path = std::env::temp_dir().join(format!("bedside-test-{}-{n}", std::process::id()));
            std::fs::create_dir(&path).is_ok().then_some(path)
        };
        let path = (0..10_000).find_map(|n| taken(&n)).expect("the temporary folder can be written to");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The address of a SQLite database that is not there yet.
    pub fn sqlite(&self) -> String {
        format!("sqlite://{}", self.0.join("bedside.db").display())
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Store {
    /// How many rows a table has.
    pub async fn rows_in(&self, table: &str) -> i64 {
        let count = Draft::new(&format!("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM {table}")).done();
        let row = self.engine.row("counting rows", count).await.expect("the table is there");
        row.and_then(|row| row.int("n").ok()).expect("a count is one number")
    }

    /// The journal of one call or appointment: version, ordinal and event.
    pub async fn journal_of(&self, id: &str) -> Vec<(i64, i64, String)> {
        let find = Draft::new("SELECT version, ordinal, event FROM journal")
            .add("WHERE stream_id = ?1 ORDER BY version, ordinal", [id.into()]);
        let rows = self.engine.rows("reading the journal", find.done()).await.expect("the journal is there");
        rows.iter()
            .map(|row| Ok((row.int("version")?, row.int("ordinal")?, row.text("event")?)))
            .collect::<crate::Result<_>>()
            .expect("the journal is readable")
    }

    /// Things of which one half is there without the other. Whatever broke off when, there are none.
    pub async fn halves(&self) -> Vec<String> {
        let mut halves = Vec::new();
        for (what, text) in HALVES {
            let rows = self.engine.rows("looking for halves", Draft::new(text).done()).await;
            let rows = rows.expect("the tables are there");
            halves.extend(rows.iter().map(|row| format!("{what}: {}", row.text("id").expect("ids are text"))));
        }
        halves
    }

    /// What the database itself finds wrong with its file. PostgreSQL sees to that unasked.
    pub async fn damages(&self) -> Vec<String> {
        if self.engine() == "postgres" {
            return Vec::new();
        }
        let check = Draft::new("SELECT integrity_check AS said FROM pragma_integrity_check").done();
        let rows = self.engine.rows("checking the file", check).await.expect("the file can be read");
        let said = rows.iter().map(|row| row.text("said").expect("what it says is text"));
        said.filter(|said| said != "ok").collect()
    }

    /// What no code of ours would do.
    pub async fn tamper(&self, text: &str) {
        self.engine.run("tampering", Draft::new(text).done()).await.expect("the statement is sound");
    }
}

/// What is written together, and how one finds one without the other.
const HALVES: [(&str, &str); 9] = [
    (
        "a remote appointment without its room",
        "SELECT a.id FROM appointments a LEFT JOIN rooms r ON r.id = a.room AND r.appointment = a.id \
         WHERE a.kind = 'Remote' AND r.id IS NULL",
    ),
    (
        "a room without its appointment",
        "SELECT r.id FROM rooms r LEFT JOIN appointments a ON a.id = r.appointment AND a.room = r.id \
         WHERE r.appointment IS NOT NULL AND a.id IS NULL",
    ),
    (
        "an appointment without its beginning in the journal",
        "SELECT a.id FROM appointments a LEFT JOIN journal j \
         ON j.stream = 'appointment' AND j.stream_id = a.id AND j.version = 1 WHERE j.seq IS NULL",
    ),
    (
        "a journal without its appointment",
        "SELECT j.stream_id AS id FROM journal j LEFT JOIN appointments a ON a.id = j.stream_id \
         WHERE j.stream = 'appointment' AND (a.id IS NULL OR a.version < j.version)",
    ),
    (
        "an appointment of which nobody was told",
        "SELECT a.id FROM appointments a LEFT JOIN notices n ON n.about = 'appointment' AND n.about_id = a.id \
         WHERE n.id IS NULL",
    ),
    (
        "a notice about an appointment that is not there",
        "SELECT n.id FROM notices n LEFT JOIN appointments a ON a.id = n.about_id \
         WHERE n.about = 'appointment' AND a.id IS NULL",
    ),
    (
        "a notice that is not in the outbox",
        "SELECT n.id FROM notices n LEFT JOIN outbox o ON o.id = n.id WHERE o.id IS NULL",
    ),
    (
        "a call without its beginning in the journal",
        "SELECT c.id FROM calls c LEFT JOIN journal j \
         ON j.stream = 'call' AND j.stream_id = c.id AND j.version = 1 WHERE j.seq IS NULL",
    ),
    (
        "a journal without its call",
        "SELECT j.stream_id AS id FROM journal j LEFT JOIN calls c ON c.id = j.stream_id \
         WHERE j.stream = 'call' AND (c.id IS NULL OR c.version < j.version)",
    ),
];

/// On the path, or where Debian keeps them.
fn programs() -> PathBuf {
    let complete = |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).exists());
    let on_path: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    debian.sort();
    let found = debian.into_iter().rev().chain(on_path).find(complete);
    found.expect("initdb, pg_ctl and postgres are not here: install PostgreSQL (on Debian the package postgresql)")
}

/// Nobody if we are not the superuser. The folder, which is ours, tells who we are; it is handed over.
#[cfg(unix)]
fn account_for(folder: &Folder) -> Option<Account> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let owner = std::fs::metadata("/proc/self").map_or(1, |process| process.uid());
    if owner != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").expect("every Unix has one");
    let account = ["postgres", "nobody"].iter().find_map(|name| account_named(&accounts, name));
    let account = account.expect("there is neither an account postgres nor nobody to run PostgreSQL as");
    chown(folder.path(), Some(account.uid), Some(account.gid)).expect("the superuser may give files away");
    Some(account)
}

#[cfg(not(unix))]
fn account_for(_folder: &Folder) -> Option<Account> {
    None
}

fn account_named(accounts: &str, name: &str) -> Option<Account> {
    let fields: Vec<&str> = accounts
        .lines()
        .map(|line| line.split(':').collect())
        .find(|fields: &Vec<&str>| fields.first() == Some(&name))?;
    Some(Account { uid: fields.get(2)?.parse().ok()?, gid: fields.get(3)?.parse().ok()? })
}

fn run_as(account: Option<&Account>, program: &Path) -> Command {
    let Some(Account { uid, gid }) = account else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".into()]).arg(program);
    command
}

fn must_succeed(command: &mut Command) {
    let program = format!("{:?}", command.get_program());
    // Written to a pipe, the server's own output would keep us waiting for its end.
    let status = command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).status();
    let status = status.unwrap_or_else(|error| panic!("{program} cannot be started: {error}"));
    assert!(status.success(), "{program} failed: {status}");
}
