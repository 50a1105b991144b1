//! Clients that come in datagrams.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use tokio::net::UdpSocket;
use tokio::task::coop::consume_budget;

use super::{Relay, Shared, Sink};
use crate::codec::Wire;
use crate::server::Client;

/// No datagram is longer.
const DATAGRAM: usize = 65_536;

thread_local! {
    /// What is received and what is sent because of it. Nobody awaits in between, so a pair for each thread is enough
    /// and sockets need none.
    static BUFFERS: RefCell<(Vec<u8>, Vec<u8>)> = RefCell::new((vec![0; DATAGRAM], Vec::new()));
}

pub(super) fn with_buffers<R>(work: impl FnOnce(&mut [u8], &mut Vec<u8>) -> R) -> R {
    BUFFERS.with_borrow_mut(|(packet, out)| work(packet, out))
}

impl Relay {
    /// Serves the clients of this socket until the future is dropped. Answers leave from the address that the socket
    /// is bound to; on a machine with several addresses, bind a socket to each.
    pub async fn serve_udp(&self, socket: UdpSocket) -> io::Result<()> {
        let shared = &self.shared;
        let link = Link { shared, number: shared.new_link() };
        let socket = Arc::new(socket);
        loop {
            socket.readable().await?;
            while let Some(received) = with_buffers(|packet, out| match socket.try_recv_from(packet) {
                Ok((length, address)) => {
                    let client = Client { link: link.number, address, wire: Wire::Datagram };
                    let sink = Sink::Datagrams { socket: Arc::clone(&socket), client: address };
                    shared.from_client(client, &sink, &packet[..length], out);
                    Some(Ok(()))
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
                // An answer did not arrive, and the network says so. That is nobody else's concern.
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Some(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Some(Ok(())),
                Err(error) => Some(Err(error)),
            }) {
                received?;
                consume_budget().await;
            }
        }
    }
}

/// When the socket goes, what its clients had goes too.
struct Link<'a> {
    shared: &'a Shared,
    number: u64,
}

impl Drop for Link<'_> {
    fn drop(&mut self) {
        self.shared.server().shut(self.number);
    }
}
