//! The same county after a busy year: 10,000 more concerns in 1,000 contexts, to see how pages bear it. Reports and
//! contexts go through the service's own verbs, many in one deed.

use chrono::{NaiveDateTime, TimeDelta};

use super::county::{DISTRICTS, Dice};
use super::fill::People;
use super::people::{At, PEOPLE};
use super::reports::{Fate, Told, USUAL};
use super::story::{act, coordinator, file};
use crate::app::Portal;
use crate::concerns::{ConcernId, Harm, Kind, accept};
use crate::contexts::gather::{self, GatherForm, NEW};
use crate::contexts::move_on::{self, MoveForm};
use crate::contexts::{ContextId, State};
use crate::deed::Deed;
use crate::districts::Atlas;
use crate::{Error, Result, calendar};

/// How many concerns there are beside those of the ordinary demonstration.
pub const CONCERNS: usize = 10_000;
/// How many contexts they are about.
pub const CONTEXTS: usize = 1_000;
/// Nobody has dealt with so many of the last ones yet.
const WAITING: usize = 700;
const DISTRICTS_ALL: usize = DISTRICTS.len();
/// So many reports of each district are written in one deed.
const IN_A_DEED: usize = 20;
const DAYS: i64 = 350;

const PLACES: [&str; 25] = [
    "Alder",
    "Barley",
    "Cooper’s",
    "Dovecote",
    "Eastgate",
    "Fuller’s",
    "Granary",
    "Heron",
    "Inkwell",
    "Jackdaw",
    "Kiln",
    "Larch",
    "Mercer’s",
    "Northfield",
    "Orchard",
    "Priory",
    "Quarry",
    "Ropewalk",
    "Saddler’s",
    "Tanner’s",
    "Upper",
    "Vicarage",
    "Weaver’s",
    "Yew",
    "Mill",
];
const FEATURES: [&str; 40] = [
    "park shelter",
    "car park",
    "underpass",
    "bus stands",
    "skate ramp",
    "footbridge",
    "arcade",
    "playing field",
    "station steps",
    "garages",
    "towpath",
    "shopping parade",
    "library steps",
    "allotment path",
    "ball court",
    "market square",
    "bandstand",
    "recreation ground",
    "lane end",
    "level crossing",
    "chip shop corner",
    "multi-storey",
    "pavilion",
    "woodland path",
    "quay",
    "cycle track",
    "service yard",
    "taxi rank",
    "green",
    "laundry corner",
    "bowling green",
    "churchyard path",
    "swimming baths",
    "wharf",
    "lido wall",
    "pumping station",
    "fields",
    "viaduct arches",
    "bridge steps",
    "walled garden",
];
const SEEN: [&str; 4] = [
    "Pupils wait there after school and are spoken to by people whom they do not know.",
    "Bottles and small empty packets on Monday mornings; younger pupils walk round by the road.",
    "Arguments between two year groups, on most afternoons of the last fortnight.",
    "Several parents say that their children will not go that way any more.",
];

/// Adds them. Says how many reports are written, now and then.
pub fn fill(portal: &Portal, people: &People, said: &mut dyn FnMut(usize)) -> Result<()> {
    let today = calendar::day((portal.clock)());
    let atlas = portal.store.read(|db| portal.atlas.on(db, today))?;
    let mut contexts = vec![None; CONTEXTS];
    let in_a_round = IN_A_DEED * DISTRICTS_ALL;
    for first in (0..CONCERNS).step_by(in_a_round) {
        let back = DAYS - days(first) * DAYS / days(CONCERNS);
        let at = calendar::at(today - TimeDelta::days(back + 1), 15, 40);
        for district in 0..DISTRICTS_ALL {
            let last = CONCERNS.min(first + in_a_round);
            let numbers = (first..last).filter(|it| it % DISTRICTS_ALL == district);
            let numbers: Vec<usize> = numbers.collect();
            round(portal, people, &atlas, (district, at, &numbers, &mut contexts))?;
        }
        said(CONCERNS.min(first + in_a_round));
    }
    for district in 0..DISTRICTS_ALL {
        let ours =
            contexts.iter().enumerate().filter(|(number, _)| number % DISTRICTS_ALL == district);
        let ours: Vec<(usize, ContextId)> =
            ours.filter_map(|(number, id)| Some((number, (*id)?))).collect();
        let now = (portal.clock)();
        act(portal, people, (coordinator(team_of(district))?, now), |deed| {
            ours.iter().try_for_each(|(number, id)| come_along(deed, *number, *id))
        })?;
    }
    Ok(())
}

/// One school's reports of a day, and what its team does with them two days later.
fn round(
    portal: &Portal,
    people: &People,
    atlas: &Atlas,
    (district, at, numbers, contexts): (usize, NaiveDateTime, &[usize], &mut [Option<ContextId>]),
) -> Result<()> {
    let lead = PEOPLE.iter().find(|it| it.at == At::School(district));
    let lead = lead.ok_or(Error::Corrupt("demonstration"))?;
    let filed = act(portal, people, (lead.email, at), |deed| {
        let one = |number: &usize| Ok((*number, one(deed, atlas, district, *number)?));
        numbers.iter().map(one).collect::<Result<Vec<_>>>()
    })?;
    let dealt_at = (at + TimeDelta::days(2)).min((portal.clock)());
    act(portal, people, (coordinator(team_of(district))?, dealt_at), |deed| {
        for (number, concern) in filed.iter().filter(|it| it.0 < CONCERNS - WAITING) {
            accept::accept(deed, *concern, None)?;
            let place = contexts.get_mut(context_of(*number, district));
            let place = place.ok_or(Error::Corrupt("demonstration"))?;
            *place = Some(gathered(deed, *concern, *place, context_of(*number, district))?);
        }
        Ok(())
    })
}

/// Which context a report is about: one of its district's, each in turn.
fn context_of(report: usize, district: usize) -> usize {
    let each = CONTEXTS / DISTRICTS_ALL;
    (report / DISTRICTS_ALL % each) * DISTRICTS_ALL + district
}

fn label(context: usize) -> String {
    let word =
        |words: &[&'static str], at: usize| words.get(at % words.len()).copied().unwrap_or("");
    format!("{} {}", word(&PLACES, context), word(&FEATURES, context / PLACES.len()))
}

fn kind(context: usize) -> Kind {
    Kind::ALL.get(context % 9).copied().unwrap_or(Kind::Location)
}

fn one(deed: &mut Deed, atlas: &Atlas, district: usize, number: usize) -> Result<ConcernId> {
    let context = context_of(number, district);
    let (name, seed) = (label(context), u64::try_from(context).unwrap_or_default());
    let outline = DISTRICTS.get(district).map_or(&[][..], |it| it.outline);
    let (lon, lat) = Dice(seed * 31 + 11).point_in(outline);
    let place = match kind(context) {
        Kind::Location | Kind::SchoolSetting => Some(format!("{lat:.5}, {lon:.5}")),
        Kind::PeerGroup | Kind::Route | Kind::OnlineSpace => None,
    };
    let harm = Harm::ALL.get((context + number / CONTEXTS) % Harm::ALL.len());
    let told = Told {
        district,
        kind: kind(context).as_str(),
        name: &name,
        words: "Where the path meets the road.",
        harm: harm.copied().unwrap_or(Harm::UnsafePlace).as_str(),
        seen: SEEN.get(number % SEEN.len()).copied().unwrap_or_default(),
        fate: Fate::New,
        ..USUAL
    };
    file(deed, atlas, (&told, place))
}

fn gathered(
    deed: &mut Deed,
    concern: ConcernId,
    known: Option<ContextId>,
    context: usize,
) -> Result<ContextId> {
    let form = GatherForm {
        context: known.map_or_else(|| NEW.to_owned(), |it| it.to_string()),
        label: label(context),
        kind: kind(context).as_str().to_owned(),
        ..GatherForm::default()
    };
    gather::gather(deed, concern, &form.check().map_err(Error::Invalid)?)
}

/// Brings a context to the place in its life that its number stands for: some wait, some are worked on, some are closed.
fn come_along(deed: &mut Deed, number: usize, context: ContextId) -> Result<()> {
    use State::{Closed, Discussed, Planned, Scheduled, UnderReview};
    let way: &[State] = match number / DISTRICTS_ALL % 5 {
        0 => &[],
        1 => &[Scheduled],
        2 => &[Scheduled, Discussed, Planned],
        3 => &[Scheduled, Discussed, Planned, UnderReview],
        _ => &[Scheduled, Discussed, Planned, UnderReview, Closed],
    };
    for state in way {
        let mut form = MoveForm { state: state.as_str().to_owned(), ..MoveForm::default() };
        if *state == Closed {
            "goals_met".clone_into(&mut form.outcome);
            "Nothing was reported for six weeks, and pupils use the place again."
                .clone_into(&mut form.reason);
        }
        move_on::move_on(deed, context, &form.check().map_err(Error::Invalid)?)?;
    }
    Ok(())
}

fn team_of(district: usize) -> &'static str {
    DISTRICTS.get(district).map_or("", |it| it.team)
}

fn days(count: usize) -> i64 {
    i64::try_from(count).unwrap_or_default()
}
