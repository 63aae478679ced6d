//! What the doctor says of the two places of concerns, each held against the other.

use chrono::{NaiveDateTime, TimeDelta};

use super::doctor::Verdict;
use crate::app::Portal;
use crate::concerns::reconcile;
use crate::{Result, calendar};

/// The worker compares them each five minutes.
const COMPARED_WITHIN: TimeDelta = TimeDelta::minutes(30);
/// What a machine found that has not compared them for so long says nothing of today.
const SAID_WITHIN: TimeDelta = TimeDelta::days(2);

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
