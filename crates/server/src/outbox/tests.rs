//! What people are told, and that it comes. Time is a value here, so ten minutes take none.

mod kills;
mod provider;
mod settling;

use std::collections::BTreeMap;
use std::sync::Arc;

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

use self::provider::Provider;
use super::letter;
use super::worker::attempt;
use crate::app::App;
use crate::compose;
use crate::config::{Given, Settings, SmsProvider};

const NOON: Millis = Millis(1_800_000_000_000);
const NOTICES: usize = 30;

async fn start(database: String, url: &str) -> Arc<App> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let sms = SmsProvider::Http { url: url.into(), headers: BTreeMap::new(), body: "{id}".into(), from: String::new() };
    let given = Given { database: Some(database), sms: Some(sms), ..Given::default() };
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

async fn waiting(app: &App) -> Vec<String> {
    let waiting = app.store.jobs(Jobs::Waiting, &PageAsk::default()).await.expect("an answer").items;
    waiting.into_iter().map(|job| job.id).collect()
}

/// Whoever falls over a job every time, so that no attempt at it is ever noted, is not asked for ever.
#[tokio::test]
async fn what_no_attempt_comes_to_an_end_with_is_given_up_visibly() {
    let (folder, provider) = (Folder::new(), Provider::default());
    let app = start(folder.sqlite(), &provider.listen().await).await;
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
    let app = start(folder.sqlite(), &provider.listen().await).await;
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
        Topic::RingOver | Topic::MissedCall => {
            (About::Call(CallId::new("0190-call")), Facts::Call { seen: false, declined: true })
        }
        Topic::Message => (About::Call(CallId::new("0190-call")), Facts::Chat { seen: false, appointment: None }),
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
