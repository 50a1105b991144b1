//! Accounts as a clinic without a host application has them: coming in, a password of one's own, and out again.

use std::process::Command;

use bedside_domain::ids::PersonId;
use bedside_domain::person::{Person, Role};
use bedside_store::{Store, Use};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::practice::{Home, NO_LIMITS, items, now, text};
use crate::support::{Reply, Server, client, put_sign_in_link, token};

pub const PASSWORD: &str = "a quiet waiting room";

/// A clinic of its own people alone.
pub struct Clinic {
    pub server: Server,
    pub home: Home,
}

/// A browser of somebody's, with the cookie that it keeps.
pub struct Browser<'a> {
    pub server: &'a Server,
    pub cookie: Option<String>,
}

impl Clinic {
    pub fn open(more: &[&str]) -> Self {
        Self::on(Home::sqlite(), more)
    }

    pub fn on(home: Home, more: &[&str]) -> Self {
        let server = Server::start(&home.url(), &[&NO_LIMITS[..], more].concat());
        Self { server, home }
    }

    pub async fn store(&self) -> Store {
        Store::open(&self.home.url()).await.expect("the server has opened it")
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { server: &self.server, cookie: None }
    }

    /// Somebody with an account, who has come in by a link and chosen [`PASSWORD`].
    pub async fn member(&self, name: &str, role: Role) -> Browser<'_> {
        let store = self.store().await;
        let (id, email) = (format!("bs_{name}"), format!("{name}@clinic.example"));
        let person = Person { email: Some(email.clone()), ..Person::new(PersonId::new(&id), role, name) };
        store.open_account(&person, None, &email, now()).await.expect("the address is free");
        let mut browser = self.browser();
        let link = format!("link of {name}").replace(' ', "-");
        put_sign_in_link(&store, &link, &id, Use::Once, 10).await;
        browser.post(&format!("/api/sign-in/{link}"), json!({})).await.good();
        let chosen = browser.put("/api/me/password", json!({ "password": PASSWORD })).await;
        assert_eq!(chosen.status, 204, "{}", chosen.text);
        browser
    }
}

impl Browser<'_> {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = &self.server.address;
        let request = client().request(method, format!("{address}{path}")).header("origin", address);
        self.cookie.iter().fold(request, |request, cookie| request.header("cookie", cookie))
    }

    /// What is answered; a cookie that comes with it is kept.
    pub async fn sent(&mut self, request: RequestBuilder) -> Reply {
        let reply = Reply::of(request.send().await.expect("the server answers")).await;
        if let Some(cookie) = reply.headers.get("set-cookie") {
            let pair = cookie.to_str().expect("plain ASCII").split(';').next().expect("a pair").to_owned();
            self.cookie = (!pair.ends_with('=')).then_some(pair);
        }
        reply
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.sent(self.request(Method::GET, path)).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.sent(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&mut self, path: &str, body: Value) -> Reply {
        self.sent(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) -> Reply {
        self.post("/api/sign-in", json!({ "email": email, "password": password })).await
    }

    pub async fn is_in(&mut self) -> bool {
        self.get("/api/current-user").await.status == 200
    }
}

#[tokio::test]
async fn whoever_has_chosen_a_password_signs_in_with_it_and_out_again() {
    let clinic = Clinic::open(&[]);
    clinic.member("lena", Role::Practitioner).await;
    let mut browser = clinic.browser();
    let signed_in = browser.sign_in(" Lena@Clinic.example ", PASSWORD).await;
    assert_eq!(signed_in.good(), json!({ "name": "lena", "role": "practitioner" }));
    let cookie = signed_in.headers["set-cookie"].to_str().expect("plain ASCII");
    for part in ["Path=/", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.split("; ").any(|one| one == part), "{part}: {cookie}");
    }
    assert_eq!(browser.get("/api/current-user").await.good()["id"], "bs_lena");
    assert_eq!(browser.post("/api/sign-out", json!({})).await.status, 204);
    assert_eq!(browser.cookie, None, "the browser forgets it");
    assert!(!browser.is_in().await);
}

#[tokio::test]
async fn a_password_that_would_be_guessed_is_refused_and_a_changed_one_needs_the_one_before() {
    let clinic = Clinic::open(&[]);
    let mut lena = clinic.member("lena", Role::Staff).await;
    for (weak, current) in [("short", PASSWORD), ("aaaaaaaaaaaaaaaa", PASSWORD), ("lena@clinic.example", PASSWORD)] {
        let refused = lena.put("/api/me/password", json!({ "password": weak, "current": current })).await;
        assert_eq!(refused.code(), "invalid", "{weak}");
    }
    for current in [json!(null), json!(""), json!("a loud waiting room")] {
        let body = json!({ "password": "another quiet one", "current": current });
        assert_eq!(lena.put("/api/me/password", body).await.code(), "forbidden");
    }
    let body = json!({ "password": "another quiet one", "current": PASSWORD });
    assert_eq!(lena.put("/api/me/password", body).await.status, 204);
    assert_eq!(clinic.browser().sign_in("lena@clinic.example", PASSWORD).await.code(), "unauthorized");
    clinic.browser().sign_in("lena@clinic.example", "another quiet one").await.good();
    let ada = token("u-ada", "patient", "Ada Lovelace");
    let reply = clinic.server.ask(Method::PUT, "/api/me/password", Some(&ada), Some(json!({ "password": PASSWORD })));
    assert_eq!(reply.await.code(), "forbidden", "whom a host application vouches for has no password here");
}

#[tokio::test]
async fn one_sees_where_one_is_signed_in_and_ends_it_there() {
    let clinic = Clinic::open(&[]);
    let mut here = clinic.member("lena", Role::Staff).await;
    let mut phone = clinic.browser();
    let request = phone.request(Method::POST, "/api/sign-in").header("user-agent", "Phone of Lena");
    let body = json!({ "email": "lena@clinic.example", "password": PASSWORD });
    phone.sent(request.json(&body)).await.good();
    let list = here.get("/api/me/sessions").await.good();
    let [newer, older] = items(&list) else { panic!("two sessions: {list}") };
    assert_eq!((&newer["agent"], &newer["current"]), (&json!("Phone of Lena"), &json!(false)));
    assert_eq!(older["current"], true);
    let cookie = here.cookie.clone().expect("it is signed in");
    let token = cookie.split_once('=').expect("a pair").1;
    assert!(!list.to_string().contains(token), "no list shows what signs in");

    let mut otto = clinic.member("otto", Role::Staff).await;
    let phones = format!("/api/me/sessions/{}/end", text(newer, "id"));
    assert_eq!(otto.post(&phones, json!({})).await.code(), "not-found", "it is nobody else's to end");
    assert!(phone.is_in().await);
    assert_eq!(here.post(&phones, json!({})).await.status, 204);
    assert!(!phone.is_in().await && here.is_in().await);
    phone.sign_in("lena@clinic.example", PASSWORD).await.good();
    assert_eq!(here.post("/api/me/sessions/end-others", json!({})).await.status, 204);
    assert!(!phone.is_in().await && here.is_in().await && otto.is_in().await);
}

#[tokio::test]
async fn the_first_start_prints_a_link_that_makes_the_administrator_once() {
    let home = Home::sqlite();
    let server = Server::start(&home.url(), &[]);
    let link = crate::practice::eventually(std::time::Duration::from_secs(5), "a link is printed", async || {
        let said = server.log();
        said.lines().find_map(|line| line.trim().split_once("/sign-in/").map(|(_, token)| token.to_owned()))
    })
    .await;
    let mut browser = Browser { server: &server, cookie: None };
    assert_eq!(browser.get(&format!("/api/sign-in/{link}")).await.good()["role"], "admin");
    let path = format!("/api/sign-in/{link}");
    browser.post(&path, json!({})).await.good();
    assert_eq!(browser.post(&path, json!({})).await.code(), "expired", "it works once");
    let chosen = json!({ "email": "root@clinic.example", "password": PASSWORD });
    assert_eq!(browser.put("/api/me/password", chosen).await.status, 204);
    let mut later = Browser { server: &server, cookie: None };
    later.sign_in("root@clinic.example", PASSWORD).await.good();
    let added = json!({ "role": "practitioner", "name": "Jane Smith", "email": "jane@clinic.example" });
    let jane = later.post("/api/people", added).await.good();
    let made = later.post(&format!("/api/people/{}/sign-in-link", text(&jane, "id")), json!({})).await.good();
    let token = text(&made, "link").rsplit('/').next().expect("a token").to_owned();
    let mut hers = Browser { server: &server, cookie: None };
    assert_eq!(hers.post(&format!("/api/sign-in/{token}"), json!({})).await.good()["name"], "Jane Smith");
    assert_eq!(server.terminate(), Some(0));
    let again = Server::start(&home.url(), &[]);
    assert!(!again.log().contains("/sign-in/"), "a practice with people has its administrator");
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once_and_comes_back_when_enabled() {
    let clinic = Clinic::open(&[]);
    let mut root = clinic.member("root", Role::Admin).await;
    let mut lena = clinic.member("lena", Role::Practitioner).await;
    assert_eq!(root.post("/api/people/bs_root/disable", json!({})).await.code(), "invalid", "not oneself");
    assert_eq!(root.post("/api/people/bs_lena/disable", json!({})).await.status, 204);
    assert!(!lena.is_in().await);
    assert_eq!(lena.sign_in("lena@clinic.example", PASSWORD).await.code(), "unauthorized");
    let entry = root.get("/api/people?role=practitioner").await.good()["items"][0].clone();
    assert!(entry["disabledAt"].is_string(), "{entry}");
    assert_eq!(root.post("/api/people/bs_lena/sign-in-link", json!({})).await.code(), "not-now");
    assert_eq!(root.post("/api/people/bs_lena/enable", json!({})).await.status, 204);
    assert!(!lena.is_in().await, "the session is gone for good");
    lena.sign_in("lena@clinic.example", PASSWORD).await.good();
}

#[tokio::test]
async fn an_address_is_one_persons_and_moves_with_them() {
    let clinic = Clinic::open(&[]);
    let mut root = clinic.member("root", Role::Admin).await;
    clinic.member("lena", Role::Staff).await;
    let taken = json!({ "role": "staff", "name": "Lena Too", "email": "LENA@clinic.example" });
    assert_eq!(root.post("/api/people", taken).await.code(), "busy");
    let moved = json!({ "email": "lena@elsewhere.example" });
    root.put("/api/people/bs_lena", moved.clone()).await.good();
    assert_eq!(root.put("/api/people/bs_root", moved).await.code(), "busy");
    assert_eq!(clinic.browser().sign_in("lena@clinic.example", PASSWORD).await.code(), "unauthorized");
    clinic.browser().sign_in("lena@elsewhere.example", PASSWORD).await.good();
}

/// `bedside user …` on the database of a running server.
pub fn user(database: &str, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
    command.arg("user").args(arguments).args(["--database", database]);
    command.output().expect("the binary runs")
}
