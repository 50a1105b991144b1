//! A STUN and TURN server on its own: `cargo run --example relay -- --listen 192.0.2.1:3478 --secret …`

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use bedside_turn::addresses::AllowedPeers;
use bedside_turn::credentials::Secrets;
use bedside_turn::{Config, Limits, Relay, RelayAddress};
use clap::Parser;
use ipnet::IpNet;
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;

#[derive(Parser)]
struct Options {
    /// An address to serve UDP and TCP at; several are possible.
    #[arg(long, required = true)]
    listen: Vec<SocketAddr>,
    /// The secret that passwords follow from.
    #[arg(long)]
    secret: String,
    /// Where relays are opened, one of each family at most; the addresses to listen at, if nothing is said.
    #[arg(long)]
    relay_ip: Vec<IpAddr>,
    /// What the relays' addresses are known as in the world, if they are behind a translation.
    #[arg(long)]
    public_ip: Vec<IpAddr>,
    /// A network that peers may be in although it serves a special purpose.
    #[arg(long)]
    allow_peer: Vec<IpNet>,
    #[arg(long, default_value_t = 49152)]
    first_port: u16,
    #[arg(long, default_value_t = 65535)]
    last_port: u16,
    /// How many allocations there may be.
    #[arg(long, default_value_t = Limits::default().allocations)]
    allocations: usize,
    /// What each may carry in each direction.
    #[arg(long, default_value_t = Limits::default().bits_per_second)]
    bits_per_second: u64,
}

impl Options {
    fn config(&self) -> Config {
        let listening: Vec<IpAddr> = self.listen.iter().map(SocketAddr::ip).collect();
        let bound = if self.relay_ip.is_empty() { listening } else { self.relay_ip.clone() };
        let relays = bound.iter().map(|bound| {
            let public = self.public_ip.iter().find(|public| public.is_ipv4() == bound.is_ipv4());
            RelayAddress { bound: *bound, advertised: *public.unwrap_or(bound) }
        });
        let ports: RangeInclusive<u16> = self.first_port..=self.last_port;
        let allowed_peers = AllowedPeers::new(self.allow_peer.iter().copied());
        let (allocations, bits_per_second) = (self.allocations, self.bits_per_second);
        let limits = Limits { allocations, bits_per_second, ..Limits::default() };
        Config { ports, allowed_peers, limits, ..Config::new(Secrets::new(self.secret.as_str()), relays) }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let relay = Relay::new(options.config())?;
    let mut serving = JoinSet::new();
    for address in &options.listen {
        let (datagrams, streams) = (UdpSocket::bind(address).await?, TcpListener::bind(address).await?);
        println!("listening on {}", datagrams.local_addr()?);
        let here = relay.clone();
        serving.spawn(async move { here.serve_udp(datagrams).await });
        let here = relay.clone();
        serving.spawn(async move { here.serve_tcp(streams).await });
    }
    tokio::select! {
        Some(ended) = serving.join_next() => ended??,
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    println!("{:#?}", relay.counters());
    Ok(())
}
