//! The relay knows the passwords of those who are here, and of nobody who was.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bedside_domain::person::Role;
use bedside_turn::client::{Client, Failure};
use bedside_turn::codec::attributes::Family;
use serde_json::{Value, json};
use tokio::net::{TcpStream, UdpSocket};
use tokio::process::Command;
use tokio::time::timeout;

use crate::accounts::{Browser, Clinic, PASSWORD, user};
use crate::practice::{eventually, text};
use crate::support::{Reply, token};
use crate::tls::stage::{Authority, Connection, Files, believing, port_of};

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

#[tokio::test]
async fn the_operator_is_told_of_a_relay_that_somebody_did_not_get() {
    const OF_A_PASSWORD: usize = 48;
    let clinic = Clinic::open(&[]);
    let ada = token("u-ada", "patient", "Ada Lovelace");
    let told = Told::by(&clinic.server.get("/api/ice-servers", &ada).await.good());
    let mut clients = Vec::new();
    for _ in 0..OF_A_PASSWORD {
        clients.push(told.relayed().await);
    }
    let refused = told.client().await.allocate(Family::V4).await;
    assert!(matches!(refused, Err(Failure::Refused(486))), "{refused:?}");
    let said = async || clinic.server.log().contains("relays were refused").then_some(());
    eventually(AT_ONCE, "the log tells of it", said).await;
    let log = clinic.server.log();
    assert!(log.contains("of_one=1 of_all=0 allocations=48") && !log.contains("u-ada"), "{log}");
}

/// Records do not end where messages end, and a record holds what was there when it left. All of it is less than what a
/// relay carries in a second.
#[tokio::test]
async fn nothing_that_is_relayed_by_tls_is_lost_or_cut() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&[]);
    let asked = believing(&authority.root()).get(format!("{}/api/ice-servers", server.address));
    let asked = asked.bearer_auth(token("u-ada", "patient", "Ada Lovelace")).send().await.expect("it answers");
    let told = Told::by(&Reply::of(asked).await.good());
    let mut clients = Vec::new();
    for _ in 0..2 {
        let stream = Connection::open(&server, &authority.root()).await.expect("it listens").into_stream();
        let mut client = Client::over_stream(stream, &told.username, &told.password);
        let relayed = client.allocate(Family::V4).await.expect("the password is good").relayed[0];
        clients.push((client, relayed));
    }
    let [(one, here), (other, there)] = &mut clients[..] else { panic!("there are two") };
    one.bind_channel(0x4000, *there).await.expect("bound");
    other.bind_channel(0x4000, *here).await.expect("bound");
    for round in 0..100 {
        let burst: Vec<Vec<u8>> = (0..20).map(|n| vec![n as u8; (round * 37 + n * 71) % 600]).collect();
        for payload in &burst {
            one.send_on_channel(0x4000, payload).await.expect("sent");
            other.send_on_channel(0x4000, payload).await.expect("sent");
        }
        for payload in &burst {
            for (from, client) in [(&*here, &mut *other), (&*there, &mut *one)] {
                let heard = timeout(AT_ONCE, client.receive()).await.expect("it comes").expect("it is whole");
                assert!(heard == (*from, payload.clone()), "round {round}: {} bytes instead", heard.1.len());
            }
        }
    }
}

/// coturn's client takes what one read of a record gives for one message, and says that it lost what else was in it; from
/// coturn's own server it loses as much. So what it read is counted.
#[tokio::test]
async fn coturns_client_is_sent_by_tls_all_that_it_sends_to_itself() {
    const SECRET: &str = "a secret of the relay and of nobody else";
    const MESSAGES: usize = 20;
    // No few answers are together as long.
    const CHANNEL_DATA: usize = 4 + 400;
    let (files, plain, tls) = (Files::from(&Authority::new()), free_port(), free_port());
    let _server = files.serve(&["--turn-listen", &plain, "--turn-tls-listen", &tls, "--turn-secret", SECRET]);
    let port = tls.rsplit(':').next().expect("a port");
    let flags = format!("-v -S -t -y -c -u somebody -n {MESSAGES} -z 5 -l 400 -p {port} 127.0.0.1 -W");
    let running = Command::new("turnutils_uclient").args(flags.split(' ')).arg(SECRET).kill_on_drop(true).output();
    let said = match timeout(Duration::from_secs(60), running).await.expect("it ends") {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => return eprintln!("!! SKIPPED: turnutils_uclient cannot be run (Debian package coturn): {error}"),
    };
    let sizes = said.lines().filter_map(|line| line.split_once("response received: size=")?.1.trim().parse().ok());
    let data: usize = sizes.filter(|size: &usize| size.is_multiple_of(CHANNEL_DATA)).sum();
    assert_eq!(data, 2 * MESSAGES * CHANNEL_DATA, "{said}");
}

/// Whether the system itself asks the other side of this connection, from time to time, if it is there.
fn is_asked_for(client: SocketAddr, server: SocketAddr) -> bool {
    const KEEPALIVE: &str = "02";
    let all = std::fs::read_to_string("/proc/net/tcp").expect("the system tells of its connections");
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next().unwrap_or_default(), 16).ok();
    all.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).any(|line| {
        let [_, here, there, _, _, timer, ..] = line[..] else { return false };
        let ports = (port(here), port(there)) == (Some(server.port()), Some(client.port()));
        ports && timer.split(':').next() == Some(KEEPALIVE)
    })
}

#[tokio::test]
async fn whoever_is_gone_without_a_word_is_found_out_on_every_port_that_takes_streams() {
    let (authority, plain, tls) = (Authority::new(), free_port(), free_port());
    let files = Files::from(&authority);
    let server = files.serve(&["--turn-listen", &plain, "--turn-tls-listen", &tls]);
    let root = authority.root();
    for port in [port_of(&server), &tls] {
        let stream = Connection::to(port, &root, rustls::ALL_VERSIONS).await.expect("it listens").into_stream();
        let ends = ends(stream.get_ref().0);
        must_be_asked_for(ends, Client::over_stream(stream, "", "")).await;
    }
    let stream = TcpStream::connect(&plain).await.expect("it listens");
    must_be_asked_for(ends(&stream), Client::over_stream(stream, "", "")).await;
}

async fn must_be_asked_for((here, there): (SocketAddr, SocketAddr), mut client: Client) {
    assert_eq!(client.binding().await.expect("it relays"), here);
    // Not before the answer has been taken, as the system sees it.
    eventually(AT_ONCE, &format!("{there} asks"), async || is_asked_for(here, there).then_some(())).await;
}

fn ends(stream: &TcpStream) -> (SocketAddr, SocketAddr) {
    (stream.local_addr().expect("it is bound"), stream.peer_addr().expect("it is connected"))
}

/// For UDP and TCP alike, most likely.
fn free_port() -> String {
    let streams = std::net::TcpListener::bind("127.0.0.1:0").expect("some port is free");
    streams.local_addr().expect("it is bound").to_string()
}
