//! How passwords are kept and tried: Argon2id, two at a time, and as long for an unknown person as for a known one.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// OWASP ASVS 5.0 §6.2; 64 MiB, three passes, one lane (security.md).
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const AT_ONCE: usize = 2;
const QUEUE_MAX: usize = 32;
const WAIT_MAX: Duration = Duration::from_secs(10);
const LENGTH_MIN: usize = 12;
const LENGTH_MAX: usize = 128;

/// The scale on which passwords are tried.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    nobody: Arc<str>,
}

impl Passwords {
    /// Ready to try passwords, with a hash that belongs to nobody.
    pub fn new() -> Result<Self> {
        Ok(Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(AT_ONCE + QUEUE_MAX)),
            nobody: hash(&SecretString::from("nobody signs in with this"))?.into(),
        })
    }

    /// True if `password` is the one that `kept` was made of. Nobody's is never right, and takes as long.
    pub async fn is_right(&self, password: SecretString, kept: Option<String>) -> Result<bool> {
        let _queued = self.queue.try_acquire().map_err(|_full| Error::TooMany)?;
        let turn = tokio::time::timeout(WAIT_MAX, self.turns.clone().acquire_owned());
        let turn = turn.await.map_err(|_elapsed| Error::TooMany)?.map_err(|_closed| Error::Stopped)?;
        let nobody = Arc::clone(&self.nobody);
        let tried = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let is_known = kept.is_some();
            let kept = kept.unwrap_or_else(|| nobody.to_string());
            let parsed = PasswordHash::new(&kept).map_err(|_bad| Error::Corrupt("password hash"))?;
            let fits = scale()?.verify_password(password.expose_secret().as_bytes(), &parsed);
            Ok(fits.is_ok() && is_known)
        });
        tried.await.map_err(|_stopped| Error::Stopped)?
    }
}

/// What is kept of a password. Takes about a third of a second.
pub fn hash(password: &SecretString) -> Result<String> {
    let made = scale()?.hash_password(password.expose_secret().as_bytes());
    Ok(made.map_err(|_bad| Error::Corrupt("password"))?.to_string())
}

fn scale() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None);
    let params = params.map_err(|_bad| Error::Corrupt("password settings"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is wrong with a new password, if anything, in words for its owner. `about` is what an attacker would try first.
pub fn fault(password: &SecretString, about: &[&str]) -> Option<&'static str> {
    let password = password.expose_secret();
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Some("Use at least 12 characters. Three or four unrelated words work well.");
    }
    if length > LENGTH_MAX {
        return Some("Use at most 128 characters.");
    }
    let guesses = zxcvbn::zxcvbn(password, about);
    (guesses.score() < zxcvbn::Score::Three)
        .then_some("This password is easy to guess. Three or four unrelated words work well.")
}
