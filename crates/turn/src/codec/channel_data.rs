//! ChannelData: four bytes before the payload instead of an indication.

use std::ops::RangeInclusive;

use super::{Wire, padding};

/// Channel number and length.
pub const CHANNEL_HEADER: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelData<'a> {
    pub channel: u16,
    pub payload: &'a [u8],
}

impl<'a> ChannelData<'a> {
    /// RFC 8656 ends them at 0x4fff to leave the rest to other protocols on the same port. Clients written for
    /// RFC 5766 choose up to 0x7ffe; there are no other protocols here, so they are served.
    pub const NUMBERS: RangeInclusive<u16> = 0x4000..=0x7ffe;

    /// Reads one datagram or frame. What follows the payload is padding, which is optional over UDP.
    pub fn read(bytes: &'a [u8]) -> Option<ChannelData<'a>> {
        let (header, rest) = bytes.split_first_chunk::<CHANNEL_HEADER>()?;
        let channel = u16::from_be_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let payload = rest.get(..length)?;
        Self::NUMBERS.contains(&channel).then_some(ChannelData { channel, payload })
    }
}

/// Appends ChannelData. `payload` is shorter than 64 KiB, because it came in a datagram or a frame.
pub fn write_channel_data(out: &mut Vec<u8>, channel: u16, payload: &[u8], wire: Wire) {
    out.extend(channel.to_be_bytes());
    out.extend((payload.len() as u16).to_be_bytes());
    out.extend_from_slice(payload);
    if wire == Wire::Stream {
        out.resize(out.len() + padding(payload.len()), 0);
    }
}
