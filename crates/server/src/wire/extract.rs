//! What a handler takes from a request, so that every bad request gets a problem document and never silence.

use aws_lc_rs::digest;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_protocol::problem::Code;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::problem::Refused;
use crate::dispatch::Once;

/// Above this a body is refused.
pub const BODY_AT_MOST: usize = 64 * 1024;
const KEY_CHARS_AT_MOST: usize = 200;
/// PostgreSQL keeps no text that has one.
const NO_NUL: &str = "a text has the character NUL in it";

/// The JSON of a write, and the client's word that it is the same request as before, if it gave one.
pub struct Body<T> {
    pub value: T,
    pub once: Option<Once>,
}

/// For writes that say everything in their address.
#[derive(Deserialize)]
pub struct Nothing {}

/// A part of the address.
pub struct Path(pub String);

/// What follows the question mark.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state).await.map_err(unreadable)?;
        let json: &[u8] = if bytes.is_empty() { b"{}" } else { must_say_json(&parts.headers).map(|()| &bytes[..])? };
        must_be_plain_object(json)?;
        let value = serde_json::from_slice(json).map_err(|e| Refused::invalid(format!("the body: {e}")))?;
        Ok(Self { value, once: once(&parts, &bytes)? })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Path {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match axum::extract::Path::<String>::from_request_parts(parts, state).await {
            // No id looks like this, so there is nothing to be found under it. NUL cannot even be asked for.
            Ok(axum::extract::Path(text)) if text.len() <= KEY_CHARS_AT_MOST && !text.contains('\0') => Ok(Self(text)),
            Ok(_) | Err(_) => Err(Refused::not_found()),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Refused::invalid(NO_NUL));
        }
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        query.map(|axum::extract::Query(value)| Self(value)).map_err(|e| Refused::invalid(e.body_text()))
    }
}

fn unreadable(rejection: BytesRejection) -> Refused {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refused::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, "a body may have 64 KiB")
        }
        _ => Refused::invalid("the body broke off"),
    }
}

fn must_say_json(headers: &HeaderMap) -> Result<(), Refused> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json") {
        return Ok(());
    }
    Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::Invalid, "the body must be application/json"))
}

/// An array with a struct's fields in order would be taken for the struct.
fn must_be_plain_object(json: &[u8]) -> Result<(), Refused> {
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(Refused::invalid("the body must be a JSON object"));
    }
    if has_nul(json) { Err(Refused::invalid(NO_NUL)) } else { Ok(()) }
}

/// JSON writes NUL in one way alone. An escaped backslash before `u0000` is something else.
fn has_nul(json: &[u8]) -> bool {
    let mut escapes = json;
    while let Some(at) = escapes.iter().position(|byte| *byte == b'\\') {
        let escaped = &escapes[at + 1..];
        if escaped.starts_with(b"u0000") {
            return true;
        }
        escapes = escaped.get(1..).unwrap_or_default();
    }
    false
}

fn once(parts: &Parts, body: &[u8]) -> Result<Option<Once>, Refused> {
    let Some(key) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_CHARS_AT_MOST);
    let key = key.ok_or_else(|| Refused::invalid("Idempotency-Key must be 1 to 200 visible characters"))?;
    let mut asked = digest::Context::new(&digest::SHA256);
    asked.update(parts.method.as_str().as_bytes());
    asked.update(b" ");
    asked.update(parts.uri.path().as_bytes());
    asked.update(b"\n");
    asked.update(body);
    Ok(Some(Once { key: key.to_owned(), fingerprint: URL_SAFE_NO_PAD.encode(asked.finish()) }))
}
