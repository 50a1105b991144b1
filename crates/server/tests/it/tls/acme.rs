//! Certificates from an authority, by Pebble: the ACME server that Let's Encrypt keeps for tests. It checks every
//! signature and comes to the server for the proof, as the real one does.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;
use tokio::net::TcpStream;

use super::stage::{Authority, Connection, believing, believing_at, serve};
use crate::practice::eventually;
use crate::support::{Folder, Server};

/// An order takes a handful of requests.
const AN_ORDER: Duration = Duration::from_secs(30);

const SECOND_NAME: &str = "calls.example.org";

/// Killed when it is dropped, and the name server with it by which every name is this machine.
struct Pebble {
    children: [Child; 2],
    port: u16,
    management: u16,
    /// Of its own HTTPS; what it issues is signed by another.
    authority: Authority,
    /// The port on which it looks for proofs.
    proofs: u16,
    folder: Folder,
}

impl Pebble {
    async fn start(certificates_last: Duration) -> Self {
        let (authority, folder) = (Authority::new(), Folder::new());
        let [port, management, proofs] = [free_port(), free_port(), free_port()];
        let (certificate, key) = authority.issue(&["localhost"]);
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("the folder is ours");
            path
        };
        file("root.pem", &authority.root_pem());
        let config = json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": file("certificate.pem", &certificate),
            "privateKey": file("key.pem", &key),
            "httpPort": free_port(),
            "tlsPort": proofs,
            "certificateValidityPeriod": certificates_last.as_secs(),
        }});
        let (names, names_at) = name_server().await;
        let mut command = Command::new("pebble");
        command.arg("-config").arg(file("pebble.json", &config.to_string())).args(["-dnsserver", &names_at]);
        command.env("PEBBLE_VA_NOSLEEP", "1");
        // What Pebble does at random it does never or always: it asks for a proof of every name once.
        command.env("PEBBLE_WFE_NONCEREJECT", "0").env("PEBBLE_AUTHZREUSE", "100");
        let children = [spawned(&mut command), names];
        let this = Self { children, port, management, authority, proofs, folder };
        let client = believing(&this.authority.root());
        let answers = async || client.get(this.directory()).send().await.ok();
        eventually(AN_ORDER, "Pebble answers", answers).await;
        this
    }

    fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.port)
    }

    /// Of what it issues. Another one each time it starts.
    async fn root(&self) -> CertificateDer<'static> {
        let asked = believing(&self.authority.root()).get(format!("https://localhost:{}/roots/0", self.management));
        let pem = asked.send().await.expect("it answers").text().await.expect("a text");
        CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")
    }

    /// `bedside serve` on this port, with a data folder beside Pebble's own files.
    fn serve(&self, port: u16) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
        command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
        command.args(["--acme-domain", "localhost", "--acme-domain", SECOND_NAME]);
        command.args(["--acme-contact", "admin@example.org", "--acme-directory", &self.directory()]);
        command.arg("--acme-root").arg(self.folder.path().join("root.pem"));
        command.arg("--data-dir").arg(self.data());
        serve(command)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn spawned(command: &mut Command) -> Child {
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    child.expect("Pebble is installed: the Debian package pebble, which script/setup installs")
}

/// And where it answers.
async fn name_server() -> (Child, String) {
    let [at, management] = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
    let mut command = Command::new("pebble-challtestsrv");
    command.args(["-dns01", &at, "-management", &management, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""]);
    command.args(["-http01", "", "-https01", "", "-tlsalpn01", ""]);
    let child = spawned(&mut command);
    eventually(AN_ORDER, "names are known", async || TcpStream::connect(&at).await.ok()).await;
    (child, at)
}

/// Both servers must know the other's port before they start. Those below the ones that systems give away by
/// themselves, and other ones in each process.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 1_000 * 10).expect("below ten thousand");
    let mut ports = std::iter::repeat_with(|| 20_000 + first + NEXT.fetch_add(1, Ordering::Relaxed)).take(1_000);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("one of a thousand is free")
}

/// The certificate that it shows, once it shows one that this root has signed and that is not `before`.
async fn shown(
    server: &Server,
    root: &CertificateDer<'static>,
    before: Option<&CertificateDer<'static>>,
) -> CertificateDer<'static> {
    let ask = async || {
        let now = Connection::open(server, root).await.ok()?.certificate();
        (Some(&now) != before).then_some(now)
    };
    eventually(AN_ORDER, "a new certificate is shown", ask).await
}

#[tokio::test]
async fn a_certificate_is_had_by_itself_and_kept_over_a_restart() {
    let pebble = Pebble::start(Duration::from_secs(90 * 24 * 60 * 60)).await;
    let root = pebble.root().await;
    let server = pebble.serve(pebble.proofs);
    let first = shown(&server, &root, None).await;
    let here = ([127, 0, 0, 1], pebble.proofs).into();
    for name in ["localhost", SECOND_NAME] {
        let client = believing_at(&root, name, here);
        let answer = client.get(format!("https://{name}:{}/readyz", pebble.proofs)).send().await;
        let answer = answer.unwrap_or_else(|e| panic!("the certificate is not for {name}: {e:?}"));
        assert!(answer.status().is_success());
        assert!(answer.headers().contains_key("strict-transport-security"));
    }
    let said = server.log();
    assert!(said.contains(&format!("open https://localhost:{}\n", pebble.proofs)), "{said}");

    let private = |path: &std::path::Path| {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    };
    let kept = std::fs::read_dir(pebble.data().join("tls")).expect("it is there").next().expect("an authority");
    let kept = kept.expect("it is readable").path();
    for file in ["", "account.json", "certificate.pem"] {
        private(&kept.join(file));
    }

    assert_eq!(server.terminate(), Some(0));
    let elsewhere = pebble.serve(free_port());
    assert_eq!(shown(&elsewhere, &root, None).await, first, "on a port where no proof could be asked for");
    assert!(!elsewhere.log().contains("no certificate could be had"));
}

#[tokio::test]
async fn a_certificate_is_renewed_again_and_again_before_it_ends() {
    let pebble = Pebble::start(Duration::from_secs(12)).await;
    let root = pebble.root().await;
    let server = pebble.serve(pebble.proofs);
    let first = shown(&server, &root, None).await;
    let second = shown(&server, &root, Some(&first)).await;
    shown(&server, &root, Some(&second)).await;
    assert!(!server.log().contains("no certificate could be had"), "{}", server.log());
}

#[tokio::test]
async fn an_authority_that_does_not_find_us_at_our_name_is_quoted_and_the_server_waits() {
    let pebble = Pebble::start(Duration::from_secs(3_600)).await;
    let server = pebble.serve(free_port());
    let reason = async || server.log().contains("no certificate could be had").then_some(());
    eventually(AN_ORDER, "it says that it has none", reason).await;
    let said = server.log();
    // The order is lost with the first name; whether the other was looked at by then is Pebble's haste.
    assert!(said.contains("localhost: ") || said.contains("calls.example.org: "), "{said}");
    for word in ["does not believe", "Failed to connect"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let refused = Connection::open(&server, &pebble.root().await).await.err().expect("there is no certificate");
    assert!(refused.to_string().contains("alert"), "{refused}");
    assert_eq!(server.terminate(), Some(0));
}
