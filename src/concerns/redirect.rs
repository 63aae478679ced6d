//! The team passes a concern on to the team that it belongs to.

use serde::Deserialize;
use validator::Validate;

use super::move_on::{Next, Seen, find_for_team, move_on};
use super::{ConcernId, Status, Urgency};
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts::{TeamId, team_names};
use crate::mail::urgent;
use crate::web::FormErrors;
use crate::{Error, Result};

/// Where to and why, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct RedirectForm {
    pub team: String,
    #[validate(
        custom(
            function = "crate::web::form::is_said",
            message = "Enter the reason. The school reads it"
        ),
        length(max = 2000, message = "The reason must be 2,000 characters or fewer")
    )]
    pub reason: String,
    pub seen: String,
}

/// A redirection that may be made, if the team is another one.
#[derive(Debug, Clone)]
pub struct Redirect {
    team: TeamId,
    reason: String,
    seen: Option<Seen>,
}

impl RedirectForm {
    /// Where to and why, or what is wrong with it.
    pub fn check(&self) -> Result<Redirect, FormErrors> {
        let mut errors = FormErrors::of(self);
        let team = TeamId::parse(&self.team);
        match team {
            Some(team) if errors.is_empty() => {
                let reason = self.reason.trim().to_owned();
                Ok(Redirect { team, reason, seen: Seen::parse(&self.seen) })
            }
            Some(_) => Err(errors),
            None => {
                errors.add("team", NO_TEAM);
                Err(errors)
            }
        }
    }
}

const NO_TEAM: &str = "Choose the team that should have this concern";

/// Passes a concern on to another team, which sees it as new, and is written to if it is urgent. The team that had it
/// sees it no more.
pub fn redirect(deed: &mut Deed, id: ConcernId, redirect: &Redirect) -> Result<()> {
    let concern = find_for_team(deed, id)?;
    if redirect.team == concern.team || team_names(deed.db, &[redirect.team])?.is_empty() {
        let mut errors = FormErrors::default();
        errors.add("team", NO_TEAM);
        return Err(Error::Invalid(errors));
    }
    let next = Next {
        status: Status::Redirected,
        team: redirect.team,
        words: &redirect.reason,
        event: Event::ConcernRedirected,
    };
    move_on(deed, &concern, redirect.seen, &next)?;
    if concern.urgency == Urgency::Urgent {
        urgent::tell(deed, redirect.team, concern.id, &concern.reference)?;
    }
    Ok(())
}
