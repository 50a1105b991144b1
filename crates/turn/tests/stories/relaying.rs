//! Who may talk to whom through a relay, and what arrives.

use std::net::SocketAddr;

use bedside_turn::codec::attributes::*;
use bedside_turn::codec::{Method, Wire};
use bedside_turn::server::Client;
use bedside_turn::{Config, RelayAddress};

use crate::world::{End, Heard, Person, World, address, at, config, heard};

const PEER: &str = "8.8.4.4:7000";
const PEER_V6: &str = "[2600:1::1]:7000";

/// One person with a relay, and the end of it.
fn settled(world: &mut World) -> (Person, SocketAddr, End) {
    let (person, relayed) = world.settled(at("192.0.2.7:1"), "p1.c1");
    world.permit(&person, PEER).success();
    let end = end_of(world, &person);
    (person, relayed, end)
}

/// The driver keeps this itself; here a packet to a permitted peer brings it out.
fn end_of(world: &mut World, person: &Person) -> End {
    use bedside_turn::codec::{Class, Writer};
    let mut packet = Vec::new();
    Writer::new(&mut packet, Class::Indication, Method::SEND, world.transaction())
        .xor_address(XOR_PEER_ADDRESS, address(PEER))
        .bytes(DATA, b"");
    let mut out = Vec::new();
    match world.server.from_client(world.now, person.client, &packet, &mut out) {
        bedside_turn::server::Step::ToPeer { relay, .. } => relay,
        other => panic!("not to a peer but {other:?}"),
    }
}

#[test]
fn a_permitted_peer_is_sent_to_and_heard() {
    let mut world = World::new();
    let (person, relayed, end) = settled(&mut world);
    let sent = world.send(person.client, PEER, b"hello").reached_peer();
    assert_eq!(sent, (relayed, address(PEER), b"hello".to_vec()));
    let packet = world.peer_sends(&end, PEER, b"hi").expect("it is permitted");
    assert_eq!(heard(&packet), Heard::Indication(address(PEER), b"hi".to_vec()));
    let packet = world.peer_sends(&end, "8.8.4.4:9", b"").expect("a permission is for every port");
    assert_eq!(heard(&packet), Heard::Indication(address("8.8.4.4:9"), vec![]));
}

#[test]
fn without_a_permission_nothing_passes_in_either_direction() {
    let mut world = World::new();
    let (person, _, end) = settled(&mut world);
    world.send(person.client, "8.8.4.5:7000", b"hello").dropped();
    assert_eq!(world.peer_sends(&end, "8.8.4.5:7000", b"hi"), None);
    world.send(at("192.0.2.7:99"), PEER, b"hello").dropped();
    assert_eq!(world.counters().unpermitted, 3);
}

#[test]
fn a_permission_lasts_five_minutes() {
    let mut world = World::new();
    let (person, _, end) = settled(&mut world);
    world.pass(299);
    world.permit(&person, PEER).success();
    world.pass(299);
    world.send(person.client, PEER, b"hello").reached_peer();
    world.pass(1);
    world.send(person.client, PEER, b"hello").dropped();
    assert_eq!(world.peer_sends(&end, PEER, b"hi"), None);
}

#[test]
fn a_channel_carries_in_both_directions_and_permits() {
    let mut world = World::new();
    let (person, relayed) = world.settled(at("192.0.2.7:1"), "p1.c1");
    world.bind(&person, 0x4001, PEER).success();
    let end = end_of(&mut world, &person);
    let sent = world.send_on_channel(person.client, 0x4001, b"hello").reached_peer();
    assert_eq!(sent, (relayed, address(PEER), b"hello".to_vec()));
    let packet = world.peer_sends(&end, PEER, b"hi").expect("it is permitted");
    assert_eq!(heard(&packet), Heard::Channel(0x4001, b"hi".to_vec()));
    assert_eq!(packet.len(), 4 + 2, "no padding in a datagram");
    world.send_on_channel(person.client, 0x4002, b"hello").dropped();
    world.pass(300);
    world.send_on_channel(person.client, 0x4001, b"hello").dropped();
    world.bind(&person, 0x4001, PEER).success();
    world.send_on_channel(person.client, 0x4001, b"hello").reached_peer();
}

#[test]
fn in_a_stream_channel_data_is_padded() {
    let mut world = World::new();
    let stream = Client { link: 2, address: address("192.0.2.7:1"), wire: Wire::Stream };
    let (person, _) = world.settled(stream, "p1.c1");
    world.bind(&person, 0x4001, PEER).success();
    let end = end_of(&mut world, &person);
    for length in 0..9 {
        let packet = world.peer_sends(&end, PEER, &vec![1; length]).expect("it is permitted");
        assert_eq!(packet.len(), 4 + length.next_multiple_of(4));
        assert_eq!(heard(&packet), Heard::Channel(0x4001, vec![1; length]));
    }
}

#[test]
fn a_channel_is_one_peers_and_a_peer_has_one_channel() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.7:1"), "p1.c1");
    world.bind(&person, 0x4001, PEER).success();
    assert_eq!(world.bind(&person, 0x4001, "8.8.4.4:7001").refused(), 400);
    assert_eq!(world.bind(&person, 0x4002, PEER).refused(), 400);
    for number in [0, 0x3fff, 0x7fff, 0x8000, 0xffff] {
        assert_eq!(world.bind(&person, number, "8.8.4.4:7002").refused(), 400, "{number:x}");
    }
    assert_eq!(world.bind(&person, 0x4003, "8.8.4.4:0").refused(), 400, "nobody is at port 0");
}

#[test]
fn peers_are_of_a_family_that_the_relay_has() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.7:1"), "p1.c1");
    assert_eq!(world.permit(&person, PEER_V6).refused(), 443);
    assert_eq!(world.bind(&person, 0x4001, PEER_V6).refused(), 443);
    world.send(person.client, PEER_V6, b"hello").dropped();
    let both = world.person(at("192.0.2.7:2"), "p1.c1");
    let relayed = world.allocate_with(&both, ADDITIONAL_ADDRESS_FAMILY, &[2, 0, 0, 0]).relayed();
    world.permit(&both, PEER).success();
    world.bind(&both, 0x4001, PEER_V6).success();
    assert_eq!(world.send(both.client, PEER, b"4").reached_peer().0, relayed[0]);
    assert_eq!(world.send_on_channel(both.client, 0x4001, b"6").reached_peer().0, relayed[1]);
}

#[test]
fn several_peers_are_permitted_at_once_or_none() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.7:1"), "p1.c1");
    let permit = |world: &mut World, peers: [&str; 2]| {
        world.signed(&person, Method::CREATE_PERMISSION, |writer| {
            peers.iter().fold(writer, |writer, peer| writer.xor_address(XOR_PEER_ADDRESS, address(peer)))
        })
    };
    assert_eq!(permit(&mut world, ["8.8.4.4:1", "10.0.0.1:1"]).refused(), 403);
    world.send(person.client, PEER, b"hello").dropped();
    permit(&mut world, ["8.8.4.4:1", "8.8.8.8:1"]).success();
    world.send(person.client, PEER, b"hello").reached_peer();
    world.send(person.client, "8.8.8.8:5", b"hello").reached_peer();
}

#[test]
fn a_forbidden_peer_is_refused_everywhere() {
    let mut world = World::new();
    let (person, _, end) = settled(&mut world);
    let private = "10.0.0.1:22";
    assert_eq!(world.permit(&person, private).refused(), 403);
    assert_eq!(world.bind(&person, 0x4001, private).refused(), 403);
    world.send(person.client, private, b"hello").dropped();
    assert_eq!(world.peer_sends(&end, private, b"hi"), None);
    assert_eq!((world.counters().forbidden, world.counters().refused[&403]), (2, 2));
}

#[test]
fn an_operator_opens_a_network() {
    let mut world = World::allowing(&["10.1.0.0/16"]);
    let (person, _) = world.settled(at("192.0.2.7:1"), "p1.c1");
    world.permit(&person, "10.1.2.3:7000").success();
    world.send(person.client, "10.1.2.3:7000", b"hello").reached_peer();
    assert_eq!(world.permit(&person, "10.2.2.3:7000").refused(), 403);
}

#[test]
fn relays_of_this_server_reach_each_other_inside() {
    let mut world = World::new();
    let (one, from) = world.settled(at("192.0.2.7:1"), "p1.c1");
    let (two, to) = world.settled(at("192.0.2.8:1"), "p2.c1");
    // The relays' address is in a range for documentation. That is no matter: it is the server's own.
    world.permit(&one, &to.to_string()).success();
    world.send(one.client, &to.to_string(), b"too early").dropped();
    world.bind(&two, 0x4001, &from.to_string()).success();
    let (client, packet) = world.send(one.client, &to.to_string(), b"hello").reached_neighbour();
    assert_eq!((client, heard(&packet)), (two.client, Heard::Channel(0x4001, b"hello".to_vec())));
    let (client, packet) = world.send_on_channel(two.client, 0x4001, b"hi").reached_neighbour();
    assert_eq!((client, heard(&packet)), (one.client, Heard::Indication(to, b"hi".to_vec())));
    assert_eq!(world.counters().packets_between, 2);
}

#[test]
fn nothing_else_at_the_relays_address_is_reached_or_heard() {
    let mut world = World::allowing(&["198.51.100.0/24"]);
    let (one, from) = world.settled(at("192.0.2.7:1"), "p1.c1");
    world.permit(&one, "198.51.100.1:22").success();
    world.permit(&one, PEER).success();
    for port in [22, 443, 3478, from.port() ^ 1] {
        world.send(one.client, &format!("198.51.100.1:{port}"), b"hello").dropped();
    }
    let end = end_of(&mut world, &one);
    assert_eq!(world.peer_sends(&end, "198.51.100.1:22", b"hi"), None);
    world.permit(&one, "198.51.100.2:22").success();
    world.send(one.client, "198.51.100.2:22", b"what is beside it was opened").reached_peer();
}

#[test]
fn behind_a_translation_the_world_sees_the_public_address() {
    let relays = vec![RelayAddress { bound: address("10.0.0.5:0").ip(), advertised: address("8.8.8.8:0").ip() }];
    let mut world = World::with(Config { relays, ..config() });
    let (one, from) = world.settled(at("192.0.2.7:1"), "p1.c1");
    let (two, to) = world.settled(at("192.0.2.8:1"), "p2.c1");
    assert_eq!((from.ip(), to.ip()), (address("8.8.8.8:0").ip(), address("8.8.8.8:0").ip()));
    world.permit(&one, &to.to_string()).success();
    world.permit(&two, &from.to_string()).success();
    let (_, packet) = world.send(one.client, &to.to_string(), b"hello").reached_neighbour();
    assert_eq!(heard(&packet), Heard::Indication(from, b"hello".to_vec()));
    // Under the address it is bound to there is nothing else either.
    world.permit(&one, "10.0.0.5:22").success();
    world.send(one.client, "10.0.0.5:22", b"hello").dropped();
    assert_eq!(world.permit(&one, "10.0.0.6:22").refused(), 403);
}

#[test]
fn an_indication_without_a_peer_or_data_or_with_more_than_is_understood_is_ignored() {
    use bedside_turn::codec::{Class, Writer};
    let mut world = World::new();
    let (person, _, _) = settled(&mut world);
    let mut packet = Vec::new();
    Writer::new(&mut packet, Class::Indication, Method::SEND, world.transaction()).bytes(DATA, b"hello");
    world.packet(person.client, &packet).dropped();
    packet.clear();
    Writer::new(&mut packet, Class::Indication, Method::SEND, world.transaction())
        .xor_address(XOR_PEER_ADDRESS, address(PEER));
    world.packet(person.client, &packet).dropped();
    world.send(person.client, "8.8.4.4:0", b"hello").dropped();
    packet.clear();
    Writer::new(&mut packet, Class::Indication, Method::SEND, world.transaction())
        .xor_address(XOR_PEER_ADDRESS, address(PEER))
        .bytes(DATA, b"hello")
        .bytes(0x001a, b"");
    world.packet(person.client, &packet).dropped();
    assert_eq!(world.counters().malformed, 4);
}

#[test]
fn what_is_too_long_for_an_indication_is_dropped_and_breaks_no_stream() {
    let mut world = World::new();
    let (_, _, end) = settled(&mut world);
    assert_eq!(heard(&world.peer_sends(&end, PEER, &[7; 65_000]).expect("it fits")), {
        Heard::Indication(address(PEER), vec![7; 65_000])
    });
    assert_eq!(world.peer_sends(&end, PEER, &[7; 65_001]), None);
}
