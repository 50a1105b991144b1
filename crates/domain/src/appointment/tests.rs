use super::*;

const PATIENT: &str = "jane";
const PRACTITIONER: &str = "ada";
/// The appointment is at noon, for half an hour.
const NOON: Millis = Millis(12 * 3_600_000);

fn person(name: &str) -> PersonId {
    PersonId::new(name)
}

fn slot(start: Millis, minutes: u16) -> Slot {
    Slot { start, minutes }
}

fn booking() -> Booking {
    Booking {
        id: AppointmentId::new("visit"),
        practitioner: person(PRACTITIONER),
        patient: person(PATIENT),
        kind: Kind::Remote,
        slot: slot(NOON, 30),
        door: Door::WaitingRoom,
        provider: Provider::BuiltIn,
        room: Some(RoomId::new("room")),
        reason: Some("a cough".to_owned()),
    }
}

fn visit(status: Status) -> Appointment {
    let booked = Appointment::book(Millis(0), &person(PATIENT), Role::Patient, booking(), &Calendar::default());
    Appointment { status, ..booked.expect("a patient may ask").0 }
}

fn taken(start: Millis, minutes: u16) -> Calendar {
    Calendar { taken: vec![(AppointmentId::new("another"), slot(start, minutes))] }
}

fn say(decided: &Result<Vec<Event>, Refusal>) -> String {
    match decided {
        Err(Refusal::Forbidden(_)) => "forbidden".to_owned(),
        Err(Refusal::NotNow(_)) => "not-now".to_owned(),
        Err(Refusal::Busy(_)) => "busy".to_owned(),
        Err(Refusal::Invalid(_)) => "invalid".to_owned(),
        Err(other) => format!("{other:?}"),
        Ok(events) if events.is_empty() => "nothing".to_owned(),
        Ok(events) => events.iter().map(say_event).collect::<Vec<_>>().join(", "),
    }
}

fn say_event(event: &Event) -> String {
    match event {
        Event::Created { status, .. } => format!("created {}", status.name()),
        Event::Accepted { .. } => "accepted".to_owned(),
        Event::Declined { .. } => "declined".to_owned(),
        Event::Cancelled { by: Some(_), .. } => "cancelled".to_owned(),
        Event::Cancelled { by: None, .. } => "cancelled by nobody".to_owned(),
        Event::Rescheduled { status, .. } => format!("moved {}", status.name()),
        Event::Completed { .. } => "completed".to_owned(),
        Event::NoShow { .. } => "no-show".to_owned(),
    }
}

fn sides<'a>(patient: &'a PersonId, practitioner: &'a PersonId) -> [Side<'a>; 3] {
    [Side::Patient(patient), Side::Practice(practitioner), Side::Clock]
}

/// What everybody gets for every command, a minute after the appointment has begun.
fn answers(status: Status) -> String {
    let now = NOON + Span::minutes(1);
    let commands = [
        ("accept", Command::Accept),
        ("decline", Command::Decline { words: None }),
        ("cancel", Command::Cancel { words: None }),
        ("reschedule", Command::Reschedule { slot: slot(NOON + Span::hours(2), 30) }),
        ("complete", Command::Complete),
        ("no-show", Command::NoShow),
        ("tick", Command::Tick { attended: Attended::Yes }),
    ];
    let (patient, practitioner) = (person(PATIENT), person(PRACTITIONER));
    let line = |(name, command): (&str, Command)| {
        let answer = |side| say(&visit(status).decide(now, side, &command, &Calendar::default()));
        format!("{name}: {}", sides(&patient, &practitioner).map(answer).join(" | "))
    };
    commands.map(line).join("\n")
}

#[test]
fn a_pending_appointment_is_settled_by_the_practice() {
    assert_eq!(
        answers(Status::Pending),
        "\
accept: forbidden | accepted | forbidden
decline: forbidden | declined | forbidden
cancel: cancelled | cancelled | forbidden
reschedule: moved Pending | moved Pending | forbidden
complete: forbidden | not-now | forbidden
no-show: forbidden | not-now | forbidden
tick: forbidden | forbidden | nothing"
    );
}

#[test]
fn an_accepted_appointment_can_be_moved_cancelled_and_concluded() {
    assert_eq!(
        answers(Status::Accepted),
        "\
accept: forbidden | nothing | forbidden
decline: forbidden | not-now | forbidden
cancel: cancelled | cancelled | forbidden
reschedule: moved Pending | moved Accepted | forbidden
complete: forbidden | completed | forbidden
no-show: forbidden | no-show | forbidden
tick: forbidden | forbidden | nothing"
    );
}

/// Doing again what was done is harmless; anything else comes too late.
#[test]
fn an_appointment_that_is_over_stays_so() {
    for (status, again) in [
        (Status::Declined, "decline"),
        (Status::Cancelled, "cancel"),
        (Status::Completed, "complete"),
        (Status::NoShow, "no-show"),
    ] {
        for line in answers(status).lines() {
            let (command, answer) = line.split_once(": ").expect("a line has a name");
            let patients_too = matches!(command, "cancel" | "reschedule");
            let expected = match (command, command == again, patients_too) {
                ("tick", _, _) => "forbidden | forbidden | nothing",
                (_, true, true) => "nothing | nothing | forbidden",
                (_, true, false) => "forbidden | nothing | forbidden",
                (_, false, true) => "not-now | not-now | forbidden",
                (_, false, false) => "forbidden | not-now | forbidden",
            };
            assert_eq!(answer, expected, "{command} when {}", status.name());
        }
    }
}

#[test]
fn applying_what_was_decided_brings_the_status_that_it_names() {
    let (patient, practitioner) = (person(PATIENT), person(PRACTITIONER));
    let now = NOON + Span::minutes(1);
    let after = |status, side, command| {
        let mut visit = visit(status);
        let events = visit.decide(now, side, &command, &Calendar::default()).expect("this is allowed");
        events.iter().for_each(|event| visit.apply(event));
        visit
    };
    let words = Some("I am ill".to_owned());
    let by_patient = |status, command| after(status, Side::Patient(&patient), command);
    let by_practice = |status, command| after(status, Side::Practice(&practitioner), command);
    assert_eq!(by_practice(Status::Pending, Command::Accept).status, Status::Accepted);
    let declined = by_practice(Status::Pending, Command::Decline { words: words.clone() });
    assert_eq!((declined.status, &declined.words), (Status::Declined, &words));
    let cancelled = by_patient(Status::Accepted, Command::Cancel { words: words.clone() });
    assert_eq!((cancelled.status, &cancelled.words), (Status::Cancelled, &words));
    let later = slot(NOON + Span::hours(2), 45);
    let moved = by_patient(Status::Accepted, Command::Reschedule { slot: later });
    assert_eq!((moved.status, moved.slot), (Status::Pending, later));
    assert_eq!(by_practice(Status::Accepted, Command::Complete).status, Status::Completed);
    assert_eq!(by_practice(Status::Accepted, Command::NoShow).status, Status::NoShow);
}

#[test]
fn nobody_says_how_it_went_before_it_has_begun() {
    let practitioner = person(PRACTITIONER);
    for command in [Command::Complete, Command::NoShow] {
        let early = NOON - Span::millis(1);
        let decided =
            visit(Status::Accepted).decide(early, Side::Practice(&practitioner), &command, &Calendar::default());
        assert_eq!(decided, Err(Refusal::NotNow("the appointment has not begun")));
    }
}

#[test]
fn who_may_book_for_whom() {
    let book = |name, role| {
        let booked = Appointment::book(Millis(0), &person(name), role, booking(), &Calendar::default());
        say(&booked.map(|(_, events)| events))
    };
    assert_eq!(book(PATIENT, Role::Patient), "created Pending");
    assert_eq!(book("otto", Role::Patient), "forbidden");
    assert_eq!(book(PRACTITIONER, Role::Practitioner), "created Accepted");
    assert_eq!(book("bob", Role::Practitioner), "forbidden");
    assert_eq!(book("sam", Role::Staff), "created Accepted");
    assert_eq!(book("root", Role::Admin), "created Accepted");
    assert_eq!(book("ines", Role::Guest), "forbidden");
}

#[test]
fn a_booking_must_make_sense() {
    let try_slot = |now: Millis, start: Millis, minutes| {
        let asked = Booking { slot: slot(start, minutes), ..booking() };
        say(&Appointment::book(now, &person(PATIENT), Role::Patient, asked, &Calendar::default()).map(|(_, e)| e))
    };
    assert_eq!(try_slot(NOON, NOON, 4), "invalid");
    assert_eq!(try_slot(NOON, NOON, 5), "created Pending");
    assert_eq!(try_slot(NOON, NOON, 480), "created Pending");
    assert_eq!(try_slot(NOON, NOON, 481), "invalid");
    assert_eq!(try_slot(NOON, NOON - Span::minutes(5), 30), "created Pending", "it has just begun");
    assert_eq!(try_slot(NOON, NOON - Span::minutes(6), 30), "invalid");
    assert_eq!(try_slot(NOON, NOON + PLANNED_AHEAD_AT_MOST, 30), "created Pending");
    assert_eq!(try_slot(NOON, NOON + PLANNED_AHEAD_AT_MOST + Span::millis(1), 30), "invalid");
    let alone = Booking { practitioner: person(PATIENT), ..booking() };
    let booked = Appointment::book(Millis(0), &person(PATIENT), Role::Patient, alone, &Calendar::default());
    assert_eq!(say(&booked.map(|(_, events)| events)), "invalid", "nobody treats themselves");
}

#[test]
fn a_practitioner_is_never_in_two_places_at_once() {
    let book = |calendar: &Calendar| {
        let booked = Appointment::book(Millis(0), &person(PATIENT), Role::Patient, booking(), calendar);
        say(&booked.map(|(_, events)| events))
    };
    assert_eq!(book(&taken(NOON, 30)), "busy");
    assert_eq!(book(&taken(NOON - Span::minutes(29), 30)), "busy", "one minute overlaps");
    assert_eq!(book(&taken(NOON - Span::minutes(30), 30)), "created Pending", "one after the other is fine");
    assert_eq!(book(&taken(NOON + Span::minutes(30), 30)), "created Pending");
    assert_eq!(book(&taken(NOON - Span::hours(1), 240)), "busy", "a long one swallows it");
    assert_eq!(book(&taken(NOON + Span::minutes(10), 5)), "busy", "and it swallows a short one");
}

#[test]
fn moving_needs_a_free_time_too_and_one_is_never_in_ones_own_way() {
    let patient = person(PATIENT);
    let practitioner = person(PRACTITIONER);
    let own = Calendar { taken: vec![(AppointmentId::new("visit"), slot(NOON, 30))] };
    let later = slot(NOON + Span::minutes(15), 30);
    let moves = |side, to, calendar: &Calendar| {
        say(&visit(Status::Accepted).decide(Millis(0), side, &Command::Reschedule { slot: to }, calendar))
    };
    assert_eq!(moves(Side::Patient(&patient), later, &own), "moved Pending");
    assert_eq!(moves(Side::Practice(&practitioner), later, &own), "moved Accepted");
    assert_eq!(moves(Side::Practice(&practitioner), later, &taken(NOON + Span::minutes(30), 30)), "busy");
    assert_eq!(moves(Side::Practice(&practitioner), slot(NOON, 30), &own), "nothing", "to where it is already");
    assert_eq!(moves(Side::Patient(&patient), slot(NOON, 2), &own), "invalid");
}

#[test]
fn what_is_off_frees_its_time() {
    let holding: Vec<_> =
        Status::ALL.into_iter().filter(|status| visit(*status).holds_its_slot()).map(Status::name).collect();
    assert_eq!(holding, ["Pending", "Accepted", "Completed"]);
}

#[test]
fn when_its_time_has_passed_the_clock_settles_it() {
    let end = NOON + Span::minutes(30);
    let closes = end + LINK_CLOSES_AFTER;
    let tick = |status, now, attended| {
        say(&visit(status).decide(now, Side::Clock, &Command::Tick { attended }, &Calendar::default()))
    };
    assert_eq!(tick(Status::Pending, end - Span::millis(1), Attended::No), "nothing");
    assert_eq!(tick(Status::Pending, end, Attended::No), "cancelled by nobody");
    assert_eq!(tick(Status::Accepted, closes - Span::millis(1), Attended::Yes), "nothing");
    assert_eq!(tick(Status::Accepted, closes, Attended::Yes), "completed");
    assert_eq!(tick(Status::Accepted, closes, Attended::No), "no-show");
    for over in [Status::Declined, Status::Cancelled, Status::Completed, Status::NoShow] {
        assert_eq!(tick(over, closes, Attended::No), "nothing");
        assert_eq!(visit(over).deadline(), None, "{}", over.name());
    }
    assert_eq!(visit(Status::Pending).deadline(), Some(end));
    assert_eq!(visit(Status::Accepted).deadline(), Some(closes));
    let at_the_practice = Appointment { kind: Kind::InPerson, ..visit(Status::Accepted) };
    assert_eq!(at_the_practice.deadline(), None, "only the practice knows who came to its door");
}

#[test]
fn links_work_from_half_an_hour_before_until_four_hours_after_the_planned_end() {
    let open = |status, now| say(&visit(status).must_be_open(now).map(|()| vec![]));
    let opens = NOON - Span::minutes(30);
    let closes = NOON + Span::minutes(30) + Span::hours(4);
    for status in [Status::Accepted, Status::Completed, Status::NoShow] {
        assert_eq!(open(status, opens - Span::millis(1)), "not-now");
        assert_eq!(open(status, opens), "nothing");
        assert_eq!(open(status, closes - Span::millis(1)), "nothing");
        let over = visit(status).must_be_open(closes);
        assert_eq!(over, Err(Refusal::Expired("the appointment is over")));
    }
    assert_eq!(open(Status::Pending, NOON), "not-now");
    for void in [Status::Declined, Status::Cancelled] {
        let refused = visit(void).must_be_open(NOON);
        assert_eq!(refused, Err(Refusal::Expired("the appointment will not take place")));
    }
    let at_the_practice = Appointment { kind: Kind::InPerson, ..visit(Status::Accepted) };
    assert!(matches!(at_the_practice.must_be_open(NOON), Err(Refusal::NotNow(_))));
}

#[test]
fn on_whose_side_somebody_is() {
    let visit = visit(Status::Accepted);
    let side = |name, role| match visit.side(Actor::Person(&person(name)), role) {
        Some(Side::Patient(_)) => "patient",
        Some(Side::Practice(_)) => "practice",
        Some(Side::Clock) => "clock",
        None => "nobody",
    };
    assert_eq!(side(PATIENT, Role::Patient), "patient");
    assert_eq!(side(PRACTITIONER, Role::Practitioner), "practice");
    assert_eq!(side("sam", Role::Staff), "practice");
    assert_eq!(side("root", Role::Admin), "practice");
    assert_eq!(side("bob", Role::Practitioner), "nobody");
    assert_eq!(side("otto", Role::Patient), "nobody");
    assert_eq!(side("ines", Role::Guest), "nobody");
    assert_eq!(visit.side(Actor::Clock, Role::Guest), Some(Side::Clock));
}

#[test]
fn words_and_names_stay_out_of_the_journal() {
    let cancelled = Event::Cancelled { by: Some(person(PATIENT)), words: Some("I am ill".to_owned()) };
    let kept = serde_json::to_string(&cancelled).expect("an event is plain data");
    assert_eq!(kept, r#"{"event":"cancelled","by":"jane"}"#);
}

#[test]
fn statuses_and_kinds_are_known_by_their_names() {
    for status in Status::ALL {
        assert_eq!(Status::named(status.name()), Some(status));
    }
    for kind in [Kind::Remote, Kind::InPerson] {
        assert_eq!(Kind::named(kind.name()), Some(kind));
    }
}
