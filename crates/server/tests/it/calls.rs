//! Ringing, meeting and ending over REST, and what one reads of it afterwards.

use std::sync::Arc;

use bedside_domain::ids::{CallId, PersonId};
use bedside_domain::presence::Wish;
use serde_json::{Value, json};

use crate::practice::{ADA, BOB, Home, JANE, OMAR, Practice, ids, is_there, items, text};
use crate::support::in_minutes;

/// A ring that is answered: the other one rings back while it rings.
async fn connected(practice: &Practice, one: &str, callee: &str, other: &str, caller: &str) -> String {
    practice.is_there(callee).await;
    let ringing = practice.ring(one, callee).await.good();
    practice.is_there(caller).await;
    let active = practice.ring(other, caller).await.good();
    assert_eq!((&active["id"], &active["status"]), (&ringing["id"], &json!("active")));
    text(&active, "id")
}

async fn ended(practice: &Practice, id: &str, by: &str) -> Value {
    practice.post(&format!("/api/video-call/end-session/{id}"), by, json!({})).await.good()
}

#[tokio::test]
async fn whoever_is_offline_is_not_rung_and_finds_a_missed_call() {
    let practice = Practice::open().await;
    let Practice { ada, jane, .. } = &practice;
    let refused = practice.ring(ada, JANE).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (409, "offline"));
    assert_eq!(refused.json()["retryable"], true);
    let missed = practice.get("/api/calls/missed", jane).await.good();
    let [call] = items(&missed) else { panic!("one missed call: {missed}") };
    assert_eq!((&call["outcome"], &call["caller"]["id"]), (&json!("missed"), &json!(ADA)));
    assert_eq!(call["durationSeconds"], Value::Null, "they never spoke");
    assert_eq!(practice.told(jane).await, [("missed-call".into(), text(call, "id"))]);
    assert_eq!(ids(&practice.get("/api/calls/missed", ada).await.good()).len(), 0);
    assert_eq!(ids(&practice.get("/api/calls", ada).await.good()), ids(&missed), "it stands in both histories");
}

#[tokio::test]
async fn whoever_is_in_a_call_or_not_to_be_disturbed_is_busy() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, omar, .. } = &practice;
    let id = connected(&practice, ada, JANE, jane, ADA).await;
    let refused = practice.ring(bob, JANE).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (409, "busy"));
    assert_eq!(practice.told(jane).await[0].0, "missed-call");
    assert_eq!(practice.ring(ada, OMAR).await.code(), "busy", "who is in a call rings nobody else");
    assert_eq!(practice.told(omar).await.len(), 0, "and nobody hears of it");
    ended(&practice, &id, ada).await;

    practice.store().await.set_wish(&PersonId::new(JANE), Wish::DoNotDisturb).await.expect("she is known");
    assert_eq!(practice.ring(bob, JANE).await.code(), "busy");
    assert_eq!(ids(&practice.get("/api/calls/missed", jane).await.good()).len(), 2);
}

#[tokio::test]
async fn being_rung_is_not_busy() {
    let practice = Practice::open().await;
    let Practice { ada, bob, .. } = &practice;
    practice.is_there(JANE).await;
    let (first, second) = (practice.ring(ada, JANE).await.good(), practice.ring(bob, JANE).await.good());
    assert_eq!((&first["status"], &second["status"]), (&json!("ringing"), &json!("ringing")));
    let again = practice.ring(ada, JANE).await.good();
    assert_eq!(again["id"], first["id"], "ringing twice is one ring");
}

#[tokio::test]
async fn a_call_is_seen_by_its_two_parties_from_ring_to_end() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, sam, .. } = &practice;
    practice.is_there(JANE).await;
    let body = json!({ "doctorId": JANE, "type": "audio", "reason": "the results" });
    let rung = practice.post("/api/calls", ada, body).await;
    assert_eq!(rung.status, 201);
    let rung = rung.good();
    let id = text(&rung, "callId");
    assert_eq!(
        (&rung["status"], &rung["callType"], &rung["reason"]),
        (&json!("ringing"), &json!("audio"), &json!("the results"))
    );
    for prefix in ["/video-call", "/api/video-call"] {
        for party in [ada, jane] {
            assert_eq!(practice.get(&format!("{prefix}/session/{id}"), party).await.good(), rung);
            assert_eq!(
                ids(&practice.get(&format!("{prefix}/active-sessions"), party).await.good()),
                std::slice::from_ref(&id)
            );
            assert_eq!(
                ids(&practice.get(&format!("{prefix}/my-sessions"), party).await.good()),
                std::slice::from_ref(&id)
            );
        }
        for stranger in [bob, sam] {
            assert_eq!(practice.get(&format!("{prefix}/session/{id}"), stranger).await.code(), "not-found");
            let end = format!("{prefix}/end-session/{id}");
            assert_eq!(practice.post(&end, stranger, json!({})).await.code(), "not-found");
            assert_eq!(ids(&practice.get(&format!("{prefix}/active-sessions"), stranger).await.good()).len(), 0);
        }
    }
    practice.is_there(ADA).await;
    assert_eq!(practice.ring(jane, ADA).await.good()["id"], json!(id));
    let over = ended(&practice, &id, jane).await;
    assert_eq!(
        (&over["status"], &over["outcome"], &over["endedBy"]),
        (&json!("ended"), &json!("completed"), &json!(JANE))
    );
    assert!(over["durationSeconds"].as_i64().is_some_and(|seconds| (0..60).contains(&seconds)), "{over}");
    assert_eq!(practice.call(&id, ada).await, over);
    assert_eq!(ids(&practice.get("/api/video-call/active-sessions", ada).await.good()).len(), 0);
}

#[tokio::test]
async fn an_administrator_sees_who_speaks_with_whom_while_they_do_and_never_why() {
    let practice = Practice::open().await;
    let Practice { ada, agnes, .. } = &practice;
    practice.is_there(JANE).await;
    let body = json!({ "calleeId": JANE, "reason": "it itches" });
    let id = text(&practice.post("/api/calls", ada, body).await.good(), "id");
    let live = practice.get("/api/video-call/active-sessions", agnes).await.good();
    assert_eq!(ids(&live), std::slice::from_ref(&id));
    assert_eq!(items(&live)[0]["reason"], Value::Null);
    let path = format!("/api/video-call/end-session/{id}");
    assert_eq!(practice.post(&path, agnes, json!({})).await.code(), "forbidden", "an administrator looks on");
}

#[tokio::test]
async fn ending_means_what_the_moment_makes_of_it_and_twice_is_harmless() {
    let practice = Practice::open().await;
    let Practice { ada, jane, .. } = &practice;
    practice.is_there(JANE).await;
    for (by, outcome) in [(ada, "cancelled"), (jane, "declined")] {
        let id = text(&practice.ring(ada, JANE).await.good(), "id");
        let over = ended(&practice, &id, by).await;
        assert_eq!(over["outcome"], outcome);
        for (again, missed) in [(ada, false), (jane, outcome == "cancelled")] {
            let mut same = over.clone();
            same["missed"] = json!(missed);
            assert_eq!(ended(&practice, &id, again).await, same, "the first end counts");
        }
    }
    assert_eq!(practice.told(jane).await.len(), 1, "who gave up leaves a missed call, who was declined does not");
}

/// Both ring at the same moment, again and again: always one call, always both in it.
async fn two_who_ring_each_other_are_in_one_call(home: Home, rounds: usize) {
    let practice = Arc::new(Practice::on(home, &[]).await);
    // A practitioner rings patients of hers, no others.
    practice.accepted(24 * 60).await;
    let told_before = practice.told(&practice.jane).await;
    let store = practice.store().await;
    for round in 0..rounds {
        is_there(&store, ADA).await;
        is_there(&store, JANE).await;
        let (one, other) = (practice.clone(), practice.clone());
        let one = tokio::spawn(async move { one.ring(&one.ada, JANE).await.good() });
        let other = tokio::spawn(async move { other.ring(&other.jane, ADA).await.good() });
        let (one, other) = (one.await.expect("an answer"), other.await.expect("an answer"));
        assert_eq!(one["id"], other["id"], "round {round}");
        let id = text(&one, "id");
        for party in [&practice.ada, &practice.jane] {
            let live = practice.get("/api/video-call/active-sessions", party).await.good();
            assert_eq!((ids(&live), &items(&live)[0]["status"]), (vec![id.clone()], &json!("active")), "round {round}");
        }
        assert_eq!(ended(&practice, &id, &practice.jane).await["outcome"], "completed");
    }
    assert_eq!(ids(&practice.get("/api/calls?limit=200", &practice.ada).await.good()).len(), rounds);
    assert_eq!(practice.told(&practice.jane).await, told_before, "nobody missed anything");
    let halves = store.halves().await;
    assert!(halves.is_empty(), "{halves:?}");
    assert_eq!((store.rows_in("rings").await, store.rows_in("engagements").await), (0, 0));
}

#[tokio::test]
async fn two_who_ring_each_other_fifty_times_on_sqlite_are_in_one_call() {
    two_who_ring_each_other_are_in_one_call(Home::sqlite(), 50).await;
}

#[tokio::test]
async fn two_who_ring_each_other_fifty_times_on_postgresql_are_in_one_call() {
    two_who_ring_each_other_are_in_one_call(Home::postgres().await, 50).await;
}

#[tokio::test]
async fn the_call_of_an_appointment_uses_its_room() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, .. } = &practice;
    let booked = practice.accepted(10).await;
    let early = practice.accepted(120).await;
    practice.is_there(ADA).await;
    let body = |appointment: &Value| json!({ "calleeId": ADA, "appointmentId": appointment["id"] });
    assert_eq!(practice.post("/api/calls", jane, body(&early)).await.code(), "not-now");
    practice.is_there(BOB).await;
    practice.post("/api/appointments", bob, crate::practice::remote(60)).await.good();
    let foreign = json!({ "calleeId": BOB, "appointmentId": booked["id"] });
    assert_eq!(practice.post("/api/calls", jane, foreign).await.code(), "not-found");

    let rung = practice.post("/api/calls", jane, body(&booked)).await.good();
    assert_eq!((&rung["roomId"], &rung["appointmentId"]), (&booked["roomId"], &booked["id"]));
    let over = ended(&practice, &text(&rung, "id"), jane).await;
    assert_eq!((&over["outcome"], &over["missed"]), (&json!("cancelled"), &json!(false)), "whoever gave up");
    let found = async |outcome, who| practice.get(&format!("/api/calls?outcome={outcome}"), who).await.good();
    assert_eq!(ids(&found("cancelled", jane).await), [text(&rung, "id")]);
    assert_eq!(ids(&found("missed", jane).await).len(), 0);
    let missed = found("missed", ada).await;
    assert_eq!((ids(&missed), &missed["items"][0]["missed"]), (vec![text(&rung, "id")], &json!(true)), "the callee");
    assert_eq!(ids(&found("cancelled", ada).await).len(), 0);
    let next = practice.post("/api/calls", jane, body(&booked)).await.good();
    assert_eq!(next["roomId"], booked["roomId"], "a room has any number of calls");
}

#[tokio::test]
async fn how_it_was_is_said_by_the_two_who_spoke_once_it_is_over() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, .. } = &practice;
    let id = connected(&practice, ada, JANE, jane, ADA).await;
    let path = format!("/api/calls/{id}/feedback");
    let said = json!({ "stars": 2, "problems": ["sound"], "comment": "it crackled" });
    assert_eq!(practice.post(&path, ada, said.clone()).await.code(), "not-now");
    ended(&practice, &id, ada).await;
    for wrong in [json!({ "stars": 0 }), json!({ "stars": 6 }), json!({ "problems": ["weather"] })] {
        assert_eq!(practice.post(&path, ada, wrong.clone()).await.code(), "invalid", "{wrong}");
    }
    assert_eq!(practice.post(&path, bob, said.clone()).await.code(), "not-found");
    assert_eq!(practice.post(&path, ada, json!({ "stars": 1 })).await.status, 204);
    assert_eq!(practice.post(&path, ada, said).await.status, 204);
    let kept = practice.store().await.feedback_of(&CallId::new(id)).await.expect("the call is there");
    assert_eq!(kept.len(), 1, "said again, it replaces what was said before");
    assert_eq!((kept[0].stars, kept[0].words.as_deref()), (Some(2), Some("it crackled")));
}

#[tokio::test]
async fn a_missed_call_is_missed_until_it_is_seen() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, .. } = &practice;
    assert_eq!(practice.ring(ada, JANE).await.code(), "offline");
    let id = ids(&practice.get("/api/calls/missed", jane).await.good())[0].clone();
    let path = format!("/api/calls/{id}/seen");
    assert_eq!(practice.post(&path, bob, json!({})).await.code(), "not-found");
    assert_eq!(practice.post(&path, ada, json!({})).await.code(), "not-now", "the caller has missed nothing");
    for _ in 0..2 {
        assert_eq!(practice.post(&path, jane, json!({})).await.status, 204);
    }
    assert_eq!(ids(&practice.get("/api/calls/missed", jane).await.good()).len(), 0);
    assert!(practice.call(&id, jane).await["seenAt"].is_string());
}

#[tokio::test]
async fn a_history_is_filtered_and_paged() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, .. } = &practice;
    for _ in 0..3 {
        practice.ring(ada, JANE).await;
    }
    practice.ring(bob, JANE).await;
    let spoken = connected(&practice, ada, JANE, jane, ADA).await;
    ended(&practice, &spoken, ada).await;
    let of = async |who: &str, query: &str| ids(&practice.get(&format!("/api/calls?{query}"), who).await.good());
    let all = of(jane, "").await;
    assert_eq!((all.len(), &all[0]), (5, &spoken), "the newest first");
    assert_eq!(of(jane, "outcome=completed").await, std::slice::from_ref(&spoken));
    assert_eq!(of(jane, &format!("with={BOB}")).await.len(), 1);
    assert_eq!(of(ada, &format!("with={BOB}")).await.len(), 0, "nobody reads in another's history");
    assert_eq!(of(ada, &format!("with={OMAR}")).await.len(), 0);
    assert_eq!(of(jane, &format!("from={}", in_minutes(1))).await.len(), 0);
    assert_eq!(of(jane, &format!("from={}&to={}", in_minutes(-1), in_minutes(1))).await, all);
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = practice.get(&format!("/api/calls?limit=2{cursor}"), jane).await.good();
        paged.extend(ids(&page));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, all);
    assert_eq!(practice.get("/api/calls?outcome=busy", jane).await.code(), "invalid");
}
