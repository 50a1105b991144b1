//! Packets through a relay, both ways, and what each costs it.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;
use crate::batch::Batches;
use crate::figures::{Times, micros};
use crate::server::Server;
use crate::turn::{At, End};

#[derive(clap::Args)]
pub struct Packets {
    #[command(flatten)]
    at: At,
    /// Of each payload.
    #[arg(long, default_value_t = 160)]
    bytes: usize,
    #[arg(long, default_value_t = 8)]
    flows: usize,
    /// From relay to relay, instead of from a relay to a peer.
    #[arg(long)]
    between: bool,
    /// How many leave an end of a flow together.
    #[arg(long, default_value_t = 1)]
    burst: usize,
    /// How many such bursts leave it in a second. Nothing: the next one as soon as nearly all of the last have arrived.
    #[arg(long)]
    bursts_per_second: Option<f64>,
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// A burst leaves as one, and what the relay sends as one is taken as one: as network cards do it that can.
    #[arg(long)]
    offloads: bool,
}

/// The first packets find caches cold and the server asleep.
const WARMED_IN: Duration = Duration::from_millis(300);
/// What has not arrived by then is lost.
const LOST_AFTER: Duration = Duration::from_millis(20);
/// Every so many packets the time that one took is kept.
const KEPT: u64 = 16;
const STAMP: usize = 8;

/// One direction of a flow.
struct Lane {
    packet: Vec<u8>,
    stamp_at: usize,
    arrives_after: usize,
    due: Instant,
    under_way: usize,
    heard: Instant,
}

#[derive(Default)]
struct Tally {
    sent: u64,
    received: u64,
    times: Times,
}

impl Packets {
    pub async fn run(&self) -> Result<Value, Failure> {
        let mut flows = Vec::with_capacity(self.flows);
        for number in 0..self.flows {
            flows.push(match self.between {
                true => self.at.to_another(number).await?,
                false => self.at.to_peer(number).await?,
            });
        }
        let mut course = Course::new(self, flows)?;
        let server = Server::new(self.at.server_pid);
        course.run(WARMED_IN)?;
        course.tally = Tally::default();
        let before = server.exact_processor_time()?;
        let lasted = course.run(Duration::from_secs_f64(self.seconds))?;
        let spent = server.exact_processor_time()? - before;
        for end in course.flows.iter_mut().flat_map(|(ends, _)| ends) {
            end.leave().await?;
        }
        let Tally { sent, received, times } = course.tally;
        if received == 0 {
            return Err("nothing arrived".into());
        }
        Ok(json!({
            "sent": sent,
            "received": received,
            "lost": sent.saturating_sub(received) as f64 / sent as f64,
            "perSecond": received as f64 / lasted.as_secs_f64(),
            "busy": spent.as_secs_f64() / lasted.as_secs_f64(),
            "processorMicrosEach": micros(spent) / received as f64,
            "latencyMicros": times.summary(),
        }))
    }
}

/// All flows, looked after in turns by one thread that never sleeps: a sender that slept would have the server pay for
/// waking it.
struct Course<'a> {
    wanted: &'a Packets,
    began: Instant,
    batches: Batches,
    flows: Vec<([End; 2], [Lane; 2])>,
    tally: Tally,
}

impl<'a> Course<'a> {
    fn new(wanted: &'a Packets, flows: Vec<[End; 2]>) -> Result<Self, Failure> {
        let (began, batches) = (Instant::now(), Batches::new(wanted.offloads));
        for end in flows.iter().flatten() {
            batches.prepare(&end.socket)?;
        }
        let period = wanted.period().unwrap_or_default();
        let count = flows.len();
        let flows = flows.into_iter().enumerate().map(|(n, ends)| {
            // Spread over a period, the two directions of a flow apart.
            let due = |half: usize| began + period.mul_f64((2 * n + half) as f64 / (2 * count) as f64);
            let lanes = [0, 1].map(|half| Lane::new(&ends[half], &ends[1 - half], wanted.bytes, due(half)));
            (ends, lanes)
        });
        let flows = flows.collect();
        Ok(Self { wanted, began, batches, flows, tally: Tally::default() })
    }

    /// For so long, and then until all has arrived that will.
    fn run(&mut self, span: Duration) -> Result<Duration, Failure> {
        let start = Instant::now();
        while start.elapsed() < span {
            let before = self.tally.sent + self.tally.received;
            for flow in 0..self.flows.len() {
                for half in 0..2 {
                    self.receive(flow, half)?;
                    self.send(flow, half)?;
                }
            }
            // Where both are on one core, the server is next.
            if self.tally.sent + self.tally.received == before {
                std::thread::yield_now();
            }
        }
        let (lasted, end) = (start.elapsed(), Instant::now());
        while end.elapsed() < LOST_AFTER {
            for flow in 0..self.flows.len() {
                self.receive(flow, 0)?;
                self.receive(flow, 1)?;
            }
        }
        Ok(lasted)
    }

    /// Takes what this lane carried to its end.
    fn receive(&mut self, flow: usize, half: usize) -> Result<(), Failure> {
        let (ends, lanes) = &mut self.flows[flow];
        let lane = &mut lanes[half];
        let socket: &UdpSocket = &ends[1 - half].socket;
        let (began, tally) = (self.began, &mut self.tally);
        let count = self.batches.receive(socket, lane.arrives_after + self.wanted.bytes, |packet| {
            tally.received += 1;
            if tally.received.is_multiple_of(KEPT)
                && let Some(stamp) = packet[lane.arrives_after..].first_chunk::<STAMP>()
            {
                let sent = Duration::from_nanos(u64::from_be_bytes(*stamp));
                tally.times.add(began.elapsed().saturating_sub(sent));
            }
        })?;
        if count > 0 {
            lane.under_way = lane.under_way.saturating_sub(count);
            lane.heard = Instant::now();
        }
        Ok(())
    }

    fn send(&mut self, flow: usize, half: usize) -> Result<(), Failure> {
        let (ends, lanes) = &mut self.flows[flow];
        let (end, lane) = (&ends[half], &mut lanes[half]);
        let now = Instant::now();
        if lane.under_way > 0 && now - lane.heard > LOST_AFTER {
            lane.under_way = 0;
        }
        let may = match self.wanted.period() {
            Some(_) => now >= lane.due,
            None => lane.under_way == 0,
        };
        if !may {
            return Ok(());
        }
        lane.due += self.wanted.period().unwrap_or_default();
        let stamp = (now - self.began).as_nanos() as u64;
        lane.packet[lane.stamp_at..lane.stamp_at + STAMP].copy_from_slice(&stamp.to_be_bytes());
        let sent = self.batches.send(&end.socket, end.to, &lane.packet, self.wanted.burst)?;
        if lane.under_way == 0 {
            lane.heard = now;
        }
        lane.under_way += sent;
        self.tally.sent += sent as u64;
        Ok(())
    }
}

impl Packets {
    fn period(&self) -> Option<Duration> {
        self.bursts_per_second.map(|rate| Duration::from_secs_f64(1.0 / rate))
    }
}

impl Lane {
    fn new(from: &End, to: &End, bytes: usize, due: Instant) -> Self {
        let mut packet = from.head(bytes);
        let stamp_at = packet.len();
        packet.resize(stamp_at + bytes, 0x5a);
        Self { packet, stamp_at, arrives_after: to.head(bytes).len(), due, under_way: 0, heard: due }
    }
}
