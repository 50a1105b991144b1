//! Refresh: an allocation lives on, or ends because its client says so.

use super::lifetime;
use super::request::{Caller, Refusal, Request, family_in, finish};
use super::{AllocationId, Client, Server, Step};
use crate::codec::attributes::{self, Family};
use crate::codec::{Class, Message, Method, Writer};
use crate::time::{Millis, Now};

impl<S: Clone> Server<S> {
    pub(super) fn refresh<'p>(
        &mut self,
        now: Now,
        client: Client,
        message: &Message,
        caller: &Caller,
        out: &mut Vec<u8>,
    ) -> Result<Step<'p, S>, Refusal> {
        let id = self.held_by(client, caller)?;
        let family = family_in(message, attributes::REQUESTED_ADDRESS_FAMILY)?;
        let has = |family: Family| self.allocations[&id].relay(family).is_some();
        if family.is_some_and(|family| !has(family)) {
            return Err(Refusal::FAMILY_MISMATCH);
        }
        let lifetime = match message.lifetime() {
            Some(0) => {
                self.end(id, family);
                Millis(0)
            }
            asked => self.prolong(now.ticks, id, asked.map(|seconds| Millis::seconds(seconds.into()))),
        };
        let request = Request::of(message);
        let answer = Writer::new(out, Class::Success, Method::REFRESH, request.transaction)
            .number(attributes::LIFETIME, (lifetime.0 / 1000) as u32);
        Ok(finish(answer, request, Some(&caller.key)))
    }

    /// The allocation behind a request, which has to come from who made it.
    pub(super) fn held_by(&self, client: Client, caller: &Caller) -> Result<AllocationId, Refusal> {
        let id = *self.by_client.get(&client).ok_or(Refusal::MISMATCH)?;
        if self.allocations[&id].username != caller.username {
            return Err(Refusal::WRONG_CREDENTIALS);
        }
        Ok(id)
    }

    /// Ends one of two relays if a family is named, else the whole allocation.
    fn end(&mut self, id: AllocationId, family: Option<Family>) {
        let Some(allocation) = self.allocations.get_mut(&id) else { return };
        let ends = |relay: &super::Relay<S>| family.is_none_or(|family| relay.door.family() == family);
        if allocation.relays.iter().all(ends) {
            return self.remove(id);
        }
        let ended: Vec<_> = allocation.relays.extract_if(.., |relay| ends(relay)).collect();
        for relay in ended {
            self.close(&relay.door);
        }
    }

    fn prolong(&mut self, now: Millis, id: AllocationId, asked: Option<Millis>) -> Millis {
        let lifetime = asked.unwrap_or(lifetime::DEFAULT).clamp(lifetime::DEFAULT, lifetime::AT_MOST);
        let Some(allocation) = self.allocations.get_mut(&id) else { return Millis(0) };
        self.deadlines.take_out(allocation.until, id);
        allocation.until = now.after(lifetime).min(allocation.at_most_until);
        self.deadlines.add(allocation.until, id);
        allocation.until.since(now)
    }
}
