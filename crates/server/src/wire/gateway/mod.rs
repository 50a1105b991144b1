//! The live side: Socket.IO in, the same road as REST behind it, and news of calls out.
//!
//! What one client sends is handled in the order it was sent: each connection has a bounded queue and one task that
//! drains it. What one room hears is sent under one lock, so everybody hears it in one order.

mod desk;
mod hub;
mod order;
mod preconnect;
mod rounds;
mod session;
mod teller;
mod transport;
mod vocabulary;

use std::sync::Arc;

use socketioxide::handler::ConnectHandler as _;
use socketioxide::layer::SocketIoLayer;

use self::hub::Hub;
use self::preconnect::Preconnect;
use self::rounds::Arrivals;
use self::session::Sessions;
use super::Wire;

pub use self::hub::Announced;
pub use self::vocabulary::{Act, Given};

#[derive(Clone)]
pub struct Gateway {
    pub wire: Wire,
    pub hub: Arc<Hub>,
    pub preconnect: Arc<Preconnect>,
    sessions: Arc<Sessions>,
    arrivals: Arc<Arrivals>,
    /// Held while a message is kept and told.
    chat_turn: Arc<tokio::sync::Mutex<()>>,
}

impl Gateway {
    pub fn new(wire: Wire) -> Self {
        Self {
            wire,
            hub: Arc::default(),
            preconnect: Arc::default(),
            sessions: Arc::default(),
            arrivals: Arc::default(),
            chat_turn: Arc::default(),
        }
    }

    /// Both families of clients: `/video-call`, and `/` for the direct ones.
    pub fn layer(&self) -> SocketIoLayer {
        let (layer, io) = transport::socket_io().build_layer();
        for namespace in ["/", "/video-call"] {
            let (door, desk) = (self.clone(), self.clone());
            let connected = move |socket| {
                session::begin(&desk, socket);
                std::future::ready(())
            };
            let admitted = move |socket, auth| {
                let door = door.clone();
                async move { session::admit(&door, socket, auth).await }
            };
            io.ns(namespace, connected.with(admitted));
        }
        layer
    }

    /// Carries news to people, and looks after connections. Runs until it is dropped.
    pub async fn run(self) {
        tokio::join!(teller::run(self.clone()), rounds::run(self));
    }
}
