//! HTTPS as this server serves it: whose certificate is shown, and who keeps it fresh.

mod accept;
mod acme;
mod acme_http;
mod files;
mod kept;
mod qr;
mod self_signed;
mod shown;
mod validity;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsAcceptor;

pub use self::accept::{HttpsAcceptor, Relay};
use self::acme::Keeper;
use self::files::Files;
use self::qr::qr_code;
use self::shown::{ACME_CHALLENGE, Shown};
use crate::config::{Settings, Tls};
use crate::{Failure, lan};

/// HTTP/1.1 alone, for the sockets need it; the name that a TURN client may give (RFC 7443); and last that of an ACME
/// server, whose question finds an answer only while an order runs.
const SPOKEN: [&[u8]; 3] = [b"http/1.1", b"stun.turn", ACME_CHALLENGE];

/// What a listener needs to speak TLS.
pub struct Https {
    pub acceptor: TlsAcceptor,
    /// Of a self-signed certificate, for people to compare.
    fingerprint: Option<String>,
}

impl Https {
    /// Tells whoever tries it how to know it, and opens `url` on a phone.
    pub fn introduce(&self, url: &str) {
        let Some(fingerprint) = &self.fingerprint else { return };
        println!("The certificate is self-signed: browsers warn. Go on if they show this fingerprint (SHA-256):");
        println!("  {fingerprint}");
        if ["https://localhost", "https://127.", "https://[::1]"].iter().any(|here| url.starts_with(here)) {
            println!("It listens for this machine alone; for the phones around it: --listen 0.0.0.0:3000");
        } else if let Some(code) = qr_code(url) {
            println!("On a phone in this network, open it with the camera:\n{code}");
        }
    }
}

/// As the settings ask. Certificates are kept fresh from now on, until the program ends.
pub fn start(settings: &Settings) -> Result<Option<Https>, Failure> {
    let https = match &settings.tls {
        Tls::Off => return Ok(None),
        Tls::SelfSigned => {
            let certificate = self_signed::kept_or_made(&folder(settings).join("self-signed.pem"), &names(settings))?;
            let fingerprint = self_signed::fingerprint(certificate.der());
            Https { acceptor: acceptor(Arc::new(Shown::with(certificate))), fingerprint: Some(fingerprint) }
        }
        Tls::Files(files) => {
            let (files, certificate) = Files::open(files.clone())?;
            if !certificate.is_for(&[public_name(settings)]) {
                let host = settings.public_host();
                tracing::warn!(host, "the certificate is not for the host of public-url; browsers will not take it");
            }
            let shown = Arc::new(Shown::with(certificate));
            tokio::spawn(files.keep(shown.clone()));
            Https { acceptor: acceptor(shown), fingerprint: None }
        }
        Tls::Acme(acme) => {
            let shown = Arc::new(Shown::default());
            tokio::spawn(Keeper::open(acme.clone(), &folder(settings), shown.clone())?.keep());
            Https { acceptor: acceptor(shown), fingerprint: None }
        }
    };
    Ok(Some(https))
}

/// TLS 1.2 and 1.3, with the suites of aws-lc-rs: forward secret and authenticated, all of them.
fn acceptor(shown: Arc<Shown>) -> TlsAcceptor {
    let mut config = ServerConfig::builder_with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .with_no_client_auth()
        .with_cert_resolver(shown);
    config.alpn_protocols = SPOKEN.iter().map(|name| name.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

fn folder(settings: &Settings) -> PathBuf {
    settings.data_dir.join("tls")
}

/// By which people may come: as the machine is called, and as the operator has said.
fn names(settings: &Settings) -> Vec<String> {
    let mut names = lan::names(settings.listen.ip());
    names.push(public_name(settings));
    // Machines may have names that no certificate can.
    names.retain(|name| ServerName::try_from(name.as_str()).is_ok());
    names.sort();
    names.dedup();
    names
}

/// As it stands in certificates: an IPv6 address has its brackets in addresses alone, and one spelling.
fn public_name(settings: &Settings) -> String {
    let host = settings.public_host().trim_matches(['[', ']']);
    host.parse::<IpAddr>().map_or_else(|_| host.to_owned(), |address| address.to_string())
}
