//! What the practice says of itself, when people work, and what their pages keep.

use bedside_domain::call::Door;
use bedside_domain::hours::{Absence, Day, Hours, Shift, Weekday};
use bedside_domain::policy::Directory;
use bedside_domain::practice::{MeetingPlace, Practice};
use bedside_domain::time::Span;
use bedside_store::CommitError;

use crate::stage::*;

on_both!(
    what_the_practice_says_comes_back_as_it_was_said,
    hours_come_back_in_order_and_belong_to_one_practitioner,
    preferences_are_kept_as_they_are,
);

async fn what_the_practice_says_comes_back_as_it_was_said(stage: Stage) {
    let unsaid = stage.store.practice().await.unwrap();
    assert_eq!((unsaid.value, unsaid.version), (Practice::default(), 0));
    let text = |text: &str| Some(text.to_owned());
    let place = |name: &str| MeetingPlace { name: name.into(), template: format!("https://{name}.example/{{room}}") };
    let said = Practice {
        name: "Quiet Street Clinic".into(),
        logo: text("data:image/png;base64,AA=="),
        colour: text("#0a7d5c"),
        email: text("desk@clinic.example"),
        phone: text("+49 30 1234"),
        website: text("https://clinic.example"),
        welcome: text("Good to see you.\nHave a seat."),
        zone: text("Europe/Berlin"),
        door: Door::WaitingRoom,
        ring_for: Some(Span::seconds(45)),
        directory: Directory::Closed,
        meeting_places: vec![place("zeta"), place("alpha")],
    };
    stage.store.save_practice(&said, 0).await.unwrap();
    let held = stage.store.practice().await.unwrap();
    assert_eq!((&held.value, held.version), (&said, 1));
    assert_eq!(stage.store.save_practice(&Practice::default(), 0).await, Err(CommitError::Stale));
    assert_eq!(stage.store.practice().await.unwrap(), held, "nothing of it, its meeting places neither");
    stage.store.save_practice(&Practice::default(), 1).await.unwrap();
    assert_eq!(stage.store.practice().await.unwrap().value, Practice::default());
}

async fn hours_come_back_in_order_and_belong_to_one_practitioner(stage: Stage) {
    let ada = person("ada");
    assert!(stage.store.hours(&ada).await.unwrap().are_unsaid());
    let shift = |day, opens, closes| Shift { day, opens, closes };
    let day = |name: &str| Day::named(name).unwrap();
    let hours = Hours {
        shifts: vec![
            shift(Weekday::Monday, 540, 720),
            shift(Weekday::Monday, 780, 1440),
            shift(Weekday::Friday, 0, 60),
        ],
        absences: vec![Absence { first: day("2026-12-24"), last: day("2027-01-01") }],
    };
    stage.store.save_hours(&ada, &hours).await.unwrap();
    assert_eq!(stage.store.hours(&ada).await, Ok(hours));
    assert!(stage.store.hours(&person("bob")).await.unwrap().are_unsaid());
    stage.store.save_hours(&ada, &Hours::default()).await.unwrap();
    assert!(stage.store.hours(&ada).await.unwrap().are_unsaid());
}

async fn preferences_are_kept_as_they_are(stage: Stage) {
    assert_eq!(stage.store.preferences(&person("ada")).await, Ok(None));
    for json in ["{\"ringtone\":\"soft\"}", "{}"] {
        stage.store.save_preferences(&person("ada"), json).await.unwrap();
        assert_eq!(stage.store.preferences(&person("ada")).await, Ok(Some(json.to_owned())));
    }
    assert_eq!(stage.store.preferences(&person("bob")).await, Ok(None));
}
