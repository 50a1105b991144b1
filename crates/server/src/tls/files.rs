//! A certificate that somebody else keeps in two files. It is read again when they change.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::shown::{Certificate, Shown};
use crate::config::CertificateFiles;
use crate::{Failure, clock};

/// Two small files: reading them costs less than being told of changes in every kind of folder.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(2);

/// The files, and what they held when they were last read.
pub struct Files {
    files: CertificateFiles,
    held: Held,
}

#[derive(PartialEq, Eq)]
struct Held {
    chain: Result<String, String>,
    key: Result<String, String>,
}

impl Files {
    pub fn open(files: CertificateFiles) -> Result<(Self, Certificate), Failure> {
        let this = Self { held: Held::in_files(&files), files };
        let certificate = this.certificate()?;
        Ok((this, certificate))
    }

    /// Shows what the files hold from now on. What is no certificate, or half of one, is said once and changes nothing.
    pub async fn keep(mut self, shown: Arc<Shown>) {
        loop {
            tokio::time::sleep(LOOKED_AT_EVERY).await;
            let held = Held::in_files(&self.files);
            if held == self.held {
                continue;
            }
            self.held = held;
            match self.certificate() {
                Ok(certificate) => {
                    shown.show(certificate);
                    tracing::info!("the certificate has changed and is used from now on");
                }
                Err(reason) => tracing::error!(%reason, "the new certificate is not used; the one before it stays"),
            }
        }
    }

    fn certificate(&self) -> Result<Certificate, Failure> {
        let (chain, key) = (self.held.chain.clone()?, self.held.key.clone()?);
        let certificate = Certificate::from_pem(&chain, &key)
            .map_err(|e| format!("{} with {}: {e}", self.files.certificate.display(), self.files.key.display()))?;
        if certificate.validity.until < clock::now() {
            tracing::warn!("the certificate has expired; browsers will not take it");
        }
        Ok(certificate)
    }
}

impl Held {
    fn in_files(files: &CertificateFiles) -> Self {
        let read =
            |file: &Path| std::fs::read_to_string(file).map_err(|e| format!("cannot read {}: {e}", file.display()));
        Self { chain: read(&files.certificate), key: read(&files.key) }
    }
}
