//! What plain HTTP gets where HTTPS is served: pages lead there, and the API says no, so that no token is sent in the
//! clear twice without anybody noticing.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};

use super::problem::Refused;
use crate::config::Settings;

/// Answers everything.
pub fn router(settings: &Settings) -> Router {
    Router::new().fallback(lead).with_state(settings.public_url.clone())
}

async fn lead(State(public_url): State<String>, method: Method, uri: Uri) -> Response {
    let is_page = matches!(method, Method::GET | Method::HEAD) && !super::is_for_programs(uri.path());
    let place = uri.path_and_query().map_or("/", |place| place.as_str());
    // Nothing that stands in the request names the host: it could be anybody's.
    match HeaderValue::from_str(&format!("{public_url}{place}")) {
        Ok(there) if is_page => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, there)]).into_response(),
        _ => Refused::forbidden(format!(
            "this is served over https alone, at {public_url}; what came with this \
                                         request came in the clear"
        ))
        .into_response(),
    }
}
