//! Accounts: signing in with a password, and where one is signed in.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bedside_protocol::Page;
use bedside_protocol::account::{AskForLink, NewPassword, PasswordSignIn, SessionView};
use bedside_protocol::door::SignInView;
use bedside_protocol::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::doors::{browser, signed_in};
use super::{App, Wire};
use crate::app::accounts;
use crate::wire::auth::{self, Signed};
use crate::wire::client;
use crate::wire::extract::{Body, Nothing, Path};
use crate::wire::problem::Refused;
use crate::wire::translate;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(sign_in_by_password))
        .routes(routes!(ask_for_link))
        .routes(routes!(choose_password))
        .routes(routes!(sessions))
        .routes(routes!(end_session))
        .routes(routes!(end_other_sessions))
}

/// Signs in with address and password: the answer sets the session cookie of our own pages. What is wrong is answered
/// alike whether or not anybody has that address.
#[utoipa::path(post, path = "/api/sign-in", tag = "doors", request_body = PasswordSignIn, responses(
    (status = 200, body = SignInView), (status = 401, body = Problem), (status = 429, body = Problem),
))]
async fn sign_in_by_password(
    State(wire): App,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Body<PasswordSignIn>,
) -> Result<Response, Refused> {
    auth::must_come_from_here(&wire, &headers)?;
    let PasswordSignIn { email, password } = body.value;
    translate::must_be_credentials(&email, &password)?;
    wire.limits.attempt_from(client::address(peer, &headers, &wire.app.settings.trusted_proxy))?;
    wire.limits.attempt_at(&email)?;
    let outcome = accounts::sign_in(&wire.app, &email, &password, &browser(&wire, &headers)).await?;
    Ok(signed_in(&wire, peer, &headers, outcome))
}

/// Sends a link that signs in once to whoever has an account with this address. The answer is the same if nobody has.
#[utoipa::path(post, path = "/api/sign-in-link", tag = "doors", request_body = AskForLink, responses(
    (status = 202, description = "It is on its way, if somebody has that address"), (status = 409, body = Problem),
    (status = 429, body = Problem),
))]
async fn ask_for_link(
    State(wire): App,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Body<AskForLink>,
) -> Result<StatusCode, Refused> {
    auth::must_come_from_here(&wire, &headers)?;
    let AskForLink { email } = body.value;
    translate::must_be_credentials(&email, "")?;
    wire.limits.attempt_from(client::address(peer, &headers, &wire.app.settings.trusted_proxy))?;
    wire.limits.letter_to(&email)?;
    accounts::send_link(&wire.app, email)?;
    Ok(StatusCode::ACCEPTED)
}

/// A new password. Sessions that were begun elsewhere end.
#[utoipa::path(put, path = "/api/me/password", tag = "me", request_body = NewPassword, security(("bearer" = [])),
    responses((status = 204), (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn choose_password(
    State(wire): App,
    Signed(asker): Signed,
    body: Body<NewPassword>,
) -> Result<StatusCode, Refused> {
    let chosen = translate::chosen(body.value)?;
    // Whoever sits down at somebody's open page does not guess the password there.
    wire.limits.attempt_at(asker.viewer.id.as_str())?;
    accounts::choose_password(&wire.app, &asker, &chosen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where one is signed in, the newest first.
#[utoipa::path(get, path = "/api/me/sessions", tag = "me", security(("bearer" = [])),
    responses((status = 200, body = Page<SessionView>)))]
async fn sessions(State(wire): App, Signed(asker): Signed) -> Result<Json<Page<SessionView>>, Refused> {
    let items = accounts::sessions(&wire.app, &asker).await?.iter().map(translate::session).collect();
    Ok(Json(Page { items, next_cursor: None }))
}

/// Signs one out there; what is connected with it ends within seconds.
#[utoipa::path(post, path = "/api/me/sessions/{id}/end", operation_id = "end_own_session", tag = "me", params(("id" = String, Path)),
    security(("bearer" = [])), responses((status = 204), (status = 404, body = Problem)))]
async fn end_session(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<StatusCode, Refused> {
    accounts::end_session(&wire.app, &asker, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs one out everywhere but here.
#[utoipa::path(post, path = "/api/me/sessions/end-others", tag = "me", security(("bearer" = [])),
    responses((status = 204)))]
async fn end_other_sessions(State(wire): App, Signed(asker): Signed, _: Body<Nothing>) -> Result<StatusCode, Refused> {
    accounts::end_other_sessions(&wire.app, &asker).await?;
    Ok(StatusCode::NO_CONTENT)
}
