//! Oneself: the profile, and what the pages keep.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bedside_protocol::account::{MeView, Preferences, PutMe};
use bedside_protocol::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Wire};
use crate::app::oneself;
use crate::wire::auth::Signed;
use crate::wire::extract::Body;
use crate::wire::problem::Refused;
use crate::wire::translate;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new().routes(routes!(me, describe)).routes(routes!(prefer))
}

/// Oneself, how one signs in, and what one's pages have kept.
#[utoipa::path(get, path = "/api/me", tag = "me", security(("bearer" = [])),
    responses((status = 200, body = MeView), (status = 403, body = Problem)))]
async fn me(State(wire): App, Signed(asker): Signed) -> Result<Json<MeView>, Refused> {
    Ok(Json(translate::me(oneself::view(&wire.app, &asker).await?)))
}

/// What one says of oneself. Where a host application vouches for one, its next word counts.
#[utoipa::path(put, path = "/api/me", tag = "me", request_body = PutMe, security(("bearer" = [])),
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn describe(State(wire): App, Signed(asker): Signed, body: Body<PutMe>) -> Result<StatusCode, Refused> {
    oneself::describe(&wire.app, &asker, &translate::told_by_oneself(body.value)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one's pages keep, in place of what they kept before.
#[utoipa::path(put, path = "/api/me/settings", tag = "me", request_body = Preferences, security(("bearer" = [])),
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn prefer(State(wire): App, Signed(asker): Signed, body: Body<Preferences>) -> Result<StatusCode, Refused> {
    oneself::prefer(&wire.app, &asker, &translate::preferences(&body.value)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
