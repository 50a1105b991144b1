//! Allocate: a relay address for whoever has a good name.

use std::net::SocketAddr;

use super::lifetime;
use super::ports::Wish;
use super::request::{Caller, Refusal, Request, family_in, finish};
use super::reservations::Token;
use super::routes::Routes;
use super::{Allocation, AllocationId, Client, Relay, Server, Step};
use crate::codec::attributes::{self, Family};
use crate::codec::{Class, Message, Method, Writer};
use crate::credentials::{Key, Name};
use crate::quota::Bucket;
use crate::time::{Millis, Now};

const UDP: u8 = 17;
const TEST_BITS_PER_SECOND: u64 = 256_000;

/// An allocation that lacks only its sockets.
///
/// Ports and quota are taken already, so it has to go to [`Server::opened`] whatever comes of the sockets.
#[derive(Debug)]
#[must_use = "ports and quota are lost if this does not go to Server::opened"]
pub struct Opening {
    id: AllocationId,
    client: Client,
    request: Request,
    username: String,
    key: Key,
    lifetime: Millis,
    /// None for a port that was promised: no other will do.
    wish: Option<Wish>,
    address_error: Option<AddressError>,
    doors: Vec<Door>,
}

/// A family that was asked for beside the other, and why it is not there.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddressError {
    pub family: Family,
    pub refusal: Refusal,
}

impl Opening {
    pub fn id(&self) -> AllocationId {
        self.id
    }

    /// The sockets to bind, one or two.
    pub fn doors(&self) -> &[Door] {
        &self.doors
    }
}

/// Where a relay listens, and where the world believes it to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    pub bound: SocketAddr,
    pub advertised: SocketAddr,
}

impl Door {
    pub fn family(&self) -> Family {
        Family::of(self.bound.ip())
    }

    pub(super) fn at(mut self, port: u16) -> Door {
        self.bound.set_port(port);
        self.advertised.set_port(port);
        self
    }
}

/// What an Allocate request wants, read without looking at anything else.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    One(Family, Wish),
    Both(Wish),
    Reserved(Token),
}

impl Wanted {
    fn read(message: &Message) -> Result<Wanted, Refusal> {
        match message.attribute(attributes::REQUESTED_TRANSPORT) {
            Some([UDP, _, _, _]) => {}
            Some([_, _, _, _]) => return Err(Refusal::TRANSPORT_NOT_SUPPORTED),
            _ => return Err(Refusal::BAD_REQUEST),
        }
        let family = family_in(message, attributes::REQUESTED_ADDRESS_FAMILY)?;
        let additional = family_in(message, attributes::ADDITIONAL_ADDRESS_FAMILY)?;
        let even = match message.attribute(attributes::EVEN_PORT) {
            None => None,
            Some([flags]) => Some(if flags & 0x80 == 0 { Wish::Even } else { Wish::EvenAndNext }),
            Some(_) => return Err(Refusal::BAD_REQUEST),
        };
        match (message.attribute(attributes::RESERVATION_TOKEN), additional, family, even) {
            (Some(token), None, None, None) => token.try_into().map(Wanted::Reserved).map_err(|_| Refusal::BAD_REQUEST),
            (None, Some(Family::V6), None, None) => Ok(Wanted::Both(Wish::Any)),
            (None, Some(Family::V6), None, Some(Wish::Even)) => Ok(Wanted::Both(Wish::Even)),
            (None, None, family, even) => Ok(Wanted::One(family.unwrap_or(Family::V4), even.unwrap_or(Wish::Any))),
            _ => Err(Refusal::BAD_REQUEST),
        }
    }
}

impl<S: Clone> Server<S> {
    pub(super) fn allocate<'p>(
        &mut self,
        now: Now,
        client: Client,
        message: &Message,
        caller: &Caller,
        out: &mut Vec<u8>,
    ) -> Result<Step<'p, S>, Refusal> {
        if let Some(held) = self.by_client.get(&client).and_then(|id| self.allocations.get(id)) {
            // The same request again means that its answer got lost.
            if held.transaction != message.transaction || held.username != caller.username {
                return Err(Refusal::MISMATCH);
            }
            return Ok(success(now.ticks, held, Request::of(message), out));
        }
        let mut desk = self.house.desk();
        desk.judge_name(now, caller.username)?;
        let wanted = Wanted::read(message)?;
        desk.take_place(&self.house.config.limits, caller.username)?;
        let found = desk.find_doors(&self.house.config, &wanted);
        let (doors, wish, address_error) = found.inspect_err(|_| desk.give_place_back(caller.username))?;
        Ok(Step::Open(Box::new(Opening {
            id: desk.new_id(),
            client,
            request: Request::of(message),
            username: caller.username.to_owned(),
            key: caller.key.clone(),
            lifetime: asked_lifetime(message),
            wish,
            address_error,
            doors,
        })))
    }

    /// Another port for a door whose port turned out to be another program's. Without one the door stays shut.
    pub fn try_another(&mut self, opening: &mut Opening, door: usize) -> bool {
        let (Some(shut), Some(wish)) = (opening.doors.get(door).copied(), opening.wish) else { return false };
        let mut desk = self.house.desk();
        let Some(port) = desk.take_port(shut.family(), wish) else { return false };
        desk.free_ports(opening.wish, &shut);
        opening.doors[door] = shut.at(port);
        true
    }

    /// Ends what [`Step::Open`] began, with what the driver made of each door. The answer is appended to `out`.
    pub fn opened(&mut self, now: Now, mut opening: Opening, ends: Vec<Option<S>>, out: &mut Vec<u8>) {
        // The name may have been revoked while the sockets were bound.
        let still_good = self.house.desk().judge_name(now, &opening.username);
        let mut relays = Vec::with_capacity(opening.doors.len());
        let ends = ends.into_iter().chain(std::iter::repeat_with(|| None));
        for (door, end) in std::mem::take(&mut opening.doors).into_iter().zip(ends) {
            match end.filter(|_| still_good.is_ok()) {
                Some(end) => relays.push(Relay { door, end }),
                None => {
                    self.house.desk().free_ports(opening.wish, &door);
                    opening.address_error = Some(AddressError { family: door.family(), refusal: Refusal::NO_CAPACITY });
                }
            }
        }
        if relays.is_empty() {
            self.house.desk().give_place_back(&opening.username);
            let refusal = still_good.err().unwrap_or(Refusal::NO_CAPACITY);
            let Opening { client, request, key, .. } = &opening;
            self.refuse(now, *client, *request, refusal, Some(key), out);
        } else {
            self.keep(now.ticks, opening, relays, out);
        }
    }

    fn keep(&mut self, now: Millis, opening: Opening, relays: Vec<Relay<S>>, out: &mut Vec<u8>) {
        let reserves = opening.wish == Some(Wish::EvenAndNext);
        let reservation = reserves.then(|| self.house.desk().reserve_next(now, &relays[0].door));
        let (in_all, bits) = self.allowance(&opening.username);
        let at_most_until = now.after(in_all);
        let until = now.after(opening.lifetime).min(at_most_until);
        let bucket = Bucket::full(bits / 8, now);
        self.deadlines.add(until, opening.id);
        self.by_client.insert(opening.client, opening.id);
        self.by_relay.extend(relays.iter().map(|relay| (relay.door.advertised, opening.id)));
        relays.iter().for_each(|relay| self.house.owners.give(relay.door.advertised, self.number));
        self.counters.allocated += 1;
        let allocation = Allocation {
            client: opening.client,
            transaction: opening.request.transaction,
            username: opening.username,
            key: opening.key,
            until,
            at_most_until,
            reservation,
            address_error: opening.address_error,
            relays,
            routes: Routes::default(),
            to_peers: bucket,
            to_client: bucket,
        };
        let _: Step<'_, S> = success(now, &allocation, opening.request, out);
        self.allocations.insert(opening.id, Box::new(allocation));
    }

    /// How long an allocation of this name may live in all, and how much it may carry each second.
    fn allowance(&self, username: &str) -> (Millis, u64) {
        let bits = self.house.config.limits.bits_per_second;
        if Name::read(username.as_bytes()).is_some_and(|name| name.is_test()) {
            (lifetime::OF_A_TEST_IN_ALL, bits.min(TEST_BITS_PER_SECOND))
        } else {
            (lifetime::IN_ALL, bits)
        }
    }
}

pub(super) type Found = (Vec<Door>, Option<Wish>, Option<AddressError>);

fn asked_lifetime(message: &Message) -> Millis {
    let asked = message.lifetime().map(|seconds| Millis::seconds(seconds.into()));
    asked.unwrap_or(lifetime::DEFAULT).clamp(lifetime::DEFAULT, lifetime::AT_MOST)
}

fn success<'p, S>(now: Millis, held: &Allocation<S>, request: Request, out: &mut Vec<u8>) -> Step<'p, S> {
    let mut answer = Writer::new(out, Class::Success, Method::ALLOCATE, request.transaction);
    for relay in &held.relays {
        answer = answer.xor_address(attributes::XOR_RELAYED_ADDRESS, relay.door.advertised);
    }
    if let Some(AddressError { family, refusal }) = held.address_error {
        answer = answer.address_error(family, refusal.0);
    }
    let lifetime = held.until.since(now).0 / 1000;
    answer = answer.number(attributes::LIFETIME, lifetime as u32);
    if let Some(token) = held.reservation {
        answer = answer.bytes(attributes::RESERVATION_TOKEN, &token);
    }
    answer = answer.xor_address(attributes::XOR_MAPPED_ADDRESS, held.client.seen());
    finish(answer, request, Some(&held.key))
}
