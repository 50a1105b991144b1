//! Plays the shared stories of `stories/*.json` against the rules alone. What people see on their sockets is the
//! server's to keep; here it is only checked that it is said in words of the contract.

mod script;
mod stage;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use script::Story;
use stage::Stage;

const STORIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../stories");

/// What the server says on its sockets.
const HEARD: [&str; 31] = [
    "incoming-video-call",
    "incoming-call",
    "call-ringing",
    "call-accepted",
    "call-answered",
    "call-answered-elsewhere",
    "call-rejected",
    "call-cancelled",
    "call-missed",
    "joined-room",
    "user-joined",
    "waiting-room",
    "participant-waiting",
    "admission-denied",
    "user-left",
    "user-reconnecting",
    "user-back",
    "webrtc-signal",
    "screen-share-started",
    "screen-share-stopped",
    "video-toggled",
    "audio-toggled",
    "call-ended",
    "chat-message",
    "hand-raised",
    "room-locked",
    "invited",
    "seat-taken",
    "ring-signal",
    "chat-typing",
    "chat-read",
];

#[test]
fn every_story_is_played_as_it_is_told() {
    let stories = stories();
    assert!(stories.len() >= 10, "the stories are in {STORIES}");
    for (path, story) in &stories {
        let failed = |what: String| panic!("{}: {what}", path.display());
        let mut stage = Stage::set(story);
        for (number, step) in story.steps.iter().enumerate() {
            stage.play(step).unwrap_or_else(|what| failed(format!("step {}, at {} s: {what}", number + 1, step.at)));
        }
        stage.finish(&story.outcome).unwrap_or_else(failed);
    }
}

#[test]
fn every_story_is_well_told() {
    let mut names = BTreeSet::new();
    for (path, story) in stories() {
        let path = path.display();
        assert!(names.insert(story.name.clone()), "{path}: another story is called “{}”", story.name);
        assert!(story.about.ends_with('.'), "{path}: what a story is about is told in sentences");
        let seats: BTreeSet<String> = story.people.iter().flat_map(script::Person::addresses).collect();
        let mut clock = 0;
        for step in &story.steps {
            assert!(step.at >= clock, "{path}: time goes forward");
            clock = step.at;
            assert!(step.who == "clock" || seats.contains(&step.who), "{path}: who is {}?", step.who);
            let device = step.on.as_ref().map(|on| format!("{}/{on}", step.who));
            assert!(device.is_none_or(|device| seats.contains(&device)), "{path}: at {clock} s, on which device?");
            assert!(!step.sees.values().any(Vec::is_empty), "{path}: who sees nothing is not named");
            for (who, heard) in &step.sees {
                assert!(seats.contains(who), "{path}: at {clock} s, {who} is nobody of the story");
                for event in heard {
                    assert!(HEARD.contains(&event.as_str()), "{path}: no socket ever hears {event}");
                }
            }
        }
    }
}

fn stories() -> Vec<(PathBuf, Story)> {
    let folder = std::fs::read_dir(Path::new(STORIES)).expect("there is a folder of stories");
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a story can be read");
        let story = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, story)
    };
    paths.into_iter().map(read).collect()
}
