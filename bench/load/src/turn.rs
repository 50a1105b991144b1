//! Flows through a relay: a client on one side and a peer, or another client, on the other.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::time::SystemTime;

use bedside_turn::client::{Client, Failure as Refused};
use bedside_turn::codec::attributes::Family;
use bedside_turn::credentials::mint;

use crate::Failure;

/// Where peers are: on this machine, and not where the relay is.
pub const PEERS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
pub const CLIENTS: Ipv4Addr = Ipv4Addr::LOCALHOST;
const CHANNEL: u16 = 0x4001;
/// For datagrams that arrive while this program is at another socket.
const BUFFER: usize = 4 * 1024 * 1024;

/// The relay, which is on this machine.
#[derive(clap::Args)]
pub struct At {
    #[arg(long)]
    pub address: SocketAddrV4,
    /// Process whose processor time and memory are measured.
    #[arg(long)]
    pub server_pid: u32,
    /// What passwords follow from; nothing: the bare relay.
    #[arg(long)]
    secret: Option<String>,
}

/// One end of a flow: where it sends, and in what.
pub struct End {
    pub socket: UdpSocket,
    pub to: SocketAddrV4,
    channel: Option<u16>,
    /// Who has the allocation, if there is one.
    control: Option<Client>,
}

impl End {
    /// Ends the allocation, or who has this port next would be taken for who has it now.
    pub async fn leave(&mut self) -> Result<(), Failure> {
        match &mut self.control {
            Some(control) => control.refresh(0).await.map(drop).map_err(refused),
            None => Ok(()),
        }
    }

    /// What comes before the payload, both ways.
    pub fn head(&self, payload: usize) -> Vec<u8> {
        let channel = self.channel.map(|channel| [channel.to_be_bytes(), (payload as u16).to_be_bytes()]);
        channel.map_or_else(Vec::new, |head| head.concat())
    }
}

impl At {
    /// A client whose packets go to a peer and back.
    pub async fn to_peer(&self, number: usize) -> Result<[End; 2], Failure> {
        let (client, peer) = same_port()?;
        let SocketAddr::V4(peer_at) = peer.local_addr()? else { return Err("the peer has IPv4".into()) };
        if self.secret.is_none() {
            let other = SocketAddrV4::new(*self.address.ip(), self.address.port() + 1);
            let ends = [(client, self.address), (peer, other)];
            return Ok(ends.map(|(socket, to)| End { socket, to, channel: None, control: None }));
        }
        let mut control = self.client(&client, number)?;
        let to = relayed(&mut control).await?;
        control.bind_channel(CHANNEL, peer_at.into()).await.map_err(refused)?;
        let near = End { socket: client, to: self.address, channel: Some(CHANNEL), control: Some(control) };
        Ok([near, End { socket: peer, to, channel: None, control: None }])
    }

    /// Two clients whose packets go from relay to relay.
    pub async fn to_another(&self, number: usize) -> Result<[End; 2], Failure> {
        let sockets = [bound(CLIENTS, 0)?, bound(CLIENTS, 0)?];
        let (mut one, mut other) = (self.client(&sockets[0], 2 * number)?, self.client(&sockets[1], 2 * number + 1)?);
        let (here, there) = (relayed(&mut one).await?, relayed(&mut other).await?);
        one.bind_channel(CHANNEL, there.into()).await.map_err(refused)?;
        other.bind_channel(CHANNEL, here.into()).await.map_err(refused)?;
        let [here, there] = sockets;
        let ends = [(here, one), (there, other)];
        Ok(ends.map(|(socket, control)| End {
            socket,
            to: self.address,
            channel: Some(CHANNEL),
            control: Some(control),
        }))
    }

    /// Somebody with a name of their own at this socket.
    pub fn client(&self, socket: &UdpSocket, number: usize) -> Result<Client, Failure> {
        let secret = self.secret.as_deref().ok_or("the bare relay has no clients")?;
        let (username, password) = mint(secret.as_bytes(), in_an_hour()?, &format!("person{number}.call"));
        let socket = tokio::net::UdpSocket::from_std(socket.try_clone()?)?;
        Ok(Client::over_udp(socket, self.address.into(), &username, &password))
    }
}

pub async fn relayed(client: &mut Client) -> Result<SocketAddrV4, Failure> {
    match client.allocate(Family::V4).await.map_err(refused)?.relayed.first() {
        Some(SocketAddr::V4(relayed)) => Ok(*relayed),
        other => Err(format!("a relay of IPv4 was asked for, and it is {other:?}").into()),
    }
}

/// A socket that does not wait. Sources of many clients differ, as they do in the world.
pub fn bound(at: Ipv4Addr, port: u16) -> Result<UdpSocket, Failure> {
    let socket = UdpSocket::bind((IpAddr::from(at), port))?;
    socket.set_nonblocking(true)?;
    nix::sys::socket::setsockopt(&socket, nix::sys::socket::sockopt::RcvBuf, &BUFFER)?;
    Ok(socket)
}

pub fn refused(why: Refused) -> Failure {
    format!("the relay does not do it: {why:?}").into()
}

fn same_port() -> Result<(UdpSocket, UdpSocket), Failure> {
    for _ in 0..100 {
        let client = bound(CLIENTS, 0)?;
        if let Ok(peer) = bound(PEERS, client.local_addr()?.port()) {
            return Ok((client, peer));
        }
    }
    Err("no port is free on both sides".into())
}

#[expect(clippy::disallowed_methods, reason = "credentials expire by the real clock")]
fn in_an_hour() -> Result<u64, Failure> {
    Ok(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs() + 3600)
}
