//! Why something was not done. A refusal is an answer for the caller, never a failure of the machine.

/// Each variant knows its sentence; the wire's `code` for it is chosen in one place at the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// There is no such thing, or it is somebody else's: the two must not be told apart.
    NotFound,
    /// The person may see it, but not do this.
    Forbidden(&'static str),
    /// What was sent makes no sense.
    Invalid(&'static str),
    /// It is not the moment for this.
    NotNow(&'static str),
    /// It was possible once.
    Expired(&'static str),
    /// The other one, or the time asked for, is taken.
    Busy(&'static str),
    /// Nobody can be reached there.
    Offline,
    /// Who they are has not been proven. One answer for every reason, so that it tells nobody who has an account.
    Unproven,
}

impl Refusal {
    /// A sentence for the developer who reads the answer.
    pub fn why(&self) -> &'static str {
        match self {
            Self::NotFound => "there is nothing here under that id that you may see",
            Self::Unproven => "this address and this password do not belong together",
            Self::Offline => "the person cannot be reached right now",
            Self::Forbidden(why) | Self::Invalid(why) | Self::NotNow(why) | Self::Expired(why) | Self::Busy(why) => why,
        }
    }

    /// Whether asking again a little later may bring another answer.
    pub fn retryable(&self) -> bool {
        match self {
            Self::NotNow(_) | Self::Busy(_) | Self::Offline => true,
            Self::NotFound | Self::Forbidden(_) | Self::Invalid(_) | Self::Expired(_) | Self::Unproven => false,
        }
    }
}
