//! A certificate of our own making, for a trial in the local network: browsers warn, people compare its fingerprint.

use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use bedside_domain::time::{Millis, Span};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::pki_types::CertificateDer;

use super::kept;
use super::shown::Certificate;
use crate::{Failure, clock};

/// Some systems take no certificate that lasts longer than a year.
const LASTS: Span = Span::days(365);
/// Whoever has let a browser trust it should not be asked again too soon, nor find it expired in the middle of a trial.
const RENEWED_BEFORE: Span = Span::days(30);

/// The certificate in `file`; a new one if there is none, if it ends soon, or if one of `names` is not in it.
pub fn kept_or_made(file: &Path, names: &[String]) -> Result<Certificate, Failure> {
    let kept = kept::read(file)?.and_then(|pem| Certificate::from_pem(&pem, &pem).ok());
    if let Some(kept) = kept.filter(|kept| is_good_for(kept, names)) {
        return Ok(kept);
    }
    let pem = made(names)?;
    kept::write(file, &pem)?;
    Certificate::from_pem(&pem, &pem)
}

/// As browsers show it: SHA-256 over the whole certificate.
pub fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let bytes = digest(&SHA256, certificate);
    bytes.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn is_good_for(certificate: &Certificate, names: &[String]) -> bool {
    clock::now() + RENEWED_BEFORE < certificate.validity.until && certificate.is_for(names)
}

/// Certificate and key in one text.
fn made(names: &[String]) -> Result<String, Failure> {
    let mut asked = CertificateParams::new(names)?;
    asked.distinguished_name.push(DnType::CommonName, "Bedside, self-signed");
    asked.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = clock::now();
    // A day of grace for phones whose clock is behind.
    let (year, month, day) = date(now - Span::days(1));
    asked.not_before = rcgen::date_time_ymd(year, month, day);
    let (year, month, day) = date(now + LASTS);
    asked.not_after = rcgen::date_time_ymd(year, month, day);
    let key = KeyPair::generate()?;
    Ok(format!("{}{}", asked.self_signed(&key)?.pem(), key.serialize_pem()))
}

fn date(at: Millis) -> (i32, u8, u8) {
    let at = jiff::Timestamp::from_millisecond(at.0).expect("the clock shows a time");
    let day = at.to_zoned(jiff::tz::TimeZone::UTC);
    let number = |of: i8| u8::try_from(of).expect("months and days are positive");
    (i32::from(day.year()), number(day.month()), number(day.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_while_its_names_do_and_is_for_nobody_else_to_read() {
        let folder = std::env::temp_dir().join(format!("bedside-self-signed-{}", clock::unguessable_id()));
        let file = folder.join("tls").join("self-signed.pem");
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let both = names(&["localhost", "192.0.2.7"]);
        let of = |names: &[String]| fingerprint(kept_or_made(&file, names).expect("it can be made").der());
        let first = of(&both);
        assert_eq!(of(&both), first);
        assert_eq!(of(&names(&["localhost"])), first, "an address that is gone makes no new one");
        let other = of(&names(&["localhost", "192.0.2.7", "2001:db8::7"]));
        assert_ne!(other, first, "an address that has come makes a new one");
        std::fs::write(&file, "half of it").expect("the file is ours");
        assert_ne!(of(&both), other, "what cannot be read is made anew");
        let mode = |path: &Path| {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
        };
        assert_eq!((mode(&file), mode(&folder.join("tls"))), (0o600, 0o700));
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }

    #[test]
    fn one_that_ends_within_a_month_is_made_anew() {
        let names = ["localhost".to_owned()];
        let pem = made(&names).expect("it can be made");
        let mut certificate = Certificate::from_pem(&pem, &pem).expect("it is whole");
        assert!(is_good_for(&certificate, &names));
        certificate.validity.until = clock::now() + Span::days(29);
        assert!(!is_good_for(&certificate, &names));
    }
}
