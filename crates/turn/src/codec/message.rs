//! Reading a STUN message: a view of the bytes that came, judged once, nothing copied.

use std::net::SocketAddr;

use super::attributes::{self, FINGERPRINT, MESSAGE_INTEGRITY};
use super::crc32::crc32;
use super::{COOKIE, Class, HEADER, Method, Transaction, padding, split_type};
use crate::credentials::Key;

/// More attributes than this are in no honest message, and each costs time.
const ATTRIBUTES_AT_MOST: usize = 64;
const INTEGRITY: usize = 20;
const FINGERPRINT_MASK: u32 = 0x5354_554e;

/// Bytes that are not a STUN message, or one that contradicts itself. Nobody is answered for those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// A STUN message as it came. What follows MESSAGE-INTEGRITY is signed by nobody and hence not seen.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub class: Class,
    pub method: Method,
    pub transaction: Transaction,
    /// The whole message.
    bytes: &'a [u8],
    /// Where the attributes that count end.
    end: usize,
    integrity: Option<&'a [u8; INTEGRITY]>,
    fingerprinted: bool,
}

impl<'a> Message<'a> {
    /// Reads one datagram or frame. A FINGERPRINT that is wrong makes the message malformed.
    pub fn read(bytes: &'a [u8]) -> Result<Message<'a>, Malformed> {
        let (header, attributes) = bytes.split_first_chunk::<HEADER>().ok_or(Malformed)?;
        let [t0, t1, l0, l1, c0, c1, c2, c3, transaction @ ..] = *header;
        let right_length = usize::from(u16::from_be_bytes([l0, l1])) == attributes.len() && attributes.len() % 4 == 0;
        if t0 & 0xc0 != 0 || [c0, c1, c2, c3] != COOKIE || !right_length {
            return Err(Malformed);
        }
        let (class, method) = split_type(u16::from_be_bytes([t0, t1]));
        let transaction = Transaction(transaction);
        let mut message =
            Message { class, method, transaction, bytes, end: bytes.len(), integrity: None, fingerprinted: false };
        message.judge()?;
        Ok(message)
    }

    /// Walks over the attributes once: each has to be whole, a fingerprint right and at the end.
    fn judge(&mut self) -> Result<(), Malformed> {
        let mut rest = Attributes { bytes: self.bytes, at: HEADER };
        for _ in 0..=ATTRIBUTES_AT_MOST {
            let start = rest.at;
            if start == self.bytes.len() {
                return Ok(());
            }
            let (kind, value) = rest.next().ok_or(Malformed)?;
            if kind == MESSAGE_INTEGRITY && self.integrity.is_none() {
                self.integrity = Some(value.try_into().map_err(|_| Malformed)?);
                self.end = start;
            }
            if kind == FINGERPRINT {
                self.judge_fingerprint(start, value)?;
                self.end = self.end.min(start);
                return if rest.at == self.bytes.len() { Ok(()) } else { Err(Malformed) };
            }
        }
        Err(Malformed)
    }

    fn judge_fingerprint(&mut self, start: usize, value: &[u8]) -> Result<(), Malformed> {
        let claimed = u32::from_be_bytes(value.try_into().map_err(|_| Malformed)?);
        if claimed != fingerprint(&self.bytes[..start]) {
            return Err(Malformed);
        }
        self.fingerprinted = true;
        Ok(())
    }

    pub fn attributes(&self) -> impl Iterator<Item = (u16, &'a [u8])> + use<'a> {
        Attributes { bytes: &self.bytes[..self.end], at: HEADER }
    }

    /// The value of the first attribute of this kind; RFC 8489 says that further ones do not count.
    pub fn attribute(&self, kind: u16) -> Option<&'a [u8]> {
        self.attributes().find(|(found, _)| *found == kind).map(|(_, value)| value)
    }

    pub fn xor_address(&self, kind: u16) -> Option<SocketAddr> {
        attributes::read_xor_address(self.attribute(kind)?, self.transaction)
    }

    /// The code of an error answer.
    pub fn error_code(&self) -> Option<u16> {
        match self.attribute(attributes::ERROR_CODE)? {
            [_, _, hundreds, rest, ..] => Some(u16::from(hundreds & 7) * 100 + u16::from(*rest)),
            _ => None,
        }
    }

    pub fn lifetime(&self) -> Option<u32> {
        Some(u32::from_be_bytes(self.attribute(attributes::LIFETIME)?.try_into().ok()?))
    }

    /// Whether the sender ends messages with FINGERPRINT, and so may expect it in the answer.
    pub fn is_fingerprinted(&self) -> bool {
        self.fingerprinted
    }

    /// Whether somebody claims to have signed it. [`Message::is_signed_with`] says whether that is true.
    pub fn has_integrity(&self) -> bool {
        self.integrity.is_some()
    }

    pub fn is_signed_with(&self, key: &Key) -> bool {
        self.integrity.is_some_and(|claimed| {
            // What was signed claims to end with MESSAGE-INTEGRITY, whatever was appended later.
            let length = (self.end + 4 + INTEGRITY - HEADER) as u16;
            let [first, second] = length.to_be_bytes();
            let signature = key.sign(&[&self.bytes[..2], &[first, second], &self.bytes[4..self.end]]);
            aws_lc_rs::constant_time::verify_slices_are_equal(signature.as_ref(), claimed).is_ok()
        })
    }
}

/// The value of FINGERPRINT after `bytes`, whose header already counts it.
pub(super) fn fingerprint(bytes: &[u8]) -> u32 {
    crc32(&[bytes]) ^ FINGERPRINT_MASK
}

struct Attributes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (header, rest) = self.bytes.get(self.at..)?.split_first_chunk::<4>()?;
        let kind = u16::from_be_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let value = rest.get(..length)?;
        self.at += 4 + length + padding(length);
        Some((kind, value))
    }
}
