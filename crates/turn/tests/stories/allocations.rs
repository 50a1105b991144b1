//! How an allocation begins, lives and ends.

use bedside_turn::codec::attributes::*;
use bedside_turn::codec::{Message, Method, Wire};
use bedside_turn::credentials::Secrets;
use bedside_turn::server::{Client, Names, Step};
use bedside_turn::{Config, Millis, RelayAddress};

use crate::world::{EXPIRY, End, SECRET, UDP, UNIX, World, address, at, config};

const V4: [u8; 4] = [1, 0, 0, 0];
const V6: [u8; 4] = [2, 0, 0, 0];

#[test]
fn whoever_asks_is_told_their_address() {
    let mut world = World::new();
    for (client, seen) in [
        ("192.0.2.7:5000", "192.0.2.7:5000"),
        ("[2001:db8::7]:5000", "[2001:db8::7]:5000"),
        // A socket for both families shows IPv4 like this, which would be of no use to the client.
        ("[::ffff:192.0.2.7]:5000", "192.0.2.7:5000"),
    ] {
        let answer = world.ask(at(client), Method::BINDING, |writer| writer).success();
        let answer = Message::read(&answer).expect("well formed");
        assert_eq!(answer.xor_address(XOR_MAPPED_ADDRESS), Some(address(seen)));
        assert_eq!(answer.attributes().count(), 1, "nothing says what software this is");
    }
    assert_eq!(world.counters().bindings, 3);
}

#[test]
fn a_good_name_gets_a_relay() {
    let mut world = World::new();
    let person = world.person(at("192.0.2.7:5000"), "p1.c1");
    let answer = world.allocate(&person).success();
    let answer = Message::read(&answer).expect("well formed");
    let relayed = answer.xor_address(XOR_RELAYED_ADDRESS).expect("an address");
    assert_eq!(relayed.ip(), address("198.51.100.1:1").ip());
    assert!((49152..=65535).contains(&relayed.port()));
    assert_eq!(answer.xor_address(XOR_MAPPED_ADDRESS), Some(person.client.address));
    assert_eq!(answer.lifetime(), Some(600));
    assert!(answer.is_signed_with(&person.key));
    assert_eq!((world.counters().allocations, world.counters().allocated), (1, 1));
}

#[test]
fn an_answer_ends_with_a_fingerprint_if_its_request_did() {
    let mut world = World::new();
    let client = at("192.0.2.7:5000");
    let answer = world.ask(client, Method::BINDING, |writer| writer.fingerprinted_here()).success();
    assert!(Message::read(&answer).expect("well formed").is_fingerprinted());
    let answer = world.ask(client, Method::BINDING, |writer| writer).success();
    assert!(!Message::read(&answer).expect("well formed").is_fingerprinted());
}

/// `Writer::fingerprinted` ends a message; inside `ask` there is nothing after it, so it may stand there.
trait FingerprintedHere {
    fn fingerprinted_here(self) -> Self;
}

impl FingerprintedHere for bedside_turn::codec::Writer<'_> {
    fn fingerprinted_here(self) -> Self {
        self.fingerprinted()
    }
}

#[test]
fn the_same_request_twice_gets_the_same_relay() {
    let mut world = World::new();
    let person = world.person(at("192.0.2.7:5000"), "p1.c1");
    let transaction = world.transaction();
    let packet = person.sign(Method::ALLOCATE, transaction, |writer| writer.bytes(REQUESTED_TRANSPORT, &UDP));
    let first = world.packet(person.client, &packet).success();
    assert_eq!(world.packet(person.client, &packet).success(), first);
    assert_eq!(world.allocate(&person).refused(), 437, "another request is another matter");
}

#[test]
fn families_are_given_as_asked() {
    let mut world = World::new();
    let relayed = |world: &mut World, client, kind, value| {
        let person = world.person(at(client), "p1.c1");
        world.allocate_with(&person, kind, value).relayed()
    };
    let v4 = relayed(&mut world, "192.0.2.7:1", REQUESTED_ADDRESS_FAMILY, &V4);
    let v6 = relayed(&mut world, "192.0.2.7:2", REQUESTED_ADDRESS_FAMILY, &V6);
    let both = relayed(&mut world, "192.0.2.7:3", ADDITIONAL_ADDRESS_FAMILY, &V6);
    let families = |relayed: &[std::net::SocketAddr]| relayed.iter().map(|at| at.is_ipv6()).collect::<Vec<_>>();
    assert_eq!((families(&v4), families(&v6), families(&both)), (vec![false], vec![true], vec![false, true]));
}

#[test]
fn one_of_two_families_can_be_missing_and_the_answer_says_why() {
    let relays = [RelayAddress::direct(address("198.51.100.1:0").ip())];
    let mut world = World::with(Config { relays: relays.to_vec(), ..config() });
    let person = world.person(at("192.0.2.7:1"), "p1.c1");
    let answer = world.allocate_with(&person, ADDITIONAL_ADDRESS_FAMILY, &V6).success();
    let answer = Message::read(&answer).expect("well formed");
    assert_eq!(answer.attribute(ADDRESS_ERROR_CODE), Some(&[2, 0, 4, 40][..]));
    let other = world.person(at("192.0.2.7:2"), "p1.c1");
    assert_eq!(world.allocate_with(&other, REQUESTED_ADDRESS_FAMILY, &V6).refused(), 440);
}

#[test]
fn one_of_two_relays_can_be_ended() {
    let mut world = World::new();
    let person = world.person(at("192.0.2.7:1"), "p1.c1");
    assert_eq!(world.allocate_with(&person, ADDITIONAL_ADDRESS_FAMILY, &V6).relayed().len(), 2);
    let end = |world: &mut World, family: &[u8; 4]| {
        world.signed(&person, Method::REFRESH, |writer| {
            writer.number(LIFETIME, 0).bytes(REQUESTED_ADDRESS_FAMILY, family)
        })
    };
    assert_eq!(end(&mut world, &V6).seconds(), 0);
    assert_eq!(end(&mut world, &V6).refused(), 443);
    assert_eq!(world.counters().allocations, 1);
    assert_eq!(end(&mut world, &V4).seconds(), 0);
    assert_eq!(world.counters().allocations, 0);
}

#[test]
fn an_even_port_can_be_asked_for() {
    let mut world = World::new();
    for number in 1..20 {
        let person = world.person(at(&format!("192.0.2.7:{number}")), "p1.c1");
        assert_eq!(world.allocate_with(&person, EVEN_PORT, &[0]).relayed()[0].port() % 2, 0);
    }
}

#[test]
fn the_next_port_is_kept_for_whoever_has_the_token() {
    let mut world = World::new();
    let person = world.person(at("192.0.2.7:1"), "p1.c1");
    let answer = world.allocate_with(&person, EVEN_PORT, &[0x80]).success();
    let answer = Message::read(&answer).expect("well formed");
    let first = answer.xor_address(XOR_RELAYED_ADDRESS).expect("an address");
    let token = answer.attribute(RESERVATION_TOKEN).expect("a token").to_vec();
    let other = world.person(at("192.0.2.7:2"), "p1.c1");
    let second = world.allocate_with(&other, RESERVATION_TOKEN, &token).relayed()[0];
    assert_eq!((first.port() % 2, second.port()), (0, first.port() + 1));
    let third = world.person(at("192.0.2.7:3"), "p1.c1");
    assert_eq!(world.allocate_with(&third, RESERVATION_TOKEN, &token).refused(), 508, "a token is good once");
}

#[test]
fn a_reservation_waits_half_a_minute() {
    // Two ports in all, so that it shows whether the second is free.
    let mut world = World::with(Config { ports: 50000..=50001, ..config() });
    let person = world.person(at("192.0.2.7:1"), "p1.c1");
    let answer = world.allocate_with(&person, EVEN_PORT, &[0x80]).success();
    let token = Message::read(&answer).expect("well formed").attribute(RESERVATION_TOKEN).expect("a token").to_vec();
    let other = world.person(at("192.0.2.7:2"), "p1.c1");
    world.pass(29);
    assert_eq!(world.allocate(&other).refused(), 508);
    world.pass(1);
    assert_eq!(world.allocate_with(&other, RESERVATION_TOKEN, &token).refused(), 508);
    assert_eq!(world.allocate(&other).relayed()[0].port(), 50001);
}

#[test]
fn a_port_of_another_program_is_passed_over() {
    let mut world = World::with(Config { ports: 50000..=50003, ..config() });
    world.occupied = vec![50000, 50001, 50003];
    let person = world.person(at("192.0.2.7:1"), "p1.c1");
    assert_eq!(world.allocate(&person).relayed(), [address("198.51.100.1:50002")]);
    let other = world.person(at("192.0.2.7:2"), "p1.c1");
    world.occupied.push(50002);
    // Each try frees the port that failed, so only the driver's patience ends this; here ports run out.
    world.occupied = vec![];
    assert_ne!(world.allocate(&other).relayed()[0].port(), 50002);
}

#[test]
fn an_allocation_ends_after_ten_minutes_unless_it_is_refreshed() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.7:1"), "p1.c1");
    assert_eq!(world.server.deadline(), Some(world.now.ticks.after(Millis::seconds(600))));
    world.pass(599);
    assert_eq!(world.refresh(&person, 1200).seconds(), 1200);
    world.pass(1199);
    assert_eq!(world.counters().allocations, 1);
    world.pass(1);
    assert_eq!((world.counters().allocations, world.server.deadline()), (0, None));
}

#[test]
fn a_lifetime_is_cut_to_what_is_sensible() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.7:1"), "p1.c1");
    for (asked, given) in [(1, 600), (600, 600), (601, 601), (3600, 3600), (3601, 3600), (u32::MAX, 3600)] {
        assert_eq!(world.refresh(&person, asked).seconds(), given, "asked for {asked}");
    }
    let deadline = world.now.ticks.after(Millis::seconds(600));
    assert_eq!(world.refresh(&person, 1).seconds(), 600);
    assert_eq!(world.server.deadline(), Some(deadline), "a shorter lifetime is an earlier deadline");
}

#[test]
fn a_client_ends_its_allocation() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.7:1"), "p1.c1");
    assert_eq!(world.refresh(&person, 0).seconds(), 0);
    assert_eq!((world.counters().allocations, world.server.deadline()), (0, None));
    assert_eq!(world.refresh(&person, 600).refused(), 437);
    world.allocate(&person).success();
}

#[test]
fn an_allocation_ends_with_its_stream_or_socket() {
    let mut world = World::new();
    let stream = Client { link: 9, address: address("192.0.2.7:1"), wire: Wire::Stream };
    world.settled(stream, "p1.c1");
    world.settled(at("192.0.2.7:1"), "p1.c1");
    world.settled(at("192.0.2.7:2"), "p1.c1");
    world.server.hung_up(stream);
    assert_eq!(world.counters().allocations, 2);
    world.server.shut(1);
    assert_eq!((world.counters().allocations, world.server.deadline()), (0, None));
}

#[test]
fn an_allocation_outlives_its_credential_but_not_half_a_day() {
    let mut world = World::new();
    let person = world.person_until(at("192.0.2.7:1"), "p1.c1", UNIX + 60);
    world.allocate(&person).success();
    let mut passed = 0;
    while passed < 12 * 3600 - 500 {
        world.pass(500);
        passed += 500;
        // Nonces last an hour; a client hears of a new one and goes on.
        let fresh = world.person_until(person.client, "p1.c1", UNIX + 60);
        let seconds = world.refresh(&fresh, 3600).seconds();
        assert_eq!(u64::from(seconds), 3600.min(12 * 3600 - passed));
    }
    world.pass(500);
    assert_eq!(world.counters().allocations, 0);
    let late = world.person_until(person.client, "p1.c1", UNIX + 60);
    assert_eq!(world.allocate(&late).refused(), 401, "a new allocation wants a name that is still good");
}

#[test]
fn a_name_is_good_until_the_second_it_says() {
    let mut world = World::new();
    let person = world.person_until(at("192.0.2.7:1"), "p1.c1", UNIX);
    world.allocate(&person).success();
    let late = world.person_until(at("192.0.2.7:2"), "p1.c1", UNIX - 1);
    assert_eq!(world.allocate(&late).refused(), 401);
}

#[test]
fn the_secret_before_counts_until_the_next() {
    let mut world = World::new();
    let person = world.person(at("192.0.2.7:1"), "p1.c1");
    world.allocate(&person).success();
    world.server.rotate(b"another secret");
    let also = world.person(at("192.0.2.7:2"), "p1.c1");
    world.allocate(&also).success();
    world.server.rotate(b"a third secret");
    let no_more = world.person(at("192.0.2.7:3"), "p1.c1");
    assert_eq!(world.allocate(&no_more).refused(), 401);
    assert_eq!(world.refresh(&person, 600).seconds(), 600, "what there is goes on");

    let secrets = Secrets::new("new").with_previous(SECRET);
    let mut restarted = World::with(Config { secrets, ..config() });
    let person = restarted.person(at("192.0.2.7:1"), "p1.c1");
    restarted.allocate(&person).success();
}

#[test]
fn revoked_names_lose_what_they_have_and_get_nothing_new() {
    for (names, left) in [
        (Names::OfGroup("p1".into()), vec!["p2.c1", "p2.c2.s3"]),
        (Names::OfPart("c1".into()), vec!["p1.c2.s1", "p2.c2.s3"]),
        (Names::OfPart("s1".into()), vec!["p1.c1.s2", "p2.c1", "p2.c2.s3"]),
    ] {
        let mut world = World::new();
        let ids = ["p1.c1.s2", "p1.c2.s1", "p2.c1", "p2.c2.s3"];
        let everybody: Vec<_> =
            (1..).zip(ids).map(|(port, id)| (id, world.settled(at(&format!("192.0.2.7:{port}")), id).0)).collect();
        assert_eq!(world.revoke(names.clone(), EXPIRY), 4 - left.len());
        for (id, person) in everybody {
            let answer = world.refresh(&person, 600);
            if left.contains(&id) {
                answer.success();
            } else {
                assert_eq!(answer.refused(), 437);
                assert_eq!(world.allocate(&person).refused(), 403, "{names:?} {id}");
                let later = world.person_until(person.client, id, EXPIRY + 1);
                world.allocate(&later).success();
            }
        }
    }
}

#[test]
fn a_name_that_is_revoked_while_its_socket_is_bound_gets_nothing() {
    let mut world = World::with(Config { ports: 50000..=50000, ..config() });
    let person = world.person(at("192.0.2.7:1"), "p1.c1");
    let transaction = world.transaction();
    let packet = person.sign(Method::ALLOCATE, transaction, |writer| writer.bytes(REQUESTED_TRANSPORT, &UDP));
    let mut out = Vec::new();
    let Step::Open(opening) = world.server.from_client(world.now, person.client, &packet, &mut out) else {
        panic!("a good name may allocate");
    };
    world.revoke(Names::OfGroup("p1".into()), EXPIRY);
    let end = End { id: opening.id(), client: person.client, door: opening.doors()[0] };
    world.server.opened(world.now, *opening, vec![Some(end)], &mut out);
    assert_eq!(Message::read(&out).expect("well formed").error_code(), Some(403));
    assert_eq!(world.counters().allocations, 0);
    world.settled(at("192.0.2.7:2"), "p2.c1");
}
