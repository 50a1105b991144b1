//! Rings: who may answer, who hears what in the end, and what the clock does.

use super::stage::*;
use crate::call::{Actor, Call, Command, Ending, Event, Reach};
use crate::refusal::Refusal;

#[test]
fn a_ring_is_answered_both_come_and_one_hangs_up() {
    story(
        jane_rings_ada(),
        &[
            (1, ADA, Command::DeviceRings { device: device("desk") }, "rang on desk"),
            (4, ADA, accept("desk"), "accepted on desk"),
            (5, ADA, Command::Join, "ada entered"),
            (6, JANE, Command::Join, "jane entered"),
            (64, JANE, Command::End, "ended completed by jane"),
        ],
        "ended completed after 60 s",
    );
}

#[test]
fn the_first_device_that_accepts_wins_and_may_ask_again() {
    story(
        jane_rings_ada(),
        &[
            (2, ADA, accept("desk"), "accepted on desk"),
            (2, ADA, accept("phone"), "not-now: another of your devices has answered this call"),
            (3, ADA, accept("desk"), "nothing"),
        ],
        "active: ada expected, jane expected",
    );
}

#[test]
fn the_caller_cannot_answer_for_the_callee() {
    story(
        jane_rings_ada(),
        &[
            (1, JANE, accept("phone"), "forbidden: only whoever is called can answer"),
            (1, JANE, Command::Decline { device: None, words: None }, "forbidden: only whoever is called can answer"),
            (1, JANE, Command::DeviceRings { device: device("phone") }, "forbidden: only whoever is called can answer"),
            (1, ADA, Command::Cancel, "forbidden: only whoever called can give up the call"),
        ],
        "ringing",
    );
}

#[test]
fn whoever_declines_may_say_why() {
    story(jane_rings_ada(), &[(3, ADA, decline("in surgery"), "ended declined by ada “in surgery”")], "ended declined");
}

#[test]
fn whoever_called_can_give_up_and_then_there_is_nothing_to_accept() {
    story(
        jane_rings_ada(),
        &[
            (3, JANE, Command::Cancel, "ended cancelled by jane"),
            (3, ADA, accept("desk"), "expired: the call no longer rings"),
            (4, JANE, Command::Cancel, "nothing"),
            (4, ADA, Command::Decline { device: None, words: None }, "nothing"),
        ],
        "ended cancelled",
    );
}

#[test]
fn a_ring_that_nobody_answers_is_missed_at_its_time_and_not_before() {
    story(
        jane_rings_ada(),
        &[(29, CLOCK, Command::Tick, "nothing"), (30, CLOCK, Command::Tick, "ended missed")],
        "ended missed",
    );
}

#[test]
fn an_answer_after_the_time_is_too_late_even_if_the_clock_is_later() {
    story(
        jane_rings_ada(),
        &[
            (30, ADA, accept("desk"), "expired: the call no longer rings"),
            (31, CLOCK, Command::Tick, "ended missed"),
            (32, ADA, accept("desk"), "expired: the call no longer rings"),
        ],
        "ended missed",
    );
}

#[test]
fn hanging_up_while_it_rings_is_giving_up_or_declining() {
    story(jane_rings_ada(), &[(3, JANE, Command::End, "ended cancelled by jane")], "ended cancelled");
    story(jane_rings_ada(), &[(3, ADA, Command::End, "ended declined by ada")], "ended declined");
}

#[test]
fn hanging_up_twice_is_harmless() {
    story(
        jane_rings_ada(),
        &[
            (1, ADA, accept("desk"), "accepted on desk"),
            (2, JANE, Command::End, "ended completed by jane"),
            (2, ADA, Command::End, "nothing"),
        ],
        "ended completed after 1 s",
    );
}

#[test]
fn an_answered_call_cannot_be_declined_or_given_up_any_more() {
    story(
        jane_rings_ada(),
        &[
            (1, ADA, accept("desk"), "accepted on desk"),
            (2, ADA, Command::Decline { device: None, words: None }, "not-now: the call is not ringing"),
            (2, JANE, Command::Cancel, "not-now: the call has been answered; end it instead"),
        ],
        "active: ada expected, jane expected",
    );
}

#[test]
fn a_call_that_was_answered_but_never_entered_has_failed() {
    story(
        jane_rings_ada(),
        &[
            (5, ADA, accept("desk"), "accepted on desk"),
            (64, CLOCK, Command::Tick, "nothing"),
            (65, CLOCK, Command::Tick, "ended failed"),
        ],
        "ended failed after 60 s",
    );
}

#[test]
fn whoever_came_first_may_go_and_the_other_still_has_a_minute() {
    story(
        jane_rings_ada(),
        &[
            (5, ADA, accept("desk"), "accepted on desk"),
            (10, ADA, Command::Join, "ada entered"),
            (40, ADA, Command::Leave, "ada left"),
            (99, CLOCK, Command::Tick, "nothing"),
            (100, CLOCK, Command::Tick, "ended failed"),
        ],
        "ended failed after 95 s",
    );
}

#[test]
fn when_both_have_left_the_call_is_completed() {
    story(
        jane_rings_ada(),
        &[
            (5, ADA, accept("desk"), "accepted on desk"),
            (6, ADA, Command::Join, "ada entered"),
            (7, JANE, Command::Join, "jane entered"),
            (50, JANE, Command::Leave, "jane left"),
            (55, ADA, Command::Leave, "ada left, ended completed"),
        ],
        "ended completed after 50 s",
    );
}

#[test]
fn whoever_is_lost_and_back_within_a_minute_has_kept_the_seat() {
    let talking = || {
        after(
            jane_rings_ada(),
            &[(5, ADA, accept("desk")), (6, ADA, Command::Join), (7, JANE, Command::Join), (20, JANE, Command::Lose)],
        )
    };
    story(
        talking(),
        &[
            (20, JANE, Command::Lose, "nothing"),
            (79, CLOCK, Command::Tick, "nothing"),
            (79, JANE, Command::Return, "jane returned"),
            (79, JANE, Command::Return, "nothing"),
            (80, CLOCK, Command::Tick, "nothing"),
        ],
        "active: ada inside, jane inside",
    );
    story(talking(), &[(30, JANE, Command::Join, "jane returned")], "active: ada inside, jane inside");
}

#[test]
fn whoever_is_lost_for_good_has_left_and_the_call_lasts_as_long_as_the_other_stays() {
    story(
        after(
            jane_rings_ada(),
            &[(5, ADA, accept("desk")), (6, ADA, Command::Join), (7, JANE, Command::Join), (20, JANE, Command::Lose)],
        ),
        &[
            (80, CLOCK, Command::Tick, "jane did not come back"),
            (81, JANE, Command::Return, "not-now: there is no seat kept; join again"),
            (90, ADA, Command::Leave, "ada left, ended completed"),
        ],
        "ended completed after 85 s",
    );
}

#[test]
fn when_both_are_lost_the_call_ends_once_nobody_can_come_back() {
    story(
        after(
            jane_rings_ada(),
            &[(5, ADA, accept("desk")), (6, ADA, Command::Join), (7, JANE, Command::Join), (20, JANE, Command::Lose)],
        ),
        &[
            (30, ADA, Command::Lose, "ada lost until 90"),
            (80, CLOCK, Command::Tick, "jane did not come back"),
            (90, CLOCK, Command::Tick, "ada did not come back, ended completed"),
        ],
        "ended completed after 85 s",
    );
}

#[test]
fn busy_and_offline_are_born_ended_as_missed() {
    for reach in [Reach::Busy, Reach::Offline] {
        let (call, events) =
            Call::request(at(0), request(patient(JANE), practitioner(ADA)), reach).expect("two people");
        assert_eq!(say_answer(&Ok(events)), "requested, ended missed");
        assert_eq!(say_state(&call), "ended missed");
        assert_eq!(call.deadline(), None, "{reach:?} leaves nothing to wait for");
    }
}

#[test]
fn nobody_rings_themselves() {
    let refused = Call::request(at(0), request(patient(JANE), practitioner(JANE)), Reach::Reachable);
    assert_eq!(refused.map(|_| ()), Err(Refusal::Invalid("one cannot ring oneself")));
}

#[test]
fn a_stranger_learns_nothing_whatever_the_state() {
    let calls = ended_calls().into_iter().map(|(_, call)| call).chain([jane_rings_ada()]);
    for call in calls {
        for command in [Command::Join, Command::End, Command::Leave, Command::Cancel, accept("desk")] {
            assert_eq!(call.decide(at(40), Actor::Person(&person(STAN)), &command), Err(Refusal::NotFound));
        }
    }
}

#[test]
fn people_do_not_tick_and_the_clock_does_nothing_else() {
    story(
        jane_rings_ada(),
        &[
            (40, JANE, Command::Tick, "forbidden: only the clock ticks"),
            (40, CLOCK, Command::End, "forbidden: the clock does nothing but tick"),
        ],
        "ringing",
    );
}

#[test]
fn nothing_leaves_the_end() {
    let commands = [accept("desk"), Command::Join, Command::Return, Command::Leave, Command::Lose, Command::End];
    for (ending, call) in ended_calls() {
        assert_eq!(say_state(&call).split(' ').nth(1), Some(ending.name()));
        for (who, command) in [ADA, JANE].into_iter().flat_map(|who| commands.iter().map(move |c| (who, c))) {
            let events = decide(&call, at(99), who, command).unwrap_or_default();
            assert_eq!(events, [], "{who} does {command:?} after the call was {}", ending.name());
        }
        assert_eq!(decide(&call, at(99_999), CLOCK, &Command::Tick), Ok(vec![]));
    }
}

#[test]
fn the_two_are_engaged_from_the_answer_on_and_a_pair_only_while_it_rings() {
    let ringing = jane_rings_ada();
    assert!(ringing.engaged().is_empty(), "being rung is not busy");
    assert_eq!(ringing.ringing_pair(), Some([&person(ADA), &person(JANE)]));
    assert_eq!(ringing.ringing_pair(), ring(practitioner(ADA), patient(JANE)).ringing_pair(), "whoever rang first");

    let active = after(ringing, &[(1, ADA, accept("desk"))]);
    assert_eq!(active.engaged(), [&person(JANE), &person(ADA)]);
    assert_eq!(active.ringing_pair(), None);

    let ended = after(active, &[(2, ADA, Command::End)]);
    assert!(ended.engaged().is_empty());
    assert_eq!(ended.ringing_pair(), None);
}

#[test]
fn somebodys_words_never_reach_the_journal() {
    let said =
        Event::Ended { why: Ending::Declined, by: Some(person(ADA)), on: None, words: Some("in surgery".to_owned()) };
    let kept = serde_json::to_string(&said).expect("an event is plain data");
    assert_eq!(kept, r#"{"event":"ended","why":"declined","by":"ada"}"#);
    let read: Event = serde_json::from_str(&kept).expect("the journal reads what it wrote");
    assert_eq!(read, Event::Ended { why: Ending::Declined, by: Some(person(ADA)), on: None, words: None });
}
