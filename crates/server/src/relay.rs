//! The TURN server in this process: its ports, under which addresses browsers are told of it, and whose passwords no
//! longer count.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bedside_domain::time::{Millis, Span};
use bedside_turn::addresses::{AllowedPeers, is_special};
use bedside_turn::credentials::Secrets;
use bedside_turn::server::Names;
use bedside_turn::{Config, Relay, RelayAddress};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_rustls::TlsAcceptor;

use crate::app::ice::Ice;
use crate::app::{App, ice, people};
use crate::clock;
use crate::config::Settings;
use crate::dispatch::Error;
use crate::{Failure, lan};

/// Nobody relays with a password of a session that is over, or of a person who has been disabled, for more than five
/// seconds, of which one is for asking. As it is with connections.
const LOOKED_THROUGH_EVERY: Duration = Duration::from_secs(4);
/// Calls are asked for one by one, so in every fourth round alone: within a minute of the end of a call nobody relays in
/// its name.
const CALLS_EVERY: u32 = 4;
/// The longest that an allocation lives.
const ALLOCATIONS_LAST: Span = Span::seconds(12 * 60 * 60);
/// Of a password or a person; and of all together, or of ports.
const QUOTA_REACHED: u16 = 486;
const NO_CAPACITY: u16 = 508;
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
    pub fn urls(&self, settings: &Settings) -> io::Result<(Vec<String>, Vec<String>)> {
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        let plain = self.plain.first().map(|(_, streams)| port(streams)).transpose()?;
        Ok(urls(settings, plain, self.tls.first().map(port).transpose()?))
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
            tasks.spawn(async move { say_why(here.serve_udp(datagrams).await) });
            let here = relay.clone();
            tasks.spawn(async move { say_why(here.serve_tcp(streams).await) });
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
pub fn urls_as_set(settings: &Settings) -> (Vec<String>, Vec<String>) {
    let port = |places: &[SocketAddr]| places.first().map(SocketAddr::port);
    urls(settings, port(&settings.turn.listen), port(&settings.turn.tls_listen))
}

fn urls(settings: &Settings, plain: Option<u16>, tls: Option<u16>) -> (Vec<String>, Vec<String>) {
    let Some(port) = plain else { return (Vec::new(), Vec::new()) };
    let host = host(settings);
    let mut turn = vec![format!("turn:{host}:{port}?transport=udp"), format!("turn:{host}:{port}?transport=tcp")];
    // Under an address, another name or a certificate of our own making browsers would gather nothing, and say nothing.
    let name = settings.public_host();
    if let Some(tls) = tls.filter(|_| !is_address(name)) {
        turn.push(format!("turns:{name}:{tls}?transport=tcp"));
        turn.push(format!("turns:{name}:{}?transport=tcp", settings.public_port()));
    }
    (vec![format!("stun:{host}:{port}")], turn)
}

/// The public name, or the relay's own address where there is none.
fn host(settings: &Settings) -> String {
    let name = settings.public_host();
    let is_name = name != "localhost" && !is_address(name);
    match relays(settings).first() {
        Some(relay) if !is_name || !settings.turn.public_ips.is_empty() => in_address(relay.advertised),
        _ => name.to_owned(),
    }
}

fn is_address(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// An address that relays have and that nobody outside of this network reaches, although nobody meant it so.
pub fn known_inside_alone(settings: &Settings) -> Option<IpAddr> {
    let mut named = relays(settings).into_iter().map(|relay| relay.advertised);
    named.find(|address| is_special(*address) && !address.is_loopback() && !settings.turn.public_ips.contains(address))
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

/// Serving does not end by itself.
fn say_why(ended: io::Result<()>) {
    if let Err(error) = ended {
        tracing::error!(?error, "a port of the relay is served no more");
    }
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
                        // A stream that will not take these works without, only worse.
                        let _ = bedside_turn::tune(&stream);
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

/// Looks after the relay: takes passwords back whose session or call is over or whose person has been disabled.
async fn keep(relay: Relay, app: Arc<App>) {
    let Some(ice) = &app.ice else { return };
    let mut rounds = tokio::time::interval(LOOKED_THROUGH_EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut round, mut refused): (u32, u64) = (0, 0);
    loop {
        rounds.tick().await;
        refused = tell_of_refused(&relay, refused);
        let mut outcome = take_back_from_sessions(&relay, &app, ice).await;
        outcome = outcome.and(take_back_from_people(&relay, &app, ice).await);
        if round.is_multiple_of(CALLS_EVERY) {
            outcome = outcome.and(take_back_from_calls(&relay, &app, ice).await);
        }
        if let Err(error) = outcome {
            tracing::error!(?error, "who may relay no more could not be read; they may until it can");
        }
        round = round.wrapping_add(1);
    }
}

/// Tells the operator of relays that somebody did not get because there were too many. Returns how many there ever were.
fn tell_of_refused(relay: &Relay, before: u64) -> u64 {
    let counters = relay.counters();
    let refused = |code: u16| counters.refused.get(&code).copied().unwrap_or(0);
    let (of_one, of_all) = (refused(QUOTA_REACHED), refused(NO_CAPACITY));
    if of_one + of_all > before {
        let allocations = counters.allocations;
        tracing::warn!(of_one, of_all, allocations, "relays were refused: somebody, or all together, have too many");
    }
    of_one + of_all
}

async fn take_back_from_sessions(relay: &Relay, app: &App, ice: &Ice) -> Result<(), Error> {
    let sessions = ice.sessions();
    let hashes: Vec<_> = sessions.iter().map(|(session, _)| session.clone()).collect();
    let last = app.store.sessions_that_last(&hashes, clock::now()).await?;
    for (session, until) in &sessions {
        if !last.contains(session) {
            relay.revoke(Names::OfPart(ice::name_of_session(&app.link_key, session)), ice::seconds(*until));
            ice.forget_session(session, *until);
        } else if is_long_over(*until) {
            ice.forget_session(session, *until);
        }
    }
    Ok(())
}

async fn take_back_from_calls(relay: &Relay, app: &App, ice: &Ice) -> Result<(), Error> {
    for (call, until) in ice.calls() {
        if app.store.call(&call).await?.is_none_or(|held| held.value.has_ended()) {
            relay.revoke(Names::OfPart(ice::name_of_call(&app.link_key, &call)), ice::seconds(until));
            ice.forget_call(&call, until);
        }
    }
    Ok(())
}

async fn take_back_from_people(relay: &Relay, app: &App, ice: &Ice) -> Result<(), Error> {
    let people = ice.people();
    let ids: Vec<_> = people.iter().map(|(person, _)| person.clone()).collect();
    let welcome = people::welcome(app, &ids).await?;
    for (person, until) in &people {
        if !welcome.contains(person) {
            for name in [ice::name_of(&app.link_key, person), ice::name_of_trials(&app.link_key, person)] {
                relay.revoke(Names::OfGroup(name), ice::seconds(*until));
            }
            ice.forget_person(person, *until);
        } else if is_long_over(*until) {
            ice.forget_person(person, *until);
        }
    }
    Ok(())
}

/// Whether no allocation is left of passwords that were good until then.
fn is_long_over(until: Millis) -> bool {
    clock::now() >= until + ALLOCATIONS_LAST
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Given;

    fn settled(file: &str) -> Settings {
        toml::from_str::<Given>(file).expect("known keys").settle().expect("sound")
    }

    const CERTIFICATE: &str = "tls-cert = \"c\"\ntls-key = \"k\"\nturn-listen = [\"192.0.2.7:3478\"]\n";

    #[test]
    fn tls_is_offered_under_a_name_and_at_the_port_that_people_open() {
        let of = |url: &str| urls_as_set(&settled(&format!("{CERTIFICATE}listen = \"0.0.0.0:8443\"\n{url}"))).1;
        let at = |host: &str| ["udp", "tcp"].map(|kind| format!("turn:{host}:3478?transport={kind}")).to_vec();
        let tls =
            |host: &str, port: u16| [5349, port].map(|port| format!("turns:{host}:{port}?transport=tcp")).to_vec();
        let name = "calls.example";
        assert_eq!(of("public-url = \"https://calls.example\""), [at(name), tls(name, 443)].concat(), "forwarded");
        assert_eq!(of("public-url = \"https://calls.example:444\""), [at(name), tls(name, 444)].concat());
        assert_eq!(of("public-url = \"https://192.0.2.7\""), at("192.0.2.7"), "browsers take a name alone");
        assert_eq!(of("public-url = \"https://[2001:db8::7]\""), at("192.0.2.7"));
    }

    #[test]
    fn an_address_that_only_the_inside_reaches_is_known() {
        let of = |turn: &str| known_inside_alone(&settled(turn)).map(|address| address.to_string());
        assert_eq!(of("turn-listen = [\"10.1.1.1:3478\"]").as_deref(), Some("10.1.1.1"));
        assert_eq!(of("turn-listen = [\"8.8.8.8:3478\", \"[fd00::1]:3478\"]").as_deref(), Some("fd00::1"));
        for meant in ["", "turn-listen = [\"8.8.8.8:3478\"]", "turn-listen = [\"off\"]"] {
            assert_eq!(of(meant), None, "{meant}");
        }
        for said in ["8.8.8.8", "10.1.1.1"] {
            assert_eq!(
                of(&format!("turn-listen = [\"10.1.1.1:3478\"]\nturn-public-ip = [\"{said}\"]")),
                None,
                "{said}"
            );
        }
    }
}
