//! A server, a clock that is turned by hand, and clients that sign what they send.

use std::net::SocketAddr;

use bedside_turn::addresses::AllowedPeers;
use bedside_turn::codec::attributes::*;
use bedside_turn::codec::{ChannelData, Class, Message, Method, Transaction, Wire, Writer, write_channel_data};
use bedside_turn::credentials::{self, Key, Secrets, mint};
use bedside_turn::server::{AllocationId, Client, Counters, Door, Names, Server, Step};
use bedside_turn::{Config, Millis, Now, RelayAddress};

pub const SECRET: &[u8] = b"a secret";
pub const UNIX: u64 = 1_800_000_000;
/// When the credentials of these tests expire, if nothing else is said.
pub const EXPIRY: u64 = UNIX + 3600;
pub const UDP: [u8; 4] = [17, 0, 0, 0];

/// What the server is given to reach a relay and its client by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub id: AllocationId,
    pub client: Client,
    pub door: Door,
}

pub struct World {
    pub server: Server<End>,
    pub now: Now,
    /// Relay ports that belong to other programs.
    pub occupied: Vec<u16>,
    transactions: u64,
}

/// Somebody with a name, a password and a socket.
#[derive(Clone)]
pub struct Person {
    pub client: Client,
    pub username: String,
    pub key: Key,
    pub nonce: Vec<u8>,
}

/// What came of a packet.
#[derive(Debug)]
pub enum Outcome {
    Nothing,
    Answer(Vec<u8>),
    ToPeer { from: SocketAddr, to: SocketAddr, payload: Vec<u8> },
    ToNeighbour { client: Client, packet: Vec<u8> },
}

pub fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

pub fn config() -> Config {
    let relays = ["198.51.100.1", "2001:db8::1"].map(|ip| RelayAddress::direct(ip.parse().expect("an address")));
    Config::new(Secrets::new(SECRET), relays)
}

/// A client of a UDP socket.
pub fn at(text: &str) -> Client {
    Client { link: 1, address: address(text), wire: Wire::Datagram }
}

impl World {
    pub fn new() -> World {
        World::with(config())
    }

    pub fn with(config: Config) -> World {
        let server = Server::new(config, [7; 32]).expect("a usable configuration");
        World { server, now: Now { ticks: Millis(1_000_000), unix: UNIX }, occupied: vec![], transactions: 0 }
    }

    /// A server beside this one, at the same moment.
    pub fn beside(&self) -> World {
        let server = self.server.another().expect("there are few");
        World { server, now: self.now, occupied: vec![], transactions: 1 << 32 }
    }

    pub fn allowing(nets: &[&str]) -> World {
        let nets = nets.iter().map(|net| net.parse().expect("a network"));
        World::with(Config { allowed_peers: AllowedPeers::new(nets), ..config() })
    }

    /// Lets time pass, and what is over ends.
    pub fn pass(&mut self, seconds: u64) {
        self.now.ticks = self.now.ticks.after(Millis::seconds(seconds));
        self.now.unix += seconds;
        self.server.expire(self.now);
    }

    pub fn counters(&self) -> Counters {
        self.server.counters()
    }

    pub fn transaction(&mut self) -> Transaction {
        self.transactions += 1;
        let mut transaction = Transaction([7; 12]);
        transaction.0[..8].copy_from_slice(&self.transactions.to_be_bytes());
        transaction
    }

    /// One packet goes in; a socket that is to be bound is bound.
    pub fn packet(&mut self, client: Client, packet: &[u8]) -> Outcome {
        let mut out = Vec::new();
        match self.server.from_client(self.now, client, packet, &mut out) {
            Step::Drop => Outcome::Nothing,
            Step::Answer => Outcome::Answer(out),
            Step::ToPeer { relay, peer, payload } => {
                Outcome::ToPeer { from: relay.door.advertised, to: peer, payload: payload.to_vec() }
            }
            Step::ToNeighbour { relay } => Outcome::ToNeighbour { client: relay.client, packet: out },
            Step::ToOtherServer { number, .. } => panic!("there is no server {number}"),
            Step::Open(opening) => {
                let mut opening = *opening;
                let mut ends = Vec::new();
                for index in 0..opening.doors().len() {
                    let occupied = |port: u16| self.occupied.contains(&port);
                    let mut open = !occupied(opening.doors()[index].bound.port());
                    while !open && self.server.try_another(&mut opening, index) {
                        open = !occupied(opening.doors()[index].bound.port());
                    }
                    let door = opening.doors()[index];
                    ends.push(open.then_some(End { id: opening.id(), client, door }));
                }
                self.server.opened(self.now, opening, ends, &mut out);
                Outcome::Answer(out)
            }
        }
    }

    /// A request without a signature.
    pub fn ask(&mut self, client: Client, method: Method, write: impl Fn(Writer) -> Writer) -> Outcome {
        let transaction = self.transaction();
        let mut packet = Vec::new();
        write(Writer::new(&mut packet, Class::Request, method, transaction));
        self.packet(client, &packet)
    }

    /// Somebody with a good name, who has been challenged already.
    pub fn person(&mut self, client: Client, id: &str) -> Person {
        self.person_until(client, id, EXPIRY)
    }

    pub fn person_until(&mut self, client: Client, id: &str, expiry: u64) -> Person {
        let (username, password) = mint(SECRET, expiry, id);
        let answer = self.ask(client, Method::ALLOCATE, |writer| writer).answer();
        let nonce = Message::read(&answer).expect("an answer").attribute(NONCE).expect("a nonce").to_vec();
        let key = Key::long_term(username.as_bytes(), credentials::REALM.as_bytes(), password.as_bytes());
        Person { client, username, key, nonce }
    }

    pub fn signed(&mut self, person: &Person, method: Method, write: impl Fn(Writer) -> Writer) -> Outcome {
        let transaction = self.transaction();
        let packet = person.sign(method, transaction, write);
        self.packet(person.client, &packet)
    }

    pub fn allocate(&mut self, person: &Person) -> Outcome {
        self.signed(person, Method::ALLOCATE, |writer| writer.bytes(REQUESTED_TRANSPORT, &UDP))
    }

    pub fn allocate_with(&mut self, person: &Person, kind: u16, value: &[u8]) -> Outcome {
        self.signed(person, Method::ALLOCATE, |writer| writer.bytes(REQUESTED_TRANSPORT, &UDP).bytes(kind, value))
    }

    pub fn permit(&mut self, person: &Person, peer: &str) -> Outcome {
        let peer = address(peer);
        self.signed(person, Method::CREATE_PERMISSION, |writer| writer.xor_address(XOR_PEER_ADDRESS, peer))
    }

    pub fn bind(&mut self, person: &Person, number: u16, peer: &str) -> Outcome {
        let [n0, n1] = number.to_be_bytes();
        let peer = address(peer);
        self.signed(person, Method::CHANNEL_BIND, |writer| {
            writer.bytes(CHANNEL_NUMBER, &[n0, n1, 0, 0]).xor_address(XOR_PEER_ADDRESS, peer)
        })
    }

    pub fn refresh(&mut self, person: &Person, seconds: u32) -> Outcome {
        self.signed(person, Method::REFRESH, |writer| writer.number(LIFETIME, seconds))
    }

    pub fn send(&mut self, client: Client, peer: &str, payload: &[u8]) -> Outcome {
        let mut packet = Vec::new();
        Writer::new(&mut packet, Class::Indication, Method::SEND, self.transaction())
            .xor_address(XOR_PEER_ADDRESS, address(peer))
            .bytes(DATA, payload);
        self.packet(client, &packet)
    }

    pub fn send_on_channel(&mut self, client: Client, number: u16, payload: &[u8]) -> Outcome {
        let mut packet = Vec::new();
        write_channel_data(&mut packet, number, payload, client.wire);
        self.packet(client, &packet)
    }

    /// The number of the server that this is for, and from where to where it goes, if it is for another one.
    pub fn crossing(&mut self, client: Client, to: SocketAddr, payload: &[u8]) -> Option<(u8, SocketAddr, SocketAddr)> {
        let mut packet = Vec::new();
        Writer::new(&mut packet, Class::Indication, Method::SEND, self.transaction())
            .xor_address(XOR_PEER_ADDRESS, to)
            .bytes(DATA, payload);
        match self.server.from_client(self.now, client, &packet, &mut Vec::new()) {
            Step::ToOtherServer { number, from, to, payload: carried } => {
                assert_eq!(carried, payload);
                Some((number, from, to))
            }
            _ => None,
        }
    }

    /// What the client is sent when its relay receives `payload`.
    pub fn peer_sends(&mut self, end: &End, peer: &str, payload: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        self.server.from_peer(self.now.ticks, end.id, address(peer), payload, &mut out).then_some(out)
    }

    /// A person with an allocation, its end, and its relayed address.
    pub fn settled(&mut self, client: Client, id: &str) -> (Person, SocketAddr) {
        let person = self.person(client, id);
        let relayed = self.allocate(&person).relayed();
        (person, relayed[0])
    }

    pub fn revoke(&mut self, names: Names, through: u64) -> usize {
        self.server.revoke(self.now, names, through)
    }
}

impl Person {
    pub fn sign(&self, method: Method, transaction: Transaction, write: impl Fn(Writer) -> Writer) -> Vec<u8> {
        let mut packet = Vec::new();
        write(Writer::new(&mut packet, Class::Request, method, transaction))
            .bytes(USERNAME, self.username.as_bytes())
            .bytes(REALM, credentials::REALM.as_bytes())
            .bytes(NONCE, &self.nonce)
            .signed(&self.key);
        packet
    }
}

impl Outcome {
    #[track_caller]
    pub fn answer(self) -> Vec<u8> {
        match self {
            Outcome::Answer(answer) => answer,
            other => panic!("no answer but {other:?}"),
        }
    }

    /// An answer that says yes.
    #[track_caller]
    pub fn success(self) -> Vec<u8> {
        let answer = self.answer();
        let message = Message::read(&answer).expect("answers are well formed");
        assert_eq!((message.class, message.error_code()), (Class::Success, None));
        answer
    }

    /// The code of an answer that says no.
    #[track_caller]
    pub fn refused(self) -> u16 {
        let answer = self.answer();
        let message = Message::read(&answer).expect("answers are well formed");
        assert_eq!(message.class, Class::Error);
        message.error_code().expect("an error has a code")
    }

    #[track_caller]
    pub fn relayed(self) -> Vec<SocketAddr> {
        let answer = self.success();
        let message = Message::read(&answer).expect("answers are well formed");
        let relayed = message.attributes().filter(|(kind, _)| *kind == XOR_RELAYED_ADDRESS);
        relayed.map(|(_, value)| read_xor_address(value, message.transaction).expect("an address")).collect()
    }

    #[track_caller]
    pub fn seconds(self) -> u32 {
        Message::read(&self.success()).expect("answers are well formed").lifetime().expect("a lifetime")
    }

    #[track_caller]
    pub fn dropped(self) {
        assert!(matches!(self, Outcome::Nothing), "not nothing but {self:?}");
    }

    #[track_caller]
    pub fn reached_peer(self) -> (SocketAddr, SocketAddr, Vec<u8>) {
        match self {
            Outcome::ToPeer { from, to, payload } => (from, to, payload),
            other => panic!("not to a peer but {other:?}"),
        }
    }

    #[track_caller]
    pub fn reached_neighbour(self) -> (Client, Vec<u8>) {
        match self {
            Outcome::ToNeighbour { client, packet } => (client, packet),
            other => panic!("not to a neighbour but {other:?}"),
        }
    }
}

/// Who sent the payload in a packet to a client, and on which channel if it came on one.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    Channel(u16, Vec<u8>),
    Indication(SocketAddr, Vec<u8>),
}

#[track_caller]
pub fn heard(packet: &[u8]) -> Heard {
    if let Some(data) = ChannelData::read(packet) {
        return Heard::Channel(data.channel, data.payload.to_vec());
    }
    let message = Message::read(packet).expect("what clients are sent is well formed");
    assert_eq!((message.class, message.method), (Class::Indication, Method::DATA));
    let peer = message.xor_address(XOR_PEER_ADDRESS).expect("a peer");
    Heard::Indication(peer, message.attribute(DATA).expect("data").to_vec())
}
