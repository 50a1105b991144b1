//! Every route, and the OpenAPI document that is made from the handlers.

mod accounts;
mod appointments;
mod calls;
mod doors;
mod health;
mod me;
mod notices;
mod outbox;
mod people;
mod practice;
mod reach;
mod register;
mod rooms;

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::{Json, Router};
use bedside_protocol::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Wire, manual};
use crate::app::PageWish;
use crate::dispatch::Answer;

#[derive(OpenApi)]
#[openapi(
    info(title = "Bedside", description = "Video calling for clinics. Errors are RFC 9457 problem documents."),
    components(schemas(Problem))
)]
struct Described;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| finished(described().into_openapi()));

pub fn router() -> Router<Wire> {
    described().split_for_parts().0
}

fn described() -> OpenApiRouter<Wire> {
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(openapi))
        .routes(routes!(manual))
        .routes(routes!(manual_style))
        .merge(health::router())
        .merge(people::router())
        .merge(register::router())
        .merge(appointments::router())
        .merge(calls::router())
        .merge(notices::router())
        .merge(doors::router())
        .merge(accounts::router())
        .merge(me::router())
        .merge(practice::router())
        .merge(reach::router())
        .merge(outbox::router())
        .nest("/api/video-call", video_call())
        .nest("/video-call", video_call())
}

/// Two families of clients know two prefixes; both find everything under each.
fn video_call() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(rooms::of_appointment))
        .routes(routes!(rooms::create))
        .routes(routes!(calls::session))
        .routes(routes!(calls::my_sessions))
        .routes(routes!(calls::active_sessions))
        .routes(routes!(calls::end_session))
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operation",
    responses((status = 200, description = "An OpenAPI 3.1 document.")))]
async fn openapi() -> Json<&'static Document> {
    Json(&DOCUMENT)
}

/// The same for people: a page that loads nothing from elsewhere.
#[utoipa::path(get, path = "/api", tag = "operation",
    responses((status = 200, description = "Every route on one page.", content_type = "text/html")))]
async fn manual() -> Html<&'static str> {
    static PAGE: LazyLock<String> = LazyLock::new(|| {
        let document = serde_json::to_value(&*DOCUMENT).expect("the document is plain JSON");
        manual::page(&document)
    });
    Html(&PAGE)
}

/// How that page looks.
#[utoipa::path(get, path = "/api/manual.css", tag = "operation",
    responses((status = 200, description = "A style sheet.", content_type = "text/css")))]
async fn manual_style() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], manual::STYLE)
}

/// What the handlers cannot say one by one: how one proves who one is, and names that are unique.
fn finished(mut document: Document) -> Document {
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    document.components.get_or_insert_default().add_security_scheme("bearer", bearer);
    for (path, item) in &mut document.paths.paths {
        if path.starts_with("/video-call/") {
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                operation.operation_id = operation.operation_id.take().map(|id| format!("{id}_short"));
            }
        }
    }
    document
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// From `nextCursor` of the page before.
    cursor: Option<String>,
    /// How many at most, up to 200; 50 if left out.
    limit: Option<u16>,
}

impl From<PageQuery> for PageWish {
    fn from(query: PageQuery) -> Self {
        Self { cursor: query.cursor, limit: query.limit }
    }
}

/// An answer that may be kept and given again.
fn answer<T: Serialize>(status: StatusCode, body: &T) -> Answer {
    let body = serde_json::to_string(body).expect("wire types are plain JSON");
    Answer { status: status.as_u16(), body }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let refused = status.is_client_error() || status.is_server_error();
        let kind = if refused { "application/problem+json" } else { "application/json" };
        (status, [(header::CONTENT_TYPE, kind)], self.body).into_response()
    }
}

type App = State<Wire>;
