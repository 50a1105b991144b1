//! Accounts: what somebody signs in with, and where they are signed in.

use bedside_domain::refusal::Refusal;
use bedside_protocol::account::{NewPassword, SessionView, SignInLink};

use super::people::must_be_sound;
use super::{Read, time};
use crate::app::accounts::{Chosen, Held, NewLink};
use crate::app::passwords;
use crate::app::people::Told;

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
