//! How one is reached who has no page open, one's calendar, and the end of letters.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Html;
use axum::{Form, Json};
use bedside_protocol::ids::AppointmentId;
use bedside_protocol::problem::Problem;
use bedside_protocol::reach::{
    CalendarAddress, ConfirmAddress, ForgetDevice, NewAddress, PushDevice, PutReach, ReachView,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Wire};
use crate::app::reach::PushAnswer;
use crate::app::{calendar, outbox, reach};
use crate::wire::auth::Signed;
use crate::wire::extract::{Body, Nothing, Path};
use crate::wire::problem::Refused;
use crate::wire::{manual, translate};

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(view, choose))
        .routes(routes!(new_address))
        .routes(routes!(confirm_address))
        .routes(routes!(add_device))
        .routes(routes!(forget_device))
        .routes(routes!(new_calendar))
        .routes(routes!(feed))
        .routes(routes!(calendar_file))
        .routes(routes!(stopping, stop))
        .routes(routes!(receipt))
        .routes(routes!(push_rings))
        .routes(routes!(push_decline))
}

/// By which ways one is told, and what one has chosen.
#[utoipa::path(get, path = "/api/me/reach", operation_id = "reach", tag = "reach", security(("bearer" = [])),
    responses((status = 200, body = ReachView), (status = 403, body = Problem)))]
async fn view(State(wire): App, Signed(asker): Signed) -> Result<Json<ReachView>, Refused> {
    Ok(Json(translate::reach(&wire.app, &reach::view(&wire.app, &asker).await?)))
}

/// In place of what one chose before.
#[utoipa::path(put, path = "/api/me/reach", operation_id = "choose_reach", tag = "reach", request_body = PutReach,
    security(("bearer" = [])), responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn choose(State(wire): App, Signed(asker): Signed, body: Body<PutReach>) -> Result<StatusCode, Refused> {
    reach::choose(&wire.app, &asker, &translate::choices_of(&body.value)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a code to an address, which becomes one's own once it is confirmed. One code a minute.
#[utoipa::path(post, path = "/api/me/addresses", operation_id = "new_address", tag = "reach", request_body = NewAddress,
    security(("bearer" = [])), responses((status = 204), (status = 400, body = Problem),
    (status = 409, description = "Not set up here, too soon, or it could not be sent.", body = Problem),
    (status = 429, description = "Twelve codes a day are enough for one person, and for one address.", body = Problem)))]
async fn new_address(State(wire): App, Signed(asker): Signed, body: Body<NewAddress>) -> Result<StatusCode, Refused> {
    reach::view(&wire.app, &asker).await?;
    let (channel, address) = translate::new_address(body.value)?;
    wire.limits.code_to(&address, asker.viewer.id.as_str())?;
    reach::new_address(&wire.app, &asker, channel, &address).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The code of six digits. Five wrong ones, or a quarter of an hour, and it is over.
#[utoipa::path(post, path = "/api/me/addresses/confirm", operation_id = "confirm_address", tag = "reach",
    request_body = ConfirmAddress, security(("bearer" = [])), responses((status = 204),
    (status = 410, description = "The code is wrong or over.", body = Problem)))]
async fn confirm_address(
    State(wire): App,
    Signed(asker): Signed,
    body: Body<ConfirmAddress>,
) -> Result<StatusCode, Refused> {
    let channel = translate::confirmed(&body.value)?;
    reach::confirm(&wire.app, &asker, channel, &body.value.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A browser that can be woken. It belongs to whoever registered it last.
#[utoipa::path(post, path = "/api/me/devices", operation_id = "add_device", tag = "reach", request_body = PushDevice,
    security(("bearer" = [])), responses((status = 204), (status = 400, body = Problem),
    (status = 409, description = "There are no pushes here.", body = Problem)))]
async fn add_device(
    State(wire): App,
    Signed(asker): Signed,
    headers: HeaderMap,
    body: Body<PushDevice>,
) -> Result<StatusCode, Refused> {
    let PushDevice { endpoint, keys } = &body.value;
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let agent = agent.map(|agent| agent.chars().take(200).collect());
    reach::add_device(&wire.app, &asker, (endpoint, &keys.p256dh, &keys.auth), agent).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// When its person signs out of it, or wants no more pushes there.
#[utoipa::path(post, path = "/api/me/devices/forget", operation_id = "forget_device", tag = "reach",
    request_body = ForgetDevice, security(("bearer" = [])), responses((status = 204), (status = 403, body = Problem)))]
async fn forget_device(
    State(wire): App,
    Signed(asker): Signed,
    body: Body<ForgetDevice>,
) -> Result<StatusCode, Refused> {
    reach::forget_device(&wire.app, &asker, &body.value.endpoint).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new private address of one's calendar; the one before it leads nowhere from now on.
#[utoipa::path(post, path = "/api/me/calendar", operation_id = "new_calendar", tag = "calendar",
    security(("bearer" = [])), responses((status = 201, body = CalendarAddress), (status = 403, body = Problem)))]
async fn new_calendar(
    State(wire): App,
    Signed(asker): Signed,
    _: Body<Nothing>,
) -> Result<(StatusCode, Json<CalendarAddress>), Refused> {
    let url = calendar::new_feed(&wire.app, &asker).await?;
    Ok((StatusCode::CREATED, Json(CalendarAddress { url })))
}

type Calendar = ([(HeaderName, &'static str); 1], String);

const CALENDAR: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];

/// The calendar that calendar programs subscribe to. Whoever has the address reads it.
#[utoipa::path(get, path = "/api/calendar/{token}", operation_id = "calendar", tag = "calendar",
    params(("token" = String, Path)), responses((status = 200, description = "iCalendar.",
    content_type = "text/calendar"), (status = 404, body = Problem)))]
async fn feed(State(wire): App, Path(token): Path) -> Result<Calendar, Refused> {
    Ok((CALENDAR, calendar::feed(&wire.app, token.strip_suffix(".ics").unwrap_or(&token)).await?))
}

/// One appointment, to be put into a calendar by hand. For its two parties.
#[utoipa::path(get, path = "/api/appointments/{id}/calendar", operation_id = "calendar_file", tag = "calendar",
    params(("id" = String, Path)), security(("bearer" = [])), responses((status = 200, description = "iCalendar.",
    content_type = "text/calendar"), (status = 404, body = Problem)))]
async fn calendar_file(State(wire): App, Signed(asker): Signed, Path(id): Path) -> Result<Calendar, Refused> {
    Ok((CALENDAR, calendar::file(&wire.app, &asker, &AppointmentId::new(id)).await?))
}

/// A page with one button, for people. Looking at it ends nothing.
#[utoipa::path(get, path = "/api/stop/{token}", operation_id = "stopping", tag = "reach",
    params(("token" = String, Path)), responses((status = 200, description = "A page with one button.",
    content_type = "text/html"), (status = 404, body = Problem), (status = 410, body = Problem)))]
async fn stopping(State(wire): App, Path(token): Path) -> Result<Html<String>, Refused> {
    let (asked, _) = reach::said_of_stopping(&wire.app, &token).await?;
    Ok(Html(manual::question(&asked)))
}

/// No more e-mail and SMS for whoever got that letter. Mail programs do it with one press (RFC 8058).
#[utoipa::path(post, path = "/api/stop/{token}", operation_id = "stop", tag = "reach",
    params(("token" = String, Path)), responses((status = 200, description = "A page that says so.",
    content_type = "text/html"), (status = 404, body = Problem), (status = 410, body = Problem)))]
async fn stop(State(wire): App, Path(token): Path) -> Result<Html<String>, Refused> {
    let (_, told) = reach::said_of_stopping(&wire.app, &token).await?;
    reach::stop(&wire.app, &token).await?;
    Ok(Html(manual::told(&told)))
}

/// A device that a push has woken shows the ring. `token` came with the push; nobody has to be signed in.
#[utoipa::path(post, path = "/api/pushes/{token}/rings", operation_id = "push_rings", tag = "reach",
    params(("token" = String, Path)), responses((status = 204), (status = 404, body = Problem),
    (status = 409, description = "It does not ring any more.", body = Problem)))]
async fn push_rings(State(wire): App, Path(token): Path) -> Result<StatusCode, Refused> {
    reach::answer_push(&wire.app, &token, PushAnswer::Rings).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The person declines on the notification itself.
#[utoipa::path(post, path = "/api/pushes/{token}/decline", operation_id = "push_decline", tag = "reach",
    params(("token" = String, Path)), responses((status = 204), (status = 404, body = Problem),
    (status = 409, description = "It does not ring any more.", body = Problem)))]
async fn push_decline(State(wire): App, Path(token): Path) -> Result<StatusCode, Refused> {
    reach::answer_push(&wire.app, &token, PushAnswer::Decline).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What Twilio says of an SMS, signed by it.
#[utoipa::path(post, path = "/api/sms/receipts/{id}", operation_id = "sms_receipt", tag = "reach",
    params(("id" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn receipt(
    State(wire): App,
    Path(id): Path,
    headers: HeaderMap,
    form: Result<Form<BTreeMap<String, String>>, FormRejection>,
) -> Result<StatusCode, Refused> {
    let signature = headers.get("x-twilio-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form = form.map(|Form(form)| form).unwrap_or_default();
    outbox::receipt(&wire.app, &id, signature, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}
