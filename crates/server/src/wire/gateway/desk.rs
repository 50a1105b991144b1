//! What each act does: the decision lane goes down the road, the relay lane to whoever sits in the room.

use std::sync::Arc;

use bedside_protocol::ids::{CallId, DeviceId, PersonId, RoomId};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::hub::{Line, Show, Since, To};
use super::vocabulary::{Act, Given};
use super::{Gateway, teller};
use crate::app::ice::Purpose;
use crate::app::seats::Entry;
use crate::app::{Asker, Held, Names, chat, invitations, presence, ring, seats};
use crate::clock;
use crate::dispatch::{Error, Once};
use crate::wire::problem::Refused;
use crate::wire::translate;

/// What an acknowledgement holds beside `ok`.
pub type Answer = Result<Value, Refused>;

/// Somebody at a connection.
pub struct Seated<'a> {
    pub gateway: &'a Gateway,
    pub asker: &'a Asker,
    pub line: &'a Line,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relayed<'a> {
    room_id: &'a str,
    user_id: &'a str,
    signal: &'a RawValue,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RingSignal<'a> {
    call_id: &'a str,
    device_id: &'a str,
    user_id: &'a str,
    signal: &'a RawValue,
}

impl Seated<'_> {
    pub async fn act(&self, act: Act, given: &Given<'_>) -> Answer {
        self.must_be_who_they_say(act, given)?;
        match act {
            Act::Ring => self.ring(given).await,
            Act::EnterRoom => self.enter(given).await,
            Act::Accept
            | Act::Decline
            | Act::Cancel
            | Act::LeaveRoom
            | Act::Admit
            | Act::AdmitAll
            | Act::TurnAway
            | Act::SendBack
            | Act::Remove
            | Act::Lock
            | Act::End => self.command(act, given).await,
            Act::RingSignal => self.ring_signal(given),
            Act::TellWaiting => self.tell_waiting(given).await,
            Act::Invite => self.invite(given).await,
            Act::Signal => self.signal(&self.room(given).await?, given),
            Act::ToggleVideo | Act::ToggleAudio | Act::RaiseHand | Act::ShareScreen | Act::UnshareScreen => {
                self.show(act, given).await
            }
            Act::Chat => self.chat(given).await,
            Act::ChatRead => self.chat_read(given).await,
            Act::Typing => self.relay(given, "chat-typing", json!({})).await,
            Act::SetPresence => self.set_presence(given).await,
            Act::WatchPresence => self.watch_presence(given).await,
            Act::Register => Ok(json!({ "userId": self.me().as_str() })),
            Act::Sync => sync(self.gateway, self.asker).await,
        }
    }

    /// The same as `act` of a signal whose room is known: it waits for nothing.
    pub fn signal_at_once(&self, room: &RoomId, given: &Given<'_>) -> Answer {
        self.must_be_who_they_say(Act::Signal, given)?;
        self.signal(room, given)
    }

    fn me(&self) -> &PersonId {
        &self.line.person
    }

    /// Who one is comes from the token. A payload may repeat it, and nothing else.
    fn must_be_who_they_say(&self, act: Act, given: &Given<'_>) -> Result<(), Refused> {
        let about_somebody_else =
            matches!(act, Act::Admit | Act::TurnAway | Act::TellWaiting | Act::SendBack | Act::Remove);
        let claimed =
            [given.user_id.as_ref().filter(|_| !about_somebody_else), given.from.as_ref(), given.caller_id.as_ref()];
        match claimed.into_iter().flatten().all(|id| id == self.me().as_str()) {
            true => Ok(()),
            false => Err(Refused::forbidden("the token says that you are somebody else")),
        }
    }

    async fn ring(&self, given: &Given<'_>) -> Answer {
        let ask = translate::ring_of(given, &self.line.device)?;
        let once =
            given.request_id.as_ref().map(|key| Once { key: format!("ring {key}"), fingerprint: ask.fingerprint() });
        let answer = ring::ring(&self.gateway.wire.app, self.asker, &ask, once.as_ref(), translate::rung).await?;
        let answer = translate::rung_again(&answer)?;
        if let (Some(true), Some(call)) = (given.preconnect, answer["callId"].as_str()) {
            self.gateway.preconnect.calls(&CallId::new(call), self.line);
        }
        Ok(answer)
    }

    async fn enter(&self, given: &Given<'_>) -> Answer {
        let at = place(given)?;
        let app = &self.gateway.wire.app;
        // Nothing is kept for a room that there is not, or of which this person may not know, or that is not the call's.
        let room = match given.room_id {
            Some(_) => seats::find(app, self.asker, &at).await?.0.value.id,
            None => self.room(given).await?,
        };
        let older = self.gateway.hub.ask_to_enter(&room, self.line, translate::announced(given.client.as_ref())?);
        let (held, was_there) = match seats::enter(app, self.asker, &at).await {
            Ok(Entry::Now(held)) => (held, false),
            Ok(Entry::Before(held)) => (held, true),
            Err(error) => {
                self.gateway.hub.give_up_asking(&room, self.line, older);
                return Err(error.into());
            }
        };
        if let Some(older) = older.filter(|older| !Arc::ptr_eq(&older.line, self.line)) {
            super::hub::send(&older.line, "seat-taken", &json!({ "roomId": room.as_str() }));
        }
        let call = &held.value;
        if translate::is_inside(call, self.me()) && !self.take_seat(&held, was_there).await? {
            return Box::pin(self.enter(given)).await;
        }
        let waiting = translate::position(call, self.me());
        // Another tab waits on where the first one waited; nothing has happened that would tell it so.
        if waiting.is_some() && was_there {
            teller::wait(self.gateway, call, self.me());
        }
        Ok(json!({
            "roomId": room.as_str(),
            "callId": call.id.as_str(),
            "waiting": waiting.is_some(),
            "position": waiting,
            "chat": before(self.gateway, call, self.me()).await,
        }))
    }

    /// Before the answer, so that whoever has it may speak at once. The others hear of it as news; somebody who was in
    /// already has caused none, and they talk to another tab or device from now on.
    /// No seat for whoever was shown out since the call was read: they were told, and nobody is told of it twice.
    async fn take_seat(&self, held: &Held<translate::Call>, was_there: bool) -> Result<bool, Refused> {
        let (call, room) = (&held.value, &held.value.room);
        let sat = self.gateway.hub.sits(room, self.line);
        let names = self.gateway.wire.app.names(seats::people_of(call)).await?;
        let since = Since { call: call.id.clone(), version: held.version };
        let Some(line) = self.gateway.hub.seat(room, self.me(), since) else { return Ok(true) };
        if was_there && !self.is_in_still(call).await {
            self.gateway.hub.vacate(room, &line);
            return Ok(false);
        }
        let joined = joined(self.gateway, call, held.version, &names, &line).await;
        self.gateway.hub.welcome(room, &line, &joined);
        if was_there && !sat {
            let back = json!({ "roomId": room.as_str(), "callId": call.id.as_str(), "userId": self.me().as_str() });
            let back = teller::introduced(self.gateway, room, self.me(), back);
            self.gateway.hub.tell_room(room, To::AllBut(self.me()), "user-back", &back);
        }
        Ok(true)
    }

    /// If that cannot be read now, entering once more says why.
    async fn is_in_still(&self, call: &translate::Call) -> bool {
        let now = self.gateway.wire.app.store.call(&call.id).await.ok().flatten();
        now.is_some_and(|held| translate::is_inside(&held.value, self.me()))
    }

    async fn command(&self, act: Act, given: &Given<'_>) -> Answer {
        let command = translate::command(act, given, &self.line.device)?;
        let call = seats::command(&self.gateway.wire.app, self.asker, &place(given)?, &command).await?;
        Ok(match call {
            Some(call) => json!({ "callId": call.id.as_str(), "roomId": call.room.as_str() }),
            None => json!({ "roomId": given.room_id }),
        })
    }

    fn ring_signal(&self, given: &Given<'_>) -> Answer {
        let missing = || Refused::invalid("callId, deviceId or signal is missing");
        let call = CallId::new(given.call_id.as_deref().ok_or_else(missing)?);
        let device = DeviceId::new(given.device_id.as_deref().ok_or_else(missing)?);
        let signal = given.signal.ok_or_else(missing)?;
        let peer = self.gateway.preconnect.peer(&call, self.line, &device).ok_or_else(Refused::not_found)?;
        let (call_id, device_id) = (call.as_str(), device.as_str());
        let payload = RingSignal { call_id, device_id, user_id: self.me().as_str(), signal };
        super::hub::send(&peer, "ring-signal", &payload);
        Ok(json!({}))
    }

    /// Kept for as long as they wait, and no longer: whoever comes back to the door finds it there.
    async fn tell_waiting(&self, given: &Given<'_>) -> Answer {
        let (one, text) = translate::to_the_waiting(given)?;
        let call = seats::at_the_door(&self.gateway.wire.app, self.asker, &place(given)?).await?;
        let people = translate::waiting_among(&call, one.as_ref());
        if one.is_some() && people.is_empty() {
            return Err(Refused::not_found());
        }
        for person in &people {
            self.gateway.hub.write_to(&call.room, person, &text);
            teller::wait(self.gateway, &call, person);
        }
        Ok(json!({ "callId": call.id.as_str(), "roomId": call.room.as_str(), "told": people.len() }))
    }

    async fn invite(&self, given: &Given<'_>) -> Answer {
        let ask = translate::invitation_of(given)?;
        let invited = invitations::invite(&self.gateway.wire.app, self.asker, &place(given)?, ask).await?;
        let invited = translate::invited(&invited);
        super::hub::send(self.line, "invited", &invited);
        Ok(invited)
    }

    fn signal(&self, room: &RoomId, given: &Given<'_>) -> Answer {
        let signal = given.signal.ok_or_else(|| Refused::invalid("signal is missing"))?;
        let payload = Relayed { room_id: room.as_str(), user_id: self.me().as_str(), signal };
        let one = given.to.as_deref().map(PersonId::new);
        let to = one.as_ref().map_or(To::AllBut(self.me()), To::One);
        match (self.gateway.hub.relay(room, self.line, to, "webrtc-signal", &payload), one) {
            (None, _) | (Some(0), Some(_)) => Err(Refused::not_found()),
            (Some(told), _) => Ok(json!({ "forwarded": told })),
        }
    }

    async fn show(&self, act: Act, given: &Given<'_>) -> Answer {
        let on = || given.is_enabled.ok_or_else(|| Refused::invalid("isEnabled is missing"));
        let (show, event, more) = match act {
            Act::ToggleVideo => (Show::Video(on()?), "video-toggled", json!({ "isEnabled": on()? })),
            Act::ToggleAudio => (Show::Audio(on()?), "audio-toggled", json!({ "isEnabled": on()? })),
            Act::RaiseHand => {
                let up = given.is_raised.ok_or_else(|| Refused::invalid("isRaised is missing"))?;
                (Show::Hand(up), "hand-raised", json!({ "isRaised": up }))
            }
            Act::ShareScreen => {
                translate::may_share_screen(self.asker, self.gateway.wire.app.settings.screen_share)?;
                (Show::Screen(true), "screen-share-started", json!({}))
            }
            _ => (Show::Screen(false), "screen-share-stopped", json!({})),
        };
        let room = self.sitting(given).await?;
        self.gateway.hub.show(&room, self.me(), show);
        self.relay(given, event, more).await
    }

    /// To the others in the room, with who it was.
    async fn relay(&self, given: &Given<'_>, event: &'static str, mut payload: Value) -> Answer {
        let room = self.sitting(given).await?;
        payload["roomId"] = json!(room.as_str());
        payload["userId"] = json!(self.me().as_str());
        self.gateway.hub.tell_room(&room, To::AllBut(self.me()), event, &payload);
        Ok(json!({}))
    }

    /// Kept and told under one lock, so that everybody reads in the order in which it was kept.
    async fn chat(&self, given: &Given<'_>) -> Answer {
        let text = translate::chat_text(given.text.as_deref())?;
        let room = self.sitting(given).await?;
        let _turn = self.gateway.chat_turn.lock().await;
        let request = given.request_id.as_deref();
        let kept = chat::say(&self.gateway.wire.app, self.asker, &place(given)?, text, request).await?;
        let (message, is_new) = match &kept {
            chat::Kept::Now(message) => (message, true),
            chat::Kept::Before(message) => (message, false),
        };
        let payload = translate::chat_message(message, &room, &self.asker.person.name);
        if is_new {
            self.gateway.hub.tell_room(&room, To::All, "chat-message", &payload);
        }
        Ok(payload)
    }

    async fn chat_read(&self, given: &Given<'_>) -> Answer {
        let up_to = given.up_to.as_deref().ok_or_else(|| Refused::invalid("upTo is missing"))?;
        self.sitting(given).await?;
        chat::read(&self.gateway.wire.app, self.asker, &place(given)?, up_to).await?;
        self.relay(given, "chat-read", json!({ "upTo": up_to })).await
    }

    async fn set_presence(&self, given: &Given<'_>) -> Answer {
        let wish = translate::presence_wish(given.presence.as_deref())?;
        presence::wish(&self.gateway.wire.app, self.asker, wish).await?;
        Ok(json!({}))
    }

    async fn watch_presence(&self, given: &Given<'_>) -> Answer {
        let asked: Vec<PersonId> = given.user_ids.iter().flatten().take(WATCHED_AT_MOST).map(PersonId::new).collect();
        let visible = presence::visible(&self.gateway.wire.app, self.asker, &asked).await?;
        let watching: Vec<_> = visible.iter().map(|person| person.as_str().to_owned()).collect();
        self.gateway.hub.watch(self.line, asked, visible);
        Ok(json!({ "watching": watching }))
    }

    /// The room in which this connection sits. Whoever does not learns nothing of it.
    async fn sitting(&self, given: &Given<'_>) -> Result<RoomId, Refused> {
        let room = self.room(given).await?;
        if self.gateway.hub.sits(&room, self.line) { Ok(room) } else { Err(Refused::not_found()) }
    }

    async fn room(&self, given: &Given<'_>) -> Result<RoomId, Refused> {
        match (&given.room_id, &given.call_id) {
            (Some(room), _) => Ok(RoomId::new(room)),
            (None, Some(call)) => Ok(seats::room_of(&self.gateway.wire.app, self.asker, &CallId::new(call)).await?),
            (None, None) => Err(Refused::invalid("roomId or callId is missing")),
        }
    }
}

/// The room of a signal that can be forwarded from memory alone. Signals are most of all that is said.
pub fn room_of_signal(act: Act, given: &Given<'_>) -> Option<RoomId> {
    given.room_id.as_ref().filter(|_| act == Act::Signal).map(RoomId::new)
}

/// More than a directory page shows.
const WATCHED_AT_MOST: usize = 500;

/// A device of the callee has said that it rings.
pub async fn rings(gateway: &Gateway, line: &Line, call: &CallId) {
    let command = translate::device_rings(&line.device);
    let _ = seats::command_by(&gateway.wire.app, &line.person, call, &command).await;
}

/// What somebody gets who is in the room now.
pub async fn joined(gateway: &Gateway, call: &translate::Call, version: i64, names: &Names, line: &Line) -> Value {
    let me = &line.person;
    let participants: Vec<Value> = translate::participants(call, names)
        .into_iter()
        .map(|one| {
            let mut shown = json!(gateway.hub.shown(&call.room, &one.id));
            shown["userId"] = json!(one.id.as_str());
            shown["name"] = json!(one.name);
            shown["role"] = json!(one.role);
            if let Some(client) = gateway.hub.announced(&call.room, &one.id) {
                shown["client"] = Value::Object(client);
            }
            shown
        })
        .collect();
    let may_share = translate::may_share_screen(&line.asker, gateway.wire.app.settings.screen_share).is_ok();
    let (started_at, lasts) = translate::begun(call, clock::now()).unzip();
    json!({
        "roomId": call.room.as_str(),
        "callId": call.id.as_str(),
        "userId": me.as_str(),
        "status": translate::room_status(call),
        "startedAt": started_at,
        "durationSeconds": lasts,
        "isLocked": call.locked,
        "mayShareScreen": may_share,
        "participants": participants,
        "waiting": translate::waiting(call, names, me),
        "iceServers": translate::ice_servers(&gateway.wire.app, &line.asker, Purpose::Call(&call.id)),
        "mediaMode": "p2p",
        "chat": before(gateway, call, me).await,
        "version": version,
    })
}

/// What was written before somebody came. Whoever cannot read it now finds it on coming again.
async fn before(gateway: &Gateway, call: &translate::Call, me: &PersonId) -> Vec<Value> {
    let app = &gateway.wire.app;
    let messages = chat::before(app, me, call).await;
    let shown = async |messages: Vec<chat::ChatMessage>| {
        let names = app.names(messages.iter().map(|message| &message.person)).await?;
        Ok(messages.iter().map(|one| translate::chat_message_of(one, &call.room, &names)).collect())
    };
    let shown: Result<Vec<Value>, Error> = match messages {
        Ok(messages) => shown(messages).await,
        Err(error) => Err(error),
    };
    shown.unwrap_or_else(|error| {
        tracing::error!(?error, "the chat of a call could not be read");
        Vec::new()
    })
}

/// The whole of what a client must know, so that no missed event matters.
pub async fn sync(gateway: &Gateway, asker: &Asker) -> Answer {
    let situation = seats::situation(&gateway.wire.app, asker).await?;
    let mut sync = translate::situation(&situation, asker);
    sync["self"] = json!(translate::person(&crate::app::people::me(asker)));
    let app = &gateway.wire.app;
    sync["iceServers"] = json!(translate::ice_servers(app, asker, Purpose::Ring));
    Ok(sync)
}

fn place(given: &Given<'_>) -> Result<seats::At, Refused> {
    match (&given.room_id, &given.call_id) {
        (_, Some(call)) => Ok(seats::At::Call(CallId::new(call))),
        (Some(room), None) => Ok(seats::At::Room(RoomId::new(room))),
        (None, None) => Err(Refused::invalid("roomId or callId is missing")),
    }
}
