//! Accounts of those who sign in here: by password or by a link, and where they are signed in.

use std::sync::Arc;

use bedside_domain::ids::PersonId;
use bedside_domain::person::{Person, Role};
use bedside_domain::policy;
use bedside_domain::reach::Channel;
use bedside_domain::refusal::Refusal;
use bedside_domain::time::{Millis, Span};
use bedside_store::{Account, CommitError, Keep, Use};
pub use bedside_store::{Audited, Session};

use super::doors::{self, Browser, NewSession, SESSION_LASTS};
use super::{App, Asker, passwords, reach};
use crate::clock;
use crate::dispatch::Error;
use crate::outbox::{self, Sent, letter};

/// How long a link works that was made for somebody to come in with.
pub const LINK_LASTS: Span = Span::days(7);
/// Whoever has asked for one is waiting for it.
const SENT_LINK_LASTS: Span = Span::minutes(60);
/// The first of a practice. One id, so that nodes that start together make one.
const FIRST_ADMINISTRATOR: &str = "bs_administrator";

/// What somebody chooses to sign in with from now on.
pub struct Chosen {
    /// For whoever has no address yet.
    pub email: Option<String>,
    /// For whoever has a password already.
    pub current: Option<String>,
    pub password: String,
}

/// One's own session, and whether it is the one that asks.
pub struct Held {
    pub session: Session,
    pub is_this: bool,
}

/// A link that was made just now, and until when it works.
pub struct NewLink {
    pub address: String,
    pub expires_at: Millis,
}

/// The same refusal, after the same time, whether the address is nobody's, disabled, without a password or another's.
pub async fn sign_in(app: &App, email: &str, password: &str, browser: &Browser) -> Result<(Person, NewSession), Error> {
    let account = app.store.account_at(email).await?;
    let hash = account.as_ref().and_then(|account| account.password.as_deref());
    let fits = app.passwords.fits(password, hash).await?;
    let account = account.filter(|_| fits).ok_or(Refusal::Unproven)?;
    let (kept, session) = doors::session(&account.person, None, clock::now() + SESSION_LASTS, browser);
    if !app.store.sign_in_by_password(&account, &kept, browser.session_before().as_deref()).await? {
        return Err(Refusal::Unproven.into());
    }
    let person = app.store.person(&account.person).await?.ok_or(Refusal::Unproven)?;
    Ok((person.value, session))
}

/// A new password. Whoever is signed in elsewhere with the old one is so no more.
pub async fn choose_password(app: &App, asker: &Asker, chosen: &Chosen) -> Result<(), Error> {
    policy::may_have_account(&asker.viewer)?;
    let account = match app.store.account_of(&asker.viewer.id).await? {
        Some(account) => account,
        None => open_own(app, asker, chosen).await?,
    };
    passwords::must_be_good(&chosen.password, &account.email)?;
    if account.password.is_some() {
        let current = chosen.current.as_deref().unwrap_or_default();
        if !app.passwords.fits(current, account.password.as_deref()).await? {
            return Err(Refusal::Forbidden("current is not the password so far").into());
        }
    }
    let hash = app.passwords.hash(&chosen.password).await?;
    let keep = asker.session.as_deref().map_or(Keep::None, Keep::Session);
    if !app.store.set_password(&account, Some(&hash), keep).await? {
        return Err(Error::Contended);
    }
    Ok(app.store.audit(clock::now(), &asker.viewer.id, "change-password", asker.viewer.id.as_str()).await?)
}

/// Under the address that the practice has; only who has none there names one.
async fn open_own(app: &App, asker: &Asker, chosen: &Chosen) -> Result<Account, Error> {
    let named = chosen.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    let email = asker.person.email.as_deref().or(named).ok_or(Refusal::Invalid("email is missing"))?;
    passwords::must_be_good(&chosen.password, email)?;
    open(app, &asker.viewer.id, email).await?;
    if asker.person.email.is_none() {
        reach::doubt(app, &asker.viewer.id, Channel::Email, email).await?;
    }
    app.store.account_of(&asker.viewer.id).await?.ok_or(Error::Contended)
}

/// An account for somebody who is known and has none.
pub async fn open(app: &App, id: &PersonId, email: &str) -> Result<(), Error> {
    let held = app.store.person(id).await?.ok_or(Refusal::NotFound)?;
    let person = Person { email: Some(email.trim().to_owned()), ..held.value };
    Ok(app.store.open_account(&person, Some(held.version), email, clock::now()).await?)
}

/// Where one is signed in.
pub async fn sessions(app: &App, asker: &Asker) -> Result<Vec<Held>, Error> {
    policy::may_roam(&asker.viewer)?;
    let sessions = app.store.sessions_of(&asker.viewer.id, clock::now()).await?;
    let this = |session: &Session| asker.session.as_ref() == Some(&session.token_hash);
    Ok(sessions.into_iter().map(|session| Held { is_this: this(&session), session }).collect())
}

pub async fn end_session(app: &App, asker: &Asker, id: &str) -> Result<(), Error> {
    policy::may_roam(&asker.viewer).map_err(|_| Refusal::NotFound)?;
    let ended = app.store.end_session_of(&asker.viewer.id, id).await?;
    if ended { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// All but the one that asks.
pub async fn end_other_sessions(app: &App, asker: &Asker) -> Result<(), Error> {
    policy::may_roam(&asker.viewer)?;
    let this = asker.session.as_deref().unwrap_or_default();
    Ok(app.store.end_other_sessions(&asker.viewer.id, this).await?)
}

/// A link that makes whoever opens it the administrator, if nobody has ever been here.
pub async fn first_administrator(app: &App) -> Result<Option<NewLink>, Error> {
    if app.store.has_people().await? {
        return Ok(None);
    }
    let id = PersonId::new(FIRST_ADMINISTRATOR);
    let person = Person::new(id.clone(), Role::Admin, "Administrator");
    match app.store.save_person(&person, None, clock::now()).await {
        Ok(_) => Ok(Some(sign_in_link(app, &id).await?)),
        // Another node was faster, and prints it.
        Err(CommitError::Stale) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A link that signs somebody in once.
pub async fn sign_in_link(app: &App, id: &PersonId) -> Result<NewLink, Error> {
    let expires_at = clock::now() + LINK_LASTS;
    let token = doors::new_sign_in_link(app, id, Use::Once, LINK_LASTS).await?;
    Ok(NewLink { address: format!("{}/sign-in/{token}", app.settings.public_url), expires_at })
}

/// Sends such a link to the address of an account. Whoever asks is answered before it is looked for, so that neither the
/// answer nor its time tells who has one.
pub fn send_link(app: &Arc<App>, email: String) -> Result<(), Refusal> {
    if !app.outbox.has(Channel::Email) {
        return Err(Refusal::NotNow("this practice sends no e-mail; ask it for a link"));
    }
    let app = Arc::clone(app);
    tokio::spawn(async move {
        if let Err(error) = find_and_send(&app, &email).await {
            tracing::error!(?error, "a sign-in link could not be sent");
        }
    });
    Ok(())
}

/// Whoever signs in with this address, or else whom the practice reaches by it: an address that was noted later, or has
/// changed, is no password's.
async fn whose(app: &App, email: &str) -> Result<Option<PersonId>, Error> {
    if let Some(account) = app.store.account_at(email).await? {
        return Ok(Some(account.person));
    }
    let known = app.store.person_by_email(email).await?;
    Ok(known.map(|held| held.value.id).filter(PersonId::is_local))
}

async fn find_and_send(app: &App, email: &str) -> Result<(), Error> {
    let Some(person) = whose(app, email).await? else { return Ok(()) };
    let Some(reachable) = app.store.reachable(&person).await? else { return Ok(()) };
    // An address that its person has only claimed is perhaps somebody else's.
    let confirmed = letter::address(&reachable, Channel::Email);
    let Some(to) = confirmed.filter(|to| to.eq_ignore_ascii_case(email.trim())) else { return Ok(()) };
    let token = doors::new_sign_in_link(app, &person, Use::Once, SENT_LINK_LASTS).await?;
    let (id, link) = (format!("link_{}", clock::id()), format!("{}/sign-in/{token}", app.settings.public_url));
    match outbox::send_link(app, &reachable.person, &id, &to, &link).await? {
        Sent::Done => {}
        Sent::Gone => tracing::warn!(why = "gone", "a sign-in link could not be sent"),
        Sent::Never(why) | Sent::Later { why, .. } => tracing::warn!(why, "a sign-in link could not be sent"),
    }
    Ok(())
}
