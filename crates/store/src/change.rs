//! ★ The one way in which calls, rooms and appointments change: all of it in one transaction, or nothing.

use std::convert::Infallible;

use bedside_domain::appointment::{self, Appointment};
use bedside_domain::call::{self, Call};
use bedside_domain::ids::{NoticeId, PersonId};
use bedside_domain::invitation::Invitation;
use bedside_domain::notice::Notice;
use bedside_domain::room::Room;
use bedside_domain::time::Millis;
use serde::Serialize;

use crate::answers::Remembered;
use crate::error::CommitError;
use crate::sql::{Tx, sql};
use crate::{Store, answers, appointments, calls, invitations, notices, outbox, rooms};

/// Something as it was loaded, to be committed against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held<T> {
    pub value: T,
    pub version: i64,
}

/// What is to be true from now on, and what brought it about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub at: Millis,
    /// Nobody: the clock.
    pub by: Option<PersonId>,
    pub call: Option<Saved<Call, call::Event>>,
    /// Why a new call is made, in the caller's words.
    pub reason: Option<String>,
    pub room: Option<Saved<Room, Infallible>>,
    pub appointment: Option<Saved<Appointment, appointment::Event>>,
    /// The practitioner whose calendar was looked at, and the version it must still have.
    pub calendar: Option<(PersonId, i64)>,
    pub invitation: Option<Invitation>,
    pub notices: Vec<(NoticeId, Notice)>,
    /// What to answer when the same is asked again.
    pub answer: Option<Remembered>,
}

/// A thing after the events, and the version it was loaded with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved<T, E> {
    pub value: T,
    /// Nothing: it is new.
    pub version: Option<i64>,
    pub events: Vec<E>,
}

impl Change {
    pub fn at(at: Millis) -> Self {
        Self {
            at,
            by: None,
            call: None,
            reason: None,
            room: None,
            appointment: None,
            calendar: None,
            invitation: None,
            notices: Vec::new(),
            answer: None,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.call.is_none()
            && self.room.is_none()
            && self.appointment.is_none()
            && self.calendar.is_none()
            && self.invitation.is_none()
            && self.notices.is_empty()
            && self.answer.is_none()
    }
}

impl<T, E> Saved<T, E> {
    pub fn new(value: T, events: Vec<E>) -> Self {
        Self { value, version: None, events }
    }

    pub fn over(version: i64, value: T, events: Vec<E>) -> Self {
        Self { value, version: Some(version), events }
    }

    /// The version it will have once committed.
    pub fn next_version(&self) -> i64 {
        self.version.unwrap_or(0) + 1
    }
}

impl Store {
    /// The rows, the journal and the outbox in one transaction. An empty change commits nothing.
    ///
    /// The order is the same for every change, so that no two wait for each other: first what was answered, for
    /// whoever asks again is to get that answer and not a refusal; then calendar, appointment, room and call.
    pub async fn commit(&self, change: &Change) -> Committed {
        if change.is_empty() {
            return Ok(());
        }
        let mut tx = self.engine.begin("committing a change").await?;
        if let Some(answer) = &change.answer {
            answers::save(&mut tx, answer).await?;
        }
        if let Some((practitioner, version)) = &change.calendar {
            appointments::raise_calendar(&mut tx, practitioner, *version).await?;
        }
        if let Some(saved) = &change.appointment {
            appointments::save(&mut tx, saved).await?;
            write_journal(&mut tx, change, "appointment", saved.value.id.as_str(), saved).await?;
        }
        if let Some(saved) = &change.room {
            rooms::save(&mut tx, saved).await?;
        }
        if let Some(saved) = &change.call {
            calls::save(&mut tx, saved, change.reason.as_deref()).await?;
            write_journal(&mut tx, change, "call", saved.value.id.as_str(), saved).await?;
        }
        if let Some(invitation) = &change.invitation {
            invitations::save(&mut tx, invitation).await?;
        }
        for (id, notice) in &change.notices {
            notices::save(&mut tx, change.at, id, notice).await?;
        }
        tx.commit().await
    }
}

pub(crate) type Committed = Result<(), CommitError>;

/// Each event under the version that the thing has from now on.
async fn write_journal<T, E: Serialize>(
    tx: &mut Tx,
    change: &Change,
    stream: &str,
    id: &str,
    saved: &Saved<T, E>,
) -> Committed {
    const WRITE: &str = "INSERT INTO journal (stream, stream_id, version, ordinal, at, by, event) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    for (ordinal, event) in (0_i64..).zip(&saved.events) {
        let event = serde_json::to_string(event).expect("an event of ids and enums is always JSON");
        let by = change.by.as_ref();
        tx.run(sql!(WRITE, stream, id, saved.next_version(), ordinal, change.at, by, event)).await?;
    }
    if saved.events.is_empty() {
        return Ok(());
    }
    outbox::tell_programs(tx, stream, id, saved.next_version(), change.at).await
}
