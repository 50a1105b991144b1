//! Where in a stream of bytes one message ends and the next begins.

use super::{CHANNEL_HEADER, COOKIE, HEADER, padding};

/// What the front of a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Not all of it is there yet. It will be `length` bytes long, once enough is there to tell.
    Partial { length: Option<usize> },
    /// A message, and how many bytes of the stream it takes with its padding.
    Whole { message: &'a [u8], taken: usize },
}

/// Neither STUN nor ChannelData. Nothing in the stream says where the next message would begin, so it has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unframeable;

/// Looks at the front of a stream.
pub fn next_frame(stream: &[u8]) -> Result<Frame<'_>, Unframeable> {
    let [t0, _, l0, l1, ..] = *stream else {
        return if stream.first().is_none_or(|first| *first < 0x80) {
            Ok(Frame::Partial { length: None })
        } else {
            Err(Unframeable)
        };
    };
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let (length, padding) = match t0 >> 6 {
        0 if is_stun(stream) && length % 4 == 0 => (HEADER + length, 0),
        1 => (CHANNEL_HEADER + length, padding(length)),
        _ => return Err(Unframeable),
    };
    match stream.get(..length) {
        Some(message) if stream.len() >= length + padding => Ok(Frame::Whole { message, taken: length + padding }),
        _ => Ok(Frame::Partial { length: Some(length + padding) }),
    }
}

/// As much of the cookie as is there must be right.
fn is_stun(stream: &[u8]) -> bool {
    let there = &stream[4..stream.len().min(8)];
    COOKIE.starts_with(there)
}
