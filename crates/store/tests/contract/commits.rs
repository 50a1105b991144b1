//! All of a change, or nothing.

use bedside_domain::call::Command;
use bedside_domain::ids::{CallId, NoticeId, RoomId};
use bedside_domain::notice::{About, Notice, Topic};
use bedside_domain::time::Span;
use bedside_store::{Change, CommitError, PageAsk, Remembered, Saved, Taken};

use crate::stage::*;

on_both!(
    row_journal_and_outbox_are_committed_together,
    a_change_that_fails_in_the_middle_leaves_nothing,
    an_empty_change_commits_nothing,
    a_change_over_a_stale_version_is_refused,
    the_journal_of_a_call_has_no_gaps,
    an_engagement_lasts_as_long_as_the_call,
    the_same_question_is_answered_once,
    a_second_room_of_an_appointment_is_refused,
);

const TABLES: [&str; 8] = ["calls", "rooms", "call_seats", "engagements", "rings", "journal", "notices", "outbox"];

async fn row_journal_and_outbox_are_committed_together(stage: Stage) {
    let change = Change { notices: vec![missed("n", "c")], ..ring("c", "jane", "ada") };
    stage.commit(&change).await;
    assert_eq!(counts(&stage).await, [1, 1, 0, 0, 1, 1, 1, 1]);
    let page = stage.store.notices(&person("ada"), &PageAsk::default()).await.unwrap();
    let [row] = &page.items[..] else { panic!("one notice: {page:?}") };
    assert_eq!((&row.notice, row.at, row.read_at), (&change.notices[0].1, NOON, None));
}

async fn a_change_that_fails_in_the_middle_leaves_nothing(stage: Stage) {
    stage.commit(&Change { notices: vec![missed("n", "c")], ..ring("c", "jane", "ada") }).await;
    stage.ring("d", "joe", "ada").await;
    stage.act("c", after(1), "ada", accept()).await.unwrap();
    let before = counts(&stage).await;

    // Its last statement fails: the id of the notice has been used.
    let new_ring = Change { notices: vec![missed("m", "e"), missed("n", "e")], ..ring("e", "zoe", "bob") };
    assert_eq!(stage.store.commit(&new_ring).await, Err(CommitError::Taken(Taken::Id)));
    assert_eq!(counts(&stage).await, before);
    assert_eq!(stage.store.call(&CallId::new("e")).await.unwrap(), None);

    // The call and its seats are written before the engagement is found taken.
    let held = stage.call("d").await;
    let too_late = stage.act("d", after(2), "ada", accept()).await;
    assert_eq!(too_late, Err(CommitError::Taken(Taken::Engaged(person("ada")))));
    assert_eq!(counts(&stage).await, before);
    assert_eq!(stage.call("d").await, held);
}

async fn an_empty_change_commits_nothing(stage: Stage) {
    let empty = Change { by: Some(person("jane")), ..Change::at(NOON) };
    assert!(empty.is_empty());
    stage.commit(&empty).await;
    assert_eq!(counts(&stage).await, [0; 8]);
}

async fn a_change_over_a_stale_version_is_refused(stage: Stage) {
    let held = stage.ring("c", "jane", "ada").await;
    let accepted = decided(&held, after(1), "ada", &accept());
    let cancelled = decided(&held, after(1), "jane", &Command::Cancel);
    stage.commit(&accepted).await;
    let before = counts(&stage).await;
    assert_eq!(stage.store.commit(&cancelled).await, Err(CommitError::Stale));
    assert_eq!(counts(&stage).await, before);

    let (appointment, events) = booked("a", 60);
    let booking = new_appointment(appointment, events);
    stage.commit(&booking).await;
    let stale = async |change: Change| stage.store.commit(&change).await;
    let appointment = booking.appointment.map(|saved| Saved { version: Some(7), ..saved });
    assert_eq!(stale(Change { appointment, ..Change::at(NOON) }).await, Err(CommitError::Stale));
    let room = booking.room.map(|saved| Saved { version: Some(7), ..saved });
    assert_eq!(stale(Change { room, ..Change::at(NOON) }).await, Err(CommitError::Stale));
    let calendar = Some((person("ada"), 7));
    assert_eq!(stale(Change { calendar, ..Change::at(NOON) }).await, Err(CommitError::Stale));
}

async fn the_journal_of_a_call_has_no_gaps(stage: Stage) {
    stage.ring("c", "jane", "ada").await;
    stage.act("c", after(1), "ada", accept()).await.unwrap();
    stage.act("c", after(2), "ada", Command::Join).await.unwrap();
    stage.act("c", after(3), "jane", Command::Join).await.unwrap();
    stage.act("c", after(4), "jane", Command::Leave).await.unwrap();
    // The last to leave ends it: two events under one version.
    stage.act("c", after(5), "ada", Command::Leave).await.unwrap();

    let journal = stage.store.journal_of("c").await;
    let places: Vec<_> = journal.iter().map(|(version, ordinal, _)| (*version, *ordinal)).collect();
    assert_eq!(places, [(1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (6, 1)]);
    assert_eq!(stage.call("c").await.version, 6);
}

async fn an_engagement_lasts_as_long_as_the_call(stage: Stage) {
    stage.ring("c", "jane", "ada").await;
    assert_eq!(stage.store.ringing_between(&person("ada"), &person("jane")).await, Ok(Some(CallId::new("c"))));
    assert_eq!(stage.store.is_engaged(&person("ada")).await, Ok(false));

    stage.act("c", after(1), "ada", accept()).await.unwrap();
    assert_eq!(stage.store.ringing_between(&person("jane"), &person("ada")).await, Ok(None));
    assert_eq!(stage.store.is_engaged(&person("ada")).await, Ok(true));
    assert_eq!(stage.store.is_engaged(&person("jane")).await, Ok(true));

    stage.act("c", after(9), "jane", Command::End).await.unwrap();
    assert_eq!(stage.store.is_engaged(&person("ada")).await, Ok(false));
    stage.ring("d", "ada", "jane").await;
    stage.act("d", after(10), "jane", accept()).await.unwrap();
    assert_eq!(stage.store.is_engaged(&person("jane")).await, Ok(true));
}

async fn the_same_question_is_answered_once(stage: Stage) {
    let answer = Remembered {
        person: person("jane"),
        key: "k".into(),
        fingerprint: "f".into(),
        status: 201,
        body: "{}".into(),
        at: NOON,
    };
    stage.commit(&Change { answer: Some(answer.clone()), ..ring("c", "jane", "ada") }).await;
    assert_eq!(stage.store.remembered(&answer.person, "k").await, Ok(Some(answer.clone())));
    assert_eq!(stage.store.remembered(&person("joe"), "k").await, Ok(None));

    let again = Change { answer: Some(answer.clone()), ..ring("d", "jane", "bob") };
    assert_eq!(stage.store.commit(&again).await, Err(CommitError::Taken(Taken::Answer)));
    assert_eq!(stage.store.call(&CallId::new("d")).await, Ok(None));

    stage.store.forget_before(NOON).await.unwrap();
    assert!(stage.store.remembered(&answer.person, "k").await.unwrap().is_some());
    stage.store.forget_before(NOON + Span::millis(1)).await.unwrap();
    assert_eq!(stage.store.remembered(&answer.person, "k").await, Ok(None));
    stage.commit(&again).await;
}

async fn a_second_room_of_an_appointment_is_refused(stage: Stage) {
    let (appointment, events) = booked("a", 60);
    let booking = new_appointment(appointment, events);
    stage.commit(&booking).await;
    let mut room = booking.room.unwrap();
    room.value.id = RoomId::new("another");
    let second = Change { room: Some(room), ..Change::at(NOON) };
    assert_eq!(stage.store.commit(&second).await, Err(CommitError::Taken(Taken::Id)));
    assert_eq!(stage.store.commit(&ring("c", "jane", "ada")).await, Ok(()));
    assert_eq!(stage.store.commit(&ring("c", "zoe", "bob")).await, Err(CommitError::Taken(Taken::Id)));
}

async fn counts(stage: &Stage) -> [i64; 8] {
    let mut counts = [0; 8];
    for (count, table) in counts.iter_mut().zip(TABLES) {
        *count = stage.store.rows_in(table).await;
    }
    counts
}

/// ada missed a call.
fn missed(id: &str, call: &str) -> (NoticeId, Notice) {
    let about = About::Call(CallId::new(call));
    (
        NoticeId::new(id),
        Notice { to: person("ada"), topic: Topic::MissedCall, about, by: Some(person("jane")), due: None },
    )
}
