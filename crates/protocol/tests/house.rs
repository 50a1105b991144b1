//! The house rules that no compiler knows: who may know whom, how long a file is, and what is never written down.
//! They are read off the workspace as text, so a rule is one line of data below.

use std::fs;
use std::path::{Path, PathBuf};

/// Which libraries a crate may depend on. Tests may use more.
enum Uses {
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

struct CrateRule {
    folder: &'static str,
    uses: Uses,
}

/// Words that the source of a room must not contain, outside its comments and tests.
struct RoomRule {
    room: &'static str,
    /// Files and folders; those that are not there yet are rules for whoever builds them.
    files: &'static [&'static str],
    except: &'static [&'static str],
    never: &'static [&'static str],
}

const CRATES: &[CrateRule] = &[
    CrateRule { folder: "domain", uses: Uses::Only(&["serde"]) },
    CrateRule { folder: "protocol", uses: Uses::Only(&["bedside-domain", "serde", "serde_json", "utoipa"]) },
    CrateRule { folder: "store", uses: Uses::AllBut(&["bedside-protocol", "bedside", "axum", "utoipa"]) },
    CrateRule { folder: "turn", uses: Uses::AllBut(OURS) },
    CrateRule { folder: "sfu", uses: Uses::AllBut(OURS) },
    CrateRule { folder: "server", uses: Uses::AllBut(&["sqlx", "rusqlite"]) },
];

const OURS: &[&str] =
    &["bedside", "bedside-domain", "bedside-protocol", "bedside-store", "bedside-turn", "bedside-sfu"];

/// What asks the clock or rolls dice.
const OUTSIDE_WORLD: &[&str] = &["SystemTime", "Instant", "std::time", "std::thread", "rand", "tokio", "async"];

/// The wire has ids in common with the rules, and nothing else.
const ALL_BUT_IDS: &[&str] = &[
    "bedside_domain::appointment",
    "bedside_domain::call",
    "bedside_domain::notice",
    "bedside_domain::person",
    "bedside_domain::policy",
    "bedside_domain::presence",
    "bedside_domain::refusal",
    "bedside_domain::room",
    "bedside_domain::time",
    "tokio",
    "async",
];

const ROOMS: &[RoomRule] = &[
    RoomRule { room: "domain", files: &["crates/domain/src"], except: &[], never: OUTSIDE_WORLD },
    RoomRule {
        room: "domain",
        files: &["crates/domain/src"],
        except: &[],
        never: &["std::fs", "std::net", "std::env", "sqlx", "rusqlite", "serde_json", "bedside_protocol"],
    },
    RoomRule { room: "protocol", files: &["crates/protocol/src"], except: &[], never: ALL_BUT_IDS },
    RoomRule {
        room: "store",
        files: &["crates/store/src"],
        except: &[],
        never: &["bedside_protocol", "axum", "Bus", "redis"],
    },
    RoomRule {
        room: "turn, sfu",
        files: &["crates/turn/src", "crates/sfu/src"],
        except: &["crates/turn/src/driver.rs", "crates/sfu/src/driver.rs"],
        never: &["SystemTime::now", "Instant::now", "std::thread::sleep", "tokio::time::sleep"],
    },
    RoomRule {
        room: "server::wire",
        files: &["crates/server/src/wire", "crates/server/src/wire.rs"],
        except: &[],
        never: &["sqlx", "rusqlite", "bedside_store", "bus::redis", "media::embedded", "crate::compose"],
    },
    RoomRule {
        room: "server::wire but translate and problem",
        files: &["crates/server/src/wire"],
        except: &["crates/server/src/wire/translate", "crates/server/src/wire/problem"],
        never: &["bedside_domain"],
    },
    RoomRule {
        room: "server::app",
        files: &["crates/server/src/app", "crates/server/src/dispatch.rs"],
        except: &[],
        never: &["bedside_protocol", "axum", "serde_json", "crate::wire", "crate::compose"],
    },
    RoomRule {
        room: "server::wire does not relay",
        files: &["crates/server/src/wire"],
        except: &[],
        never: &["bedside_turn", "crate::relay"],
    },
    RoomRule {
        room: "server::outbox",
        files: &["crates/server/src/outbox"],
        except: &[],
        never: &["crate::wire", "bedside_protocol", "bedside_domain::call"],
    },
    RoomRule {
        room: "server but main and its two commands",
        files: &["crates/server/src"],
        except: &[
            "crates/server/src/main.rs",
            "crates/server/src/serve.rs",
            "crates/server/src/demo.rs",
            "crates/server/src/compose",
        ],
        never: &["crate::compose", "compose::compose"],
    },
    RoomRule {
        room: "server but its clock",
        files: &["crates/server/src"],
        except: &["crates/server/src/clock.rs"],
        never: &["Timestamp::now", "SystemTime::now", "now_v7", "rand::fill"],
    },
    RoomRule {
        room: "web",
        files: &["web/packages"],
        except: &[
            "web/packages/app/vite.config.ts",
            "web/packages/elements/vite.config.ts",
            // Drawings of our own, which are in the program.
            "web/packages/app/src/icon.ts",
            "web/packages/elements/src/icon.ts",
            // How somebody likes it on this device; nothing of theirs.
            "web/packages/app/src/taste.ts",
            "web/packages/elements/src/alarm.ts",
            "web/packages/elements/src/call-taste.ts",
        ],
        never: &[
            ": any",
            "as any",
            "<any",
            "any>",
            "any[]",
            "export default",
            "enum",
            "console",
            "window.alert",
            "innerHTML",
            "unsafeHTML",
            "localStorage",
        ],
    },
    RoomRule {
        room: "web client",
        files: &["web/packages/client/src"],
        except: &[],
        never: &["document", "window", "HTMLElement", "customElements", "lit"],
    },
    RoomRule {
        room: "web elements",
        files: &["web/packages/elements/src"],
        except: &[],
        never: &["fetch", "WebSocket", "socket.io-client", "history", "@bedside/protocol"],
    },
    RoomRule {
        room: "web app",
        files: &["web/packages/app/src"],
        except: &[],
        never: &["@bedside/protocol", "WebSocket", "socket.io-client", "XMLHttpRequest"],
    },
];

const LINES_AT_MOST: usize = 500;
/// A story told to two databases is long, and still one story.
const LINES_OF_TESTS_AT_MOST: usize = 800;

#[test]
fn every_crate_depends_only_on_what_it_may() {
    let mut broken = Vec::new();
    for folder in folders("crates") {
        let Some(rule) = CRATES.iter().find(|rule| rule.folder == folder) else {
            broken.push(format!("crates/{folder} has no line in CRATES: say what it may depend on"));
            continue;
        };
        let manifest = read(&root().join("crates").join(&folder).join("Cargo.toml"));
        for dependency in dependencies(&manifest) {
            let allowed = match rule.uses {
                Uses::Only(names) => names.contains(&dependency.as_str()),
                Uses::AllBut(names) => !names.contains(&dependency.as_str()),
            };
            if !allowed {
                broken.push(format!("crates/{folder} must not depend on {dependency}"));
            }
        }
    }
    none(&broken);
}

#[test]
fn every_room_knows_only_whom_it_may() {
    let mut broken = Vec::new();
    for rule in ROOMS {
        let files = rule.files.iter().flat_map(|path| sources(&root().join(path)));
        for file in files.filter(|file| !rule.except.iter().any(|except| shown(file).starts_with(except))) {
            for (number, line) in code_lines(&file) {
                let found = rule.never.iter().filter(|word| names(&line, word));
                broken
                    .extend(found.map(|word| format!("{}:{number}: {} must not know {word}", shown(&file), rule.room)));
            }
        }
    }
    none(&broken);
}

#[test]
fn no_file_is_longer_than_one_can_hold_in_mind() {
    let files = sources(&root().join("crates")).into_iter().chain(sources(&root().join("web/packages")));
    let long = files.filter_map(|file| {
        let most = if is_test(&file) { LINES_OF_TESTS_AT_MOST } else { LINES_AT_MOST };
        let lines = read(&file).lines().count();
        (lines > most).then(|| format!("{} has {lines} lines, more than {most}: which room is missing?", shown(&file)))
    });
    none(&long.collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_for_later_and_no_machine_is_named() {
    // In pieces, so that this file does not name them itself.
    let never: Vec<String> =
        [("TO", "DO"), ("FIX", "ME"), ("/ho", "me/"), ("/Use", "rs/"), ("/ro", "ot/"), ("/wo", "rk/")]
            .iter()
            .map(|(head, tail)| format!("{head}{tail}"))
            .collect();
    let folders = ["crates", "web/packages", "docs", "script", "stories", "bench", ".ci", ".config"];
    let mut files: Vec<PathBuf> = folders.iter().flat_map(|folder| texts(&root().join(folder))).collect();
    files.extend(top_level_texts());
    let mut broken = Vec::new();
    for file in files {
        for (number, line) in read(&file).lines().enumerate() {
            let found = never.iter().filter(|word| line.contains(word.as_str()));
            broken.extend(found.map(|word| format!("{}:{}: says {word}", shown(&file), number + 1)));
        }
    }
    none(&broken);
}

#[test]
fn words_are_found_whole_and_paths_as_paths() {
    assert!(names("use sqlx::query;", "sqlx"));
    assert!(names("let at = std::time::Instant::now();", "Instant"));
    assert!(!names("let operand = strand;", "rand"));
    assert!(!names("let instant = 1;", "Instant"));
    assert!(names("import { x } from \"@bedside/protocol\";", "@bedside/protocol"));
}

#[test]
fn dependencies_are_read_in_every_spelling() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\na.workspace = true\nb = \"1\"\n# c = \"1\"\n\
                    [target.'cfg(unix)'.dependencies]\nd = { version = \"1\" }\n[dependencies.e]\nversion = \"1\"\n\
                    [dev-dependencies]\nf = \"1\"\n[lints]\nworkspace = true\n";
    assert_eq!(dependencies(manifest), ["a", "b", "d", "e"]);
}

fn none(broken: &[String]) {
    assert!(broken.is_empty(), "\n  {}\n", broken.join("\n  "));
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this crate is two folders below the workspace").to_owned()
}

/// The path as somebody in the workspace writes it.
fn shown(file: &Path) -> String {
    let path = file.strip_prefix(root()).unwrap_or(file);
    path.display().to_string().replace('\\', "/")
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", shown(file)))
}

fn folders(of: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(of)).expect("the workspace has this folder");
    let folders = entries.flatten().filter(|entry| entry.path().join("Cargo.toml").is_file());
    folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Rust and TypeScript that people write.
fn sources(path: &Path) -> Vec<PathBuf> {
    let written = |file: &PathBuf| has_extension(file, &["rs", "ts"]) && !file.ends_with("generated.ts");
    texts(path).into_iter().filter(written).collect()
}

/// Every text below `path`, without what tools have put there.
fn texts(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let Ok(entries) = fs::read_dir(path) else { return vec![] };
    let entries = entries.flatten().map(|entry| entry.path());
    let kept = entries.filter(|path| !path.ends_with("node_modules") && !path.ends_with("dist"));
    let mut files: Vec<PathBuf> = kept.flat_map(|path| texts(&path)).filter(|file| is_text(file)).collect();
    files.sort();
    files
}

fn top_level_texts() -> Vec<PathBuf> {
    let entries = fs::read_dir(root()).expect("the workspace can be read").flatten().map(|entry| entry.path());
    entries.filter(|path| path.is_file() && has_extension(path, &["md", "toml"])).collect()
}

fn is_text(file: &Path) -> bool {
    file.extension().is_none()
        || has_extension(file, &["rs", "ts", "toml", "md", "json", "css", "html", "sql", "mjs", "sh"])
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().is_some_and(|found| extensions.iter().any(|extension| found == *extension))
}

fn is_test(file: &Path) -> bool {
    let path = shown(file);
    path.contains("/tests/") || path.contains("/test/") || path.ends_with("/tests.rs")
}

/// The lines that make the program: no comments, and nothing from the tests at the end of a file.
fn code_lines(file: &Path) -> Vec<(usize, String)> {
    if is_test(file) {
        return vec![];
    }
    let text = read(file);
    let program = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = program.lines().enumerate().map(|(index, line)| (index + 1, line.to_owned()));
    lines.filter(|(_, line)| !["//", "/*", "*"].iter().any(|mark| line.trim_start().starts_with(mark))).collect()
}

/// Whether `line` contains `word` as a whole word.
fn names(line: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(part_of_word);
        let after = line[at + word.len()..].chars().next().is_some_and(part_of_word);
        !before && !after
    })
}

/// The names in every `dependencies` table but those for tests and build scripts.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            inside = table == "dependencies" || table.ends_with(".dependencies");
            found.extend(table.strip_prefix("dependencies.").map(str::to_owned));
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            found.push(name.trim_matches('"').to_owned());
        }
    }
    found
}
