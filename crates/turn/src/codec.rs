//! The wire: STUN messages (RFC 8489), the attributes and methods of TURN (RFC 8656), ChannelData, and how both are
//! told apart in a stream of bytes.

pub mod attributes;
mod channel_data;
mod crc32;
mod framing;
mod message;
mod writer;

pub use channel_data::{CHANNEL_HEADER, ChannelData, write_channel_data};
pub use framing::{Frame, Unframeable, next_frame};
pub use message::{Malformed, Message};
pub use writer::Writer;

/// The four bytes that every message since RFC 5389 carries.
pub const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// Type, length, cookie and transaction.
pub const HEADER: usize = 20;

/// What ties an answer to its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Transaction(pub [u8; 12]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Request,
    Indication,
    Success,
    Error,
}

/// What a message is about. Numbers without a name here are methods that nobody here knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method(pub u16);

impl Method {
    pub const BINDING: Method = Method(0x001);
    pub const ALLOCATE: Method = Method(0x003);
    pub const REFRESH: Method = Method(0x004);
    pub const SEND: Method = Method(0x006);
    pub const DATA: Method = Method(0x007);
    pub const CREATE_PERMISSION: Method = Method(0x008);
    pub const CHANNEL_BIND: Method = Method(0x009);
}

/// The bits of class and method lie interleaved in the first two bytes.
fn join_type(class: Class, method: Method) -> u16 {
    let class = match class {
        Class::Request => 0x000,
        Class::Indication => 0x010,
        Class::Success => 0x100,
        Class::Error => 0x110,
    };
    let method = method.0;
    (method & 0xf80) << 2 | (method & 0x070) << 1 | (method & 0x00f) | class
}

fn split_type(joined: u16) -> (Class, Method) {
    let class = match joined & 0x110 {
        0x000 => Class::Request,
        0x010 => Class::Indication,
        0x100 => Class::Success,
        _ => Class::Error,
    };
    (class, Method((joined & 0x3e00) >> 2 | (joined & 0x00e0) >> 1 | (joined & 0x000f)))
}

/// What a message travels in. Streams need padding after ChannelData, datagrams may go without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wire {
    Datagram,
    Stream,
}

/// How many zero bytes follow `length` bytes, so that the next thing begins at a multiple of four.
fn padding(length: usize) -> usize {
    length.wrapping_neg() & 3
}
