//! One connection: who it is, what it says in order, and what becomes of it.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use bedside_protocol::ids::DeviceId;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use socketioxide::adapter::Adapter;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::FromMessageParts;
use socketioxide::socket::{DisconnectReason, Socket};
use tokio::sync::mpsc;

use super::Gateway;
use super::desk::{self, Seated};
use super::hub::Line;
use super::vocabulary::{self, Act, Given};
use crate::app::presence;
use crate::app::{Asker, seats};
use crate::wire::extract::BODY_AT_MOST;
use crate::wire::problem::Refused;
use crate::wire::{auth, client, translate};

/// What a client has said and nobody has answered yet.
const QUEUE: usize = 128;
/// A client that sends faster is slowed down; one whose queue is full is refused, and after this often cut off.
const MESSAGES_A_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("fifty");
const MESSAGES_AT_ONCE: NonZeroU32 = NonZeroU32::new(200).expect("two hundred");
const REFUSED_AT_MOST: u32 = 200;
const LEASE_RENEWED_EVERY: Duration = Duration::from_secs(15);
/// A connection does not outlive the session or the person's being there by more than this.
const TOKEN_LOOKED_AT_EVERY: Duration = Duration::from_secs(5);

const GOOD_BYE_TRIED_EVERY: Duration = Duration::from_millis(100);
const GOOD_BYE_WITHIN: Duration = Duration::from_secs(60);

/// How somebody proves who they are when they connect.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Handshake {
    token: Option<String>,
    /// The same at every connection of one tab or app.
    device_id: Option<String>,
}

/// Who is at a connection, and what they came with.
#[derive(Clone)]
struct Guest {
    asker: Asker,
    token: String,
    device: DeviceId,
}

/// One message as it came.
struct Said {
    text: String,
    has_binary: bool,
    wants_answer: bool,
}

impl<A: Adapter> FromMessageParts<A> for Said {
    type Error = Infallible;

    fn from_message_parts(
        _: &Arc<Socket<A>>,
        value: &mut socketioxide::handler::Value,
        ack: &Option<i64>,
    ) -> Result<Self, Infallible> {
        let (text, has_binary) = match value {
            socketioxide::handler::Value::Str(text, binary) => {
                (text.as_str().to_owned(), binary.as_ref().is_some_and(|parts| !parts.is_empty()))
            }
            socketioxide::handler::Value::Bytes(_) => (String::new(), true),
        };
        Ok(Self { text, has_binary, wants_answer: ack.is_some() })
    }
}

/// A refused handshake is a `connect_error` whose message begins with the code.
pub async fn admit(gateway: &Gateway, socket: SocketRef, hello: TryData<Handshake>) -> Result<(), String> {
    let refused = |refused: Refused| format!("{}: {}", refused.code().name(), refused.detail());
    let Ok(hello) = hello.0 else { return Err("invalid: auth must be { token }".to_owned()) };
    let parts = socket.req_parts();
    let wire = &gateway.wire;
    let token = auth::socket_token(wire, hello.token.as_deref(), &parts.headers).map_err(refused)?;
    let asker = auth::by_token(wire, &token).await.map_err(refused)?;
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let address = peer.map(|peer| client::address(peer, &parts.headers, &wire.app.settings.trusted_proxy));
    wire.limits.write_from(address.unwrap_or(Ipv4Addr::LOCALHOST.into())).map_err(refused)?;
    let device = translate::device(hello.device_id.or_else(|| Some(socket.id.to_string())));
    let device = device.map_err(|refusal| refused(refusal.into()))?;
    socket.extensions.insert(Guest { asker, token, device });
    Ok(())
}

/// Handlers are registered before anything is awaited, so that nothing said at once is lost.
pub fn begin(gateway: &Gateway, socket: SocketRef) {
    let Some(guest) = socket.extensions.get::<Guest>() else { return };
    let line = Line::new(guest.asker.viewer.id.clone(), guest.device.clone(), socket.clone());
    let flooded = line.clone();
    let (queue, said) = mpsc::channel::<(Said, AckSender)>(QUEUE);
    let refused = Arc::new(std::sync::atomic::AtomicU32::new(0));
    socket.on_fallback(move |said: Said, ack: AckSender| {
        if let Err(mpsc::error::TrySendError::Full((said, ack))) = queue.try_send((said, ack)) {
            answer(&flooded, &said, ack, Err(Refused::rate_limited(1)));
            if refused.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > REFUSED_AT_MOST {
                flooded.cut();
            }
        }
        std::future::ready(())
    });
    let (left, gone) = tokio::sync::oneshot::channel();
    let left = Arc::new(std::sync::Mutex::new(Some(left)));
    socket.on_disconnect(move |reason: DisconnectReason| {
        if let Some(left) = left.lock().ok().and_then(|mut left| left.take()) {
            let _ = left.send(reason);
        }
        std::future::ready(())
    });
    gateway.hub.connect(line.clone());
    tokio::spawn(live(gateway.clone(), guest, line, said, gone));
}

/// The life of a connection.
async fn live(
    gateway: Gateway,
    guest: Guest,
    line: Line,
    said: mpsc::Receiver<(Said, AckSender)>,
    gone: tokio::sync::oneshot::Receiver<DisconnectReason>,
) {
    let app = &gateway.wire.app;
    // Before the first word: whoever rings this person now finds them there.
    if let Err(error) = presence::renew(app, &line.person, &line.device).await {
        tracing::error!(?error, "a lease could not be renewed");
    }
    match desk::sync(&gateway, &guest.asker).await {
        Ok(sync) => super::hub::send(&line, "sync", &sync),
        Err(refused) => super::hub::send(&line, "error", &told("sync", &refused)),
    }
    let reason = tokio::select! {
        reason = gone => reason.ok(),
        () = hear(&gateway, &guest, &line, said) => None,
        () = keep(&gateway, &guest, &line) => None,
        () = line.is_cut() => None,
    };
    gateway.preconnect.disconnect(&line);
    for room in gateway.hub.disconnect(&line) {
        let _ = seats::lose(app, &guest.asker, &room).await;
    }
    // A clean good-bye; a line that broke lets the lease run out.
    if matches!(reason, Some(DisconnectReason::ClientNSDisconnect)) {
        let _ = presence::close(app, &line.person, &line.device).await;
    }
    let _ = tokio::time::timeout(GOOD_BYE_WITHIN, say_good_bye(&line.socket)).await;
}

/// Whoever reads no more has no room for it until they read again. Who never does is left to the heartbeat and to TCP.
async fn say_good_bye(socket: &SocketRef) {
    while socket.connected() && socket.clone().disconnect().is_err() {
        tokio::time::sleep(GOOD_BYE_TRIED_EVERY).await;
    }
}

/// What is said, one after the other.
async fn hear(gateway: &Gateway, guest: &Guest, line: &Line, mut said: mpsc::Receiver<(Said, AckSender)>) {
    let pace: DefaultDirectRateLimiter =
        RateLimiter::direct(Quota::per_second(MESSAGES_A_SECOND).allow_burst(MESSAGES_AT_ONCE));
    while let Some((said, ack)) = said.recv().await {
        while pace.check().is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let outcome = understood(gateway, guest, line, &said).await;
        answer(line, &said, ack, outcome);
    }
    // The queue closes with the connection; what is left to do is done by whoever sees it go.
    std::future::pending().await
}

async fn understood(gateway: &Gateway, guest: &Guest, line: &Line, said: &Said) -> desk::Answer {
    if said.has_binary {
        return Err(Refused::invalid("no event takes binary"));
    }
    if said.text.len() > BODY_AT_MOST {
        return Err(Refused::too_large());
    }
    let (event, payload) = parts(&said.text)?;
    let act = vocabulary::act(&event).ok_or_else(|| Refused::invalid("there is no such event"))?;
    let given = match payload {
        // The direct clients say who they are as a bare text.
        Some(id) if act == Act::Register && id.get().starts_with('"') => {
            Given { user_id: serde_json::from_str(id.get()).ok(), ..Given::default() }
        }
        Some(payload) if payload.get().starts_with('{') => {
            serde_json::from_str(payload.get()).map_err(|e| Refused::invalid(format!("the payload: {e}")))?
        }
        None => Given::default(),
        Some(payload) if payload.get() == "null" => Given::default(),
        Some(_) => return Err(Refused::invalid("the payload must be an object")),
    };
    Seated { gateway, asker: &guest.asker, line }.act(act, &given).await
}

fn parts(text: &str) -> Result<(String, Option<&RawValue>), Refused> {
    let parts: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| Refused::invalid("the message is not JSON"))?;
    let event = parts.first().and_then(|event| serde_json::from_str(event.get()).ok());
    Ok((event.ok_or_else(|| Refused::invalid("the event has no name"))?, parts.get(1).copied()))
}

/// Whoever asked for an acknowledgement gets it; whoever did not hears of a refusal as an `error` event.
fn answer(line: &Line, said: &Said, ack: AckSender, outcome: desk::Answer) {
    let outcome = match outcome {
        Ok(mut value) if said.wants_answer => {
            value["ok"] = json!(true);
            ack.send(&value).map_err(drop)
        }
        Ok(_) => Ok(()),
        Err(refused) if said.wants_answer => ack.send(&json!({ "ok": false, "error": refused.brief() })).map_err(drop),
        Err(refused) => {
            let event = parts(&said.text).map(|(event, _)| event).unwrap_or_default();
            line.socket.emit("error", &told(&event, &refused)).map_err(drop)
        }
    };
    if outcome.is_err() && line.socket.connected() {
        line.cut();
    }
}

fn told(event: &str, refused: &Refused) -> Value {
    let mut told = refused.brief();
    told["event"] = json!(event);
    told
}

/// Renews the lease, and ends the connection when its token is no longer good.
async fn keep(gateway: &Gateway, guest: &Guest, line: &Line) {
    let mut since_renewal = Duration::ZERO;
    loop {
        tokio::time::sleep(TOKEN_LOOKED_AT_EVERY).await;
        since_renewal += TOKEN_LOOKED_AT_EVERY;
        if since_renewal >= LEASE_RENEWED_EVERY {
            since_renewal = Duration::ZERO;
            let _ = presence::renew(&gateway.wire.app, &line.person, &line.device).await;
        }
        match auth::still_good(&gateway.wire, &guest.token, &line.person).await {
            Err(refused) if refused.code().name() == "unauthorized" => {
                super::hub::send(line, "error", &told("connect", &refused));
                let _ = line.socket.clone().disconnect();
                return;
            }
            Ok(_) | Err(_) => {}
        }
    }
}
