//! What each event owes to people who may not be looking. The words for a notice are chosen where it is delivered.

use serde::{Deserialize, Serialize};

use crate::appointment::{self, Appointment, Kind, Status};
use crate::call::{self, Call, Ending, Origin, State};
use crate::ids::{AppointmentId, CallId, InvitationId, PersonId};
use crate::invitation::Invitation;
use crate::time::{Millis, Span};

#[cfg(test)]
mod tests;

/// A ring that no device has taken up by then is also told by push …
pub const PUSH_AFTER: Span = Span::seconds(1);
/// … and one that rings nowhere even then by SMS, to whoever allows it.
pub const SMS_AFTER: Span = Span::seconds(5);
/// Whoever presses again meanwhile tells nobody anything new.
pub const STARTING_AGAIN_AFTER: Span = Span::minutes(5);
/// Whoever is not there by then will not come because of being told.
const STARTING_FOR: Span = Span::minutes(30);
/// What has not been told a day later is found in the app.
const TOLD_WITHIN: Span = Span::days(1);
/// A ring that ended longer ago shows on no screen any more.
const RING_SHOWN_FOR: Span = Span::minutes(2);

/// Something somebody is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub to: PersonId,
    pub topic: Topic,
    pub about: About,
    /// Whose doing it was; nobody's if it was the clock's.
    pub by: Option<PersonId>,
    /// Not before then; nothing: at once.
    pub due: Option<Millis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    IncomingCall,
    /// It was taken or declined: whatever still shows the ring is to stop.
    RingOver,
    MissedCall,
    /// Somebody wrote in a call while one was not in it.
    Message,
    /// To somebody besides the two, who comes by a link.
    Invitation,
    AppointmentRequested,
    AppointmentAccepted,
    AppointmentDeclined,
    AppointmentCancelled,
    AppointmentRescheduled,
    ReminderDay,
    ReminderHour,
    /// The practitioner is about to call; the patient may come.
    CallStarting,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    Call(CallId),
    Appointment(AppointmentId),
    Invitation(InvitationId),
}

/// What is true now of what a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// It still rings; `heard` once a device has said so, `planned` if it is for an appointment.
    Ring {
        until: Millis,
        heard: bool,
        planned: bool,
    },
    /// It rings no more; `seen` once whoever missed it has looked, `declined` if they said no.
    Call {
        seen: bool,
        declined: bool,
    },
    /// What was written in a call, perhaps that of an appointment; `seen` if whoever is told is in it now, or has been
    /// since.
    Chat {
        seen: bool,
        appointment: Option<AppointmentId>,
    },
    Appointment(Appointment),
    Invitation {
        until: Millis,
    },
    /// There is no such thing any more.
    Gone,
}

/// A ring is told, and its end to whatever was woken by it. A call that nobody took is a missed call, whatever kept
/// them from it.
pub fn owed_by_call(call: &Call, events: &[call::Event]) -> Vec<Notice> {
    events.iter().filter_map(|event| owed_by_event(call, event)).collect()
}

fn owed_by_event(call: &Call, event: &call::Event) -> Option<Notice> {
    let (topic, due) = match (event, call.origin) {
        (call::Event::Requested { .. }, _) if matches!(call.state, State::Ringing { .. }) => {
            (Topic::IncomingCall, Some(call.requested_at + PUSH_AFTER))
        }
        (call::Event::Ended { why: Ending::Missed | Ending::Cancelled, .. }, Origin::Ring) => (Topic::MissedCall, None),
        (call::Event::Accepted { .. } | call::Event::Ended { why: Ending::Declined, .. }, Origin::Ring)
            if may_have_woken(call) =>
        {
            (Topic::RingOver, None)
        }
        _ => return None,
    };
    let (to, by) = (call.callee.id.clone(), Some(call.caller.id.clone()));
    Some(Notice { to, topic, about: About::Call(call.id.clone()), by, due })
}

/// Whether it rang for so long that a phone may have been woken.
fn may_have_woken(call: &Call) -> bool {
    match call.state {
        State::Active { since: over, .. } | State::Ended { at: over, .. } => over >= call.requested_at + PUSH_AFTER,
        State::Ringing { .. } | State::Waiting { .. } => false,
    }
}

/// The link goes to whoever is invited.
pub fn owed_by_invitation(invitation: &Invitation) -> Notice {
    Notice {
        to: invitation.guest.clone(),
        topic: Topic::Invitation,
        about: About::Invitation(invitation.id.clone()),
        by: Some(invitation.by.clone()),
        due: None,
    }
}

/// What is written in a call is told to those of the two who are not in it: to whoever has left at once, and to whoever
/// lost the connection as soon as they are not expected back any more.
pub fn owed_by_message(call: &Call, by: &PersonId) -> Vec<Notice> {
    [&call.caller.id, &call.callee.id]
        .into_iter()
        .filter(|person| *person != by)
        .filter_map(|to| {
            let seat = call.seats().and_then(|seats| seats.get(to)).filter(|seat| seat.is_inside());
            let due = match seat {
                Some(seat) => Some(seat.place.kept_until()?),
                None => None,
            };
            let about = About::Call(call.id.clone());
            Some(Notice { to: to.clone(), topic: Topic::Message, about, by: Some(by.clone()), due })
        })
        .collect()
}

/// What each event owes, and the reminders of an appointment that is settled from now on.
pub fn owed_by_appointment(now: Millis, appointment: &Appointment, events: &[appointment::Event]) -> Vec<Notice> {
    let settles = |event: &appointment::Event| {
        use appointment::Event;
        matches!(event, Event::Created { .. } | Event::Accepted { .. } | Event::Rescheduled { .. })
    };
    let reminders = match appointment.status {
        Status::Accepted if events.iter().any(settles) => reminders(now, appointment),
        _ => vec![],
    };
    events.iter().flat_map(|event| owed(appointment, event)).chain(reminders).collect()
}

/// To the patient: the practice has its calendar. None whose time has passed.
fn reminders(now: Millis, appointment: &Appointment) -> Vec<Notice> {
    let topics = [Topic::ReminderDay, Topic::ReminderHour].into_iter();
    let due =
        |topic: Topic| topic.lead().map(|lead| (topic, appointment.slot.start - lead)).filter(|(_, at)| now < *at);
    topics
        .filter_map(due)
        .map(|(topic, at)| Notice { due: Some(at), ..notice(appointment, &appointment.patient, None, topic) })
        .collect()
}

/// Whether a notice that is due since `at` is still worth telling.
pub fn has_point(now: Millis, topic: Topic, at: Millis, facts: &Facts) -> bool {
    match (topic, facts) {
        (_, Facts::Gone) => false,
        (Topic::IncomingCall, Facts::Ring { until, heard, .. }) => now < *until && !heard,
        (Topic::MissedCall, Facts::Call { seen, .. }) => !seen && now < at + TOLD_WITHIN,
        (Topic::RingOver, Facts::Call { .. }) => now < at + RING_SHOWN_FOR,
        (Topic::Message, Facts::Chat { seen, .. }) => !seen && now < at + TOLD_WITHIN,
        (Topic::Invitation, Facts::Invitation { until }) => now < *until,
        (Topic::AppointmentRequested, Facts::Appointment(appointment)) => {
            appointment.status == Status::Pending && now < appointment.slot.end()
        }
        (Topic::AppointmentAccepted | Topic::AppointmentRescheduled, Facts::Appointment(appointment)) => {
            appointment.holds_its_slot() && now < appointment.slot.end()
        }
        (Topic::AppointmentDeclined | Topic::AppointmentCancelled, Facts::Appointment(_)) => now < at + TOLD_WITHIN,
        (Topic::ReminderDay | Topic::ReminderHour, Facts::Appointment(appointment)) => {
            let meant = topic.lead().map(|lead| at + lead);
            appointment.status == Status::Accepted
                && meant == Some(appointment.slot.start)
                && now < appointment.slot.start
        }
        (Topic::CallStarting, Facts::Appointment(appointment)) => {
            appointment.must_be_open(now).is_ok() && now < at + STARTING_FOR
        }
        (_, Facts::Ring { .. } | Facts::Call { .. } | Facts::Chat { .. }) => false,
        (_, Facts::Appointment(_) | Facts::Invitation { .. }) => false,
    }
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
    Notice { to: to.clone(), topic, about: About::Appointment(appointment.id.clone()), by: by.cloned(), due: None }
}

fn without_repeats(mut notices: Vec<Notice>, next: Notice) -> Vec<Notice> {
    if !notices.contains(&next) {
        notices.push(next);
    }
    notices
}

impl Topic {
    pub const ALL: [Self; 13] = [
        Self::IncomingCall,
        Self::RingOver,
        Self::MissedCall,
        Self::Message,
        Self::Invitation,
        Self::AppointmentRequested,
        Self::AppointmentAccepted,
        Self::AppointmentDeclined,
        Self::AppointmentCancelled,
        Self::AppointmentRescheduled,
        Self::ReminderDay,
        Self::ReminderHour,
        Self::CallStarting,
    ];

    /// Whether it is kept in the app, to be read later.
    pub fn is_kept(self) -> bool {
        !matches!(self, Self::IncomingCall | Self::RingOver | Self::Invitation)
    }

    /// How long before an appointment it is told.
    pub fn lead(self) -> Option<Span> {
        match self {
            Self::ReminderDay => Some(Span::days(1)),
            Self::ReminderHour => Some(Span::hours(1)),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::IncomingCall => "incoming-call",
            Self::RingOver => "ring-over",
            Self::MissedCall => "missed-call",
            Self::Message => "message",
            Self::Invitation => "invitation",
            Self::AppointmentRequested => "appointment-requested",
            Self::AppointmentAccepted => "appointment-accepted",
            Self::AppointmentDeclined => "appointment-declined",
            Self::AppointmentCancelled => "appointment-cancelled",
            Self::AppointmentRescheduled => "appointment-rescheduled",
            Self::ReminderDay => "reminder-day",
            Self::ReminderHour => "reminder-hour",
            Self::CallStarting => "call-starting",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }
}
