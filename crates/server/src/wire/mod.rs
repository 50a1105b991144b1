//! The edge: HTTP in, problem documents out. Knows the protocol and the use cases; the domain only in `translate`
//! and `problem`.

mod auth;
mod client;
mod csv;
mod extract;
mod gateway;
mod headers;
mod host_token;
mod limits;
mod manual;
mod problem;
mod rest;
mod to_https;
mod translate;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, OriginalUri, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use bedside_protocol::problem::Code;
use socketioxide::layer::SocketIoLayer;
use tower_http::catch_panic::CatchPanicLayer;

use self::host_token::HostTokens;
use self::limits::Limits;
use self::problem::Refused;
use crate::Failure;
use crate::app::App;
use crate::pages::{self, Taken};

/// What a handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct Wire {
    pub app: Arc<App>,
    limits: Arc<Limits>,
    host_tokens: Arc<HostTokens>,
}

/// How long a request may take, its body included. Nothing here takes a second.
const REQUEST_WITHIN: Duration = Duration::from_secs(30);
const QUIET_ADDRESSES_FORGOTTEN_EVERY: Duration = Duration::from_secs(60);

impl Wire {
    pub fn new(app: Arc<App>) -> Result<Self, Failure> {
        Ok(Self {
            limits: Arc::new(Limits::new(&app.settings)),
            host_tokens: Arc::new(HostTokens::new(&app.settings.host)?),
            app,
        })
    }

    /// Memory follows who is there. Runs until it is dropped.
    pub async fn keep_house(self) {
        loop {
            tokio::time::sleep(QUIET_ADDRESSES_FORGOTTEN_EVERY).await;
            self.limits.forget_the_quiet();
        }
    }
}

pub use self::gateway::Gateway;
pub use self::to_https::router as to_https;

pub fn router(wire: Wire, sockets: SocketIoLayer) -> Router {
    let settings = &wire.app.settings;
    rest::router()
        .fallback(elsewhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(extract::BODY_AT_MOST))
        .layer(middleware::from_fn_with_state(wire.clone(), limit_writes))
        .layer(middleware::from_fn(in_time))
        .layer(middleware::from_fn(log))
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a handler panicked; this is a defect of Bedside");
            Refused::unavailable("the server failed at this; the operator's log says how").into_response()
        }))
        // Answers before routing, and keeps its connections longer than any request.
        .layer(sockets)
        .layer(middleware::from_fn_with_state(wire.clone(), must_be_allowed_origin))
        .layer(headers::cors(&settings.allow_origin))
        .layer(middleware::from_fn_with_state(headers::Policy::new(settings), headers::secure))
        .with_state(wire)
}

async fn limit_writes(
    State(wire): State<Wire>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    if auth::is_write(request.method()) {
        let address = client::address(peer, request.headers(), &wire.app.settings.trusted_proxy);
        wire.limits.write_from(address)?;
    }
    Ok(next.run(request).await)
}

/// A body that trickles in does not hold a place for ever.
async fn in_time(request: Request, next: Next) -> Result<Response, Refused> {
    let late =
        |_| Refused::new(StatusCode::REQUEST_TIMEOUT, Code::Unavailable, "the request took too long").retryable();
    tokio::time::timeout(REQUEST_WITHIN, next.run(request)).await.map_err(late)
}

/// One line a request: its route and never its address, for that may hold a token.
async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let began = std::time::Instant::now();
    let response = next.run(request).await;
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let route = route.as_deref().unwrap_or("(no route)");
    tracing::info!(%method, route, status = response.status().as_u16(), millis, "request");
    response
}

/// Browsers let any page open a socket; whether it may is decided here, for websocket and polling alike.
async fn must_be_allowed_origin(
    State(wire): State<Wire>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refused> {
    if request.uri().path().starts_with("/socket.io/") {
        auth::may_connect_from(&wire, request.headers())?;
        headers::detach(&mut request);
    }
    Ok(next.run(request).await)
}

/// What is not of the API is a page of ours, or nothing.
async fn elsewhere(method: Method, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    if is_of_the_api(uri.path()) || !matches!(method, Method::GET | Method::HEAD) {
        return Refused::not_found().into_response();
    }
    let says = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = Taken {
        page: says(header::ACCEPT).contains("text/html"),
        brotli: says(header::ACCEPT_ENCODING).split(',').any(|one| one.trim() == "br"),
    };
    pages::page(uri.path(), takes).unwrap_or_else(|| Refused::not_found().into_response())
}

fn is_of_the_api(path: &str) -> bool {
    ["/api", "/video-call"].into_iter().any(|prefix| is_below(prefix, path))
}

/// What no person opens.
fn is_for_programs(path: &str) -> bool {
    is_of_the_api(path) || is_below("/socket.io", path)
}

fn is_below(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

async fn wrong_method() -> Refused {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, Code::Invalid, "this route does not take that method")
}
