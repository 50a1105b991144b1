//! Ports that were promised to whoever shows a token.

use std::collections::{BTreeSet, HashMap};

use crate::codec::attributes::Family;
use crate::time::Millis;

const RESERVATION: Millis = Millis::seconds(30);
/// A client takes its reservation up at once or never; ports that lie ready for nobody are a loss for everybody.
const RESERVATIONS_AT_MOST: usize = 512;

pub type Token = [u8; 8];

#[derive(Debug, Default)]
pub struct Reservations {
    by_token: HashMap<Token, Reservation>,
    due: BTreeSet<(Millis, Token)>,
}

#[derive(Clone, Copy, Debug)]
struct Reservation {
    family: Family,
    port: u16,
    until: Millis,
}

impl Reservations {
    pub fn has_room(&self) -> bool {
        self.by_token.len() < RESERVATIONS_AT_MOST
    }

    /// Keeps a port that is taken already.
    pub fn add(&mut self, now: Millis, token: Token, family: Family, port: u16) {
        let until = now.after(RESERVATION);
        self.by_token.insert(token, Reservation { family, port, until });
        self.due.insert((until, token));
    }

    /// Ends a reservation. Its port stays taken.
    pub fn redeem(&mut self, token: &Token) -> Option<(Family, u16)> {
        let reservation = self.by_token.remove(token)?;
        self.due.remove(&(reservation.until, *token));
        Some((reservation.family, reservation.port))
    }

    /// The same for one that nobody has redeemed in time.
    pub fn expired(&mut self, now: Millis) -> Option<(Family, u16)> {
        let (_, token) = *self.due.first().filter(|(at, _)| *at <= now)?;
        self.redeem(&token)
    }

    pub fn first_due(&self) -> Option<Millis> {
        self.due.first().map(|(at, _)| *at)
    }
}
