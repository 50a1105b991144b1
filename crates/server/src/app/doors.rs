//! Ways in: sessions, sign-in links, personal links, and people whom a host application vouches for.

use std::collections::HashSet;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_domain::appointment::Appointment;
use bedside_domain::ids::{PersonId, RoomId};
use bedside_domain::invitation::Invitation;
pub use bedside_domain::person::Person;
use bedside_domain::policy::{Scope, Viewer};
use bedside_domain::refusal::Refusal;
use bedside_domain::room::Room;
use bedside_domain::time::{Millis, Span};
use bedside_store::{Session, SignInLink, Use};

use super::links::Opens;
use super::people::{self, Told};
use super::{App, Asker};
use crate::clock;
use crate::dispatch::Error;

/// How long somebody stays signed in on one device.
pub const SESSION_LASTS: Span = Span::days(14);

/// A session that has just begun. The token is shown once; only its hash is kept.
pub struct NewSession {
    pub token: String,
    pub expires_at: Millis,
}

/// The browser that somebody signs in with.
pub struct Browser {
    /// The token that it came with. Somebody else may have put it there, so it is worth nothing afterwards.
    pub token: Option<String>,
    /// What it calls itself.
    pub agent: Option<String>,
}

/// What a personal link leads to.
pub struct Joining {
    pub room: Room,
    /// That of the room; a call that was rung has none.
    pub appointment: Option<Appointment>,
    pub person: Person,
    /// By which a guest comes.
    pub invitation: Option<Invitation>,
    pub practitioner: Option<Person>,
}

/// Somebody whom the host application vouches for, created or updated at first sight.
pub async fn vouched(app: &App, id: &PersonId, told: &Told) -> Result<Option<Asker>, Error> {
    Ok(asker(people::save(app, id, told).await?, Scope::Everything, None))
}

/// A session without its token, to ask later whether it still lasts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey(String);

impl SessionKey {
    pub fn of(token: &str) -> Self {
        Self(hash(token))
    }
}

/// Those of them that have neither expired nor been ended.
pub async fn sessions_that_last(app: &App, sessions: &[SessionKey]) -> Result<HashSet<SessionKey>, Error> {
    let hashes: Vec<_> = sessions.iter().map(|SessionKey(hash)| hash.clone()).collect();
    let last = app.store.sessions_that_last(&hashes, clock::now()).await?;
    Ok(last.into_iter().map(SessionKey).collect())
}

/// Whose session this token is; nothing if it is nobody's, over, or of somebody who is disabled.
pub async fn signed_in(app: &App, token: &str) -> Result<Option<Asker>, Error> {
    let Some(session) = app.store.session(&hash(token)).await? else { return Ok(None) };
    if session.expires_at <= clock::now() {
        return Ok(None);
    }
    let scope = session.scope_room.map_or(Scope::Everything, Scope::Room);
    let person = app.store.person(&session.person).await?;
    Ok(person.and_then(|held| asker(held.value, scope, Some(session.token_hash))))
}

pub async fn sign_out(app: &App, token: &str) -> Result<(), Error> {
    Ok(app.store.end_session(&hash(token)).await?)
}

/// A link that signs its person in. What goes into the address is returned; only its hash is kept.
pub async fn new_sign_in_link(app: &App, person: &PersonId, uses: Use, lasts: Span) -> Result<String, Error> {
    let token = clock::token();
    let link = SignInLink {
        token_hash: hash(&token),
        person: person.clone(),
        uses,
        expires_at: clock::now() + lasts,
        spent_at: None,
    };
    app.store.put_sign_in_link(&link).await?;
    Ok(token)
}

/// Whom a link would sign in. Spends nothing: mail scanners open links.
pub async fn sign_in_link(app: &App, token: &str) -> Result<Person, Error> {
    let link = app.store.sign_in_link(&hash(token)).await?.ok_or(LINK_OVER)?;
    if link.expires_at <= clock::now() || link.uses == Use::Once && link.spent_at.is_some() {
        return Err(LINK_OVER.into());
    }
    let person = app.store.person(&link.person).await?.map(|held| held.value);
    Ok(person.filter(|person| person.disabled_at.is_none()).ok_or(LINK_OVER)?)
}

pub async fn sign_in(app: &App, token: &str, browser: &Browser) -> Result<(Person, NewSession), Error> {
    let person = sign_in_link(app, token).await?;
    let (kept, session) = session(&person.id, None, clock::now() + SESSION_LASTS, browser);
    if !app.store.sign_in(&hash(token), &kept, browser.session_before().as_deref()).await? {
        return Err(LINK_OVER.into());
    }
    Ok((person, session))
}

/// What a personal link leads to, whether or not it is time. Spends nothing.
pub async fn joining(app: &App, token: &str) -> Result<Joining, Error> {
    let (room, side, invitation) = match app.link_key.read(token).ok_or(Refusal::NotFound)? {
        Opens::Side(room, side) => (room, Some(side), None),
        Opens::Guest(id) => {
            let invitation = app.store.invitation(&id).await?.ok_or(Refusal::NotFound)?;
            (invitation.room.clone(), None, Some(invitation))
        }
    };
    let room = app.store.room(&room).await?.ok_or(Refusal::NotFound)?.value;
    let appointment = match &room.appointment {
        Some(id) => Some(app.store.appointment(id).await?.ok_or(Refusal::NotFound)?.value),
        None => None,
    };
    let id = side.map(|side| side.person(&room)).or(invitation.as_ref().map(|invitation| &invitation.guest));
    let id = id.ok_or(Refusal::NotFound)?;
    let names = app.names([&room.practitioner, id]).await?;
    let person = names.get(id).filter(|person| person.disabled_at.is_none()).cloned().ok_or(Refusal::NotFound)?;
    let practitioner = names.get(&room.practitioner).cloned();
    Ok(Joining { room, appointment, person, invitation, practitioner })
}

impl Joining {
    /// Whether the link lets anybody in at `now`, or why not.
    pub fn must_be_open(&self, now: Millis) -> Result<(), Refusal> {
        match (&self.appointment, &self.room.call) {
            (Some(appointment), _) => appointment.must_be_open(now),
            (None, Some(_)) if now < self.closes_at() => Ok(()),
            (None, _) => Err(Refusal::Expired("the call has ended")),
        }
    }

    pub fn closes_at(&self) -> Millis {
        let of_invitation = self.invitation.as_ref().map(|invitation| invitation.until);
        let of_appointment = self.appointment.as_ref().map(Appointment::links_close);
        of_appointment.or(of_invitation).unwrap_or(Millis(0))
    }
}

/// A session that opens the room of the link and nothing else, until the link closes.
pub async fn join(app: &App, joining: &Joining) -> Result<NewSession, Error> {
    joining.must_be_open(clock::now())?;
    let (kept, session) =
        session(&joining.person.id, Some(joining.room.id.clone()), joining.closes_at(), &Browser::NONE);
    app.store.put_session(&kept).await?;
    Ok(session)
}

/// A session as it is kept, and as its person gets it.
pub(super) fn session(
    person: &PersonId,
    scope_room: Option<RoomId>,
    expires_at: Millis,
    browser: &Browser,
) -> (Session, NewSession) {
    let token = clock::token();
    let (token_hash, created_at) = (hash(&token), clock::now());
    let (person, agent) = (person.clone(), browser.agent.clone());
    let kept = Session { token_hash, person, scope_room, created_at, expires_at, agent };
    (kept, NewSession { token, expires_at })
}

impl Browser {
    /// A link to one room asks for no browser.
    const NONE: Self = Self { token: None, agent: None };

    pub(super) fn session_before(&self) -> Option<String> {
        self.token.as_deref().map(hash)
    }
}

fn asker(person: Person, scope: Scope, session: Option<String>) -> Option<Asker> {
    let viewer = Viewer { id: person.id.clone(), role: person.role, scope };
    person.disabled_at.is_none().then_some(Asker { viewer, person, session })
}

/// Tokens are long and random, so one plain hash is enough to make the stored form useless.
fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

const LINK_OVER: Refusal = Refusal::Expired("this link has been used or has expired; ask the practice for a new one");
