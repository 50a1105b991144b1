//! What the practice says of itself.

use bedside_domain::policy::{self, Directory};
pub use bedside_domain::practice::{MeetingPlace, Practice};
use bedside_domain::time::Span;
use bedside_store::CommitError;

use super::people::SAVE_ATTEMPTS;
use super::{App, Asker};
use crate::clock;
use crate::dispatch::Error;

/// How long it rings: as the practice says, or else the operator.
pub async fn ring_for(app: &App) -> Result<Span, Error> {
    Ok(app.store.practice().await?.value.ring_for.unwrap_or(app.settings.ring_for))
}

pub async fn directory(app: &App) -> Result<Directory, Error> {
    Ok(app.store.practice().await?.value.directory(app.settings.directory))
}

/// For everybody, who must see whom they sign in with.
pub async fn shown(app: &App) -> Result<Practice, Error> {
    Ok(app.store.practice().await?.value)
}

pub async fn settings(app: &App, asker: &Asker) -> Result<Practice, Error> {
    policy::may_read_settings(&asker.viewer)?;
    shown(app).await
}

/// In place of all that was said before.
pub async fn put(app: &App, asker: &Asker, practice: &Practice) -> Result<(), Error> {
    policy::may_write_settings(&asker.viewer)?;
    for _ in 0..SAVE_ATTEMPTS {
        let held = app.store.practice().await?;
        match app.store.save_practice(practice, held.version).await {
            Err(CommitError::Stale) => {}
            outcome => {
                outcome?;
                app.store.audit(clock::now(), &asker.viewer.id, "write-settings", "").await?;
                return Ok(());
            }
        }
    }
    Err(Error::Contended)
}
