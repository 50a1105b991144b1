//! Who asks: a host's token, a session's token, or the session cookie of our own pages.

use std::net::SocketAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use bedside_protocol::ids::PersonId;
use bedside_protocol::problem::Code;

use super::host_token::Claims;
use super::problem::Refused;
use super::{Wire, client, translate};
use crate::app::doors::SessionKey;
use crate::app::{self, Asker};

const COOKIE: &str = "bedside_session";
/// Browsers keep a cookie of this name from plain HTTP, other paths and sub-domains.
const SECURE_COOKIE: &str = "__Host-bedside_session";
const SUBJECT_CHARS_AT_MOST: usize = 200;

/// Somebody whose token has been checked.
pub struct Signed(pub Asker);

impl FromRequestParts<Wire> for Signed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, wire: &Wire) -> Result<Self, Refused> {
        let asker = match bearer(&parts.headers)? {
            Some(token) => by_token(wire, token).await?,
            None => by_cookie(wire, parts).await?,
        };
        if is_write(&parts.method) {
            wire.limits.write_by(asker.viewer.id.as_str())?;
        }
        Ok(Self(asker))
    }
}

pub fn is_write(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The cookie that keeps somebody signed in; `Max-Age` follows the session.
pub fn cookie(https: Https, token: &str, seconds: i64) -> HeaderValue {
    let (name, secure) = match https {
        Https::Yes => (SECURE_COOKIE, "; Secure"),
        Https::No => (COOKIE, ""),
    };
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).expect("a token is plain ASCII")
}

/// The token in the session cookie, if there is one. Where people come by HTTPS, a plain cookie is nobody's.
pub fn cookie_token<'a>(wire: &Wire, headers: &'a HeaderMap) -> Option<&'a str> {
    let plain = || cookie_named(COOKIE, headers).filter(|_| !wire.app.settings.is_https());
    cookie_named(SECURE_COOKIE, headers).or_else(plain)
}

/// How the browser came that is to keep a cookie.
#[derive(Clone, Copy)]
pub enum Https {
    Yes,
    No,
}

impl Https {
    pub fn of(wire: &Wire, peer: SocketAddr, headers: &HeaderMap) -> Self {
        let settings = &wire.app.settings;
        let https = settings.is_https() || client::came_by_https(peer, headers, &settings.trusted_proxy);
        if https { Self::Yes } else { Self::No }
    }
}

fn cookie_named<'a>(name: &str, headers: &'a HeaderMap) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A page of somebody else's must not write with our cookie, nor sign anybody in.
pub fn must_come_from_here(wire: &Wire, headers: &HeaderMap) -> Result<(), Refused> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(header::HeaderName::from_static("sec-fetch-site")) == Some("same-origin") {
        return Ok(());
    }
    let origin = text(header::ORIGIN);
    let host_of = |origin: &'_ str| origin.split_once("://").map(|(_, host)| host.to_ascii_lowercase());
    match (origin, text(header::HOST)) {
        // A proxy may have rewritten Host; the address that people open is known all the same.
        (Some(origin), _) if origin.eq_ignore_ascii_case(&wire.app.settings.public_url) => Ok(()),
        (Some(origin), Some(host)) if host_of(origin) == Some(host.to_ascii_lowercase()) => Ok(()),
        _ => Err(Refused::new(StatusCode::FORBIDDEN, Code::Forbidden, "this must come from a page of this server")),
    }
}

/// What a socket came with: a token of its own, the header of a server, or the cookie of a page of ours.
pub fn socket_token(wire: &Wire, given: Option<&str>, headers: &HeaderMap) -> Result<String, Refused> {
    if let Some(token) = given {
        return Ok(token.to_owned());
    }
    if let Some(token) = bearer(headers)? {
        return Ok(token.to_owned());
    }
    let token = cookie_token(wire, headers).ok_or_else(|| Refused::unauthorized("no token was given"))?;
    must_come_from_here(wire, headers)?;
    Ok(token.to_owned())
}

/// How long a token lets somebody stay connected.
pub enum Stay {
    /// To this second, as a host's token says.
    Until(i64),
    Session(SessionKey),
}

/// Who comes to stay, and for how long.
pub async fn comes_to_stay(wire: &Wire, token: &str) -> Result<(Asker, Stay), Refused> {
    if is_of_session(token) {
        return Ok((by_session(wire, token).await?, Stay::Session(SessionKey::of(token))));
    }
    let claims = wire.host_tokens.read(token).await.map_err(Refused::unauthorized)?;
    let until = Stay::Until(claims.exp);
    Ok((by_claims(wire, claims).await?, until))
}

/// A page of somebody else's may connect only where the operator has said so.
pub fn may_connect_from(wire: &Wire, headers: &HeaderMap) -> Result<(), Refused> {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    match origin {
        None => Ok(()),
        Some(origin) if wire.app.settings.allow_origin.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) => {
            Ok(())
        }
        Some(_) => must_come_from_here(wire, headers),
    }
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.split_once(' '));
    match token {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(Refused::unauthorized("Authorization must be a Bearer token")),
    }
}

/// Whose token this is, a host's or a session's.
pub async fn by_token(wire: &Wire, token: &str) -> Result<Asker, Refused> {
    if is_of_session(token) {
        return by_session(wire, token).await;
    }
    let claims = wire.host_tokens.read(token).await.map_err(Refused::unauthorized)?;
    by_claims(wire, claims).await
}

/// A JWT has two dots; a session's token has none.
fn is_of_session(token: &str) -> bool {
    !token.contains('.')
}

async fn by_session(wire: &Wire, token: &str) -> Result<Asker, Refused> {
    let asker = app::doors::signed_in(&wire.app, token).await?;
    asker.ok_or_else(|| Refused::unauthorized("the session is over"))
}

async fn by_claims(wire: &Wire, claims: Claims) -> Result<Asker, Refused> {
    let id = subject(&claims.sub).map_err(Refused::unauthorized)?;
    let told = translate::told_by_host(claims, wire.host_tokens.makes_admins()).map_err(Refused::unauthorized)?;
    let asker = app::doors::vouched(&wire.app, &id, &told).await?;
    asker.ok_or_else(|| Refused::unauthorized("this person has been disabled"))
}

/// What may be the id of somebody who has an account elsewhere.
pub fn subject(sub: &str) -> Result<PersonId, &'static str> {
    let id = plain_id(sub)?;
    if id.is_local() { Err("ids that begin with bs_ are made here") } else { Ok(id) }
}

pub fn plain_id(text: &str) -> Result<PersonId, &'static str> {
    if text.trim().is_empty() || text.len() > SUBJECT_CHARS_AT_MOST || text.chars().any(char::is_control) {
        return Err("an id must be 1 to 200 plain characters");
    }
    Ok(PersonId::new(text))
}

async fn by_cookie(wire: &Wire, parts: &Parts) -> Result<Asker, Refused> {
    let token = cookie_token(wire, &parts.headers);
    let token = token.ok_or_else(|| Refused::unauthorized("no token was given"))?;
    if is_write(&parts.method) {
        must_come_from_here(wire, &parts.headers)?;
    }
    by_session(wire, token).await
}
