//! Ways in: sign-in links, personal links, and the way out.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bedside_protocol::door::{JoinPass, JoinView, SignInView};
use bedside_protocol::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Wire};
use crate::app::doors::{self, Browser, NewSession, Person};
use crate::clock;
use crate::wire::auth::{self, Https};
use crate::wire::extract::{Body, Nothing, Path};
use crate::wire::problem::Refused;
use crate::wire::translate;

/// Enough to know a browser by.
const AGENT_CHARS_AT_MOST: usize = 200;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(sign_in_view, sign_in))
        .routes(routes!(sign_out))
        .routes(routes!(join_view, join))
}

/// Whom a sign-in link signs in. Spends nothing, for mail scanners open links.
#[utoipa::path(get, path = "/api/sign-in/{token}", tag = "doors", params(("token" = String, Path)),
    responses((status = 200, body = SignInView), (status = 410, body = Problem)))]
async fn sign_in_view(State(wire): App, Path(token): Path) -> Result<Json<SignInView>, Refused> {
    Ok(Json(translate::sign_in(&doors::sign_in_link(&wire.app, &token).await?)))
}

/// Signs its person in: the answer sets the session cookie of our own pages.
#[utoipa::path(post, path = "/api/sign-in/{token}", tag = "doors", params(("token" = String, Path)),
    responses((status = 200, body = SignInView), (status = 410, body = Problem)))]
async fn sign_in(
    State(wire): App,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Path(token): Path,
    _: Body<Nothing>,
) -> Result<Response, Refused> {
    auth::must_come_from_here(&wire, &headers)?;
    let person = doors::sign_in_link(&wire.app, &token).await?;
    wire.limits.write_by(person.id.as_str())?;
    let outcome = doors::sign_in(&wire.app, &token, &browser(&wire, &headers)).await?;
    Ok(signed_in(&wire, peer, &headers, outcome))
}

/// What somebody signs in with who comes from a page of ours.
pub fn browser(wire: &Wire, headers: &HeaderMap) -> Browser {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Browser {
        token: auth::cookie_token(wire, headers).map(str::to_owned),
        agent: agent.map(|agent| agent.chars().take(AGENT_CHARS_AT_MOST).collect()),
    }
}

/// Who has come in, and the cookie that keeps them there.
pub fn signed_in(
    wire: &Wire,
    peer: SocketAddr,
    headers: &HeaderMap,
    (person, session): (Person, NewSession),
) -> Response {
    let cookie = auth::cookie(Https::of(wire, peer, headers), &session.token, doors::SESSION_LASTS.as_seconds());
    ([(header::SET_COOKIE, cookie)], Json(translate::sign_in(&person))).into_response()
}

/// Ends the session of the cookie.
#[utoipa::path(post, path = "/api/sign-out", tag = "doors", responses((status = 204)))]
async fn sign_out(
    State(wire): App,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    _: Body<Nothing>,
) -> Result<Response, Refused> {
    auth::must_come_from_here(&wire, &headers)?;
    if let Some(token) = auth::cookie_token(&wire, &headers) {
        doors::sign_out(&wire.app, token).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, auth::cookie(Https::of(&wire, peer, &headers), "", 0))])
        .into_response())
}

/// What a personal link leads to, whether or not it is time. Spends nothing.
#[utoipa::path(get, path = "/api/join/{token}", tag = "doors", params(("token" = String, Path)),
    responses((status = 200, body = JoinView), (status = 404, body = Problem)))]
async fn join_view(State(wire): App, Path(token): Path) -> Result<Json<JoinView>, Refused> {
    let joining = doors::joining(&wire.app, &token).await?;
    Ok(Json(translate::joining(&joining, clock::now())))
}

/// A token that opens this one room and nothing else, as often as needed while the link is valid.
#[utoipa::path(post, path = "/api/join/{token}", tag = "doors", params(("token" = String, Path)),
    responses((status = 200, body = JoinPass), (status = 410, body = Problem)))]
async fn join(State(wire): App, Path(token): Path, _: Body<Nothing>) -> Result<Json<JoinPass>, Refused> {
    let joining = doors::joining(&wire.app, &token).await?;
    wire.limits.write_by(joining.person.id.as_str())?;
    let session = doors::join(&wire.app, &joining).await?;
    Ok(Json(translate::pass(&joining, &session)))
}
