//! The TURN server in this process: its ports, under which addresses browsers are told of it, and whose passwords no
//! longer count.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bedside_domain::time::Span;
use bedside_store::PageAsk;
use bedside_turn::addresses::AllowedPeers;
use bedside_turn::credentials::Secrets;
use bedside_turn::server::Names;
use bedside_turn::{Config, Relay, RelayAddress};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::app::{App, ice};
use crate::clock;
use crate::config::Settings;
use crate::dispatch::Error;
use crate::{Failure, lan};

/// Within a minute of the end of a call nobody relays in its name.
const LOOKED_THROUGH_EVERY: Duration = Duration::from_secs(15);
/// The longest that an allocation lives.
const ALLOCATIONS_LAST: Span = Span::seconds(12 * 60 * 60);
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// For a free port to be free for datagrams as well.
const PORT_ATTEMPTS: usize = 16;
const BACKLOG: i32 = 1024;

/// Bound before anything else is begun, like those of the pages.
#[derive(Default)]
pub struct RelayPorts {
    plain: Vec<(UdpSocket, TcpListener)>,
    tls: Vec<TcpListener>,
    relays: Vec<RelayAddress>,
}

impl RelayPorts {
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        match Self::bind(settings) {
            Err(error) if settings.turn.is_said => Err(error),
            Err(error) => {
                println!("{error}; calls are NOT relayed, and fail between networks that let nobody in.");
                println!("Say where to relay with --turn-listen, or that it is not wanted with --turn-listen off.");
                Ok(Self::default())
            }
            Ok(ports) => Ok(ports),
        }
    }

    /// The same, and a port that is taken is a failure whether or not it was named.
    pub fn bind(settings: &Settings) -> Result<Self, Failure> {
        let turn = &settings.turn;
        let plain = turn.listen.iter().map(|address| both(*address)).collect::<Result<Vec<_>, _>>()?;
        let tls = turn.tls_listen.iter().map(|address| {
            streams(*address).map_err(|error| format!("cannot relay by TLS on {address}: {error}").into())
        });
        let tls = tls.collect::<Result<Vec<_>, Failure>>()?;
        Ok(Self { plain, tls, relays: relays(settings) })
    }

    /// What browsers are told: for reflexive addresses, and for relays.
    pub fn urls(&self, settings: &Settings, pages: SocketAddr) -> io::Result<(Vec<String>, Vec<String>)> {
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        let plain = self.plain.first().map(|(_, streams)| port(streams)).transpose()?;
        Ok(urls(settings, plain, self.tls.first().map(port).transpose()?, pages))
    }

    /// Relays from now on, until what is returned is dropped.
    pub fn start(self, app: &Arc<App>, tls: Option<TlsAcceptor>) -> Result<Option<Relaying>, Failure> {
        if self.plain.is_empty() {
            return Ok(None);
        }
        let turn = &app.settings.turn;
        let config = Config {
            ports: turn.ports.clone(),
            allowed_peers: AllowedPeers::new(turn.allow_peer.iter().copied()),
            ..Config::new(secrets(&app.turn_secrets), self.relays)
        };
        let relay = Relay::new(config).map_err(|error| format!("calls cannot be relayed: {error}"))?;
        let mut tasks = JoinSet::new();
        for (datagrams, streams) in self.plain {
            let here = relay.clone();
            tasks.spawn(async move { drop(here.serve_udp(datagrams).await) });
            let here = relay.clone();
            tasks.spawn(async move { drop(here.serve_tcp(streams).await) });
        }
        for listener in self.tls {
            if let Some(tls) = &tls {
                tasks.spawn(serve_tls(relay.clone(), listener, tls.clone()));
            }
        }
        tasks.spawn(keep(relay.clone(), app.clone()));
        Ok(Some(Relaying { relay, _tasks: tasks }))
    }
}

/// The same if every port is as the settings say.
pub fn urls_as_set(settings: &Settings, pages: SocketAddr) -> (Vec<String>, Vec<String>) {
    let port = |places: &[SocketAddr]| places.first().map(SocketAddr::port);
    urls(settings, port(&settings.turn.listen), port(&settings.turn.tls_listen), pages)
}

fn urls(settings: &Settings, plain: Option<u16>, tls: Option<u16>, pages: SocketAddr) -> (Vec<String>, Vec<String>) {
    let Some(port) = plain else { return (Vec::new(), Vec::new()) };
    let host = host(settings);
    let mut turn = vec![format!("turn:{host}:{port}?transport=udp"), format!("turn:{host}:{port}?transport=tcp")];
    // With another name or a certificate of our own making browsers would gather nothing, and say nothing.
    let name = settings.public_host();
    if let Some(tls) = tls {
        turn.push(format!("turns:{name}:{tls}?transport=tcp"));
        turn.push(format!("turns:{name}:{}?transport=tcp", pages.port()));
    }
    (vec![format!("stun:{host}:{port}")], turn)
}

/// The public name, or the relay's own address where there is none.
fn host(settings: &Settings) -> String {
    let name = settings.public_host();
    let is_name = name != "localhost" && name.trim_matches(['[', ']']).parse::<IpAddr>().is_err();
    match relays(settings).first() {
        Some(relay) if !is_name || !settings.turn.public_ips.is_empty() => in_address(relay.advertised),
        _ => name.to_owned(),
    }
}

/// One of each family.
fn relays(settings: &Settings) -> Vec<RelayAddress> {
    let mut relays: Vec<RelayAddress> = Vec::new();
    for address in &settings.turn.listen {
        let Some(bound) = outward(address.ip()) else { continue };
        if relays.iter().all(|relay| relay.bound.is_ipv4() != bound.is_ipv4()) {
            let public = settings.turn.public_ips.iter().find(|public| public.is_ipv4() == bound.is_ipv4());
            relays.push(RelayAddress { bound, advertised: *public.unwrap_or(&bound) });
        }
    }
    relays
}

/// What relays, for as long as it is held.
pub struct Relaying {
    pub relay: Relay,
    _tasks: JoinSet<()>,
}

fn secrets(all: &[Vec<u8>]) -> Secrets {
    let mut all = all.iter();
    let current = Secrets::new(all.next().expect("there is one of our own at least").clone());
    match all.next() {
        Some(previous) => current.with_previous(previous.clone()),
        None => current,
    }
}

async fn serve_tls(relay: Relay, listener: TcpListener, tls: TlsAcceptor) {
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => {
                    let (relay, tls) = (relay.clone(), tls.clone());
                    clients.spawn(async move {
                        // Voice does not wait for more to send.
                        let _ = stream.set_nodelay(true);
                        if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_WITHIN, tls.accept(stream)).await {
                            let _ = relay.serve_stream(stream, client).await;
                        }
                    });
                }
                // Out of descriptors, most likely. They come back when somebody leaves.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            },
            Some(_) = clients.join_next() => {}
        }
    }
}

/// Takes passwords back whose call is over or whose person has been disabled.
async fn keep(relay: Relay, app: Arc<App>) {
    loop {
        tokio::time::sleep(LOOKED_THROUGH_EVERY).await;
        if let Err(error) = take_back(&relay, &app).await {
            tracing::error!(?error, "whose calls are over could not be read; they may go on relaying");
        }
    }
}

async fn take_back(relay: &Relay, app: &App) -> Result<(), Error> {
    let Some(ice) = &app.ice else { return Ok(()) };
    for (call, until) in ice.calls() {
        if app.store.call(&call).await?.is_none_or(|held| held.value.has_ended()) {
            relay.revoke(Names::OfRest(ice::name_of_call(&app.link_key, &call)), ice::seconds(until));
            ice.forget_call(&call);
        }
    }
    let people = ice.people();
    let ids: Vec<_> = people.iter().map(|(person, _)| person.clone()).collect();
    for some in ids.chunks(usize::from(PageAsk::default().limit)) {
        let known = app.store.people(some).await?;
        for (person, until) in people.iter().filter(|(person, _)| some.contains(person)) {
            if known.get(person).is_none_or(|person| person.disabled_at.is_some()) {
                relay.revoke(Names::OfGroup(ice::name_of(&app.link_key, person)), ice::seconds(*until));
                ice.forget_person(person);
            } else if clock::now() >= *until + ALLOCATIONS_LAST {
                ice.forget_person(person);
            }
        }
    }
    Ok(())
}

/// Datagrams and streams at one port.
fn both(address: SocketAddr) -> Result<(UdpSocket, TcpListener), Failure> {
    let bind = || {
        let streams = streams(address)?;
        let at = SocketAddr::new(address.ip(), streams.local_addr()?.port());
        Ok((datagrams(at)?, streams))
    };
    let mut outcome: io::Result<_> = bind();
    for _ in 0..PORT_ATTEMPTS {
        if address.port() != 0 || outcome.is_ok() {
            break;
        }
        outcome = bind();
    }
    outcome.map_err(|error| format!("cannot relay on {address}: {error}").into())
}

fn streams(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = bound(address, Type::STREAM, Protocol::TCP)?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

fn datagrams(address: SocketAddr) -> io::Result<UdpSocket> {
    UdpSocket::from_std(bound(address, Type::DGRAM, Protocol::UDP)?.into())
}

/// `[::]` leaves IPv4 to `0.0.0.0`.
fn bound(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    if kind == Type::STREAM {
        socket.set_reuse_address(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// The address that relays are opened at.
fn outward(listen: IpAddr) -> Option<IpAddr> {
    if listen == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
        return lan::ipv6().map(IpAddr::V6);
    }
    Some(lan::address_for_others(listen))
}

fn in_address(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
