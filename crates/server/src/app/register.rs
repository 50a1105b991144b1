//! The register of the practice: who is in it, and who comes in. What an administrator does in a page is what the
//! operator does by command; the command asks no policy, for whoever runs it has the database.

use bedside_domain::ids::PersonId;
use bedside_domain::person::{Person, Role};
use bedside_domain::policy;
use bedside_domain::refusal::Refusal;
use bedside_store::{Audited, CommitError, Session};

use super::accounts::NewLink;
use super::people::{SAVE_ATTEMPTS, Told};
use super::{App, Asker, Listing, Names, PageWish, accounts};
use crate::clock;
use crate::dispatch::Error;

/// Everybody, or those of one role, by name. Guests of one call are not in it.
pub async fn list(app: &App, asker: &Asker, role: Option<Role>, wish: &PageWish) -> Result<Listing<Person>, Error> {
    policy::may_write_people(&asker.viewer)?;
    let page = app.store.register(role, &wish.ask()?).await?;
    let seen: Vec<_> = page.items.iter().map(|person| person.id.as_str()).collect();
    app.store.audit_listing(clock::now(), &asker.viewer.id, "list-people", &seen).await?;
    Ok(Listing::of(page))
}

/// Somebody new, who signs in here if there is an address to do it with.
pub async fn add(app: &App, asker: &Asker, told: &Told) -> Result<Person, Error> {
    policy::may_write_people(&asker.viewer)?;
    let person = told.made(new_id())?;
    policy::may_give_role(&asker.viewer, person.role)?;
    make(app, &person).await?;
    app.store.audit(clock::now(), &asker.viewer.id, "add-person", person.id.as_str()).await?;
    Ok(person)
}

/// Out at once, from every device, and no way back in.
pub async fn disable(app: &App, asker: &Asker, id: &PersonId) -> Result<(), Error> {
    may_keep(app, asker, id).await?;
    if &asker.viewer.id == id {
        return Err(Refusal::Invalid("one cannot disable oneself").into());
    }
    shut(app, id).await?;
    Ok(app.store.audit(clock::now(), &asker.viewer.id, "disable-person", id.as_str()).await?)
}

pub async fn enable(app: &App, asker: &Asker, id: &PersonId) -> Result<(), Error> {
    may_keep(app, asker, id).await?;
    open_again(app, id).await?;
    Ok(app.store.audit(clock::now(), &asker.viewer.id, "enable-person", id.as_str()).await?)
}

/// A link that lets somebody in once. Whoever has it is that person, so it is for administrators to make and to hand
/// over.
pub async fn sign_in_link(app: &App, asker: &Asker, id: &PersonId) -> Result<NewLink, Error> {
    policy::may_make_sign_in_links(&asker.viewer)?;
    let person = app.store.person(id).await?.ok_or(Refusal::NotFound)?.value;
    must_sign_in_here(&person)?;
    let link = accounts::sign_in_link(app, id).await?;
    app.store.audit(clock::now(), &asker.viewer.id, "make-sign-in-link", id.as_str()).await?;
    Ok(link)
}

/// Where somebody is signed in.
pub async fn sessions(app: &App, asker: &Asker, id: &PersonId) -> Result<Vec<Session>, Error> {
    may_keep(app, asker, id).await?;
    let now = clock::now();
    app.store.audit(now, &asker.viewer.id, "list-sessions", id.as_str()).await?;
    Ok(app.store.sessions_of(id, now).await?)
}

/// Signed out everywhere; the way back in stays open.
pub async fn end_sessions(app: &App, asker: &Asker, id: &PersonId) -> Result<(), Error> {
    may_keep(app, asker, id).await?;
    app.store.end_ways_in(id).await?;
    Ok(app.store.audit(clock::now(), &asker.viewer.id, "end-sessions", id.as_str()).await?)
}

/// What was done to whose record, the newest first.
pub async fn audit(
    app: &App,
    asker: &Asker,
    actor: Option<&PersonId>,
    wish: &PageWish,
) -> Result<(Listing<Audited>, Names), Error> {
    policy::may_read_audit(&asker.viewer)?;
    let page = app.store.audit_trail(actor, &wish.ask()?).await?;
    let subjects: Vec<_> = page.items.iter().map(|entry| PersonId::new(&entry.subject)).collect();
    let names = app.names(page.items.iter().map(|entry| &entry.actor).chain(&subjects)).await?;
    app.store.audit_listing(clock::now(), &asker.viewer.id, "read-audit", &[""]).await?;
    Ok((Listing::of(page), names))
}

/// Who is meant by an id or an address.
pub async fn named(app: &App, id_or_email: &str) -> Result<Person, Error> {
    let by_id = app.store.person(&PersonId::new(id_or_email)).await?;
    if let Some(held) = by_id {
        return Ok(held.value);
    }
    let account = app.store.account_at(id_or_email).await?;
    let found = match account {
        Some(account) => app.store.person(&account.person).await?,
        None => app.store.person_by_email(id_or_email).await?,
    };
    Ok(found.ok_or(Refusal::NotFound)?.value)
}

/// Keeps somebody new.
pub async fn make(app: &App, person: &Person) -> Result<(), Error> {
    match person.email.as_deref() {
        Some(email) => Ok(app.store.open_account(person, None, email, clock::now()).await?),
        None => Ok(app.store.save_person(person, None, clock::now()).await.map(drop)?),
    }
}

pub async fn shut(app: &App, id: &PersonId) -> Result<(), Error> {
    let now = clock::now();
    rewrite(app, id, |person| Person { disabled_at: person.disabled_at.or(Some(now)), ..person }).await?;
    Ok(app.store.end_ways_in(id).await?)
}

pub async fn open_again(app: &App, id: &PersonId) -> Result<(), Error> {
    rewrite(app, id, |person| Person { disabled_at: None, ..person }).await
}

/// Forgets the password and ends every session; the link that is returned is the one way back in.
pub async fn reset(app: &App, person: &Person) -> Result<NewLink, Error> {
    must_sign_in_here(person)?;
    match app.store.account_of(&person.id).await? {
        Some(account) => {
            app.store.forget_password(&account.person).await?;
        }
        None => {
            if let Some(email) = &person.email {
                accounts::open(app, &person.id, email).await?;
            }
        }
    }
    app.store.end_ways_in(&person.id).await?;
    accounts::sign_in_link(app, &person.id).await
}

/// An id for somebody who has an account here.
pub fn new_id() -> PersonId {
    PersonId::new(format!("{}{}", PersonId::LOCAL_PREFIX, clock::unguessable_id()))
}

async fn may_keep(app: &App, asker: &Asker, id: &PersonId) -> Result<(), Error> {
    policy::may_write_people(&asker.viewer)?;
    let person = app.store.person(id).await?.ok_or(Refusal::NotFound)?.value;
    Ok(policy::may_give_role(&asker.viewer, person.role)?)
}

fn must_sign_in_here(person: &Person) -> Result<(), Refusal> {
    match (person.id.is_local(), person.role, person.disabled_at) {
        (false, ..) => Err(Refusal::Invalid("this person signs in through another application")),
        (true, Role::Guest, _) => Err(Refusal::Invalid("a guest comes by the link to one call")),
        (true, _, Some(_)) => Err(Refusal::NotNow("this person is disabled")),
        (true, _, None) => Ok(()),
    }
}

async fn rewrite(app: &App, id: &PersonId, change: impl Fn(Person) -> Person) -> Result<(), Error> {
    for _ in 0..SAVE_ATTEMPTS {
        let held = app.store.person(id).await?.ok_or(Refusal::NotFound)?;
        match app.store.save_person(&change(held.value), Some(held.version), clock::now()).await {
            Err(CommitError::Stale) => {}
            outcome => return Ok(outcome.map(drop)?),
        }
    }
    Err(Error::Contended)
}
