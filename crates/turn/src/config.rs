//! What an operator decides.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::addresses::AllowedPeers;
use crate::codec::attributes::Family;
use crate::credentials::Secrets;

#[derive(Clone, Debug)]
pub struct Config {
    pub secrets: Secrets,
    /// Where allocations are opened: one address of each family at most, and at least one.
    pub relays: Vec<RelayAddress>,
    pub ports: RangeInclusive<u16>,
    /// The networks whose special purpose the operator knows better.
    pub allowed_peers: AllowedPeers,
    pub limits: Limits,
}

impl Config {
    /// Everything as it is meant to be, with relays at these addresses.
    pub fn new(secrets: Secrets, relays: impl IntoIterator<Item = RelayAddress>) -> Config {
        Config {
            secrets,
            relays: relays.into_iter().collect(),
            ports: 49152..=65535,
            allowed_peers: AllowedPeers::default(),
            limits: Limits::default(),
        }
    }

    pub(crate) fn judge(&self) -> Result<(), Unusable> {
        let of = |family| self.relays.iter().filter(|relay| Family::of(relay.bound) == family).count();
        let mixed = |relay: &RelayAddress| Family::of(relay.bound) != Family::of(relay.advertised);
        if self.relays.is_empty() {
            return Err(Unusable("there is no relay address"));
        }
        if of(Family::V4) > 1 || of(Family::V6) > 1 {
            return Err(Unusable("there is more than one relay address of a family"));
        }
        if self.relays.iter().any(mixed) {
            return Err(Unusable("a relay address is advertised as one of the other family"));
        }
        if self.relays.iter().any(|relay| relay.advertised.is_unspecified()) {
            return Err(Unusable("a relay address is advertised that nobody can reach"));
        }
        if self.ports.is_empty() || *self.ports.start() < 1024 {
            return Err(Unusable("the ports for relays are none, or those of other services"));
        }
        Ok(())
    }
}

/// An address to relay at, and what the world knows it as. They differ behind an address translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayAddress {
    pub bound: IpAddr,
    pub advertised: IpAddr,
}

impl RelayAddress {
    pub fn direct(address: IpAddr) -> RelayAddress {
        RelayAddress { bound: address, advertised: address }
    }
}

#[derive(Clone, Debug)]
pub struct Limits {
    pub allocations: usize,
    pub allocations_per_credential: usize,
    pub allocations_per_person: usize,
    /// Requests without a valid credential, for each source address.
    pub unauthenticated_per_second: u64,
    pub streams: usize,
    pub streams_per_source: usize,
    /// Of each allocation, in each direction.
    pub bits_per_second: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            allocations: 4096,
            allocations_per_credential: 48,
            allocations_per_person: 96,
            unauthenticated_per_second: 100,
            streams: 4096,
            streams_per_source: 256,
            bits_per_second: 6_000_000,
        }
    }
}

/// Why a configuration cannot work, for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusable(pub &'static str);

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unusable {}
