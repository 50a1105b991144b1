//! When allocations end.

use std::collections::BTreeSet;

use super::{AllocationId, Door, Server};
use crate::time::{Millis, Now};

pub const DEFAULT: Millis = Millis::seconds(600);
pub const AT_MOST: Millis = Millis::seconds(3600);
/// However often it is refreshed, since nobody asks again whether the credential is still good.
pub const IN_ALL: Millis = Millis::seconds(12 * 3600);
/// The same for a network test's.
pub const OF_A_TEST_IN_ALL: Millis = Millis::seconds(300);

/// What ends when, in order. What ends earlier than planned is taken out, so nothing piles up.
#[derive(Debug, Default)]
pub struct Deadlines(BTreeSet<(Millis, AllocationId)>);

impl Deadlines {
    pub fn add(&mut self, at: Millis, id: AllocationId) {
        self.0.insert((at, id));
    }

    pub fn take_out(&mut self, at: Millis, id: AllocationId) {
        self.0.remove(&(at, id));
    }

    fn first(&self) -> Option<Millis> {
        self.0.first().map(|(at, _)| *at)
    }

    fn next(&self, now: Millis) -> Option<AllocationId> {
        self.0.first().filter(|(at, _)| *at <= now).map(|(_, id)| *id)
    }
}

impl<S: Clone> Server<S> {
    /// When [`Server::expire`] has something to do, if nothing else happens.
    pub fn deadline(&self) -> Option<Millis> {
        let of_reservations = self.house.desk().reservations.first_due();
        self.deadlines.first().into_iter().chain(of_reservations).min()
    }

    /// Ends what is over by now.
    pub fn expire(&mut self, now: Now) {
        while let Some(id) = self.deadlines.next(now.ticks) {
            self.remove(id);
        }
        let mut desk = self.house.desk();
        while let Some((family, port)) = desk.reservations.expired(now.ticks) {
            desk.free_port(family, port);
        }
    }

    /// Ends an allocation. Its sockets go when the driver's end of each relay is dropped, which happens here.
    pub(super) fn remove(&mut self, id: AllocationId) {
        let Some(allocation) = self.allocations.remove(&id) else { return };
        self.deadlines.take_out(allocation.until, id);
        self.by_client.remove(&allocation.client);
        for relay in &allocation.relays {
            self.close(&relay.door);
        }
        self.house.desk().give_place_back(&allocation.username);
    }

    /// Frees the address of a relay.
    pub(super) fn close(&mut self, door: &Door) {
        self.by_relay.remove(&door.advertised);
        self.house.owners.take(door.advertised);
        self.house.desk().free_port(door.family(), door.advertised.port());
    }
}
