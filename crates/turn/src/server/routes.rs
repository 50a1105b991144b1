//! Which peers an allocation talks to: its permissions, and its channels in both directions.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use crate::time::Millis;

pub const PERMISSION: Millis = Millis::seconds(300);
pub const CHANNEL: Millis = Millis::seconds(600);
/// More than the candidates of any call. A table that is full makes room by forgetting what has expired.
const PERMISSIONS_AT_MOST: usize = 128;
const CHANNELS_AT_MOST: usize = 64;

#[derive(Clone, Debug, Default)]
pub struct Routes {
    permissions: HashMap<IpAddr, Millis>,
    channels: HashMap<u16, Channel>,
    numbers: HashMap<SocketAddr, u16>,
}

#[derive(Clone, Copy, Debug)]
struct Channel {
    peer: SocketAddr,
    until: Millis,
}

/// Why a route was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// The number belongs to another peer, or the peer to another number.
    Bound,
    Full,
}

impl Routes {
    pub fn permits(&self, now: Millis, peer: IpAddr) -> bool {
        self.permissions.get(&peer).is_some_and(|until| now < *until)
    }

    pub fn peer_of(&self, now: Millis, number: u16) -> Option<SocketAddr> {
        self.channels.get(&number).filter(|channel| now < channel.until).map(|channel| channel.peer)
    }

    pub fn number_of(&self, now: Millis, peer: SocketAddr) -> Option<u16> {
        let number = *self.numbers.get(&peer)?;
        self.peer_of(now, number).map(|_| number)
    }

    /// Permits all of them or, if there is no room, none.
    pub fn permit(&mut self, now: Millis, peers: &[IpAddr]) -> Result<(), NoRoute> {
        let room = |permissions: &HashMap<IpAddr, Millis>| {
            let new = peers.iter().filter(|peer| !permissions.contains_key(peer)).count();
            permissions.len() + new <= PERMISSIONS_AT_MOST
        };
        if !room(&self.permissions) {
            self.permissions.retain(|_, until| now < *until);
        }
        if !room(&self.permissions) {
            return Err(NoRoute::Full);
        }
        self.permissions.extend(peers.iter().map(|peer| (*peer, now.after(PERMISSION))));
        Ok(())
    }

    /// Binds, or binds for longer. The peer is permitted as well.
    pub fn bind(&mut self, now: Millis, number: u16, peer: SocketAddr) -> Result<(), NoRoute> {
        let other_peer = self.peer_of(now, number).is_some_and(|bound| bound != peer);
        let other_number = self.number_of(now, peer).is_some_and(|bound| bound != number);
        if other_peer || other_number {
            return Err(NoRoute::Bound);
        }
        if !self.channels.contains_key(&number) && self.channels.len() >= CHANNELS_AT_MOST {
            self.channels.retain(|_, channel| now < channel.until);
        }
        if !self.channels.contains_key(&number) && self.channels.len() >= CHANNELS_AT_MOST {
            return Err(NoRoute::Full);
        }
        self.permit(now, &[peer.ip()])?;
        self.channels.insert(number, Channel { peer, until: now.after(CHANNEL) });
        // What is left of expired channels must point neither here nor into nothing.
        let channels = &self.channels;
        self.numbers.retain(|peer, number| channels.get(number).is_some_and(|channel| channel.peer == *peer));
        self.numbers.insert(peer, number);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Millis = Millis(0);

    fn peer(number: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], number))
    }

    #[test]
    fn permissions_last_five_minutes_and_channels_ten() {
        let mut routes = Routes::default();
        assert_eq!(routes.bind(T0, 0x4000, peer(1)), Ok(()));
        assert!(routes.permits(Millis(299_999), peer(1).ip()) && !routes.permits(Millis(300_000), peer(1).ip()));
        assert_eq!(routes.peer_of(Millis(599_999), 0x4000), Some(peer(1)));
        assert_eq!(routes.number_of(Millis(599_999), peer(1)), Some(0x4000));
        assert_eq!(routes.peer_of(Millis(600_000), 0x4000), None);
        assert_eq!(routes.number_of(Millis(600_000), peer(1)), None);
    }

    #[test]
    fn a_channel_is_bound_to_one_peer_until_it_expires() {
        let mut routes = Routes::default();
        assert_eq!(routes.bind(T0, 0x4000, peer(1)), Ok(()));
        assert_eq!(routes.bind(T0, 0x4000, peer(2)), Err(NoRoute::Bound));
        assert_eq!(routes.bind(T0, 0x4001, peer(1)), Err(NoRoute::Bound));
        assert_eq!(routes.bind(CHANNEL, 0x4000, peer(2)), Ok(()));
        assert_eq!(routes.number_of(CHANNEL, peer(1)), None);
        assert_eq!(routes.bind(CHANNEL, 0x4001, peer(1)), Ok(()));
        assert_eq!(routes.numbers.len(), 2);
    }

    #[test]
    fn tables_end_somewhere_and_forget_what_expired() {
        let mut routes = Routes::default();
        for number in 0..64 {
            assert_eq!(routes.bind(T0, 0x4000 + number, peer(number)), Ok(()));
        }
        assert_eq!(routes.bind(T0, 0x5000, peer(99)), Err(NoRoute::Full));
        assert_eq!(routes.bind(CHANNEL, 0x5000, peer(99)), Ok(()));
        let many: Vec<IpAddr> = (0..128).map(|last| IpAddr::from([198, 51, 100, last])).collect();
        assert_eq!(routes.permit(CHANNEL, &many), Err(NoRoute::Full), "the channel's peer is one too many");
        assert_eq!(routes.permit(CHANNEL.after(PERMISSION), &many), Ok(()));
        assert_eq!(routes.permissions.len(), 128);
    }
}
