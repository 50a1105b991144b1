//! The relay path, which most packets take: nothing here allocates, and every look-up is one in a hash table.

use std::net::SocketAddr;

use super::request::unknown;
use super::{Allocation, AllocationId, Client, Server, Step};
use crate::codec::attributes::{self, Family};
use crate::codec::{Class, Message, Method, Transaction, Writer, write_channel_data};
use crate::time::Millis;

/// An indication counts its attributes in two bytes, and the payload is not all there is. No network carries more in
/// one datagram anyway; streams could.
const PAYLOAD_AT_MOST: usize = 65_000;

impl<S: Clone> Server<S> {
    pub(super) fn relay_channel<'p>(
        &mut self,
        now: Millis,
        client: Client,
        channel: u16,
        payload: &'p [u8],
        out: &mut Vec<u8>,
    ) -> Step<'p, S> {
        let id = self.by_client.get(&client).copied();
        let peer = id.and_then(|id| self.allocations.get(&id)?.routes.peer_of(now, channel));
        match id.zip(peer) {
            Some((id, peer)) => self.send_to_peer(now, id, peer, payload, out),
            None => self.unpermitted(),
        }
    }

    pub(super) fn relay_indication<'p>(
        &mut self,
        now: Millis,
        client: Client,
        message: &Message<'p>,
        out: &mut Vec<u8>,
    ) -> Step<'p, S> {
        let peer = message.xor_address(attributes::XOR_PEER_ADDRESS).filter(|peer| peer.port() != 0);
        let payload = message.attribute(attributes::DATA).filter(|_| unknown(message).is_none());
        let (Some(peer), Some(payload)) = (peer, payload) else {
            self.counters.malformed += 1;
            return Step::Drop;
        };
        match self.by_client.get(&client) {
            Some(id) => self.send_to_peer(now, *id, peer, payload, out),
            None => self.unpermitted(),
        }
    }

    /// What a relay socket received. True if what is appended to `out` is to be sent to the client now.
    pub fn from_peer(
        &mut self,
        now: Millis,
        id: AllocationId,
        peer: SocketAddr,
        payload: &[u8],
        out: &mut Vec<u8>,
    ) -> bool {
        // Without what IPv6 may add to an address, such as a flow: permissions and channels know nothing of that.
        let peer = SocketAddr::new(peer.ip(), peer.port());
        // Other allocations do not come this way, so whoever does so from this address is another program on it.
        if self.own(peer.ip()).is_some() || !self.house.config.allowed_peers.allow(peer.ip()) {
            self.counters.forbidden += 1;
            return false;
        }
        self.hand_to_client(now, id, peer, payload, out)
    }

    fn send_to_peer<'p>(
        &mut self,
        now: Millis,
        id: AllocationId,
        peer: SocketAddr,
        payload: &'p [u8],
        out: &mut Vec<u8>,
    ) -> Step<'p, S> {
        if !self.may_reach(peer.ip()) {
            self.counters.forbidden += 1;
            return Step::Drop;
        }
        let Some(allocation) = self.allocations.get_mut(&id) else { return self.unpermitted() };
        let relay = allocation.relays.iter().find(|relay| relay.door.family() == Family::of(peer.ip()));
        let Some(relay) = relay.filter(|_| allocation.routes.permits(now, peer.ip())) else {
            return self.unpermitted();
        };
        if !allocation.to_peers.draw(now, payload.len() as u64) {
            self.counters.over_bandwidth += 1;
            return Step::Drop;
        }
        let (end, from) = (relay.end.clone(), relay.door.advertised);
        if let Some(own) = self.own(peer.ip()) {
            let to = SocketAddr::new(own.advertised, peer.port());
            return self.send_to_neighbour(now, from, to, payload, out);
        }
        self.counters.packets_to_peers += 1;
        self.counters.bytes_to_peers += payload.len() as u64;
        Step::ToPeer { relay: end, peer, payload }
    }

    /// Another allocation of the house gets it as if it had come in at its socket; nobody else at this address does.
    fn send_to_neighbour<'p>(
        &mut self,
        now: Millis,
        from: SocketAddr,
        to: SocketAddr,
        payload: &'p [u8],
        out: &mut Vec<u8>,
    ) -> Step<'p, S> {
        match self.house.owners.of(to) {
            Some(owner) if owner == self.number => match self.from_neighbour(now, from, to, payload, out) {
                Some(relay) => Step::ToNeighbour { relay },
                None => Step::Drop,
            },
            Some(owner) => Step::ToOtherServer { number: owner, from, to, payload },
            None => self.unpermitted(),
        }
    }

    /// What an allocation of this server, or of one beside it, sent to the relay `to`. What is appended to `out` is to
    /// be sent to the client of the relay that is returned.
    pub fn from_neighbour(
        &mut self,
        now: Millis,
        from: SocketAddr,
        to: SocketAddr,
        payload: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<S> {
        let held = self.by_relay.get(&to).and_then(|id| self.allocations.get(id).map(|held| (*id, held)));
        let relay = held.and_then(|(id, held)| Some((id, held.relay(Family::of(to.ip()))?.end.clone())));
        let Some((id, end)) = relay else {
            self.counters.unpermitted += 1;
            return None;
        };
        self.hand_to_client(now, id, from, payload, out).then(|| {
            self.counters.packets_between += 1;
            end
        })
    }

    fn hand_to_client(
        &mut self,
        now: Millis,
        id: AllocationId,
        peer: SocketAddr,
        payload: &[u8],
        out: &mut Vec<u8>,
    ) -> bool {
        let Some(allocation) = self.allocations.get_mut(&id).filter(|held| held.routes.permits(now, peer.ip())) else {
            self.counters.unpermitted += 1;
            return false;
        };
        if payload.len() > PAYLOAD_AT_MOST {
            self.counters.malformed += 1;
            return false;
        }
        if !allocation.to_client.draw(now, payload.len() as u64) {
            self.counters.over_bandwidth += 1;
            return false;
        }
        self.counters.packets_to_clients += 1;
        self.counters.bytes_to_clients += payload.len() as u64;
        wrap(allocation, now, peer, payload, self.counters.packets_to_clients, out);
        true
    }

    fn unpermitted<'p>(&mut self) -> Step<'p, S> {
        self.counters.unpermitted += 1;
        Step::Drop
    }
}

/// ChannelData where there is a channel, else a Data indication. Nobody answers an indication, so the number of its
/// transaction need not be hard to guess.
fn wrap<S>(held: &Allocation<S>, now: Millis, peer: SocketAddr, payload: &[u8], number: u64, out: &mut Vec<u8>) {
    if let Some(channel) = held.routes.number_of(now, peer) {
        return write_channel_data(out, channel, payload, held.client.wire);
    }
    let mut transaction = Transaction([0; 12]);
    transaction.0[4..].copy_from_slice(&number.to_be_bytes());
    Writer::new(out, Class::Indication, Method::DATA, transaction)
        .xor_address(attributes::XOR_PEER_ADDRESS, peer)
        .bytes(attributes::DATA, payload);
}
