//! What clients say over sockets, and what they are told when they come.

pub use bedside_domain::call::Call;
use bedside_domain::call::Command;
use bedside_domain::call::{GuestRole, Media, State};
use bedside_domain::ids::{AppointmentId, DeviceId, PersonId, RoomId};
use bedside_domain::person::Role;
use bedside_domain::refusal::Refusal;
use serde_json::{Value, json};

use super::people::must_be_sound;
use super::{Read, incoming, participants, position, room_status, time, waiting, words};
use crate::app::chat::ChatMessage;
use crate::app::invitations::{self, Invited};
use crate::app::people::Told;
use crate::app::presence::Wish;
use crate::app::ring::{self, Rung};
use crate::app::seats::Situation;
use crate::app::{Asker, Names};
use crate::config::ScreenShare;
use crate::dispatch::Answer;
use crate::wire::gateway::{Act, Announced, Given};
use crate::wire::problem::Refused;

const CHAT_CHARS_AT_MOST: usize = 4_000;
const ANNOUNCED_BYTES_AT_MOST: usize = 2_000;

pub fn ring_of(given: &Given<'_>, device: &DeviceId) -> Read<ring::Ask> {
    let callee = given.callee_id.as_ref().or(given.to.as_ref());
    let media = given.call_type.as_deref().unwrap_or("video");
    Ok(ring::Ask {
        callee: PersonId::new(callee.ok_or(Refusal::Invalid("practitionerId, calleeId or to is missing"))?),
        media: Media::named(media).ok_or(Refusal::Invalid("callType must be video or audio"))?,
        appointment: given.appointment_id.as_ref().map(AppointmentId::new),
        reason: words(given.reason.clone())?,
        device: device.clone(),
    })
}

/// The acknowledgement of a ring, in a form that can be kept.
pub fn rung(rung: &Rung) -> Answer {
    match rung {
        Ok((shown, _)) => {
            let call = &shown.record.call;
            let expires_at = match call.state {
                State::Ringing { due, .. } => Some(time(due)),
                State::Waiting { .. } | State::Active { .. } | State::Ended { .. } => None,
            };
            let body = json!({ "callId": call.id.as_str(), "roomId": call.room.as_str(), "expiresAt": expires_at });
            Answer { status: 200, body: body.to_string() }
        }
        Err(refusal) => Refused::from(*refusal).answer(),
    }
}

/// The same from what was kept.
pub fn rung_again(answer: &Answer) -> Result<Value, Refused> {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    match (answer.status, body["code"].as_str()) {
        (200, _) => Ok(body),
        (_, Some("busy")) => Err(Refusal::Busy("the person is busy").into()),
        (_, Some("offline")) => Err(Refusal::Offline.into()),
        _ => Err(Refusal::NotNow("the ring did not begin").into()),
    }
}

pub fn command(act: Act, given: &Given<'_>, device: &DeviceId) -> Read<Command> {
    let person = || given.user_id.as_ref().map(PersonId::new).ok_or(Refusal::Invalid("userId is missing"));
    Ok(match act {
        Act::Accept => Command::Accept { device: device.clone() },
        Act::Decline => Command::Decline { device: Some(device.clone()), words: words(given.reason.clone())? },
        Act::Cancel => Command::Cancel,
        Act::LeaveRoom => Command::Leave,
        Act::End => Command::End,
        Act::Admit => Command::Admit { person: person()? },
        Act::AdmitAll => Command::AdmitAll,
        Act::TurnAway => Command::TurnAway { person: person()?, words: words(given.reason.clone())? },
        Act::SendBack => Command::SendBack { person: person()? },
        Act::Remove => Command::Remove { person: person()? },
        Act::Lock => match given.is_locked {
            Some(true) => Command::Lock,
            Some(false) => Command::Unlock,
            None => return Err(Refusal::Invalid("isLocked is missing")),
        },
        _ => return Err(Refusal::Invalid("this is no command to a call")),
    })
}

/// Who is to come besides the two.
pub fn invitation_of(given: &Given<'_>) -> Read<invitations::Ask> {
    let role = given.role.as_deref().and_then(GuestRole::named);
    let role = role.ok_or(Refusal::Invalid("role must be interpreter, relative, student, colleague or other"))?;
    let told = Told {
        name: Some(given.name.clone().ok_or(Refusal::Invalid("name is missing"))?),
        email: given.email.clone(),
        phone: given.phone.clone(),
        ..Told::default()
    };
    must_be_sound(&told)?;
    let Told { name, email, phone, .. } = told;
    Ok(invitations::Ask { name: name.unwrap_or_default(), role, email, phone })
}

/// For whoever invited; the others do not get the link.
pub fn invited(invited: &Invited) -> Value {
    json!({
        "roomId": invited.room.as_str(),
        "userId": invited.guest.as_str(),
        "link": invited.link,
        "expiresAt": time(invited.until),
    })
}

/// What a client says of itself to the others in the room. Everybody gets it, so it is short.
pub fn announced(client: Option<&Announced>) -> Read<Option<Announced>> {
    match client {
        Some(client) if json!(client).to_string().len() > ANNOUNCED_BYTES_AT_MOST => {
            Err(Refusal::Invalid("client may have 2,000 bytes"))
        }
        client => Ok(client.cloned()),
    }
}

/// What somebody writes: as written, but for the blanks around it.
pub fn chat_text(text: Option<&str>) -> Read<String> {
    match text.map(str::trim) {
        None | Some("") => Err(Refusal::Invalid("text is missing")),
        Some(text) if text.chars().count() > CHAT_CHARS_AT_MOST => {
            Err(Refusal::Invalid("a message may have 4,000 characters"))
        }
        Some(text) if text.contains('\0') => Err(Refusal::Invalid("a message has control characters")),
        Some(text) => Ok(text.to_owned()),
    }
}

pub fn chat_message(message: &ChatMessage, room: &RoomId, name: &str) -> Value {
    json!({
        "id": message.id,
        "roomId": room.as_str(),
        "userId": message.person.as_str(),
        "name": name,
        "text": message.text,
        "sentAt": time(message.at),
    })
}

pub fn chat_message_of(message: &ChatMessage, room: &RoomId, names: &Names) -> Value {
    chat_message(message, room, names.get(&message.person).map_or("", |person| &person.name))
}

pub fn device_rings(device: &DeviceId) -> Command {
    Command::DeviceRings { device: device.clone() }
}

pub fn presence_wish(name: Option<&str>) -> Read<Wish> {
    name.and_then(Wish::named).ok_or(Refusal::Invalid("presence must be online, away or dnd"))
}

/// The practice shows its screen; others do where the operator says so.
pub fn may_share_screen(asker: &Asker, who: ScreenShare) -> Read<()> {
    match asker.viewer.role {
        Role::Practitioner | Role::Staff | Role::Admin => Ok(()),
        Role::Patient | Role::Guest if who == ScreenShare::Everyone => Ok(()),
        Role::Patient | Role::Guest => Err(Refusal::Forbidden("the practice shows its screen, patients do not")),
    }
}

/// Rings that wait for an answer, calls, and the rooms one is in.
pub fn situation(situation: &Situation, asker: &Asker) -> Value {
    let me = &asker.viewer.id;
    let (mut rings, mut calls, mut rooms) = (Vec::new(), Vec::new(), Vec::new());
    for held in &situation.calls {
        let call = &held.value;
        calls.push(json!({
            "callId": call.id.as_str(),
            "roomId": call.room.as_str(),
            "callType": call.media.name(),
            "status": status(call),
            "callerId": call.caller.id.as_str(),
            "calleeId": call.callee.id.as_str(),
            "version": held.version,
        }));
        match call.state {
            State::Ringing { .. } if &call.callee.id == me => {
                let mut ring = incoming(call, &situation.names, None);
                ring["version"] = json!(held.version);
                rings.push(ring);
            }
            State::Waiting { .. } | State::Active { .. } => rooms.push(room(call, &situation.names, me)),
            State::Ringing { .. } | State::Ended { .. } => {}
        }
    }
    json!({ "rings": rings, "calls": calls, "rooms": rooms, "unread": situation.unread })
}

fn room(call: &Call, names: &Names, me: &PersonId) -> Value {
    let inside: Vec<_> = participants(call, names).iter().map(|one| one.id.to_string()).collect();
    json!({
        "roomId": call.room.as_str(),
        "callId": call.id.as_str(),
        "status": room_status(call),
        "isLocked": call.locked,
        "participants": inside,
        "position": position(call, me),
        "waiting": waiting(call, names, me),
    })
}

/// What the practice says to those who wait: to one of them, or to all.
pub fn to_the_waiting(given: &Given<'_>) -> Read<(Option<PersonId>, String)> {
    Ok((given.user_id.as_ref().map(PersonId::new), chat_text(given.text.as_deref())?))
}

/// Who of them waits there.
pub fn waiting_among(call: &Call, one: Option<&PersonId>) -> Vec<PersonId> {
    let waiting = call.seats().map(|seats| seats.waiting()).unwrap_or_default();
    waiting.into_iter().map(|(id, _)| id.clone()).filter(|id| one.is_none_or(|one| one == id)).collect()
}

fn status(call: &Call) -> &'static str {
    match call.state {
        State::Ringing { .. } => "ringing",
        State::Waiting { .. } => "waiting",
        State::Active { .. } => "active",
        State::Ended { .. } => "ended",
    }
}
