//! Two live servers of a house, and clients that do what the bytes say: each act is one byte, who does it another, how
//! long its words are a third.

use std::net::SocketAddr;

use bedside_turn::addresses::AllowedPeers;
use bedside_turn::codec::attributes::*;
use bedside_turn::codec::{Class, Message, Method, Transaction, Wire, Writer, write_channel_data};
use bedside_turn::credentials::{self, Key, Secrets, mint};
use bedside_turn::server::{AllocationId, Client, Names, Server, Step};
use bedside_turn::{Config, Limits, Millis, Now, RelayAddress};

const PEERS: [&str; 6] =
    ["8.8.8.8:53", "10.1.1.1:7", "[2600::1]:9", "198.51.100.1:50000", "198.51.100.1:50001", "[::ffff:1.1.1.1]:1"];
const KINDS: [u16; 10] = [
    REQUESTED_TRANSPORT,
    LIFETIME,
    EVEN_PORT,
    RESERVATION_TOKEN,
    REQUESTED_ADDRESS_FAMILY,
    ADDITIONAL_ADDRESS_FAMILY,
    CHANNEL_NUMBER,
    XOR_PEER_ADDRESS,
    DATA,
    0x7777,
];
const METHODS: [Method; 5] =
    [Method::ALLOCATE, Method::REFRESH, Method::CREATE_PERMISSION, Method::CHANNEL_BIND, Method(0x00a)];
const ALLOCATIONS: usize = 6;

type End = (AllocationId, Client);

struct Session {
    /// Each client comes to the same one always.
    servers: [Server<End>; 2],
    now: Now,
    /// The last of everything that was opened, also of what has ended since.
    ends: Vec<End>,
    acts: u64,
}

pub fn run(data: &[u8]) {
    let mut session = Session::new();
    let mut rest = data;
    while let [act, who, length, words @ ..] = rest {
        let (words, after) = words.split_at(words.len().min(usize::from(*length)));
        rest = after;
        session.act(*act, *who, words);
        assert!(session.allocations() <= ALLOCATIONS);
    }
    session.pass(13 * 3600);
    assert_eq!((session.allocations(), session.deadline()), (0, None));
}

impl Session {
    fn new() -> Session {
        let relays = ["198.51.100.1", "2001:db8::1"].map(|ip| RelayAddress::direct(ip.parse().expect("an address")));
        let config = Config {
            ports: 50000..=50007,
            allowed_peers: AllowedPeers::new(["10.0.0.0/8".parse().expect("a network")]),
            limits: Limits { allocations: ALLOCATIONS, allocations_per_credential: 3, ..Limits::default() },
            ..Config::new(Secrets::new("a secret"), relays)
        };
        let one = Server::new(config, [7; 32]).expect("a usable configuration");
        let servers = [one.another().expect("there is room for it"), one];
        let now = Now { ticks: Millis(0), unix: 1_800_000_000 };
        Session { servers, now, ends: vec![], acts: 0 }
    }

    fn server(&mut self, client: Client) -> &mut Server<End> {
        &mut self.servers[usize::from(client.address.port() % 2)]
    }

    fn allocations(&self) -> usize {
        self.servers.iter().map(|server| server.counters().allocations).sum()
    }

    fn deadline(&self) -> Option<Millis> {
        self.servers.iter().filter_map(Server::deadline).min()
    }

    fn act(&mut self, act: u8, who: u8, words: &[u8]) {
        self.acts += 1;
        let client = client(who);
        let first = words.first().copied().unwrap_or(0);
        let after = words.get(1..).unwrap_or_default();
        match act % 8 {
            0 => self.packet(client, words),
            1 | 2 => self.signed(client, who, METHODS[usize::from(first) % METHODS.len()], after),
            3 => {
                let mut packet = Vec::new();
                write_channel_data(&mut packet, 0x4000 + u16::from(first % 8), after, client.wire);
                self.packet(client, &packet);
            }
            4 => {
                let mut packet = Vec::new();
                Writer::new(&mut packet, Class::Indication, Method::SEND, self.transaction())
                    .xor_address(XOR_PEER_ADDRESS, peer(first))
                    .bytes(DATA, after);
                self.packet(client, &packet);
            }
            5 => self.peer_sends(who, first, after),
            6 => self.pass(u64::from(first) * 10),
            _ => self.host(client, first),
        }
    }

    /// A request with a good signature and attributes that the words name.
    fn signed(&mut self, client: Client, who: u8, method: Method, mut words: &[u8]) {
        let (username, password) = mint(b"a secret", 1_800_000_600, &format!("p{}.c", who % 3));
        let key = Key::long_term(username.as_bytes(), credentials::REALM.as_bytes(), password.as_bytes());
        let Some(nonce) = self.nonce(client) else { return };
        let mut packet = Vec::new();
        let mut writer = Writer::new(&mut packet, Class::Request, method, self.transaction());
        while let [kind, length, value @ ..] = words {
            let (value, after) = value.split_at(value.len().min(usize::from(*length)));
            words = after;
            let kind = KINDS[usize::from(*kind) % KINDS.len()];
            writer = match (kind, value) {
                (XOR_PEER_ADDRESS, [number]) => writer.xor_address(kind, peer(*number)),
                (REQUESTED_TRANSPORT, []) => writer.bytes(kind, &[17, 0, 0, 0]),
                _ => writer.bytes(kind, value),
            };
        }
        writer
            .bytes(USERNAME, username.as_bytes())
            .bytes(REALM, credentials::REALM.as_bytes())
            .bytes(NONCE, &nonce)
            .signed(&key);
        self.packet(client, &packet);
    }

    fn nonce(&mut self, client: Client) -> Option<Vec<u8>> {
        let mut challenge = Vec::new();
        Writer::new(&mut challenge, Class::Request, Method::REFRESH, self.transaction());
        let mut out = Vec::new();
        let now = self.now;
        match self.server(client).from_client(now, client, &challenge, &mut out) {
            Step::Answer => Message::read(&out).ok()?.attribute(NONCE).map(<[u8]>::to_vec),
            _ => None,
        }
    }

    fn packet(&mut self, client: Client, packet: &[u8]) {
        let (mut out, now) = (Vec::new(), self.now);
        match self.server(client).from_client(now, client, packet, &mut out) {
            Step::Drop | Step::ToNeighbour { .. } => {}
            Step::ToOtherServer { number, from, to, payload } => {
                let other = self.servers.iter_mut().find(|server| server.number() == number);
                other.expect("there are two").from_neighbour(now.ticks, from, to, payload, &mut out);
            }
            Step::Answer => assert!(Message::read(&out).is_ok(), "answers are well formed"),
            Step::ToPeer { peer, payload, .. } => {
                assert!(payload.len() <= packet.len());
                let ip = peer.ip().to_string();
                assert!(ip == "8.8.8.8" || ip == "2600::1" || ip.starts_with("10."), "{ip} was never open");
            }
            Step::Open(mut opening) => {
                // Now and then a port belongs to somebody else.
                if self.acts.is_multiple_of(5) {
                    self.server(client).try_another(&mut opening, 0);
                }
                let end = (opening.id(), client);
                let ends = opening.doors().iter().map(|_| (!self.acts.is_multiple_of(7)).then_some(end)).collect();
                self.server(client).opened(now, *opening, ends, &mut out);
                assert!(Message::read(&out).is_ok(), "answers are well formed");
                self.ends.insert(0, end);
                self.ends.truncate(8);
            }
        }
    }

    fn peer_sends(&mut self, which: u8, from: u8, payload: &[u8]) {
        let Some((id, client)) = self.ends.get(usize::from(which) % 8).copied() else { return };
        let (mut out, now) = (Vec::new(), self.now.ticks);
        self.server(client).from_peer(now, id, peer(from), payload, &mut out);
    }

    fn pass(&mut self, seconds: u64) {
        self.now.ticks = self.now.ticks.after(Millis::seconds(seconds));
        self.now.unix += seconds;
        self.servers.iter_mut().for_each(|server| server.expire(self.now));
        assert!(self.deadline().is_none_or(|deadline| deadline > self.now.ticks));
    }

    /// What the host program may do at any time.
    fn host(&mut self, client: Client, which: u8) {
        match which % 4 {
            0 => self.server(client).hung_up(client),
            1 => self.servers.iter_mut().for_each(|server| server.shut(client.link)),
            2 => {
                let names = Names::OfGroup(format!("p{}", which % 3));
                for server in &mut self.servers {
                    server.revoke(self.now, names.clone(), 1_800_000_000);
                }
            }
            _ => self.server(client).rotate(b"a secret"),
        }
    }

    fn transaction(&self) -> Transaction {
        let mut transaction = Transaction([0; 12]);
        transaction.0[..8].copy_from_slice(&self.acts.to_be_bytes());
        transaction
    }
}

fn client(who: u8) -> Client {
    let wire = if who & 0x80 == 0 { Wire::Datagram } else { Wire::Stream };
    let address = SocketAddr::from(([192, 0, 2, who % 8], 5000 + u16::from(who % 2)));
    Client { link: u64::from(who & 0x80), address, wire }
}

fn peer(number: u8) -> SocketAddr {
    PEERS[usize::from(number) % PEERS.len()].parse().expect("an address")
}
