//! Requests: who asks, whether they may, and how they are answered.

use std::sync::Arc;

use super::{Client, Server, Step};
use crate::codec::attributes::{self, Family};
use crate::codec::{Class, Message, Method, Transaction, Writer};
use crate::credentials::{Key, Name, REALM};
use crate::time::Now;

/// Why a request is refused, as its sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub u16);

impl Refusal {
    pub const BAD_REQUEST: Refusal = Refusal(400);
    pub const UNAUTHORIZED: Refusal = Refusal(401);
    pub const FORBIDDEN: Refusal = Refusal(403);
    pub const UNKNOWN_ATTRIBUTE: Refusal = Refusal(420);
    pub const MISMATCH: Refusal = Refusal(437);
    pub const STALE_NONCE: Refusal = Refusal(438);
    pub const FAMILY_NOT_SUPPORTED: Refusal = Refusal(440);
    pub const WRONG_CREDENTIALS: Refusal = Refusal(441);
    pub const TRANSPORT_NOT_SUPPORTED: Refusal = Refusal(442);
    pub const FAMILY_MISMATCH: Refusal = Refusal(443);
    pub const QUOTA_REACHED: Refusal = Refusal(486);
    pub const NO_CAPACITY: Refusal = Refusal(508);

    fn reason(self) -> &'static str {
        match self.0 {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            420 => "Unknown Attribute",
            437 => "Allocation Mismatch",
            438 => "Stale Nonce",
            440 => "Address Family not Supported",
            441 => "Wrong Credentials",
            442 => "Unsupported Transport Protocol",
            443 => "Peer Address Family Mismatch",
            486 => "Allocation Quota Reached",
            508 => "Insufficient Capacity",
            _ => "",
        }
    }
}

/// What of a request its answer needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    method: Method,
    pub transaction: Transaction,
    fingerprinted: bool,
}

impl Request {
    pub fn of(message: &Message) -> Request {
        Request { method: message.method, transaction: message.transaction, fingerprinted: message.is_fingerprinted() }
    }
}

/// Somebody whose signature was right.
pub(super) struct Caller<'a> {
    pub username: &'a str,
    pub key: Key,
}

impl<S: Clone> Server<S> {
    pub(super) fn request<'p>(
        &mut self,
        now: Now,
        client: Client,
        message: &Message,
        out: &mut Vec<u8>,
    ) -> Step<'p, S> {
        match message.method {
            Method::BINDING => self.binding(now, client, message, out),
            Method::ALLOCATE | Method::REFRESH | Method::CREATE_PERMISSION | Method::CHANNEL_BIND => {
                match self.authenticate(now, client, message) {
                    Ok(Some(caller)) => self.serve(now, client, message, &caller, out),
                    Ok(None) => Step::Drop,
                    Err(refusal) => self.refuse(now, client, Request::of(message), refusal, None, out),
                }
            }
            // The methods of RFC 6062 are among these: TCP towards peers is nothing that calls need.
            _ if self.draw(now, client) => {
                self.refuse(now, client, Request::of(message), Refusal::BAD_REQUEST, None, out)
            }
            _ => Step::Drop,
        }
    }

    fn binding<'p>(&mut self, now: Now, client: Client, message: &Message, out: &mut Vec<u8>) -> Step<'p, S> {
        if !self.draw(now, client) {
            return Step::Drop;
        }
        if let Some(unknown) = unknown(message) {
            return self.refuse_unknown(message, &unknown, None, out);
        }
        self.counters.bindings += 1;
        let answer = Writer::new(out, Class::Success, Method::BINDING, message.transaction)
            .xor_address(attributes::XOR_MAPPED_ADDRESS, client.seen());
        finish(answer, Request::of(message), None)
    }

    fn serve<'p>(
        &mut self,
        now: Now,
        client: Client,
        message: &Message,
        caller: &Caller,
        out: &mut Vec<u8>,
    ) -> Step<'p, S> {
        if let Some(unknown) = unknown(message) {
            return self.refuse_unknown(message, &unknown, Some(&caller.key), out);
        }
        let outcome = match message.method {
            Method::ALLOCATE => self.allocate(now, client, message, caller, out),
            Method::REFRESH => self.refresh(now, client, message, caller, out),
            Method::CREATE_PERMISSION => self.create_permission(now, client, message, caller, out),
            _ => self.bind_channel(now, client, message, caller, out),
        };
        let key = Some(&caller.key);
        outcome.unwrap_or_else(|refusal| self.refuse(now, client, Request::of(message), refusal, key, out))
    }

    /// Who sent this, or why they are refused. `None` is for those who get no answer any more.
    fn authenticate<'m>(
        &mut self,
        now: Now,
        client: Client,
        message: &Message<'m>,
    ) -> Result<Option<Caller<'m>>, Refusal> {
        // A stranger is charged in advance, because finding out costs time as well; one who proves right gets it
        // back. Where an allocation is, only what proves wrong is charged: nobody shall be able to use up what its
        // owner lives on by sending under the same address.
        let is_stranger = !self.by_client.contains_key(&client);
        if is_stranger && !self.draw(now, client) {
            return Ok(None);
        }
        match self.identify(now, client, message) {
            Ok(caller) => {
                if is_stranger {
                    self.house.desk().sources.give_back(client.seen().ip());
                }
                Ok(Some(caller))
            }
            Err(_) if !is_stranger && !self.draw(now, client) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// The long-term credential mechanism. One who has an allocation here is known by its key; whether the name has
    /// expired meanwhile, or its secret was replaced, is not asked again.
    fn identify<'m>(&self, now: Now, client: Client, message: &Message<'m>) -> Result<Caller<'m>, Refusal> {
        if !message.has_integrity() {
            return Err(Refusal::UNAUTHORIZED);
        }
        let [Some(username), Some(_), Some(nonce)] =
            [attributes::USERNAME, attributes::REALM, attributes::NONCE].map(|kind| message.attribute(kind))
        else {
            return Err(Refusal::BAD_REQUEST);
        };
        if !self.house.nonces.is_fresh(now.ticks, client.seen().ip(), nonce) {
            return Err(Refusal::STALE_NONCE);
        }
        Name::read(username).ok_or(Refusal::UNAUTHORIZED)?;
        let username = str::from_utf8(username).map_err(|_| Refusal::UNAUTHORIZED)?;
        let key = self.key_of(client, username, message).ok_or(Refusal::UNAUTHORIZED)?;
        Ok(Caller { username, key })
    }

    fn key_of(&self, client: Client, username: &str, message: &Message) -> Option<Key> {
        let held = self.by_client.get(&client).and_then(|id| self.allocations.get(id));
        if let Some(allocation) = held.filter(|allocation| allocation.username == username) {
            return message.is_signed_with(&allocation.key).then(|| allocation.key.clone());
        }
        let secrets = Arc::clone(&self.house.desk().secrets);
        secrets.keys(username.as_bytes()).find(|key| message.is_signed_with(key))
    }

    fn draw(&mut self, now: Now, client: Client) -> bool {
        let drawn = self.house.desk().sources.draw(now.ticks, client.seen().ip());
        if !drawn {
            self.counters.too_many += 1;
        }
        drawn
    }

    /// Answers with an error. Without a key the sender may be anybody, perhaps under another's address: the answer
    /// then has no word more than it needs.
    pub(super) fn refuse<'p>(
        &mut self,
        now: Now,
        client: Client,
        request: Request,
        refusal: Refusal,
        key: Option<&Key>,
        out: &mut Vec<u8>,
    ) -> Step<'p, S> {
        let mut answer = self.error(request, refusal, key, out);
        if refusal == Refusal::UNAUTHORIZED || refusal == Refusal::STALE_NONCE {
            let nonce = self.house.nonces.issue(now.ticks, client.seen().ip());
            answer = answer.bytes(attributes::REALM, REALM.as_bytes()).bytes(attributes::NONCE, &nonce);
        }
        finish(answer, request, key)
    }

    fn refuse_unknown<'p>(
        &mut self,
        message: &Message,
        unknown: &[u8],
        key: Option<&Key>,
        out: &mut Vec<u8>,
    ) -> Step<'p, S> {
        let request = Request::of(message);
        let answer = self.error(request, Refusal::UNKNOWN_ATTRIBUTE, key, out);
        finish(answer.bytes(attributes::UNKNOWN_ATTRIBUTES, unknown), request, key)
    }

    fn error<'o>(&mut self, request: Request, refusal: Refusal, key: Option<&Key>, out: &'o mut Vec<u8>) -> Writer<'o> {
        *self.counters.refused.entry(refusal.0).or_default() += 1;
        let reason = if key.is_some() { refusal.reason() } else { "" };
        Writer::new(out, Class::Error, request.method, request.transaction).error(refusal.0, reason)
    }
}

/// Ends an answer the way its request ended.
pub(super) fn finish<'p, S>(mut answer: Writer, request: Request, key: Option<&Key>) -> Step<'p, S> {
    if let Some(key) = key {
        answer = answer.signed(key);
    }
    if request.fingerprinted {
        answer.fingerprinted();
    }
    Step::Answer
}

/// The kinds that ought to be understood and are not, as the answer lists them.
pub(super) fn unknown(message: &Message) -> Option<Vec<u8>> {
    let unknown = message.attributes().map(|(kind, _)| kind).filter(|kind| attributes::is_unknown(*kind));
    let unknown: Vec<u8> = unknown.flat_map(u16::to_be_bytes).collect();
    (!unknown.is_empty()).then_some(unknown)
}

/// The family that an attribute asks for; of something that is no family, an error.
pub(super) fn family_in(message: &Message, kind: u16) -> Result<Option<Family>, Refusal> {
    match message.attribute(kind) {
        None => Ok(None),
        Some(value) => Family::read(value).map(Some).ok_or(Refusal::FAMILY_NOT_SUPPORTED),
    }
}
