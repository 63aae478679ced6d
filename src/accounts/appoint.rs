//! An account is added, and a person is given a post.

use chrono::{Days, NaiveDate};
use diesel::result::Error as Failure;

use super::{AccountId, Post, PostId, PostOf, Role, Tenure, choose, queries, sessions};
use crate::audit::Event;
use crate::deed::Deed;
use crate::{Error, Result};

/// More posts than anybody has had.
pub(super) const POSTS_MAX: i64 = 200;

/// A person who gets an account.
#[derive(Debug, Clone)]
pub struct Newcomer {
    pub email: String,
    pub name: String,
    /// Empty for somebody who is to choose one.
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
    choose::change(deed, account, hash)
}

fn known(deed: &mut Deed, email: &str) -> Result<AccountId> {
    let found = queries::account_with(deed.db, &sessions::fold_email(email))?;
    found.ok_or(Error::Refused("There is no account with this e-mail address."))
}

/// A post that somebody is to get, from a day, until a day if one is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Giving {
    pub post: Post,
    pub from_on: NaiveDate,
    pub until_on: Option<NaiveDate>,
}

/// Gives a person a post, from today unless `from_on` says otherwise, and tells nobody: for the demonstration. A lead needs
/// a school; a team's people need a team.
pub fn appoint(
    deed: &mut Deed,
    account: AccountId,
    post: &Post,
    from_on: Option<NaiveDate>,
) -> Result<()> {
    let held = queries::actor(deed.db, account, deed.today())?;
    if held.posts().contains(post) {
        return Ok(());
    }
    let from_on = from_on.unwrap_or(deed.today());
    give(deed, account, &Giving { post: *post, from_on, until_on: None })
}

/// Gives a person a post, which they must not hold on any of its days, and ends their sessions.
pub fn give(deed: &mut Deed, account: AccountId, giving: &Giving) -> Result<()> {
    let Giving { post, from_on, until_on } = giving;
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
    let held = queries::tenures(deed.db, account, POSTS_MAX)?;
    let is_held = held.iter().any(|it| {
        let begins_before_it_ends = it.until_on.is_none_or(|last| *from_on <= last);
        let ends_after_it_begins = until_on.is_none_or(|last| last >= it.from_on);
        it.post == *post && begins_before_it_ends && ends_after_it_begins && !it.is_void()
    });
    if is_held {
        return Err(Error::Refused("They hold this post already on some of these days."));
    }
    let days = (*from_on, *until_on);
    match queries::insert_post(deed.db, PostId::random(), account, post, days) {
        Err(Error::Database(Failure::DatabaseError(
            diesel::result::DatabaseErrorKind::ForeignKeyViolation,
            _,
        ))) => Err(Error::Refused("There is no such school or team.")),
        other => other,
    }?;
    queries::end_sessions_of(deed.db, account, deed.at)?;
    deed.record(Event::PostGiven, PostOf { account, post: *post }, post.team)
}

/// Ends one post of a person, `last_day` being its last, and their sessions. The last administrator's post does not end.
pub fn end(deed: &mut Deed, tenure: &Tenure, last_day: NaiveDate) -> Result<()> {
    if tenure.post.role == Role::Admin {
        let admins = queries::holders(deed.db, deed.today(), Role::Admin, None, None)?;
        if admins.iter().all(|it| *it == tenure.account) {
            return Err(Error::Refused(
                "This is the last administrator. Give somebody else the post first.",
            ));
        }
    }
    if !queries::end_post(deed.db, tenure.id, last_day)? {
        return Err(Error::Refused("This post has ended already."));
    }
    queries::end_sessions_of(deed.db, tenure.account, deed.at)?;
    let Tenure { account, post, .. } = *tenure;
    deed.record(Event::PostEnded, PostOf { account, post }, post.team)
}
