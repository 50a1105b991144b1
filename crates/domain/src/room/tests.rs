use super::*;
use crate::call::{Actor, Command, Media, Opening, Party, Reach, Request};
use crate::ids::DeviceId;
use crate::person::Role;
use crate::time::Span;

const ADA: &str = "ada";
const JANE: &str = "jane";

fn at(seconds: i64) -> Millis {
    Millis(seconds * 1_000)
}

fn person(name: &str) -> PersonId {
    PersonId::new(name)
}

/// A room with the call in it, and both move together.
struct Place {
    room: Room,
    call: Call,
}

impl Place {
    fn of_appointment(door: Door) -> Room {
        let visit = Some(AppointmentId::new("visit"));
        Room::new(RoomId::new("room"), visit, person(ADA), person(JANE), door)
    }

    fn entered(mut room: Room, second: i64, call: &str) -> Self {
        let opening = Opening {
            id: CallId::new(call),
            room: room.id.clone(),
            appointment: AppointmentId::new("visit"),
            practitioner: person(ADA),
            patient: person(JANE),
            door: room.door,
            until: at(9_999),
        };
        let (call, events) = Call::open(at(second), opening);
        room.follow(at(second), &call, &events);
        Self { room, call }
    }

    fn rung(mut room: Room, second: i64, call: &str, reach: Reach) -> Self {
        let request = Request {
            id: CallId::new(call),
            room: room.id.clone(),
            appointment: room.appointment.clone(),
            media: Media::Video,
            caller: Party { id: person(JANE), role: Role::Patient },
            callee: Party { id: person(ADA), role: Role::Practitioner },
            ring_for: Span::seconds(30),
        };
        let (call, events) = Call::request(at(second), request, reach).expect("two people");
        room.follow(at(second), &call, &events);
        Self { room, call }
    }

    #[track_caller]
    fn does(mut self, second: i64, who: &str, command: Command) -> Self {
        let events = self.call.decide(at(second), Actor::Person(&person(who)), &command).expect("this is allowed");
        events.iter().for_each(|event| self.call.apply(at(second), event));
        self.room.follow(at(second), &self.call, &events);
        self
    }

    /// “InProgress, both joined, started 5”.
    fn says(&self) -> String {
        say(&self.room)
    }
}

fn say(room: &Room) -> String {
    let joined = match (room.practitioner_joined, room.patient_joined) {
        (true, true) => "both joined",
        (true, false) => "practitioner joined",
        (false, true) => "patient joined",
        (false, false) => "nobody joined",
    };
    let time = |name: &str, at: Option<Millis>| at.map(|at| format!(", {name} {}", at.0 / 1_000)).unwrap_or_default();
    format!("{}, {joined}{}{}", room.status.name(), time("started", room.started_at), time("ended", room.ended_at))
}

fn accept() -> Command {
    Command::Accept { device: DeviceId::new("desk") }
}

#[test]
fn a_new_room_waits_for_both() {
    assert_eq!(say(&Place::of_appointment(Door::Open)), "Waiting, nobody joined");
}

#[test]
fn a_room_is_in_progress_when_both_are_there_and_ended_when_they_have_finished() {
    let place = Place::entered(Place::of_appointment(Door::Open), 0, "first").does(1, JANE, Command::Join);
    assert_eq!(place.says(), "Waiting, patient joined");
    assert_eq!(place.room.call, Some(CallId::new("first")));
    let place = place.does(5, ADA, Command::Join);
    assert_eq!(place.says(), "InProgress, both joined, started 5");
    let place = place.does(65, ADA, Command::End);
    assert_eq!(place.says(), "Ended, both joined, started 5, ended 65");
    assert_eq!(place.room.call, None);
}

#[test]
fn whoever_waits_to_be_admitted_has_joined_but_nothing_has_started() {
    let place = Place::entered(Place::of_appointment(Door::WaitingRoom), 0, "first");
    let place = place.does(1, JANE, Command::Join).does(2, ADA, Command::Join);
    assert_eq!(place.says(), "Waiting, both joined");
    let place = place.does(9, ADA, Command::Admit { person: person(JANE) });
    assert_eq!(place.says(), "InProgress, both joined, started 9");
}

#[test]
fn an_ended_room_waits_again_when_a_party_enters_and_keeps_its_first_start_and_last_end() {
    let first = Place::entered(Place::of_appointment(Door::Open), 0, "first");
    let first = first.does(1, JANE, Command::Join).does(5, ADA, Command::Join).does(65, ADA, Command::End);
    let again = Place::entered(first.room, 100, "second").does(100, ADA, Command::Join);
    assert_eq!(again.says(), "Waiting, practitioner joined, started 5, ended 65");
    let again = again.does(110, JANE, Command::Join);
    assert_eq!(again.says(), "InProgress, both joined, started 5, ended 65");
    let again = again.does(170, JANE, Command::End);
    assert_eq!(again.says(), "Ended, both joined, started 5, ended 170");
}

#[test]
fn an_appointment_whose_two_never_met_is_still_to_come() {
    let place = Place::entered(Place::of_appointment(Door::Open), 0, "first");
    let place = place.does(1, JANE, Command::Join).does(9, JANE, Command::Leave);
    assert_eq!(place.says(), "Waiting, patient joined");
    assert_eq!(place.room.call, None);
}

#[test]
fn the_room_of_a_mere_ring_ends_with_it() {
    let room = || Room::new(RoomId::new("room"), None, person(ADA), person(JANE), Door::Open);
    let place = Place::rung(room(), 0, "ring", Reach::Reachable).does(3, ADA, accept());
    assert_eq!(place.says(), "Waiting, nobody joined");
    let place = place.does(4, ADA, Command::Join).does(6, JANE, Command::Join);
    assert_eq!(place.says(), "InProgress, both joined, started 6");
    let declined =
        Place::rung(room(), 0, "ring", Reach::Reachable).does(3, ADA, Command::Decline { device: None, words: None });
    assert_eq!(declined.says(), "Ended, nobody joined, ended 3");
    assert_eq!(Place::rung(room(), 7, "ring", Reach::Offline).says(), "Ended, nobody joined, ended 7");
}

#[test]
fn a_ring_that_finds_the_other_busy_does_not_disturb_the_session_that_runs() {
    let place = Place::entered(Place::of_appointment(Door::Open), 0, "first");
    let place = place.does(1, JANE, Command::Join).does(5, ADA, Command::Join);
    let ring = Place::rung(place.room.clone(), 20, "ring", Reach::Busy);
    assert_eq!(ring.room, place.room);
}

#[test]
fn a_call_that_has_lost_its_room_to_another_cannot_end_that() {
    let alone = Place::entered(Place::of_appointment(Door::Open), 0, "first").does(1, ADA, Command::Join);
    let ring = Place::rung(alone.room, 10, "ring", Reach::Reachable).does(12, ADA, accept());
    assert_eq!(ring.room.call, Some(CallId::new("ring")), "a ring takes the room over");
    let left = Place { room: ring.room.clone(), call: alone.call }.does(13, ADA, Command::Leave);
    assert!(left.call.has_ended());
    assert_eq!(left.room, ring.room);
}

#[test]
fn statuses_are_known_by_their_names() {
    for status in Status::ALL {
        assert_eq!(Status::named(status.name()), Some(status));
    }
}
