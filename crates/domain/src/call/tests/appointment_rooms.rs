//! Calls that begin because somebody enters the room of an appointment.

use super::stage::*;
use crate::call::{Command, Door, Ending, Event};

#[test]
fn an_open_door_lets_both_straight_in_and_the_call_begins_with_the_second() {
    story(
        room(Door::Open),
        &[
            (0, JANE, Command::Join, "jane entered"),
            (9, ADA, Command::Join, "ada entered, began"),
            (69, ADA, Command::End, "ended completed by ada"),
        ],
        "ended completed after 60 s",
    );
}

#[test]
fn a_waiting_room_keeps_the_patient_until_the_practitioner_admits_them() {
    story(
        room(Door::WaitingRoom),
        &[
            (0, JANE, Command::Join, "jane entered"),
            (5, ADA, Command::Join, "ada entered"),
            (6, JANE, admit(JANE), "forbidden: only the practice admits people"),
            (7, ADA, admit(JANE), "jane admitted, began"),
            (8, ADA, admit(JANE), "nothing"),
        ],
        "active: ada inside, jane inside",
    );
}

#[test]
fn whoever_was_admitted_once_comes_back_without_asking() {
    story(
        after(
            room(Door::WaitingRoom),
            &[(0, JANE, Command::Join), (5, ADA, Command::Join), (7, ADA, admit(JANE)), (20, JANE, Command::Leave)],
        ),
        &[(25, JANE, Command::Join, "jane entered")],
        "active: ada inside, jane inside",
    );
}

#[test]
fn the_practitioner_can_admit_before_coming_in() {
    story(
        room(Door::WaitingRoom),
        &[
            (0, JANE, Command::Join, "jane entered"),
            (3, ADA, admit(JANE), "jane admitted"),
            (5, ADA, Command::Join, "ada entered, began"),
        ],
        "active: ada inside, jane inside",
    );
}

#[test]
fn whoever_is_turned_away_may_knock_again_while_somebody_is_there() {
    story(
        after(room(Door::WaitingRoom), &[(0, JANE, Command::Join), (5, ADA, Command::Join)]),
        &[
            (6, ADA, turn_away(JANE), "jane turned away"),
            (7, ADA, turn_away(JANE), "nothing"),
            (8, ADA, admit(JANE), "not-now: the person is not waiting"),
            (9, JANE, Command::Join, "jane entered"),
        ],
        "waiting: ada inside, jane waits",
    );
}

#[test]
fn turning_away_the_only_one_who_came_ends_the_session() {
    story(
        room(Door::WaitingRoom),
        &[(0, JANE, Command::Join, "jane entered"), (5, ADA, turn_away(JANE), "jane turned away, ended cancelled")],
        "ended cancelled",
    );
}

#[test]
fn a_session_in_which_nobody_waits_any_more_is_cancelled() {
    story(
        room(Door::Open),
        &[(0, JANE, Command::Join, "jane entered"), (60, JANE, Command::Leave, "jane left, ended cancelled")],
        "ended cancelled",
    );
    story(
        room(Door::Open),
        &[
            (0, JANE, Command::Join, "jane entered"),
            (60, JANE, Command::Lose, "jane lost until 120"),
            (120, CLOCK, Command::Tick, "jane did not come back, ended cancelled"),
        ],
        "ended cancelled",
    );
}

#[test]
fn a_session_in_which_the_two_never_met_is_missed_when_the_links_expire() {
    story(
        room(Door::Open),
        &[
            (0, JANE, Command::Join, "jane entered"),
            (LINKS_EXPIRE - 1, CLOCK, Command::Tick, "nothing"),
            (LINKS_EXPIRE, ADA, Command::Join, "expired: the link of this appointment has expired"),
            (LINKS_EXPIRE, CLOCK, Command::Tick, "ended missed"),
        ],
        "ended missed",
    );
}

#[test]
fn somebody_who_lost_the_connection_is_not_met_until_they_are_back() {
    story(
        room(Door::Open),
        &[
            (0, JANE, Command::Join, "jane entered"),
            (4, JANE, Command::Lose, "jane lost until 64"),
            (5, ADA, Command::Join, "ada entered"),
            (6, JANE, Command::Return, "jane returned, began"),
        ],
        "active: ada inside, jane inside",
    );
}

#[test]
fn nobody_rings_in_the_room_of_an_appointment() {
    let waiting = || after(room(Door::Open), &[(0, ADA, Command::Join)]);
    story(
        waiting(),
        &[
            (1, JANE, accept("phone"), "not-now: the call is not ringing"),
            (1, JANE, Command::Decline { device: None, words: None }, "not-now: the call is not ringing"),
            (1, ADA, Command::Cancel, "not-now: the call is not ringing"),
        ],
        "waiting: ada inside, jane expected",
    );
    story(waiting(), &[(1, JANE, Command::End, "ended cancelled by jane")], "ended cancelled");
    assert!(waiting().engaged().is_empty(), "whoever waits alone can still take a call");
}

#[test]
fn the_waiting_room_is_a_queue() {
    let call = after(
        room(Door::WaitingRoom),
        &[
            (0, ADA, Command::Join),
            (1, ADA, super::guests::invite(INES)),
            (2, INES, Command::Join),
            (3, JANE, Command::Join),
        ],
    );
    let seats = call.seats().expect("the session runs");
    assert_eq!(seats.waiting(), [(&person(INES), at(2)), (&person(JANE), at(3))]);
    let inside: Vec<_> = seats.participants().map(|(person, _)| person.as_str()).collect();
    assert_eq!(inside, [ADA]);
}

#[test]
fn what_is_called_off_ends_while_it_waits_or_rings_and_not_while_two_talk() {
    let (by, cancelled) = (person(ADA), |by| vec![Event::Ended { why: Ending::Cancelled, by, on: None, words: None }]);
    assert_eq!(room(Door::Open).call_off(Some(&by)), cancelled(Some(by.clone())));
    assert_eq!(jane_rings_ada().call_off(None), cancelled(None));
    let talking = after(room(Door::Open), &[(0, JANE, Command::Join), (9, ADA, Command::Join)]);
    assert_eq!(talking.call_off(Some(&by)), vec![]);
}
