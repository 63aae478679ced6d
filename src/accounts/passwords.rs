//! How passwords are kept and tried: Argon2id, two at a time, and as long for an unknown person as for a known one.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zxcvbn::Score;
use zxcvbn::feedback::{Feedback, Warning};

use super::sessions;
use crate::store::fold;
use crate::{Error, Result};

/// OWASP ASVS 5.0 §6.2; 64 MiB, three passes, one lane (security.md).
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
const BAD_HASH: Error = Error::Corrupt("password hash");
const AT_ONCE: usize = 2;
const QUEUE_MAX: usize = 32;
const WAIT_MAX: Duration = Duration::from_secs(10);
const LENGTH_MIN: usize = 12;
const LENGTH_MAX: usize = 128;
/// So many letters or figures of a password are none that others know about its owner.
const BESIDES_MIN: usize = 8;
const KNOWN: &str = "This password has something in it that others know about you: your name, your address, your school or \
    your council. Three or four unrelated words work well.";

/// Two at a time, and a short queue: the scale on which passwords are tried.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

/// What came of trying a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    Wrong,
    /// `renewed`: what is to be kept of it from now on, if what is kept is of weaker make than today's.
    Right {
        renewed: Option<String>,
    },
}

/// A place in the queue. It is taken before anything is written for whoever asks, so that a crowd at the door costs no
/// more than the queue is long.
pub struct Place(
    #[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit,
);

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(AT_ONCE + QUEUE_MAX)),
        }
    }
}

impl Passwords {
    /// A place in the queue, if it is not full.
    pub fn queue(&self) -> Result<Place> {
        let place = Arc::clone(&self.queue).try_acquire_owned();
        place.map(Place).map_err(|_full| Error::Queue)
    }

    /// True if `password` is the one that `kept` was made of. Nobody's is never right, and takes as long.
    pub async fn is_right(
        &self,
        place: Place,
        password: SecretString,
        kept: Option<String>,
    ) -> Result<bool> {
        Ok(self.tried(place, password, kept).await? != Tried::Wrong)
    }

    /// The same, and what is to be kept of a right password from now on, if `kept` is of weaker make than today's.
    pub async fn tried(
        &self,
        place: Place,
        password: SecretString,
        kept: Option<String>,
    ) -> Result<Tried> {
        self.in_turn(place, move || Ok(weigh(&password, kept)?.0)).await
    }

    /// What is kept of a new password; or what is wrong with it, in words for its owner.
    pub async fn chosen(
        &self,
        place: Place,
        password: SecretString,
        about: Vec<String>,
    ) -> Result<Result<String, String>> {
        self.in_turn(place, move || {
            let about: Vec<&str> = about.iter().map(String::as_str).collect();
            Ok(sessions::new_password(&password, &about))
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = tokio::time::timeout(WAIT_MAX, Arc::clone(&self.turns).acquire_owned());
        let turn =
            turn.await.map_err(|_elapsed| Error::Queue)?.map_err(|_closed| Error::Stopped)?;
        // Turn and place go with the work: whoever hangs up does not free them before it is done.
        let done = tokio::task::spawn_blocking(move || {
            let _held = (turn, place);
            work()
        });
        done.await.map_err(|_stopped| Error::Stopped)?
    }
}

/// Tries a password against what is kept, or against nobody's. Says what came of it, and the work that it took.
///
/// A wrong one is as much work as against a hash of today's make, whatever `kept` was made with: what an older one leaves of
/// that is spent on nobody's. So the time tells neither who has an account nor who has not signed in for years.
fn weigh(password: &SecretString, kept: Option<String>) -> Result<(Tried, u32)> {
    let is_known = kept.is_some();
    let kept = kept.unwrap_or_else(|| nobody(MEMORY_KIB));
    let (is_right, made) = fits(password, &kept)?;
    let spent = work(&made);
    if is_right && is_known {
        let is_weak = made.m_cost() < MEMORY_KIB || made.t_cost() < PASSES;
        let renewed = is_weak.then(|| hash(password)).transpose()?;
        return Ok((Tried::Right { renewed }, spent));
    }
    let left = (MEMORY_KIB * PASSES).saturating_sub(spent) / PASSES;
    if left < Params::MIN_M_COST {
        return Ok((Tried::Wrong, spent));
    }
    let (_, rest) = fits(password, &nobody(left))?;
    Ok((Tried::Wrong, spent + work(&rest)))
}

/// Whether a password is the one that `kept` was made of, and with what that was made.
fn fits(password: &SecretString, kept: &str) -> Result<(bool, Params)> {
    let parsed = PasswordHash::new(kept).map_err(|_bad| BAD_HASH)?;
    let made = Params::try_from(&parsed).map_err(|_bad| BAD_HASH)?;
    let fits = scale()?.verify_password(password.expose_secret().as_bytes(), &parsed);
    Ok((fits.is_ok(), made))
}

/// How much work a hash is: as many blocks of a KiB are filled, in all passes.
fn work(made: &Params) -> u32 {
    made.m_cost().saturating_mul(made.t_cost())
}

/// What an unknown person's password is tried against: as much work as a real one, and never right.
fn nobody(memory_kib: u32) -> String {
    let (salt, hash) = ("bm9ib2R5bm9ib2R5", "A".repeat(43));
    format!("$argon2id$v=19$m={memory_kib},t={PASSES},p={LANES}${salt}${hash}")
}

/// What is kept of a password. Takes about a third of a second.
pub fn hash(password: &SecretString) -> Result<String> {
    let made = scale()?.hash_password(password.expose_secret().as_bytes());
    Ok(made.map_err(|_bad| Error::Corrupt("password"))?.to_string())
}

fn scale() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
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
    if besides(password, about) < BESIDES_MIN {
        return Some(KNOWN);
    }
    let guesses = zxcvbn::zxcvbn(password, about);
    (guesses.score() < Score::Three).then(|| {
        let folded = fold(password);
        match guesses.feedback().and_then(Feedback::warning) {
            _ if about.iter().any(|it| folded.contains(&fold(it))) => KNOWN,
            Some(warning) => weakness(warning),
            None => "This password is easy to guess. Three or four unrelated words work well.",
        }
    })
}

/// How many letters and figures a password has besides what others know: zxcvbn takes three known words for hard to guess.
fn besides(password: &str, about: &[&str]) -> usize {
    let plain =
        |text: &str| fold(text).chars().filter(|it| it.is_alphanumeric()).collect::<String>();
    let mut known: Vec<String> = about.iter().map(|it| plain(it)).collect();
    known.retain(|it| !it.is_empty());
    known.sort_by_key(|it| std::cmp::Reverse(it.len()));
    let rest = known.iter().fold(plain(password), |rest, it| rest.replace(it, ""));
    rest.chars().count()
}

/// What makes a password weak, in plain words.
fn weakness(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess
        | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "This password follows the keys of the keyboard, which is easy to guess. Three or four unrelated words \
             work well."
        }
        Warning::RepeatsLikeAaaAreEasyToGuess
        | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "This password repeats itself, which is easy to guess. Three or four unrelated words work well."
        }
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => {
            "This password is like one that many people use. Three or four unrelated words work well."
        }
        Warning::SequencesLikeAbcAreEasyToGuess => {
            "This password has a row such as abc or 6543 in it, which is easy to guess. Three or four unrelated words \
             work well."
        }
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => {
            "This password has a date or a year in it, which is easy to guess. Three or four unrelated words work \
             well."
        }
        Warning::AWordByItselfIsEasyToGuess => {
            "This password is one word, which is easy to guess. Three or four unrelated words work well."
        }
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => {
            "This password is made of names, which are easy to guess. Three or four unrelated words work well."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_that_was_kept_is_right() {
        let kept = hash(&SecretString::from("lamp otter violin")).expect("a hash");
        let scale = Passwords::default();
        let cases = [("lamp otter violin", true), ("lamp otter violim", false)];
        for (password, is_right) in cases {
            let place = scale.queue().expect("a place");
            let password = SecretString::from(password);
            let tried = scale.is_right(place, password, Some(kept.clone())).await;
            assert_eq!(tried.expect("tried"), is_right);
        }
        let place = scale.queue().expect("a place");
        let nobodys = scale.is_right(place, SecretString::from("anything"), None).await;
        assert!(!nobodys.expect("tried"));
    }

    #[test]
    fn a_wrong_guess_is_as_much_work_whatever_the_hash_was_made_with_and_for_nobody() {
        let (right, wrong) = (SecretString::from("lamp otter"), SecretString::from("lamp oboe"));
        let today = MEMORY_KIB * PASSES;
        for (memory, passes) in [(8, 1), (19 * 1024, 2), (MEMORY_KIB, 2), (MEMORY_KIB, PASSES)] {
            let older = Params::new(memory, passes, LANES, None).expect("parameters");
            let older = Argon2::new(Algorithm::Argon2id, Version::V0x13, older);
            let kept = older.hash_password(b"lamp otter").expect("a hash").to_string();
            let (tried, spent) = weigh(&wrong, Some(kept.clone())).expect("tried");
            assert_eq!(tried, Tried::Wrong);
            assert!(today - spent < PASSES, "{spent} of {today} for m={memory}, t={passes}");
            let (tried, _) = weigh(&right, Some(kept)).expect("tried");
            assert!(matches!(tried, Tried::Right { .. }));
        }
        assert_eq!(weigh(&wrong, None).expect("tried"), (Tried::Wrong, today));
    }

    #[tokio::test]
    async fn two_are_tried_at_once_the_third_waits_and_beyond_the_queue_everybody_is_told() {
        let scale = Passwords::default();
        let (begun, begins) = std::sync::mpsc::channel();
        let places = (0..AT_ONCE + QUEUE_MAX).map(|_| scale.queue().expect("a place"));
        let places: Vec<Place> = places.collect();
        assert!(matches!(scale.queue(), Err(Error::Queue)), "the queue is full");
        let mut ends = Vec::new();
        for (index, place) in places.into_iter().enumerate() {
            let (end, ended) = std::sync::mpsc::channel::<()>();
            let (scale, begun) = (scale.clone(), begun.clone());
            let work = move || {
                begun.send(index).expect("told");
                Ok(ended.recv().is_ok())
            };
            let task = tokio::spawn(async move { scale.in_turn(place, work).await });
            ends.push((end, task));
        }
        let (all, mut count) = (ends.len(), 0);
        for (index, (end, task)) in ends.into_iter().enumerate() {
            while count < all.min(index + AT_ONCE) {
                count += usize::from(begins.try_recv().is_ok());
                tokio::task::yield_now().await;
            }
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            assert!(begins.try_recv().is_err(), "a third is at work");
            end.send(()).expect("ended");
            assert!(task.await.expect("joined").expect("done"));
        }
        assert!(scale.queue().is_ok());
    }

    #[test]
    fn a_password_is_long_and_hard_to_guess() {
        for weak in ["short", "password1234", "crawleyschool"] {
            assert!(fault(&SecretString::from(weak), &["crawley", "school"]).is_some(), "{weak}");
        }
        for (weak, why) in [
            ("zxcvbnm,./asdf", "keyboard"),
            ("lalalalalalala", "repeats"),
            ("crawleyschool1", "know about you"),
            ("Crawley, School of 2026", "know about you"),
        ] {
            let told = fault(&SecretString::from(weak), &["crawley", "school"]);
            assert!(told.is_some_and(|it| it.contains(why)), "{weak}: {told:?}");
        }
        assert_eq!(fault(&SecretString::from("lamp otter violin dune"), &[]), None);
    }
}
