//! A connection to the HTTPS port: the handshake, then HTTP or the relay, told apart by the first decrypted byte.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::shown::ACME_CHALLENGE;

const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Whoever connects and says nothing does not hold a place.
const FIRST_WORD_WITHIN: Duration = Duration::from_secs(10);
/// Enough to look at what comes first; longer reads go past this buffer.
const LOOKED_AT: usize = 64;

/// A connection after its handshake. What was looked at is still to be read.
pub type Decrypted = BufReader<TlsStream<TcpStream>>;

/// Takes over a connection that does not speak HTTP.
pub type Relay = Arc<dyn Fn(Decrypted, SocketAddr) + Send + Sync>;

#[derive(Clone)]
pub struct HttpsAcceptor {
    pub tls: TlsAcceptor,
    pub relay: Relay,
    /// Changes when the server is told to stop: whoever has said nothing until then is not waited for.
    pub stopping: watch::Receiver<bool>,
}

impl<S: Send + 'static> Accept<TcpStream, S> for HttpsAcceptor {
    type Stream = Decrypted;
    type Service = S;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Decrypted, S)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let Self { tls, relay, mut stopping } = self.clone();
        Box::pin(async move {
            let connection = tokio::select! {
                connection = http_over(tls, relay, stream) => connection?,
                _ = stopping.wait_for(|stopping| *stopping) => return Err(io::ErrorKind::ConnectionAborted.into()),
            };
            Ok((connection, service))
        })
    }
}

/// The connection, if it speaks HTTP. It is an error for the server if it does not, and for nobody else.
async fn http_over(tls: TlsAcceptor, relay: Relay, stream: TcpStream) -> io::Result<Decrypted> {
    let peer = stream.peer_addr()?;
    // Signals are small and must not wait for more of them.
    stream.set_nodelay(true)?;
    let stream = timeout(HANDSHAKE_WITHIN, tls.accept(stream)).await??;
    if stream.get_ref().1.alpn_protocol() == Some(ACME_CHALLENGE) {
        return Err(io::Error::other("the proof that an ACME server came for is the handshake itself"));
    }
    let mut connection = BufReader::with_capacity(LOOKED_AT, stream);
    let first = timeout(FIRST_WORD_WITHIN, connection.fill_buf()).await??.first().copied();
    match first {
        // A request begins with its method; a STUN message with two bits that are zero (RFC 8489, 5).
        Some(byte) if byte.is_ascii_alphabetic() => Ok(connection),
        Some(_) => {
            relay(connection, peer);
            Err(io::Error::other("it is the relay's now"))
        }
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
