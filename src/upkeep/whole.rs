//! Whether what belongs together is together: the root keys and what is sealed, the journal and the database. For the
//! doctor, and before the service begins.

use chrono::{NaiveDateTime, TimeDelta};

use super::doctor::Verdict;
use crate::app::Portal;
use crate::concerns::{prove, reconcile};
use crate::config::Settings;
use crate::seal::{self, check};
use crate::store::journal::Journal;
use crate::store::{self, Store};
use crate::{Error, Result, calendar};

/// The worker compares them each five minutes.
const COMPARED_WITHIN: TimeDelta = TimeDelta::minutes(30);
/// What a machine found that has not compared them for so long says nothing of today.
const SAID_WITHIN: TimeDelta = TimeDelta::days(2);

/// What to do about a database whose file is not there.
pub(super) const WAYS_ON: &str = "If it was lost, bring a backup back: `e4s restore FILE --identity FILE`, then `e4s journal \
    restore`. For a new service, make it: `e4s migrate`.";

pub(super) fn both(portal: &Portal, now: NaiveDateTime) -> Result<Verdict> {
    let what_to_do = "See that the worker runs, and the log.";
    let standing = portal.store.read(reconcile::standing)?;
    let Some(newest) = standing.first() else {
        return Ok(Verdict::attend("They were never compared.", what_to_do));
    };
    let recent: Vec<_> = standing.iter().filter(|it| now - it.at <= SAID_WITHIN).collect();
    if let Some(it) = recent.iter().find(|it| it.lacking > 0) {
        let (count, host) = (it.lacking, &it.host);
        let concerns = if count == 1 { "concern" } else { "concerns" };
        return Ok(Verdict::broken(
            format!("The database lacks {count} {concerns} that the journal of {host} has."),
            "Run `e4s journal verify`, which names them, then `e4s journal restore`.",
        ));
    }
    if let Some(it) = recent.iter().find(|it| it.damaged > 0) {
        return Ok(Verdict::broken(
            format!("Pieces of the journal of {} that are damaged: {}.", it.host, it.damaged),
            "Run `e4s journal verify`, which names them. The worker writes what is missing anew; look after the disk.",
        ));
    }
    let says = format!("They were last compared on {}", calendar::moment(newest.at));
    if now - newest.at > COMPARED_WITHIN {
        return Ok(Verdict::attend(format!("{says}."), what_to_do));
    }
    Ok(Verdict::fine(format!("{says}, and agree.")))
}

/// Fails if the database's file is away while its keys or its journal are here: an empty one must not take its place.
pub fn database_is_there(settings: &Settings) -> Result<()> {
    let Some(file) = store::missing(&settings.database) else { return Ok(()) };
    let has_journal = std::fs::read_dir(&settings.journal).is_ok_and(|mut it| it.next().is_some());
    if has_journal || seal::has_key(&settings.keys)? {
        let told = format!("setting `database`: {} is not there. {WAYS_ON}", file.display());
        return Err(Error::Unusable(told));
    }
    Ok(())
}

/// Fails if the root keys open nothing of what is sealed: others are elsewhere, and what was sealed with these would not open
/// with those. Text that is damaged stops no start.
pub fn keys_fit(portal: &Portal) -> Result<()> {
    match newest(portal) {
        Ok(true) => return Ok(()),
        Ok(false) => {}
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "the newest concern does not open: see `e4s doctor`");
        }
    }
    match check::sample(&portal.store, &portal.keys)? {
        (0, 1..) => Err(Error::Unusable(format!(
            "setting `keys`: nothing that is sealed in the database opens with the keys in {}. Are the keys mounted? If they \
             are lost: `e4s keys recover`. For example: keys = \"/etc/e4s/keys\"",
            portal.settings.keys.display()
        ))),
        _ => Ok(()),
    }
}

fn newest(portal: &Portal) -> Result<bool> {
    portal.store.read(|db| prove::newest_opens(db, &portal.keys))
}

pub(super) fn texts(portal: &Portal, _: NaiveDateTime) -> Result<Verdict> {
    let what_to_do = "Put the right key files back (they are in every backup). Make no new one: it opens nothing of what was.";
    if let Err(error) = keys_fit(portal) {
        return Ok(Verdict::broken(error.to_string(), what_to_do));
    }
    if let Err(error) = newest(portal) {
        return Ok(Verdict::broken(
            format!("The newest concern does not open ({error}). Others do."),
            "Run `e4s keys escrow-check --identity FILE`, which names what is damaged; `e4s journal verify` knows the second copy.",
        ));
    }
    Ok(match check::sample(&portal.store, &portal.keys)? {
        (whole, 0) => Verdict::fine(format!("{whole} texts were tried, and open.")),
        (whole, damaged) => Verdict::broken(
            format!("Of {} texts that were tried, {damaged} do not open.", whole + damaged),
            "Run `e4s keys escrow-check --identity FILE`, which names what is damaged.",
        ),
    })
}

/// Whether the offline identity of today opens what was sealed before today as well.
pub(super) fn offline(portal: &Portal, _: NaiveDateTime) -> Result<Verdict> {
    if portal.settings.escrow.is_none() {
        return Ok(Verdict::fine("Without an offline recipient, none is sealed to one."));
    }
    if check::is_any_elsewhere(&portal.store, &portal.keys)? {
        return Ok(Verdict::attend(
            "Some texts are sealed to another offline recipient than `escrow` names, or to none: its identity does not open \
             them.",
            "Run `e4s keys rotate`, which seals every text to the one of today. Keep the older identity as long as backups \
             from before are kept.",
        ));
    }
    Ok(Verdict::fine("Every text is sealed to the offline recipient that `escrow` names."))
}

/// Fails if something is sealed already, so that another first key would open nothing of it.
pub fn nothing_is_sealed(settings: &Settings) -> Result<()> {
    let is_in_database =
        !store::is_empty(&settings.database)? && check::is_any(&Store::open(&settings.database)?)?;
    let mut is_in_journal = false;
    if settings.journal.is_dir() {
        Journal::open(&settings.journal)?.each(|_| {
            is_in_journal = true;
            Ok(())
        })?;
    }
    let place = match (is_in_database, is_in_journal) {
        (false, false) => return Ok(()),
        (true, _) => "the database",
        (false, true) => "the journal",
    };
    Err(Error::Unusable(format!(
        "setting `keys`: {place} holds text that is sealed already, and a new first key would open nothing of it. Are the keys \
         mounted? They are in every backup as well; if they are lost: `e4s keys recover --identity FILE`. For example: keys = \
         \"/etc/e4s/keys\""
    )))
}
