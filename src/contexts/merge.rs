//! Two contexts of one team that turn out to be one: the concerns, goals, assessment and steps of one go to the other.

use serde::Deserialize;

use super::likely::{likeness, words_in_common};
use super::near::LOOKED_AT;
use super::work::find_for_team;
use super::{Context, ContextId, KeptContext, State, assess, goals, merge_queries, queries, said};
use crate::accounts::Scope;
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts::team_names;
use crate::seal::Keyring;
use crate::store::Db;
use crate::web::FormErrors;
use crate::{Error, Result};

const MOVED: &str = "One of the two has changed since you opened this page. Nothing was merged.";
const OFFERED: usize = 8;

/// The two, and which one stays, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct MergeForm {
    /// The other one's id.
    pub with: String,
    /// The id of the one that stays.
    pub stays: String,
    /// How both stood on the page.
    pub seen: String,
    pub with_seen: String,
}

/// A merging that may be done, if both are as they were.
#[derive(Debug, Clone)]
pub struct Merge {
    with: ContextId,
    stays: ContextId,
    seen: [String; 2],
}

impl MergeForm {
    /// What is to be merged, or what is wrong with the choice.
    pub fn check(&self, id: ContextId) -> Result<Merge, FormErrors> {
        let mut errors = FormErrors::default();
        let with = ContextId::parse(&self.with).filter(|it| *it != id);
        let stays = ContextId::parse(&self.stays).filter(|it| *it == id || Some(*it) == with);
        if stays.is_none() {
            errors.add("stays", "Choose which of the two stays");
        }
        match (with, stays) {
            (Some(with), Some(stays)) => {
                Ok(Merge { with, stays, seen: [self.seen.clone(), self.with_seen.clone()] })
            }
            _ => Err(errors),
        }
    }
}

/// Merges two contexts of one team that the doer coordinates. Says which one stays.
pub fn merge(deed: &mut Deed, id: ContextId, merge: &Merge) -> Result<ContextId> {
    let one = find_for_team(deed, id)?;
    let other = find_for_team(deed, merge.with)?;
    if merge.seen != [one.mark(), other.mark()] {
        return Err(Error::Refused(MOVED));
    }
    let (stays, goes) = if merge.stays == one.id { (one, other) } else { (other, one) };
    if let Some(why) = fault(&stays, &goes) {
        let mut errors = FormErrors::default();
        errors.add("stays", why);
        return Err(Error::Invalid(errors));
    }
    let label = goes.clone().open(deed.keys)?.label;
    merge_queries::give(deed.db, goes.id, stays.id)?;
    goals::move_all(deed.db, goes.id, stays.id)?;
    assess::move_all(deed, (&goes, &stays))?;
    merge_queries::set_merged(deed.db, (&goes, stays.id), deed.at)?;
    merge_queries::touch(deed.db, stays.id, deed.at)?;
    let words = format!("{} was merged into this one: {label}", goes.reference);
    said::add(deed, &stays, (stays.state, &words))?;
    let words = format!("Merged into {}.", stays.reference);
    said::add(deed, &goes, (State::Closed, &words))?;
    let both = [&stays, &goes].map(|it| (it.id.to_string(), Some(it.team)));
    deed.record_all(Event::ContextMerged, &both)?;
    Ok(stays.id)
}

/// Why these two cannot be made one, this way round.
fn fault(stays: &KeptContext, goes: &KeptContext) -> Option<String> {
    if stays.team != goes.team {
        return Some(OF_TWO_TEAMS.to_owned());
    }
    if stays.merged_into.is_some() || goes.merged_into.is_some() {
        return Some("One of them was merged already".to_owned());
    }
    if stays.state == State::Closed {
        let why = "is closed: let the other one stay, or open it again first";
        return Some(format!("{} {why}", stays.reference));
    }
    if goes.state == State::Scheduled {
        let why = "is set for a meeting: let it stay, or take it off the agenda first";
        return Some(format!("{} {why}", goes.reference));
    }
    let why = "is on legal hold: let it stay, or have the hold lifted first";
    goes.held_at.is_some().then(|| format!("{} {why}", goes.reference))
}

const OF_TWO_TEAMS: &str = "They belong to two teams, and a context has one. Agree which team works on it; the other closes its own as “Transferred”, \
     and passes on to that team whatever is reported from now on";
const NOT_FOUND: &str = "No other context of your team has this reference. If it is another team’s, the two cannot be merged: \
    agree which team works on it; the other closes its own as “Transferred”, and passes on whatever is reported from now on";

/// Which other one, as the address says it: an id, or with `other` a reference.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct WithForm {
    pub with: String,
    pub reference: String,
}

/// The word that a form sends for a context by its reference.
pub const OTHER: &str = "other";

/// A context and what it may be merged with.
#[derive(Debug)]
pub struct Offer {
    pub context: Context,
    /// Which other one was asked for, if it can be.
    pub with: Option<Context>,
    /// How many concerns both have.
    pub counts: [i64; 2],
    /// Those of the team that are called most alike, when none was asked for.
    pub alike: Vec<Context>,
    pub errors: FormErrors,
}

/// Looks at a context of the doer's team beside another one, or beside those that are called most alike.
pub fn offer(deed: &mut Deed, id: ContextId, form: &WithForm) -> Result<Offer> {
    let context = find_for_team(deed, id)?.open(deed.keys)?;
    let scope = deed.by.scope();
    let mut errors = FormErrors::default();
    let (field, word) = match form.with.as_str() {
        OTHER => ("reference", form.reference.trim().to_uppercase()),
        word => ("with", word.to_owned()),
    };
    let with = asked_for(deed.db, &scope, &word)?.filter(|it| it.id != id);
    let with = match with {
        Some(it) if it.team == context.team && it.merged_into.is_none() => {
            Some(it.open(deed.keys)?)
        }
        Some(it) if it.team != context.team => {
            let team = team_names(deed.db, &[it.team])?.remove(&it.team).unwrap_or_default();
            errors.add(field, format!("{} is {team}’s. {OF_TWO_TEAMS}", it.reference));
            None
        }
        Some(_) => {
            errors.add(field, "That one was merged already");
            None
        }
        None if word.is_empty() && field == "reference" => {
            errors.add(field, "Enter the other one’s reference, such as X-7KQ4-M2");
            None
        }
        None if word.is_empty() => None,
        None => {
            errors.add(field, NOT_FOUND);
            None
        }
    };
    let ids = with.iter().map(|it| it.id).chain([id]).collect();
    let counts = queries::counts(deed.db, ids)?;
    let count = |id| counts.get(&id).copied().unwrap_or_default();
    let alike = if with.is_none() { alike(deed.db, deed.keys, &context)? } else { Vec::new() };
    deed.record(Event::ContextRead, id, Some(context.team))?;
    Ok(Offer {
        counts: [count(id), with.as_ref().map_or(0, |it| count(it.id))],
        context,
        with,
        alike,
        errors,
    })
}

fn asked_for(db: &mut Db, scope: &Scope, word: &str) -> Result<Option<KeptContext>> {
    let id = match ContextId::parse(word) {
        Some(id) => Some(id),
        None => queries::with_reference(db, scope, word)?,
    };
    match id.map(|id| queries::find(db, scope, id)).transpose() {
        Err(Error::NotFound) => Ok(None),
        found => found,
    }
}

/// Other contexts of the team, those whose names are most alike first.
fn alike(db: &mut Db, keys: &Keyring, context: &Context) -> Result<Vec<Context>> {
    let others = queries::newest_of(db, context.team, LOOKED_AT)?.into_iter();
    let others = others.filter(|it| it.id != context.id).map(|it| it.open_or_say(keys));
    let mut others: Vec<(i64, Context)> = others.map(|it| (alikeness(context, &it), it)).collect();
    others.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.changed_at.cmp(&a.1.changed_at)));
    Ok(others.into_iter().take(OFFERED).map(|(_, it)| it).collect())
}

fn alikeness(one: &Context, other: &Context) -> i64 {
    let words = words_in_common(&one.label, &other.label).len();
    let same = if one.kind == other.kind { 20 } else { 0 };
    likeness(&one.label, &other.label) + same + i64::try_from(words * 10).unwrap_or_default()
}
