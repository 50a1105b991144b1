//! An authority of the tests' own, servers with its certificates, and connections seen from close by.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{Folder, Server};

/// A request after which the server closes.
pub const FAREWELL: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut asked = CertificateParams::default();
        asked.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        asked.distinguished_name.push(DnType::CommonName, "the tests' own authority");
        Self(CertifiedIssuer::self_signed(asked, KeyPair::generate().expect("a key")).expect("a certificate"))
    }

    pub fn root(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub fn root_pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for these names and its key, in PEM.
    pub fn issue(&self, names: &[&str]) -> (String, String) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(names).expect("names").signed_by(&key, &self.0);
        (certificate.expect("a certificate").pem(), key.serialize_pem())
    }
}

/// Where a server finds its certificate.
pub struct Files {
    pub folder: Folder,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Files {
    pub fn from(authority: &Authority) -> Self {
        let folder = Folder::new();
        let files =
            Self { certificate: folder.path().join("certificate.pem"), key: folder.path().join("key.pem"), folder };
        files.put(&authority.issue(&["localhost", "127.0.0.1"]));
        files
    }

    pub fn put(&self, (certificate, key): &(String, String)) {
        std::fs::write(&self.certificate, certificate).expect("the folder is ours");
        std::fs::write(&self.key, key).expect("the folder is ours");
    }

    pub fn flags(&self) -> [&str; 4] {
        let [certificate, key] = [&self.certificate, &self.key].map(|path| path.to_str().expect("a plain path"));
        ["--tls-cert", certificate, "--tls-key", key]
    }

    /// `bedside serve` on its default database in the folder.
    pub fn command(&self, more: &[&str]) -> Command {
        Server::command(&self.folder.sqlite(), &[&self.flags(), more].concat())
    }

    pub fn serve(&self, more: &[&str]) -> Server {
        serve(self.command(more))
    }
}

/// A server that listens with HTTPS.
pub fn serve(command: Command) -> Server {
    Server::run_until(command, |said| {
        let line = said.lines().find_map(|line| line.strip_prefix("Bedside listens on "))?;
        line.split(';').next().map(|address| format!("https://{address}"))
    })
}

/// The host and port that a server listens on.
pub fn port_of(server: &Server) -> &str {
    server.address.strip_prefix("https://").expect("it speaks HTTPS")
}

/// A client that believes this certificate and no other.
pub fn believing(root: &CertificateDer<'_>) -> reqwest::Client {
    builder(root).build().expect("a client")
}

/// One that also finds `name` at this address.
pub fn believing_at(root: &CertificateDer<'_>, name: &str, address: SocketAddr) -> reqwest::Client {
    builder(root).resolve(name, address).build().expect("a client")
}

fn builder(root: &CertificateDer<'_>) -> reqwest::ClientBuilder {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_der(root).expect("a certificate")])
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(20))
}

pub fn certificate_in(file: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(file).expect("a certificate")
}

/// A connection after its handshake, by which nothing has been said yet.
pub struct Connection(TlsStream<TcpStream>);

impl Connection {
    pub async fn open(server: &Server, root: &CertificateDer<'static>) -> io::Result<Self> {
        Self::with_versions(server, root, rustls::ALL_VERSIONS).await
    }

    /// For a client that is to speak by it.
    pub fn into_stream(self) -> TlsStream<TcpStream> {
        self.0
    }

    pub async fn with_versions(
        server: &Server,
        root: &CertificateDer<'static>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> io::Result<Self> {
        Self::to(port_of(server), root, versions).await
    }

    /// At any port of this machine.
    pub async fn to(
        port: &str,
        root: &CertificateDer<'static>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> io::Result<Self> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut roots = RootCertStore::empty();
        roots.add(root.clone()).expect("a certificate");
        let config = ClientConfig::builder_with_protocol_versions(versions);
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(port).await?;
        let name = ServerName::try_from("localhost").expect("a name");
        Ok(Self(TlsConnector::from(Arc::new(config)).connect(name, stream).await?))
    }

    /// The certificate that this connection was shown.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.0.get_ref().1.peer_certificates().expect("the handshake is over")[0].clone()
    }

    pub fn version(&self) -> rustls::ProtocolVersion {
        self.0.get_ref().1.protocol_version().expect("the handshake is over")
    }

    pub async fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("it is open");
        self.0.flush().await.expect("it is open");
    }

    /// Until the text of what comes ends like this.
    pub async fn hear_until(&mut self, end: &str) -> String {
        let mut heard = Vec::new();
        let mut some = [0; 1024];
        while !heard.ends_with(end.as_bytes()) {
            let length = self.0.read(&mut some).await.expect("it is open");
            assert_ne!(length, 0, "closed after {:?}", String::from_utf8_lossy(&heard));
            heard.extend_from_slice(&some[..length]);
        }
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// All that comes until the other side closes, politely or not.
    pub async fn hear_all(&mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        match self.0.read_to_end(&mut heard).await {
            Ok(_) => heard,
            Err(e) if matches!(e.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => heard,
            Err(e) => panic!("{e}"),
        }
    }
}

/// What a server answers to the beginning of a handshake that an old client would send: the version and the suites as
/// they stand in its hello, with the groups and signatures of today.
pub async fn answer_to_hello(server: &Server, version: u16, suites: &[u16]) -> Vec<u8> {
    let bytes = |numbers: &[u16]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let counted = |body: Vec<u8>| [&u16::try_from(body.len()).expect("short").to_be_bytes()[..], &body].concat();
    let extension = |kind: u16, body: Vec<u8>| [&kind.to_be_bytes()[..], &counted(body)].concat();
    let extensions = [
        extension(10, counted(bytes(&[0x001d, 0x0017]))),
        extension(11, vec![1, 0]),
        extension(13, counted(bytes(&[0x0403, 0x0401, 0x0804]))),
        extension(23, vec![]),
    ];
    let hello =
        [bytes(&[version]), vec![7; 32], vec![0], counted(bytes(suites)), vec![1, 0], counted(extensions.concat())]
            .concat();
    let handshake = [&[1, 0][..], &counted(hello)].concat();
    let mut stream = TcpStream::connect(port_of(server)).await.expect("it listens");
    stream.write_all(&[&[22, 3, 1][..], &counted(handshake)].concat()).await.expect("it listens");
    let mut answer = vec![0; 7];
    stream.read_exact(&mut answer).await.expect("it answers");
    answer
}
