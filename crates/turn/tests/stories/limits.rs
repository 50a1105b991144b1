//! How much one may have.

use bedside_turn::codec::Method;
use bedside_turn::codec::attributes::*;
use bedside_turn::{Config, Limits, Millis};

use crate::world::{UNIX, World, at, config};

const PEER: &str = "8.8.4.4:7000";

fn limited(limits: Limits) -> World {
    World::with(Config { limits, ..config() })
}

/// Allocates as `id` from that many addresses, and counts who gets one. The others are refused with `code`.
fn allocate(world: &mut World, id: &str, hosts: std::ops::Range<u16>, code: u16) -> usize {
    let mut given = 0;
    for host in hosts {
        let person = world.person(at(&format!("192.1.{}.{}:5000", host / 256, host % 256)), id);
        let outcome = world.allocate(&person).answer();
        match bedside_turn::codec::Message::read(&outcome).expect("well formed").error_code() {
            None => given += 1,
            Some(refused) => assert_eq!(refused, code),
        }
    }
    given
}

#[test]
fn a_credential_has_48_allocations_and_a_person_96() {
    let mut world = World::new();
    assert_eq!(allocate(&mut world, "p1.c1", 1000..1060, 486), 48);
    assert_eq!(allocate(&mut world, "p1.c2", 2000..2060, 486), 48);
    assert_eq!(allocate(&mut world, "p1.c3", 3000..3002, 486), 0);
    assert_eq!(allocate(&mut world, "p2.c3", 4000..4002, 486), 2);
    assert_eq!(world.counters().refused[&486], 12 + 12 + 2);
    world.pass(600);
    assert_eq!(allocate(&mut world, "p1.c3", 3000..3002, 486), 2, "what has ended does not count");
}

#[test]
fn there_is_a_total() {
    let mut world = limited(Limits { allocations: 3, ..Limits::default() });
    for person in 0..3 {
        assert_eq!(allocate(&mut world, &format!("p{person}.c"), 1000 + person..1001 + person, 508), 1);
    }
    assert_eq!(allocate(&mut world, "p9.c", 2000..2002, 508), 0);
}

#[test]
fn whoever_gets_no_socket_gives_their_place_back() {
    let mut world = World::with(Config {
        ports: 50000..=50000,
        limits: Limits { allocations: 1, allocations_per_credential: 1, ..Limits::default() },
        ..config()
    });
    world.occupied = vec![50000];
    assert_eq!(allocate(&mut world, "p1.c1", 1000..1003, 508), 0);
    world.occupied = vec![];
    assert_eq!(allocate(&mut world, "p1.c1", 1000..1001, 508), 1);
}

#[test]
fn no_more_ports_is_508_and_ports_come_back() {
    let mut world = World::with(Config { ports: 50000..=50009, ..config() });
    assert_eq!(allocate(&mut world, "p1.c1", 1000..1012, 508), 10);
    world.server.shut(1);
    assert_eq!(allocate(&mut world, "p1.c1", 1000..1012, 508), 10);
}

#[test]
fn strangers_are_answered_a_hundred_times_a_second() {
    let mut world = World::new();
    let client = at("192.0.2.66:5");
    let answered = |world: &mut World, client| {
        let mut asked = (0..150).map(|_| world.ask(client, Method::BINDING, |writer| writer));
        asked.by_ref().filter(|outcome| matches!(outcome, crate::world::Outcome::Answer(_))).count()
    };
    assert_eq!(answered(&mut world, client), 100);
    assert_eq!(answered(&mut world, at("192.0.2.66:6")), 0, "another port is the same source");
    assert_eq!(answered(&mut world, at("192.0.2.67:6")), 100);
    assert_eq!(world.counters().too_many, 50 + 150 + 50);
    world.pass(1);
    assert_eq!(answered(&mut world, client), 100);
}

#[test]
fn guesses_are_counted_and_good_requests_are_not() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.66:5"), "p1.c1");
    for _ in 0..500 {
        world.refresh(&person, 600).success();
    }
    let mut guess = world.person(at("192.0.2.66:6"), "p1.c1");
    guess.username = format!("{}:p2.c1", UNIX + 60);
    let answered = (0..300).filter(|_| matches!(world.allocate(&guess), crate::world::Outcome::Answer(_))).count();
    assert!(answered <= 100, "{answered} guesses were judged");
}

#[test]
fn noise_under_an_owners_address_does_not_keep_them_from_refreshing() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.66:5"), "p1.c1");
    for _ in 0..150 {
        world.ask(at("192.0.2.66:6"), Method::BINDING, |writer| writer);
        world.ask(person.client, Method::REFRESH, |writer| writer);
    }
    assert!(world.counters().too_many > 100, "both kinds are charged");
    assert_eq!(world.refresh(&person, 600).seconds(), 600);
    world.permit(&person, PEER).success();
}

#[test]
fn an_allocation_carries_six_megabits_a_second_each_way() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.7:1"), "p1.c1");
    world.bind(&person, 0x4000, PEER).success();
    assert_eq!(carried(&mut world, &person, 1000), 750);
    world.now.ticks = world.now.ticks.after(Millis(100));
    assert_eq!(carried(&mut world, &person, 1000), 75);
    assert_eq!(world.counters().over_bandwidth, 250 + 925);
}

/// How many of that many packets of a thousand bytes pass at once.
fn carried(world: &mut World, person: &crate::world::Person, packets: usize) -> usize {
    let payload = vec![0; 1000];
    let sent = (0..packets).map(|_| world.send_on_channel(person.client, 0x4000, &payload));
    sent.filter(|outcome| matches!(outcome, crate::world::Outcome::ToPeer { .. })).count()
}

#[test]
fn what_peers_send_is_limited_too() {
    let mut world = World::new();
    let (one, from) = world.settled(at("192.0.2.7:1"), "p1.c1");
    let (two, to) = world.settled(at("192.0.2.7:2"), "p2.c1");
    world.permit(&one, &to.to_string()).success();
    world.permit(&two, &from.to_string()).success();
    let (three, third) = world.settled(at("192.0.2.7:3"), "p3.c1");
    world.permit(&three, &to.to_string()).success();
    world.permit(&two, &third.to_string()).success();
    let payload = vec![0; 1000];
    let mut arrived = 0;
    for _ in 0..500 {
        for client in [one.client, three.client] {
            let outcome = world.send(client, &to.to_string(), &payload);
            arrived += usize::from(matches!(outcome, crate::world::Outcome::ToNeighbour { .. }));
        }
    }
    assert_eq!(arrived, 750, "two who send half each are one who receives it all");
}

#[test]
fn a_network_test_has_five_minutes_and_a_trickle() {
    let mut world = World::new();
    let person = world.person(at("192.0.2.7:1"), "test~p1.x");
    let answer = world.allocate(&person);
    assert_eq!(answer.seconds(), 300);
    world.bind(&person, 0x4000, PEER).success();
    assert_eq!(carried(&mut world, &person, 1000), 32);
    world.pass(299);
    assert_eq!(world.refresh(&person, 3600).seconds(), 1);
    world.pass(1);
    assert_eq!(world.counters().allocations, 0);
}

#[test]
fn a_network_test_takes_nothing_from_a_persons_quota() {
    let mut world = World::new();
    assert_eq!(allocate(&mut world, "test~p1.x", 1000..1050, 486), 48);
    assert_eq!(allocate(&mut world, "test~p1.y", 2000..2050, 486), 48);
    assert_eq!(allocate(&mut world, "p1.c1", 3000..3010, 486), 10);
}

#[test]
fn a_table_of_permissions_is_full_some_time() {
    let mut world = World::new();
    let (person, _) = world.settled(at("192.0.2.7:1"), "p1.c1");
    for last in 0..128 {
        world.permit(&person, &format!("8.8.4.{last}:1")).success();
    }
    assert_eq!(world.permit(&person, "8.8.5.1:1").refused(), 508);
    assert_eq!(world.bind(&person, 0x4000, "8.8.5.1:1").refused(), 508);
    world.permit(&person, "8.8.4.1:1").success();
    world.pass(300);
    world.permit(&person, "8.8.5.1:1").success();
}

#[test]
fn reservations_do_not_pile_up() {
    let limits = Limits { allocations_per_credential: 9999, allocations_per_person: 9999, ..Limits::default() };
    let mut world = limited(limits);
    let person = world.person(at("192.0.2.7:1"), "p1.c1");
    for _ in 0..512 {
        world.allocate_with(&person, EVEN_PORT, &[0x80]).success();
        world.refresh(&person, 0).success();
    }
    assert_eq!(world.allocate_with(&person, EVEN_PORT, &[0x80]).refused(), 508);
    world.allocate(&person).success();
    world.refresh(&person, 0).success();
    world.pass(30);
    world.allocate_with(&person, EVEN_PORT, &[0x80]).success();
}
