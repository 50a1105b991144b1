//! Many times in few figures.

use std::time::Duration;

use serde_json::{Value, json};

/// How long things took.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// In microseconds, by how many of a thousand were no slower.
    pub fn summary(mut self) -> Value {
        self.0.sort_unstable();
        let at = |per_mille: usize| {
            let last = self.0.len().saturating_sub(1);
            self.0.get(last * per_mille / 1000).map(|time| micros(*time))
        };
        json!({ "p50": at(500), "p90": at(900), "p99": at(990), "p999": at(999), "max": at(1000) })
    }
}

pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_times_are_no_longer_than_the_median() {
        let mut times = Times::default();
        for n in (1..=101).rev() {
            times.add(Duration::from_micros(n));
        }
        let summary = times.summary();
        assert_eq!((summary["p50"].as_f64(), summary["max"].as_f64()), (Some(51.0), Some(101.0)));
    }
}
