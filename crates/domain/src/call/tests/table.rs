//! Every state × command × seat, written down in `docs/call-machine.md` as it comes out of `decide`.

mod page;
mod scenes;

use std::path::Path;

use super::stage::{CLOCK, act, decide};
use crate::call::{Call, Command};
use scenes::scenes;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/call-machine.md");

#[test]
fn the_page_of_the_call_machine_is_what_the_machine_does() {
    let fresh = page::write(&scenes());
    let path = Path::new(PAGE);
    if std::env::var_os("BEDSIDE_WRITE").is_some_and(|wish| wish == "1") {
        std::fs::write(path, fresh).expect("docs/ can be written");
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == fresh,
        "docs/call-machine.md is stale; write it again with: \
         BEDSIDE_WRITE=1 cargo nextest run -p bedside-domain the_page_of_the_call_machine"
    );
}

#[test]
fn every_command_has_an_answer_for_everybody_in_every_scene() {
    for scene in scenes() {
        for (call, _) in &scene.variants {
            for who in &scene.people {
                for (label, command) in scenes::commands() {
                    let mut tried = call.clone();
                    let answered = act(&mut tried, scene.now, who, &command);
                    let unchanged = &tried == call;
                    let silent = answered.as_ref().map_or(true, Vec::is_empty);
                    assert!(
                        !silent || unchanged,
                        "{label} by {who} in “{}” changes a call without a word",
                        scene.title
                    );
                }
            }
        }
    }
}

/// What happens to `call` if from now on nobody does anything but the clock: each stop, and what it brings.
fn left_alone(call: &Call) -> Vec<(crate::time::Millis, String)> {
    let mut call = call.clone();
    let mut stops = Vec::new();
    while let Some(deadline) = call.deadline() {
        let events = decide(&call, deadline, CLOCK, &Command::Tick).expect("the clock may tick");
        assert!(!events.is_empty(), "a tick at the deadline moves on");
        events.iter().for_each(|event| call.apply(deadline, event));
        stops.push((deadline, events.iter().map(super::stage::say).collect::<Vec<_>>().join(", ")));
    }
    stops
}
