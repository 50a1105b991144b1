//! What every response tells the browser to forbid, and which other origins may talk to us.

use std::sync::Arc;

use axum::extract::{OriginalUri, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::{Settings, Tls};

/// Headers of every response, made once.
#[derive(Clone)]
pub struct Policy(Arc<Vec<(HeaderName, HeaderValue)>>);

impl Policy {
    pub fn new(settings: &Settings) -> Self {
        let framers = settings.allow_origin.join(" ");
        // Not every browser takes 'self' to mean the sockets of the same address.
        let sockets = settings.public_url.replacen("http", "ws", 1);
        let content = format!(
            "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
             media-src 'self' blob:; connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'self' {framers}"
        );
        let mut headers = vec![
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(content.trim_end()).expect("origins are ASCII")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (
                HeaderName::from_static("permissions-policy"),
                HeaderValue::from_static("camera=(self), microphone=(self), display-capture=(self), geolocation=()"),
            ),
        ];
        if settings.allow_origin.is_empty() {
            headers.push((header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")));
        }
        // A browser that is told so over a certificate that it does not know would not let anybody on.
        if settings.is_https() && !matches!(settings.tls, Tls::SelfSigned) {
            headers.push((header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")));
        }
        Self(Arc::new(headers))
    }
}

pub async fn secure(State(policy): State<Policy>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in policy.0.iter() {
        headers.insert(name.clone(), value.clone());
    }
    // What the API says is about people; only files of ours say that they may be kept.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A socket keeps the head of its first request for as long as it lives, and every value in it keeps the whole buffer
/// that the head was read into, 8 KiB. Copies of the values are a twentieth of that.
pub fn detach(request: &mut Request) {
    for value in request.headers_mut().values_mut() {
        let mut copy = HeaderValue::from_bytes(value.as_bytes()).expect("it was a value before");
        copy.set_sensitive(value.is_sensitive());
        *value = copy;
    }
    let uri: Uri = request.uri().to_string().parse().expect("it was an address before");
    request.extensions_mut().insert(OriginalUri(uri.clone()));
    *request.uri_mut() = uri;
}

/// An exact list; empty means nobody. Tokens travel in a header, so cookies stay at home.
pub fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
        .expose_headers([header::RETRY_AFTER])
}
