//! What happened to a call, as what whom is to be told. Pure: the gateway carries it out.

use bedside_domain::call::{Admission, Call, Ending, Event, Leaving, Origin, Part, Party, State};
use bedside_domain::ids::{DeviceId, PersonId};
use bedside_domain::time::Millis;
use serde_json::{Value, json};

use super::time;
use crate::app::Names;
use crate::bus::CallNews;

/// One thing that the gateway does. In order, they are what everybody hears.
#[derive(Debug)]
pub enum Step {
    /// To every device of the person but that one.
    Person {
        to: PersonId,
        but: Option<DeviceId>,
        event: &'static str,
        payload: Value,
    },
    /// To every device of the person that is not in the room: those in it see for themselves.
    Outside {
        to: PersonId,
        event: &'static str,
        payload: Value,
    },
    /// To everybody in the room but that one.
    Room {
        but: Option<PersonId>,
        event: &'static str,
        payload: Value,
    },
    /// To everybody in the room but the two parties, who hear it at all their devices.
    Guests {
        event: &'static str,
        payload: Value,
    },
    /// Every device of the person rings, and says so.
    Ring {
        to: PersonId,
        payload: Value,
    },
    /// The person is in the room from now on, with the socket that asked to be; the others hear the event.
    Seat {
        person: PersonId,
        event: &'static str,
        payload: Value,
    },
    /// A device rings; the caller may connect to it already.
    Rings {
        to: PersonId,
        device: DeviceId,
        payload: Value,
    },
    /// The person waits to be admitted.
    Wait {
        person: PersonId,
    },
    /// From the seat to the waiting room, with the same socket.
    SendBack {
        person: PersonId,
    },
    Unseat {
        person: PersonId,
    },
    /// Nobody is in the room any more.
    Close,
}

/// Whoever is in the room, as others see them.
pub struct Participant {
    pub id: PersonId,
    pub name: String,
    pub role: String,
}

pub fn steps(news: &CallNews, names: &Names) -> Vec<Step> {
    let teller = Teller { news, call: &news.call, names };
    news.events.iter().flat_map(|event| teller.of(event)).collect()
}

pub fn participants(call: &Call, names: &Names) -> Vec<Participant> {
    let seats = call.seats().into_iter().flat_map(|seats| seats.participants());
    seats.map(|(id, _)| Participant { id: id.clone(), name: name(names, id), role: role(call, id) }).collect()
}

/// `Waiting` until both are there.
pub fn room_status(call: &Call) -> &'static str {
    let inside = |id: &PersonId| call.seats().and_then(|seats| seats.get(id)).is_some_and(|seat| seat.is_inside());
    match call.state {
        State::Active { .. } if inside(&call.caller.id) && inside(&call.callee.id) => "InProgress",
        State::Ended { .. } => "Ended",
        State::Ringing { .. } | State::Waiting { .. } | State::Active { .. } => "Waiting",
    }
}

/// Whether the person is in the call itself, not in front of its door.
pub fn is_inside(call: &Call, person: &PersonId) -> bool {
    call.seats().and_then(|seats| seats.get(person)).is_some_and(|seat| seat.is_inside())
}

/// Whoever is at the door, the longest waiting first; for those who keep it.
pub fn waiting(call: &Call, names: &Names, for_whom: &PersonId) -> Vec<Value> {
    if !call.party(for_whom).is_some_and(Party::is_host) {
        return Vec::new();
    }
    let waiting = call.seats().map(|seats| seats.waiting()).unwrap_or_default();
    waiting.into_iter().map(|(id, since)| waits(id, since, names)).collect()
}

fn waits(person: &PersonId, since: Millis, names: &Names) -> Value {
    json!({ "userId": person.as_str(), "name": name(names, person), "since": time(since) })
}

/// When the two met, and how many seconds ago, so that it does not matter how the clocks of devices go.
pub fn begun(call: &Call, now: Millis) -> Option<(String, i64)> {
    let State::Active { since, .. } = &call.state else { return None };
    Some((time(*since), now.since(*since).as_seconds()))
}

/// Where somebody stands in the waiting room, the first being 1.
pub fn position(call: &Call, person: &PersonId) -> Option<usize> {
    let waiting = call.seats()?.waiting();
    waiting.iter().position(|(id, _)| *id == person).map(|index| index + 1)
}

/// A ring as the callee's devices get it, in the words of every vocabulary.
pub fn incoming(call: &Call, names: &Names, reason: Option<&str>) -> Value {
    let State::Ringing { due, .. } = call.state else { return Value::Null };
    let caller = names.get(&call.caller.id);
    let mut payload = json!({
        "callId": call.id.as_str(),
        "roomId": call.room.as_str(),
        "callType": call.media.name(),
        "type": call.media.name(),
        "callerId": call.caller.id.as_str(),
        "callerName": name(names, &call.caller.id),
        "from": call.caller.id.as_str(),
        "requestedAt": time(call.requested_at),
        "expiresAt": time(due),
    });
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            payload[key] = Value::String(value);
        }
    };
    if !call.caller.is_host() {
        put("patientId", Some(call.caller.id.to_string()));
        put("patientName", Some(name(names, &call.caller.id)));
    }
    put("specialization", caller.and_then(|person| person.specialization.clone()));
    put("reason", reason.map(str::to_owned));
    put("appointmentId", call.appointment.as_ref().map(ToString::to_string));
    payload
}

struct Teller<'a> {
    news: &'a CallNews,
    call: &'a Call,
    names: &'a Names,
}

impl Teller<'_> {
    fn of(&self, event: &Event) -> Vec<Step> {
        let (call, caller) = (self.call, &self.call.caller.id);
        match event {
            Event::Requested { .. } if call.has_ended() => vec![],
            Event::Requested { callee, .. } => {
                let payload = incoming(call, self.names, self.news.reason.as_deref());
                vec![Step::Ring { to: callee.clone(), payload: self.versioned(payload) }]
            }
            Event::Opened { .. } | Event::Began => vec![],
            Event::Invited { person, by, .. } => vec![self.invited(person, by)],
            Event::Locked { by } => vec![self.locked(by, true)],
            Event::Unlocked { by } => vec![self.locked(by, false)],
            Event::Rang { device } => {
                let payload = self.full(json!({ "deviceId": device.as_str() }));
                vec![Step::Rings { to: caller.clone(), device: device.clone(), payload }]
            }
            Event::Accepted { by, device } => {
                let accepted = json!({ "acceptedBy": by.as_str(), "deviceId": device.as_str() });
                vec![
                    self.person(caller, "call-accepted", accepted.clone()),
                    self.person(caller, "call-answered", accepted),
                    self.elsewhere(by, Some(device.clone())),
                ]
            }
            Event::Entered { person } => self.entered(person),
            Event::Admitted { person, .. } => self.out_of_the_queue(person, self.seated(person)),
            Event::TurnedAway { person, words, .. } => {
                let denied = json!({ "userId": person.as_str(), "reason": words });
                let denied = self.person(person, "admission-denied", denied);
                self.out_of_the_queue(person, vec![denied, Step::Unseat { person: person.clone() }])
            }
            Event::Lost { person, until } => {
                let until = json!({ "userId": person.as_str(), "until": time(*until) });
                vec![self.room(Some(person), "user-reconnecting", until)]
            }
            Event::Returned { person } if is_inside(call, person) => {
                let payload = self.full(json!({ "userId": person.as_str() }));
                vec![Step::Seat { person: person.clone(), event: "user-back", payload }]
            }
            Event::Returned { person } => vec![Step::Wait { person: person.clone() }],
            Event::Left { person, why } => {
                let left = vec![self.left(person, *why), Step::Unseat { person: person.clone() }];
                let seat = self.call.seats().and_then(|seats| seats.get(person));
                match seat.is_some_and(|seat| seat.admission == Admission::Needed) {
                    true => self.out_of_the_queue(person, left),
                    false => left,
                }
            }
            Event::SentBack { person, .. } => {
                let left = json!({ "userId": person.as_str(), "reason": "returned-to-waiting" });
                let left = self.room(Some(person), "user-left", left);
                vec![left, Step::SendBack { person: person.clone() }, Step::Wait { person: person.clone() }]
            }
            Event::Ended { why, by, on, words } => self.ended(*why, by.as_ref(), on.as_ref(), words.as_deref()),
        }
    }

    /// Whoever invites gets the link with it; the others see who may come.
    fn invited(&self, person: &PersonId, by: &PersonId) -> Step {
        self.room(Some(by), "invited", self.someone(person))
    }

    fn entered(&self, person: &PersonId) -> Vec<Step> {
        if is_inside(self.call, person) {
            return self.seated(person);
        }
        let since = self.call.seats().and_then(|seats| seats.get(person)?.place.there_since());
        let waiting = waits(person, since.unwrap_or(self.call.requested_at), self.names);
        let told = self.hosts().map(|host| self.person(&host.id, "participant-waiting", waiting.clone()));
        [Step::Wait { person: person.clone() }].into_iter().chain(told).collect()
    }

    fn hosts(&self) -> impl Iterator<Item = &Party> {
        [&self.call.caller, &self.call.callee].into_iter().filter(|party| party.is_host())
    }

    fn seated(&self, person: &PersonId) -> Vec<Step> {
        vec![Step::Seat { person: person.clone(), event: "user-joined", payload: self.full(self.someone(person)) }]
    }

    fn someone(&self, person: &PersonId) -> Value {
        json!({
            "userId": person.as_str(),
            "name": name(self.names, person),
            "role": role(self.call, person),
        })
    }

    /// The practice sees it from outside of the room, too, and whoever still waits is told where they stand now.
    fn out_of_the_queue(&self, person: &PersonId, mut steps: Vec<Step>) -> Vec<Step> {
        let payload = self.full(json!({ "userId": person.as_str() }));
        let outside =
            |to: &Party| Step::Outside { to: to.id.clone(), event: "no-longer-waiting", payload: payload.clone() };
        steps.extend(self.hosts().map(outside));
        let waiting = self.call.seats().map(|seats| seats.waiting()).unwrap_or_default();
        steps.extend(waiting.into_iter().map(|(person, _)| Step::Wait { person: person.clone() }));
        steps
    }

    /// A ring ends for whoever rang and whoever was rung; a call for everybody in it.
    fn ended(&self, why: Ending, by: Option<&PersonId>, on: Option<&DeviceId>, words: Option<&str>) -> Vec<Step> {
        let (caller, callee) = (&self.call.caller.id, &self.call.callee.id);
        let was_ringing =
            self.call.origin == Origin::Ring && matches!(self.call.state, State::Ended { began: None, .. });
        let empty = || json!({});
        match why {
            // Born ended: nobody has heard of it, and the caller has been told why.
            _ if was_ringing && self.news.events.len() > 1 => vec![],
            Ending::Declined if was_ringing => {
                let rejected = json!({ "reason": words, "rejectedBy": by.map(PersonId::as_str) });
                vec![self.person(caller, "call-rejected", rejected), self.elsewhere(callee, on.cloned())]
            }
            Ending::Cancelled if was_ringing => vec![self.person(callee, "call-cancelled", empty())],
            _ if was_ringing => {
                vec![self.person(caller, "call-missed", empty()), self.person(callee, "call-missed", empty())]
            }
            _ => {
                let seconds = self.call.duration().map_or(0, |duration| duration.as_seconds());
                let ended = json!({
                    "endedBy": by.map(PersonId::as_str),
                    "reason": why.name(),
                    "durationSeconds": seconds,
                });
                vec![
                    self.person(caller, "call-ended", ended.clone()),
                    self.person(callee, "call-ended", ended.clone()),
                    Step::Guests { event: "call-ended", payload: self.full(ended) },
                    Step::Close,
                ]
            }
        }
    }

    fn left(&self, person: &PersonId, why: Leaving) -> Step {
        let reason = match why {
            Leaving::Left => "left",
            Leaving::Lost => "connection-lost",
            Leaving::Removed => "removed",
        };
        // Whoever is removed hears it too; whoever leaves knows.
        let but = (why != Leaving::Removed).then_some(person);
        self.room(but, "user-left", json!({ "userId": person.as_str(), "reason": reason }))
    }

    fn locked(&self, by: &PersonId, locked: bool) -> Step {
        self.room(None, "room-locked", json!({ "userId": by.as_str(), "isLocked": locked }))
    }

    fn elsewhere(&self, callee: &PersonId, but: Option<DeviceId>) -> Step {
        Step::Person { to: callee.clone(), but, event: "call-answered-elsewhere", payload: self.full(json!({})) }
    }

    fn person(&self, to: &PersonId, event: &'static str, payload: Value) -> Step {
        Step::Person { to: to.clone(), but: None, event, payload: self.full(payload) }
    }

    fn room(&self, but: Option<&PersonId>, event: &'static str, payload: Value) -> Step {
        Step::Room { but: but.cloned(), event, payload: self.full(payload) }
    }

    fn full(&self, mut payload: Value) -> Value {
        payload["callId"] = json!(self.call.id.as_str());
        payload["roomId"] = json!(self.call.room.as_str());
        self.versioned(payload)
    }

    fn versioned(&self, mut payload: Value) -> Value {
        payload["version"] = json!(self.news.version);
        payload
    }
}

fn name(names: &Names, id: &PersonId) -> String {
    names.get(id).map(|person| person.name.clone()).unwrap_or_default()
}

fn role(call: &Call, id: &PersonId) -> String {
    let guest = call.seats().and_then(|seats| seats.get(id)).and_then(|seat| match seat.part {
        Part::Guest(role) => Some(role.name()),
        Part::Party => None,
    });
    call.party(id).map(|party| party.role.name()).or(guest).unwrap_or("guest").to_owned()
}
