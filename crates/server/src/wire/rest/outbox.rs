//! For administrators: what waits, what has failed, and the programs that are told what happens.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bedside_protocol::Page;
use bedside_protocol::problem::Problem;
use bedside_protocol::reach::{NewWebhook, OutboxEntry, Replay, WebhookSecret, WebhookTrial, WebhookView};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Wire};
use crate::app::{PageWish, outbox};
use crate::wire::auth::Signed;
use crate::wire::extract::{Body, Nothing, Path, Query};
use crate::wire::problem::Refused;
use crate::wire::translate;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(again))
        .routes(routes!(webhooks, add_webhook))
        .routes(routes!(rotate))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(try_out))
        .routes(routes!(replay))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OutboxQuery {
    /// `waiting`, the next first, or `failed`, the latest first; what waits if left out.
    state: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

/// What is still to be told, or could not be.
#[utoipa::path(get, path = "/api/outbox", operation_id = "outbox", tag = "outbox", params(OutboxQuery),
    security(("bearer" = [])), responses((status = 200, body = Page<OutboxEntry>), (status = 403, body = Problem)))]
async fn list(
    State(wire): App,
    Signed(asker): Signed,
    Query(query): Query<OutboxQuery>,
) -> Result<Json<Page<OutboxEntry>>, Refused> {
    let which = translate::jobs(query.state.as_deref())?;
    let wish = PageWish { cursor: query.cursor, limit: query.limit };
    let (listing, names) = outbox::jobs(&wire.app, &asker, which, &wish).await?;
    Ok(Json(translate::page(listing, |row| translate::job(row, &names))))
}

/// At once, as if it had never been tried.
#[utoipa::path(post, path = "/api/outbox/{id}/again", operation_id = "send_again", tag = "outbox",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn again(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<StatusCode, Refused> {
    outbox::again(&wire.app, &asker, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/api/webhooks", operation_id = "webhooks", tag = "webhooks", security(("bearer" = [])),
    responses((status = 200, body = Vec<WebhookView>), (status = 403, body = Problem)))]
async fn webhooks(State(wire): App, Signed(asker): Signed) -> Result<Json<Vec<WebhookView>>, Refused> {
    let webhooks = outbox::webhooks(&wire.app, &asker).await?;
    Ok(Json(webhooks.into_iter().map(translate::webhook).collect()))
}

/// A program that is told what happens from now on, as Standard Webhooks has it.
#[utoipa::path(post, path = "/api/webhooks", operation_id = "add_webhook", tag = "webhooks",
    request_body = NewWebhook, security(("bearer" = [])), responses((status = 201, body = WebhookSecret),
    (status = 400, body = Problem), (status = 403, body = Problem)))]
async fn add_webhook(
    State(wire): App,
    Signed(asker): Signed,
    body: Body<NewWebhook>,
) -> Result<(StatusCode, Json<WebhookSecret>), Refused> {
    let (id, secret) = outbox::add_webhook(&wire.app, &asker, &body.value.url).await?;
    Ok((StatusCode::CREATED, Json(WebhookSecret { id, secret })))
}

/// Another secret. For a day both sign.
#[utoipa::path(post, path = "/api/webhooks/{id}/rotate", operation_id = "rotate_webhook", tag = "webhooks",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = WebhookSecret), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn rotate(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<Json<WebhookSecret>, Refused> {
    let secret = outbox::rotate(&wire.app, &asker, &id).await?;
    Ok(Json(WebhookSecret { id, secret }))
}

/// It is told nothing more, neither what waits.
#[utoipa::path(post, path = "/api/webhooks/{id}/disable", operation_id = "disable_webhook", tag = "webhooks",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn disable(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<StatusCode, Refused> {
    outbox::disable(&wire.app, &asker, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// It is told what happens from now on; what it has missed comes by a replay.
#[utoipa::path(post, path = "/api/webhooks/{id}/enable", operation_id = "enable_webhook", tag = "webhooks",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn enable(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<StatusCode, Refused> {
    outbox::enable(&wire.app, &asker, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a `webhook.test` at once and waits for the answer. It is not kept, and not sent again.
#[utoipa::path(post, path = "/api/webhooks/{id}/test", operation_id = "test_webhook", tag = "webhooks",
    params(("id" = String, Path)), security(("bearer" = [])),
    responses((status = 200, body = WebhookTrial), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn try_out(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<Json<WebhookTrial>, Refused> {
    Ok(Json(translate::trial(outbox::try_out(&wire.app, &asker, &id).await?)))
}

/// Everything since then once more, under the ids that it had.
#[utoipa::path(post, path = "/api/webhooks/{id}/replay", operation_id = "replay_webhook", tag = "webhooks",
    params(("id" = String, Path)), request_body = Replay, security(("bearer" = [])),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn replay(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    body: Body<Replay>,
) -> Result<StatusCode, Refused> {
    outbox::replay(&wire.app, &asker, &id, translate::instant(&body.value.from)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
