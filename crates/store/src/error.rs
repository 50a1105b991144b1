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

impl StoreError {
    pub(crate) fn new(doing: &'static str, error: &sqlx::Error) -> Self {
        Self { doing, why: why(error) }
    }

    /// A row that this version does not understand.
    pub(crate) fn unreadable(column: &'static str) -> Self {
        Self { doing: "reading a row", why: format!("{column} holds something this version does not know") }
    }
}

/// A message of the class "data exception" quotes the value; the others name tables and constraints alone.
fn why(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(refused) => match refused.code() {
            Some(code) if code.starts_with("22") => format!("the database refused the data (code {code})"),
            Some(code) => format!("{} (code {code})", refused.message()),
            None => refused.message().to_owned(),
        },
        sqlx::Error::PoolTimedOut => "the database did not answer in time".to_owned(),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} is not of the type it should be"),
        other => other.to_string(),
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
