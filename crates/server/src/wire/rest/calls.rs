//! Calls: one's history, the running ones, the missed ones.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bedside_protocol::Page;
use bedside_protocol::call::{CallBack, CallView, Feedback, Ring};
use bedside_protocol::ids::{CallId, PersonId};
use bedside_protocol::problem::Problem;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, PageQuery, Wire, answer};
use crate::app::PageWish;
use crate::app::calls::{self, Filter};
use crate::app::ring;
use crate::app::seats::{self, At};
use crate::dispatch::Answer;
use crate::wire::auth::Signed;
use crate::wire::csv;
use crate::wire::extract::{Body, Nothing, Path, Query};
use crate::wire::problem::Refused;
use crate::wire::translate;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(ring, history))
        .routes(routes!(export))
        .routes(routes!(missed))
        .routes(routes!(seen))
        .routes(routes!(call_back))
        .routes(routes!(rings))
        .routes(routes!(feedback))
}

#[utoipa::path(get, path = "/session/{callId}", tag = "calls", params(("callId" = String, Path)),
    security(("bearer" = [])), responses((status = 200, body = CallView), (status = 404, body = Problem)))]
pub async fn session(State(wire): App, Signed(asker): Signed, Path(id): Path) -> Result<Json<CallView>, Refused> {
    let (shown, names) = calls::one(&wire.app, &asker, &CallId::new(id)).await?;
    Ok(Json(translate::call(&shown, &names)))
}

/// One's calls, the newest first.
#[utoipa::path(get, path = "/my-sessions", tag = "calls", params(PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Page<CallView>)))]
pub async fn my_sessions(
    State(wire): App,
    Signed(asker): Signed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CallView>>, Refused> {
    let filter = Filter { page: page.into(), ..Filter::default() };
    let (listing, names) = calls::mine(&wire.app, &asker, &filter).await?;
    Ok(Json(translate::page(listing, |shown| translate::call(&shown, &names))))
}

/// The running ones, the newest first: one's own, or everybody's for an administrator.
#[utoipa::path(get, path = "/active-sessions", tag = "calls", params(PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Page<CallView>)))]
pub async fn active_sessions(
    State(wire): App,
    Signed(asker): Signed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CallView>>, Refused> {
    let (listing, names) = calls::active(&wire.app, &asker, &page.into()).await?;
    Ok(Json(translate::page(listing, |shown| translate::call(&shown, &names))))
}

/// Ends the call for all; ending it twice is harmless.
#[utoipa::path(post, path = "/end-session/{callId}", tag = "calls", params(("callId" = String, Path)),
    security(("bearer" = [])), responses((status = 200, body = CallView), (status = 404, body = Problem)))]
pub async fn end_session(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Nothing>,
) -> Result<Answer, Refused> {
    let render = |(shown, names): &_| answer(StatusCode::OK, &translate::call(shown, names));
    Ok(calls::end(&wire.app, &asker, &CallId::new(id), body.once.as_ref(), render).await?)
}

/// Rings somebody. Who is busy or offline is not disturbed, and finds a missed call.
#[utoipa::path(post, path = "/api/calls", tag = "calls", request_body = Ring, security(("bearer" = [])), responses(
    (status = 201, body = CallView), (status = 409, description = "Busy or offline.", body = Problem),
))]
async fn ring(State(wire): App, Signed(asker): Signed, body: Body<Ring>) -> Result<Answer, Refused> {
    let ask = translate::ring(body.value)?;
    Ok(ring::ring(&wire.app, &asker, &ask, body.once.as_ref(), rung).await?)
}

/// Rings the other one of a call that has ended; a missed one counts as seen from then on.
#[utoipa::path(post, path = "/api/calls/{callId}/call-back", tag = "calls", params(("callId" = String, Path)),
    request_body = CallBack, security(("bearer" = [])), responses(
    (status = 201, body = CallView), (status = 404, body = Problem),
    (status = 409, description = "Busy or offline.", body = Problem),
))]
async fn call_back(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<CallBack>,
) -> Result<Answer, Refused> {
    let device = translate::device(body.value.device_id)?;
    let id = CallId::new(id);
    Ok(ring::back(&wire.app, &asker, &id, device, body.once.as_ref(), rung).await?)
}

/// A device of the callee rings without a socket: a push has woken it.
#[utoipa::path(post, path = "/api/calls/{callId}/rings", operation_id = "device_rings", tag = "calls",
    params(("callId" = String, Path)), request_body = CallBack, security(("bearer" = [])), responses((status = 204),
    (status = 404, body = Problem), (status = 409, description = "It does not ring.", body = Problem)))]
async fn rings(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<CallBack>,
) -> Result<StatusCode, Refused> {
    let command = translate::device_rings(&translate::device(body.value.device_id)?);
    seats::command(&wire.app, &asker, &At::Call(CallId::new(id)), &command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The answer to a ring, which is kept also when it says no.
fn rung(rung: &ring::Rung) -> Answer {
    match rung {
        Ok((shown, names)) => answer(StatusCode::CREATED, &translate::call(shown, names)),
        Err(refusal) => Refused::from(*refusal).answer(),
    }
}

#[derive(Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// Those requested at this time or later.
    from: Option<String>,
    /// Those requested before this time.
    to: Option<String>,
    /// Those with this person.
    with: Option<String>,
    /// `completed`, `declined`, `missed`, `cancelled` or `failed`, as it was for whoever asks: a call that its caller
    /// gave up is `cancelled` for the caller and `missed` for the callee.
    outcome: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
    /// For an export: `csv` or `json`.
    format: Option<String>,
}

impl HistoryQuery {
    fn filter(self) -> Result<Filter, Refused> {
        Ok(Filter {
            with: self.with.map(PersonId::new),
            from: translate::optional_instant(self.from.as_deref())?,
            to: translate::optional_instant(self.to.as_deref())?,
            outcome: translate::outcome(self.outcome.as_deref())?,
            page: PageWish { cursor: self.cursor, limit: self.limit },
        })
    }
}

/// One's history, the newest first.
#[utoipa::path(get, path = "/api/calls", tag = "calls", params(HistoryQuery), security(("bearer" = [])),
    responses((status = 200, body = Page<CallView>)))]
async fn history(
    State(wire): App,
    Signed(asker): Signed,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<Page<CallView>>, Refused> {
    let (listing, names) = calls::mine(&wire.app, &asker, &query.filter()?).await?;
    Ok(Json(translate::page(listing, |shown| translate::call(&shown, &names))))
}

/// One's history as a file.
#[utoipa::path(get, path = "/api/calls/export", tag = "calls", params(HistoryQuery), security(("bearer" = [])),
    responses((status = 200, body = [CallView], description = "CSV for a spreadsheet, or JSON.")))]
async fn export(
    State(wire): App,
    Signed(asker): Signed,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, Refused> {
    let format = query.format.clone().unwrap_or_else(|| "csv".to_owned());
    if format != "csv" && format != "json" {
        return Err(Refused::invalid("format must be csv or json"));
    }
    let (calls, names) = calls::export(&wire.app, &asker, &query.filter()?).await?;
    let calls: Vec<_> = calls.iter().map(|shown| translate::call(shown, &names)).collect();
    let name = format!("attachment; filename=\"calls.{format}\"");
    if format == "json" {
        return Ok(([(header::CONTENT_DISPOSITION, name)], Json(calls)).into_response());
    }
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
    Ok(([kind, (header::CONTENT_DISPOSITION, name)], csv::of_calls(&calls)).into_response())
}

/// Those one has missed and not taken note of, the newest first.
#[utoipa::path(get, path = "/api/calls/missed", tag = "calls", params(PageQuery), security(("bearer" = [])),
    responses((status = 200, body = Page<CallView>)))]
async fn missed(
    State(wire): App,
    Signed(asker): Signed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CallView>>, Refused> {
    let (listing, names) = calls::missed(&wire.app, &asker, &page.into()).await?;
    Ok(Json(translate::page(listing, |shown| translate::call(&shown, &names))))
}

/// One has taken note of a missed call.
#[utoipa::path(post, path = "/api/calls/{callId}/seen", tag = "calls", params(("callId" = String, Path)),
    security(("bearer" = [])), responses((status = 204), (status = 404, body = Problem)))]
async fn seen(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<StatusCode, Refused> {
    calls::seen(&wire.app, &asker, &CallId::new(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How it was. Said again, it replaces what was said before.
#[utoipa::path(post, path = "/api/calls/{callId}/feedback", tag = "calls", params(("callId" = String, Path)),
    request_body = Feedback, security(("bearer" = [])), responses((status = 204), (status = 404, body = Problem)))]
async fn feedback(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Feedback>,
) -> Result<StatusCode, Refused> {
    let opinion = translate::feedback(body.value)?;
    calls::feedback(&wire.app, &asker, &CallId::new(id), &opinion).await?;
    Ok(StatusCode::NO_CONTENT)
}
