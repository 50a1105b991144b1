//! What goes when it has been over for long, and what stays.

use bedside_domain::call::{Command, GuestRole};
use bedside_domain::ids::{AppointmentId, InvitationId, NoticeId, RoomId};
use bedside_domain::invitation::Invitation;
use bedside_domain::notice::{About, Notice, Topic};
use bedside_domain::person::Role;
use bedside_domain::time::{Millis, Span};
use bedside_store::{Change, ChatMessage, PageAsk, Saved};

use crate::stage::*;

on_both!(
    the_room_of_an_appointment_that_is_long_over_is_cleared_and_its_history_stays,
    a_room_that_may_still_be_needed_is_kept,
    a_room_that_nobody_ever_came_to_goes_altogether,
    notices_go_once_they_were_read_and_delivered_long_ago,
    guests_go_when_nothing_refers_to_them,
);

/// Long after everything of these stories.
fn later() -> Millis {
    NOON + Span::days(31)
}

async fn invite(stage: &Stage, room: &str, guest: &str, until: Millis) {
    put_person(&stage.store, guest, Role::Guest).await;
    let invitation = Invitation {
        id: InvitationId::new(format!("of {guest}")),
        room: RoomId::new(room),
        guest: person(guest),
        role: GuestRole::Interpreter,
        by: person("ada"),
        at: NOON,
        until,
    };
    stage.commit(&Change { invitation: Some(invitation), ..Change::at(NOON) }).await;
}

async fn write(stage: &Stage, call: &str) {
    let message = ChatMessage {
        id: format!("in {call}"),
        call: stage.call(call).await.value.id,
        person: person("jane"),
        text: "how are you".into(),
        at: NOON,
    };
    stage.store.keep_message(&message, "r", &[]).await.unwrap();
    stage.store.mark_messages_read(&message.call, &person("ada"), &message.id, NOON).await.unwrap();
}

async fn the_room_of_an_appointment_that_is_long_over_is_cleared_and_its_history_stays(stage: Stage) {
    let (appointment, events) = booked("a", 10);
    stage.commit(&new_appointment(appointment.clone(), events)).await;
    let (call, events) = opened("c", &appointment);
    stage.commit(&Change { call: Some(Saved::new(call, events)), ..Change::at(NOON) }).await;
    write(&stage, "c").await;
    invite(&stage, "room-of-a", "gina", after(60)).await;
    stage.act("c", after(60), "ada", Command::End).await.unwrap();

    assert_eq!(stage.store.clear_rooms_before(NOON, later()).await, Ok(0), "it was not over by then");
    assert_eq!(stage.store.clear_rooms_before(later(), later()).await, Ok(1));
    assert_eq!(stage.store.clear_rooms_before(later(), later()).await, Ok(0), "once is enough");
    assert_eq!(stage.store.room(&RoomId::new("room-of-a")).await.unwrap(), None);
    assert_eq!(stage.store.room_of(&AppointmentId::new("a")).await.unwrap(), None);
    let held = stage.store.appointment(&AppointmentId::new("a")).await.unwrap().unwrap();
    assert_eq!((held.value.room, held.version), (None, 2), "whoever loaded it before decides again");
    assert_eq!(stage.call("c").await.value.room, RoomId::new("room-of-a"), "the history is as it was");
    for table in ["chat_messages", "chat_reads", "invitations"] {
        assert_eq!(stage.store.rows_in(table).await, 0, "{table}");
    }
}

async fn a_room_that_may_still_be_needed_is_kept(stage: Stage) {
    let (ahead, events) = booked("ahead", 60 * 24 * 40);
    stage.commit(&new_appointment(ahead, events)).await;
    stage.ring("rings", "jane", "ada").await;
    stage.ring("ended", "joe", "bob").await;
    stage.act("ended", after(5), "joe", Command::Cancel).await.unwrap();
    write(&stage, "ended").await;
    assert_eq!(stage.store.clear_rooms_before(later(), later()).await, Ok(1));
    for (room, kept) in [("room-of-ahead", true), ("room-of-rings", true), ("room-of-ended", false)] {
        assert_eq!(stage.store.room(&RoomId::new(room)).await.unwrap().is_some(), kept, "{room}");
    }
    assert_eq!(stage.store.rows_in("calls").await, 2);
}

async fn a_room_that_nobody_ever_came_to_goes_altogether(stage: Stage) {
    let (appointment, events) = booked("a", 10);
    stage.commit(&new_appointment(appointment, events)).await;
    invite(&stage, "room-of-a", "gina", after(60)).await;
    assert_eq!(stage.store.clear_rooms_before(later(), later()).await, Ok(1));
    assert_eq!(stage.store.rows_in("rooms").await, 0);
    assert_eq!(stage.store.rows_in("appointments").await, 1);
}

async fn notices_go_once_they_were_read_and_delivered_long_ago(stage: Stage) {
    let notice = |id: &str| {
        let about = About::Appointment(AppointmentId::new("a"));
        (
            NoticeId::new(id),
            Notice { to: person("jane"), topic: Topic::AppointmentAccepted, about, by: None, due: None },
        )
    };
    let notices = vec![notice("read"), notice("waiting")];
    stage.commit(&Change { notices, ..Change::at(NOON) }).await;
    assert!(stage.store.read_notice(&person("jane"), &NoticeId::new("read"), after(1)).await.unwrap());
    stage.store.forget_notices_before(NOON).await.unwrap();
    assert_eq!(stage.store.rows_in("outbox").await, 2, "they may still be delivered");
    stage.store.forget_notices_before(later()).await.unwrap();
    assert_eq!(stage.store.rows_in("outbox").await, 0);
    let left = stage.store.notices(&person("jane"), &PageAsk::default()).await.unwrap().items;
    assert_eq!(left.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["waiting"]);
}

async fn guests_go_when_nothing_refers_to_them(stage: Stage) {
    stage.ring("c", "jane", "ada").await;
    invite(&stage, "room-of-c", "gina", after(60)).await;
    invite(&stage, "room-of-c", "greg", later() + Span::days(1)).await;
    stage.store.renew_lease(&person("gina"), &bedside_domain::ids::DeviceId::new("phone"), NOON).await.unwrap();
    stage.store.forget_guests_before(after(30)).await.unwrap();
    assert!(stage.store.person(&person("gina")).await.unwrap().is_some(), "she may still come");
    stage.store.forget_guests_before(later()).await.unwrap();
    for (name, left) in [("gina", false), ("greg", true), ("jane", true), ("ada", true)] {
        assert_eq!(stage.store.person(&person(name)).await.unwrap().is_some(), left, "{name}");
    }
    assert_eq!(stage.store.rows_in("leases").await, 0);
}
