//! Clients that come in a stream of bytes: TCP, or whatever the host has taken off it, such as TLS.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::time::{Duration, timeout, timeout_at};

use super::outgoing::with_outgoing;
use super::{Relay, Shared, Sink};
use crate::codec::{Frame, Wire, next_frame};
use crate::config::Limits;
use crate::quota::network_of;
use crate::server::Client;

/// How long a client may take for one message, for accepting what it is sent, and to allocate or say something else.
const PATIENCE: Duration = Duration::from_secs(10);
/// What waits for a client: more than this is too late anyway.
const OUTBOX: usize = 64 * 1024;
/// No request is longer, and only who has an allocation has a use for longer things.
const REQUEST_AT_MOST: usize = 2048;
const READ_AT_ONCE: usize = 4096;
/// What a stream keeps of its buffers when nothing is in them.
const AT_REST: usize = 4096;

impl Relay {
    /// Serves one client over a stream that somebody has accepted, and unwrapped if it was wrapped, until either side
    /// ends it, the client is too slow, or the future is dropped. `client` is the address that the client has.
    pub async fn serve_stream(&self, stream: impl AsyncRead + AsyncWrite, client: SocketAddr) -> io::Result<()> {
        let shared = &self.shared;
        let Some(_seat) = Seats::take(&shared.seats, network_of(client.ip())) else {
            return Err(io::Error::other("too many streams"));
        };
        let client = Client { link: shared.new_link(), address: client, wire: Wire::Stream };
        let _line = Line { shared, client };
        let outbox = Arc::new(Outbox::default());
        let (reader, writer) = tokio::io::split(stream);
        let (reading, writing) = (read(shared, client, &outbox, reader), write(&outbox, writer));
        let ended = tokio::select! {
            ended = reading => ended,
            ended = writing => ended,
        };
        if ended.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            shared.too_slow.fetch_add(1, Ordering::Relaxed);
        }
        ended
    }
}

async fn read(shared: &Shared, client: Client, outbox: &Arc<Outbox>, reader: impl AsyncRead) -> io::Result<()> {
    let mut reader = std::pin::pin!(reader);
    let sink = Sink::Stream(Arc::clone(outbox));
    let mut stream = Vec::with_capacity(READ_AT_ONCE);
    let mut patience_ends = shared.clock.moment() + PATIENCE;
    loop {
        stream.reserve(READ_AT_ONCE / 4);
        match timeout_at(patience_ends, reader.read_buf(&mut stream)).await {
            Ok(Ok(0)) => return Ok(()),
            Ok(Ok(count)) if count == stream.len() => patience_ends = shared.clock.moment() + PATIENCE,
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error),
            // Silence between messages is for those who have an allocation, which ends by itself.
            Err(_)
                if stream.is_empty() && shared.worker_of_stream(client.link).state().server.has_allocation(client) =>
            {
                patience_ends = shared.clock.moment() + PATIENCE;
            }
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
        if take_frames(shared, client, &sink, &mut stream)? {
            patience_ends = shared.clock.moment() + PATIENCE;
        }
    }
}

/// Takes every whole message off the front. Returns whether there was one.
fn take_frames(shared: &Shared, client: Client, sink: &Sink, stream: &mut Vec<u8>) -> io::Result<bool> {
    let worker = shared.worker_of_stream(client.link);
    let (mut at, mut is_framed) = (0, true);
    let messages = std::iter::from_fn(|| match next_frame(&stream[at..]) {
        Ok(Frame::Whole { message, taken }) => {
            at += taken;
            Some((client, message))
        }
        Ok(Frame::Partial { .. }) => None,
        Err(_) => {
            is_framed = false;
            None
        }
    });
    with_outgoing(shared.system_sends_runs, |outgoing| {
        shared.serve_clients(worker, messages, |_| sink.clone(), outgoing)
    });
    let next = next_frame(&stream[at..]);
    let is_long = matches!(next, Ok(Frame::Partial { length: Some(length) }) if length > REQUEST_AT_MOST);
    if !is_framed || (is_long && !worker.state().server.has_allocation(client)) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    stream.drain(..at);
    if stream.is_empty() {
        stream.shrink_to(AT_REST);
    }
    Ok(at > 0)
}

async fn write(outbox: &Outbox, writer: impl AsyncWrite) -> io::Result<()> {
    let mut writer = std::pin::pin!(writer);
    let mut leaving = Vec::new();
    loop {
        outbox.take(&mut leaving).await;
        let sending = async {
            writer.write_all(&leaving).await?;
            writer.flush().await
        };
        timeout(PATIENCE, sending).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    }
}

/// What is on its way to a client, as bytes. Two buffers take turns: one fills while the other is sent.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: Mutex<Vec<u8>>,
    filled: Notify,
}

impl Outbox {
    /// Adds a whole message, or nothing of it if there is no room.
    pub(super) fn push(&self, message: &[u8]) -> bool {
        let mut waiting = self.waiting();
        let has_room = waiting.len() + message.len() <= OUTBOX;
        if has_room {
            waiting.extend_from_slice(message);
            self.filled.notify_one();
        }
        has_room
    }

    async fn take(&self, leaving: &mut Vec<u8>) {
        leaving.clear();
        leaving.shrink_to(AT_REST);
        loop {
            std::mem::swap(&mut *self.waiting(), leaving);
            if !leaving.is_empty() {
                return;
            }
            self.filled.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.waiting.lock().expect("nothing in here panics")
    }
}

/// When the stream goes, what the client had goes too.
struct Line<'a> {
    shared: &'a Shared,
    client: Client,
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.shared.worker_of_stream(self.client.link).state().server.hung_up(self.client);
    }
}

/// How many streams there are, and from where.
pub(super) struct Seats {
    at_most: usize,
    of_one_source: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    taken: usize,
    sources: HashMap<IpAddr, usize>,
    refused: u64,
}

pub(super) struct Seat {
    seats: Arc<Seats>,
    source: IpAddr,
}

impl Seats {
    pub(super) fn new(limits: &Limits) -> Seats {
        Seats { at_most: limits.streams, of_one_source: limits.streams_per_source, table: Mutex::default() }
    }

    fn take(seats: &Arc<Seats>, source: IpAddr) -> Option<Seat> {
        let mut table = seats.table();
        let of_source = table.sources.get(&source).copied().unwrap_or(0);
        if table.taken >= seats.at_most || of_source >= seats.of_one_source {
            table.refused += 1;
            return None;
        }
        table.taken += 1;
        table.sources.insert(source, of_source + 1);
        drop(table);
        Some(Seat { seats: Arc::clone(seats), source })
    }

    pub(super) fn taken(&self) -> usize {
        self.table().taken
    }

    pub(super) fn refused(&self) -> u64 {
        self.table().refused
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("nothing in here panics")
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut table = self.seats.table();
        table.taken -= 1;
        let of_source = table.sources.get(&self.source).copied().unwrap_or(0);
        match of_source {
            0 | 1 => table.sources.remove(&self.source),
            more => table.sources.insert(self.source, more - 1),
        };
    }
}
