//! What one has been told while not looking.

use bedside_domain::ids::NoticeId;
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
pub use bedside_store::NoticeRow;

use super::{App, Asker, Listing, Names, PageWish};
use crate::clock;
use crate::dispatch::Error;

pub async fn list(app: &App, asker: &Asker, page: &PageWish) -> Result<(Listing<NoticeRow>, Names), Error> {
    policy::may_roam(&asker.viewer)?;
    let page = Listing::of(app.store.notices(&asker.viewer.id, &page.ask()?).await?);
    let names = app.names(page.items.iter().filter_map(|row| row.notice.by.as_ref())).await?;
    Ok((page, names))
}

/// What is shown with a notice that comes while its person looks.
pub async fn arrived(app: &App, row: &NoticeRow) -> Result<(Names, i64), Error> {
    let names = app.names(row.notice.by.as_ref()).await?;
    Ok((names, app.store.unread_notices(&row.notice.to).await?))
}

pub async fn unread(app: &App, asker: &Asker) -> Result<i64, Error> {
    policy::may_roam(&asker.viewer)?;
    Ok(app.store.unread_notices(&asker.viewer.id).await?)
}

pub async fn read(app: &App, asker: &Asker, id: &NoticeId) -> Result<(), Error> {
    policy::may_roam(&asker.viewer).map_err(|_| Refusal::NotFound)?;
    let found = app.store.read_notice(&asker.viewer.id, id, clock::now()).await?;
    if found { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

pub async fn read_all(app: &App, asker: &Asker) -> Result<(), Error> {
    policy::may_roam(&asker.viewer)?;
    Ok(app.store.read_all_notices(&asker.viewer.id, clock::now()).await?)
}
