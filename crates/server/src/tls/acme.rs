//! Certificates from an authority that speaks ACME (RFC 8555). It asks for a proof that a name is ours by a handshake
//! on the HTTPS port itself (RFC 8737), so nothing else need be reachable.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bedside_domain::time::{Millis, Span};
use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Error, Identifier, NewAccount, NewOrder, Order, OrderStatus,
    RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::CertifiedKey;

use super::acme_http::Line;
use super::kept;
use super::shown::{Certificate, Shown};
use super::validity::Validity;
use crate::config::Acme;
use crate::{Failure, clock};

/// How long an authority may take over a proof or a certificate.
const PATIENCE: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(120));
/// After a failure, and three times longer after each further one: authorities allow few failures in an hour.
const FIRST_RETRY: Duration = Duration::from_secs(60);
const LAST_RETRY: Duration = Duration::from_secs(6 * 60 * 60);
/// A machine may have slept, or its clock been put right.
const CLOCK_LOOKED_AT_EVERY: Duration = Duration::from_secs(60 * 60);

/// Has a certificate for our names at any time, from the data folder or from the authority.
pub struct Keeper {
    acme: Acme,
    folder: PathBuf,
    shown: Arc<Shown>,
    /// When the certificate that is shown should be replaced.
    due: Millis,
}

impl Keeper {
    /// Shows what is in the folder, if that is still good.
    pub fn open(acme: Acme, folder: &Path, shown: Arc<Shown>) -> Result<Self, Failure> {
        // What a trial authority signed must not be shown for the real one.
        let folder = folder.join(acme.directory.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-"));
        // What is wrong with the settings is said now and not in the middle of the night.
        Line::new(acme.root.as_deref())?;
        let mut this = Self { acme, folder, shown, due: clock::now() };
        let kept = kept::read(&this.certificate_file())?.and_then(|pem| Certificate::from_pem(&pem, &pem).ok());
        let good = |kept: &Certificate| kept.is_for(&this.acme.domains) && clock::now() < kept.validity.until;
        if let Some(kept) = kept.filter(good) {
            this.show(kept);
        }
        Ok(this)
    }

    /// Never ends. A failure is logged and tried again; what is shown stays until there is something better.
    pub async fn keep(mut self) {
        let mut wait = FIRST_RETRY;
        loop {
            sleep_until(self.due).await;
            match self.order().await {
                Ok(certificate) => {
                    tracing::info!(domains = ?self.acme.domains, "a new certificate has come");
                    self.show(certificate);
                    wait = FIRST_RETRY;
                }
                Err(reason) => {
                    tracing::error!(%reason, again_after = ?wait, "no certificate could be had");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 3).min(LAST_RETRY);
                }
            }
        }
    }

    fn show(&mut self, certificate: Certificate) {
        self.due = renewal_of(certificate.validity);
        self.shown.show(certificate);
    }

    async fn order(&self) -> Result<Certificate, Failure> {
        let names: Vec<_> = self.acme.domains.iter().cloned().map(Identifier::Dns).collect();
        let mut order = self.account().await?.new_order(&NewOrder::new(&names)).await?;
        let proven = self.prove(&mut order).await;
        self.shown.forget_proofs();
        proven?;
        let key = KeyPair::generate()?;
        let mut asked = CertificateParams::new(self.acme.domains.clone())?;
        asked.distinguished_name = DistinguishedName::new();
        order.finalize_csr(asked.serialize_request(&key)?.der()).await?;
        let chain = order.poll_certificate(&PATIENCE).await?;
        let key = key.serialize_pem();
        let certificate = Certificate::from_pem(&chain, &key)?;
        kept::write(&self.certificate_file(), &format!("{chain}\n{key}"))?;
        Ok(certificate)
    }

    /// The account of this folder, or a new one.
    async fn account(&self) -> Result<Account, Failure> {
        let file = self.folder.join("account.json");
        let line = Account::builder_with_http(Box::new(Line::new(self.acme.root.as_deref())?));
        if let Some(kept) = kept::read(&file)? {
            let credentials = serde_json::from_str(&kept).map_err(|e| format!("{}: {e}", file.display()))?;
            return Ok(line.from_credentials(credentials).await?);
        }
        let contact: Vec<_> = self.acme.contact.iter().map(|address| format!("mailto:{address}")).collect();
        let contact: Vec<_> = contact.iter().map(String::as_str).collect();
        let asked = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let (account, credentials) = line.create(&asked, self.acme.directory.clone(), None).await?;
        kept::write(&file, &serde_json::to_string(&credentials)?)?;
        Ok(account)
    }

    /// Until the authority believes that every name is ours, or says why it does not.
    async fn prove(&self, order: &mut Order) -> Result<(), Failure> {
        let failure: Failure = match self.show_proofs(order).await {
            Ok(OrderStatus::Ready) => return Ok(()),
            Ok(status) => format!("the order is {status:?}").into(),
            Err(failure) => failure,
        };
        // A quick authority gives the order up over one name while we still offer the proof of the next. Whichever
        // request then fails, what it has against a name says more.
        let reasons = why_not(order).await.unwrap_or_default();
        if reasons.is_empty() {
            return Err(failure);
        }
        Err(format!("the authority does not believe that our names are ours: {}", reasons.join("; ")).into())
    }

    /// Offers a proof of every name and waits for what the authority makes of them.
    async fn show_proofs(&self, order: &mut Order) -> Result<OrderStatus, Failure> {
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let challenge = authorization.challenge(ChallengeType::TlsAlpn01);
            let mut challenge = challenge.ok_or("the authority takes no proof by tls-alpn-01")?;
            let name = challenge.identifier().to_string();
            let proof = proof(&name, challenge.key_authorization().digest().as_ref())?;
            self.shown.prove(name, proof);
            challenge.set_ready().await?;
        }
        Ok(order.poll_ready(&PATIENCE).await?)
    }

    /// Chain and key in one file, so that they always go together.
    fn certificate_file(&self) -> PathBuf {
        self.folder.join("certificate.pem")
    }
}

/// What the authority has against our proofs, name by name.
async fn why_not(order: &mut Order) -> Result<Vec<String>, Error> {
    // The order remembers what it was told of a name before the proof was looked at.
    order.refresh().await?;
    let mut reasons = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let authorization = authorization?;
        let problems = authorization.challenges.iter().filter_map(|challenge| challenge.error.as_ref());
        reasons.extend(problems.map(|problem| format!("{}: {problem}", authorization.identifier())));
    }
    Ok(reasons)
}

/// What is shown to whoever asks for `name` as RFC 8737 has it.
fn proof(name: &str, digest: &[u8]) -> Result<CertifiedKey, Failure> {
    let mut asked = CertificateParams::new([name.to_owned()])?;
    asked.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate()?;
    let certificate = asked.self_signed(&key)?;
    let key = any_supported_type(&PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
    // Not compared with each other: what makes it a proof is an extension that nobody but ACME servers understands.
    Ok(CertifiedKey::new(vec![certificate.der().clone()], key))
}

/// When two thirds of its time are over: early enough for many tries, whether it lasts ninety days or six.
fn renewal_of(validity: Validity) -> Millis {
    validity.from + Span::millis(validity.until.since(validity.from).as_millis() / 3 * 2)
}

async fn sleep_until(due: Millis) {
    loop {
        match u64::try_from(due.since(clock::now()).as_millis()) {
            Ok(0) | Err(_) => return,
            Ok(left) => tokio::time::sleep(Duration::from_millis(left).min(CLOCK_LOOKED_AT_EVERY)).await,
        }
    }
}
