//! Nonces that nobody has to remember: a time, and a signature that ties it to whom it was given to.

use std::net::IpAddr;

use aws_lc_rs::{constant_time, hmac};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};

use crate::time::Millis;

/// As many bytes as the challenge has room for; see the tests of amplification.
pub const NONCE: usize = 12;
const TIME: usize = 3;
const SIGNATURE: usize = 6;
const GOOD_FOR_SECONDS: u64 = 3600;

#[derive(Debug)]
pub struct Nonces(hmac::Key);

impl Nonces {
    pub fn new(seed: &[u8]) -> Nonces {
        Nonces(hmac::Key::new(hmac::HMAC_SHA256, seed))
    }

    pub fn issue(&self, now: Millis, to: IpAddr) -> [u8; NONCE] {
        self.at(now.0 / 1000, to)
    }

    /// Whether it was issued here, to this address, within the last hour.
    pub fn is_fresh(&self, now: Millis, from: IpAddr, nonce: &[u8]) -> bool {
        let Some(written) = seconds_of(nonce) else { return false };
        let now = now.0 / 1000;
        // Three bytes of seconds begin again twice a year.
        let age = now.wrapping_sub(written) & 0xff_ffff;
        let expected = self.at(written, from);
        age <= GOOD_FOR_SECONDS && constant_time::verify_slices_are_equal(&expected, nonce).is_ok()
    }

    fn at(&self, seconds: u64, address: IpAddr) -> [u8; NONCE] {
        let mut context = hmac::Context::with_key(&self.0);
        let time = &seconds.to_be_bytes()[8 - TIME..];
        context.update(time);
        match address {
            IpAddr::V4(address) => context.update(&address.octets()),
            IpAddr::V6(address) => context.update(&address.octets()),
        }
        let mut bytes = [0; TIME + SIGNATURE];
        bytes[..TIME].copy_from_slice(time);
        bytes[TIME..].copy_from_slice(&context.sign().as_ref()[..SIGNATURE]);
        let mut nonce = [0; NONCE];
        BASE64_URL_SAFE_NO_PAD.encode_slice(bytes, &mut nonce).expect("nine bytes are twelve characters");
        nonce
    }
}

fn seconds_of(nonce: &[u8]) -> Option<u64> {
    let mut bytes = [0; TIME + SIGNATURE];
    let length = BASE64_URL_SAFE_NO_PAD.decode_slice(nonce, &mut bytes).ok()?;
    let [a, b, c, ..] = bytes;
    (length == bytes.len()).then(|| u64::from(u32::from_be_bytes([0, a, b, c])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn a_nonce_is_good_for_an_hour_where_it_was_given_to() {
        let nonces = Nonces::new(b"seed");
        // Also over the moment when the seconds in it begin again.
        for start in [0, 5000, 0xff_ffff - 7] {
            let nonce = nonces.issue(Millis::seconds(start), HERE);
            assert!(nonces.is_fresh(Millis::seconds(start), HERE, &nonce));
            assert!(nonces.is_fresh(Millis::seconds(start + 3600), HERE, &nonce));
            assert!(!nonces.is_fresh(Millis::seconds(start + 3601), HERE, &nonce));
            assert!(!nonces.is_fresh(Millis::seconds(start), THERE, &nonce));
            assert!(!Nonces::new(b"another").is_fresh(Millis::seconds(start), HERE, &nonce));
        }
    }

    #[test]
    fn what_was_never_issued_is_not_fresh() {
        let nonces = Nonces::new(b"seed");
        for nonce in [
            &b""[..],
            b"AAAAAAAAAAAA",
            b"AAAA",
            b"AAAAAAAAAAAAAAAA",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert!(!nonces.is_fresh(Millis(0), HERE, nonce), "{nonce:?}");
        }
    }
}
