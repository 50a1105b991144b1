//! What the practice says of itself, and when its practitioners can be booked.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bedside_protocol::ids::PersonId;
use bedside_protocol::practice::{FreeTimes, HoursView, PracticeSettings, PracticeView};
use bedside_protocol::problem::Problem;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Wire};
use crate::app::{hours, practice};
use crate::wire::auth::Signed;
use crate::wire::extract::{Body, Path, Query};
use crate::wire::problem::Refused;
use crate::wire::translate;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(shown))
        .routes(routes!(settings, put_settings))
        .routes(routes!(hours_of, put_hours))
        .routes(routes!(free_times))
}

/// The practice as everybody sees it, also before signing in.
#[utoipa::path(get, path = "/api/practice", operation_id = "practice", tag = "practice",
    responses((status = 200, body = PracticeView)))]
async fn shown(State(wire): App) -> Result<Json<PracticeView>, Refused> {
    Ok(Json(translate::practice(practice::shown(&wire.app).await?)))
}

/// All that the practice has said. For its people.
#[utoipa::path(get, path = "/api/practice/settings", operation_id = "practice_settings", tag = "practice",
    security(("bearer" = [])), responses((status = 200, body = PracticeSettings), (status = 403, body = Problem)))]
async fn settings(State(wire): App, Signed(asker): Signed) -> Result<Json<PracticeSettings>, Refused> {
    Ok(Json(translate::settings(practice::settings(&wire.app, &asker).await?)))
}

/// In place of all that was said before. For administrators.
#[utoipa::path(put, path = "/api/practice/settings", tag = "practice", request_body = PracticeSettings,
    security(("bearer" = [])), responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn put_settings(
    State(wire): App,
    Signed(asker): Signed,
    body: Body<PracticeSettings>,
) -> Result<StatusCode, Refused> {
    practice::put(&wire.app, &asker, &translate::said(body.value)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// When a practitioner works.
#[utoipa::path(get, path = "/api/practitioners/{id}/hours", operation_id = "hours", tag = "practice",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = HoursView), (status = 404, body = Problem)))]
async fn hours_of(State(wire): App, Signed(asker): Signed, Path(id): Path) -> Result<Json<HoursView>, Refused> {
    Ok(Json(translate::working(&hours::of(&wire.app, &asker, &PersonId::new(id)).await?)))
}

/// In place of what was said before. For the practitioner, staff and administrators.
#[utoipa::path(put, path = "/api/practitioners/{id}/hours", tag = "practice", params(("id" = String, Path)),
    request_body = HoursView, security(("bearer" = [])),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn put_hours(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<HoursView>,
) -> Result<StatusCode, Refused> {
    let (said, zone) = translate::hours(body.value)?;
    hours::put(&wire.app, &asker, &PersonId::new(id), &said, zone).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct FreeQuery {
    /// From this time on, and never from one that has passed; from now if left out.
    from: Option<String>,
    /// Before this time, at most 31 days later; two weeks later if left out.
    to: Option<String>,
    /// How long the appointment takes; 30 if left out.
    minutes: Option<u16>,
}

/// When an appointment can begin.
#[utoipa::path(get, path = "/api/practitioners/{id}/free-times", tag = "practice",
    params(("id" = String, Path), FreeQuery), security(("bearer" = [])),
    responses((status = 200, body = FreeTimes), (status = 404, body = Problem)))]
async fn free_times(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    Query(query): Query<FreeQuery>,
) -> Result<Json<FreeTimes>, Refused> {
    let (from, to) =
        (translate::optional_instant(query.from.as_deref())?, translate::optional_instant(query.to.as_deref())?);
    let minutes = query.minutes.unwrap_or(translate::MINUTES_BY_DEFAULT);
    let free = hours::free_times(&wire.app, &asker, &PersonId::new(id), (from, to), minutes).await?;
    Ok(Json(translate::free(&free)))
}
