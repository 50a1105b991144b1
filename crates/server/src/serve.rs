//! Runs the server until it is told to stop, and lets what runs finish.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Failure;
use crate::app::{App, accounts};
use crate::compose::compose;
use crate::config::Settings;
use crate::listen::{Ports, Stop};
use crate::relay::RelayPorts;
use crate::tls::{self, Https};
use crate::wire::{self, Gateway, Wire};

pub async fn serve(settings: Settings) -> Result<(), Failure> {
    let ports = Ports::open(&settings).await?;
    let relay = RelayPorts::open(&settings)?;
    let address = ports.address()?;
    let app = compose(settings.bound_to(address), &relay).await?;
    let https = tls::start(&app.settings)?;
    let first = accounts::first_administrator(&app).await.map_err(|error| format!("no administrator: {error:?}"))?;
    ports.announce(&app.settings.public_url)?;
    if let Some(https) = &https {
        https.introduce(&app.settings.public_url);
    }
    if let Some(link) = first {
        println!(
            "Nobody has been here yet. This link makes whoever opens it first the administrator:\n  {}",
            link.address
        );
    }
    run(ports, relay, https, app).await
}

pub async fn run(ports: Ports, relay: RelayPorts, https: Option<Https>, app: Arc<App>) -> Result<(), Failure> {
    let wire = Wire::new(app.clone())?;
    let timers = tokio::spawn(crate::timers::run(app.clone()));
    let stop = Stop::default();
    let outbox = tokio::spawn(crate::outbox::run(app.clone(), stop.told()));
    let noted = noted(outbox, stop.told(), app.settings.grace);
    let house = tokio::spawn(wire.clone().keep_house());
    // The connections of the process before this one are gone.
    crate::app::seats::lose_everybody(&app)
        .await
        .map_err(|error| format!("the seats cannot be looked through: {error:?}"))?;
    let gateway = Gateway::new(wire.clone());
    let sockets = gateway.layer();
    let live = tokio::spawn(gateway.run());
    let relaying = relay.start(&app, https.as_ref().map(|https| https.acceptor.clone()))?;
    tokio::spawn(stop_when_told(stop.clone(), app.settings.grace));
    let served = ports.serve(wire::router(wire, sockets), &app.settings, https, relaying.as_ref(), stop);
    let mut timers = timers;
    tokio::select! {
        (outcome, ()) = async { tokio::join!(served, noted) } => outcome?,
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

/// What providers were given is noted before the end, or they would be given it again after the next start.
async fn noted(mut outbox: JoinHandle<()>, mut stopping: watch::Receiver<bool>, within: Duration) {
    let _ = stopping.wait_for(|told| *told).await;
    if tokio::time::timeout(within, &mut outbox).await.is_err() {
        outbox.abort();
        let _ = outbox.await;
    }
}

async fn stop_when_told(stop: Stop, grace: Duration) {
    told_to_stop().await;
    tracing::info!("stopping: no new connections; what runs may finish");
    stop.within(grace);
}

async fn told_to_stop() {
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened for");
    let mut interrupt = signal(SignalKind::interrupt()).expect("SIGINT can be listened for");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
