//! Concerns as a list: what a coordinator, the county or a lead asks for, a page at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::open::hearing;
use super::{Concern, ConcernId, Harm, KeptConcern, Kind, Status, Urgency, queries};
use crate::accounts::Scope;
use crate::districts::TeamId;
use crate::districts::{self, Meeting, diary};
use crate::schools::{self, Urn};
use crate::seal::Keyring;
use crate::store::{Db, text_enum};
use crate::{Result, calendar};

const PAGE_SIZE: usize = 25;

text_enum! {
    /// In which order.
    pub enum Sort {
        UrgentFirst = "urgent",
        Oldest = "oldest",
        Newest = "newest",
    }
}

impl Sort {
    /// As pages say it.
    pub fn title(self) -> &'static str {
        match self {
            Self::UrgentFirst => "Urgent first",
            Self::Oldest => "Oldest first",
            Self::Newest => "Newest first",
        }
    }
}

/// Which concerns, as the address says it. Words that mean nothing are taken as left out.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ListForm {
    pub status: String,
    pub kind: String,
    pub harm: String,
    pub urgency: String,
    pub team: String,
    pub sort: String,
    pub after: String,
    /// `school`: for somebody of a team who is a lead as well, what their school has raised.
    pub whose: String,
    /// Words that are searched for. With any, the rest but `team` and `whose` says nothing.
    pub q: String,
}

/// Which states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// What is still to be dealt with: all but those in a context.
    Open,
    /// One state.
    Only(Status),
    /// Every state.
    Any,
}

/// Through whose eyes: as somebody of a team, or as a lead of a school. Some people are both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Team,
    School,
}

/// Which concerns.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub side: Side,
    pub standing: Standing,
    pub kind: Option<Kind>,
    pub harm: Option<Harm>,
    pub urgency: Option<Urgency>,
    pub team: Option<TeamId>,
    pub sort: Sort,
    pub after: Option<Mark>,
}

/// The end of a page: the next one begins behind it, whatever has come or gone in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub urgency: Urgency,
    pub raised_at: NaiveDateTime,
    pub id: ConcernId,
}

/// A page of concerns with the names that they need, and where the next page begins if there is one.
#[derive(Debug)]
pub struct Listing {
    pub concerns: Vec<Concern>,
    pub next: Option<Mark>,
    pub schools: BTreeMap<Urn, String>,
    /// Every team's.
    pub teams: BTreeMap<TeamId, String>,
    ahead: Vec<Meeting>,
}

impl Listing {
    /// The meeting at which a concern will be heard, if one is planned.
    pub fn hearing(&self, concern: &KeptConcern) -> Option<&Meeting> {
        hearing(&self.ahead, concern)
    }
}

impl ListForm {
    /// What a team's list is asked for. Without a word, what is still to be dealt with, urgent first.
    pub fn for_team(&self) -> Wanted {
        Wanted {
            side: Side::Team,
            standing: match self.status.as_str() {
                "all" => Standing::Any,
                other => Status::parse(other).map_or(Standing::Open, Standing::Only),
            },
            kind: Kind::parse(&self.kind),
            harm: Harm::parse(&self.harm),
            urgency: Urgency::parse(&self.urgency),
            team: TeamId::parse(&self.team),
            sort: Sort::parse(&self.sort).unwrap_or(Sort::UrgentFirst),
            after: Mark::parse(&self.after),
        }
    }

    /// What a lead's list is asked for: everything that their schools have raised, the newest first.
    pub fn for_school(&self) -> Wanted {
        Wanted {
            side: Side::School,
            standing: Standing::Any,
            sort: Sort::Newest,
            after: Mark::parse(&self.after),
            ..Self::default().for_team()
        }
    }

    /// What the teams ask a lead's schools about.
    pub fn asked_of_school(&self) -> Wanted {
        let standing = Standing::Only(Status::MoreInformation);
        Wanted { standing, after: None, ..self.for_school() }
    }
}

impl Mark {
    pub(super) fn of(concern: &KeptConcern) -> Self {
        Self { urgency: concern.urgency, raised_at: concern.raised_at, id: concern.id }
    }

    /// What an address carried, if it is one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let urgency = Urgency::parse(parts.next()?)?;
        let raised_at = calendar::of_seconds(parts.next()?)?;
        Some(Self { urgency, raised_at, id: ConcernId::parse(parts.next()?)? })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.raised_at.and_utc().timestamp();
        write!(out, "{}.{seconds}.{}", self.urgency.as_str(), self.id)
    }
}

/// One page of what is wanted, within the reader's scope. What was typed is opened for that page alone.
pub fn list(
    db: &mut Db,
    keys: &Keyring,
    scope: &Scope,
    (wanted, at): (&Wanted, NaiveDateTime),
) -> Result<Listing> {
    let mut kept = rows(db, scope, wanted, PAGE_SIZE + 1)?;
    let has_more = kept.len() > PAGE_SIZE;
    kept.truncate(PAGE_SIZE);
    let concerns: Vec<Concern> = kept.into_iter().map(|it| it.open_or_say(keys)).collect();
    let next = concerns.last().filter(|_| has_more).map(|it| Mark::of(it));
    let from: BTreeSet<Urn> = concerns.iter().map(|it| it.school).collect();
    let schools = schools::names(db, &Vec::from_iter(from))?;
    let with: BTreeSet<TeamId> = concerns.iter().map(|it| it.team).collect();
    let ahead = diary::ahead(db, &Vec::from_iter(with), at)?;
    let teams = districts::teams(db)?.into_iter().map(|it| (it.id, it.name)).collect();
    Ok(Listing { concerns, next, schools, teams, ahead })
}

/// The first of what is wanted, as they are kept.
pub(super) fn rows(
    db: &mut Db,
    scope: &Scope,
    wanted: &Wanted,
    limit: usize,
) -> Result<Vec<KeptConcern>> {
    let mut concerns = Vec::new();
    for (urgency, after) in parts(wanted) {
        let missing = limit - concerns.len();
        if missing == 0 {
            break;
        }
        let mut part = Vec::new();
        for of_one in each(scope, wanted) {
            part.append(&mut queries::page(db, scope, &of_one, (urgency, after, missing))?);
        }
        part.sort_by_key(|it| (it.raised_at, it.id));
        if wanted.sort == Sort::Newest {
            part.reverse();
        }
        concerns.extend(part.into_iter().take(missing));
    }
    Ok(concerns)
}

/// The list as one for each team of its reader, so that an index can give each in order. A person has few teams; the
/// county's list, and a school's, are one.
fn each(scope: &Scope, wanted: &Wanted) -> Vec<Wanted> {
    let is_one = wanted.side == Side::School || wanted.team.is_some() || scope.sees_every_team();
    if is_one {
        return vec![wanted.clone()];
    }
    let of = |team: &TeamId| Wanted { team: Some(*team), ..wanted.clone() };
    scope.teams().iter().map(of).collect()
}

/// The list as the parts that an index can give in order, each with the mark behind which it begins: one, or the urgent
/// ones and then the others.
fn parts(wanted: &Wanted) -> Vec<(Option<Urgency>, Option<Mark>)> {
    if wanted.sort != Sort::UrgentFirst || wanted.urgency.is_some() {
        return vec![(wanted.urgency, wanted.after)];
    }
    let both = [Urgency::Urgent, Urgency::Routine];
    let mark = |urgency| wanted.after.filter(|it| it.urgency == urgency);
    let is_behind = |urgency: &Urgency| wanted.after.is_none_or(|it| *urgency >= it.urgency);
    both.into_iter().filter(is_behind).map(|it| (Some(it), mark(it))).collect()
}
