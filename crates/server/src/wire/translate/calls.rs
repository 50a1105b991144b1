//! Calls, and what people are told.

use bedside_domain::call::{Call, Ending, Media, State};
use bedside_domain::ids::{AppointmentId, DeviceId, PersonId};
use bedside_domain::notice::{About, Notice};
use bedside_domain::refusal::Refusal;
use bedside_domain::time::{Millis, Span};
use bedside_protocol::call::{CallView, Feedback, Ring};
use bedside_protocol::notice::NoticeView;
use serde_json::{Value, json};

use super::{Read, brief, time, words};
use crate::app::{Names, calls, notices, ring};

const PROBLEMS: [&str; 4] = ["sound", "picture", "connection", "other"];

pub fn ring(asked: Ring) -> Read<ring::Ask> {
    let media = asked.call_type.as_deref().unwrap_or("video");
    Ok(ring::Ask {
        callee: PersonId::new(asked.callee_id),
        media: Media::named(media).ok_or(Refusal::Invalid("callType must be video or audio"))?,
        appointment: asked.appointment_id.map(AppointmentId::new),
        reason: words(asked.reason)?,
        device: device(asked.device_id)?,
    })
}

/// A name of the client's own making, which is kept with what happened: short, and nobody's words.
pub fn device(id: Option<String>) -> Read<DeviceId> {
    let id = id.unwrap_or_else(|| "rest".to_owned());
    let sound = (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c));
    if sound { Ok(DeviceId::new(id)) } else { Err(Refusal::Invalid("deviceId must be 1 to 64 plain letters")) }
}

pub fn outcome(name: Option<&str>) -> Read<Option<Ending>> {
    let unknown = Refusal::Invalid("outcome must be completed, declined, missed, cancelled or failed");
    name.map(|name| Ending::named(name).ok_or(unknown)).transpose()
}

pub fn call(shown: &calls::Shown, names: &Names) -> CallView {
    let record = &shown.record;
    let call = &record.call;
    let Moments { status, started, ended, by, outcome } = moments(call);
    CallView {
        id: call.id.to_string(),
        call_id: call.id.to_string(),
        room_id: call.room.to_string(),
        appointment_id: call.appointment.as_ref().map(ToString::to_string),
        call_type: call.media.name().to_owned(),
        status: status.to_owned(),
        outcome: outcome.map(|why| why.name().to_owned()),
        missed: shown.is_missed,
        caller: brief(&call.caller.id, names.get(&call.caller.id)),
        callee: brief(&call.callee.id, names.get(&call.callee.id)),
        participants: call
            .seats()
            .map(|seats| seats.participants().map(|(id, _)| id.to_string()).collect())
            .unwrap_or_default(),
        reason: record.reason.clone().filter(|_| shown.with_words),
        answer: record.words.clone().filter(|_| shown.with_words),
        requested_at: time(call.requested_at),
        started_at: started.map(time),
        ended_at: ended.map(time),
        ended_by: by.map(ToString::to_string),
        duration_seconds: call.duration().map(Span::as_seconds),
        seen_at: record.seen_at.map(time),
    }
}

/// A call's life as a list of calls shows it.
struct Moments<'a> {
    status: &'static str,
    started: Option<Millis>,
    ended: Option<Millis>,
    by: Option<&'a PersonId>,
    outcome: Option<Ending>,
}

fn moments(call: &Call) -> Moments<'_> {
    let running = |status, started| Moments { status, started, ended: None, by: None, outcome: None };
    match &call.state {
        State::Ringing { .. } => running("ringing", None),
        State::Waiting { .. } => running("waiting", None),
        State::Active { since, .. } => running("active", Some(*since)),
        State::Ended { at, began, why, by } => {
            Moments { status: "ended", started: *began, ended: Some(*at), by: by.as_ref(), outcome: Some(*why) }
        }
    }
}

pub fn feedback(said: Feedback) -> Read<calls::Opinion> {
    if said.stars.is_some_and(|stars| !(1..=5).contains(&stars)) {
        return Err(Refusal::Invalid("stars must be from 1 to 5"));
    }
    let problems = said.problems.unwrap_or_default();
    if problems.len() > PROBLEMS.len() || problems.iter().any(|one| !PROBLEMS.contains(&one.as_str())) {
        return Err(Refusal::Invalid("problems must be of sound, picture, connection and other"));
    }
    Ok(calls::Opinion { stars: said.stars, problems, comment: words(said.comment)? })
}

pub fn notice(row: &notices::NoticeRow, names: &Names) -> NoticeView {
    let (call_id, appointment_id) = about(&row.notice);
    NoticeView {
        id: row.id.to_string(),
        topic: row.notice.topic.name().to_owned(),
        call_id,
        appointment_id,
        by: row.notice.by.as_ref().map(|by| brief(by, names.get(by))),
        at: time(row.at),
        read_at: row.read_at.map(time),
    }
}

/// The same for whoever looks just now, with how many are unread.
pub fn arrived(row: &notices::NoticeRow, names: &Names, unread: i64) -> Value {
    let mut told = json!(notice(row, names));
    told["unread"] = json!(unread);
    told
}

fn about(notice: &Notice) -> (Option<String>, Option<String>) {
    match &notice.about {
        About::Call(id) => (Some(id.to_string()), None),
        About::Appointment(id) => (None, Some(id.to_string())),
        About::Invitation(_) => (None, None),
    }
}
