//! What is to leave because of what arrived together: datagrams to one place and of one length leave as one.

use std::cell::RefCell;
use std::io::{self, ErrorKind, IoSlice};
use std::net::{SocketAddr, UdpSocket};
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use nix::errno::Errno;
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};

/// The system takes no longer run, and none with more bytes than a datagram can have.
const RUN_AT_MOST: usize = 64;
const BYTES_AT_MOST: usize = 65_000;
/// Datagrams that fit every usual network in one piece. Longer ones are for the system to cut, each for itself.
const FITS: usize = 1400;
/// How many of the latest runs are looked through for one that a datagram can join.
const LOOKED_THROUGH: usize = 16;

thread_local! {
    /// For streams, whose tasks share threads. Nobody awaits while it is in use.
    static OUTGOING: RefCell<Option<Outgoing>> = const { RefCell::new(None) };
}

pub(super) fn with_outgoing(system_sends_runs: bool, work: impl FnOnce(&mut Outgoing)) {
    OUTGOING.with_borrow_mut(|outgoing| work(outgoing.get_or_insert_with(|| Outgoing::new(system_sends_runs))));
}

/// Used again and again: nothing is allocated once it has grown.
pub(super) struct Outgoing {
    /// Of all datagrams.
    bytes: Vec<u8>,
    runs: Vec<Run>,
    /// How many of the runs hold something.
    begun: usize,
    sends_runs: bool,
    unsent: u64,
}

/// Datagrams of one socket to one place, all of one length but for the last, which may be shorter.
struct Run {
    /// Nothing between two uses, since what is held does not close.
    socket: Option<Arc<UdpSocket>>,
    to: SocketAddr,
    each: usize,
    length: usize,
    count: usize,
    pieces: Vec<Range<usize>>,
    is_complete: bool,
}

impl Outgoing {
    /// A system that does not know runs would send one as one datagram, so it has to be asked before.
    pub(super) fn new(sends_runs: bool) -> Outgoing {
        Outgoing { bytes: Vec::new(), runs: Vec::new(), begun: 0, sends_runs, unsent: 0 }
    }

    /// Where the next datagram is written: it begins at the end of what is there.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    pub(super) fn written_since(&self, start: usize) -> &[u8] {
        &self.bytes[start..]
    }

    pub(super) fn count_unsent(&mut self) {
        self.unsent += 1;
    }

    /// Everything that was written since `start` is a datagram for `to`.
    pub(super) fn add(&mut self, socket: &Arc<UdpSocket>, to: SocketAddr, start: usize) {
        let written = start..self.bytes.len();
        let runs = &mut self.runs[..self.begun];
        // Only the latest run to a place may grow, or datagrams would overtake each other.
        let latest = runs.iter_mut().rev().take(LOOKED_THROUGH).find(|run| run.leads(socket, to));
        match latest.filter(|run| self.sends_runs && run.has_room(written.len())) {
            Some(run) => run.grow(written),
            None => self.begin(socket, to, written),
        }
    }

    fn begin(&mut self, socket: &Arc<UdpSocket>, to: SocketAddr, written: Range<usize>) {
        if self.begun == self.runs.len() {
            self.runs.push(Run::new(to));
        }
        let run = &mut self.runs[self.begun];
        run.socket = Some(Arc::clone(socket));
        (run.to, run.each, run.length, run.count) = (to, written.len(), written.len(), 1);
        run.is_complete = written.is_empty() || written.len() > FITS;
        run.pieces.clear();
        run.pieces.push(written);
        self.begun += 1;
    }

    /// Sends everything without waiting: what does not fit is lost, as it would be on the way. Returns how much was.
    pub(super) fn send(&mut self) -> u64 {
        for run in &mut self.runs[..self.begun] {
            let socket = run.socket.take().expect("a run that was begun has a socket");
            if run.count > 1 {
                match run.send_as_one(&socket, &self.bytes) {
                    Ok(()) => continue,
                    // Its network card cannot, and says so again each time.
                    Err(Errno::EIO) => self.sends_runs = false,
                    Err(_) => {}
                }
            }
            self.unsent += run.send_each(&socket, &self.bytes);
        }
        self.begun = 0;
        self.bytes.clear();
        std::mem::take(&mut self.unsent)
    }
}

impl Run {
    fn new(to: SocketAddr) -> Run {
        Run { socket: None, to, each: 0, length: 0, count: 0, pieces: Vec::new(), is_complete: false }
    }

    fn leads(&self, socket: &Arc<UdpSocket>, to: SocketAddr) -> bool {
        self.to == to && self.socket.as_ref().is_some_and(|own| Arc::ptr_eq(own, socket))
    }

    fn has_room(&self, length: usize) -> bool {
        let fits = (1..=self.each).contains(&length) && self.length + length <= BYTES_AT_MOST;
        fits && !self.is_complete && self.count < RUN_AT_MOST
    }

    fn grow(&mut self, written: Range<usize>) {
        self.count += 1;
        self.length += written.len();
        self.is_complete = written.len() < self.each;
        match self.pieces.last_mut() {
            Some(last) if last.end == written.start => last.end = written.end,
            _ => self.pieces.push(written),
        }
    }

    fn send_as_one(&self, socket: &UdpSocket, bytes: &[u8]) -> nix::Result<()> {
        let mut slices = [IoSlice::new(&[]); RUN_AT_MOST];
        for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
            *slice = IoSlice::new(&bytes[piece.clone()]);
        }
        let each = [ControlMessage::UdpGsoSegments(&(self.each as u16))];
        let (slices, to) = (&slices[..self.pieces.len()], SockaddrStorage::from(self.to));
        sendmsg(socket.as_raw_fd(), slices, &each, MsgFlags::MSG_DONTWAIT, Some(&to)).map(|_| ())
    }

    /// Returns how many were not sent.
    fn send_each(&self, socket: &UdpSocket, bytes: &[u8]) -> u64 {
        let send = |datagram: &[u8]| -> io::Result<usize> { socket.send_to(datagram, self.to) };
        if self.length == 0 {
            return u64::from(send(&[]).is_err());
        }
        let mut sent = 0;
        for datagram in self.pieces.iter().flat_map(|piece| bytes[piece.clone()].chunks(self.each)) {
            match send(datagram) {
                Ok(_) => sent += 1,
                // There is no room for the next one either.
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => {}
            }
        }
        self.count as u64 - sent
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::process::Command;
    use std::thread;

    use nix::sched::{CloneFlags, unshare};

    use super::super::arrivals::Arrivals;
    use super::super::udp::prepare;
    use super::*;

    fn socket() -> (Arc<UdpSocket>, SocketAddr) {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        socket.set_nonblocking(true).expect("it need not wait");
        prepare(&socket, 512 * 1024);
        let address = socket.local_addr().expect("it is bound");
        (Arc::new(socket), address)
    }

    /// What arrives at each of two places if datagrams of these lengths leave for them. On this machine's own network
    /// what was sent has arrived.
    fn arrive(sends_runs: bool, leaving: &[(usize, usize)]) -> ([Vec<Vec<u8>>; 2], usize) {
        let (from, source) = socket();
        let places = [socket(), socket()];
        let mut outgoing = Outgoing::new(sends_runs);
        for (n, (place, length)) in leaving.iter().enumerate() {
            let start = outgoing.bytes().len();
            outgoing.bytes().resize(start + length, n as u8);
            outgoing.add(&from, places[*place].1, start);
        }
        let runs = outgoing.begun;
        assert_eq!(outgoing.send(), 0, "nothing is lost here");
        let mut arrivals = Arrivals::new().expect("a free port");
        let arrived = places.map(|(socket, _)| {
            let mut all = Vec::new();
            while arrivals.receive(&socket).is_ok() {
                all.extend(arrivals.datagrams().map(|(sender, datagram)| {
                    assert_eq!(sender, source);
                    datagram.to_vec()
                }));
            }
            all
        });
        (arrived, runs)
    }

    #[test]
    fn datagrams_arrive_each_for_itself_and_in_order_whether_they_leave_together_or_not() {
        let ten_video = [(0, 1200); 10];
        let turns: Vec<_> = (0..40).map(|n| (n % 2, 160)).collect();
        let mixed =
            [(0, 160), (0, 160), (1, 0), (0, 90), (0, 160), (0, 0), (0, 0), (0, 3000), (0, 3000), (1, 1), (0, 161)];
        let many = [(1, 100); 150];
        for (leaving, runs) in [(&ten_video[..], 1), (&turns, 2), (&mixed, 9), (&many, 3)] {
            let expected = [0, 1].map(|place| {
                let there = leaving.iter().enumerate().filter(|(_, (to, _))| *to == place);
                there.map(|(n, (_, length))| vec![n as u8; *length]).collect::<Vec<_>>()
            });
            assert_eq!(arrive(true, leaving), (expected.clone(), runs));
            assert_eq!(arrive(false, leaving), (expected, leaving.len()));
        }
    }

    #[test]
    fn a_run_that_the_system_refuses_leaves_one_by_one() {
        let ((from, _), (to, address)) = (socket(), socket());
        let mut run = Run::new(address);
        (run.each, run.length, run.count, run.pieces) = (2, 6, 3, vec![0..4, 6..8]);
        assert_eq!(run.send_each(&from, b"aabb..cc"), 0);
        let mut arrivals = Arrivals::new().expect("a free port");
        arrivals.receive(&to).expect("they have arrived");
        let arrived: Vec<&[u8]> = arrivals.datagrams().map(|(_, datagram)| datagram).collect();
        assert_eq!(arrived, [b"aa", b"bb", b"cc"]);
    }

    /// In a network of its own, whose packets are half as long.
    #[test]
    fn a_run_that_does_not_fit_the_network_leaves_one_by_one() {
        let alone = || {
            let made = unshare(CloneFlags::CLONE_NEWNET).map_err(|error| error.to_string()).and_then(|()| {
                let short = Command::new("ip").args(["link", "set", "lo", "up", "mtu", "600"]).status();
                if short.is_ok_and(|status| status.success()) { Ok(()) } else { Err("ip does not work".to_owned()) }
            });
            if let Err(error) = made {
                return eprintln!("!! SKIPPED: no network of its own could be made: {error}");
            }
            let ((from, _), (_, address)) = (socket(), socket());
            let mut run = Run::new(address);
            (run.each, run.length, run.count) = (1200, 2400, 2);
            run.pieces.push(0..2400);
            assert!(run.send_as_one(&from, &[0; 2400]).is_err(), "the system refuses it");
            let ten_video = [(0, 1200); 10];
            let expected: Vec<_> = (0..10).map(|n| vec![n; 1200]).collect();
            assert_eq!(arrive(true, &ten_video), ([expected, Vec::new()], 1));
        };
        thread::spawn(alone).join().expect("all of it arrived");
    }

    #[test]
    fn a_socket_that_is_let_go_is_not_held() {
        let ((from, _), (_, address)) = (socket(), socket());
        let mut outgoing = Outgoing::new(true);
        outgoing.bytes().push(1);
        outgoing.add(&from, address, 0);
        assert_eq!((outgoing.send(), Arc::strong_count(&from)), (0, 1));
    }
}
