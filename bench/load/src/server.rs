//! What the server costs this machine, as the kernel counts it.

use std::time::Duration;

use serde::Serialize;

use crate::Failure;

pub struct Server {
    pid: u32,
}

/// In bytes.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    pub resident: u64,
    pub proportional: u64,
    pub private_dirty: u64,
}

/// The kernel counts in hundredths of a second on every Linux.
const TICK: Duration = Duration::from_millis(10);

impl Server {
    pub fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// Processor time of all its threads since it began, its own and the kernel's for it.
    pub fn processor_time(&self) -> Result<Duration, Failure> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // The name of the program stands in brackets and may hold anything, so counting begins after it.
        let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |n: usize| -> Result<u32, Failure> { Ok(fields.get(n).ok_or("the server is gone")?.parse()?) };
        Ok(TICK * (ticks(11)? + ticks(12)?))
    }

    /// The same to the nanosecond, of the threads there are now. What one does this very moment comes a little later.
    pub fn exact_processor_time(&self) -> Result<Duration, Failure> {
        let mut nanos = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.pid))? {
            let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            nanos += text.split_whitespace().next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    pub fn memory(&self) -> Result<Memory, Failure> {
        let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid))?;
        let bytes = |name: &str| -> Result<u64, Failure> {
            let line = text.lines().find(|line| line.starts_with(name)).ok_or("the server is gone")?;
            let kilobytes: u64 = line.split_whitespace().nth(1).unwrap_or_default().parse()?;
            Ok(kilobytes * 1024)
        };
        Ok(Memory { resident: bytes("Rss:")?, proportional: bytes("Pss:")?, private_dirty: bytes("Private_Dirty:")? })
    }
}
