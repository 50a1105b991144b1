//! Looks after all connections together: who may stay is asked, and leases are renewed, in a few statements for
//! thousands.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bedside_protocol::ids::{DeviceId, PersonId};
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

use super::Gateway;
use super::hub::Connection;
use super::session::Session;
use crate::app::doors::{self, SessionKey};
use crate::app::{App, people, presence};
use crate::clock;
use crate::dispatch::Error;
use crate::wire::auth::Stay;
use crate::wire::problem::Refused;
use crate::wire::translate;

/// A connection does not outlive its token, its session or the person's being welcome by more than five seconds, of
/// which one is for asking.
const EVERY: Duration = Duration::from_secs(4);
/// Leases are renewed in every fourth round.
const RENEWED_EVERY: u32 = 4;

/// Leases of those who come at the same moment, after a restart for example: one statement for all of them.
#[derive(Default)]
pub struct Arrivals(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    leases: Vec<(PersonId, DeviceId)>,
    written: Vec<oneshot::Sender<()>>,
    /// Somebody is writing, and will look again.
    under_way: bool,
}

impl Arrivals {
    /// Returns when whoever rings this person finds them there, or when that could not be written.
    pub async fn arrive(self: &Arc<Self>, app: &Arc<App>, line: &Connection) {
        let (written, until) = oneshot::channel();
        let is_first = self.wait(line, written);
        if is_first {
            tokio::spawn(self.clone().write_all(app.clone()));
        }
        let _ = until.await;
    }

    /// Whether nobody is writing yet.
    fn wait(&self, line: &Connection, written: oneshot::Sender<()>) -> bool {
        let mut waiting = self.waiting();
        waiting.leases.push((line.person.clone(), line.device.clone()));
        waiting.written.push(written);
        !std::mem::replace(&mut waiting.under_way, true)
    }

    async fn write_all(self: Arc<Self>, app: Arc<App>) {
        while let Some(Waiting { leases, written, .. }) = self.next() {
            if let Err(error) = presence::renew_all(&app, &leases, clock::now()).await {
                tracing::error!(?error, "leases could not be renewed");
            }
            for one in written {
                let _ = one.send(());
            }
        }
    }

    fn next(&self) -> Option<Waiting> {
        let mut waiting = self.waiting();
        let some = std::mem::take(&mut *waiting);
        waiting.under_way = !some.leases.is_empty();
        waiting.under_way.then_some(some)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().expect("no one panics holding the arrivals")
    }
}

/// Runs until it is dropped.
pub async fn run(gateway: Gateway) {
    let mut rounds = tokio::time::interval(EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut round: u32 = 0;
    loop {
        rounds.tick().await;
        let mut all = gateway.sessions.all();
        all.retain(|one| !end_if_expired(one));
        if let Err(error) = end_what_is_over(&gateway, &all).await {
            tracing::error!(?error, "it could not be asked who may stay; all do until it can");
        }
        if round.is_multiple_of(RENEWED_EVERY)
            && let Err(error) = renew(&gateway, &all).await
        {
            tracing::error!(?error, "leases could not be renewed");
        }
        round = round.wrapping_add(1);
    }
}

async fn renew(gateway: &Gateway, all: &[Arc<Session>]) -> Result<(), Error> {
    let now = clock::now();
    let there: Vec<_> = all.iter().map(|one| (one.line.person.clone(), one.line.device.clone())).collect();
    presence::renew_all(&gateway.wire.app, &there, now).await
}

/// A host's token says when: nobody has to be asked.
fn end_if_expired(session: &Session) -> bool {
    let expired = matches!(&*session.stay, Stay::Until(second) if translate::has_passed(*second));
    if expired {
        session.end(&Refused::unauthorized("the token has expired"));
    }
    expired
}

async fn end_what_is_over(gateway: &Gateway, all: &[Arc<Session>]) -> Result<(), Error> {
    let app = &gateway.wire.app;
    let ids: Vec<_> = all.iter().map(|one| one.line.person.clone()).collect();
    let keys: Vec<_> = all.iter().filter_map(|one| key_of(one)).cloned().collect();
    let welcome = people::welcome(app, &ids).await?;
    let last = doors::sessions_that_last(app, &keys).await?;
    for one in all {
        if let Some(why) = over(one, &welcome, &last) {
            one.end(&Refused::unauthorized(why));
        }
    }
    Ok(())
}

fn key_of(session: &Session) -> Option<&SessionKey> {
    match &*session.stay {
        Stay::Session(key) => Some(key),
        Stay::Until(_) => None,
    }
}

fn over(session: &Session, welcome: &HashSet<PersonId>, last: &HashSet<SessionKey>) -> Option<&'static str> {
    match &*session.stay {
        Stay::Session(key) if !last.contains(key) => Some("the session is over"),
        _ if !welcome.contains(&session.line.person) => Some("this person has been disabled"),
        Stay::Session(_) | Stay::Until(_) => None,
    }
}
