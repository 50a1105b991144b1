//! The certificate that is shown to whoever connects. It may change at any time; open connections keep theirs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rustls::client::verify_server_name;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
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
        let first = chain.first().ok_or("there is no certificate in it")?;
        let validity = Validity::of(first).ok_or("the certificate cannot be read")?;
        let key = CertifiedKey::from_der(chain, key, &default_provider())
            .map_err(|e| format!("the certificate and the key do not go together: {e}"))?;
        Ok(Self { key: Arc::new(key), validity })
    }

    /// Whether a browser that comes by any of these names would find it there.
    pub fn is_for(&self, names: &[String]) -> bool {
        let Ok(parsed) = ParsedCertificate::try_from(self.der()) else { return false };
        names.iter().all(|name| {
            let name = ServerName::try_from(name.as_str());
            name.is_ok_and(|name| verify_server_name(&parsed, &name).is_ok())
        })
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
    proofs: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl Shown {
    pub fn with(certificate: Certificate) -> Self {
        Self { certificate: Mutex::new(Some(certificate)), proofs: Mutex::default() }
    }

    /// Proves to an ACME server that asks for this name that it is ours.
    pub fn prove(&self, name: String, proof: CertifiedKey) {
        self.proofs.lock().expect("nothing panics while it is held").insert(name, Arc::new(proof));
    }

    pub fn forget_proofs(&self) {
        self.proofs.lock().expect("nothing panics while it is held").clear();
    }

    pub fn show(&self, certificate: Certificate) {
        *self.certificate.lock().expect("nothing panics while it is held") = Some(certificate);
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if hello.alpn().is_some_and(|offers| offers.eq([ACME_CHALLENGE])) {
            let proofs = self.proofs.lock().expect("nothing panics while it is held");
            return proofs.get(hello.server_name()?).cloned();
        }
        let certificate = self.certificate.lock().expect("nothing panics while it is held");
        certificate.as_ref().map(|certificate| certificate.key.clone())
    }
}
