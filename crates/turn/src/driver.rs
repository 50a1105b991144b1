//! The server with sockets and a clock: a thread for each core for datagrams, tokio for streams.
//!
//! The caller binds the listening sockets and owns shutdown: each `serve_…` future runs until it is dropped, and what
//! its clients had ends with it.

mod arrivals;
pub mod client;
mod outgoing;
mod relay;
mod stream;
mod udp;
mod worker;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::SystemTime;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Duration, Instant};

use crate::config::{Config, Unusable};
use crate::server::{Counters, Names, Server};
use crate::time::{Millis, Now};
use arrivals::Arrivals;
use stream::Seats;
use worker::Worker;

/// A running server. Clones are the same one.
#[derive(Clone)]
pub struct Relay {
    shared: Arc<Shared>,
    /// Held by every clone and by nobody else: the last one that goes takes everything with it that runs by itself.
    _running: Arc<Running>,
}

struct Shared {
    /// At least one. Each client belongs to one of them.
    workers: Vec<Worker>,
    stopping: AtomicBool,
    system_sends_runs: bool,
    clock: Clock,
    next_link: AtomicU64,
    seats: Arc<Seats>,
    unsent: AtomicU64,
    too_slow: AtomicU64,
    /// Wakes the timekeeper when something ends earlier than it knew.
    earlier: Notify,
}

struct Running {
    timekeeper: AbortHandle,
    shared: Arc<Shared>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.timekeeper.abort();
        self.shared.stopping.store(true, Ordering::Release);
        self.shared.workers.iter().for_each(Worker::wake);
    }
}

impl Relay {
    /// Has to be called inside a tokio runtime.
    pub fn new(config: Config) -> Result<Relay, Unusable> {
        let mut seed = [0; 32];
        aws_lc_rs::rand::fill(&mut seed).expect("the system gives random numbers");
        let seats = Arc::new(Seats::new(&config.limits));
        let first = Server::new(config, seed)?;
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
        let others: Vec<_> = (1..cores).map_while(|_| first.another()).collect();
        let workers = [first].into_iter().chain(others).map(|server| Ok((Worker::new(server)?, Arrivals::new()?)));
        let (workers, arrivals): (Vec<_>, Vec<_>) =
            workers.collect::<io::Result<_>>().map_err(|_| Unusable("the system gives no socket to ask it with"))?;
        let shared = Arc::new(Shared {
            workers,
            stopping: AtomicBool::new(false),
            system_sends_runs: arrivals.iter().all(Arrivals::system_sends_runs),
            clock: Clock::start(),
            next_link: AtomicU64::new(0),
            seats,
            unsent: AtomicU64::new(0),
            too_slow: AtomicU64::new(0),
            earlier: Notify::new(),
        });
        let timekeeper = tokio::spawn(keep_time(Arc::downgrade(&shared))).abort_handle();
        let running = Arc::new(Running { timekeeper, shared: Arc::clone(&shared) });
        for (index, arrivals) in arrivals.into_iter().enumerate() {
            let here = Arc::clone(&shared);
            let thread = thread::Builder::new().name(format!("relay {index}"));
            thread.spawn(move || here.work(index, arrivals)).map_err(|_| Unusable("there are too many threads"))?;
        }
        Ok(Relay { shared, _running: running })
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
        let (now, workers) = (self.shared.clock.now(), self.shared.workers.iter());
        workers.map(|worker| worker.state().server.revoke(now, names.clone(), through)).sum()
    }

    /// From now on passwords are those of `secret`, or of the secret that counted until now.
    pub fn rotate(&self, secret: &[u8]) {
        self.shared.workers[0].state().server.rotate(secret);
    }

    pub fn counters(&self) -> Counters {
        let of_workers = self.shared.workers.iter().map(|worker| worker.state().server.counters());
        Counters {
            unsent: self.shared.unsent.load(Ordering::Relaxed),
            streams: self.shared.seats.taken(),
            streams_refused: self.shared.seats.refused(),
            streams_too_slow: self.shared.too_slow.load(Ordering::Relaxed),
            ..of_workers.fold(Counters::default(), Counters::and)
        }
    }
}

impl Shared {
    fn new_link(&self) -> u64 {
        self.next_link.fetch_add(1, Ordering::Relaxed)
    }

    /// Whose the clients of this stream are. Those of datagrams belong to whom the system gives them.
    fn worker_of_stream(&self, link: u64) -> &Worker {
        &self.workers[link as usize % self.workers.len()]
    }
}

async fn keep_time(shared: Weak<Shared>) {
    loop {
        let Some(here) = shared.upgrade() else { return };
        let deadline = here.workers.iter().filter_map(Worker::plan).min();
        // What has come meanwhile has left a permit behind, so this does not sleep through it.
        let earlier = here.earlier.notified();
        match deadline {
            Some(deadline) => {
                let _ = tokio::time::timeout_at(here.clock.at(deadline), earlier).await;
            }
            None => earlier.await,
        }
        for worker in &here.workers {
            worker.state().server.expire(here.clock.now());
        }
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
    Datagrams { socket: Arc<UdpSocket>, client: SocketAddr },
    Stream(Arc<stream::Outbox>),
}
