//! By which servers two browsers find a way to each other, and the passwords for those that relay. A password is for one
//! person in one call, and says neither to whoever sees it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard};

use bedside_domain::ids::{CallId, PersonId};
use bedside_domain::time::{Millis, Span};
use bedside_turn::credentials;

use super::links::LinkKey;

/// Who has a password may begin to relay until then. What has begun goes on until the call is over.
pub const PASS_LASTS: Span = Span::seconds(2 * 60 * 60);
/// Of one that is for trying the network out.
const TRIAL_LASTS: Span = Span::seconds(5 * 60);

/// The servers of this practice that relay.
pub struct Ice {
    /// Ours; none if only servers elsewhere relay.
    pub stun: Vec<String>,
    pub turn: Vec<String>,
    secret: Vec<u8>,
    given: Mutex<Given>,
}

/// What passwords were given for, each with the last moment of one, so that they can be taken back.
#[derive(Default)]
struct Given {
    calls: HashMap<CallId, Millis>,
    people: HashMap<PersonId, Millis>,
    sessions: HashMap<String, Millis>,
}

/// What a browser shows the relay.
pub struct Pass {
    pub username: String,
    pub password: String,
}

/// What a password is for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    Call(&'a CallId),
    /// To connect while it rings, before there is a call to be in.
    Ring,
    Trial,
}

impl Ice {
    pub fn new(stun: Vec<String>, turn: Vec<String>, secret: Vec<u8>) -> Self {
        Self { stun, turn, secret, given: Mutex::default() }
    }

    /// For a person, by the session that they are signed in with. Those whom a host vouches for have none.
    pub fn pass(
        &self,
        key: &LinkKey,
        now: Millis,
        person: &PersonId,
        session: Option<&str>,
        purpose: Purpose<'_>,
    ) -> Pass {
        let lasts = if matches!(purpose, Purpose::Trial) { TRIAL_LASTS } else { PASS_LASTS };
        let until = now + lasts;
        self.remember(person, session, purpose, until);
        let mut id = match purpose {
            Purpose::Call(call) => format!("{}.{}", name_of(key, person), name_of_call(key, call)),
            Purpose::Ring => name_of(key, person),
            Purpose::Trial => name_of_trials(key, person),
        };
        if let Some(session) = session {
            id = format!("{id}.{}", name_of_session(key, session));
        }
        let (username, password) = credentials::mint(&self.secret, seconds(until), &id);
        Pass { username, password }
    }

    fn remember(&self, person: &PersonId, session: Option<&str>, purpose: Purpose<'_>, until: Millis) {
        // Nobody takes passwords back from servers elsewhere, so nobody would ever forget them.
        if self.stun.is_empty() {
            return;
        }
        let mut given = self.given();
        keep(&mut given.people, person, until);
        if let Purpose::Call(call) = purpose {
            keep(&mut given.calls, call, until);
        }
        if let Some(session) = session {
            keep(&mut given.sessions, &session.to_owned(), until);
        }
    }

    /// The calls that passwords were given for, each with the last moment of one.
    pub fn calls(&self) -> Vec<(CallId, Millis)> {
        all(&self.given().calls)
    }

    /// The same of people.
    pub fn people(&self) -> Vec<(PersonId, Millis)> {
        all(&self.given().people)
    }

    /// The same of sessions.
    pub fn sessions(&self) -> Vec<(String, Millis)> {
        all(&self.given().sessions)
    }

    /// Nobody has one that lasts until then any more. If there is one that lasts longer, all are still known.
    pub fn forget_call(&self, call: &CallId, until: Millis) {
        forget(&mut self.given().calls, call, until);
    }

    pub fn forget_person(&self, person: &PersonId, until: Millis) {
        forget(&mut self.given().people, person, until);
    }

    pub fn forget_session(&self, session: &str, until: Millis) {
        forget(&mut self.given().sessions, &session.to_owned(), until);
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.given.lock().expect("no one panics holding the passes")
    }
}

fn keep<K: Clone + Eq + Hash>(given: &mut HashMap<K, Millis>, what: &K, until: Millis) {
    let known = given.entry(what.clone()).or_insert(until);
    *known = until.max(*known);
}

fn all<K: Clone>(given: &HashMap<K, Millis>) -> Vec<(K, Millis)> {
    given.iter().map(|(what, until)| (what.clone(), *until)).collect()
}

fn forget<K: Eq + Hash>(given: &mut HashMap<K, Millis>, what: &K, until: Millis) {
    if given.get(what).is_some_and(|known| *known <= until) {
        given.remove(what);
    }
}

/// As the relay knows them: always the same, and nobody else can tell who it is.
pub fn name_of(key: &LinkKey, person: &PersonId) -> String {
    key.id_of(&format!("relay for {person}"))
}

/// The relay counts and bounds what is tried apart from what is said.
pub fn name_of_trials(key: &LinkKey, person: &PersonId) -> String {
    format!("{}{}", credentials::TEST_PREFIX, name_of(key, person))
}

pub fn name_of_call(key: &LinkKey, call: &CallId) -> String {
    key.id_of(&format!("relay in {call}"))
}

pub fn name_of_session(key: &LinkKey, session: &str) -> String {
    key.id_of(&format!("relay by {session}"))
}

/// As they stand in names, rounded up.
pub fn seconds(at: Millis) -> u64 {
    u64::try_from(at.0).unwrap_or_default().div_ceil(1_000)
}
