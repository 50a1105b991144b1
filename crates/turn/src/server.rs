//! The server without sockets and clock: packets and time go in, packets and the next deadline come out.
//!
//! **Whoever drives it owns the sockets.** It hands each packet in with the time, does what the returned [`Step`]
//! says, and calls [`Server::expire`] when [`Server::deadline`] has come. `S` is what the driver wants to be given
//! back to reach a relay and its client; dropping it is how an allocation ends.

mod allocate;
mod counters;
mod desk;
mod lifetime;
mod permissions;
mod ports;
mod refresh;
mod relay;
mod request;
mod reservations;
mod revoked;
mod routes;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use aws_lc_rs::hmac;

use allocate::AddressError;
pub use allocate::{Door, Opening};
pub use counters::Counters;
pub use revoked::Names;

use crate::codec::attributes::Family;
use crate::codec::{ChannelData, Class, Message, Method, Transaction, Wire};
use crate::config::{Config, RelayAddress, Unusable};
use crate::credentials::Key;
use crate::quota::Bucket;
use crate::time::{Millis, Now};
use desk::House;
use lifetime::Deadlines;
use routes::Routes;

/// Where packets of a client come from and answers go to: the five-tuple of the standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// Which of the driver's sockets or streams. Never used again for another one.
    pub link: u64,
    pub address: SocketAddr,
    pub wire: Wire,
}

impl Client {
    /// The address as the client knows it: a socket for both families shows IPv4 addresses as IPv6 ones.
    fn seen(&self) -> SocketAddr {
        SocketAddr::new(self.address.ip().to_canonical(), self.address.port())
    }
}

/// Which allocation. Never used again for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AllocationId(pub(crate) u64);

/// What the driver has to do with a packet of a client.
#[derive(Debug)]
pub enum Step<'p, S> {
    /// Nothing: the packet was of no use, or of no right.
    Drop,
    /// Send what was appended to the buffer back to the client.
    Answer,
    /// Send `payload` to `peer` out of this relay.
    ToPeer { relay: S, peer: SocketAddr, payload: &'p [u8] },
    /// Send what was appended to the client of this relay: the peer is another allocation of this server.
    ToNeighbour { relay: S },
    /// Hand it to [`Server::from_neighbour`] of the server with this number: the peer is an allocation there.
    ToOtherServer { number: u8, from: SocketAddr, to: SocketAddr, payload: &'p [u8] },
    /// Bind a socket for each door, then call [`Server::opened`].
    Open(Box<Opening>),
}

#[derive(Debug)]
pub struct Server<S> {
    house: Arc<House>,
    /// Among those of the house.
    number: u8,
    allocations: HashMap<AllocationId, Box<Allocation<S>>>,
    by_client: HashMap<Client, AllocationId>,
    /// By the address that the world knows.
    by_relay: HashMap<SocketAddr, AllocationId>,
    deadlines: Deadlines,
    counters: Counters,
}

#[derive(Debug)]
struct Allocation<S> {
    client: Client,
    /// Of the request that made it, which may come twice.
    transaction: Transaction,
    username: String,
    key: Key,
    /// When it ends unless it is refreshed, and when it ends in any case.
    until: Millis,
    at_most_until: Millis,
    reservation: Option<[u8; 8]>,
    address_error: Option<AddressError>,
    relays: Vec<Relay<S>>,
    routes: Routes,
    to_peers: Bucket,
    to_client: Bucket,
}

#[derive(Debug)]
struct Relay<S> {
    door: Door,
    end: S,
}

impl<S> Allocation<S> {
    fn relay(&self, family: Family) -> Option<&Relay<S>> {
        self.relays.iter().find(|relay| relay.door.family() == family)
    }
}

impl<S: Clone> Server<S> {
    /// `seed` is all the randomness there is in it: for nonces, ports and tokens.
    pub fn new(config: Config, seed: [u8; 32]) -> Result<Server<S>, Unusable> {
        config.judge()?;
        let house = Arc::new(House::new(config, &seed));
        Ok(Server::of(house).expect("it is the first"))
    }

    /// One more with clients of its own, under the same rules: names, quotas and ports are counted together, and relays
    /// of the one reach those of the other. `None` if there are 255 already.
    pub fn another(&self) -> Option<Server<S>> {
        Server::of(Arc::clone(&self.house))
    }

    fn of(house: Arc<House>) -> Option<Server<S>> {
        let number = house.desk().new_server()?;
        Some(Server {
            house,
            number,
            allocations: HashMap::new(),
            by_client: HashMap::new(),
            by_relay: HashMap::new(),
            deadlines: Deadlines::default(),
            counters: Counters::default(),
        })
    }

    /// Which one it is: the first is 1.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// One datagram or frame from a client. What is to be sent, if not the payload itself, is appended to `out`.
    pub fn from_client<'p>(&mut self, now: Now, client: Client, packet: &'p [u8], out: &mut Vec<u8>) -> Step<'p, S> {
        if let Some(ChannelData { channel, payload }) = ChannelData::read(packet) {
            return self.relay_channel(now.ticks, client, channel, payload, out);
        }
        let Ok(message) = Message::read(packet) else {
            self.counters.malformed += 1;
            return Step::Drop;
        };
        match (message.class, message.method) {
            (Class::Request, _) => self.request(now, client, &message, out),
            (Class::Indication, Method::SEND) => self.relay_indication(now.ticks, client, &message, out),
            // A Binding indication keeps a way through a NAT open by having come.
            (Class::Indication, Method::BINDING) => Step::Drop,
            (Class::Indication | Class::Success | Class::Error, _) => {
                self.counters.malformed += 1;
                Step::Drop
            }
        }
    }

    /// The client's stream is gone, and so is what it had.
    pub fn hung_up(&mut self, client: Client) {
        if let Some(id) = self.by_client.get(&client).copied() {
            self.remove(id);
        }
    }

    /// A socket that clients came to is gone, and so is what they had.
    pub fn shut(&mut self, link: u64) {
        self.remove_all(|allocation| allocation.client.link == link);
    }

    pub fn has_allocation(&self, client: Client) -> bool {
        self.by_client.contains_key(&client)
    }

    /// From now on passwords are those of `secret`, or of the secret that counted until now. Said to one server, all
    /// beside it know.
    pub fn rotate(&mut self, secret: &[u8]) {
        Arc::make_mut(&mut self.house.desk().secrets).rotate(secret);
    }

    /// Ends what these names have, and lets none of them allocate that expires at `through` or before. A name that
    /// is minted later, and so expires later, is free again. Returns how many allocations ended; those of servers beside
    /// this one end when it is said there.
    pub fn revoke(&mut self, now: Now, names: Names, through: u64) -> usize {
        // First of all, so that nothing begins meanwhile at a server beside this one.
        self.house.desk().revoked.add(now.unix, names.clone(), through);
        self.remove_all(|allocation| names.cover(&allocation.username, through))
    }

    pub fn counters(&self) -> Counters {
        Counters { allocations: self.allocations.len(), ..self.counters.clone() }
    }

    fn remove_all(&mut self, which: impl Fn(&Allocation<S>) -> bool) -> usize {
        let allocations = self.allocations.iter();
        let ended: Vec<AllocationId> = allocations.filter(|(_, held)| which(held)).map(|(id, _)| *id).collect();
        ended.iter().for_each(|id| self.remove(*id));
        ended.len()
    }

    /// What a relay's socket is reached by, while it is open.
    pub fn relay_end(&self, id: AllocationId, family: Family) -> Option<S> {
        self.allocations.get(&id)?.relay(family).map(|relay| relay.end.clone())
    }

    /// The relay address that packets for `address` concern, if it is one of this server's own.
    fn own(&self, address: IpAddr) -> Option<&RelayAddress> {
        self.house.config.relays.iter().find(|relay| relay.advertised == address || relay.bound == address)
    }

    /// Whether packets may go to this peer and come from it.
    fn may_reach(&self, peer: IpAddr) -> bool {
        self.own(peer).is_some() || self.house.config.allowed_peers.allow(peer)
    }
}

/// Random numbers out of the seed: each roll is the signature of a number that is used once.
#[derive(Debug)]
struct Dice {
    key: hmac::Key,
    rolled: u64,
}

impl Dice {
    fn new(seed: &[u8]) -> Dice {
        Dice { key: hmac::Key::new(hmac::HMAC_SHA256, seed), rolled: 0 }
    }

    fn roll(&mut self) -> [u8; 32] {
        self.rolled += 1;
        let tag = hmac::sign(&self.key, &self.rolled.to_be_bytes());
        tag.as_ref().try_into().expect("SHA-256 has 32 bytes")
    }

    fn below(&mut self, end: usize) -> usize {
        let roll = u64::from_be_bytes(*self.roll().first_chunk().expect("a roll is longer than this"));
        (roll % end.max(1) as u64) as usize
    }
}
