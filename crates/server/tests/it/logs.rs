//! Whatever is asked, however wrongly: no name, no address, nobody's words and no token is ever in the logs.

use std::time::{Duration, Instant};

use bedside_store::Use;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::practice::{Home, NO_LIMITS, Practice, eventually, is_there, link_token, text};
use crate::support::{Reply, Server, client, in_minutes, put_sign_in_link, seconds_now, signed};

/// A word of no language that any log is written in.
const CANARY: &str = "kanarienvogel";
const PHONE: &str = "+49 1555 0147823";
const ADDRESS: &str = "203.0.113.77";

/// Somebody all of whose data would show.
fn person(sub: &str, role: &str) -> String {
    signed(&json!({
        "sub": format!("{CANARY}-{sub}"), "role": role, "name": format!("{CANARY} Given {CANARY} Family"),
        "given_name": CANARY, "family_name": CANARY, "email": format!("{CANARY}-{sub}@example.org"), "phone": PHONE,
        "specialization": CANARY, "exp": seconds_now() + 3600,
    }))
}

/// Asks, and remembers every secret that must not show.
struct Teller<'a> {
    server: &'a Server,
    secrets: Vec<String>,
}

impl Teller<'_> {
    fn request(&self, method: Method, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = client().request(method, format!("{}{path}", self.server.address));
        let request = request.header("x-forwarded-for", ADDRESS).header("user-agent", CANARY);
        token.into_iter().fold(request, RequestBuilder::bearer_auth)
    }

    async fn sent(&self, request: RequestBuilder) -> Reply {
        Reply::of(request.send().await.expect("an answer")).await
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Reply {
        self.sent(self.request(Method::GET, path, token)).await
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        let key = format!("{CANARY} {}", jiff::Timestamp::now().as_nanosecond());
        let request = self.request(Method::POST, path, Some(token)).header("idempotency-key", key);
        self.sent(request.json(&body)).await
    }

    /// Everything that people do in a day.
    async fn all_that_is_right(&mut self) {
        let [ada, jane, sam] = self.people();
        for someone in [&ada, &jane, &sam] {
            self.get("/api/current-user", Some(someone)).await.good();
        }
        let whom = format!("{CANARY}-jane");
        let ask = |minutes: i64| json!({ "practitionerId": whom, "type": "Remote", "scheduledDate": in_minutes(minutes), "reason": CANARY });
        let declined = text(&self.post("/api/appointments", &ada, ask(300)).await.good(), "id");
        let words = json!({ "reason": format!("no, {CANARY}") });
        self.post(&format!("/api/appointments/{declined}/decline"), &jane, words.clone()).await.good();
        let mut new = ask(10);
        new["patient"] = json!({ "email": format!("{CANARY}@example.org"), "phone": PHONE, "name": CANARY });
        let booked = self.post("/api/appointments", &jane, new).await.good();
        let link = link_token(&booked);
        let pass = self.sent(self.request(Method::POST, &format!("/api/join/{link}"), None)).await.good();
        for path in [format!("/api/join/{link}"), format!("/join/{link}"), format!("/sign-in/{link}")] {
            self.get(&path, None).await;
        }
        let id = text(&booked, "id");
        self.post(&format!("/api/appointments/{id}/cancel"), &jane, words).await.good();
        let rung = json!({ "calleeId": whom, "reason": CANARY });
        assert_eq!(self.post("/api/calls", &ada, rung).await.code(), "offline");
        for path in ["/api/calls/export", "/api/notifications", "/api/calls/missed", "/api/practitioners"] {
            assert_eq!(self.get(path, Some(&jane)).await.status, 200, "{path}");
        }
        let put = self.request(Method::PUT, &format!("/api/people/{CANARY}-new"), Some(&sam));
        self.sent(put.json(&json!({ "role": "patient", "name": CANARY, "phone": PHONE }))).await.good();
        self.get(&format!("/api/users?email={CANARY}-ada@example.org"), Some(&sam)).await.good();
        self.secrets.extend([link, text(&pass, "token"), ada, jane, sam]);
    }

    /// Everything that people do wrong, and others on purpose.
    async fn all_that_is_wrong(&mut self) {
        let [ada, _, sam] = self.people();
        let get_paths = [
            "/api/appointments/{}",
            "/api/appointments?status={}",
            "/api/appointments?cursor={}",
            "/api/calls?with={}&from={}",
            "/api/users?email={}@example.org",
            "/api/join/{}",
            "/api/sign-in/{}",
            "/{}",
            "/api/{}",
            "/join/{}?token={}",
            "/video-call/room/appointment/{}",
            "/api/video-call/session/{}",
            "/api/calls/export?format={}",
            "/assets/{}.js",
        ];
        for path in get_paths {
            let path = path.replace("{}", CANARY);
            for token in [None, Some(ada.as_str()), Some(CANARY), Some("a.kanarienvogel.c")] {
                self.get(&path, token).await;
            }
        }
        for method in [Method::DELETE, Method::PATCH, Method::PUT] {
            self.sent(self.request(method, &format!("/api/users?email={CANARY}"), Some(&ada))).await;
        }
        let unsound = [
            format!("{{\"practitionerId\": \"{CANARY}\""),
            format!("\"{CANARY}\""),
            format!("{{\"type\": {CANARY}}}"),
            json!({ "practitionerId": CANARY, "type": CANARY, "scheduledDate": CANARY }).to_string(),
            json!({ "calleeId": CANARY, "callType": CANARY, "name": CANARY }).to_string(),
            CANARY.repeat(10_000),
            format!("{CANARY}\0"),
        ];
        for path in ["/api/appointments", "/api/calls", "/api/sign-out", "/api/appointments/x/decline", "/api/join/x"] {
            for body in &unsound {
                for kind in ["application/json", CANARY] {
                    let request = self.request(Method::POST, path, Some(&sam)).header("content-type", kind);
                    self.sent(request.body(body.clone())).await;
                }
            }
        }
        let basic =
            self.request(Method::GET, "/api/current-user", None).header("authorization", format!("Basic {CANARY}"));
        self.sent(basic).await;
        let cookie = format!("bedside_session={CANARY}; {CANARY}={CANARY}");
        self.sent(self.request(Method::POST, "/api/calls", None).header("cookie", cookie)).await;
        let stranger = signed(&json!({ "sub": CANARY, "role": CANARY, "name": CANARY, "exp": seconds_now() + 60 }));
        self.get("/api/current-user", Some(&stranger)).await;
        self.garbage().await;
        self.secrets.push(stranger);
    }

    /// What is no HTTP at all.
    async fn garbage(&self) {
        let address = self.server.address.strip_prefix("http://").expect("an address");
        for garbage in [format!("{CANARY}\r\n\r\n"), format!("GET /{CANARY} HTTP/9.9\r\n{CANARY}\r\n\r\n")] {
            let mut raw = tokio::net::TcpStream::connect(address).await.expect("it listens");
            raw.write_all(garbage.as_bytes()).await.expect("it listens");
            let _ = raw.read_to_end(&mut Vec::new()).await;
        }
    }

    fn people(&self) -> [String; 3] {
        [person("ada", "patient"), person("jane", "practitioner"), person("sam", "staff")]
    }
}

fn must_hold_no_canary(log: &str, secrets: &[String]) {
    let digits = PHONE.replace(' ', "");
    let planted = [CANARY, PHONE, &digits, ADDRESS].into_iter().chain(secrets.iter().map(String::as_str));
    for canary in planted {
        let shown = log.lines().find(|line| line.to_lowercase().contains(&canary.to_lowercase()));
        assert_eq!(shown, None, "{canary} is in the log");
    }
}

fn server(database: &str, level: Option<&str>, format: &str) -> Server {
    let more = ["--host-admins", "--log-format", format, "--trusted-proxy", "127.0.0.1/32"];
    let mut command = Server::command(database, &[&NO_LIMITS[..], &more].concat());
    command.env_remove("RUST_LOG").envs(level.map(|level| ("RUST_LOG", level)));
    Server::run(command)
}

/// A whole day, and then a database in which a table is missing.
async fn a_day_in_the_log(level: Option<&str>, format: &str) -> String {
    let home = Home::sqlite();
    let server = server(&home.url(), level, format);
    let mut teller = Teller { server: &server, secrets: vec![] };
    teller.all_that_is_right().await;
    teller.all_that_is_wrong().await;
    let store = bedside_store::Store::open(&home.url()).await.expect("the server has opened it");
    let [ada, jane, _] = teller.people();
    put_sign_in_link(&store, "a-token-of-kanarienvogel", &format!("{CANARY}-ada"), Use::Again, 10).await;
    teller.get("/api/sign-in/a-token-of-kanarienvogel", None).await.good();
    is_there(&store, &format!("{CANARY}-jane")).await;
    let ring = json!({ "calleeId": format!("{CANARY}-jane"), "reason": CANARY, "deviceId": CANARY });
    teller.post("/api/calls", &ada, ring).await;

    store.tamper("DROP TABLE outbox").await;
    let body = json!({ "practitionerId": format!("{CANARY}-jane"), "type": "Remote", "reason": CANARY,
        "scheduledDate": in_minutes(500) });
    assert_eq!(teller.post("/api/appointments", &ada, body).await.code(), "unavailable");
    teller.get("/api/current-user", Some(&jane)).await.good();
    let secrets = std::mem::take(&mut teller.secrets);
    server.tell_to_stop();
    let ended = server.wait();
    must_hold_no_canary(&(ended.said + &ended.logged), &secrets);
    assert!(ended.logged.contains("/api/join/{token}"), "the route is told, not the address: {}", ended.logged);
    assert!(ended.logged.contains("no such table"), "the operator is told what failed: {}", ended.logged);
    ended.logged
}

#[tokio::test]
async fn no_canary_is_in_the_log() {
    a_day_in_the_log(None, "text").await;
}

#[tokio::test]
async fn no_canary_is_in_the_log_of_somebody_who_looks_for_a_defect() {
    let log = a_day_in_the_log(Some("debug"), "text").await;
    assert!(log.contains("DEBUG"), "the level counts");
}

#[tokio::test]
async fn no_canary_is_in_the_log_as_json_and_each_line_is_an_object() {
    for level in [None, Some("debug")] {
        let log = a_day_in_the_log(level, "json").await;
        let mut requests = 0;
        for line in log.lines() {
            let event: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
            let known = ["timestamp", "level", "target"].into_iter().all(|member| event[member].is_string());
            assert!(known, "{line}");
            requests += usize::from(event["message"] == "request" && event["status"].is_u64());
        }
        assert!(requests > 50, "{requests} requests were logged");
    }
}

#[tokio::test]
async fn a_database_that_goes_away_is_said_at_once_and_without_a_canary_and_work_goes_on_when_it_is_back() {
    let home = Home::postgres().await;
    let database = home.url().replace("postgres@", &format!("postgres:{CANARY}@"));
    let practice = Practice::run_by(home, server(&database, Some("debug"), "json")).await;
    let mut teller = Teller { server: &practice.server, secrets: vec![] };
    teller.all_that_is_right().await;
    let [ada, jane, _] = teller.people();
    assert_eq!(teller.get("/readyz", None).await.text, "ready\n");

    practice.postgres().stop();
    let book = json!({ "practitionerId": format!("{CANARY}-jane"), "type": "Remote", "reason": CANARY,
        "scheduledDate": in_minutes(600) });
    for _ in 0..2 {
        let began = Instant::now();
        let ready = teller.get("/readyz", None).await;
        assert_eq!((ready.status.as_u16(), ready.code().as_str()), (503, "unavailable"));
        assert_eq!(teller.get("/healthz", None).await.status, 200, "the process lives");
        let read = teller.get("/api/appointments", Some(&jane)).await;
        assert_eq!((read.status.as_u16(), read.code().as_str()), (503, "unavailable"));
        let write = teller.post("/api/appointments", &ada, book.clone()).await;
        assert_eq!((write.status.as_u16(), write.code().as_str()), (503, "unavailable"));
        assert_eq!(write.json()["retryable"], true);
        assert!(write.headers.contains_key("retry-after"));
        assert!(began.elapsed() < Duration::from_secs(24), "four answers took {:?}", began.elapsed());
    }
    practice.postgres().resume();
    eventually(Duration::from_secs(20), "it is ready again", async || {
        (teller.get("/readyz", None).await.status == 200).then_some(())
    })
    .await;
    teller.post("/api/appointments", &ada, book).await.good();
    teller.all_that_is_wrong().await;
    let secrets = std::mem::take(&mut teller.secrets);
    practice.server.tell_to_stop();
    let (ended, _home) = practice.ended();
    assert_eq!(ended.code, Some(0));
    must_hold_no_canary(&(ended.said + &ended.logged), &secrets);
    assert!(ended.logged.contains("the database failed"), "the operator is told: {}", ended.logged);
}
