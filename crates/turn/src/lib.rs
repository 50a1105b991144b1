#![doc = include_str!("../README.md")]
//!
//! # Why it is built like this
//!
//! [`server::Server`] is a plain struct, so that every rule can be tried with a packet, a time and an answer, and be
//! fuzzed as a whole. There is one for each core, all of one house: names, quotas, ports and reservations are counted at
//! a desk that requests come by and relayed packets do not.
//!
//! A relayed packet costs the system far more than us: nine tenths and more of the processor time are spent in the
//! kernel, on the way into a socket and out of one. So the driver asks the kernel less often. A thread for each core
//! waits for its sockets and takes up to 64 datagrams at a time from one; what of them goes to the same place and is of
//! the same length leaves as one, and the kernel, or the network card, takes it apart. It takes what has come and never
//! waits for more, so a packet that comes alone is not held up. Where kernel or card do not have that, each datagram
//! leaves for itself.
//!
//! Each thread listens at the same address, and the kernel deals clients out by where they come from: a client stays
//! with one thread, and so do its relays. That thread's server stands behind a lock that is taken once for what came
//! together, and that hardly anybody else wants. What goes from relay to relay never touches a socket in between, also
//! from thread to thread: the sender's hands it to the other's server and sends it to that one's client itself.
//!
//! Streams are tokio's, since TLS is the host's: their tasks go to the server of one of the threads.
//!
//! On the relay path nothing is allocated once buffers have grown, except where relays of two threads talk, and every
//! look-up is one in a hash table. Ends of allocations are kept in order, so nobody is looked through for them.

pub mod addresses;
pub mod codec;
mod config;
pub mod credentials;
mod driver;
mod nonce;
mod quota;
pub mod server;
mod time;

pub use config::{Config, Limits, RelayAddress, Unusable};
pub use driver::{Relay, client, tune};
pub use time::{Millis, Now};
