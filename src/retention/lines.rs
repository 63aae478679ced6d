//! Lines of the audit log whose time is over: of each chain the oldest whole months, up to the first line that is about
//! something on legal hold.

use chrono::{Datelike, Days, NaiveDate};

use super::rules::Rule;
use super::tombstones::{self, Tombstone};
use super::{Kept, lines_queries as queries};
use crate::audit::chain;
use crate::audit::shorten::{self, Stretch};
use crate::config::Settings;
use crate::deed::Deed;
use crate::store::Db;
use crate::{Result, calendar};

/// How many lines go in one transaction.
const STRETCH: i64 = 5_000;

/// Lines from before this day are due: the first of a month, so that a chain says once a month that it was shortened.
fn due_before(settings: &Settings, today: NaiveDate) -> NaiveDate {
    let next = Rule::Audit.keep(settings).last_day(today) + Days::new(1);
    next.with_day(1).unwrap_or(next)
}

/// The next stretch of a chain that is due, behind a place.
fn next(db: &mut Db, chain: &str, from: i64, before_on: NaiveDate) -> Result<Option<Stretch>> {
    let until = from + STRETCH;
    let held = queries::first_held(db, chain, (from, until))?;
    let to = held.map_or(until, |place| place - 1);
    shorten::stretch(db, chain, (from, to), calendar::at(before_on, 0, 0))
}

/// Removes one stretch that is due, and says how many lines that were.
pub(super) fn remove(deed: &mut Deed, settings: &Settings) -> Result<usize> {
    let before_on = due_before(settings, deed.today());
    for head in chain::heads(deed.db)? {
        let from = shorten::start(deed.db, &head.chain)?.map_or(0, |it| it.place);
        let Some(stretch) = next(deed.db, &head.chain, from, before_on)? else { continue };
        let team = shorten::shorten(deed, &stretch, before_on)?;
        let count = usize::try_from(stretch.count).unwrap_or(usize::MAX);
        let stone = Tombstone::nameless((Kept::Line, Rule::Audit), deed.today(), count);
        tombstones::set(deed, &Tombstone { team, ..stone })?;
        return Ok(count);
    }
    Ok(0)
}

/// How many lines would go today.
pub(super) fn due(db: &mut Db, settings: &Settings, today: NaiveDate) -> Result<i64> {
    let before_on = due_before(settings, today);
    let mut count = 0;
    for head in chain::heads(db)? {
        let mut from = shorten::start(db, &head.chain)?.map_or(0, |it| it.place);
        while let Some(stretch) = next(db, &head.chain, from, before_on)? {
            count += stretch.count;
            from = stretch.place;
        }
    }
    Ok(count)
}
