//! Whether HTTPS is served here, and with whose certificate. One way at a time; what contradicts itself is refused.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use rustls::pki_types::ServerName;
use serde::Deserialize;

use super::Given;
use crate::{Failure, lan};

const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
const HTTPS_PORT: u16 = 443;

#[derive(Clone, Copy, Debug, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    SelfSigned,
}

#[derive(Clone, Debug)]
pub enum Tls {
    /// Plain HTTP: on this machine alone, or behind a proxy.
    Off,
    SelfSigned,
    Files(CertificateFiles),
    Acme(Acme),
}

#[derive(Clone, Debug)]
pub struct CertificateFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// For which names certificates are had, and from whom.
#[derive(Clone, Debug)]
pub struct Acme {
    pub domains: Vec<String>,
    /// An address of e-mail.
    pub contact: Option<String>,
    pub directory: String,
    /// By which the authority's own server is known, if not by what the machine trusts.
    pub root: Option<PathBuf>,
}

impl Tls {
    pub(super) fn settle(given: &Given) -> Result<Self, Failure> {
        let tls = match (given.tls, CertificateFiles::of(given)?, Acme::of(given)?) {
            (None, None, None) => Self::Off,
            (Some(Choice::SelfSigned), None, None) => Self::SelfSigned,
            (None, Some(files), None) => Self::Files(files),
            (None, None, Some(acme)) => Self::Acme(acme),
            _ => return Err("tls self-signed, tls-cert and acme-domain are three ways of HTTPS: choose one".into()),
        };
        let off = matches!(tls, Self::Off);
        if off && given.http_listen.is_some() {
            return Err("http-listen leads to HTTPS, and none is served here: add tls, tls-cert or acme-domain".into());
        }
        if !off && given.public_url.as_ref().is_some_and(|url| !url.starts_with("https://")) {
            return Err("public-url must begin with https://, since HTTPS is served here".into());
        }
        Ok(tls)
    }

    /// A trial is for the phones beside it, a real certificate for everybody; without HTTPS nobody else may come.
    pub fn default_listen(&self) -> SocketAddr {
        match self {
            Self::Off => SocketAddr::from(([127, 0, 0, 1], 3000)),
            Self::SelfSigned => SocketAddr::from(([0, 0, 0, 0], 3000)),
            Self::Files(_) | Self::Acme(_) => SocketAddr::from(([0, 0, 0, 0], HTTPS_PORT)),
        }
    }

    /// What people open if the operator does not say otherwise.
    pub fn url_at(&self, listen: SocketAddr) -> String {
        match self {
            Self::Off => format!("http://{listen}"),
            Self::SelfSigned | Self::Files(_) => {
                let host = match lan::address_for_others(listen.ip()) {
                    IpAddr::V4(address) => address.to_string(),
                    IpAddr::V6(address) => format!("[{address}]"),
                };
                https_url(&host, listen.port())
            }
            Self::Acme(acme) => https_url(&acme.domains[0], listen.port()),
        }
    }
}

impl CertificateFiles {
    fn of(given: &Given) -> Result<Option<Self>, Failure> {
        match (given.tls_cert.clone(), given.tls_key.clone()) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Self { certificate, key })),
            (Some(_), None) => Err("tls-cert needs tls-key, the key of that certificate".into()),
            (None, Some(_)) => Err("tls-key needs tls-cert, the certificate of that key".into()),
        }
    }
}

impl Acme {
    fn of(given: &Given) -> Result<Option<Self>, Failure> {
        let domains = given.acme_domain.iter().flatten().map(|name| domain(name)).collect::<Result<Vec<_>, _>>()?;
        if domains.is_empty() {
            return match given.acme_contact.is_some() || given.acme_directory.is_some() || given.acme_root.is_some() {
                true => Err("acme-contact, acme-directory and acme-root are of no use without an acme-domain".into()),
                false => Ok(None),
            };
        }
        if given.acme_contact.as_ref().is_some_and(|contact| !contact.contains('@') || contact.contains(':')) {
            return Err("acme-contact must be an address like admin@example.org".into());
        }
        let directory = given.acme_directory.clone().unwrap_or_else(|| LETS_ENCRYPT.to_owned());
        if !directory.starts_with("https://") {
            return Err("acme-directory must begin with https://".into());
        }
        let (contact, root) = (given.acme_contact.clone(), given.acme_root.clone());
        Ok(Some(Self { domains, contact, directory, root }))
    }
}

/// A name as certificates have it.
fn domain(text: &str) -> Result<String, Failure> {
    match ServerName::try_from(text) {
        Ok(ServerName::DnsName(name)) => Ok(name.as_ref().to_ascii_lowercase()),
        _ => Err(format!("acme-domain must be a name like calls.example.org, and is {text}").into()),
    }
}

fn https_url(host: &str, port: u16) -> String {
    if port == HTTPS_PORT { format!("https://{host}") } else { format!("https://{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn settled(file: &str) -> Result<Settings, String> {
        let given: Given = toml::from_str(file).expect("known keys");
        given.settle().map_err(|failure| failure.to_string())
    }

    #[test]
    fn each_way_of_https_has_where_it_listens_and_what_people_open() {
        let of = |file: &str| settled(file).map(|settings| (settings.listen.to_string(), settings.public_url));
        let expected = |listen: &str, url: &str| Ok((listen.to_owned(), url.to_owned()));
        assert_eq!(of(""), expected("127.0.0.1:3000", "http://127.0.0.1:3000"));
        let domains = "acme-domain = [\"Calls.example.org\", \"b.example.org\"]";
        assert_eq!(of(domains), expected("0.0.0.0:443", "https://calls.example.org"));
        let elsewhere = format!("{domains}\nlisten = \"[::1]:8443\"");
        assert_eq!(of(&elsewhere), expected("[::1]:8443", "https://calls.example.org:8443"));
        let files = "tls-cert = \"c\"\ntls-key = \"k\"\npublic-url = \"https://a.example\"";
        assert_eq!(of(files), expected("0.0.0.0:443", "https://a.example"));
        let trial = "tls = \"self-signed\"\nlisten = \"[::1]:443\"";
        assert_eq!(of(trial), expected("[::1]:443", "https://[::1]"));
        assert_eq!(settled("tls = \"self-signed\"").expect("sound").listen.to_string(), "0.0.0.0:3000");
    }

    #[test]
    fn the_host_and_the_port_that_people_open_are_known() {
        for (url, host, port) in [
            ("https://a.example", "a.example", 443),
            ("https://a.example:8443", "a.example", 8443),
            ("https://[::1]:8443", "[::1]", 8443),
            ("https://[::1]", "[::1]", 443),
            ("http://a.example", "a.example", 80),
        ] {
            let settings = settled(&format!("public-url = \"{url}\"")).expect("sound");
            assert_eq!((settings.public_host(), settings.public_port()), (host, port));
        }
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused_in_words() {
        for (file, words) in [
            ("tls-cert = \"c\"", "tls-cert needs tls-key"),
            ("tls-key = \"k\"", "tls-key needs tls-cert"),
            ("tls = \"self-signed\"\ntls-cert = \"c\"\ntls-key = \"k\"", "choose one"),
            ("tls = \"self-signed\"\nacme-domain = [\"a.example\"]", "choose one"),
            ("acme-contact = \"a@b.example\"", "without an acme-domain"),
            ("acme-domain = []\nacme-root = \"r\"", "without an acme-domain"),
            ("acme-domain = [\"*.example.org\"]", "*.example.org"),
            ("acme-domain = [\"192.0.2.1\"]", "192.0.2.1"),
            ("acme-domain = [\"a.example\"]\nacme-contact = \"mailto:a@b.example\"", "admin@example.org"),
            ("acme-domain = [\"a.example\"]\nacme-directory = \"http://ca.example\"", "https://"),
            ("http-listen = \"0.0.0.0:80\"", "none is served here"),
            ("tls = \"self-signed\"\npublic-url = \"http://a.example\"", "must begin with https://"),
        ] {
            let refused = settled(file).expect_err(file);
            assert!(refused.contains(words), "{file}: {refused}");
        }
        assert!(toml::from_str::<Given>("tls = \"selfsigned\"").is_err());
    }
}
