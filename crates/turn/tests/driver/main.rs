//! The server on real sockets and streams, met by its own small client.

mod older_systems;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::SystemTime;

use bedside_turn::addresses::AllowedPeers;
use bedside_turn::client::{Client, Failure};
use bedside_turn::codec::attributes::{ADDITIONAL_ADDRESS_FAMILY, Family};
use bedside_turn::codec::{Class, Method, Transaction, Writer};
use bedside_turn::credentials::{Secrets, mint};
use bedside_turn::server::Names;
use bedside_turn::{Config, Limits, Relay, RelayAddress};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant, timeout};

const SECRET: &str = "a secret";
const SOON: Duration = Duration::from_secs(10);
/// Peers are beside the relay, because nothing but relays is reached at the relay's own address.
const RELAY: [u8; 4] = [127, 0, 0, 2];
const PEER: [u8; 4] = [127, 0, 0, 1];

fn config() -> Config {
    let relays = [IpAddr::from(RELAY), IpAddr::V6(Ipv6Addr::LOCALHOST)].map(RelayAddress::direct);
    let allowed_peers = AllowedPeers::new([IpAddr::from(PEER).into()]);
    Config { allowed_peers, ..Config::new(Secrets::new(SECRET), relays) }
}

fn started() -> Relay {
    Relay::new(config()).expect("a usable configuration")
}

#[expect(clippy::disallowed_methods, reason = "credentials expire by the real clock")]
fn in_an_hour() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970").as_secs() + 3600
}

fn credential(id: &str) -> (String, String) {
    mint(SECRET.as_bytes(), in_an_hour(), id)
}

async fn socket(address: impl Into<IpAddr>) -> UdpSocket {
    UdpSocket::bind((address.into(), 0)).await.expect("a free port")
}

/// Serves UDP at a free port of this address until the handle is aborted.
async fn serve_udp(relay: &Relay, address: impl Into<IpAddr>) -> (SocketAddr, JoinHandle<std::io::Result<()>>) {
    let socket = socket(address).await;
    let at = socket.local_addr().expect("it is bound");
    let relay = relay.clone();
    (at, tokio::spawn(async move { relay.serve_udp(socket).await }))
}

async fn udp_client(server: SocketAddr, id: &str) -> Client {
    let (username, password) = credential(id);
    Client::over_udp(socket(server.ip()).await, server, &username, &password)
}

/// A client on a stream that no network is under.
fn stream_client(relay: &Relay, id: &str) -> Client {
    let (username, password) = credential(id);
    Client::over_stream(stream(relay, 65_536), &username, &password)
}

fn stream(relay: &Relay, buffer: usize) -> DuplexStream {
    let (near, far) = duplex(buffer);
    let relay = relay.clone();
    tokio::spawn(async move { relay.serve_stream(far, SocketAddr::from((PEER, 5000))).await });
    near
}

async fn heard(client: &mut Client) -> (SocketAddr, Vec<u8>) {
    timeout(SOON, client.receive()).await.expect("something arrives").expect("it is well formed")
}

/// Waits for what the server does on its own in a moment, such as noticing that a stream is gone.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, waiting).await.unwrap_or_else(|_| panic!("it never happened that {what}"));
}

#[tokio::test]
async fn a_client_learns_its_address_over_udp_and_answers_leave_from_where_it_asked() {
    let relay = started();
    for address in [IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 3]), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        let (server, _) = serve_udp(&relay, address).await;
        let socket = socket(address).await;
        let own = socket.local_addr().expect("it is bound");
        // The client takes no packet that comes from elsewhere.
        let mut client = Client::over_udp(socket, server, "", "");
        assert_eq!(client.binding().await.expect("an answer"), own);
    }
}

#[tokio::test]
async fn a_client_learns_its_address_over_tcp() {
    let relay = started();
    let listener = TcpListener::bind((IpAddr::from(PEER), 0)).await.expect("a free port");
    let server = listener.local_addr().expect("it is bound");
    tokio::spawn(async move { relay.serve_tcp(listener).await });
    let stream = TcpStream::connect(server).await.expect("it listens");
    let own = stream.local_addr().expect("it is connected");
    assert_eq!(Client::over_stream(stream, "", "").binding().await.expect("an answer"), own);
}

/// Two clients of one server, each way of sending in each direction.
async fn talk(mut one: Client, mut two: Client, family: Family) {
    let from = one.allocate(family).await.expect("a relay").relayed[0];
    let to = two.allocate(family).await.expect("a relay").relayed[0];
    one.permit(to).await.expect("permitted");
    two.permit(from).await.expect("permitted");
    one.send(to, b"in an indication").await.expect("sent");
    assert_eq!(heard(&mut two).await, (from, b"in an indication".to_vec()));
    one.bind_channel(0x4000, to).await.expect("bound");
    two.bind_channel(0x4abc, from).await.expect("bound");
    for length in [0, 1, 2, 3, 4, 1200] {
        let payload = vec![length as u8; length];
        one.send_on_channel(0x4000, &payload).await.expect("sent");
        assert_eq!(heard(&mut two).await, (from, payload.clone()));
        two.send_on_channel(0x4abc, &payload).await.expect("sent");
        assert_eq!(heard(&mut one).await, (to, payload));
    }
    assert_eq!(one.refresh(0).await.expect("ended"), 0);
    assert!(matches!(one.refresh(600).await, Err(Failure::Refused(437))));
}

#[tokio::test]
async fn relay_reaches_relay_over_udp() {
    let relay = started();
    let (server, _) = serve_udp(&relay, PEER).await;
    talk(udp_client(server, "p1.c1").await, udp_client(server, "p2.c1").await, Family::V4).await;
    assert_eq!(relay.counters().packets_between, 13);
}

/// The system deals clients out among threads, so with so many some are of the same and some are not.
#[tokio::test]
async fn relays_reach_each_other_whichever_threads_they_belong_to() {
    let relay = started();
    let (server, _) = serve_udp(&relay, PEER).await;
    let mut clients = Vec::new();
    for number in 0..12 {
        let mut client = udp_client(server, &format!("p{number}.c1")).await;
        let relayed = client.allocate(Family::V4).await.expect("a relay").relayed[0];
        clients.push((client, relayed));
    }
    for turn in 1..clients.len() {
        let (one, others) = clients.split_at_mut(turn);
        let ((one, from), (other, to)) = (&mut one[turn - 1], &mut others[0]);
        one.permit(*to).await.expect("permitted");
        other.permit(*from).await.expect("permitted");
        one.send(*to, &[turn as u8]).await.expect("sent");
        assert_eq!(heard(other).await, (*from, vec![turn as u8]));
    }
    assert_eq!(relay.counters().packets_between, 11);
}

#[tokio::test]
async fn a_port_that_is_served_is_nobody_elses() {
    let relay = started();
    let (server, _) = serve_udp(&relay, PEER).await;
    udp_client(server, "").await.binding().await.expect("it is served");
    assert!(UdpSocket::bind(server).await.is_err());
}

#[tokio::test]
async fn nothing_of_a_burst_is_lost_or_changed() {
    let relay = started();
    let (server, _) = serve_udp(&relay, PEER).await;
    bursts(&relay, udp_client(server, "p1.c1").await).await;
}

#[tokio::test]
async fn nothing_of_a_burst_in_a_stream_is_lost_or_changed() {
    let relay = started();
    bursts(&relay, stream_client(&relay, "p1.c1")).await;
}

/// Twenty times as many as are taken at once, both ways between a client and a peer.
async fn bursts(relay: &Relay, mut client: Client) {
    let peer = socket(PEER).await;
    let relayed = client.allocate(Family::V4).await.expect("a relay").relayed[0];
    client.bind_channel(0x4000, peer.local_addr().expect("it is bound")).await.expect("bound");
    for round in 0..20u8 {
        let burst: Vec<Vec<u8>> =
            (0..32u8).map(|n| vec![n ^ round; if n < 30 { 400 } else { usize::from(n) }]).collect();
        for payload in &burst {
            client.send_on_channel(0x4000, payload).await.expect("sent");
            peer.send_to(payload, relayed).await.expect("sent");
        }
        let mut packet = [0; 1024];
        for payload in &burst {
            let (length, from) =
                timeout(SOON, peer.recv_from(&mut packet)).await.expect("it arrives").expect("received");
            assert_eq!((&packet[..length], from), (&payload[..], relayed));
            assert_eq!(heard(&mut client).await.1, *payload);
        }
    }
    assert_eq!(relay.counters().unsent, 0);
}

#[tokio::test]
async fn relay_reaches_relay_over_ipv6() {
    let relay = started();
    let (server, _) = serve_udp(&relay, Ipv6Addr::LOCALHOST).await;
    talk(udp_client(server, "p1.c1").await, udp_client(server, "p2.c1").await, Family::V6).await;
}

#[tokio::test]
async fn relay_reaches_relay_over_streams_and_across() {
    let relay = started();
    let (server, _) = serve_udp(&relay, PEER).await;
    talk(stream_client(&relay, "p1.c1"), stream_client(&relay, "p2.c1"), Family::V4).await;
    talk(stream_client(&relay, "p1.c1"), udp_client(server, "p2.c1").await, Family::V4).await;
}

#[tokio::test]
async fn a_peer_on_the_network_is_reached_and_heard() {
    let relay = started();
    let (server, _) = serve_udp(&relay, PEER).await;
    for mut client in [udp_client(server, "p1.c1").await, stream_client(&relay, "p1.c1")] {
        let peer = socket(PEER).await;
        let at = peer.local_addr().expect("it is bound");
        let relayed = client.allocate(Family::V4).await.expect("a relay").relayed[0];
        client.bind_channel(0x4000, at).await.expect("bound");
        client.send_on_channel(0x4000, b"hello").await.expect("sent");
        let mut packet = [0; 64];
        let (length, from) = timeout(SOON, peer.recv_from(&mut packet)).await.expect("it arrives").expect("received");
        assert_eq!((&packet[..length], from), (&b"hello"[..], relayed));
        peer.send_to(b"hi", relayed).await.expect("sent");
        assert_eq!(heard(&mut client).await, (at, b"hi".to_vec()));
    }
}

#[tokio::test]
async fn one_allocation_reaches_peers_of_both_families() {
    let relay = started();
    let (server, _) = serve_udp(&relay, PEER).await;
    let mut two_faced = udp_client(server, "p1.c1").await;
    // coturn's client cannot show this: it numbers the attribute as a draft did.
    let both = two_faced.allocate_with(|writer| writer.bytes(ADDITIONAL_ADDRESS_FAMILY, &[2, 0, 0, 0]));
    let relayed = both.await.expect("two relays").relayed;
    for (family, from) in [(Family::V4, relayed[0]), (Family::V6, relayed[1])] {
        let mut other = udp_client(server, "p2.c1").await;
        let at = other.allocate(family).await.expect("a relay").relayed[0];
        other.permit(from).await.expect("permitted");
        two_faced.permit(at).await.expect("permitted");
        two_faced.send(at, b"hello").await.expect("sent");
        assert_eq!(heard(&mut other).await, (from, b"hello".to_vec()));
        other.send(from, b"hi").await.expect("sent");
        assert_eq!(heard(&mut two_faced).await, (at, b"hi".to_vec()));
    }
}

#[tokio::test]
async fn a_wrong_password_gets_nothing() {
    let relay = started();
    let (server, _) = serve_udp(&relay, PEER).await;
    let (username, _) = credential("p1.c1");
    let mut client = Client::over_udp(socket(PEER).await, server, &username, "a guess");
    assert!(matches!(client.allocate(Family::V4).await, Err(Failure::Refused(401))));
}

#[tokio::test]
async fn a_revoked_name_loses_its_socket() {
    let relay = started();
    let (server, _) = serve_udp(&relay, PEER).await;
    let mut client = udp_client(server, "p1.c1").await;
    let relayed = client.allocate(Family::V4).await.expect("a relay").relayed[0];
    assert!(std::net::UdpSocket::bind(relayed).is_err(), "the relay has it");
    assert_eq!(relay.revoke(Names::OfGroup("p1".into()), in_an_hour()), 1);
    until("the port is free", || std::net::UdpSocket::bind(relayed).is_ok()).await;
    assert!(matches!(client.allocate(Family::V4).await, Err(Failure::Refused(403))));
}

#[tokio::test]
async fn what_clients_have_ends_with_the_socket_they_came_to() {
    let relay = started();
    let (server, serving) = serve_udp(&relay, PEER).await;
    let relayed = udp_client(server, "p1.c1").await.allocate(Family::V4).await.expect("a relay").relayed[0];
    serving.abort();
    until("the allocation is gone", || relay.counters().allocations == 0).await;
    until("the port is free", || std::net::UdpSocket::bind(relayed).is_ok()).await;
}

/// Again and again, so that the socket goes at another moment of the request each time.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_opened_while_its_socket_goes_ends_as_well() {
    let relay = started();
    let challenges = || relay.counters().refused.get(&401).copied().unwrap_or(0);
    for _ in 0..100 {
        let before = challenges();
        let (server, serving) = serve_udp(&relay, PEER).await;
        let mut client = udp_client(server, "p1.c1").await;
        let asking = tokio::spawn(async move { client.allocate(Family::V4).await });
        until("the client was challenged, and now asks in earnest", || challenges() > before).await;
        serving.abort();
        asking.abort();
    }
    until("the allocations are gone", || relay.counters().allocations == 0).await;
}

#[tokio::test]
async fn a_relay_that_is_dropped_leaves_no_socket_behind() {
    let relay = started();
    let (server, serving) = serve_udp(&relay, PEER).await;
    let relayed = udp_client(server, "p1.c1").await.allocate(Family::V4).await.expect("a relay").relayed[0];
    drop(relay);
    serving.abort();
    until("the port is free", || std::net::UdpSocket::bind(relayed).is_ok()).await;
}

#[tokio::test]
async fn what_a_client_has_ends_with_its_stream() {
    let relay = started();
    let mut client = stream_client(&relay, "p1.c1");
    client.allocate(Family::V4).await.expect("a relay");
    assert_eq!((relay.counters().allocations, relay.counters().streams), (1, 1));
    drop(client);
    until("nothing is left", || relay.counters().allocations == 0 && relay.counters().streams == 0).await;
}

#[tokio::test]
async fn a_message_may_come_in_single_bytes() {
    let relay = started();
    let mut stream = stream(&relay, 1);
    let mut request = Vec::new();
    Writer::new(&mut request, Class::Request, Method::BINDING, Transaction([1; 12])).bytes(0x8022, b"abc");
    for byte in [&request[..], &request[..]].concat() {
        stream.write_all(&[byte]).await.expect("it is read");
    }
    let mut answers = [0; 64];
    timeout(SOON, stream.read_exact(&mut answers)).await.expect("they arrive").expect("read");
    assert_eq!(answers[..32], answers[32..]);
    assert_eq!(relay.counters().bindings, 2);
}

#[tokio::test]
async fn what_is_neither_stun_nor_channel_data_ends_the_stream() {
    for garbage in [&b"GET / HTTP/1.1\r\n"[..], b"\x16\x03\x01\x02", b"\x80", b"\x00\x01\x00\x00\x21\x13"] {
        let relay = started();
        let mut stream = stream(&relay, 64);
        stream.write_all(garbage).await.expect("it is taken");
        assert_eq!(timeout(SOON, stream.read(&mut [0; 1])).await.expect("it ends at once").expect("read"), 0);
    }
}

#[tokio::test]
async fn a_stranger_has_no_use_for_long_messages() {
    let relay = started();
    let mut stream = stream(&relay, 64);
    stream.write_all(b"\x40\x00\x10\x00").await.expect("it is taken");
    assert_eq!(timeout(SOON, stream.read(&mut [0; 1])).await.expect("it ends at once").expect("read"), 0);
}

/// How long the server bears with this stream, if the client does nothing more.
async fn borne(mut stream: DuplexStream) -> Duration {
    let start = Instant::now();
    let mut sink = [0; 1024];
    while stream.read(&mut sink).await.expect("read") > 0 {}
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn whoever_says_nothing_or_half_of_something_is_gone_after_ten_seconds() {
    for said in [&b""[..], b"\x00", b"\x00\x03\x00\x00\x21\x12\xa4\x42", b"\x40\x00\x00\x10hello"] {
        let relay = started();
        let mut stream = stream(&relay, 64);
        stream.write_all(said).await.expect("it is taken");
        let borne = borne(stream).await;
        assert!((10..11).contains(&borne.as_secs()), "{said:?}: {borne:?}");
        assert_eq!(relay.counters().streams_too_slow, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_trickles_is_gone_after_ten_seconds() {
    let relay = started();
    let mut stream = stream(&relay, 64);
    let mut request = Vec::new();
    Writer::new(&mut request, Class::Request, Method::BINDING, Transaction([1; 12]));
    let start = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_secs(3));
    for byte in request {
        tick.tick().await;
        if stream.write_all(&[byte]).await.is_err() {
            break;
        }
    }
    assert!((10..=12).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_read_is_gone_after_ten_seconds() {
    let relay = started();
    let mut stream = stream(&relay, 16);
    let mut request = Vec::new();
    Writer::new(&mut request, Class::Request, Method::BINDING, Transaction([1; 12]));
    let start = Instant::now();
    // Asks again and again, so that it is not silent, and never takes an answer.
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tick.tick().await;
        if stream.write_all(&request).await.is_err() {
            break;
        }
    }
    assert!((10..=12).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test]
async fn of_what_a_client_does_not_read_in_time_only_whole_messages_are_dropped() {
    let relay = started();
    let (username, password) = credential("p1.c1");
    let mut client = Client::over_stream(stream(&relay, 1024), &username, &password);
    let peer = socket(PEER).await;
    let relayed = client.allocate(Family::V4).await.expect("a relay").relayed[0];
    client.bind_channel(0x4000, peer.local_addr().expect("it is bound")).await.expect("bound");
    let message = |number: u64| [number.to_be_bytes(); 125].concat();
    for number in 0..400 {
        peer.send_to(&message(number), relayed).await.expect("sent");
        until("it has come", || relay.counters().packets_to_clients > number).await;
    }
    let kept = 400 - relay.counters().unsent;
    assert!((64..=140).contains(&kept), "what is kept for one who does not read ends somewhere: {kept}");
    let mut last = None;
    for _ in 0..kept {
        let payload = heard(&mut client).await.1;
        let number = u64::from_be_bytes(*payload.first_chunk().expect("a number"));
        assert!(payload == message(number) && Some(number) > last, "{number} after {last:?}");
        last = Some(number);
    }
    peer.send_to(b"at last", relayed).await.expect("sent");
    assert_eq!(heard(&mut client).await.1, b"at last");
}

#[tokio::test(start_paused = true)]
async fn whoever_has_an_allocation_may_be_silent_while_it_lives() {
    let relay = started();
    let mut client = stream_client(&relay, "p1.c1");
    let seconds = client.allocate(Family::V4).await.expect("a relay").seconds;
    let start = Instant::now();
    assert!(client.receive().await.is_err(), "the stream ends some time");
    let borne = start.elapsed().as_secs();
    assert_eq!(seconds, 600);
    assert!((600..=620).contains(&borne), "{borne}");
    assert_eq!(relay.counters().allocations, 0, "and the timekeeper ended the allocation before");
}

#[tokio::test(start_paused = true)]
async fn an_allocation_ends_on_time_although_nothing_happens() {
    let relay = started();
    let mut client = stream_client(&relay, "p1.c1");
    client.allocate(Family::V4).await.expect("a relay");
    assert_eq!(client.refresh(3600).await.expect("prolonged"), 3600);
    assert_eq!(client.refresh(600).await.expect("cut"), 600);
    tokio::time::advance(Duration::from_secs(599)).await;
    assert_eq!(relay.counters().allocations, 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    until("the allocation is gone", || relay.counters().allocations == 0).await;
}

#[tokio::test]
async fn one_source_has_only_so_many_streams() {
    let limits = Limits { streams_per_source: 2, ..Limits::default() };
    let relay = Relay::new(Config { limits, ..config() }).expect("a usable configuration");
    let mut kept = [stream_client(&relay, "p1.c1"), stream_client(&relay, "p1.c1")];
    for client in &mut kept {
        client.binding().await.expect("an answer");
    }
    let mut third = stream(&relay, 64);
    assert_eq!(timeout(SOON, third.read(&mut [0; 1])).await.expect("it ends at once").expect("read"), 0);
    assert_eq!((relay.counters().streams, relay.counters().streams_refused), (2, 1));
    drop(kept);
    until("their seats are free", || relay.counters().streams == 0).await;
    stream_client(&relay, "p1.c1").binding().await.expect("an answer");
}

#[tokio::test]
async fn a_configuration_that_cannot_work_is_refused() {
    let with = |relays: Vec<RelayAddress>| Relay::new(Config { relays, ..config() }).err().map(|error| error.0);
    let (v4, v6) = (IpAddr::from(RELAY), IpAddr::V6(Ipv6Addr::LOCALHOST));
    assert!(with(vec![]).is_some());
    assert!(with(vec![RelayAddress::direct(v4), RelayAddress::direct(v4)]).is_some());
    assert!(with(vec![RelayAddress { bound: v4, advertised: v6 }]).is_some());
    assert!(with(vec![RelayAddress::direct(IpAddr::from([0; 4]))]).is_some());
    assert!(with(vec![RelayAddress { bound: IpAddr::from([0; 4]), advertised: v4 }]).is_none());
}
