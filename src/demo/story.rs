//! What happened in the invented county: reports are written, sent and dealt with through the service's own verbs, each
//! at its own time.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDateTime, TimeDelta, Weekday};

use super::county;
use super::fill::{People, first_school};
use super::people::{At, PEOPLE, Somebody};
use super::reports::{Fate, REPORTS, Told};
use crate::accounts::{Role, queries};
use crate::app::Portal;
use crate::concerns::ask::AskForm;
use crate::concerns::draft;
use crate::concerns::gate::{self, Gate};
use crate::concerns::raise::{self, Outcome};
use crate::concerns::redirect::RedirectForm;
use crate::concerns::steps::ReportStep;
use crate::concerns::{ConcernId, DraftId, accept, ask, redirect};
use crate::contexts::gather::{self, GatherForm, NEW};
use crate::contexts::move_on::{self, MoveForm};
use crate::contexts::{ContextId, State};
use crate::deed::Deed;
use crate::digests::compile;
use crate::districts::{Atlas, TeamId};
use crate::mail::deliver;
use crate::{Error, Result, calendar, districts};

/// The way of a context, as far as the demonstration's go.
const WAY: [State; 4] = [State::Scheduled, State::Discussed, State::Planned, State::UnderReview];
const TELLING_TAKES: TimeDelta = TimeDelta::days(2);

/// The council's own numbers at the gate, all invented.
const NUMBERS: [(Gate, &str); 3] = [
    (Gate::NamedChild, "01632 960101"),
    (Gate::AdultAllegation, "01632 960102"),
    (Gate::Radicalisation, "01632 960103"),
];

/// An administrator enters the council's numbers.
pub(super) fn enter_numbers(portal: &Portal, people: &People) -> Result<()> {
    let at = (portal.clock)();
    let admin =
        PEOPLE.iter().find(|it| it.role == Role::Admin).ok_or(Error::Corrupt("demonstration"))?;
    act(portal, people, (admin.email, at), |deed| {
        for (gate, number) in NUMBERS {
            let mut line = gate::help_line(deed.db, gate)?;
            number.clone_into(&mut line.telephone);
            line.checked_on = calendar::day(at) - TimeDelta::days(20);
            gate::change_help_line(deed, &line)?;
        }
        Ok(())
    })
}

/// Tells the story of every report. Says which contexts they were gathered into, by label.
pub(super) fn tell(portal: &Portal, people: &People) -> Result<BTreeMap<&'static str, ContextId>> {
    let now = (portal.clock)();
    let atlas = portal.store.read(|db| portal.atlas.on(db, calendar::day(now)))?;
    let teams = portal.store.read(districts::teams)?;
    let teams: BTreeMap<String, TeamId> = teams.into_iter().map(|it| (it.name, it.id)).collect();
    let mut contexts = BTreeMap::new();
    for told in REPORTS {
        let at = calendar::at(calendar::day(now) - TimeDelta::days(told.days_ago), 15, 40);
        let lead = PEOPLE.iter().find(|it| it.at == At::School(told.district));
        let lead = lead.ok_or(Error::Corrupt("demonstration"))?;
        let concern = act(portal, people, (lead.email, at), |deed| {
            let spot =
                told.spot.and_then(|spot| county::spots(told.district).into_iter().nth(spot));
            file(deed, &atlas, (told, spot.map(|it| it.postcode)))
        })?;
        let team = county::DISTRICTS.get(told.district).map_or("", |it| it.team);
        let as_team = (coordinator(team)?, (at + TELLING_TAKES).min(now));
        act(portal, people, as_team, |deed| deal(deed, concern, told, (&teams, &mut contexts)))?;
    }
    Ok(contexts)
}

pub(super) fn coordinator(team: &str) -> Result<&'static str> {
    let is_it = |it: &&Somebody| {
        it.role == Role::Coordinator && matches!(it.at, At::Team(name) if name == team)
    };
    Ok(PEOPLE.iter().find(is_it).ok_or(Error::Corrupt("demonstration"))?.email)
}

/// The digests of the last working morning, so that the mailbox has some to read at any time of day.
pub(super) fn write_digests(portal: &Portal) -> Result<()> {
    let today = calendar::day((portal.clock)());
    let back = match today.weekday() {
        Weekday::Mon => 3,
        Weekday::Sun => 2,
        _ => 1,
    };
    let morning = calendar::at(today - TimeDelta::days(back), 8, 0);
    while compile::run(portal, morning)?.is_more {}
    while deliver::run(portal, morning)?.is_more {}
    Ok(())
}

/// Something that one person of the demonstration did at some time.
pub(super) fn act<T>(
    portal: &Portal,
    people: &People,
    (email, at): (&str, NaiveDateTime),
    act: impl FnMut(&mut Deed) -> Result<T>,
) -> Result<T> {
    let id = people.get(email).copied().ok_or(Error::Corrupt("demonstration"))?;
    let by = portal.store.read(|db| queries::actor(db, id, calendar::day(at)))?;
    portal.write_as(&by, at, act)
}

/// A lead reports, at a place if there is one.
pub(super) fn file(
    deed: &mut Deed,
    atlas: &Atlas,
    (told, place): (&Told, Option<String>),
) -> Result<ConcernId> {
    let id = DraftId::random();
    draft::begin(deed, id, first_school(told.district))?;
    for step in ReportStep::ALL {
        draft::save(deed, atlas, id, (*step, answers(*step, (told, place.as_deref()), deed.at)))?;
    }
    match raise::raise(deed, id)? {
        Outcome::Raised(concern) => Ok(concern),
        Outcome::Unfinished(..) | Outcome::NoTeam(_) => Err(Error::Corrupt("demonstration")),
    }
}

/// What the lead answers at a step. What is not asked there is left out by the step itself.
fn answers(
    step: ReportStep,
    (told, place): (&Told, Option<&str>),
    at: NaiveDateTime,
) -> Vec<(String, String)> {
    if step == ReportStep::Check {
        return Vec::new();
    }
    let area = county::DISTRICTS.get(told.district).map_or("", |it| it.code);
    let first = calendar::day(at) - TimeDelta::days(30);
    let last = calendar::day(at) - TimeDelta::days(1);
    let mut pairs = vec![
        ("kind", told.kind.to_owned()),
        ("name", told.name.to_owned()),
        ("place", place.unwrap_or_default().to_owned()),
        ("words", told.words.to_owned()),
        ("relation", "on_journey".to_owned()),
        ("area", area.to_owned()),
        ("harm", told.harm.to_owned()),
        ("seen", told.seen.to_owned()),
        ("think", told.think.to_owned()),
        ("told_by", "pupil".to_owned()),
        ("told_by", "staff".to_owned()),
        ("sure", "several".to_owned()),
        ("first_seen_day", first.day().to_string()),
        ("first_seen_month", first.month().to_string()),
        ("first_seen_year", first.year().to_string()),
        ("last_seen_day", last.day().to_string()),
        ("last_seen_month", last.month().to_string()),
        ("last_seen_year", last.year().to_string()),
        ("days", "thu".to_owned()),
        ("days", "fri".to_owned()),
        ("times", "after_school".to_owned()),
        ("season", "term".to_owned()),
        ("recurring", "recurring".to_owned()),
        ("urgency", told.urgency.to_owned()),
        ("how_many", "5-9".to_owned()),
        ("years", "9".to_owned()),
        ("years", "10".to_owned()),
        ("adults", "unknown".to_owned()),
        ("guardians", told.guardians.to_owned()),
        ("young_people", told.young_people.to_owned()),
        ("school_did", told.school_did.to_owned()),
        ("referral", "not_needed".to_owned()),
        ("hopes", told.hopes.to_owned()),
    ];
    pairs.extend(told.other_harms.iter().map(|it| ("other_harms", (*it).to_owned())));
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What the team has done with it.
fn deal(
    deed: &mut Deed,
    concern: ConcernId,
    told: &Told,
    (teams, contexts): (&BTreeMap<String, TeamId>, &mut BTreeMap<&'static str, ContextId>),
) -> Result<()> {
    match told.fate {
        Fate::New => Ok(()),
        Fate::Accepted => accept::accept(deed, concern, None),
        Fate::Asked(question) => {
            let form = AskForm { question: question.to_owned(), ..AskForm::default() };
            ask::ask(deed, concern, &form.check().map_err(Error::Invalid)?)
        }
        Fate::Redirected { to, why } => {
            let team = teams.get(to).map(ToString::to_string).unwrap_or_default();
            let form = RedirectForm { team, reason: why.to_owned(), ..RedirectForm::default() };
            redirect::redirect(deed, concern, &form.check().map_err(Error::Invalid)?)
        }
        Fate::Linked { context, state } => {
            let id = gathered(deed, concern, told, (context, contexts))?;
            let until = WAY.iter().position(|it| it.as_str() == state);
            for state in WAY.iter().take(until.map_or(0, |it| it + 1)) {
                moved(
                    deed,
                    id,
                    &MoveForm { state: state.as_str().to_owned(), ..MoveForm::default() },
                )?;
            }
            Ok(())
        }
        Fate::Closed { context, outcome, why } => {
            let id = gathered(deed, concern, told, (context, contexts))?;
            let (state, outcome) = (State::Closed.as_str().to_owned(), outcome.to_owned());
            let reason = why.to_owned();
            moved(deed, id, &MoveForm { state, outcome, reason, ..MoveForm::default() })
        }
    }
}

/// Puts a concern into the context of a label, which it begins if it is the first one.
fn gathered(
    deed: &mut Deed,
    concern: ConcernId,
    told: &Told,
    (context, contexts): (&'static str, &mut BTreeMap<&'static str, ContextId>),
) -> Result<ContextId> {
    let into = contexts.get(context).map_or_else(|| NEW.to_owned(), ToString::to_string);
    let form = GatherForm {
        context: into,
        label: context.to_owned(),
        kind: told.kind.to_owned(),
        ..GatherForm::default()
    };
    let id = gather::gather(deed, concern, &form.check().map_err(Error::Invalid)?)?;
    contexts.insert(context, id);
    Ok(id)
}

fn moved(deed: &mut Deed, id: ContextId, form: &MoveForm) -> Result<()> {
    move_on::move_on(deed, id, &form.check().map_err(Error::Invalid)?)
}
