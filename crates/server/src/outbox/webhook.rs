//! What happens here, told to programs as Standard Webhooks has it: an id, a time, and a signature over both and the body.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bedside_domain::ids::{CallId, NoticeId};
use bedside_domain::notice::About;
use bedside_domain::time::Millis;
use bedside_store::{EventRef, Feedback, Job, Told, Webhook};
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::Sent;
use crate::app::App;
use crate::clock;
use crate::dispatch::Error;

const PREFIX: &str = "whsec_";
/// Events of a call that are about somebody in it rather than about the call.
const OF_PARTICIPANTS: [&str; 8] =
    ["invited", "entered", "admitted", "turned-away", "sent-back", "lost", "returned", "left"];

/// 192 random bits, as the standard writes them.
pub fn new_secret() -> String {
    format!("{PREFIX}{}", STANDARD.encode(clock::secret::<24>()))
}

pub async fn send(app: &App, job: &Job, event: &EventRef, now: Millis) -> Result<Sent, Error> {
    let target = job.target.as_deref().unwrap_or_default();
    let Some(webhook) = app.store.webhook(target).await?.filter(|webhook| webhook.disabled_at.is_none()) else {
        return Ok(Sent::Never("disabled"));
    };
    // What was told of may have been cleared.
    let Some(payload) = payload(app, event, job.at).await? else { return Ok(Sent::Never("cleared")) };
    let sent = post(app, &webhook, &message_id(&job.id), now, &payload).await;
    if matches!(sent, Sent::Gone) {
        app.store.disable_webhook(&webhook.id, Some("gone"), now).await?;
    }
    Ok(sent)
}

/// Why something that has not happened was not taken; nothing if it was.
pub async fn try_out(app: &App, webhook: &Webhook) -> Option<&'static str> {
    let (id, now) = (format!("test_{}", clock::id()), clock::now());
    let payload = json!({ "type": "webhook.test", "timestamp": time(now), "data": { "webhookId": webhook.id } });
    match post(app, webhook, &id, now, &payload).await {
        Sent::Done => None,
        Sent::Gone => Some("gone"),
        Sent::Never(why) | Sent::Later { why, .. } => Some(why),
    }
}

async fn post(app: &App, webhook: &Webhook, id: &str, now: Millis, payload: &Value) -> Sent {
    let body = payload.to_string();
    let headers = signed(webhook, id, now, &body);
    let answer = match app.outbox.http.post(&webhook.url, headers, body.into_bytes()).await {
        Ok(answer) => answer,
        Err(sent) => return sent,
    };
    match answer.status {
        status if status.is_success() => Sent::Done,
        StatusCode::GONE => Sent::Gone,
        StatusCode::TOO_MANY_REQUESTS => Sent::Later { why: "too-many", after: answer.after },
        // A redirect and a refusal may be mended as much as a failure.
        _ => Sent::Later { why: "refused", after: answer.after },
    }
}

/// The same at every attempt. What a host calls its people may be any text, and a header takes few.
fn message_id(job: &str) -> String {
    if job.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return job.to_owned();
    }
    format!("evt_{}", URL_SAFE_NO_PAD.encode(digest(&SHA256, job.as_bytes())))
}

/// By the secret, and by the one before it while that still counts.
fn signed(webhook: &Webhook, id: &str, now: Millis, body: &str) -> HeaderMap {
    let timestamp = (now.0 / 1000).to_string();
    let signed = format!("{id}.{timestamp}.{body}");
    let before = webhook.before.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret.as_str());
    let secrets = [Some(webhook.secret.as_str()), before];
    let signatures: Vec<_> = secrets.into_iter().flatten().map(|secret| signature(secret, &signed)).collect();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in
        [("webhook-id", id), ("webhook-timestamp", &timestamp), ("webhook-signature", &signatures.join(" "))]
    {
        let value = HeaderValue::from_str(value).expect("plain ids, numbers and base64");
        headers.insert(HeaderName::from_static(name), value);
    }
    headers
}

fn signature(secret: &str, signed: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).unwrap_or_default();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

async fn payload(app: &App, event: &EventRef, at: Millis) -> Result<Option<Value>, Error> {
    let (kind, data) = match (event.about.as_str(), event.seq) {
        (_, Some(seq)) => match app.store.journal_entry(seq).await? {
            Some(told) => of_journal(told),
            None => return Ok(None),
        },
        ("notice", None) => match app.store.notice(&NoticeId::new(&event.about_id)).await? {
            Some(row) => ("notice.created".to_owned(), of_notice(&row)),
            None => return Ok(None),
        },
        ("feedback", None) => {
            let all = app.store.feedback_of(&CallId::new(&event.about_id)).await?;
            let Some(one) = all.into_iter().find(|one| Some(&one.person) == event.by.as_ref()) else { return Ok(None) };
            ("feedback.given".to_owned(), of_feedback(&event.about_id, &one))
        }
        _ => return Ok(None),
    };
    Ok(Some(json!({ "type": kind, "timestamp": time(at), "data": data })))
}

fn of_journal(told: Told) -> (String, Value) {
    let mut event: Map<String, Value> = serde_json::from_str(&told.event).unwrap_or_default();
    let name = event.remove("event").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    let mut data = Map::new();
    data.insert(format!("{}Id", told.stream), told.stream_id.into());
    data.insert("version".to_owned(), told.version.into());
    data.insert("by".to_owned(), told.by.map_or(Value::Null, |by| by.as_str().into()));
    data.extend(event.into_iter().map(|(key, value)| (camel(&key), readable(&key, value))));
    let of_participant = told.stream == "call" && OF_PARTICIPANTS.contains(&name.as_str());
    let subject = if of_participant { "participant" } else { &told.stream };
    (format!("{subject}.{name}"), Value::Object(data))
}

fn of_notice(row: &bedside_store::NoticeRow) -> Value {
    let (about, id) = match &row.notice.about {
        About::Call(id) => ("callId", id.as_str()),
        About::Appointment(id) => ("appointmentId", id.as_str()),
        About::Invitation(id) => ("invitationId", id.as_str()),
    };
    json!({ "noticeId": row.id, "personId": row.notice.to, "topic": row.notice.topic.name(), about: id })
}

/// What somebody wrote stays here.
fn of_feedback(call: &str, one: &Feedback) -> Value {
    json!({ "callId": call, "personId": one.person, "stars": one.stars, "problems": one.problems })
}

/// Times and time slots of the journal as clients know them.
fn readable(key: &str, value: Value) -> Value {
    match (key, value.as_i64(), value["start"].as_i64(), value["minutes"].as_i64()) {
        ("until", Some(until), ..) => time(Millis(until)).into(),
        (_, _, Some(start), Some(minutes)) => json!({ "start": time(Millis(start)), "minutes": minutes }),
        _ => value,
    }
}

fn camel(key: &str) -> String {
    let mut parts = key.split(['_', '-']);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + &part[..1].to_ascii_uppercase() + &part[1..])
}

fn time(at: Millis) -> String {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

#[cfg(test)]
mod tests {
    use bedside_domain::ids::{DeviceId, PersonId};
    use bedside_domain::notice::{Notice, Topic};
    use bedside_domain::time::Span;
    use bedside_domain::{appointment, call};
    use bedside_store::NoticeRow;

    use super::*;

    const CALL: &str = "0199c0de-5b3a-7c1e-9a52-3f1d2c4b5a69";

    fn of_call(event: &call::Event) -> (String, Value) {
        let event = serde_json::to_string(event).expect("JSON");
        let (stream, by) = ("call".to_owned(), Some(PersonId::new("dr-7")));
        of_journal(Told { stream, stream_id: CALL.into(), version: 3, at: Millis(0), by, event })
    }

    fn of_appointment(event: &appointment::Event) -> (String, Value) {
        let event = serde_json::to_string(event).expect("JSON");
        let (stream, by) = ("appointment".to_owned(), Some(PersonId::new("dr-7")));
        of_journal(Told { stream, stream_id: "kqkx3jUaRFyJZ0B1o1xGdQ".into(), version: 3, at: Millis(0), by, event })
    }

    fn calls() -> Vec<call::Event> {
        use call::Event;
        let (doctor, patient) = (|| PersonId::new("dr-7"), || PersonId::new("1042"));
        let device = || DeviceId::new("FzVte84iQYP4IMHY");
        let until = Millis(1_803_893_460_000);
        vec![
            Event::Requested { caller: doctor(), callee: patient(), media: call::Media::Video },
            Event::Opened { caller: doctor(), callee: patient() },
            Event::Rang { device: device() },
            Event::Accepted { by: patient(), device: device() },
            Event::Began,
            Event::Invited { person: patient(), role: call::GuestRole::Interpreter, by: doctor() },
            Event::Entered { person: patient() },
            Event::Admitted { person: patient(), by: doctor() },
            Event::TurnedAway { person: patient(), by: doctor(), words: Some("secret".into()) },
            Event::SentBack { person: patient(), by: doctor() },
            Event::Lost { person: patient(), until },
            Event::Returned { person: patient() },
            Event::Left { person: patient(), why: call::Leaving::Left },
            Event::Locked { by: doctor() },
            Event::Unlocked { by: doctor() },
            Event::Ended { why: call::Ending::Completed, by: Some(doctor()), on: None, words: Some("secret".into()) },
        ]
    }

    fn appointments() -> Vec<appointment::Event> {
        use appointment::{Event, Slot, Status};
        let by = || PersonId::new("dr-7");
        let slot = |hours| Slot { start: Millis(1_803_893_400_000) + Span::hours(hours), minutes: 20 };
        vec![
            Event::Created { by: by(), status: Status::Accepted, slot: slot(0) },
            Event::Accepted { by: by() },
            Event::Declined { by: by(), words: Some("secret".into()) },
            Event::Cancelled { by: Some(by()), words: Some("secret".into()) },
            Event::Rescheduled { by: by(), from: slot(0), to: slot(24), status: Status::Accepted },
            Event::Completed { by: Some(by()) },
            Event::NoShow { by: Some(by()) },
        ]
    }

    #[test]
    fn every_event_is_documented_with_what_it_looks_like() {
        let row = |row_of: NoticeRow| ("notice.created".to_owned(), of_notice(&row_of));
        let notice = Notice {
            to: PersonId::new("1042"),
            topic: Topic::MissedCall,
            about: About::Call(CallId::new(CALL)),
            by: None,
            due: None,
        };
        let id = NoticeId::new("0199c0df-1d11-7b02-8f3e-6a0c9d8e7f60");
        let stars = Feedback {
            person: PersonId::new("1042"),
            stars: Some(5),
            problems: vec!["echo".into()],
            words: Some("secret".into()),
            at: Millis(0),
        };
        let feedback = ("feedback.given".to_owned(), of_feedback(CALL, &stars));
        let rest = [row(NoticeRow { id, notice, at: Millis(0), read_at: None }), feedback];
        let journal = calls().into_iter().map(|one| of_call(&one));
        let journal = journal.chain(appointments().into_iter().map(|one| of_appointment(&one)));
        let lines: Vec<_> = journal.chain(rest).map(|(kind, data)| format!("| `{kind}` | `{data}` |")).collect();
        let document = include_str!("../../../../docs/integration.md");
        let missing: Vec<_> = lines.iter().filter(|line| !document.contains(line.as_str())).collect();
        assert!(missing.is_empty(), "docs/integration.md lacks:\n{}", lines.join("\n"));
        assert!(!lines.join("").contains("secret"), "ids and words of ours alone");
    }

    /// The example of the standard's own libraries.
    #[test]
    fn a_message_is_signed_as_the_standard_shows() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        assert_eq!(signature(secret, signed), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn an_id_fits_into_a_header_whatever_a_host_calls_its_people() {
        assert_eq!(message_id("evt_7_wh_a-b"), "evt_7_wh_a-b");
        for strange in ["feedback_c_ada@x.example_1_wh_2", "feedback_c_Zoë\r\nx: y_1_wh_2", "a.b"] {
            let id = message_id(strange);
            assert!(id.len() == 47 && !id.contains('.') && id == message_id(strange), "{id}");
            assert!(HeaderValue::from_str(&id).is_ok());
        }
    }

    #[test]
    fn an_event_of_the_journal_is_told_with_its_ids_and_nothing_else() {
        let told = |stream: &str, event: &str| Told {
            stream: stream.into(),
            stream_id: "x".into(),
            version: 3,
            at: Millis(0),
            by: None,
            event: event.into(),
        };
        let (kind, data) = of_journal(told("call", r#"{"event":"turned-away","person":"p","by":"q"}"#));
        assert_eq!(kind, "participant.turned-away");
        assert_eq!(data, json!({ "callId": "x", "version": 3, "person": "p", "by": "q" }));
        let moved = r#"{"event":"rescheduled","by":"q","to":{"start":0,"minutes":30}}"#;
        let (kind, data) = of_journal(told("appointment", moved));
        assert_eq!(kind, "appointment.rescheduled");
        assert_eq!(data["to"], json!({ "start": "1970-01-01T00:00:00Z", "minutes": 30 }));
    }
}
