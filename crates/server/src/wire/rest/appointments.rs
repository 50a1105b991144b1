//! Appointments: asked for, settled, moved, begun.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bedside_protocol::Page;
use bedside_protocol::appointment::{AppointmentView, CallStart, NewAppointment, Reason, Reschedule};
use bedside_protocol::ids::AppointmentId;
use bedside_protocol::problem::Problem;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Wire, answer};
use crate::app::appointments::{self, Filter, Shown};
use crate::app::{Asker, PageWish, booking};
use crate::dispatch::{Answer, Once};
use crate::wire::auth::Signed;
use crate::wire::extract::{Body, Nothing, Path, Query};
use crate::wire::problem::Refused;
use crate::wire::translate;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(one))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(cancel))
        .routes(routes!(reschedule))
        .routes(routes!(complete))
        .routes(routes!(no_show))
        .routes(routes!(start_call))
}

/// A patient requests, for nobody else: `Pending`. A practitioner or staff member settles: `Accepted`.
#[utoipa::path(post, path = "/api/appointments", tag = "appointments", request_body = NewAppointment,
    security(("bearer" = [])), responses(
    (status = 201, body = AppointmentView), (status = 409, description = "The time is taken.", body = Problem),
))]
async fn create(State(wire): App, Signed(asker): Signed, body: Body<NewAppointment>) -> Result<Answer, Refused> {
    let ask = translate::ask(body.value)?;
    let render = |shown: &Shown| answer(StatusCode::CREATED, &translate::appointment(shown));
    Ok(booking::create(&wire.app, &asker, &ask, body.once.as_ref(), render).await?)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    status: Option<String>,
    /// Those that start at this time or later.
    from: Option<String>,
    /// Those that start before this time.
    to: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

/// One's own appointments, or everybody's for staff; the earliest first.
#[utoipa::path(get, path = "/api/appointments", tag = "appointments", params(ListQuery), security(("bearer" = [])),
    responses((status = 200, body = Page<AppointmentView>)))]
async fn list(
    State(wire): App,
    Signed(asker): Signed,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<AppointmentView>>, Refused> {
    let filter = Filter {
        status: translate::appointment_status(query.status.as_deref())?,
        from: translate::optional_instant(query.from.as_deref())?,
        to: translate::optional_instant(query.to.as_deref())?,
        page: PageWish { cursor: query.cursor, limit: query.limit },
    };
    let listing = appointments::list(&wire.app, &asker, &filter).await?;
    Ok(Json(translate::page(listing, |shown| translate::appointment(&shown))))
}

#[utoipa::path(get, path = "/api/appointments/{id}", tag = "appointments", params(("id" = String, Path)),
    security(("bearer" = [])), responses((status = 200, body = AppointmentView), (status = 404, body = Problem)))]
async fn one(State(wire): App, Signed(asker): Signed, Path(id): Path) -> Result<Json<AppointmentView>, Refused> {
    let shown = appointments::one(&wire.app, &asker, &AppointmentId::new(id)).await?;
    Ok(Json(translate::appointment(&shown)))
}

/// The practice accepts a request; a remote one gets its links.
#[utoipa::path(post, path = "/api/appointments/{id}/accept", tag = "appointments", params(("id" = String, Path)),
    security(("bearer" = [])), responses((status = 200, body = AppointmentView), (status = 409, body = Problem)))]
async fn accept(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Nothing>,
) -> Result<Answer, Refused> {
    act(&wire, &asker, id, &translate::accept(), body.once.as_ref()).await
}

#[utoipa::path(post, path = "/api/appointments/{id}/decline", tag = "appointments", params(("id" = String, Path)),
    request_body = Reason, security(("bearer" = [])),
    responses((status = 200, body = AppointmentView), (status = 409, body = Problem)))]
async fn decline(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Reason>,
) -> Result<Answer, Refused> {
    act(&wire, &asker, id, &translate::decline(body.value.reason)?, body.once.as_ref()).await
}

/// Either party, or staff. Its links are void from then on.
#[utoipa::path(post, path = "/api/appointments/{id}/cancel", tag = "appointments", params(("id" = String, Path)),
    request_body = Reason, security(("bearer" = [])),
    responses((status = 200, body = AppointmentView), (status = 409, body = Problem)))]
async fn cancel(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Reason>,
) -> Result<Answer, Refused> {
    act(&wire, &asker, id, &translate::cancel(body.value.reason)?, body.once.as_ref()).await
}

/// To another time. A patient's move is a request again; the practice's stands. Links stay as they are.
#[utoipa::path(post, path = "/api/appointments/{id}/reschedule", tag = "appointments", params(("id" = String, Path)),
    request_body = Reschedule, security(("bearer" = [])),
    responses((status = 200, body = AppointmentView), (status = 409, body = Problem)))]
async fn reschedule(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Reschedule>,
) -> Result<Answer, Refused> {
    act(&wire, &asker, id, &translate::reschedule(&body.value)?, body.once.as_ref()).await
}

#[utoipa::path(post, path = "/api/appointments/{id}/complete", tag = "appointments", params(("id" = String, Path)),
    security(("bearer" = [])), responses((status = 200, body = AppointmentView), (status = 409, body = Problem)))]
async fn complete(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Nothing>,
) -> Result<Answer, Refused> {
    act(&wire, &asker, id, &translate::complete(), body.once.as_ref()).await
}

#[utoipa::path(post, path = "/api/appointments/{id}/no-show", tag = "appointments", params(("id" = String, Path)),
    security(("bearer" = [])), responses((status = 200, body = AppointmentView), (status = 409, body = Problem)))]
async fn no_show(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Nothing>,
) -> Result<Answer, Refused> {
    act(&wire, &asker, id, &translate::no_show(), body.once.as_ref()).await
}

/// The practitioner begins; the patient is told at once.
#[utoipa::path(post, path = "/api/appointments/{id}/start-call", tag = "appointments", params(("id" = String, Path)),
    security(("bearer" = [])), responses((status = 200, body = CallStart), (status = 409, body = Problem)))]
async fn start_call(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Nothing>,
) -> Result<Answer, Refused> {
    let render = |start: &appointments::Start| answer(StatusCode::OK, &translate::start(start));
    let id = AppointmentId::new(id);
    Ok(appointments::start_call(&wire.app, &asker, &id, body.once.as_ref(), render).await?)
}

async fn act(
    wire: &Wire,
    asker: &Asker,
    id: String,
    wish: &appointments::Wish,
    once: Option<&Once>,
) -> Result<Answer, Refused> {
    let render = |shown: &Shown| answer(StatusCode::OK, &translate::appointment(shown));
    Ok(appointments::act(&wire.app, asker, &AppointmentId::new(id), wish, once, render).await?)
}
