//! Web push: the browser's maker carries what only the browser can read (RFC 8291), and knows who sends it (RFC 8292).

use std::time::Duration;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_domain::notice::{About, Facts, Notice, Topic};
use bedside_domain::time::{Millis, Span};
use bedside_store::{Job, Reachable, Subscription};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use super::Sent;
use super::letter::{Letter, tag};
use crate::Failure;
use crate::app::App;
use crate::clock;
use crate::dispatch::Error;

/// Browsers name their push service themselves: whoever is quick is not to wait for long for one that is not.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);
/// A token lasts no longer than a day; this is enough for a request.
const TOKEN_LASTS: Span = Span::hours(12);
/// What is not about now may wait for the phone to be on again.
const KEPT_FOR: Span = Span::hours(24);
/// The end of a ring is of use while the ring is still shown.
const END_KEPT_FOR: Span = Span::minutes(2);
/// One record holds all: the size that every browser takes.
const RECORD: u32 = 4096;

pub struct Push {
    key: EcdsaKeyPair,
    /// Of the same key, as browsers want it.
    public: String,
    subject: String,
}

impl Push {
    pub fn new(secret: &[u8; 32], public_url: &str) -> Result<Self, Failure> {
        let own = PrivateKey::from_private_key(&ECDH_P256, secret).map_err(|_| "the key for push is no key")?;
        let public = own.compute_public_key().map_err(|_| "the key for push is no key")?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let key = EcdsaKeyPair::from_private_key_and_public_key(algorithm, secret, public.as_ref())
            .map_err(|_| "the key for push is no key")?;
        Ok(Self { key, public: URL_SAFE_NO_PAD.encode(public.as_ref()), subject: public_url.to_owned() })
    }

    /// What a page subscribes with.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// Who sends, for that push service alone.
    fn vapid(&self, endpoint: &str, now: Millis) -> Option<String> {
        let audience = Url::parse(endpoint).ok()?.origin().ascii_serialization();
        let expires = (now + TOKEN_LASTS).0 / 1000;
        let claims = json!({ "aud": audience, "exp": expires, "sub": self.subject }).to_string();
        let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        Some(format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature), self.public))
    }
}

/// Whether a 32-byte secret is a key: all but one of four thousand million are.
pub fn is_key(secret: &[u8; 32]) -> bool {
    PrivateKey::from_private_key(&ECDH_P256, secret).is_ok()
}

pub async fn send(
    app: &App,
    job: &Job,
    reachable: &Reachable,
    letter: &Letter,
    (notice, facts, now): (&Notice, &Facts, Millis),
) -> Result<Sent, Error> {
    let device = reachable.devices.iter().find(|device| Some(&device.id) == job.target.as_ref());
    let (Some(push), Some(device)) = (&app.outbox.push, device) else { return Ok(Sent::Never("no-address")) };
    let token = app.link_key.push_token(&job.id);
    let content = content(letter, notice, (facts, &token));
    let Some((headers, body)) = packed(push, device, &content, (notice, facts, now)) else {
        return Ok(Sent::Never("no-address"));
    };
    let post = app.outbox.http.post(&device.endpoint, headers, body);
    let sent = match tokio::time::timeout(TAKEN_WITHIN, post).await {
        Ok(answer) => answer.map_or_else(|sent| sent, Sent::from),
        Err(_) => Sent::Later { why: "timeout", after: None },
    };
    if sent == Sent::Gone {
        app.store.forget_device(&device.id).await?;
    }
    Ok(sent)
}

fn packed(
    push: &Push,
    device: &Subscription,
    content: &str,
    (notice, facts, now): (&Notice, &Facts, Millis),
) -> Option<(HeaderMap, Vec<u8>)> {
    let body = sealed(device, content.as_bytes())?;
    let (lives, urgency) = match (notice.topic, facts) {
        (Topic::IncomingCall, Facts::Ring { until, .. }) => (until.since(now), "high"),
        (Topic::RingOver, _) => (END_KEPT_FOR, "high"),
        (Topic::CallStarting, _) => (Span::minutes(30), "high"),
        _ => (KEPT_FOR, "normal"),
    };
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&push.vapid(&device.endpoint, now)?).ok()?);
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(HeaderName::from_static("ttl"), HeaderValue::from(lives.as_seconds().max(0)));
    headers.insert(HeaderName::from_static("urgency"), HeaderValue::from_static(urgency));
    let topic = tag(notice);
    if !topic.is_empty() {
        headers.insert(HeaderName::from_static("topic"), HeaderValue::from_str(&topic).ok()?);
    }
    Some((headers, body))
}

/// For our service worker. What comes later under the same tag takes its place.
fn content(letter: &Letter, notice: &Notice, (facts, token): (&Facts, &str)) -> String {
    let (until, token) = match facts {
        Facts::Ring { until, .. } => (Some(until.0), Some(token)),
        _ => (None, None),
    };
    let call = match &notice.about {
        About::Call(id) => Some(id.as_str()),
        About::Appointment(_) | About::Invitation(_) => None,
    };
    json!({
        "topic": notice.topic.name(),
        "title": letter.practice,
        "body": letter.short,
        "url": letter.link,
        "tag": tag(notice),
        "callId": call,
        "until": until,
        "token": token,
        "accept": letter.button,
        "decline": letter.decline,
    })
    .to_string()
}

/// RFC 8291: a key for this message alone, agreed on between one of ours and that of the browser.
fn sealed(device: &Subscription, plain: &[u8]) -> Option<Vec<u8>> {
    let own = PrivateKey::generate(&ECDH_P256).ok()?;
    let salt: [u8; 16] = clock::secret();
    sealed_with(device, plain, &own, &salt)
}

fn sealed_with(device: &Subscription, plain: &[u8], own: &PrivateKey, salt: &[u8; 16]) -> Option<Vec<u8>> {
    let browser = decoded(&device.p256dh)?;
    let auth = decoded(&device.auth).filter(|auth| auth.len() == 16)?;
    let public = own.compute_public_key().ok()?;
    let shared = agreement::agree(own, UnparsedPublicKey::new(&ECDH_P256, &browser), (), |secret| Ok(secret.to_vec()));
    let material: [u8; 32] = {
        let info = [b"WebPush: info\0".as_slice(), &browser, public.as_ref()];
        derived(&auth, &shared.ok()?, &info)?
    };
    let key: [u8; 16] = derived(salt, &material, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derived(salt, &material, &[b"Content-Encoding: nonce\0"])?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
    // The last record ends with a two.
    let mut text = [plain, &[2]].concat();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text).ok()?;
    let length = u8::try_from(public.as_ref().len()).ok()?;
    Some([salt.as_slice(), &RECORD.to_be_bytes(), &[length], public.as_ref(), &text].concat())
}

fn derived<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> Option<[u8; N]> {
    let mut key = [0; N];
    let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
    prk.expand(info, Length(N)).ok()?.fill(&mut key).ok()?;
    Some(key)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// Whether these are the keys of a browser.
pub fn are_keys(p256dh: &str, auth: &str) -> bool {
    let device = Subscription {
        id: String::new(),
        endpoint: String::new(),
        p256dh: p256dh.to_owned(),
        auth: auth.to_owned(),
        agent: None,
    };
    sealed(&device, b"").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8291, section 5.
    #[test]
    fn a_message_is_sealed_as_the_standard_shows() {
        let device = Subscription {
            id: "1".into(),
            endpoint: "https://push.example.net/push/x".into(),
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
            agent: None,
        };
        let own = decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").expect("a key");
        let own = PrivateKey::from_private_key(&ECDH_P256, &own).expect("a key");
        let salt: [u8; 16] = decoded("DGv6ra1nlYgDCS1FRnbzlw").expect("a salt").try_into().expect("16 bytes");
        let sealed = sealed_with(&device, b"When I grow up, I want to be a watermelon", &own, &salt).expect("sealed");
        assert_eq!(
            URL_SAFE_NO_PAD.encode(sealed),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_\
             yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn a_token_is_for_one_push_service_and_for_some_hours() {
        let push = Push::new(&[7; 32], "https://calls.example").expect("a key");
        let vapid = push.vapid("https://push.example:8443/a/b?c", Millis(0)).expect("an address");
        let token = vapid.strip_prefix("vapid t=").and_then(|rest| rest.split(',').next()).expect("a token");
        let claims = decoded(token.split('.').nth(1).expect("claims")).expect("base64");
        let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!(claims, json!({ "aud": "https://push.example:8443", "exp": 43200, "sub": "https://calls.example" }));
        let key = decoded(push.public_key()).expect("a key");
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let verified =
            aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED, key)
                .verify(signed.as_bytes(), &decoded(signature).expect("base64"));
        assert!(verified.is_ok());
    }

    #[test]
    fn what_is_no_key_is_seen() {
        assert!(!are_keys("nonsense", "BTBZMqHH6r4Tts7J_aSIgg"));
        assert!(!is_key(&[0; 32]) && is_key(&[1; 32]));
    }
}
