//! `kill -9` in the middle of a thousand writes: what was acknowledged is there, and nothing is there by halves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedside_domain::ids::AppointmentId;
use bedside_store::Store;
use reqwest::Client;
use serde_json::{Value, json};

use crate::practice::{Home, NO_LIMITS, Practice, eventually, items, text};
use crate::support::{Server, client, in_minutes, token};

const WRITES: usize = 1000;
const CLIENTS: usize = 24;
const KILLED_AFTER: usize = 300;
const PRACTITIONERS: usize = 20;
const PATIENTS: usize = 30;

/// A thousand requests for an appointment, no two for the same practitioner and time, and what was answered.
struct Work {
    requests: Vec<Request>,
    answers: Mutex<HashMap<usize, String>>,
    next: AtomicUsize,
}

struct Request {
    patient: String,
    body: Value,
}

fn practitioner(n: usize) -> String {
    token(&format!("dr-{n}"), "practitioner", &format!("Doctor {n}"))
}

fn patient(n: usize) -> String {
    token(&format!("pat-{n}"), "patient", &format!("Patient {n}"))
}

impl Work {
    fn new() -> Self {
        let patients: Vec<_> = (0..PATIENTS).map(patient).collect();
        let request = |n: usize| {
            let slot = i64::try_from(n / PRACTITIONERS).expect("a small number");
            let body = json!({
                "practitionerId": format!("dr-{}", n % PRACTITIONERS), "type": "Remote", "durationMinutes": 10,
                "scheduledDate": in_minutes(24 * 60 + slot * 10), "reason": format!("write {n}"),
            });
            Request { patient: patients[n % PATIENTS].clone(), body }
        };
        Self { requests: (0..WRITES).map(request).collect(), answers: Mutex::default(), next: AtomicUsize::new(0) }
    }

    fn answered(&self) -> usize {
        self.answers.lock().expect("the answers").len()
    }

    fn answer(&self, n: usize) -> Option<String> {
        self.answers.lock().expect("the answers").get(&n).cloned()
    }

    /// Whole answers count; a connection that breaks is none.
    async fn send(&self, n: usize, client: &Client, address: &str) -> Option<String> {
        let Request { patient, body } = &self.requests[n];
        let request = client.post(format!("{address}/api/appointments")).bearer_auth(patient);
        let response = request.header("idempotency-key", format!("write-{n}")).json(body).send().await.ok()?;
        let status = response.status();
        let answer = response.text().await.ok()?;
        assert_eq!(status, 201, "{answer}");
        Some(answer)
    }

    /// Takes one request after the other until the server is gone.
    async fn run(self: Arc<Self>, client: Client, address: String) {
        loop {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            if n >= WRITES {
                return;
            }
            let Some(answer) = self.send(n, &client, &address).await else { return };
            self.answers.lock().expect("the answers").insert(n, answer);
        }
    }
}

/// All appointments by id, as their patients see them.
async fn appointments(server: &Server) -> HashMap<String, Value> {
    let mut all = HashMap::new();
    for n in 0..PATIENTS {
        let page = server.get("/api/appointments?limit=200", &patient(n)).await.good();
        assert_eq!(page["nextCursor"], Value::Null, "nobody has more than one page");
        all.extend(items(&page).iter().map(|one| (text(one, "id"), one.clone())));
    }
    all
}

async fn must_be_whole(store: &Store) {
    let (halves, damages) = (store.halves().await, store.damages().await);
    assert!(halves.is_empty(), "{halves:?}");
    assert!(damages.is_empty(), "{damages:?}");
    let written = store.rows_in("appointments").await;
    for table in ["rooms", "notices", "outbox", "journal", "remembered"] {
        assert_eq!(store.rows_in(table).await, written, "{table}: one for each appointment");
    }
}

/// Whom the notices of all practitioners tell of.
async fn told_of(server: &Server) -> Vec<String> {
    let mut told = Vec::new();
    for n in 0..PRACTITIONERS {
        let notices = server.get("/api/notifications?limit=200", &practitioner(n)).await.good();
        told.extend(items(&notices).iter().map(|notice| text(notice, "appointmentId")));
    }
    told
}

async fn acknowledged_is_there(work: &Work, server: &Server, store: &Store) {
    let (all, told) = (appointments(server).await, told_of(server).await);
    for n in 0..WRITES {
        let Some(answer) = work.answer(n) else { continue };
        let answer: Value = serde_json::from_str(&answer).expect("an answer is JSON");
        let id = text(&answer, "id");
        assert_eq!(all.get(&id), Some(&answer), "as it was acknowledged");
        let room = store.room_of(&AppointmentId::new(&id)).await.expect("the database answers");
        assert_eq!(room.map(|room| room.value.id.to_string()), Some(text(&answer, "roomId")));
        assert_eq!(store.journal_of(&id).await.len(), 1);
        assert_eq!(told.iter().filter(|told| **told == id).count(), 1, "the practitioner is told once");
    }
}

/// Once more with the same keys: the old answers to what was done, new ones to what was not.
async fn repeated_it_is_there_once(work: &Arc<Work>, server: &Server, store: &Store) {
    let client = client();
    let mut repeats = Vec::new();
    for start in 0..CLIENTS {
        let (work, client, address) = (work.clone(), client.clone(), server.address.clone());
        repeats.push(tokio::spawn(async move {
            for n in (start..WRITES).step_by(CLIENTS) {
                let again = work.send(n, &client, &address).await.expect("the server runs");
                let first = work.answer(n).unwrap_or_else(|| again.clone());
                assert_eq!(again, first, "the same key gets the same answer");
            }
        }));
    }
    for repeat in repeats {
        repeat.await.expect("every request is answered");
    }
    let all = appointments(server).await;
    assert_eq!(all.len(), WRITES);
    let mut reasons: Vec<_> = all.values().map(|one| text(one, "reason")).collect();
    reasons.sort();
    reasons.dedup();
    assert_eq!(reasons.len(), WRITES, "each exactly once");
    must_be_whole(store).await;
}

async fn killed_in_the_middle(home: Home) {
    let database = home.url();
    let mut server = Server::start(&database, &NO_LIMITS);
    for n in 0..PRACTITIONERS {
        server.get("/api/current-user", &practitioner(n)).await.good();
    }
    let work = Arc::new(Work::new());
    let client = client();
    let clients: Vec<_> =
        (0..CLIENTS).map(|_| tokio::spawn(work.clone().run(client.clone(), server.address.clone()))).collect();
    eventually(Duration::from_secs(60), "hundreds of writes", async || (work.answered() >= KILLED_AFTER).then_some(()))
        .await;
    server.kill();
    for client in clients {
        client.await.expect("a broken connection is no failure");
    }
    assert!(work.answered() < WRITES, "the server was killed too late");

    let server = Server::start(&database, &NO_LIMITS);
    let store = Store::open(&database).await.expect("the database has outlived the server");
    let unacknowledged = store.rows_in("appointments").await - i64::try_from(work.answered()).expect("a small number");
    assert!((0..=24).contains(&unacknowledged), "{unacknowledged} were written without an acknowledgement");
    must_be_whole(&store).await;
    acknowledged_is_there(&work, &server, &store).await;
    repeated_it_is_there_once(&work, &server, &store).await;
    drop((server, home));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_amid_a_thousand_writes_to_sqlite_loses_nothing_and_halves_nothing() {
    killed_in_the_middle(Home::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_amid_a_thousand_writes_to_postgresql_loses_nothing_and_halves_nothing() {
    killed_in_the_middle(Home::postgres().await).await;
}

#[tokio::test]
async fn whoever_looks_for_halves_finds_them() {
    let practice = Practice::open().await;
    practice.accepted(60).await;
    let store = practice.store().await;
    assert!(store.halves().await.is_empty());
    for torn in ["DELETE FROM outbox", "DELETE FROM rooms", "DELETE FROM journal", "DELETE FROM notices"] {
        let before = store.halves().await;
        store.tamper(torn).await;
        let after = store.halves().await;
        assert!(after.iter().any(|half| !before.contains(half)), "{torn}: {after:?}");
    }
}
