//! Runs the server until it is told to stop, and lets what runs finish.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::Failure;
use crate::app::App;
use crate::compose::compose;
use crate::config::Settings;
use crate::wire::{self, Wire};

pub async fn serve(settings: Settings) -> Result<(), Failure> {
    let listener = bind(settings.listen).await?;
    let app = compose(settings).await?;
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
    let (stopping, mut stopped) = watch::channel(false);
    let routes = wire::router(wire).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, routes).with_graceful_shutdown(async move {
        told_to_stop().await;
        tracing::info!("stopping: no new connections; what runs may finish");
        let _ = stopping.send(true);
    });
    let grace = app.settings.grace;
    let out_of_patience = async move {
        let _ = stopped.changed().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        outcome = server => outcome?,
        () = out_of_patience => tracing::warn!("some requests did not finish in time"),
    }
    timers.abort();
    house.abort();
    let _ = timers.await;
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn told_to_stop() {
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened for");
    let mut interrupt = signal(SignalKind::interrupt()).expect("SIGINT can be listened for");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
