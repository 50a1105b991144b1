//! The server as its clients find it: the real binary, real databases, requests over a real socket.

mod access;
mod appointments;
mod bookings;
mod calls;
mod exports;
mod practice;
mod support;
