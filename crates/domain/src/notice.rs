//! What each event owes to people who may not be looking. The words for a notice are chosen where it is delivered.

use serde::{Deserialize, Serialize};

use crate::appointment::{self, Appointment, Kind};
use crate::call::{self, Call, Ending, Origin};
use crate::ids::{AppointmentId, CallId, PersonId};

#[cfg(test)]
mod tests;

/// Something somebody is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub to: PersonId,
    pub topic: Topic,
    pub about: About,
    /// Whose doing it was; nobody's if it was the clock's.
    pub by: Option<PersonId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    MissedCall,
    AppointmentRequested,
    AppointmentAccepted,
    AppointmentDeclined,
    AppointmentCancelled,
    AppointmentRescheduled,
    /// The practitioner is about to call; the patient may come.
    CallStarting,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    Call(CallId),
    Appointment(AppointmentId),
}

/// A call that nobody took is a missed call, whatever kept them from it.
pub fn owed_by_call(call: &Call, events: &[call::Event]) -> Vec<Notice> {
    events
        .iter()
        .filter_map(|event| match event {
            call::Event::Ended { why: Ending::Missed | Ending::Cancelled, .. } if call.origin == Origin::Ring => {
                Some(Notice {
                    to: call.callee.id.clone(),
                    topic: Topic::MissedCall,
                    about: About::Call(call.id.clone()),
                    by: Some(call.caller.id.clone()),
                })
            }
            _ => None,
        })
        .collect()
}

pub fn owed_by_appointment(appointment: &Appointment, events: &[appointment::Event]) -> Vec<Notice> {
    events.iter().flat_map(|event| owed(appointment, event)).collect()
}

/// The practice is ready: whoever is to come is told at once.
pub fn owed_by_start(appointment: &Appointment, by: &PersonId) -> Vec<Notice> {
    to_the_others(appointment, Some(by), Topic::CallStarting)
}

fn owed(appointment: &Appointment, event: &appointment::Event) -> Vec<Notice> {
    use appointment::Event;
    match event {
        Event::Created { by, status: appointment::Status::Pending, .. } => {
            to_the_others(appointment, Some(by), Topic::AppointmentRequested)
        }
        Event::Created { by, .. } => to_the_others(appointment, Some(by), Topic::AppointmentAccepted),
        // The link goes with it, and whoever accepted needs it too.
        Event::Accepted { by } if appointment.kind == Kind::Remote => {
            to_the_others(appointment, Some(by), Topic::AppointmentAccepted)
                .into_iter()
                .chain([notice(appointment, &appointment.practitioner, Some(by), Topic::AppointmentAccepted)])
                .fold(Vec::new(), without_repeats)
        }
        Event::Accepted { by } => to_the_others(appointment, Some(by), Topic::AppointmentAccepted),
        Event::Declined { by, .. } => to_the_others(appointment, Some(by), Topic::AppointmentDeclined),
        Event::Cancelled { by, .. } => to_the_others(appointment, by.as_ref(), Topic::AppointmentCancelled),
        Event::Rescheduled { by, .. } => to_the_others(appointment, Some(by), Topic::AppointmentRescheduled),
        Event::Completed { .. } | Event::NoShow { .. } => vec![],
    }
}

fn to_the_others(appointment: &Appointment, by: Option<&PersonId>, topic: Topic) -> Vec<Notice> {
    [&appointment.patient, &appointment.practitioner]
        .into_iter()
        .filter(|to| Some(*to) != by)
        .map(|to| notice(appointment, to, by, topic))
        .collect()
}

fn notice(appointment: &Appointment, to: &PersonId, by: Option<&PersonId>, topic: Topic) -> Notice {
    Notice { to: to.clone(), topic, about: About::Appointment(appointment.id.clone()), by: by.cloned() }
}

fn without_repeats(mut notices: Vec<Notice>, next: Notice) -> Vec<Notice> {
    if !notices.contains(&next) {
        notices.push(next);
    }
    notices
}

impl Topic {
    pub const ALL: [Self; 7] = [
        Self::MissedCall,
        Self::AppointmentRequested,
        Self::AppointmentAccepted,
        Self::AppointmentDeclined,
        Self::AppointmentCancelled,
        Self::AppointmentRescheduled,
        Self::CallStarting,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::MissedCall => "missed-call",
            Self::AppointmentRequested => "appointment-requested",
            Self::AppointmentAccepted => "appointment-accepted",
            Self::AppointmentDeclined => "appointment-declined",
            Self::AppointmentCancelled => "appointment-cancelled",
            Self::AppointmentRescheduled => "appointment-rescheduled",
            Self::CallStarting => "call-starting",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }
}
