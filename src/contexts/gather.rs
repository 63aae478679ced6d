//! A concern is gathered into a context: a new one, or one that the team works on already.

use serde::Deserialize;

use super::move_on::take;
use super::{ContextId, KeptContext, State, queries, said};
use crate::audit::Event;
use crate::concerns::link::link;
use crate::concerns::move_on::Seen;
use crate::concerns::{ConcernId, Kind};
use crate::deed::Deed;
use crate::districts::TeamId;
use crate::mail::reopened;
use crate::store::reference;
use crate::web::FormErrors;
use crate::{Error, Result};

/// The word that a form sends for a context that does not exist yet.
pub const NEW: &str = "new";
const LABEL_MAX: usize = 120;

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
                Ok(context) if is_open_to(&context, concern.team) => context,
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
        take(deed, &context, (State::Screened, None, &why))?;
        reopened::tell(deed, context.team, context.id, &context.reference)?;
    }
    Ok(context.id)
}

/// True for a context of the team that was not merged into another.
fn is_open_to(context: &KeptContext, team: TeamId) -> bool {
    context.team == team && context.merged_into.is_none()
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
        outcome: None,
        merged_into: None,
    };
    queries::insert(deed.db, &context)?;
    said::add(deed, &context, (State::Screened, ""))?;
    deed.record(Event::ContextOpened, context.id, Some(context.team))?;
    Ok(context)
}
