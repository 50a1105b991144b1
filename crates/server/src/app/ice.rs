//! By which servers two browsers find a way to each other, and the passwords for those that relay. A password is for one
//! person in one call, and says neither to whoever sees it.

use std::collections::HashMap;
use std::sync::Mutex;

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
    pub stun: Vec<String>,
    pub turn: Vec<String>,
    secret: Vec<u8>,
    given: Mutex<Given>,
}

/// Whom passwords were given to, so that they can be taken back.
#[derive(Default)]
struct Given {
    calls: HashMap<CallId, Millis>,
    people: HashMap<PersonId, Millis>,
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

    pub fn pass(&self, key: &LinkKey, now: Millis, person: &PersonId, purpose: Purpose<'_>) -> Pass {
        let (id, lasts) = match purpose {
            Purpose::Call(call) => (format!("{}.{}", name_of(key, person), name_of_call(key, call)), PASS_LASTS),
            Purpose::Ring => (name_of(key, person), PASS_LASTS),
            Purpose::Trial => (format!("{}{}", credentials::TEST_PREFIX, name_of(key, person)), TRIAL_LASTS),
        };
        let until = now + lasts;
        let mut given = self.given.lock().expect("no one panics holding the passes");
        given.people.insert(person.clone(), until);
        if let Purpose::Call(call) = purpose {
            given.calls.insert(call.clone(), until);
        }
        let (username, password) = credentials::mint(&self.secret, seconds(until), &id);
        Pass { username, password }
    }

    /// The calls that passwords were given for, each with the last moment of one.
    pub fn calls(&self) -> Vec<(CallId, Millis)> {
        let given = self.given.lock().expect("no one panics holding the passes");
        given.calls.iter().map(|(call, until)| (call.clone(), *until)).collect()
    }

    /// The same of people.
    pub fn people(&self) -> Vec<(PersonId, Millis)> {
        let given = self.given.lock().expect("no one panics holding the passes");
        given.people.iter().map(|(person, until)| (person.clone(), *until)).collect()
    }

    /// Nobody has one of them any more.
    pub fn forget_call(&self, call: &CallId) {
        self.given.lock().expect("no one panics holding the passes").calls.remove(call);
    }

    pub fn forget_person(&self, person: &PersonId) {
        self.given.lock().expect("no one panics holding the passes").people.remove(person);
    }
}

/// As the relay knows them: always the same, and nobody else can tell who it is.
pub fn name_of(key: &LinkKey, person: &PersonId) -> String {
    key.id_of(&format!("relay for {person}"))
}

pub fn name_of_call(key: &LinkKey, call: &CallId) -> String {
    key.id_of(&format!("relay in {call}"))
}

/// As they stand in names, rounded up.
pub fn seconds(at: Millis) -> u64 {
    u64::try_from(at.0).unwrap_or_default().div_ceil(1_000)
}
