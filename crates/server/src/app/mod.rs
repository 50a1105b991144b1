//! What people can do here: each use case loads its facts, asks the policy, lets the domain decide, and sends the
//! change down the road. Knows the domain and the store; knows nothing of HTTP, sockets or JSON.

pub mod accounts;
pub mod appointments;
pub mod booking;
pub mod calendar;
pub mod calls;
pub mod chat;
pub mod doors;
pub mod hours;
pub mod ice;
pub mod invitations;
pub mod links;
pub mod notices;
pub mod oneself;
pub mod outbox;
pub mod passwords;
pub mod people;
pub mod practice;
pub mod presence;
pub mod reach;
pub mod register;
pub mod ring;
pub mod rooms;
pub mod seats;

use std::collections::HashMap;

use bedside_domain::ids::PersonId;
use bedside_domain::person::Person;
use bedside_domain::policy::Viewer;
use bedside_domain::refusal::Refusal;
pub use bedside_store::Held;
use bedside_store::{Cursor, Page, PageAsk, Store};

use crate::app::ice::Ice;
use crate::app::links::LinkKey;
use crate::app::passwords::Passwords;
use crate::bus::Bus;
use crate::config::Settings;
use crate::dispatch::Error;
use crate::outbox::Outbox;

/// Everything a use case needs, put together in `compose`.
pub struct App {
    pub store: Store,
    pub bus: Bus,
    pub settings: Settings,
    pub link_key: LinkKey,
    /// Where calls are relayed, if anywhere.
    pub ice: Option<Ice>,
    /// What passwords for relays follow from; the first one makes them.
    pub turn_secrets: Vec<Vec<u8>>,
    pub passwords: Passwords,
    /// By which ways people are told who are not looking.
    pub outbox: Outbox,
}

/// Somebody who asks: the token has been checked, the person is known and not disabled.
#[derive(Clone, Debug)]
pub struct Asker {
    pub viewer: Viewer,
    pub person: Person,
    /// The session by which they ask; nothing for whom a host application vouches for.
    pub session: Option<String>,
}

/// People by id, for whatever is shown with names.
#[derive(Default)]
pub struct Names(HashMap<PersonId, Person>);

impl App {
    pub async fn names<'a>(&self, ids: impl IntoIterator<Item = &'a PersonId>) -> Result<Names, Error> {
        let mut ids: Vec<PersonId> = ids.into_iter().cloned().collect();
        ids.sort();
        ids.dedup();
        Ok(Names(self.store.people(&ids).await?))
    }
}

impl Names {
    /// Nothing if the person has been erased.
    pub fn get(&self, id: &PersonId) -> Option<&Person> {
        self.0.get(id)
    }
}

/// Which page of a list somebody asks for, as they wrote it.
#[derive(Clone, Debug, Default)]
pub struct PageWish {
    pub cursor: Option<String>,
    pub limit: Option<u16>,
}

/// One page, and where the next begins.
pub struct Listing<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl PageWish {
    fn ask(&self) -> Result<PageAsk, Refusal> {
        let after = match &self.cursor {
            Some(text) => Some(Cursor::parse(text).ok_or(Refusal::Invalid("cursor is not one that was given out"))?),
            None => None,
        };
        Ok(PageAsk { after, limit: self.limit.unwrap_or(PageAsk::default().limit) })
    }
}

impl<T> Listing<T> {
    fn of(page: Page<T>) -> Self {
        Self { items: page.items, next: page.next.map(|cursor| cursor.to_text()) }
    }
}
