//! Attacks on signing in: guessing, asking who has an account, sessions that somebody else knows, foreign pages, and
//! cookies that were stolen.

use std::time::{Duration, Instant};

use bedside_domain::person::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::accounts::{Browser, Clinic, PASSWORD};
use crate::practice::{Home, eventually};
use crate::support::{Reply, Server, client};

/// All that a refusal tells, beside the moment.
fn told_by(reply: &Reply) -> (u16, Vec<(String, Vec<u8>)>, String) {
    let headers = reply.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect();
    (reply.status.as_u16(), headers, reply.text.clone())
}

#[tokio::test]
async fn an_account_that_is_guessed_at_is_closed_to_guesses_whoever_guesses() {
    let clinic = Clinic::open(&["--trusted-proxy", "127.0.0.0/8"]);
    clinic.member("lena", Role::Practitioner).await;
    clinic.member("otto", Role::Practitioner).await;
    let guess = async |email: &str, password: &str, n: u32| {
        let mut browser = clinic.browser();
        let request =
            browser.request(Method::POST, "/api/sign-in").header("x-forwarded-for", format!("198.51.100.{n}"));
        browser.sent(request.json(&json!({ "email": email, "password": password }))).await
    };
    for email in ["lena@clinic.example", "nobody@clinic.example"] {
        for n in 0..10 {
            assert_eq!(guess(email, "a wrong password", n).await.code(), "unauthorized", "{email} {n}");
        }
        // Another spelling is the same account, and another address no way around.
        for (n, email) in [(10, email.to_owned()), (11, email.to_uppercase()), (12, format!(" {email}"))] {
            let refused = guess(&email, PASSWORD, n).await;
            assert_eq!(refused.code(), "rate-limited", "{email}: even the right one has to wait");
            let wait: u64 = refused.headers["retry-after"].to_str().expect("a number").parse().expect("a number");
            assert!((1..=121).contains(&wait), "{wait}");
        }
    }
    guess("otto@clinic.example", PASSWORD, 1).await.good();
}

#[tokio::test]
async fn an_address_that_guesses_at_many_accounts_has_to_wait_and_its_neighbours_do_not() {
    let home = Home::sqlite();
    // Two attempts a minute.
    let server = Server::start(&home.url(), &["--writes-per-address", "80", "--trusted-proxy", "127.0.0.0/8"]);
    let guess = async |n: u32, from: &str| {
        let mut browser = Browser { server: &server, cookie: None };
        let request = browser.request(Method::POST, "/api/sign-in").header("x-forwarded-for", from);
        let body = json!({ "email": format!("{n}@clinic.example"), "password": "a common password" });
        browser.sent(request.json(&body)).await.code()
    };
    for (n, from, expected) in [
        (1, "198.51.100.7", "unauthorized"),
        (2, "198.51.100.7", "unauthorized"),
        (3, "198.51.100.7", "rate-limited"),
        (4, "198.51.100.8", "unauthorized"),
    ] {
        assert_eq!(guess(n, from).await, expected, "{n}");
    }
}

#[tokio::test]
async fn nobody_learns_who_has_an_account_from_what_is_answered() {
    let clinic = Clinic::open(&[]);
    clinic.member("lena", Role::Practitioner).await;
    let mut gone = clinic.member("gone", Role::Practitioner).await;
    let mut root = clinic.member("root", Role::Admin).await;
    root.post("/api/people/bs_gone/disable", json!({})).await;
    assert!(!gone.is_in().await);
    let added = json!({ "role": "staff", "name": "New", "email": "without-password@clinic.example" });
    root.post("/api/people", added).await.good();
    let mut answers = Vec::new();
    for (email, password) in [
        ("nobody@clinic.example", PASSWORD),
        ("lena@clinic.example", "a wrong password"),
        ("gone@clinic.example", PASSWORD),
        ("without-password@clinic.example", ""),
        ("", ""),
    ] {
        answers.push(told_by(&clinic.browser().sign_in(email, password).await));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
}

/// The median of some attempts.
async fn takes(clinic: &Clinic, email: impl Fn(usize) -> String) -> Duration {
    let mut times = Vec::new();
    for n in 0..7 {
        let (mut browser, began) = (clinic.browser(), Instant::now());
        assert_eq!(browser.sign_in(&email(n), "a wrong password").await.status, 401);
        times.push(began.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

#[tokio::test]
async fn nobody_learns_who_has_an_account_from_how_long_it_takes() {
    let clinic = Clinic::open(&[]);
    clinic.member("lena", Role::Practitioner).await;
    let known = takes(&clinic, |_| "lena@clinic.example".to_owned()).await;
    let unknown = takes(&clinic, |n| format!("nobody-{n}@clinic.example")).await;
    // Without the hash it would be a twentieth; the rest is what else the machine does.
    assert!(unknown * 3 > known && known * 3 > unknown, "known {known:?}, unknown {unknown:?}");
}

#[tokio::test]
async fn a_session_that_was_planted_is_not_the_one_that_signs_in() {
    let clinic = Clinic::open(&[]);
    let mut mallory = clinic.member("mallory", Role::Patient).await;
    clinic.member("lena", Role::Practitioner).await;
    let planted = mallory.cookie.clone().expect("she is signed in");
    let made_up = planted.replace(|c: char| c.is_ascii_digit(), "0");
    for cookie in [planted, made_up] {
        let mut victim = Browser { server: &clinic.server, cookie: Some(cookie.clone()) };
        victim.sign_in("lena@clinic.example", PASSWORD).await.good();
        assert_ne!(victim.cookie.as_ref(), Some(&cookie));
        assert_eq!(victim.get("/api/current-user").await.good()["id"], "bs_lena");
        let mut attacker = Browser { server: &clinic.server, cookie: Some(cookie) };
        assert!(!attacker.is_in().await, "what the attacker knows is worth nothing now");
    }
    assert!(!mallory.is_in().await);
}

#[tokio::test]
async fn a_page_of_somebody_else_signs_nobody_in_and_changes_nothing() {
    let clinic = Clinic::open(&[]);
    let lena = clinic.member("lena", Role::Practitioner).await;
    let cookie = lena.cookie.clone().expect("she is signed in");
    let foreign = async |method: Method, path: &str, body: Value, headers: &[(&str, &str)]| {
        let request = client().request(method, format!("{}{path}", clinic.server.address)).header("cookie", &cookie);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Reply::of(request.json(&body).send().await.expect("an answer")).await
    };
    let right = json!({ "email": "lena@clinic.example", "password": PASSWORD });
    let chosen = json!({ "password": "chosen by somebody else", "current": PASSWORD });
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")],
        // Another name of the same site is another page.
        &[("origin", "https://evil.127.0.0.1"), ("sec-fetch-site", "same-site")],
    ] {
        for (method, path, body) in [
            (Method::POST, "/api/sign-in", right.clone()),
            (Method::POST, "/api/sign-out", json!({})),
            (Method::PUT, "/api/me/password", chosen.clone()),
            (Method::POST, "/api/me/sessions/end-others", json!({})),
        ] {
            let reply = foreign(method, path, body, headers).await;
            assert_eq!(reply.code(), "forbidden", "{path} {headers:?}");
            assert!(!reply.headers.contains_key("set-cookie"), "{path} {headers:?}");
        }
    }
    clinic.browser().sign_in("lena@clinic.example", PASSWORD).await.good();
    // A form of a foreign page cannot say that it sends JSON.
    let form = client().post(format!("{}/api/sign-in", clinic.server.address)).header("origin", &clinic.server.address);
    let sent = form.header("content-type", "text/plain").body(right.to_string()).send().await.expect("an answer");
    assert_eq!(sent.status(), 415);
}

#[tokio::test]
async fn a_stolen_cookie_is_worth_nothing_after_signing_out_or_a_new_password() {
    let clinic = Clinic::open(&[]);
    let mut lena = clinic.member("lena", Role::Practitioner).await;
    let mut thief = Browser { server: &clinic.server, cookie: lena.cookie.clone() };
    assert!(thief.is_in().await);
    assert_eq!(lena.post("/api/sign-out", json!({})).await.status, 204);
    assert!(!thief.is_in().await);
    let token = thief.cookie.clone().expect("he kept it").split_once('=').expect("a pair").1.to_owned();
    assert_eq!(clinic.server.get("/api/current-user", &token).await.code(), "unauthorized", "nor as a bearer's token");

    lena.sign_in("lena@clinic.example", PASSWORD).await.good();
    thief.sign_in("lena@clinic.example", PASSWORD).await.good();
    let chosen = json!({ "password": "a far better password", "current": PASSWORD });
    assert_eq!(lena.put("/api/me/password", chosen).await.status, 204);
    assert!(lena.is_in().await && !thief.is_in().await);
}

/// A connection by long polling, as the official client begins one: its address, and what it has heard.
async fn connected(browser: &Browser<'_>) -> String {
    let path = "/socket.io/?EIO=4&transport=polling";
    let open = Reply::of(browser.request(Method::GET, path).send().await.expect("an answer")).await;
    let hello: Value = serde_json::from_str(open.text.trim_start_matches('0')).expect("the handshake");
    let path = format!("{path}&sid={}", hello["sid"].as_str().expect("a session"));
    let sent = browser.request(Method::POST, &path).body("40/video-call,").send().await.expect("an answer");
    assert_eq!(sent.status(), 200);
    path
}

#[tokio::test]
async fn signing_out_ends_the_sockets_of_the_session_within_five_seconds() {
    let clinic = Clinic::open(&[]);
    let mut lena = clinic.member("lena", Role::Practitioner).await;
    let old = Browser { server: &clinic.server, cookie: lena.cookie.clone() };
    let path = connected(&old).await;
    let poll = async || Reply::of(old.request(Method::GET, &path).send().await.expect("an answer")).await.text;
    let mut heard = String::new();
    while !heard.contains("\"sync\"") {
        heard = poll().await;
    }
    assert_eq!(lena.post("/api/sign-out", json!({})).await.status, 204);
    let began = Instant::now();
    eventually(Duration::from_secs(5), "the connection is told and closed", async || {
        let heard = poll().await;
        (heard.contains("unauthorized") || heard.contains("41/video-call")).then_some(())
    })
    .await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
