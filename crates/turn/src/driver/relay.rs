//! Relay sockets, and doing what the server says.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;
use tokio::task::coop::consume_budget;

use super::udp::with_buffers;
use super::{Shared, Sink};
use crate::codec::attributes::Family;
use crate::server::{AllocationId, Client, Door, Opening, Step};

/// Ports to try before an allocation is refused; each that fails is another program's.
const TRIES: usize = 10;

/// One relay socket and the client behind it. When the server drops it, the socket's task ends and the port is free.
pub(super) struct RelayEnd {
    socket: Arc<UdpSocket>,
    client: Sink,
    listening: AbortHandle,
}

impl Drop for RelayEnd {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Sink {
    /// Sends without waiting: what does not fit is lost, as it would be on the way.
    pub(super) fn send(&self, shared: &Shared, bytes: &[u8]) {
        let sent = match self {
            Sink::Datagrams { socket, client } => send_datagram(socket, bytes, *client),
            Sink::Stream(outbox) => outbox.push(bytes),
        };
        if !sent {
            shared.unsent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Shared {
    /// One packet of a client, from its arrival to whatever leaves because of it.
    pub(super) fn from_client(self: &Arc<Self>, client: Client, sink: &Sink, packet: &[u8], out: &mut Vec<u8>) {
        let now = self.clock.now();
        let step = self.server().from_client(now, client, packet, out);
        match step {
            Step::Drop => {}
            Step::ToPeer { relay, peer, payload } => {
                if !send_datagram(&relay.socket, payload, peer) {
                    self.unsent.fetch_add(1, Ordering::Relaxed);
                }
            }
            Step::ToNeighbour { relay } => relay.client.send(self, out),
            Step::Answer => {
                self.tell_timekeeper(&self.server());
                sink.send(self, out);
            }
            Step::Open(opening) => {
                self.open(*opening, sink, out);
                sink.send(self, out);
            }
        }
    }

    /// One packet of a peer, if there is one.
    fn take_from_peer(
        &self,
        id: AllocationId,
        socket: &UdpSocket,
        client: &Sink,
        packet: &mut [u8],
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        let (length, peer) = socket.try_recv_from(packet)?;
        let to_client = self.server().from_peer(self.clock.ticks(), id, peer, &packet[..length], out);
        if to_client {
            client.send(self, out);
        }
        Ok(())
    }

    fn open(self: &Arc<Self>, mut opening: Opening, sink: &Sink, out: &mut Vec<u8>) {
        let ends = (0..opening.doors().len()).map(|door| self.open_door(&mut opening, door, sink)).collect();
        let mut server = self.server();
        server.opened(self.clock.now(), opening, ends, out);
        self.tell_timekeeper(&server);
    }

    fn open_door(self: &Arc<Self>, opening: &mut Opening, door: usize, sink: &Sink) -> Option<Arc<RelayEnd>> {
        for _ in 0..TRIES {
            if let Ok(socket) = bind(opening.doors()[door]) {
                let socket = Arc::new(socket);
                let task = listen(Arc::downgrade(self), opening.id(), Arc::clone(&socket), sink.clone());
                let listening = tokio::spawn(task).abort_handle();
                return Some(Arc::new(RelayEnd { socket, client: sink.clone(), listening }));
            }
            if !self.server().try_another(opening, door) {
                return None;
            }
        }
        None
    }
}

/// Carries what peers send to the client, until it is aborted.
async fn listen(shared: Weak<Shared>, id: AllocationId, socket: Arc<UdpSocket>, client: Sink) {
    while socket.readable().await.is_ok() {
        let Some(shared) = shared.upgrade() else { return };
        // What arrived is taken in turns with the other sockets of this thread. An error ends a turn as well: it is
        // about a packet that was sent, or the network is gone and comes back.
        while with_buffers(|packet, out| shared.take_from_peer(id, &socket, &client, packet, out)).is_ok() {
            consume_budget().await;
        }
        consume_budget().await;
    }
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
    UdpSocket::from_std(socket.into())
}

/// Asks the system directly: tokio would have to see the socket writable first, and a new one has not been seen yet.
fn send_datagram(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) -> bool {
    SockRef::from(socket).send_to(bytes, &SockAddr::from(to)).is_ok()
}
