//! What Bedside remembers, and the only place that speaks SQL.
//!
//! Load a [`Held`] thing, let the rules decide, and [`Store::commit`] a [`Change`] against the version that was
//! loaded: the rows, the journal and the outbox in one transaction, or nothing. The same text of SQL runs on
//! SQLite and on PostgreSQL; one contract story is told to both.

mod accounts;
mod answers;
mod appointments;
mod calls;
mod change;
mod chat;
mod clearing;
mod clock;
mod copies;
mod doors;
mod error;
mod invitations;
mod names;
mod notices;
mod open;
mod outbox;
mod page;
mod people;
mod practice;
mod presence;
mod reach;
mod rooms;
mod sql;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod webhooks;

pub use accounts::{Account, Keep};
pub use answers::{Audited, Remembered};
pub use appointments::AppointmentQuery;
pub use calls::{CallQuery, CallRecord, Feedback};
pub use change::{Change, Held, Saved};
pub use chat::{ChatMessage, Kept};
pub use clock::Due;
pub use copies::{CopyError, Instead, back_up, restore};
pub use doors::{Session, SignInLink, Use};
pub use error::{CommitError, OpenError, Result, StoreError, Taken};
pub use notices::NoticeRow;
pub use open::Found;
pub use outbox::{End, EventRef, Job, JobRow, Jobs, Lane, Line, Receipt, Settled, Step, Subject};
pub use page::{Cursor, LIMIT_AT_MOST, Page, PageAsk};
pub use reach::{Reachable, Subscription, Unconfirmed};
pub use webhooks::{Told, Webhook};

use sql::{Engine, sql};

/// The database of this practice. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
}

impl Store {
    /// Connects, and brings the tables up to date. `sqlite://path` or `postgres://…`.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        Ok(Self { engine: open::open(url).await? })
    }

    /// What is at `url`, without changing anything there.
    pub async fn look(url: &str) -> std::result::Result<Found, OpenError> {
        open::look(url).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.engine.rows("asking whether the database answers", sql!("SELECT 1 AS one")).await.map(drop)
    }

    /// Lets what is under way finish, and lets nothing new begin.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(file) => file.close().await,
            Engine::Postgres(pool) => pool.close().await,
        }
    }

    /// "sqlite" or "postgres".
    pub fn engine(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }
}
