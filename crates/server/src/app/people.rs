//! People: who one is, whom one finds, the directory, and what staff write.

use std::collections::HashSet;

use bedside_domain::ids::PersonId;
use bedside_domain::person::{Person, Role, split_name};
use bedside_domain::policy::{self, Listed, Ties};
use bedside_domain::presence::Presence;
use bedside_domain::refusal::Refusal;
use bedside_store::CommitError;

use super::{App, Asker, Listing, PageWish, practice};
use crate::clock;
use crate::dispatch::Error;

/// How somebody is looked up.
#[derive(Clone, Debug)]
pub enum Find {
    Id(PersonId),
    Email(String),
}

/// What staff, or a host's token, say of a person. What is not said stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub role: Option<Role>,
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub title: Option<String>,
    pub specialization: Option<String>,
    pub languages: Option<Vec<String>>,
    pub picture: Option<String>,
    pub locale: Option<String>,
    pub zone: Option<String>,
    pub listed: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    Created,
    Updated,
}

/// Two requests that first see the same person at once; the second finds what the first wrote.
pub const SAVE_ATTEMPTS: usize = 8;

/// Oneself. A personal link may be passed on, so its bearer learns nobody's address.
pub fn me(asker: &Asker) -> Person {
    let person = asker.person.clone();
    match policy::may_roam(&asker.viewer) {
        Ok(()) => person,
        Err(_) => Person { email: None, phone: None, ..person },
    }
}

/// Those of them who are known and have not been disabled.
pub async fn welcome(app: &App, ids: &[PersonId]) -> Result<HashSet<PersonId>, Error> {
    Ok(app.store.welcome(ids).await?)
}

pub async fn find(app: &App, asker: &Asker, find: Find) -> Result<Person, Error> {
    let found = match &find {
        Find::Id(id) => app.store.person(id).await?.map(|held| held.value),
        Find::Email(email) => app.store.person_by_email(email).await?.map(|held| held.value),
    };
    let now = clock::now();
    // Asked whether or not there is such a person, so that the time an answer takes tells nothing either.
    let other = found.as_ref().map_or(&asker.viewer.id, |person| &person.id);
    // Ringing somebody of the directory does not open their address: only an appointment does.
    let last_together = app.store.last_appointment(&asker.viewer.id, other).await?;
    let person = found.ok_or(Refusal::NotFound)?;
    let ties = Ties { last_together, directory: practice::directory(app).await? };
    policy::may_find_person(&asker.viewer, &person, ties, now)?;
    if asker.viewer.id != person.id {
        app.store.audit(now, &asker.viewer.id, "read-person", person.id.as_str()).await?;
    }
    Ok(person)
}

/// The practitioners whom the asker may see, with how they are shown right now.
pub async fn directory(app: &App, asker: &Asker, wish: &PageWish) -> Result<Listing<(Person, Presence)>, Error> {
    let known_to = match policy::may_see_directory(&asker.viewer, practice::directory(app).await?, clock::now())? {
        Listed::All => None,
        Listed::MetSince(since) => Some((&asker.viewer.id, since)),
    };
    let page = app.store.practitioners(known_to, &wish.ask()?).await?;
    let ids: Vec<_> = page.items.iter().map(|person| person.id.clone()).collect();
    let mut signs = app.store.signs(&ids).await?;
    let now = clock::now();
    Ok(Listing::of(page.map(|person| {
        let presence = signs.remove(&person.id).unwrap_or_default().presence(now);
        (person, presence)
    })))
}

/// Makes a person whom nobody has seen yet, or changes one.
pub async fn put(app: &App, asker: &Asker, id: &PersonId, told: &Told) -> Result<(Person, Put), Error> {
    policy::may_write_people(&asker.viewer)?;
    if let Some(role) = told.role {
        policy::may_give_role(&asker.viewer, role)?;
    }
    let may_write = |before: Option<&Person>| match before {
        // Staff do not rewrite administrators, whatever the role they would give.
        Some(person) => policy::may_give_role(&asker.viewer, person.role).map(|()| Put::Updated),
        None if id.is_local() => Err(Refusal::Invalid("ids that begin with bs_ are made here")),
        None if !told.says_a_name() => Err(NO_NAME),
        None => Ok(Put::Created),
    };
    let (person, put) = save_if(app, id, told, may_write).await?;
    app.store.audit(clock::now(), &asker.viewer.id, "write-person", id.as_str()).await?;
    Ok((person, put))
}

/// The person with what is told of them, stored if that changes anything.
pub async fn save(app: &App, id: &PersonId, told: &Told) -> Result<Person, Error> {
    Ok(save_if(app, id, told, |_| Ok(())).await?.0)
}

/// The same, if `may_write` agrees to what was just loaded.
async fn save_if<T>(
    app: &App,
    id: &PersonId,
    told: &Told,
    may_write: impl Fn(Option<&Person>) -> Result<T, Refusal>,
) -> Result<(Person, T), Error> {
    for _ in 0..SAVE_ATTEMPTS {
        let held = app.store.person(id).await?;
        let allowed = may_write(held.as_ref().map(|held| &held.value))?;
        let next = match &held {
            Some(held) => told.applied_to(held.value.clone()),
            None => told.applied_to(Person::new(id.clone(), told.role.ok_or(NO_ROLE)?, "")),
        };
        if held.as_ref().is_some_and(|held| held.value == next) {
            return Ok((next, allowed));
        }
        match app.store.save_person(&next, held.map(|held| held.version), clock::now()).await {
            Ok(saved) => return Ok((saved.value, allowed)),
            Err(CommitError::Stale) => {}
            Err(error @ (CommitError::Taken(_) | CommitError::Failed(_))) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

/// What is between the asker and `person`.
pub async fn ties(app: &App, asker: &Asker, person: &Person) -> Result<Ties, Error> {
    let last_together = app.store.last_together(&asker.viewer.id, &person.id).await?;
    Ok(Ties { last_together, directory: practice::directory(app).await? })
}

const NO_ROLE: Refusal = Refusal::Invalid("a person who is not known yet needs a role");

const NO_NAME: Refusal = Refusal::Invalid("a person who is not known yet needs a name");

impl Told {
    fn says_a_name(&self) -> bool {
        let names = [&self.name, &self.given_name, &self.family_name];
        names.into_iter().flatten().any(|name| !name.trim().is_empty())
    }

    /// Somebody of whom nothing else is known.
    pub fn made(&self, id: PersonId) -> Result<Person, Refusal> {
        let role = self.role.ok_or(NO_ROLE)?;
        if self.says_a_name() { Ok(self.applied_to(Person::new(id, role, ""))) } else { Err(NO_NAME) }
    }

    fn applied_to(&self, mut person: Person) -> Person {
        if let Some(role) = self.role {
            person.listed = role == Role::Practitioner && (person.listed || person.role != role);
            person.role = role;
        }
        if let Some(name) = &self.name {
            person.name = name.trim().to_owned();
            (person.given_name, person.family_name) = split_name(name);
        }
        set(&mut person.given_name, self.given_name.as_ref());
        set(&mut person.family_name, self.family_name.as_ref());
        let named_in_parts = self.given_name.is_some() || self.family_name.is_some();
        if self.name.is_none() && named_in_parts {
            person.name = format!("{} {}", person.given_name, person.family_name).trim().to_owned();
        }
        set(&mut person.languages, self.languages.as_ref());
        set(&mut person.listed, self.listed.as_ref());
        for (field, told) in [
            (&mut person.email, &self.email),
            (&mut person.phone, &self.phone),
            (&mut person.title, &self.title),
            (&mut person.specialization, &self.specialization),
            (&mut person.picture, &self.picture),
            (&mut person.locale, &self.locale),
            (&mut person.zone, &self.zone),
        ] {
            if let Some(text) = told {
                *field = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
            }
        }
        person
    }
}

fn set<T: Clone>(field: &mut T, told: Option<&T>) {
    if let Some(value) = told {
        field.clone_from(value);
    }
}
