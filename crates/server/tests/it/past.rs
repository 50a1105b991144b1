//! What happened before the test began: put straight into the database, for nobody can book the past.

use bedside_domain::appointment::{self, Appointment, Kind, Provider, Slot, Status};
use bedside_domain::call::{self, Admission, Call, Door, Media, Origin, Part, Party, Place, Seat, Seats, State};
use bedside_domain::ids::{AppointmentId, CallId, DeviceId, PersonId, RoomId};
use bedside_domain::person::{Person, Role};
use bedside_domain::room::{self, Room};
use bedside_domain::time::{Millis, Span};
use bedside_store::{Change, Saved, Store};

use crate::practice::{ADA, JANE, now};

/// Ada and Jane, before anybody has seen them.
pub async fn the_two(store: &Store) {
    for (id, role, name) in [(ADA, Role::Patient, "Ada Lovelace"), (JANE, Role::Practitioner, "Jane Smith")] {
        let person = Person::new(PersonId::new(id), role, name);
        store.save_person(&person, None, now()).await.expect("they are new");
    }
}

/// A remote appointment of the two, with its room, in which they met or did not.
pub async fn appointment(store: &Store, id: &str, status: Status, slot: Slot, met: Option<Millis>) {
    let room = RoomId::new(format!("room of {id}"));
    let appointment = Appointment {
        id: AppointmentId::new(id),
        practitioner: PersonId::new(JANE),
        patient: PersonId::new(ADA),
        kind: Kind::Remote,
        slot,
        status,
        door: Door::Open,
        provider: Provider::BuiltIn,
        room: Some(room.clone()),
        created_at: slot.start,
        reason: None,
        words: None,
    };
    let of = Some(appointment.id.clone());
    let mut place = Room::new(room, of, PersonId::new(JANE), PersonId::new(ADA), Door::Open);
    if met.is_some() {
        (place.status, place.started_at, place.ended_at) = (room::Status::Ended, met, met);
    }
    let created = appointment::Event::Created { by: PersonId::new(ADA), status, slot };
    let mut change = Change::at(slot.start);
    change.room = Some(Saved::new(place, vec![]));
    change.appointment = Some(Saved::new(appointment, vec![created]));
    store.commit(&change).await.expect("nothing is in the way");
}

/// Ada's call to Jane, in a room of its own.
pub async fn call(store: &Store, id: &str, at: Millis, state: State) {
    let [ada, jane] = parties();
    call_between(store, id, at, state, ada, jane).await;
}

/// A ring to Jane by somebody who rings nobody else: the same two have one ring at a time.
pub async fn ring_of_somebody(store: &Store, id: &str, due: Millis) {
    let [_, jane] = parties();
    let caller = Person::new(PersonId::new(format!("caller of {id}")), Role::Patient, "Carl Caller");
    store.save_person(&caller, None, now()).await.expect("the caller is new");
    let caller = Party { id: caller.id, role: Role::Patient };
    call_between(store, id, now(), State::Ringing { due, rung: None }, caller, jane).await;
}

async fn call_between(store: &Store, id: &str, at: Millis, state: State, ada: Party, jane: Party) {
    let mut place = Room::new(RoomId::new(format!("room of {id}")), None, jane.id.clone(), ada.id.clone(), Door::Open);
    place.call = Some(CallId::new(id));
    let (caller, callee) = (ada.id.clone(), jane.id.clone());
    let call = Call {
        id: CallId::new(id),
        room: place.id.clone(),
        appointment: None,
        media: Media::Video,
        caller: ada,
        callee: jane,
        door: Door::Open,
        locked: false,
        origin: Origin::Ring,
        requested_at: at,
        state,
    };
    let requested = call::Event::Requested { caller, callee, media: Media::Video };
    let mut change = Change::at(at);
    change.room = Some(Saved::new(place, vec![]));
    change.call = Some(Saved::new(call, vec![requested]));
    store.commit(&change).await.expect("nothing is in the way");
}

/// A call that was answered, with both parties in this place.
pub fn answered(since: Millis, place: Place) -> State {
    let [ada, jane] = parties();
    let mut seats = Seats::of_parties(&ada, &jane, Door::Open);
    for party in [ada, jane] {
        seats.put(party.id, Seat { part: Part::Party, admission: Admission::Given, place });
    }
    State::Active { since, answered_on: Some(DeviceId::new("page")), seats }
}

pub fn slot_ending(at: Millis) -> Slot {
    Slot { start: at - Span::minutes(30), minutes: 30 }
}

fn parties() -> [Party; 2] {
    [Party { id: PersonId::new(ADA), role: Role::Patient }, Party { id: PersonId::new(JANE), role: Role::Practitioner }]
}
