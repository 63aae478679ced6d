//! Letters leave: the chore that takes what is due, writes it, hands it to the mail server, and keeps how that ended.
//!
//! A letter is held with a lease and a random word that only its holder knows, so that two workers never send the same
//! one. A worker that dies lets its leases run out; the letter then goes once more, with the same bytes and
//! `Message-ID`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use lettre::Address;
use lettre::transport::smtp::client::SmtpConnection;
use parking_lot::Mutex;

use super::compose::{self, Sealed};
use super::queries::{self, End, Held};
use super::smtp::{Fate, Route};
use super::{Failure, LetterId, Words, access};
use crate::accounts::AccountId;
use crate::app::Portal;
use crate::store::{hex, random_bytes};
use crate::worker::Done;
use crate::{Result, accounts, calendar};

/// How many letters are taken at a time.
const BATCH: i64 = 200;
/// How many are on their way at once.
const LANES: usize = 8;
/// Longer than a batch can take: `BEGIN_WITHIN` and one letter at its slowest.
const LEASE: TimeDelta = TimeDelta::minutes(10);
/// What is not begun by then is given back.
const BEGIN_WITHIN: Duration = Duration::from_mins(3);
/// After a letter was handed over and no answer came.
const AFTER_SILENCE: TimeDelta = TimeDelta::minutes(10);
const LATER_MIN_S: i64 = 60;
/// With the quarter that chance may add: an hour.
const LATER_MAX_S: i64 = 2880;

/// Sends what is due, at most one batch.
pub fn run(portal: &Portal, now: NaiveDateTime) -> Result<Done> {
    let lease = hex(random_bytes::<16>());
    let claim = |db: &mut _| queries::claim(db, &lease, (now, now + LEASE), BATCH);
    let held = portal.store.write(claim)?;
    if held.is_empty() {
        return Ok(Done::nothing());
    }
    let round = Round {
        portal,
        lease,
        at: now,
        silent: held.iter().filter(|it| is_silent(it)).map(|it| it.id).collect(),
        tries: held.iter().map(|it| (it.id, it.tries)).collect(),
    };
    let is_more = i64::try_from(held.len()).is_ok_and(|it| it == BATCH);
    let ready = round.write(&held)?;
    let sent = match Route::of(&portal.settings)? {
        Some(route) => round.send(&route, ready)?,
        None => {
            round.settle(&ready.iter().map(|it| (it.id, End::Sent(now))).collect::<Vec<_>>())?
        }
    };
    Ok(Done { count: sent, is_more })
}

fn is_silent(letter: &Held) -> bool {
    letter.failure == Some(Failure::Unanswered)
}

/// One batch in one worker's hands.
struct Round<'a> {
    portal: &'a Portal,
    lease: String,
    at: NaiveDateTime,
    /// Those that were handed over once without an answer.
    silent: Vec<LetterId>,
    tries: HashMap<LetterId, i32>,
}

impl Round<'_> {
    /// Writes the letters, keeps them as they will be sent, and stops those that have nowhere to go.
    fn write(&self, held: &[Held]) -> Result<Vec<Sealed>> {
        let addresses = self.addresses(held)?;
        let mut written: Vec<(Sealed, Words)> = Vec::new();
        let mut ends = Vec::new();
        for letter in held {
            let address = addresses.get(&(letter.account_id, letter.kind.is_about_access()));
            match self.one(letter, address) {
                Ok(one) => written.push(one),
                Err(Failure::Unwritable) => {
                    ends.push((letter.id, self.later(letter.id, Failure::Unwritable)));
                }
                Err(why) => ends.push((letter.id, End::Stopped(self.at, why))),
            }
        }
        self.settle(&ends)?;
        self.portal.store.write(|db| {
            for (sealed, words) in &written {
                queries::keep(db, sealed.id, &self.lease, (sealed.to.as_ref(), words))?;
            }
            Ok(())
        })?;
        Ok(written.into_iter().map(|(sealed, _)| sealed).collect())
    }

    /// Where the people of some letters get mail today: any letter, and letters about getting in.
    fn addresses(&self, held: &[Held]) -> Result<HashMap<(AccountId, bool), String>> {
        let today = calendar::day(self.at);
        let of = |is_about_access| -> Vec<AccountId> {
            let such = held.iter().filter(|it| it.kind.is_about_access() == is_about_access);
            such.map(|it| it.account_id).collect()
        };
        let (any, access) = self.portal.store.read(|db| {
            let any = accounts::queries::addresses(db, &of(false), today)?;
            Ok((any, accounts::queries::addresses_of_expected(db, &of(true), today)?))
        })?;
        let any = any.into_iter().map(|(id, address)| ((id, false), address));
        let access = access.into_iter().map(|(id, address)| ((id, true), address));
        Ok(any.chain(access).collect())
    }

    /// One letter as it will travel, and as it is kept. What was written once is not written anew.
    fn one(&self, letter: &Held, address: Option<&String>) -> Result<(Sealed, Words), Failure> {
        let address = address.ok_or(Failure::Left)?;
        let to: Address = address.parse().map_err(|_bad| Failure::BadAddress)?;
        if !address.is_ascii() {
            return Err(Failure::BadAddress);
        }
        let unwritable = |error: crate::Error| {
            tracing::error!(letter = %letter.id, %error, "a letter could not be written");
            Failure::Unwritable
        };
        let kept = letter.subject.clone().zip(letter.text.clone()).zip(letter.html.clone());
        let words = if let Some(((subject, text), html)) = kept {
            Words { subject, text, html }
        } else {
            let facts = serde_json::from_str(&letter.facts)
                .map_err(|_bad| unwritable(crate::Error::Corrupt("letter")))?;
            compose::words(self.portal, letter.kind, &facts).map_err(unwritable)?
        };
        let whose = (letter.id, letter.kind, letter.queued_at);
        let what = (letter.kind, letter.facts.as_str());
        let full = access::filled(&self.portal.keys, what, &words).map_err(unwritable)?;
        let sealed = compose::seal(&self.portal.settings, whose, to, &full).map_err(unwritable)?;
        Ok((sealed, words))
    }

    /// Sends on several lines at once, and writes down how each letter ended as soon as it has.
    fn send(&self, route: &Route, ready: Vec<Sealed>) -> Result<usize> {
        let lanes = LANES.min(ready.len());
        let queue = Queue {
            route,
            letters: Mutex::new(ready.into_iter()),
            is_away: AtomicBool::new(false),
            until: Instant::now() + BEGIN_WITHIN,
            stopping: &self.portal.stopping,
        };
        let mut sent = 0;
        std::thread::scope(|scope| {
            let (say, hear) = channel();
            for _ in 0..lanes {
                let (say, queue) = (say.clone(), &queue);
                scope.spawn(move || queue.work(&say));
            }
            drop(say);
            while let Ok(first) = hear.recv() {
                let fates = std::iter::once(first).chain(hear.try_iter());
                let ends: Vec<_> = fates.map(|(id, fate)| (id, self.end(id, fate))).collect();
                sent += self.settle(&ends)?;
            }
            Ok(sent)
        })
    }

    /// How a letter ended; nothing when it was not begun.
    fn end(&self, id: LetterId, fate: Option<Fate>) -> End {
        let Some(fate) = fate else { return End::Untried };
        let was_silent = self.silent.contains(&id);
        let now = (self.portal.clock)();
        match fate {
            Fate::Sent => End::Sent(now),
            Fate::Refused => End::Stopped(now, Failure::Refused),
            Fate::Unanswered if was_silent => End::Stopped(now, Failure::Unanswered),
            Fate::Unanswered => End::Later(now + AFTER_SILENCE, Failure::Unanswered),
            Fate::Deferred | Fate::Unreachable if was_silent => self.later(id, Failure::Unanswered),
            Fate::Deferred | Fate::Unreachable => self.later(id, fate.failure()),
        }
    }

    fn later(&self, id: LetterId, why: Failure) -> End {
        let tries = self.tries.get(&id).copied().unwrap_or(1);
        End::Later(self.at + back_off(tries, random_bytes::<1>()), why)
    }

    /// Writes down how letters ended. Says how many were sent.
    fn settle(&self, ends: &[(LetterId, End)]) -> Result<usize> {
        if ends.is_empty() {
            return Ok(0);
        }
        self.portal.store.write(|db| {
            for (id, end) in ends {
                if !queries::settle(db, *id, &self.lease, *end)? {
                    tracing::warn!(letter = %id, "a letter was taken over by another worker");
                }
            }
            Ok(())
        })?;
        for (id, end) in ends {
            if let End::Stopped(_, why) = end {
                tracing::error!(letter = %id, why = why.as_str(), "a letter was stopped");
            }
        }
        let late = ends.iter().filter(|(_, end)| matches!(end, End::Later(..))).count();
        if late > 0 {
            tracing::warn!(late, "letters have to wait");
        }
        Ok(ends.iter().filter(|(_, end)| matches!(end, End::Sent(_))).count())
    }
}

/// The letters of one batch, which the lanes take from.
struct Queue<'a> {
    route: &'a Route,
    letters: Mutex<std::vec::IntoIter<Sealed>>,
    /// The server could not be reached: the other letters need not try.
    is_away: AtomicBool,
    until: Instant,
    stopping: &'a AtomicBool,
}

impl Queue<'_> {
    /// One lane: a line to the server, and letters one after the other until there are none.
    fn work(&self, say: &Sender<(LetterId, Option<Fate>)>) {
        let mut line: Option<SmtpConnection> = None;
        loop {
            let Some(letter) = self.letters.lock().next() else { break };
            let fate = self.fate(&mut line, &letter);
            if say.send((letter.id, fate)).is_err() {
                break;
            }
        }
        if let Some(Err(_gone)) = line.as_mut().map(SmtpConnection::quit) {
            tracing::debug!("the mail server did not say goodbye");
        }
    }

    fn fate(&self, line: &mut Option<SmtpConnection>, letter: &Sealed) -> Option<Fate> {
        if self.stopping.load(Ordering::Relaxed) || Instant::now() > self.until {
            return None;
        }
        if self.is_away.load(Ordering::Relaxed) {
            return Some(Fate::Unreachable);
        }
        let fate = self.route.carry(line, letter);
        if fate == Fate::Unreachable {
            self.is_away.store(true, Ordering::Relaxed);
        }
        Some(fate)
    }
}

/// A minute after the first try, twice as long after each, an hour at most, and up to a quarter more by chance, so that a
/// server that comes back is not met by all at once.
fn back_off(tries: i32, [chance]: [u8; 1]) -> TimeDelta {
    let doublings = u32::try_from(tries.clamp(1, 7) - 1).unwrap_or_default();
    let seconds = (LATER_MIN_S << doublings).min(LATER_MAX_S);
    TimeDelta::seconds(seconds + seconds * i64::from(chance) / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_from_a_minute_to_an_hour() {
        let minutes = |tries, chance| back_off(tries, [chance]).num_minutes();
        assert_eq!([1, 2, 3, 7, 500].map(|tries| minutes(tries, 0)), [1, 2, 4, 48, 48]);
        assert_eq!(minutes(500, 255), 59);
    }
}
