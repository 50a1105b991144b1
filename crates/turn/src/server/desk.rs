//! What the requests of several servers have in common: names, quotas, ports. Relayed packets never come by here.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::allocate::{AddressError, Door, Found, Wanted};
use super::ports::{Ports, Wish};
use super::request::Refusal;
use super::reservations::{Reservations, Token};
use super::revoked::Revoked;
use super::{AllocationId, Dice};
use crate::codec::attributes::Family;
use crate::config::{Config, Limits};
use crate::credentials::{Name, Secrets};
use crate::nonce::Nonces;
use crate::quota::{Quotas, Sources};
use crate::time::{Millis, Now};

/// What several servers share that stand beside each other.
#[derive(Debug)]
pub(super) struct House {
    pub config: Config,
    pub nonces: Nonces,
    pub owners: Owners,
    desk: Mutex<Desk>,
}

#[derive(Debug)]
pub(super) struct Desk {
    pub secrets: Arc<Secrets>,
    pub sources: Sources,
    pub revoked: Revoked,
    pub reservations: Reservations,
    ports: Ports,
    quotas: Quotas,
    /// Allocations that count against the total, also while their sockets are being bound.
    taken: usize,
    dice: Dice,
    next_id: u64,
    servers: u8,
}

impl House {
    pub fn new(config: Config, seed: &[u8]) -> House {
        let mut dice = Dice::new(seed);
        let [nonce_seed, source_seed] = [dice.roll(), dice.roll()];
        let source_seed = *source_seed.first_chunk().expect("a roll is longer than this");
        let desk = Desk {
            secrets: Arc::new(config.secrets.clone()),
            sources: Sources::new(config.limits.unauthenticated_per_second, source_seed),
            revoked: Revoked::default(),
            reservations: Reservations::default(),
            ports: Ports::new(config.ports.clone()),
            quotas: Quotas::default(),
            taken: 0,
            dice,
            next_id: 0,
            servers: 0,
        };
        House { nonces: Nonces::new(&nonce_seed), owners: Owners::new(&config), config, desk: Mutex::new(desk) }
    }

    /// Held for a few look-ups of one request.
    pub fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().expect("nothing in here panics, by the fuzz tests")
    }
}

impl Desk {
    /// Numbers begin at 1.
    pub fn new_server(&mut self) -> Option<u8> {
        self.servers = self.servers.checked_add(1)?;
        Some(self.servers)
    }

    pub fn new_id(&mut self) -> AllocationId {
        self.next_id += 1;
        AllocationId(self.next_id)
    }

    /// A name is asked here whether it is still good, and nowhere else.
    pub fn judge_name(&self, now: Now, username: &str) -> Result<(), Refusal> {
        let name = Name::read(username.as_bytes()).ok_or(Refusal::UNAUTHORIZED)?;
        if name.expiry < now.unix {
            return Err(Refusal::UNAUTHORIZED);
        }
        if self.revoked.covers(name) { Err(Refusal::FORBIDDEN) } else { Ok(()) }
    }

    pub fn take_place(&mut self, limits: &Limits, username: &str) -> Result<(), Refusal> {
        if self.taken >= limits.allocations {
            return Err(Refusal::NO_CAPACITY);
        }
        if !self.quotas.take(username, limits.allocations_per_credential, limits.allocations_per_person) {
            return Err(Refusal::QUOTA_REACHED);
        }
        self.taken += 1;
        Ok(())
    }

    pub fn give_place_back(&mut self, username: &str) {
        self.quotas.give_back(username);
        self.taken -= 1;
    }

    pub fn find_doors(&mut self, config: &Config, wanted: &Wanted) -> Result<Found, Refusal> {
        match *wanted {
            Wanted::Reserved(token) => {
                let (family, port) = self.reservations.redeem(&token).ok_or(Refusal::NO_CAPACITY)?;
                Ok((vec![door(config, family)?.at(port)], None, None))
            }
            Wanted::One(family, wish) => Ok((vec![self.find_door(config, family, wish)?], Some(wish), None)),
            Wanted::Both(wish) => {
                let found = [Family::V4, Family::V6].map(|family| (family, self.find_door(config, family, wish)));
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

    fn find_door(&mut self, config: &Config, family: Family, wish: Wish) -> Result<Door, Refusal> {
        let door = door(config, family)?;
        if wish == Wish::EvenAndNext && !self.reservations.has_room() {
            return Err(Refusal::NO_CAPACITY);
        }
        self.take_port(family, wish).map(|port| door.at(port)).ok_or(Refusal::NO_CAPACITY)
    }

    pub fn take_port(&mut self, family: Family, wish: Wish) -> Option<u16> {
        let start = self.dice.below(self.ports.count());
        self.ports.take(family, wish, start)
    }

    /// Frees what was taken for a door that stays shut, with the port beside it if there is one.
    pub fn free_ports(&mut self, wish: Option<Wish>, door: &Door) {
        self.free_port(door.family(), door.advertised.port());
        if wish == Some(Wish::EvenAndNext) {
            self.free_port(door.family(), door.advertised.port() + 1);
        }
    }

    pub fn free_port(&mut self, family: Family, port: u16) {
        self.ports.free(family, port);
    }

    pub fn reserve_next(&mut self, now: Millis, door: &Door) -> Token {
        let token = *self.dice.roll().first_chunk().expect("a roll is longer than a token");
        self.reservations.add(now, token, door.family(), door.advertised.port() + 1);
        token
    }
}

fn door(config: &Config, family: Family) -> Result<Door, Refusal> {
    let relay = config.relays.iter().find(|relay| Family::of(relay.bound) == family);
    let relay = relay.ok_or(Refusal::FAMILY_NOT_SUPPORTED)?;
    Ok(Door { bound: SocketAddr::new(relay.bound, 0), advertised: SocketAddr::new(relay.advertised, 0) })
}

/// Which server a relay's port belongs to. Read for each packet from one server's relay to another's, so without a
/// lock; one that comes while a port changes hands may miss it, as it might on a network.
#[derive(Debug)]
pub(super) struct Owners {
    first: u16,
    by_port: [Box<[AtomicU8]>; 2],
}

/// No server has this number.
const NOBODY: u8 = 0;

impl Owners {
    fn new(config: &Config) -> Owners {
        let count = config.ports.len();
        let by_port = [(); 2].map(|()| (0..count).map(|_| AtomicU8::new(NOBODY)).collect());
        Owners { first: *config.ports.start(), by_port }
    }

    pub fn of(&self, address: SocketAddr) -> Option<u8> {
        let owner = self.cell(address)?.load(Ordering::Relaxed);
        (owner != NOBODY).then_some(owner)
    }

    pub fn give(&self, address: SocketAddr, server: u8) {
        self.set(address, server);
    }

    pub fn take(&self, address: SocketAddr) {
        self.set(address, NOBODY);
    }

    fn set(&self, address: SocketAddr, owner: u8) {
        self.cell(address).expect("relays have ports of the range").store(owner, Ordering::Relaxed);
    }

    fn cell(&self, address: SocketAddr) -> Option<&AtomicU8> {
        let family = usize::from(address.is_ipv6());
        self.by_port[family].get(usize::from(address.port().checked_sub(self.first)?))
    }
}
