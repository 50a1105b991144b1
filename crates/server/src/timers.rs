//! Sends the tick to whatever is due. Deadlines are stored, so any node may do it, also after a crash.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bedside_domain::call::{Actor, Command};
use bedside_domain::time::{Millis, Span};
use bedside_store::{Due, StoreError};
use tokio::sync::broadcast::error::RecvError;

use crate::app::{App, appointments};
use crate::bus::News;
use crate::clock;
use crate::dispatch::{self, Error};

/// Another node may have stored a deadline that no hint told us of.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(5);
/// After a failure, and so that two rounds never chase each other.
const REST: Duration = Duration::from_millis(20);
const REST_AFTER_FAILURE: Duration = Duration::from_secs(1);
const TRY_AGAIN_AFTER: Span = Span::seconds(10);
const AT_ONCE: u16 = 100;
const CLEAN_UP_EVERY: Duration = Duration::from_secs(3600);
/// Answers are given again for this long.
const ANSWERS_KEPT: Span = Span::hours(24);
/// Rooms, their links, notices that were read, and guests are kept for this long after they are over.
const OVER_KEPT: Span = Span::days(30);

/// Runs until it is dropped.
pub async fn run(app: Arc<App>) {
    tokio::join!(tick(&app), clean_up(&app));
}

async fn tick(app: &App) {
    let mut changes = app.bus.listen();
    let mut failed = HashMap::new();
    loop {
        let rest = match round(app, &mut failed).await {
            Ok(next) => until(next),
            Err(failure) => {
                tracing::error!(%failure, "the timers cannot read what is due");
                REST_AFTER_FAILURE
            }
        };
        tokio::time::sleep(REST).await;
        // A change may bring a nearer deadline; having missed some says the same.
        let _ = tokio::time::timeout(rest, next_change(&mut changes)).await;
    }
}

/// Everything that is due gets its tick. When to come again, if that is known. What `failed` waits for its next try,
/// and holds up nothing else.
async fn round(app: &App, failed: &mut HashMap<Due, Millis>) -> Result<Option<Millis>, StoreError> {
    let now = clock::now();
    failed.retain(|_, not_before| *not_before > now);
    // Those that failed stay in the list, so as many more are asked for.
    let at_once = AT_ONCE.saturating_add(u16::try_from(failed.len()).unwrap_or(u16::MAX));
    for due in app.store.due(now, at_once).await? {
        if failed.contains_key(&due) {
            continue;
        }
        let outcome = match &due {
            Due::Call(id) => dispatch::command(app, Actor::Clock, id, &Command::Tick).await.map(|_| ()),
            Due::Appointment(id) => appointments::tick(app, id).await,
        };
        if let Err(error) = outcome {
            tracing::error!(?error, ?due, "a deadline passed and could not be acted on; it will be tried again");
            failed.insert(due, now + TRY_AGAIN_AFTER);
        }
    }
    let next = app.store.next_due().await?;
    // What has failed is due already, and is not to be asked for before its time.
    Ok(if failed.is_empty() { next } else { next.max(failed.values().min().copied()) })
}

fn until(next: Option<Millis>) -> Duration {
    let Some(next) = next else { return LOOK_AT_LEAST_EVERY };
    let millis = u64::try_from(next.since(clock::now()).as_millis()).unwrap_or(0);
    Duration::from_millis(millis).min(LOOK_AT_LEAST_EVERY)
}

async fn next_change(changes: &mut tokio::sync::broadcast::Receiver<Arc<News>>) {
    match changes.recv().await {
        Ok(_) | Err(RecvError::Lagged(_)) => {}
        Err(RecvError::Closed) => std::future::pending().await,
    }
}

async fn clean_up(app: &App) {
    loop {
        if let Err(failure) = cleaned(app).await {
            tracing::error!(?failure, "the clean-up failed; it will be tried again");
        }
        tokio::time::sleep(CLEAN_UP_EVERY).await;
    }
}

async fn cleaned(app: &App) -> Result<(), Error> {
    let now = clock::now();
    app.store.forget_before(now - ANSWERS_KEPT).await?;
    let rooms = app.store.clear_rooms_before(now - OVER_KEPT, now).await?;
    app.store.forget_notices_before(now - OVER_KEPT).await?;
    app.store.forget_guests_before(now - OVER_KEPT).await?;
    tracing::debug!(rooms, "cleaned up");
    Ok(())
}
