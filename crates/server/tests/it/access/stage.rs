//! Two patients, two practitioners, staff and an administrator; and what is theirs, made anew for every question.

use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_domain::appointment::{Appointment, Booking, Calendar, Command, Kind, Provider, Slot};
use bedside_domain::call::{self, Actor, Call, Door, Media, Party, Reach, Request};
use bedside_domain::ids::{AppointmentId, CallId, DeviceId, NoticeId, PersonId, RoomId};
use bedside_domain::notice::{About, Notice, Topic};
use bedside_domain::person::{Person, Role};
use bedside_domain::room::Room;
use bedside_domain::time::{Millis, Span};
use bedside_store::{Change, Keep, PageAsk, Saved, Session, Store, Use};
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::support::{self, Folder, Reply, Server};

/// By their columns in the table. `link` is the personal link of ada's.
pub const ASKERS: [&str; 8] = ["anon", "ada", "otto", "jane", "omar", "sam", "root", "link"];
/// A patient and their practitioner, and two others.
pub const OURS: Pair = ("ada", "jane");
pub const THEIRS: Pair = ("otto", "omar");
const CAST: [(&str, Role); 9] = [
    ("ada", Role::Patient),
    ("otto", Role::Patient),
    ("jane", Role::Practitioner),
    ("omar", Role::Practitioner),
    ("sam", Role::Staff),
    ("root", Role::Admin),
    // Whom others ring or rewrite.
    ("vera", Role::Practitioner),
    ("sue", Role::Staff),
    ("rita", Role::Admin),
];

/// Of everybody who has an account here, and its hash.
pub const PASSWORD: &str = "a quiet waiting room";
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$xV/PYVFTP90zTf+FZ5P4aA$q/hRvVOmvhTXWpY1TJpIiVajJrbG8wxURXs8MTScwwo";

pub type Pair = (&'static str, &'static str);

pub struct Stage {
    pub server: Server,
    pub store: Store,
    client: reqwest::Client,
    count: AtomicI64,
    _folder: Folder,
}

impl Stage {
    pub async fn start() -> Self {
        let folder = Folder::new();
        let unlimited = ["--host-admins", "--writes-per-person=1000000", "--writes-per-address=1000000"];
        let server = Server::start(&folder.sqlite(), &unlimited);
        let store = Store::open(&folder.sqlite()).await.expect("the database of the server");
        let stage = Self { server, store, client: support::client(), count: AtomicI64::new(0), _folder: folder };
        for (name, _) in CAST {
            stage.get("/api/current-user", name).await.good();
        }
        for (name, role) in [("gone", Role::Patient), ("gone-practitioner", Role::Practitioner)] {
            let mut person = Person::new(PersonId::new(name), role, "Somebody Gone");
            person.disabled_at = Some(now());
            stage.store.save_person(&person, None, now()).await.expect("a person can be saved");
        }
        stage
    }

    pub async fn get(&self, path: &str, asker: &str) -> Reply {
        self.ask(Method::GET, path, token_of(asker).as_deref(), None).await
    }

    pub async fn ask(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Reply {
        let mut request = self.client.request(method, format!("{}{path}", self.server.address));
        // As a page of the server does, for the routes that set its cookie.
        request = request.header(header::ORIGIN, &self.server.address);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Reply::of(request.send().await.expect("the server answers")).await
    }

    /// Something that nothing here has been called yet.
    pub fn fresh(&self, what: &str) -> String {
        format!("{what}-{}", self.count.fetch_add(1, Ordering::Relaxed))
    }

    /// A time that no appointment has been moved to yet.
    pub fn free_time(&self) -> String {
        support::in_minutes(60 * (24 + self.count.fetch_add(1, Ordering::Relaxed)))
    }

    /// An appointment that began a minute ago, asked for or accepted.
    pub async fn appointment(&self, (patient, practitioner): Pair, by: Role) -> Appointment {
        let (patient, practitioner) = (PersonId::new(patient), PersonId::new(practitioner));
        let room = RoomId::new(self.fresh("room"));
        let booking = Booking {
            id: AppointmentId::new(self.fresh("appointment")),
            practitioner: practitioner.clone(),
            patient: patient.clone(),
            kind: Kind::Remote,
            slot: Slot { start: now() - Span::minutes(1), minutes: 30 },
            door: Door::Open,
            provider: Provider::BuiltIn,
            room: Some(room.clone()),
            reason: None,
        };
        let asker = if by == Role::Patient { &patient } else { &practitioner };
        let made = Appointment::book(now(), asker, by, booking, &Calendar::default());
        let (appointment, events) = made.expect("a sound booking");
        let mut change = Change::at(now());
        let room = Room::new(room, Some(appointment.id.clone()), practitioner, patient, Door::Open);
        change.room = Some(Saved::new(room, vec![]));
        change.appointment = Some(Saved::new(appointment.clone(), events));
        self.store.commit(&change).await.expect("nothing is in its way");
        appointment
    }

    pub async fn call_off(&self, appointment: &Appointment) {
        let held = self.store.appointment(&appointment.id).await.expect("an answer").expect("it was committed");
        let mut next = held.value;
        let side = next.side(Actor::Person(&appointment.practitioner), Role::Practitioner).expect("a party");
        let cancelled = next.decide(now(), side, &Command::Cancel { words: None }, &Calendar::default());
        let events = cancelled.expect("it can be cancelled");
        events.iter().for_each(|event| next.apply(event));
        let mut change = Change::at(now());
        change.appointment = Some(Saved::over(held.version, next, events));
        self.store.commit(&change).await.expect("nothing is in its way");
    }

    /// A ring of the patient's in the room of an appointment.
    pub async fn ring(&self, appointment: &Appointment) -> Call {
        let room = self.store.room_of(&appointment.id).await.expect("an answer").expect("it has a room");
        let request = Request {
            id: CallId::new(self.fresh("call")),
            room: room.value.id.clone(),
            appointment: Some(appointment.id.clone()),
            media: Media::Video,
            caller: Party { id: appointment.patient.clone(), role: Role::Patient },
            callee: Party { id: appointment.practitioner.clone(), role: Role::Practitioner },
            ring_for: Span::seconds(30),
        };
        let (call, events) = Call::request(now(), request, Reach::Reachable).expect("two people");
        let mut next = room.value;
        next.follow(now(), &call, &events);
        let mut change = Change::at(now());
        change.reason = Some("a private reason".to_owned());
        change.room = Some(Saved::over(room.version, next, vec![]));
        change.call = Some(Saved::new(call.clone(), events));
        self.store.commit(&change).await.expect("nothing is in its way");
        call
    }

    pub async fn answer(&self, call: &Call) {
        let accept = call::Command::Accept { device: DeviceId::new("phone") };
        self.command(&call.id, &call.callee.id, &accept).await;
    }

    pub async fn give_up(&self, call: &Call) {
        self.command(&call.id, &call.caller.id, &call::Command::Cancel).await;
    }

    /// Nobody rings or talks any more, so that the next call finds everybody free.
    pub async fn end_all_calls(&self) {
        for record in self.store.live_calls_of(None, &PageAsk::first(200)).await.expect("the database answers").items {
            self.command(&record.call.id, &record.call.caller.id, &call::Command::End).await;
        }
    }

    async fn command(&self, id: &CallId, by: &PersonId, command: &call::Command) {
        let held = self.store.call(id).await.expect("the database answers").expect("the call was committed");
        let mut call = held.value;
        let events = call.decide(now(), Actor::Person(by), command).expect("it is the moment for this");
        events.iter().for_each(|event| call.apply(now(), event));
        let mut change = Change::at(now());
        change.call = Some(Saved::over(held.version, call, events));
        self.store.commit(&change).await.expect("nothing is in its way");
    }

    pub async fn notice(&self, to: &str) -> NoticeId {
        let id = NoticeId::new(self.fresh("notice"));
        let about = About::Call(CallId::new("a call"));
        let notice = Notice { to: PersonId::new(to), topic: Topic::MissedCall, about, by: None, due: None };
        let mut change = Change::at(now());
        change.notices = vec![(id.clone(), notice)];
        self.store.commit(&change).await.expect("nothing is in its way");
        id
    }

    /// Something that is to be told to somebody later on.
    pub async fn later(&self, to: &str) -> String {
        let id = NoticeId::new(self.fresh("later"));
        let (about, due) = (About::Call(CallId::new("a call")), Some(now() + Span::hours(1)));
        let notice = Notice { to: PersonId::new(to), topic: Topic::MissedCall, about, by: None, due };
        let change = Change { notices: vec![(id.clone(), notice)], ..Change::at(now()) };
        self.store.commit(&change).await.expect("nothing is in its way");
        id.to_string()
    }

    /// The last part of the address under which a letter to somebody is answered with a stop.
    pub async fn stop_token(&self, to: &str) -> String {
        let letter = self.later(to).await;
        let secret = self.store.secret("links", &[0; 32]).await.expect("the server has made it");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let code = hmac::sign(&key, format!("join s {letter}").as_bytes());
        format!("{letter}s{}", URL_SAFE_NO_PAD.encode(&code.as_ref()[..16]))
    }

    pub async fn calendar_token(&self, of: &str) -> String {
        let made = self.ask(Method::POST, "/api/me/calendar", token_of(of).as_deref(), None).await.good();
        let url = made["url"].as_str().expect("an address");
        url.rsplit('/').next().expect("an address has a last part").to_owned()
    }

    pub async fn webhook(&self) -> String {
        let id = self.fresh("webhook");
        let disabled = self.store.add_webhook(&id, "https://host.invalid/hook", "whsec_x", now()).await;
        disabled.expect("a webhook can be added");
        id
    }

    /// A device of each of them renews its lease.
    pub async fn come_online(&self, people: &[&str]) {
        for name in people {
            let renewed = self.store.renew_lease(&PersonId::new(*name), &DeviceId::new("phone"), now()).await;
            renewed.expect("a lease can be renewed");
        }
    }

    pub async fn sign_in_link(&self, person: &str, minutes: i64) -> String {
        let token = self.fresh("sign-in");
        support::put_sign_in_link(&self.store, &token, person, Use::Again, minutes).await;
        token
    }

    /// Somebody with an account here, whose password is [`PASSWORD`].
    pub async fn local(&self, role: &str) -> Person {
        let id = self.fresh("bs_member");
        let role = Role::named(role).expect("a role");
        let person = Person { email: Some(format!("{id}@example.org")), ..Person::new(PersonId::new(&id), role, &id) };
        self.store.open_account(&person, None, &format!("{id}@example.org"), now()).await.expect("a new address");
        let account = self.store.account_of(&person.id).await.expect("an answer").expect("it was opened");
        assert!(self.store.set_password(&account, Some(PASSWORD_HASH), Keep::None).await.expect("nobody is faster"));
        person
    }

    /// The id of a session of somebody's.
    pub async fn session_of(&self, person: &str) -> String {
        let token_hash = self.fresh("session");
        let session = Session {
            token_hash: token_hash.clone(),
            person: PersonId::new(person),
            scope_room: None,
            created_at: now(),
            expires_at: now() + Span::minutes(5),
            agent: None,
        };
        self.store.put_session(&session).await.expect("a session can be put");
        token_hash
    }

    /// What stands after `/join/` in the link that the patient of an accepted appointment is shown.
    pub async fn join_token(&self, appointment: &Appointment) -> String {
        let path = format!("/api/appointments/{}", appointment.id);
        let shown = self.get(&path, appointment.patient.as_str()).await.good();
        let link = shown["videoCallLink"].as_str().expect("an accepted appointment has a link").to_owned();
        link.rsplit('/').next().expect("an address has a last part").to_owned()
    }

    /// The session that a personal link begins.
    pub async fn link_session(&self, join_token: &str) -> String {
        let joined = self.ask(Method::POST, &format!("/api/join/{join_token}"), None, None).await.good();
        joined["token"].as_str().expect("a pass has a token").to_owned()
    }
}

/// Nobody's for whoever has none: anon, and link, whose session belongs to one room.
pub fn token_of(asker: &str) -> Option<String> {
    let (name, role) = CAST.iter().find(|(name, _)| *name == asker)?;
    let exp = support::seconds_now() + 3600;
    let email = format!("{name}@example.org");
    let claims = json!({ "sub": name, "role": role.name(), "name": name, "email": email, "exp": exp });
    Some(support::signed(&claims))
}

fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}
