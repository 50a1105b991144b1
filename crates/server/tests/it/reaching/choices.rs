//! What each person and the operator have chosen otherwise: quiet hours, no more letters, words of the practice's own.

use serde_json::{Value, json};

use super::stage::{EMAIL, Mail, PATIENCE, PHONE, Receivers, Stage, to};
use crate::practice::{ADA, eventually, items, remote, text, with};
use crate::support::Folder;

const NONE: Vec<Value> = vec![];

impl Stage {
    async fn leave_alone(&self, by: &str) {
        let quiet = json!({ "quietHours": { "from": "00:00", "to": "24:00" } });
        assert_eq!(self.put("/api/me/reach", by, quiet).await, 204);
    }

    /// What is to be told by that way, and when.
    async fn waiting(&self, lane: &str) -> Vec<Value> {
        let waiting = self.practice.get("/api/outbox", &self.practice.agnes).await.good();
        items(&waiting).iter().filter(|entry| entry["lane"] == lane).cloned().collect()
    }
}

#[tokio::test]
async fn whoever_is_to_be_left_alone_is_rung_all_the_same_for_an_appointment_that_is_now() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let visit = text(&practice.accepted(5).await, "id");
    stage.device(&practice.ada, "phone").await;
    stage.leave_alone(&practice.ada).await;
    let ring = json!({ "calleeId": ADA, "appointmentId": visit });
    let call = text(&practice.post("/api/calls", &practice.jane, ring).await.good(), "id");
    let rings = |push: &Value| push["body"]["topic"] == "incoming-call";
    let [push] = &stage.receivers.until("push", 1, rings).await[..] else { panic!("one") };
    assert_eq!(push["body"]["callId"], json!(call));
}

#[tokio::test]
async fn what_is_not_urgent_waits_until_the_quiet_hours_are_over_and_a_letter_wakes_nobody() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    stage.device(&practice.ada, "phone").await;
    let there = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone"));
    let clock = |hours: i8| format!("{:02}:00", (there.hour() + hours).rem_euclid(24));
    let quiet = json!({ "quietHours": { "from": clock(-1), "to": clock(2) } });
    assert_eq!(stage.put("/api/me/reach", &practice.ada, quiet).await, 204);
    practice.accepted(3 * 24 * 60).await;
    stage.receivers.until("letter", 1, to(EMAIL)).await;
    let [push] = &stage.waiting("push").await[..] else { panic!("one") };
    let [_] = &stage.waiting("sms").await[..] else { panic!("one") };
    let due: jiff::Timestamp = text(push, "dueAt").parse().expect("a time");
    let hours = due.duration_since(jiff::Timestamp::now()).as_hours();
    assert!((1..2).contains(&hours), "in the second hour from now: {push}");
    let sent = [stage.receivers.received("push").await, stage.receivers.received("sms").await];
    assert_eq!(sent, [NONE, NONE]);
}

#[tokio::test]
async fn whoever_has_stopped_everything_gets_no_letter_and_no_sms_and_still_finds_it_in_the_app() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    stage.device(&practice.ada, "phone").await;
    assert_eq!(stage.put("/api/me/reach", &practice.ada, json!({ "stopped": true })).await, 204);
    practice.accepted(3 * 24 * 60).await;
    let told = |push: &Value| push["body"]["topic"] == "appointment-accepted";
    stage.receivers.until("push", 1, told).await;
    assert_eq!([stage.waiting("email").await, stage.waiting("sms").await], [NONE, NONE]);
    let sent = [stage.receivers.received("letter").await, stage.receivers.received("sms").await];
    assert_eq!(sent, [NONE, NONE]);
    assert_eq!(practice.told(&practice.ada).await.len(), 1);
}

#[tokio::test]
async fn an_hour_before_an_sms_reminds_of_an_appointment_unless_it_was_cancelled() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let in_an_hour_and = |seconds: i64| {
        let start = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(3_600 + seconds);
        with(remote(0), json!({ "patientId": ADA, "scheduledDate": start.to_string(), "durationMinutes": 10 }))
    };
    let cancelled = text(&practice.book(&practice.jane, in_an_hour_and(4)).await, "id");
    practice.act(&cancelled, "cancel", &practice.jane, json!({})).await.good();
    let kept = text(&practice.book(&practice.jane, in_an_hour_and(5)).await, "id");
    let link = text(&practice.appointment(&kept, &practice.ada).await, "videoCallLink");
    let reminds = |message: &Value| text(message, "body").contains("in an hour");
    let [message] = &stage.receivers.until("sms", 1, reminds).await[..] else { panic!("one") };
    let said: Value = serde_json::from_str(&text(message, "body")).expect("JSON");
    assert_eq!(said["to"], PHONE);
    assert!(text(&said, "text").contains(&link) && !text(&said, "text").contains("Lovelace"), "{said}");
    eventually(PATIENCE, "both were looked at", async || stage.waiting("plan").await.is_empty().then_some(())).await;
    let all = stage.receivers.received("sms").await;
    assert_eq!(all.into_iter().filter(reminds).count(), 1, "nobody is reminded of what was cancelled");
}

#[tokio::test]
async fn an_operators_own_words_are_those_that_arrive() {
    let (receivers, folder) = (Receivers::start(), Folder::new());
    let ours =
        json!({ "topics": { "appointment-accepted": { "patient": { "subject": "Elm Street: see you soon" } } } });
    std::fs::write(folder.path().join("en.json"), ours.to_string()).expect("the folder is ours");
    let words = format!("words = \"{}\"\n", folder.path().display());
    let stage = Stage::with(receivers, Mail::StartTls, &words).await;
    stage.practice.accepted(3 * 24 * 60).await;
    let [letter] = &stage.receivers.until("letter", 1, to(EMAIL)).await[..] else { panic!("one") };
    assert_eq!(letter["subject"], "Elm Street: see you soon");
    assert!(text(letter, "text").contains("Dr. Jane Smith"), "the rest is as ever: {letter}");
}

#[tokio::test]
async fn browsers_know_the_server_by_the_same_key_after_it_was_started_again() {
    let mut stage = Stage::open(Mail::StartTls).await;
    let key =
        async |stage: &Stage| stage.practice.get("/api/me/reach", &stage.practice.ada).await.good()["pushKey"].clone();
    let first = key(&stage).await;
    assert!(first.as_str().is_some_and(|key| key.len() == 87), "a point of P-256: {first}");
    stage.crash_and_return();
    assert_eq!(key(&stage).await, first);
}
