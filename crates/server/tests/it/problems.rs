//! What whoever asks wrongly is told: always a problem document, and never silence.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_store::testing::Postgres;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{self, Folder, Reply, Server};

const BODY_AT_MOST: usize = 64 * 1024;
const UNLIMITED: [&str; 2] = ["--writes-per-person=1000000", "--writes-per-address=1000000"];
const LISTS: [&str; 6] = [
    "/api/appointments",
    "/api/calls",
    "/api/calls/missed",
    "/api/practitioners",
    "/api/notifications",
    "/api/video-call/my-sessions",
];

struct Desk {
    server: Server,
    token: String,
    _folder: Folder,
}

impl Desk {
    async fn open() -> Self {
        let folder = Folder::new();
        let server = Server::start(&folder.sqlite(), &UNLIMITED);
        let token = support::token("ada", "patient", "Ada King");
        server.get("/api/current-user", &support::token("jane", "practitioner", "Jane Smith")).await.good();
        Self { server, token, _folder: folder }
    }

    /// A request for an appointment, with a body of any kind.
    async fn book(&self, kind: Option<&str>, body: impl Into<reqwest::Body>) -> Reply {
        let request = support::client().post(format!("{}/api/appointments", self.server.address));
        let request = kind.into_iter().fold(request, |request, kind| request.header("content-type", kind));
        let reply = request.bearer_auth(&self.token).body(body).send().await;
        Reply::of(reply.expect("the server answers")).await
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_says_so() {
    let desk = Desk::open().await;
    let Desk { server, token, .. } = &desk;
    let nowhere = ["/api/", "/api/nowhere", "/api/appointments/", "/api/appointments/1/2/3", "/api/video-call"];
    for path in nowhere.into_iter().chain(["/video-call", "/video-call/", "/video-call/nowhere", "/nowhere", "/%FF"]) {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let reply = server.ask(method.clone(), path, Some(token), None).await;
            assert_eq!((reply.status, reply.code().as_str()), (StatusCode::NOT_FOUND, "not-found"), "{method} {path}");
        }
    }
    let looking = support::client().get(format!("{}/nowhere", server.address)).header("accept", "text/html");
    let page = Reply::of(looking.send().await.expect("an answer")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8", "a person sees a page");
    assert_eq!(server.ask(Method::POST, "/patient/doctors", None, None).await.code(), "not-found");
}

#[tokio::test]
async fn a_method_that_a_route_does_not_take_is_answered_with_those_it_takes() {
    let desk = Desk::open().await;
    let Desk { server, token, .. } = &desk;
    let document = server.get("/api/openapi.json", token).await.good();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let taken: Vec<_> = item.as_object().expect("operations").keys().map(|key| key.to_uppercase()).collect();
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if taken.contains(&method.to_string()) {
                continue;
            }
            let reply = server.ask(method.clone(), &path.replace(['{', '}'], ""), Some(token), None).await;
            assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}: {}", reply.text);
            assert_eq!(reply.code(), "invalid", "{method} {path}");
            let allow = reply.headers.get("allow").and_then(|allow| allow.to_str().ok()).unwrap_or_default();
            let mut allowed: Vec<_> = allow.split(',').map(str::trim).filter(|method| *method != "HEAD").collect();
            allowed.sort_unstable();
            assert_eq!(allowed, taken, "{method} {path}: Allow: {allow}");
        }
    }
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_refused_and_changes_nothing() {
    let desk = Desk::open().await;
    let sound = json!({ "practitionerId": "jane", "type": "Remote", "scheduledDate": support::in_minutes(60) });
    let with = |key: &str, value: Value| {
        let mut body = sound.clone();
        body[key] = value;
        body.to_string()
    };
    for (what, body) in [
        ("nothing", String::new()),
        ("an empty object", "{}".to_owned()),
        ("half an object", sound.to_string()[..30].to_owned()),
        ("no JSON", "practitionerId=jane".to_owned()),
        ("two objects", format!("{sound}{sound}")),
        (
            "an array",
            json!(["jane", null, null, support::in_minutes(60), null, "Remote", null, null, null]).to_string(),
        ),
        ("null", "null".to_owned()),
        ("a number", "1".to_owned()),
        ("a deep nest", "[".repeat(30_000)),
        ("a deep nest inside", format!("{{\"practitionerId\":{}", "[".repeat(30_000))),
        ("a number for a name", with("practitionerId", json!(1))),
        ("an object for a name", with("practitionerId", json!({ "id": "jane" }))),
        ("null for a name", with("practitionerId", Value::Null)),
        ("an unknown type", with("type", json!("remote"))),
        ("a number for a type", with("type", json!(0))),
        ("a time without a zone", with("scheduledDate", json!("2030-01-01T10:00:00"))),
        ("a day", with("scheduledDate", json!("2030-01-01"))),
        ("a thirteenth month", with("scheduledDate", json!("2030-13-01T10:00:00Z"))),
        ("the end of time", with("scheduledDate", json!("9999-12-30T00:00:00Z"))),
        ("before time", with("scheduledDate", json!("-009999-01-02T01:59:59Z"))),
        ("milliseconds", with("scheduledDate", json!(1_900_000_000_000_i64))),
        ("a time that has passed", with("scheduledDate", json!("2020-01-01T10:00:00Z"))),
        ("no time at all", with("durationMinutes", json!(0))),
        ("less than no time", with("durationMinutes", json!(-30))),
        ("half a minute", with("durationMinutes", json!(30.5))),
        ("more minutes than fit", with("durationMinutes", json!(65_566))),
        ("a text for minutes", with("durationMinutes", json!("30"))),
        ("both ways to name a patient", with("patientId", json!("ada")).replace('}', ",\"patient\":{\"name\":\"x\"}}")),
        ("NUL in a name", with("practitionerId", json!("ja\u{0}ne"))),
        ("NUL in words", with("reason", json!("a\u{0}b"))),
        ("too many words", with("reason", json!("x".repeat(2_001)))),
    ] {
        let reply = desk.book(Some("application/json"), body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{what}: {}", reply.text);
        assert_eq!(reply.code(), "invalid", "{what}");
    }
    let mut not_text = sound.to_string().into_bytes();
    not_text[20] = 0xff;
    assert_eq!(desk.book(Some("application/json"), not_text).await.code(), "invalid");
    let kept = desk.server.get("/api/appointments", &desk.token).await.good();
    assert_eq!(kept["items"], json!([]));
    // What only looks like NUL, and what nobody here knows, is in nobody's way.
    let odd = json!({ "reason": "a backslash and u0000: \\u0000", "unheard": { "of": [1, 2] } });
    let mut body = sound;
    body.as_object_mut().expect("a body").extend(odd.as_object().expect("more").clone());
    assert_eq!(desk.book(Some("application/json; charset=utf-8"), body.to_string()).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_body_of_another_kind_or_too_large_is_refused() {
    let desk = Desk::open().await;
    let body = json!({ "practitionerId": "jane", "type": "Remote", "scheduledDate": support::in_minutes(60) });
    let body = body.to_string();
    let kinds =
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", "application", ""];
    for kind in kinds.into_iter().map(Some).chain([None]) {
        let reply = desk.book(kind, body.clone()).await;
        assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind:?}: {}", reply.text);
        assert_eq!(reply.code(), "invalid", "{kind:?}");
    }
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));
    for length in [BODY_AT_MOST + 1, 4 * BODY_AT_MOST] {
        let reply = desk.book(Some("application/json"), padded(length)).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
    }
    for (length, expected) in [(BODY_AT_MOST + 1, "413 Payload Too Large"), (BODY_AT_MOST, "201 Created")] {
        let head = format!(
            "POST /api/appointments HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n",
            desk.token
        );
        let text = padded(length);
        let chunks: String = text.as_bytes().chunks(4096).map(chunk).collect();
        let answer = raw(&desk.server, format!("{head}{chunks}0\r\n\r\n").as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{length}: {answer}");
        assert_eq!(answer.contains("\"code\":\"too-large\""), length > BODY_AT_MOST, "{answer}");
    }
    let anonymous = support::client().post(format!("{}/api/appointments", desk.server.address)).body(padded(1 << 20));
    let reply = Reply::of(anonymous.send().await.expect("an answer")).await;
    assert_eq!(reply.code(), "unauthorized", "strangers are not even read");
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused() {
    let desk = Desk::open().await;
    let Desk { server, token, .. } = &desk;
    let with_nul = URL_SAFE_NO_PAD.encode("1 a\0b");
    for list in LISTS {
        for query in ["limit=-1", "limit=many", "limit=70000", "cursor=", "cursor=%20", "cursor=garbage", "cursor=%FF"]
            .into_iter()
            .chain(["cursor=a&cursor=b", "cursor=%00", &format!("cursor={with_nul}")])
        {
            let reply = server.get(&format!("{list}?{query}"), token).await;
            assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"), "{list}?{query}");
        }
        for query in ["limit=0", "limit=1", "limit=65535", "unheard-of=1"] {
            server.get(&format!("{list}?{query}"), token).await.good();
        }
    }
    for path in [
        "/api/appointments?status=accepted",
        "/api/appointments?from=yesterday",
        "/api/appointments?to=2030-01-01",
        "/api/calls?from=1",
        "/api/calls?to=2030-02-30T00:00:00Z",
        "/api/calls?outcome=busy",
        "/api/calls?with=a%00b",
        "/api/calls/export?format=xml",
        "/api/calls/export?format=csv&from=x",
        "/api/users?id=a%00b",
        "/api/users?email=a%00b",
        "/api/users?id=%FF&email=x",
    ] {
        let reply = server.get(path, token).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"), "{path}");
    }
}

#[tokio::test]
async fn a_strange_id_is_one_that_is_not_there_on_either_database() {
    let postgres = Postgres::start().await;
    let folder = Folder::new();
    let token = &support::token("adam", "admin", "Adam Keys");
    for database in [folder.sqlite(), postgres.fresh_database().await] {
        let server = Server::start(&database, &[&UNLIMITED[..], &["--host-admins"]].concat());
        let document = server.get("/api/openapi.json", token).await.good();
        let long = ["a".repeat(201), "b".repeat(5_000), "%C3%BC".repeat(100), "%F0%9F%A9%BA".repeat(100)];
        let strange =
            ["%00", "a%00b", "%FF", "%C3%28", "..%2F..", "%20", "'%20OR%201=1--", "%25", "%F0%9F%A9%BA", "a+b"];
        for (path, item) in document["paths"].as_object().expect("paths") {
            let whole = path.contains('{') && !path.starts_with("/api/people") && !path.starts_with("/api/sign-in");
            for method in item.as_object().expect("operations").keys().filter(|_| whole) {
                for id in strange.into_iter().chain(long.iter().map(String::as_str)) {
                    let (before, after) = path.split_once('{').expect("an id");
                    let path = format!("{before}{id}{}", after.split_once('}').expect("an end").1);
                    let method: Method = method.to_uppercase().parse().expect("a method");
                    let body = match (path.rsplit('/').next(), &method) {
                        (Some("reschedule"), _) => Some(json!({ "scheduledDate": support::in_minutes(60) })),
                        (Some("replay"), _) => Some(json!({ "from": support::in_minutes(-60) })),
                        (Some("hours"), &Method::PUT) => Some(json!({ "week": [], "daysOff": [] })),
                        _ => None,
                    };
                    let reply = server.ask(method, &path, Some(token), body).await;
                    assert_eq!(reply.code(), "not-found", "{path}: {}", reply.text);
                }
            }
        }
        for body in [json!({ "calleeId": "a\u{0}" }), json!({ "calleeId": "x", "deviceId": "\u{0}" })] {
            assert_eq!(server.post("/api/calls", token, body).await.code(), "invalid");
        }
        for path in ["/api/users?id=%00", "/api/users?email=%00", "/api/calls?with=%00"] {
            assert_eq!(server.get(path, token).await.code(), "invalid", "{path}");
        }
        let words = json!({ "role": "patient", "name": "🩺 Ünï 'OR 1=1--", "phone": "%_\\" });
        assert_eq!(server.ask(Method::PUT, "/api/people/%F0%9F%A9%BA", Some(token), Some(words)).await.status, 201);
    }
}

#[tokio::test]
async fn an_idempotency_key_that_is_none_is_refused() {
    let desk = Desk::open().await;
    let Desk { server, token, .. } = &desk;
    for key in ["", "x".repeat(201).as_str(), "\u{fc}"] {
        let request = support::client().post(format!("{}/api/calls", server.address)).bearer_auth(token);
        let request = request.header("idempotency-key", key.as_bytes()).json(&json!({ "calleeId": "jane" }));
        let reply = Reply::of(request.send().await.expect("an answer")).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"), "{key:?}");
    }
}

#[tokio::test]
async fn both_prefixes_answer_alike() {
    let desk = Desk::open().await;
    let Desk { server, token, .. } = &desk;
    let jane = support::token("jane", "practitioner", "Jane Smith");
    let body = json!({ "practitionerId": "jane", "patientId": "ada", "type": "Remote",
        "scheduledDate": support::in_minutes(5) });
    server.get("/api/current-user", token).await.good();
    let id = server.post("/api/appointments", &jane, body).await.good()["id"].as_str().expect("an id").to_owned();
    server.post("/api/calls", token, json!({ "calleeId": "jane" })).await;
    let missed = server.get("/api/calls", token).await.good()["items"][0]["id"].as_str().expect("a call").to_owned();
    for (method, rest, status) in [
        (Method::GET, format!("room/appointment/{id}"), 200),
        (Method::POST, format!("room/appointment/{id}/create"), 200),
        (Method::GET, format!("session/{missed}"), 200),
        (Method::GET, "my-sessions".to_owned(), 200),
        (Method::GET, "active-sessions".to_owned(), 200),
        (Method::POST, format!("end-session/{missed}"), 200),
        (Method::GET, "room/appointment/nothing".to_owned(), 404),
        (Method::GET, "session/nothing".to_owned(), 404),
        (Method::DELETE, "my-sessions".to_owned(), 405),
        (Method::GET, "nowhere".to_owned(), 404),
    ] {
        let one = server.ask(method.clone(), &format!("/video-call/{rest}"), Some(token), None).await;
        let other = server.ask(method.clone(), &format!("/api/video-call/{rest}"), Some(token), None).await;
        assert_eq!(one.status.as_u16(), status, "{method} {rest}: {}", one.text);
        assert_eq!((one.status, &one.text), (other.status, &other.text), "{method} {rest}");
    }
}

fn chunk(bytes: &[u8]) -> String {
    format!("{:x}\r\n{}\r\n", bytes.len(), String::from_utf8_lossy(bytes))
}

/// Bytes as they are, and all that comes back.
async fn raw(server: &Server, bytes: &[u8]) -> String {
    let address = server.address.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.write_all(bytes).await.expect("the server reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("the server answers and closes");
    String::from_utf8_lossy(&answer).into_owned()
}
