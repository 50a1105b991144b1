//! The relay knows the passwords of those who are here, and of nobody who was.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bedside_domain::person::Role;
use bedside_turn::client::{Client, Failure};
use bedside_turn::codec::attributes::Family;
use serde_json::{Value, json};
use tokio::net::UdpSocket;

use crate::accounts::{Browser, Clinic, PASSWORD, user};
use crate::practice::text;
use crate::support::token;

/// As it is promised.
const AT_ONCE: Duration = Duration::from_secs(5);
const FORBIDDEN: u16 = 403;
const NO_ALLOCATION: u16 = 437;

/// The relay and a password for it, as a browser is told.
struct Told {
    server: SocketAddr,
    username: String,
    password: String,
}

impl Told {
    async fn at(browser: &mut Browser<'_>, path: &str) -> Self {
        Self::by(&browser.get(path).await.good())
    }

    fn by(answer: &Value) -> Self {
        let relay = &answer["iceServers"][1];
        let url = relay["urls"][0].as_str().unwrap_or_else(|| panic!("no relay: {answer}"));
        let server = url.trim_start_matches("turn:").trim_end_matches("?transport=udp");
        let server = server.parse().unwrap_or_else(|_| panic!("no address and port: {url}"));
        Self { server, username: text(relay, "username"), password: text(relay, "credential") }
    }

    async fn client(&self) -> Client {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        Client::over_udp(socket, self.server, &self.username, &self.password)
    }

    /// A client with a relay.
    async fn relayed(&self) -> Client {
        let mut client = self.client().await;
        client.allocate(Family::V4).await.expect("the password is good");
        client
    }
}

async fn is_over(client: &mut Client) -> bool {
    match client.refresh(600).await {
        Ok(_) => false,
        Err(Failure::Refused(NO_ALLOCATION)) => true,
        Err(other) => panic!("the relay answers: {other:?}"),
    }
}

/// All of them lose their relays within five seconds.
async fn must_be_over_at_once(clients: &mut [Client]) {
    let since = Instant::now();
    for client in clients {
        while !is_over(client).await {
            assert!(since.elapsed() < AT_ONCE, "they relay still");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
}

async fn must_be_refused(told: &Told) {
    let outcome = told.client().await.allocate(Family::V4).await;
    assert!(matches!(outcome, Err(Failure::Refused(FORBIDDEN))), "{outcome:?}");
}

#[tokio::test]
async fn who_signs_out_is_relayed_no_more_and_still_is_where_they_are_signed_in() {
    let clinic = Clinic::open(&[]);
    let mut here = clinic.member("lena", Role::Practitioner).await;
    let mut phone = clinic.browser();
    phone.sign_in("lena@clinic.example", PASSWORD).await.good();
    let (told, trial) =
        (Told::at(&mut here, "/api/ice-servers").await, Told::at(&mut here, "/api/ice-servers?purpose=trial").await);
    let by_phone = Told::at(&mut phone, "/api/ice-servers").await;
    let mut of_phone = by_phone.relayed().await;
    let mut of_here = [told.relayed().await, told.relayed().await, trial.relayed().await];

    assert_eq!(here.post("/api/sign-out", json!({})).await.status, 204);
    must_be_over_at_once(&mut of_here).await;
    must_be_refused(&told).await;
    must_be_refused(&trial).await;
    assert!(!is_over(&mut of_phone).await);
    by_phone.relayed().await;

    here.sign_in("lena@clinic.example", PASSWORD).await.good();
    Told::at(&mut here, "/api/ice-servers").await.relayed().await;
}

#[tokio::test]
async fn who_is_disabled_by_another_process_is_relayed_no_more_and_others_are() {
    let clinic = Clinic::open(&[]);
    let mut lena = clinic.member("lena", Role::Practitioner).await;
    let mut otto = clinic.member("otto", Role::Staff).await;
    let (told, trial) =
        (Told::at(&mut lena, "/api/ice-servers").await, Told::at(&mut lena, "/api/ice-servers?purpose=trial").await);
    let ada = token("u-ada", "patient", "Ada Lovelace");
    let of_ada = Told::by(&clinic.server.get("/api/ice-servers", &ada).await.good());
    let of_otto = Told::at(&mut otto, "/api/ice-servers").await;
    let mut others = [of_otto.relayed().await, of_ada.relayed().await];
    let mut of_lena = [told.relayed().await, trial.relayed().await];

    let disabled = user(&clinic.home.url(), &["disable", "lena@clinic.example"]);
    assert!(disabled.status.success(), "{disabled:?}");
    must_be_over_at_once(&mut of_lena).await;
    must_be_refused(&told).await;
    must_be_refused(&trial).await;
    for other in &mut others {
        assert!(!is_over(other).await);
    }
}

/// Who comes by a host application has no session here.
#[tokio::test]
async fn whom_a_host_application_vouches_for_is_relayed_until_they_are_disabled() {
    let clinic = Clinic::open(&[]);
    let mut root = clinic.member("root", Role::Admin).await;
    let ada = token("u-ada", "patient", "Ada Lovelace");
    let told = Told::by(&clinic.server.get("/api/ice-servers", &ada).await.good());
    assert!(!told.username.contains('.'), "neither a call nor a session is in it");
    let client = told.relayed().await;
    assert_eq!(root.post("/api/people/u-ada/disable", json!({})).await.status, 204);
    must_be_over_at_once(&mut [client]).await;
    must_be_refused(&told).await;
}
