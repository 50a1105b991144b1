//! The register of the practice, for staff and administrators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bedside_protocol::Page;
use bedside_protocol::account::{AuditView, SessionView, SignInLink};
use bedside_protocol::ids::PersonId;
use bedside_protocol::person::{PersonView, PutPerson, RegisterEntry};
use bedside_protocol::problem::Problem;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Wire};
use crate::app::{PageWish, register};
use crate::wire::auth::Signed;
use crate::wire::extract::{Body, Nothing, Path, Query};
use crate::wire::problem::Refused;
use crate::wire::translate;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(sign_in_link))
        .routes(routes!(sessions))
        .routes(routes!(end_sessions))
        .routes(routes!(audit))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RegisterQuery {
    /// Those who are this alone.
    role: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

/// Everybody of the practice, by name.
#[utoipa::path(get, path = "/api/people", operation_id = "register", tag = "people", params(RegisterQuery),
    security(("bearer" = [])), responses((status = 200, body = Page<RegisterEntry>), (status = 403, body = Problem)))]
async fn list(
    State(wire): App,
    Signed(asker): Signed,
    Query(query): Query<RegisterQuery>,
) -> Result<Json<Page<RegisterEntry>>, Refused> {
    let role = translate::wanted_role(query.role.as_deref())?;
    let wish = PageWish { cursor: query.cursor, limit: query.limit };
    let listing = register::list(&wire.app, &asker, role, &wish).await?;
    Ok(Json(translate::page(listing, |person| translate::entry(&person))))
}

/// Somebody new, who signs in here: with `email`, and a password once they have chosen one.
#[utoipa::path(post, path = "/api/people", operation_id = "add_person", tag = "people", request_body = PutPerson,
    security(("bearer" = [])), responses(
    (status = 201, body = PersonView), (status = 403, body = Problem), (status = 409, body = Problem),
))]
async fn add(
    State(wire): App,
    Signed(asker): Signed,
    body: Body<PutPerson>,
) -> Result<(StatusCode, Json<PersonView>), Refused> {
    let person = register::add(&wire.app, &asker, &translate::told(body.value)?).await?;
    Ok((StatusCode::CREATED, Json(translate::person(&person))))
}

/// Out at once, from every device, and no way back in.
#[utoipa::path(post, path = "/api/people/{id}/disable", operation_id = "disable_person", tag = "people",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn disable(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<StatusCode, Refused> {
    register::disable(&wire.app, &asker, &PersonId::new(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a disabling back.
#[utoipa::path(post, path = "/api/people/{id}/enable", operation_id = "enable_person", tag = "people",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn enable(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<StatusCode, Refused> {
    register::enable(&wire.app, &asker, &PersonId::new(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where somebody is signed in, the newest first.
#[utoipa::path(get, path = "/api/people/{id}/sessions", operation_id = "sessions_of_person", tag = "people",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = Page<SessionView>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn sessions(State(wire): App, Signed(asker): Signed, Path(id): Path) -> Result<Json<Page<SessionView>>, Refused> {
    let sessions = register::sessions(&wire.app, &asker, &PersonId::new(id)).await?;
    Ok(Json(Page { items: sessions.iter().map(translate::session_of_another).collect(), next_cursor: None }))
}

/// Signed out everywhere at once; links that were not used yet are void, the password stays.
#[utoipa::path(post, path = "/api/people/{id}/end-sessions", operation_id = "end_sessions_of_person", tag = "people",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn end_sessions(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<StatusCode, Refused> {
    register::end_sessions(&wire.app, &asker, &PersonId::new(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// What this person did alone.
    actor: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

/// Who looked at whose record and who changed what, the newest first. For administrators.
#[utoipa::path(get, path = "/api/audit", tag = "people", params(AuditQuery), security(("bearer" = [])),
    responses((status = 200, body = Page<AuditView>), (status = 403, body = Problem)))]
async fn audit(
    State(wire): App,
    Signed(asker): Signed,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<AuditView>>, Refused> {
    let actor = query.actor.map(PersonId::new);
    let wish = PageWish { cursor: query.cursor, limit: query.limit };
    let (listing, names) = register::audit(&wire.app, &asker, actor.as_ref(), &wish).await?;
    Ok(Json(translate::page(listing, |entry| translate::audited(&entry, &names))))
}

/// A link that lets somebody in once, to be handed over. For administrators.
#[utoipa::path(post, path = "/api/people/{id}/sign-in-link", operation_id = "make_sign_in_link", tag = "people",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 201, body = SignInLink), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn sign_in_link(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<(StatusCode, Json<SignInLink>), Refused> {
    let link = register::sign_in_link(&wire.app, &asker, &PersonId::new(id)).await?;
    Ok((StatusCode::CREATED, Json(translate::sign_in_link(link))))
}
