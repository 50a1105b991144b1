//! The rules alone, with just enough around them to play a story: what a server would load and store.

use std::collections::BTreeMap;

use bedside_domain::appointment::{LINK_CLOSES_AFTER, Slot};
use bedside_domain::call::{
    Actor, Call, Command, Door, Event, GuestRole, Media, Opening, Party, Reach, Request, State,
};
use bedside_domain::ids::{AppointmentId, CallId, DeviceId, PersonId, RoomId};
use bedside_domain::notice;
use bedside_domain::person::Role;
use bedside_domain::refusal::Refusal;
use bedside_domain::room::Room;
use bedside_domain::time::{Millis, Span};
use serde_json::Value;

use crate::script::{Act, CallOutcome, Does, Outcome, RoomOutcome, Step, Story};

const RING_FOR: Span = Span::seconds(30);

pub struct Stage<'a> {
    story: &'a Story,
    calls: BTreeMap<String, Call>,
    rooms: BTreeMap<RoomId, Room>,
    /// The room of the appointment, or of the first call.
    room: Option<RoomId>,
    missed: Vec<String>,
}

/// What comes of a step: events, and perhaps the code with which it was refused all the same.
struct Answer {
    events: Vec<Event>,
    refused: Option<&'static str>,
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self { events: vec![], refused: Some(code(refusal)) }
    }
}

impl From<Vec<Event>> for Answer {
    fn from(events: Vec<Event>) -> Self {
        Self { events, refused: None }
    }
}

impl<'a> Stage<'a> {
    pub fn set(story: &'a Story) -> Self {
        let mut stage = Self { story, calls: BTreeMap::new(), rooms: BTreeMap::new(), room: None, missed: vec![] };
        if let Some(visit) = &story.appointment {
            let (practitioner, patient) = (PersonId::new(&visit.practitioner), PersonId::new(&visit.patient));
            let door = if visit.waiting_room { Door::WaitingRoom } else { Door::Open };
            let id = AppointmentId::new(&visit.id);
            stage.furnish(Room::new(RoomId::new("the room"), Some(id), practitioner, patient, door));
        }
        stage
    }

    /// Does what the step says, and compares what comes of it.
    pub fn play(&mut self, step: &Step) -> Result<(), String> {
        let now = at(step.at);
        let answer = match &step.does.act {
            Act::TimePasses => self.let_time_pass(now).into(),
            Act::RequestVideoCall { .. } => self.ring(now, step),
            Act::JoinRoom => self.join(now, step),
            _ => self.command(now, &step.who, &step.does.call, &command(step)).unwrap_or_else(Answer::from),
        };
        if answer.refused != step.refused.as_deref() {
            return Err(format!("refused {:?}, not {:?}", answer.refused, step.refused));
        }
        let events: Vec<Value> =
            answer.events.iter().map(|event| serde_json::to_value(event).expect("an event is plain data")).collect();
        let alike = events.len() == step.then.len() && step.then.iter().zip(&events).all(|(told, is)| says(told, is));
        if alike { Ok(()) } else { Err(format!("there happened {}", Value::Array(events))) }
    }

    pub fn finish(&self, told: &Outcome) -> Result<(), String> {
        let calls: BTreeMap<String, CallOutcome> =
            self.calls.iter().map(|(name, call)| (name.clone(), outcome(call))).collect();
        if calls != told.calls {
            return Err(format!("in the end the calls are {calls:?}"));
        }
        if self.missed != told.missed {
            return Err(format!("in the end a missed call is found by {:?}", self.missed));
        }
        let room = self.room.as_ref().and_then(|room| self.rooms.get(room)).map(|room| RoomOutcome {
            status: room.status.name().to_owned(),
            practitioner_joined: room.practitioner_joined,
            patient_joined: room.patient_joined,
        });
        if told.room.is_some() && room != told.room { Err(format!("in the end the room is {room:?}")) } else { Ok(()) }
    }

    fn let_time_pass(&mut self, now: Millis) -> Vec<Event> {
        let mut events = Vec::new();
        let next = |stage: &Self| {
            let due = stage.calls.iter().filter_map(|(name, call)| Some((call.deadline()?, name.clone())));
            due.filter(|(deadline, _)| *deadline <= now).min()
        };
        while let Some((deadline, name)) = next(self) {
            let call = &self.calls[&name];
            let came = call.decide(deadline, Actor::Clock, &Command::Tick).expect("the clock may tick");
            self.happen(deadline, &name, &came);
            events.extend(came);
        }
        events
    }

    fn ring(&mut self, now: Millis, step: &Step) -> Answer {
        let Act::RequestVideoCall { callee_id, call_type, appointment_id } = &step.does.act else {
            unreachable!("the step rings somebody")
        };
        let (caller, callee) = (self.party(&step.who), self.party(callee_id));
        let reach = self.reach(&callee);
        let room = match (appointment_id, &self.room) {
            (Some(_), Some(room)) => room.clone(),
            (Some(_), None) => panic!("the story has no appointment"),
            (None, _) => self.furnish(room_of(&step.does, &caller, &callee)),
        };
        let request = Request {
            id: CallId::new(&step.does.call),
            room,
            appointment: appointment_id.as_ref().map(AppointmentId::new),
            media: call_type.as_deref().map_or(Media::Video, |name| Media::named(name).expect("video or audio")),
            caller,
            callee,
            ring_for: RING_FOR,
        };
        let refused = match reach {
            Reach::Reachable => None,
            Reach::Busy => Some("busy"),
            Reach::Offline => Some("offline"),
        };
        match Call::request(now, request, reach) {
            Ok(born) => Answer { refused, ..self.begin(now, &step.does.call, born) },
            Err(refusal) => refusal.into(),
        }
    }

    /// Whoever enters the room of an appointment in which no call is opens one.
    fn join(&mut self, now: Millis, step: &Step) -> Answer {
        let name = &step.does.call;
        let opened = match self.opening(&step.does, &step.who) {
            Some(opening) => self.begin(now, name, Call::open(now, opening)).events,
            None => vec![],
        };
        match self.command(now, &step.who, name, &Command::Join) {
            Ok(entered) => opened.into_iter().chain(entered.events).collect::<Vec<_>>().into(),
            Err(refusal) => refusal.into(),
        }
    }

    /// The session that a party of the appointment begins by entering, unless it is there already.
    fn opening(&self, does: &Does, who: &str) -> Option<Opening> {
        let visit =
            self.story.appointment.as_ref().filter(|visit| who == visit.practitioner || who == visit.patient)?;
        let room = self.rooms.get(self.room.as_ref()?)?;
        let slot = Slot { start: at(visit.start), minutes: visit.minutes };
        (!self.calls.contains_key(&does.call)).then(|| Opening {
            id: CallId::new(&does.call),
            room: room.id.clone(),
            appointment: AppointmentId::new(&visit.id),
            practitioner: room.practitioner.clone(),
            patient: room.patient.clone(),
            door: room.door,
            until: slot.end() + LINK_CLOSES_AFTER,
        })
    }

    fn command(&mut self, now: Millis, who: &str, call: &str, command: &Command) -> Result<Answer, Refusal> {
        let held = self.calls.get(call).ok_or(Refusal::NotFound)?;
        let events = held.decide(now, Actor::Person(&PersonId::new(who)), command)?;
        self.happen(now, call, &events);
        Ok(events.into())
    }

    fn begin(&mut self, now: Millis, name: &str, (call, events): (Call, Vec<Event>)) -> Answer {
        self.calls.insert(name.to_owned(), call);
        self.follow(now, name, &events);
        events.into()
    }

    fn happen(&mut self, now: Millis, name: &str, events: &[Event]) {
        let call = self.calls.get_mut(name).expect("the call is there");
        events.iter().for_each(|event| call.apply(now, event));
        self.follow(now, name, events);
    }

    fn follow(&mut self, now: Millis, name: &str, events: &[Event]) {
        let call = &self.calls[name];
        self.rooms.get_mut(&call.room).expect("a call is in a room").follow(now, call, events);
        let owed = notice::owed_by_call(call, events);
        let missed = owed.into_iter().filter(|notice| notice.topic == notice::Topic::MissedCall);
        self.missed.extend(missed.map(|notice| notice.to.to_string()));
    }

    fn furnish(&mut self, room: Room) -> RoomId {
        let id = room.id.clone();
        self.room.get_or_insert(id.clone());
        self.rooms.insert(id.clone(), room);
        id
    }

    fn reach(&self, callee: &Party) -> Reach {
        let engaged = self.calls.values().any(|call| call.engaged().contains(&&callee.id));
        let person = self.story.people.iter().find(|person| person.id == callee.id.as_str());
        match person {
            _ if engaged => Reach::Busy,
            Some(person) if !person.devices.is_empty() => Reach::Reachable,
            Some(_) | None => Reach::Offline,
        }
    }

    fn party(&self, name: &str) -> Party {
        let person = self.story.people.iter().find(|person| person.id == name).expect("a person of the story");
        Party { id: PersonId::new(name), role: Role::named(&person.role).expect("a role") }
    }
}

/// A call without an appointment makes a room of its own.
fn room_of(does: &Does, caller: &Party, callee: &Party) -> Room {
    let (first, second) = if callee.role == Role::Practitioner { (callee, caller) } else { (caller, callee) };
    let id = RoomId::new(format!("the room of {}", does.call));
    Room::new(id, None, first.id.clone(), second.id.clone(), Door::Open)
}

fn command(step: &Step) -> Command {
    let device = || DeviceId::new(step.on.clone().unwrap_or_else(|| "the first".to_owned()));
    match &step.does.act {
        Act::DeviceRings => Command::DeviceRings { device: device() },
        Act::AcceptVideoCall => Command::Accept { device: device() },
        Act::RejectVideoCall { reason } => Command::Decline { device: None, words: reason.clone() },
        Act::CancelVideoCall => Command::Cancel,
        Act::LeaveRoom => Command::Leave,
        Act::EndCall => Command::End,
        Act::AdmitParticipant { user_id } => Command::Admit { person: PersonId::new(user_id) },
        Act::DenyParticipant { user_id } => Command::TurnAway { person: PersonId::new(user_id), words: None },
        Act::InviteParticipant { guest_id, role } => {
            Command::Invite { guest: PersonId::new(guest_id), role: GuestRole::named(role).expect("a guest's role") }
        }
        Act::ConnectionLost => Command::Lose,
        Act::ConnectionBack => Command::Return,
        Act::RequestVideoCall { .. } | Act::JoinRoom | Act::TimePasses => unreachable!("played in their own way"),
    }
}

/// Whether `is` has everything that `told` names.
fn says(told: &Value, is: &Value) -> bool {
    match (told, is) {
        (Value::Object(told), Value::Object(is)) => {
            told.iter().all(|(name, value)| is.get(name).is_some_and(|found| found == value))
        }
        _ => false,
    }
}

fn outcome(call: &Call) -> CallOutcome {
    let (state, ending) = match &call.state {
        State::Ringing { .. } => ("ringing", None),
        State::Waiting { .. } => ("waiting", None),
        State::Active { .. } => ("active", None),
        State::Ended { why, .. } => ("ended", Some(why.name().to_owned())),
    };
    CallOutcome { state: state.to_owned(), ending, duration_seconds: call.duration().map(Span::as_seconds) }
}

fn code(refusal: Refusal) -> &'static str {
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

fn at(seconds: i64) -> Millis {
    Millis(seconds * 1_000)
}
