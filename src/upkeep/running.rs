//! What the doctor says of what the service has done: the database, the worker, letters, digests, backups.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{NaiveDateTime, TimeDelta};

use super::doctor::{State, Verdict};
use super::{backup, machine, queries};
use crate::accounts::{self, Role};
use crate::app::Portal;
use crate::mail::{LetterKind, access, queries as letters};
use crate::retention::clock;
use crate::seal::{self, rotate};
use crate::store::hearts::{self, Heart};
use crate::{Result, calendar};

/// A worker beats once a minute.
const BEAT_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// Deletion runs once a day; a run may fail once.
const DELETION_WITHIN: TimeDelta = TimeDelta::hours(50);
/// A backup is made each night.
const BACKED_UP_WITHIN: TimeDelta = TimeDelta::hours(26);
const HOW_TO_BACK_UP: &str =
    "Run `e4s backup DIR`, and see that e4s-backup.timer is on (docs/operate.md).";
const COUNT_MAX: i64 = 1_000;

pub(super) fn database(portal: &Portal, _: NaiveDateTime) -> Result<Verdict> {
    // Every connection is refused unless it keeps to what is said here (`store/engine.rs`).
    Ok(Verdict::fine(format!("{}; the schema is up to date.", portal.store.about()?)))
}

/// Whether every text that is sealed has its key on this machine.
pub(super) fn keys(portal: &Portal, _: NaiveDateTime) -> Result<Verdict> {
    let mut missing = rotate::missing(&portal.store, &portal.keys)?;
    let known: BTreeSet<u32> = portal.keys.generations().into_iter().collect();
    let of_letters = portal.store.read(access::needed)?;
    missing.extend(of_letters.difference(&known));
    let names: Vec<String> = missing.iter().map(|it| format!("root-{it}.key")).collect();
    if !names.is_empty() {
        return Ok(Verdict::broken(
            format!(
                "Texts need {}, which this machine has not: they do not open here.",
                names.join(", ")
            ),
            "Copy it from another machine or take it from a backup: its owner the service’s user, its mode 0400.",
        ));
    }
    Ok(match seal::waiting(portal.keys.folder())? {
        Some(generation) => Verdict::attend(
            format!("root-{generation}.waiting is here and seals nothing yet."),
            "Once every machine has it, run `e4s keys rotate` on each.",
        ),
        None => Verdict::fine("Every text that is sealed has its key here."),
    })
}

pub(super) fn worker(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let what_to_do =
        "Start `e4s serve` (without --no-worker) or `e4s work`. Until then no letter leaves.";
    let beat = portal.store.read(|db| hearts::last_beat(db, Heart::Worker))?;
    Ok(match beat {
        None => Verdict::broken("No worker has ever run.", what_to_do),
        Some(at) if now - at > BEAT_WITHIN => Verdict::broken(
            format!("No worker has run since {}.", calendar::moment(at)),
            what_to_do,
        ),
        Some(_) => Verdict::fine("It has run within the last five minutes."),
    })
}

/// Deletion runs once a day, unless its clock has jumped.
pub(super) fn deletion(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let (standing, last) = portal
        .store
        .read(|db| Ok((clock::standing(db, now)?, hearts::last_beat(db, Heart::Deletion)?)))?;
    if let Some(trouble) = standing.trouble() {
        let told = "Compare it with a clock that you trust. If it is wrong, set it; if it is right, say so there.";
        return Ok(Verdict::broken(trouble, told));
    }
    let what_to_do = "It runs once a day, with the worker: see the worker, and the log.";
    Ok(match last {
        None => Verdict::attend("It has not run yet.", what_to_do),
        Some(at) if now - at > DELETION_WITHIN => {
            Verdict::attend(format!("It last ran on {}.", calendar::moment(at)), what_to_do)
        }
        Some(at) => {
            Verdict::fine(format!("It last ran on {}; its clock is right.", calendar::moment(at)))
        }
    })
}

pub(super) fn letters(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let (late, given_up) = portal.store.read(|db| {
        let late = letters::late(db, now - TimeDelta::hours(1), COUNT_MAX)?;
        Ok((late, letters::given_up(db, now - TimeDelta::days(30), COUNT_MAX)?))
    })?;
    if late > 0 {
        return Ok(Verdict::broken(
            format!("{} waited longer than an hour.", counted(late, "letter has", "letters have")),
            "See whether the worker runs and the mail server answers (above). Letters leave by themselves once they do.",
        ));
    }
    if given_up > 0 {
        return Ok(Verdict::attend(
            format!(
                "{} refused for good within 30 days.",
                counted(given_up, "letter was", "letters were")
            ),
            "Correct the e-mail addresses of the people concerned.",
        ));
    }
    Ok(Verdict::fine("None is late, none was refused within 30 days."))
}

pub(super) fn digests(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let today = calendar::day(now);
    let (last, readers) = portal.store.read(|db| {
        let last = letters::last_sent(db, LetterKind::Digest)?;
        let roles = [Role::Coordinator, Role::County, Role::Dsl];
        Ok((last, accounts::queries::actors(db, &roles, today)?.len()))
    })?;
    let what_to_do =
        "Digests leave even when there is nothing to say: see the worker, the letters and the log.";
    Ok(match last {
        _ if readers == 0 => Verdict::fine("Nobody has a post that gets one."),
        None => Verdict::attend(
            "None has been sent yet.",
            "The first leaves with the next period: look again then.",
        ),
        Some(at) if now - at > TimeDelta::days(8) => {
            Verdict::broken(format!("The last one left on {}.", calendar::moment(at)), what_to_do)
        }
        Some(at) => Verdict::fine(format!("The last one left on {}.", calendar::moment(at))),
    })
}

pub(super) fn backups(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    if portal.settings.is_demo {
        return Ok(Verdict::fine("The demonstration needs none."));
    }
    let by = now + machine::AHEAD_MAX;
    let (newest, last, restored) = portal.store.read(|db| {
        let newest = queries::last_backup(db)?;
        Ok((newest, queries::last_backup_by(db, by)?, queries::last_restored(db)?))
    })?;
    let restored = restored.filter(|it| last.as_ref().is_none_or(|last| last.made_at < it.0));
    let verdict = match restored {
        Some((at, file)) => since_restored(at, &file, now),
        None => last_backup(last.as_ref(), now),
    };
    let folder = newest.as_ref().map(|it| Path::new(&it.folder)).filter(|it| it.is_dir());
    let there = folder.map(backup::dated).transpose()?.unwrap_or_default();
    let names = there.into_iter().map(|(at, path)| (at, path.display().to_string()));
    let ahead = names.chain(newest.map(|it| (it.made_at, it.file))).find(|it| it.0 > by);
    Ok(match ahead {
        None => verdict,
        Some((_, name)) => verdict.also(
            &format!("{name} is dated later than now: a clock was wrong when it was made."),
            "Set the clock, and move that backup elsewhere: `--keep` does not count it.",
        ),
    })
}

/// Of a database that came from a backup, and of which none was made since. What it says of older ones is of before that.
fn since_restored(at: NaiveDateTime, file: &str, now: NaiveDateTime) -> Verdict {
    let says = format!(
        "None has been made since {}, when this database was restored from {file}.",
        calendar::moment(at)
    );
    if now - at > BACKED_UP_WITHIN {
        return Verdict::broken(says, HOW_TO_BACK_UP);
    }
    Verdict::attend(says, HOW_TO_BACK_UP)
}

fn last_backup(last: Option<&queries::Made>, now: NaiveDateTime) -> Verdict {
    let what_to_do = HOW_TO_BACK_UP;
    let Some(last) = last else {
        return Verdict::broken("None has ever been made.", what_to_do);
    };
    let (at, age) = (calendar::moment(last.made_at), now - last.made_at);
    let bytes = machine::size(u64::try_from(last.bytes).unwrap_or_default());
    let says = format!("The last one was made on {at}: {} in {}, {bytes}.", last.file, last.folder);
    if age > TimeDelta::days(7) {
        return Verdict::broken(says, what_to_do);
    }
    if age > BACKED_UP_WITHIN {
        return Verdict::attend(says, what_to_do);
    }
    let folder = Path::new(&last.folder);
    // A folder that this process cannot see (another machine, a sandbox) says nothing about room.
    let room = folder.is_dir().then(|| machine::space(folder));
    room.filter(|it| it.state() != State::Fine).unwrap_or_else(|| Verdict::fine(says))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    match i64::try_from(count) {
        Ok(1) => format!("1 {one}"),
        Ok(count) if count < COUNT_MAX => format!("{count} {many}"),
        _ => format!("{COUNT_MAX} or more {many}"),
    }
}
