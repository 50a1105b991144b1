//! Accounts: what somebody signs in with, and where they are signed in.

use bedside_domain::ids::PersonId;
use bedside_domain::refusal::Refusal;
use bedside_protocol::account::{AuditView, MeView, NewPassword, Preferences, PutMe, SessionView, SignInLink};
use serde_json::json;

use super::people::must_be_sound;
use super::{Read, brief, person, time};
use crate::app::Names;
use crate::app::accounts::{Audited, Chosen, Held, NewLink, Session};
use crate::app::oneself::Oneself;
use crate::app::passwords;
use crate::app::people::Told;

const PREFERENCES_BYTES_AT_MOST: usize = 8 * 1024;
const EMAIL_CHARS_AT_MOST: usize = 320;

/// Whatever could be right. Nothing here depends on who has an account.
pub fn must_be_credentials(email: &str, password: &str) -> Read<()> {
    let sound = email.chars().count() <= EMAIL_CHARS_AT_MOST && password.chars().count() <= passwords::CHARS_AT_MOST;
    if sound { Ok(()) } else { Err(Refusal::Invalid("a text is too long")) }
}

pub fn chosen(new: NewPassword) -> Read<Chosen> {
    let NewPassword { password, current, email } = new;
    let told = Told { email, ..Told::default() };
    must_be_sound(&told)?;
    must_be_credentials("", current.as_deref().unwrap_or_default())?;
    Ok(Chosen { email: told.email, current, password })
}

pub fn me(me: Oneself) -> MeView {
    let settings = me.preferences.and_then(|json| serde_json::from_str(&json).ok());
    MeView {
        person: person(&me.person),
        has_password: me.account.as_ref().is_some_and(|account| account.password.is_some()),
        sign_in_email: me.account.map(|account| account.email),
        settings: settings.unwrap_or_else(|| json!({})),
    }
}

pub fn told_by_oneself(put: PutMe) -> Read<Told> {
    let told = Told {
        name: put.name,
        title: put.title,
        specialization: put.specialization,
        phone: put.phone,
        languages: put.languages,
        picture: put.picture,
        locale: put.locale,
        zone: put.zoneinfo,
        ..Told::default()
    };
    must_be_sound(&told)?;
    Ok(told)
}

pub fn preferences(preferences: &Preferences) -> Read<String> {
    let json = serde_json::to_string(&preferences.0).map_err(|_| Refusal::Invalid("settings must be JSON"))?;
    if json.len() > PREFERENCES_BYTES_AT_MOST {
        return Err(Refusal::Invalid("settings may have 8 KiB"));
    }
    Ok(json)
}

pub fn sign_in_link(link: NewLink) -> SignInLink {
    SignInLink { link: link.address, expires_at: time(link.expires_at) }
}

pub fn session(held: &Held) -> SessionView {
    SessionView {
        id: held.session.token_hash.clone(),
        agent: held.session.agent.clone(),
        begun_at: time(held.session.created_at),
        expires_at: time(held.session.expires_at),
        current: held.is_this,
    }
}

/// Whoever looks at it does so from elsewhere.
pub fn session_of_another(session: &Session) -> SessionView {
    self::session(&Held { session: session.clone(), is_this: false })
}

pub fn audited(entry: &Audited, names: &Names) -> AuditView {
    let subject = PersonId::new(&entry.subject);
    AuditView {
        at: time(entry.at),
        actor: brief(&entry.actor, names.get(&entry.actor)),
        deed: entry.deed.clone(),
        subject: names.get(&subject).map(|person| brief(&subject, Some(person))),
        subject_id: Some(entry.subject.clone()).filter(|id| !id.is_empty()),
    }
}
