//! A STUN and TURN server, useful alone.

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
pub use driver::{Relay, client};
pub use time::{Millis, Now};
