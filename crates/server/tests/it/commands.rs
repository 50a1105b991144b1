//! The commands as an operator meets them: what works says so, and what does not says why.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use bedside_store::Store;
use bedside_store::testing::Postgres;
use reqwest::StatusCode;

use crate::demo::Demo;
use crate::support::{Folder, Server, client};

/// What the release binary promises is 300 ms and 150 ms, measured alone by `script/bench start`. The same is asked
/// of it here, and less of a development build.
const DEMO_READY: Duration = Duration::from_millis(if cfg!(debug_assertions) { 3_000 } else { 300 });
const SERVE_READY: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 150 });
/// The fastest counts: the machine runs other tests beside this one.
const STARTS: usize = 5;

fn bedside(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bedside"));
    command.args(arguments);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("words")
}

/// The command must end by itself, with a code that is not 0 and these words.
fn must_refuse(mut command: Command, words: &[&str]) -> String {
    let output = command.output().expect("the binary runs");
    let said = said(&output);
    assert!(output.status.code().is_some_and(|code| code != 0), "{:?}: {said}", output.status);
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    said
}

fn migrated(database: &str) -> String {
    let output = bedside(&["migrate", "--database", database]).output().expect("the binary runs");
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).expect("words")
}

async fn migrates_and_refuses_what_is_newer(database: &str, engine: &str) {
    for _ in 0..2 {
        assert_eq!(migrated(database), format!("The {engine} database is up to date.\n"));
    }
    drop(Server::start(database, &[]));
    let store = Store::open(database).await.expect("it is up to date");
    store.tamper("INSERT INTO migrations (step, name) VALUES (99, 'from the future')").await;
    let tables = store.rows_in("migrations").await;
    for command in ["migrate", "serve"] {
        let arguments = [command, "--database", database];
        let listen: &[&str] = if command == "serve" { &["--listen", "127.0.0.1:0"] } else { &[] };
        must_refuse(bedside(&[&arguments, listen].concat()), &["newer than this program", "step 99"]);
    }
    assert_eq!(store.rows_in("migrations").await, tables, "nothing was changed");
}

#[tokio::test]
async fn migrate_makes_a_sqlite_database_once_and_refuses_a_newer_one() {
    migrates_and_refuses_what_is_newer(&Folder::new().sqlite(), "sqlite").await;
}

#[tokio::test]
async fn migrate_makes_a_postgresql_database_once_and_refuses_a_newer_one() {
    let postgres = Postgres::start().await;
    migrates_and_refuses_what_is_newer(&postgres.url(), "postgres").await;
}

#[test]
fn a_setting_that_nobody_knows_is_refused_by_its_name() {
    let folder = Folder::new();
    let file = folder.path().join("bedside.toml");
    let config = file.to_str().expect("a plain path");
    must_refuse(bedside(&["serve", "--lisen", "127.0.0.1:0"]), &["--lisen", "--listen"]);
    must_refuse(bedside(&["sreve"]), &["sreve", "serve"]);
    let mut mistyped = bedside(&["serve"]);
    mistyped.env("BEDSIDE_LISEN", "127.0.0.1:0");
    must_refuse(mistyped, &["BEDSIDE_LISEN"]);
    std::fs::write(&file, "lisen = \"127.0.0.1:0\"\n").expect("the folder is ours");
    must_refuse(bedside(&["serve", "--config", config]), &["lisen", config]);
    std::fs::write(&file, "ring-seconds = \"long\"\n").expect("the folder is ours");
    must_refuse(bedside(&["serve", "--config", config]), &["ring-seconds", config]);
    std::fs::remove_file(&file).expect("it was there");
    must_refuse(bedside(&["serve", "--config", config]), &["cannot read", config]);
}

#[test]
fn a_setting_that_makes_no_sense_is_refused_in_words() {
    let refused = [
        ("--ring-seconds", "4", "5..=300"),
        ("--listen", "everywhere", "everywhere"),
        ("--public-url", "calls.example.org", "https://calls.example.org"),
        ("--allow-origin", "*", "allow-origin"),
        ("--trusted-proxy", "10.0.0.0/99", "10.0.0.0/99"),
        ("--log-format", "xml", "json"),
        ("--host-token-secret", "kanarie", "at least 32 bytes"),
        ("--host-token-jwks", "/nowhere/keys.json", "/nowhere/keys.json"),
        ("--database", "mysql://somewhere", "sqlite://"),
        ("--writes-per-person", "0", "writes-per-person"),
    ];
    for (flag, value, words) in refused {
        let folder = Folder::new();
        let database = folder.sqlite();
        let mut arguments = vec!["serve", flag, value];
        if flag != "--listen" {
            arguments.extend(["--listen", "127.0.0.1:0"]);
        }
        if flag != "--database" {
            arguments.extend(["--database", &database]);
        }
        let said = must_refuse(bedside(&arguments), &[words]);
        assert!(!said.contains("kanarie"), "a secret is not repeated: {said}");
    }
}

#[test]
fn a_port_that_is_taken_is_said_in_words() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let address = taken.local_addr().expect("it listens").to_string();
    let folder = Folder::new();
    let serve = bedside(&["serve", "--listen", &address, "--database", &folder.sqlite()]);
    must_refuse(serve, &["cannot listen on", &address]);
    must_refuse(bedside(&["demo", "--listen", &address]), &["cannot listen on", &address]);
}

#[test]
fn a_place_where_no_database_can_be_is_said_in_words() {
    let folder = Folder::new();
    let file = folder.path().join("a file");
    std::fs::write(&file, "not a folder").expect("the folder is ours");
    let below = file.join("data");
    let path = below.to_str().expect("a plain path");
    must_refuse(bedside(&["serve", "--listen", "127.0.0.1:0", "--data-dir", path]), &["cannot be made", path]);
    let garbage = format!("sqlite://{}", file.display());
    must_refuse(bedside(&["serve", "--listen", "127.0.0.1:0", "--database", &garbage]), &["database"]);
    assert_eq!(std::fs::read(&file).expect("it is there"), b"not a folder", "what is no database stays as it is");
    let nobody = "postgres://bedside:kanarie@127.0.0.1:1/bedside";
    let serve = bedside(&["serve", "--listen", "127.0.0.1:0", "--database", nobody]);
    let said = must_refuse(serve, &["the database cannot be reached"]);
    assert!(!said.contains("kanarie"), "a password is not repeated: {said}");
}

#[tokio::test]
async fn the_demo_has_its_patient_on_localhost_and_its_practitioner_beside_and_leaves_nothing_behind() {
    for signal in ["-TERM", "-INT"] {
        let folder = Folder::new();
        let demo = Demo::start(folder.path());
        assert_eq!(demo.links.len(), 5);
        let port = demo.server.address.rsplit(':').next().expect("a port").to_owned();
        assert!(demo.link_of("Ada").starts_with(&format!("http://localhost:{port}/sign-in/")));
        assert!(demo.link_of("Jane").starts_with(&format!("http://127.0.0.1:{port}/sign-in/")));
        let page = client().get(demo.link_of("Jane")).send().await.expect("it answers");
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(entries(folder.path()).len(), 1, "the database is in a folder of its own");
        demo.server.signal(signal);
        assert_eq!(demo.server.wait().code, Some(0));
        assert_eq!(entries(folder.path()), Vec::<String>::new(), "{signal}");
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is ours");
    entries.map(|entry| entry.expect("it is readable").file_name().to_string_lossy().into_owned()).collect()
}

/// From the start of the program to the first answer that it can serve.
async fn ready_after(start: impl Fn() -> Server) -> Duration {
    let client = client();
    let mut fastest = Duration::MAX;
    for _ in 0..STARTS {
        let began = Instant::now();
        let server = start();
        let ready = client.get(format!("{}/readyz", server.address)).send().await.expect("it answers");
        fastest = fastest.min(began.elapsed());
        assert_eq!(ready.status(), StatusCode::OK);
        assert_eq!(server.terminate(), Some(0));
    }
    fastest
}

#[tokio::test]
async fn the_demo_is_ready_soon_after_its_start() {
    let folder = Folder::new();
    let after = ready_after(|| Demo::start(folder.path()).server).await;
    assert!(after <= DEMO_READY, "the fastest of {STARTS} took {after:?}");
}

#[tokio::test]
async fn a_start_on_a_database_that_is_there_is_quick() {
    let database = Folder::new();
    migrated(&database.sqlite());
    let after = ready_after(|| Server::start(&database.sqlite(), &[])).await;
    assert!(after <= SERVE_READY, "the fastest of {STARTS} took {after:?}");
}
