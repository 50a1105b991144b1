//! What holds for every connection before it has said a word. The gateway builds on it, and so does the example
//! `conformance`, which shows it to the protocols' own test suites.

use socketioxide::{SocketIo, SocketIoBuilder};

/// Above this the transport closes; above 64 KiB a payload is refused.
pub const MESSAGE_BYTES_AT_MOST: usize = 1_000_000;
/// Messages that wait for a client to read them.
pub const UNREAD_AT_MOST: usize = 256;
/// Holds an offer, which would otherwise be read in pieces. Every connection has such a buffer for as long as it lives.
const READ_BUFFER: usize = 2048;

pub fn socket_io() -> SocketIoBuilder {
    SocketIo::builder()
        .max_payload(MESSAGE_BYTES_AT_MOST as u64)
        .ws_max_message_size(MESSAGE_BYTES_AT_MOST)
        .max_buffer_size(UNREAD_AT_MOST)
        .ws_read_buffer_size(READ_BUFFER)
}
