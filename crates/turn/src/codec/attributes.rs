//! The attributes that this server reads or writes: their numbers, and how an address is written in one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{COOKIE, Transaction};

pub const MAPPED_ADDRESS: u16 = 0x0001;
pub const USERNAME: u16 = 0x0006;
pub const MESSAGE_INTEGRITY: u16 = 0x0008;
pub const ERROR_CODE: u16 = 0x0009;
pub const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
pub const CHANNEL_NUMBER: u16 = 0x000c;
pub const LIFETIME: u16 = 0x000d;
pub const XOR_PEER_ADDRESS: u16 = 0x0012;
pub const DATA: u16 = 0x0013;
pub const REALM: u16 = 0x0014;
pub const NONCE: u16 = 0x0015;
pub const XOR_RELAYED_ADDRESS: u16 = 0x0016;
pub const REQUESTED_ADDRESS_FAMILY: u16 = 0x0017;
pub const EVEN_PORT: u16 = 0x0018;
pub const REQUESTED_TRANSPORT: u16 = 0x0019;
pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
pub const RESERVATION_TOKEN: u16 = 0x0022;
pub const ADDITIONAL_ADDRESS_FAMILY: u16 = 0x8000;
pub const ADDRESS_ERROR_CODE: u16 = 0x8001;
pub const FINGERPRINT: u16 = 0x8028;

/// Those that must be understood, and are. Optional ones are skipped without a word.
const UNDERSTOOD: &[u16] = &[
    MAPPED_ADDRESS,
    USERNAME,
    MESSAGE_INTEGRITY,
    ERROR_CODE,
    UNKNOWN_ATTRIBUTES,
    CHANNEL_NUMBER,
    LIFETIME,
    XOR_PEER_ADDRESS,
    DATA,
    REALM,
    NONCE,
    XOR_RELAYED_ADDRESS,
    REQUESTED_ADDRESS_FAMILY,
    EVEN_PORT,
    REQUESTED_TRANSPORT,
    XOR_MAPPED_ADDRESS,
    RESERVATION_TOKEN,
    // ICE adds these two to Binding requests. Whom they concern is not asked here, and they do no harm.
    0x0024,
    0x0025,
];

/// Whether a request with this attribute has to be refused.
pub fn is_unknown(kind: u16) -> bool {
    kind < 0x8000 && !UNDERSTOOD.contains(&kind)
}

/// An address family as RFC 8656 numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    V4,
    V6,
}

impl Family {
    pub fn of(address: IpAddr) -> Family {
        if address.is_ipv4() { Family::V4 } else { Family::V6 }
    }

    pub fn number(self) -> u8 {
        match self {
            Family::V4 => 1,
            Family::V6 => 2,
        }
    }

    /// The value of REQUESTED-ADDRESS-FAMILY and its sisters: one byte that counts and three reserved ones.
    pub fn read(value: &[u8]) -> Option<Family> {
        match value {
            [1, _, _, _] => Some(Family::V4),
            [2, _, _, _] => Some(Family::V6),
            _ => None,
        }
    }
}

/// Reads an address that is hidden under the cookie and the transaction.
pub fn read_xor_address(value: &[u8], transaction: Transaction) -> Option<SocketAddr> {
    let [_, family, p0, p1, address @ ..] = value else { return None };
    let port = u16::from_be_bytes([*p0, *p1]) ^ port_mask();
    let mask = address_mask(transaction);
    let address = match family {
        1 => IpAddr::V4(Ipv4Addr::from(xor::<4>(address.try_into().ok()?, &mask))),
        2 => IpAddr::V6(Ipv6Addr::from(xor::<16>(address.try_into().ok()?, &mask))),
        _ => return None,
    };
    Some(SocketAddr::new(address, port))
}

/// Appends the value that [`read_xor_address`] reads.
pub fn write_xor_address(out: &mut Vec<u8>, address: SocketAddr, transaction: Transaction) {
    let mask = address_mask(transaction);
    out.extend([0, Family::of(address.ip()).number()]);
    out.extend((address.port() ^ port_mask()).to_be_bytes());
    match address.ip() {
        IpAddr::V4(ip) => out.extend(xor(ip.octets(), &mask)),
        IpAddr::V6(ip) => out.extend(xor(ip.octets(), &mask)),
    }
}

fn port_mask() -> u16 {
    u16::from_be_bytes([COOKIE[0], COOKIE[1]])
}

fn address_mask(transaction: Transaction) -> [u8; 16] {
    let mut mask = [0; 16];
    mask[..4].copy_from_slice(&COOKIE);
    mask[4..].copy_from_slice(&transaction.0);
    mask
}

fn xor<const N: usize>(mut bytes: [u8; N], mask: &[u8; 16]) -> [u8; N] {
    for (byte, mask) in bytes.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    bytes
}
