//! Which peers are reached: a table of both ends of every closed range, and of what leads to one.

use std::net::IpAddr;

use bedside_turn::addresses::{AllowedPeers, is_special};
use proptest::prelude::*;

/// The first and the last address of each range, and the ones before and after, where those are public.
const RANGES: &[(Option<&str>, &str, &str, Option<&str>)] = &[
    (None, "0.0.0.0", "0.255.255.255", Some("1.0.0.0")),
    (Some("9.255.255.255"), "10.0.0.0", "10.255.255.255", Some("11.0.0.0")),
    (Some("100.63.255.255"), "100.64.0.0", "100.127.255.255", Some("100.128.0.0")),
    (Some("126.255.255.255"), "127.0.0.0", "127.255.255.255", Some("128.0.0.0")),
    (Some("169.253.255.255"), "169.254.0.0", "169.254.255.255", Some("169.255.0.0")),
    (Some("172.15.255.255"), "172.16.0.0", "172.31.255.255", Some("172.32.0.0")),
    (Some("191.255.255.255"), "192.0.0.0", "192.0.0.255", Some("192.0.1.0")),
    (Some("192.0.1.255"), "192.0.2.0", "192.0.2.255", Some("192.0.3.0")),
    (Some("192.31.195.255"), "192.31.196.0", "192.31.196.255", Some("192.31.197.0")),
    (Some("192.52.192.255"), "192.52.193.0", "192.52.193.255", Some("192.52.194.0")),
    (Some("192.88.98.255"), "192.88.99.0", "192.88.99.255", Some("192.88.100.0")),
    (Some("192.167.255.255"), "192.168.0.0", "192.168.255.255", Some("192.169.0.0")),
    (Some("192.175.47.255"), "192.175.48.0", "192.175.48.255", Some("192.175.49.0")),
    (Some("198.17.255.255"), "198.18.0.0", "198.19.255.255", Some("198.20.0.0")),
    (Some("198.51.99.255"), "198.51.100.0", "198.51.100.255", Some("198.51.101.0")),
    (Some("203.0.112.255"), "203.0.113.0", "203.0.113.255", Some("203.0.114.0")),
    (Some("223.255.255.255"), "224.0.0.0", "255.255.255.255", None),
    (None, "::", "::ffff:ffff", Some("::1:0:0")),
    (Some("::fffe:ffff:ffff"), "::ffff:0:0", "::ffff:ffff:ffff", Some("::1:0:0:0")),
    (None, "::ffff:0:0:0", "::ffff:0:ffff:ffff", None),
    (Some("64:ff9a:ffff::"), "64:ff9b::", "64:ff9b::ffff:ffff", Some("64:ff9b::1:0:0")),
    (Some("64:ff9b:0:ffff::"), "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", Some("64:ff9b:2::")),
    (None, "100::", "100:0:0:1:ffff:ffff:ffff:ffff", Some("100:0:0:2::")),
    (Some("2000:ffff::"), "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", Some("2001:200::")),
    (Some("2001:db7:ffff::"), "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Some("2001:db9::")),
    (Some("2001:ffff::"), "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("2003::")),
    (Some("2620:4f:7fff::"), "2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", Some("2620:4f:8001::")),
    (Some("3ffe:ffff::"), "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", Some("3fff:1000::")),
    (Some("5eff:ffff::"), "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("5f01::")),
    (Some("fbff:ffff::"), "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("fe00::")),
    (Some("fe7f:ffff::"), "fe80::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
    (None, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
];

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn opened(nets: &[&str]) -> AllowedPeers {
    AllowedPeers::new(nets.iter().map(|net| net.parse().expect("a network")))
}

#[test]
fn every_special_range_is_closed_from_its_first_to_its_last_address() {
    for (before, first, last, after) in RANGES {
        for closed in [first, last] {
            assert!(is_special(ip(closed)) && !opened(&[]).allow(ip(closed)), "{closed}");
        }
        for open in [before, after].into_iter().flatten() {
            assert!(!is_special(ip(open)) && opened(&[]).allow(ip(open)), "{open}");
        }
    }
}

#[test]
fn what_leads_to_an_ipv4_address_is_judged_by_it_too() {
    // The private 10.1.2.3 and the public 8.8.8.8 in every disguise, with the network that the disguise is in.
    let disguises = [
        ("::/96", "::10.1.2.3", "::8.8.8.8"),
        ("::ffff:0:0/96", "::ffff:10.1.2.3", "::ffff:8.8.8.8"),
        ("::ffff:0:0:0/96", "::ffff:0:10.1.2.3", "::ffff:0:8.8.8.8"),
        ("64:ff9b::/96", "64:ff9b::10.1.2.3", "64:ff9b::8.8.8.8"),
        ("64:ff9b:1::/48", "64:ff9b:1:0a01:0002:0300:808:808", "64:ff9b:1:0808:0008:0800:808:808"),
        ("64:ff9b:1::/48", "64:ff9b:1:0808:0008:0800:a01:203", "64:ff9b:1:0808:0008:0800:808:808"),
        ("2002::/16", "2002:0a01:0203::1", "2002:0808:0808::1"),
        ("2001::/32", "2001:0:0a01:0203:0:0:f7f7:f7f7", "2001:0:0808:0808:0:0:f7f7:f7f7"),
        ("2001::/32", "2001:0:0808:0808:0:0:f5fe:fdfc", "2001:0:0808:0808:0:0:f7f7:f7f7"),
    ];
    for (net, private, public) in disguises {
        for address in [private, public] {
            assert!(!opened(&[]).allow(ip(address)), "{address} with nothing opened");
            assert!(!opened(&["10.0.0.0/8", "8.8.8.8/32"]).allow(ip(address)), "{address} with only its inside opened");
            assert!(opened(&[net, "10.0.0.0/8"]).allow(ip(address)), "{address} with both opened");
        }
        assert!(opened(&[net]).allow(ip(public)), "{public} with {net} opened");
        assert!(!opened(&[net]).allow(ip(private)), "{private} with only {net} opened");
    }
}

#[test]
fn an_opened_network_opens_itself_and_nothing_else() {
    let allowed = opened(&["10.1.0.0/16", "::1/128"]);
    for (address, open) in [
        ("10.1.0.0", true),
        ("10.1.255.255", true),
        ("10.2.0.0", false),
        ("::1", true),
        ("::2", false),
        ("1.1.1.1", true),
    ] {
        assert_eq!(allowed.allow(ip(address)), open, "{address}");
    }
}

proptest! {
    /// The standard library knows some of these ranges on its own.
    #[test]
    fn what_the_standard_library_calls_special_is_closed(bits: u32, high: u128) {
        let address = std::net::Ipv4Addr::from(bits);
        let special = address.is_private() || address.is_loopback() || address.is_link_local()
            || address.is_multicast() || address.is_broadcast() || address.is_documentation()
            || address.is_unspecified();
        prop_assert!(!special || is_special(IpAddr::V4(address)));
        let address = std::net::Ipv6Addr::from(high);
        let special = address.is_loopback() || address.is_multicast() || address.is_unique_local()
            || address.is_unicast_link_local() || address.to_ipv4_mapped().is_some();
        prop_assert!(!special || is_special(IpAddr::V6(address)));
    }

    #[test]
    fn a_public_ipv4_address_is_open_and_its_disguises_are_not(bits: u32) {
        let address = std::net::Ipv4Addr::from(bits);
        prop_assert!(!opened(&[]).allow(IpAddr::V6(address.to_ipv6_mapped())));
        prop_assert!(!opened(&[]).allow(IpAddr::V6(address.to_ipv6_compatible())));
    }
}
