//! Allocate: a relay address for whoever has a good name.

use std::net::SocketAddr;

use super::lifetime::{self, Token};
use super::ports::Wish;
use super::request::{Caller, Refusal, Request, family_in, finish};
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
    family: Family,
    refusal: Refusal,
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

    fn at(mut self, port: u16) -> Door {
        self.bound.set_port(port);
        self.advertised.set_port(port);
        self
    }
}

/// What an Allocate request wants, read without looking at anything else.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
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
        self.judge_name(now, caller.username)?;
        let wanted = Wanted::read(message)?;
        self.take_place(caller.username)?;
        let found = self.find_doors(&wanted);
        let (doors, wish, address_error) = found.inspect_err(|_| self.give_place_back(caller.username))?;
        self.next_id += 1;
        Ok(Step::Open(Box::new(Opening {
            id: AllocationId(self.next_id),
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
        let start = self.dice.below(self.ports.count());
        let Some(port) = self.ports.take(shut.family(), wish, start) else { return false };
        self.free_ports(opening.wish, &shut);
        opening.doors[door] = shut.at(port);
        true
    }

    /// Ends what [`Step::Open`] began, with what the driver made of each door. The answer is in `out`.
    pub fn opened(&mut self, now: Now, mut opening: Opening, ends: Vec<Option<S>>, out: &mut Vec<u8>) {
        out.clear();
        // The name may have been revoked while the sockets were bound.
        let still_good = self.judge_name(now, &opening.username);
        let mut relays = Vec::with_capacity(opening.doors.len());
        let ends = ends.into_iter().chain(std::iter::repeat_with(|| None));
        for (door, end) in std::mem::take(&mut opening.doors).into_iter().zip(ends) {
            match end.filter(|_| still_good.is_ok()) {
                Some(end) => relays.push(Relay { door, end }),
                None => {
                    self.free_ports(opening.wish, &door);
                    opening.address_error = Some(AddressError { family: door.family(), refusal: Refusal::NO_CAPACITY });
                }
            }
        }
        if relays.is_empty() {
            self.give_place_back(&opening.username);
            let refusal = still_good.err().unwrap_or(Refusal::NO_CAPACITY);
            let Opening { client, request, key, .. } = &opening;
            self.refuse(now, *client, *request, refusal, Some(key), out);
        } else {
            self.keep(now.ticks, opening, relays, out);
        }
    }

    fn keep(&mut self, now: Millis, opening: Opening, relays: Vec<Relay<S>>, out: &mut Vec<u8>) {
        let reservation = self.reserve_next(now, opening.wish, &relays[0].door);
        let (in_all, bits) = self.allowance(&opening.username);
        let at_most_until = now.after(in_all);
        let until = now.after(opening.lifetime).min(at_most_until);
        let bucket = Bucket::full(bits / 8, now);
        self.deadlines.add(until, opening.id);
        self.by_client.insert(opening.client, opening.id);
        self.by_relay.extend(relays.iter().map(|relay| (relay.door.advertised, opening.id)));
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
        self.allocations.insert(opening.id, allocation);
    }

    /// A name is asked here whether it is still good, and nowhere else.
    fn judge_name(&self, now: Now, username: &str) -> Result<(), Refusal> {
        let name = Name::read(username.as_bytes()).ok_or(Refusal::UNAUTHORIZED)?;
        if name.expiry < now.unix {
            return Err(Refusal::UNAUTHORIZED);
        }
        if self.revoked.covers(name) { Err(Refusal::FORBIDDEN) } else { Ok(()) }
    }

    fn take_place(&mut self, username: &str) -> Result<(), Refusal> {
        let limits = &self.config.limits;
        if self.taken >= limits.allocations {
            return Err(Refusal::NO_CAPACITY);
        }
        if !self.quotas.take(username, limits.allocations_per_credential, limits.allocations_per_person) {
            return Err(Refusal::QUOTA_REACHED);
        }
        self.taken += 1;
        Ok(())
    }

    pub(super) fn give_place_back(&mut self, username: &str) {
        self.quotas.give_back(username);
        self.taken -= 1;
    }

    fn find_doors(&mut self, wanted: &Wanted) -> Result<Found, Refusal> {
        match *wanted {
            Wanted::Reserved(token) => {
                let (family, port) = self.deadlines.redeem(&token).ok_or(Refusal::NO_CAPACITY)?;
                Ok((vec![self.door(family)?.at(port)], None, None))
            }
            Wanted::One(family, wish) => Ok((vec![self.find_door(family, wish)?], Some(wish), None)),
            Wanted::Both(wish) => {
                let found = [Family::V4, Family::V6].map(|family| (family, self.find_door(family, wish)));
                let doors: Vec<Door> = found.iter().filter_map(|(_, door)| door.ok()).collect();
                let missing = found
                    .iter()
                    .find_map(|(family, door)| door.err().map(|refusal| AddressError { family: *family, refusal }));
                match missing {
                    Some(missing) if doors.is_empty() => Err(missing.refusal),
                    missing => Ok((doors, Some(wish), missing)),
                }
            }
        }
    }

    fn find_door(&mut self, family: Family, wish: Wish) -> Result<Door, Refusal> {
        let door = self.door(family)?;
        if wish == Wish::EvenAndNext && !self.deadlines.has_room() {
            return Err(Refusal::NO_CAPACITY);
        }
        let start = self.dice.below(self.ports.count());
        self.ports.take(family, wish, start).map(|port| door.at(port)).ok_or(Refusal::NO_CAPACITY)
    }

    fn door(&self, family: Family) -> Result<Door, Refusal> {
        let relay = self.config.relays.iter().find(|relay| Family::of(relay.bound) == family);
        let relay = relay.ok_or(Refusal::FAMILY_NOT_SUPPORTED)?;
        Ok(Door { bound: SocketAddr::new(relay.bound, 0), advertised: SocketAddr::new(relay.advertised, 0) })
    }

    fn free_ports(&mut self, wish: Option<Wish>, door: &Door) {
        let port = door.advertised.port();
        self.ports.free(door.family(), port);
        if wish == Some(Wish::EvenAndNext) {
            self.ports.free(door.family(), port + 1);
        }
    }

    fn reserve_next(&mut self, now: Millis, wish: Option<Wish>, door: &Door) -> Option<Token> {
        if wish != Some(Wish::EvenAndNext) {
            return None;
        }
        let token = *self.dice.roll().first_chunk().expect("a roll is longer than a token");
        self.deadlines.reserve(now, token, door.family(), door.advertised.port() + 1);
        Some(token)
    }

    /// How long an allocation of this name may live in all, and how much it may carry each second.
    fn allowance(&self, username: &str) -> (Millis, u64) {
        let bits = self.config.limits.bits_per_second;
        if Name::read(username.as_bytes()).is_some_and(|name| name.is_test()) {
            (lifetime::OF_A_TEST_IN_ALL, bits.min(TEST_BITS_PER_SECOND))
        } else {
            (lifetime::IN_ALL, bits)
        }
    }
}

type Found = (Vec<Door>, Option<Wish>, Option<AddressError>);

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
