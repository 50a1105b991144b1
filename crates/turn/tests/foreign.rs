//! The server against clients that others wrote: coturn's (Debian package `coturn`) and aioice (from PyPI).
//!
//! Where they are not installed the tests say so and pass; `script/setup` installs what the machine lacks.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::process::{Output, Stdio};

use bedside_turn::addresses::AllowedPeers;
use bedside_turn::credentials::{Secrets, mint};
use bedside_turn::server::Counters;
use bedside_turn::{Config, Relay, RelayAddress};
use tokio::net::{TcpListener, UdpSocket};
use tokio::process::{Child, Command};
use tokio::time::{Duration, timeout};

const SECRET: &str = "secret";
const V4: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
/// A run of coturn's client takes a few seconds, and the machine may have other things to do.
const PATIENCE: Duration = Duration::from_secs(60);
const MESSAGES: u64 = 20;

/// A server on UDP and TCP at a free port of this address. Relays are beside the peers, as in the tests of the driver.
async fn serve(at: IpAddr) -> (Relay, SocketAddr) {
    let relays = [IpAddr::from([127, 0, 0, 2]), V6].map(RelayAddress::direct);
    let allowed_peers = AllowedPeers::new([V4.into()]);
    let config = Config { allowed_peers, ..Config::new(Secrets::new(SECRET), relays) };
    let relay = Relay::new(config).expect("a usable configuration");
    let (listener, socket) = loop {
        let listener = TcpListener::bind((at, 0)).await.expect("a free port");
        // The same port for both, because coturn's client is told one.
        if let Ok(socket) = UdpSocket::bind(listener.local_addr().expect("it is bound")).await {
            break (listener, socket);
        }
    };
    let server = socket.local_addr().expect("it is bound");
    let [streams, datagrams] = [relay.clone(), relay.clone()];
    tokio::spawn(async move { streams.serve_tcp(listener).await });
    tokio::spawn(async move { datagrams.serve_udp(socket).await });
    (relay, server)
}

/// What the program says, or nothing if it is not installed.
async fn run(program: &str, arguments: &[String]) -> Option<Output> {
    let running = Command::new(program).args(arguments).kill_on_drop(true).output();
    match timeout(PATIENCE, running).await.unwrap_or_else(|_| panic!("{program} {arguments:?} does not end")) {
        Ok(output) => Some(output),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("!! SKIPPED: {program} is not installed (Debian package coturn)");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

/// coturn's peer, which sends everything back.
struct Echo {
    port: u16,
    _running: Child,
}

async fn echo() -> Option<Echo> {
    let probe = UdpSocket::bind((V4, 0)).await.expect("a free port");
    let free = UdpSocket::bind((V4, 0)).await.expect("a free port");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);
    let mut command = Command::new("turnutils_peer");
    command.args(["-L", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    let running = command.kill_on_drop(true).spawn();
    if running.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
        eprintln!("!! SKIPPED: turnutils_peer is not installed (Debian package coturn)");
        return None;
    }
    let running = running.expect("it starts");
    let mut packet = [0; 16];
    let answered = async {
        loop {
            probe.send_to(b"are you there?", (V4, port)).await.expect("sent");
            if timeout(Duration::from_millis(100), probe.recv_from(&mut packet)).await.is_ok_and(|got| got.is_ok()) {
                return;
            }
        }
    };
    timeout(PATIENCE, answered).await.expect("the peer answers");
    Some(Echo { port, _running: running })
}

/// A run of coturn's client: everything it sent came back, and it came through our relays.
async fn uclient(at: IpAddr, flags: &str) {
    let (relay, server) = serve(at).await;
    let port = server.port();
    let mut arguments: Vec<String> = format!("{flags} -u p1.c1 -W {SECRET} -n {MESSAGES} -z 5 -p {port}")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let _peer = if flags.contains("-y") {
        None
    } else {
        let Some(peer) = echo().await else { return };
        arguments.extend(["-e".into(), V4.to_string(), "-r".into(), peer.port.to_string()]);
        Some(peer)
    };
    arguments.push(at.to_string());
    let Some(output) = run("turnutils_uclient", &arguments).await else { return };
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{flags}: {said}");
    assert!(said.contains("Total lost packets 0 (0.000000%), total send dropped 0"), "{flags}: {said}");
    let Counters { packets_to_clients, unpermitted, forbidden, malformed, .. } = relay.counters();
    assert!(packets_to_clients >= MESSAGES, "{flags}: {packets_to_clients}");
    assert_eq!((unpermitted, forbidden, malformed), (0, 0, 0), "{flags}");
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_client_learns_its_address() {
    let (relay, server) = serve(V4).await;
    let arguments = ["-p".into(), server.port().to_string(), V4.to_string()];
    let Some(output) = run("turnutils_stunclient", &arguments).await else { return };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("UDP reflexive addr: 127.0.0.1:"), "{said}");
    assert!(relay.counters().bindings > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_client_talks_to_a_peer_on_channels() {
    uclient(V4, "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_client_talks_to_a_peer_in_indications() {
    uclient(V4, "-s").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_client_talks_to_a_peer_over_tcp() {
    uclient(V4, "-t").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_client_talks_to_a_peer_over_tcp_in_indications() {
    uclient(V4, "-t -s").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_clients_talk_to_each_other() {
    uclient(V4, "-y").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_clients_talk_to_each_other_over_tcp() {
    uclient(V4, "-y -c -t").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_clients_talk_to_each_other_over_ipv6() {
    uclient(V6, "-y -x").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_clients_talk_to_each_other_over_ipv6_and_tcp() {
    uclient(V6, "-y -x -c -t -s").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_of_coturns_clients_with_long_messages_at_once() {
    uclient(V4, "-y -c -m 10 -l 1200 -G").await;
}

/// A Python of our own with aioice in it, made at the first run. `None` says that it could not be made, and why.
async fn python_with_aioice() -> Option<std::path::PathBuf> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aioice");
    let python = home.join("bin/python");
    let works = |python: std::path::PathBuf| async move {
        let imported = Command::new(&python).args(["-c", "import aioice"]).output().await;
        imported.is_ok_and(|output| output.status.success()).then_some(python)
    };
    if let Some(python) = works(python.clone()).await {
        return Some(python);
    }
    let make = format!("python3 -m venv '{0}' && '{0}/bin/pip' install -q aioice==0.13.0", home.display());
    let made = Command::new("sh").args(["-c", &make]).output().await;
    let Some(python) = works(python).await else {
        eprintln!("!! SKIPPED: aioice could not be installed (Debian package python3-venv, and PyPI): {made:?}");
        return None;
    };
    Some(python)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: installs aioice from PyPI"]
async fn aioice_makes_connections_through_relays_alone() {
    let Some(python) = python_with_aioice().await else { return };
    let (relay, server) = serve(V4).await;
    let (username, password) = mint(SECRET.as_bytes(), 4_000_000_000, "p1.c1");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aioice_relay.py");
    for transport in ["udp", "tcp"] {
        let mut command = Command::new(&python);
        command.arg(&script).args([&server.to_string(), transport, &username, &password]).kill_on_drop(true);
        let output = timeout(PATIENCE, command.output()).await.expect("it ends").expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.contains("heard through relays"), "{transport}: {said}");
    }
    assert!(relay.counters().packets_between > 0);
}
