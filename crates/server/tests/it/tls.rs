//! HTTPS served by Bedside itself: whose certificate is shown, how well it is spoken, and what plain HTTP gets.

mod acme;
pub mod stage;

use std::process::Command;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use reqwest::{Method, StatusCode};
use rustls::ProtocolVersion;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use self::stage::{Authority, Connection, FAREWELL, Files, answer_to_hello, believing, certificate_in, port_of, serve};
use crate::practice::eventually;
use crate::support::{Folder, Reply, Server, token};

const SOON: Duration = Duration::from_secs(15);
const ASK: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// How long somebody may say nothing, as `docs/operations.md` has it.
const SILENCE: Duration = Duration::from_secs(10);

fn fingerprint(certificate: &[u8]) -> String {
    let bytes = digest(&SHA256, certificate);
    bytes.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

async fn shown_by(server: &Server, authority: &Authority) -> Vec<u8> {
    Connection::open(server, &authority.root()).await.expect("it listens").certificate().to_vec()
}

#[tokio::test]
async fn pages_and_api_come_over_https_and_browsers_are_told_to_stay_there() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&[]);
    let client = believing(&authority.root());
    let asked = client.get(format!("{}/api/current-user", server.address));
    let answer = Reply::of(asked.bearer_auth(token("u-ada", "patient", "Ada")).send().await.expect("it answers")).await;
    assert_eq!(answer.good()["id"], "u-ada");
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000");
    let said = server.log();
    assert!(said.contains(&format!("open {}", server.address)), "{said}");
    assert!(!said.contains("self-signed"), "{said}");
}

#[tokio::test]
async fn a_new_certificate_in_the_files_is_shown_and_open_connections_live_on() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&[]);
    let mut open = Connection::open(&server, &authority.root()).await.expect("it listens");
    let first = open.certificate().to_vec();
    open.say(ASK).await;
    open.hear_until("ok\n").await;

    files.put(&authority.issue(&["localhost"]));
    let changed = async || Some(shown_by(&server, &authority).await).filter(|now| *now != first);
    eventually(SOON, "the new certificate is shown", changed).await;
    open.say(FAREWELL).await;
    open.hear_until("ok\n").await;
}

#[tokio::test]
async fn a_bad_certificate_in_the_files_is_said_and_the_good_one_stays() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&[]);
    let first = shown_by(&server, &authority).await;
    let logged = async |words: &str| {
        eventually(SOON, words, async || server.log().contains(words).then_some(())).await;
    };

    let (_, another_key) = authority.issue(&["localhost"]);
    std::fs::write(&files.key, another_key).expect("the folder is ours");
    logged("do not go together").await;
    std::fs::write(&files.key, "half a k").expect("the folder is ours");
    logged("the key is no PEM").await;
    std::fs::remove_file(&files.certificate).expect("it was there");
    logged("cannot read").await;
    assert_eq!(shown_by(&server, &authority).await, first);

    files.put(&authority.issue(&["localhost"]));
    let changed = async || Some(shown_by(&server, &authority).await).filter(|now| *now != first);
    eventually(SOON, "a good one is shown after the bad", changed).await;
}

#[tokio::test]
async fn a_certificate_that_is_none_keeps_the_server_from_starting() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let refused = |files: &Files, words: &str| {
        let output = files.command(&[]).output().expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{said}");
        assert!(said.contains(&files.certificate.display().to_string()), "{said}");
    };
    std::fs::write(&files.certificate, "").expect("the folder is ours");
    refused(&files, "no certificate in it");
    let (certificate, _) = authority.issue(&["localhost"]);
    std::fs::write(&files.certificate, certificate).expect("the folder is ours");
    refused(&files, "do not go together");
    std::fs::remove_file(&files.certificate).expect("it was there");
    refused(&files, "cannot read");
}

#[tokio::test]
async fn a_trial_shows_a_certificate_of_its_own_whose_fingerprint_it_prints() {
    let folder = Folder::new();
    let data = folder.path().to_str().expect("a plain path").to_owned();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
        command.args(["serve", "--tls", "self-signed", "--listen", "0.0.0.0:0", "--data-dir", &data]);
        serve(command)
    };
    let mut server = start();
    let kept = certificate_in(&folder.path().join("tls/self-signed.pem"));
    eventually(SOON, "the whole greeting is printed", async || server.log().contains("▀▀▀▀").then_some(())).await;
    let said = server.log();
    assert!(said.contains(&fingerprint(&kept)), "{said}");
    assert!(said.contains("████ ▄▄▄▄▄ █"), "a code for a camera begins with its corner: {said}");

    let port = server.address.rsplit(':').next().expect("a port").to_owned();
    let lan = said.split("open https://").nth(1).and_then(|rest| rest.split(':').next()).expect("an address to open");
    let client = believing(&kept);
    for host in ["localhost", "127.0.0.1", lan] {
        let answer = client.get(format!("https://{host}:{port}/healthz")).send().await.expect("its names are in it");
        assert_eq!(answer.status(), StatusCode::OK);
        let told_to_stay = answer.headers().contains_key("strict-transport-security");
        assert!(!told_to_stay, "whoever is told so over such a certificate could not come back");
    }
    server.address = format!("https://127.0.0.1:{port}");
    assert_eq!(Connection::open(&server, &kept).await.expect("it listens").certificate(), kept);

    assert_eq!(server.terminate(), Some(0));
    let again = start();
    let printed = async || again.log().contains(&fingerprint(&kept)).then_some(());
    eventually(SOON, "the same certificate is shown after a restart", printed).await;
}

#[tokio::test]
async fn the_demo_can_be_tried_over_https_too() {
    let folder = Folder::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
    command.args(["demo", "--tls", "self-signed", "--listen", "127.0.0.1:0"]).env("TMPDIR", folder.path());
    let link_of = |said: &str, who: &str| {
        let line = said.lines().find(|line| line.contains(who))?;
        line.find("https://").map(|at| line[at..].to_owned())
    };
    let server = Server::run_until(command, |said| link_of(said, "Sam"));
    let said = server.log();
    let own = std::fs::read_dir(folder.path()).expect("it is ours").next().expect("the demo's folder");
    let root = certificate_in(&own.expect("it is readable").path().join("tls/self-signed.pem"));
    for who in ["Ada", "Jane"] {
        let link = link_of(&said, who).unwrap_or_else(|| panic!("no link of {who}: {said}"));
        let (origin, token) = link.split_once("/sign-in/").expect("a link to sign in");
        let signed_in = believing(&root)
            .post(format!("{origin}/api/sign-in/{token}"))
            .header("origin", origin)
            .send()
            .await
            .expect("it answers");
        let cookie = signed_in.headers()["set-cookie"].to_str().expect("a cookie").to_owned();
        assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
    }
    eventually(SOON, "its fingerprint", async || server.log().contains(&fingerprint(&root)).then_some(())).await;
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken_and_nothing_older_or_weaker() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&[]);
    for (version, name) in
        [(&rustls::version::TLS12, ProtocolVersion::TLSv1_2), (&rustls::version::TLS13, ProtocolVersion::TLSv1_3)]
    {
        let mut spoken = Connection::with_versions(&server, &authority.root(), &[version]).await.expect("it is spoken");
        assert_eq!(spoken.version(), name);
        spoken.say(FAREWELL).await;
        spoken.hear_until("ok\n").await;
    }
    const ECDHE_ECDSA_AES_128_GCM: u16 = 0xc02b;
    // The same hello that is refused below, so that it is the version or the suite that is refused.
    let accepted = answer_to_hello(&server, 0x0303, &[ECDHE_ECDSA_AES_128_GCM]).await;
    assert_eq!(accepted[0], 22, "a handshake goes on: {accepted:?}");
    const FATAL_PROTOCOL_VERSION: [u8; 7] = [21, 3, 3, 0, 2, 2, 70];
    for old in [0x0300, 0x0301, 0x0302] {
        let refused = answer_to_hello(&server, old, &[ECDHE_ECDSA_AES_128_GCM, 0xc009, 0x002f]).await;
        assert_eq!(refused, FATAL_PROTOCOL_VERSION, "{old:#06x}");
    }
    const FATAL_HANDSHAKE_FAILURE: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];
    // CBC, no forward secrecy, 3DES, RC4, none at all, anonymous.
    for weak in [0xc009, 0xc00a, 0xc023, 0xc013, 0x009c, 0x002f, 0x000a, 0x0005, 0xc006, 0x0018, 0x009e] {
        assert_eq!(answer_to_hello(&server, 0x0303, &[weak]).await, FATAL_HANDSHAKE_FAILURE, "{weak:#06x}");
    }
}

#[tokio::test]
async fn plain_http_is_led_to_https_if_a_person_comes_and_refused_if_a_program_does() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&["--http-listen", "127.0.0.1:0", "--public-url", "https://calls.example.org"]);
    let address = async || {
        let said = server.log();
        let line = said.lines().find_map(|line| line.strip_prefix("Plain HTTP on "))?;
        line.strip_suffix(" leads there.").map(str::to_owned)
    };
    let plain = eventually(SOON, "it says where plain HTTP is led on", address).await;
    let client = believing(&authority.root());
    let ask = async |method: Method, path: &str| {
        let asked = client.request(method, format!("http://{plain}{path}")).header("host", "elsewhere.example");
        Reply::of(asked.bearer_auth("canary").send().await.expect("it answers")).await
    };
    for path in ["/", "/join/abc?x=1&y=%20", "/apiary", "/healthz", "//elsewhere.example/"] {
        for method in [Method::GET, Method::HEAD] {
            let led = ask(method, path).await;
            assert_eq!(led.status, StatusCode::PERMANENT_REDIRECT, "{path}");
            assert_eq!(led.headers["location"], format!("https://calls.example.org{path}"));
        }
    }
    for path in ["/api/current-user", "/api", "/video-call/room/appointment/1", "/socket.io/?EIO=4&transport=polling"] {
        for method in [Method::GET, Method::POST] {
            let refused = ask(method, path).await;
            assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{path}");
            assert!(refused.text.contains("https"), "{}", refused.text);
        }
    }
    assert_eq!(ask(Method::POST, "/join/abc").await.status, StatusCode::FORBIDDEN, "nothing is written in the clear");
    assert!(!server.log().contains("canary"));
}

#[tokio::test]
async fn whoever_leaves_out_the_https_is_led_to_it_on_the_same_port() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&[]);
    let plain = format!("http://{}", port_of(&server));
    let client = believing(&authority.root());
    let led = client.get(format!("{plain}/join/abc")).send().await.expect("it answers");
    assert_eq!(led.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(led.headers()["location"], format!("{}/join/abc", server.address));
    let refused = client.post(format!("{plain}/api/calls")).bearer_auth("canary").json(&()).send().await;
    let refused = Reply::of(refused.expect("it answers")).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"));
}

#[tokio::test]
async fn a_certificate_for_somebody_else_is_said() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&["--public-url", "https://calls.example.org"]);
    let said = async || server.log().contains("not for the host").then_some(());
    eventually(SOON, "it says that the certificate is not for calls.example.org", said).await;
}

#[tokio::test]
async fn a_websocket_is_opened_over_https() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&[]);
    let mut socket = Connection::open(&server, &authority.root()).await.expect("it listens");
    socket
        .say(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
              Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
        .await;
    let heard = socket.hear_until("}").await;
    assert!(heard.starts_with("HTTP/1.1 101 "), "{heard}");
    assert!(heard.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{heard}");
    assert!(heard.contains("\"pingInterval\""), "the first frame of Engine.IO comes: {heard}");
}

#[tokio::test]
async fn whoever_says_nothing_is_shown_out() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&[]);
    let began = Instant::now();
    let before_the_handshake = async {
        let mut stream = TcpStream::connect(port_of(&server)).await.expect("it listens");
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard).await;
        heard
    };
    let after_the_handshake = async {
        let mut silent = Connection::open(&server, &authority.root()).await.expect("it listens");
        silent.hear_all().await
    };
    let after_half_a_request = async {
        let mut half = Connection::open(&server, &authority.root()).await.expect("it listens");
        half.say(b"GET /healthz HTT").await;
        half.hear_all().await
    };
    let (one, two, three) = tokio::join!(before_the_handshake, after_the_handshake, after_half_a_request);
    assert!(one.is_empty() && two.is_empty(), "{one:?} {two:?}");
    assert!(three.is_empty() || three.starts_with(b"HTTP/1.1 408 "), "{three:?}");
    let took = began.elapsed();
    assert!(took >= SILENCE && took < 2 * SILENCE, "{took:?}");
}

#[tokio::test]
async fn what_is_not_http_is_the_relays() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&[]);
    let mut relayed = Connection::open(&server, &authority.root()).await.expect("it listens");
    // A STUN binding request, its answer with this client's address in it, and the end, for nothing more comes.
    relayed.say(&[&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat()).await;
    let heard = relayed.hear_all().await;
    assert_eq!(heard[..8], [1, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42]);
    assert_eq!(heard[8..20], [7; 12]);
    assert_eq!(heard.len(), 32);

    let off = files.serve(&["--turn-listen", "off"]);
    let mut closed = Connection::open(&off, &authority.root()).await.expect("it listens");
    closed.say(&[&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat()).await;
    assert_eq!(closed.hear_all().await, b"", "nobody relays there");
}

#[tokio::test]
async fn a_request_in_flight_is_answered_and_silent_connections_keep_no_server_from_stopping() {
    let authority = Authority::new();
    let files = Files::from(&authority);
    let server = files.serve(&["--http-listen", "127.0.0.1:0"]);
    let mut running = Connection::open(&server, &authority.root()).await.expect("it listens");
    running
        .say(
            format!(
                "POST /api/calls HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\
                 Expect: 100-continue\r\n\r\n",
                token("u-ada", "patient", "Ada")
            )
            .as_bytes(),
        )
        .await;
    let heard = running.hear_until("\r\n\r\n").await;
    assert!(heard.starts_with("HTTP/1.1 100 "), "the handler waits for the body now: {heard}");
    let silent = Connection::open(&server, &authority.root()).await.expect("it listens");
    let mut half = TcpStream::connect(port_of(&server)).await.expect("it listens");
    half.write_all(&[22, 3, 1, 2]).await.expect("it listens");

    let began = Instant::now();
    server.tell_to_stop();
    let refused = async || TcpStream::connect(port_of(&server)).await.err();
    eventually(SOON, "it lets nobody in", refused).await;
    running.say(b"{}").await;
    let heard = running.hear_all().await;
    assert!(heard.starts_with(b"HTTP/1.1 400 "), "{}", String::from_utf8_lossy(&heard));
    let ended = server.wait();
    assert_eq!(ended.code, Some(0), "{}", ended.logged);
    assert!(began.elapsed() < SILENCE / 2, "it took {:?}", began.elapsed());
    drop((silent, half));
}
