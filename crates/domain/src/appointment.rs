//! Appointments, and the calendar that keeps a practitioner from being in two places at once.

use serde::{Deserialize, Serialize};

use crate::call::{Actor, Door};
use crate::ids::{AppointmentId, PersonId, RoomId};
use crate::person::Role;
use crate::refusal::Refusal;
use crate::time::{Millis, Span};

#[cfg(test)]
mod tests;

/// Links work from this long before the appointment …
pub const LINK_OPENS_BEFORE: Span = Span::minutes(30);
/// … until this long after its planned end.
pub const LINK_CLOSES_AFTER: Span = Span::hours(4);
/// Nobody plans further ahead than this; whoever seems to has mistyped the year.
pub const PLANNED_AHEAD_AT_MOST: Span = Span::days(2 * 366);
/// A practitioner may enter an appointment that has just begun.
const JUST_NOW: Span = Span::minutes(5);
pub const MINUTES_AT_LEAST: u16 = 5;
pub const MINUTES_AT_MOST: u16 = 8 * 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    pub id: AppointmentId,
    pub practitioner: PersonId,
    pub patient: PersonId,
    pub kind: Kind,
    pub slot: Slot,
    pub status: Status,
    pub door: Door,
    pub provider: Provider,
    pub room: Option<RoomId>,
    pub created_at: Millis,
    /// Why the patient comes: somebody's words, which may be erased.
    pub reason: Option<String>,
    /// What was said when it was declined or cancelled.
    pub words: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Remote,
    InPerson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Pending,
    Accepted,
    Declined,
    Cancelled,
    Completed,
    NoShow,
}

/// Where the two meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    BuiltIn,
    /// A Jitsi Meet room made for this appointment, or a fixed Zoom, Meet or Teams link.
    Link(String),
}

/// From when until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub start: Millis,
    pub minutes: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Accept,
    Decline {
        words: Option<String>,
    },
    Cancel {
        words: Option<String>,
    },
    Reschedule {
        slot: Slot,
    },
    Complete,
    NoShow,
    /// The deadline may have passed. Whether the two ever met is known to the room.
    Tick {
        attended: Attended,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attended {
    Yes,
    No,
}

/// What happened. Ids and enums for the journal; the words stay in the row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    Created {
        by: PersonId,
        status: Status,
        slot: Slot,
    },
    Accepted {
        by: PersonId,
    },
    Declined {
        by: PersonId,
        #[serde(skip)]
        words: Option<String>,
    },
    /// By nobody: the request was not answered before its time had passed.
    Cancelled {
        by: Option<PersonId>,
        #[serde(skip)]
        words: Option<String>,
    },
    /// To a new time, in the state that follows from who moved it.
    Rescheduled {
        by: PersonId,
        from: Slot,
        to: Slot,
        status: Status,
    },
    Completed {
        by: Option<PersonId>,
    },
    NoShow {
        by: Option<PersonId>,
    },
}

/// What the actor is to an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side<'a> {
    Patient(&'a PersonId),
    /// The practitioner of the appointment, or somebody of the staff.
    Practice(&'a PersonId),
    Clock,
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    pub id: AppointmentId,
    pub practitioner: PersonId,
    pub patient: PersonId,
    pub kind: Kind,
    pub slot: Slot,
    pub door: Door,
    pub provider: Provider,
    /// For a remote appointment, which has a room from the start.
    pub room: Option<RoomId>,
    pub reason: Option<String>,
}

impl Appointment {
    /// A patient requests, for nobody else; the practice settles.
    pub fn book(
        now: Millis,
        by: &PersonId,
        role: Role,
        booking: Booking,
        calendar: &Calendar,
    ) -> Result<(Self, Vec<Event>), Refusal> {
        let status = match role {
            Role::Patient if by == &booking.patient => Status::Pending,
            Role::Patient => return Err(Refusal::Forbidden("patients book for themselves alone")),
            Role::Practitioner if by == &booking.practitioner => Status::Accepted,
            Role::Practitioner => return Err(Refusal::Forbidden("practitioners book their own appointments")),
            Role::Staff | Role::Admin => Status::Accepted,
            Role::Guest => return Err(Refusal::Forbidden("guests book nothing")),
        };
        if booking.patient == booking.practitioner {
            return Err(Refusal::Invalid("patient and practitioner are the same person"));
        }
        booking.slot.must_be_sound(now)?;
        calendar.must_be_free(booking.slot, &booking.id)?;
        let created = Event::Created { by: by.clone(), status, slot: booking.slot };
        let appointment = Self {
            id: booking.id,
            practitioner: booking.practitioner,
            patient: booking.patient,
            kind: booking.kind,
            slot: booking.slot,
            status,
            door: booking.door,
            provider: booking.provider,
            room: booking.room,
            created_at: now,
            reason: booking.reason,
            words: None,
        };
        Ok((appointment, vec![created]))
    }

    /// What `command` does, or why it is refused. `calendar` is that of the practitioner, just loaded.
    pub fn decide(
        &self,
        now: Millis,
        by: Side<'_>,
        command: &Command,
        calendar: &Calendar,
    ) -> Result<Vec<Event>, Refusal> {
        use Status::{Accepted, Cancelled, Completed, Declined, NoShow, Pending};
        match (self.status, by, command) {
            (_, Side::Clock, Command::Tick { attended }) => Ok(self.tick(now, *attended)),
            (_, Side::Clock, _) => Err(Refusal::Forbidden("the clock does nothing but tick")),
            (_, Side::Patient(_) | Side::Practice(_), Command::Tick { .. }) => {
                Err(Refusal::Forbidden("only the clock ticks"))
            }
            (_, Side::Patient(_), Command::Accept | Command::Decline { .. } | Command::Complete | Command::NoShow) => {
                Err(Refusal::Forbidden("only the practice decides this"))
            }

            (Pending, Side::Practice(me), Command::Accept) => Ok(vec![Event::Accepted { by: me.clone() }]),
            (Accepted, Side::Practice(_), Command::Accept) => Ok(vec![]),
            (Pending, Side::Practice(me), Command::Decline { words }) => {
                Ok(vec![Event::Declined { by: me.clone(), words: words.clone() }])
            }
            (Declined, Side::Practice(_), Command::Decline { .. }) => Ok(vec![]),

            (Pending | Accepted, Side::Patient(me) | Side::Practice(me), Command::Cancel { words }) => {
                Ok(vec![Event::Cancelled { by: Some(me.clone()), words: words.clone() }])
            }
            (Cancelled, _, Command::Cancel { .. }) => Ok(vec![]),

            (Pending | Accepted, Side::Patient(me), Command::Reschedule { slot }) => {
                self.move_to(now, me, *slot, Pending, calendar)
            }
            (Pending | Accepted, Side::Practice(me), Command::Reschedule { slot }) => {
                self.move_to(now, me, *slot, self.status, calendar)
            }

            (Accepted, Side::Practice(_), Command::Complete | Command::NoShow) if now < self.slot.start => {
                Err(Refusal::NotNow("the appointment has not begun"))
            }
            (Accepted, Side::Practice(me), Command::Complete) => Ok(vec![Event::Completed { by: Some(me.clone()) }]),
            (Completed, Side::Practice(_), Command::Complete) => Ok(vec![]),
            (Accepted, Side::Practice(me), Command::NoShow) => Ok(vec![Event::NoShow { by: Some(me.clone()) }]),
            (NoShow, Side::Practice(_), Command::NoShow) => Ok(vec![]),

            (Pending, Side::Practice(_), Command::Complete | Command::NoShow) => {
                Err(Refusal::NotNow("the appointment has not been accepted"))
            }
            (Accepted, Side::Practice(_), Command::Decline { .. }) => {
                Err(Refusal::NotNow("the appointment has been accepted; cancel it instead"))
            }
            (Declined | Cancelled | Completed | NoShow, _, _) => Err(Refusal::NotNow("the appointment is over")),
        }
    }

    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Created { status, slot, .. } => (self.status, self.slot) = (*status, *slot),
            Event::Accepted { .. } => self.status = Status::Accepted,
            Event::Declined { words, .. } => {
                self.status = Status::Declined;
                self.words.clone_from(words);
            }
            Event::Cancelled { words, .. } => {
                self.status = Status::Cancelled;
                self.words.clone_from(words);
            }
            Event::Rescheduled { to, status, .. } => (self.status, self.slot) = (*status, *to),
            Event::Completed { .. } => self.status = Status::Completed,
            Event::NoShow { .. } => self.status = Status::NoShow,
        }
    }

    /// What the actor is to this appointment; nothing if it is none of their business.
    pub fn side<'a>(&self, by: Actor<'a>, role: Role) -> Option<Side<'a>> {
        match by {
            Actor::Clock => Some(Side::Clock),
            Actor::Person(me) if me == &self.patient => Some(Side::Patient(me)),
            Actor::Person(me) if me == &self.practitioner => Some(Side::Practice(me)),
            Actor::Person(me) if matches!(role, Role::Staff | Role::Admin) => Some(Side::Practice(me)),
            Actor::Person(_) => None,
        }
    }

    pub fn is_party(&self, person: &PersonId) -> bool {
        person == &self.patient || person == &self.practitioner
    }

    /// When nobody answered, or nobody came, or all is done.
    pub fn deadline(&self) -> Option<Millis> {
        match (self.status, self.kind, &self.provider) {
            (Status::Pending, _, _) => Some(self.slot.end()),
            (Status::Accepted, Kind::Remote, Provider::BuiltIn) => Some(self.links_close()),
            // Only the practice knows who came to its door, or to another provider's room.
            (Status::Accepted, Kind::InPerson, _) | (Status::Accepted, Kind::Remote, Provider::Link(_)) => None,
            (Status::Declined | Status::Cancelled | Status::Completed | Status::NoShow, _, _) => None,
        }
    }

    /// Whether its links let anybody in at `now`, or why not.
    pub fn must_be_open(&self, now: Millis) -> Result<(), Refusal> {
        match (self.status, self.kind) {
            (_, Kind::InPerson) => Err(Refusal::NotNow("this appointment takes place at the practice")),
            (Status::Pending, _) => Err(Refusal::NotNow("the appointment has not been accepted yet")),
            (Status::Declined | Status::Cancelled, _) => Err(Refusal::Expired("the appointment will not take place")),
            (Status::Accepted | Status::Completed | Status::NoShow, _) if now < self.links_open() => {
                Err(Refusal::NotNow("it is too early; the room opens 30 minutes before"))
            }
            (Status::Accepted | Status::Completed | Status::NoShow, _) if now >= self.links_close() => {
                Err(Refusal::Expired("the appointment is over"))
            }
            (Status::Accepted | Status::Completed | Status::NoShow, _) => Ok(()),
        }
    }

    pub fn links_open(&self) -> Millis {
        self.slot.start - LINK_OPENS_BEFORE
    }

    pub fn links_close(&self) -> Millis {
        self.slot.end() + LINK_CLOSES_AFTER
    }

    /// Whether it occupies the practitioner's time.
    pub fn holds_its_slot(&self) -> bool {
        match self.status {
            Status::Pending | Status::Accepted | Status::Completed => true,
            Status::Declined | Status::Cancelled | Status::NoShow => false,
        }
    }

    fn move_to(
        &self,
        now: Millis,
        by: &PersonId,
        to: Slot,
        status: Status,
        calendar: &Calendar,
    ) -> Result<Vec<Event>, Refusal> {
        to.must_be_sound(now)?;
        if to == self.slot && status == self.status {
            return Ok(vec![]);
        }
        calendar.must_be_free(to, &self.id)?;
        Ok(vec![Event::Rescheduled { by: by.clone(), from: self.slot, to, status }])
    }

    fn tick(&self, now: Millis, attended: Attended) -> Vec<Event> {
        match (self.status, self.deadline(), attended) {
            (_, Some(deadline), _) if now < deadline => vec![],
            (_, None, _) => vec![],
            (Status::Pending, Some(_), _) => vec![Event::Cancelled { by: None, words: None }],
            (_, Some(_), Attended::Yes) => vec![Event::Completed { by: None }],
            (_, Some(_), Attended::No) => vec![Event::NoShow { by: None }],
        }
    }
}

/// What is planned for one practitioner around the time in question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    pub taken: Vec<(AppointmentId, Slot)>,
}

impl Calendar {
    /// An appointment is never in its own way.
    pub fn must_be_free(&self, slot: Slot, for_appointment: &AppointmentId) -> Result<(), Refusal> {
        let taken = self.taken.iter().any(|(id, other)| id != for_appointment && other.overlaps(slot));
        if taken { Err(Refusal::Busy("the practitioner has another appointment at that time")) } else { Ok(()) }
    }
}

impl Slot {
    pub fn end(self) -> Millis {
        self.start + Span::minutes(i64::from(self.minutes))
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end() && other.start < self.end()
    }

    fn must_be_sound(self, now: Millis) -> Result<(), Refusal> {
        if !(MINUTES_AT_LEAST..=MINUTES_AT_MOST).contains(&self.minutes) {
            return Err(Refusal::Invalid("durationMinutes must be from 5 to 480"));
        }
        if self.start < now - JUST_NOW {
            return Err(Refusal::Invalid("scheduledDate has passed"));
        }
        if self.start > now + PLANNED_AHEAD_AT_MOST {
            return Err(Refusal::Invalid("scheduledDate is more than two years ahead"));
        }
        Ok(())
    }
}

impl Status {
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Accepted, Self::Declined, Self::Cancelled, Self::Completed, Self::NoShow];

    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Accepted => "Accepted",
            Self::Declined => "Declined",
            Self::Cancelled => "Cancelled",
            Self::Completed => "Completed",
            Self::NoShow => "NoShow",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Remote => "Remote",
            Self::InPerson => "InPerson",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::Remote, Self::InPerson].into_iter().find(|kind| kind.name() == name)
    }
}
