//! What people are told when they look.

use bedside_domain::ids::{NoticeId, PersonId};
use bedside_domain::notice::Notice;
use bedside_domain::time::Millis;

use crate::Store;
use crate::error::Result;
use crate::page::{Page, PageAsk};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub id: NoticeId,
    pub notice: Notice,
    pub at: Millis,
    pub read_at: Option<Millis>,
}

impl Store {
    /// The newest first.
    pub async fn notices(&self, person: &PersonId, ask: &PageAsk) -> Result<Page<NoticeRow>> {
        let _ = (person, ask);
        todo!()
    }

    pub async fn unread_notices(&self, person: &PersonId) -> Result<i64> {
        let _ = person;
        todo!()
    }

    /// Whether the person has such a notice; reading it twice is harmless.
    pub async fn read_notice(&self, person: &PersonId, id: &NoticeId, at: Millis) -> Result<bool> {
        let _ = (person, id, at);
        todo!()
    }

    pub async fn read_all_notices(&self, person: &PersonId, at: Millis) -> Result<()> {
        let _ = (person, at);
        todo!()
    }
}
