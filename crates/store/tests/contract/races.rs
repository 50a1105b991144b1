//! Many at once. Nothing here waits for a moment and hopes: every task is started, and every outcome is counted.

use std::future::Future;
use std::sync::Arc;

use bedside_domain::appointment::Appointment;
use bedside_domain::call::Command;
use bedside_domain::person::Role;
use bedside_domain::refusal::Refusal;
use bedside_store::{Change, CommitError, Remembered, Saved, Session, SignInLink, Store, Taken, Use};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::stage::*;

on_both!(
    the_first_of_many_answers_engages_and_the_others_are_told_who_is,
    two_people_have_one_ring_whoever_rang_first,
    one_of_many_decisions_on_the_same_call_is_committed,
    calls_that_share_people_never_wait_for_each_other_for_ever,
    one_of_fifty_books_the_slot,
    a_link_that_works_once_lets_one_in,
    all_nodes_have_the_same_secret,
    the_same_question_asked_at_once_is_answered_once,
);

const MANY: usize = 24;

async fn the_first_of_many_answers_engages_and_the_others_are_told_who_is(stage: Stage) {
    for n in 0..MANY {
        put_person(&stage.store, &format!("caller-{n}"), Role::Patient).await;
        stage.ring(&format!("c{n}"), &format!("caller-{n}"), "ada").await;
    }
    let mut changes = Vec::new();
    for n in 0..MANY {
        changes.push(decided(&stage.call(&format!("c{n}")).await, after(1), "ada", &accept()));
    }
    let outcomes = all_at_once(changes.into_iter().map(|change| commit(&stage.store, change))).await;
    let engaged = Err(CommitError::Taken(Taken::Engaged(person("ada"))));
    assert_eq!(how_many(&outcomes, &Ok(())), 1, "{outcomes:?}");
    assert_eq!(how_many(&outcomes, &engaged), MANY - 1, "{outcomes:?}");
    assert_eq!(stage.store.rows_in("engagements").await, 2);
}

async fn two_people_have_one_ring_whoever_rang_first(stage: Stage) {
    let changes = (0..MANY).map(|n| {
        let (caller, callee) = if n % 2 == 0 { ("jane", "ada") } else { ("ada", "jane") };
        commit(&stage.store, ring(&format!("c{n}"), caller, callee))
    });
    let outcomes = all_at_once(changes).await;
    assert_eq!(how_many(&outcomes, &Ok(())), 1, "{outcomes:?}");
    assert_eq!(how_many(&outcomes, &Err(CommitError::Taken(Taken::RingingPair))), MANY - 1, "{outcomes:?}");
    assert_eq!(stage.store.rows_in("calls").await, 1);
}

async fn one_of_many_decisions_on_the_same_call_is_committed(stage: Stage) {
    let held = stage.ring("c", "jane", "ada").await;
    let changes = (0..MANY).map(|n| {
        let change = match n % 3 {
            0 => decided(&held, after(1), "ada", &accept()),
            1 => decided(&held, after(1), "jane", &Command::Cancel),
            _ => decided(&held, after(31), "the clock", &Command::Tick),
        };
        commit(&stage.store, Change { by: None, ..change })
    });
    let outcomes = all_at_once(changes).await;
    assert_eq!(how_many(&outcomes, &Ok(())), 1, "{outcomes:?}");
    assert_eq!(how_many(&outcomes, &Err(CommitError::Stale)), MANY - 1, "{outcomes:?}");
    assert_eq!(stage.call("c").await.version, 2);
}

/// Each wants two of four people; whatever the order, every one of them gets an answer.
async fn calls_that_share_people_never_wait_for_each_other_for_ever(stage: Stage) {
    let pairs = [("ada", "jane"), ("jane", "bob"), ("bob", "joe"), ("joe", "ada"), ("ada", "bob"), ("jane", "joe")];
    for round in 0..4 {
        let mut changes = Vec::new();
        for (caller, callee) in pairs {
            let held = stage.ring(&format!("{caller}-{callee}-{round}"), caller, callee).await;
            changes.push((decided(&held, after(1), callee, &accept()), held.value.id));
        }
        let calls: Vec<_> = changes.iter().map(|(_, id)| id.clone()).collect();
        let outcomes = all_at_once(changes.into_iter().map(|(change, _)| commit(&stage.store, change))).await;
        let won = i64::try_from(how_many(&outcomes, &Ok(()))).unwrap();
        assert!((1..=2).contains(&won), "{outcomes:?}");
        let told = |outcome: &&Result<(), CommitError>| matches!(outcome, Err(CommitError::Taken(Taken::Engaged(_))));
        assert_eq!(outcomes.iter().filter(told).count(), pairs.len() - usize::try_from(won).unwrap(), "{outcomes:?}");
        assert_eq!(stage.store.rows_in("engagements").await, 2 * won);
        for id in calls {
            let held = stage.call(id.as_str()).await;
            let caller = held.value.caller.id.clone();
            stage.commit(&decided(&held, after(2), caller.as_str(), &Command::End)).await;
        }
        assert_eq!(stage.store.rows_in("engagements").await, 0);
    }
}

async fn one_of_fifty_books_the_slot(stage: Stage) {
    for n in 0..50 {
        put_person(&stage.store, &format!("patient-{n}"), Role::Patient).await;
    }
    let outcomes = all_at_once((0..50).map(|n| book(stage.store.clone(), n))).await;
    assert_eq!(how_many(&outcomes, &Ok(())), 1, "{outcomes:?}");
    let busy = Err(Refusal::Busy("the practitioner has another appointment at that time"));
    assert_eq!(how_many(&outcomes, &busy), 49, "{outcomes:?}");
    assert_eq!(stage.store.rows_in("appointments").await, 1);
}

/// As the server does it: decide, commit, and decide again when somebody was faster. Slots overlap by some minutes.
async fn book(store: Store, n: i64) -> Result<(), Refusal> {
    let patient = format!("patient-{n}");
    loop {
        let booking = booking(&format!("a{n}"), &patient, 60 + n % 7);
        let calendar = store.calendar(&booking.practitioner, booking.slot).await.expect("the calendar is readable");
        let by = person(&patient);
        let (appointment, events) = Appointment::book(NOON, &by, Role::Patient, booking, &calendar.value)?;
        let change = Change {
            calendar: Some((person("ada"), calendar.version)),
            appointment: Some(Saved::new(appointment, events)),
            ..Change::at(NOON)
        };
        match store.commit(&change).await {
            Err(CommitError::Stale) => {}
            outcome => return outcome.map_err(|error| panic!("neither booked nor stale: {error}")),
        }
    }
}

async fn a_link_that_works_once_lets_one_in(stage: Stage) {
    let link = |hash: &str, uses| SignInLink {
        token_hash: hash.into(),
        person: person("jane"),
        uses,
        expires_at: after(60),
        spent_at: None,
    };
    let session = |token: &str, at| Session {
        token_hash: token.into(),
        person: person("jane"),
        scope_room: None,
        created_at: after(at),
        expires_at: after(100),
        agent: None,
    };
    for (hash, uses, let_in) in [("once", Use::Once, 1), ("again", Use::Again, MANY)] {
        stage.store.put_sign_in_link(&link(hash, uses)).await.unwrap();
        let spend = (0..MANY).map(|n| {
            let store = stage.store.clone();
            async move { store.sign_in(hash, &session(&format!("{hash} {n}"), 1), None).await.unwrap() }
        });
        assert_eq!(how_many(&all_at_once(spend).await, &true), let_in);
        assert!(!stage.store.sign_in(hash, &session("late", 60), None).await.unwrap(), "it has expired");
    }
    assert!(!stage.store.sign_in("unknown", &session("never", 1), None).await.unwrap());
}

async fn all_nodes_have_the_same_secret(stage: Stage) {
    let secrets = (0..MANY).map(|n| {
        let store = stage.store.clone();
        let fresh = [u8::try_from(n).expect("there are few"); 32];
        async move { store.secret("links", &fresh).await.unwrap() }
    });
    let secrets = all_at_once(secrets).await;
    assert!(secrets.iter().all(|secret| secret == &secrets[0] && secret[0] == secret[31]), "{secrets:?}");
    assert_eq!(stage.store.secret("turn", &[0xfe; 32]).await, Ok([0xfe; 32]));
}

async fn the_same_question_asked_at_once_is_answered_once(stage: Stage) {
    let changes = (0..MANY).map(|n| {
        let answer = Remembered {
            person: person("jane"),
            key: "k".into(),
            fingerprint: "f".into(),
            status: 201,
            body: format!("{n}"),
            at: NOON,
        };
        let (appointment, events) = booked(&format!("a{n}"), 60);
        commit(&stage.store, Change { answer: Some(answer), ..new_appointment(appointment, events) })
    });
    let outcomes = all_at_once(changes).await;
    assert_eq!(how_many(&outcomes, &Ok(())), 1, "{outcomes:?}");
    assert_eq!(how_many(&outcomes, &Err(CommitError::Taken(Taken::Answer))), MANY - 1, "{outcomes:?}");
    assert_eq!(stage.store.rows_in("appointments").await, 1);
    assert_eq!(stage.store.rows_in("rooms").await, 1);
}

fn commit(store: &Store, change: Change) -> impl Future<Output = Result<(), CommitError>> + Send + use<> {
    let store = store.clone();
    async move { store.commit(&change).await }
}

/// Nobody begins before everybody is there.
pub async fn all_at_once<T: Send + 'static>(
    tasks: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = tasks.collect();
    let start = Arc::new(Barrier::new(tasks.len()));
    let mut running = JoinSet::new();
    for task in tasks {
        let start = start.clone();
        running.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    running.join_all().await
}

pub fn how_many<T: PartialEq>(outcomes: &[T], this: &T) -> usize {
    outcomes.iter().filter(|outcome| *outcome == this).count()
}
