//! Opening a database: how each of the two is to behave, and bringing its tables up to date.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use rusqlite::OpenFlags;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};

use crate::error::{CommitError, OpenError};
use crate::sql::{Engine, Tx, sql};
use crate::sqlite::{Sqlite, connect};

/// Whoever waits longer than this for a database is told, rather than left hanging.
const PATIENCE: Duration = Duration::from_secs(5);
const POSTGRES_CONNECTIONS: u32 = 16;
/// A connection to PostgreSQL that has not been used for longer is asked whether it still is one.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Forward only: a step that has been released is never changed.
pub(crate) const STEPS: &[(&str, &str)] = &[
    ("first", include_str!("../migrations/01_first.sql")),
    ("chat", include_str!("../migrations/02_chat.sql")),
    ("guests", include_str!("../migrations/03_guests.sql")),
    ("accounts", include_str!("../migrations/04_accounts.sql")),
    ("cleared rooms", include_str!("../migrations/05_cleared_rooms.sql")),
    ("practice", include_str!("../migrations/06_practice.sql")),
    ("live calls", include_str!("../migrations/07_live_calls.sql")),
    ("reaching people", include_str!("../migrations/08_reaching.sql")),
    ("receivers", include_str!("../migrations/09_receivers.sql")),
];

/// What the one step of a migration found to do.
#[derive(PartialEq, Eq)]
enum Step {
    Taken,
    NothingLeft,
}

pub(crate) async fn open(url: &str) -> Result<Engine, OpenError> {
    let engine = if url.starts_with("sqlite:") {
        Engine::Sqlite(sqlite(url)?)
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        postgres(url).await?
    } else {
        return Err(OpenError::Url("the database must be sqlite://path or postgres://…"));
    };
    while take_step(&engine).await? == Step::Taken {}
    Ok(engine)
}

/// What is at `url`, found out without changing anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No database, or one without tables: they are made at the first start.
    Nothing,
    UpToDate,
    /// Of an older version: it is brought up to date at the next start.
    Older,
    Newer,
}

pub(crate) async fn look(url: &str) -> Result<Found, OpenError> {
    let found = if url.starts_with("sqlite:") { steps_in_sqlite(url)? } else { steps_in_postgres(url).await? };
    let known = i64::try_from(STEPS.len()).expect("there are a handful of steps");
    Ok(match found {
        None => Found::Nothing,
        Some(found) if found == known => Found::UpToDate,
        Some(found) if found < known => Found::Older,
        Some(_) => Found::Newer,
    })
}

const STEPS_TAKEN: &str = "SELECT MAX(step) FROM migrations";

fn steps_in_sqlite(url: &str) -> Result<Option<i64>, OpenError> {
    let path = path_of(url)?;
    if !path.exists() {
        return Ok(None);
    }
    let steps = || {
        let connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let tables = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'migrations'";
        match connection.query_row(tables, [], |row| row.get::<_, i64>(0))? {
            0 => Ok(None),
            _ => connection.query_row(STEPS_TAKEN, [], |row| row.get(0)),
        }
    };
    steps().map_err(|error| unreachable_at(&path, error))
}

async fn steps_in_postgres(url: &str) -> Result<Option<i64>, OpenError> {
    let steps = PgConnectOptions::from_str(url).map(steps_at);
    let found = match steps {
        Ok(steps) => steps.await,
        Err(error) => Err(error),
    };
    found.map_err(|error| OpenError::Connect(error.to_string()))
}

async fn steps_at(options: PgConnectOptions) -> sqlx::Result<Option<i64>> {
    let connecting = tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options)).await;
    let mut connection = connecting.map_err(|_| sqlx::Error::PoolTimedOut)??;
    let there = "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'migrations' \
                 AND table_schema = current_schema()";
    match sqlx::query_scalar::<_, i64>(there).fetch_one(&mut connection).await? {
        0 => Ok(None),
        _ => sqlx::query_scalar(STEPS_TAKEN).fetch_one(&mut connection).await,
    }
}

fn sqlite(url: &str) -> Result<Sqlite, OpenError> {
    let path = path_of(url)?;
    make_private(&path).map_err(|error| unreachable_at(&path, error))?;
    Sqlite::open(&path).map_err(|fault| unreachable_at(&path, fault))
}

/// The file of a SQLite database.
pub(crate) fn path_of(url: &str) -> Result<PathBuf, OpenError> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or_default();
    if path == ":memory:" {
        return Err(OpenError::Url("the database must be a file: its readers and its writer would not share a memory"));
    }
    if path.is_empty() || path.contains('?') {
        return Err(OpenError::Url("the database must be a path after sqlite://, and nothing after it"));
    }
    Ok(path.into())
}

fn unreachable_at(path: &Path, why: impl std::fmt::Display) -> OpenError {
    OpenError::Connect(format!("{}: {why}", path.display()))
}

/// Health records are nobody else's business on a shared machine. SQLite gives its other files the same mode.
pub(crate) fn make_private(path: &std::path::Path) -> std::io::Result<()> {
    let mut fresh = std::fs::OpenOptions::new();
    fresh.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut fresh, 0o600);
    match fresh.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome.map(drop),
    }
}

async fn postgres(url: &str) -> Result<Engine, OpenError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| OpenError::Url("the database is not a postgres:// address"))?
        .application_name("bedside");
    // A pool tries again and again and then knows only that it took too long; one connection knows why.
    match tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options)).await {
        Err(_) => return Err(OpenError::Connect("there was no answer within five seconds".into())),
        Ok(Err(error)) => return Err(OpenError::Connect(error.to_string())),
        Ok(Ok(connection)) => drop(connection.close().await),
    }
    let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(PATIENCE);
    // One that served a moment ago serves again; asking it first would make every statement two.
    let pool = pool.test_before_acquire(false).before_acquire(|connection, before| {
        Box::pin(async move {
            if before.idle_for > TRUSTED_FOR {
                connection.ping().await?;
            }
            Ok(true)
        })
    });
    Ok(Engine::Postgres(pool.connect_lazy_with(options)))
}

/// One step in one transaction. Nodes that start together take turns.
async fn take_step(engine: &Engine) -> Result<Step, OpenError> {
    let mut tx = engine.begin("bringing the tables up to date").await?;
    if matches!(engine, Engine::Postgres(_)) {
        tx.script("SELECT pg_advisory_xact_lock(7163384715)".into()).await?;
    }
    tx.script("CREATE TABLE IF NOT EXISTS migrations (step BIGINT PRIMARY KEY, name TEXT NOT NULL)".into()).await?;
    let found = steps_taken(&mut tx).await?;
    let known = i64::try_from(STEPS.len()).expect("there are a handful of steps");
    let Ok(Some((name, text))) = usize::try_from(found).map(|found| STEPS.get(found)) else {
        return if found > known { Err(OpenError::Newer { found, known }) } else { Ok(Step::NothingLeft) };
    };
    tx.script(in_dialect(engine, text)).await?;
    tx.run(sql!("INSERT INTO migrations (step, name) VALUES ($1, $2)", found + 1, *name)).await.map_err(migration)?;
    tx.commit().await.map_err(migration)?;
    Ok(Step::Taken)
}

async fn steps_taken(tx: &mut Tx) -> Result<i64, OpenError> {
    let rows = tx.rows(sql!("SELECT COALESCE(MAX(step), 0) AS found FROM migrations")).await.map_err(migration)?;
    Ok(rows.first().map_or(Ok(0), |row| row.int("found"))?)
}

/// The one thing on which the two differ.
fn in_dialect(engine: &Engine, text: &str) -> String {
    match engine {
        Engine::Sqlite(_) => text.replace("BIGSERIAL PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT"),
        Engine::Postgres(_) => text.to_owned(),
    }
}

fn migration(error: CommitError) -> OpenError {
    match error {
        CommitError::Failed(error) => OpenError::Failed(error),
        CommitError::Stale | CommitError::Taken(_) => {
            OpenError::Connect("another program is changing the same tables".into())
        }
    }
}
