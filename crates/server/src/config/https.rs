//! Whether HTTPS is served here, and with whose certificate. One way at a time; what contradicts itself is refused.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::Given;
use crate::{Failure, lan};

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
}

#[derive(Clone, Debug)]
pub struct CertificateFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Tls {
    pub(super) fn settle(given: &Given) -> Result<Self, Failure> {
        let tls = match (given.tls, CertificateFiles::of(given)?) {
            (None, None) => Self::Off,
            (Some(Choice::SelfSigned), None) => Self::SelfSigned,
            (None, Some(files)) => Self::Files(files),
            _ => return Err("tls self-signed and tls-cert are two ways of HTTPS: choose one".into()),
        };
        let off = matches!(tls, Self::Off);
        if off && given.http_listen.is_some() {
            return Err(
                "http-listen leads to HTTPS, and none is served here: add tls or tls-cert, or use listen".into()
            );
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
            Self::Files(_) => SocketAddr::from(([0, 0, 0, 0], HTTPS_PORT)),
        }
    }

    /// What people open if the operator does not say otherwise.
    pub fn url_at(&self, listen: SocketAddr) -> String {
        match self {
            Self::Off => format!("http://{listen}"),
            Self::SelfSigned | Self::Files(_) => {
                let address = SocketAddr::new(lan::address_for_others(listen.ip()), listen.port()).to_string();
                let default_port = format!(":{HTTPS_PORT}");
                format!("https://{}", address.strip_suffix(&default_port).unwrap_or(&address))
            }
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
