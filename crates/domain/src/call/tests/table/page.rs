//! Writes the page: what is the same everywhere is said once, and rows that say the same are one row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::super::stage::{CLOCK, act, code, decide, say, say_state};
use super::left_alone;
use super::scenes::{ADMITTED, Calling, EXPECTED, Family, KNOCKING, PATIENT, PRACTITIONER, Scene, commands};
use crate::call::{Call, Command, EMPTY_FOR, Event, SEAT_KEPT, SEATS_AT_MOST};
use crate::time::Millis;

const INTRODUCTION: &str = include_str!("introduction.md");

/// Somebody as the table tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Practitioner { calls: bool },
    Patient { calls: bool },
    Guest(&'static str),
    Stranger,
    Clock,
}

/// Guests are in some scenes only, so what is said of them is kept apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    Parties,
    Guests,
}

impl Subject {
    fn of(who: Who, label: &str) -> Self {
        if matches!(who, Who::Guest(_)) || names_a_guest(label) { Self::Guests } else { Self::Parties }
    }
}

/// Words for several people, and who they are.
type Group = (&'static str, fn(&Who) -> bool);

/// What comes of the command with that number, given by that person.
type Cells = BTreeMap<(usize, Who), String>;

pub fn write(scenes: &[Scene]) -> String {
    let tables: Vec<Cells> = scenes.iter().map(cells).collect();
    let all: Vec<&Cells> = tables.iter().collect();
    let (everywhere, guests) = (common(&all, Subject::Parties), common(&all, Subject::Guests));
    let mut page = INTRODUCTION
        .replace("{diagram}", &diagram(scenes))
        .replace("{seat_kept}", &SEAT_KEPT.as_seconds().to_string())
        .replace("{empty_for}", &EMPTY_FOR.as_seconds().to_string())
        .replace("{seats_at_most}", &SEATS_AT_MOST.to_string())
        .replace("{everywhere}", rows(&everywhere, &everybody(&all)).trim_end())
        .replace("{guests}", rows(&guests, &everybody(&all)).trim_end());
    let said: Cells = everywhere.into_iter().chain(guests).collect();
    for family in Family::ALL {
        let of_family: Vec<_> = scenes.iter().zip(&tables).filter(|(scene, _)| scene.family == family).collect();
        write_family(&mut page, family, &of_family, &said);
    }
    page
}

/// `said` has been written above, and is not repeated.
fn write_family(page: &mut String, family: Family, scenes: &[(&Scene, &Cells)], said: &Cells) {
    let tables: Vec<&Cells> = scenes.iter().map(|(_, cells)| *cells).collect();
    let always: Cells = without(&common(&tables, Subject::Parties), said);
    let _ = write!(page, "\n## {}\n\n{}\n\n{}", name(family), about(family), rows(&always, &everybody(&tables)));
    for (scene, cells) in scenes {
        let own = without(&without(cells, said), &always);
        if own.is_empty() {
            continue; // Nothing is special about it.
        }
        let _ = write!(page, "\n### {}\n\n{}\n\n{}", scene.title, alone(scene), rows(&own, &everybody(&[cells])));
    }
}

fn everybody(tables: &[&Cells]) -> BTreeSet<Who> {
    tables.iter().flat_map(|table| table.keys()).map(|(_, who)| *who).collect()
}

fn cells(scene: &Scene) -> Cells {
    let mut cells = Cells::new();
    for (call, calling) in &scene.variants {
        for who in &scene.people {
            for (number, (label, command)) in commands().iter().enumerate() {
                let who_is = seat(who, *calling);
                let concerns = scene.has_guests() && !matches!(who_is, Who::Stranger | Who::Clock);
                if names_a_guest(label) && !concerns {
                    continue;
                }
                let said = outcome(call, scene.now, who, command);
                let before = cells.insert((number, who_is), said.clone());
                assert!(before.is_none_or(|before| before == said), "{label} by {who} has two answers");
            }
        }
    }
    cells
}

fn names_a_guest(label: &str) -> bool {
    [EXPECTED, KNOCKING, ADMITTED, "whoever is invited"].iter().any(|guest| label.contains(guest))
}

fn seat(who: &'static str, calling: Calling) -> Who {
    match who {
        PRACTITIONER => Who::Practitioner { calls: calling == Calling::Practitioner },
        PATIENT => Who::Patient { calls: calling == Calling::Patient },
        CLOCK => Who::Clock,
        EXPECTED | KNOCKING | ADMITTED => Who::Guest(who),
        _ => Who::Stranger,
    }
}

fn outcome(call: &Call, now: Millis, who: &str, command: &Command) -> String {
    match decide(call, now, who, command) {
        Err(refusal) => format!("*{}:* {}", code(refusal), refusal.why()),
        Ok(events) if events.is_empty() => "nothing changes".to_owned(),
        Ok(events) => {
            let mut next = call.clone();
            events.iter().for_each(|event| next.apply(now, event));
            let told = events.iter().map(|event| tell(event, who)).collect::<Vec<_>>().join(", ");
            let moves = kind(call) != kind(&next) && !next.has_ended();
            if moves { format!("{told} → **{}**", kind(&next).to_lowercase()) } else { told }
        }
    }
}

/// An event in words; whoever acts is not named again.
fn tell(event: &Event, actor: &str) -> String {
    match event {
        Event::Lost { .. } => "lost, the seat is kept".to_owned(),
        Event::Ended { .. } => format!("**{}**", say(event).replace(&format!(" by {actor}"), "")),
        other => say(other).replace(&format!("{actor} "), ""),
    }
}

fn kind(call: &Call) -> String {
    let said = say_state(call);
    let word = said.split([' ', ':']).next().unwrap_or_default();
    word[..1].to_uppercase() + &word[1..]
}

/// The cells about `subject` that say the same in all of `tables`.
fn common(tables: &[&Cells], subject: Subject) -> Cells {
    let mut found: BTreeMap<_, BTreeSet<&String>> = BTreeMap::new();
    for ((number, who), said) in tables.iter().flat_map(|table| table.iter()) {
        found.entry((*number, *who)).or_default().insert(said);
    }
    let labels = commands();
    found
        .into_iter()
        .filter(|((number, who), said)| said.len() == 1 && Subject::of(*who, &labels[*number].0) == subject)
        .filter_map(|(key, said)| Some((key, (*said.first()?).clone())))
        .collect()
}

fn without(cells: &Cells, said: &Cells) -> Cells {
    cells.iter().filter(|(key, _)| !said.contains_key(key)).map(|(key, text)| (*key, text.clone())).collect()
}

/// A markdown table of `cells`: by command, then who, then what comes of it.
fn rows(cells: &Cells, everybody: &BTreeSet<Who>) -> String {
    let mut by_outcome: BTreeMap<(usize, &str), BTreeSet<Who>> = BTreeMap::new();
    for ((number, who), said) in cells {
        by_outcome.entry((*number, said)).or_default().insert(*who);
    }
    let mut merged: Vec<(BTreeSet<usize>, String, &str)> = Vec::new();
    for ((number, said), whose) in by_outcome {
        let who = people(&whose, everybody);
        match merged.iter_mut().find(|(_, other, same)| *other == who && *same == said) {
            Some((numbers, _, _)) => drop(numbers.insert(number)),
            None => merged.push((BTreeSet::from([number]), who, said)),
        }
    }
    let mut table = "| command | by | what comes of it |\n|---|---|---|\n".to_owned();
    for (numbers, who, said) in merged {
        let _ = writeln!(table, "| {} | {who} | {said} |", command_names(&numbers));
    }
    table
}

fn command_names(numbers: &BTreeSet<usize>) -> String {
    let labels = commands();
    let plain = |number: &usize| !names_a_guest(&labels[*number].0);
    let missing: Vec<_> = (0..labels.len()).filter(plain).filter(|number| !numbers.contains(number)).collect();
    match missing.as_slice() {
        [] => "everything".to_owned(),
        [only] if numbers.len() > 3 => format!("everything but {}", labels[*only].0),
        _ => grouped(&numbers.iter().map(|number| labels[*number].0.as_str()).collect::<Vec<_>>()),
    }
}

/// “`Admit` the patient, `Admit` a stranger” is “`Admit` the patient / a stranger”.
fn grouped(labels: &[&str]) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut last = "";
    for label in labels {
        let (verb, object) = label.split_once(' ').unwrap_or((label, ""));
        match said.last_mut() {
            Some(before) if verb == last => *before = format!("{before} / {object}"),
            _ => said.push((*label).to_owned()),
        }
        last = verb;
    }
    said.join(", ")
}

/// A set of people in as few words as tell them from the others in the same table.
fn people(whose: &BTreeSet<Who>, everybody: &BTreeSet<Who>) -> String {
    let mut left = whose.clone();
    let mut said = Vec::new();
    let groups: [Group; 6] = [
        ("both parties", |who| matches!(who, Who::Practitioner { .. } | Who::Patient { .. })),
        ("the practitioner", |who| matches!(who, Who::Practitioner { .. })),
        ("the patient", |who| matches!(who, Who::Patient { .. })),
        ("the caller", |who| matches!(who, Who::Practitioner { calls: true } | Who::Patient { calls: true })),
        ("the callee", |who| matches!(who, Who::Practitioner { calls: false } | Who::Patient { calls: false })),
        ("any guest", |who| matches!(who, Who::Guest(_))),
    ];
    for (words, belongs) in groups {
        let group: BTreeSet<Who> = everybody.iter().copied().filter(belongs).collect();
        if !group.is_empty() && group.is_subset(&left) {
            said.push(words);
            left.retain(|who| !group.contains(who));
        }
    }
    said.extend(left.iter().map(|who| match who {
        Who::Practitioner { calls: true } => "the practitioner who called",
        Who::Practitioner { calls: false } => "the practitioner who was called",
        Who::Patient { calls: true } => "the patient who called",
        Who::Patient { calls: false } => "the patient who was called",
        Who::Guest(name) => name,
        Who::Stranger => "a stranger",
        Who::Clock => "the clock",
    }));
    said.join(", ")
}

/// What becomes of the scene if nobody does anything more.
fn alone(scene: &Scene) -> String {
    let Some((call, _)) = scene.variants.first() else { return String::new() };
    let stops = left_alone(call);
    let stay = if stops.last().is_some_and(|(_, said)| said.contains("ended")) { "" } else { "then it stays as it is" };
    let told = stops.iter().map(|(when, said)| match when.since(scene.now).as_seconds() {
        0 => format!("at the next tick, {said}"),
        seconds => format!("after {seconds} s, {said}"),
    });
    let told: Vec<_> = told.chain((!stay.is_empty()).then(|| stay.to_owned())).collect();
    format!("*Left alone:* {}.", told.join("; "))
}

/// Which commands lead from one state to another, as they do in the scenes.
fn diagram(scenes: &[Scene]) -> String {
    let mut roads: BTreeMap<(String, String), BTreeSet<usize>> = BTreeMap::new();
    for scene in scenes {
        for ((call, _), who) in scene.variants.iter().flat_map(|v| scene.people.iter().map(move |who| (v, who))) {
            for (number, (_, command)) in commands().iter().enumerate() {
                let mut next = call.clone();
                let _ = act(&mut next, scene.now, who, command); // A refusal leads nowhere.
                if kind(&next) != kind(call) {
                    roads.entry((kind(call), kind(&next))).or_default().insert(number);
                }
            }
        }
    }
    let labels = commands();
    let mut lines = String::new();
    for ((from, to), numbers) in roads {
        let mut verbs: Vec<_> =
            numbers.iter().map(|number| labels[*number].0.split('`').nth(1).unwrap_or("")).collect();
        verbs.dedup();
        let _ = writeln!(lines, "    {from} --> {to}: {}", verbs.join(", "));
    }
    lines.trim_end().to_owned()
}

fn name(family: Family) -> &'static str {
    match family {
        Family::Ringing => "Ringing",
        Family::Waiting => "Waiting",
        Family::Active => "Active",
        Family::Unrung => "Active, and nobody rang",
        Family::Ended => "Ended",
    }
}

fn about(family: Family) -> &'static str {
    match family {
        Family::Ringing => "The callee's devices ring. Nobody has a seat yet, so nobody can enter.",
        Family::Waiting => {
            "The room of an appointment has been entered, and the two are not both in it. It keeps nobody from \
             taking another call. Here the practitioner counts as the caller."
        }
        Family::Active => {
            "The call proper. Both parties are engaged: whoever else rings them finds them busy. Here the ring was \
             answered on the phone."
        }
        Family::Unrung => "Both parties have come to the room of an appointment. All else is as in any active call.",
        Family::Ended => {
            "Completed, declined, missed, cancelled or failed: however it ended, it answers alike, and nothing ever \
             leaves this state. Its seats are gone, so whoever was a guest is a stranger now."
        }
    }
}
