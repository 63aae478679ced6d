//! Somebody is invited to a post, or gets the letter again with which they choose a password.

use chrono::NaiveDate;
use serde::Deserialize;
use validator::Validate;

use super::appoint::{self, Giving, Newcomer};
use super::forgotten::is_address;
use super::give::{Places, PostForm, give};
use super::queries::NO_PASSWORD;
use super::sessions::fold_email;
use super::tickets::{self, TicketKind};
use super::{AccountId, When, people, people_queries, policy, queries};
use crate::deed::Deed;
use crate::web::FormErrors;
use crate::{Error, Result};

/// An invitation, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct InviteForm {
    pub email: String,
    #[validate(
        custom(function = "crate::web::form::is_said", message = "Enter their name"),
        length(max = 100, message = "Their name must be 100 characters or fewer")
    )]
    pub name: String,
    #[serde(flatten)]
    pub post: PostForm,
}

/// Somebody who is invited.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub email: String,
    pub name: String,
    pub giving: Giving,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invited {
    /// They have an account now, and a letter.
    Anew,
    /// They had been invited before and had not come in yet: they have the further post, and another letter.
    Again,
    /// They have an account and a way in: they have the further post.
    Known,
}

impl InviteForm {
    /// The invitation, or what is wrong with it.
    pub fn check(&self, places: &Places, today: NaiveDate) -> Result<Invitation, FormErrors> {
        let mut errors = FormErrors::of(self);
        let email = fold_email(&self.email);
        if !is_address(&email) {
            errors.add("email", "Enter an e-mail address like kim@council.example");
        }
        let giving = self.post.check(places, today, errors)?;
        Ok(Invitation { email, name: self.name.trim().to_owned(), giving })
    }
}

/// Invites somebody to a post. Who has an account just gets the further post, and keeps their name.
pub fn invite(deed: &mut Deed, invitation: &Invitation) -> Result<(AccountId, Invited)> {
    let known = people::known(deed.db, &invitation.email)?;
    let newcomer = Newcomer {
        email: invitation.email.clone(),
        name: invitation.name.clone(),
        password_hash: NO_PASSWORD.to_owned(),
    };
    let id = appoint::add(deed, &newcomer)?;
    give(deed, id, &invitation.giving)?;
    let invited = match known {
        None => Invited::Anew,
        Some(person) if person.has_accepted() => return Ok((id, Invited::Known)),
        Some(_) => Invited::Again,
    };
    tickets::send(deed, id, TicketKind::Invitation)?;
    Ok((id, invited))
}

/// Sends somebody who can get in a letter with which they choose a password: their invitation again, or a reset.
pub fn send_again(deed: &mut Deed, person: AccountId, kind: TicketKind) -> Result<()> {
    if !policy::may_see_people(deed.by) {
        return Err(Error::Forbidden);
    }
    let today = deed.today();
    let found = people_queries::person(deed.db, person)?;
    let tenures = queries::tenures(deed.db, person, appoint::POSTS_MAX)?;
    if tenures.iter().all(|it| it.when(today) == When::Past) {
        return Err(Error::Refused("They hold no post. Give them one first."));
    }
    match (kind, found.has_accepted()) {
        (TicketKind::Invitation, true) => Err(Error::Refused(
            "They have accepted their invitation already. Send them a reset instead.",
        )),
        (TicketKind::Reset, false) => {
            Err(Error::Refused("They have not accepted their invitation yet. Send it again."))
        }
        _ => tickets::send(deed, person, kind),
    }
}
