//! Allocations, each with a name and a socket of its own: processor time, memory, and how many in a second.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};

use crate::Failure;
use crate::figures::micros;
use crate::server::Server;
use crate::turn::{At, bound, relayed};

#[derive(clap::Args)]
pub struct Allocations {
    #[command(flatten)]
    at: At,
    #[arg(long, default_value_t = 10_000)]
    count: usize,
    /// How many are asked for at the same time.
    #[arg(long, default_value_t = 32)]
    at_once: usize,
}

/// Enough to have the server load what it loads once.
const WARMED_BY: usize = 100;
/// Clients are at many addresses, since strangers of one address are heard only so often.
const ADDRESSES: usize = 2000;
const AFTERMATH: Duration = Duration::from_millis(300);

impl Allocations {
    pub async fn run(&self) -> Result<Value, Failure> {
        let server = Server::new(self.at.server_pid);
        let _first = self.some(0, WARMED_BY).await?;
        tokio::time::sleep(AFTERMATH).await;
        let (spent_before, empty, began) = (server.exact_processor_time()?, server.memory()?, Instant::now());
        let held = self.some(WARMED_BY, self.count).await?;
        let lasted = began.elapsed();
        tokio::time::sleep(AFTERMATH).await;
        let (spent, full) = (server.exact_processor_time()? - spent_before, server.memory()?);
        let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / self.count as f64;
        Ok(json!({
            "allocations": held.len(),
            "perSecond": self.count as f64 / lasted.as_secs_f64(),
            "processorMicrosEach": micros(spent) / self.count as f64,
            "bytesEach": each(empty.resident, full.resident),
            "privateBytesEach": each(empty.private_dirty, full.private_dirty),
        }))
    }

    /// They live for as long as what is returned, since a socket that is closed might be given to the next client.
    async fn some(&self, from: usize, count: usize) -> Result<Vec<std::net::UdpSocket>, Failure> {
        let each = stream::iter(from..from + count).map(|number| async move {
            let [.., high, low] = (256 + number % ADDRESSES + number % ADDRESSES / 250).to_be_bytes();
            let socket = bound(Ipv4Addr::new(127, 1, high, low.max(1)), 0)?;
            relayed(&mut self.at.client(&socket, number)?).await?;
            Ok(socket)
        });
        each.buffer_unordered(self.at_once).try_collect().await
    }
}
