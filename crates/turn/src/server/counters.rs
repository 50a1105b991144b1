//! What happened, for the operator. Nobody's address or name is in it.

use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Those there are now.
    pub allocations: usize,
    /// Those there ever were.
    pub allocated: u64,
    pub bindings: u64,
    /// Answers by error code: 401 is also the first step of every client that is welcome.
    pub refused: BTreeMap<u16, u64>,
    /// Packets that are no STUN and no ChannelData, or of no use to a server.
    pub malformed: u64,
    /// Requests dropped without an answer, because their source sent too many that nobody vouched for.
    pub too_many: u64,
    /// Packets dropped because there was no allocation, channel or permission for them.
    pub unpermitted: u64,
    /// Packets dropped because of whom they came from or were meant for.
    pub forbidden: u64,
    /// Packets dropped because the allocation used up its bandwidth.
    pub over_bandwidth: u64,
    pub packets_to_peers: u64,
    pub bytes_to_peers: u64,
    pub packets_to_clients: u64,
    pub bytes_to_clients: u64,
    /// Packets between two allocations of this server; counted once more as sent to a client.
    pub packets_between: u64,
    /// Packets that the network, or a client's full stream, did not take.
    pub unsent: u64,
    /// Streams there are now, those that were not taken because there were too many, and those that were too slow.
    pub streams: usize,
    pub streams_refused: u64,
    pub streams_too_slow: u64,
}

impl Counters {
    /// What two servers beside each other counted.
    pub fn and(mut self, other: Counters) -> Counters {
        for (code, count) in other.refused {
            *self.refused.entry(code).or_default() += count;
        }
        Counters {
            allocations: self.allocations + other.allocations,
            allocated: self.allocated + other.allocated,
            bindings: self.bindings + other.bindings,
            refused: self.refused,
            malformed: self.malformed + other.malformed,
            too_many: self.too_many + other.too_many,
            unpermitted: self.unpermitted + other.unpermitted,
            forbidden: self.forbidden + other.forbidden,
            over_bandwidth: self.over_bandwidth + other.over_bandwidth,
            packets_to_peers: self.packets_to_peers + other.packets_to_peers,
            bytes_to_peers: self.bytes_to_peers + other.bytes_to_peers,
            packets_to_clients: self.packets_to_clients + other.packets_to_clients,
            bytes_to_clients: self.bytes_to_clients + other.bytes_to_clients,
            packets_between: self.packets_between + other.packets_between,
            unsent: self.unsent + other.unsent,
            streams: self.streams + other.streams,
            streams_refused: self.streams_refused + other.streams_refused,
            streams_too_slow: self.streams_too_slow + other.streams_too_slow,
        }
    }
}
