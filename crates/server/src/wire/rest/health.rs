//! Whether the server is there and can work, for whoever keeps it running.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Wire};
use crate::wire::problem::Refused;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready))
}

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, description = "It does.")))]
async fn alive() -> &'static str {
    "ok\n"
}

/// Whether it can serve: the database answers.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses(
    (status = 200, description = "It can."), (status = 503, description = "It cannot.", body = bedside_protocol::problem::Problem),
))]
async fn ready(State(wire): App) -> Result<&'static str, Refused> {
    match wire.app.store.ping().await {
        Ok(()) => Ok("ready\n"),
        Err(failure) => {
            tracing::warn!(%failure, "not ready");
            Err(Refused::unavailable("the database does not answer"))
        }
    }
}
