//! A relay that knows no protocol: it receives a datagram and sends it on, and does nothing else. No relay costs less
//! that makes a system call for each packet.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread;

use serde_json::Value;

use crate::Failure;
use crate::turn::PEERS;

#[derive(clap::Args)]
pub struct Bare {
    #[arg(long)]
    listen: SocketAddr,
}

impl Bare {
    /// Relays until it is killed.
    pub fn run(&self) -> Result<Value, Failure> {
        let clients = UdpSocket::bind(self.listen)?;
        let peers = UdpSocket::bind(SocketAddr::new(self.listen.ip(), self.listen.port() + 1))?;
        println!("listens on {}", self.listen);
        thread::scope(|scope| {
            let to_peers = scope.spawn(|| carry(&clients, &peers, |from| SocketAddr::from((PEERS, from.port()))));
            let to_clients =
                scope.spawn(|| carry(&peers, &clients, |from| SocketAddr::new(self.listen.ip(), from.port())));
            [to_peers, to_clients].into_iter().try_for_each(|thread| thread.join().map_err(|_| "it panicked")?)?;
            Ok(Value::Null)
        })
    }
}

/// Client and peer of a flow have the same port, so there is nothing to look up.
fn carry(from: &UdpSocket, to: &UdpSocket, other_end: impl Fn(SocketAddr) -> SocketAddr) -> Result<(), Failure> {
    let mut datagram = [0; 65_536];
    loop {
        let sent = from
            .recv_from(&mut datagram)
            .and_then(|(length, source)| to.send_to(&datagram[..length], other_end(source)));
        match sent {
            // Whoever was there last has gone.
            Err(error) if error.kind() != io::ErrorKind::ConnectionRefused => return Err(error.into()),
            _ => {}
        }
    }
}
