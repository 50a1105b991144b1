//! A connection to the HTTPS port: the handshake, then HTTP or the relay, told apart by the first decrypted byte.
//! Whoever comes without a handshake, since they left out https://, is led to the right address.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::accept::Accept;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
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
    /// Answers plain HTTP.
    pub plain: Router,
    /// Changes when the server is told to stop: whoever has said nothing until then is not waited for.
    pub stopping: watch::Receiver<bool>,
}

impl<S: Send + 'static> Accept<TcpStream, S> for HttpsAcceptor {
    type Stream = Decrypted;
    type Service = S;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Decrypted, S)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let this = self.clone();
        let mut stopping = self.stopping.clone();
        Box::pin(async move {
            tokio::select! {
                connection = this.https(stream) => Ok((connection?, service)),
                _ = stopping.wait_for(|stopping| *stopping) => Err(io::ErrorKind::ConnectionAborted.into()),
            }
        })
    }
}

impl HttpsAcceptor {
    /// The connection, if it speaks HTTP over TLS. Any other has been seen to when this returns.
    async fn https(self, stream: TcpStream) -> io::Result<Decrypted> {
        let client = stream.peer_addr()?;
        // Signals are small and must not wait for more of them.
        stream.set_nodelay(true)?;
        let mut first = [0];
        if timeout(HANDSHAKE_WITHIN, stream.peek(&mut first)).await?? == 1 && begins_a_request(first[0]) {
            return Err(self.lead(stream).await);
        }
        let stream = timeout(HANDSHAKE_WITHIN, self.tls.accept(stream)).await??;
        if stream.get_ref().1.alpn_protocol() == Some(ACME_CHALLENGE) {
            return Err(io::Error::other("the proof that an ACME server came for is the handshake itself"));
        }
        let mut connection = BufReader::with_capacity(LOOKED_AT, stream);
        match timeout(FIRST_WORD_WITHIN, connection.fill_buf()).await??.first().copied() {
            Some(byte) if begins_a_request(byte) => Ok(connection),
            Some(_) => {
                (self.relay)(connection, client);
                Err(io::Error::other("it is the relay's now"))
            }
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    async fn lead(self, stream: TcpStream) -> io::Error {
        let mut http = Builder::new(TokioExecutor::new()).http1_only();
        http.http1().keep_alive(false);
        let answered = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.plain));
        let _ = timeout(FIRST_WORD_WITHIN, answered).await;
        io::Error::other("it was plain HTTP")
    }
}

/// A request begins with its method, a handshake with 22, a STUN message with two bits that are zero (RFC 8489, 5).
fn begins_a_request(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
}

#[cfg(test)]
mod tests {
    use rustls::ServerConfig;
    use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;
    use tokio_rustls::TlsConnector;

    use super::*;

    fn both_sides() -> (TlsAcceptor, TlsConnector) {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(made.cert.der().clone()).expect("a certificate");
        let server = ServerConfig::builder().with_no_client_auth();
        let server = server.with_single_cert(vec![made.cert.der().clone()], key).expect("they go together");
        let client = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        (TlsAcceptor::from(Arc::new(server)), TlsConnector::from(Arc::new(client)))
    }

    #[tokio::test]
    async fn what_is_not_http_is_handed_to_the_relay_whole_and_with_its_address() {
        let (tls, connector) = both_sides();
        let (handed_over, mut relayed) = mpsc::unbounded_channel();
        let relay: Relay = Arc::new(move |connection, client| {
            handed_over.send((connection, client)).expect("the test waits for it");
        });
        let (_never_told, stopping) = watch::channel(false);
        let acceptor = HttpsAcceptor { tls, relay, plain: Router::new(), stopping };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("some port is free");
        let stream = TcpStream::connect(listener.local_addr().expect("it listens")).await.expect("it listens");
        let address = stream.local_addr().expect("it is connected");
        let (accepted, _) = listener.accept().await.expect("it is connected");
        let serving = tokio::spawn(acceptor.accept(accepted, ()));

        let name = ServerName::try_from("localhost").expect("a name");
        let mut client = connector.connect(name, stream).await.expect("a handshake");
        let binding = [&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat();
        client.write_all(&binding).await.expect("it is open");
        client.flush().await.expect("it is open");
        let (mut connection, from) = relayed.recv().await.expect("it is handed over");
        assert_eq!(from, address);
        assert!(serving.await.expect("it does not panic").is_err(), "HTTP has nothing to do with it");
        let mut heard = vec![0; binding.len()];
        connection.read_exact(&mut heard).await.expect("it is open");
        assert_eq!(heard, binding, "what was looked at is still there");
        connection.write_all(b"answer").await.expect("it is open");
        connection.flush().await.expect("it is open");
        let mut answer = [0; 6];
        client.read_exact(&mut answer).await.expect("it is open");
        assert_eq!(&answer, b"answer");
    }
}
