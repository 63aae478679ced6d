//! Teams are told what they will lose: one letter a month to each of a team's coordinators, with counts and a link. A team
//! was told when the first of these letters was sent, and not when it was queued.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDateTime};

use super::plan::{AFTER_WARNING, AHEAD, Due, WARNING_MAX, Which};
use super::queries;
use super::rules::Rule;
use crate::accounts::Actor;
use crate::app::Portal;
use crate::audit::Event;
use crate::config::Settings;
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::mail::warning::{self, Warning};
use crate::store::Db;
use crate::{Result, calendar};

/// Of how many records a team is told at a time; the others wait for the next month.
const TOLD_MAX: i64 = 5_000;

/// Tells every team that has something new to be told of, and was not told this month. Says how many teams were.
pub fn warn(portal: &Portal, now: NaiveDateTime) -> Result<usize> {
    let settings = &portal.settings;
    portal.store.write(queries::set_told)?;
    let due = portal.store.read(|db| untold(db, settings, (None, now)))?;
    let teams: BTreeSet<TeamId> = due.iter().map(|it| it.team).collect();
    let mut count = 0;
    for team in teams {
        let told = portal.write_as(&Actor::house(), now, |deed| tell(deed, settings, team))?;
        count += usize::from(told);
    }
    Ok(count)
}

/// What of a team, or of any, falls due within thirty days, is free, and has not been told of.
fn untold(
    db: &mut Db,
    settings: &Settings,
    (team, now): (Option<TeamId>, NaiveDateTime),
) -> Result<Vec<Due>> {
    let day = calendar::day(now) + AHEAD;
    let which = |rule| Which {
        is_free: true,
        unwarned: Some(now - WARNING_MAX + AFTER_WARNING),
        limit: TOLD_MAX,
        teams: team.map(|it| vec![it]),
        ..Which::by(settings, rule, day)
    };
    let mut due = queries::contexts_due(db, &which(Rule::Closed))?;
    due.extend(queries::concerns_due(db, &which(Rule::Unlinked))?);
    Ok(due)
}

/// Tells one team, unless it was told this month, of what is due as this deed sees it.
fn tell(deed: &mut Deed, settings: &Settings, team: TeamId) -> Result<bool> {
    let today = deed.today();
    let month = today.with_day(1).unwrap_or(today);
    if queries::is_told(deed.db, team, calendar::at(month, 0, 0))? {
        return Ok(false);
    }
    let due = untold(deed.db, settings, (Some(team), deed.at))?;
    if due.is_empty() {
        return Ok(false);
    }
    let count = |rule| due.iter().filter(|it| it.rule == rule).count();
    let lines = [
        (
            count(Rule::Closed),
            "closed context, with its concerns",
            "closed contexts, with their concerns",
        ),
        (count(Rule::Unlinked), "concern that is in no context", "concerns that are in no context"),
    ];
    let line = |(count, one, many): &(usize, &str, &str)| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let warning = Warning {
        what: lines.iter().filter_map(line).collect(),
        not_before: calendar::date_of(deed.at + AFTER_WARNING),
        month: today.format("%Y-%m").to_string(),
    };
    if !warning::tell(deed, team, &warning)? {
        return Ok(false);
    }
    let period = warning::period(team, &warning.month);
    for it in &due {
        queries::set_warned(deed.db, &it.id, (team, deed.at), &period)?;
    }
    deed.record(Event::TeamWarned, team, Some(team))?;
    Ok(true)
}
