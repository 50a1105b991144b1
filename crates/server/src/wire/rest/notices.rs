//! What one has been told while not looking.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bedside_protocol::Page;
use bedside_protocol::ids::NoticeId;
use bedside_protocol::notice::{NoticeView, UnreadCount};
use bedside_protocol::problem::Problem;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, PageQuery, Wire};
use crate::app::notices;
use crate::wire::auth::Signed;
use crate::wire::extract::{Body, Nothing, Path, Query};
use crate::wire::problem::Refused;
use crate::wire::translate;

pub fn router() -> OpenApiRouter<Wire> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(unread_count))
        .routes(routes!(read))
        .routes(routes!(read_all))
}

/// The newest first.
#[utoipa::path(get, path = "/api/notifications", operation_id = "notifications", tag = "notifications",
    params(PageQuery), security(("bearer" = [])), responses((status = 200, body = Page<NoticeView>)))]
async fn list(
    State(wire): App,
    Signed(asker): Signed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<NoticeView>>, Refused> {
    let (listing, names) = notices::list(&wire.app, &asker, &page.into()).await?;
    Ok(Json(translate::page(listing, |row| translate::notice(&row, &names))))
}

#[utoipa::path(get, path = "/api/notifications/unread-count", tag = "notifications", security(("bearer" = [])),
    responses((status = 200, body = UnreadCount)))]
async fn unread_count(State(wire): App, Signed(asker): Signed) -> Result<Json<UnreadCount>, Refused> {
    Ok(Json(UnreadCount { count: notices::unread(&wire.app, &asker).await? }))
}

#[utoipa::path(post, path = "/api/notifications/{id}/read", tag = "notifications", params(("id" = String, Path)),
    security(("bearer" = [])), responses((status = 204), (status = 404, body = Problem)))]
async fn read(
    State(wire): App,
    Signed(asker): Signed,
    Path(id): Path,
    _: Body<Nothing>,
) -> Result<StatusCode, Refused> {
    notices::read(&wire.app, &asker, &NoticeId::new(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/api/notifications/read-all", tag = "notifications", security(("bearer" = [])),
    responses((status = 204)))]
async fn read_all(State(wire): App, Signed(asker): Signed, _: Body<Nothing>) -> Result<StatusCode, Refused> {
    notices::read_all(&wire.app, &asker).await?;
    Ok(StatusCode::NO_CONTENT)
}
