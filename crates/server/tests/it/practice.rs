//! A practice for one test: a server on a database of its own, and people who have been there before.

use std::time::{Duration, Instant};

use bedside_domain::ids::{DeviceId, PersonId};
use bedside_domain::time::Millis;
use bedside_store::Store;
use bedside_store::testing::Postgres;
use serde_json::{Value, json};

use crate::support::{Ended, Folder, Reply, Server, in_minutes, token};

pub const ADA: &str = "u-ada";
pub const BOB: &str = "u-bob";
pub const JANE: &str = "u-jane";
pub const OMAR: &str = "u-omar";
pub const SAM: &str = "u-sam";
pub const AGNES: &str = "u-agnes";

/// Far above what a test writes in a minute.
pub const NO_LIMITS: [&str; 4] = ["--writes-per-person", "1000000", "--writes-per-address", "1000000"];

pub struct Practice {
    pub server: Server,
    pub database: String,
    /// The tokens of two patients, two practitioners, one of the staff and an administrator.
    pub ada: String,
    pub bob: String,
    pub jane: String,
    pub omar: String,
    pub sam: String,
    pub agnes: String,
    /// The last to be dropped: the server works in it.
    home: Home,
}

/// Where the database of a test lives.
pub enum Home {
    Sqlite(Folder),
    Postgres(Postgres),
}

impl Home {
    pub fn sqlite() -> Self {
        Self::Sqlite(Folder::new())
    }

    pub async fn postgres() -> Self {
        Self::Postgres(Postgres::start().await)
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => folder.sqlite(),
            Self::Postgres(postgres) => postgres.url(),
        }
    }
}

impl Practice {
    pub async fn open() -> Self {
        Self::on(Home::sqlite(), &[]).await
    }

    pub async fn on(home: Home, more: &[&str]) -> Self {
        let database = home.url();
        Self::run_by(home, Server::start(&database, &[&NO_LIMITS[..], &["--host-admins"], more].concat())).await
    }

    /// A server that works on the database of `home`.
    pub async fn run_by(home: Home, server: Server) -> Self {
        let database = home.url();
        let practice = Self {
            server,
            database,
            ada: token(ADA, "patient", "Ada Lovelace"),
            bob: token(BOB, "patient", "Bob Builder"),
            jane: token(JANE, "practitioner", "Jane Smith"),
            omar: token(OMAR, "practitioner", "Omar Haddad"),
            sam: token(SAM, "staff", "Sam Frontdesk"),
            agnes: token(AGNES, "admin", "Agnes Root"),
            home,
        };
        let Self { ada, bob, jane, omar, sam, agnes, .. } = &practice;
        for someone in [ada, bob, jane, omar, sam, agnes] {
            practice.get("/api/current-user", someone).await.good();
        }
        practice
    }

    /// The database that the server works on, seen from beside it.
    pub async fn store(&self) -> Store {
        Store::open(&self.database).await.expect("the server has opened it before")
    }

    /// The server that the database runs on, to be stopped under it.
    pub fn postgres(&self) -> &Postgres {
        match &self.home {
            Home::Postgres(postgres) => postgres,
            Home::Sqlite(_) => panic!("this practice is on SQLite"),
        }
    }

    /// `kill -9`, and the server started again on what it left.
    pub fn crash_and_return(&mut self, more: &[&str]) {
        self.server.kill();
        self.server = Server::start(&self.database, &[&NO_LIMITS[..], &["--host-admins"], more].concat());
    }

    /// Until the server has ended by itself. What it leaves is kept as long as what is returned.
    pub fn ended(self) -> (Ended, Home) {
        (self.server.wait(), self.home)
    }

    pub async fn get(&self, path: &str, by: &str) -> Reply {
        self.server.get(path, by).await
    }

    pub async fn post(&self, path: &str, by: &str, body: Value) -> Reply {
        self.server.post(path, by, body).await
    }

    pub async fn book(&self, by: &str, body: Value) -> Value {
        self.post("/api/appointments", by, body).await.good()
    }

    /// An accepted remote appointment of Ada with Jane, as Jane sees it.
    pub async fn accepted(&self, minutes_from_now: i64) -> Value {
        self.book(&self.jane, with(remote(minutes_from_now), json!({ "patientId": ADA }))).await
    }

    /// The appointment as `by` sees it.
    pub async fn appointment(&self, id: &str, by: &str) -> Value {
        self.get(&format!("/api/appointments/{id}"), by).await.good()
    }

    pub async fn act(&self, id: &str, verb: &str, by: &str, body: Value) -> Reply {
        self.post(&format!("/api/appointments/{id}/{verb}"), by, body).await
    }

    /// What somebody has been told, the newest first: topic, and what it is about.
    pub async fn told(&self, who: &str) -> Vec<(String, String)> {
        let notices = self.get("/api/notifications?limit=200", who).await.good();
        let about = |notice: &Value| {
            let id = [&notice["callId"], &notice["appointmentId"]].into_iter().find_map(Value::as_str);
            id.expect("a notice is about something").to_owned()
        };
        items(&notices).iter().map(|notice| (text(notice, "topic"), about(notice))).collect()
    }

    /// A page of theirs is open, so that they can be rung.
    pub async fn is_there(&self, person: &str) {
        is_there(&self.store().await, person).await;
    }

    pub async fn ring(&self, by: &str, callee: &str) -> Reply {
        self.post("/api/calls", by, json!({ "calleeId": callee })).await
    }

    pub async fn call(&self, id: &str, by: &str) -> Value {
        self.get(&format!("/api/video-call/session/{id}"), by).await.good()
    }
}

pub async fn is_there(store: &Store, person: &str) {
    let device = DeviceId::new(format!("page of {person}"));
    store.renew_lease(&PersonId::new(person), &device, now()).await.expect("the database is there");
}

pub fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

/// What a patient asks Jane for.
pub fn remote(minutes_from_now: i64) -> Value {
    json!({ "practitionerId": JANE, "type": "Remote", "scheduledDate": in_minutes(minutes_from_now) })
}

/// `base` with the members of `more` added or replaced.
pub fn with(mut base: Value, more: Value) -> Value {
    let (Value::Object(members), Value::Object(more)) = (&mut base, more) else { panic!("both are objects") };
    members.extend(more);
    base
}

pub fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_else(|| panic!("no {member}: {value}")).to_owned()
}

pub fn items(page: &Value) -> &[Value] {
    page["items"].as_array().unwrap_or_else(|| panic!("no page: {page}"))
}

pub fn ids(page: &Value) -> Vec<String> {
    items(page).iter().map(|item| text(item, "id")).collect()
}

/// What stands behind `/join/` in somebody's link to an appointment.
pub fn link_token(appointment: &Value) -> String {
    let link = text(appointment, "videoCallLink");
    let (_, token) = link.split_once("/join/").unwrap_or_else(|| panic!("no personal link: {link}"));
    token.to_owned()
}

/// What `ask` finds, asked again and again until it finds something.
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    within: Duration,
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let until = Instant::now() + within;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < until, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
