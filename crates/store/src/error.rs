//! What can go wrong, in words for the operator. No sentence here ever holds what is in a row.

use std::fmt;

use bedside_domain::ids::PersonId;

/// The database did not do what it was asked. Says what was being done and why it failed, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    doing: &'static str,
    why: String,
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// Why there is no store to work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The setting makes no sense.
    Url(&'static str),
    /// Nobody answers there, or not to us.
    Connect(String),
    /// A later version of Bedside has already worked on this database.
    Newer {
        found: i64,
        known: i64,
    },
    Failed(StoreError),
}

/// Why a change was not committed. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// Somebody was faster: load again and decide again.
    Stale,
    Taken(Taken),
    Failed(StoreError),
}

/// What only one can have, and somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The person is in another call.
    Engaged(PersonId),
    /// The same two have another ring.
    RingingPair,
    /// The idempotency key has been used: its answer is remembered.
    Answer,
    /// Something has this id, or is this appointment's room, already.
    Id,
    /// Somebody signs in with this address already.
    Address,
}

/// What one of the databases says.
#[derive(Debug)]
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Postgres(sqlx::Error),
    /// The same, told to several.
    Said(String),
    Late,
    Closed,
    /// A column or a value that is not there, or not of the type it should be.
    Column,
}

impl StoreError {
    pub(crate) fn new(doing: &'static str, fault: &Fault) -> Self {
        Self { doing, why: fault.to_string() }
    }

    /// A row that this version does not understand.
    pub(crate) fn unreadable(column: &'static str) -> Self {
        Self { doing: "reading a row", why: format!("{column} holds something this version does not know") }
    }
}

impl Fault {
    /// Another program writes to the same file of SQLite.
    pub fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        let Self::Sqlite(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
    }

    pub fn postgres_code(&self) -> Option<String> {
        let Self::Postgres(sqlx::Error::Database(refused)) = self else { return None };
        refused.code().map(|code| code.into_owned())
    }
}

/// What PostgreSQL says of the class "data exception" quotes the value; the others name tables and constraints alone.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(refused, Some(words))) => {
                write!(f, "{words} (code {})", refused.extended_code)
            }
            Self::Sqlite(error) => error.fmt(f),
            Self::Postgres(sqlx::Error::Database(refused)) => match refused.code() {
                Some(code) if code.starts_with("22") => write!(f, "the database refused the data (code {code})"),
                Some(code) => write!(f, "{} (code {code})", refused.message()),
                None => f.write_str(refused.message()),
            },
            Self::Postgres(sqlx::Error::PoolTimedOut) | Self::Late => {
                f.write_str("the database did not answer in time")
            }
            Self::Postgres(sqlx::Error::ColumnDecode { index, .. }) => {
                write!(f, "column {index} is not of the type it should be")
            }
            Self::Postgres(error) => error.fmt(f),
            Self::Said(why) => f.write_str(why),
            Self::Closed => f.write_str("the database has been closed"),
            Self::Column => f.write_str("a column or a value is not there, or not of the type it should be"),
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Postgres(error)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.why)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(why) => f.write_str(why),
            Self::Connect(why) => write!(f, "the database cannot be reached: {why}"),
            Self::Newer { found, known } => write!(
                f,
                "the database is newer than this program: it is at step {found}, and this version knows {known}; \
                 run the version that was there before, or a later one"
            ),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stale => f.write_str("it was changed meanwhile"),
            Self::Taken(Taken::Engaged(_)) => f.write_str("the person is in another call"),
            Self::Taken(Taken::RingingPair) => f.write_str("the same two are ringing already"),
            Self::Taken(Taken::Answer) => f.write_str("this has been answered already"),
            Self::Taken(Taken::Id) => f.write_str("there is something under this id already"),
            Self::Taken(Taken::Address) => f.write_str("somebody signs in with this address already"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StoreError {}
impl std::error::Error for OpenError {}
impl std::error::Error for CommitError {}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}
