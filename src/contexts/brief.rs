//! What a meeting has to know of several contexts at once: what each is, what its reports say together, how the team sees it,
//! what it plans. Whole for the team and the county; for partners, what is theirs to know and no more.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::assess::{self, Assessed};
use super::share::{self, Shared, few};
use super::together::{self, Grid, Named, Quote};
use super::{Context, ContextId, Goal, goals, queries};
use crate::Result;
use crate::concerns::{Concern, ConcernId, Harm, Kind, open};
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::seal::Keyring;
use crate::store::Db;

/// How many concerns of a context are opened.
const OPENED_MAX: usize = 200;

/// What is known of a context.
pub struct Brief {
    pub context: Context,
    /// Its concerns that are with the team.
    pub concerns: Vec<ConcernId>,
    /// How many each school has reported.
    pub by_school: BTreeMap<Urn, usize>,
    pub harms: Vec<Named>,
    pub grid: Grid,
    pub unplaced: usize,
    pub first_seen: Option<NaiveDate>,
    pub last_seen: Option<NaiveDate>,
    pub places: Vec<Quote>,
    pub strengths: Vec<Quote>,
    pub guardians: Vec<Quote>,
    pub young_people: Vec<Quote>,
    pub assessment: Vec<Assessed>,
    pub goals: Vec<Goal>,
    shared: Shared,
    /// False if some of it does not open, and so is not here.
    pub is_whole: bool,
}

/// What partners may know of a context. It has no field for anything else.
pub struct ForPartners {
    pub reference: String,
    pub kind: Kind,
    /// None while the team has not given it out.
    pub name: Option<String>,
    /// How many have reported, never a number below five.
    pub reports: String,
    pub schools: String,
    /// Those of them that agreed to be named.
    pub named: Vec<Urn>,
    pub harms: Vec<Harm>,
    /// Empty if too few reports name the same time.
    pub when: String,
    /// What the team wrote for them.
    pub words: String,
    /// None while the team has not given it out.
    pub plan: Option<Vec<Goal>>,
}

impl Brief {
    /// What partners may know of it.
    pub fn for_partners(self) -> ForPartners {
        let Shared { is_named, has_plan, words, schools, .. } = self.shared;
        let harms = self.harms.iter().filter(|it| it.as_main > 0).map(|it| it.harm);
        let harms: BTreeSet<Harm> = harms.collect();
        ForPartners {
            reference: self.context.reference.clone(),
            kind: self.context.kind,
            name: is_named.then(|| self.context.label.clone()),
            reports: few(self.concerns.len()),
            schools: few(self.by_school.len()),
            named: schools.into_iter().filter(|it| self.by_school.contains_key(it)).collect(),
            harms: harms.into_iter().collect(),
            when: together::fullest(&self.grid, share::FEW),
            words,
            plan: has_plan.then_some(self.goals),
        }
    }
}

/// What is known of contexts that the caller has found to be discussed by a meeting of this team, by id. Who shows it writes
/// down that the concerns in it were read.
pub fn briefs(
    db: &mut Db,
    keys: &Keyring,
    (team, contexts): (TeamId, Vec<Context>),
) -> Result<BTreeMap<ContextId, Brief>> {
    let ids: Vec<ContextId> = contexts.iter().map(|it| it.id).collect();
    let links = queries::links(db, &ids)?;
    let concerns: Vec<ConcernId> = links.iter().map(|(_, concern)| *concern).collect();
    let opened = open::with_team(db, keys, team, &concerns)?;
    let mut opened: BTreeMap<ConcernId, Option<Concern>> = opened.into_iter().collect();
    let mut of: BTreeMap<ContextId, Vec<(ConcernId, Option<Concern>)>> = BTreeMap::new();
    for (context, concern) in links {
        let its = of.entry(context).or_default();
        if let Some(it) = opened.remove(&concern).filter(|_| its.len() < OPENED_MAX) {
            its.push((concern, it));
        }
    }
    let mut goals = by_context(goals::of_contexts(db, keys, ids.clone())?);
    let mut sides = by_context(assess::of_contexts(db, keys, ids.clone())?);
    let mut shares = share::of_contexts(db, keys, &ids)?;
    let brief = |context: Context| {
        let id = context.id;
        let (ids, concerns): (Vec<_>, Vec<_>) =
            of.remove(&id).unwrap_or_default().into_iter().unzip();
        let (goals, has_goals) = goals.remove(&id).unwrap_or((Vec::new(), true));
        let (mut assessment, has_sides) = sides.remove(&id).unwrap_or((Vec::new(), true));
        assessment.sort_by_key(|it: &Assessed| it.side);
        let is_whole = concerns.iter().all(Option::is_some) && has_goals && has_sides;
        let concerns: Vec<Concern> = concerns.into_iter().flatten().collect();
        let (grid, unplaced) = together::grid(&concerns);
        let brief = Brief {
            context,
            concerns: ids,
            by_school: together::counts(concerns.iter().map(|it| it.school)),
            harms: together::harms_named(&concerns),
            grid,
            unplaced,
            first_seen: together::seen(&concerns, "first_seen").min(),
            last_seen: together::seen(&concerns, "last_seen").max(),
            places: together::quotes(&concerns, "words"),
            strengths: together::quotes(&concerns, "strengths"),
            guardians: together::quotes(&concerns, "guardians"),
            young_people: together::quotes(&concerns, "young_people"),
            assessment,
            goals,
            shared: shares.remove(&id).unwrap_or_default(),
            is_whole,
        };
        (id, brief)
    };
    Ok(contexts.into_iter().map(brief).collect())
}

/// What opens, by context, and whether all did. What does not is logged.
fn by_context<T>(found: Vec<(ContextId, Result<T>)>) -> BTreeMap<ContextId, (Vec<T>, bool)> {
    let mut all: BTreeMap<ContextId, (Vec<T>, bool)> = BTreeMap::new();
    for (id, it) in found {
        let of = all.entry(id).or_insert((Vec::new(), true));
        match it {
            Ok(it) => of.0.push(it),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(%id, error, "what was worked out about a context does not open");
                of.1 = false;
            }
        }
    }
    all
}
