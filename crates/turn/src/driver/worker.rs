//! A thread that owns its clients: their datagrams come to it and to no other, and so do those of their relays.
//!
//! The system deals clients out: each worker listens at the same address, and which of them a datagram goes to follows
//! from where it comes from. A worker's server stands behind a lock that is taken once for what arrived together, and
//! that nobody else wants but streams whose allocations are here, packets from another worker's relays, and whoever
//! revokes.

use std::io;
use std::net::UdpSocket;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};

use super::Shared;
use super::arrivals::Arrivals;
use super::outgoing::Outgoing;
use super::relay::RelayEnd;
use crate::codec::Wire;
use crate::codec::attributes::Family;
use crate::server::{AllocationId, Client, Server};
use crate::time::Millis;

/// Sockets that are looked after before the system is asked again which ones have something.
const EVENTS: usize = 64;

pub(super) struct Worker {
    state: Mutex<State>,
    sockets: Epoll,
    woken: EventFd,
}

pub(super) struct State {
    pub(super) server: Server<Arc<RelayEnd>>,
    /// What clients come to, by link.
    listening: Vec<(u64, Arc<UdpSocket>)>,
    /// The moment that the timekeeper knows of.
    planned: Option<Millis>,
}

/// Which socket has something, in the number that the system keeps for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    Woken,
    Listening(u64),
    Relay(AllocationId, Family),
}

impl Ready {
    fn number(self) -> u64 {
        match self {
            Ready::Woken => 0,
            Ready::Listening(link) => link << 2 | 1,
            Ready::Relay(id, Family::V4) => id.0 << 2 | 2,
            Ready::Relay(id, Family::V6) => id.0 << 2 | 3,
        }
    }

    fn of(number: u64) -> Ready {
        match (number & 3, number >> 2) {
            (0, _) => Ready::Woken,
            (1, link) => Ready::Listening(link),
            (2, id) => Ready::Relay(AllocationId(id), Family::V4),
            (_, id) => Ready::Relay(AllocationId(id), Family::V6),
        }
    }
}

impl Worker {
    pub(super) fn new(server: Server<Arc<RelayEnd>>) -> io::Result<Worker> {
        let sockets = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        let woken = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        sockets.add(&woken, EpollEvent::new(EpollFlags::EPOLLIN, Ready::Woken.number()))?;
        let state = Mutex::new(State { server, listening: Vec::new(), planned: None });
        Ok(Worker { state, sockets, woken })
    }

    /// The lock is held for a few hash look-ups of each packet, never over an `.await`, and over no system call but the
    /// closing of what ends.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the server does not panic, by its fuzz tests")
    }

    /// From now on the worker receives what comes to this socket, until it is closed.
    pub(super) fn watch(&self, socket: &UdpSocket, as_what: Ready) -> io::Result<()> {
        Ok(self.sockets.add(socket, EpollEvent::new(EpollFlags::EPOLLIN, as_what.number()))?)
    }

    pub(super) fn listen(&self, link: u64, socket: Arc<UdpSocket>) -> io::Result<()> {
        self.state().listening.push((link, Arc::clone(&socket)));
        self.watch(&socket, Ready::Listening(link))
    }

    /// Lets go of what [`Worker::listen`] began with, and of what its clients had.
    pub(super) fn shut(&self, link: u64) {
        let mut state = self.state();
        state.server.shut(link);
        for (_, socket) in state.listening.extract_if(.., |(known, _)| *known == link) {
            // It may fail only if listening did.
            let _ = self.sockets.delete(&socket);
        }
    }

    pub(super) fn wake(&self) {
        self.woken.write(1).expect("nobody wakes a worker so often that the count is full");
    }

    /// When something ends next. Reading and planning are one step for those who hold the lock.
    pub(super) fn plan(&self) -> Option<Millis> {
        let mut state = self.state();
        state.planned = state.server.deadline();
        state.planned
    }
}

impl State {
    /// Whether something ends earlier than the timekeeper knows. To be asked after each request.
    pub(super) fn ends_earlier(&self) -> bool {
        let deadline = self.server.deadline();
        deadline.is_some_and(|deadline| self.planned.is_none_or(|planned| deadline < planned))
    }

    pub(super) fn listening(&self, link: u64) -> Option<Arc<UdpSocket>> {
        self.listening.iter().find(|(known, _)| *known == link).map(|(_, socket)| Arc::clone(socket))
    }
}

impl Shared {
    /// What the thread of a worker does, until the relay is dropped.
    pub(super) fn work(&self, index: usize, mut arrivals: Arrivals) {
        let worker = &self.workers[index];
        let mut outgoing = Outgoing::new(self.system_sends_runs);
        let mut events = [EpollEvent::empty(); EVENTS];
        while !self.stopping.load(Ordering::Acquire) {
            // It fails if a signal comes, and then nothing is ready.
            let ready = worker.sockets.wait(&mut events, EpollTimeout::NONE).unwrap_or(0);
            for event in &events[..ready] {
                self.look_after(worker, Ready::of(event.data()), &mut arrivals, &mut outgoing);
            }
        }
    }

    fn look_after(&self, worker: &Worker, ready: Ready, arrivals: &mut Arrivals, outgoing: &mut Outgoing) {
        match ready {
            Ready::Woken => {}
            Ready::Listening(link) => {
                let Some(socket) = worker.state().listening(link) else { return };
                // An error is about a packet that was sent, or the network is gone and comes back.
                if arrivals.receive(&socket).is_ok() {
                    let datagrams = arrivals.datagrams();
                    let packets =
                        datagrams.map(|(address, packet)| (Client { link, address, wire: Wire::Datagram }, packet));
                    self.serve_clients(worker, packets, |client| super::Sink::of(&socket, client), outgoing);
                }
            }
            Ready::Relay(id, family) => {
                let Some(end) = worker.state().server.relay_end(id, family) else { return };
                if arrivals.receive(end.socket()).is_ok() {
                    self.serve_peers(worker, id, &end, arrivals.datagrams(), outgoing);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_again_what_it_was_told() {
        let relays = [Family::V4, Family::V6].map(|family| Ready::Relay(AllocationId(7), family));
        for ready in [Ready::Woken, Ready::Listening(0), Ready::Listening(7)].into_iter().chain(relays) {
            assert_eq!(Ready::of(ready.number()), ready);
        }
    }
}
