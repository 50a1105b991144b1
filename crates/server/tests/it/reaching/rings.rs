//! A ring reaches whoever has no page open: by push after a second, by SMS after five.

use serde_json::{Value, json};

use super::stage::{EMAIL, Mail, PATIENCE, PHONE, Stage, to};
use crate::practice::{ADA, eventually, is_there, items, text};

/// Jane may ring Ada, whose phone can be woken since she was told of their appointment.
async fn stage() -> Stage {
    let stage = Stage::open(Mail::StartTls).await;
    stage.practice.accepted(24 * 60).await;
    stage.receivers.until("letter", 1, to(EMAIL)).await;
    stage.receivers.until("sms", 1, |_| true).await;
    stage.device(&stage.practice.ada, "phone").await;
    stage
}

fn of(topic: &'static str) -> impl Fn(&Value) -> bool {
    move |push| push["body"]["topic"] == topic
}

/// Until what is to be planned is reminders alone, which are for later.
async fn must_be_looked_at(stage: &Stage) {
    let practice = &stage.practice;
    eventually(PATIENCE, "the ring was looked at", async || {
        let waiting = practice.get("/api/outbox", &practice.agnes).await.good();
        items(&waiting).iter().all(|entry| text(entry, "topic").starts_with("reminder-")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_phone_is_woken_by_what_it_alone_can_read_and_hears_that_the_call_was_missed() {
    let stage = stage().await;
    let practice = &stage.practice;
    let call = text(&practice.ring(&practice.jane, ADA).await.good(), "id");
    let [push] = &stage.receivers.until("push", 1, of("incoming-call")).await[..] else { panic!("one") };
    let tag: String = call.chars().filter(|c| *c != '-').collect();
    assert_eq!((tag.len(), &push["headers"]["topic"]), (32, &json!(tag)));
    let lives: i64 = text(&push["headers"], "ttl").parse().expect("seconds");
    assert!((20..30).contains(&lives), "what is left of the ring: {lives}");
    assert_eq!(push["headers"]["urgency"], "high");
    assert_eq!((&push["scheme"], &push["headers"]["content-encoding"]), (&json!("vapid"), &json!("aes128gcm")));
    let key = practice.get("/api/me/reach", &practice.ada).await.good()["pushKey"].clone();
    assert_eq!(push["key"], key, "the one that the browser subscribed with");
    assert_eq!((&push["body"]["callId"], &push["body"]["tag"]), (&json!(call), &json!(tag)));
    assert_eq!(push["body"]["body"], "Dr. Jane Smith is calling you now.");

    practice.post(&format!("/api/video-call/end-session/{call}"), &practice.jane, json!({})).await.good();
    let [missed] = &stage.receivers.until("push", 1, of("missed-call")).await[..] else { panic!("one") };
    assert_eq!((&missed["body"]["tag"], &missed["headers"]["topic"]), (&json!(tag), &json!(tag)), "in its place");
}

#[tokio::test]
async fn a_browser_that_has_forgotten_us_is_forgotten() {
    let stage = stage().await;
    let practice = &stage.practice;
    stage.receivers.plan(json!({ "answers": { "/push/phone": [410] } })).await;
    let call = text(&practice.ring(&practice.jane, ADA).await.good(), "id");
    stage.receivers.until("push", 1, of("incoming-call")).await;
    let store = practice.store().await;
    eventually(PATIENCE, "the device is gone", async || (store.rows_in("push_subscriptions").await == 0).then_some(()))
        .await;
    practice.post(&format!("/api/video-call/end-session/{call}"), &practice.jane, json!({})).await.good();
    assert_eq!(practice.ring(&practice.jane, ADA).await.code(), "offline", "nothing of hers can ring any more");
}

#[tokio::test]
async fn an_sms_comes_to_whoever_allows_it_when_nothing_has_rung() {
    let stage = stage().await;
    let practice = &stage.practice;
    let wanted = json!({ "choices": [{ "topic": "incoming-call", "channel": "sms", "wanted": true }] });
    assert_eq!(stage.put("/api/me/reach", &practice.ada, wanted).await, 204);
    let began = std::time::Instant::now();
    practice.ring(&practice.jane, ADA).await.good();
    let [_, message] = &stage.receivers.until("sms", 2, |_| true).await[..] else { panic!("one more") };
    assert!(began.elapsed().as_millis() >= 4_900, "not before five seconds: {:?}", began.elapsed());
    let body: Value = serde_json::from_str(&text(message, "body")).expect("JSON");
    assert_eq!(body["to"], PHONE);
    let said = text(&body, "text");
    assert!(said.contains(": Dr. Jane Smith is calling you now. http"), "the practice, what it is, a link: {said}");
}

#[tokio::test]
async fn a_ring_that_is_over_within_a_second_wakes_nobody() {
    let stage = stage().await;
    let practice = &stage.practice;
    is_there(&practice.store().await, ADA).await;
    let call = text(&practice.ring(&practice.jane, ADA).await.good(), "id");
    practice.post(&format!("/api/video-call/end-session/{call}"), &practice.jane, json!({})).await.good();
    stage.receivers.until("push", 1, of("missed-call")).await;
    // Its turn came and went: whatever waits now is not that ring's.
    must_be_looked_at(&stage).await;
    let pushes = stage.receivers.received("push").await;
    assert!(pushes.iter().all(|push| push["body"]["topic"] != "incoming-call"), "{pushes:?}");
}

#[tokio::test]
async fn whoever_sleeps_is_not_rung_out_of_bed() {
    let stage = stage().await;
    let practice = &stage.practice;
    let quiet = json!({ "quietHours": { "from": "00:00", "to": "24:00" } });
    assert_eq!(stage.put("/api/me/reach", &practice.ada, quiet).await, 204);
    practice.ring(&practice.jane, ADA).await.good();
    must_be_looked_at(&stage).await;
    assert_eq!(stage.receivers.received("push").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_phone_answers_its_push_without_anybody_signed_in_and_the_others_stop_ringing() {
    let stage = stage().await;
    let practice = &stage.practice;
    stage.device(&practice.ada, "tablet").await;
    let wanted = json!({ "choices": [{ "topic": "incoming-call", "channel": "sms", "wanted": true }] });
    assert_eq!(stage.put("/api/me/reach", &practice.ada, wanted).await, 204);
    let call = text(&practice.ring(&practice.jane, ADA).await.good(), "id");
    let pushes = stage.receivers.until("push", 2, of("incoming-call")).await;
    let answer = async |token: &str, deed: &str| {
        let path = format!("/api/pushes/{token}/{deed}");
        practice.server.ask(reqwest::Method::POST, &path, None, None).await
    };
    let tokens: Vec<_> = pushes.iter().map(|push| text(&push["body"], "token")).collect();
    assert_ne!(tokens[0], tokens[1]);
    assert!(!tokens[0].contains(ADA), "it names nobody");
    assert_eq!(answer(&tokens[0], "rings").await.status, 204);
    assert_eq!(answer(&tokens[0][1..], "rings").await.code(), "not-found");
    assert_eq!(practice.call(&call, &practice.jane).await["status"], "ringing");
    assert_eq!(answer(&tokens[1], "decline").await.status, 204);
    assert_eq!(answer(&tokens[1], "decline").await.status, 204, "twice is harmless");
    let over = stage.receivers.until("push", 2, of("ring-over")).await;
    let tag: String = call.chars().filter(|c| *c != '-').collect();
    for push in &over {
        assert_eq!((&push["body"]["tag"], &push["headers"]["topic"]), (&json!(tag), &json!(tag)), "in its place");
        assert_eq!(push["body"]["body"], "Declined on another device.");
    }
    assert_eq!(stage.receivers.received("sms").await.len(), 1, "it rang, so no SMS followed");
}

#[tokio::test]
async fn whoever_answers_elsewhere_silences_the_phone_that_was_woken_whatever_the_hour() {
    let stage = stage().await;
    let practice = &stage.practice;
    practice.ring(&practice.jane, ADA).await.good();
    let [push] = &stage.receivers.until("push", 1, of("incoming-call")).await[..] else { panic!("one") };
    let quiet = json!({ "quietHours": { "from": "00:00", "to": "24:00" } });
    assert_eq!(stage.put("/api/me/reach", &practice.ada, quiet).await, 204);
    // Two who ring each other are connected.
    is_there(&practice.store().await, crate::practice::JANE).await;
    practice.ring(&practice.ada, crate::practice::JANE).await.good();
    let [over] = &stage.receivers.until("push", 1, of("ring-over")).await[..] else { panic!("one") };
    assert_eq!(over["body"]["body"], "Answered on another device.");
    assert_eq!(over["body"]["tag"], push["body"]["tag"]);
}
