use super::*;
use crate::appointment::{Provider, Slot, Status};
use crate::call::{Media, Party, Reach, Request};
use crate::ids::RoomId;
use crate::person::Role;
use crate::time::{Millis, Span};

fn person(name: &str) -> PersonId {
    PersonId::new(name)
}

fn visit(kind: Kind) -> Appointment {
    Appointment {
        id: AppointmentId::new("visit"),
        practitioner: person("ada"),
        patient: person("jane"),
        kind,
        slot: Slot { start: Millis(0), minutes: 30 },
        status: Status::Accepted,
        door: call::Door::WaitingRoom,
        provider: Provider::BuiltIn,
        room: Some(RoomId::new("room")),
        created_at: Millis(0),
        reason: None,
        words: None,
    }
}

fn ring(reach: Reach) -> (Call, Vec<call::Event>) {
    let party = |name, role| Party { id: person(name), role };
    let request = Request {
        id: CallId::new("call"),
        room: RoomId::new("room"),
        appointment: None,
        media: Media::Video,
        caller: party("jane", Role::Patient),
        callee: party("ada", Role::Practitioner),
        ring_for: Span::seconds(30),
    };
    Call::request(Millis(0), request, reach).expect("two people")
}

fn ended(why: Ending) -> call::Event {
    call::Event::Ended { why, by: None, on: None, words: None }
}

/// “ada: missed-call by jane”, one for each notice.
fn say(notices: &[Notice]) -> Vec<String> {
    notices
        .iter()
        .map(|notice| {
            let by = notice.by.as_ref().map_or("nobody", PersonId::as_str);
            format!("{}: {} by {by}", notice.to, notice.topic.name())
        })
        .collect()
}

fn owed_by(kind: Kind, event: appointment::Event) -> Vec<String> {
    let notices = owed_by_appointment(Millis(0), &visit(kind), &[event]);
    say(&notices.into_iter().filter(|notice| notice.topic.lead().is_none()).collect::<Vec<_>>())
}

#[test]
fn a_ring_that_was_missed_or_given_up_is_a_missed_call_for_the_callee() {
    let (call, _) = ring(Reach::Reachable);
    for why in [Ending::Missed, Ending::Cancelled] {
        assert_eq!(say(&owed_by_call(&call, &[ended(why)])), ["ada: missed-call by jane"], "{}", why.name());
    }
    for why in [Ending::Completed, Ending::Failed] {
        assert_eq!(owed_by_call(&call, &[ended(why)]), [], "{}: whoever took it knows", why.name());
    }
}

#[test]
fn busy_and_offline_are_missed_calls_too() {
    for reach in [Reach::Busy, Reach::Offline] {
        let (call, events) = ring(reach);
        assert_eq!(say(&owed_by_call(&call, &events)), ["ada: missed-call by jane"], "{reach:?}");
    }
    let (call, events) = ring(Reach::Reachable);
    assert_eq!(say(&owed_by_call(&call, &events)), ["ada: incoming-call by jane"], "it still rings");
}

#[test]
fn nobody_misses_a_call_that_never_rang() {
    let opening = call::Opening {
        id: CallId::new("call"),
        room: RoomId::new("room"),
        appointment: AppointmentId::new("visit"),
        practitioner: person("ada"),
        patient: person("jane"),
        door: call::Door::Open,
        until: Millis(1_000),
    };
    let (call, _) = Call::open(Millis(0), opening);
    for why in [Ending::Missed, Ending::Cancelled] {
        assert_eq!(owed_by_call(&call, &[ended(why)]), []);
    }
}

#[test]
fn a_request_is_told_to_the_practice_and_a_booking_to_the_patient() {
    let slot = visit(Kind::Remote).slot;
    let created = |by, status| appointment::Event::Created { by: person(by), status, slot };
    assert_eq!(owed_by(Kind::Remote, created("jane", Status::Pending)), ["ada: appointment-requested by jane"]);
    assert_eq!(owed_by(Kind::Remote, created("ada", Status::Accepted)), ["jane: appointment-accepted by ada"]);
    assert_eq!(
        owed_by(Kind::InPerson, created("sam", Status::Accepted)),
        ["jane: appointment-accepted by sam", "ada: appointment-accepted by sam"],
        "what the staff books, both must know"
    );
}

#[test]
fn an_acceptance_brings_both_their_links() {
    let accepted = |by| appointment::Event::Accepted { by: person(by) };
    let both = |by| [format!("jane: appointment-accepted by {by}"), format!("ada: appointment-accepted by {by}")];
    assert_eq!(owed_by(Kind::Remote, accepted("ada")), both("ada"));
    assert_eq!(owed_by(Kind::Remote, accepted("sam")), both("sam"), "and nobody twice");
    assert_eq!(owed_by(Kind::InPerson, accepted("ada")), ["jane: appointment-accepted by ada"], "there is no link");
}

#[test]
fn whatever_else_changes_is_told_to_whoever_did_not_do_it() {
    use appointment::Event;
    let slot = visit(Kind::Remote).slot;
    let declined = Event::Declined { by: person("ada"), words: None };
    assert_eq!(owed_by(Kind::Remote, declined), ["jane: appointment-declined by ada"]);
    let cancelled = |by: Option<&str>| Event::Cancelled { by: by.map(person), words: None };
    assert_eq!(owed_by(Kind::Remote, cancelled(Some("jane"))), ["ada: appointment-cancelled by jane"]);
    assert_eq!(
        owed_by(Kind::Remote, cancelled(None)),
        ["jane: appointment-cancelled by nobody", "ada: appointment-cancelled by nobody"],
        "when the time has passed, both are told"
    );
    let moved = Event::Rescheduled { by: person("jane"), from: slot, to: slot, status: Status::Pending };
    assert_eq!(owed_by(Kind::Remote, moved), ["ada: appointment-rescheduled by jane"]);
    for over in [Event::Completed { by: None }, Event::NoShow { by: Some(person("ada")) }] {
        assert_eq!(owed_by(Kind::Remote, over), [""; 0], "nobody needs to be told");
    }
}

#[test]
fn when_the_practice_is_ready_the_patient_is_told() {
    let told = |by| say(&owed_by_start(&visit(Kind::Remote), &person(by)));
    assert_eq!(told("ada"), ["jane: call-starting by ada"]);
    assert_eq!(told("sam"), ["jane: call-starting by sam", "ada: call-starting by sam"]);
}

#[test]
fn a_ring_is_told_after_a_second_and_its_end_to_whatever_it_may_have_woken() {
    let (mut call, events) = ring(Reach::Reachable);
    let [told] = &owed_by_call(&call, &events)[..] else { panic!("one notice") };
    assert_eq!((told.topic, told.due), (Topic::IncomingCall, Some(Millis(0) + PUSH_AFTER)));
    let accepted = call::Event::Accepted { by: person("ada"), device: crate::ids::DeviceId::new("phone") };
    let mut quick = call.clone();
    quick.apply(Millis(900), &accepted);
    assert_eq!(owed_by_call(&quick, std::slice::from_ref(&accepted)), [], "nothing was woken");
    call.apply(Millis(4_000), &accepted);
    assert_eq!(say(&owed_by_call(&call, &[accepted])), ["ada: ring-over by jane"]);
}

#[test]
fn the_patient_of_a_settled_appointment_is_reminded_a_day_and_an_hour_before() {
    let mut visit = visit(Kind::Remote);
    visit.slot.start = Millis(0) + Span::days(3);
    let accepted = [appointment::Event::Accepted { by: person("ada") }];
    let due = |now: Millis| -> Vec<_> {
        let notices = owed_by_appointment(now, &visit, &accepted);
        notices.iter().filter_map(|n| Some((n.topic.name(), n.to.as_str().to_owned(), n.due?))).collect()
    };
    let day = ("reminder-day", "jane".to_owned(), Millis(0) + Span::days(2));
    let hour = ("reminder-hour", "jane".to_owned(), visit.slot.start - Span::hours(1));
    assert_eq!(due(Millis(0)), [day, hour.clone()]);
    assert_eq!(due(Millis(0) + Span::days(2)), [hour], "what has passed is not told");
}

#[test]
fn what_has_lost_its_point_is_not_told() {
    let mut visit = visit(Kind::Remote);
    visit.slot.start = Millis(0) + Span::days(3);
    let at = visit.slot.start - Span::hours(1);
    let told = |visit: &Appointment, topic, at| has_point(at, topic, at, &Facts::Appointment(visit.clone()));
    assert!(told(&visit, Topic::ReminderHour, at));
    let moved = Appointment { slot: Slot { start: visit.slot.start + Span::hours(5), ..visit.slot }, ..visit.clone() };
    assert!(!told(&moved, Topic::ReminderHour, at), "it is at another time now");
    let cancelled = Appointment { status: Status::Cancelled, ..visit.clone() };
    assert!(!told(&cancelled, Topic::ReminderHour, at));
    assert!(!told(&cancelled, Topic::AppointmentAccepted, at));
    assert!(told(&cancelled, Topic::AppointmentCancelled, at));
    assert!(!has_point(at, Topic::AppointmentCancelled, at, &Facts::Gone));

    let ring = |now, heard| {
        has_point(now, Topic::IncomingCall, Millis(0), &Facts::Ring { until: Millis(30_000), heard, planned: false })
    };
    assert!(ring(Millis(1_000), false));
    assert!(!ring(Millis(1_000), true), "a device rings");
    assert!(!ring(Millis(30_000), false), "it rings no more");
    let missed = |seen| has_point(Millis(5), Topic::MissedCall, Millis(0), &Facts::Call { seen, declined: false });
    assert!(missed(false) && !missed(true));
}

#[test]
fn what_is_written_is_told_to_whoever_has_left_and_later_to_whoever_may_be_back() {
    use crate::call::{Actor, Command};
    let (mut call, _) = ring(Reach::Reachable);
    let mut act = |at, who: &str, command: &Command| {
        let (by, at) = (person(who), Millis(at));
        for event in call.decide(at, Actor::Person(&by), command).expect("it is allowed") {
            call.apply(at, &event);
        }
        owed_by_message(&call, &person("ada"))
            .into_iter()
            .map(|told| (told.to.to_string(), told.due))
            .collect::<Vec<_>>()
    };
    let jane = |due| [("jane".to_owned(), due)];
    assert_eq!(act(1, "ada", &Command::Accept { device: crate::ids::DeviceId::new("phone") }), jane(None));
    assert_eq!(act(2, "ada", &Command::Join), jane(None), "she has not come yet");
    assert_eq!(act(3, "jane", &Command::Join), []);
    assert_eq!(act(4, "jane", &Command::Lose), jane(Some(Millis(4) + call::SEAT_KEPT)));
    assert_eq!(act(5, "jane", &Command::Join), []);
    assert_eq!(act(6, "jane", &Command::Leave), jane(None));
    let told = |seen| has_point(Millis(5), Topic::Message, Millis(0), &Facts::Chat { seen, appointment: None });
    assert!(told(false) && !told(true));
}

#[test]
fn topics_are_known_by_their_names() {
    for topic in Topic::ALL {
        assert_eq!(Topic::named(topic.name()), Some(topic));
        let kept = serde_json::to_string(&topic).expect("a topic is plain data");
        assert_eq!(kept, format!("\"{}\"", topic.name()), "the journal and the catalogue use one name");
    }
}
