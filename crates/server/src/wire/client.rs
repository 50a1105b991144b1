//! Who is at the other end of the connection: the address, and whether they came by HTTPS, behind trusted proxies too.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The address of the client itself. What a proxy forwards counts only if the proxy is trusted, and of a chain of
/// them the last one that is not trusted.
pub fn address(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let peer = peer.ip().to_canonical();
    if !is_trusted(&peer) {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for").into_iter();
    let lines: Vec<_> = lines.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let hops: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).collect();
    // From the nearest hop outwards, for what stands before it was written by whoever is further away.
    let mut nearest = peer;
    for address in hops.into_iter().rev().map_while(parse) {
        nearest = address;
        if !is_trusted(&address) {
            break;
        }
    }
    nearest
}

/// Whether the client itself came by HTTPS, as the nearest trusted proxy says.
pub fn came_by_https(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
    let peer = peer.ip().to_canonical();
    let said = headers.get_all("x-forwarded-proto").into_iter().next_back().and_then(|value| value.to_str().ok());
    let nearest = said.and_then(|said| said.rsplit(',').next()).map(str::trim);
    trusted.iter().any(|net| net.contains(&peer)) && nearest.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// Some proxies write a port, or brackets around IPv6.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()));
    address
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &str) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(value.as_bytes()).expect("a header"));
        }
        let peer = format!("{peer}:1234").parse().expect("an address");
        address(peer, &headers, &[trusted.parse().expect("a network")]).to_string()
    }

    #[test]
    fn a_stranger_cannot_claim_another_address() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"], "10.0.0.0/8"), "203.0.113.9");
    }

    #[test]
    fn behind_a_trusted_proxy_the_forwarded_address_counts() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"], "10.0.0.0/8"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1:4711"], "10.0.0.0/8"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]"], "10.0.0.0/8"), "2001:db8::1");
        assert_eq!(seen("10.0.0.1", &[], "10.0.0.0/8"), "10.0.0.1");
    }

    #[test]
    fn the_scheme_counts_only_from_a_trusted_proxy() {
        let came = |peer: &str, said: &str| {
            let headers =
                HeaderMap::from_iter([("x-forwarded-proto".parse().expect("a name"), said.parse().expect("a value"))]);
            came_by_https(
                format!("{peer}:1").parse().expect("an address"),
                &headers,
                &["10.0.0.0/8".parse().expect("a network")],
            )
        };
        assert!(came("10.0.0.1", "https"));
        assert!(!came("10.0.0.1", "http"));
        assert!(!came("10.0.0.1", "https, http"), "the nearest proxy was asked by plain HTTP");
        assert!(!came("203.0.113.9", "https"));
    }

    #[test]
    fn what_the_client_wrote_before_the_proxy_does_not_count() {
        assert_eq!(seen("10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.7"], "10.0.0.0/8"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4", "198.51.100.1"], "10.0.0.0/8"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4, x, 198.51.100.1"], "10.0.0.0/8"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4, \u{ff}, 198.51.100.1"], "10.0.0.0/8"), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["1.2.3.4, x"], "10.0.0.0/8"), "10.0.0.1");
    }
}
