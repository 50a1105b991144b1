//! Who may allocate: names that carry their own expiry, and passwords that follow from the name and a secret.
//!
//! This is the scheme known as the TURN REST API. Whoever has the secret mints a name and its password and gives both
//! to a browser; the server, which has the secret as well, computes the password again and stores nobody.

use aws_lc_rs::hmac;
use base64::prelude::{BASE64_STANDARD, Engine};
use md5::{Digest, Md5};

/// The realm of every server. It stands in each challenge, and a challenge may not be much longer than what it answers.
pub const REALM: &str = "turn";

/// What the id of a credential begins with that is for trying out the network, before a call: it may do less.
pub const TEST_PREFIX: &str = "test~";

/// The longest name that RFC 8489 permits is shorter than this.
const NAME_AT_MOST: usize = 509;

/// A user name: `expiry:id`, where expiry is in seconds since 1970 and id is `group` or `group.part.part…`.
///
/// The group is whom quotas count, in Bedside a person; the parts are free, in Bedside a call and the session that asked.
/// So an id such as `p7.c12.s3` is person p7 in call c12, signed in as s3. A dot within one of them has to be spelled
/// differently by whoever mints.
/// An id that begins with [`TEST_PREFIX`] is a network test's, and so is its group: `test~p7` is not `p7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    pub expiry: u64,
    pub id: &'a str,
}

impl<'a> Name<'a> {
    pub fn read(name: &'a [u8]) -> Option<Name<'a>> {
        if name.len() > NAME_AT_MOST {
            return None;
        }
        let (expiry, id) = str::from_utf8(name).ok()?.split_once(':')?;
        let digits = !expiry.is_empty() && expiry.bytes().all(|byte| byte.is_ascii_digit());
        (digits && !id.is_empty()).then_some(Name { expiry: expiry.parse().ok()?, id })
    }

    pub fn group(&self) -> &'a str {
        self.id.split_once('.').map_or(self.id, |(group, _)| group)
    }

    /// What comes after the group.
    pub fn parts(&self) -> impl Iterator<Item = &'a str> {
        self.id.split('.').skip(1)
    }

    pub fn is_test(&self) -> bool {
        self.id.starts_with(TEST_PREFIX)
    }
}

/// A name and its password, good for new allocations until `expiry`, in seconds since 1970.
pub fn mint(secret: &[u8], expiry: u64, id: &str) -> (String, String) {
    let username = format!("{expiry}:{id}");
    let password = password(secret, username.as_bytes());
    (username, password)
}

fn password(secret: &[u8], username: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    BASE64_STANDARD.encode(hmac::sign(&key, username))
}

/// What messages are signed with. Kept as it is written: one that is made ready for signing takes fifty times the room,
/// and making it ready less time than signing.
#[derive(Clone)]
pub struct Key(Box<[u8]>);

impl Key {
    /// The key of the long-term mechanism. MD5 is not ours to choose.
    pub fn long_term(username: &[u8], realm: &[u8], password: &[u8]) -> Key {
        let mut digest = Md5::new();
        for (index, part) in [username, realm, password].into_iter().enumerate() {
            if index > 0 {
                digest.update(b":");
            }
            digest.update(part);
        }
        Key::short_term(&digest.finalize())
    }

    pub(crate) fn of_secret(secret: &[u8], username: &[u8]) -> Key {
        Key::long_term(username, REALM.as_bytes(), password(secret, username).as_bytes())
    }

    /// The key of the short-term mechanism, which ICE uses between peers and a server never does.
    pub fn short_term(password: &[u8]) -> Key {
        Key(password.into())
    }

    pub(crate) fn sign(&self, pieces: &[&[u8]]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0));
        pieces.iter().for_each(|piece| context.update(piece));
        context.sign()
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The secret that is minted with, and the one before it, so that a new one can be brought in while people talk.
#[derive(Clone)]
pub struct Secrets {
    current: Vec<u8>,
    previous: Option<Vec<u8>>,
}

impl Secrets {
    pub fn new(current: impl Into<Vec<u8>>) -> Secrets {
        Secrets { current: current.into(), previous: None }
    }

    pub fn with_previous(self, previous: impl Into<Vec<u8>>) -> Secrets {
        Secrets { previous: Some(previous.into()), ..self }
    }

    /// From now on `secret` counts, and the one that did until now still does. The one before that does no more.
    pub fn rotate(&mut self, secret: impl Into<Vec<u8>>) {
        self.previous = Some(std::mem::replace(&mut self.current, secret.into()));
    }

    pub(crate) fn keys(&self, username: &[u8]) -> impl Iterator<Item = Key> {
        [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .map(|secret| Key::of_secret(secret, username))
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_in_its_parts() {
        let name = Name::read(b"1700000000:p7.c12.x").expect("it is a name");
        assert_eq!((name.expiry, name.group()), (1_700_000_000, "p7"));
        assert_eq!(name.parts().collect::<Vec<_>>(), ["c12", "x"]);
        let alone = Name::read(b"5:p7").expect("it is a name");
        assert_eq!((alone.group(), alone.parts().count(), alone.is_test()), ("p7", 0, false));
        assert!(Name::read(b"5:test~p7.c1").expect("it is a name").is_test());
    }

    #[test]
    fn what_is_not_a_name_is_none() {
        for name in ["", ":", "5:", "p7", ":p7", "+5:p7", "-5:p7", "5 :p7", "99999999999999999999999:p7"] {
            assert_eq!(Name::read(name.as_bytes()), None, "{name:?}");
        }
        assert_eq!(Name::read(b"5:\xff"), None);
        assert_eq!(Name::read(format!("5:{}", "x".repeat(600)).as_bytes()), None);
    }

    #[test]
    fn passwords_are_those_that_others_compute() {
        // openssl dgst -sha1 -hmac secret -binary | base64
        let (username, password) = mint(b"secret", 1_433_895_918, "p7");
        assert_eq!(username, "1433895918:p7");
        assert_eq!(password, EXPECTED);
    }

    const EXPECTED: &str = "bQf9GstMA52cKQCjtEqom2N/4L8=";

    #[test]
    fn a_new_secret_leaves_the_one_before_it_for_a_while() {
        let mut secrets = Secrets::new("first");
        secrets.rotate("second");
        assert_eq!(secrets.keys(b"5:p7").count(), 2);
        secrets.rotate("third");
        assert_eq!((secrets.current.as_slice(), secrets.previous.as_deref()), (&b"third"[..], Some(&b"second"[..])));
        assert!(!format!("{secrets:?}").contains("third"));
    }
}
