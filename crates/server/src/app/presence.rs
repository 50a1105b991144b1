//! Who is there: the leases that devices renew, and how people are shown to those who may see them.

use std::collections::HashMap;

use bedside_domain::ids::{DeviceId, PersonId};
use bedside_domain::policy;
use bedside_domain::presence::Presence;
pub use bedside_domain::presence::Wish;
use bedside_domain::time::Millis;

use super::{App, Asker, people};
use crate::clock;
use crate::dispatch::Error;

/// Everybody who was there at `at`, in few statements.
pub async fn renew_all(app: &App, there: &[(PersonId, DeviceId)], at: Millis) -> Result<(), Error> {
    Ok(app.store.renew_leases(there, at).await?)
}

/// A clean good-bye; a line that merely broke lets the lease run out.
pub async fn close(app: &App, person: &PersonId, device: &DeviceId) -> Result<(), Error> {
    Ok(app.store.close_lease(person, device, clock::now()).await?)
}

pub async fn wish(app: &App, asker: &Asker, wish: Wish) -> Result<(), Error> {
    policy::may_roam(&asker.viewer)?;
    Ok(app.store.set_wish(&asker.viewer.id, wish).await?)
}

/// Those of `people` whom the asker may see.
pub async fn visible(app: &App, asker: &Asker, people: &[PersonId]) -> Result<Vec<PersonId>, Error> {
    let known = app.store.people(people).await?;
    let mut visible = Vec::new();
    for person in known.values() {
        let ties = people::ties(app, asker, person).await?;
        if policy::may_see_person(&asker.viewer, person, ties, clock::now()).is_ok() {
            visible.push(person.id.clone());
        }
    }
    Ok(visible)
}

pub async fn of(app: &App, people: &[PersonId]) -> Result<HashMap<PersonId, Presence>, Error> {
    let now = clock::now();
    let signs = app.store.signs(people).await?;
    Ok(signs.into_iter().map(|(person, signs)| (person, signs.presence(now))).collect())
}
