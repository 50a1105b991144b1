//! One way to a relay, walked as a browser would: the address one is seen under, and words from relay to relay.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bedside_turn::client::{Client, Failure as Fault};
use bedside_turn::codec::attributes::Family;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::app::ice::Pass;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const WORDS_WITHIN: Duration = Duration::from_secs(3);
const WORDS: &[u8] = b"from relay to relay";

pub struct Way {
    does: Does,
    over: Over,
    host: String,
    port: u16,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Reflect,
    Relay,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Udp,
    Tcp,
    Tls,
}

/// Why a way does not work, and what helps.
pub struct Failure {
    pub what: String,
    pub do_this: String,
}

impl Way {
    /// `turn:host:port?transport=udp` and its like.
    pub fn read(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once(':')?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let over = match (scheme, query) {
            ("turns", _) => Over::Tls,
            (_, "transport=tcp") => Over::Tcp,
            _ => Over::Udp,
        };
        let does = match scheme {
            "stun" => Does::Reflect,
            "turn" | "turns" => Does::Relay,
            _ => return None,
        };
        let usual = if over == Over::Tls { 5349 } else { 3478 };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (place, usual),
        };
        Some(Self { does, over, host: host.trim_matches(['[', ']']).to_owned(), port })
    }

    /// What was found there, in words.
    pub async fn walk(&self, pass: &Pass) -> Result<String, Failure> {
        let server = self.resolve().await?;
        let mut one = self.client(server, pass).await?;
        let seen = one.binding().await.map_err(|fault| self.explain(fault))?;
        if self.does == Does::Reflect {
            return Ok(format!("this machine is seen as {}", seen.ip()));
        }
        let mut other = self.client(server, pass).await?;
        let here = self.relay_of(&mut one).await?;
        let there = self.relay_of(&mut other).await?;
        one.permit(there).await.map_err(|fault| self.explain(fault))?;
        other.permit(here).await.map_err(|fault| self.explain(fault))?;
        one.send(there, WORDS).await.map_err(|fault| self.explain(fault))?;
        let heard = timeout(WORDS_WITHIN, other.receive()).await.map_err(|_| Fault::Silent);
        match heard.and_then(|heard| heard) {
            Ok((_, words)) if words == WORDS => Ok(format!("relays at {}, and from relay to relay", here.ip())),
            Ok(_) | Err(_) => Err(Failure {
                what: "a relay is given, but nothing comes from relay to relay".to_owned(),
                do_this: "Say under which address the world knows this machine: --turn-public-ip.".to_owned(),
            }),
        }
    }

    async fn relay_of(&self, client: &mut Client) -> Result<SocketAddr, Failure> {
        let allocated = client.allocate(Family::V4).await.map_err(|fault| self.explain(fault))?;
        allocated.relayed.first().copied().ok_or_else(|| self.explain(Fault::Nonsense))
    }

    async fn resolve(&self) -> Result<SocketAddr, Failure> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        found.ok().and_then(|mut found| found.next()).ok_or_else(|| Failure {
            what: format!("nobody knows the name {}", self.host),
            do_this: "Make the name known (DNS), or say the address with --turn-public-ip.".to_owned(),
        })
    }

    async fn client(&self, server: SocketAddr, pass: &Pass) -> Result<Client, Failure> {
        let (name, password) = (&pass.username, &pass.password);
        if self.over == Over::Udp {
            let from: SocketAddr = if server.is_ipv4() { ([0; 4], 0).into() } else { ([0_u16; 8], 0).into() };
            let socket = UdpSocket::bind(from).await.map_err(|error| self.explain(Fault::Io(error)))?;
            return Ok(Client::over_udp(socket, server, name, password));
        }
        let stream = match timeout(CONNECT_WITHIN, TcpStream::connect(server)).await {
            Ok(stream) => stream.map_err(|error| self.explain(Fault::Io(error)))?,
            Err(_) => return Err(self.explain(Fault::Silent)),
        };
        if self.over == Over::Tcp {
            return Ok(Client::over_stream(stream, name, password));
        }
        let stream = timeout(CONNECT_WITHIN, self.encrypted(stream)).await;
        let stream = stream.map_err(|_| self.explain(Fault::Silent))?.map_err(|error| Failure {
            what: format!("there is no TLS to be had: {error}"),
            do_this: "Browsers say nothing and gather nothing then: look at the certificate and its names.".to_owned(),
        })?;
        Ok(Client::over_stream(stream, name, password))
    }

    async fn encrypted(&self, stream: TcpStream) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let config = rustls::ClientConfig::with_platform_verifier().map_err(std::io::Error::other)?;
        let name = ServerName::try_from(self.host.clone()).map_err(std::io::Error::other)?;
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }

    fn explain(&self, fault: Fault) -> Failure {
        let port = self.port;
        let kind = if self.over == Over::Udp { "UDP" } else { "TCP" };
        let open = format!(
            "Open {kind} port {port} in the firewall, in the provider's too, and lead it here if a router is before it."
        );
        let (what, do_this) = match fault {
            Fault::Silent => ("nothing answers".to_owned(), open),
            Fault::Io(error) => (format!("it cannot be reached: {error}"), open),
            Fault::Refused(401) => (
                "the password is not taken".to_owned(),
                "The server there knows another secret: --turn-secret must be the same on both.".to_owned(),
            ),
            Fault::Refused(code) => (
                format!("it refuses with {code}"),
                "Look at its quotas and limits, and try again in a minute.".to_owned(),
            ),
            Fault::Nonsense => {
                ("what answers is no relay".to_owned(), format!("Something else has {kind} port {port}."))
            }
        };
        Failure { what, do_this }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_read_off_its_address() {
        let read = |url: &str| {
            let way = Way::read(url)?;
            let over = match way.over {
                Over::Udp => "udp",
                Over::Tcp => "tcp",
                Over::Tls => "tls",
            };
            Some(format!("{over} {} {}", way.host, way.port))
        };
        for (url, way) in [
            ("stun:a.example:3478", Some("udp a.example 3478")),
            ("turn:a.example", Some("udp a.example 3478")),
            ("turn:192.0.2.1:99?transport=tcp", Some("tcp 192.0.2.1 99")),
            ("turns:a.example:443?transport=tcp", Some("tls a.example 443")),
            ("turns:a.example", Some("tls a.example 5349")),
            ("turn:[2001:db8::1]:3478?transport=udp", Some("udp 2001:db8::1 3478")),
            ("turn:[2001:db8::1]", Some("udp 2001:db8::1 3478")),
            ("https://a.example", None),
            ("turn", None),
        ] {
            assert_eq!(read(url).as_deref(), way, "{url}");
        }
    }
}
