//! The room of an appointment, for its two parties.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bedside_protocol::ids::AppointmentId;
use bedside_protocol::problem::Problem;
use bedside_protocol::room::{RoomCreated, RoomView};

use super::{App, answer};
use crate::app::rooms;
use crate::dispatch::Answer;
use crate::wire::auth::Signed;
use crate::wire::extract::{Body, Nothing, Path};
use crate::wire::problem::Refused;
use crate::wire::translate;

#[utoipa::path(get, path = "/room/appointment/{appointmentId}", tag = "rooms",
    params(("appointmentId" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = RoomView), (status = 404, body = Problem)))]
pub async fn of_appointment(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
) -> Result<Json<RoomView>, Refused> {
    Ok(Json(translate::room(&rooms::of_appointment(&wire.app, &asker, &AppointmentId::new(id)).await?)))
}

/// The same room however often it is asked.
#[utoipa::path(post, path = "/room/appointment/{appointmentId}/create", operation_id = "create_room", tag = "rooms",
    params(("appointmentId" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = RoomCreated), (status = 404, body = Problem)))]
pub async fn create(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Nothing>,
) -> Result<Answer, Refused> {
    let id = AppointmentId::new(id);
    let render = |room: &_| answer(StatusCode::OK, &translate::room_created(room));
    Ok(rooms::create(&wire.app, &asker, &id, body.once.as_ref(), render).await?)
}
