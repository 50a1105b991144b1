//! Who one is, whom one finds, the directory, and what staff write of people.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bedside_protocol::Page;
use bedside_protocol::ids::PersonId;
use bedside_protocol::person::{PersonView, PractitionerCard, PutPerson};
use bedside_protocol::problem::Problem;
use bedside_protocol::room::IceServers;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, PageQuery, Wire};
use crate::app::people::{self, Find, Put};
use crate::wire::auth::{self, Signed};
use crate::wire::extract::{Body, Path, Query};
use crate::wire::problem::Refused;
use crate::wire::translate;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(current_user))
        .routes(routes!(find))
        .routes(routes!(directory))
        .routes(routes!(put))
        .routes(routes!(ice_servers))
}

/// Who the token says one is.
#[utoipa::path(get, path = "/api/current-user", tag = "people", security(("bearer" = [])), responses(
    (status = 200, body = PersonView), (status = 401, body = Problem),
))]
async fn current_user(Signed(asker): Signed) -> Json<PersonView> {
    Json(translate::person(&people::me(&asker)))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct FindQuery {
    email: Option<String>,
    id: Option<String>,
}

/// A person by e-mail or id, found only by somebody who shares an appointment with them, or by staff.
#[utoipa::path(get, path = "/api/users", tag = "people", params(FindQuery), security(("bearer" = [])), responses(
    (status = 200, body = PersonView), (status = 404, body = Problem),
))]
async fn find(
    State(wire): App,
    Signed(asker): Signed,
    Query(query): Query<FindQuery>,
) -> Result<Json<PersonView>, Refused> {
    let find = match (query.id, query.email) {
        (Some(id), None) => Find::Id(PersonId::new(id)),
        (None, Some(email)) => Find::Email(email),
        (Some(_), Some(_)) | (None, None) => return Err(Refused::invalid("ask for either email or id")),
    };
    Ok(Json(translate::person(&people::find(&wire.app, &asker, find).await?)))
}

/// The practitioners of the practice, with their presence.
#[utoipa::path(get, path = "/api/practitioners", tag = "people", params(PageQuery), security(("bearer" = [])), responses(
    (status = 200, body = Page<PractitionerCard>), (status = 403, body = Problem),
))]
async fn directory(
    State(wire): App,
    Signed(asker): Signed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PractitionerCard>>, Refused> {
    let listing = people::directory(&wire.app, &asker, &page.into()).await?;
    Ok(Json(translate::page(listing, |(person, presence)| translate::card(person, presence.name()))))
}

/// Makes a person whom nobody has seen yet, or changes one. For staff and administrators.
#[utoipa::path(put, path = "/api/people/{id}", tag = "people", params(("id" = String, Path)), request_body = PutPerson,
    security(("bearer" = [])), responses(
    (status = 200, body = PersonView), (status = 201, body = PersonView), (status = 403, body = Problem),
))]
async fn put(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<PutPerson>,
) -> Result<(StatusCode, Json<PersonView>), Refused> {
    let told = translate::told(body.value)?;
    let id = auth::plain_id(&id).map_err(Refused::invalid)?;
    let (person, put) = people::put(&wire.app, &asker, &id, &told).await?;
    let status = match put {
        Put::Created => StatusCode::CREATED,
        Put::Updated => StatusCode::OK,
    };
    Ok((status, Json(translate::person(&person))))
}

#[derive(Deserialize)]
struct IceWish {
    purpose: Option<String>,
}

/// STUN and TURN servers for `RTCPeerConnection`, with a password of two hours for those that relay; with
/// `purpose=trial` one of five minutes, which is enough to try the network out.
#[utoipa::path(get, path = "/api/ice-servers", tag = "calls", security(("bearer" = [])),
    params(("purpose" = Option<String>, Query)), responses((status = 200, body = IceServers)))]
async fn ice_servers(
    State(wire): App,
    Signed(asker): Signed,
    Query(wish): Query<IceWish>,
) -> Result<Json<IceServers>, Refused> {
    let purpose = translate::ice_purpose(wish.purpose.as_deref())?;
    Ok(Json(IceServers { ice_servers: translate::ice_servers(&wire.app, &asker, purpose) }))
}
