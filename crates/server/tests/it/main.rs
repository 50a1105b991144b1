//! The server as its clients find it: the real binary, real databases, requests over a real socket.

mod appointments;
mod practice;
mod support;
