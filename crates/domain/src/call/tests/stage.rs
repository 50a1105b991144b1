//! The people, things and sentences that all tests of calls share.

use crate::call::{
    Actor, Admission, Call, Command, Door, Ending, Event, Leaving, Media, Opening, Party, Place, Reach, Request, Seat,
    State,
};
use crate::ids::{AppointmentId, CallId, DeviceId, PersonId, RoomId};
use crate::person::Role;
use crate::refusal::Refusal;
use crate::time::{Millis, Span};

/// The practitioner, who keeps the door.
pub const ADA: &str = "ada";
/// The patient.
pub const JANE: &str = "jane";
/// The interpreter, a guest once she is invited.
pub const INES: &str = "ines";
/// Somebody whom the call does not concern.
pub const STAN: &str = "stan";
pub const CLOCK: &str = "clock";

pub const RING_FOR: Span = Span::seconds(30);
/// When the links of the appointment expire, in seconds.
pub const LINKS_EXPIRE: i64 = 3_600;

pub fn at(seconds: i64) -> Millis {
    Millis(seconds * 1_000)
}

pub fn person(name: &str) -> PersonId {
    PersonId::new(name)
}

pub fn device(name: &str) -> DeviceId {
    DeviceId::new(name)
}

pub fn practitioner(name: &str) -> Party {
    Party { id: person(name), role: Role::Practitioner }
}

pub fn patient(name: &str) -> Party {
    Party { id: person(name), role: Role::Patient }
}

pub fn request(caller: Party, callee: Party) -> Request {
    Request {
        id: CallId::new("call"),
        room: RoomId::new("room"),
        appointment: None,
        media: Media::Video,
        caller,
        callee,
        ring_for: RING_FOR,
    }
}

/// `caller` rings `callee`, who can be reached.
pub fn ring(caller: Party, callee: Party) -> Call {
    Call::request(at(0), request(caller, callee), Reach::Reachable).expect("two people, one of whom can be rung").0
}

pub fn jane_rings_ada() -> Call {
    ring(patient(JANE), practitioner(ADA))
}

pub fn opening(practitioner: &str, patient: &str, door: Door) -> Opening {
    Opening {
        id: CallId::new("call"),
        room: RoomId::new("room"),
        appointment: AppointmentId::new("visit"),
        practitioner: person(practitioner),
        patient: person(patient),
        door,
        until: at(LINKS_EXPIRE),
    }
}

/// The room of an appointment of Ada and Jane, with nobody in it yet.
pub fn room(door: Door) -> Call {
    Call::open(at(0), opening(ADA, JANE, door)).0
}

pub fn accept(on: &str) -> Command {
    Command::Accept { device: device(on) }
}

pub fn decline(words: &str) -> Command {
    Command::Decline { device: None, words: Some(words.to_owned()) }
}

pub fn admit(name: &str) -> Command {
    Command::Admit { person: person(name) }
}

pub fn turn_away(name: &str) -> Command {
    Command::TurnAway { person: person(name), words: None }
}

pub fn send_back(name: &str) -> Command {
    Command::SendBack { person: person(name) }
}

pub fn remove(name: &str) -> Command {
    Command::Remove { person: person(name) }
}

/// One line of a story: the second, who, what they do, and the answer in words.
pub type Line<'a> = (i64, &'a str, Command, &'a str);

/// Plays `lines` on `call`; each must get the answer it names, and the call must end as `finally` says.
#[track_caller]
pub fn story(mut call: Call, lines: &[Line<'_>], finally: &str) {
    for (second, who, command, answer) in lines {
        let got = act(&mut call, at(*second), who, command);
        assert_eq!(say_answer(&got), *answer, "at {second} s, when {who} does {command:?}");
    }
    assert_eq!(say_state(&call), finally, "how the story ends");
}

/// `call` after all of `acts`, none of which is refused.
#[track_caller]
pub fn after(mut call: Call, acts: &[(i64, &str, Command)]) -> Call {
    for (second, who, command) in acts {
        let got = act(&mut call, at(*second), who, command);
        assert!(got.is_ok(), "at {second} s {who} may do {command:?}, but {}", say_answer(&got));
    }
    call
}

pub fn decide(call: &Call, now: Millis, who: &str, command: &Command) -> Result<Vec<Event>, Refusal> {
    match who {
        CLOCK => call.decide(now, Actor::Clock, command),
        name => call.decide(now, Actor::Person(&person(name)), command),
    }
}

pub fn act(call: &mut Call, now: Millis, who: &str, command: &Command) -> Result<Vec<Event>, Refusal> {
    let events = decide(call, now, who, command)?;
    for event in &events {
        call.apply(now, event);
    }
    Ok(events)
}

pub fn say_answer(answer: &Result<Vec<Event>, Refusal>) -> String {
    match answer {
        Ok(events) if events.is_empty() => "nothing".to_owned(),
        Ok(events) => events.iter().map(say).collect::<Vec<_>>().join(", "),
        Err(refusal) => format!("{}: {}", code(*refusal), refusal.why()),
    }
}

pub fn code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotFound => "not-found",
        Refusal::Forbidden(_) => "forbidden",
        Refusal::Invalid(_) => "invalid",
        Refusal::NotNow(_) => "not-now",
        Refusal::Expired(_) => "expired",
        Refusal::Busy(_) => "busy",
        Refusal::Offline => "offline",
        Refusal::Unproven => "unauthorized",
    }
}

pub fn say(event: &Event) -> String {
    match event {
        Event::Requested { .. } => "requested".to_owned(),
        Event::Opened { .. } => "opened".to_owned(),
        Event::Rang { device } => format!("rang on {device}"),
        Event::Accepted { device, .. } => format!("accepted on {device}"),
        Event::Began => "began".to_owned(),
        Event::Invited { person, .. } => format!("{person} invited"),
        Event::Entered { person } => format!("{person} entered"),
        Event::Admitted { person, .. } => format!("{person} admitted"),
        Event::TurnedAway { person, words, .. } => format!("{person} turned away{}", quoted(words.as_deref())),
        Event::Lost { person, until } => format!("{person} lost until {}", until.0 / 1_000),
        Event::Returned { person } => format!("{person} returned"),
        Event::Left { person, why: Leaving::Left } => format!("{person} left"),
        Event::Left { person, why: Leaving::Removed } => format!("{person} removed"),
        Event::SentBack { person, .. } => format!("{person} sent back"),
        Event::Left { person, why: Leaving::Lost } => format!("{person} did not come back"),
        Event::Locked { .. } => "locked".to_owned(),
        Event::Unlocked { .. } => "unlocked".to_owned(),
        Event::Ended { why, by: Some(by), words, .. } => {
            format!("ended {} by {by}{}", why.name(), quoted(words.as_deref()))
        }
        Event::Ended { why, by: None, words, .. } => format!("ended {}{}", why.name(), quoted(words.as_deref())),
    }
}

pub fn say_state(call: &Call) -> String {
    match &call.state {
        State::Ringing { .. } => "ringing".to_owned(),
        State::Waiting { seats, .. } => format!("waiting: {}", say_seats(seats.iter())),
        State::Active { seats, .. } => format!("active: {}", say_seats(seats.iter())),
        State::Ended { why, .. } => match call.duration() {
            Some(span) => format!("ended {} after {} s", why.name(), span.as_seconds()),
            None => format!("ended {}", why.name()),
        },
    }
}

fn say_seats<'a>(seats: impl Iterator<Item = (&'a PersonId, &'a Seat)>) -> String {
    let says = |(person, seat): (&PersonId, &Seat)| {
        let place = match (seat.place, seat.admission) {
            (Place::Expected, _) => "expected",
            (Place::Here { .. }, Admission::Given) => "inside",
            (Place::Here { .. }, Admission::Needed) => "waits",
            (Place::Lost { .. }, _) => "lost",
            (Place::Left { .. }, _) => "left",
        };
        format!("{person} {place}")
    };
    seats.map(says).collect::<Vec<_>>().join(", ")
}

fn quoted(words: Option<&str>) -> String {
    words.map(|words| format!(" “{words}”")).unwrap_or_default()
}

/// An ended call for each way in which one can end.
pub fn ended_calls() -> Vec<(Ending, Call)> {
    let ring = jane_rings_ada;
    let calls = [
        after(ring(), &[(5, ADA, accept("desk")), (9, ADA, Command::End)]),
        after(ring(), &[(5, ADA, decline("in surgery"))]),
        after(ring(), &[(30, CLOCK, Command::Tick)]),
        after(ring(), &[(5, JANE, Command::Cancel)]),
        after(ring(), &[(5, ADA, accept("desk")), (65, CLOCK, Command::Tick)]),
    ];
    Ending::ALL.into_iter().zip(calls).collect()
}
