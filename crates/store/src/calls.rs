//! Calls: the running ones, and what is kept of them afterwards.

use bedside_domain::call::{Call, Ending};
use bedside_domain::ids::{CallId, PersonId};
use bedside_domain::time::Millis;

use crate::Store;
use crate::change::Held;
use crate::error::Result;
use crate::page::{Page, PageAsk};

/// A call with what is kept beside it: people's words, which may be erased, and whether it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    pub call: Call,
    pub version: i64,
    /// Why it was made, in the caller's words.
    pub reason: Option<String>,
    /// What was said when it was declined or ended.
    pub words: Option<String>,
    /// When the callee looked at the missed call.
    pub seen_at: Option<Millis>,
}

/// What somebody thought of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    pub person: PersonId,
    pub stars: Option<u8>,
    pub problems: Vec<String>,
    pub words: Option<String>,
    pub at: Millis,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// Whose: as caller or as callee.
    pub of: Option<PersonId>,
    pub with: Option<PersonId>,
    /// Those requested at or after `from` and before `to`.
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    pub outcome: Option<Ending>,
    /// Those that this person missed and has not looked at.
    pub missed_unseen_by: Option<PersonId>,
    pub page: PageAsk,
}

impl Store {
    pub async fn call(&self, id: &CallId) -> Result<Option<Held<Call>>> {
        let _ = id;
        todo!()
    }

    pub async fn call_record(&self, id: &CallId) -> Result<Option<CallRecord>> {
        let _ = id;
        todo!()
    }

    /// The newest first.
    pub async fn calls(&self, query: &CallQuery) -> Result<Page<CallRecord>> {
        let _ = query;
        todo!()
    }

    /// Calls that have not ended: those in which the person is a party or has a seat, or everybody's.
    pub async fn live_calls_of(&self, person: Option<&PersonId>) -> Result<Vec<CallRecord>> {
        let _ = person;
        todo!()
    }

    pub async fn is_engaged(&self, person: &PersonId) -> Result<bool> {
        let _ = person;
        todo!()
    }

    pub async fn ringing_between(&self, one: &PersonId, other: &PersonId) -> Result<Option<CallId>> {
        let _ = (one, other);
        todo!()
    }

    /// The latest moment of an appointment or call of the two, which may be still to come.
    pub async fn last_together(&self, one: &PersonId, other: &PersonId) -> Result<Option<Millis>> {
        let _ = (one, other);
        todo!()
    }

    /// Whether there was such a call to see; seeing it twice is harmless.
    pub async fn see_missed_call(&self, id: &CallId, by: &PersonId, at: Millis) -> Result<bool> {
        let _ = (id, by, at);
        todo!()
    }

    /// Once more replaces what was said before.
    pub async fn put_feedback(
        &self,
        id: &CallId,
        person: &PersonId,
        stars: Option<u8>,
        problems: &[String],
        words: Option<&str>,
        at: Millis,
    ) -> Result<()> {
        let _ = (id, person, stars, problems, words, at);
        todo!()
    }

    pub async fn feedback_of(&self, id: &CallId) -> Result<Vec<Feedback>> {
        let _ = id;
        todo!()
    }
}
