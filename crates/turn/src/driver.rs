//! The server with sockets and a clock, on tokio.
//!
//! The caller binds the listening sockets and owns shutdown: each `serve_…` future runs until it is dropped, and what
//! its clients had ends with it. A relay socket has a task of its own, which ends when the server lets go of the
//! allocation.

pub mod client;
mod relay;
mod stream;
mod udp;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::SystemTime;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Duration, Instant};

use crate::config::{Config, Unusable};
use crate::server::{Counters, Names, Server};
use crate::time::{Millis, Now};
use relay::RelayEnd;
use stream::Seats;

/// A running server. Clones are the same one.
#[derive(Clone)]
pub struct Relay {
    shared: Arc<Shared>,
    /// Held by every clone and by nobody else: the last one that goes takes the timekeeper with it.
    _timekeeper: Arc<Timekeeper>,
}

struct Shared {
    server: Mutex<Server<Arc<RelayEnd>>>,
    clock: Clock,
    next_link: AtomicU64,
    seats: Arc<Seats>,
    unsent: AtomicU64,
    too_slow: AtomicU64,
    /// The moment that the timekeeper sleeps until, and what wakes it when there is an earlier one.
    planned: AtomicU64,
    earlier: Notify,
}

struct Timekeeper(AbortHandle);

impl Drop for Timekeeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Relay {
    /// Has to be called inside a tokio runtime.
    pub fn new(config: Config) -> Result<Relay, Unusable> {
        let mut seed = [0; 32];
        aws_lc_rs::rand::fill(&mut seed).expect("the system gives random numbers");
        let shared = Arc::new(Shared {
            seats: Arc::new(Seats::new(&config.limits)),
            server: Mutex::new(Server::new(config, seed)?),
            clock: Clock::start(),
            next_link: AtomicU64::new(0),
            unsent: AtomicU64::new(0),
            too_slow: AtomicU64::new(0),
            planned: AtomicU64::new(u64::MAX),
            earlier: Notify::new(),
        });
        let timekeeper = tokio::spawn(keep_time(Arc::downgrade(&shared)));
        Ok(Relay { shared, _timekeeper: Arc::new(Timekeeper(timekeeper.abort_handle())) })
    }

    /// Serves streams that arrive here until the future is dropped.
    pub async fn serve_tcp(&self, listener: TcpListener) -> io::Result<()> {
        let mut streams = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, client)) => {
                        // A stream that will not take these works without, only worse.
                        let _ = tune(&stream);
                        let relay = self.clone();
                        streams.spawn(async move { relay.serve_stream(stream, client).await });
                    }
                    Err(error) if is_of_one_client(&error) => {}
                    // Out of descriptors, most likely. They come back when somebody leaves.
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                },
                Some(_) = streams.join_next() => {}
            }
        }
    }

    /// See [`Server::revoke`].
    pub fn revoke(&self, names: Names, through: u64) -> usize {
        self.shared.server().revoke(self.shared.clock.now(), names, through)
    }

    /// From now on passwords are those of `secret`, or of the secret that counted until now.
    pub fn rotate(&self, secret: &[u8]) {
        self.shared.server().rotate(secret);
    }

    pub fn counters(&self) -> Counters {
        let counters = self.shared.server().counters();
        Counters {
            unsent: self.shared.unsent.load(Ordering::Relaxed),
            streams: self.shared.seats.taken(),
            streams_refused: self.shared.seats.refused(),
            streams_too_slow: self.shared.too_slow.load(Ordering::Relaxed),
            ..counters
        }
    }
}

impl Shared {
    /// The lock is held for a few hash look-ups and never over a system call or an `.await`.
    fn server(&self) -> MutexGuard<'_, Server<Arc<RelayEnd>>> {
        self.server.lock().expect("the server does not panic, by its fuzz tests")
    }

    fn new_link(&self) -> u64 {
        self.next_link.fetch_add(1, Ordering::Relaxed)
    }

    /// When the timekeeper wakes next. Reading and planning are one step for those who hold the lock.
    fn plan(&self) -> Option<Millis> {
        let server = self.server();
        let deadline = server.deadline();
        self.planned.store(deadline.map_or(u64::MAX, |deadline| deadline.0), Ordering::Relaxed);
        deadline
    }

    /// After a request, and under the same lock as [`Shared::plan`]: perhaps something ends earlier than was planned.
    fn tell_timekeeper(&self, server: &Server<Arc<RelayEnd>>) {
        let planned = self.planned.load(Ordering::Relaxed);
        if server.deadline().is_some_and(|deadline| deadline.0 < planned) {
            self.earlier.notify_one();
        }
    }
}

async fn keep_time(shared: Weak<Shared>) {
    loop {
        let Some(here) = shared.upgrade() else { return };
        let deadline = here.plan();
        // What has come meanwhile has left a permit behind, so this does not sleep through it.
        let earlier = here.earlier.notified();
        match deadline {
            Some(deadline) => {
                let _ = tokio::time::timeout_at(here.clock.at(deadline), earlier).await;
            }
            None => earlier.await,
        }
        here.server().expire(here.clock.now());
    }
}

/// What [`Relay::serve_tcp`] does to each stream; for hosts that accept streams themselves. Voice does not wait for more
/// to send, and whoever is gone without a word is found out within ten seconds, as those who are slow are.
pub fn tune(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let stream = SockRef::from(stream);
    let (silence, between) = (Duration::from_secs(4), Duration::from_secs(2));
    stream.set_tcp_keepalive(&TcpKeepalive::new().with_time(silence).with_interval(between).with_retries(2))?;
    #[cfg(target_os = "linux")]
    stream.set_tcp_user_timeout(Some(Duration::from_secs(8)))?;
    Ok(())
}

/// Somebody hung up before being taken; that is no matter of the listener.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

/// The one place that asks what time it is.
struct Clock {
    start: Instant,
}

impl Clock {
    fn start() -> Clock {
        Clock { start: Instant::now() }
    }

    fn moment(&self) -> Instant {
        Instant::now()
    }

    fn ticks(&self) -> Millis {
        Millis(self.start.elapsed().as_millis() as u64)
    }

    #[expect(clippy::disallowed_methods, reason = "this crate is useful alone, so it has a clock of its own")]
    fn now(&self) -> Now {
        let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Now { ticks: self.ticks(), unix }
    }

    fn at(&self, deadline: Millis) -> Instant {
        self.start + Duration::from_millis(deadline.0)
    }
}

/// Where a client is answered.
#[derive(Clone)]
enum Sink {
    Datagrams { socket: Arc<tokio::net::UdpSocket>, client: SocketAddr },
    Stream(Arc<stream::Outbox>),
}
