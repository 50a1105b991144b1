//! How much one person and one address may write, and that nobody else notices.

use std::time::{Duration, Instant};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{self, Folder, Reply, Server};

/// A minute's worth may come at once, and one more a second after that.
const PER_MINUTE: u32 = 60;
const A_PROXY: &str = "127.0.0.0/8";

struct Door {
    server: Server,
    client: Client,
    _folder: Folder,
}

impl Door {
    fn open(more: &[&str]) -> Self {
        let folder = Folder::new();
        let server = Server::start(&folder.sqlite(), &[&["--host-admins"], more].concat());
        Self { server, client: support::client(), _folder: folder }
    }

    async fn ask(&self, method: Method, path: &str, who: Option<&str>, from: Option<&str>, body: Value) -> Reply {
        let mut request = self.client.request(method, format!("{}{path}", self.server.address)).json(&body);
        if let Some(who) = who {
            request = request.bearer_auth(token(who));
        }
        if let Some(from) = from {
            request = request.header("x-forwarded-for", from);
        }
        Reply::of(request.send().await.expect("the server answers")).await
    }

    /// A write that changes nothing.
    async fn write(&self, who: Option<&str>, from: Option<&str>) -> Reply {
        self.ask(Method::POST, "/api/notifications/read-all", who, from, json!({})).await
    }

    /// Until the first is refused.
    async fn write_until_refused(&self, who: Option<&str>, from: Option<&str>) -> Reply {
        for _ in 0..=2 * PER_MINUTE {
            let reply = self.write(who, from).await;
            if reply.status == StatusCode::TOO_MANY_REQUESTS {
                return reply;
            }
        }
        panic!("twice a minute's worth was taken");
    }
}

#[tokio::test]
async fn whoever_writes_too_much_waits_as_long_as_they_are_told_and_no_longer() {
    let door = Door::open(&["--writes-per-person", "60"]);
    let refused = door.write_until_refused(Some("ada"), None).await;
    let wait = must_be_limited(&refused);
    assert!((1..=2).contains(&wait), "one a second comes back, so {wait} s are not what it takes");
    assert!(door.write(Some("otto"), None).await.status.is_success(), "nobody else notices");
    assert!(door.write(Some("sam"), None).await.status.is_success(), "nobody else notices");
    for _ in 0..2 * PER_MINUTE {
        let read = door.ask(Method::GET, "/api/notifications", Some("ada"), None, json!({})).await;
        assert!(read.status.is_success(), "reading is no writing: {}", read.text);
    }
    // Draining it once more makes the wait exact whatever the reads took.
    let wait = must_be_limited(&door.write_until_refused(Some("ada"), None).await);
    let told = Instant::now();
    tokio::time::sleep(Duration::from_secs(wait)).await;
    let again = door.write(Some("ada"), None).await;
    assert!(again.status.is_success(), "after {:?}: {}", told.elapsed(), again.text);
}

const OF_NOBODY: [&str; 6] =
    ["/api/sign-in", "/api/sign-out", "/api/join/", "/api/stop/", "/api/pushes/", "/api/sms/receipts/"];

#[tokio::test]
async fn every_write_counts_for_the_person_whatever_becomes_of_it() {
    let door = Door::open(&["--writes-per-person", "1"]);
    for (n, (method, path)) in writes(&door).await.into_iter().enumerate() {
        let who = format!("staff-{n}");
        let path = path.replace(['{', '}'], "");
        door.write(Some(&who), None).await;
        let reply = door.ask(method.clone(), &path, Some(&who), None, json!({ "canary": true })).await;
        match path.as_str() {
            // Whoever comes by a link, or goes, or is a provider, is nobody yet: their address counts.
            path if OF_NOBODY.iter().any(|door| path.starts_with(door)) => {
                assert_ne!(reply.status, StatusCode::TOO_MANY_REQUESTS, "{method} {path}");
            }
            _ => {
                must_be_limited(&reply);
            }
        }
    }
}

#[tokio::test]
async fn every_write_counts_for_the_address_whoever_sends_it() {
    let door = Door::open(&["--writes-per-address", "1", "--trusted-proxy", A_PROXY]);
    for (n, (method, path)) in writes(&door).await.into_iter().enumerate() {
        let (path, from) = (path.replace(['{', '}'], ""), format!("198.51.100.{n}"));
        let first = door.ask(method.clone(), &path, None, Some(&from), json!({})).await;
        assert_ne!(first.status, StatusCode::TOO_MANY_REQUESTS, "{method} {path}");
        must_be_limited(&door.ask(method, &path, None, Some(&from), json!({})).await);
    }
    must_be_limited(&door.write(Some("ada"), Some("198.51.100.0")).await);
    for path in ["/nowhere", "/api/nowhere", "/healthz"] {
        door.ask(Method::POST, path, None, Some("192.0.2.1"), json!({})).await;
        must_be_limited(&door.ask(Method::DELETE, path, None, Some("192.0.2.1"), json!({})).await);
    }
    let read = door.ask(Method::GET, "/healthz", None, Some("198.51.100.0"), json!({})).await;
    assert!(read.status.is_success(), "reading is no writing");
}

#[tokio::test]
async fn a_household_is_one_address_and_its_neighbour_another() {
    let door = Door::open(&["--writes-per-address", "1", "--trusted-proxy", A_PROXY]);
    for (address, limited) in [
        ("2001:db8:0:1::1", false),
        ("2001:db8:0:1:ffff::2", true),
        ("[2001:db8:0:1::3]:4711", true),
        ("2001:db8:0:2::1", false),
        ("192.0.2.7", false),
        ("::ffff:192.0.2.7", true),
        ("192.0.2.7:80", true),
        // What the client wrote itself stands before what the proxy saw.
        ("203.0.113.1, 192.0.2.7", true),
        ("192.0.2.7, 203.0.113.1", false),
        ("203.0.113.1, 127.0.0.2", true),
    ] {
        let reply = door.write(None, Some(address)).await;
        assert_eq!(reply.status == StatusCode::TOO_MANY_REQUESTS, limited, "{address}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_stranger_does_not_escape_by_claiming_another_address() {
    let door = Door::open(&["--writes-per-address", "60"]);
    let refused = door.write_until_refused(None, Some("198.51.100.1")).await;
    must_be_limited(&refused);
    // One comes back each second, so of these few at most one or two are taken.
    let mut taken = 0;
    for n in 0..20 {
        let reply = door.write(None, Some(&format!("203.0.113.{n}"))).await;
        taken += u32::from(reply.status != StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(taken <= 2, "{taken} of 20 were taken for other people's");
}

/// The seconds it says one must wait.
fn must_be_limited(reply: &Reply) -> u64 {
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS, "{}", reply.text);
    assert_eq!(reply.code(), "rate-limited");
    assert_eq!(reply.json()["retryable"], true);
    let wait = reply.headers.get("retry-after").and_then(|wait| wait.to_str().ok()?.parse().ok());
    wait.expect("it says how long to wait")
}

/// Every write of the document.
async fn writes(door: &Door) -> Vec<(Method, String)> {
    let document = door.ask(Method::GET, "/api/openapi.json", None, None, json!({})).await.good();
    let mut writes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("operations").keys().filter(|method| *method != "get") {
            writes.push((method.to_uppercase().parse().expect("a method"), path.clone()));
        }
    }
    assert!(writes.len() > 15, "the document has writes");
    writes
}

fn token(who: &str) -> String {
    let role = if who.starts_with("staff") { "staff" } else { "patient" };
    support::token(who, role, who)
}
