//! Which peers may be reached: nobody in a range that IANA keeps for special purposes, unless the operator opens it.
//!
//! A relay that sends anywhere is a way into the network that it stands in. So the ranges of IANA's two registries of
//! special-purpose addresses are closed as a whole, multicast too, also where single addresses in them are public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const SPECIAL_V4: &[Ipv4Net] = &[
    v4([0, 0, 0, 0], 8),       // this network
    v4([10, 0, 0, 0], 8),      // private
    v4([100, 64, 0, 0], 10),   // carriers' address translation
    v4([127, 0, 0, 0], 8),     // loopback
    v4([169, 254, 0, 0], 16),  // link-local, and where clouds keep their metadata
    v4([172, 16, 0, 0], 12),   // private
    v4([192, 0, 0, 0], 24),    // protocol assignments
    v4([192, 0, 2, 0], 24),    // documentation
    v4([192, 31, 196, 0], 24), // AS112
    v4([192, 52, 193, 0], 24), // automatic multicast tunnelling
    v4([192, 88, 99, 0], 24),  // 6to4 relays, withdrawn
    v4([192, 168, 0, 0], 16),  // private
    v4([192, 175, 48, 0], 24), // AS112
    v4([198, 18, 0, 0], 15),   // benchmarks
    v4([198, 51, 100, 0], 24), // documentation
    v4([203, 0, 113, 0], 24),  // documentation
    v4([224, 0, 0, 0], 4),     // multicast
    v4([240, 0, 0, 0], 4),     // reserved, and broadcast
];

const SPECIAL_V6: &[Ipv6Net] = &[
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96),          // unspecified, loopback, and IPv4-compatible
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),     // IPv4-mapped
    v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96),     // IPv4-translated
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),  // NAT64
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),  // NAT64 within a network
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 63),      // discard only, and the dummy prefix beside it
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),     // protocol assignments: Teredo, benchmarks, ORCHID and others
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),     // 6to4
    v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), // AS112
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),     // documentation
    v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16),     // segment routing
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),      // unique local
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),     // link-local
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),     // site-local, withdrawn
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),      // multicast
];

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// Whether IANA keeps this address for a special purpose.
pub fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => SPECIAL_V4.iter().any(|net| net.contains(&address)),
        IpAddr::V6(address) => SPECIAL_V6.iter().any(|net| net.contains(&address)),
    }
}

/// What an operator opens beside the public addresses.
#[derive(Clone, Debug, Default)]
pub struct AllowedPeers(Vec<IpNet>);

impl AllowedPeers {
    pub fn new(opened: impl IntoIterator<Item = IpNet>) -> AllowedPeers {
        AllowedPeers(opened.into_iter().collect())
    }

    /// An address is judged as it is written and, where it leads to an IPv4 address, by that one as well: opening
    /// NAT64 opens the public internet behind it, not what is private there.
    pub fn allow(&self, address: IpAddr) -> bool {
        let open = |address| !is_special(address) || self.0.iter().any(|net| net.contains(&address));
        open(address) && embedded(address).into_iter().flatten().all(|inner| open(IpAddr::V4(inner)))
    }
}

/// The IPv4 addresses that packets to this address may end up at.
fn embedded(address: IpAddr) -> [Option<Ipv4Addr>; 2] {
    let IpAddr::V6(address) = address else { return [None, None] };
    let o = address.octets();
    let at = |from: usize| Some(Ipv4Addr::new(o[from], o[from + 1], o[from + 2], o[from + 3]));
    match address.segments() {
        // IPv4-compatible, IPv4-mapped, IPv4-translated, NAT64.
        [0, 0, 0, 0, 0, 0, ..] if !address.is_unspecified() && !address.is_loopback() => [at(12), None],
        [0, 0, 0, 0, 0, 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => [at(12), None],
        // A prefix of 48 bits leaves out the ninth byte (RFC 6052); longer ones inside it end with the address.
        [0x64, 0xff9b, 1, ..] => [Some(Ipv4Addr::new(o[6], o[7], o[9], o[10])), at(12)],
        [0x2002, ..] => [at(2), None],
        // Teredo has its server's address, and the client's with every bit turned.
        [0x2001, 0, ..] => [at(4), Some(Ipv4Addr::new(!o[12], !o[13], !o[14], !o[15]))],
        _ => [None, None],
    }
}
