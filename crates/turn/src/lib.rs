#![doc = include_str!("../README.md")]
//!
//! # Why it is built like this
//!
//! [`server::Server`] is one plain struct, so that every rule can be tried with a packet, a time and an answer, and be
//! fuzzed as a whole. The driver has one task for each UDP listener, stream and relay socket, and all of them reach the
//! struct through one `std::sync::Mutex`, also for relayed packets. That is a lock for each packet, and it was weighed:
//! a relayed packet costs about 3.8 µs in two system calls and 0.2 µs in the server, of which the lock is too little to
//! be measured; two threads that do nothing but fight over it need 0.5 µs. Measured from outside, nine tenths of what a
//! relayed packet costs are the system's, and the whole is what coturn needs for one. Nothing is awaited and no system
//! call made while it is held. To be rid of it, permissions and channels would have to be published to each relay's
//! task as snapshots, with rules for when they are stale. If a machine is ever large enough for the lock to show, two
//! `Relay`s with half the ports each share nothing.
//!
//! On the relay path nothing is allocated: buffers belong to threads and streams and are used again, and every look-up
//! is one in a hash table. Ends of allocations are kept in order, so nobody is looked through for them.

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
