//! What the server does, told without sockets: packets and time in, packets and deadlines out.

mod addresses;
mod allocations;
mod limits;
mod neighbours;
mod refusals;
mod relaying;
mod vectors;
mod world;
