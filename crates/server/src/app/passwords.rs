//! Passwords: hashed slowly on purpose, beside the threads that serve, and only so many at once.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use bedside_domain::refusal::Refusal;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock;
use crate::dispatch::Error;

const CHARS_AT_LEAST: usize = 12;
/// Hashing what is longer would be work for nothing.
pub const CHARS_AT_MOST: usize = 200;
/// "aaaaaaaaaaaa" is long, and guessed first.
const DIFFERENT_AT_LEAST: usize = 5;
/// Each takes 19 MiB and a core for some hundredths of a second.
const AT_ONCE: usize = 2;
/// Whoever waits longer than this is told, rather than left hanging.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is compared with where there is no password, so that the answer takes as long. Nothing hashes to it.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbC4uLg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub struct Passwords(Arc<Semaphore>);

impl Passwords {
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// The form in which a password is kept.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let (password, salt) = (password.to_owned(), clock::secret::<16>());
        let hash = move || hasher().hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string());
        Ok(self.in_turn(hash).await?.expect("a salt of 16 bytes and a password of at most 800 are within bounds"))
    }

    /// Whether this is the password, in a time that does not tell whether there is one.
    pub async fn fits(&self, password: &str, hash: Option<&str>) -> Result<bool, Error> {
        let (password, hash) = (password.to_owned(), hash.unwrap_or(NOBODYS).to_owned());
        self.in_turn(move || hasher().verify_password(password.as_bytes(), hash.as_str()).is_ok()).await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let turn =
            tokio::time::timeout(PATIENCE, self.0.clone().acquire_owned()).await.map_err(|_| Error::Contended)?;
        let turn: OwnedSemaphorePermit = turn.expect("the semaphore is never closed");
        // Whoever goes away meanwhile does not make room for the next: the work goes on.
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(turn);
            outcome
        });
        Ok(done.await.expect("hashing does not panic"))
    }
}

/// What somebody may choose, or why not. Length is what counts; nobody is asked for signs and capitals.
pub fn must_be_good(password: &str, email: &str) -> Result<(), Refusal> {
    let chars = password.chars().count();
    if chars < CHARS_AT_LEAST {
        return Err(Refusal::Invalid("a password must have at least 12 characters"));
    }
    if chars > CHARS_AT_MOST {
        return Err(Refusal::Invalid("a password may have 200 characters"));
    }
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT_AT_LEAST || password.trim().eq_ignore_ascii_case(email.trim()) {
        return Err(Refusal::Invalid("this password would be guessed; take one of several words"));
    }
    Ok(())
}

/// As OWASP recommends it; the same cost stands in [`NOBODYS`].
fn hasher() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("the recommended cost is within bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_alone_and_nobodys_fits_none() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse battery").await.expect("a hash");
        assert!(hash.starts_with(NOBODYS.split("$bm9").next().expect("the cost")), "{hash}");
        assert!(passwords.fits("correct horse battery", Some(&hash)).await.expect("an answer"));
        assert!(!passwords.fits("correct horse batter", Some(&hash)).await.expect("an answer"));
        assert!(!passwords.fits("", None).await.expect("an answer"));
        assert_ne!(passwords.hash("correct horse battery").await.expect("a hash"), hash, "every hash has its salt");
    }

    #[test]
    fn a_password_is_long_and_no_address() {
        let refused = ["short", "aaaaaaaaaaaaaaa", "Ada.Lovelace@example.org", &"ab1 ".repeat(51)];
        for password in refused {
            assert!(must_be_good(password, "ada.lovelace@example.org").is_err(), "{password}");
        }
        assert!(must_be_good("four words with spaces", "ada.lovelace@example.org").is_ok());
    }
}
