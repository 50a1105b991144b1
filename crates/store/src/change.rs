//! ★ The one way in which calls, rooms and appointments change: all of it in one transaction, or nothing.

use std::convert::Infallible;

use bedside_domain::appointment::{self, Appointment};
use bedside_domain::call::{self, Call};
use bedside_domain::ids::{NoticeId, PersonId};
use bedside_domain::notice::Notice;
use bedside_domain::room::Room;
use bedside_domain::time::Millis;

use crate::Store;
use crate::answers::Remembered;
use crate::error::CommitError;

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
            notices: Vec::new(),
            answer: None,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.call.is_none()
            && self.room.is_none()
            && self.appointment.is_none()
            && self.calendar.is_none()
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
    pub async fn commit(&self, change: &Change) -> Result<(), CommitError> {
        let _ = change;
        todo!()
    }
}
