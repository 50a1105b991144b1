//! Tells people and programs what they are owed, by the ways that the operator has set up. What is to be told is in the
//! store; here is who takes it from there. It knows nothing of those who ask.

mod email;
mod http;
pub mod letter;
mod plan;
mod push;
mod sms;
#[cfg(test)]
mod tests;
mod webhook;
mod words;
mod worker;

use bedside_domain::person::Person;
use bedside_domain::reach::Channel;
use bedside_domain::time::Span;

pub use self::email::Mail;
pub use self::http::Http;
pub use self::letter::address;
pub use self::push::{Push, are_keys, is_key};
pub use self::sms::{Sms, receipt};
pub use self::webhook::{new_secret, try_out};
pub use self::words::{Words, fill};
pub use self::worker::run;
use crate::Failure;
use crate::app::App;
use crate::config::Settings;
use crate::dispatch::Error;

/// The ways that there are.
pub struct Outbox {
    pub words: Words,
    pub http: Http,
    pub mail: Option<Mail>,
    pub sms: Option<Sms>,
    pub push: Option<Push>,
}

/// What came of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Done,
    /// There is nobody at that address any more.
    Gone,
    /// It will not be different another time.
    Never(&'static str),
    Later {
        why: &'static str,
        after: Option<Span>,
    },
}

impl Outbox {
    /// `vapid` is the key by which push services know this practice.
    pub fn new(settings: &Settings, vapid: &[u8; 32]) -> Result<Self, Failure> {
        let reach = &settings.reach;
        let http = Http::new(&reach.private)?;
        Ok(Self {
            words: Words::read(reach.words.as_deref())?,
            mail: reach.mail.as_ref().map(|mail| Mail::new(mail, settings.public_host())).transpose()?,
            sms: reach.sms.as_ref().map(|provider| Sms::new(provider, &settings.public_url)).transpose()?,
            push: reach.web_push.then(|| Push::new(vapid, &settings.public_url)).transpose()?,
            http,
        })
    }

    pub fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.mail.is_some(),
            Channel::Sms => self.sms.is_some(),
            Channel::Push => self.push.is_some(),
        }
    }

    /// Whether nothing leaves the screen.
    fn is_silent(&self) -> bool {
        Channel::ALL.into_iter().all(|channel| !self.has(channel))
    }
}

/// To an address that is not confirmed: the code, and nothing of the person.
pub async fn send_code(
    app: &App,
    person: &Person,
    channel: Channel,
    id: &str,
    to: &str,
    code: &str,
) -> Result<Sent, Error> {
    let practice = app.store.practice().await?.value.name;
    let confirm = &app.outbox.words.of(person.locale.as_deref()).confirm;
    let filled = |text: &str| fill(text, &[("code", code), ("practice", &practice)]);
    Ok(match channel {
        Channel::Email => {
            let (subject, text) = (filled(&confirm.email.subject), filled(&confirm.email.text));
            email::send_plain(&app.outbox, id, to, &subject, &text).await
        }
        Channel::Sms => sms::send_code(&app.outbox, id, to, &filled(&confirm.sms.short)).await,
        Channel::Push => Sent::Never("no-such-way"),
    })
}

/// To somebody who asked to be let in, from a page where nobody is signed in.
pub async fn send_link(app: &App, person: &Person, id: &str, to: &str, link: &str) -> Result<Sent, Error> {
    let practice = app.store.practice().await?.value.name;
    let said = &app.outbox.words.of(person.locale.as_deref()).confirm.link;
    let filled = |text: &str| fill(text, &[("link", link), ("practice", &practice)]);
    Ok(email::send_plain(&app.outbox, id, to, &filled(&said.subject), &filled(&said.text)).await)
}
