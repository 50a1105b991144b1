//! Booking under pressure and again: races for one time, repeated requests, and long lists.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::practice::{ADA, Home, JANE, OMAR, Practice, ids, remote, text, with};
use crate::support::{Reply, client, in_minutes, token};

const AT_ONCE: usize = 20;

async fn one_time_is_booked_once(home: Home) {
    let practice = Practice::on(home, &[]).await;
    let body = remote(60);
    let asked = (0..AT_ONCE).map(|n| {
        let request = client().post(format!("{}/api/appointments", practice.server.address)).json(&body);
        let request = request.bearer_auth(token(&format!("u-{n}"), "patient", &format!("Patient {n}")));
        tokio::spawn(async move { Reply::of(request.send().await.expect("an answer")).await })
    });
    let mut booked = 0;
    for reply in asked.collect::<Vec<_>>() {
        let reply = reply.await.expect("the request was made");
        if reply.status == 201 {
            booked += 1;
        } else {
            assert_eq!((reply.status.as_u16(), reply.code().as_str()), (409, "busy"));
        }
    }
    assert_eq!(booked, 1);
    assert_eq!(ids(&practice.get("/api/appointments", &practice.jane).await.good()).len(), 1);
    let halves = practice.store().await.halves().await;
    assert!(halves.is_empty(), "{halves:?}");
}

#[tokio::test]
async fn of_twenty_who_want_the_same_time_on_sqlite_one_gets_it() {
    one_time_is_booked_once(Home::sqlite()).await;
}

#[tokio::test]
async fn of_twenty_who_want_the_same_time_on_postgresql_one_gets_it() {
    one_time_is_booked_once(Home::postgres().await).await;
}

async fn twenty_move_to_one_time_and_one_arrives(home: Home) {
    let practice = Practice::on(home, &[]).await;
    let mut booked = Vec::new();
    for hour in 0..AT_ONCE {
        let hour = i64::try_from(hour).expect("a small number");
        booked.push(text(&practice.accepted(hour * 60 + 300).await, "id"));
    }
    let body = json!({ "scheduledDate": in_minutes(60) });
    let moved = booked.iter().map(|id| {
        let path = format!("{}/api/appointments/{id}/reschedule", practice.server.address);
        let request = client().post(path).json(&body).bearer_auth(&practice.jane);
        tokio::spawn(async move { Reply::of(request.send().await.expect("an answer")).await })
    });
    let mut arrived = 0;
    for reply in moved.collect::<Vec<_>>() {
        let reply = reply.await.expect("the request was made");
        if reply.status == 200 {
            arrived += 1;
        } else {
            assert_eq!(reply.code(), "busy");
        }
    }
    assert_eq!(arrived, 1);
}

#[tokio::test]
async fn of_twenty_moved_to_the_same_time_on_sqlite_one_arrives() {
    twenty_move_to_one_time_and_one_arrives(Home::sqlite()).await;
}

#[tokio::test]
async fn of_twenty_moved_to_the_same_time_on_postgresql_one_arrives() {
    twenty_move_to_one_time_and_one_arrives(Home::postgres().await).await;
}

#[tokio::test]
async fn times_that_touch_do_not_collide_and_times_that_overlap_do() {
    let practice = Practice::open().await;
    let Practice { ada, bob, .. } = &practice;
    // All from one moment: a second that passes in between would make those that touch overlap.
    let starts: HashMap<_, _> = [30, 45, 60, 65, 75, 90].map(|minutes| (minutes, in_minutes(minutes))).into();
    let at = |minutes: i64, long: i64| {
        with(remote(minutes), json!({ "scheduledDate": starts[&minutes], "durationMinutes": long }))
    };
    practice.book(ada, at(60, 30)).await;
    for (minutes, long) in [(60, 30), (45, 30), (75, 30), (65, 5), (30, 120)] {
        let refused = practice.post("/api/appointments", bob, at(minutes, long)).await;
        assert_eq!(refused.code(), "busy", "{minutes} for {long}");
    }
    practice.book(bob, at(30, 30)).await;
    practice.book(bob, at(90, 30)).await;
    practice.book(bob, with(at(60, 30), json!({ "practitionerId": OMAR }))).await;
}

#[tokio::test]
async fn times_that_make_no_sense_are_refused() {
    let practice = Practice::open().await;
    let wrong = [
        json!({ "scheduledDate": in_minutes(-10) }),
        json!({ "scheduledDate": in_minutes(60 * 24 * 1000) }),
        json!({ "scheduledDate": "tomorrow" }),
        json!({ "scheduledDate": "2031-02-30T10:00:00Z" }),
        json!({ "scheduledDate": "2031-02-20T10:00:00" }),
        json!({ "durationMinutes": 4 }),
        json!({ "durationMinutes": 481 }),
        json!({ "durationMinutes": -30 }),
        json!({ "type": "remote" }),
    ];
    for more in wrong {
        let refused = practice.post("/api/appointments", &practice.ada, with(remote(60), more.clone())).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (400, "invalid"), "{more}");
    }
    assert_eq!(ids(&practice.get("/api/appointments", &practice.ada).await.good()).len(), 0);
}

async fn once(practice: &Practice, by: &str, key: &str, body: &Value) -> Reply {
    let request = client().request(Method::POST, format!("{}/api/appointments", practice.server.address));
    let request = request.bearer_auth(by).header("idempotency-key", key).json(body);
    Reply::of(request.send().await.expect("an answer")).await
}

#[tokio::test]
async fn the_same_key_gets_the_first_answer_byte_for_byte_whatever_has_happened_since() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, .. } = &practice;
    let body = remote(60);
    let first = once(&practice, ada, "key-1", &body).await;
    let id = text(&first.good(), "id");
    let again = once(&practice, ada, "key-1", &body).await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    practice.act(&id, "accept", jane, json!({})).await.good();
    let later = once(&practice, ada, "key-1", &body).await;
    assert_eq!((later.status, &later.text), (first.status, &first.text));
    assert_eq!(practice.told(jane).await.len(), 2, "asked once, accepted once");

    let other_body = with(body.clone(), json!({ "reason": "another" }));
    let refused = once(&practice, ada, "key-1", &other_body).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (400, "invalid"));
    let other_person = once(&practice, bob, "key-1", &body).await;
    assert_eq!(other_person.code(), "busy", "a key is one person's own");
    let no_key = once(&practice, ada, &"k".repeat(201), &body).await;
    assert_eq!(no_key.code(), "invalid");
}

#[tokio::test]
async fn twenty_repeats_at_once_make_one_appointment_and_all_get_the_same_answer() {
    for home in [Home::sqlite(), Home::postgres().await] {
        let practice = std::sync::Arc::new(Practice::on(home, &[]).await);
        let asked = (0..AT_ONCE).map(|_| {
            let practice = practice.clone();
            let body = json!({ "practitionerId": JANE, "type": "Remote", "scheduledDate": "2027-12-01T10:00:00Z" });
            tokio::spawn(async move { once(&practice, &practice.ada, "key", &body).await })
        });
        let mut answers = Vec::new();
        for reply in asked.collect::<Vec<_>>() {
            let reply = reply.await.expect("the request was made");
            assert_eq!(reply.status, 201, "{}", reply.text);
            answers.push(reply.text);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
        assert_eq!(practice.store().await.rows_in("appointments").await, 1);
    }
}

#[tokio::test]
async fn lists_are_filtered_and_paged_without_gaps_or_repeats() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, omar, sam, .. } = &practice;
    let mut all = Vec::new();
    for hour in 1..=12 {
        all.push(text(&practice.accepted(hour * 60).await, "id"));
    }
    // Two practitioners at the very same moment: the second key of the order decides.
    let same_time = json!({ "practitionerId": OMAR, "patientId": ADA, "scheduledDate": in_minutes(60) });
    all.push(text(&practice.book(omar, with(remote(60), same_time)).await, "id"));
    practice.act(&all[3], "cancel", jane, json!({})).await.good();

    let of = async |who: &str, query: &str| ids(&practice.get(&format!("/api/appointments?{query}"), who).await.good());
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = practice.get(&format!("/api/appointments?limit=2{cursor}"), ada).await.good();
        assert!(ids(&page).len() <= 2);
        paged.extend(ids(&page));
        // What comes and goes meanwhile shifts nothing.
        practice.book(sam, with(remote(-1), json!({ "patientId": "u-bob", "practitionerId": OMAR }))).await;
        let mine = of(omar, "status=Accepted").await;
        practice.act(&mine[0], "cancel", sam, json!({})).await.good();
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged.len(), all.len());
    let (mut sorted, mut expected) = (paged.clone(), all.clone());
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);

    assert_eq!(of(ada, "status=Cancelled").await, [all[3].clone()]);
    assert_eq!(of(jane, "status=Accepted").await.len(), 11);
    assert_eq!(of(bob, "status=Accepted").await.len(), 0);
    assert_eq!(of(sam, "limit=200&status=Accepted").await.len(), 12, "staff see everybody's");
    let between = format!("from={}&to={}", in_minutes(100), in_minutes(190));
    assert_eq!(of(jane, &between).await, [all[1].clone(), all[2].clone()]);
    for wrong in ["status=accepted", "from=now", "cursor=x", "limit=many"] {
        assert_eq!(practice.get(&format!("/api/appointments?{wrong}"), ada).await.code(), "invalid", "{wrong}");
    }
}
