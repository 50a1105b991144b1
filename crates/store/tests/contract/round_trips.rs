//! What is saved is what is loaded.

use bedside_domain::appointment::{Kind, Provider, Slot, Status};
use bedside_domain::call::{Admission, Command, Ending, GuestRole, Part, Place, Reach, Seat, State};
use bedside_domain::ids::{AppointmentId, DeviceId, InvitationId, RoomId};
use bedside_domain::invitation::Invitation;
use bedside_domain::person::{Person, Role};
use bedside_domain::room;
use bedside_store::{CallRecord, Change, CommitError, PageAsk, Saved};

use crate::stage::*;

on_both!(
    a_person_comes_back_as_saved,
    a_person_is_found_by_address_and_number_unless_disabled,
    a_call_comes_back_in_every_state,
    a_call_keeps_its_guests_and_its_lost_places,
    an_appointment_comes_back_in_every_status,
    a_room_comes_back_in_every_status,
    words_stay_in_the_row_and_out_of_the_journal,
    an_invitation_comes_with_the_call_that_it_is_for,
);

async fn a_person_comes_back_as_saved(stage: Stage) {
    let full = Person {
        email: Some("Ada@Clinic.example".into()),
        phone: Some("+49 30 123".into()),
        title: Some("Dr.".into()),
        specialization: Some("Cardiology".into()),
        languages: vec!["de".into(), "pt-BR".into()],
        picture: Some("https://clinic.example/ada.png".into()),
        locale: Some("de".into()),
        zone: Some("Europe/Berlin".into()),
        disabled_at: Some(after(5)),
        ..Person::new(person("full"), Role::Practitioner, "Ada Löwe 🦁")
    };
    let saved = stage.store.save_person(&full, None, NOON).await.unwrap();
    assert_eq!(saved.version, 1);
    let bare = Person::new(person("bare"), Role::Guest, "");
    stage.store.save_person(&bare, None, NOON).await.unwrap();

    let held = stage.store.person(&full.id).await.unwrap().unwrap();
    assert_eq!(held, saved);
    let both = stage.store.people(&[full.id.clone(), bare.id.clone(), person("nobody")]).await.unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!((&both[&full.id], &both[&bare.id]), (&full, &bare));
    assert_eq!(stage.store.person(&person("nobody")).await.unwrap(), None);

    let renamed = Person { name: "Ada Lion".into(), ..full };
    let again = stage.store.save_person(&renamed, Some(1), NOON).await.unwrap();
    assert_eq!(again.version, 2);
    assert_eq!(stage.store.save_person(&renamed, Some(1), NOON).await, Err(CommitError::Stale));
    assert_eq!(stage.store.save_person(&renamed, None, NOON).await, Err(CommitError::Stale), "they are there");
    assert_eq!(stage.store.save_person(&renamed, Some(2), NOON).await.unwrap().version, 3);
}

async fn a_person_is_found_by_address_and_number_unless_disabled(stage: Stage) {
    let known = |id: &str, email: &str| Person {
        email: Some(email.into()),
        phone: Some("+49 (30) 12-34".into()),
        ..Person::new(person(id), Role::Patient, id)
    };
    let gone = Person { disabled_at: Some(NOON), ..known("gone", "j@clinic.example") };
    stage.store.save_person(&gone, None, NOON).await.unwrap();
    stage.store.save_person(&known("second", "J@clinic.example"), None, after(2)).await.unwrap();
    stage.store.save_person(&known("first", "J@Clinic.Example"), None, after(1)).await.unwrap();

    let by_email = stage.store.person_by_email(" j@CLINIC.example").await.unwrap().unwrap();
    assert_eq!(by_email.value.id, person("first"));
    let by_phone = stage.store.person_by_phone("+49301234").await.unwrap().unwrap();
    assert_eq!(by_phone.value.id, person("first"));
    assert_eq!(stage.store.person_by_email("nobody@clinic.example").await.unwrap(), None);
    assert_eq!(stage.store.person_by_phone("none").await.unwrap(), None);
}

async fn a_call_comes_back_in_every_state(stage: Stage) {
    let (mut call, events) = requested("c", "jane", "ada", Reach::Reachable);
    stage.commit(&new_call(call.clone(), events)).await;
    let since = after(3);
    let (appointment, booked) = booked("a", 60);
    stage.commit(&new_appointment(appointment.clone(), booked)).await;
    let seats = opened("s", &appointment).0.seats().unwrap().clone();
    let device = Some(DeviceId::new("phone"));
    let by = Some(person("ada"));
    let mut states = vec![
        State::Ringing { due: after(30), rung: Some(after(1)) },
        State::Waiting { due: after(90), seats: seats.clone() },
        State::Active { since, answered_on: device, seats: seats.clone() },
        State::Active { since, answered_on: None, seats },
        State::Ended { at: after(9), began: Some(since), why: Ending::Completed, by: None },
    ];
    states.extend(Ending::ALL.map(|why| State::Ended { at: after(9), began: None, why, by: by.clone() }));

    for (version, state) in (1..).zip(states) {
        call.state = state;
        let saved = Saved::over(version, call.clone(), vec![]);
        stage.commit(&Change { call: Some(saved), ..Change::at(NOON) }).await;
        let held = stage.call("c").await;
        assert_eq!((held.value, held.version), (call.clone(), version + 1));
    }
}

async fn a_call_keeps_its_guests_and_its_lost_places(stage: Stage) {
    let (appointment, events) = booked("a", 60);
    stage.commit(&new_appointment(appointment.clone(), events)).await;
    let (mut call, events) = opened("c", &appointment);
    let State::Waiting { seats, .. } = &mut call.state else { unreachable!("it was just opened") };
    let places = [
        Place::Expected,
        Place::Here { since: after(1) },
        Place::Lost { since: after(1), until: after(61) },
        Place::Left { at: after(2) },
        Place::Here { since: after(4) },
    ];
    for (n, (role, place)) in GuestRole::ALL.into_iter().zip(places).enumerate() {
        let name = format!("guest-{n}");
        put_person(&stage.store, &name, Role::Guest).await;
        let admission = if n % 2 == 0 { Admission::Needed } else { Admission::Given };
        seats.put(person(&name), Seat { part: Part::Guest(role), admission, place });
    }
    let change = Change { call: Some(Saved::new(call.clone(), events)), ..Change::at(NOON) };
    stage.commit(&change).await;
    assert_eq!(stage.call("c").await.value, call);

    let live = async |name: &str| {
        ids(&stage.store.live_calls_of(Some(&person(name)), &PageAsk::default()).await.unwrap().items)
    };
    assert_eq!(live("guest-1").await, ["c"]);
    assert_eq!(live("jane").await, ["c"]);
    assert_eq!(live("joe").await, [""; 0]);

    stage.act("c", after(9), "ada", Command::End).await.unwrap();
    assert_eq!(live("guest-1").await, [""; 0]);
    assert_eq!(stage.store.rows_in("call_seats").await, 0);
}

async fn an_appointment_comes_back_in_every_status(stage: Stage) {
    let (mut appointment, events) = booked("a", 60);
    stage.commit(&new_appointment(appointment.clone(), events)).await;
    let link = Provider::Link("https://meet.example/room".into());
    for (version, status) in (1..).zip(Status::ALL) {
        appointment.status = status;
        appointment.words = Some(format!("because of {version}"));
        appointment.provider = if version % 2 == 0 { Provider::BuiltIn } else { link.clone() };
        appointment.slot = Slot { start: after(version), minutes: 45 };
        let saved = Saved::over(version, appointment.clone(), vec![]);
        stage.commit(&Change { appointment: Some(saved), ..Change::at(NOON) }).await;
        let held = stage.store.appointment(&appointment.id).await.unwrap().unwrap();
        assert_eq!((held.value, held.version), (appointment.clone(), version + 1));
    }

    let (mut in_person, events) = booked("b", 120);
    (in_person.kind, in_person.room, in_person.reason) = (Kind::InPerson, None, None);
    stage.commit(&new_appointment(in_person.clone(), events)).await;
    assert_eq!(stage.store.appointment(&in_person.id).await.unwrap().unwrap().value, in_person);
}

async fn a_room_comes_back_in_every_status(stage: Stage) {
    let (appointment, events) = booked("a", 60);
    stage.commit(&new_appointment(appointment.clone(), events)).await;
    let mut held = stage.store.room_of(&appointment.id).await.unwrap().unwrap();
    assert_eq!(Some(&held.value.id), appointment.room.as_ref());
    for status in room::Status::ALL {
        held.value.status = status;
        held.value.practitioner_joined = status != room::Status::Waiting;
        held.value.patient_joined = status == room::Status::Ended;
        held.value.started_at = Some(after(1));
        held.value.ended_at = (status == room::Status::Ended).then_some(after(2));
        let saved = Saved::over(held.version, held.value.clone(), vec![]);
        stage.commit(&Change { room: Some(saved), ..Change::at(NOON) }).await;
        held.version += 1;
        assert_eq!(stage.store.room(&held.value.id).await.unwrap().as_ref(), Some(&held));
    }
    assert_eq!(stage.store.room(&RoomId::new("none")).await.unwrap(), None);
    assert_eq!(stage.store.room_of(&AppointmentId::new("none")).await.unwrap(), None);
}

async fn words_stay_in_the_row_and_out_of_the_journal(stage: Stage) {
    let asked = Change { reason: Some("my chest hurts".into()), ..ring("c", "jane", "ada") };
    stage.commit(&asked).await;
    stage.act("c", after(1), "ada", Command::DeviceRings { device: DeviceId::new("phone") }).await.unwrap();
    let words = Some("please come to the practice".to_owned());
    stage.act("c", after(2), "ada", Command::Decline { device: None, words: words.clone() }).await.unwrap();

    let record = stage.store.call_record(&asked.call.unwrap().value.id).await.unwrap().unwrap();
    assert_eq!((record.reason.as_deref(), record.words), (Some("my chest hurts"), words));
    let journal = stage.store.journal_of("c").await;
    assert_eq!(journal.len(), 3);
    assert!(journal.iter().all(|(_, _, event)| !event.contains("chest") && !event.contains("practice")));
}

fn ids(records: &[CallRecord]) -> Vec<String> {
    records.iter().map(|record| record.call.id.to_string()).collect()
}

async fn an_invitation_comes_with_the_call_that_it_is_for(stage: Stage) {
    let ringing = stage.ring("c", "jane", "ada").await.value;
    stage.act("c", after(1), "ada", Command::Accept { device: DeviceId::new("desk") }).await.unwrap();
    let ines = Person::new(person("ines"), Role::Guest, "Ines");
    stage.store.save_person(&ines, None, NOON).await.unwrap();
    let held = stage.store.call(&ringing.id).await.unwrap().unwrap();
    let invitation = |id: &str, until| Invitation {
        id: InvitationId::new(id),
        room: ringing.room.clone(),
        guest: ines.id.clone(),
        role: GuestRole::Interpreter,
        by: person("ada"),
        at: NOON,
        until: after(until),
    };
    let invite = |version, id, until| Change {
        invitation: Some(invitation(id, until)),
        call: Some(Saved::over(version, bedside_domain::call::Call { locked: true, ..held.value.clone() }, vec![])),
        ..Change::at(NOON)
    };
    stage.commit(&invite(held.version, "i", 60)).await;
    let stale = stage.store.commit(&invite(held.version, "late", 90)).await;
    assert_eq!(stale, Err(CommitError::Stale), "an invitation is not kept without its call");
    assert_eq!(stage.store.invitation(&InvitationId::new("late")).await.unwrap(), None);
    assert!(stage.store.call(&ringing.id).await.unwrap().unwrap().value.locked);

    stage.commit(&Change { invitation: Some(invitation("longer", 99)), ..Change::at(NOON) }).await;
    assert_eq!(stage.store.invitation(&InvitationId::new("i")).await.unwrap(), Some(invitation("i", 60)));
    let best = stage.store.invitation_of(&ringing.room, &ines.id).await.unwrap();
    assert_eq!(best, Some(invitation("longer", 99)));
    assert_eq!(stage.store.invitation_of(&ringing.room, &person("jane")).await.unwrap(), None);
    assert_eq!(stage.store.invitations_to(&ringing.room, after(70)).await.unwrap(), 1);
}
