//! What Bedside remembers, and the only place that speaks SQL.
//!
//! Load a [`Held`] thing, let the rules decide, and [`Store::commit`] a [`Change`] against the version that was
//! loaded: the rows, the journal and the outbox in one transaction, or nothing. The same text of SQL runs on
//! SQLite and on PostgreSQL; one contract story is told to both.

mod answers;
mod appointments;
mod calls;
mod change;
mod clock;
mod doors;
mod error;
mod notices;
mod page;
mod people;
mod presence;
mod rooms;

pub use answers::{Audited, Remembered};
pub use appointments::AppointmentQuery;
pub use calls::{CallQuery, CallRecord, Feedback};
pub use change::{Change, Held, Saved};
pub use clock::Due;
pub use doors::{Session, SignInLink, Use};
pub use error::{CommitError, OpenError, Result, StoreError, Taken};
pub use notices::NoticeRow;
pub use page::{Cursor, LIMIT_AT_MOST, Page, PageAsk};

/// The database of this practice. Cheap to clone.
#[derive(Clone)]
pub struct Store {}

impl Store {
    /// Connects, and brings the tables up to date. `sqlite://path` or `postgres://…`.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        let _ = url;
        todo!()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        todo!()
    }

    pub async fn close(&self) {
        todo!()
    }

    /// "sqlite" or "postgres".
    pub fn engine(&self) -> &'static str {
        todo!()
    }
}
