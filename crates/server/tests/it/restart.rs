//! Deadlines are stored: a server that comes back, or another one, acts on what fell due meanwhile, and once.

use std::time::{Duration, Instant};

use bedside_domain::appointment::Status;
use bedside_domain::call::{Place, State};
use bedside_domain::time::Span;
use bedside_store::Store;
use reqwest::Method;
use serde_json::{Value, json};

use crate::past::{self, slot_ending};
use crate::practice::{ADA, Home, JANE, NO_LIMITS, Practice, eventually, ids, items, link_token, now, text};
use crate::support::{Server, token};

fn ada() -> String {
    token(ADA, "patient", "Ada Lovelace")
}

fn jane() -> String {
    token(JANE, "practitioner", "Jane Smith")
}

async fn status_of(server: &Server, appointment: &str) -> String {
    text(&server.get(&format!("/api/appointments/{appointment}"), &jane()).await.good(), "status")
}

async fn call_once_ended(server: &Server, id: &str, within: Duration) -> Value {
    eventually(within, "the call ends", async || {
        let call = server.get(&format!("/api/video-call/session/{id}"), &jane()).await.good();
        (call["status"] == "ended").then_some(call)
    })
    .await
}

fn instant(value: &Value, member: &str) -> jiff::Timestamp {
    text(value, member).parse().expect("an RFC 3339 time")
}

/// What the journal holds of one thing, by name.
async fn journal(store: &Store, id: &str) -> Vec<String> {
    let name = |event: &str| text(&serde_json::from_str(event).expect("an event is JSON"), "event");
    store.journal_of(id).await.iter().map(|(_, _, event)| name(event)).collect()
}

#[tokio::test]
async fn a_ring_that_ran_when_the_server_died_ends_as_missed_at_its_time_and_once() {
    let ring_seconds = ["--ring-seconds", "5"];
    let mut practice = Practice::on(Home::sqlite(), &ring_seconds).await;
    practice.is_there(JANE).await;
    let rung = practice.ring(&practice.ada, JANE).await.good();
    let since = Instant::now();
    let id = text(&rung, "id");
    practice.crash_and_return(&ring_seconds);
    assert_eq!(practice.call(&id, &practice.jane).await["status"], "ringing", "it rings on");

    let call = call_once_ended(&practice.server, &id, Duration::from_secs(10).saturating_sub(since.elapsed())).await;
    assert_eq!((&call["outcome"], &call["endedBy"]), (&json!("missed"), &Value::Null));
    let rang_for = instant(&call, "endedAt").duration_since(instant(&call, "requestedAt")).as_millis();
    assert!((5_000..=6_500).contains(&rang_for), "it rang for {rang_for} ms");

    practice.crash_and_return(&ring_seconds);
    assert_eq!(ids(&practice.get("/api/calls/missed", &practice.jane).await.good()), std::slice::from_ref(&id));
    assert_eq!(practice.told(&practice.jane).await, [("missed-call".into(), id.clone())]);
    assert_eq!(journal(&practice.store().await, &id).await, ["requested", "ended"]);
}

#[tokio::test]
async fn what_fell_due_while_no_server_ran_is_settled_by_the_next_one() {
    let home = Home::sqlite();
    let store = Store::open(&home.url()).await.expect("a new database");
    past::the_two(&store).await;
    let yesterday = slot_ending(now() - Span::days(1));
    past::appointment(&store, "nobody-came", Status::Accepted, yesterday, None).await;
    past::appointment(&store, "they-met", Status::Accepted, yesterday, Some(yesterday.start)).await;
    past::appointment(&store, "unanswered", Status::Pending, yesterday, None).await;
    past::appointment(&store, "still-open", Status::Accepted, slot_ending(now() - Span::hours(1)), None).await;
    let due = now() - Span::minutes(5);
    past::call(&store, "rang", due, State::Ringing { due, rung: None }).await;

    let server = Server::start(&home.url(), &NO_LIMITS);
    for (id, status) in [("nobody-came", "NoShow"), ("they-met", "Completed"), ("unanswered", "Cancelled")] {
        eventually(Duration::from_secs(10), id, async || (status_of(&server, id).await == status).then_some(())).await;
    }
    assert_eq!(call_once_ended(&server, "rang", Duration::from_secs(10)).await["outcome"], "missed");
    assert_eq!(status_of(&server, "still-open").await, "Accepted", "its links work for three hours more");
    for (id, last) in
        [("nobody-came", "no-show"), ("they-met", "completed"), ("unanswered", "cancelled"), ("rang", "ended")]
    {
        let events = journal(&store, id).await;
        assert_eq!((events.len(), events.last().map(String::as_str)), (2, Some(last)), "{id}");
    }
    for (who, topics) in
        [(ada(), vec!["appointment-cancelled"]), (jane(), vec!["appointment-cancelled", "missed-call"])]
    {
        let notices = server.get("/api/notifications", &who).await.good();
        let mut told: Vec<_> = items(&notices).iter().map(|notice| text(notice, "topic")).collect();
        told.sort();
        assert_eq!(told, topics, "a request that lapses is told to both; that nobody came, to nobody");
    }
}

#[tokio::test]
async fn a_call_whose_seats_were_lost_ends_when_they_are_given_up() {
    let practice = Practice::open().await;
    let store = practice.store().await;
    let began = now() - Span::minutes(10);
    let until = now() + Span::seconds(3);
    past::call(&store, "lost", began, past::answered(began, Place::Lost { since: began, until })).await;
    // A change tells the timers of its own process alone; this one came from beside it.
    assert_eq!(practice.call("lost", &practice.ada).await["status"], "active");
    let call = call_once_ended(&practice.server, "lost", Duration::from_secs(15)).await;
    assert_eq!((&call["outcome"], &call["endedBy"]), (&json!("completed"), &Value::Null));
    assert!(call["durationSeconds"].as_i64().is_some_and(|seconds| seconds >= 603), "{call}");
    assert_eq!(journal(&store, "lost").await, ["requested", "left", "left", "ended"]);
    assert_eq!(store.rows_in("engagements").await, 0, "both can be called again");
}

#[tokio::test]
async fn a_call_that_was_answered_and_never_entered_fails_after_a_minute() {
    let practice = Practice::open().await;
    let answered = now() - Span::seconds(58);
    past::call(&practice.store().await, "empty", answered, past::answered(answered, Place::Expected)).await;
    assert_eq!(practice.call("empty", &practice.ada).await["status"], "active");
    let call = call_once_ended(&practice.server, "empty", Duration::from_secs(15)).await;
    assert_eq!((&call["outcome"], &call["participants"]), (&json!("failed"), &json!([])));
}

const DUE: usize = 25;

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_act_on_each_deadline_once() {
    let home = Home::postgres().await;
    let store = Store::open(&home.url()).await.expect("a new database");
    past::the_two(&store).await;
    let [one, other] = [Server::start(&home.url(), &NO_LIMITS), Server::start(&home.url(), &NO_LIMITS)];
    // At one moment, when both servers look: they do so every five seconds at the latest.
    let due = now() + Span::seconds(8);
    let requests: Vec<_> = (0..DUE).map(|n| format!("request-{n}")).collect();
    let rings: Vec<_> = (0..DUE).map(|n| format!("ring-{n}")).collect();
    for (request, ring) in requests.iter().zip(&rings) {
        past::appointment(&store, request, Status::Pending, slot_ending(due), None).await;
        past::ring_of_somebody(&store, ring, due).await;
    }
    assert!(now() < due, "putting them there took too long");
    eventually(Duration::from_secs(30), "all of them end", async || {
        let mut all = requests.iter().chain(&rings);
        let mut ended = true;
        while let (true, Some(id)) = (ended, all.next()) {
            ended = store.journal_of(id).await.len() >= 2;
        }
        ended.then_some(())
    })
    .await;
    for id in requests.iter().chain(&rings) {
        let last = if id.starts_with("ring") { "ended" } else { "cancelled" };
        let events = journal(&store, id).await;
        assert_eq!((events.len(), events.last().map(String::as_str)), (2, Some(last)), "{id}");
    }
    let owed = i64::try_from(DUE * 3).expect("a small number");
    assert_eq!(store.rows_in("notices").await, owed, "two for each request, one for each ring");
    assert_eq!(store.rows_in("outbox").await, owed);
    for server in [one, other] {
        server.tell_to_stop();
        let ended = server.wait();
        assert!(!ended.logged.contains("ERROR"), "{}", ended.logged);
    }
}

#[tokio::test]
async fn a_link_made_by_one_server_opens_at_the_other() {
    let practice = Practice::on(Home::postgres().await, &["--public-url", "https://calls.example"]).await;
    let public_url = ["--public-url", "https://calls.example"];
    let other = Server::start(&practice.database, &[&NO_LIMITS[..], &public_url].concat());
    let booked = practice.accepted(10).await;
    let id = text(&booked, "id");
    let there = other.get(&format!("/api/appointments/{id}"), &practice.jane).await.good();
    assert_eq!(there, booked, "both show the same link");
    let path = format!("/api/join/{}", link_token(&booked));
    assert_eq!(other.ask(Method::GET, &path, None, None).await.good()["state"], "open");
    let pass = text(&other.ask(Method::POST, &path, None, None).await.good(), "token");
    assert_eq!(practice.appointment(&id, &pass).await["id"], json!(id), "and the pass of one is good at the other");

    practice.is_there(ADA).await;
    let rung = other.post("/api/calls", &practice.jane, json!({ "calleeId": ADA })).await.good();
    let met = practice.server.post("/api/calls", &practice.ada, json!({ "calleeId": JANE })).await.good();
    assert_eq!((&met["id"], &met["status"]), (&rung["id"], &json!("active")), "a ring is one, wherever it began");
}
