//! How much of everything one may have: allocations, unauthenticated requests, bandwidth.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr};

use crate::credentials::Name;
use crate::time::Millis;

/// What runs full of allowance with time, up to one second's worth, and is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    per_second: u64,
    /// In thousandths, so that a millisecond is never too short to count.
    left: u64,
    at: Millis,
}

impl Bucket {
    pub fn full(per_second: u64, now: Millis) -> Bucket {
        Bucket { per_second, left: per_second.saturating_mul(1000), at: now }
    }

    /// Draws `amount`, or nothing if there is not that much.
    pub fn draw(&mut self, now: Millis, amount: u64) -> bool {
        let gained = now.since(self.at).0.saturating_mul(self.per_second);
        self.left = self.left.saturating_add(gained).min(self.per_second.saturating_mul(1000));
        self.at = self.at.max(now);
        let amount = amount.saturating_mul(1000);
        let enough = self.left >= amount;
        if enough {
            self.left -= amount;
        }
        enough
    }

    fn give_back(&mut self, amount: u64) {
        self.left = self.left.saturating_add(amount * 1000).min(self.per_second.saturating_mul(1000));
    }
}

/// Whom an address stands for: one who has IPv6 has a whole network of it.
pub fn network_of(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// A bucket for each source of requests that nobody has vouched for.
///
/// The table never grows: sources share buckets by a hash that nobody outside can compute.
#[derive(Debug)]
pub struct Sources {
    buckets: Vec<Bucket>,
    seed: [u8; 16],
}

impl Sources {
    const BUCKETS: usize = 1 << 14;

    pub fn new(per_second: u64, seed: [u8; 16]) -> Sources {
        Sources { buckets: vec![Bucket::full(per_second, Millis(0)); Self::BUCKETS], seed }
    }

    pub fn draw(&mut self, now: Millis, source: IpAddr) -> bool {
        self.bucket(source).draw(now, 1)
    }

    /// The request turned out to be vouched for.
    pub fn give_back(&mut self, source: IpAddr) {
        self.bucket(source).give_back(1);
    }

    fn bucket(&mut self, source: IpAddr) -> &mut Bucket {
        let mut hasher = DefaultHasher::new();
        self.seed.hash(&mut hasher);
        network_of(source).hash(&mut hasher);
        &mut self.buckets[hasher.finish() as usize % Self::BUCKETS]
    }
}

/// How many allocations each credential and each person has. Only those who have some are kept.
#[derive(Debug, Default)]
pub struct Quotas {
    credentials: HashMap<String, usize>,
    people: HashMap<String, usize>,
}

impl Quotas {
    /// Counts one more, or nothing if that were too many.
    pub fn take(&mut self, username: &str, per_credential: usize, per_person: usize) -> bool {
        let group = group(username);
        let has = |counts: &HashMap<String, usize>, whose: &str| counts.get(whose).copied().unwrap_or(0);
        if has(&self.credentials, username) >= per_credential || has(&self.people, group) >= per_person {
            return false;
        }
        *self.credentials.entry(username.to_owned()).or_default() += 1;
        *self.people.entry(group.to_owned()).or_default() += 1;
        true
    }

    pub fn give_back(&mut self, username: &str) {
        for (counts, whose) in [(&mut self.credentials, username), (&mut self.people, group(username))] {
            if let Some(count) = counts.get_mut(whose) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(whose);
                }
            }
        }
    }
}

fn group(username: &str) -> &str {
    Name::read(username.as_bytes()).map_or(username, |name| name.group())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_a_second_at_once_and_then_its_rate() {
        let mut bucket = Bucket::full(1000, Millis(0));
        assert!(bucket.draw(Millis(0), 1000));
        assert!(!bucket.draw(Millis(0), 1));
        assert!(bucket.draw(Millis(1), 1));
        assert!(!bucket.draw(Millis(1), 1));
        assert!(!bucket.draw(Millis(3_600_000), 1001), "an hour of silence saves up one second's worth");
        assert!(bucket.draw(Millis(3_600_000), 1000));
        assert!(!bucket.draw(Millis(0), 1), "a clock that goes back gives nothing");
    }

    #[test]
    fn a_slow_bucket_fills_although_asked_every_millisecond() {
        let mut bucket = Bucket::full(10, Millis(0));
        let drawn = (0..2000).filter(|at| bucket.draw(Millis(*at), 1)).count();
        assert_eq!(drawn, 10 + 19);
    }

    #[test]
    fn quotas_count_credentials_and_people_and_forget_who_has_nothing() {
        let mut quotas = Quotas::default();
        assert!(quotas.take("5:p.a", 2, 3) && quotas.take("5:p.a", 2, 3));
        assert!(!quotas.take("5:p.a", 2, 3), "the credential is full");
        assert!(quotas.take("5:p.b", 2, 3));
        assert!(!quotas.take("5:p.c", 2, 3), "the person is full");
        assert!(quotas.take("5:q.c", 2, 3), "another person is not");
        for username in ["5:p.a", "5:p.a", "5:p.b", "5:q.c"] {
            quotas.give_back(username);
        }
        assert!(quotas.credentials.is_empty() && quotas.people.is_empty());
    }

    #[test]
    fn sources_of_one_ipv6_network_share() {
        let mut sources = Sources::new(1, [7; 16]);
        let at = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(sources.draw(Millis(0), at("2001:db8::1")));
        assert!(!sources.draw(Millis(0), at("2001:db8::2")));
        assert!(sources.draw(Millis(0), at("2001:db8:0:1::1")));
        assert!(sources.draw(Millis(0), at("192.0.2.1")) && !sources.draw(Millis(0), at("192.0.2.1")));
    }
}
