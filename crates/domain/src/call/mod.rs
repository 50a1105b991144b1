//! One call, from the first ring to the end: ★ the state machine that everything else serves.
//!
//! **Load a [`Call`], ask [`Call::decide`] what a [`Command`] does, [`Call::apply`] what it answered, store both,
//! and come back with [`Command::Tick`] at [`Call::deadline`].** `decide` changes nothing and `apply` refuses
//! nothing, so a decision made on stale facts is simply made again.
//!
//! A call begins in one of two ways: somebody rings somebody ([`Call::request`]), or somebody enters the room of an
//! appointment ([`Call::open`]). `docs/call-machine.md` has every state × command × seat, written by a test.

mod apply;
mod decide;
mod ending;
mod seat;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::ids::{AppointmentId, CallId, DeviceId, PersonId, RoomId};
use crate::person::Role;
use crate::refusal::Refusal;
use crate::time::{Millis, Span};

pub use ending::Ending;
pub use seat::{Admission, GuestRole, Part, Place, Seat, Seats};

/// How long the seat of somebody who lost the connection is kept.
pub const SEAT_KEPT: Span = Span::seconds(60);
/// How long a call that was answered may stay empty before anybody has come, or while the others are awaited.
pub const EMPTY_FOR: Span = Span::seconds(60);
/// More people than this in one call is a meeting, and another kind of product.
pub const SEATS_AT_MOST: usize = 12;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub id: CallId,
    pub room: RoomId,
    pub appointment: Option<AppointmentId>,
    pub media: Media,
    pub caller: Party,
    pub callee: Party,
    pub door: Door,
    /// Nobody new comes in while it is.
    pub locked: bool,
    pub origin: Origin,
    pub requested_at: Millis,
    pub state: State,
}

/// A state owns its data: what is only true while it rings can only be read while it rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The callee's devices ring until `due`; `rung` is when the first of them said that it does.
    Ringing { due: Millis, rung: Option<Millis> },
    /// An appointment's room is open and the two parties are not both in it. At `due` its links expire.
    Waiting { due: Millis, seats: Seats },
    /// The call proper. `answered_on` is the device that took the ring; nobody rang if there is none.
    Active { since: Millis, answered_on: Option<DeviceId>, seats: Seats },
    /// Final. `began` is there if the call ever was active.
    Ended { at: Millis, began: Option<Millis>, why: Ending, by: Option<PersonId> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Media {
    Video,
    Audio,
}

/// How a call came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody rang somebody.
    Ring,
    /// Somebody entered the room of an appointment.
    Entry,
}

/// One of the two whom the call is between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub id: PersonId,
    pub role: Role,
}

/// What somebody finds who comes to the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Door {
    /// Both parties go straight in.
    Open,
    /// Whoever is not of the practice waits to be admitted.
    WaitingRoom,
}

/// Whether the callee can be rung, as found just before the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Reachable,
    /// In a call, or not to be disturbed.
    Busy,
    Offline,
}

/// Who acts: a person, or the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    Person(&'a PersonId),
    Clock,
}

/// What somebody wishes to happen to a call that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A device of the callee says that it rings.
    DeviceRings {
        device: DeviceId,
    },
    Accept {
        device: DeviceId,
    },
    Decline {
        /// On which the callee said no; nothing if it was not one that rings.
        device: Option<DeviceId>,
        words: Option<String>,
    },
    Cancel,
    Join,
    Leave,
    /// The last connection of the person broke.
    Lose,
    /// A connection of the person is back.
    Return,
    Invite {
        guest: PersonId,
        role: GuestRole,
    },
    Admit {
        person: PersonId,
    },
    /// Whoever waits, the longest waiting first.
    AdmitAll,
    TurnAway {
        person: PersonId,
        words: Option<String>,
    },
    /// Back into the waiting room.
    SendBack {
        person: PersonId,
    },
    Remove {
        person: PersonId,
    },
    Lock,
    Unlock,
    End,
    /// The deadline may have passed.
    Tick,
}

/// What happened. Kept in the journal: ids and enums, never a name and never somebody's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// Somebody rang somebody.
    Requested {
        caller: PersonId,
        callee: PersonId,
        media: Media,
    },
    /// An appointment's room was entered while no call was in it.
    Opened {
        caller: PersonId,
        callee: PersonId,
    },
    Rang {
        device: DeviceId,
    },
    Accepted {
        by: PersonId,
        device: DeviceId,
    },
    /// Both parties of an open room are in it.
    Began,
    Invited {
        person: PersonId,
        role: GuestRole,
        by: PersonId,
    },
    /// Came to the room: inside if admitted, else into the waiting room.
    Entered {
        person: PersonId,
    },
    Admitted {
        person: PersonId,
        by: PersonId,
    },
    TurnedAway {
        person: PersonId,
        by: PersonId,
        /// Somebody's words live in a row that can be erased, not in the journal.
        #[serde(skip)]
        words: Option<String>,
    },
    /// From the call back into the waiting room.
    SentBack {
        person: PersonId,
        by: PersonId,
    },
    Lost {
        person: PersonId,
        until: Millis,
    },
    Returned {
        person: PersonId,
    },
    Left {
        person: PersonId,
        why: Leaving,
    },
    Locked {
        by: PersonId,
    },
    Unlocked {
        by: PersonId,
    },
    Ended {
        why: Ending,
        by: Option<PersonId>,
        /// The device on which a ring was declined.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<DeviceId>,
        #[serde(skip)]
        words: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leaving {
    /// Of their own accord.
    Left,
    /// The connection did not come back in time.
    Lost,
    /// The practice showed them out; they knock if they come again.
    Removed,
}

/// What a ring is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub id: CallId,
    pub room: RoomId,
    pub appointment: Option<AppointmentId>,
    pub media: Media,
    pub caller: Party,
    pub callee: Party,
    pub ring_for: Span,
}

/// The room of an appointment that somebody is about to enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    pub id: CallId,
    pub room: RoomId,
    pub appointment: AppointmentId,
    pub practitioner: PersonId,
    pub patient: PersonId,
    pub door: Door,
    /// When the links of the appointment expire.
    pub until: Millis,
}

impl Call {
    /// A ring. Busy and offline are born ended, as missed, so that the callee finds them later.
    pub fn request(now: Millis, request: Request, reach: Reach) -> Result<(Self, Vec<Event>), Refusal> {
        if request.caller.id == request.callee.id {
            return Err(Refusal::Invalid("one cannot ring oneself"));
        }
        let mut events = vec![Event::Requested {
            caller: request.caller.id.clone(),
            callee: request.callee.id.clone(),
            media: request.media,
        }];
        let mut call = Self {
            id: request.id,
            room: request.room,
            appointment: request.appointment,
            media: request.media,
            caller: request.caller,
            callee: request.callee,
            // Ringing and answering is an admission; only invited guests still wait.
            door: Door::Open,
            locked: false,
            origin: Origin::Ring,
            requested_at: now,
            state: State::Ringing { due: now + request.ring_for, rung: None },
        };
        if reach != Reach::Reachable {
            let missed = Event::Ended { why: Ending::Missed, by: None, on: None, words: None };
            call.apply(now, &missed);
            events.push(missed);
        }
        Ok((call, events))
    }

    /// The session of an appointment's room, in which nobody is yet: the first [`Command::Join`] follows at once.
    pub fn open(now: Millis, opening: Opening) -> (Self, Vec<Event>) {
        let practitioner = Party { id: opening.practitioner, role: Role::Practitioner };
        let patient = Party { id: opening.patient, role: Role::Patient };
        let opened = Event::Opened { caller: practitioner.id.clone(), callee: patient.id.clone() };
        let call = Self {
            id: opening.id,
            room: opening.room,
            appointment: Some(opening.appointment),
            media: Media::Video,
            door: opening.door,
            locked: false,
            origin: Origin::Entry,
            requested_at: now,
            state: State::Waiting {
                due: opening.until,
                seats: Seats::of_parties(&practitioner, &patient, opening.door),
            },
            caller: practitioner,
            callee: patient,
        };
        (call, vec![opened])
    }

    /// When to knock with [`Command::Tick`] if nothing else happens. Time is a value; the driver sleeps.
    pub fn deadline(&self) -> Option<Millis> {
        match &self.state {
            State::Ringing { due, .. } => Some(*due),
            State::Waiting { due, seats } => Some(seats.next_expiry().map_or(*due, |expiry| expiry.min(*due))),
            State::Active { since, seats, .. } => {
                let empty = (!seats.any_party_there()).then(|| seats.empty_since(*since) + EMPTY_FOR);
                seats.next_expiry().into_iter().chain(empty).min()
            }
            State::Ended { .. } => None,
        }
    }

    /// Who cannot take another call while this one lasts.
    pub fn engaged(&self) -> Vec<&PersonId> {
        match &self.state {
            State::Active { .. } => vec![&self.caller.id, &self.callee.id],
            State::Ringing { .. } | State::Waiting { .. } | State::Ended { .. } => vec![],
        }
    }

    /// Whom the call is between while it rings: the same two may have one ring at a time, whoever rang first.
    pub fn ringing_pair(&self) -> Option<[&PersonId; 2]> {
        let mut pair = [&self.caller.id, &self.callee.id];
        pair.sort();
        matches!(self.state, State::Ringing { .. }).then_some(pair)
    }

    /// Everybody who has a place in this call, and where they are.
    pub fn seats(&self) -> Option<&Seats> {
        match &self.state {
            State::Waiting { seats, .. } | State::Active { seats, .. } => Some(seats),
            State::Ringing { .. } | State::Ended { .. } => None,
        }
    }

    pub fn party(&self, person: &PersonId) -> Option<&Party> {
        [&self.caller, &self.callee].into_iter().find(|party| &party.id == person)
    }

    /// The other of the two.
    pub fn other_party(&self, person: &PersonId) -> Option<&Party> {
        match self.party(person)? {
            party if party.id == self.caller.id => Some(&self.callee),
            _ => Some(&self.caller),
        }
    }

    pub fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended { .. })
    }

    /// It rang for this person and nobody took it. A caller who gives up leaves a missed call behind, too.
    pub fn is_missed_by(&self, person: &PersonId) -> bool {
        let was_rung = self.origin == Origin::Ring && &self.callee.id == person;
        was_rung && matches!(self.state, State::Ended { why: Ending::Missed | Ending::Cancelled, .. })
    }

    /// How long the two were connected; nothing if they never were.
    pub fn duration(&self) -> Option<Span> {
        match self.state {
            State::Ended { at, began: Some(began), .. } => Some(at.since(began)),
            State::Ringing { .. } | State::Waiting { .. } | State::Active { .. } | State::Ended { .. } => None,
        }
    }
}

impl Party {
    /// Whether this party keeps the door: whoever is of the practice does.
    pub fn is_host(&self) -> bool {
        match self.role {
            Role::Practitioner | Role::Staff | Role::Admin => true,
            Role::Patient | Role::Guest => false,
        }
    }
}

impl Media {
    pub fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::Video, Self::Audio].into_iter().find(|media| media.name() == name)
    }
}
