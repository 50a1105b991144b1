//! Connections that are held and say nothing: what they weigh, and whether each still answers at the end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Failure;
use crate::connect::{arrive, leave};
use crate::figures::micros;
use crate::line::Line;
use crate::people::Clinic;
use crate::server::Server;

#[derive(clap::Args)]
pub struct Idles {
    /// How many are held; memory is looked at on the way whenever so many are there.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000])]
    counts: Vec<usize>,
    #[arg(long, default_value_t = 32)]
    at_once: usize,
    /// How long after the last has come memory is looked at.
    #[arg(long, default_value_t = 5)]
    settle: u64,
    /// How long all of them are held after that.
    #[arg(long, default_value_t = 0)]
    seconds: u64,
}

/// Enough to have the server load what it loads once.
const WARMED_BY: usize = 50;
/// They answer heartbeats from when so many have come, which on a busy machine takes a while.
const TOGETHER: usize = 500;

impl Idles {
    pub async fn run(&self, clinic: &Clinic, server: &Server) -> Result<Value, Failure> {
        let most = self.counts.iter().copied().max().unwrap_or(0);
        let (first, _) = arrive(clinic, most..most + WARMED_BY, self.at_once).await?;
        leave(first, self.at_once).await?;
        self.settled().await;
        let empty = server.memory()?;
        let (over, until) = watch::channel(false);
        let mut held = JoinSet::new();
        let mut weighed = vec![];
        for count in &self.counts {
            while held.len() < *count {
                let some = held.len()..(held.len() + TOGETHER).min(*count);
                for line in arrive(clinic, some, self.at_once).await?.0 {
                    held.spawn(hold(line, until.clone()));
                }
            }
            self.settled().await;
            let memory = server.memory()?;
            weighed.push(json!({
                "connections": count,
                "memory": memory,
                "bytesEach": memory.resident.saturating_sub(empty.resident) as f64 / *count as f64,
                "privateBytesEach": memory.private_dirty.saturating_sub(empty.private_dirty) as f64 / *count as f64,
            }));
        }
        let (before, began) = (server.processor_time()?, Instant::now());
        tokio::time::sleep(Duration::from_secs(self.seconds)).await;
        let (spent, lasted) = (server.processor_time()? - before, began.elapsed());
        over.send(true)?;
        let mut answered = 0;
        let mut lost = vec![];
        while let Some(one) = held.join_next().await {
            match one? {
                Ok(()) => answered += 1,
                Err(failure) => lost.push(failure.to_string()),
            }
        }
        if let Some(why) = lost.first() {
            return Err(format!("{} of {most} connections were lost, the first because: {why}", lost.len()).into());
        }
        Ok(json!({
            "held": most,
            "seconds": lasted.as_secs_f64(),
            "answered": answered,
            "empty": empty,
            "weighed": weighed,
            "processorMicrosASecondEach": micros(spent) / lasted.as_secs_f64() / most as f64,
        }))
    }

    async fn settled(&self) {
        tokio::time::sleep(Duration::from_secs(self.settle)).await;
    }
}

/// Answers heartbeats, and at the end asks for something that is not there: a refusal is an answer, too.
async fn hold(mut line: Line, mut until: watch::Receiver<bool>) -> Result<(), Failure> {
    loop {
        tokio::select! {
            heard = line.next() => drop(heard?),
            _ = until.wait_for(|over| *over) => break,
        }
    }
    let id = line.say("join-room", r#"{"roomId":"nowhere"}"#).await?;
    while line.next_in_time("an answer").await?.answers() != Some(id) {}
    Ok(())
}
