//! A small client, to find out whether a server works: what address one is seen under, and whether packets come
//! through from relay to relay.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::UdpSocket;
use tokio::time::{Duration, timeout};

use crate::codec::attributes::{self, Family};
use crate::codec::{
    ChannelData, Class, Frame, Message, Method, Transaction, Wire, Writer, next_frame, write_channel_data,
};
use crate::credentials::Key;

/// How long the answer to each attempt is waited for. Packets of a stream do not get lost, so there one is enough.
const OVER_UDP: &[Duration] = &[Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];
const OVER_STREAM: &[Duration] = &[Duration::from_secs(5)];

/// Why something did not work.
#[derive(Debug)]
pub enum Failure {
    /// The server said no, with this code.
    Refused(u16),
    /// The server said nothing.
    Silent,
    /// The server said something that is no answer.
    Nonsense,
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Io(error)
    }
}

/// What the server gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocated {
    /// One address for each family that was asked for and given.
    pub relayed: Vec<SocketAddr>,
    pub seconds: u32,
    pub reservation: Option<[u8; 8]>,
}

/// A connection to a server, with at most one allocation.
pub struct Client {
    link: Link,
    username: String,
    password: String,
    challenge: Option<Challenge>,
    channels: HashMap<u16, SocketAddr>,
    arrived: VecDeque<(SocketAddr, Vec<u8>)>,
}

struct Challenge {
    realm: Vec<u8>,
    nonce: Vec<u8>,
    key: Key,
}

enum Link {
    Datagrams { socket: UdpSocket, server: SocketAddr },
    Stream { stream: Box<dyn Duplex>, received: Vec<u8> },
}

/// A stream of bytes in both directions.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

impl Client {
    pub fn over_udp(socket: UdpSocket, server: SocketAddr, username: &str, password: &str) -> Client {
        Client::new(Link::Datagrams { socket, server }, username, password)
    }

    pub fn over_stream(stream: impl Duplex + 'static, username: &str, password: &str) -> Client {
        Client::new(Link::Stream { stream: Box::new(stream), received: Vec::new() }, username, password)
    }

    fn new(link: Link, username: &str, password: &str) -> Client {
        Client {
            link,
            username: username.to_owned(),
            password: password.to_owned(),
            challenge: None,
            channels: HashMap::new(),
            arrived: VecDeque::new(),
        }
    }

    /// The address that the server sees this client under.
    pub async fn binding(&mut self) -> Result<SocketAddr, Failure> {
        let answer = self.ask(Method::BINDING, |writer| writer).await?;
        read(&answer)?.xor_address(attributes::XOR_MAPPED_ADDRESS).ok_or(Failure::Nonsense)
    }

    /// A relay of this family.
    pub async fn allocate(&mut self, family: Family) -> Result<Allocated, Failure> {
        let family = [family.number(), 0, 0, 0];
        self.allocate_with(|writer| writer.bytes(attributes::REQUESTED_ADDRESS_FAMILY, &family)).await
    }

    /// A relay with whatever else the request says.
    pub async fn allocate_with(&mut self, wishes: impl Fn(Writer) -> Writer) -> Result<Allocated, Failure> {
        const UDP: [u8; 4] = [17, 0, 0, 0];
        let answer = self
            .ask_signed(Method::ALLOCATE, |writer| wishes(writer.bytes(attributes::REQUESTED_TRANSPORT, &UDP)))
            .await?;
        let answer = read(&answer)?;
        let relayed = answer.attributes().filter(|(kind, _)| *kind == attributes::XOR_RELAYED_ADDRESS);
        let reservation = answer.attribute(attributes::RESERVATION_TOKEN).and_then(|token| token.try_into().ok());
        Ok(Allocated {
            relayed: relayed.filter_map(|(_, value)| attributes::read_xor_address(value, answer.transaction)).collect(),
            seconds: answer.lifetime().ok_or(Failure::Nonsense)?,
            reservation,
        })
    }

    /// Keeps the allocation for as long as the server then says; 0 ends it.
    pub async fn refresh(&mut self, seconds: u32) -> Result<u32, Failure> {
        let answer = self.ask_signed(Method::REFRESH, |writer| writer.number(attributes::LIFETIME, seconds)).await?;
        read(&answer)?.lifetime().ok_or(Failure::Nonsense)
    }

    /// Lets packets to and from this peer's address through.
    pub async fn permit(&mut self, peer: SocketAddr) -> Result<(), Failure> {
        self.ask_signed(Method::CREATE_PERMISSION, |writer| writer.xor_address(attributes::XOR_PEER_ADDRESS, peer))
            .await
            .map(|_| ())
    }

    pub async fn bind_channel(&mut self, number: u16, peer: SocketAddr) -> Result<(), Failure> {
        let [n0, n1] = number.to_be_bytes();
        self.ask_signed(Method::CHANNEL_BIND, |writer| {
            writer.bytes(attributes::CHANNEL_NUMBER, &[n0, n1, 0, 0]).xor_address(attributes::XOR_PEER_ADDRESS, peer)
        })
        .await?;
        self.channels.insert(number, peer);
        Ok(())
    }

    /// Sends `payload` to a peer in an indication, which nobody confirms.
    pub async fn send(&mut self, peer: SocketAddr, payload: &[u8]) -> Result<(), Failure> {
        let mut packet = Vec::new();
        Writer::new(&mut packet, Class::Indication, Method::SEND, new_transaction())
            .xor_address(attributes::XOR_PEER_ADDRESS, peer)
            .bytes(attributes::DATA, payload);
        Ok(self.link.send(&packet).await?)
    }

    pub async fn send_on_channel(&mut self, number: u16, payload: &[u8]) -> Result<(), Failure> {
        let mut packet = Vec::new();
        write_channel_data(&mut packet, number, payload, self.link.wire());
        Ok(self.link.send(&packet).await?)
    }

    /// What a peer sent, in whichever form, as soon as there is something.
    pub async fn receive(&mut self) -> Result<(SocketAddr, Vec<u8>), Failure> {
        loop {
            if let Some(arrived) = self.arrived.pop_front() {
                return Ok(arrived);
            }
            let packet = self.link.receive().await?;
            self.keep_data(&packet);
        }
    }

    /// Asks, and asks again with a signature once the server has said what to sign with.
    async fn ask_signed(&mut self, method: Method, ask: impl Fn(Writer) -> Writer) -> Result<Vec<u8>, Failure> {
        for _ in 0..2 {
            let before = self.challenge.is_some();
            let (answer, code) = self.exchange(method, &ask).await?;
            let is_stale = code == Some(438) || (code == Some(401) && !before);
            match code {
                None => return Ok(answer),
                Some(_) if is_stale => self.accept_challenge(&read(&answer)?)?,
                Some(code) => return Err(Failure::Refused(code)),
            }
        }
        let (answer, code) = self.exchange(method, &ask).await?;
        code.map_or(Ok(answer), |code| Err(Failure::Refused(code)))
    }

    async fn ask(&mut self, method: Method, ask: impl Fn(Writer) -> Writer) -> Result<Vec<u8>, Failure> {
        let (answer, code) = self.exchange(method, &ask).await?;
        code.map_or(Ok(answer), |code| Err(Failure::Refused(code)))
    }

    fn accept_challenge(&mut self, answer: &Message) -> Result<(), Failure> {
        let realm = answer.attribute(attributes::REALM).ok_or(Failure::Nonsense)?.to_vec();
        let nonce = answer.attribute(attributes::NONCE).ok_or(Failure::Nonsense)?.to_vec();
        let key = Key::long_term(self.username.as_bytes(), &realm, self.password.as_bytes());
        self.challenge = Some(Challenge { realm, nonce, key });
        Ok(())
    }

    /// One request and its answer, with the code if that is an error.
    async fn exchange(
        &mut self,
        method: Method,
        ask: &impl Fn(Writer) -> Writer,
    ) -> Result<(Vec<u8>, Option<u16>), Failure> {
        let transaction = new_transaction();
        let mut packet = Vec::new();
        let mut writer = ask(Writer::new(&mut packet, Class::Request, method, transaction));
        if let Some(Challenge { realm, nonce, key }) = self.challenge.as_ref().filter(|_| method != Method::BINDING) {
            writer = writer
                .bytes(attributes::USERNAME, self.username.as_bytes())
                .bytes(attributes::REALM, realm)
                .bytes(attributes::NONCE, nonce)
                .signed(key);
        }
        writer.fingerprinted();
        for patience in self.link.attempts() {
            self.link.send(&packet).await?;
            if let Ok(answer) = timeout(*patience, self.answer_to(transaction)).await {
                let answer = answer?;
                let message = read(&answer)?;
                let code = match message.class {
                    Class::Success => None,
                    _ => Some(message.error_code().ok_or(Failure::Nonsense)?),
                };
                return Ok((answer, code));
            }
        }
        Err(Failure::Silent)
    }

    async fn answer_to(&mut self, transaction: Transaction) -> Result<Vec<u8>, Failure> {
        loop {
            let packet = self.link.receive().await?;
            let is_answer = Message::read(&packet).is_ok_and(|message| {
                message.transaction == transaction && matches!(message.class, Class::Success | Class::Error)
            });
            if is_answer {
                return Ok(packet);
            }
            self.keep_data(&packet);
        }
    }

    fn keep_data(&mut self, packet: &[u8]) {
        if let Some(data) = ChannelData::read(packet) {
            let peer = self.channels.get(&data.channel);
            self.arrived.extend(peer.map(|peer| (*peer, data.payload.to_vec())));
        } else if let Ok(message) = Message::read(packet)
            && (message.class, message.method) == (Class::Indication, Method::DATA)
        {
            let peer = message.xor_address(attributes::XOR_PEER_ADDRESS);
            let data = message.attribute(attributes::DATA);
            self.arrived.extend(peer.zip(data.map(<[u8]>::to_vec)));
        }
    }
}

impl Link {
    fn wire(&self) -> Wire {
        match self {
            Link::Datagrams { .. } => Wire::Datagram,
            Link::Stream { .. } => Wire::Stream,
        }
    }

    fn attempts(&self) -> &'static [Duration] {
        match self {
            Link::Datagrams { .. } => OVER_UDP,
            Link::Stream { .. } => OVER_STREAM,
        }
    }

    async fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        match self {
            Link::Datagrams { socket, server } => socket.send_to(packet, *server).await.map(|_| ()),
            Link::Stream { stream, .. } => {
                stream.write_all(packet).await?;
                stream.flush().await
            }
        }
    }

    /// The next packet. What has arrived of one is kept if this is given up.
    async fn receive(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Link::Datagrams { socket, server } => loop {
                let mut packet = vec![0; 65_536];
                let (length, from) = socket.recv_from(&mut packet).await?;
                if from == *server {
                    packet.truncate(length);
                    return Ok(packet);
                }
            },
            Link::Stream { stream, received } => loop {
                if let Frame::Whole { message, taken } = next_frame(received).map_err(|_| io::ErrorKind::InvalidData)? {
                    let message = message.to_vec();
                    received.drain(..taken);
                    return Ok(message);
                }
                if stream.read_buf(received).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            },
        }
    }
}

fn read(packet: &[u8]) -> Result<Message<'_>, Failure> {
    Message::read(packet).map_err(|_| Failure::Nonsense)
}

fn new_transaction() -> Transaction {
    let mut transaction = [0; 12];
    aws_lc_rs::rand::fill(&mut transaction).expect("the system gives random numbers");
    Transaction(transaction)
}
