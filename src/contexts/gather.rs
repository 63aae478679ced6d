//! A concern is gathered into a context: a new one, or one that the team works on already.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use serde::Deserialize;

use super::move_on::take;
use super::{Context, ContextId, KeptContext, State, queries, said};
use crate::audit::Event;
use crate::concerns::link::link;
use crate::concerns::move_on::Seen;
use crate::concerns::{ConcernId, Kind};
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::seal::Keyring;
use crate::store::{Db, reference};
use crate::web::FormErrors;
use crate::{Error, Result};

/// The word that a form sends for a context that does not exist yet.
pub const NEW: &str = "new";
const LABEL_MAX: usize = 120;
/// Of how many of the team's contexts the likely ones are chosen.
const LOOKED_AT: i64 = 500;
const OFFERED: usize = 12;

/// Which context, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct GatherForm {
    /// The id of one, or [`NEW`].
    pub context: String,
    pub label: String,
    pub kind: String,
    pub seen: String,
}

/// Which context a concern goes into.
#[derive(Debug, Clone)]
pub struct Gather {
    into: Into,
    seen: Option<Seen>,
}

#[derive(Debug, Clone)]
enum Into {
    Known(ContextId),
    New(Kind, String),
}

impl GatherForm {
    /// Which context, or what is wrong with the choice.
    pub fn check(&self) -> Result<Gather, FormErrors> {
        let mut errors = FormErrors::default();
        let label = self.label.trim();
        let into = if self.context == NEW {
            if label.is_empty() {
                errors.add("label", "Enter a name for the place, or a neutral label for the group");
            }
            if label.chars().count() > LABEL_MAX {
                errors.add("label", "The label must be 120 characters or fewer");
            }
            let kind = Kind::parse(&self.kind);
            if kind.is_none() {
                errors.add("kind", "Choose what kind of context it is");
            }
            kind.map(|kind| Into::New(kind, label.to_owned()))
        } else {
            ContextId::parse(&self.context).map(Into::Known)
        };
        match into {
            Some(into) if errors.is_empty() => Ok(Gather { into, seen: Seen::parse(&self.seen) }),
            Some(_) => Err(errors),
            None => {
                if self.context != NEW {
                    errors.add("context", NOT_CHOSEN);
                }
                Err(errors)
            }
        }
    }
}

const NOT_CHOSEN: &str = "Choose a context, or say that it is a new one";

/// Gathers a concern into a context of the team that has it. A closed context opens again.
pub fn gather(deed: &mut Deed, concern: ConcernId, gather: &Gather) -> Result<ContextId> {
    let concern = link(deed, concern, gather.seen)?;
    let context = match &gather.into {
        Into::New(kind, label) => open(deed, concern.team, (*kind, label))?,
        Into::Known(id) => {
            let found = queries::find(deed.db, &deed.by.scope(), *id);
            match found {
                Ok(context) if context.team == concern.team => context,
                Ok(_) | Err(Error::NotFound) => {
                    let mut errors = FormErrors::default();
                    errors.add("context", NOT_CHOSEN);
                    return Err(Error::Invalid(errors));
                }
                Err(error) => return Err(error),
            }
        }
    };
    queries::link(deed.db, context.id, concern.id, deed.at)?;
    if context.state == State::Closed {
        let why = format!("Concern {} was added.", concern.reference);
        take(deed, &context, (State::Screened, &why))?;
    }
    Ok(context.id)
}

fn open(deed: &mut Deed, team: TeamId, (kind, label): (Kind, &str)) -> Result<KeptContext> {
    let mut reference_of_it = reference('X');
    while queries::is_taken(deed.db, &reference_of_it)? {
        reference_of_it = reference('X');
    }
    let id = ContextId::random();
    let context = KeptContext {
        id,
        reference: reference_of_it,
        team,
        kind,
        label: deed.keys.seal(team.as_str(), KeptContext::place(&id), label)?,
        state: State::Screened,
        opened_at: deed.at,
        changed_at: deed.at,
        held_at: None,
    };
    queries::insert(deed.db, &context)?;
    said::add(deed, &context, (State::Screened, ""))?;
    deed.record(Event::ContextOpened, context.id, Some(context.team))?;
    Ok(context)
}

/// The contexts of a team that a concern most likely belongs to, the likeliest first: alike in kind and in name.
pub fn likely(
    db: &mut Db,
    keys: &Keyring,
    team: TeamId,
    (kind, label): (Kind, &str),
) -> Result<Vec<Context>> {
    let wanted = trigrams(label);
    let newest = queries::newest_of(db, team, LOOKED_AT)?;
    let mut found: Vec<(usize, NaiveDateTime, Context)> = newest
        .into_iter()
        .map(|it| it.open_or_say(keys))
        .map(|it| (likeness(&wanted, kind, &it), it.changed_at, it))
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.id.cmp(&b.2.id)));
    Ok(found.into_iter().take(OFFERED).map(|(_, _, it)| it).collect())
}

/// From 0 to 100 for the share of three-letter pieces in common, and 20 more for the same kind.
fn likeness(wanted: &BTreeSet<String>, kind: Kind, context: &Context) -> usize {
    let has = trigrams(&context.label);
    let (common, all) = (wanted.intersection(&has).count(), wanted.union(&has).count().max(1));
    common * 100 / all + if context.kind == kind { 20 } else { 0 }
}

/// The three-letter pieces of a name, without case, spaces and signs.
fn trigrams(name: &str) -> BTreeSet<String> {
    let letters: Vec<char> =
        name.chars().flat_map(char::to_lowercase).filter(|it| it.is_alphanumeric()).collect();
    letters.windows(3).map(|it| it.iter().collect()).collect()
}
