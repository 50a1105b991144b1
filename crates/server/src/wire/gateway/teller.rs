//! Carries news of calls to the people whom they concern, in the order in which they happened.

use std::sync::Arc;
use std::time::Duration;

use bedside_protocol::ids::{CallId, PersonId, RoomId};
use serde_json::{Value, json};
use socketioxide::AckError;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::hub::{self, Line, Since, To};
use super::order::{At, Order};
use super::{Gateway, desk};
use crate::app::{Names, notices, presence, seats};
use crate::bus::{CallNews, News};
use crate::wire::translate::{self, Step};

/// A device that rings says so within this time, or rings unheard.
const RING_HEARD_WITHIN: Duration = Duration::from_secs(10);
const PRESENCE_LOOKED_AT_EVERY: Duration = Duration::from_millis(500);

/// Runs until it is dropped.
pub async fn run(gateway: Gateway) {
    tokio::join!(tell_calls(&gateway), tell_presence(&gateway));
}

async fn tell_calls(gateway: &Gateway) {
    let mut news = gateway.wire.app.bus.listen();
    let mut order = Order::default();
    loop {
        let late = order.late();
        let heard = tokio::select! {
            heard = news.recv() => heard,
            () = tokio::time::sleep_until(late.unwrap_or_else(Instant::now)), if late.is_some() => {
                tell_all(gateway, order.give_up()).await;
                continue;
            }
        };
        match heard {
            Ok(one) => match &*one {
                News::Call(call) => {
                    let at = At { call: call.call.id.clone(), version: call.version, is_last: call.call.has_ended() };
                    tell_all(gateway, order.in_turn(at, one)).await;
                }
                _ => tell_person(gateway, &one).await,
            },
            Err(RecvError::Lagged(missed)) => {
                tracing::error!(missed, "news came faster than they could be told; everybody is asked to come anew");
                // On coming back, `sync` gives it all.
                gateway.sessions.all().iter().for_each(|session| session.line.cut());
            }
            Err(RecvError::Closed) => return,
        }
    }
}

async fn tell_all(gateway: &Gateway, news: Vec<Arc<News>>) {
    for one in news {
        if let News::Call(call) = &*one {
            tell(gateway, call).await;
        }
    }
}

/// What is somebody's own: a new notice, or by which way the one they ring is reached.
async fn tell_person(gateway: &Gateway, news: &News) {
    match news {
        News::Notice(row) if !gateway.hub.lines_of(&row.notice.to).is_empty() => {
            match notices::arrived(&gateway.wire.app, row).await {
                Ok((names, unread)) => {
                    let payload = translate::arrived(row, &names, unread);
                    gateway.hub.tell_person(&row.notice.to, None, "notification", &payload);
                }
                Err(error) => tracing::error!(?error, "a notice could not be shown; it is found in the list"),
            }
        }
        News::Reaching { caller, call, channel } => {
            gateway.hub.tell_person(caller, None, "call-reaching", &translate::reaching(call, *channel));
        }
        News::Notice(_) | News::Call(_) | News::Appointment(_) | News::Owed => {}
    }
}

async fn tell(gateway: &Gateway, news: &CallNews) {
    // Without a name is better than not at all: whoever was shown out must not hear any more.
    let names = gateway.wire.app.names(seats::people_of(&news.call)).await.unwrap_or_else(|error| {
        tracing::error!(?error, "people could not be named in what was told of their call");
        Names::default()
    });
    let room = &news.call.room;
    for step in translate::steps(news, &names) {
        match step {
            Step::Person { to, but, event, payload } => gateway.hub.tell_person(&to, but.as_ref(), event, &payload),
            Step::Outside { to, event, payload } => gateway.hub.tell_outside(room, &to, event, &payload),
            Step::Room { but, event, payload } => {
                let to = but.as_ref().map_or(To::All, To::AllBut);
                gateway.hub.tell_news(news, to, event, &payload);
            }
            Step::Guests { event, payload } => {
                let parties = [&news.call.caller.id, &news.call.callee.id];
                gateway.hub.tell_news(news, To::AllButThese(&parties), event, &payload);
            }
            Step::Ring { to, payload } => ring(gateway, &to, news, &payload),
            Step::Seat { person, event, payload } => {
                let since = Since { call: news.call.id.clone(), version: news.version };
                if let Some(line) = gateway.hub.seat(room, &person, since) {
                    let joined = desk::joined(gateway, &news.call, news.version, &names, &line).await;
                    gateway.hub.welcome(room, &line, &joined);
                }
                let payload = introduced(gateway, room, &person, payload);
                gateway.hub.tell_news(news, To::AllBut(&person), event, &payload);
            }
            Step::Rings { to, device, mut payload } => {
                payload["preconnect"] = json!(gateway.preconnect.is_ready(&news.call.id, &device));
                gateway.hub.tell_person(&to, None, "call-ringing", &payload);
            }
            Step::Wait { person } => wait(gateway, &news.call, &person),
            Step::SendBack { person } => gateway.hub.send_back(news, &person),
            Step::Unseat { person } => gateway.hub.unseat(news, &person),
            Step::Close => gateway.hub.close(news),
        }
    }
    if news.call.ringing_pair().is_none() {
        gateway.preconnect.forget(&news.call.id);
    }
}

/// Whoever comes, with what their client says of itself.
pub fn introduced(gateway: &Gateway, room: &RoomId, person: &PersonId, mut payload: Value) -> Value {
    if let Some(client) = gateway.hub.announced(room, person) {
        payload["client"] = Value::Object(client);
    }
    payload
}

/// Whoever waits hears where they stand, and what the practice has said to them.
pub fn wait(gateway: &Gateway, call: &translate::Call, person: &PersonId) {
    let Some(line) = gateway.hub.asking(&call.room, person) else { return };
    let mut payload = json!({ "roomId": call.room.as_str(), "position": translate::position(call, person) });
    if let Some(message) = gateway.hub.written_to(&call.room, person) {
        payload["message"] = json!(message);
    }
    hub::send(&line, "waiting-room", &payload);
}

/// Every device of the callee rings.
fn ring(gateway: &Gateway, callee: &PersonId, news: &CallNews, payload: &Value) {
    for line in gateway.hub.lines_of(callee) {
        ring_at(gateway, &line, &news.call.id, payload);
    }
}

/// One device rings; the caller hears that it does once it has said so.
pub fn ring_at(gateway: &Gateway, line: &Line, call: &CallId, payload: &Value) {
    let rings = line.socket.timeout(RING_HEARD_WITHIN).emit_with_ack::<_, Value>("incoming-video-call", payload);
    hub::send(line, "incoming-call", payload);
    let Ok(heard) = rings else { return };
    let (gateway, line, call) = (gateway.clone(), line.clone(), call.clone());
    tokio::spawn(async move {
        // Many clients acknowledge with nothing at all.
        let answer = match heard.await {
            Ok(answer) => answer,
            Err(AckError::Decode(_)) => Value::Null,
            Err(AckError::Timeout | AckError::Socket(_)) => return,
        };
        if answer["preconnect"] == true {
            gateway.preconnect.rings(&call, &line);
        }
        desk::rings(&gateway, &line, &call).await;
    });
}

async fn tell_presence(gateway: &Gateway) {
    loop {
        tokio::time::sleep(PRESENCE_LOOKED_AT_EVERY).await;
        look_again(gateway).await;
        let watched = gateway.hub.watched();
        if watched.is_empty() {
            continue;
        }
        match presence::of(&gateway.wire.app, &watched).await {
            Ok(shown) => {
                let shown = shown.into_iter().map(|(person, presence)| (person, presence.name())).collect();
                gateway.hub.tell_presence(&shown);
            }
            Err(error) => tracing::error!(?error, "presence could not be read"),
        }
    }
}

/// Somebody may be waited for who has never been here before.
async fn look_again(gateway: &Gateway) {
    for (line, come) in gateway.hub.newcomers() {
        match presence::visible(&gateway.wire.app, &line.asker, &come).await {
            Ok(visible) => gateway.hub.watch_too(&line, visible),
            Err(error) => tracing::error!(?error, "newcomers could not be looked up"),
        }
    }
}
