//! Pairs in rooms send each other signals by turns, and every one is acknowledged.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;
use crate::figures::{Times, micros};
use crate::people::{Clinic, Pair, Place};
use crate::server::Server;

#[derive(clap::Args)]
pub struct Signals {
    #[arg(long, default_value_t = 100)]
    pairs: usize,
    /// Signals a second of all pairs together; without it, each pair sends the next as soon as the last is through.
    #[arg(long)]
    rate: Option<f64>,
    /// Length of one signal.
    #[arg(long, default_value_t = 150)]
    bytes: usize,
    #[arg(long, default_value_t = 2)]
    warm_up: u64,
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

/// What all pairs know.
#[derive(Default)]
struct Course {
    measuring: Cell<bool>,
    over: Cell<bool>,
}

impl Signals {
    pub async fn run(&self, clinic: &Clinic, server: &Server) -> Result<Value, Failure> {
        let mut pairs = Vec::new();
        for n in 0..self.pairs {
            let mut pair = clinic.pair(n).await?;
            let place = pair.meet().await?;
            pairs.push((pair, place));
        }
        let course = Rc::new(Course::default());
        let local = tokio::task::LocalSet::new();
        local.run_until(self.measure(pairs, course, server)).await
    }

    async fn measure(&self, pairs: Vec<(Pair, Place)>, course: Rc<Course>, server: &Server) -> Result<Value, Failure> {
        let start = Instant::now();
        let every = self.rate.map(|rate| Duration::from_secs_f64(self.pairs as f64 / rate));
        let running: Vec<_> = pairs
            .into_iter()
            .enumerate()
            .map(|(n, (pair, place))| {
                // Spread evenly, so that the server sees a stream and no bursts.
                let first = start + every.unwrap_or_default() * u32::try_from(n).unwrap_or(0) / self.pairs as u32;
                let signal = Exchange { pair, place, bytes: self.bytes, every, course: course.clone() };
                tokio::task::spawn_local(signal.run(first))
            })
            .collect();
        tokio::time::sleep(Duration::from_secs(self.warm_up)).await;
        let (before, began) = (server.processor_time()?, Instant::now());
        course.measuring.set(true);
        tokio::time::sleep(Duration::from_secs(self.seconds)).await;
        course.measuring.set(false);
        let (spent, lasted) = (server.processor_time()? - before, began.elapsed());
        course.over.set(true);
        let mut times = Times::default();
        for one in running {
            times.extend(one.await??);
        }
        let forwarded = times.count();
        Ok(json!({
            "forwarded": forwarded,
            "perSecond": forwarded as f64 / lasted.as_secs_f64(),
            "processorMicrosEach": micros(spent) / forwarded as f64,
            "processorShare": spent.as_secs_f64() / lasted.as_secs_f64(),
            "latencyMicros": times.summary(),
        }))
    }
}

/// One pair at work.
struct Exchange {
    pair: Pair,
    place: Place,
    bytes: usize,
    every: Option<Duration>,
    course: Rc<Course>,
}

impl Exchange {
    async fn run(mut self, first: Instant) -> Result<Times, Failure> {
        let mut times = Times::default();
        let mut due = first;
        let mut n = 0_usize;
        while !self.course.over.get() {
            if let Some(every) = self.every {
                tokio::time::sleep_until(due.into()).await;
                // What the server could not keep up with is not made up for in one heap.
                due = (due + every).max(Instant::now());
            }
            let measured = self.course.measuring.get();
            let took = self.once(n).await?;
            if measured {
                times.add(took);
            }
            n += 1;
        }
        self.pair.part(&self.place).await?;
        Ok(times)
    }

    /// One signal to the other one, compared byte by byte, and its acknowledgement.
    async fn once(&mut self, n: usize) -> Result<Duration, Failure> {
        let Pair { patient, practitioner, .. } = &mut self.pair;
        let (from, to) = if n.is_multiple_of(2) { (patient, practitioner) } else { (practitioner, patient) };
        let signal = signal_of(n, self.bytes);
        let payload = format!(r#"{{"roomId":"{}","signal":{signal}}}"#, self.place.room_id);
        let began = Instant::now();
        let id = from.say("webrtc-signal", &payload).await?;
        let heard = to.event("webrtc-signal").await?;
        let took = began.elapsed();
        if !heard.payload().contains(&signal) {
            return Err(format!("another signal was heard: {}", heard.payload()).into());
        }
        from.answer(id).await?;
        Ok(took)
    }
}

/// A candidate or an offer of about that length, and never the same twice.
pub fn signal_of(n: usize, bytes: usize) -> String {
    let begin = format!(r#"{{"candidate":"candidate:{n:09} 1 udp 1677729535 203.0.113.7 46154 typ srflx "#);
    let end = r#"","sdpMid":"0","sdpMLineIndex":0}"#;
    let padding = bytes.saturating_sub(begin.len() + end.len());
    format!("{begin}{}{end}", "x".repeat(padding))
}
