//! How a database is opened, and when it is not.

use bedside_store::testing::Folder;
use bedside_store::{Found, OpenError, Store};
use tokio::task::JoinSet;

use crate::stage::*;

/// How many migrations there are.
const STEPS: i64 = 9;

on_both!(
    opening_again_keeps_what_is_there,
    nodes_that_start_together_do_not_race,
    a_database_newer_than_the_program_is_refused_in_words,
    a_closed_store_answers_with_an_error,
    a_look_tells_what_is_there_and_changes_nothing,
);

async fn opening_again_keeps_what_is_there(stage: Stage) {
    stage.ring("c", "jane", "ada").await;
    stage.store.close().await;
    let again = Store::open(&stage.url).await.unwrap();
    again.ping().await.unwrap();
    assert_eq!(again.rows_in("calls").await, 1);
    assert_eq!(again.rows_in("migrations").await, STEPS);
    assert!(stage.url.starts_with(again.engine()));
    again.close().await;
}

async fn nodes_that_start_together_do_not_race(stage: Stage) {
    for table in DROPPED_IN_ORDER {
        stage.store.tamper(&format!("DROP TABLE {table}")).await;
    }
    let mut nodes = JoinSet::new();
    for _ in 0..6 {
        let url = stage.url.clone();
        nodes.spawn(async move { Store::open(&url).await.map(drop) });
    }
    assert_eq!(nodes.join_all().await, vec![Ok(()); 6]);
    assert_eq!(stage.store.rows_in("migrations").await, STEPS);
    assert_eq!(stage.store.rows_in("people").await, 0);
}

async fn a_database_newer_than_the_program_is_refused_in_words(stage: Stage) {
    stage.store.tamper("INSERT INTO migrations (step, name) VALUES (99, 'of the future')").await;
    let refused = Store::open(&stage.url).await.map(drop).unwrap_err();
    assert_eq!(refused, OpenError::Newer { found: 99, known: STEPS });
    assert!(refused.to_string().starts_with("the database is newer than this program"), "{refused}");
}

async fn a_look_tells_what_is_there_and_changes_nothing(stage: Stage) {
    assert_eq!(Store::look(&stage.url).await, Ok(Found::UpToDate));
    stage.store.tamper("DELETE FROM migrations WHERE step > 1").await;
    assert_eq!(Store::look(&stage.url).await, Ok(Found::Older));
    assert_eq!(stage.store.rows_in("migrations").await, 1);
    stage.store.tamper("INSERT INTO migrations (step, name) VALUES (99, 'of the future')").await;
    assert_eq!(Store::look(&stage.url).await, Ok(Found::Newer));
    stage.store.tamper("DROP TABLE migrations").await;
    assert_eq!(Store::look(&stage.url).await, Ok(Found::Nothing));
}

#[tokio::test]
async fn a_look_at_nothing_leaves_nothing() {
    let folder = Folder::new();
    assert_eq!(Store::look(&folder.sqlite()).await, Ok(Found::Nothing));
    assert_eq!(Store::look(&folder.sqlite()).await, Ok(Found::Nothing), "and none was made");
    assert!(Store::look("postgres://127.0.0.1:1/none").await.is_err());
}

async fn a_closed_store_answers_with_an_error(stage: Stage) {
    stage.store.close().await;
    let error = stage.store.ping().await.unwrap_err();
    assert!(error.to_string().starts_with("asking whether the database answers: "), "{error}");
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_refused_in_words() {
    for url in ["", "mysql://somewhere", "sqlite::memory:", "sqlite://", "postgres://bad host:x/"] {
        let refused = Store::open(url).await.map(drop).unwrap_err();
        assert!(matches!(refused, OpenError::Url(_)), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_an_error_in_words() {
    let folder = Folder::new();
    let nowhere = format!("sqlite://{}/none/bedside.db", folder.path().display());
    // Nobody listens on the port of the discard service of a test machine.
    for url in [nowhere.as_str(), "postgres://bedside:secret@127.0.0.1:9/bedside"] {
        let refused = Store::open(url).await.map(drop).unwrap_err();
        assert!(refused.to_string().starts_with("the database cannot be reached: "), "{refused}");
        assert!(!refused.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_database_that_never_answers_is_given_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://bedside@{}/bedside", silent.local_addr().unwrap());
    let refused = Store::open(&url).await.map(drop).unwrap_err();
    assert_eq!(refused.to_string(), "the database cannot be reached: there was no answer within five seconds");
}

#[cfg(unix)]
#[tokio::test]
async fn a_fresh_file_is_nobody_elses_business() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let store = Store::open(&folder.sqlite()).await.unwrap();
    let mut files = 0;
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
        files += 1;
    }
    assert!(files >= 1);
    store.close().await;
}

/// Each before those it refers to.
const DROPPED_IN_ORDER: [&str; 35] = [
    "feeds",
    "unconfirmed",
    "quiet_hours",
    "choices",
    "push_subscriptions",
    "webhooks",
    "migrations",
    "preferences",
    "absences",
    "shifts",
    "meeting_places",
    "practice",
    "accounts",
    "invitations",
    "chat_reads",
    "chat_messages",
    "audit",
    "feedback",
    "remembered",
    "secrets",
    "wishes",
    "leases",
    "sign_in_links",
    "sessions",
    "outbox",
    "notices",
    "journal",
    "rings",
    "engagements",
    "call_seats",
    "calls",
    "rooms",
    "appointments",
    "calendars",
    "people",
];
