//! An account is added, and a person is given a post.

use chrono::{Days, NaiveDate};
use diesel::result::Error as Failure;

use super::{AccountId, Post, PostId, Role, queries, sessions};
use crate::audit::Event;
use crate::deed::Deed;
use crate::{Error, Result};

/// A person who gets an account.
#[derive(Debug, Clone)]
pub struct Newcomer {
    pub email: String,
    pub name: String,
    pub password_hash: String,
}

/// Adds an account, or finds the one with this address and leaves it as it is.
pub fn add(deed: &mut Deed, newcomer: &Newcomer) -> Result<AccountId> {
    let email = sessions::fold_email(&newcomer.email);
    if email.parse::<lettre::Address>().is_err() {
        return Err(Error::Refused(
            "This is not an e-mail address. Write it like kim@council.example.",
        ));
    }
    if let Some(known) = queries::account_with(deed.db, &email)? {
        return Ok(known);
    }
    let id = AccountId::random();
    let who = (email.as_str(), newcomer.name.as_str(), newcomer.password_hash.as_str());
    queries::insert_account(deed.db, id, who, deed.at)?;
    deed.record(Event::AccountAdded, id, None)?;
    Ok(id)
}

/// Ends every post of a person, yesterday being the last day, and every session: a leaver.
pub fn dismiss(deed: &mut Deed, email: &str) -> Result<usize> {
    let account = known(deed, email)?;
    let ended = queries::end_posts(deed.db, account, deed.today() - Days::new(1))?;
    queries::end_sessions_of(deed.db, account, deed.at)?;
    deed.record(Event::PostsEnded, account, None)?;
    Ok(ended)
}

/// Gives a person a new password, and ends their sessions.
pub fn change_password(deed: &mut Deed, email: &str, hash: &str) -> Result<()> {
    let account = known(deed, email)?;
    queries::set_password(deed.db, account, hash)?;
    queries::end_sessions_of(deed.db, account, deed.at)?;
    deed.record(Event::PasswordChanged, account, None)
}

fn known(deed: &mut Deed, email: &str) -> Result<AccountId> {
    let found = queries::account_with(deed.db, &sessions::fold_email(email))?;
    found.ok_or(Error::Refused("There is no account with this e-mail address."))
}

/// Gives a person a post, from today unless `from_on` says otherwise. A lead needs a school; a team's people need a team.
pub fn appoint(
    deed: &mut Deed,
    account: AccountId,
    post: &Post,
    from_on: Option<NaiveDate>,
) -> Result<()> {
    let fits = match post.role {
        Role::Dsl => post.school.is_some() && post.team.is_none(),
        Role::Coordinator | Role::Partner => post.team.is_some() && post.school.is_none(),
        Role::County | Role::Admin => post.team.is_none() && post.school.is_none(),
    };
    if !fits {
        return Err(Error::Refused(
            "A lead needs a school, a team's people need a team, and others neither.",
        ));
    }
    let held = queries::actor(deed.db, account, deed.today())?;
    if held.posts().contains(post) {
        return Ok(());
    }
    let days = (from_on.unwrap_or(deed.today()), None);
    match queries::insert_post(deed.db, PostId::random(), account, post, days) {
        Err(Error::Database(Failure::DatabaseError(
            diesel::result::DatabaseErrorKind::ForeignKeyViolation,
            _,
        ))) => Err(Error::Refused("There is no such school or team.")),
        other => other,
    }?;
    deed.record(Event::PostGiven, account, post.team)
}
