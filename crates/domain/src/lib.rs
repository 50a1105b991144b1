//! The rules of Bedside, and nothing else: people, appointments, rooms, calls, presence, policy, notices.
//!
//! Everything here is a value. Time goes in as [`time::Millis`], the next deadline comes out as one; ids come
//! from outside. There is no clock, no randomness, no database and no network, so each rule can be tried in
//! a test with a line of data.

pub mod appointment;
pub mod call;
pub mod hours;
pub mod ids;
pub mod invitation;
pub mod notice;
pub mod person;
pub mod policy;
pub mod practice;
pub mod presence;
pub mod reach;
pub mod refusal;
pub mod room;
pub mod time;
