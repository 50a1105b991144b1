//! Every no, and how little it costs to say.

use bedside_turn::codec::attributes::*;
use bedside_turn::codec::{Class, Message, Method, Transaction, Writer};
use bedside_turn::credentials::{self, Key};

use crate::world::{EXPIRY, UDP, World, address, at};

const CLIENT: &str = "192.0.2.7:1";

#[test]
fn a_stranger_is_challenged() {
    let mut world = World::new();
    for method in [Method::ALLOCATE, Method::REFRESH, Method::CREATE_PERMISSION, Method::CHANNEL_BIND] {
        let answer = world.ask(at(CLIENT), method, |writer| writer).answer();
        let answer = Message::read(&answer).expect("well formed");
        assert_eq!((answer.class, answer.method, answer.error_code()), (Class::Error, method, Some(401)));
        assert_eq!(answer.attribute(REALM), Some(credentials::REALM.as_bytes()));
        assert_eq!(answer.attribute(NONCE).map(<[u8]>::len), Some(12));
    }
}

#[test]
fn a_wrong_password_or_no_name_at_all_is_401() {
    let mut world = World::new();
    let right = world.person(at(CLIENT), "p1.c1");
    let key = Key::long_term(right.username.as_bytes(), credentials::REALM.as_bytes(), b"a guess");
    let mut guess = right.clone();
    guess.key = key;
    assert_eq!(world.allocate(&guess).refused(), 401);
    for username in ["p1.c1", "x:p1.c1", "", ":", "1800003600:"] {
        let mut nameless = right.clone();
        nameless.username = username.into();
        assert_eq!(world.allocate(&nameless).refused(), 401, "{username:?}");
    }
    world.allocate(&right).success();
}

#[test]
fn a_signature_without_name_realm_or_nonce_is_400() {
    let mut world = World::new();
    let person = world.person(at(CLIENT), "p1.c1");
    let parts: [(u16, &[u8]); 3] =
        [(USERNAME, person.username.as_bytes()), (REALM, credentials::REALM.as_bytes()), (NONCE, &person.nonce)];
    for left_out in 0..3 {
        let outcome = world.ask(person.client, Method::ALLOCATE, |writer| {
            let kept = parts.iter().enumerate().filter(|(index, _)| *index != left_out);
            kept.fold(writer, |writer, (_, (kind, value))| writer.bytes(*kind, value)).signed(&person.key)
        });
        assert_eq!(outcome.refused(), 400, "without number {left_out}");
    }
}

#[test]
fn a_stale_or_foreign_nonce_is_438_with_a_new_one() {
    let mut world = World::new();
    let mut person = world.person(at(CLIENT), "p1.c1");
    world.allocate(&person).success();
    world.refresh(&person, 3600 + 600).success();
    world.now.ticks.0 += 3_601_000;
    let answer = world.refresh(&person, 600).answer();
    let answer = Message::read(&answer).expect("well formed");
    assert_eq!(answer.error_code(), Some(438));
    person.nonce = answer.attribute(NONCE).expect("a new nonce").to_vec();
    world.refresh(&person, 600).success();
    let elsewhere = world.person(at("192.0.2.8:1"), "p1.c1");
    person.nonce = elsewhere.nonce;
    assert_eq!(world.refresh(&person, 600).refused(), 438);
}

#[test]
fn another_name_than_the_allocations_is_441() {
    let mut world = World::new();
    let (owner, _) = world.settled(at(CLIENT), "p1.c1");
    for other in [world.person(at(CLIENT), "p2.c1"), world.person_until(at(CLIENT), "p1.c1", EXPIRY + 1)] {
        assert_eq!(world.refresh(&other, 600).refused(), 441);
        assert_eq!(world.permit(&other, "8.8.4.4:1").refused(), 441);
        assert_eq!(world.bind(&other, 0x4000, "8.8.4.4:1").refused(), 441);
        assert_eq!(world.allocate(&other).refused(), 437);
    }
    world.refresh(&owner, 600).success();
}

#[test]
fn without_an_allocation_there_is_nothing_to_ask_of_it() {
    let mut world = World::new();
    let person = world.person(at(CLIENT), "p1.c1");
    assert_eq!(world.refresh(&person, 600).refused(), 437);
    assert_eq!(world.permit(&person, "8.8.4.4:1").refused(), 437);
    assert_eq!(world.bind(&person, 0x4000, "8.8.4.4:1").refused(), 437);
}

#[test]
fn an_allocation_that_contradicts_itself_is_refused() {
    let mut world = World::new();
    let person = world.person(at(CLIENT), "p1.c1");
    const V6: [u8; 4] = [2, 0, 0, 0];
    type Attributes = &'static [(u16, &'static [u8])];
    let cases: &[(u16, Attributes)] = &[
        (400, &[]),
        (400, &[(REQUESTED_TRANSPORT, &[17])]),
        (442, &[(REQUESTED_TRANSPORT, &[6, 0, 0, 0])]),
        (400, &[(REQUESTED_TRANSPORT, &UDP), (EVEN_PORT, &[])]),
        (400, &[(REQUESTED_TRANSPORT, &UDP), (RESERVATION_TOKEN, &[0; 7])]),
        (508, &[(REQUESTED_TRANSPORT, &UDP), (RESERVATION_TOKEN, &[0; 8])]),
        (400, &[(REQUESTED_TRANSPORT, &UDP), (RESERVATION_TOKEN, &[0; 8]), (EVEN_PORT, &[0])]),
        (400, &[(REQUESTED_TRANSPORT, &UDP), (RESERVATION_TOKEN, &[0; 8]), (REQUESTED_ADDRESS_FAMILY, &V6)]),
        (400, &[(REQUESTED_TRANSPORT, &UDP), (REQUESTED_ADDRESS_FAMILY, &V6), (ADDITIONAL_ADDRESS_FAMILY, &V6)]),
        (400, &[(REQUESTED_TRANSPORT, &UDP), (ADDITIONAL_ADDRESS_FAMILY, &V6), (EVEN_PORT, &[0x80])]),
        (400, &[(REQUESTED_TRANSPORT, &UDP), (ADDITIONAL_ADDRESS_FAMILY, &[1, 0, 0, 0])]),
        (440, &[(REQUESTED_TRANSPORT, &UDP), (REQUESTED_ADDRESS_FAMILY, &[3, 0, 0, 0])]),
        // DONT-FRAGMENT is not offered, and the standard wants that said.
        (420, &[(REQUESTED_TRANSPORT, &UDP), (0x001a, &[])]),
    ];
    for (code, attributes) in cases {
        let outcome = world.signed(&person, Method::ALLOCATE, |writer| {
            attributes.iter().fold(writer, |writer, (kind, value)| writer.bytes(*kind, value))
        });
        assert_eq!(outcome.refused(), *code, "{attributes:x?}");
    }
    assert_eq!(world.counters().allocations, 0);
    world.allocate(&person).success();
}

#[test]
fn permissions_and_channels_that_name_nobody_are_400() {
    let mut world = World::new();
    let (person, _) = world.settled(at(CLIENT), "p1.c1");
    assert_eq!(world.signed(&person, Method::CREATE_PERMISSION, |writer| writer).refused(), 400);
    for method in [Method::CREATE_PERMISSION, Method::CHANNEL_BIND] {
        let outcome = world.signed(&person, method, |writer| {
            writer.bytes(XOR_PEER_ADDRESS, &[0, 1, 0]).bytes(CHANNEL_NUMBER, &[0x40, 0, 0, 0])
        });
        assert_eq!(outcome.refused(), 400);
    }
    let peer = address("8.8.4.4:1");
    let outcome = world.signed(&person, Method::CHANNEL_BIND, |writer| writer.xor_address(XOR_PEER_ADDRESS, peer));
    assert_eq!(outcome.refused(), 400, "on no channel");
}

#[test]
fn what_must_be_understood_and_is_not_is_listed() {
    let mut world = World::new();
    let answer = world.ask(at(CLIENT), Method::BINDING, |writer| {
        writer.bytes(0x7777, b"?").bytes(0x8777, b"optional").bytes(0x0003, &[0; 4])
    });
    let answer = answer.answer();
    let answer = Message::read(&answer).expect("well formed");
    assert_eq!(answer.error_code(), Some(420));
    assert_eq!(answer.attribute(UNKNOWN_ATTRIBUTES), Some(&[0x77, 0x77, 0x00, 0x03][..]));
}

#[test]
fn tcp_towards_peers_and_unknown_methods_are_400() {
    let mut world = World::new();
    // Connect, ConnectionBind, and a number that is nobody's.
    for method in [0x00a, 0x00b, 0x7ff] {
        assert_eq!(world.ask(at(CLIENT), Method(method), |writer| writer).refused(), 400);
    }
    let mut attempt = Vec::new();
    Writer::new(&mut attempt, Class::Indication, Method(0x00c), Transaction([0; 12]));
    world.packet(at(CLIENT), &attempt).dropped();
}

#[test]
fn what_is_no_message_gets_no_answer() {
    let mut world = World::new();
    let mut good = Vec::new();
    Writer::new(&mut good, Class::Request, Method::BINDING, Transaction([1; 12])).bytes(0x8022, b"abc");
    world.packet(at(CLIENT), &good).success();
    let changed = |at: usize, to: u8| {
        let mut packet = good.clone();
        packet[at] = to;
        packet
    };
    // Cookie, length, length of the attribute, first bits.
    let mut bad =
        vec![changed(4, 0), changed(3, 4), changed(3, 9), changed(23, 200), changed(0, 0x80), changed(0, 0xc0)];
    bad.extend((0..good.len()).map(|length| good[..length].to_vec()));
    let mut too_many = Vec::new();
    let writer = Writer::new(&mut too_many, Class::Request, Method::BINDING, Transaction([1; 12]));
    (0..65).fold(writer, |writer, _| writer.bytes(0x8022, b""));
    bad.push(too_many);
    for packet in &bad {
        world.packet(at(CLIENT), packet).dropped();
    }
    assert_eq!(world.counters().malformed, bad.len() as u64);
}

#[test]
fn answers_and_stray_indications_get_no_answer() {
    let mut world = World::new();
    for (class, method) in
        [(Class::Success, Method::BINDING), (Class::Error, Method::ALLOCATE), (Class::Indication, Method::DATA)]
    {
        let mut packet = Vec::new();
        Writer::new(&mut packet, class, method, Transaction([1; 12]));
        world.packet(at(CLIENT), &packet).dropped();
    }
    let mut keep_alive = Vec::new();
    Writer::new(&mut keep_alive, Class::Indication, Method::BINDING, Transaction([1; 12]));
    world.packet(at(CLIENT), &keep_alive).dropped();
    assert_eq!(world.counters().malformed, 3, "a Binding indication is a keep-alive");
}

#[test]
fn what_follows_the_signature_does_not_count() {
    let mut world = World::new();
    let person = world.person(at(CLIENT), "p1.c1");
    let transaction = world.transaction();
    let mut packet = person.sign(Method::ALLOCATE, transaction, |writer| writer);
    let smuggled = [0x00, 0x19, 0x00, 0x04, 17, 0, 0, 0];
    packet.extend(smuggled);
    let length = (packet.len() - 20) as u16;
    packet[2..4].copy_from_slice(&length.to_be_bytes());
    assert_eq!(world.packet(person.client, &packet).refused(), 400, "the transport was not asked for by the signer");
}

/// How many bytes come back for each that is sent, by somebody who has proved nothing.
fn amplification(client: &str, method: Method, write: impl Fn(Writer) -> Writer) -> f64 {
    let mut request = Vec::new();
    write(Writer::new(&mut request, Class::Request, method, Transaction([1; 12])));
    let answer = World::new().packet(at(client), &request).answer();
    answer.len() as f64 / request.len() as f64
}

#[test]
fn strangers_get_hardly_more_than_they_send() {
    assert_eq!(amplification(CLIENT, Method::BINDING, bare), 1.6);
    for method in [Method::ALLOCATE, Method::REFRESH, Method::CREATE_PERMISSION, Method::CHANNEL_BIND] {
        assert_eq!(amplification(CLIENT, method, bare), 2.6);
        assert_eq!(amplification("[2600::1]:1", method, bare), 2.6);
    }
    assert_eq!(amplification(CLIENT, Method(0x00a), bare), 1.4);
    assert!(amplification(CLIENT, Method::ALLOCATE, |writer| writer.bytes(REQUESTED_TRANSPORT, &UDP)) < 2.6);
    assert!(amplification(CLIENT, Method::BINDING, |writer| writer.bytes(0x7777, b"")) < 1.7);
    // A fingerprint costs its sender as much as it costs the server.
    assert!(amplification(CLIENT, Method::ALLOCATE, fingerprinted) < 2.6);
    // An IPv6 address alone is longer than the shortest request; with both packets' 48 bytes of headers it is 1.4.
    assert_eq!(amplification("[2600::1]:1", Method::BINDING, bare), 2.2);
}

fn bare(writer: Writer) -> Writer {
    writer
}

fn fingerprinted(writer: Writer) -> Writer {
    writer.fingerprinted()
}

#[test]
fn what_looks_signed_is_not_worth_more() {
    let mut world = World::new();
    let client = at(CLIENT);
    let mut request = Vec::new();
    let key = Key::short_term(b"");
    Writer::new(&mut request, Class::Request, Method::ALLOCATE, Transaction([1; 12])).signed(&key);
    let answer = world.packet(client, &request).answer();
    assert!(answer.len() < request.len(), "400");
    request.clear();
    Writer::new(&mut request, Class::Request, Method::ALLOCATE, Transaction([1; 12]))
        .bytes(USERNAME, b"")
        .bytes(REALM, b"")
        .bytes(NONCE, b"")
        .signed(&key);
    let answer = world.packet(client, &request).answer();
    assert!(answer.len() <= request.len(), "438: {} for {}", answer.len(), request.len());
}
