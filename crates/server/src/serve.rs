//! Runs the server until it is told to stop, and lets what runs finish.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::Failure;
use crate::app::App;
use crate::compose::compose;
use crate::config::Settings;
use crate::wire::{self, Gateway, Wire};

/// How long the head of a request may take to come.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

pub async fn serve(settings: Settings) -> Result<(), Failure> {
    let listener = bind(settings.listen).await?;
    let app = compose(settings.bound_to(listener.local_addr()?)).await?;
    println!("Bedside listens on {}; open {}", listener.local_addr()?, app.settings.public_url);
    run(listener, app).await
}

pub async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|e| format!("cannot listen on {address}: {e}").into())
}

pub async fn run(listener: TcpListener, app: Arc<App>) -> Result<(), Failure> {
    let wire = Wire::new(app.clone())?;
    let timers = tokio::spawn(crate::timers::run(app.clone()));
    let house = tokio::spawn(wire.clone().keep_house());
    // The connections of the process before this one are gone.
    crate::app::seats::lose_everybody(&app)
        .await
        .map_err(|error| format!("the seats cannot be looked through: {error:?}"))?;
    let gateway = Gateway::new(wire.clone());
    let sockets = gateway.layer();
    let live = tokio::spawn(gateway.run());
    let handle = Handle::new();
    tokio::spawn(stop_when_told(handle.clone(), app.settings.grace));
    let mut server = axum_server::from_tcp(listener.into_std()?)?.handle(handle);
    // Whoever connects and says nothing does not hold a place.
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN);
    let served = server.serve(wire::router(wire, sockets).into_make_service_with_connect_info::<SocketAddr>());
    let mut timers = timers;
    tokio::select! {
        outcome = served => outcome?,
        // Without them rings never end: better a server that is started anew than one that only seems to work.
        _ = &mut timers => return Err("the timers have stopped; this is a defect of Bedside".into()),
    }
    timers.abort();
    house.abort();
    live.abort();
    let _ = timers.await;
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn stop_when_told(handle: Handle<SocketAddr>, grace: Duration) {
    told_to_stop().await;
    tracing::info!("stopping: no new connections; what runs may finish");
    handle.graceful_shutdown(Some(grace));
}

async fn told_to_stop() {
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened for");
    let mut interrupt = signal(SignalKind::interrupt()).expect("SIGINT can be listened for");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
