//! Tells the rest of this process what has changed. A hint: whoever misses one reads the store.

use std::sync::Arc;

use bedside_domain::appointment::Appointment;
use bedside_domain::call::{self, Call};
use bedside_domain::ids::{CallId, PersonId};
use bedside_domain::reach::Channel;
use bedside_store::NoticeRow;
use tokio::sync::broadcast;

/// Hints that a slow listener may fall behind by before it is told to look for itself.
const BACKLOG: usize = 4096;

#[derive(Debug)]
pub enum News {
    Call(CallNews),
    Appointment(Appointment),
    /// Somebody finds something new among what they have been told.
    Notice(NoticeRow),
    /// Something is to be told by other ways than the screen.
    Owed,
    /// Nothing of the callee's has rung yet, and they are told so.
    Reaching {
        caller: PersonId,
        call: CallId,
        channel: Channel,
    },
}

/// What happened to a call, and the call as it is since then.
#[derive(Debug)]
pub struct CallNews {
    pub call: Call,
    pub version: i64,
    pub events: Vec<call::Event>,
    /// Why a new call is made, in the caller's words.
    pub reason: Option<String>,
}

pub struct Bus(broadcast::Sender<Arc<News>>);

impl Bus {
    pub fn new() -> Self {
        Self(broadcast::channel(BACKLOG).0)
    }

    pub fn publish(&self, news: News) {
        match &news {
            News::Call(news) => tracing::debug!(call = %news.call.id, version = news.version, "changed"),
            News::Appointment(appointment) => tracing::debug!(appointment = %appointment.id, "changed"),
            News::Notice(row) => tracing::debug!(notice = %row.id, "told"),
            News::Owed | News::Reaching { .. } => {}
        }
        // Nobody listening is no failure.
        let _ = self.0.send(Arc::new(news));
    }

    pub fn listen(&self) -> broadcast::Receiver<Arc<News>> {
        self.0.subscribe()
    }
}
