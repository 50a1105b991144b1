//! The web app, which is in the binary.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Files;

const INDEX: &str = "index.html";
/// Vite names these after their content, so they never change.
const ASSETS: &str = "assets/";
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
const BY_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");
const BROTLI: HeaderValue = HeaderValue::from_static("br");

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width\"><title>Bedside</title>\
    <h1>Bedside is running without its pages</h1>\
    <p>This binary was built without the web app. To build it, run <code>script/setup</code> and then \
    <code>script/run</code>, or <code>npm ci &amp;&amp; npm run build</code> in the folder <code>web</code> and \
    <code>cargo build</code> again. The API is complete: see <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p>";

/// What a browser says of the answer that it can use.
#[derive(Clone, Copy)]
pub struct Taken {
    /// A page to be shown, not some file.
    pub page: bool,
    pub brotli: bool,
}

/// A file of the app, or the app itself for an address that a person may open.
pub fn page(path: &str, takes: Taken) -> Option<Response> {
    let path = path.trim_start_matches('/');
    if let Some(file) = Files::get(path).filter(|_| path != INDEX && !path.is_empty()) {
        let kept = if path.starts_with(ASSETS) { FOREVER } else { ASK_AGAIN };
        let kind = HeaderValue::from_str(file.metadata.mimetype()).ok()?;
        let about = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept), (header::VARY, BY_ENCODING)];
        let small = Files::get(&format!("{path}.br")).filter(|_| takes.brotli);
        return Some(match small {
            Some(small) => (about, [(header::CONTENT_ENCODING, BROTLI)], small.data).into_response(),
            None => (about, file.data).into_response(),
        });
    }
    let known = is_page(path);
    if !known && !takes.page {
        return None;
    }
    let html = Files::get(INDEX).map_or(NOT_BUILT.as_bytes().into(), |file| file.data);
    let status = if known { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Some((status, [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, ASK_AGAIN)], html).into_response())
}

fn is_page(path: &str) -> bool {
    let parts: Vec<_> = path.trim_end_matches('/').split('/').collect();
    matches!(
        parts.as_slice(),
        ["" | "network"]
            | ["account" | "people" | "appointments" | "live" | "settings" | "audit" | "messages" | "webhooks"]
            | ["patient", "doctors" | "book" | "appointments" | "calls"]
            | ["doctor", "dashboard" | "calendar" | "hours" | "calls"]
            | ["patient" | "doctor", "video-call", _]
            | ["join" | "sign-in", _]
    )
}
