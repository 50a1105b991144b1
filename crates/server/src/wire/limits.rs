//! How much one address and one person may write. Whoever sends more waits; nobody else notices.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Refused;
use crate::config::Settings;

/// An attempt to sign in weighs as much as so many writes of its address: thirty a minute by default.
const WRITES_FOR_AN_ATTEMPT: u32 = 40;

/// A letter weighs as much as so many attempts: three at once, and one more every six minutes.
const ATTEMPTS_FOR_A_LETTER: NonZeroU32 = NonZeroU32::new(3).expect("three");

/// To one address, and for one person.
const LETTERS_A_DAY: NonZeroU32 = NonZeroU32::new(12).expect("twelve");

pub struct Limits {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    people: DefaultKeyedRateLimiter<String>,
    attempting: DefaultKeyedRateLimiter<IpAddr>,
    attempted: DefaultKeyedRateLimiter<String>,
    written_to: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Limits {
    pub fn new(settings: &Settings) -> Self {
        Self {
            addresses: RateLimiter::keyed(per_minute(settings.writes_per_address)),
            people: RateLimiter::keyed(per_minute(settings.writes_per_person)),
            attempting: RateLimiter::keyed(per_minute(settings.writes_per_address / WRITES_FOR_AN_ATTEMPT)),
            attempted: RateLimiter::keyed(attempts_at_one()),
            written_to: RateLimiter::keyed(a_day(LETTERS_A_DAY)),
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

    /// Somebody tries to sign in. A practice comes from one address in the morning; whoever guesses comes more often.
    pub fn attempt_from(&self, address: IpAddr) -> Result<(), Refused> {
        let limited = self.attempting.check_key(&network_of(address));
        limited.map_err(|until| self.refused(until.wait_time_from(self.clock.now())))
    }

    /// The same at one account, whoever tries and whether or not there is such an account.
    pub fn attempt_at(&self, account: &str) -> Result<(), Refused> {
        let limited = self.attempted.check_key(&account.trim().to_lowercase());
        limited.map_err(|until| self.refused(until.wait_time_from(self.clock.now())))
    }

    /// A letter that anybody may ask for: nobody's mailbox is filled by us.
    pub fn letter_to(&self, account: &str) -> Result<(), Refused> {
        let key = format!("letter {}", account.trim().to_lowercase());
        let limited = self.attempted.check_key_n(&key, ATTEMPTS_FOR_A_LETTER).expect("no more than a burst");
        limited.map_err(|until| self.refused(until.wait_time_from(self.clock.now())))?;
        self.write_to(account)
    }

    /// A code for an address that may be anybody's: neither is somebody else's telephone rung all day, nor does one
    /// person make us write to one address after the other.
    pub fn code_to(&self, address: &str, by: &str) -> Result<(), Refused> {
        self.write_to(&format!("by {by}"))?;
        self.write_to(address)
    }

    fn write_to(&self, address: &str) -> Result<(), Refused> {
        let limited = self.written_to.check_key(&address.trim().to_lowercase());
        limited.map_err(|until| self.refused(until.wait_time_from(self.clock.now())))
    }

    /// Forgets whoever has been quiet, so that memory follows who is there.
    pub fn forget_the_quiet(&self) {
        self.addresses.retain_recent();
        self.people.retain_recent();
        self.attempting.retain_recent();
        self.attempted.retain_recent();
        self.written_to.retain_recent();
    }

    fn refused(&self, wait: Duration) -> Refused {
        Refused::rate_limited(wait.as_secs() + 1)
    }
}

/// Ten at once, and one more every other minute: two hundred thousand guesses take a year.
fn attempts_at_one() -> Quota {
    let quota = Quota::with_period(Duration::from_secs(120)).expect("two minutes are some time");
    quota.allow_burst(NonZeroU32::new(10).expect("ten"))
}

/// A day's worth may come at once.
fn a_day(letters: NonZeroU32) -> Quota {
    let quota = Quota::with_period(Duration::from_secs(24 * 3600) / letters.get()).expect("a part of a day");
    quota.allow_burst(letters)
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
