//! The server as its clients find it: the real binary, real databases, requests over a real socket.

mod access;
mod accounts;
mod attacks;
mod appointments;
mod bookings;
mod browsers;
mod calls;
mod check;
mod commands;
mod crash;
mod demo;
mod doors;
mod exports;
mod host_tokens;
mod limits;
mod logs;
mod openapi;
mod past;
mod people;
mod practice;
mod problems;
mod restart;
mod shutdown;
mod support;
mod tls;
mod users;
