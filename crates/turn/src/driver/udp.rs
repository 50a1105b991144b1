//! Clients that come in datagrams.

use std::future::pending;
use std::io;
use std::net::UdpSocket;
use std::sync::Arc;

use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};

use super::{Relay, Shared};

/// For what arrives from all clients of a worker while it is at another socket, and for what leaves to them in one go.
const BUFFER: usize = 4 * 1024 * 1024;

impl Relay {
    /// Serves the clients of this socket until the future is dropped. Answers leave from the address that the socket
    /// is bound to; on a machine with several addresses, bind a socket to each.
    pub async fn serve_udp(&self, socket: tokio::net::UdpSocket) -> io::Result<()> {
        let shared = &self.shared;
        let socket = socket.into_std()?;
        let link = Link { shared, number: shared.new_link() };
        for (worker, socket) in shared.workers.iter().zip(beside(socket, shared.workers.len())?) {
            worker.listen(link.number, Arc::new(socket))?;
        }
        pending().await
    }
}

/// The socket, and others at its address, so that each worker has one: the system then gives all packets of one sender
/// to the same. Only the socket itself if the system does not do that.
///
/// It was bound alone, which failed if somebody else had the address, and lets others of the same user in from here on.
fn beside(socket: UdpSocket, count: usize) -> io::Result<Vec<UdpSocket>> {
    let address = socket.local_addr()?;
    let mut sockets = vec![socket];
    if SockRef::from(&sockets[0]).set_reuse_port(true).is_ok() {
        let others = (1..count).map_while(|_| another(&sockets[0], &SockAddr::from(address)).ok());
        let others: Vec<UdpSocket> = others.collect();
        sockets.extend(others);
    }
    sockets.iter().for_each(|socket| prepare(socket, BUFFER));
    Ok(sockets)
}

fn another(socket: &UdpSocket, address: &SockAddr) -> io::Result<UdpSocket> {
    let another = Socket::new(Domain::from(i32::from(address.family())), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        another.set_only_v6(SockRef::from(socket).only_v6()?)?;
    }
    another.set_reuse_port(true)?;
    another.set_nonblocking(true)?;
    another.bind(address)?;
    Ok(another.into())
}

/// Gives it so much room, or as much of it as the system allows, and lets the system hand over several datagrams of one
/// sender as one. Older ones hand over each for itself.
pub(super) fn prepare(socket: &UdpSocket, buffer: usize) {
    let _ = SockRef::from(socket).set_recv_buffer_size(buffer);
    let _ = SockRef::from(socket).set_send_buffer_size(buffer);
    let _ = setsockopt(socket, sockopt::UdpGroSegment, &true);
}

/// When the socket goes, what its clients had goes too.
struct Link<'a> {
    shared: &'a Shared,
    number: u64,
}

impl Drop for Link<'_> {
    fn drop(&mut self) {
        self.shared.workers.iter().for_each(|worker| worker.shut(self.number));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::net::Ipv4Addr;

    use super::super::arrivals::Arrivals;
    use super::*;

    #[test]
    fn senders_are_dealt_out_among_the_sockets_and_each_stays_with_its_own() {
        let local = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let first = local();
        first.set_nonblocking(true).expect("it need not wait");
        let server = first.local_addr().expect("it is bound");
        let sockets = beside(first, 4).expect("sockets");
        let senders: Vec<UdpSocket> = (0..64).map(|_| local()).collect();
        for sender in senders.iter().cycle().take(3 * senders.len()) {
            sender.send_to(b"hello", server).expect("sent");
        }
        let mut arrivals = Arrivals::new().expect("a free port");
        let (mut all, mut count) = (HashSet::new(), 0);
        for socket in &sockets {
            let mut here = HashSet::new();
            while arrivals.receive(socket).is_ok() {
                here.extend(arrivals.datagrams().map(|(sender, _)| sender));
                count += arrivals.datagrams().count();
            }
            assert!(!here.is_empty() && all.is_disjoint(&here), "{here:?}");
            all.extend(here);
        }
        assert_eq!((sockets.len(), all.len(), count), (4, 64, 192));
    }
}
