//! The certificate that is shown to whoever connects. It may change at any time; open connections keep theirs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::validity::Validity;
use crate::Failure;

/// What an ACME server says to see whether a name is ours (RFC 8737).
pub const ACME_CHALLENGE: &[u8] = b"acme-tls/1";

/// A certificate with its chain and its key.
#[derive(Clone, Debug)]
pub struct Certificate {
    key: Arc<CertifiedKey>,
    pub validity: Validity,
}

impl Certificate {
    /// From PEM: the certificate first, then those of whoever signed it; and the key.
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, Failure> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|e| format!("the certificate is no PEM: {e}"))?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|e| format!("the key is no PEM: {e}"))?;
        Self::from_der(chain, key)
    }

    pub fn from_der(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, Failure> {
        let first = chain.first().ok_or("there is no certificate in it")?;
        let validity = Validity::of(first).ok_or("the certificate cannot be read")?;
        let key = CertifiedKey::from_der(chain, key, &default_provider())
            .map_err(|e| format!("the certificate and the key do not go together: {e}"))?;
        Ok(Self { key: Arc::new(key), validity })
    }

    /// The certificate itself, without those of whoever signed it.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.key.cert[0]
    }
}

/// What every handshake asks for the certificate of that moment.
#[derive(Debug, Default)]
pub struct Shown {
    certificate: Mutex<Option<Certificate>>,
    /// Proofs for an ACME server that a name is ours, by the name. Only there while an order runs.
    proofs: Mutex<HashMap<String, Certificate>>,
}

impl Shown {
    pub fn with(certificate: Certificate) -> Self {
        Self { certificate: Mutex::new(Some(certificate)), proofs: Mutex::default() }
    }

    pub fn show(&self, certificate: Certificate) {
        *self.certificate.lock().expect("nothing panics while it is held") = Some(certificate);
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let certificate = if hello.alpn().is_some_and(|mut offers| offers.any(|offer| offer == ACME_CHALLENGE)) {
            let proofs = self.proofs.lock().expect("nothing panics while it is held");
            proofs.get(hello.server_name()?).cloned()
        } else {
            self.certificate.lock().expect("nothing panics while it is held").clone()
        };
        certificate.map(|certificate| certificate.key)
    }
}
