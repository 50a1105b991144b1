//! Many datagrams in one system call, so that who makes the load is not slower than who bears it.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd as _;

use nix::errno::Errno;
use nix::sys::socket::{
    ControlMessage, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmmsg, sendmsg, setsockopt, sockopt,
};

/// At once.
const AT_MOST: usize = 64;
/// Several datagrams that came as one are no longer.
const LONGEST: usize = 65_536;

pub struct Batches {
    sending: MultiHeaders<SockaddrIn>,
    receiving: MultiHeaders<SockaddrIn>,
    arrived: Vec<u8>,
    offloads: bool,
}

impl Batches {
    /// With `offloads` a burst leaves as one and what came as one is taken as one, as a network card does it that puts
    /// datagrams together and takes them apart. Else each goes by itself.
    pub fn new(offloads: bool) -> Self {
        Self {
            sending: MultiHeaders::preallocate(AT_MOST, None),
            receiving: MultiHeaders::preallocate(AT_MOST, None),
            arrived: vec![0; AT_MOST * LONGEST],
            offloads,
        }
    }

    pub fn prepare(&self, socket: &UdpSocket) -> io::Result<()> {
        Ok(setsockopt(socket, sockopt::UdpGroSegment, &self.offloads)?)
    }

    /// Sends the same datagram `count` times and returns how many of them left.
    pub fn send(&mut self, socket: &UdpSocket, to: SocketAddrV4, datagram: &[u8], count: usize) -> io::Result<usize> {
        let to = SockaddrIn::from(to);
        let slices = [[IoSlice::new(datagram)]; AT_MOST];
        let (count, fd) = (count.min(AT_MOST), socket.as_raw_fd());
        let sent = if self.offloads && count > 1 {
            let each = [ControlMessage::UdpGsoSegments(&(datagram.len() as u16))];
            let together = &slices.as_flattened()[..count];
            sendmsg(fd, together, &each, MsgFlags::MSG_DONTWAIT, Some(&to)).map(|_| count)
        } else {
            let to = [Some(to); AT_MOST];
            let sent = sendmmsg(fd, &mut self.sending, &slices[..count], to, [], MsgFlags::MSG_DONTWAIT);
            sent.map(|sent| sent.count())
        };
        match sent {
            // The server is not there yet, or any more; the next one may find it.
            Err(Errno::EAGAIN | Errno::ECONNREFUSED) => Ok(0),
            sent => Ok(sent?),
        }
    }

    /// Takes what has arrived, up to a limit: datagrams that are all `each` bytes long.
    pub fn receive(&mut self, socket: &UdpSocket, each: usize, mut take: impl FnMut(&[u8])) -> io::Result<usize> {
        let mut slices: Vec<[IoSliceMut; 1]> =
            self.arrived.chunks_mut(LONGEST).map(|datagram| [IoSliceMut::new(datagram)]).collect();
        let fd = socket.as_raw_fd();
        let lengths: Vec<usize> = match recvmmsg(fd, &mut self.receiving, &mut slices, MsgFlags::MSG_DONTWAIT, None) {
            Ok(received) => received.map(|message| message.bytes).collect(),
            Err(Errno::EAGAIN | Errno::ECONNREFUSED) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let mut count = 0;
        for (together, length) in self.arrived.chunks(LONGEST).zip(&lengths) {
            for datagram in together[..*length].chunks(each) {
                if datagram.len() != each {
                    return Err(io::Error::other("a datagram arrived that is too short"));
                }
                take(datagram);
                count += 1;
            }
        }
        Ok(count)
    }
}
