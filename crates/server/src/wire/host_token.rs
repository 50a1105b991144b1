//! Tokens of the host application: a JWT for each of its users. One algorithm belongs to each key, and the key is
//! chosen by the server, never by the token.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use crate::Failure;
use crate::config::HostSettings;

/// Clocks of two machines differ by this much at most.
const LEEWAY_SECONDS: u64 = 30;
/// Keys are asked for again after this long …
const KEYS_KEPT: Duration = Duration::from_secs(600);
/// … and no sooner than this when a token names a key that is not known.
const KEYS_ASKED_AT_MOST_EVERY: Duration = Duration::from_secs(30);
const KEYS_WAIT: Duration = Duration::from_secs(5);

/// What a host says of a person.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    pub sub: String,
    pub exp: i64,
    pub role: String,
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub email: Option<String>,
    #[serde(alias = "phone_number")]
    pub phone: Option<String>,
    pub specialization: Option<String>,
    pub locale: Option<String>,
    pub zoneinfo: Option<String>,
}

pub struct HostTokens {
    settings: HostSettings,
    secret: Option<DecodingKey>,
    keys: Option<Keys>,
}

/// Public keys, from a file at start or from an address again and again.
struct Keys {
    address: Option<(String, reqwest::Client)>,
    held: Mutex<Held>,
    /// One asks, and whoever comes meanwhile waits for the same answer.
    asking: tokio::sync::Mutex<()>,
}

/// Keys as they came. A set may hold some for other purposes, of kinds that we cannot even read.
#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

struct Held {
    keys: JwkSet,
    asked_at: Option<Instant>,
}

impl HostTokens {
    pub fn new(settings: &HostSettings) -> Result<Self, Failure> {
        Ok(Self {
            secret: settings.secret.as_ref().map(|secret| DecodingKey::from_secret(secret.as_bytes())),
            keys: settings.jwks.as_deref().map(Keys::new).transpose()?,
            settings: settings.clone(),
        })
    }

    /// Who the token says it is, or why it is not believed.
    pub async fn read(&self, token: &str) -> Result<Claims, &'static str> {
        let header = decode_header(token).map_err(|_| "the token is not a JWT that is accepted here")?;
        let (key, algorithm) = match (&self.secret, &self.keys) {
            (None, None) => return Err("this server accepts no host tokens; see --host-token-secret"),
            (Some(secret), _) if header.alg == Algorithm::HS256 => (secret.clone(), Algorithm::HS256),
            (_, Some(keys)) => keys.find(header.kid.as_deref()).await?,
            (Some(_), None) => return Err("the token must be signed with HS256"),
        };
        let claims = decode::<Claims>(token, &key, &self.validation(algorithm)).map_err(|e| reason(&e))?.claims;
        if claims.sub.trim().is_empty() {
            return Err("the token has no sub");
        }
        Ok(claims)
    }

    pub fn makes_admins(&self) -> bool {
        self.settings.admins
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        let mut required = vec!["exp", "sub"];
        match &self.settings.audience {
            Some(audience) => {
                validation.set_audience(&[audience]);
                required.push("aud");
            }
            None => validation.validate_aud = false,
        }
        if let Some(issuer) = &self.settings.issuer {
            validation.set_issuer(&[issuer]);
            required.push("iss");
        }
        validation.set_required_spec_claims(&required);
        validation
    }
}

impl Keys {
    fn new(place: &str) -> Result<Self, Failure> {
        if is_plain(place) {
            return Err("host-token-jwks: keys fetched over http:// could be anybody's; use https://".into());
        }
        if place.starts_with("http://") || place.starts_with("https://") {
            let client = reqwest::Client::builder()
                .timeout(KEYS_WAIT)
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(|e| format!("host-token-jwks: {e}"))?;
            let held = Mutex::new(Held { keys: JwkSet { keys: vec![] }, asked_at: None });
            return Ok(Self { address: Some((place.to_owned(), client)), held, asking: tokio::sync::Mutex::default() });
        }
        let text = std::fs::read_to_string(place).map_err(|e| format!("host-token-jwks: cannot read {place}: {e}"))?;
        let keys: Published = serde_json::from_str(&text).map_err(|e| format!("host-token-jwks: {place}: {e}"))?;
        let keys = keys.usable();
        if keys.keys.is_empty() {
            return Err(format!("host-token-jwks: {place} holds no key for RS256, ES256 or EdDSA").into());
        }
        let held = Mutex::new(Held { keys, asked_at: None });
        Ok(Self { address: None, held, asking: tokio::sync::Mutex::default() })
    }

    /// The key of this name and the one algorithm that belongs to it.
    async fn find(&self, kid: Option<&str>) -> Result<(DecodingKey, Algorithm), &'static str> {
        if self.is_stale(kid) {
            let _asking = self.asking.lock().await;
            if self.is_stale(kid) {
                self.ask().await;
            }
        }
        let held = self.held.lock().expect("no one panics holding the keys");
        let key = match kid {
            Some(kid) => held.keys.find(kid),
            None if held.keys.keys.len() == 1 => held.keys.keys.first(),
            None => None,
        };
        let key = key.ok_or("the token names a key that is not known here")?;
        let algorithm = algorithm_of(key).ok_or("the token's key is of a kind that is not accepted here")?;
        let key = DecodingKey::from_jwk(key).map_err(|_| "the token's key cannot be read")?;
        Ok((key, algorithm))
    }

    fn is_stale(&self, kid: Option<&str>) -> bool {
        if self.address.is_none() {
            return false;
        }
        let held = self.held.lock().expect("no one panics holding the keys");
        let known = kid.map_or(!held.keys.keys.is_empty(), |kid| held.keys.find(kid).is_some());
        let kept_for = if known { KEYS_KEPT } else { KEYS_ASKED_AT_MOST_EVERY };
        held.asked_at.is_none_or(|at| at.elapsed() >= kept_for)
    }

    /// What is held stays if the host does not answer.
    async fn ask(&self) {
        let Some((address, client)) = &self.address else { return };
        let answer = async { client.get(address).send().await?.error_for_status()?.json::<Published>().await };
        let answer = answer.await;
        let mut held = self.held.lock().expect("no one panics holding the keys");
        held.asked_at = Some(Instant::now());
        match answer {
            Ok(keys) => held.keys = keys.usable(),
            Err(failure) => tracing::warn!(failure = %failure.without_url(), "the host's keys could not be fetched"),
        }
    }
}

impl Published {
    fn usable(self) -> JwkSet {
        let keys = self.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        JwkSet { keys: keys.filter(|key| algorithm_of(key).is_some()).collect() }
    }
}

/// On this machine itself nobody stands in between.
fn is_plain(place: &str) -> bool {
    let host = place.strip_prefix("http://").and_then(|rest| rest.split(['/', ':']).next());
    host.is_some_and(|host| host != "localhost" && host != "127.0.0.1")
}

/// Symmetric keys have no place in a public key set, and each other kind has one algorithm here.
fn algorithm_of(key: &Jwk) -> Option<Algorithm> {
    if !matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let (algorithm, name) = match &key.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(okp) if okp.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        _ => return None,
    };
    match key.common.key_algorithm {
        None => Some(algorithm),
        Some(said) if said == name => Some(algorithm),
        Some(_) => None,
    }
}

/// For the developer who signs the tokens.
fn reason(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::ExpiredSignature => "the token has expired",
        ErrorKind::ImmatureSignature => "the token is not valid yet",
        ErrorKind::InvalidSignature => "the token's signature is wrong",
        ErrorKind::InvalidAudience => "the token is for another audience",
        ErrorKind::InvalidIssuer => "the token is from another issuer",
        ErrorKind::InvalidAlgorithm => "the token's algorithm is not the one of its key",
        ErrorKind::MissingRequiredClaim(claim) => match claim.as_str() {
            "exp" => "the token has no exp",
            "sub" => "the token has no sub",
            "aud" => "the token has no aud",
            _ => "the token lacks a claim",
        },
        ErrorKind::Json(_) | ErrorKind::InvalidClaimFormat(_) => {
            "the token lacks a claim, or has one of the wrong type"
        }
        _ => "the token is not a JWT that is accepted here",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys of a host's address that were asked for so long ago, one of them named `known`.
    fn asked_ago(ago: Duration) -> Keys {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let key = serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "kid": "known", "x": x });
        let held = Held { keys: Published { keys: vec![key] }.usable(), asked_at: Instant::now().checked_sub(ago) };
        assert_eq!(held.keys.keys.len(), 1);
        let address = Some(("https://host.example.org/keys".to_owned(), reqwest::Client::default()));
        Keys { address, held: Mutex::new(held), asking: tokio::sync::Mutex::default() }
    }

    #[test]
    fn a_new_key_is_asked_for_after_half_a_minute_and_a_known_one_after_ten() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        for (seconds, known, new) in [(0, false, false), (29, false, false), (31, false, true), (601, true, true)] {
            let keys = asked_ago(Duration::from_secs(seconds));
            assert_eq!((keys.is_stale(Some("known")), keys.is_stale(Some("new"))), (known, new), "after {seconds} s");
        }
    }
}
