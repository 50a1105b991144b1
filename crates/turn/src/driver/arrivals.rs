//! Datagrams that have arrived, as many of them in one system call as there are.

use std::io::{self, ErrorKind, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;

use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg};
use quinn_udp::{RecvMeta, UdpSockRef, UdpSocketState};

/// How many are taken together. What more there is waits for the next turn of its socket.
const AT_ONCE: usize = 2 * IN_ONE_CALL;
/// The library takes no more.
const IN_ONE_CALL: usize = 32;
/// No datagram is longer, nor are several of one sender that the system has put together.
const DATAGRAM: usize = 65_536;

/// What a thread receives into, again and again.
pub(super) struct Arrivals {
    system: UdpSocketState,
    /// Whether this system knows a call that takes several.
    takes_several: bool,
    buffers: Box<[u8]>,
    found: [RecvMeta; AT_ONCE],
    count: usize,
}

impl Arrivals {
    pub(super) fn new() -> io::Result<Arrivals> {
        // What the library sets on a socket is for QUIC; of ours it only receives. So it may have one for itself.
        let asked = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        asked.set_nonblocking(true)?;
        let mut arrivals = Arrivals {
            system: UdpSocketState::new(UdpSockRef::from(&asked))?,
            takes_several: true,
            buffers: vec![0; AT_ONCE * DATAGRAM].into_boxed_slice(),
            found: [RecvMeta::default(); AT_ONCE],
            count: 0,
        };
        let nothing = arrivals.receive_several(&asked);
        arrivals.takes_several = nothing.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        Ok(arrivals)
    }

    /// Whether this system sends runs of datagrams as one.
    pub(super) fn system_sends_runs(&self) -> bool {
        self.system.max_gso_segments() > 1
    }

    /// Takes what is there, and never waits for more.
    pub(super) fn receive(&mut self, socket: &UdpSocket) -> io::Result<()> {
        if self.takes_several { self.receive_several(socket) } else { self.receive_one_by_one(socket) }
    }

    fn receive_several(&mut self, socket: &UdpSocket) -> io::Result<()> {
        self.count = 0;
        for buffers in self.buffers.chunks_exact_mut(IN_ONE_CALL * DATAGRAM) {
            let mut buffers = buffers.chunks_exact_mut(DATAGRAM);
            let mut slices: [IoSliceMut; IN_ONE_CALL] =
                std::array::from_fn(|_| IoSliceMut::new(buffers.next().expect("there are so many")));
            match self.system.recv(UdpSockRef::from(socket), &mut slices, &mut self.found[self.count..]) {
                Ok(IN_ONE_CALL) => self.count += IN_ONE_CALL,
                Ok(last) => {
                    self.count += last;
                    break;
                }
                Err(error) if self.count == 0 => return Err(error),
                // What has come already counts; if there is more to the error, it comes again.
                Err(_) => break,
            }
        }
        Ok(())
    }

    fn receive_one_by_one(&mut self, socket: &UdpSocket) -> io::Result<()> {
        self.count = 0;
        for (buffer, found) in self.buffers.chunks_exact_mut(DATAGRAM).zip(&mut self.found) {
            match receive_one(socket, buffer) {
                Ok(one) => *found = one,
                Err(error) if self.count == 0 => return Err(error),
                Err(_) => break,
            }
            self.count += 1;
        }
        Ok(())
    }

    /// What was taken last, and from whom each is.
    pub(super) fn datagrams(&self) -> impl Iterator<Item = (SocketAddr, &[u8])> {
        let buffers = self.buffers.chunks_exact(DATAGRAM);
        self.found[..self.count].iter().zip(buffers).flat_map(|(found, buffer)| {
            // Several in one come one after the other, each as long as the first, but for the last.
            let (all, each) = (&buffer[..found.len], found.stride.max(1));
            let count = found.len.div_ceil(each).max(1);
            (0..count).map(move |n| (found.addr, &all[n * each..found.len.min((n + 1) * each)]))
        })
    }
}

/// Also of those that the system has put together.
fn receive_one(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<RecvMeta> {
    let mut control = nix::cmsg_space!(i32);
    let mut slices = [IoSliceMut::new(buffer)];
    let received =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut slices, Some(&mut control), MsgFlags::MSG_DONTWAIT)?;
    let mut runs = received.cmsgs()?;
    let stride = runs.find_map(|one| match one {
        ControlMessageOwned::UdpGroSegments(each) => usize::try_from(each).ok(),
        _ => None,
    });
    let (len, sender) = (received.bytes, received.address.ok_or(ErrorKind::InvalidData)?);
    let mut found = RecvMeta::default();
    (found.len, found.stride, found.addr) = (len, stride.unwrap_or(len), address_of(&sender)?);
    Ok(found)
}

fn address_of(sender: &SockaddrStorage) -> io::Result<SocketAddr> {
    let v4 = sender.as_sockaddr_in().map(|address| SocketAddr::V4((*address).into()));
    let v6 = || sender.as_sockaddr_in6().map(|address| SocketAddr::V6((*address).into()));
    v4.or_else(v6).ok_or_else(|| ErrorKind::InvalidData.into())
}
