//! Every route, whoever asks, for what is theirs, somebody else's, over, or not there.

mod stage;
mod table;

use std::collections::BTreeSet;

use bedside_domain::appointment::Appointment;
use bedside_domain::person::Role;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use self::stage::{ASKERS, OURS, PASSWORD, Pair, Stage, THEIRS, token_of};
use self::table::TABLE;
use crate::support::{Reply, in_minutes};

/// What stands in a cell, and the answer that it means. Successes have no code.
const CODES: [(&str, u16, &str); 11] = [
    ("200", 200, ""),
    ("201", 201, ""),
    ("204", 204, ""),
    ("400", 400, "invalid"),
    ("401", 401, "unauthorized"),
    ("403", 403, "forbidden"),
    ("404", 404, "not-found"),
    ("409n", 409, "not-now"),
    ("409b", 409, "busy"),
    ("409o", 409, "offline"),
    ("410", 410, "expired"),
];

/// One route and one thing that is asked of it, with the cell of each asker.
struct Line {
    method: Method,
    route: String,
    thing: &'static str,
    cells: Vec<&'static str>,
}

/// A question about something that was made for it.
#[derive(Clone)]
struct Question {
    path: String,
    body: Option<Value>,
    /// What the personal link of ada's opened, if the thing has a room that she may enter.
    session: Option<String>,
}

#[tokio::test]
async fn every_route_answers_each_asker_as_the_contract_says() {
    let stage = Stage::start().await;
    let home = stage.appointment(OURS, Role::Practitioner).await;
    // Whoever has an appointment is found by the other party.
    stage.appointment(THEIRS, Role::Practitioner).await;
    let home = stage.link_session(&stage.join_token(&home).await).await;
    let mut wrong = Vec::new();
    for line in lines() {
        for (asker, cell) in ASKERS.into_iter().zip(&line.cells) {
            let found = answered(&stage, &line, asker, &home).await;
            if found != *cell {
                wrong.push(format!("{} {} of {}: {asker} {found}, not {cell}", line.method, line.route, line.thing));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_table_has_every_route_of_the_document_and_no_other() {
    let stage = Stage::start().await;
    let document = stage.get("/api/openapi.json", "anon").await.good();
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("operations").keys().map(|method| method.to_uppercase());
        methods.map(|method| format!("{method} {path}")).collect::<Vec<_>>()
    };
    let described: BTreeSet<String> = paths.iter().flat_map(of_path).collect();
    let tabled: BTreeSet<String> = lines().iter().map(|line| format!("{} {}", line.method, line.route)).collect();
    let untold: Vec<_> = described.symmetric_difference(&tabled).collect();
    assert!(untold.is_empty(), "in one of the two alone: {untold:?}");
    for line in lines().iter().filter(|line| line.route.contains('{')) {
        let none = |other: &&Line| other.method == line.method && other.route == line.route && other.thing == "none";
        assert!(lines().iter().any(|other| none(&other)), "{} is not asked for what is not there", line.route);
    }
}

#[tokio::test]
async fn lists_hold_what_is_ones_own_and_words_are_for_those_they_were_said_to() {
    let stage = Stage::start().await;
    let mut seen = Vec::new();
    for pair in [OURS, THEIRS] {
        let appointment = stage.appointment(pair, Role::Practitioner).await;
        let call = stage.ring(&appointment).await;
        stage.answer(&call).await;
        stage.notice(pair.0).await;
        seen.push((appointment.id.to_string(), call.id.to_string()));
    }
    let [(our_visit, our_call), (their_visit, their_call)] = &seen[..] else { panic!("two pairs") };
    for (list, ours, theirs) in [
        ("/api/appointments", our_visit, their_visit),
        ("/api/calls", our_call, their_call),
        ("/api/calls/export?format=json", our_call, their_call),
        ("/api/video-call/my-sessions", our_call, their_call),
        ("/api/video-call/active-sessions", our_call, their_call),
    ] {
        for asker in ["ada", "jane", "otto", "omar"] {
            let text = stage.get(list, asker).await.text;
            let is_ours = asker == OURS.0 || asker == OURS.1;
            assert_eq!((text.contains(ours), text.contains(theirs)), (is_ours, !is_ours), "{list} for {asker}");
        }
        let by_staff = ("sam", list == "/api/appointments");
        let by_admin = ("root", list == "/api/appointments" || list.ends_with("active-sessions"));
        for (asker, all) in [by_staff, by_admin] {
            let text = stage.get(list, asker).await.text;
            assert_eq!((text.contains(ours), text.contains(theirs)), (all, all), "{list} for {asker}");
        }
    }
    for (asker, own) in [("ada", 1), ("otto", 1), ("sam", 0), ("root", 0)] {
        let items = stage.get("/api/notifications", asker).await.good()["items"].clone();
        assert_eq!(items.as_array().map(Vec::len), Some(own), "{asker}");
    }
    the_way_in_and_the_words_stay_with_the_parties(&stage, our_visit, our_call).await;
}

async fn the_way_in_and_the_words_stay_with_the_parties(stage: &Stage, visit: &str, call: &str) {
    let mut links = BTreeSet::new();
    for (asker, party) in [("ada", true), ("jane", true), ("sam", false), ("root", false)] {
        let shown = stage.get(&format!("/api/appointments/{visit}"), asker).await.good();
        assert_eq!(shown["videoCallLink"].is_string(), party, "{asker}: {shown}");
        links.extend(shown["videoCallLink"].as_str().map(str::to_owned));
    }
    assert_eq!(links.len(), 2, "each party has a link of their own");
    let reason = json!("a private reason");
    for (asker, told) in [("ada", &reason), ("jane", &reason), ("root", &Value::Null)] {
        let shown = stage.get(&format!("/api/video-call/session/{call}"), asker).await.good();
        assert_eq!(&shown["reason"], told, "{asker}");
    }
    let read = stage.store.audit_of(call).await.expect("the audit can be read");
    let readers: Vec<_> = read.iter().map(|entry| (entry.actor.as_str(), entry.deed.as_str())).collect();
    assert_eq!(readers, [("root", "read-call")]);
}

/// The cell that the answer fits, and what is wrong with it beside that.
async fn answered(stage: &Stage, line: &Line, asker: &str, home: &str) -> String {
    let question = question(stage, line, line.thing, asker).await;
    let reply = ask(stage, line, asker, &question, home).await;
    let found = cell_of(&reply);
    if found == "404" && line.thing != "none" {
        let nothing = ask(stage, line, asker, &nothing_like(line, &question), home).await;
        let (one, other) = (told_by(&reply), told_by(&nothing));
        if one != other {
            return format!("404, but it can be told from nothing: {one:?} {other:?}");
        }
    }
    stage.end_all_calls().await;
    found
}

async fn ask(stage: &Stage, line: &Line, asker: &str, question: &Question, home: &str) -> Reply {
    let token = match asker {
        "link" => Some(question.session.clone().unwrap_or_else(|| home.to_owned())),
        asker => token_of(asker),
    };
    stage.ask(line.method.clone(), &question.path, token.as_deref(), question.body.clone()).await
}

/// The same question about something that is not there.
fn nothing_like(line: &Line, question: &Question) -> Question {
    let mut question = question.clone();
    question.path = match line.route.contains('{') {
        true => with_id(&line.route, "nothing"),
        false => question.path.replace(line.thing, "id=nothing"),
    };
    for (key, value) in question.body.iter_mut().filter_map(Value::as_object_mut).flatten() {
        if ["calleeId", "practitionerId"].contains(&key.as_str()) {
            *value = json!("nothing");
        }
    }
    question
}

fn with_id(route: &str, id: &str) -> String {
    let (before, after) = route.split_once('{').expect("a route with an id");
    format!("{before}{id}{}", after.split_once('}').map_or("", |(_, rest)| rest))
}

/// All that somebody could tell two answers apart by.
fn told_by(reply: &Reply) -> (u16, HeaderMap, &str) {
    let mut headers = reply.headers.clone();
    headers.remove("date");
    (reply.status.as_u16(), headers, &reply.text)
}

fn cell_of(reply: &Reply) -> String {
    let status = reply.status.as_u16();
    let code = if reply.status.is_success() { String::new() } else { reply.code() };
    let cell = CODES.iter().find(|(_, of_status, of_code)| (*of_status, *of_code) == (status, code.as_str()));
    cell.map_or_else(|| format!("{status} {code}: {}", reply.text), |(cell, ..)| (*cell).to_owned())
}

async fn question(stage: &Stage, line: &Line, thing: &str, asker: &str) -> Question {
    let (mut body, mut session, mut path) = (None, None, line.route.clone());
    let route = line.route.trim_start_matches("/api").trim_start_matches("/video-call");
    if route.ends_with("/call-back") {
        stage.come_online(&["ada", "jane"]).await;
    }
    let id = match route {
        "/users" => {
            path = format!("{path}?{thing}");
            None
        }
        "/appointments" if line.method == Method::POST => {
            let (practitioner, patient) = thing.split_once(' ').expect("two names");
            let when = stage.free_time();
            body = Some(json!({ "practitionerId": practitioner, "patientId": patient, "scheduledDate": when,
                "durationMinutes": 30, "type": "Remote" }));
            None
        }
        "/calls" if line.method == Method::POST => {
            stage.come_online(&["ada", "otto", "jane", "omar", "vera"]).await;
            body = Some(json!({ "calleeId": thing }));
            None
        }
        "/notifications/{id}/read" if thing != "none" => Some(stage.notice(thing).await.to_string()),
        "/sign-in/{token}" if thing != "none" => {
            Some(stage.sign_in_link("ada", if thing == "over" { -1 } else { 10 }).await)
        }
        _ if ["/calendar/", "/stop/", "/outbox", "/webhooks"].iter().any(|start| route.starts_with(start)) => {
            let id;
            (id, body) = of_reaching(stage, line, route, thing).await;
            id
        }
        _ if ["/people", "/practitioners/", "/me", "/sign-in"].iter().any(|start| route.starts_with(start)) => {
            let id;
            (id, body) = of_people(stage, line, route, thing).await;
            id
        }
        _ if !route.contains('{') => None,
        _ if thing == "none" => Some("nothing".to_owned()),
        _ => {
            let (id, opened) = made_for_two(stage, route, thing, asker).await;
            session = opened;
            Some(id)
        }
    };
    if route.ends_with("/reschedule") {
        body = Some(json!({ "scheduledDate": stage.free_time() }));
    }
    if let Some(id) = id {
        path = with_id(&path, &id);
    }
    Question { path, body, session }
}

/// What is asked of calendars, of letters, and of the programs that are told.
async fn of_reaching(stage: &Stage, line: &Line, route: &str, thing: &str) -> (Option<String>, Option<Value>) {
    let body = match route {
        "/webhooks" if line.method == Method::POST => Some(json!({ "url": "https://host.example/hook" })),
        "/webhooks/{id}/replay" => Some(json!({ "from": in_minutes(-60) })),
        _ => None,
    };
    let id = match route {
        _ if !route.contains('{') => None,
        _ if thing == "none" => Some("nothing".to_owned()),
        "/calendar/{token}" => Some(stage.calendar_token("ada").await),
        "/stop/{token}" => Some(stage.stop_token("ada").await),
        "/outbox/{id}/again" => Some(stage.later("ada").await),
        _ => Some(stage.webhook().await),
    };
    (id, body)
}

/// What is asked of people, their hours and their accounts: about whom, and with which words.
async fn of_people(stage: &Stage, line: &Line, route: &str, thing: &str) -> (Option<String>, Option<Value>) {
    let known = Some(if thing == "none" { "nothing" } else { thing }.to_owned());
    match route {
        "/people/{id}" if thing == "none" => {
            (Some(stage.fresh("somebody")), Some(json!({ "role": "patient", "name": "New Name" })))
        }
        "/people/{id}" => (known, Some(json!({ "locale": "en" }))),
        "/people" if line.method == Method::POST => (None, Some(json!({ "role": thing, "name": "New Name" }))),
        "/people/{id}/sign-in-link" if thing == "ada" => (known, None),
        route if route.starts_with("/people/{id}/") && thing != "none" => {
            (Some(stage.local(thing).await.id.to_string()), None)
        }
        "/sign-in-link" => (None, Some(json!({ "email": stage.fresh("nobody@example.org") }))),
        "/sign-in" => {
            let email = stage.local("patient").await.email.expect("an address");
            let email = if thing == "none" { stage.fresh("nobody@example.org") } else { email };
            let password = if thing == "wrong" { "a loud waiting room" } else { PASSWORD };
            (None, Some(json!({ "email": email, "password": password })))
        }
        "/me" if thing == "name" => (None, Some(json!({ "name": "New Name" }))),
        "/me" if line.method == Method::PUT => (None, Some(json!({ "zoneinfo": "UTC" }))),
        "/me/addresses" => (None, Some(json!({ "email": "new@example.org" }))),
        "/me/addresses/confirm" => (None, Some(json!({ "channel": "email", "code": "123456" }))),
        "/me/devices" => {
            let keys = json!({ "p256dh": "x", "auth": "y" });
            (None, Some(json!({ "endpoint": "https://push.example/x", "keys": keys })))
        }
        "/me/devices/forget" => (None, Some(json!({ "endpoint": "https://push.example/x" }))),
        "/me/password" => (None, Some(json!({ "password": PASSWORD }))),
        "/me/sessions/{id}/end" if thing != "none" => (Some(stage.session_of(thing).await), None),
        "/practitioners/{id}/hours" if line.method == Method::PUT => {
            (known, Some(json!({ "week": [], "daysOff": [] })))
        }
        _ => (known.filter(|_| route.contains('{')), None),
    }
}

/// An appointment, its link or a call in its room; and what ada's personal link opens, if it is she who asks by it.
async fn made_for_two(stage: &Stage, route: &str, thing: &str, asker: &str) -> (String, Option<String>) {
    let pair: Pair = if thing == "theirs" { THEIRS } else { OURS };
    let asked = thing == "asked" || thing == "theirs" && route.ends_with("/accept");
    let by = if asked { Role::Patient } else { Role::Practitioner };
    let appointment = stage.appointment(pair, by).await;
    let join = if asked { None } else { Some(stage.join_token(&appointment).await) };
    let session = match &join {
        Some(join) if asker == "link" && pair == OURS => Some(stage.link_session(join).await),
        _ => None,
    };
    let id = match route {
        route if route.contains("{callId}") => call_in(stage, &appointment, thing).await,
        route if route.contains("{token}") => join.expect("an accepted appointment has a link"),
        _ => appointment.id.to_string(),
    };
    if thing == "over" && !route.contains("{callId}") {
        stage.call_off(&appointment).await;
    }
    (id, session)
}

async fn call_in(stage: &Stage, appointment: &Appointment, thing: &str) -> String {
    let call = stage.ring(appointment).await;
    match thing {
        "ringing" => {}
        "over" => stage.give_up(&call).await,
        _ => stage.answer(&call).await,
    }
    call.id.to_string()
}

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    let mut route = None;
    let mut text = TABLE.lines().filter(|line| !line.trim().is_empty());
    let askers: Vec<_> = text.next().expect("a heading").split_whitespace().collect();
    assert_eq!(askers, ASKERS);
    for line in text {
        match (line.strip_prefix("  "), route) {
            (None, _) => route = line.split_once(' '),
            (Some(cells), Some((method, path))) => {
                let (thing, cells) = cells.split_at(43);
                let cells: Vec<_> = cells.split_whitespace().collect();
                assert_eq!(cells.len(), ASKERS.len(), "{line}");
                for prefix in if path.starts_with('(') { &["/api", ""][..] } else { &[""] } {
                    let method = method.parse().expect("a method");
                    let route = format!("{prefix}{}", path.trim_start_matches("(/api)"));
                    lines.push(Line { method, route, thing: thing.trim(), cells: cells.clone() });
                }
            }
            (Some(_), None) => panic!("a line without a route: {line}"),
        }
    }
    lines
}
