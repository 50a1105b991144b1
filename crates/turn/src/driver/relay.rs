//! Relay sockets, and doing what the server says.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::outgoing::Outgoing;
use super::udp::prepare;
use super::worker::{Ready, Worker};
use super::{Shared, Sink};
use crate::codec::Wire;
use crate::codec::attributes::Family;
use crate::server::{AllocationId, Client, Door, Opening, Step};
use crate::time::Now;

/// Ports to try before an allocation is refused; each that fails is another program's.
const TRIES: usize = 10;
/// A whole picture, sent at once, fits many times. There may be thousands of these sockets.
const BUFFER: usize = 512 * 1024;

/// One relay socket and the client behind it. When the server drops it, the port is free.
pub(super) struct RelayEnd {
    socket: Arc<UdpSocket>,
    client: Sink,
}

impl RelayEnd {
    pub(super) fn socket(&self) -> &UdpSocket {
        &self.socket
    }
}

/// A packet from a relay of one worker to a relay of another.
struct Passing<'p> {
    server: u8,
    from: SocketAddr,
    to: SocketAddr,
    payload: &'p [u8],
}

impl Sink {
    pub(super) fn of(socket: &Arc<UdpSocket>, client: &Client) -> Sink {
        Sink::Datagrams { socket: Arc::clone(socket), client: client.address }
    }

    /// What was written since `start` is for this client.
    fn add(&self, outgoing: &mut Outgoing, start: usize) {
        match self {
            Sink::Datagrams { socket, client } => outgoing.add(socket, *client, start),
            Sink::Stream(outbox) => {
                if !outbox.push(outgoing.written_since(start)) {
                    outgoing.count_unsent();
                }
            }
        }
    }
}

impl Shared {
    /// Packets of clients that arrived together, from there to whatever leaves because of them.
    pub(super) fn serve_clients<'p>(
        &self,
        worker: &Worker,
        packets: impl Iterator<Item = (Client, &'p [u8])>,
        sink_of: impl Fn(&Client) -> Sink,
        outgoing: &mut Outgoing,
    ) {
        let now = self.clock.now();
        let mut passing = Vec::new();
        let mut state = worker.state();
        for (client, packet) in packets {
            let start = outgoing.bytes().len();
            match state.server.from_client(now, client, packet, outgoing.bytes()) {
                Step::Drop => {}
                Step::ToPeer { relay, peer, payload } => {
                    outgoing.bytes().extend_from_slice(payload);
                    outgoing.add(&relay.socket, peer, start);
                }
                Step::ToNeighbour { relay } => relay.client.add(outgoing, start),
                Step::ToOtherServer { number, from, to, payload } => {
                    passing.push(Passing { server: number, from, to, payload });
                }
                Step::Answer => {
                    if state.ends_earlier() {
                        self.earlier.notify_one();
                    }
                    sink_of(&client).add(outgoing, start);
                }
                Step::Open(opening) => {
                    drop(state);
                    let sink = sink_of(&client);
                    self.open(worker, *opening, &sink, now, outgoing.bytes());
                    sink.add(outgoing, start);
                    state = worker.state();
                    // Whoever stopped listening meanwhile knew nothing of what was being opened.
                    if client.wire == Wire::Datagram && state.listening(client.link).is_none() {
                        state.server.hung_up(client);
                    }
                }
            }
        }
        drop(state);
        self.pass_on(now, &passing, outgoing);
        self.unsent.fetch_add(outgoing.send(), Ordering::Relaxed);
    }

    /// Datagrams that arrived together at the socket of a relay.
    pub(super) fn serve_peers<'p>(
        &self,
        worker: &Worker,
        id: AllocationId,
        end: &RelayEnd,
        datagrams: impl Iterator<Item = (SocketAddr, &'p [u8])>,
        outgoing: &mut Outgoing,
    ) {
        let now = self.clock.ticks();
        let mut state = worker.state();
        for (peer, payload) in datagrams {
            let start = outgoing.bytes().len();
            if state.server.from_peer(now, id, peer, payload, outgoing.bytes()) {
                end.client.add(outgoing, start);
            }
        }
        drop(state);
        self.unsent.fetch_add(outgoing.send(), Ordering::Relaxed);
    }

    /// From one worker's relays to another's. Two workers' locks are never held together, so they cannot wait for each
    /// other.
    fn pass_on(&self, now: Now, passing: &[Passing], outgoing: &mut Outgoing) {
        for together in passing.chunk_by(|one, next| one.server == next.server) {
            let mut state = self.workers[usize::from(together[0].server) - 1].state();
            for Passing { from, to, payload, .. } in together {
                let start = outgoing.bytes().len();
                if let Some(relay) = state.server.from_neighbour(now.ticks, *from, *to, payload, outgoing.bytes()) {
                    relay.client.add(outgoing, start);
                }
            }
        }
    }

    fn open(&self, worker: &Worker, mut opening: Opening, sink: &Sink, now: Now, out: &mut Vec<u8>) {
        let ends = (0..opening.doors().len()).map(|door| open_door(worker, &mut opening, door, sink)).collect();
        let mut state = worker.state();
        state.server.opened(now, opening, ends, out);
        if state.ends_earlier() {
            self.earlier.notify_one();
        }
    }
}

fn open_door(worker: &Worker, opening: &mut Opening, door: usize, sink: &Sink) -> Option<Arc<RelayEnd>> {
    for _ in 0..TRIES {
        let family = opening.doors()[door].family();
        if let Ok(socket) = bind(opening.doors()[door]) {
            worker.watch(&socket, Ready::Relay(opening.id(), family)).ok()?;
            return Some(Arc::new(RelayEnd { socket: Arc::new(socket), client: sink.clone() }));
        }
        if !worker.state().server.try_another(opening, door) {
            return None;
        }
    }
    None
}

fn bind(door: Door) -> io::Result<UdpSocket> {
    let domain = match door.family() {
        Family::V4 => Domain::IPV4,
        Family::V6 => Domain::IPV6,
    };
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    if door.family() == Family::V6 {
        // Else a socket for any address would take IPv4 packets too, under addresses that no permission names.
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::from(door.bound))?;
    let socket = socket.into();
    prepare(&socket, BUFFER);
    Ok(socket)
}
