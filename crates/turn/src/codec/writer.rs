//! Writing a STUN message at the end of a buffer that is used again and again.

use std::net::SocketAddr;

use super::attributes::{self, Family};
use super::message::fingerprint;
use super::{COOKIE, Class, HEADER, Method, Transaction, join_type, padding};
use crate::credentials::Key;

/// A message in the making. The length in its header is right after every call.
pub struct Writer<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    transaction: Transaction,
}

impl<'a> Writer<'a> {
    pub fn new(out: &'a mut Vec<u8>, class: Class, method: Method, transaction: Transaction) -> Writer<'a> {
        let start = out.len();
        out.extend(join_type(class, method).to_be_bytes());
        out.extend([0, 0]);
        out.extend(COOKIE);
        out.extend(transaction.0);
        Writer { out, start, transaction }
    }

    pub fn bytes(self, kind: u16, value: &[u8]) -> Self {
        self.attribute(kind, |out| out.extend(value))
    }

    /// Four bytes: LIFETIME.
    pub fn number(self, kind: u16, value: u32) -> Self {
        self.bytes(kind, &value.to_be_bytes())
    }

    pub fn xor_address(self, kind: u16, address: SocketAddr) -> Self {
        let transaction = self.transaction;
        self.attribute(kind, |out| attributes::write_xor_address(out, address, transaction))
    }

    pub fn error(self, code: u16, reason: &str) -> Self {
        self.attribute(attributes::ERROR_CODE, |out| {
            out.extend([0, 0, (code / 100) as u8, (code % 100) as u8]);
            out.extend(reason.as_bytes());
        })
    }

    /// Why there is no address of this family, beside the one of the other.
    pub fn address_error(self, family: Family, code: u16) -> Self {
        let value = [family.number(), 0, (code / 100) as u8, (code % 100) as u8];
        self.bytes(attributes::ADDRESS_ERROR_CODE, &value)
    }

    pub fn signed(mut self, key: &Key) -> Self {
        let end = self.out.len();
        self.set_length(end + 4 + 20);
        let signature = key.sign(&[&self.out[self.start..end]]);
        self.bytes(attributes::MESSAGE_INTEGRITY, signature.as_ref())
    }

    pub fn fingerprinted(mut self) -> Self {
        let end = self.out.len();
        self.set_length(end + 4 + 4);
        let checksum = fingerprint(&self.out[self.start..end]);
        self.number(attributes::FINGERPRINT, checksum)
    }

    fn attribute(mut self, kind: u16, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        self.out.extend(kind.to_be_bytes());
        self.out.extend([0, 0]);
        let value = self.out.len();
        write(self.out);
        let length = self.out.len() - value;
        self.out[value - 2..value].copy_from_slice(&(length as u16).to_be_bytes());
        self.out.resize(self.out.len() + padding(length), 0);
        self.set_length(self.out.len());
        self
    }

    fn set_length(&mut self, end: usize) {
        let length = (end - self.start - HEADER) as u16;
        self.out[self.start + 2..self.start + 4].copy_from_slice(&length.to_be_bytes());
    }
}
