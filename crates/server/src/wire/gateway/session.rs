//! One connection: who it is, what it says in order, and what becomes of it.

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, Weak};
use std::time::Duration;

use axum::extract::ConnectInfo;
use bedside_protocol::ids::{CallId, DeviceId, RoomId};
use governor::clock::DefaultClock;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::handler::{FromMessageParts as _, MessageHandler, Value as Packet};
use socketioxide::socket::{DisconnectReason, Socket};

use super::Gateway;
use super::desk::{self, Seated};
use super::hub::{Connection, Line};
use super::teller;
use super::vocabulary::{self, Act, Given};
use crate::app::presence;
use crate::app::{Asker, seats};
use crate::dispatch::Error;
use crate::wire::auth::{self, Stay};
use crate::wire::extract::BODY_AT_MOST;
use crate::wire::problem::Refused;
use crate::wire::{client, translate};

/// What a client has said and nobody has answered yet.
const QUEUE: usize = 128;
/// A client that sends faster is slowed down; one whose queue is full is refused, and after this often cut off.
const MESSAGES_A_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("fifty");
const MESSAGES_AT_ONCE: NonZeroU32 = NonZeroU32::new(200).expect("two hundred");
const PACE: Quota = Quota::per_second(MESSAGES_A_SECOND).allow_burst(MESSAGES_AT_ONCE);
/// One for all: making one asks the processor what it is, and on a virtual machine the host has to answer that.
static CLOCK: LazyLock<DefaultClock> = LazyLock::new(DefaultClock::default);
const REFUSED_AT_MOST: u32 = 200;
/// Closing on what has not been read throws away what the client has not read either: that it was refused, and why.
const LISTENED_TO_STILL: Duration = Duration::from_secs(1);
const GOOD_BYE_TRIED_EVERY: Duration = Duration::from_millis(100);
const GOOD_BYE_WITHIN: Duration = Duration::from_secs(60);
const LOST_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// How often one that is slowed down is looked at again.
const PAUSE: Duration = Duration::from_millis(20);

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
    asker: Arc<Asker>,
    stay: Arc<Stay>,
    device: DeviceId,
}

/// A connection that was admitted. It has no task of its own: what needs only memory is done as it is heard, for the
/// rest there is one while there is something to do. So ten thousand who say nothing weigh little.
pub struct Session {
    gateway: Gateway,
    number: u64,
    pub stay: Arc<Stay>,
    pub line: Line,
    pace: DefaultDirectRateLimiter,
    work: Mutex<Work>,
}

/// What is to be done for a connection, one after the other.
#[derive(Default)]
struct Work {
    waiting: VecDeque<Next>,
    /// Somebody is at it.
    under_way: bool,
    /// Nothing is heard any more.
    is_over: bool,
    refused: u32,
}

enum Next {
    Greet,
    Hear(Said),
    Leave(Option<DisconnectReason>),
}

/// One message as it came, and how it is answered.
struct Said {
    packet: Packet,
    wants_answer: bool,
    ack: AckSender,
}

/// All who are connected.
#[derive(Default)]
pub struct Sessions(Mutex<Here>);

#[derive(Default)]
struct Here {
    last: u64,
    all: HashMap<u64, Arc<Session>>,
}

/// Hears what a connection says. The session holds the socket, so the socket may not hold the session.
struct Ear(Weak<Session>);

impl MessageHandler<LocalAdapter, Self> for Ear {
    fn call(&self, socket: Arc<Socket>, mut packet: Packet, ack: Option<i64>) {
        let Some(session) = self.0.upgrade() else { return };
        let wants_answer = ack.is_some();
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut packet, &ack);
        session.hear(Said { packet, wants_answer, ack });
    }
}

/// A refused handshake is a `connect_error` whose message begins with the code.
pub async fn admit(gateway: &Gateway, socket: SocketRef, hello: TryData<Handshake>) -> Result<(), String> {
    let refused = |refused: Refused| format!("{}: {}", refused.code().name(), refused.detail());
    let Ok(hello) = hello.0 else { return Err("invalid: auth must be { token }".to_owned()) };
    let parts = socket.req_parts();
    let wire = &gateway.wire;
    let token = auth::socket_token(wire, hello.token.as_deref(), &parts.headers).map_err(refused)?;
    let (asker, stay) = auth::comes_to_stay(wire, &token).await.map_err(refused)?;
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let address = peer.map(|peer| client::address(peer, &parts.headers, &wire.app.settings.trusted_proxy));
    wire.limits.write_from(address.unwrap_or(Ipv4Addr::LOCALHOST.into())).map_err(refused)?;
    let device = translate::device(hello.device_id.or_else(|| Some(socket.id.to_string())));
    let device = device.map_err(|refusal| refused(refusal.into()))?;
    socket.extensions.insert(Guest { asker: Arc::new(asker), stay: Arc::new(stay), device });
    Ok(())
}

/// Handlers are registered before anything is awaited, so that nothing said at once is lost.
pub fn begin(gateway: &Gateway, socket: SocketRef) {
    let Some(guest) = socket.extensions.remove::<Guest>() else { return };
    let session = gateway.sessions.begin(|number, session| Session {
        gateway: gateway.clone(),
        number,
        stay: guest.stay,
        line: Arc::new(Connection::new(guest.asker, guest.device, socket.clone(), session.clone())),
        pace: RateLimiter::direct_with_clock(PACE, CLOCK.clone()),
        work: Mutex::default(),
    });
    socket.on_fallback(Ear(Arc::downgrade(&session)));
    let leaves = Arc::downgrade(&session);
    socket.on_disconnect(move |reason: DisconnectReason| {
        if let Some(session) = leaves.upgrade() {
            session.leave(Some(reason));
        }
        std::future::ready(())
    });
    gateway.hub.connect(session.line.clone());
    session.put(Next::Greet);
}

impl Sessions {
    fn begin(&self, new: impl FnOnce(u64, &Weak<Session>) -> Session) -> Arc<Session> {
        let mut here = self.here();
        here.last += 1;
        let number = here.last;
        let session = Arc::new_cyclic(|session| new(number, session));
        here.all.insert(session.number, session.clone());
        session
    }

    pub fn all(&self) -> Vec<Arc<Session>> {
        self.here().all.values().cloned().collect()
    }

    fn end(&self, session: &Session) {
        self.here().all.remove(&session.number);
    }

    fn here(&self) -> MutexGuard<'_, Here> {
        self.0.lock().expect("no one panics holding the sessions")
    }
}

impl Session {
    /// The token is no longer good.
    pub fn end(&self, why: &Refused) {
        super::hub::send(&self.line, "error", &told("connect", why));
        self.line.cut();
    }

    /// Nothing overtakes: what can be done at once is done at once only if nothing else waits or is under way.
    fn hear(self: &Arc<Self>, said: Said) {
        let waiting = {
            let work = self.work();
            if work.is_over {
                return;
            }
            work.under_way.then_some(work.waiting.len())
        };
        if waiting.is_none()
            && let Some(outcome) = self.act_at_once(&said)
        {
            return said.answer(&self.line, outcome);
        }
        if waiting.is_some_and(|waiting| waiting >= QUEUE) {
            return self.refuse(said);
        }
        self.put(Next::Hear(said));
    }

    fn refuse(&self, said: Said) {
        let mut work = self.work();
        work.refused += 1;
        let refused = work.refused;
        drop(work);
        if refused <= REFUSED_AT_MOST {
            said.answer(&self.line, Err(Refused::rate_limited(1)));
        }
        if refused == REFUSED_AT_MOST {
            let line = self.line.clone();
            tokio::spawn(async move {
                tokio::time::sleep(LISTENED_TO_STILL).await;
                line.cut();
            });
        }
    }

    fn act_at_once(&self, said: &Said) -> Option<desk::Answer> {
        let (act, given) = said.understood().ok()?;
        let room = desk::room_of_signal(act, &given).filter(|_| self.pace.check().is_ok())?;
        Some(self.seated().signal_at_once(&room, &given))
    }

    /// What is still to be heard is not heard any more; what is under way is finished.
    /// With a reason if the connection is gone, without one if it is to go. It happens once.
    pub fn leave(self: &Arc<Self>, reason: Option<DisconnectReason>) {
        let mut work = self.work();
        if std::mem::replace(&mut work.is_over, true) {
            return;
        }
        work.waiting.retain(|next| !matches!(next, Next::Hear(_)));
        drop(work);
        self.put(Next::Leave(reason));
    }

    fn put(self: &Arc<Self>, next: Next) {
        let mut work = self.work();
        work.waiting.push_back(next);
        if !std::mem::replace(&mut work.under_way, true) {
            tokio::spawn(self.clone().work_off());
        }
    }

    async fn work_off(self: Arc<Self>) {
        while let Some(next) = self.next() {
            match next {
                Next::Greet => self.greet().await,
                // What people decide takes large futures, which are here only while they decide.
                Next::Hear(said) => Box::pin(self.act(said)).await,
                Next::Leave(reason) => Box::pin(self.clone().go(reason)).await,
            }
        }
    }

    fn next(&self) -> Option<Next> {
        let mut work = self.work();
        let next = work.waiting.pop_front();
        if next.is_none() {
            *work = Work { refused: work.refused, is_over: work.is_over, ..Work::default() };
        }
        next
    }

    /// Before the first word: whoever rings this person now finds them there.
    async fn greet(&self) {
        self.gateway.arrivals.arrive(&self.gateway.wire.app, &self.line).await;
        match desk::sync(&self.gateway, &self.line.asker).await {
            Ok(sync) => {
                super::hub::send(&self.line, "sync", &sync);
                self.ring(&sync["rings"]);
            }
            Err(refused) => super::hub::send(&self.line, "error", &told("sync", &refused)),
        }
    }

    /// A device that comes while it rings, rings, too.
    fn ring(&self, rings: &Value) {
        for ring in rings.as_array().into_iter().flatten() {
            let call = ring["callId"].as_str().map(CallId::new).expect("a ring is of a call");
            teller::ring_at(&self.gateway, &self.line, &call, ring);
        }
    }

    async fn act(&self, said: Said) {
        while self.pace.check().is_err() {
            tokio::time::sleep(PAUSE).await;
        }
        let outcome = match said.understood() {
            Ok((act, given)) => self.seated().act(act, &given).await,
            Err(refused) => Err(refused),
        };
        said.answer(&self.line, outcome);
    }

    async fn go(self: Arc<Self>, reason: Option<DisconnectReason>) {
        let app = &self.gateway.wire.app;
        self.gateway.sessions.end(&self);
        self.gateway.preconnect.disconnect(&self.line);
        for room in self.gateway.hub.disconnect(&self.line) {
            if let Err(error) = self.lose(&room).await {
                tokio::spawn(self.clone().lose_later(room, error));
            }
        }
        // A clean good-bye; a line that broke lets the lease run out.
        if matches!(reason, Some(DisconnectReason::ClientNSDisconnect)) {
            let _ = presence::close(app, &self.line.person, &self.line.device).await;
        }
        let _ = tokio::time::timeout(GOOD_BYE_WITHIN, say_good_bye(&self.line.socket)).await;
    }

    /// The seat is kept for a while from now on. Whoever has come back meanwhile was found still there, and has lost it
    /// with this: they have it again.
    async fn lose(&self, room: &RoomId) -> Result<(), Error> {
        let (app, asker) = (&self.gateway.wire.app, &self.line.asker);
        let lost = unless_refused(seats::lose(app, asker, room).await);
        if lost.is_ok() && self.gateway.hub.is_there(room, &self.line.person) {
            return unless_refused(seats::come_back(app, asker, room).await);
        }
        lost
    }

    /// A seat of which nobody ever knew that it was lost would be kept for good.
    async fn lose_later(self: Arc<Self>, room: RoomId, mut error: Error) {
        loop {
            tracing::error!(?error, again_after = ?LOST_AGAIN_AFTER, "a lost connection could not be written down");
            tokio::time::sleep(LOST_AGAIN_AFTER).await;
            if self.gateway.hub.is_there(&room, &self.line.person) {
                return;
            }
            match self.lose(&room).await {
                Ok(()) => return,
                Err(again) => error = again,
            }
        }
    }

    fn seated(&self) -> Seated<'_> {
        Seated { gateway: &self.gateway, asker: &self.line.asker, line: &self.line }
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().expect("no one panics holding the work")
    }
}

/// Who is not in the room any more has nothing to lose there.
fn unless_refused(done: Result<Option<translate::Call>, Error>) -> Result<(), Error> {
    match done {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whoever reads no more has no room for it until they read again. Who never does is left to the heartbeat and to TCP.
async fn say_good_bye(socket: &SocketRef) {
    while socket.connected() && socket.clone().disconnect().is_err() {
        tokio::time::sleep(GOOD_BYE_TRIED_EVERY).await;
    }
}

impl Said {
    fn understood(&self) -> Result<(Act, Given<'_>), Refused> {
        let (event, payload) = parts(self.text()?)?;
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
        Ok((act, given))
    }

    fn text(&self) -> Result<&str, Refused> {
        match &self.packet {
            Packet::Str(text, binary) if binary.as_ref().is_none_or(VecDeque::is_empty) => match text.len() {
                0..=BODY_AT_MOST => Ok(text.as_str()),
                _ => Err(Refused::too_large()),
            },
            Packet::Str(..) | Packet::Bytes(_) => Err(Refused::invalid("no event takes binary")),
        }
    }

    /// Whoever asked for an acknowledgement gets it; whoever did not hears of a refusal as an `error` event.
    fn answer(self, line: &Line, outcome: desk::Answer) {
        let outcome = match outcome {
            Ok(mut value) if self.wants_answer => {
                value["ok"] = json!(true);
                self.ack.send(&value).map_err(drop)
            }
            Ok(_) => Ok(()),
            Err(refused) if self.wants_answer => {
                self.ack.send(&json!({ "ok": false, "error": refused.brief() })).map_err(drop)
            }
            Err(refused) => line.socket.emit("error", &told(&self.event(), &refused)).map_err(drop),
        };
        if outcome.is_err() && line.socket.connected() {
            line.cut();
        }
    }

    /// Its name, if it has one.
    fn event(&self) -> String {
        self.text().and_then(parts).map(|(event, _)| event).unwrap_or_default()
    }
}

fn parts(text: &str) -> Result<(String, Option<&RawValue>), Refused> {
    let parts: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| Refused::invalid("the message is not JSON"))?;
    let event = parts.first().and_then(|event| serde_json::from_str(event.get()).ok());
    Ok((event.ok_or_else(|| Refused::invalid("the event has no name"))?, parts.get(1).copied()))
}

fn told(event: &str, refused: &Refused) -> Value {
    let mut told = refused.brief();
    told["event"] = json!(event);
    told
}
