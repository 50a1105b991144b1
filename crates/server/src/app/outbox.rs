//! For administrators: what waits, what has failed, and the programs that are told what happens.

use std::collections::BTreeMap;

use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_domain::time::{Millis, Span};
pub use bedside_store::{JobRow, Jobs, Webhook};

use super::{App, Asker, Listing, Names, PageWish};
use crate::bus::News;
use crate::clock;
use crate::dispatch::Error;
use crate::outbox;

/// For so long the secret before still signs, so that a program can change over.
const BEFORE_SIGNS_FOR: Span = Span::hours(24);
const WEBHOOKS_AT_MOST: usize = 20;
/// What is told again is written into the outbox at once.
const REPLAY_AT_MOST: Span = Span::days(30);

pub async fn jobs(app: &App, asker: &Asker, which: Jobs, wish: &PageWish) -> Result<(Listing<JobRow>, Names), Error> {
    policy::may_write_settings(&asker.viewer)?;
    let page = app.store.jobs(which, &wish.ask()?).await?;
    let names = app.names(page.items.iter().filter_map(|job| job.to.as_ref())).await?;
    Ok((Listing::of(page), names))
}

pub async fn again(app: &App, asker: &Asker, id: &str) -> Result<(), Error> {
    policy::may_write_settings(&asker.viewer)?;
    if !app.store.send_again(id, clock::now()).await? {
        return Err(Refusal::NotFound.into());
    }
    app.bus.publish(News::Owed);
    audit(app, asker, "send-again", id).await
}

pub async fn webhooks(app: &App, asker: &Asker) -> Result<Vec<Webhook>, Error> {
    policy::may_write_settings(&asker.viewer)?;
    Ok(app.store.webhooks().await?)
}

/// The id of a new one, and its secret.
pub async fn add_webhook(app: &App, asker: &Asker, url: &str) -> Result<(String, String), Error> {
    policy::may_write_settings(&asker.viewer)?;
    if !app.outbox.http.may_send_to(url) {
        return Err(Refusal::Invalid("url must be https and lead to no private network").into());
    }
    if app.store.webhooks().await?.len() >= WEBHOOKS_AT_MOST {
        return Err(Refusal::NotNow("there are twenty webhooks already").into());
    }
    let (id, secret) = (format!("wh_{}", clock::id().replace('-', "")), outbox::new_secret());
    app.store.add_webhook(&id, url, &secret, clock::now()).await?;
    audit(app, asker, "add-webhook", &id).await?;
    Ok((id, secret))
}

pub async fn rotate(app: &App, asker: &Asker, id: &str) -> Result<String, Error> {
    policy::may_write_settings(&asker.viewer)?;
    let secret = outbox::new_secret();
    let found = app.store.rotate_webhook(id, &secret, clock::now() + BEFORE_SIGNS_FOR).await?;
    must_be_found(found)?;
    audit(app, asker, "rotate-webhook", id).await?;
    Ok(secret)
}

pub async fn disable(app: &App, asker: &Asker, id: &str) -> Result<(), Error> {
    policy::may_write_settings(&asker.viewer)?;
    must_be_found(app.store.disable_webhook(id, None, clock::now()).await?)?;
    audit(app, asker, "disable-webhook", id).await
}

pub async fn enable(app: &App, asker: &Asker, id: &str) -> Result<(), Error> {
    policy::may_write_settings(&asker.viewer)?;
    must_be_found(app.store.enable_webhook(id).await?)?;
    audit(app, asker, "enable-webhook", id).await
}

/// Sends something that has not happened, and says whether it was taken; nothing: it was.
pub async fn try_out(app: &App, asker: &Asker, id: &str) -> Result<Option<&'static str>, Error> {
    policy::may_write_settings(&asker.viewer)?;
    let webhook = app.store.webhook(id).await?.ok_or(Refusal::NotFound)?;
    audit(app, asker, "try-webhook", id).await?;
    Ok(outbox::try_out(app, &webhook).await)
}

/// Everything since then once more.
pub async fn replay(app: &App, asker: &Asker, id: &str, from: Millis) -> Result<(), Error> {
    policy::may_write_settings(&asker.viewer)?;
    must_be_found(app.store.webhook(id).await?.is_some_and(|webhook| webhook.disabled_at.is_none()))?;
    let now = clock::now();
    if from + REPLAY_AT_MOST < now {
        return Err(Refusal::Invalid("from must be within the last 30 days").into());
    }
    app.store.replay(id, from, now).await?;
    app.bus.publish(News::Owed);
    audit(app, asker, "replay-webhook", id).await
}

/// What a provider says later of something that it took. Whoever is not the provider learns nothing.
pub async fn receipt(app: &App, id: &str, signature: &str, form: &BTreeMap<String, String>) -> Result<(), Error> {
    let said = outbox::receipt(&app.outbox, id, signature, form).ok_or(Refusal::NotFound)?;
    // Also of a code to confirm an address by, of which nothing is kept.
    Ok(app.store.put_receipt(id, said).await?)
}

fn must_be_found(found: bool) -> Result<(), Error> {
    if found { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

async fn audit(app: &App, asker: &Asker, deed: &str, id: &str) -> Result<(), Error> {
    Ok(app.store.audit(clock::now(), &asker.viewer.id, deed, id).await?)
}
