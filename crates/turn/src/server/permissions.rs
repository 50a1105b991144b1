//! CreatePermission and ChannelBind: whom an allocation may talk to.

use std::net::{IpAddr, SocketAddr};

use super::request::{Caller, Refusal, Request, finish};
use super::routes::NoRoute;
use super::{AllocationId, Client, Server, Step};
use crate::codec::attributes::{self, Family, XOR_PEER_ADDRESS};
use crate::codec::{ChannelData, Class, Message, Writer};
use crate::time::Now;

impl From<NoRoute> for Refusal {
    fn from(no_route: NoRoute) -> Refusal {
        match no_route {
            NoRoute::Bound => Refusal::BAD_REQUEST,
            NoRoute::Full => Refusal::NO_CAPACITY,
        }
    }
}

impl<S: Clone> Server<S> {
    pub(super) fn create_permission<'p>(
        &mut self,
        now: Now,
        client: Client,
        message: &Message,
        caller: &Caller,
        out: &mut Vec<u8>,
    ) -> Result<Step<'p, S>, Refusal> {
        let id = self.held_by(client, caller)?;
        let mut peers: Vec<IpAddr> = Vec::new();
        for (_, value) in message.attributes().filter(|(kind, _)| *kind == XOR_PEER_ADDRESS) {
            let peer = attributes::read_xor_address(value, message.transaction).ok_or(Refusal::BAD_REQUEST)?;
            self.judge_peer(id, peer)?;
            peers.push(peer.ip());
        }
        if peers.is_empty() {
            return Err(Refusal::BAD_REQUEST);
        }
        peers.sort();
        peers.dedup();
        let allocation = self.allocations.get_mut(&id).ok_or(Refusal::MISMATCH)?;
        allocation.routes.permit(now.ticks, &peers)?;
        Ok(plain_success(message, caller, out))
    }

    pub(super) fn bind_channel<'p>(
        &mut self,
        now: Now,
        client: Client,
        message: &Message,
        caller: &Caller,
        out: &mut Vec<u8>,
    ) -> Result<Step<'p, S>, Refusal> {
        let id = self.held_by(client, caller)?;
        let Some([n0, n1, _, _]) = message.attribute(attributes::CHANNEL_NUMBER) else {
            return Err(Refusal::BAD_REQUEST);
        };
        let number = u16::from_be_bytes([*n0, *n1]);
        let peer = message.xor_address(XOR_PEER_ADDRESS).ok_or(Refusal::BAD_REQUEST)?;
        if !ChannelData::NUMBERS.contains(&number) || peer.port() == 0 {
            return Err(Refusal::BAD_REQUEST);
        }
        self.judge_peer(id, peer)?;
        let allocation = self.allocations.get_mut(&id).ok_or(Refusal::MISMATCH)?;
        allocation.routes.bind(now.ticks, number, peer)?;
        Ok(plain_success(message, caller, out))
    }

    fn judge_peer(&self, id: AllocationId, peer: SocketAddr) -> Result<(), Refusal> {
        if self.allocations[&id].relay(Family::of(peer.ip())).is_none() {
            return Err(Refusal::FAMILY_MISMATCH);
        }
        if self.may_reach(peer.ip()) { Ok(()) } else { Err(Refusal::FORBIDDEN) }
    }
}

fn plain_success<'p, S>(message: &Message, caller: &Caller, out: &mut Vec<u8>) -> Step<'p, S> {
    let request = Request::of(message);
    let answer = Writer::new(out, Class::Success, message.method, request.transaction);
    finish(answer, request, Some(&caller.key))
}
