//! When allocations and reservations end.

use std::collections::{BTreeSet, HashMap};

use super::{AllocationId, Door, Server};
use crate::codec::attributes::Family;
use crate::time::{Millis, Now};

pub const DEFAULT: Millis = Millis::seconds(600);
pub const AT_MOST: Millis = Millis::seconds(3600);
/// However often it is refreshed, since nobody asks again whether the credential is still good.
pub const IN_ALL: Millis = Millis::seconds(12 * 3600);
/// The same for a network test's.
pub const OF_A_TEST_IN_ALL: Millis = Millis::seconds(300);
const RESERVATION: Millis = Millis::seconds(30);
/// A client takes its reservation up at once or never; ports that lie ready for nobody are a loss for everybody.
const RESERVATIONS_AT_MOST: usize = 512;

pub type Token = [u8; 8];

/// What ends when, in order. What ends earlier than planned is taken out, so nothing piles up.
#[derive(Debug, Default)]
pub struct Deadlines {
    due: BTreeSet<(Millis, Due)>,
    reservations: HashMap<Token, Reservation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Allocation(AllocationId),
    Reservation(Token),
}

#[derive(Clone, Copy, Debug)]
struct Reservation {
    family: Family,
    port: u16,
    until: Millis,
}

impl Deadlines {
    pub fn first(&self) -> Option<Millis> {
        self.due.first().map(|(at, _)| *at)
    }

    pub fn add(&mut self, at: Millis, id: AllocationId) {
        self.due.insert((at, Due::Allocation(id)));
    }

    pub fn take_out(&mut self, at: Millis, id: AllocationId) {
        self.due.remove(&(at, Due::Allocation(id)));
    }

    pub fn has_room(&self) -> bool {
        self.reservations.len() < RESERVATIONS_AT_MOST
    }

    /// Keeps a port that is taken already.
    pub fn reserve(&mut self, now: Millis, token: Token, family: Family, port: u16) {
        let until = now.after(RESERVATION);
        self.reservations.insert(token, Reservation { family, port, until });
        self.due.insert((until, Due::Reservation(token)));
    }

    /// Ends a reservation. Its port stays taken.
    pub fn redeem(&mut self, token: &Token) -> Option<(Family, u16)> {
        let reservation = self.reservations.remove(token)?;
        self.due.remove(&(reservation.until, Due::Reservation(*token)));
        Some((reservation.family, reservation.port))
    }

    fn next(&self, now: Millis) -> Option<Due> {
        self.due.first().filter(|(at, _)| *at <= now).map(|(_, due)| *due)
    }
}

impl<S: Clone> Server<S> {
    /// When [`Server::expire`] has something to do, if nothing else happens.
    pub fn deadline(&self) -> Option<Millis> {
        self.deadlines.first()
    }

    /// Ends what is over by now.
    pub fn expire(&mut self, now: Now) {
        while let Some(due) = self.deadlines.next(now.ticks) {
            match due {
                Due::Allocation(id) => self.remove(id),
                Due::Reservation(token) => {
                    if let Some((family, port)) = self.deadlines.redeem(&token) {
                        self.ports.free(family, port);
                    }
                }
            }
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
        self.quotas.give_back(&allocation.username);
        self.taken -= 1;
    }

    /// Frees the address of a relay.
    pub(super) fn close(&mut self, door: &Door) {
        self.by_relay.remove(&door.advertised);
        self.ports.free(door.family(), door.advertised.port());
    }
}
