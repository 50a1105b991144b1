//! Everybody who is owed a word gets it, by real receivers: once, and also when those fail or the server is killed.

mod choices;
mod links;
mod programs;
mod rings;
mod stage;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedside_domain::call::GuestRole;
use bedside_domain::ids::{InvitationId, NoticeId, PersonId, RoomId};
use bedside_domain::invitation::Invitation;
use bedside_domain::notice::owed_by_invitation;
use bedside_domain::person::{Person, Role};
use bedside_domain::time::Span;
use bedside_store::Change;
use serde_json::{Value, json};

use self::stage::{EMAIL, Mail, PHONE, Stage, TWILIO_TOKEN, to};
use crate::practice::{ADA, JANE, now, remote, text, with};
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
async fn every_answer_and_the_doctor_who_waits_come_by_letter() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let told = async |subject: &'static str| {
        let letters = stage.receivers.until("letter", 1, |letter| letter["subject"] == subject).await;
        assert!(to(EMAIL)(&letters[0]), "to Ada: {letters:?}");
        text(&letters[0], "text")
    };
    let asked = practice.book(&practice.ada, remote(3 * 24 * 60)).await;
    practice.act(&text(&asked, "id"), "decline", &practice.jane, json!({ "reason": "on leave" })).await.good();
    told("Your request was declined").await;

    let id = text(&practice.accepted(4 * 24 * 60).await, "id");
    let moved = json!({ "scheduledDate": in_minutes(5 * 24 * 60) });
    practice.act(&id, "reschedule", &practice.jane, moved).await.good();
    told("Your appointment has moved").await;
    practice.act(&id, "cancel", &practice.jane, json!({})).await.good();
    told("Your appointment is cancelled").await;

    let now = practice.accepted(5).await;
    practice.act(&text(&now, "id"), "start-call", &practice.jane, json!({})).await.good();
    let letter = told("Dr. Jane Smith is waiting for you").await;
    let link = text(&practice.appointment(&text(&now, "id"), &practice.ada).await, "videoCallLink");
    assert!(letter.contains(&link), "{letter}");
    practice.act(&text(&now, "id"), "start-call", &practice.jane, json!({})).await.good();
    let waits = practice.told(&practice.ada).await.into_iter().filter(|(topic, _)| topic == "call-starting");
    assert_eq!(waits.count(), 1, "once is enough for a while");
}

#[tokio::test]
async fn a_mail_server_that_fails_is_asked_again_and_one_that_refuses_is_seen() {
    let stage = Stage::open(Mail::StartTls).await;
    stage.receivers.plan(json!({ "letters": ["451 later", "250 taken"], "logins": [1] })).await;
    stage.practice.accepted(3 * 24 * 60).await;
    assert_eq!(stage.receivers.until("letter", 1, to(EMAIL)).await.len(), 1, "nor is a wrong login the letter's end");

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
async fn a_reminder_comes_a_day_before_and_once_though_the_appointment_went_away_and_came_back() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let start = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(24 * 3600 + 4);
    let body = with(remote(0), json!({ "patientId": ADA, "scheduledDate": start.to_string() }));
    let id = text(&practice.book(&practice.jane, body).await, "id");
    for date in [in_minutes(5 * 24 * 60), start.to_string()] {
        practice.act(&id, "reschedule", &practice.jane, json!({ "scheduledDate": date })).await.good();
    }
    let is_reminder = |letter: &Value| letter["to"][0] == EMAIL && letter["stop"].is_string();
    let [letter] = &stage.receivers.until("letter", 1, is_reminder).await[..] else { panic!("one") };
    let link = text(&practice.appointment(&id, &practice.ada).await, "videoCallLink");
    assert!(text(letter, "text").contains(&link), "{letter}");
    let mail = text(letter, "stop").contains("/api/stop/");
    assert_eq!((mail, &letter["stopPost"]), (true, &json!("List-Unsubscribe=One-Click")));
    crate::practice::eventually(stage::PATIENCE, "whatever was due is done", async || {
        let waiting = practice.get("/api/outbox", &practice.agnes).await.good();
        let due = |one: &Value| text(one, "dueAt").parse::<jiff::Timestamp>().expect("a time");
        let later = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(30);
        crate::practice::items(&waiting).iter().all(|one| due(one) > later).then_some(())
    })
    .await;
    assert_eq!(stage.receivers.received("letter").await.iter().filter(|one| is_reminder(one)).count(), 1);
    let told = practice.told(&practice.ada).await;
    assert_eq!(told.iter().filter(|(topic, _)| topic == "reminder-day").count(), 1, "{told:?}");
}

#[tokio::test]
async fn whoever_is_invited_gets_the_link_by_letter_and_sms() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let store = practice.store().await;
    let visit = practice.accepted(10).await;
    let room = RoomId::new(text(&practice.appointment(&text(&visit, "id"), &practice.jane).await, "roomId"));
    let guest = PersonId::new("bs_guest");
    let person = Person {
        email: Some("ida@interpreters.example".into()),
        phone: Some("+4930123456".into()),
        ..Person::new(guest.clone(), Role::Guest, "Ida Interpreter")
    };
    let at = now();
    store.save_person(&person, None, at).await.expect("a guest");
    let (id, by, role) = (InvitationId::new("invitation"), PersonId::new(JANE), GuestRole::Interpreter);
    let invitation = Invitation { id, room, guest, role, by, at, until: at + Span::hours(4) };
    let notices = vec![(NoticeId::new("n-invitation"), owed_by_invitation(&invitation))];
    let change = Change { invitation: Some(invitation), notices, ..Change::at(at) };
    store.commit(&change).await.expect("nothing is in its way");
    let [letter] = &stage.receivers.until("letter", 1, to("ida@interpreters.example")).await[..] else { panic!("one") };
    assert!(text(letter, "text").contains("/join/") && letter["subject"] == "Invitation to a video call", "{letter}");
    let of_ida = |message: &Value| text(message, "body").contains("+4930123456");
    let [message] = &stage.receivers.until("sms", 1, of_ida).await[..] else { panic!("one") };
    assert!(text(message, "body").contains("/join/") && !text(message, "body").contains(PATIENT), "{message}");
}

#[tokio::test]
async fn twilio_is_spoken_to_and_believed_only_with_its_signature() {
    let stage = Stage::with_twilio().await;
    let practice = &stage.practice;
    practice.accepted(3 * 24 * 60).await;
    let [message] = &stage.receivers.until("sms", 1, |_| true).await[..] else { panic!("one") };
    assert_eq!(message["path"], "/2010-04-01/Accounts/AC1/Messages.json");
    assert!(text(&message["headers"], "authorization").starts_with("Basic "));
    let form: Value = url_form(&text(message, "body"));
    assert_eq!((&form["To"], &form["From"]), (&json!(PHONE), &json!("+4930")));
    let callback = text(&form, "StatusCallback");
    let said = |status: &str| [("MessageSid", "SM1".to_owned()), ("MessageStatus", status.to_owned())];
    let tell = async |status: &str, signature: &str| {
        let request = crate::support::client().post(&callback).form(&said(status));
        let request = request.header("x-twilio-signature", signature);
        request.send().await.expect("the server answers").status().as_u16()
    };
    let signed = |status: &str| {
        let text = said(status).iter().fold(callback.clone(), |all, (name, value)| format!("{all}{name}{value}"));
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TWILIO_TOKEN.as_bytes());
        STANDARD.encode(hmac::sign(&key, text.as_bytes()))
    };
    assert_eq!(tell("undelivered", "forged").await, 404);
    assert_eq!(tell("undelivered", &signed("delivered")).await, 404, "of another message");
    let none = practice.get("/api/outbox?state=failed", &practice.agnes).await.good();
    assert_eq!(none["items"], json!([]));
    assert_eq!(tell("undelivered", &signed("undelivered")).await, 204);
    let failed = practice.get("/api/outbox?state=failed", &practice.agnes).await.good();
    let failed = &failed["items"][0];
    assert_eq!((&failed["lane"], &failed["why"]), (&json!("sms"), &json!("undelivered")));
    let again = format!("/api/outbox/{}/again", text(failed, "id"));
    assert_eq!(practice.post(&again, &practice.agnes, json!({})).await.status, 204);
    stage.receivers.until("sms", 2, |_| true).await;
}

/// What a form says.
fn url_form(body: &str) -> Value {
    let url = reqwest::Url::parse(&format!("https://form.invalid/?{body}")).expect("a form");
    url.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect()
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
async fn nobodys_telephone_is_sent_codes_all_day() {
    let stage = Stage::open(Mail::StartTls).await;
    let practice = &stage.practice;
    let ask = async |by: &str, phone: String| {
        practice.post("/api/me/addresses", by, json!({ "phone": phone })).await.status.as_u16()
    };
    let victim = || "+49 171 7654321".to_owned();
    let mut asked = 0;
    while ask(&practice.bob, victim()).await != 429 {
        asked += 1;
        assert!(asked < 20, "it is never enough");
    }
    assert_eq!(asked, 12);
    assert_eq!(ask(&practice.omar, victim()).await, 429, "whoever asks");
    assert_eq!(ask(&practice.bob, "+49 171 7654322".into()).await, 429, "nor one number after the other");
    assert_eq!(ask(&practice.omar, "+49 171 7654323".into()).await, 204, "another finds nothing of it");
    assert_eq!(stage.receivers.received("sms").await.len(), 2, "one for each of the two");
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

    let made = practice.post("/api/me/calendar", &practice.jane, json!({})).await.good();
    let hers = crate::support::client().get(text(&made, "url")).send().await.expect("the server answers");
    let events = stage.receivers.read_calendar(hers.text().await.expect("a text")).await;
    assert_eq!(events.len(), 2, "hers, too");
    assert!(events.iter().all(|event| !text(event, "raw").contains(PATIENT)), "no patient's name: {events:?}");

    let new = address().await;
    assert_eq!(practice.server.ask(reqwest::Method::GET, &old, None, None).await.code(), "not-found");
    assert_eq!(practice.server.ask(reqwest::Method::GET, &new, None, None).await.status, 200);
    let file = practice.get(&format!("/api/appointments/{}/calendar", text(&asked, "id")), &practice.ada).await;
    assert_eq!(stage.receivers.read_calendar(file.text).await.len(), 1);
}
