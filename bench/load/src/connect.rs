//! Set-ups of connections by people who have been here before: from the first packet to `sync`.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};

use crate::Failure;
use crate::figures::{Times, micros};
use crate::line::Line;
use crate::people::{Clinic, Role};
use crate::server::Server;

#[derive(clap::Args)]
pub struct Connects {
    #[arg(long, default_value_t = 2000)]
    count: usize,
    /// How many come at the same time.
    #[arg(long, default_value_t = 32)]
    at_once: usize,
}

/// What is still to be done when the last one has been told how things stand.
const AFTERMATH: Duration = Duration::from_millis(300);

impl Connects {
    pub async fn run(&self, clinic: &Clinic, server: &Server) -> Result<Value, Failure> {
        let (known, _) = arrive(clinic, 0..self.count, self.at_once).await?;
        leave(known, self.at_once).await?;
        tokio::time::sleep(AFTERMATH).await;
        let (before, began) = (server.processor_time()?, Instant::now());
        let (_held, times) = arrive(clinic, 0..self.count, self.at_once).await?;
        let lasted = began.elapsed();
        tokio::time::sleep(AFTERMATH).await;
        let spent = server.processor_time()? - before;
        Ok(json!({
            "connected": self.count,
            "perSecond": self.count as f64 / lasted.as_secs_f64(),
            "processorMicrosEach": micros(spent) / self.count as f64,
            "latencyMicros": times.summary(),
        }))
    }
}

/// Patients of these numbers, some at the same time.
pub async fn arrive(
    clinic: &Clinic,
    numbers: std::ops::Range<usize>,
    at_once: usize,
) -> Result<(Vec<Line>, Times), Failure> {
    let arrivals = stream::iter(numbers).map(|n| async move {
        let began = Instant::now();
        let line = clinic.arrive(Role::Patient, n).await?;
        Ok::<_, Failure>((line, began.elapsed()))
    });
    let arrived: Vec<(Line, Duration)> = arrivals.buffer_unordered(at_once).try_collect().await?;
    let mut times = Times::default();
    let lines = arrived.into_iter().map(|(line, took)| (times.add(took), line).1).collect();
    Ok((lines, times))
}

pub async fn leave(lines: Vec<Line>, at_once: usize) -> Result<(), Failure> {
    stream::iter(lines).map(Line::close).buffer_unordered(at_once).try_collect().await
}
