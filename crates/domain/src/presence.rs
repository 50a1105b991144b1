//! Who is there. Presence is a lease that a device renews, not a count of sockets.

use crate::ids::DeviceId;
use crate::time::{Millis, Span};

#[cfg(test)]
mod tests;

/// Somebody whose device closed the connection properly is offline this long after.
pub const AFTER_CLOSE: Span = Span::seconds(10);
/// Somebody whose device fell silent is offline this long after.
pub const AFTER_SILENCE: Span = Span::seconds(45);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Online,
    Busy,
    Away,
    Offline,
}

/// What a person has chosen to be shown as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    #[default]
    Online,
    Away,
    DoNotDisturb,
}

/// A device's word that its person is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub device: DeviceId,
    pub renewed_at: Millis,
    /// Set by a clean close; a renewal takes it back.
    pub closed_at: Option<Millis>,
}

/// All that presence depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    pub wish: Wish,
    pub leases: Vec<Lease>,
    /// Whether the person is in a call.
    pub engaged: bool,
    /// Whether a phone can be woken by push although no page is open.
    pub push: bool,
}

impl Signs {
    pub fn presence(&self, now: Millis) -> Presence {
        let there = self.leases.iter().any(|lease| now < lease.until());
        match (there, self.wish) {
            _ if self.engaged => Presence::Busy,
            (false, _) if !self.push => Presence::Offline,
            (_, Wish::DoNotDisturb) => Presence::Busy,
            (true, Wish::Online) => Presence::Online,
            (true, Wish::Away) | (false, Wish::Online | Wish::Away) => Presence::Away,
        }
    }

    /// When presence may change although nothing happens.
    pub fn deadline(&self, now: Millis) -> Option<Millis> {
        self.leases.iter().map(Lease::until).filter(|until| now < *until).max()
    }
}

impl Lease {
    pub fn until(&self) -> Millis {
        match self.closed_at {
            Some(closed) => (closed + AFTER_CLOSE).min(self.renewed_at + AFTER_SILENCE),
            None => self.renewed_at + AFTER_SILENCE,
        }
    }
}

impl Presence {
    pub fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Busy => "busy",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }
}

impl Wish {
    pub fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::DoNotDisturb => "dnd",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::Online, Self::Away, Self::DoNotDisturb].into_iter().find(|wish| wish.name() == name)
    }
}
