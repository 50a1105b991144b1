//! A room is a place; a call is one session in it. An appointment has one room and any number of calls.

use crate::call::{Call, Door, Event, State};
use crate::ids::{AppointmentId, CallId, PersonId, RoomId};
use crate::time::Millis;

#[cfg(test)]
mod tests;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    pub id: RoomId,
    pub appointment: Option<AppointmentId>,
    pub practitioner: PersonId,
    pub patient: PersonId,
    pub door: Door,
    pub status: Status,
    /// Whether the party has come to the session that runs, or else to the last one.
    pub practitioner_joined: bool,
    pub patient_joined: bool,
    /// The first start of all sessions, and the last end.
    pub started_at: Option<Millis>,
    pub ended_at: Option<Millis>,
    /// The call that is in the room now.
    pub call: Option<CallId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Waiting,
    InProgress,
    Ended,
}

impl Room {
    /// The room of an appointment, or of a call that has none. The caller of such a call stands where a
    /// practitioner would if neither of the two is one.
    pub fn new(
        id: RoomId,
        appointment: Option<AppointmentId>,
        practitioner: PersonId,
        patient: PersonId,
        door: Door,
    ) -> Self {
        Self {
            id,
            appointment,
            practitioner,
            patient,
            door,
            status: Status::Waiting,
            practitioner_joined: false,
            patient_joined: false,
            started_at: None,
            ended_at: None,
            call: None,
        }
    }

    /// The room keeps step with the call in it: `call` is as it is after `events`. A new call takes the room over;
    /// what becomes of one that has lost it is no longer the room's business.
    pub fn follow(&mut self, at: Millis, call: &Call, events: &[Event]) {
        for event in events {
            match event {
                // A ring that could not be taken disturbs neither the session that runs nor what the last one left.
                Event::Requested { .. } | Event::Opened { .. }
                    if call.has_ended() && (self.call.is_some() || self.appointment.is_some()) => {}
                Event::Requested { .. } | Event::Opened { .. } => self.begin_session(call),
                Event::Entered { person } if self.holds(call) => self.note_coming(person),
                Event::Ended { .. } if self.holds(call) => self.end_session(at),
                Event::Entered { .. }
                | Event::Ended { .. }
                | Event::Rang { .. }
                | Event::Accepted { .. }
                | Event::Began
                | Event::Invited { .. }
                | Event::Admitted { .. }
                | Event::TurnedAway { .. }
                | Event::SentBack { .. }
                | Event::Lost { .. }
                | Event::Returned { .. }
                | Event::Left { .. }
                | Event::Locked { .. }
                | Event::Unlocked { .. } => {}
            }
        }
        if matches!(call.state, State::Active { .. })
            && self.holds(call)
            && self.status == Status::Waiting
            && self.practitioner_joined
            && self.patient_joined
        {
            self.status = Status::InProgress;
            self.started_at.get_or_insert(at);
        }
    }

    fn holds(&self, call: &Call) -> bool {
        self.call.as_ref() == Some(&call.id)
    }

    fn begin_session(&mut self, call: &Call) {
        self.call = Some(call.id.clone());
        self.status = Status::Waiting;
        self.practitioner_joined = false;
        self.patient_joined = false;
    }

    fn note_coming(&mut self, person: &PersonId) {
        self.practitioner_joined |= person == &self.practitioner;
        self.patient_joined |= person == &self.patient;
    }

    fn end_session(&mut self, at: Millis) {
        self.call = None;
        self.status = match (self.started_at, &self.appointment) {
            // An appointment whose two never met is still to come.
            (None, Some(_)) => Status::Waiting,
            (Some(_), _) | (None, None) => {
                self.ended_at = Some(at);
                Status::Ended
            }
        };
    }
}

impl Status {
    pub const ALL: [Self; 3] = [Self::Waiting, Self::InProgress, Self::Ended];

    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::InProgress => "InProgress",
            Self::Ended => "Ended",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}
