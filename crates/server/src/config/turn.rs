//! Whether calls are relayed here, where, and which other servers relay beside it or instead.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;

use ipnet::IpNet;

use super::{Given, Tls};
use crate::{Failure, lan};

const TURN_PORT: u16 = 3478;
const TURNS_PORT: u16 = 5349;
const RELAY_PORTS: RangeInclusive<u16> = 49152..=65535;
/// HMAC-SHA1 is what the scheme asks for; what is guessed is the secret.
const SECRET_BYTES: usize = 16;

#[derive(Clone)]
pub struct Turn {
    /// UDP and TCP; nothing: no relay here.
    pub listen: Vec<SocketAddr>,
    /// TLS, if there is a certificate that browsers take without a question.
    pub tls_listen: Vec<SocketAddr>,
    /// Whether the operator has named the places. If not, and one is taken, calls go on without a relay.
    pub is_said: bool,
    pub public_ips: Vec<IpAddr>,
    /// The first one signs, the others are still taken. Nothing: one of its own making.
    pub secrets: Vec<String>,
    pub allow_peer: Vec<IpNet>,
    pub ports: RangeInclusive<u16>,
    /// Servers elsewhere that know the same secret.
    pub urls: Vec<String>,
}

impl Turn {
    pub(super) fn settle(given: &Given, listen: SocketAddr, tls: &Tls) -> Result<Self, Failure> {
        let places = given.turn_listen.as_ref().map(|said| named("turn-listen", said)).transpose()?;
        let tls_places = given.turn_tls_listen.as_ref().map(|said| named("turn-tls-listen", said)).transpose()?;
        // Whoever says what people open expects them from everywhere; a proxy may stand before `listen`.
        let from = if given.public_url.is_some() { Ipv4Addr::UNSPECIFIED.into() } else { listen.ip() };
        let has_certificate = matches!(tls, Tls::Files(_) | Tls::Acme(_));
        if !has_certificate && tls_places.as_ref().is_some_and(|places| !places.is_empty()) {
            return Err("turn-tls-listen needs a certificate that browsers know: tls-cert or acme-domain".into());
        }
        let urls: Vec<String> = given.turn_url.clone().unwrap_or_default();
        if let Some(wrong) = urls.iter().find(|url| !["turn:", "turns:"].iter().any(|scheme| url.starts_with(scheme))) {
            return Err(
                format!("turn-url must be like turn:turn.example.org:3478?transport=udp, and is {wrong}").into()
            );
        }
        let secrets = given.turn_secret.clone().unwrap_or_default();
        if secrets.iter().any(|secret| secret.len() < SECRET_BYTES) {
            return Err("turn-secret must have at least 16 bytes; make one with: openssl rand -base64 24".into());
        }
        if !urls.is_empty() && secrets.is_empty() {
            return Err("turn-url needs turn-secret, the secret that the server there knows too".into());
        }
        let default = |port| everywhere(from, if listen.port() == 0 { 0 } else { port });
        let relays_here = places.as_ref().is_none_or(|places| !places.is_empty());
        Ok(Self {
            is_said: places.is_some() || tls_places.is_some(),
            listen: places.unwrap_or_else(|| default(TURN_PORT)),
            tls_listen: match has_certificate && relays_here {
                true => tls_places.unwrap_or_else(|| default(TURNS_PORT)),
                false => Vec::new(),
            },
            public_ips: given.turn_public_ip.clone().unwrap_or_default(),
            secrets,
            allow_peer: given.turn_allow_peer.clone().unwrap_or_default(),
            ports: given.turn_ports.as_deref().map_or(Ok(RELAY_PORTS), ports)?,
            urls,
        })
    }
}

/// Never shows the secrets.
impl std::fmt::Debug for Turn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn").field("listen", &self.listen).field("urls", &self.urls).finish_non_exhaustive()
    }
}

fn named(name: &str, said: &[String]) -> Result<Vec<SocketAddr>, Failure> {
    match said {
        [off] if off == "off" => Ok(Vec::new()),
        places => places
            .iter()
            .map(|place| {
                place.parse().map_err(|_| format!("{name} must be off or like 0.0.0.0:3478, and is {place}").into())
            })
            .collect(),
    }
}

/// By IPv6 too, if this machine has more of it than its own loop.
fn everywhere(ip: IpAddr, port: u16) -> Vec<SocketAddr> {
    let mut places = vec![SocketAddr::new(ip, port)];
    if ip == IpAddr::V4(Ipv4Addr::UNSPECIFIED) && lan::ipv6().is_some() {
        places.push(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port));
    }
    places
}

fn ports(text: &str) -> Result<RangeInclusive<u16>, Failure> {
    let read = || {
        let (first, last) = text.split_once('-')?;
        let (first, last) = (first.trim().parse::<u16>().ok()?, last.trim().parse::<u16>().ok()?);
        (first >= 1024 && first <= last).then_some(first..=last)
    };
    read().ok_or_else(|| format!("turn-ports must be like 49152-65535, from 1024 on, and is {text}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(file: &str) -> Result<Turn, String> {
        let given: Given = toml::from_str(file).map_err(|e| e.to_string())?;
        Ok(given.settle().map_err(|e| e.to_string())?.turn)
    }

    fn listens(file: &str) -> String {
        let turn = settled(file).expect("sound");
        turn.listen.first().map(SocketAddr::to_string).unwrap_or_default()
    }

    #[test]
    fn it_relays_for_those_who_can_come() {
        assert_eq!(listens(""), "127.0.0.1:3478", "on this machine alone, like everything else");
        assert_eq!(listens("listen = \"127.0.0.1:0\""), "127.0.0.1:0", "where any port will do");
        assert_eq!(listens("listen = \"192.0.2.7:80\""), "192.0.2.7:3478");
        assert_eq!(listens("public-url = \"https://calls.example\""), "0.0.0.0:3478", "behind a proxy");
        assert_eq!(listens("turn-listen = [\"off\"]"), "");
        assert!(settled("").expect("sound").tls_listen.is_empty(), "nobody would take the certificate");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_in_words() {
        for (file, words) in [
            ("turn-listen = [\"3478\"]", "turn-listen must be off or like"),
            ("turn-tls-listen = [\"0.0.0.0:5349\"]", "needs a certificate"),
            ("turn-url = [\"https://turn.example\"]\nturn-secret = [\"0123456789abcdef\"]", "turn-url must be like"),
            ("turn-url = [\"turn:turn.example\"]", "turn-url needs turn-secret"),
            ("turn-secret = [\"short\"]", "at least 16 bytes"),
            ("turn-ports = \"80-90\"", "turn-ports must be like"),
            ("turn-ports = \"50000-40000\"", "turn-ports must be like"),
        ] {
            let refused = settled(file).expect_err(file);
            assert!(refused.contains(words), "{file}: {refused}");
        }
        let secret = settled("turn-secret = [\"canary-canary-canary\"]").expect("sound");
        assert!(!format!("{secret:?}").contains("canary"));
    }
}
