//! One's own profile and settings, and the call-back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::accounts::Clinic;
use crate::practice::{ADA, JANE, Practice, ids, is_there, text};
use bedside_domain::person::Role;

#[tokio::test]
async fn people_describe_themselves_and_the_practice_names_its_patients() {
    let clinic = Clinic::open(&[]);
    let mut lena = clinic.member("lena", Role::Practitioner).await;
    let mut paul = clinic.member("paul", Role::Patient).await;
    let said = json!({
        "name": "Lena Local", "title": "Dr.", "specialization": "Cardiology", "phone": "+49 30 1234",
        "languages": ["de", "en"], "locale": "de", "zoneinfo": "Europe/Berlin",
    });
    assert_eq!(lena.put("/api/me", said.clone()).await.status, 204);
    let me = lena.get("/api/me").await.good();
    assert_eq!((&me["signInEmail"], &me["hasPassword"]), (&json!("lena@clinic.example"), &json!(true)));
    for (member, value) in said.as_object().expect("members") {
        assert_eq!(&me["person"][member], value, "{member}");
    }
    assert_eq!(lena.put("/api/me", json!({ "phone": "" })).await.status, 204);
    let me = lena.get("/api/me").await.good();
    assert_eq!((&me["person"]["phone"], &me["person"]["locale"]), (&Value::Null, &json!("de")));
    for refused in
        [json!({ "zoneinfo": "Mars/Olympus" }), json!({ "languages": ["no language"] }), json!({ "name": " " })]
    {
        assert_eq!(lena.put("/api/me", refused.clone()).await.code(), "invalid", "{refused}");
    }
    // An address is proof of who one is, so it is not for oneself to change.
    lena.put("/api/me", json!({ "email": "else@clinic.example", "role": "admin" })).await;
    let me = lena.get("/api/me").await.good();
    assert_eq!(
        (&me["person"]["email"], &me["person"]["role"]),
        (&json!("lena@clinic.example"), &json!("practitioner"))
    );
    assert_eq!(paul.put("/api/me", json!({ "name": "Dr. Lena Local" })).await.code(), "forbidden");
    assert_eq!(paul.put("/api/me", json!({ "zoneinfo": "Europe/Vienna" })).await.status, 204);
}

#[tokio::test]
async fn pages_keep_what_they_like_for_their_person_alone() {
    let clinic = Clinic::open(&[]);
    let mut lena = clinic.member("lena", Role::Practitioner).await;
    let mut paul = clinic.member("paul", Role::Patient).await;
    assert_eq!(lena.get("/api/me").await.good()["settings"], json!({}));
    let kept = json!({ "ringtone": "soft", "camera": { "id": "x", "mirror": true }, "text": "ü \"quoted\"" });
    assert_eq!(lena.put("/api/me/settings", kept.clone()).await.status, 204);
    assert_eq!(lena.get("/api/me").await.good()["settings"], kept);
    assert_eq!(paul.get("/api/me").await.good()["settings"], json!({}));
    for refused in [json!(["a list"]), json!("a text"), json!({ "long": "x".repeat(9_000) })] {
        assert_eq!(lena.put("/api/me/settings", refused).await.code(), "invalid");
    }
}

#[tokio::test]
async fn whoever_missed_a_call_calls_back_once_and_has_seen_it() {
    let practice = Practice::open().await;
    practice.accepted(10).await;
    assert_eq!(practice.ring(&practice.ada, JANE).await.code(), "offline");
    let missed = practice.get("/api/calls/missed", &practice.jane).await.good();
    let id = ids(&missed).pop().expect("Jane has missed it");
    is_there(&practice.store().await, ADA).await;
    let path = format!("/api/calls/{id}/call-back");
    let request = |key: &'static str| {
        let url = format!("{}{path}", practice.server.address);
        let request = crate::support::client().request(Method::POST, url).bearer_auth(&practice.jane);
        request.header("idempotency-key", key).json(&json!({})).send()
    };
    let rung = crate::support::Reply::of(request("once").await.expect("an answer")).await;
    assert_eq!(rung.status, 201, "{}", rung.text);
    let call = rung.json();
    assert_eq!((text(&call["caller"], "id"), text(&call["callee"], "id")), (JANE.to_owned(), ADA.to_owned()));
    assert_eq!(call["status"], "ringing");
    let again = crate::support::Reply::of(request("once").await.expect("an answer")).await;
    assert_eq!(again.json()["id"], call["id"], "the same key is the same ring");
    let left = practice.get("/api/calls/missed", &practice.jane).await.good();
    assert_eq!(ids(&left), Vec::<String>::new());
    let running = format!("/api/calls/{}/call-back", text(&call, "id"));
    assert_eq!(practice.post(&running, &practice.ada, json!({})).await.code(), "not-now");
    assert_eq!(practice.post(&path, &practice.omar, json!({})).await.code(), "not-found");
}
