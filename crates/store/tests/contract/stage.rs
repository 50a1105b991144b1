//! The people and things that every story begins with.

use bedside_domain::appointment::{self, Appointment, Booking, Calendar, Kind, Provider, Slot};
use bedside_domain::call::{Actor, Call, Command, Door, Event, Media, Opening, Party, Reach, Request};
use bedside_domain::ids::{AppointmentId, CallId, DeviceId, PersonId, RoomId};
use bedside_domain::person::{Person, Role};
use bedside_domain::room::Room;
use bedside_domain::time::{Millis, Span};
use bedside_store::testing::{Folder, Postgres};
use bedside_store::{Change, CommitError, Held, Saved, Store};

/// A Tuesday.
pub const NOON: Millis = Millis(1_800_000_000_000);
pub const RING_FOR: Span = Span::seconds(30);

/// A database with a practitioner, ada, another, bob, and three patients: jane, joe and zoe.
pub struct Stage {
    pub store: Store,
    pub url: String,
    /// Where the file is, which lasts as long as the stage.
    _folder: Option<Folder>,
}

impl Stage {
    pub async fn sqlite() -> Self {
        let folder = Folder::new();
        let url = folder.sqlite();
        Self::with(url, Some(folder)).await
    }

    pub async fn postgres(server: &Postgres) -> Self {
        Self::with(server.fresh_database().await, None).await
    }

    async fn with(url: String, folder: Option<Folder>) -> Self {
        let store = Store::open(&url).await.expect("a fresh database opens");
        for (name, role) in [
            ("ada", Role::Practitioner),
            ("bob", Role::Practitioner),
            ("jane", Role::Patient),
            ("joe", Role::Patient),
            ("zoe", Role::Patient),
        ] {
            put_person(&store, name, role).await;
        }
        Self { store, url, _folder: folder }
    }

    pub async fn commit(&self, change: &Change) {
        self.store.commit(change).await.expect("nothing is in its way");
    }

    pub async fn call(&self, id: &str) -> Held<Call> {
        self.store.call(&CallId::new(id)).await.expect("the database answers").expect("the call was committed")
    }

    /// A ring that is committed, with its own room.
    pub async fn ring(&self, id: &str, caller: &str, callee: &str) -> Held<Call> {
        self.commit(&ring(id, caller, callee)).await;
        self.call(id).await
    }

    /// Decides and commits, once.
    pub async fn act(&self, id: &str, at: Millis, by: &str, command: Command) -> Result<(), CommitError> {
        let held = self.call(id).await;
        self.store.commit(&decided(&held, at, by, &command)).await
    }
}

pub async fn put_person(store: &Store, name: &str, role: Role) {
    let person = Person::new(person(name), role, name);
    store.save_person(&person, None, NOON).await.expect("a person can be saved");
}

pub fn person(name: &str) -> PersonId {
    PersonId::new(name)
}

pub fn after(seconds: i64) -> Millis {
    NOON + Span::seconds(seconds)
}

pub fn party(name: &str) -> Party {
    let role = if ["ada", "bob"].contains(&name) { Role::Practitioner } else { Role::Patient };
    Party { id: person(name), role }
}

pub fn requested(id: &str, caller: &str, callee: &str, reach: Reach) -> (Call, Vec<Event>) {
    let request = Request {
        id: CallId::new(id),
        room: RoomId::new(format!("room-of-{id}")),
        appointment: None,
        media: Media::Video,
        caller: party(caller),
        callee: party(callee),
        ring_for: RING_FOR,
    };
    Call::request(NOON, request, reach).expect("two people")
}

/// A new ring and the room that is made for it.
pub fn ring(id: &str, caller: &str, callee: &str) -> Change {
    let (call, events) = requested(id, caller, callee, Reach::Reachable);
    new_call(call, events)
}

pub fn new_call(call: Call, events: Vec<Event>) -> Change {
    let mut room = Room::new(call.room.clone(), None, call.callee.id.clone(), call.caller.id.clone(), Door::Open);
    room.follow(NOON, &call, &events);
    Change {
        by: Some(call.caller.id.clone()),
        room: Some(Saved::new(room, vec![])),
        call: Some(Saved::new(call, events)),
        ..Change::at(NOON)
    }
}

/// What a command makes of a call that was loaded.
pub fn decided(held: &Held<Call>, at: Millis, by: &str, command: &Command) -> Change {
    let by = person(by);
    let actor = if *command == Command::Tick { Actor::Clock } else { Actor::Person(&by) };
    let events = held.value.decide(at, actor, command).expect("the stories allow it");
    let mut call = held.value.clone();
    for event in &events {
        call.apply(at, event);
    }
    Change { by: Some(by), call: Some(Saved::over(held.version, call, events)), ..Change::at(at) }
}

pub fn accept() -> Command {
    Command::Accept { device: DeviceId::new("phone") }
}

/// An appointment of jane's with ada that begins so many minutes after noon.
pub fn booked(id: &str, minutes: i64) -> (Appointment, Vec<appointment::Event>) {
    let booking = booking(id, "jane", minutes);
    Appointment::book(NOON, &person("jane"), Role::Patient, booking, &Calendar::default()).expect("it is free")
}

pub fn booking(id: &str, patient: &str, minutes: i64) -> Booking {
    Booking {
        id: AppointmentId::new(id),
        practitioner: person("ada"),
        patient: person(patient),
        kind: Kind::Remote,
        slot: Slot { start: NOON + Span::minutes(minutes), minutes: 30 },
        door: Door::WaitingRoom,
        provider: Provider::BuiltIn,
        room: Some(RoomId::new(format!("room-of-{id}"))),
        reason: Some("a cough".into()),
    }
}

/// A new appointment with its room.
pub fn new_appointment(appointment: Appointment, events: Vec<appointment::Event>) -> Change {
    let room = appointment.room.clone().map(|room| {
        let Appointment { id, practitioner, patient, door, .. } = appointment.clone();
        Saved::new(Room::new(room, Some(id), practitioner, patient, door), vec![])
    });
    Change { room, appointment: Some(Saved::new(appointment, events)), ..Change::at(NOON) }
}

/// The session of an appointment's room.
pub fn opened(id: &str, appointment: &Appointment) -> (Call, Vec<Event>) {
    let opening = Opening {
        id: CallId::new(id),
        room: appointment.room.clone().expect("it is remote"),
        appointment: appointment.id.clone(),
        practitioner: appointment.practitioner.clone(),
        patient: appointment.patient.clone(),
        door: appointment.door,
        until: appointment.links_close(),
    };
    Call::open(NOON, opening)
}
