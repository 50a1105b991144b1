//! Answers that are given again to whoever asks the same again, and the audit of who looked at what.

use bedside_domain::ids::PersonId;
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::Result;

/// What was answered to a request with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    pub person: PersonId,
    pub key: String,
    /// Of what was asked, so that the same key with another question is noticed.
    pub fingerprint: String,
    pub status: u16,
    pub body: String,
    pub at: Millis,
}

/// Who did what to whose record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    pub at: Millis,
    pub actor: PersonId,
    pub deed: String,
    pub subject: String,
}

impl Store {
    pub async fn remembered(&self, person: &PersonId, key: &str) -> Result<Option<Remembered>> {
        let _ = (person, key);
        todo!()
    }

    /// Answers given before `at`, and sessions, links and leases that were over before it.
    pub async fn forget_before(&self, at: Millis) -> Result<()> {
        let _ = at;
        todo!()
    }

    pub async fn audit(&self, at: Millis, actor: &PersonId, deed: &str, subject: &str) -> Result<()> {
        let _ = (at, actor, deed, subject);
        todo!()
    }

    /// The newest first.
    pub async fn audit_of(&self, subject: &str) -> Result<Vec<Audited>> {
        let _ = subject;
        todo!()
    }
}
