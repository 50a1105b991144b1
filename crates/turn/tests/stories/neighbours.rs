//! Servers beside each other, as there is one for each core: what they share, and how one reaches the other's relays.

use bedside_turn::codec::attributes::{EVEN_PORT, RESERVATION_TOKEN};
use bedside_turn::codec::{Message, Method, Transaction};
use bedside_turn::server::{Names, Step};
use bedside_turn::{Config, Limits};

use crate::world::{EXPIRY, Heard, UDP, World, at, config, heard};

/// Two servers of one house.
fn two(config: Config) -> [World; 2] {
    let one = World::with(config);
    let other = one.beside();
    [one, other]
}

#[test]
fn a_relay_of_one_reaches_a_relay_of_the_other_and_nothing_beside_it() {
    let [mut one, mut other] = two(config());
    let (here, from) = one.settled(at("192.0.2.1:1000"), "p1.c1");
    let (there, to) = other.settled(at("192.0.2.2:1000"), "p2.c1");
    one.permit(&here, &to.to_string()).success();
    let payload = b"hello";
    let crossing = one.crossing(here.client, to, payload).expect("it is for the other server");
    assert_eq!(crossing, (other.server.number(), from, to));
    let arrives = |other: &mut World| {
        let mut out = Vec::new();
        let end = other.server.from_neighbour(other.now.ticks, from, to, payload, &mut out);
        end.map(|end| (end.client, heard(&out)))
    };
    assert_eq!(arrives(&mut other), None, "not without a permission of the receiver");
    other.permit(&there, &from.to_string()).success();
    assert_eq!(arrives(&mut other), Some((there.client, Heard::Indication(from, payload.to_vec()))));
    assert_eq!((one.counters().and(other.counters())).packets_between, 1);

    other.refresh(&there, 0).success();
    assert_eq!(arrives(&mut other), None, "who has gone is not reached");
    assert_eq!(one.crossing(here.client, to, payload), None, "and the first server knows");
}

#[test]
fn quotas_and_ports_are_counted_together() {
    let limits = Limits { allocations_per_credential: 2, ..Limits::default() };
    let [mut one, mut other] = two(Config { limits, ports: 50000..=50002, ..config() });
    let (_, first) = one.settled(at("192.0.2.1:1000"), "p1.c1");
    let (second, relayed) = other.settled(at("192.0.2.1:1001"), "p1.c1");
    assert_ne!(first, relayed);
    let third = one.person(at("192.0.2.1:1002"), "p1.c1");
    assert_eq!(one.allocate(&third).refused(), 486);
    other.refresh(&second, 0).success();
    one.allocate(&third).success();
}

#[test]
fn a_name_that_is_revoked_at_one_begins_nothing_at_the_other() {
    let [mut one, mut other] = two(config());
    let person = other.person(at("192.0.2.1:1000"), "p1.c1");
    assert_eq!(one.revoke(Names::OfPart("c1".into()), EXPIRY), 0);
    assert_eq!(other.allocate(&person).refused(), 403);
}

#[test]
fn a_new_secret_and_a_challenge_of_one_are_good_at_the_other() {
    let [mut one, mut other] = two(config());
    let person = one.person(at("192.0.2.1:1000"), "p1.c1");
    one.server.rotate(b"another secret");
    other.allocate(&person).success();
    one.server.rotate(b"a third secret");
    let late = other.person(at("192.0.2.1:1001"), "p1.c1");
    assert_eq!(other.allocate(&late).refused(), 401);
}

#[test]
fn a_port_that_is_kept_at_one_is_given_at_the_other_or_free_after_a_while() {
    for passes in [0, 30] {
        let [mut one, mut other] = two(config());
        let person = one.person(at("192.0.2.1:1000"), "p1.c1");
        let answer = one.allocate_with(&person, EVEN_PORT, &[0x80]).success();
        let answer = Message::read(&answer).expect("an answer");
        let token = answer.attribute(RESERVATION_TOKEN).expect("a token").to_vec();
        let next = other.person(at("192.0.2.1:1001"), "p1.c1");
        other.pass(passes);
        let outcome = other.allocate_with(&next, RESERVATION_TOKEN, &token);
        match passes {
            0 => assert_eq!(outcome.relayed()[0].port() % 2, 1),
            _ => assert_eq!(outcome.refused(), 508),
        }
    }
}

#[test]
fn what_is_being_opened_while_its_name_is_revoked_at_the_other_is_refused() {
    let [mut one, mut other] = two(config());
    let person = one.person(at("192.0.2.1:1000"), "p1.c1");
    let packet = person.sign(Method::ALLOCATE, Transaction([9; 12]), |writer| {
        writer.bytes(bedside_turn::codec::attributes::REQUESTED_TRANSPORT, &UDP)
    });
    let mut out = Vec::new();
    let Step::Open(opening) = one.server.from_client(one.now, person.client, &packet, &mut out) else {
        panic!("it is to be opened");
    };
    other.revoke(Names::OfGroup("p1".into()), EXPIRY);
    one.server.opened(one.now, *opening, vec![None], &mut out);
    assert_eq!(Message::read(&out).expect("an answer").error_code(), Some(403));
}
