//! `bedside backup` and `bedside restore`: what was acknowledged is in the copy, and nothing is lost by accident.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedside_domain::person::Role;
use bedside_store::Store;
use bedside_store::testing::Postgres;
use reqwest::Method;
use serde_json::json;

use crate::accounts::{Clinic, PASSWORD};
use crate::practice::{Practice, eventually};
use crate::support::{Folder, Server};

const WRITERS: usize = 6;
/// How many writes must have been acknowledged before, and again while, the copy is taken.
const ENOUGH: usize = 60;

fn run(command: &str, arguments: &[&str], database: &str) -> Output {
    let mut bedside = Command::new(env!("CARGO_BIN_EXE_bedside"));
    bedside.arg(command).args(arguments).args(["--database", database]).output().expect("the binary runs")
}

fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("words")
}

fn refused(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).expect("words")
}

fn path(folder: &Folder, name: &str) -> String {
    folder.path().join(name).to_str().expect("a plain path").to_owned()
}

/// The ids of the people who were kept, as each was acknowledged.
type Kept = Arc<Mutex<Vec<String>>>;

async fn write_on(address: String, token: String, writer: usize, kept: Kept, stop: Arc<AtomicBool>) {
    let client = crate::support::client();
    let mut n = 0;
    while !stop.load(Ordering::Relaxed) {
        let id = format!("patient-{writer}-{n}");
        let body = json!({ "role": "patient", "name": format!("Patient {n}") });
        let put = client.put(format!("{address}/api/people/{id}")).bearer_auth(&token).json(&body);
        let answered = put.send().await.expect("the server answers");
        assert_eq!(answered.status(), 201, "{id}");
        kept.lock().expect("a list").push(id);
        n += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_under_load_restores_with_nothing_lost() {
    let practice = Practice::open().await;
    let booked = practice.accepted(60).await;
    let (kept, stop) = (Kept::default(), Arc::new(AtomicBool::new(false)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| (n, practice.server.address.clone(), practice.sam.clone(), kept.clone(), stop.clone()))
        .map(|(n, address, token, kept, stop)| tokio::spawn(write_on(address, token, n, kept, stop)))
        .collect();
    let count = || kept.lock().expect("a list").len();
    let at_least = async |n: usize| {
        eventually(Duration::from_secs(30), "enough was written", async || (count() >= n).then_some(())).await;
    };
    at_least(ENOUGH).await;
    let before = kept.lock().expect("a list").clone();
    let folder = Folder::new();
    let (copy, database) = (path(&folder, "copy.db"), practice.database.clone());
    let file = copy.clone();
    let taken = tokio::task::spawn_blocking(move || run("backup", &[&file], &database)).await.expect("it ran");
    done(&taken);
    at_least(before.len() + ENOUGH).await;
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("every write was acknowledged");
    }

    let restored = folder.sqlite();
    assert!(done(&run("restore", &[&copy], &restored)).contains("in place"));
    let store = Store::open(&restored).await.expect("a sound database");
    assert_eq!(store.damages().await, Vec::<String>::new());
    assert_eq!(store.halves().await, Vec::<String>::new());
    let lost: Vec<_> = {
        let ids: Vec<_> = before.iter().map(bedside_domain::ids::PersonId::new).collect();
        let found = store.people(&ids).await.expect("the database answers");
        before.iter().filter(|id| !found.contains_key(&bedside_domain::ids::PersonId::new(id.as_str()))).collect()
    };
    assert_eq!(lost, Vec::<&String>::new(), "acknowledged before the backup began");
    store.close().await;
    let again = Server::start(&restored, &[]);
    let shown = again.get(&format!("/api/appointments/{}", crate::practice::text(&booked, "id")), &practice.jane).await;
    let link = |appointment: &serde_json::Value| crate::practice::link_token(appointment);
    assert_eq!(link(&shown.good()), link(&booked), "links still lead where they led");
}

#[tokio::test]
async fn nothing_is_overwritten_by_accident_and_nothing_while_it_is_used() {
    let clinic = Clinic::open(&[]);
    let (database, folder) = (clinic.home.url(), Folder::new());
    let mut lena = clinic.member("lena", Role::Staff).await;
    let copy = path(&folder, "copy.db");
    done(&run("backup", &[&copy], &database));
    assert!(refused(&run("backup", &[&copy], &database)).contains("is there already"));
    for arguments in [&[copy.as_str()][..], &[&copy, "--replace"]] {
        let said = refused(&run("restore", arguments, &database));
        assert!(said.contains("is in use: stop the server first"), "{said}");
    }
    clinic.member("later", Role::Staff).await;
    assert!(lena.is_in().await, "nothing has happened");
    let cookie = lena.cookie.take();
    let Clinic { server, home } = clinic;
    assert_eq!(server.terminate(), Some(0));
    assert!(refused(&run("restore", &[&copy], &database)).contains("--replace"));
    done(&run("restore", &[&copy, "--replace"], &database));
    let clinic = Clinic::on(home, &[]);
    let mut lena = crate::accounts::Browser { server: &clinic.server, cookie };
    assert!(!lena.is_in().await, "a session of then does not come back to life");
    lena.sign_in("lena@clinic.example", PASSWORD).await.good();
    assert_eq!(clinic.browser().sign_in("later@clinic.example", PASSWORD).await.status, 401, "it is as it was then");
}

#[tokio::test]
async fn what_is_no_backup_is_refused_and_a_broken_database_can_be_replaced() {
    let folder = Folder::new();
    let (copy, garbage) = (path(&folder, "copy.db"), path(&folder, "garbage"));
    let database = folder.sqlite();
    drop(Server::start(&database, &[]));
    done(&run("backup", &[&copy], &database));
    std::fs::write(&garbage, "not a database at all, but long enough to be one\n".repeat(100)).expect("our folder");
    let other = format!("sqlite://{}", path(&folder, "other.db"));
    for (file, words) in [(garbage.as_str(), "no sound database"), ("/nowhere/copy.db", "there is no")] {
        let said = refused(&run("restore", &[file], &other));
        assert!(said.contains(words), "{said}");
    }
    assert!(!Path::new(&path(&folder, "other.db")).exists(), "nothing is made of what is refused");
    let foreign = path(&folder, "foreign.db");
    done_sqlite(&foreign).await;
    assert!(refused(&run("restore", &[&foreign], &other)).contains("no tables of Bedside"));
    std::fs::copy(&garbage, path(&folder, "bedside.db")).expect("our folder");
    assert!(refused(&run("restore", &[&copy], &database)).contains("--replace"));
    done(&run("restore", &[&copy, "--replace"], &database));
    let server = Server::start(&database, &[]);
    assert_eq!(server.ask(Method::GET, "/readyz", None, None).await.status, 200);
}

/// Somebody else's database.
async fn done_sqlite(file: &str) {
    let store = Store::open(&format!("sqlite://{file}")).await.expect("a new file");
    store.tamper("DROP TABLE migrations").await;
    store.close().await;
}

#[tokio::test]
async fn on_postgresql_both_commands_say_what_to_use() {
    let postgres = Postgres::start().await;
    for command in ["backup", "restore"] {
        let said = refused(&run(command, &["copy.db"], &postgres.url()));
        assert!(said.contains("pg_dump") && said.contains("pg_restore"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_backup_is_nobody_elses_business() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let database = folder.sqlite();
    drop(Server::start(&database, &[]));
    let copy = path(&folder, "copy.db");
    done(&run("backup", &[&copy], &database));
    let mode = std::fs::metadata(&copy).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
