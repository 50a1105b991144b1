//! Who is connected, and who sits in which room, in this process. What is here is worthless after a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use bedside_protocol::ids::{DeviceId, PersonId, RoomId};
use serde::Serialize;
use serde_json::{Value, json};
use socketioxide::extract::SocketRef;
use socketioxide::socket::Sid;

use super::session::Session;

/// A connection of a person. Cheap to clone.
pub type Line = Arc<Connection>;

pub struct Connection {
    pub person: PersonId,
    pub device: DeviceId,
    pub socket: SocketRef,
    pub session: Weak<Session>,
}

impl Connection {
    /// Ends the session at once. Socket.IO cannot do it: its good-bye waits behind all that the client has not read.
    pub fn cut(&self) {
        if let Some(session) = self.session.upgrade() {
            session.leave(None);
        }
    }
}

#[derive(Default)]
pub struct Hub(Mutex<Held>);

#[derive(Default)]
struct Held {
    people: HashMap<PersonId, Vec<Line>>,
    rooms: HashMap<RoomId, HashMap<PersonId, Seat>>,
    /// Which connection asked to enter, until the room has let it in.
    asking: HashMap<(RoomId, PersonId), Asking>,
    watching: HashMap<Sid, Watch>,
}

/// A connection that wishes to enter, and what its client says of itself to the others.
struct Asking {
    line: Line,
    client: Option<Announced>,
}

pub type Announced = serde_json::Map<String, Value>;

/// A seat as its last values: sent again by the client after `sync`, so nothing of it is stored.
struct Seat {
    line: Line,
    /// Its connection is there. A lost seat is kept, and nothing is told to it.
    is_here: bool,
    shown: Shown,
    client: Option<Announced>,
}

/// What others see of somebody in the room.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    pub audio: bool,
    pub video: bool,
    pub screen: bool,
    pub hand_raised: bool,
}

#[derive(Clone, Copy)]
pub enum Show {
    Audio(bool),
    Video(bool),
    Screen(bool),
    Hand(bool),
}

struct Watch {
    line: Line,
    /// How each of them was shown to this connection last.
    told: HashMap<PersonId, Option<&'static str>>,
}

impl Hub {
    pub fn connect(&self, line: Line) {
        self.held().people.entry(line.person.clone()).or_default().push(line);
    }

    /// The rooms in which this very connection had the seat: the person has lost them now.
    pub fn disconnect(&self, line: &Line) -> Vec<RoomId> {
        let mut held = self.held();
        let id = line.socket.id;
        if let Some(lines) = held.people.get_mut(&line.person) {
            lines.retain(|other| other.socket.id != id);
            if lines.is_empty() {
                held.people.remove(&line.person);
            }
        }
        held.watching.remove(&id);
        held.asking.retain(|_, asking| asking.line.socket.id != id);
        let mut sat = Vec::new();
        for (room, seats) in &mut held.rooms {
            if let Some(seat) = seats.get_mut(&line.person).filter(|seat| seat.line.socket.id == id) {
                seat.is_here = false;
                sat.push(room.clone());
            }
        }
        sat
    }

    pub fn lines_of(&self, person: &PersonId) -> Vec<Line> {
        self.held().people.get(person).cloned().unwrap_or_default()
    }

    /// This connection wishes to enter; it gets the seat when the room lets the person in.
    pub fn ask_to_enter(&self, room: &RoomId, line: &Line, client: Option<Announced>) {
        let asking = Asking { line: line.clone(), client };
        self.held().asking.insert((room.clone(), line.person.clone()), asking);
    }

    /// The room has not let it in.
    pub fn give_up_asking(&self, room: &RoomId, line: &Line) {
        let mut held = self.held();
        let key = (room.clone(), line.person.clone());
        if held.asking.get(&key).is_some_and(|asking| asking.line.socket.id == line.socket.id) {
            held.asking.remove(&key);
        }
    }

    /// The connection that waits for admission.
    pub fn asking(&self, room: &RoomId, person: &PersonId) -> Option<Line> {
        self.held().asking.get(&(room.clone(), person.clone())).map(|asking| asking.line.clone())
    }

    /// The person has the seat: the newest connection that asked. What they show is kept.
    pub fn seat(&self, room: &RoomId, person: &PersonId) -> Option<Line> {
        let mut held = self.held();
        let Asking { line, client } = held.asking.remove(&(room.clone(), person.clone()))?;
        let seats = held.rooms.entry(room.clone()).or_default();
        let before = seats.remove(person);
        let shown = before.as_ref().map_or(Shown::default(), |seat| seat.shown);
        seats.insert(person.clone(), Seat { line: line.clone(), is_here: true, shown, client });
        drop(held);
        if let Some(older) = before.filter(|seat| seat.line.socket.id != line.socket.id) {
            send(&older.line, "seat-taken", &json!({ "roomId": room.as_str() }));
        }
        Some(line)
    }

    /// Out of the seat; the same connection waits to be let in again.
    pub fn send_back(&self, room: &RoomId, person: &PersonId) {
        let mut held = self.held();
        if let Some(seat) = held.rooms.get_mut(room).and_then(|seats| seats.remove(person)) {
            let Seat { line, client, .. } = seat;
            held.asking.insert((room.clone(), person.clone()), Asking { line, client });
        }
    }

    pub fn unseat(&self, room: &RoomId, person: &PersonId) {
        let mut held = self.held();
        held.asking.remove(&(room.clone(), person.clone()));
        if let Some(seats) = held.rooms.get_mut(room) {
            seats.remove(person);
        }
    }

    pub fn close(&self, room: &RoomId) {
        let mut held = self.held();
        held.rooms.remove(room);
        held.asking.retain(|(asked, _), _| asked != room);
    }

    /// What somebody in the room shows; nothing if this connection does not sit there.
    pub fn sits(&self, room: &RoomId, line: &Line) -> bool {
        let held = self.held();
        let seat = held.rooms.get(room).and_then(|seats| seats.get(&line.person));
        seat.is_some_and(|seat| seat.line.socket.id == line.socket.id)
    }

    pub fn shown(&self, room: &RoomId, person: &PersonId) -> Shown {
        let held = self.held();
        held.rooms.get(room).and_then(|seats| seats.get(person)).map_or(Shown::default(), |seat| seat.shown)
    }

    /// What the client of somebody in the room says of itself.
    pub fn announced(&self, room: &RoomId, person: &PersonId) -> Option<Announced> {
        let held = self.held();
        held.rooms.get(room).and_then(|seats| seats.get(person)).and_then(|seat| seat.client.clone())
    }

    pub fn show(&self, room: &RoomId, person: &PersonId, show: Show) {
        let mut held = self.held();
        let Some(seat) = held.rooms.get_mut(room).and_then(|seats| seats.get_mut(person)) else { return };
        match show {
            Show::Audio(on) => seat.shown.audio = on,
            Show::Video(on) => seat.shown.video = on,
            Show::Screen(on) => seat.shown.screen = on,
            Show::Hand(up) => seat.shown.hand_raised = up,
        }
    }

    /// To everybody in the room but one, or to one alone. Sent under the lock, so that all hear in one order.
    pub fn tell_room<T: Serialize>(&self, room: &RoomId, to: To<'_>, event: &'static str, payload: &T) -> usize {
        let held = self.held();
        let mut told = 0;
        for (person, seat) in held.rooms.get(room).into_iter().flatten() {
            let meant = match to {
                To::All => true,
                To::AllBut(other) => person != other,
                To::AllButThese(others) => !others.contains(&person),
                To::One(one) => person == one,
            };
            if meant && seat.is_here {
                send(&seat.line, event, payload);
                told += 1;
            }
        }
        told
    }

    pub fn tell_person(&self, person: &PersonId, but: Option<&DeviceId>, event: &'static str, payload: &Value) {
        for line in self.lines_of(person).iter().filter(|line| Some(&line.device) != but) {
            send(line, event, payload);
        }
    }

    pub fn watch(&self, line: &Line, people: Vec<PersonId>) {
        let told = people.into_iter().map(|person| (person, None)).collect();
        self.held().watching.insert(line.socket.id, Watch { line: line.clone(), told });
    }

    /// Everybody whom somebody watches.
    pub fn watched(&self) -> Vec<PersonId> {
        let held = self.held();
        let mut people: Vec<_> = held.watching.values().flat_map(|watch| watch.told.keys()).cloned().collect();
        people.sort();
        people.dedup();
        people
    }

    /// Tells each watcher what has changed for them.
    pub fn tell_presence(&self, shown: &HashMap<PersonId, &'static str>) {
        for watch in self.held().watching.values_mut() {
            for (person, told) in &mut watch.told {
                let now = shown.get(person).copied();
                if now.is_some() && *told != now {
                    *told = now;
                    send(&watch.line, "presence-changed", &json!({ "userId": person.as_str(), "presence": now }));
                }
            }
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.0.lock().expect("no one panics holding the hub")
    }
}

/// Whom in a room a message is for.
#[derive(Clone, Copy)]
pub enum To<'a> {
    All,
    AllBut(&'a PersonId),
    AllButThese(&'a [&'a PersonId]),
    One(&'a PersonId),
}

/// Somebody who does not read is disconnected: on coming back, `sync` gives it all.
pub fn send<T: Serialize + ?Sized>(line: &Line, event: &str, payload: &T) {
    if line.socket.emit(event, payload).is_err() && line.socket.connected() {
        tracing::info!(event, "a client does not read and is disconnected");
        line.cut();
    }
}

impl Default for Shown {
    fn default() -> Self {
        Self { audio: true, video: true, screen: false, hand_raised: false }
    }
}
