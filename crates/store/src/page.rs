//! Lists come in pages. A page begins after the last row of the one before, so rows that come or go in between
//! make neither gaps nor repeats.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub const LIMIT_AT_MOST: u16 = 200;

/// Where a page begins: after the row of this moment and id. Opaque to whoever carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) at: i64,
    pub(crate) id: String,
}

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageAsk {
    pub after: Option<Cursor>,
    /// Between 1 and [`LIMIT_AT_MOST`]; whatever is beyond is moved there.
    pub limit: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

impl Cursor {
    pub fn parse(text: &str) -> Option<Self> {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, id) = plain.split_once(' ')?;
        // PostgreSQL has no text with a zero in it, and would say so as if it were our mistake.
        (!id.contains('\0')).then_some(Self { at: at.parse().ok()?, id: id.to_owned() })
    }

    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.at, self.id))
    }
}

impl Default for PageAsk {
    fn default() -> Self {
        Self::first(50)
    }
}

impl PageAsk {
    pub fn first(limit: u16) -> Self {
        Self { after: None, limit }
    }

    /// How many rows to read: one more than asked for tells whether there is a next page.
    pub(crate) fn rows(&self) -> i64 {
        i64::from(self.limit()) + 1
    }

    fn limit(&self) -> u16 {
        self.limit.clamp(1, LIMIT_AT_MOST)
    }
}

impl<T> Page<T> {
    pub(crate) fn cut(mut items: Vec<T>, ask: &PageAsk, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::from(ask.limit());
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }

    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_journey_and_garbage_is_none() {
        let cursor = Cursor { at: 12, id: "a person & a space".into() };
        assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        assert_eq!(Cursor::parse("garbage"), None);
        assert_eq!(Cursor::parse(""), None);
        assert_eq!(Cursor::parse("ünsinn"), None);
        assert_eq!(Cursor::parse(&Cursor { at: 1, id: "\0".into() }.to_text()), None);
    }
}
