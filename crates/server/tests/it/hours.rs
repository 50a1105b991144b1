//! When practitioners work, when they can be booked, and what the practice says of itself.

use reqwest::Method;
use serde_json::{Value, json};

use crate::practice::{ADA, JANE, Practice, link_token, remote, text, with};
use crate::support::in_minutes;

/// Midnight in UTC, so many days from today.
fn day(ahead: i64) -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.checked_add(jiff::Span::new().days(ahead)).expect("a day").to_string()
}

fn every_day(from: &str, to: &str) -> Value {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    days.map(|day| json!({ "day": day, "from": from, "to": to })).into()
}

async fn put(practice: &Practice, path: &str, by: &str, body: Value) -> crate::support::Reply {
    practice.server.ask(Method::PUT, path, Some(by), Some(body)).await
}

async fn free(practice: &Practice, by: &str, from: &str, to: &str) -> Value {
    let path = format!("/api/practitioners/{JANE}/free-times?minutes=60&from={from}&to={to}");
    practice.get(&path, by).await.good()
}

#[tokio::test]
async fn patients_find_and_ask_for_times_at_which_somebody_works_and_the_practice_makes_exceptions() {
    let practice = Practice::open().await;
    let Practice { ada, jane, sam, .. } = &practice;
    let hours = format!("/api/practitioners/{JANE}/hours");
    let unsaid = free(&practice, ada, &format!("{}T00:00:00Z", day(2)), &format!("{}T00:00:00Z", day(3))).await;
    assert_eq!((&unsaid["hasHours"], &unsaid["items"]), (&json!(false), &json!([])));
    let said = json!({ "zoneinfo": "UTC", "week": every_day("09:00", "12:00"), "daysOff": [{ "from": day(3), "to": day(3) }] });
    assert_eq!(put(&practice, &hours, jane, said.clone()).await.status, 204);
    let shown = practice.get(&hours, ada).await.good();
    assert_eq!((&shown["week"][0], &shown["daysOff"]), (&said["week"][0], &said["daysOff"]));

    let at = |day: &str, hour: u8| format!("{day}T{hour:02}:00:00Z");
    let (from, to) = (at(&day(2), 0), at(&day(4), 0));
    let times = free(&practice, ada, &from, &to).await;
    let of_day_two = json!([at(&day(2), 9), at(&day(2), 10), at(&day(2), 11)]);
    assert_eq!((&times["items"], &times["zoneinfo"]), (&of_day_two, &json!("UTC")));

    let ask = |start: String| json!({ "practitionerId": JANE, "type": "Remote", "scheduledDate": start, "durationMinutes": 60 });
    for refused in [at(&day(2), 8), at(&day(2), 12), at(&day(3), 10)] {
        assert_eq!(practice.post("/api/appointments", ada, ask(refused.clone())).await.code(), "busy", "{refused}");
    }
    let booked = practice.book(ada, ask(at(&day(2), 10))).await;
    assert_eq!(free(&practice, ada, &from, &to).await["items"], json!([at(&day(2), 9), at(&day(2), 11)]));
    let id = text(&booked, "id");
    let moved = |start| json!({ "scheduledDate": start });
    assert_eq!(practice.act(&id, "reschedule", ada, moved(at(&day(3), 10))).await.code(), "busy");
    practice.act(&id, "reschedule", jane, moved(at(&day(3), 10))).await.good();
    practice.book(sam, with(ask(at(&day(2), 20)), json!({ "patientId": ADA }))).await;
}

#[tokio::test]
async fn hours_that_make_no_sense_are_refused_and_change_nothing() {
    let practice = Practice::open().await;
    let hours = format!("/api/practitioners/{JANE}/hours");
    let sound = json!({ "week": every_day("09:00", "24:00"), "daysOff": [] });
    assert_eq!(put(&practice, &hours, &practice.sam, sound.clone()).await.status, 204);
    for (week, off) in [
        (every_day("9:00", "12:00"), json!([])),
        (every_day("12:00", "09:00"), json!([])),
        (every_day("09:00", "24:01"), json!([])),
        (json!([{ "day": "moonday", "from": "09:00", "to": "12:00" }]), json!([])),
        (json!([]), json!([{ "from": "2026-02-30", "to": "2026-03-01" }])),
        (json!([]), json!([{ "from": "2026-03-02", "to": "2026-03-01" }])),
    ] {
        let body = json!({ "week": week, "daysOff": off });
        assert_eq!(put(&practice, &hours, &practice.jane, body.clone()).await.code(), "invalid", "{body}");
    }
    assert_eq!(practice.get(&hours, &practice.jane).await.good()["week"], sound["week"]);
    let long = format!("/api/practitioners/{JANE}/free-times?from={}&to={}", in_minutes(0), in_minutes(60 * 24 * 40));
    assert_eq!(practice.get(&long, &practice.ada).await.code(), "invalid");
}

fn settings() -> Value {
    json!({
        "name": "Quiet Street Clinic", "logo": "data:image/png;base64,iVBORw0KGgo=", "colour": "#0a7d5c",
        "email": "desk@clinic.example", "phone": "+49 30 1234", "website": "https://clinic.example",
        "welcome": "Good to see you.\nHave a seat.", "zoneinfo": "Europe/Berlin", "waitingRoom": true, "ringSeconds": 7,
        "closedDirectory": true,
        "meetingPlaces": [
            { "name": "Jitsi", "template": "https://meet.example.org/clinic-{room}" },
            { "name": "Zoom", "template": "https://zoom.example/j/123" },
        ],
    })
}

#[tokio::test]
async fn what_the_practice_says_is_shown_to_everybody_and_works() {
    let practice = Practice::open().await;
    let Practice { ada, jane, agnes, sam, .. } = &practice;
    let empty = practice.server.ask(Method::GET, "/api/practice", None, None).await.good();
    assert_eq!(empty["name"], "");
    assert_eq!(put(&practice, "/api/practice/settings", sam, settings()).await.code(), "forbidden");
    assert_eq!(put(&practice, "/api/practice/settings", agnes, settings()).await.status, 204);
    assert_eq!(practice.get("/api/practice/settings", jane).await.good(), settings());
    let shown = practice.server.ask(Method::GET, "/api/practice", None, None).await.good();
    assert_eq!((&shown["name"], &shown["welcome"]), (&settings()["name"], &settings()["welcome"]));
    assert!(shown.get("meetingPlaces").is_none(), "where it meets is for those who meet there: {shown}");

    assert_eq!(practice.get("/api/practitioners", ada).await.good()["items"], json!([]), "the directory is closed");
    let booked = practice.book(jane, with(remote(10), json!({ "patientId": ADA }))).await;
    assert_eq!(booked["waitingRoom"], true, "as the practice has it");
    let open = with(remote(100), json!({ "patientId": ADA, "waitingRoom": false }));
    assert_eq!(practice.book(jane, open).await["waitingRoom"], false, "what is said goes before");
    crate::practice::is_there(&practice.store().await, JANE).await;
    let rung = practice.ring(ada, JANE).await.good();
    let store = practice.store().await;
    let due = store.next_due().await.expect("the database answers").expect("it rings");
    let began = text(&rung, "requestedAt").parse::<jiff::Timestamp>().expect("a time").as_millisecond();
    assert_eq!(due.0 - began, 7_000, "it rings as long as the practice says");
    assert!(!link_token(&booked).is_empty());
}

#[tokio::test]
async fn an_appointment_elsewhere_has_a_room_of_its_own_there() {
    let practice = Practice::open().await;
    let Practice { ada, jane, agnes, .. } = &practice;
    assert_eq!(put(&practice, "/api/practice/settings", agnes, settings()).await.status, 204);
    let at = |minutes: i64, place: &str| with(remote(minutes), json!({ "patientId": ADA, "meetingPlace": place }));
    let mut links = Vec::new();
    for minutes in [10, 100] {
        let booked = practice.book(jane, at(minutes, "Jitsi")).await;
        assert_eq!(booked["provider"], "link");
        links.push(text(&booked, "videoCallLink"));
    }
    let rooms: Vec<_> = links.iter().filter_map(|link| link.strip_prefix("https://meet.example.org/clinic-")).collect();
    assert!(rooms.len() == 2 && rooms[0] != rooms[1] && rooms[0].len() >= 22, "{links:?}");
    let fixed = practice.book(jane, at(200, "Zoom")).await;
    assert_eq!(fixed["videoCallLink"], "https://zoom.example/j/123");
    assert_eq!(practice.post("/api/appointments", jane, at(300, "Teams")).await.code(), "invalid");
    let asked = with(remote(400), json!({ "meetingPlace": "Jitsi" }));
    assert_eq!(
        practice.post("/api/appointments", ada, asked).await.code(),
        "forbidden",
        "the practice names the place"
    );
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    let practice = Practice::open().await;
    for wrong in [
        json!({ "logo": "https://elsewhere.example/logo.png" }),
        json!({ "logo": "data:text/html;base64,PHNjcmlwdD4=" }),
        json!({ "logo": format!("data:image/png;base64,{}", "A".repeat(40_000)) }),
        json!({ "colour": "red; background: url(https://evil.example)" }),
        json!({ "website": "javascript:alert(1)" }),
        json!({ "email": "nowhere" }),
        json!({ "zoneinfo": "Mars/Olympus" }),
        json!({ "ringSeconds": 4 }),
        json!({ "meetingPlaces": [{ "name": "Plain", "template": "http://meet.example.org/{room}" }] }),
        json!({ "meetingPlaces": [{ "name": "", "template": "https://meet.example.org/{room}" }] }),
        json!({ "meetingPlaces": [{ "name": "A", "template": "https://a.example" }, { "name": "A", "template": "https://b.example" }] }),
    ] {
        let reply = put(&practice, "/api/practice/settings", &practice.agnes, with(settings(), wrong.clone())).await;
        assert_eq!(reply.code(), "invalid", "{wrong}");
    }
    assert_eq!(practice.get("/api/practice/settings", &practice.agnes).await.good()["name"], "");
}
