use super::*;

const NOW: i64 = 1_000;

fn at(seconds: i64) -> Millis {
    Millis(seconds * 1_000)
}

/// Somebody whose only device was last heard of at `NOW`.
fn heard_of() -> Signs {
    let lease = Lease { device: DeviceId::new("desk"), renewed_at: at(NOW), closed_at: None };
    Signs { leases: vec![lease], ..Signs::default() }
}

fn closed(signs: Signs, second: i64) -> Signs {
    let leases = signs.leases.into_iter().map(|lease| Lease { closed_at: Some(at(second)), ..lease }).collect();
    Signs { leases, ..signs }
}

#[test]
fn whoever_closed_the_page_is_offline_ten_seconds_later() {
    let gone = closed(heard_of(), NOW + 5);
    assert_eq!(gone.presence(at(NOW + 14)), Presence::Online);
    assert_eq!(gone.presence(at(NOW + 15)), Presence::Offline);
    assert_eq!(gone.deadline(at(NOW + 6)), Some(at(NOW + 15)));
}

#[test]
fn whoever_fell_silent_is_offline_after_forty_five_seconds() {
    assert_eq!(heard_of().presence(at(NOW + 44)), Presence::Online);
    assert_eq!(heard_of().presence(at(NOW + 45)), Presence::Offline);
    assert_eq!(heard_of().deadline(at(NOW)), Some(at(NOW + 45)));
    assert_eq!(heard_of().deadline(at(NOW + 45)), None, "nothing changes by itself any more");
}

#[test]
fn closing_after_a_long_silence_does_not_prolong_it() {
    assert_eq!(closed(heard_of(), NOW + 44).presence(at(NOW + 45)), Presence::Offline);
}

#[test]
fn one_device_that_is_there_is_enough() {
    let mut signs = closed(heard_of(), NOW);
    signs.leases.push(Lease { device: DeviceId::new("phone"), renewed_at: at(NOW + 8), closed_at: None });
    assert_eq!(signs.presence(at(NOW + 20)), Presence::Online);
    assert_eq!(signs.deadline(at(NOW + 20)), Some(at(NOW + 53)));
}

#[test]
fn whoever_can_only_be_woken_by_push_is_away() {
    let push = Signs { push: true, ..Signs::default() };
    assert_eq!(push.presence(at(NOW)), Presence::Away);
    assert_eq!(Signs::default().presence(at(NOW)), Presence::Offline);
}

#[test]
fn what_one_wishes_to_be_shown_as_counts_while_one_can_be_reached() {
    let wishes = |wish, signs: Signs| Signs { wish, ..signs }.presence(at(NOW));
    let push = || Signs { push: true, ..Signs::default() };
    for (wish, there, by_push, gone) in [
        (Wish::Online, Presence::Online, Presence::Away, Presence::Offline),
        (Wish::Away, Presence::Away, Presence::Away, Presence::Offline),
        (Wish::DoNotDisturb, Presence::Busy, Presence::Busy, Presence::Offline),
    ] {
        assert_eq!(wishes(wish, heard_of()), there, "{} and there", wish.name());
        assert_eq!(wishes(wish, push()), by_push, "{} and by push", wish.name());
        assert_eq!(wishes(wish, Signs::default()), gone, "{} and gone", wish.name());
    }
}

#[test]
fn whoever_is_in_a_call_is_busy_whatever_else() {
    for wish in [Wish::Online, Wish::Away, Wish::DoNotDisturb] {
        let there = Signs { wish, engaged: true, ..heard_of() };
        assert_eq!(there.presence(at(NOW)), Presence::Busy);
        assert_eq!(there.presence(at(NOW + 99)), Presence::Busy, "a call outlasts a short silence");
    }
}

#[test]
fn wishes_are_known_by_their_names() {
    for wish in [Wish::Online, Wish::Away, Wish::DoNotDisturb] {
        assert_eq!(Wish::named(wish.name()), Some(wish));
    }
    assert_eq!(Wish::named("busy"), None, "one is busy by being so");
}
