//! Ways in: personal links to one room, and the sign-in links of the demo.

use bedside_domain::appointment::Status;
use bedside_domain::time::Span;
use reqwest::Method;
use serde_json::{Value, json};

use crate::demo::Demo;
use crate::past;
use crate::practice::{ADA, JANE, Practice, link_token, now, remote, text, with};
use crate::support::{Folder, Reply, client};

async fn look(practice: &Practice, token: &str) -> Reply {
    practice.server.ask(Method::GET, &format!("/api/join/{token}"), None, None).await
}

async fn join(practice: &Practice, token: &str) -> Reply {
    practice.server.ask(Method::POST, &format!("/api/join/{token}"), None, None).await
}

#[tokio::test]
async fn a_personal_link_is_read_without_being_spent_and_lets_in_as_often_as_needed() {
    let practice = Practice::open().await;
    let booked = practice.accepted(10).await;
    let hers = link_token(&practice.appointment(&text(&booked, "id"), &practice.ada).await);
    for _ in 0..3 {
        let seen = look(&practice, &hers).await;
        let expected = json!({
            "name": "Ada Lovelace", "role": "patient", "practitioner": { "name": "Jane Smith", "specialization": null },
            "scheduledDate": booked["scheduledDate"], "durationMinutes": 30, "opensAt": booked["linkOpensAt"],
            "closesAt": booked["linkClosesAt"], "state": "open",
        });
        assert_eq!(seen.good(), expected);
        assert_eq!(seen.headers["referrer-policy"], "no-referrer");
        assert_eq!(seen.headers["cache-control"], "no-store");
    }
    assert_eq!(practice.store().await.rows_in("sessions").await, 0, "reading a link begins nothing");
    let mut tokens = std::collections::HashSet::new();
    for (token, person) in [(&hers, ADA), (&hers, ADA), (&link_token(&booked), JANE)] {
        let pass = join(&practice, token).await.good();
        assert_eq!((&pass["userId"], &pass["roomId"]), (&json!(person), &booked["roomId"]));
        assert_eq!((&pass["appointmentId"], &pass["expiresAt"]), (&booked["id"], &booked["linkClosesAt"]));
        assert!(tokens.insert(text(&pass, "token")), "every pass is a new one");
    }
    assert_eq!(look(&practice, &hers).await.good()["state"], "open");
}

#[tokio::test]
async fn a_link_says_whether_it_is_too_early_or_too_late() {
    let practice = Practice::open().await;
    let ahead = link_token(&practice.accepted(60).await);
    assert_eq!(look(&practice, &ahead).await.good()["state"], "early");
    let refused = join(&practice, &ahead).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (409, "not-now"));

    let ended = now() - Span::hours(5);
    past::appointment(&practice.store().await, "past", Status::Completed, past::slot_ending(ended), Some(ended)).await;
    let gone = link_token(&practice.appointment("past", &practice.ada).await);
    assert_eq!(look(&practice, &gone).await.good()["state"], "over");
    let refused = join(&practice, &gone).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (410, "expired"));

    let recently = now() - Span::minutes(3 * 60 + 59);
    let slot = past::slot_ending(recently);
    past::appointment(&practice.store().await, "recent", Status::Completed, slot, Some(recently)).await;
    let still_open = link_token(&practice.appointment("recent", &practice.ada).await);
    assert_eq!(look(&practice, &still_open).await.good()["state"], "open", "until four hours after the planned end");
    join(&practice, &still_open).await.good();
}

#[tokio::test]
async fn a_link_waits_while_its_appointment_is_a_request_again() {
    let practice = Practice::open().await;
    let Practice { ada, jane, .. } = &practice;
    let booked = practice.accepted(60).await;
    let (id, link) = (text(&booked, "id"), link_token(&booked));
    let sooner = json!({ "scheduledDate": crate::support::in_minutes(10) });
    practice.act(&id, "reschedule", ada, sooner).await.good();
    assert_eq!(join(&practice, &link).await.code(), "not-now");
    practice.act(&id, "accept", jane, json!({})).await.good();
    join(&practice, &link).await.good();
}

#[tokio::test]
async fn the_pass_of_a_link_opens_one_room_and_nothing_else() {
    let practice = Practice::open().await;
    let here = practice.accepted(10).await;
    let elsewhere = practice.accepted(100).await;
    let (id, other) = (text(&here, "id"), text(&elsewhere, "id"));
    let hers = link_token(&practice.appointment(&id, &practice.ada).await);
    let pass = text(&join(&practice, &hers).await.good(), "token");

    let room = practice.get(&format!("/video-call/room/appointment/{id}"), &pass).await.good();
    assert_eq!(room["roomId"], here["roomId"]);
    assert_eq!(practice.appointment(&id, &pass).await["id"], here["id"]);
    for path in [format!("/video-call/room/appointment/{other}"), format!("/api/appointments/{other}")] {
        assert_eq!(practice.get(&path, &pass).await.code(), "not-found", "{path}");
    }
    let closed = [
        "/api/appointments",
        "/api/practitioners",
        "/api/calls",
        "/api/calls/missed",
        "/api/calls/export",
        "/api/notifications",
        "/api/notifications/unread-count",
        "/api/video-call/my-sessions",
        "/api/video-call/active-sessions",
    ];
    for path in closed {
        assert_eq!(practice.get(path, &pass).await.code(), "forbidden", "{path}");
    }
    assert_eq!(practice.get(&format!("/api/users?id={JANE}"), &pass).await.code(), "not-found");
    assert_eq!(practice.post("/api/appointments", &pass, remote(200)).await.code(), "forbidden");
    assert_eq!(practice.ring(&pass, JANE).await.code(), "forbidden");
    for verb in ["cancel", "reschedule"] {
        let body = json!({ "scheduledDate": here["scheduledDate"] });
        assert_eq!(practice.act(&id, verb, &pass, body).await.code(), "forbidden", "{verb}");
    }
}

#[tokio::test]
async fn a_forged_link_is_no_link() {
    let practice = Practice::open().await;
    let token = link_token(&practice.accepted(10).await);
    let another = link_token(&practice.accepted(100).await);
    let (room, code) = (&token[..22], &token[23..]);
    let forged = [
        format!("{room}p{code}"),              // The patient's side with the practitioner's code.
        format!("{}{}", &another[..23], code), // Another room.
        format!("{room}d{}", "A".repeat(22)),  // No code.
        format!("{token}A"),
        token[..token.len() - 1].to_owned(),
        token.to_uppercase(),
        room.to_owned(),
        "%00".to_owned(),
        "..%2F..".to_owned(),
        "é".repeat(45),
    ];
    let unknown = join(&practice, "nothing").await;
    for token in &forged {
        for reply in [look(&practice, token).await, join(&practice, token).await] {
            assert_eq!((reply.status.as_u16(), &reply.text), (404, &unknown.text), "{token}");
        }
    }
    let elsewhere = Practice::open().await;
    assert_eq!(join(&elsewhere, &token).await.code(), "not-found", "each practice has a key of its own");
}

/// A request as the page of `link` makes it.
async fn from_page(method: Method, link: &str, path: &str, cookie: Option<&str>, body: Option<Value>) -> Reply {
    let (scheme, rest) = link.split_once("://").expect("an address");
    let origin = format!("{scheme}://{}", rest.split('/').next().expect("a host"));
    let mut request = client().request(method, format!("{origin}{path}")).header("origin", &origin);
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    Reply::of(request.send().await.expect("an answer")).await
}

fn cookie_of(reply: &Reply) -> String {
    let cookie = reply.headers["set-cookie"].to_str().expect("plain ASCII");
    for part in ["Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.split("; ").any(|one| one == part), "{part}: {cookie}");
    }
    cookie.split(';').next().expect("a pair").to_owned()
}

#[tokio::test]
async fn the_links_of_the_demo_sign_in_again_and_again_and_set_a_cookie() {
    let folder = Folder::new();
    let demo = Demo::start(folder.path());
    for (who, role) in [("Ada", "patient"), ("Jane", "practitioner"), ("Omar", "practitioner"), ("Sam", "staff")] {
        let (link, path) = (demo.link_of(who), format!("/api/sign-in/{}", demo.token_of(who)));
        let seen = from_page(Method::GET, link, &path, None, None).await;
        assert_eq!(seen.good()["role"], role);
        assert!(!seen.headers.contains_key("set-cookie"), "reading a link signs nobody in");
        let mut cookies = Vec::new();
        for _ in 0..3 {
            let signed_in = from_page(Method::POST, link, &path, None, None).await;
            assert!(signed_in.good()["name"].as_str().is_some_and(|name| name.contains(who)));
            cookies.push(cookie_of(&signed_in));
        }
        for cookie in &cookies {
            let me = from_page(Method::GET, link, "/api/current-user", Some(cookie), None).await.good();
            assert_eq!(me["role"], role);
        }
        let out = from_page(Method::POST, link, "/api/sign-out", Some(&cookies[0]), None).await;
        assert_eq!(out.status, 204);
        let gone = from_page(Method::GET, link, "/api/current-user", Some(&cookies[0]), None).await;
        assert_eq!(gone.code(), "unauthorized");
        from_page(Method::GET, link, "/api/current-user", Some(&cookies[1]), None).await.good();
    }
}

#[tokio::test]
async fn a_page_of_somebody_else_neither_signs_in_nor_writes_with_our_cookie() {
    let folder = Folder::new();
    let demo = Demo::start(folder.path());
    let (link, path) = (demo.link_of("Ada"), format!("/api/sign-in/{}", demo.token_of("Ada")));
    let foreign = |cookie: Option<String>, path: String, origin: Option<&'static str>| {
        let mut request = client().post(format!("{}{path}", demo.server.address));
        request = cookie.into_iter().fold(request, |request, cookie| request.header("cookie", cookie));
        request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
        async move { Reply::of(request.send().await.expect("an answer")).await.code() }
    };
    for origin in [None, Some("https://evil.example"), Some("null")] {
        assert_eq!(foreign(None, path.clone(), origin).await, "forbidden", "{origin:?}");
    }
    let cookie = cookie_of(&from_page(Method::POST, link, &path, None, None).await);
    for origin in [None, Some("https://evil.example"), Some("null")] {
        let read_all = "/api/notifications/read-all".to_owned();
        assert_eq!(foreign(Some(cookie.clone()), read_all, origin).await, "forbidden", "{origin:?}");
    }
    let body = with(remote(300), json!({ "practitionerId": "bs_omar" }));
    let booked = from_page(Method::POST, link, "/api/appointments", Some(&cookie), Some(body)).await;
    assert_eq!(booked.status, 201, "a page of ours may: {}", booked.text);
    let unknown = from_page(Method::POST, link, "/api/sign-in/nothing", None, None).await;
    assert_eq!((unknown.status.as_u16(), unknown.code().as_str()), (410, "expired"));
}
