//! Lists, their pages and their filters, and what waits for an hour.

use bedside_domain::appointment::{Slot, Status};
use bedside_domain::call::{Command, Ending, Reach, State};
use bedside_domain::ids::{AppointmentId, CallId, NoticeId};
use bedside_domain::notice::{About, Notice, Topic};
use bedside_domain::person::{Person, Role};
use bedside_domain::time::{Millis, Span};
use bedside_store::{
    AppointmentQuery, CallQuery, CallRecord, Change, ChatMessage, Cursor, Due, Kept, Page, PageAsk, Saved,
};

use crate::stage::*;

on_both!(
    calls_page_without_gaps_or_repeats_while_more_are_made,
    calls_are_found_by_person_time_and_outcome,
    a_missed_call_is_unseen_until_it_is_seen,
    live_calls_are_those_that_have_not_ended,
    appointments_come_by_their_start,
    the_directory_comes_by_name_and_shows_no_name_in_its_cursor,
    notices_come_newest_first_and_are_read_once,
    messages_are_kept_once_and_read_in_order,
    the_last_time_together_counts_both_ways_and_ahead,
    what_is_overdue_longest_comes_first,
    a_calendar_shows_what_holds_its_slot,
);

async fn calls_page_without_gaps_or_repeats_while_more_are_made(stage: Stage) {
    for n in 0..7 {
        // Two of each moment, so that the id has to tell them apart.
        missed_call(&stage, &format!("c{n}"), "jane", "ada", after(n / 2)).await;
    }
    let mut seen = Vec::new();
    let mut after_cursor = None;
    for page_number in 0.. {
        let page = PageAsk { after: after_cursor, limit: 2 };
        let query = CallQuery { of: Some(person("jane")), page, ..CallQuery::default() };
        let page = stage.store.calls(&query).await.unwrap();
        assert!(page.items.len() <= 2);
        seen.extend(page.items.iter().map(|record| record.call.id.to_string()));
        missed_call(&stage, &format!("new{page_number}"), "jane", "ada", after(100)).await;
        after_cursor = carried(&page);
        if after_cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]);
}

async fn calls_are_found_by_person_time_and_outcome(stage: Stage) {
    missed_call(&stage, "a", "jane", "ada", after(1)).await;
    missed_call(&stage, "b", "ada", "joe", after(2)).await;
    stage.ring("live", "jane", "bob").await;
    stage.ring("done", "joe", "ada").await;
    stage.act("done", after(1), "ada", accept()).await.unwrap();
    stage.act("done", after(2), "ada", Command::End).await.unwrap();

    let found = async |query: CallQuery| ids(stage.store.calls(&query).await.unwrap());
    let all = CallQuery::default();
    assert_eq!(found(all.clone()).await, ["b", "a", "live", "done"]);
    assert_eq!(found(CallQuery { of: Some(person("jane")), ..all.clone() }).await, ["a", "live"]);
    let of_two = CallQuery { of: Some(person("ada")), with: Some(person("joe")), ..all.clone() };
    assert_eq!(found(of_two).await, ["b", "done"]);
    assert_eq!(found(CallQuery { outcome: Some(Ending::Completed), ..all.clone() }).await, ["done"]);
    stage.ring("given-up", "zoe", "ada").await;
    stage.act("given-up", after(3), "zoe", Command::Cancel).await.unwrap();
    for (of, outcome, expected) in [
        (Some("zoe"), Ending::Cancelled, vec!["given-up"]),
        (Some("zoe"), Ending::Missed, vec![]),
        (Some("ada"), Ending::Cancelled, vec![]),
        (Some("ada"), Ending::Missed, vec!["b", "a", "given-up"]),
        (None, Ending::Cancelled, vec!["given-up"]),
    ] {
        let query = CallQuery { of: of.map(person), outcome: Some(outcome), ..all.clone() };
        assert_eq!(found(query).await, expected, "{outcome:?} of {of:?}");
    }
    assert_eq!(found(CallQuery { from: Some(after(1)), to: Some(after(2)), ..all }).await, ["a"]);
}

async fn a_missed_call_is_unseen_until_it_is_seen(stage: Stage) {
    missed_call(&stage, "a", "jane", "ada", after(1)).await;
    missed_call(&stage, "b", "joe", "ada", after(2)).await;
    stage.ring("given-up", "zoe", "ada").await;
    stage.act("given-up", after(1), "zoe", Command::Cancel).await.unwrap();
    stage.ring("declined", "zoe", "ada").await;
    stage.act("declined", after(1), "ada", Command::Decline { device: None, words: None }).await.unwrap();

    let unseen = async || {
        let query = CallQuery { missed_unseen_by: Some(person("ada")), ..CallQuery::default() };
        ids(stage.store.calls(&query).await.unwrap())
    };
    assert_eq!(unseen().await, ["b", "a", "given-up"]);
    for id in ["a", "b"] {
        let about = About::Call(CallId::new(id));
        let notice = Notice { to: person("ada"), topic: Topic::MissedCall, about, by: None, due: None };
        stage.commit(&Change { notices: vec![(NoticeId::new(id), notice)], ..Change::at(after(3)) }).await;
    }
    for (id, by, found) in [("a", "ada", true), ("b", "joe", false), ("declined", "ada", false), ("none", "ada", false)]
    {
        let seen = stage.store.see_missed_call(&CallId::new(id), &person(by), after(5)).await;
        assert_eq!(seen, Ok(found), "{id}");
    }
    assert_eq!(stage.store.see_missed_call(&CallId::new("a"), &person("ada"), after(9)).await, Ok(true));
    let record = stage.store.call_record(&CallId::new("a")).await.unwrap().unwrap();
    assert_eq!(record.seen_at, Some(after(5)), "the first time counts");
    assert_eq!(unseen().await, ["b", "given-up"]);
    assert_eq!(stage.store.unread_notices(&person("ada")).await, Ok(1), "the word of it is read, too");
}

async fn live_calls_are_those_that_have_not_ended(stage: Stage) {
    missed_call(&stage, "over", "jane", "ada", after(1)).await;
    stage.ring("rings", "jane", "bob").await;
    stage.ring("runs", "joe", "ada").await;
    stage.act("runs", after(1), "ada", accept()).await.unwrap();
    let of = async |who: Option<&str>| {
        let items = stage.store.live_calls_of(who.map(person).as_ref(), &PageAsk::first(50)).await.unwrap().items;
        ids(Page { items, next: None })
    };
    assert_eq!(of(None).await, ["runs", "rings"]);
    assert_eq!(of(Some("jane")).await, ["rings"]);
    assert_eq!(of(Some("ada")).await, ["runs"]);
    assert_eq!(of(Some("zoe")).await, [""; 0]);
}

async fn appointments_come_by_their_start(stage: Stage) {
    for (id, minutes) in [("c", 300), ("a", 60), ("b", 120), ("b2", 120)] {
        let (appointment, events) = booked(id, minutes);
        stage.commit(&new_appointment(appointment, events)).await;
    }
    let mut seen = Vec::new();
    let mut ask = PageAsk::first(1);
    loop {
        let query = AppointmentQuery { of: Some(person("ada")), page: ask, ..AppointmentQuery::default() };
        let page = stage.store.appointments(&query).await.unwrap();
        seen.extend(page.items.iter().map(|appointment| appointment.id.to_string()));
        let Some(next) = carried(&page) else { break };
        ask = PageAsk { after: Some(next), limit: 1 };
    }
    assert_eq!(seen, ["a", "b", "b2", "c"]);

    let count = async |query: AppointmentQuery| stage.store.appointments(&query).await.unwrap().items.len();
    let all = AppointmentQuery::default();
    assert_eq!(count(AppointmentQuery { of: Some(person("joe")), ..all.clone() }).await, 0);
    assert_eq!(count(AppointmentQuery { status: Some(Status::Pending), ..all.clone() }).await, 4);
    assert_eq!(count(AppointmentQuery { status: Some(Status::Accepted), ..all.clone() }).await, 0);
    let (from, to) = (Some(NOON + Span::minutes(120)), Some(NOON + Span::minutes(300)));
    assert_eq!(count(AppointmentQuery { from, to, ..all }).await, 2);
}

async fn the_directory_comes_by_name_and_shows_no_name_in_its_cursor(stage: Stage) {
    let doctor = |id: &str, name: &str| Person::new(person(id), Role::Practitioner, name);
    let unlisted = Person { listed: false, ..doctor("x1", "aaa") };
    let disabled = Person { disabled_at: Some(NOON), ..doctor("x2", "aab") };
    for person in [doctor("n3", "Zoe Same"), doctor("n1", "zoe same"), doctor("n2", "Carl"), unlisted, disabled] {
        stage.store.save_person(&person, None, NOON).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut ask = PageAsk::first(2);
    loop {
        let page = stage.store.practitioners(None, &ask).await.unwrap();
        seen.extend(page.items.iter().map(|person| person.id.to_string()));
        let Some(next) = carried(&page) else { break };
        assert!(!format!("{next:?}").contains("bob ") && !format!("{next:?}").contains("zoe"));
        ask = PageAsk { after: Some(next), limit: 2 };
    }
    assert_eq!(seen, ["ada", "bob", "n2", "n1", "n3"]);
}

async fn notices_come_newest_first_and_are_read_once(stage: Stage) {
    for n in 0..5 {
        let about = About::Appointment(AppointmentId::new("a"));
        let notice = Notice { to: person("jane"), topic: Topic::MissedCall, about, by: None, due: None };
        let notices = vec![(NoticeId::new(format!("n{n}")), notice)];
        stage.commit(&Change { notices, ..Change::at(after(n / 2)) }).await;
    }
    let jane = person("jane");
    let mut seen = Vec::new();
    let mut ask = PageAsk::first(2);
    loop {
        let page = stage.store.notices(&jane, &ask).await.unwrap();
        seen.extend(page.items.iter().map(|row| row.id.to_string()));
        let Some(next) = carried(&page) else { break };
        ask = PageAsk { after: Some(next), limit: 2 };
    }
    assert_eq!(seen, ["n4", "n3", "n2", "n1", "n0"]);

    let read =
        async |who: &str, id: &str, at| stage.store.read_notice(&person(who), &NoticeId::new(id), at).await.unwrap();
    assert!(read("jane", "n1", after(10)).await);
    assert!(read("jane", "n1", after(20)).await);
    assert!(!read("joe", "n2", after(10)).await, "somebody else's is not there");
    assert_eq!(stage.store.unread_notices(&jane).await, Ok(4));
    stage.store.read_all_notices(&jane, after(30)).await.unwrap();
    assert_eq!(stage.store.unread_notices(&jane).await, Ok(0));
    let rows = stage.store.notices(&jane, &PageAsk::default()).await.unwrap().items;
    let read_at: Vec<_> = rows.iter().map(|row| row.read_at).collect();
    assert_eq!(read_at, [30, 30, 30, 10, 30].map(|seconds| Some(after(seconds))));
}

async fn the_last_time_together_counts_both_ways_and_ahead(stage: Stage) {
    let last = async || stage.store.last_together(&person("ada"), &person("jane")).await.unwrap();
    assert_eq!(last().await, None);
    missed_call(&stage, "c", "jane", "ada", after(1)).await;
    assert_eq!(last().await, Some(after(1)), "a call that was missed at once");
    stage.ring("d", "ada", "jane").await;
    stage.act("d", after(1), "jane", accept()).await.unwrap();
    stage.act("d", after(50), "ada", Command::End).await.unwrap();
    assert_eq!(last().await, Some(after(50)), "until its end");

    let (mut appointment, events) = booked("a", 60);
    stage.commit(&new_appointment(appointment.clone(), events)).await;
    assert_eq!(last().await, Some(appointment.slot.end()), "one that is still to come");
    for (version, status) in [(1, Status::Declined), (2, Status::Cancelled)] {
        appointment.status = status;
        let saved = Saved::over(version, appointment.clone(), vec![]);
        stage.commit(&Change { appointment: Some(saved), ..Change::at(NOON) }).await;
        assert_eq!(last().await, Some(after(50)));
    }
    assert_eq!(stage.store.last_together(&person("jane"), &person("joe")).await, Ok(None));
}

async fn what_is_overdue_longest_comes_first(stage: Stage) {
    assert_eq!(stage.store.next_due().await, Ok(None));
    let (appointment, events) = booked("a", 0);
    let ends = appointment.slot.end();
    stage.commit(&new_appointment(appointment, events)).await;
    stage.ring("c", "jane", "ada").await;
    stage.ring("answered", "joe", "bob").await;
    assert_eq!(stage.store.next_due().await, Ok(Some(NOON + RING_FOR)));
    stage.act("answered", after(1), "bob", accept()).await.unwrap();

    let due = async |now: Millis, limit| stage.store.due(now, limit).await.unwrap();
    let (ring, empty) = (Due::Call(CallId::new("c")), Due::Call(CallId::new("answered")));
    assert_eq!(due(after(29), 9).await, []);
    assert_eq!(due(after(30), 9).await, std::slice::from_ref(&ring));
    let appointment = Due::Appointment(AppointmentId::new("a"));
    assert_eq!(due(ends, 9).await, [ring.clone(), empty, appointment.clone()]);
    assert_eq!(due(ends, 1).await, [ring]);

    stage.act("c", after(31), "", Command::Tick).await.unwrap();
    stage.act("answered", after(31), "joe", Command::End).await.unwrap();
    assert_eq!(due(ends, 9).await, [appointment]);
    assert_eq!(stage.store.next_due().await, Ok(Some(ends)));
}

async fn a_calendar_shows_what_holds_its_slot(stage: Stage) {
    let ada = person("ada");
    for (n, status) in (0_i64..).zip(Status::ALL) {
        let (mut appointment, events) = booked(status.name(), 60 + n);
        appointment.status = status;
        stage.commit(&new_appointment(appointment, events)).await;
    }
    let (before, events) = booked("before", 0);
    let around = Slot { start: before.slot.end(), minutes: 60 };
    stage.commit(&new_appointment(before, events)).await;

    let held = stage.store.calendar(&ada, around).await.unwrap();
    let taken: Vec<_> = held.value.taken.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((taken, held.version), (vec!["Pending", "Accepted", "Completed"], 0));
    let raise = Change { calendar: Some((ada.clone(), 0)), ..Change::at(NOON) };
    stage.commit(&raise).await;
    assert_eq!(stage.store.calendar(&ada, around).await.unwrap().version, 1);
    let empty = stage.store.calendar(&person("bob"), around).await.unwrap();
    assert_eq!((empty.value.taken.len(), empty.version), (0, 0));
}

/// Nobody could be reached.
async fn missed_call(stage: &Stage, id: &str, caller: &str, callee: &str, at: Millis) {
    let (mut call, events) = requested(id, caller, callee, Reach::Offline);
    call.requested_at = at;
    let State::Ended { at: ended, .. } = &mut call.state else { unreachable!("nobody is there") };
    *ended = at;
    stage.commit(&Change { at, ..new_call(call, events) }).await;
}

/// The next cursor as a client gives it back.
fn carried<T>(page: &Page<T>) -> Option<Cursor> {
    page.next.as_ref().map(|next| Cursor::parse(&next.to_text()).expect("it was just made"))
}

fn ids(page: Page<CallRecord>) -> Vec<String> {
    page.items.into_iter().map(|record| record.call.id.to_string()).collect()
}

async fn messages_are_kept_once_and_read_in_order(stage: Stage) {
    let call = stage.ring("c", "jane", "ada").await.value.id;
    let message = |n: i64, by: &str| ChatMessage {
        id: format!("m{n}"),
        call: call.clone(),
        person: person(by),
        text: format!("word {n}"),
        // Two in the same moment, and a clock that went back: the order is that in which they were kept.
        at: after(60 - n / 2),
    };
    let all: Vec<_> = (0..9).map(|n| message(n, if n % 2 == 0 { "ada" } else { "jane" })).collect();
    for (n, one) in all.iter().enumerate() {
        let request = format!("r{n}");
        assert_eq!(stage.store.keep_message(one, &request, &[]).await, Ok((Kept::Now(one.clone()), vec![])));
        let again = ChatMessage { id: format!("again {n}"), ..one.clone() };
        assert_eq!(stage.store.keep_message(&again, &request, &[]).await, Ok((Kept::Before(one.clone()), vec![])));
    }
    assert_eq!(stage.store.messages_of(&call, Millis(0), 100).await.unwrap(), all);
    assert_eq!(stage.store.messages_of(&call, Millis(0), 3).await.unwrap(), all[6..]);
    assert_eq!(stage.store.messages_of(&CallId::new("another"), Millis(0), 3).await.unwrap(), vec![]);
    stage.store.mark_messages_read(&call, &person("jane"), "m3", NOON).await.unwrap();
    stage.store.mark_messages_read(&call, &person("jane"), "m4", NOON).await.unwrap();
    assert_eq!(stage.store.rows_in("chat_reads").await, 1);
}
