//! The ports that people come in by: one for all there is, and one that only leads to it where that is HTTPS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::accept::NoDelayAcceptor;
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::Failure;
use crate::config::Settings;
use crate::relay::Relaying;
use crate::tls::{Https, HttpsAcceptor, Relay};
use crate::wire;

/// How long the head of a request may take to come.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// Whoever has taken nothing of what was sent for this long is gone, as whoever says nothing for this long is.
#[cfg(target_os = "linux")]
const TAKEN_WITHIN: Duration = Duration::from_secs(45);

/// Bound before anything else is begun, so that a port that is taken is said at once.
pub struct Ports {
    main: TcpListener,
    plain: Option<TcpListener>,
}

/// Tells every port to let nobody in any more.
#[derive(Clone)]
pub struct Stop {
    handle: Handle<SocketAddr>,
    told: watch::Sender<bool>,
}

impl Ports {
    pub async fn open(settings: &Settings) -> Result<Self, Failure> {
        let main = bind(settings.listen).await?;
        let plain = match settings.http_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        Ok(Self { main, plain })
    }

    pub fn address(&self) -> Result<SocketAddr, Failure> {
        Ok(self.main.local_addr()?)
    }

    /// Tells the operator where people come in.
    pub fn announce(&self, public_url: &str) -> Result<(), Failure> {
        println!("Bedside listens on {}; open {public_url}", self.address()?);
        if let Some(plain) = &self.plain {
            println!("Plain HTTP on {} leads there.", plain.local_addr()?);
        }
        Ok(())
    }

    /// Until it is told to stop, and what runs has finished.
    pub async fn serve(
        self,
        app: Router,
        settings: &Settings,
        https: Option<Https>,
        relaying: Option<&Relaying>,
        stop: Stop,
    ) -> Result<(), Failure> {
        let plain = wire::to_https(settings);
        let acceptor = https.map(|https| stop.acceptor(https, relaying, plain.clone()));
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let main = server(self.main, &stop)?;
        let main = async {
            match acceptor {
                Some(acceptor) => main.acceptor(acceptor).serve(app).await,
                // A signal is small, and must not wait until the last one has been acknowledged.
                None => main.acceptor(NoDelayAcceptor::new()).serve(app).await,
            }
        };
        let plain = async {
            match self.plain {
                Some(listener) => server(listener, &stop)?.serve(plain.into_make_service()).await,
                None => Ok(()),
            }
        };
        tokio::try_join!(main, plain)?;
        Ok(())
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self { handle: Handle::new(), told: watch::channel(false).0 }
    }
}

impl Stop {
    /// True from the moment when no more is to be begun.
    pub fn told(&self) -> watch::Receiver<bool> {
        self.told.subscribe()
    }

    /// Whatever still runs after `grace` is given up.
    pub fn within(self, grace: Duration) {
        self.told.send_replace(true);
        self.handle.graceful_shutdown(Some(grace));
    }

    fn acceptor(&self, https: Https, relaying: Option<&Relaying>, plain: Router) -> HttpsAcceptor {
        let relay: Relay = match relaying.map(|relaying| relaying.relay.clone()) {
            Some(relay) => Arc::new(move |connection, client| {
                let relay = relay.clone();
                // A stream that will not take these works without, only worse.
                let _ = bedside_turn::tune(connection.get_ref().get_ref().0);
                tokio::spawn(async move { relay.serve_stream(connection, client).await });
            }),
            // Whoever wants that finds the connection closed.
            None => Arc::new(|connection, _| drop(connection)),
        };
        HttpsAcceptor { tls: https.acceptor, relay, plain, stopping: self.told.subscribe() }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await.map_err(|e| format!("cannot listen on {address}: {e}"))?;
    // Accepted connections inherit it. Without it, one that does not read holds what is meant for it until it closes.
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(&listener).set_tcp_user_timeout(Some(TAKEN_WITHIN))?;
    Ok(listener)
}

fn server(listener: TcpListener, stop: &Stop) -> std::io::Result<Server<SocketAddr>> {
    let mut server = axum_server::from_tcp(listener.into_std()?)?.handle(stop.handle.clone());
    // Whoever connects and says nothing does not hold a place.
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN);
    Ok(server)
}
