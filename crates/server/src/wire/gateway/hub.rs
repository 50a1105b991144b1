//! Who is connected, and who sits in which room, in this process. What is here is worthless after a restart.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, Weak};

use bedside_protocol::ids::{CallId, DeviceId, PersonId, RoomId};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use socketioxide::extract::SocketRef;

use super::session::Session;
use crate::app::Asker;
use crate::bus::CallNews;

/// A connection of a person. Cheap to clone.
pub type Line = Arc<Connection>;

pub struct Connection {
    /// Who has come, as they were then.
    pub asker: Arc<Asker>,
    pub person: PersonId,
    pub device: DeviceId,
    pub socket: SocketRef,
    pub session: Weak<Session>,
    /// The rooms that it has asked to enter.
    rooms: Mutex<Vec<RoomId>>,
}

impl Connection {
    pub fn new(asker: Arc<Asker>, device: DeviceId, socket: SocketRef, session: Weak<Session>) -> Self {
        Self { person: asker.viewer.id.clone(), asker, device, socket, session, rooms: Mutex::default() }
    }

    /// Ends the session at once. Socket.IO cannot do it: its good-bye waits behind all that the client has not read.
    pub fn cut(&self) {
        if let Some(session) = self.session.upgrade() {
            session.leave(None);
        }
    }
}

impl Held {
    /// Takes the seat from whoever had it when this happened.
    fn clear(&mut self, news: &CallNews, person: &PersonId) -> Option<Seat> {
        let seats = self.rooms.get_mut(&news.call.room)?;
        seats.get(person).filter(|seat| seat.since.is_before(news))?;
        seats.remove(person)
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
    /// What the practice said to somebody who waits; gone when they wait no more.
    messages: HashMap<(RoomId, PersonId), String>,
    watching: Vec<Watch>,
}

/// A connection that wishes to enter, and what its client says of itself to the others.
pub struct Asking {
    pub line: Line,
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
    since: Since,
    /// What the room heard since this seat was taken, until its connection has been told who is there.
    early: Option<Vec<(&'static str, Box<RawValue>)>>,
}

/// The call, as it stood when a seat in its room was taken. Its news are told a moment after they happened: what is not
/// newer than the seat is in `joined-room` already, and what ended an earlier stay does not end this one.
pub struct Since {
    pub call: CallId,
    pub version: i64,
}

impl Since {
    fn is_before(&self, news: &CallNews) -> bool {
        self.call == news.call.id && self.version < news.version
    }
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
    /// Those whom one may not see; perhaps only because nobody knew them yet.
    unseen: HashSet<PersonId>,
}

impl Hub {
    pub fn connect(&self, line: Line) {
        self.held().people.entry(line.person.clone()).or_default().push(line);
    }

    /// The rooms in which this very connection had the seat, or waited for one: the person has lost them now.
    pub fn disconnect(&self, line: &Line) -> Vec<RoomId> {
        let mut held = self.held();
        if let Some(lines) = held.people.get_mut(&line.person) {
            lines.retain(|other| !Arc::ptr_eq(other, line));
            if lines.is_empty() {
                held.people.remove(&line.person);
            }
        }
        held.watching.retain(|watch| !Arc::ptr_eq(&watch.line, line));
        let mut rooms = std::mem::take(&mut *line.rooms.lock().expect("no one panics holding the rooms"));
        rooms.retain(|room| {
            let key = (room.clone(), line.person.clone());
            let waited = held.asking.get(&key).is_some_and(|asking| Arc::ptr_eq(&asking.line, line));
            if waited {
                held.asking.remove(&key);
            }
            let seat = held.rooms.get_mut(room).and_then(|seats| seats.get_mut(&line.person));
            let seat = seat.filter(|seat| Arc::ptr_eq(&seat.line, line));
            seat.map(|seat| seat.is_here = false).is_some() || waited
        });
        rooms
    }

    pub fn lines_of(&self, person: &PersonId) -> Vec<Line> {
        self.held().people.get(person).cloned().unwrap_or_default()
    }

    /// This connection wishes to enter; it gets the seat when the room lets the person in. And who asked before.
    pub fn ask_to_enter(&self, room: &RoomId, line: &Line, client: Option<Announced>) -> Option<Asking> {
        let asking = Asking { line: line.clone(), client };
        let mut rooms = line.rooms.lock().expect("no one panics holding the rooms");
        if !rooms.contains(room) {
            rooms.push(room.clone());
        }
        drop(rooms);
        self.held().asking.insert((room.clone(), line.person.clone()), asking)
    }

    /// The room has not let it in; whoever asked before goes on waiting.
    pub fn give_up_asking(&self, room: &RoomId, line: &Line, before: Option<Asking>) {
        let mut held = self.held();
        let key = (room.clone(), line.person.clone());
        if held.asking.get(&key).is_none_or(|asking| !Arc::ptr_eq(&asking.line, line)) {
            return;
        }
        held.asking.remove(&key);
        let lines = held.people.get(&line.person).map_or(&[][..], Vec::as_slice);
        if let Some(before) = before.filter(|before| lines.iter().any(|other| Arc::ptr_eq(other, &before.line))) {
            held.asking.insert(key, before);
        }
    }

    /// Whether somebody sits in the room or waits for it, at any connection.
    pub fn is_there(&self, room: &RoomId, person: &PersonId) -> bool {
        let held = self.held();
        let seat = held.rooms.get(room).and_then(|seats| seats.get(person));
        seat.is_some_and(|seat| seat.is_here) || held.asking.contains_key(&(room.clone(), person.clone()))
    }

    /// The connection that waits for admission.
    pub fn asking(&self, room: &RoomId, person: &PersonId) -> Option<Line> {
        self.held().asking.get(&(room.clone(), person.clone())).map(|asking| asking.line.clone())
    }

    pub fn write_to(&self, room: &RoomId, person: &PersonId, text: &str) {
        self.held().messages.insert((room.clone(), person.clone()), text.to_owned());
    }

    pub fn written_to(&self, room: &RoomId, person: &PersonId) -> Option<String> {
        self.held().messages.get(&(room.clone(), person.clone())).cloned()
    }

    /// The person has the seat: the newest connection that asked. What they show is kept. [`Hub::welcome`] follows.
    pub fn seat(&self, room: &RoomId, person: &PersonId, since: Since) -> Option<Line> {
        let mut held = self.held();
        held.messages.remove(&(room.clone(), person.clone()));
        let Asking { line, client } = held.asking.remove(&(room.clone(), person.clone()))?;
        let seats = held.rooms.entry(room.clone()).or_default();
        let before = seats.remove(person);
        let shown = before.as_ref().map_or(Shown::default(), |seat| seat.shown);
        let early = Some(vec![]);
        seats.insert(person.clone(), Seat { line: line.clone(), is_here: true, shown, client, since, early });
        drop(held);
        if let Some(older) = before.filter(|seat| !Arc::ptr_eq(&seat.line, &line)) {
            send(&older.line, "seat-taken", &json!({ "roomId": room.as_str() }));
        }
        Some(line)
    }

    /// Tells the connection in that seat who is there, and then what has happened since it was taken: whoever is
    /// quick is not heard before one knows of them.
    pub fn welcome(&self, room: &RoomId, line: &Line, joined: &Value) {
        let mut held = self.held();
        let seat = held.rooms.get_mut(room).and_then(|seats| seats.get_mut(&line.person));
        let Some(seat) = seat.filter(|seat| Arc::ptr_eq(&seat.line, line)) else { return };
        send(line, "joined-room", joined);
        for (event, payload) in seat.early.take().unwrap_or_default() {
            send(line, event, &payload);
        }
    }

    /// What was told before this seat was taken has ended the stay.
    pub fn vacate(&self, room: &RoomId, line: &Line) {
        let mut held = self.held();
        let Some(seats) = held.rooms.get_mut(room) else { return };
        if seats.get(&line.person).is_some_and(|seat| Arc::ptr_eq(&seat.line, line)) {
            seats.remove(&line.person);
        }
    }

    /// Out of the seat; the same connection waits to be let in again, if it is there.
    pub fn send_back(&self, news: &CallNews, person: &PersonId) {
        let mut held = self.held();
        if let Some(Seat { line, client, is_here: true, .. }) = held.clear(news, person) {
            held.asking.insert((news.call.room.clone(), person.clone()), Asking { line, client });
        }
    }

    /// Whoever asks again is not forgotten for it: that may be said before this is heard.
    pub fn unseat(&self, news: &CallNews, person: &PersonId) {
        let mut held = self.held();
        held.messages.remove(&(news.call.room.clone(), person.clone()));
        held.clear(news, person);
    }

    pub fn close(&self, news: &CallNews) {
        let mut held = self.held();
        let room = &news.call.room;
        if let Some(seats) = held.rooms.get_mut(room) {
            seats.retain(|_, seat| !seat.since.is_before(news));
            if seats.is_empty() {
                held.rooms.remove(room);
            }
        }
        held.messages.retain(|(waited, _), _| waited != room);
    }

    /// What somebody in the room shows; nothing if this connection does not sit there.
    pub fn sits(&self, room: &RoomId, line: &Line) -> bool {
        let held = self.held();
        let seat = held.rooms.get(room).and_then(|seats| seats.get(&line.person));
        seat.is_some_and(|seat| Arc::ptr_eq(&seat.line, line))
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
        self.held().rooms.get_mut(room).map_or(0, |seats| tell_seats(seats, to, event, payload))
    }

    /// What has happened to the call, to those who sat there before.
    pub fn tell_news(&self, news: &CallNews, to: To<'_>, event: &'static str, payload: &Value) {
        if let Some(seats) = self.held().rooms.get_mut(&news.call.room) {
            tell_seats(seats.iter_mut().filter(|(_, seat)| seat.since.is_before(news)), to, event, payload);
        }
    }

    /// The same from somebody in the room; nothing if that connection does not sit there.
    pub fn relay<T: Serialize>(
        &self,
        room: &RoomId,
        from: &Line,
        to: To<'_>,
        event: &'static str,
        payload: &T,
    ) -> Option<usize> {
        let mut held = self.held();
        let seats = held.rooms.get_mut(room)?;
        seats.get(&from.person).filter(|seat| Arc::ptr_eq(&seat.line, from))?;
        Some(tell_seats(seats, to, event, payload))
    }

    pub fn tell_person(&self, person: &PersonId, but: Option<&DeviceId>, event: &'static str, payload: &Value) {
        for line in self.lines_of(person).iter().filter(|line| Some(&line.device) != but) {
            send(line, event, payload);
        }
    }

    /// At each connection that does not sit in the room.
    pub fn tell_outside(&self, room: &RoomId, person: &PersonId, event: &'static str, payload: &Value) {
        for line in self.lines_of(person).iter().filter(|line| !self.sits(room, line)) {
            send(line, event, payload);
        }
    }

    pub fn watch(&self, line: &Line, asked: Vec<PersonId>, visible: Vec<PersonId>) {
        let told: HashMap<_, _> = visible.into_iter().map(|person| (person, None)).collect();
        let unseen = asked.into_iter().filter(|person| !told.contains_key(person)).collect();
        let mut held = self.held();
        held.watching.retain(|watch| !Arc::ptr_eq(&watch.line, line));
        held.watching.push(Watch { line: line.clone(), told, unseen });
    }

    /// Who was not to be seen by a watcher and has come since. Each is given once, to be looked at again.
    pub fn newcomers(&self) -> Vec<(Line, Vec<PersonId>)> {
        let Held { people, watching, .. } = &mut *self.held();
        let of = |watch: &mut Watch| {
            let come: Vec<_> = watch.unseen.extract_if(|person| people.contains_key(person)).collect();
            (!come.is_empty()).then(|| (watch.line.clone(), come))
        };
        watching.iter_mut().filter_map(of).collect()
    }

    /// These are watched as well from now on.
    pub fn watch_too(&self, line: &Line, visible: Vec<PersonId>) {
        let mut held = self.held();
        let Some(watch) = held.watching.iter_mut().find(|watch| Arc::ptr_eq(&watch.line, line)) else { return };
        watch.told.extend(visible.into_iter().map(|person| (person, None)));
    }

    /// Everybody whom somebody watches.
    pub fn watched(&self) -> Vec<PersonId> {
        let held = self.held();
        let mut people: Vec<_> = held.watching.iter().flat_map(|watch| watch.told.keys()).cloned().collect();
        people.sort();
        people.dedup();
        people
    }

    /// Tells each watcher what has changed for them.
    pub fn tell_presence(&self, shown: &HashMap<PersonId, &'static str>) {
        for watch in &mut self.held().watching {
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

fn tell_seats<'a, T: Serialize>(
    seats: impl IntoIterator<Item = (&'a PersonId, &'a mut Seat)>,
    to: To<'_>,
    event: &'static str,
    payload: &T,
) -> usize {
    let mut told = 0;
    for (person, seat) in seats {
        let meant = match to {
            To::All => true,
            To::AllBut(other) => person != other,
            To::AllButThese(others) => !others.contains(&person),
            To::One(one) => person == one,
        };
        if meant && seat.is_here {
            seat.tell(event, payload);
            told += 1;
        }
    }
    told
}

impl Seat {
    fn tell<T: Serialize>(&mut self, event: &'static str, payload: &T) {
        let Some(early) = &mut self.early else { return send(&self.line, event, payload) };
        match to_raw_value(payload) {
            Ok(payload) if early.len() < EARLY_AT_MOST => early.push((event, payload)),
            // On coming back, `sync` gives it all.
            _ => self.line.cut(),
        }
    }
}

/// Of what may happen between taking a seat and being told who is there.
const EARLY_AT_MOST: usize = 256;

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
