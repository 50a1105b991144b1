//! Between what travels and what is meant. Beside `problem` the only room of the wire that knows the domain.

mod accounts;
mod appointments;
mod calls;
mod ice;
mod live;
mod news;
mod people;
mod practice;
mod reach;

use bedside_domain::refusal::Refusal;
use bedside_domain::time::Millis;
use bedside_protocol::Page;
use jiff::Timestamp;

use crate::app::Listing;
use crate::clock;

pub use self::accounts::*;
pub use self::appointments::*;
pub use self::calls::*;
pub use self::ice::*;
pub use self::live::*;
pub use self::news::*;
pub use self::people::*;
pub use self::practice::*;
pub use self::reach::*;

const WORDS_CHARS_AT_MOST: usize = 2_000;

/// What was sent as it is meant, or what is wrong with it.
type Read<T> = Result<T, Refusal>;

pub fn time(at: Millis) -> String {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

pub fn instant(text: &str) -> Read<Millis> {
    let parsed = text.trim().parse::<Timestamp>();
    let at = parsed.map_err(|_| Refusal::Invalid("times must be like 2025-10-15T10:00:00Z"))?;
    Ok(Millis(at.as_millisecond()))
}

/// Whether a time in seconds, as tokens have it, is over.
pub fn has_passed(seconds: i64) -> bool {
    clock::now().0 >= seconds.saturating_mul(1_000)
}

pub fn optional_instant(text: Option<&str>) -> Read<Option<Millis>> {
    text.map(instant).transpose()
}

pub fn page<T, U>(listing: Listing<T>, each: impl FnMut(T) -> U) -> Page<U> {
    Page { items: listing.items.into_iter().map(each).collect(), next_cursor: listing.next }
}

fn must_be_line(text: Option<&str>, at_most: usize) -> Read<()> {
    match text {
        Some(text) if text.chars().count() > at_most => Err(Refusal::Invalid("a text is too long")),
        Some(text) if text.chars().any(char::is_control) => Err(Refusal::Invalid("a text has control characters")),
        Some(_) | None => Ok(()),
    }
}

/// What somebody writes to somebody: trimmed, and nothing if there is nothing in it.
pub fn words(text: Option<String>) -> Read<Option<String>> {
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    match &text {
        Some(text) if text.chars().count() > WORDS_CHARS_AT_MOST => {
            Err(Refusal::Invalid("a text may have 2,000 characters"))
        }
        Some(text) if text.contains('\0') => Err(Refusal::Invalid("a text has control characters")),
        Some(_) | None => Ok(text),
    }
}
