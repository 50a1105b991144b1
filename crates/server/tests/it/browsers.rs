//! What protects people in browsers: the headers of every answer, other origins, and the session cookie.

use bedside_store::{Store, Use};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{self, Folder, Reply, Server};

const HOST_APP: &str = "https://portal.example.org";
const STRANGER: &str = "https://evil.example";

/// A browser at the server's door: what it sends of itself, and nothing it was not told to.
struct Browser<'a> {
    server: &'a Server,
    headers: Vec<(&'static str, String)>,
}

impl Browser<'_> {
    async fn ask(&self, method: Method, path: &str) -> Reply {
        let request = support::client().request(method, format!("{}{path}", self.server.address));
        let with =
            |request: reqwest::RequestBuilder, (name, value): &(&'static str, String)| request.header(*name, value);
        Reply::of(self.headers.iter().fold(request, with).send().await.expect("the server answers")).await
    }
}

#[tokio::test]
async fn every_answer_forbids_what_no_page_of_ours_needs() {
    let folder = Folder::new();
    let server = Server::start(&folder.sqlite(), &["--writes-per-person", "2"]);
    let token = support::token("ada", "patient", "Ada King");
    let signed = || vec![("authorization", format!("Bearer {token}"))];
    let preflight = vec![("origin", HOST_APP.to_owned()), ("access-control-request-method", "GET".to_owned())];
    let mut seen = Vec::new();
    for (method, path, headers) in [
        (Method::GET, "/", vec![]),
        (Method::GET, "/patient/doctors", vec![]),
        (Method::GET, "/join/a-token", vec![]),
        (Method::GET, "/nowhere", vec![("accept", "text/html".to_owned())]),
        (Method::GET, "/nowhere", vec![]),
        (Method::GET, "/healthz", vec![]),
        (Method::GET, "/api/openapi.json", vec![]),
        (Method::GET, "/api/current-user", signed()),
        (Method::GET, "/api/current-user", vec![]),
        (Method::HEAD, "/api/current-user", signed()),
        (Method::GET, "/api/appointments/nothing", signed()),
        (Method::GET, "/api/practitioners?limit=x", signed()),
        (Method::DELETE, "/api/current-user", signed()),
        (Method::OPTIONS, "/api/current-user", preflight),
        (Method::POST, "/api/notifications/read-all", signed()),
        (Method::POST, "/api/notifications/read-all", signed()),
        (Method::POST, "/api/notifications/read-all", signed()),
        (Method::GET, "/api/sign-in/nothing", vec![]),
        (Method::GET, "/api/calls/export", signed()),
    ] {
        let what = format!("{method} {path}");
        let reply = Browser { server: &server, headers }.ask(method, path).await;
        must_be_secure(&reply, &what);
        seen.push(reply.status.as_u16());
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, [200, 204, 400, 401, 404, 405, 410, 429]);
}

#[tokio::test]
async fn over_https_browsers_are_told_to_stay_there() {
    let folder = Folder::new();
    let server = Server::start(&folder.sqlite(), &["--public-url", "https://calls.example.org"]);
    let reply = Browser { server: &server, headers: vec![] }.ask(Method::GET, "/healthz").await;
    assert!(reply.headers["strict-transport-security"].to_str().is_ok_and(|value| value.starts_with("max-age=")));
}

#[tokio::test]
async fn no_other_origin_may_read_until_the_operator_names_it() {
    let folder = Folder::new();
    let closed = Server::start(&folder.sqlite(), &[]);
    for origin in [HOST_APP, STRANGER, "null", "https://portal.example.org.evil.example"] {
        must_be_closed_to(&closed, origin).await;
    }
    drop(closed);
    let open = Server::start(&folder.sqlite(), &["--allow-origin", HOST_APP]);
    let strangers = ["http://portal.example.org", "https://portal.example.org:8443", "https://x.portal.example.org"];
    for origin in strangers.into_iter().chain([STRANGER, "null", "https://portal.example.org.evil.example", "*"]) {
        must_be_closed_to(&open, origin).await;
    }
    for path in ["/api/current-user", "/api/nowhere", "/healthz"] {
        let headers = vec![("origin", HOST_APP.to_owned())];
        let reply = Browser { server: &open, headers }.ask(Method::GET, path).await;
        assert_eq!(reply.headers["access-control-allow-origin"], HOST_APP, "{path}");
        assert!(!reply.headers.contains_key("access-control-allow-credentials"), "cookies stay at home");
        let vary: Vec<_> = reply.headers.get_all("vary").iter().filter_map(|value| value.to_str().ok()).collect();
        assert!(vary.join(",").to_ascii_lowercase().contains("origin"), "{path}: {vary:?}");
        assert!(!reply.headers.contains_key("x-frame-options"), "it may frame our pages");
        let content = reply.headers["content-security-policy"].to_str().expect("plain ASCII");
        assert!(content.ends_with(&format!("frame-ancestors 'self' {HOST_APP}")), "{content}");
    }
    let preflight = [("origin", HOST_APP), ("access-control-request-method", "PUT")];
    let wishes = ("access-control-request-headers", "authorization,content-type,idempotency-key");
    let headers = preflight.into_iter().chain([wishes]).map(|(name, value)| (name, value.to_owned())).collect();
    let reply = Browser { server: &open, headers }.ask(Method::OPTIONS, "/api/people/42").await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.headers["access-control-allow-origin"], HOST_APP);
    for (name, words) in [
        ("access-control-allow-methods", vec!["get", "post", "put"]),
        ("access-control-allow-headers", vec!["authorization", "content-type", "idempotency-key"]),
    ] {
        let allowed = reply.headers[name].to_str().expect("plain ASCII").to_ascii_lowercase();
        assert!(words.iter().all(|word| allowed.split(',').any(|one| one.trim() == *word)), "{name}: {allowed}");
    }
}

#[tokio::test]
async fn a_sign_in_link_signs_in_once_and_reading_it_spends_nothing() {
    let folder = Folder::new();
    let server = Server::start(&folder.sqlite(), &[]);
    server.get("/api/current-user", &support::token("ada", "patient", "Ada King")).await.good();
    let store = Store::open(&folder.sqlite()).await.expect("the database of the server");
    for (token, uses, minutes) in [("once", Use::Once, 10), ("late", Use::Once, -1), ("again", Use::Again, 10)] {
        support::put_sign_in_link(&store, token, "ada", uses, minutes).await;
    }
    let from_here = Browser { server: &server, headers: vec![("origin", server.address.clone())] };
    for _ in 0..3 {
        let seen = from_here.ask(Method::GET, "/api/sign-in/once").await;
        assert_eq!(seen.good(), json!({ "name": "Ada King", "role": "patient" }));
        assert!(!seen.headers.contains_key("set-cookie"));
    }
    let from_there = Browser { server: &server, headers: vec![("origin", STRANGER.to_owned())] };
    for browser in [&from_there, &Browser { server: &server, headers: vec![] }] {
        let refused = browser.ask(Method::POST, "/api/sign-in/once").await;
        assert_eq!(refused.code(), "forbidden", "nobody is signed in by somebody else's page");
        assert!(!refused.headers.contains_key("set-cookie"));
    }
    assert_eq!(from_here.ask(Method::POST, "/api/sign-in/once").await.status, StatusCode::OK);
    for (token, method) in
        [("once", Method::GET), ("once", Method::POST), ("late", Method::GET), ("late", Method::POST)]
    {
        let reply = from_here.ask(method, &format!("/api/sign-in/{token}")).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::GONE, "expired"), "{token}");
    }
    for _ in 0..2 {
        assert_eq!(from_here.ask(Method::POST, "/api/sign-in/again").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_session_cookie_is_for_our_own_pages_alone_and_ends_with_the_session() {
    for (public_url, name, secure) in [
        ("http://localhost:3000", "bedside_session", false),
        ("https://calls.example.org", "__Host-bedside_session", true),
    ] {
        let folder = Folder::new();
        let server = Server::start(&folder.sqlite(), &["--public-url", public_url]);
        server.get("/api/current-user", &support::token("ada", "patient", "Ada King")).await.good();
        let store = Store::open(&folder.sqlite()).await.expect("the database of the server");
        support::put_sign_in_link(&store, "once", "ada", Use::Once, 10).await;
        let here = ("sec-fetch-site", "same-origin".to_owned());
        let browser = Browser { server: &server, headers: vec![here.clone()] };
        let cookie = cookie_of(&browser.ask(Method::POST, "/api/sign-in/once").await);
        let (pair, attributes) = cookie.split_once("; ").expect("a cookie has attributes");
        assert!(pair.starts_with(&format!("{name}=")), "{cookie}");
        let attributes: Vec<_> = attributes.split("; ").collect();
        for needed in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(&needed), "{needed}: {cookie}");
        }
        assert_eq!(attributes.contains(&"Secure"), secure, "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert!(pair.len() > name.len() + 40, "nobody guesses it");
        writes_must_come_from_here(&server, pair, &here).await;
        // A proxy may rewrite Host; the address that people open is known all the same.
        let headers = vec![("cookie", pair.to_owned()), ("origin", public_url.to_owned())];
        let opened = Browser { server: &server, headers }.ask(Method::POST, "/api/notifications/read-all").await;
        assert_eq!(opened.status, StatusCode::NO_CONTENT, "{}", opened.text);
        signing_out_ends_the_session(&server, pair, &here).await;
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_cookie_is_as_safe_as_the_way_it_came() {
    for (trusted, proto, secure) in [(true, "https", true), (true, "http", false), (false, "https", false)] {
        let folder = Folder::new();
        let flags: &[&str] = if trusted { &["--trusted-proxy", "127.0.0.0/8"] } else { &[] };
        let server = Server::start(&folder.sqlite(), flags);
        server.get("/api/current-user", &support::token("ada", "patient", "Ada King")).await.good();
        let store = Store::open(&folder.sqlite()).await.expect("the database of the server");
        support::put_sign_in_link(&store, "once", "ada", Use::Once, 10).await;
        let headers = vec![("origin", server.address.clone()), ("x-forwarded-proto", proto.to_owned())];
        let cookie = cookie_of(&Browser { server: &server, headers }.ask(Method::POST, "/api/sign-in/once").await);
        assert_eq!(cookie.contains("; Secure"), secure, "{trusted} {proto}: {cookie}");
        assert_eq!(cookie.starts_with("__Host-"), secure, "{trusted} {proto}: {cookie}");
    }
}

async fn writes_must_come_from_here(server: &Server, pair: &str, here: &(&'static str, String)) {
    let own_port = server.address.rsplit(':').next().expect("a port");
    for (header, allowed) in [
        (here.clone(), true),
        (("origin", server.address.clone()), true),
        (("origin", STRANGER.to_owned()), false),
        (("origin", "null".to_owned()), false),
        (("origin", format!("http://127.0.0.1.evil.example:{own_port}")), false),
        (("origin", "http://127.0.0.1:1".to_owned()), false),
        (("sec-fetch-site", "cross-site".to_owned()), false),
        (("sec-fetch-site", "same-site".to_owned()), false),
        (("referer", format!("{}/", server.address)), false),
    ] {
        let what = format!("{header:?}");
        let browser = Browser { server, headers: vec![("cookie", pair.to_owned()), header] };
        let read = browser.ask(Method::GET, "/api/current-user").await;
        assert_eq!(read.good()["id"], "ada", "reading is no writing; who may read the answer is for CORS");
        let write = browser.ask(Method::POST, "/api/notifications/read-all").await;
        match allowed {
            true => assert_eq!(write.status, StatusCode::NO_CONTENT, "{what}: {}", write.text),
            false => assert_eq!(write.code(), "forbidden", "{what}"),
        }
    }
}

async fn signing_out_ends_the_session(server: &Server, pair: &str, here: &(&'static str, String)) {
    let token = pair.split_once('=').expect("a pair").1;
    assert_eq!(server.get("/api/current-user", token).await.good()["id"], "ada");
    let from_there = Browser { server, headers: vec![("cookie", pair.to_owned()), ("origin", STRANGER.to_owned())] };
    assert_eq!(from_there.ask(Method::POST, "/api/sign-out").await.code(), "forbidden");
    let browser = Browser { server, headers: vec![("cookie", format!("other=1; {pair}; more=2")), here.clone()] };
    let out = browser.ask(Method::POST, "/api/sign-out").await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    let emptied = cookie_of(&out);
    assert!(emptied.contains("=; ") && emptied.contains("Max-Age=0"), "{emptied}");
    assert_eq!(browser.ask(Method::GET, "/api/current-user").await.code(), "unauthorized");
    assert_eq!(server.get("/api/current-user", token).await.code(), "unauthorized", "not only the cookie is gone");
    assert_eq!(browser.ask(Method::POST, "/api/sign-out").await.status, StatusCode::NO_CONTENT, "twice is harmless");
}

async fn must_be_closed_to(server: &Server, origin: &str) {
    for method in [Method::GET, Method::OPTIONS] {
        let asked = ("access-control-request-method", "POST".to_owned());
        let headers = vec![("origin", origin.to_owned()), asked];
        let reply = Browser { server, headers }.ask(method, "/api/current-user").await;
        assert!(!reply.headers.contains_key("access-control-allow-origin"), "{origin}: {:?}", reply.headers);
    }
}

fn must_be_secure(reply: &Reply, what: &str) {
    let header = |name| reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "SAMEORIGIN"),
        ("permissions-policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=()"),
    ] {
        assert_eq!(header(name), value, "{what}: {name}");
    }
    let content = header("content-security-policy");
    for rule in ["default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'"] {
        assert!(content.split("; ").any(|one| one == rule), "{what}: {content}");
    }
    assert!(content.ends_with("frame-ancestors 'self'") && !content.contains("unsafe"), "{what}: {content}");
    let kept = if what.contains("/api") { "no-store" } else { "no-" };
    assert!(header("cache-control").starts_with(kept), "{what}: {}", header("cache-control"));
    assert!(!reply.headers.contains_key("strict-transport-security"), "{what}: there is no HTTPS here");
    assert!(!reply.headers.contains_key("server"), "{what}");
}

fn cookie_of(reply: &Reply) -> String {
    reply.headers["set-cookie"].to_str().expect("plain ASCII").to_owned()
}
