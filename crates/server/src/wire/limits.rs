//! How much one address and one person may write. Whoever sends more waits; nobody else notices.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Refused;
use crate::config::Settings;

pub struct Limits {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    people: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Limits {
    pub fn new(settings: &Settings) -> Self {
        Self {
            addresses: RateLimiter::keyed(per_minute(settings.writes_per_address)),
            people: RateLimiter::keyed(per_minute(settings.writes_per_person)),
            clock: DefaultClock::default(),
        }
    }

    pub fn write_from(&self, address: IpAddr) -> Result<(), Refused> {
        let limited = self.addresses.check_key(&network_of(address));
        limited.map_err(|until| self.refused(until.wait_time_from(self.clock.now())))
    }

    pub fn write_by(&self, person: &str) -> Result<(), Refused> {
        let limited = self.people.check_key(&person.to_owned());
        limited.map_err(|until| self.refused(until.wait_time_from(self.clock.now())))
    }

    /// Forgets whoever has been quiet, so that memory follows who is there.
    pub fn forget_the_quiet(&self) {
        self.addresses.retain_recent();
        self.people.retain_recent();
    }

    fn refused(&self, wait: std::time::Duration) -> Refused {
        Refused::rate_limited(wait.as_secs() + 1)
    }
}

/// A minute's worth may come at once.
fn per_minute(writes: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(writes).unwrap_or(NonZeroU32::MIN))
}

/// A household has a whole IPv6 network to choose addresses from.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}
