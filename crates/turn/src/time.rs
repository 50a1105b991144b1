//! Time is a value that goes in.

/// This moment, on two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Since some moment that stays the same, and never going back: what deadlines are counted on.
    pub ticks: Millis,
    /// Seconds since 1970: what credentials expire by. It may be put right while the server runs.
    pub unix: u64,
}

/// Milliseconds on the clock that never goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub u64);

impl Millis {
    pub const fn seconds(seconds: u64) -> Millis {
        Millis(seconds * 1000)
    }

    pub fn after(self, span: Millis) -> Millis {
        Millis(self.0.saturating_add(span.0))
    }

    /// How long it is from `earlier` to here.
    pub fn since(self, earlier: Millis) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}
