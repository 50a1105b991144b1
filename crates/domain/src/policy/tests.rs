use super::*;
use crate::appointment::{Kind, Provider, Slot, Status};
use crate::call::{Actor, Command, Door, GuestRole, Media, Party, Reach, Request};
use crate::ids::{AppointmentId, CallId, DeviceId, InvitationId};
use crate::time::Span;

const NOW: Millis = Millis(90 * 24 * 3_600_000);

fn viewer(name: &str, role: Role) -> Viewer {
    Viewer { id: PersonId::new(name), role, scope: Scope::Everything }
}

fn with_link(name: &str, role: Role, room: &str) -> Viewer {
    Viewer { scope: Scope::Room(RoomId::new(room)), ..viewer(name, role) }
}

fn somebody(role: Role) -> Person {
    Person::new(PersonId::new("somebody"), role, "Some Body")
}

fn met(days_ago: i64) -> Ties {
    Ties { last_together: Some(NOW - Span::days(days_ago)), directory: Directory::Open }
}

fn closed() -> Ties {
    Ties { last_together: None, directory: Directory::Closed }
}

/// A line for each viewer, a column for each role of the other: who is seen.
fn seen_by(ties: Ties, rule: fn(&Viewer, &Person, Ties, Millis) -> Allowed) -> String {
    let line = |role: Role| {
        let sees = |other: &Role| match rule(&viewer("me", role), &somebody(*other), ties, NOW) {
            Ok(()) => other.name(),
            Err(Refusal::NotFound) => "-",
            Err(_) => "?",
        };
        format!("{}: {}", role.name(), Role::ALL.iter().map(sees).collect::<Vec<_>>().join(" "))
    };
    Role::ALL.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn whom_one_sees_and_rings_without_knowing_them() {
    let strangers = "\
patient: - practitioner - - -
practitioner: - practitioner - - -
staff: patient practitioner staff admin guest
admin: patient practitioner staff admin guest
guest: - - - - -";
    assert_eq!(seen_by(Ties::default(), may_see_person), strangers);
    assert_eq!(seen_by(Ties::default(), may_ring), strangers);
}

#[test]
fn a_closed_directory_hides_practitioners_from_patients_alone() {
    let seen = "\
patient: - - - - -
practitioner: - practitioner - - -
staff: patient practitioner staff admin guest
admin: patient practitioner staff admin guest
guest: - - - - -";
    assert_eq!(seen_by(closed(), may_see_person), seen);
}

#[test]
fn the_parties_of_an_appointment_or_call_know_each_other_but_patients_never_see_patients() {
    let seen = "\
patient: - practitioner staff admin guest
practitioner: patient practitioner staff admin guest
staff: patient practitioner staff admin guest
admin: patient practitioner staff admin guest
guest: - - - - -";
    assert_eq!(seen_by(met(29), may_see_person), seen);
    assert_eq!(seen_by(met(-7), may_see_person), seen, "an appointment to come is a tie as well");
}

#[test]
fn thirty_days_later_they_are_strangers_again() {
    assert_eq!(seen_by(met(30), may_see_person), seen_by(Ties::default(), may_see_person));
}

#[test]
fn only_listed_practitioners_are_in_the_directory() {
    let unlisted = Person { listed: false, ..somebody(Role::Practitioner) };
    let jane = viewer("jane", Role::Patient);
    assert_eq!(may_see_person(&jane, &unlisted, Ties::default(), NOW), Err(Refusal::NotFound));
    assert_eq!(may_see_person(&jane, &unlisted, met(1), NOW), Ok(()));
    assert_eq!(may_see_person(&viewer("ada", Role::Practitioner), &unlisted, Ties::default(), NOW), Ok(()));
}

#[test]
fn whoever_has_been_disabled_is_seen_by_nobody_else() {
    let gone = Person { disabled_at: Some(Millis(0)), ..somebody(Role::Practitioner) };
    for role in Role::ALL {
        assert_eq!(may_see_person(&viewer("me", role), &gone, met(1), NOW), Err(Refusal::NotFound), "{}", role.name());
    }
}

#[test]
fn one_sees_oneself_but_does_not_ring_oneself() {
    for role in Role::ALL {
        let me = viewer("somebody", role);
        assert_eq!(may_see_person(&me, &somebody(role), closed(), NOW), Ok(()));
        // Whoever may go nowhere but into one room looks nobody up.
        let found = if role == Role::Guest { Err(Refusal::NotFound) } else { Ok(()) };
        assert_eq!(may_find_person(&me, &somebody(role), closed(), NOW), found);
        let refused = may_ring(&me, &somebody(role), Ties::default(), NOW);
        assert_eq!(refused, Err(Refusal::Invalid("one cannot ring oneself")));
    }
}

#[test]
fn looking_somebody_up_needs_a_shared_appointment_or_a_place_in_the_staff() {
    let staff_alone = "\
patient: - - - - -
practitioner: - - - - -
staff: patient practitioner staff admin guest
admin: patient practitioner staff admin guest
guest: - - - - -";
    assert_eq!(seen_by(Ties::default(), may_find_person), staff_alone);
    let acquainted = "\
patient: - practitioner staff admin guest
practitioner: patient practitioner staff admin guest
staff: patient practitioner staff admin guest
admin: patient practitioner staff admin guest
guest: - - - - -";
    assert_eq!(seen_by(met(3), may_find_person), acquainted);
}

#[test]
fn a_personal_link_opens_one_room_and_nothing_else() {
    let linked = with_link("jane", Role::Patient, "room");
    assert_eq!(code(may_roam(&linked)), "forbidden");
    assert_eq!(code(may_see_directory(&linked, Directory::Open, NOW).map(drop)), "forbidden");
    assert_eq!(code(may_see_person(&linked, &somebody(Role::Practitioner), met(1), NOW)), "not-found");
    assert_eq!(code(may_see_appointment(&linked, &visit("room"))), "ok");
    assert_eq!(code(may_see_appointment(&linked, &visit("another room"))), "not-found");
    assert_eq!(code(may_see_call(&linked, &ring("room"))), "ok");
    assert_eq!(code(may_see_call(&linked, &ring("another room"))), "not-found");
    assert_eq!(code(may_see_room(&linked, &room("room"))), "ok");
    assert_eq!(code(may_see_room(&linked, &room("another room"))), "not-found");
    assert!(!may_see_all_calls(&with_link("root", Role::Admin, "room")));
}

#[test]
fn who_may_see_what_of_jane_and_ada() {
    let table = [
        ("jane", Role::Patient, "appointment ok, link true, room ok, call ok, end ok"),
        ("ada", Role::Practitioner, "appointment ok, link true, room ok, call ok, end ok"),
        ("otto", Role::Patient, "appointment not-found, link false, room not-found, call not-found, end not-found"),
        ("bob", Role::Practitioner, "appointment not-found, link false, room not-found, call not-found, end not-found"),
        ("sam", Role::Staff, "appointment ok, link false, room not-found, call not-found, end not-found"),
        ("root", Role::Admin, "appointment ok, link false, room not-found, call ok, end forbidden"),
        ("ines", Role::Guest, "appointment not-found, link false, room not-found, call not-found, end not-found"),
    ];
    for (name, role, allowed) in table {
        let me = viewer(name, role);
        let found = format!(
            "appointment {}, link {}, room {}, call {}, end {}",
            code(may_see_appointment(&me, &visit("room"))),
            may_have_link(&me, &visit("room")),
            code(may_see_room(&me, &room("room"))),
            code(may_see_call(&me, &ring("room"))),
            code(may_end_call(&me, &ring("room"))),
        );
        assert_eq!(found, allowed, "{name}");
    }
}

#[test]
fn people_are_kept_by_the_staff_and_the_staff_by_administrators() {
    for (role, may) in [
        (Role::Patient, "forbidden forbidden forbidden forbidden forbidden"),
        (Role::Practitioner, "forbidden forbidden forbidden forbidden forbidden"),
        (Role::Staff, "ok ok forbidden forbidden invalid"),
        (Role::Admin, "ok ok ok ok invalid"),
        (Role::Guest, "forbidden forbidden forbidden forbidden forbidden"),
    ] {
        let gives = |given: &Role| code(may_give_role(&viewer("me", role), *given));
        let found: Vec<_> = Role::ALL.iter().map(gives).collect();
        assert_eq!(found.join(" "), may, "{}", role.name());
    }
}

#[test]
fn the_directory_is_for_everyone_signed_in_and_a_closed_one_leaves_patients_those_they_know() {
    let known = Listed::MetSince(NOW - ACQUAINTED_FOR);
    for (role, closed) in [
        (Role::Patient, known),
        (Role::Practitioner, Listed::All),
        (Role::Staff, Listed::All),
        (Role::Admin, Listed::All),
    ] {
        let me = viewer("me", role);
        assert_eq!(may_see_directory(&me, Directory::Open, NOW), Ok(Listed::All), "{}", role.name());
        assert_eq!(may_see_directory(&me, Directory::Closed, NOW), Ok(closed), "{}", role.name());
    }
    let guest = viewer("me", Role::Guest);
    assert!(matches!(may_see_directory(&guest, Directory::Open, NOW), Err(Refusal::Forbidden(_))));
}

#[test]
fn only_administrators_see_everybodys_calls() {
    let allowed: Vec<_> = Role::ALL.into_iter().filter(|role| may_see_all_calls(&viewer("me", *role))).collect();
    assert_eq!(allowed, [Role::Admin]);
}

fn code(allowed: Allowed) -> &'static str {
    match allowed {
        Ok(()) => "ok",
        Err(Refusal::NotFound) => "not-found",
        Err(Refusal::Forbidden(_)) => "forbidden",
        Err(Refusal::Invalid(_)) => "invalid",
        Err(_) => "something else",
    }
}

fn visit(room: &str) -> Appointment {
    Appointment {
        id: AppointmentId::new("visit"),
        practitioner: PersonId::new("ada"),
        patient: PersonId::new("jane"),
        kind: Kind::Remote,
        slot: Slot { start: NOW, minutes: 30 },
        status: Status::Accepted,
        door: Door::WaitingRoom,
        provider: Provider::BuiltIn,
        room: Some(RoomId::new(room)),
        created_at: NOW,
        reason: None,
        words: None,
    }
}

#[test]
fn a_guest_comes_to_the_one_room_of_the_invitation_while_it_is_good() {
    let ines = with_link("ines", Role::Guest, "room");
    let invitation = invitation("ines", "room");
    assert_eq!(code(may_come(&ines, &invitation, at(0))), "ok");
    assert_eq!(code(may_come(&ines, &invitation, at(60))), "not-found", "it is over");
    assert_eq!(code(may_come(&with_link("ines", Role::Guest, "another"), &invitation, at(0))), "not-found");
    assert_eq!(code(may_come(&with_link("otto", Role::Guest, "room"), &invitation, at(0))), "not-found");
    assert_eq!(code(may_come(&viewer("ines", Role::Guest), &invitation, at(0))), "not-found", "no link");
}

#[test]
fn the_practice_of_a_room_invites_and_nobody_else() {
    let may = |id: &str, role| code(may_invite(&viewer(id, role), &room("room")));
    assert_eq!(may("ada", Role::Practitioner), "ok");
    assert_eq!(may("jane", Role::Patient), "forbidden");
    assert_eq!(may("bob", Role::Practitioner), "not-found");
    assert_eq!(may("sam", Role::Staff), "not-found");
    assert_eq!(code(may_invite(&with_link("ada", Role::Practitioner, "room"), &room("room"))), "forbidden");
}

#[test]
fn chat_is_read_by_those_inside_and_by_guests_from_their_invitation_on() {
    let mut call = ring("room");
    let person = |name: &str| PersonId::new(name);
    let act = |call: &mut Call, who: &str, command: &Command| {
        let now = at(1);
        for event in call.decide(now, Actor::Person(&person(who)), command).expect("allowed") {
            call.apply(now, &event);
        }
    };
    let read = |call: &Call, who: &str, by: &str| may_read_chat(&person(who), call, Some(&invitation(by, "room")));
    assert_eq!(read(&call, "jane", "ines"), Err(Refusal::NotFound), "nobody is inside yet");
    act(&mut call, "ada", &Command::Accept { device: DeviceId::new("desk") });
    act(&mut call, "jane", &Command::Join);
    act(&mut call, "ada", &Command::Join);
    act(&mut call, "ada", &Command::Invite { guest: person("ines"), role: GuestRole::Interpreter });
    act(&mut call, "ines", &Command::Join);
    assert_eq!(read(&call, "jane", "ines"), Ok(call.requested_at));
    assert_eq!(read(&call, "ines", "ines"), Err(Refusal::NotFound), "she waits");
    act(&mut call, "ada", &Command::AdmitAll);
    assert_eq!(read(&call, "ines", "ines"), Ok(at(5)));
    assert_eq!(read(&call, "ines", "otto"), Err(Refusal::NotFound), "by her own invitation alone");
    assert_eq!(may_read_chat(&person("ines"), &call, None), Err(Refusal::NotFound));
    assert_eq!(read(&call, "root", "root"), Err(Refusal::NotFound));
}

fn at(seconds: i64) -> Millis {
    Millis(seconds * 1_000)
}

fn invitation(guest: &str, room: &str) -> Invitation {
    Invitation {
        id: InvitationId::new("invitation"),
        room: RoomId::new(room),
        guest: PersonId::new(guest),
        role: GuestRole::Interpreter,
        by: PersonId::new("ada"),
        at: at(5),
        until: at(60),
    }
}

fn room(id: &str) -> Room {
    Room::new(RoomId::new(id), None, PersonId::new("ada"), PersonId::new("jane"), Door::Open)
}

fn ring(room: &str) -> Call {
    let party = |name, role| Party { id: PersonId::new(name), role };
    let request = Request {
        id: CallId::new("call"),
        room: RoomId::new(room),
        appointment: None,
        media: Media::Video,
        caller: party("jane", Role::Patient),
        callee: party("ada", Role::Practitioner),
        ring_for: Span::seconds(30),
    };
    Call::request(NOW, request, Reach::Reachable).expect("two people").0
}
