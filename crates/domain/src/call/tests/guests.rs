//! Guests: invited by the practice, admitted by the practice, and never able to end what is not theirs.

use super::stage::*;
use crate::call::{Call, Command, Door, GuestRole, SEATS_AT_MOST};

pub fn invite(name: &str) -> Command {
    Command::Invite { guest: person(name), role: GuestRole::Interpreter }
}

fn talking() -> Call {
    after(jane_rings_ada(), &[(1, ADA, accept("desk")), (2, ADA, Command::Join), (3, JANE, Command::Join)])
}

#[test]
fn an_interpreter_is_invited_waits_and_is_admitted() {
    story(
        talking(),
        &[
            (10, INES, Command::Join, "not-found: there is nothing here under that id that you may see"),
            (11, ADA, invite(INES), "ines invited"),
            (12, ADA, invite(INES), "nothing"),
            (13, INES, Command::Join, "ines entered"),
            (14, ADA, admit(INES), "ines admitted"),
        ],
        "active: ada inside, ines inside, jane inside",
    );
}

#[test]
fn only_the_practice_invites_admits_and_turns_away() {
    story(
        after(talking(), &[(11, ADA, invite(INES)), (13, INES, Command::Join)]),
        &[
            (14, JANE, invite("otto"), "forbidden: only the practice invites people into a call"),
            (14, JANE, admit(INES), "forbidden: only the practice admits people"),
            (14, JANE, turn_away(INES), "forbidden: only the practice turns people away"),
            (14, INES, admit(INES), "forbidden: only the practice admits people"),
        ],
        "active: ada inside, ines waits, jane inside",
    );
}

#[test]
fn a_guest_can_leave_but_not_end_the_call() {
    story(
        after(talking(), &[(11, ADA, invite(INES)), (13, INES, Command::Join), (14, ADA, admit(INES))]),
        &[
            (15, INES, Command::End, "forbidden: a guest can leave the call, not end it for the others"),
            (16, INES, Command::Leave, "ines left"),
        ],
        "active: ada inside, ines left, jane inside",
    );
}

#[test]
fn a_call_ends_with_its_parties_whoever_else_is_still_inside() {
    story(
        after(talking(), &[(11, ADA, invite(INES)), (13, INES, Command::Join), (14, ADA, admit(INES))]),
        &[(20, JANE, Command::Leave, "jane left"), (21, ADA, Command::Leave, "ada left, ended completed")],
        "ended completed after 20 s",
    );
}

#[test]
fn nobody_is_turned_away_who_is_already_inside() {
    story(
        talking(),
        &[(10, ADA, turn_away(JANE), "not-now: the person is in the call, not waiting")],
        "active: ada inside, jane inside",
    );
}

#[test]
fn strangers_can_be_neither_admitted_nor_turned_away() {
    let not_found = "not-found: there is nothing here under that id that you may see";
    story(
        talking(),
        &[(10, ADA, admit(STAN), not_found), (10, ADA, turn_away(STAN), not_found)],
        "active: ada inside, jane inside",
    );
}

#[test]
fn a_room_can_be_full() {
    let mut call = talking();
    for guest in 0..SEATS_AT_MOST - 2 {
        call = after(call, &[(10, ADA, invite(&format!("guest {guest}")))]);
    }
    assert_eq!(say_answer(&decide(&call, at(11), ADA, &invite("one more"))), "not-now: the room is full");
}

#[test]
fn a_guest_alone_keeps_a_waiting_session_open_but_does_not_begin_it() {
    story(
        after(room(Door::Open), &[(0, ADA, Command::Join), (1, ADA, invite(INES)), (2, INES, Command::Join)]),
        &[(3, ADA, admit(INES), "ines admitted"), (4, ADA, Command::Leave, "ada left")],
        "waiting: ada left, ines inside, jane expected",
    );
}

#[test]
fn a_guest_who_was_lost_does_not_delay_the_end_of_an_empty_call() {
    let call = after(
        jane_rings_ada(),
        &[(0, ADA, accept("desk")), (1, ADA, invite(INES)), (2, INES, Command::Join), (50, INES, Command::Lose)],
    );
    assert_eq!(call.deadline(), Some(at(60)), "nobody of the two has come within a minute");
    story(call, &[(60, CLOCK, Command::Tick, "ended failed")], "ended failed after 60 s");
}

#[test]
fn the_practice_sends_back_and_removes_and_whoever_was_has_to_knock_again() {
    story(
        after(talking(), &[(11, ADA, invite(INES)), (13, INES, Command::Join), (14, ADA, admit(INES))]),
        &[
            (15, INES, remove(JANE), "forbidden: only the practice shows people out"),
            (15, ADA, remove(ADA), "forbidden: whoever keeps the door leaves by themselves"),
            (16, ADA, send_back(INES), "ines sent back"),
            (17, ADA, send_back(INES), "not-now: the person is waiting, not in the call"),
            (18, ADA, admit(INES), "ines admitted"),
            (19, ADA, remove(INES), "ines removed"),
            (20, ADA, remove(INES), "nothing"),
            (21, INES, Command::Join, "ines entered"),
            (22, ADA, remove(JANE), "jane removed"),
            (23, JANE, Command::Join, "jane entered"),
        ],
        "active: ada inside, ines waits, jane waits",
    );
}

#[test]
fn a_locked_room_keeps_newcomers_out_and_lets_those_back_in_who_were_there() {
    let locked = "not-now: the practice has locked the room";
    story(
        after(talking(), &[(11, ADA, invite(INES)), (12, ADA, invite("otto")), (13, INES, Command::Join)]),
        &[
            (14, JANE, Command::Lock, "forbidden: only the practice locks the room"),
            (15, ADA, Command::Lock, "locked"),
            (15, ADA, Command::Lock, "nothing"),
            (16, "otto", Command::Join, locked),
            (17, JANE, Command::Lose, "jane lost until 77"),
            (18, JANE, Command::Join, "jane returned"),
            (19, ADA, admit(INES), "ines admitted"),
            (20, INES, Command::Leave, "ines left"),
            (21, INES, Command::Join, locked),
            (22, ADA, Command::Leave, "ada left"),
            (23, ADA, Command::Join, "ada entered"),
            (24, ADA, Command::Unlock, "unlocked"),
            (25, INES, Command::Join, "ines entered"),
        ],
        "active: ada inside, ines inside, jane inside, otto expected",
    );
}

#[test]
fn everybody_who_waits_is_admitted_at_once_the_longest_waiting_first() {
    story(
        after(
            room(Door::WaitingRoom),
            &[(1, JANE, Command::Join), (2, ADA, Command::Join), (3, ADA, invite(INES)), (4, INES, Command::Join)],
        ),
        &[
            (5, JANE, Command::AdmitAll, "forbidden: only the practice admits people"),
            (6, ADA, Command::AdmitAll, "jane admitted, ines admitted, began"),
            (7, ADA, Command::AdmitAll, "nothing"),
        ],
        "active: ada inside, ines inside, jane inside",
    );
}
