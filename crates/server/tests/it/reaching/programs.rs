//! Host applications are told what happens here.

use serde_json::{Value, json};

use super::stage::{EMAIL, Mail, Stage, to};
use crate::practice::{ADA, JANE, items, now, remote, text, with};

fn kinds(hooks: &[Value]) -> Vec<String> {
    let mut kinds: Vec<_> = hooks.iter().map(|hook| text(&hook["body"], "type")).collect();
    kinds.sort();
    kinds
}

#[tokio::test]
async fn a_program_is_told_by_messages_that_the_published_library_verifies() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let (id, first) = stage.webhook("/hook/host").await;
    let visit = practice.accepted(3 * 24 * 60).await;
    let hooks = stage.receivers.until("hook", 2, |_| true).await;
    assert_eq!(kinds(&hooks), ["appointment.created", "notice.created"]);
    for hook in &hooks {
        assert_eq!(hook["verified"], json!({ "by": [first], "signatures": 1 }), "{hook}");
        assert!(!hook["body"].to_string().contains("Lovelace"), "ids alone: {hook}");
    }
    let created = hooks.iter().find(|hook| hook["body"]["type"] == "appointment.created").expect("it was told");
    assert_eq!(created["body"]["data"]["appointmentId"], visit["id"]);
    assert_eq!(created["body"]["data"]["by"], JANE);

    let rotated = practice.post(&format!("/api/webhooks/{id}/rotate"), &practice.agnes, json!({})).await.good();
    let second = text(&rotated, "secret");
    stage.receivers.plan(json!({ "secrets": { "/hook/host": [first, second] } })).await;
    practice.act(&text(&visit, "id"), "cancel", &practice.jane, json!({})).await.good();
    let cancelled = stage.receivers.until("hook", 1, |hook| hook["body"]["type"] == "appointment.cancelled").await;
    assert_eq!(cancelled[0]["verified"], json!({ "by": [first, second], "signatures": 2 }), "both sign for a day");

    let before = stage.receivers.until("hook", 4, |_| true).await;
    // What is still on its way is not told again.
    stage.nothing_waits().await;
    let from = jiff::Timestamp::from_millisecond(now().0 - 3_600_000).expect("a time").to_string();
    let replay = format!("/api/webhooks/{id}/replay");
    assert_eq!(practice.post(&replay, &practice.agnes, json!({ "from": from })).await.status, 204);
    let all = stage.receivers.until("hook", 2 * before.len(), |_| true).await;
    let id_of = |hook: &Value| text(&hook["headers"], "webhook-id");
    let mut again: Vec<_> = all[before.len()..].iter().map(id_of).collect();
    let mut first: Vec<_> = before.iter().map(id_of).collect();
    again.sort();
    first.sort();
    assert_eq!(again, first, "the same messages under the same ids");
}

#[tokio::test]
async fn a_program_is_told_how_a_call_went_and_how_it_was() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    practice.accepted(60).await;
    let (_, secret) = stage.webhook("/hook/host").await;
    practice.is_there(JANE).await;
    let call = text(&practice.ring(&practice.ada, JANE).await.good(), "id");
    practice.is_there(ADA).await;
    practice.ring(&practice.jane, ADA).await.good(); // Two who ring each other are connected.
    practice.post(&format!("/api/video-call/end-session/{call}"), &practice.ada, json!({})).await.good();
    let said = json!({ "stars": 2, "problems": ["sound"], "comment": "Lovelace heard it crackle" });
    assert_eq!(practice.post(&format!("/api/calls/{call}/feedback"), &practice.ada, said).await.status, 204);
    let hooks = stage.receivers.until("hook", 4, |_| true).await;
    assert_eq!(kinds(&hooks), ["call.accepted", "call.ended", "call.requested", "feedback.given"]);
    for hook in &hooks {
        assert_eq!(
            (&hook["verified"]["by"], &hook["body"]["data"]["callId"]),
            (&json!([secret]), &json!(call)),
            "{hook}"
        );
        assert!(!hook["body"].to_string().contains("Lovelace"), "ids alone: {hook}");
    }
}

#[tokio::test]
async fn two_servers_on_one_database_tell_everything_and_nothing_twice() {
    const VISITS: usize = 25;
    let stage = Stage::on_postgres().await;
    stage.webhook("/hook/host").await;
    let other = stage.another_server();
    let practice = &stage.practice;
    for n in 1..=VISITS {
        let server = if n % 2 == 0 { &practice.server } else { &other };
        let minutes = i64::try_from(3 * 24 * 60 + n * 60).expect("a small number");
        let body = with(remote(minutes), json!({ "patientId": ADA }));
        server.post("/api/appointments", &practice.jane, body).await.good();
    }
    for (kind, count) in [("letter", VISITS), ("sms", VISITS), ("hook", 2 * VISITS)] {
        stage.receivers.until(kind, count, |_| true).await;
    }
    stage.nothing_waits().await;
    for (kind, count) in [("letter", VISITS), ("sms", VISITS), ("hook", 2 * VISITS)] {
        assert_eq!(stage.receivers.received(kind).await.len(), count, "{kind}");
    }
}

#[tokio::test]
async fn a_program_that_fails_is_told_again_and_one_that_is_gone_no_more() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let (id, _) = stage.webhook("/hook/host").await;
    stage.receivers.plan(json!({ "answers": { "/hook/host": [503, 503, 302] } })).await;
    practice.accepted(3 * 24 * 60).await;
    // Both are tried again after five seconds; one of them is led elsewhere then, and does not follow.
    let hooks = stage.receivers.until("hook", 4, |_| true).await;
    let mut ids: Vec<_> = hooks.iter().map(|hook| text(&hook["headers"], "webhook-id")).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 2, "a repeat has the id that it had");
    let webhooks = crate::practice::eventually(super::stage::PATIENCE, "one has come through", async || {
        let waiting = practice.get("/api/outbox", &practice.agnes).await.good();
        let webhooks: Vec<_> = items(&waiting).iter().filter(|entry| entry["lane"] == "webhook").cloned().collect();
        (webhooks.len() == 1).then_some(webhooks)
    })
    .await;
    assert_eq!((&webhooks[0]["why"], &webhooks[0]["webhookId"]), (&json!("refused"), &json!(id)));

    stage.receivers.plan(json!({ "answers": { "/hook/host": [410] } })).await;
    practice.accepted(4 * 24 * 60).await;
    let gone = crate::practice::eventually(super::stage::PATIENCE, "it is disabled", async || {
        let webhooks = practice.get("/api/webhooks", &practice.agnes).await.good();
        webhooks[0]["disabledAt"].is_string().then(|| webhooks[0].clone())
    })
    .await;
    assert_eq!(gone["why"], "gone");
}

#[tokio::test]
async fn a_program_that_hangs_keeps_no_other_waiting() {
    const IN_ALL: usize = 50;
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    stage.webhook("/hook/hangs").await;
    stage.receivers.plan(json!({ "answers": { "/hook/hangs": vec!["hang"; 1_000] } })).await;
    for hour in 1..=40 {
        practice.accepted(hour * 60).await;
    }
    let at = |path: &'static str| move |hook: &Value| hook["path"] == path;
    stage.receivers.until("hook", 16, at("/hook/hangs")).await;

    stage.webhook("/hook/quick").await;
    let since = std::time::Instant::now();
    practice.accepted(41 * 60).await;
    stage.receivers.until("hook", 2, at("/hook/quick")).await;
    assert!(since.elapsed().as_secs() < 10, "nobody's time runs out before: {:?}", since.elapsed());
    let hanging = stage.receivers.received("hook").await.into_iter().filter(at("/hook/hangs")).count();
    assert!(hanging < IN_ALL, "nor does it get all at once: {hanging}");
}

#[tokio::test]
async fn a_program_is_tried_out_before_anything_happens() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let (id, secret) = stage.webhook("/hook/host").await;
    let test = async || practice.post(&format!("/api/webhooks/{id}/test"), &practice.agnes, json!({})).await.good();
    assert_eq!(test().await, json!({ "took": true, "why": null }));
    let [hook] = &stage.receivers.until("hook", 1, |_| true).await[..] else { panic!("one") };
    assert_eq!(hook["verified"], json!({ "by": [secret], "signatures": 1 }), "{hook}");
    assert_eq!((&hook["body"]["type"], &hook["body"]["data"]["webhookId"]), (&json!("webhook.test"), &json!(id)));
    stage.receivers.plan(json!({ "answers": { "/hook/host": [500] } })).await;
    assert_eq!(test().await, json!({ "took": false, "why": "refused" }));
}

#[tokio::test]
async fn a_program_in_a_private_network_is_not_told_unless_the_operator_opens_it() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    for url in
        ["http://hook.example/x", "https://10.0.0.1/x", "https://169.254.169.254/", "nonsense", "file:///etc/passwd"]
    {
        let refused = practice.post("/api/webhooks", &practice.agnes, json!({ "url": url })).await;
        assert_eq!(refused.code(), "invalid", "{url}");
    }
}

/// The provider takes it and says yes; the server is killed before it has noted that.
#[tokio::test]
async fn what_a_provider_took_just_before_a_kill_is_sent_again_with_the_same_id() {
    let mut stage = Stage::open(Mail::StartTls).await;
    stage.receivers.plan(json!({ "answers": { "/sms": ["hang"] } })).await;
    stage.practice.accepted(3 * 24 * 60).await;
    assert_eq!(stage.receivers.until("sms", 1, |_| true).await.len(), 1);
    stage.receivers.until("letter", 1, to(EMAIL)).await;
    crate::practice::eventually(super::stage::PATIENCE, "the letter is noted, the SMS is not", async || {
        let waiting = stage.practice.get("/api/outbox", &stage.practice.agnes).await.good();
        let lanes: Vec<_> = items(&waiting).iter().map(|entry| text(entry, "lane")).collect();
        (lanes.contains(&"sms".to_owned()) && !lanes.contains(&"email".to_owned())).then_some(())
    })
    .await;
    stage.crash_and_return();
    let sent = stage.receivers.until("sms", 2, |_| true).await;
    let id = |n: usize| serde_json::from_str::<Value>(&text(&sent[n], "body")).expect("JSON")["id"].clone();
    assert_eq!(id(0), id(1), "the same id, so that a repeat is recognised");
    let practice = &stage.practice;
    crate::practice::eventually(super::stage::PATIENCE, "nothing of it waits", async || {
        let waiting = practice.get("/api/outbox", &practice.agnes).await.good();
        items(&waiting).iter().all(|entry| entry["lane"] == "plan").then_some(())
    })
    .await;
    assert_eq!(stage.receivers.received("sms").await.len(), 2);
    assert_eq!(stage.receivers.received("letter").await.iter().filter(|one| to(EMAIL)(one)).count(), 1, "it was noted");
}

#[tokio::test]
async fn a_server_that_is_stopped_notes_what_a_provider_has_just_taken() {
    let stage = Stage::open(Mail::StartTls).await;
    stage.receivers.plan(json!({ "answers": { "/sms": ["slow"] } })).await;
    let store = stage.practice.store().await;
    stage.practice.accepted(3 * 24 * 60).await;
    assert_eq!(stage.receivers.until("sms", 1, |_| true).await.len(), 1);
    stage.practice.server.tell_to_stop();
    let (ended, _home) = stage.practice.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.logged);
    let waiting = store.jobs(bedside_store::Jobs::Waiting, &Default::default()).await.expect("the database is there");
    let lanes: Vec<_> = waiting.items.iter().map(|job| job.lane).collect();
    assert!(lanes.iter().all(|lane| *lane == bedside_store::Lane::Plan), "nothing is sent twice: {lanes:?}");
}
