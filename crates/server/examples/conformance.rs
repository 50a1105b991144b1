//! Socket.IO as the gateway speaks it, without a clinic behind it: what the test suites of the Engine.IO and Socket.IO
//! protocols expect to find. They are run against `cargo run --package bedside --example conformance -- --port 3000`.

#[path = "../src/wire/gateway/transport.rs"]
mod transport;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use clap::Parser as _;
use engineioxide::config::EngineIoConfig;
use engineioxide::handler::EngineIoHandler;
use engineioxide::layer::EngineIoLayer;
use engineioxide::{DisconnectReason, Socket, Str};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeTupleStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use socketioxide::extract::{AckSender, Data, SocketRef, TryData};
use socketioxide::layer::SocketIoLayer;
use tokio::net::TcpListener;

/// The suites wait for pings and for their absence, so these are far shorter than the gateway's.
const PING_EVERY: Duration = Duration::from_millis(300);
const PONG_WITHIN: Duration = Duration::from_millis(200);
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// The suites listen for one packet after the other, and miss the second of two that come in one read.
const APART: Duration = Duration::from_millis(10);

#[derive(clap::Parser)]
struct Flags {
    /// The suites expect 3000; 0 lets the system choose.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// So many times slower than the suites expect, for a machine that has more to do.
    #[arg(long, default_value_t = 1)]
    slower: u32,
}

/// In one thread: the suites send two requests at once and expect the first to be read first.
#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let Flags { port, slower } = Flags::parse();
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("The protocols are served on {}", listener.local_addr()?);
    axum::serve(listener, Router::new().layer(engine_io(slower)).layer(socket_io(slower))).await
}

/// `/engine.io/`: what is said comes back.
fn engine_io(slower: u32) -> EngineIoLayer<Echo> {
    let config = EngineIoConfig::builder()
        .max_payload(transport::MESSAGE_BYTES_AT_MOST as u64)
        .ws_max_message_size(transport::MESSAGE_BYTES_AT_MOST)
        .max_buffer_size(transport::UNREAD_AT_MOST)
        .ping_interval(PING_EVERY * slower)
        .ping_timeout(PONG_WITHIN * slower);
    EngineIoLayer::from_config(Arc::new(Echo), config.build())
}

#[derive(Clone, Debug)]
struct Echo;

impl EngineIoHandler for Echo {
    type Data = ();

    fn on_connect(self: Arc<Self>, _: Arc<Socket<()>>) {}

    fn on_disconnect(&self, _: Arc<Socket<()>>, _: DisconnectReason) {}

    fn on_message(self: &Arc<Self>, said: Str, socket: Arc<Socket<()>>) {
        let _ = socket.emit(said);
    }

    fn on_binary(self: &Arc<Self>, said: Bytes, socket: Arc<Socket<()>>) {
        let _ = socket.emit_binary(said);
    }
}

/// `/socket.io/`: two namespaces that understand the same.
fn socket_io(slower: u32) -> SocketIoLayer {
    let (layer, io) = transport::socket_io()
        .ping_interval(PING_EVERY * slower)
        .ping_timeout(PONG_WITHIN * slower)
        .connect_timeout(CONNECT_WITHIN * slower)
        .build_layer();
    for namespace in ["/", "/custom"] {
        io.ns(namespace, converse);
    }
    layer
}

async fn converse(socket: SocketRef, TryData(auth): TryData<rmpv::Value>) {
    socket.on("message", |socket: SocketRef, Data::<Everything>(said)| {
        let _ = socket.emit("message-back", &said);
        ready(())
    });
    socket.on("message-with-ack", |Data::<Everything>(said), ack: AckSender| {
        let _ = ack.send(&said);
        ready(())
    });
    tokio::time::sleep(APART).await;
    let _ = socket.emit("auth", &auth.unwrap_or(rmpv::Value::Map(vec![])));
}

/// All that an event carries, however much it is: the parser hands a tuple the whole of it and a list its first part.
/// In MessagePack's values, for those of JSON have no place for binary.
struct Everything(Vec<rmpv::Value>);

impl<'de> Deserialize<'de> for Everything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct("Everything", 0, Collect)
    }
}

struct Collect;

impl<'de> Visitor<'de> for Collect {
    type Value = Everything;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("what an event carries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<Everything, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(parts)).map(Everything)
    }
}

impl Serialize for Everything {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut parts = serializer.serialize_tuple_struct("Everything", self.0.len())?;
        self.0.iter().try_for_each(|part| parts.serialize_field(part))?;
        parts.end()
    }
}
