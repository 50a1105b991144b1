//! Everybody who is owed a word gets it, by real receivers: once, and also when those fail or the server is killed.

mod programs;
mod rings;
mod stage;

use serde_json::{Value, json};

use self::stage::{EMAIL, Mail, PHONE, Stage, to};
use crate::practice::{ADA, remote, text, with};
use crate::support::in_minutes;

/// What must be in no subject, SMS or push.
const PATIENT: &str = "Lovelace";

#[tokio::test]
async fn an_appointment_comes_by_letter_with_its_link_and_for_the_calendar() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let asked = practice.book(&practice.ada, with(remote(3 * 24 * 60), json!({ "reason": "a private cough" }))).await;
    let id = text(&asked, "id");
    let [letter] = &stage.receivers.until("letter", 1, to("jane@clinic.example")).await[..] else { panic!("one") };
    assert_eq!(letter["subject"], "New request for an appointment");

    practice.act(&id, "accept", &practice.jane, json!({})).await.good();
    let [letter] = &stage.receivers.until("letter", 1, to(EMAIL)).await[..] else { panic!("one") };
    assert_eq!((&letter["startTls"], &letter["login"]), (&json!(true), &json!(true)));
    assert_eq!(letter["from"], "Example Practice <calls@clinic.example>");
    assert_eq!(letter["subject"], "Your appointment is confirmed");
    let link = text(&practice.appointment(&id, &practice.ada).await, "videoCallLink");
    for part in ["text", "html"] {
        let part = text(letter, part);
        assert!(part.contains(&link) && part.contains("Dr. Jane Smith") && part.contains("(C"), "{part}");
        assert!(!part.contains("cough"), "never why: {part}");
    }
    assert_eq!(letter["stop"], Value::Null, "what one has asked for is no advertisement");
    let event = letter["events"][0].clone();
    assert_eq!(
        (&event["method"], &event["status"], &event["alarms"]),
        (&json!("REQUEST"), &json!("CONFIRMED"), &json!(1))
    );
    assert_eq!((&event["url"], &event["conference"]), (&json!(link), &json!(link)));
    assert!(!text(&event, "raw").contains(PATIENT) && !text(&event, "raw").contains("Jane"), "{event}");

    let moved = json!({ "scheduledDate": in_minutes(5 * 24 * 60) });
    practice.act(&id, "reschedule", &practice.jane, moved).await.good();
    practice.act(&id, "cancel", &practice.jane, json!({})).await.good();
    let letters = stage.receivers.until("letter", 1, |letter| letter["events"][0]["method"] == "CANCEL").await;
    let cancelled = &letters[0]["events"][0];
    assert_eq!((&cancelled["uid"], &cancelled["status"]), (&event["uid"], &json!("CANCELLED")));
    assert!(cancelled["sequence"].as_i64() > event["sequence"].as_i64(), "{cancelled} after {event}");

    let messages = stage.receivers.received("sms").await;
    assert!(!messages.is_empty(), "an SMS brings what is needed in time");
    for message in messages {
        let body: Value = serde_json::from_str(&text(&message, "body")).expect("JSON");
        assert_eq!(body["to"], PHONE);
        assert!(!text(&body, "text").contains(PATIENT), "{body}");
    }
}

#[tokio::test]
async fn whoever_speaks_german_is_written_to_in_german_also_by_a_server_with_tls_from_the_start() {
    let stage = Stage::open(Mail::Tls).await;
    stage.person(ADA, json!({ "locale": "de-AT" })).await;
    stage.practice.accepted(3 * 24 * 60).await;
    let [letter] = &stage.receivers.until("letter", 1, to(EMAIL)).await[..] else { panic!("one") };
    assert_eq!((&letter["subject"], &letter["login"]), (&json!("Ihr Termin ist bestätigt"), &json!(true)));
    assert!(text(letter, "text").contains(" Uhr (C"), "{letter}");
}

#[tokio::test]
async fn a_mail_server_that_fails_is_asked_again_and_one_that_refuses_is_seen() {
    let stage = Stage::open(Mail::StartTls).await;
    stage.receivers.plan(json!({ "letters": ["451 later", "250 taken"] })).await;
    stage.practice.accepted(3 * 24 * 60).await;
    assert_eq!(stage.receivers.until("letter", 1, to(EMAIL)).await.len(), 1);

    stage.receivers.plan(json!({ "letters": ["550 nobody here"] })).await;
    let second = stage.practice.accepted(4 * 24 * 60).await;
    let practice = &stage.practice;
    let failed = crate::practice::eventually(stage::PATIENCE, "it is given up, visibly", async || {
        let page = practice.get("/api/outbox?state=failed", &practice.agnes).await.good();
        page["items"].as_array().and_then(|items| items.first().cloned())
    })
    .await;
    assert_eq!(
        (&failed["lane"], &failed["why"], &failed["person"]["id"]),
        (&json!("email"), &json!("refused"), &json!(ADA))
    );
    let again = format!("/api/outbox/{}/again", text(&failed, "id"));
    assert_eq!(practice.post(&again, &practice.agnes, json!({})).await.status, 204);
    let letters = stage.receivers.until("letter", 2, to(EMAIL)).await;
    let uid = text(&second, "id");
    assert!(text(&letters[1]["events"][0], "uid").starts_with(&uid), "the very same one");
}

#[tokio::test]
async fn letters_that_one_did_not_ask_for_are_stopped_with_one_press() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    practice.accepted(24 * 60).await;
    practice.is_there(ADA).await;
    let wanted = json!({ "choices": [{ "topic": "missed-call", "channel": "email", "wanted": true }] });
    assert_eq!(stage.put("/api/me/reach", &practice.ada, wanted).await, 204);
    let rung = practice.ring(&practice.jane, ADA).await.good();
    let end = format!("/api/video-call/end-session/{}", text(&rung, "id"));
    practice.post(&end, &practice.jane, json!({})).await.good();
    let [letter] = &stage.receivers.until("letter", 1, |one| one["subject"] == "Missed call").await[..] else {
        panic!("one")
    };
    assert_eq!(letter["stopPost"], "List-Unsubscribe=One-Click");
    let stop = text(letter, "stop").trim_matches(['<', '>']).to_owned();
    let looked = crate::support::client().get(&stop).send().await.expect("the server answers");
    assert_eq!(looked.status(), 200);
    assert_eq!(practice.get("/api/me/reach", &practice.ada).await.good()["stopped"], false, "looking ends nothing");
    let pressed = crate::support::client().post(&stop).body("List-Unsubscribe=One-Click").send().await;
    assert_eq!(pressed.expect("the server answers").status(), 200);
    assert_eq!(practice.get("/api/me/reach", &practice.ada).await.good()["stopped"], true);
}

#[tokio::test]
async fn an_address_of_ones_own_is_confirmed_before_it_is_used() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let address = |more: Value| practice.post("/api/me/addresses", &practice.bob, more);
    assert_eq!(address(json!({ "phone": "0171 1234567" })).await.code(), "invalid");
    assert_eq!(address(json!({ "phone": "+49 171 7654321" })).await.status, 204);
    assert_eq!(address(json!({ "phone": "+49 171 7654321" })).await.code(), "not-now", "not over and over");
    let reach = practice.get("/api/me/reach", &practice.bob).await.good();
    assert_eq!((&reach["phone"], &reach["unconfirmed"][0]["address"]), (&Value::Null, &json!("+491717654321")));
    let [message] = &stage.receivers.until("sms", 1, |_| true).await[..] else { panic!("one") };
    let body: Value = serde_json::from_str(&text(message, "body")).expect("JSON");
    let code = text(&body, "text")[..6].to_owned();
    let confirm = |code: &str| {
        let body = json!({ "channel": "sms", "code": code });
        practice.post("/api/me/addresses/confirm", &practice.bob, body)
    };
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(confirm(wrong).await.code(), "expired");
    assert_eq!(confirm(&code).await.status, 204);
    assert_eq!(confirm(&code).await.code(), "expired", "once");
    let reach = practice.get("/api/me/reach", &practice.bob).await.good();
    assert_eq!((&reach["phone"], &reach["unconfirmed"]), (&json!("+491717654321"), &json!([])));
}

#[tokio::test]
async fn a_calendar_follows_by_its_private_address_and_a_new_one_ends_the_old() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let first = practice.accepted(60).await;
    let asked = practice.book(&practice.ada, remote(3 * 60)).await;
    let address = async || {
        let made = practice.post("/api/me/calendar", &practice.ada, json!({})).await.good();
        text(&made, "url").split_once("/api/").map(|(_, rest)| format!("/api/{rest}")).expect("of the API")
    };
    let old = address().await;
    assert!(!old.contains(ADA), "{old}");
    let feed = practice.server.ask(reqwest::Method::GET, &old, None, None).await;
    assert_eq!(feed.headers["content-type"], "text/calendar; charset=utf-8");
    let events = stage.receivers.read_calendar(feed.text).await;
    let status: Vec<_> = events.iter().map(|event| text(event, "status")).collect();
    assert_eq!(status, ["CONFIRMED", "TENTATIVE"]);
    assert!(text(&events[0], "uid").starts_with(&text(&first, "id")));
    assert_eq!(events[0]["url"], practice.appointment(&text(&first, "id"), &practice.ada).await["videoCallLink"]);
    assert!(events.iter().all(|event| !text(event, "raw").contains(PATIENT)));

    let new = address().await;
    assert_eq!(practice.server.ask(reqwest::Method::GET, &old, None, None).await.code(), "not-found");
    assert_eq!(practice.server.ask(reqwest::Method::GET, &new, None, None).await.status, 200);
    let file = practice.get(&format!("/api/appointments/{}/calendar", text(&asked, "id")), &practice.ada).await;
    assert_eq!(stage.receivers.read_calendar(file.text).await.len(), 1);
}
