//! From the request to the link, and what becomes of both: the flow of appointments and rooms.

use bedside_domain::appointment::Status;
use bedside_domain::time::Span;
use reqwest::Method;
use serde_json::{Value, json};

use crate::past;
use crate::practice::{ADA, BOB, JANE, OMAR, Practice, SAM, ids, items, link_token, now, remote, text, with};
use crate::support::in_minutes;

#[tokio::test]
async fn a_patient_requests_and_the_practitioner_accepts_and_each_gets_a_link_of_their_own() {
    let practice = Practice::open().await;
    let Practice { ada, jane, sam, .. } = &practice;
    let asked = practice.book(ada, with(remote(60), json!({ "reason": "a rash" }))).await;
    let id = text(&asked, "id");
    assert_eq!((&asked["status"], &asked["videoCallLink"]), (&json!("Pending"), &Value::Null), "{asked}");
    assert_eq!(
        asked["patient"],
        json!({ "id": ADA, "name": "Ada Lovelace", "firstName": "Ada", "lastName": "Lovelace" })
    );
    assert_eq!(practice.told(jane).await, [("appointment-requested".into(), id.clone())]);
    assert_eq!(practice.told(ada).await, []);

    let for_jane = practice.act(&id, "accept", jane, json!({})).await.good();
    assert_eq!(for_jane["status"], "Accepted");
    let for_ada = practice.appointment(&id, ada).await;
    assert_eq!(practice.told(ada).await, [("appointment-accepted".into(), id.clone())]);
    assert_eq!(practice.told(jane).await[0], ("appointment-accepted".into(), id.clone()));

    let (hers, his) = (link_token(&for_jane), link_token(&for_ada));
    assert_ne!(hers, his, "a link is personal");
    for token in [&hers, &his] {
        // 128 random bits of the room and 128 of the code, six in a character.
        assert!(token.len() >= 44, "{token}");
        assert!([ADA, JANE, SAM, &id, "Ada", "Jane"].iter().all(|told| !token.contains(told)), "{token}");
    }
    assert_eq!(practice.appointment(&id, sam).await["videoCallLink"], Value::Null, "staff see it, not the way in");
    let again = practice.act(&id, "accept", jane, json!({})).await.good();
    assert_eq!(again, for_jane, "accepting twice is harmless");
    assert_eq!(practice.told(ada).await.len(), 1);
}

#[tokio::test]
async fn two_appointments_share_no_part_of_their_links() {
    let practice = Practice::open().await;
    let mut halves = std::collections::HashSet::new();
    for hour in 1..=10 {
        let token = link_token(&practice.accepted(hour * 60).await);
        let (room, code) = token.split_at(22);
        assert!(halves.insert(room.to_owned()) && halves.insert(code.to_owned()), "{token}");
    }
}

#[tokio::test]
async fn only_the_practice_settles_a_request_and_only_its_own() {
    let practice = Practice::open().await;
    let Practice { ada, bob, omar, sam, .. } = &practice;
    let id = text(&practice.book(ada, remote(60)).await, "id");
    for verb in ["accept", "decline"] {
        assert_eq!(practice.act(&id, verb, ada, json!({})).await.code(), "forbidden", "{verb}");
    }
    for verb in ["accept", "decline", "cancel", "complete", "no-show", "start-call"] {
        for stranger in [bob, omar] {
            assert_eq!(practice.act(&id, verb, stranger, json!({})).await.code(), "not-found", "{verb}");
        }
    }
    let by_staff = practice.act(&id, "accept", sam, json!({})).await.good();
    assert_eq!((&by_staff["status"], &by_staff["videoCallLink"]), (&json!("Accepted"), &Value::Null));
}

#[tokio::test]
async fn a_room_is_found_under_both_prefixes_by_its_two_parties_alone() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, omar, sam, agnes, .. } = &practice;
    let booked = practice.accepted(60).await;
    let id = text(&booked, "id");
    for prefix in ["/video-call", "/api/video-call"] {
        let path = format!("{prefix}/room/appointment/{id}");
        for party in [ada, jane] {
            let room = practice.get(&path, party).await.good();
            let expected = json!({
                "id": booked["roomId"], "roomId": booked["roomId"], "appointmentId": id, "status": "Waiting",
                "practitionerJoined": false, "patientJoined": false, "startedAt": null, "endedAt": null,
                "appointment": {
                    "id": id, "scheduledDate": booked["scheduledDate"],
                    "patient": { "id": ADA, "firstName": "Ada", "lastName": "Lovelace" },
                    "practitioner": { "id": JANE, "firstName": "Jane", "lastName": "Smith" },
                },
            });
            assert_eq!(room, expected);
            for _ in 0..3 {
                let created = practice.post(&format!("{path}/create"), party, json!({})).await.good();
                assert_eq!(created, json!({ "roomId": booked["roomId"] }), "the same one however often it is asked");
            }
        }
        for stranger in [bob, omar, sam, agnes] {
            let nothing = practice.get(&format!("{prefix}/room/appointment/none"), stranger).await;
            let refused = practice.get(&path, stranger).await;
            assert_eq!((refused.status, &refused.text), (nothing.status, &nothing.text));
            assert_eq!(practice.post(&format!("{path}/create"), stranger, json!({})).await.code(), "not-found");
        }
        assert_eq!(practice.server.ask(Method::GET, &path, None, None).await.code(), "unauthorized");
    }
}

#[tokio::test]
async fn an_appointment_at_the_practice_has_neither_room_nor_link() {
    let practice = Practice::open().await;
    let Practice { ada, jane, .. } = &practice;
    let here = json!({ "patientId": ADA, "type": "InPerson" });
    let booked = practice.book(jane, with(remote(10), here)).await;
    let id = text(&booked, "id");
    for member in ["roomId", "videoCallLink", "linkOpensAt", "linkClosesAt"] {
        assert_eq!(booked[member], Value::Null, "{member}");
    }
    let path = format!("/video-call/room/appointment/{id}");
    assert_eq!(practice.get(&path, ada).await.code(), "not-found");
    assert_eq!(practice.post(&format!("{path}/create"), ada, json!({})).await.code(), "not-now");
    assert_eq!(practice.act(&id, "start-call", jane, json!({})).await.code(), "not-now");
}

#[tokio::test]
async fn a_move_by_the_patient_is_a_request_again_and_one_by_the_practice_stands_and_links_stay_as_they_are() {
    let practice = Practice::open().await;
    let Practice { ada, jane, .. } = &practice;
    let booked = practice.accepted(60).await;
    let id = text(&booked, "id");
    let link = practice.appointment(&id, ada).await["videoCallLink"].clone();

    let later = json!({ "scheduledDate": in_minutes(180) });
    let moved = practice.act(&id, "reschedule", jane, later).await.good();
    assert_eq!((&moved["status"], &moved["videoCallLink"]), (&json!("Accepted"), &booked["videoCallLink"]));
    assert_eq!(moved["durationMinutes"], booked["durationMinutes"]);
    assert_eq!(practice.told(ada).await[0], ("appointment-rescheduled".into(), id.clone()));
    assert_eq!(practice.appointment(&id, ada).await["videoCallLink"], link);

    let sooner = json!({ "scheduledDate": in_minutes(120), "durationMinutes": 45 });
    let moved = practice.act(&id, "reschedule", ada, sooner).await.good();
    assert_eq!((&moved["status"], &moved["durationMinutes"]), (&json!("Pending"), &json!(45)));
    assert_eq!(moved["videoCallLink"], Value::Null, "only an accepted one shows its link");
    assert_eq!(practice.told(jane).await[0], ("appointment-rescheduled".into(), id.clone()));

    practice.act(&id, "accept", jane, json!({})).await.good();
    assert_eq!(practice.appointment(&id, ada).await["videoCallLink"], link, "the link that was sent still works");
}

#[tokio::test]
async fn a_cancelled_appointment_has_void_links_and_frees_its_time() {
    let practice = Practice::open().await;
    let Practice { server, ada, bob, jane, .. } = &practice;
    let when = json!({ "scheduledDate": in_minutes(10) });
    let booked = practice.book(jane, with(remote(10), with(when.clone(), json!({ "patientId": ADA })))).await;
    let id = text(&booked, "id");
    let links = [link_token(&booked), link_token(&practice.appointment(&id, ada).await)];
    assert_eq!(practice.post("/api/appointments", bob, with(remote(10), when.clone())).await.code(), "busy");

    let cancelled = practice.act(&id, "cancel", ada, json!({ "reason": "I am well again" })).await.good();
    assert_eq!((&cancelled["status"], &cancelled["videoCallLink"]), (&json!("Cancelled"), &Value::Null));
    assert_eq!(practice.appointment(&id, jane).await["answer"], "I am well again");
    assert_eq!(practice.told(jane).await[0], ("appointment-cancelled".into(), id.clone()));
    for token in links {
        let path = format!("/api/join/{token}");
        assert_eq!(server.ask(Method::GET, &path, None, None).await.good()["state"], "void");
        let refused = server.ask(Method::POST, &path, None, None).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (410, "expired"));
    }
    practice.book(bob, with(remote(10), when)).await;
    assert_eq!(practice.act(&id, "accept", jane, json!({})).await.code(), "not-now");
}

#[tokio::test]
async fn a_refusal_reaches_the_patient_with_its_words() {
    let practice = Practice::open().await;
    let Practice { ada, jane, .. } = &practice;
    let id = text(&practice.book(ada, remote(60)).await, "id");
    let words = json!({ "reason": "Please see my colleague." });
    practice.act(&id, "decline", jane, words).await.good();
    let declined = practice.appointment(&id, ada).await;
    assert_eq!((&declined["status"], &declined["answer"]), (&json!("Declined"), &json!("Please see my colleague.")));
    assert_eq!(practice.told(ada).await, [("appointment-declined".into(), id.clone())]);

    let accepted = text(&practice.accepted(120).await, "id");
    assert_eq!(practice.act(&accepted, "decline", jane, json!({})).await.code(), "not-now");
}

#[tokio::test]
async fn who_starts_the_call_tells_the_patient_at_once() {
    let practice = Practice::open().await;
    let Practice { ada, jane, sam, .. } = &practice;
    let booked = practice.accepted(10).await;
    let id = text(&booked, "id");
    for other in [ada, sam] {
        assert_eq!(practice.act(&id, "start-call", other, json!({})).await.code(), "forbidden");
    }
    let start = practice.act(&id, "start-call", jane, json!({})).await.good();
    let expected = json!({ "appointmentId": id, "roomId": booked["roomId"], "videoCallLink": booked["videoCallLink"] });
    assert_eq!(start, expected);
    assert_eq!(practice.told(ada).await[0], ("call-starting".into(), id));
}

#[tokio::test]
async fn nobody_starts_too_early_or_too_late_or_before_it_is_accepted() {
    let practice = Practice::open().await;
    let Practice { ada, jane, .. } = &practice;
    let early = text(&practice.accepted(31).await, "id");
    assert_eq!(practice.act(&early, "start-call", jane, json!({})).await.code(), "not-now");
    let asked = text(&practice.book(ada, remote(90)).await, "id");
    assert_eq!(practice.act(&asked, "start-call", jane, json!({})).await.code(), "not-now");
    let open = text(&practice.accepted(-1).await, "id");
    practice.act(&open, "start-call", jane, json!({})).await.good();
    let ended = now() - Span::hours(4);
    past::appointment(&practice.store().await, "late", Status::Completed, past::slot_ending(ended), Some(ended)).await;
    let late = practice.act("late", "start-call", jane, json!({})).await;
    assert_eq!((late.status.as_u16(), late.code().as_str()), (410, "expired"));
}

#[tokio::test]
async fn what_has_not_begun_is_neither_completed_nor_missed() {
    let practice = Practice::open().await;
    let Practice { ada, jane, omar, .. } = &practice;
    let ahead = text(&practice.accepted(60).await, "id");
    let begun = text(&practice.accepted(-1).await, "id");
    let of_omar = with(remote(-1), json!({ "practitionerId": OMAR, "patientId": ADA }));
    let alone = text(&practice.book(omar, of_omar).await, "id");
    for verb in ["complete", "no-show"] {
        assert_eq!(practice.act(&ahead, verb, jane, json!({})).await.code(), "not-now", "{verb}");
        assert_eq!(practice.act(&begun, verb, ada, json!({})).await.code(), "forbidden", "{verb}");
    }
    assert_eq!(practice.act(&begun, "complete", jane, json!({})).await.good()["status"], "Completed");
    assert_eq!(practice.act(&begun, "no-show", jane, json!({})).await.code(), "not-now");
    assert_eq!(practice.act(&alone, "no-show", omar, json!({})).await.good()["status"], "NoShow");
}

#[tokio::test]
async fn staff_book_for_anybody_and_a_patient_for_nobody_else() {
    let practice = Practice::open().await;
    let Practice { ada, bob, jane, omar, sam, .. } = &practice;
    let for_bob = with(remote(60), json!({ "patientId": BOB }));
    assert_eq!(practice.post("/api/appointments", ada, for_bob.clone()).await.code(), "forbidden");
    assert_eq!(practice.post("/api/appointments", omar, for_bob.clone()).await.code(), "forbidden");
    assert_eq!(practice.post("/api/appointments", sam, remote(60)).await.code(), "invalid", "a patient is missing");
    let booked = practice.book(sam, for_bob).await;
    assert_eq!((&booked["status"], &booked["patient"]["id"]), (&json!("Accepted"), &json!(BOB)));
    let id = text(&booked, "id");
    for party in [bob, jane] {
        assert_eq!(practice.told(party).await, [("appointment-accepted".into(), id.clone())]);
        link_token(&practice.appointment(&id, party).await);
    }
}

#[tokio::test]
async fn somebody_new_is_booked_by_address_and_found_again_by_it() {
    let practice = Practice::open().await;
    let Practice { ada, jane, sam, .. } = &practice;
    let new = |patient: Value, hour: i64| with(remote(hour * 60), json!({ "patient": patient }));
    let by_mail = json!({ "email": "new@example.org", "name": "Nora New" });
    let first = practice.book(jane, new(by_mail, 1)).await;
    assert_eq!(first["patient"]["firstName"], "Nora");
    assert!(text(&first["patient"], "id").starts_with("bs_"));
    let capitals = json!({ "email": "NEW@example.org", "name": "N. New" });
    assert_eq!(practice.book(sam, new(capitals, 2)).await["patient"], first["patient"], "the same person");

    let by_phone = json!({ "phone": "+49 30 1234", "name": "Phil Phone" });
    let phil = practice.book(sam, new(by_phone, 3)).await["patient"].clone();
    assert_ne!(phil["id"], first["patient"]["id"]);
    let no_spaces = json!({ "phone": "+49301234", "name": "Phil Phone" });
    assert_eq!(practice.book(sam, new(no_spaces, 4)).await["patient"], phil);

    let nameless = new(json!({ "name": "Nobody" }), 5);
    assert_eq!(practice.post("/api/appointments", sam, nameless).await.code(), "invalid");
    let by_patient = new(json!({ "email": "x@example.org", "name": "X" }), 5);
    assert_eq!(practice.post("/api/appointments", ada, by_patient).await.code(), "forbidden");
}

#[tokio::test]
async fn another_meeting_provider_goes_through_the_same_flow_with_its_own_link() {
    let practice = Practice::open().await;
    let Practice { ada, jane, .. } = &practice;
    let meeting = "https://meet.example.org/our-room";
    let body = with(remote(10), json!({ "patientId": ADA, "meetingLink": meeting }));
    let booked = practice.book(jane, body).await;
    let id = text(&booked, "id");
    for party in [ada, jane] {
        let seen = practice.appointment(&id, party).await;
        assert_eq!((&seen["provider"], &seen["videoCallLink"]), (&json!("link"), &json!(meeting)));
    }
    assert_eq!(practice.act(&id, "start-call", jane, json!({})).await.good()["videoCallLink"], meeting);
    let plain = with(remote(60), json!({ "patientId": ADA, "meetingLink": "http://meet.example.org/x" }));
    assert_eq!(practice.post("/api/appointments", jane, plain).await.code(), "invalid");
    let by_patient = with(remote(60), json!({ "meetingLink": "https://evil.example/" }));
    assert_eq!(practice.post("/api/appointments", ada, by_patient).await.code(), "forbidden");
    let here = with(remote(60), json!({ "patientId": ADA, "meetingLink": meeting, "type": "InPerson" }));
    assert_eq!(practice.post("/api/appointments", jane, here).await.code(), "invalid");
}

#[tokio::test]
async fn what_one_was_told_is_counted_until_it_is_read() {
    let practice = Practice::open().await;
    let Practice { ada, bob, .. } = &practice;
    for hour in 1..=3 {
        practice.accepted(hour * 60).await;
    }
    let unread = async || practice.get("/api/notifications/unread-count", ada).await.good()["count"].clone();
    assert_eq!(unread().await, 3);
    let notices = practice.get("/api/notifications", ada).await.good();
    let mut pages = vec![practice.get("/api/notifications?limit=2", ada).await.good()];
    let rest = format!("/api/notifications?limit=2&cursor={}", text(&pages[0], "nextCursor"));
    pages.push(practice.get(&rest, ada).await.good());
    assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), ids(&notices), "page by page it is the same");
    assert_eq!(pages[1]["nextCursor"], Value::Null);
    let first = &items(&notices)[0];
    assert_eq!((&first["by"]["id"], &first["readAt"]), (&json!(JANE), &Value::Null));
    let path = format!("/api/notifications/{}/read", text(first, "id"));
    assert_eq!(practice.post(&path, bob, json!({})).await.code(), "not-found");
    assert_eq!(practice.post(&path, ada, json!({})).await.status, 204);
    assert_eq!(unread().await, 2);
    assert_eq!(practice.post("/api/notifications/read-all", ada, json!({})).await.status, 204);
    assert_eq!(unread().await, 0);
}
