//! From when until when a certificate counts. Everything else in one is rustls' matter.

use bedside_domain::time::Millis;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub from: Millis,
    pub until: Millis,
}

const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

impl Validity {
    /// As it stands in a certificate (RFC 5280, 4.1); nothing if this is none.
    pub fn of(der: &[u8]) -> Option<Self> {
        let (_, certificate, _) = element(der)?;
        let (_, signed, _) = element(certificate)?;
        let (tag, _, after) = element(signed)?;
        // The version may be absent; serial number, algorithm and issuer may not.
        let mut rest = if tag == VERSION { after } else { signed };
        for _ in 0..3 {
            (_, _, rest) = element(rest)?;
        }
        let (_, times, _) = element(rest)?;
        let (tag, from, rest) = element(times)?;
        let from = instant(tag, from)?;
        let (tag, until, _) = element(rest)?;
        Some(Self { from, until: instant(tag, until)? })
    }
}

/// The first element of `der`: its tag, its content, and what comes after it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk()?;
    let (length, rest) = match usize::from(length) {
        short @ 0..0x80 => (short, rest),
        long => {
            let (bytes, rest) = rest.split_at_checked(long - 0x80).filter(|(bytes, _)| bytes.len() <= 4)?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn instant(tag: u8, content: &[u8]) -> Option<Millis> {
    let text = std::str::from_utf8(content).ok()?;
    let text = match tag {
        // Two digits for the year: of the last century from 50 on.
        UTC_TIME if text < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let utc = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(Millis(utc.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(from: (i32, u8, u8), until: (i32, u8, u8)) -> Vec<u8> {
        let mut asked = rcgen::CertificateParams::new(["a.example".to_owned()]).expect("a name");
        asked.not_before = rcgen::date_time_ymd(from.0, from.1, from.2);
        asked.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
        let key = rcgen::KeyPair::generate().expect("a key");
        asked.self_signed(&key).expect("a certificate").der().to_vec()
    }

    fn at(text: &str) -> Millis {
        Millis(text.parse::<jiff::Timestamp>().expect("a time").as_millisecond())
    }

    #[test]
    fn both_times_are_read_in_both_spellings() {
        let expected = Validity { from: at("1999-12-31T00:00:00Z"), until: at("2049-02-01T00:00:00Z") };
        assert_eq!(Validity::of(&made((1999, 12, 31), (2049, 2, 1))), Some(expected));
        let expected = Validity { from: at("2026-03-01T00:00:00Z"), until: at("2051-02-28T00:00:00Z") };
        assert_eq!(Validity::of(&made((2026, 3, 1), (2051, 2, 28))), Some(expected), "after 2049 with four digits");
    }

    #[test]
    fn what_is_cut_off_anywhere_before_its_times_is_no_certificate() {
        let whole = made((2026, 1, 1), (2027, 1, 1));
        for length in 0..whole.len() {
            assert_eq!(Validity::of(&whole[..length]), None, "{length} bytes");
        }
        assert_eq!(Validity::of(&[0x30, 0xff, 0xff]), None);
    }
}
