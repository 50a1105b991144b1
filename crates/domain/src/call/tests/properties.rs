//! What holds for every call, whatever people, devices, the network and the clock do to it.
//!
//! Random acts are played as the server plays them: a decision may be made on facts that have grown old, its commit
//! is then refused, and it is made again.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::guests::invite;
use super::stage::*;
use crate::call::{Call, Command, Door, Ending, Event, Reach, State};
use crate::refusal::Refusal;
use crate::time::{Millis, Span};

const OTTO: &str = "otto";
const EVERYBODY: [&str; 5] = [ADA, JANE, INES, OTTO, STAN];

/// One attempt of somebody to do something.
#[derive(Clone, Debug)]
struct Act {
    who: &'static str,
    command: Command,
    when: When,
    /// How many commits old the facts are on which the decision is made.
    behind: usize,
}

#[derive(Clone, Copy, Debug)]
enum When {
    /// So long after what came before; a little earlier too, for the clocks of two machines differ.
    After(i64),
    /// So many milliseconds from the deadline, if there is one.
    Deadline(i64),
}

/// How a call is born.
#[derive(Clone, Copy, Debug)]
enum Birth {
    PatientRings(Reach),
    PractitionerRings(Reach),
    Entry(Door),
}

/// A call in a store whose commits are optimistic, with everything that ever happened to it.
#[derive(Debug)]
struct Stored {
    birth: Birth,
    versions: Vec<Call>,
    journal: Vec<(Millis, Event)>,
    now: Millis,
}

/// What somebody else was faster than.
struct Stale;

impl Birth {
    fn call(self) -> (Call, Vec<Event>) {
        let ring = |caller, callee, reach| Call::request(at(0), request(caller, callee), reach).expect("two people");
        match self {
            Self::PatientRings(reach) => ring(patient(JANE), practitioner(ADA), reach),
            Self::PractitionerRings(reach) => ring(practitioner(ADA), patient(JANE), reach),
            Self::Entry(door) => Call::open(at(0), opening(ADA, JANE, door)),
        }
    }

    /// The same call before anything happened to it: what the row held when it was made.
    fn before_its_events(self) -> Call {
        match self {
            Self::PatientRings(_) => Self::PatientRings(Reach::Reachable).call().0,
            Self::PractitionerRings(_) => Self::PractitionerRings(Reach::Reachable).call().0,
            Self::Entry(_) => self.call().0,
        }
    }
}

impl Stored {
    fn new(birth: Birth) -> Self {
        let (call, events) = birth.call();
        let journal = events.into_iter().map(|event| (at(0), event)).collect();
        Self { birth, versions: vec![call], journal, now: at(0) }
    }

    fn call(&self) -> &Call {
        self.versions.last().expect("a call is stored when it is born")
    }

    fn commit(&mut self, version: usize, now: Millis, events: Vec<Event>) -> Result<(), Stale> {
        if events.is_empty() {
            return Ok(());
        }
        if version != self.versions.len() {
            return Err(Stale);
        }
        let mut call = self.call().clone();
        for event in events {
            call.apply(now, &event);
            self.journal.push((now, event));
        }
        self.versions.push(call);
        Ok(())
    }

    /// The road of a command: decide, commit, and decide again if somebody was faster.
    fn dispatch(&mut self, behind: usize, who: &str, command: &Command) -> Result<(), Refusal> {
        let mut version = self.versions.len().saturating_sub(behind).max(1);
        loop {
            let held = &self.versions[version - 1];
            let before = held.clone();
            let decided = decide(held, self.now, who, command);
            assert_eq!(held, &before, "deciding changes nothing");
            match self.commit(version, self.now, decided?) {
                Ok(()) => return Ok(()),
                Err(Stale) => version = self.versions.len(),
            }
        }
    }

    fn play(&mut self, act: &Act) {
        self.now = match (act.when, self.call().deadline()) {
            (When::After(millis), _) => self.now + Span::millis(millis),
            (When::Deadline(millis), Some(deadline)) => deadline + Span::millis(millis),
            (When::Deadline(_), None) => self.now,
        };
        let _ = self.dispatch(act.behind, act.who, &act.command); // A refusal is an answer, too.
    }

    fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.journal.iter().filter(|(_, event)| wanted(event)).count()
    }

    fn must_hold(&self) {
        self.one_acceptance_and_one_end();
        self.only_the_admitted_are_inside();
        self.nobody_new_comes_through_a_lock();
        self.the_journal_tells_the_same();
        let call = self.call();
        assert!(call.duration().is_none_or(|span| span >= Span::seconds(0)), "no call lasts less than nothing");
        assert_eq!(call.duration().is_some(), call.has_ended() && self.began(), "only what began has lasted");
        assert_eq!(call.ringing_pair().is_some(), matches!(call.state, State::Ringing { .. }));
        assert_eq!(call.engaged().len(), if matches!(call.state, State::Active { .. }) { 2 } else { 0 });
        assert!(!call.has_ended() || call.deadline().is_none(), "what has ended needs no clock");
    }

    fn one_acceptance_and_one_end(&self) {
        let begun = self.count(|event| matches!(event, Event::Accepted { .. } | Event::Began));
        assert!(begun <= 1, "a call begins once");
        let ends = self.count(|event| matches!(event, Event::Ended { .. }));
        assert_eq!(ends, usize::from(self.call().has_ended()), "an ended call has one line in the history");
        let last_is_the_end = matches!(self.journal.last(), Some((_, Event::Ended { .. })));
        assert_eq!(last_is_the_end, self.call().has_ended(), "nothing happens after the end");
    }

    fn only_the_admitted_are_inside(&self) {
        let Some(seats) = self.call().seats() else { return };
        let mut welcome = BTreeSet::from([person(ADA), person(JANE)]);
        if matches!(self.birth, Birth::Entry(Door::WaitingRoom)) {
            welcome.remove(&person(JANE));
        }
        for (_, event) in &self.journal {
            if let Event::Admitted { person, .. } = event {
                welcome.insert(person.clone());
            }
        }
        for (inside, _) in seats.participants() {
            assert!(welcome.contains(inside), "{inside} is in the call without having been admitted");
        }
        assert!(seats.get(&person(STAN)).is_none(), "nobody ever invited Stan");
    }

    fn nobody_new_comes_through_a_lock(&self) {
        let mut locked = false;
        for (_, event) in &self.journal {
            match event {
                Event::Locked { .. } => locked = true,
                Event::Unlocked { .. } => locked = false,
                Event::Entered { person } => assert!(!locked || person == &self::person(ADA), "{person} had no key"),
                _ => {}
            }
        }
    }

    fn the_journal_tells_the_same(&self) {
        let mut told = self.birth.before_its_events();
        for (when, event) in &self.journal {
            told.apply(*when, event);
        }
        assert_eq!(&told, self.call(), "the journal and the row tell the same");
    }

    fn began(&self) -> bool {
        self.count(|event| matches!(event, Event::Accepted { .. } | Event::Began)) > 0
    }

    /// From here on nobody does anything: the clock alone must bring the call to rest.
    fn leave_alone(&mut self) {
        let mut knocks = 0;
        while let Some(deadline) = self.call().deadline() {
            self.now = self.now.max(deadline);
            let before = decide(self.call(), deadline - Span::millis(1), CLOCK, &Command::Tick);
            assert_eq!(before, Ok(vec![]), "the clock does nothing before the deadline");
            let versions = self.versions.len();
            self.dispatch(0, CLOCK, &Command::Tick).expect("the clock may tick");
            assert!(self.versions.len() > versions, "a tick at the deadline moves on, or the driver would spin");
            self.must_hold();
            knocks += 1;
            assert!(knocks <= 16, "the clock comes to rest");
        }
        match &self.call().state {
            State::Ended { .. } => {}
            State::Active { seats, .. } => assert!(seats.any_party_there(), "an empty call does not last"),
            State::Ringing { .. } | State::Waiting { .. } => panic!("what rings or waits ends in time"),
        }
    }
}

fn births() -> impl Strategy<Value = Birth> {
    prop_oneof![
        6 => prop_oneof![Just(Birth::PatientRings(Reach::Reachable)), Just(Birth::PractitionerRings(Reach::Reachable))],
        6 => prop_oneof![Just(Birth::Entry(Door::Open)), Just(Birth::Entry(Door::WaitingRoom))],
        1 => prop_oneof![Just(Birth::PatientRings(Reach::Busy)), Just(Birth::PractitionerRings(Reach::Offline))],
    ]
}

fn commands() -> impl Strategy<Value = Command> {
    let device = prop::sample::select(vec!["desk", "phone"]);
    let somebody = || prop::sample::select(EVERYBODY.to_vec());
    let guest = prop::sample::select(vec![INES, OTTO]);
    prop_oneof![
        2 => device.clone().prop_map(|on| Command::DeviceRings { device: self::device(on) }),
        6 => device.prop_map(accept),
        1 => Just(Command::Decline { device: None, words: None }),
        1 => Just(Command::Cancel),
        1 => Just(Command::End),
        10 => Just(Command::Join),
        4 => Just(Command::Leave),
        4 => Just(Command::Lose),
        4 => Just(Command::Return),
        4 => guest.prop_map(invite),
        6 => somebody().prop_map(admit),
        3 => somebody().prop_map(turn_away),
        2 => somebody().prop_map(send_back),
        2 => somebody().prop_map(remove),
        1 => Just(Command::AdmitAll),
        1 => Just(Command::Lock),
        1 => Just(Command::Unlock),
        3 => Just(Command::Tick),
    ]
}

fn whens() -> impl Strategy<Value = When> {
    prop_oneof![
        8 => (-1_500..20_000_i64).prop_map(When::After),
        1 => (20_000..90_000_i64).prop_map(When::After),
        2 => (-1..=1_000_i64).prop_map(When::Deadline),
    ]
}

/// Mostly people do what is theirs to do, or a play would end before anything has happened in it.
fn doings() -> impl Strategy<Value = (&'static str, Command)> {
    let comer = prop::sample::select(vec![ADA, ADA, JANE, JANE, INES, OTTO]);
    let guest = prop::sample::select(vec![INES, OTTO]);
    let knocker = || prop::sample::select(vec![JANE, INES, OTTO]);
    let anybody = prop::sample::select(EVERYBODY.to_vec());
    let keeps_the_door = prop_oneof![
        2 => guest.prop_map(invite),
        2 => knocker().prop_map(admit),
        1 => knocker().prop_map(turn_away),
        1 => knocker().prop_map(send_back),
        1 => knocker().prop_map(remove),
        1 => prop_oneof![Just(Command::AdmitAll), Just(Command::Lock), Just(Command::Unlock)],
    ];
    let answerer = prop::sample::select(vec![(ADA, "desk"), (ADA, "phone"), (JANE, "phone")]);
    let anything = (anybody, commands());
    prop_oneof![
        3 => comer.prop_map(|who| (who, Command::Join)),
        3 => keeps_the_door.prop_map(|command| (ADA, command)),
        2 => answerer.prop_map(|(who, on)| (who, accept(on))),
        1 => Just((CLOCK, Command::Tick)),
        4 => anything,
    ]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = (doings(), whens(), prop_oneof![3 => Just(0_usize), 1 => 1..4_usize])
        .prop_map(|((who, command), when, behind)| Act { who, command, when, behind });
    prop::collection::vec(act, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold(birth in births(), acts in acts()) {
        let mut stored = Stored::new(birth);
        stored.must_hold();
        for act in &acts {
            stored.play(act);
            stored.must_hold();
        }
    }

    #[test]
    fn left_alone_every_call_comes_to_rest(birth in births(), acts in acts()) {
        let mut stored = Stored::new(birth);
        acts.iter().for_each(|act| stored.play(act));
        stored.leave_alone();
    }

    #[test]
    fn nothing_ever_leaves_the_end(birth in births(), acts in acts(), later in acts()) {
        let mut stored = Stored::new(birth);
        acts.iter().for_each(|act| stored.play(act));
        stored.now = stored.now.max(at(0));
        let _ = stored.dispatch(0, ADA, &Command::End);
        let ended = stored.call().clone();
        prop_assert!(ended.has_ended(), "a party can always hang up");
        for act in &later {
            stored.play(&Act { behind: 0, ..act.clone() });
        }
        prop_assert_eq!(stored.call(), &ended);
        prop_assert_eq!(decide(&ended, at(0), JANE, &Command::End), Ok(vec![]));
    }

    #[test]
    fn of_many_devices_that_accept_at_once_exactly_one_wins(
        takers in prop::collection::vec((0..5_u8, 0..29_999_i64, 0..5_usize), 1..12),
    ) {
        let mut stored = Stored::new(Birth::PatientRings(Reach::Reachable));
        for (taker, now, behind) in &takers {
            stored.now = Millis(*now);
            let answer = stored.dispatch(*behind, ADA, &accept(&taker.to_string()));
            let State::Active { answered_on: Some(winner), .. } = &stored.call().state else {
                panic!("the first who accepts in time is in")
            };
            let won = winner == &device(&taker.to_string());
            prop_assert_eq!(answer.is_ok(), won, "whoever did not win is told so");
        }
        prop_assert_eq!(stored.count(|event| matches!(event, Event::Accepted { .. })), 1);
    }

    #[test]
    fn an_acceptance_races_with_a_cancellation_and_one_of_them_wins(
        accept_first in any::<bool>(), behind in 0..3_usize, now in 0..29_999_i64,
    ) {
        let mut stored = Stored::new(Birth::PatientRings(Reach::Reachable));
        stored.now = Millis(now);
        let mut race = [(ADA, accept("desk")), (JANE, Command::Cancel)];
        if !accept_first {
            race.reverse();
        }
        let [first, second] = race.map(|(who, command)| stored.dispatch(behind, who, &command));
        prop_assert_eq!(first, Ok(()));
        prop_assert!(second.is_err(), "the second is told that it was too late");
        prop_assert_eq!(stored.call().has_ended(), !accept_first);
        stored.must_hold();
    }
}

#[test]
fn the_play_reaches_every_ending_and_every_event() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut endings, mut events) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..1_000 {
        let tree = (births(), acts()).new_tree(&mut runner).expect("the strategies reject nothing");
        let (birth, acts) = tree.current();
        let mut stored = Stored::new(birth);
        acts.iter().for_each(|act| stored.play(act));
        for (_, event) in &stored.journal {
            let kept = serde_json::to_value(event).expect("an event is plain data");
            events.insert(kept["event"].as_str().expect("an event has a name").to_owned());
            if let Event::Ended { why, .. } = event {
                endings.insert(*why);
            }
        }
    }
    assert_eq!(endings, BTreeSet::from(Ending::ALL), "the random plays are not too tame");
    assert_eq!(events.len(), 16, "only {events:?} ever happen");
}
