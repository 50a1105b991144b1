//! The directory, looking people up, and what staff write of people.

use bedside_domain::ids::{DeviceId, PersonId};
use bedside_domain::presence::Wish;
use bedside_domain::time::Millis;
use bedside_store::Store;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{self, Folder, Reply, Server};

struct House {
    server: Server,
    folder: Folder,
}

impl House {
    async fn open(more: &[&str]) -> Self {
        let folder = Folder::new();
        let server = Server::start(&folder.sqlite(), &[&["--host-admins"], more].concat());
        Self { server, folder }
    }

    async fn store(&self) -> Store {
        Store::open(&self.folder.sqlite()).await.expect("the database of the server")
    }

    async fn get(&self, path: &str, who: &str) -> Reply {
        self.server.get(path, &token(who)).await
    }

    async fn put(&self, id: &str, who: &str, body: Value) -> Reply {
        self.server.ask(Method::PUT, &format!("/api/people/{id}"), Some(&token(who)), Some(body)).await
    }

    /// Their first request makes them known.
    async fn meet(&self, people: &[&str]) {
        for who in people {
            self.get("/api/current-user", who).await.good();
        }
    }

    async fn book(&self, patient: &str, practitioner: &str) {
        let body = json!({ "practitionerId": practitioner, "patientId": patient, "type": "Remote",
            "scheduledDate": support::in_minutes(60) });
        self.server.post("/api/appointments", &token(practitioner), body).await.good();
    }
}

#[tokio::test]
async fn the_directory_shows_practitioners_as_they_are_right_now() {
    let house = House::open(&[]).await;
    house.meet(&["ada", "sam", "zoe", "jane", "omar"]).await;
    let cards = directory(&house, "ada", "").await;
    assert_eq!(names_and_presence(&cards), ["jane offline", "omar offline", "zoe offline"]);
    let card = cards[0].as_object().expect("a card");
    for private in ["email", "phone", "locale", "zoneinfo"] {
        assert!(!card.contains_key(private), "{private} is nobody's business here");
    }

    let store = house.store().await;
    let (jane, zoe, device) = (PersonId::new("jane"), PersonId::new("zoe"), DeviceId::new("phone"));
    let now = Millis(support::seconds_now() * 1000);
    for person in [&jane, &zoe] {
        store.renew_lease(person, &device, now).await.expect("a lease can be renewed");
    }
    store.set_wish(&zoe, Wish::DoNotDisturb).await.expect("a wish can be kept");
    let cards = directory(&house, "ada", "").await;
    assert_eq!(names_and_presence(&cards), ["jane online", "omar offline", "zoe busy"]);
    store.set_wish(&zoe, Wish::Away).await.expect("a wish can be kept");
    store.renew_lease(&jane, &device, Millis(now.0 - 46_000)).await.expect("a lease can be renewed");
    let cards = directory(&house, "ada", "").await;
    assert_eq!(names_and_presence(&cards), ["jane offline", "omar offline", "zoe away"]);
}

#[tokio::test]
async fn the_directory_has_pages_and_leaves_out_who_is_not_listed() {
    let house = House::open(&[]).await;
    house.meet(&["ada", "sam", "zoe", "jane", "omar"]).await;
    let first = house.get("/api/practitioners?limit=2", "ada").await.good();
    assert_eq!(names_and_presence(items(&first)), ["jane offline", "omar offline"]);
    let cursor = first["nextCursor"].as_str().expect("there is more");
    let last = house.get(&format!("/api/practitioners?limit=2&cursor={cursor}"), "ada").await.good();
    assert_eq!(names_and_presence(items(&last)), ["zoe offline"]);
    assert!(last["nextCursor"].is_null());

    house.put("omar", "sam", json!({ "listed": false })).await.good();
    assert_eq!(directory(&house, "ada", "").await.len(), 2);
    let ring = house.server.post("/api/calls", &token("ada"), json!({ "calleeId": "omar" })).await;
    assert_eq!(ring.code(), "not-found", "who is not listed is not rung by strangers");
}

#[tokio::test]
async fn a_closed_directory_leaves_patients_those_they_have_an_appointment_with() {
    let house = House::open(&["--closed-directory"]).await;
    house.meet(&["ada", "otto", "jane", "omar", "sam", "root"]).await;
    let listed = async |who: &str| {
        let page = house.get("/api/practitioners", who).await.good();
        let ids =
            page["items"].as_array().expect("items").iter().map(|one| one["id"].as_str().expect("an id").to_owned());
        ids.collect::<Vec<_>>()
    };
    for (who, count) in [("ada", 0), ("otto", 0), ("jane", 2), ("sam", 2), ("root", 2)] {
        assert_eq!(listed(who).await.len(), count, "{who}");
    }
    let ring = json!({ "calleeId": "jane" });
    let request = json!({ "practitionerId": "jane", "type": "Remote", "scheduledDate": support::in_minutes(300) });
    for (path, body) in [("/api/calls", &ring), ("/api/appointments", &request)] {
        assert_eq!(house.server.post(path, &token("ada"), body.clone()).await.code(), "not-found", "{path}");
    }
    house.book("ada", "jane").await;
    assert_eq!((listed("ada").await, listed("otto").await), (vec!["jane".to_owned()], vec![]));
    assert_eq!(house.server.post("/api/calls", &token("ada"), ring.clone()).await.code(), "offline", "she is seen");
    house.server.post("/api/appointments", &token("ada"), request).await.good();
    assert_eq!(house.server.post("/api/calls", &token("otto"), ring).await.code(), "not-found");
}

#[tokio::test]
async fn a_person_is_found_by_whoever_shares_an_appointment_with_them_and_by_staff() {
    let house = House::open(&[]).await;
    house.meet(&["ada", "otto", "jane", "omar", "sam"]).await;
    let by_email = "/api/users?email=ADA@Example.org";
    for who in ["otto", "jane", "omar"] {
        assert_eq!(house.get("/api/users?id=ada", who).await.code(), "not-found", "{who}");
        assert_eq!(house.get(by_email, who).await.code(), "not-found", "{who}");
    }
    house.book("ada", "jane").await;
    for (who, found) in [("ada", true), ("jane", true), ("sam", true), ("otto", false), ("omar", false)] {
        for path in ["/api/users?id=ada", by_email] {
            let reply = house.get(path, who).await;
            assert_eq!(reply.status.is_success(), found, "{path} for {who}: {}", reply.text);
        }
    }
    let seen = house.get("/api/users?id=jane", "ada").await.good();
    assert_eq!((&seen["role"], &seen["email"]), (&json!("practitioner"), &json!("jane@example.org")));
    let looked = house.store().await.audit_of("ada").await.expect("the audit can be read");
    assert!(looked.iter().any(|entry| entry.actor.as_str() == "sam" && entry.deed == "read-person"));
    assert!(looked.iter().all(|entry| entry.actor.as_str() != "otto"), "nothing was read");

    house.server.post("/api/calls", &token("otto"), json!({ "calleeId": "jane" })).await;
    for (path, who) in [("/api/users?id=jane", "otto"), ("/api/users?id=otto", "jane")] {
        assert_eq!(house.get(path, who).await.code(), "not-found", "a ring opens nobody's address");
    }
    for query in ["", "?id=ada&email=ada@example.org", "?name=ada", "?id=ada&id=jane"] {
        assert_eq!(house.get(&format!("/api/users{query}"), "sam").await.code(), "invalid", "{query}");
    }
}

#[tokio::test]
async fn staff_make_and_change_people_and_only_administrators_make_staff() {
    let house = House::open(&[]).await;
    house.meet(&["ada", "jane", "sam", "root"]).await;
    let new = json!({ "role": "doctor", "name": "Dr. Nora Field", "title": "Dr.", "specialization": "Cardiology",
        "languages": ["en", "pt-BR"], "email": " nora@example.org ", "zoneinfo": "Europe/Lisbon" });
    let made = house.put("nora", "sam", new).await;
    assert_eq!(made.status, 201);
    let made = made.good();
    assert_eq!(made["role"], "practitioner");
    assert_eq!((&made["lastName"], &made["initials"]), (&json!("Field"), &json!("DF")));
    assert_eq!((&made["email"], &made["languages"]), (&json!("nora@example.org"), &json!(["en", "pt-BR"])));
    let changed = house.put("nora", "root", json!({ "specialization": "", "title": "Prof." })).await;
    assert_eq!(changed.status, 200);
    let changed = changed.good();
    assert_eq!((&changed["specialization"], &changed["title"]), (&Value::Null, &json!("Prof.")));
    assert_eq!(changed["name"], "Dr. Nora Field", "what is left out stays");

    let named = |role: &str| json!({ "role": role, "name": "Somebody New" });
    for (id, who, body, status) in [
        ("p1", "sam", named("patient"), 201),
        ("p2", "sam", named("staff"), 403),
        ("p2", "sam", named("admin"), 403),
        ("ada", "sam", named("staff"), 403),
        ("root", "sam", json!({ "name": "Changed" }), 403),
        ("root", "sam", named("patient"), 403),
        ("sam", "sam", named("admin"), 403),
        ("p1", "root", named("staff"), 200),
        ("p3", "root", named("admin"), 201),
        ("p4", "root", named("guest"), 400),
        ("p4", "ada", named("patient"), 403),
        ("p4", "jane", named("patient"), 403),
        ("bs_p4", "sam", named("patient"), 400),
    ] {
        let reply = house.put(id, who, body.clone()).await;
        assert_eq!(reply.status, status, "{who} writes {id} {body}: {}", reply.text);
    }
    assert_eq!(house.get("/api/users?id=p4", "root").await.code(), "not-found", "nothing was half done");
}

#[tokio::test]
async fn what_makes_no_sense_of_a_person_is_refused() {
    let house = House::open(&[]).await;
    house.meet(&["sam"]).await;
    for (what, body) in [
        ("no role", json!({ "name": "Somebody" })),
        ("no name", json!({ "role": "patient" })),
        ("an empty name", json!({ "role": "patient", "name": " " })),
        ("an unknown role", json!({ "role": "surgeon", "name": "Somebody" })),
        ("a long name", json!({ "role": "patient", "name": "x".repeat(201) })),
        ("a name of two lines", json!({ "role": "patient", "name": "Some\nbody" })),
        ("no address", json!({ "role": "patient", "name": "Somebody", "email": "somebody" })),
        ("a long address", json!({ "role": "patient", "name": "Somebody", "email": format!("{}@x", "x".repeat(330)) })),
        ("no zone", json!({ "role": "patient", "name": "Somebody", "zoneinfo": "Berlin" })),
        ("no language", json!({ "role": "patient", "name": "Somebody", "languages": ["en us"] })),
        ("too many languages", json!({ "role": "patient", "name": "Somebody", "languages": vec!["en"; 21] })),
        ("a language of a number", json!({ "role": "patient", "name": "Somebody", "languages": [1] })),
        ("a picture of a number", json!({ "role": "patient", "name": "Somebody", "picture": 1 })),
    ] {
        assert_eq!(house.put("new", "sam", body).await.code(), "invalid", "{what}");
    }
    assert_eq!(house.get("/api/users?id=new", "sam").await.code(), "not-found");
}

/// Everybody's role by their name.
fn token(who: &str) -> String {
    let role = match who {
        "sam" => "staff",
        "root" => "admin",
        "ada" | "otto" => "patient",
        _ => "practitioner",
    };
    let (exp, email) = (support::seconds_now() + 600, format!("{who}@example.org"));
    support::signed(&json!({ "sub": who, "role": role, "name": who, "email": email, "exp": exp }))
}

async fn directory(house: &House, who: &str, query: &str) -> Vec<Value> {
    items(&house.get(&format!("/api/practitioners{query}"), who).await.good()).to_vec()
}

fn items(page: &Value) -> &[Value] {
    page["items"].as_array().expect("a page has items")
}

fn names_and_presence(cards: &[Value]) -> Vec<String> {
    let text = |card: &Value, key: &str| card[key].as_str().unwrap_or_default().to_owned();
    cards.iter().map(|card| format!("{} {}", text(card, "name"), text(card, "presence"))).collect()
}

#[tokio::test]
async fn administrators_read_who_did_what_page_by_page_the_newest_first() {
    let house = House::open(&[]).await;
    house.meet(&["ada", "otto", "sam", "root"]).await;
    for path in ["/api/people", "/api/users?id=ada", "/api/users?id=otto"] {
        house.get(path, "sam").await.good();
    }
    let first = house.get("/api/audit?actor=sam&limit=1", "root").await.good();
    let entry = &first["items"][0];
    assert_eq!((&entry["deed"], &entry["subject"]["id"]), (&json!("read-person"), &json!("otto")), "{first}");
    assert_eq!(entry["actor"]["id"], "sam");
    let cursor = first["nextCursor"].as_str().expect("there is more");
    let next = house.get(&format!("/api/audit?actor=sam&limit=1&cursor={cursor}"), "root").await.good();
    assert_eq!(next["items"][0]["subject"]["id"], "ada", "{next}");
    let everybody = house.get("/api/audit", "root").await.good();
    assert_eq!(everybody["items"][0]["deed"], "read-audit", "reading it is a deed, too");
}
