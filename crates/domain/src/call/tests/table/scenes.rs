//! The moments of a call that the page shows, and the commands that are tried in each.

use super::super::guests::invite;
use super::super::stage::*;
use crate::call::{Call, Command, Door};
use crate::time::Millis;

pub const PRACTITIONER: &str = "the practitioner";
pub const PATIENT: &str = "the patient";
pub const EXPECTED: &str = "the invited guest";
pub const KNOCKING: &str = "the waiting guest";
pub const ADMITTED: &str = "the admitted guest";
pub const STRANGER: &str = "a stranger";

/// One moment of a call.
pub struct Scene {
    pub family: Family,
    pub title: String,
    pub now: Millis,
    /// The same moment, by who called whom.
    pub variants: Vec<(Call, Calling)>,
    pub people: Vec<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Ringing,
    Waiting,
    Active,
    /// Active, too, but it began in the room of an appointment.
    Unrung,
    Ended,
}

impl Family {
    pub const ALL: [Self; 5] = [Self::Ringing, Self::Waiting, Self::Active, Self::Unrung, Self::Ended];
}

/// Which of the two is the caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Calling {
    Practitioner,
    Patient,
}

pub fn scenes() -> Vec<Scene> {
    [ringing(), waiting(), active(), lost(), ended()].into_iter().flatten().collect()
}

/// Each command as it is tried, under the name that the page gives it.
pub fn commands() -> Vec<(String, Command)> {
    let plain = [
        ("`DeviceRings`", Command::DeviceRings { device: device("the phone") }),
        ("`Accept` on the phone", accept("the phone")),
        ("`Accept` on the tablet", accept("the tablet")),
        ("`Decline`", Command::Decline { device: None, words: None }),
        ("`Cancel`", Command::Cancel),
        ("`Join`", Command::Join),
        ("`Leave`", Command::Leave),
        ("`Lose`", Command::Lose),
        ("`Return`", Command::Return),
        ("`Invite` somebody new", invite("somebody new")),
        ("`Invite` whoever is invited", invite(EXPECTED)),
    ];
    let people = [PATIENT, PRACTITIONER, EXPECTED, KNOCKING, ADMITTED, STRANGER];
    let admits = people.map(|whom| (format!("`Admit` {whom}"), admit(whom)));
    let turns = people.map(|whom| (format!("`TurnAway` {whom}"), turn_away(whom)));
    let backs = people.map(|whom| (format!("`SendBack` {whom}"), send_back(whom)));
    let removals = people.map(|whom| (format!("`Remove` {whom}"), remove(whom)));
    let last = [
        ("`AdmitAll`", Command::AdmitAll),
        ("`Lock`", Command::Lock),
        ("`Unlock`", Command::Unlock),
        ("`End`", Command::End),
        ("`Tick`", Command::Tick),
    ];
    let named = |(name, command): (&str, Command)| (name.to_owned(), command);
    plain
        .into_iter()
        .map(named)
        .chain(admits)
        .chain(turns)
        .chain(backs)
        .chain(removals)
        .chain(last.into_iter().map(named))
        .collect()
}

impl Scene {
    fn new(family: Family, title: &str, second: i64, variants: Vec<(Call, Calling)>) -> Self {
        let people = vec![PRACTITIONER, PATIENT, STRANGER, CLOCK];
        Self { family, title: title.to_owned(), now: at(second), variants, people }
    }

    fn with_guests(mut self) -> Self {
        self.people.extend([EXPECTED, KNOCKING, ADMITTED]);
        self
    }

    pub fn has_guests(&self) -> bool {
        self.people.contains(&ADMITTED)
    }
}

/// The same story whoever called: `acts` are told with the caller's name for `{caller}`, and so on.
fn rung(acts: &[(i64, Who, Command)]) -> Vec<(Call, Calling)> {
    let told = |caller: &'static str, callee: &'static str, call: Call| {
        let acts: Vec<_> = acts
            .iter()
            .map(|(second, who, command)| {
                let name = match who {
                    Who::Caller => caller,
                    Who::Callee => callee,
                    Who::Named(name) => name,
                };
                (*second, name, command.clone())
            })
            .collect();
        after(call, &acts)
    };
    vec![
        (told(PRACTITIONER, PATIENT, ring(practitioner(PRACTITIONER), patient(PATIENT))), Calling::Practitioner),
        (told(PATIENT, PRACTITIONER, ring(patient(PATIENT), practitioner(PRACTITIONER))), Calling::Patient),
    ]
}

#[derive(Clone, Copy)]
enum Who {
    Caller,
    Callee,
    Named(&'static str),
}

fn entered(door: Door, acts: &[(i64, &str, Command)]) -> Vec<(Call, Calling)> {
    let (call, _) = Call::open(at(0), opening(PRACTITIONER, PATIENT, door));
    vec![(after(call, acts), Calling::Practitioner)]
}

fn ringing() -> Vec<Scene> {
    vec![
        Scene::new(Family::Ringing, "It rings", 10, rung(&[])),
        Scene::new(Family::Ringing, "Its time is over, but the clock has not ticked yet", 31, rung(&[])),
    ]
}

fn waiting() -> Vec<Scene> {
    let join = || Command::Join;
    let both = [(1, PATIENT, join()), (2, PRACTITIONER, join())];
    let with_guests: Vec<_> = both.iter().cloned().chain(guests_at(3)).collect();
    let waits = [(1, PATIENT, join())];
    let scene = |title, second, variants| Scene::new(Family::Waiting, title, second, variants);
    vec![
        scene("The session is open and nobody has come yet", 1, entered(Door::Open, &[])),
        scene("The practitioner is inside", 9, entered(Door::Open, &[(1, PRACTITIONER, join())])),
        scene("The patient is inside (no waiting room)", 9, entered(Door::Open, &waits)),
        scene("The patient waits for admission, and nobody else is there", 9, entered(Door::WaitingRoom, &waits)),
        scene(
            "The practitioner is inside, the patient waits for admission, and so does a guest",
            9,
            entered(Door::WaitingRoom, &with_guests),
        )
        .with_guests(),
        scene(
            "The patient waits for admission and has lost the connection; the practitioner is inside",
            12,
            entered(Door::WaitingRoom, &[both[0].clone(), both[1].clone(), (9, PATIENT, Command::Lose)]),
        ),
        scene(
            "The patient (no waiting room) has lost the connection; the practitioner is inside",
            12,
            entered(Door::Open, &[both[0].clone(), (1, PATIENT, Command::Lose), both[1].clone()]),
        ),
        scene(
            "The links have expired, but the clock has not ticked yet",
            LINKS_EXPIRE + 1,
            entered(Door::Open, &[(1, PRACTITIONER, join())]),
        ),
    ]
}

/// Three guests: one has not come, one waits, one is inside.
fn guests_at(second: i64) -> Vec<(i64, &'static str, Command)> {
    vec![
        (second, PRACTITIONER, invite(EXPECTED)),
        (second, PRACTITIONER, invite(KNOCKING)),
        (second, PRACTITIONER, invite(ADMITTED)),
        (second, KNOCKING, Command::Join),
        (second, ADMITTED, Command::Join),
        (second, PRACTITIONER, admit(ADMITTED)),
    ]
}

fn answered(then: &[(i64, Who, Command)]) -> Vec<(Call, Calling)> {
    let answer = [(1, Who::Callee, accept("the phone"))];
    rung(&answer.iter().chain(then).cloned().collect::<Vec<_>>())
}

fn talking(then: &[(i64, Who, Command)]) -> Vec<(Call, Calling)> {
    let both = [(2, Who::Caller, Command::Join), (3, Who::Callee, Command::Join)];
    answered(&both.iter().chain(then).cloned().collect::<Vec<_>>())
}

fn active() -> Vec<Scene> {
    let guests: Vec<_> =
        guests_at(4).into_iter().map(|(second, who, command)| (second, Who::Named(who), command)).collect();
    let scene = |title, second, variants| Scene::new(Family::Active, title, second, variants);
    vec![
        scene("Answered, and nobody has come yet", 9, answered(&[])),
        scene("Answered a minute ago, and nobody has come; the clock has not ticked yet", 62, answered(&[])),
        scene("The caller is inside, the callee has not come yet", 9, answered(&[(2, Who::Caller, Command::Join)])),
        scene("Both are inside, with three guests: invited, waiting, admitted", 9, talking(&guests)).with_guests(),
        Scene::new(
            Family::Unrung,
            "Both are inside",
            9,
            entered(Door::Open, &[(1, PATIENT, Command::Join), (2, PRACTITIONER, Command::Join)]),
        ),
    ]
}

fn lost() -> Vec<Scene> {
    let lose = |second, who| (second, Who::Named(who), Command::Lose);
    let scene = |title, second, variants| Scene::new(Family::Active, title, second, variants);
    vec![
        scene(
            "The patient has left, the practitioner is inside",
            9,
            talking(&[(5, Who::Named(PATIENT), Command::Leave)]),
        ),
        scene("The patient has lost the connection, the practitioner is inside", 9, talking(&[lose(5, PATIENT)])),
        scene("The patient has been lost for a minute; the clock has not ticked yet", 65, talking(&[lose(5, PATIENT)])),
        scene("Both have lost the connection", 9, talking(&[lose(5, PATIENT), lose(7, PRACTITIONER)])),
    ]
}

/// However a call ended, it answers alike, so all five share one table.
fn ended() -> Vec<Scene> {
    let stories = [
        ("completed", talking(&[(5, Who::Caller, Command::End)])),
        ("declined", rung(&[(5, Who::Callee, Command::Decline { device: None, words: None })])),
        ("missed", rung(&[(30, Who::Named(CLOCK), Command::Tick)])),
        ("cancelled", rung(&[(5, Who::Caller, Command::Cancel)])),
        ("failed", answered(&[(61, Who::Named(CLOCK), Command::Tick)])),
    ];
    stories.map(|(title, variants)| Scene::new(Family::Ended, title, 99, variants)).into()
}
