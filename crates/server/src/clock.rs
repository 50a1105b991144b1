//! The one place where this server asks what time it is, and where it rolls dice.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bedside_domain::time::{Millis, Span};

pub fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

/// Bytes that nobody can guess.
pub fn secret<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Up to a fifth more or less, so that those who failed together do not come back together.
pub fn jittered(span: Span) -> Span {
    let [dice] = secret::<1>();
    Span::millis(span.as_millis() * (800 + i64::from(dice) * 400 / 255) / 1000)
}

/// A text that nobody can guess: 256 random bits.
pub fn token() -> String {
    URL_SAFE_NO_PAD.encode(secret::<32>())
}

/// An id that sorts by the time it was made. Never a secret.
pub fn id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// 128 random bits, for what stands in an address.
pub fn unguessable_id() -> String {
    URL_SAFE_NO_PAD.encode(secret::<16>())
}
