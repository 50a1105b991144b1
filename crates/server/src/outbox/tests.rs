//! What people are told, and that it comes: by a provider that is down for ten minutes, and from a server that is killed
//! meanwhile and at the worst moment. Time is a value here, so ten minutes take none.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bedside_domain::appointment::{self, Appointment, Kind, Slot, Status};
use bedside_domain::call::{Call, Door, Media, Party, Reach, Request};
use bedside_domain::ids::{AppointmentId, CallId, InvitationId, NoticeId, PersonId, RoomId};
use bedside_domain::notice::{About, Facts, Notice, Topic};
use bedside_domain::person::{Person, Role};
use bedside_domain::reach::{Channel, Choice, Choices};
use bedside_domain::room::Room;
use bedside_domain::time::{Millis, Span};
use bedside_store::testing::Folder;
use bedside_store::{Change, End, Jobs, Lane, PageAsk, Saved};

use super::letter;
use super::worker::attempt;
use crate::app::App;
use crate::compose;
use crate::config::{Given, Settings, SmsProvider};

const NOON: Millis = Millis(1_800_000_000_000);
const DOWN_FOR: Span = Span::minutes(10);
const NOTICES: usize = 30;
const LANES: [Lane; 2] = [Lane::Plan, Lane::To(Channel::Sms)];

/// Says no in turn in every way that there is, and then yes.
#[derive(Clone, Default)]
struct Provider(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    up: bool,
    refused: usize,
    /// How often each id was taken.
    ids: BTreeMap<String, usize>,
}

async fn take(State(provider): State<Provider>, id: String) -> Response {
    let mut taken = provider.0.lock().expect("no one panics holding it");
    if taken.up {
        *taken.ids.entry(id).or_default() += 1;
        return StatusCode::OK.into_response();
    }
    taken.refused += 1;
    match taken.refused % 3 {
        0 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        1 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "45")]).into_response(),
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl Provider {
    async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let app = Router::new().route("/", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        url
    }

    fn taken(&self) -> BTreeMap<String, usize> {
        self.0.lock().expect("no one panics holding it").ids.clone()
    }
}

async fn start(folder: &Folder, url: &str) -> Arc<App> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let sms = SmsProvider::Http { url: url.into(), headers: BTreeMap::new(), body: "{id}".into(), from: String::new() };
    let given = Given { database: Some(folder.sqlite()), sms: Some(sms), ..Given::default() };
    compose::beside(Settings::resolve(given).expect("sound settings")).await.expect("a practice")
}

/// Ada and a call in which she was written to so often.
async fn owe(app: &App) {
    let party = |name: &str, role| Party { id: PersonId::new(name), role };
    for (name, role) in [("ada", Role::Patient), ("jane", Role::Practitioner)] {
        let person = Person { phone: Some("+491711234567".into()), ..Person::new(PersonId::new(name), role, name) };
        app.store.save_person(&person, None, NOON).await.expect("a person");
    }
    let chosen = vec![Choice { topic: Topic::Message, channel: Channel::Sms, wanted: true }];
    let choices = Choices { chosen, ..Choices::default() };
    app.store.save_choices(&PersonId::new("ada"), &choices).await.expect("a choice");
    let request = Request {
        id: CallId::new("call"),
        room: RoomId::new("room"),
        appointment: None,
        media: Media::Video,
        caller: party("jane", Role::Practitioner),
        callee: party("ada", Role::Patient),
        ring_for: Span::seconds(30),
    };
    let (call, events) = Call::request(NOON, request, Reach::Offline).expect("two people");
    let room = Room::new(call.room.clone(), None, call.caller.id.clone(), call.callee.id.clone(), Door::Open);
    let about = About::Call(call.id.clone());
    let notice = |n: usize| {
        let (to, by) = (call.callee.id.clone(), Some(call.caller.id.clone()));
        (NoticeId::new(format!("n{n}")), Notice { to, topic: Topic::Message, about: about.clone(), by, due: None })
    };
    let change = Change {
        notices: (0..NOTICES).map(notice).collect(),
        room: Some(Saved::new(room, vec![])),
        call: Some(Saved::new(call.clone(), events)),
        ..Change::at(NOON)
    };
    app.store.commit(&change).await.expect("nothing is in its way");
}

/// Claims and tries what is due, and settles it unless the server is killed just then. How many there were.
async fn round(app: &App, now: Millis, killed: bool) -> usize {
    let mut count = 0;
    for lane in LANES {
        let jobs = app.store.claim(lane, now, now + Span::seconds(60), 7).await.expect("the database answers");
        let mut settled = Vec::new();
        for job in jobs {
            settled.push(attempt(app, job, now).await);
        }
        count += settled.len();
        if !killed {
            app.store.settle(now, &settled).await.expect("the database answers");
        }
    }
    count
}

#[tokio::test]
async fn a_provider_that_is_down_and_a_server_that_is_killed_twice_lose_nothing() {
    let (folder, provider) = (Folder::new(), Provider::default());
    let url = provider.listen().await;
    let mut app = start(&folder, &url).await;
    owe(&app).await;
    let mut now = NOON;
    let mut kills = Vec::new();
    while !app.store.jobs(Jobs::Waiting, &PageAsk::default()).await.expect("an answer").items.is_empty() {
        now = now + Span::seconds(1);
        let up = now.since(NOON).as_millis() >= DOWN_FOR.as_millis();
        provider.0.lock().expect("no one panics holding it").up = up;
        let due = now.since(NOON).as_seconds();
        // Once while it is down, and once between its yes and our commit.
        let killed = match kills.len() {
            0 => due >= 120,
            1 => up,
            _ => false,
        };
        let before = provider.taken().len();
        let tried = round(&app, now, killed).await;
        if killed && tried > 0 && (kills.is_empty() || provider.taken().len() > before) {
            kills.push(provider.taken().len() - before);
            app.store.close().await;
            app = start(&folder, &url).await;
            app.store.release_claims(now).await.expect("the database answers");
        } else if killed {
            app.store.release_claims(now).await.expect("the database answers");
        }
        assert!(due < 24 * 3600, "it is never done");
    }
    let taken = provider.taken();
    let expected: Vec<_> = (0..NOTICES).map(|n| format!("n{n}_sms")).collect();
    assert!(expected.iter().all(|id| taken.contains_key(id)), "every one: {taken:?}");
    assert_eq!(taken.len(), NOTICES, "and under no other id");
    assert_eq!(kills[0], 0, "the first kill came while it was down");
    let twice = taken.values().filter(|times| **times > 1).count();
    assert!(
        kills[1] > 0 && twice == kills[1],
        "twice only what was taken just before the second kill: {kills:?} {taken:?}"
    );
    let failed = app.store.jobs(Jobs::Failed, &PageAsk::default()).await.expect("an answer").items;
    assert!(failed.is_empty(), "{failed:?}");
    assert!(provider.0.lock().expect("no one panics holding it").refused > NOTICES, "it was asked again and again");
}

/// Whoever falls over a job every time, so that no attempt at it is ever noted, is not asked for ever.
#[tokio::test]
async fn what_no_attempt_comes_to_an_end_with_is_given_up_visibly() {
    let (folder, provider) = (Folder::new(), Provider::default());
    let app = start(&folder, &provider.listen().await).await;
    owe(&app).await;
    let mut last = None;
    for _ in 0..17 {
        last = app.store.claim(Lane::Plan, NOON, NOON, 1).await.expect("the database answers").pop();
    }
    let settled = attempt(&app, last.expect("it is due again"), NOON).await;
    assert_eq!(settled.end, End::Failed("failed-here"));
    app.store.settle(NOON, &[settled]).await.expect("the database answers");
    let failed = app.store.jobs(Jobs::Failed, &PageAsk::default()).await.expect("an answer").items;
    assert_eq!(failed.len(), 1, "{failed:?}");
}

/// Every topic, to both sides, in both languages.
#[tokio::test]
async fn no_subject_sms_or_push_names_a_patient_and_each_has_the_practice_and_a_link() {
    let (folder, provider) = (Folder::new(), Provider::default());
    let app = start(&folder, &provider.listen().await).await;
    owe(&app).await;
    let mut practice = app.store.practice().await.expect("a practice");
    practice.value.name = "Elm Street".into();
    app.store.save_practice(&practice.value, practice.version).await.expect("a name");
    for (name, role, locale) in [("ada", Role::Patient, "de"), ("jane", Role::Practitioner, "en")] {
        let id = PersonId::new(name);
        let held = app.store.person(&id).await.expect("an answer").expect("they are there");
        let full = if role == Role::Patient { "Ada Lovelace" } else { "Jane Smith" };
        let person = Person { locale: Some(locale.into()), ..Person::new(id, role, full) };
        app.store.save_person(&person, Some(held.version), NOON).await.expect("a person");
    }
    for topic in Topic::ALL {
        for (to, by, locale) in
            [("ada", "jane", "de"), ("ada", "jane", "en"), ("jane", "ada", "de"), ("jane", "ada", "en")]
        {
            let held = app.store.person(&PersonId::new(to)).await.expect("an answer").expect("they are there");
            let to = Person { locale: Some(locale.into()), ..held.value };
            let (about, facts) = about(topic);
            let notice = Notice { to: to.id.clone(), topic, about, by: Some(PersonId::new(by)), due: None };
            let letter = letter::write(&app, "n_email", &to, &notice, &facts).await.expect("a letter");
            let sms = letter.sms();
            let told = [&letter.subject, &letter.text, &letter.short, &sms, &letter.button].map(String::as_str);
            let all = told.join("\n");
            assert!(!all.contains("Lovelace") && !all.contains("Ada"), "{topic:?} {all}");
            assert!(!all.contains('{') && told.iter().all(|text| !text.trim().is_empty()), "{topic:?} {all}");
            assert!(sms.contains("Elm Street") && sms.contains("http://"), "{sms}");
            assert!(sms.chars().count() <= 320, "two at most: {sms}");
            assert_eq!(letter.practice, "Elm Street");
        }
    }
}

/// Something of that kind as it may be.
fn about(topic: Topic) -> (About, Facts) {
    match topic {
        Topic::IncomingCall => {
            let ring = Facts::Ring { until: NOON + Span::seconds(30), heard: false, planned: false };
            (About::Call(CallId::new("0190-call")), ring)
        }
        Topic::RingOver | Topic::MissedCall | Topic::Message => {
            (About::Call(CallId::new("0190-call")), Facts::Call { seen: false, declined: true })
        }
        Topic::Invitation => {
            let until = NOON + Span::hours(4);
            (About::Invitation(InvitationId::new("i")), Facts::Invitation { until })
        }
        Topic::AppointmentRequested
        | Topic::AppointmentAccepted
        | Topic::AppointmentDeclined
        | Topic::AppointmentCancelled
        | Topic::AppointmentRescheduled
        | Topic::ReminderDay
        | Topic::ReminderHour
        | Topic::CallStarting => {
            let appointment = appointment();
            (About::Appointment(appointment.id.clone()), Facts::Appointment(appointment))
        }
    }
}

fn appointment() -> Appointment {
    Appointment {
        id: AppointmentId::new("a"),
        practitioner: PersonId::new("jane"),
        patient: PersonId::new("ada"),
        kind: Kind::Remote,
        slot: Slot { start: NOON + Span::hours(30), minutes: 20 },
        status: Status::Accepted,
        door: Door::Open,
        provider: appointment::Provider::BuiltIn,
        room: Some(RoomId::new("room")),
        created_at: NOON,
        reason: Some("a cough of Ada Lovelace".into()),
        words: Some("Ada, not then".into()),
    }
}
