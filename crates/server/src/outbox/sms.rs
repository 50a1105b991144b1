//! SMS by HTTP: Twilio, or whoever else takes a request.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bedside_domain::reach::Channel;
use bedside_store::{Job, Reachable, Receipt};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{StatusCode, Url};

use super::letter::{Letter, address};
use super::{Http, Outbox, Sent};
use crate::Failure;
use crate::app::App;
use crate::config::SmsProvider;

const TWILIO: &str = "https://api.twilio.com";

pub struct Sms {
    provider: SmsProvider,
    headers: HeaderMap,
    /// The operator has named the provider, so it may stand in the operator's own network.
    http: Http,
    /// Where the provider calls back.
    receipts: String,
}

/// In what the text is to be quoted.
#[derive(Clone, Copy)]
enum Quoting {
    Json,
    Form,
    None,
}

impl Sms {
    pub fn new(provider: &SmsProvider, public_url: &str) -> Result<Self, Failure> {
        let mut headers = HeaderMap::new();
        match provider {
            SmsProvider::Twilio { account, token, .. } => {
                let login = STANDARD.encode(format!("{account}:{token}"));
                headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("Basic {login}"))?);
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            }
            SmsProvider::Http { headers: given, .. } => {
                for (name, value) in given {
                    headers.insert(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
                }
            }
        }
        let everywhere = ["0.0.0.0/0".parse()?, "::/0".parse()?];
        let receipts = format!("{public_url}/api/sms/receipts");
        let sms = Self { provider: provider.clone(), headers, http: Http::new(&everywhere)?, receipts };
        if !sms.http.may_send_to(&sms.request("id", "+1", "text").0) {
            return Err("the url of sms must begin with https://, or with http:// and an IP address".into());
        }
        Ok(sms)
    }

    /// Where to, and what.
    fn request(&self, id: &str, to: &str, text: &str) -> (String, String) {
        match &self.provider {
            SmsProvider::Twilio { account, from, url, .. } => {
                let base = url.as_deref().unwrap_or(TWILIO);
                let callback = format!("{}/{id}", self.receipts);
                // A messaging service, which chooses the number itself, has an id of this form.
                let is_service = from.len() == 34 && from.starts_with("MG");
                let sender = if is_service { "MessagingServiceSid" } else { "From" };
                let form = [("To", to), (sender, from), ("Body", text), ("StatusCallback", &callback)];
                (format!("{base}/2010-04-01/Accounts/{account}/Messages.json"), encoded(&form))
            }
            SmsProvider::Http { url, body, from, .. } => {
                let filled = |template: &str, quoting| {
                    let quoted = |text: &str| quote(text, quoting);
                    let values =
                        [("to", quoted(to)), ("text", quoted(text)), ("from", quoted(from)), ("id", quoted(id))];
                    fill_in(template, &values)
                };
                (filled(url, Quoting::Form), filled(body, self.quoting()))
            }
        }
    }

    async fn send(&self, id: &str, to: &str, text: &str) -> Sent {
        let (url, body) = self.request(id, to, text);
        let answer = match self.http.post(&url, self.headers.clone(), body.into_bytes()).await {
            Ok(answer) => answer,
            Err(sent) => return sent,
        };
        match answer.status {
            // A path that is not there is a mistake of the settings, not of the number.
            StatusCode::NOT_FOUND => Sent::Never("refused"),
            // A wrong token and an empty account are mended by the operator, and meanwhile nothing is lost.
            StatusCode::UNAUTHORIZED | StatusCode::PAYMENT_REQUIRED | StatusCode::FORBIDDEN => {
                Sent::Later { why: "not-allowed", after: answer.after }
            }
            _ => answer.into(),
        }
    }

    fn quoting(&self) -> Quoting {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        match kind {
            kind if kind.contains("json") => Quoting::Json,
            kind if kind.contains("urlencoded") => Quoting::Form,
            _ => Quoting::None,
        }
    }
}

pub async fn send(app: &App, job: &Job, reachable: &Reachable, letter: &Letter) -> Sent {
    match (&app.outbox.sms, address(reachable, Channel::Sms)) {
        (Some(sms), Some(to)) => sms.send(&job.id, &to, &letter.sms()).await,
        _ => Sent::Never("no-address"),
    }
}

pub async fn send_code(outbox: &Outbox, id: &str, to: &str, text: &str) -> Sent {
    match &outbox.sms {
        Some(sms) => sms.send(id, to, text).await,
        None => Sent::Never("no-such-way"),
    }
}

/// What Twilio says of a message, if it is Twilio that says so: it signs its request with the token of the account.
pub fn receipt(outbox: &Outbox, id: &str, signature: &str, form: &BTreeMap<String, String>) -> Option<Receipt> {
    let sms = outbox.sms.as_ref()?;
    let SmsProvider::Twilio { token, .. } = &sms.provider else { return None };
    let mut signed = format!("{}/{id}", sms.receipts);
    for (name, value) in form {
        signed.push_str(name);
        signed.push_str(value);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    hmac::verify(&key, signed.as_bytes(), &STANDARD.decode(signature).ok()?).ok()?;
    match form.get("MessageStatus")?.as_str() {
        "delivered" | "read" => Some(Receipt::Delivered),
        "failed" | "undelivered" | "canceled" => Some(Receipt::Undelivered),
        _ => Some(Receipt::UnderWay),
    }
}

/// Only what is ours stands for something: a body in JSON is full of braces.
fn fill_in(template: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    'text: while let Some(at) = rest.find('{') {
        for (name, value) in values {
            if let Some(next) = rest[at..].strip_prefix(&format!("{{{name}}}")) {
                filled.push_str(&rest[..at]);
                filled.push_str(value);
                rest = next;
                continue 'text;
            }
        }
        filled.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
    }
    filled + rest
}

fn quote(text: &str, quoting: Quoting) -> String {
    match quoting {
        Quoting::Json => {
            let quoted = serde_json::Value::from(text).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        Quoting::Form => encoded(&[("", text)])[1..].to_owned(),
        Quoting::None => text.to_owned(),
    }
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let mut url = Url::parse("https://form.invalid").expect("an address");
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_said_stays_within_its_quotes() {
        let text = "Dr. \"O'Hara\"\n{to} & 100%";
        let values = |quoting| [("to", "+49".to_owned()), ("text", quote(text, quoting))];
        let json = fill_in(r#"{ "to": "{to}", "more": { "text": "{text}" } }"#, &values(Quoting::Json));
        let read: serde_json::Value = serde_json::from_str(&json).expect("it is JSON still");
        assert_eq!((read["to"].as_str(), read["more"]["text"].as_str()), (Some("+49"), Some(text)));
        assert_eq!(quote("a b&c=+", Quoting::Form), "a+b%26c%3D%2B");
    }

    #[test]
    fn a_provider_is_reached_by_https_or_within_ones_own_network() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let of = |url: &str| {
            let (headers, body, from) = (BTreeMap::new(), "{text}".into(), String::new());
            Sms::new(&SmsProvider::Http { url: url.into(), headers, body, from }, "https://calls.example").map(drop)
        };
        assert!(of("https://sms.example/send?to={to}").is_ok() && of("http://10.0.0.7:8080/{id}").is_ok());
        for url in ["http://sms.example/", "sms.example", "https://user:secret@sms.example/", "{to}"] {
            assert!(of(url).is_err_and(|error| error.to_string().contains("https://")), "{url}");
        }
    }

    #[test]
    fn a_messaging_service_of_twilio_is_named_as_one() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let body = |from: &str| {
            let provider =
                SmsProvider::Twilio { account: "AC1".into(), token: "t".into(), from: from.into(), url: None };
            Sms::new(&provider, "https://calls.example").expect("sound").request("n", "+49171", "hello").1
        };
        assert!(body("+4930").contains("&From=%2B4930&"));
        let service = format!("MG{}", "a".repeat(32));
        assert!(body(&service).contains(&format!("&MessagingServiceSid={service}&")));
    }

    #[test]
    fn a_receipt_counts_only_from_whoever_has_the_token() {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let provider = SmsProvider::Twilio { account: "AC1".into(), token: "t".into(), from: "+1".into(), url: None };
        let sms = Some(Sms::new(&provider, "https://calls.example").expect("sound"));
        let outbox = Outbox {
            words: super::super::Words::read(None).expect("ours"),
            http: Http::new(&[]).expect("a client"),
            mail: None,
            sms,
            push: None,
        };
        let form = BTreeMap::from([("MessageStatus".into(), "delivered".into()), ("MessageSid".into(), "SM1".into())]);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"t");
        let signed = b"https://calls.example/api/sms/receipts/n_smsMessageSidSM1MessageStatusdelivered";
        let signature = STANDARD.encode(hmac::sign(&key, signed));
        assert_eq!(receipt(&outbox, "n_sms", &signature, &form), Some(Receipt::Delivered));
        assert_eq!(receipt(&outbox, "m_sms", &signature, &form), None, "of another message");
        assert_eq!(receipt(&outbox, "n_sms", "forged", &form), None);
    }
}
