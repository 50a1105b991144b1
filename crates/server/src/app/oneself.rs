//! One's own profile, and what our pages keep for one from one device to the next.

use bedside_domain::person::Person;
use bedside_domain::policy;
use bedside_domain::reach::Channel;
use bedside_store::Account;

use super::people::{self, Told};
use super::{App, Asker, reach};
use crate::dispatch::Error;

pub struct Oneself {
    pub person: Person,
    /// Nothing for whoever signs in elsewhere.
    pub account: Option<Account>,
    /// A JSON text of the pages' own.
    pub preferences: Option<String>,
}

pub async fn view(app: &App, asker: &Asker) -> Result<Oneself, Error> {
    policy::may_roam(&asker.viewer)?;
    let me = &asker.viewer.id;
    let (account, preferences) = (app.store.account_of(me).await?, app.store.preferences(me).await?);
    Ok(Oneself { person: asker.person.clone(), account, preferences })
}

/// What is not said stays as it is. A patient's name is the practice's to write.
pub async fn describe(app: &App, asker: &Asker, told: &Told) -> Result<(), Error> {
    policy::may_roam(&asker.viewer)?;
    if told.name.is_some() || told.title.is_some() || told.specialization.is_some() {
        policy::may_name_oneself(&asker.viewer)?;
    }
    let saved = people::save(app, &asker.viewer.id, told).await?;
    match saved.phone.filter(|phone| told.phone.is_some() && asker.person.phone.as_ref() != Some(phone)) {
        Some(phone) => reach::doubt(app, &asker.viewer.id, Channel::Sms, &phone).await,
        None => Ok(()),
    }
}

pub async fn prefer(app: &App, asker: &Asker, json: &str) -> Result<(), Error> {
    policy::may_roam(&asker.viewer)?;
    Ok(app.store.save_preferences(&asker.viewer.id, json).await?)
}
