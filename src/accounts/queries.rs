//! What the database is asked about people and posts.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::{AccountId, Actor, Post, PostId, Role, Tenure};
use crate::Result;
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::store::schema::{accounts, identities, posts, schools, teams};
use crate::store::{Db, fold};

pub(super) use super::session_queries::end_sessions_of;

/// What is kept of a password that was not chosen yet.
pub(super) const NO_PASSWORD: &str = "";
/// The most posts that a page lists.
const HELD_MAX: i64 = 50;

/// What signing in needs to know of an account.
#[derive(Queryable)]
pub(super) struct Credentials {
    pub id: AccountId,
    pub password_hash: String,
}

type PostColumns = (posts::role, posts::school_urn, posts::team_id);

/// What a [`Tenure`] is read from.
pub(super) const TENURE: (
    posts::id,
    posts::account_id,
    PostColumns,
    posts::from_on,
    posts::until_on,
) = (
    posts::id,
    posts::account_id,
    (posts::role, posts::school_urn, posts::team_id),
    posts::from_on,
    posts::until_on,
);

/// True of posts that are held on a day.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn held_on(day: NaiveDate) -> _ {
    posts::from_on.le(day).and(posts::until_on.is_null().or(posts::until_on.ge(day)))
}

/// A person with the posts that they hold on `today`.
pub fn actor(db: &mut Db, id: AccountId, today: NaiveDate) -> Result<Actor> {
    let name = accounts::table.find(id).select(accounts::name).first(db)?;
    let held: Vec<Post> = posts::table
        .filter(posts::account_id.eq(id))
        .filter(held_on(today))
        .select((posts::role, posts::school_urn, posts::team_id))
        .order(posts::id)
        .load(db)?;
    Ok(Actor::new(id, name, held))
}

/// Everybody who holds one of `roles` on `today` in one of `teams` or at one of `schools`.
pub fn holders(
    db: &mut Db,
    today: NaiveDate,
    role: Role,
    team: Option<TeamId>,
    school: Option<Urn>,
) -> Result<Vec<AccountId>> {
    let mut found = posts::table
        .filter(posts::role.eq(role))
        .filter(held_on(today))
        .select(posts::account_id)
        .into_boxed();
    if let Some(team) = team {
        found = found.filter(posts::team_id.eq(team));
    }
    if let Some(school) = school {
        found = found.filter(posts::school_urn.eq(school));
    }
    Ok(found.order(posts::account_id).load(db)?)
}

/// The address and name of a person who holds a post today; nothing for a leaver.
pub fn address(db: &mut Db, id: AccountId, today: NaiveDate) -> Result<Option<(String, String)>> {
    let held = posts::table.filter(posts::account_id.eq(id)).filter(held_on(today));
    if !diesel::select(exists(held)).get_result::<bool>(db)? {
        return Ok(None);
    }
    Ok(Some(accounts::table.find(id).select((accounts::email, accounts::name)).first(db)?))
}

/// The addresses of those of some people who hold a post today, for letters that leave now.
pub fn addresses(
    db: &mut Db,
    ids: &[AccountId],
    today: NaiveDate,
) -> Result<Vec<(AccountId, String)>> {
    Ok(posts::table
        .inner_join(accounts::table)
        .filter(accounts::id.eq_any(ids.to_vec()))
        .filter(held_on(today))
        .select((accounts::id, accounts::email))
        .distinct()
        .load(db)?)
}

/// The addresses of those of some people who hold a post today or are to hold one: for letters about getting in.
pub fn addresses_of_expected(
    db: &mut Db,
    ids: &[AccountId],
    today: NaiveDate,
) -> Result<Vec<(AccountId, String)>> {
    Ok(posts::table
        .inner_join(accounts::table)
        .filter(accounts::id.eq_any(ids.to_vec()))
        .filter(posts::until_on.is_null().or(posts::until_on.ge(today)))
        .filter(posts::until_on.is_null().or(posts::until_on.ge(posts::from_on.nullable())))
        .select((accounts::id, accounts::email))
        .distinct()
        .load(db)?)
}

/// Everybody who holds one of `roles` today and has been in, with all their posts. For the chores that write to people:
/// an address that nobody has shown to be theirs gets the invitation alone.
pub fn actors(db: &mut Db, roles: &[Role], today: NaiveDate) -> Result<Vec<Actor>> {
    type Row = (AccountId, String, (Role, Option<Urn>, Option<TeamId>));
    let linked = identities::table.filter(identities::account_id.eq(accounts::id));
    let rows: Vec<Row> = posts::table
        .inner_join(accounts::table)
        .filter(held_on(today))
        .filter(accounts::password_hash.ne(NO_PASSWORD).or(exists(linked)))
        .select((accounts::id, accounts::name, (posts::role, posts::school_urn, posts::team_id)))
        .order((accounts::id, posts::id))
        .load(db)?;
    let mut people: Vec<(AccountId, String, Vec<Post>)> = Vec::new();
    for (id, name, (role, school, team)) in rows {
        let post = Post { role, school, team };
        match people.last_mut() {
            Some((last, _, held)) if *last == id => held.push(post),
            _ => people.push((id, name, vec![post])),
        }
    }
    let actors = people.into_iter().map(|(id, name, held)| Actor::new(id, name, held));
    Ok(actors.filter(|it| roles.iter().any(|role| it.is(*role))).collect())
}

/// The names of some people, for lines of history.
pub fn names(db: &mut Db, ids: &[AccountId]) -> Result<Vec<(AccountId, String)>> {
    let found = accounts::table.filter(accounts::id.eq_any(ids.to_vec()));
    Ok(found.select((accounts::id, accounts::name)).load(db)?)
}

/// Every post that some people hold or have held.
pub fn posts_ever(db: &mut Db, ids: &[AccountId]) -> Result<Vec<(AccountId, Post)>> {
    let found = posts::table.filter(posts::account_id.eq_any(ids.to_vec()));
    let post = (posts::role, posts::school_urn, posts::team_id);
    Ok(found.select((posts::account_id, post)).load(db)?)
}

/// Whose e-mail address or whole name this is: two at most, because more are as useless.
pub fn called(db: &mut Db, text: &str) -> Result<Vec<AccountId>> {
    let is_called = accounts::email.eq(text.to_lowercase()).or(accounts::name.eq(text.to_owned()));
    Ok(accounts::table.filter(is_called).select(accounts::id).limit(2).load(db)?)
}

pub(super) fn credentials(db: &mut Db, email: &str) -> Result<Option<Credentials>> {
    let found = accounts::table
        .filter(accounts::email.eq(email))
        .filter(accounts::password_hash.ne(NO_PASSWORD));
    Ok(found.select((accounts::id, accounts::password_hash)).first(db).optional()?)
}

/// A post as its holder reads of it.
#[derive(Debug, Clone, Queryable)]
pub struct Held {
    pub role: Role,
    pub until_on: Option<NaiveDate>,
    pub school: Option<String>,
    pub team: Option<String>,
}

/// The posts that a person holds on `today`, with the names of schools and teams.
pub fn held(db: &mut Db, id: AccountId, today: NaiveDate) -> Result<Vec<Held>> {
    Ok(posts::table
        .left_join(schools::table)
        .left_join(teams::table)
        .filter(posts::account_id.eq(id))
        .filter(held_on(today))
        .order(posts::id)
        .limit(HELD_MAX)
        .select((posts::role, posts::until_on, schools::name.nullable(), teams::name.nullable()))
        .load(db)?)
}

/// The address of an account, whatever posts it has.
pub(super) fn email(db: &mut Db, id: AccountId) -> Result<String> {
    Ok(accounts::table.find(id).select(accounts::email).first(db)?)
}

/// What a person's password is tried against; nothing for somebody who has none.
pub(super) fn password_hash(db: &mut Db, id: AccountId) -> Result<Option<String>> {
    let kept: String = accounts::table.find(id).select(accounts::password_hash).first(db)?;
    Ok(Some(kept).filter(|it| it.starts_with('$')))
}

pub(super) fn account_with(db: &mut Db, email: &str) -> Result<Option<AccountId>> {
    Ok(accounts::table
        .filter(accounts::email.eq(email))
        .select(accounts::id)
        .first(db)
        .optional()?)
}

pub(super) fn insert_account(
    db: &mut Db,
    id: AccountId,
    (email, name, hash): (&str, &str, &str),
    at: NaiveDateTime,
) -> Result<()> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::email.eq(email),
            accounts::name.eq(name),
            accounts::folded.eq(fold(&format!("{name} {email}"))),
            accounts::password_hash.eq(hash),
            accounts::created_at.eq(at),
        ))
        .execute(db)?;
    Ok(())
}

pub(super) fn set_password(db: &mut Db, id: AccountId, hash: &str) -> Result<()> {
    diesel::update(accounts::table.find(id)).set(accounts::password_hash.eq(hash)).execute(db)?;
    Ok(())
}

pub(super) fn insert_post(
    db: &mut Db,
    id: PostId,
    account: AccountId,
    post: &Post,
    (from_on, until_on): (NaiveDate, Option<NaiveDate>),
) -> Result<()> {
    diesel::insert_into(posts::table)
        .values((
            posts::id.eq(id),
            posts::account_id.eq(account),
            posts::role.eq(post.role),
            posts::school_urn.eq(post.school),
            posts::team_id.eq(post.team),
            posts::from_on.eq(from_on),
            posts::until_on.eq(until_on),
        ))
        .execute(db)?;
    Ok(())
}

/// Every post of a person, the newest first, at most `limit`.
pub(super) fn tenures(db: &mut Db, account: AccountId, limit: i64) -> Result<Vec<Tenure>> {
    let theirs = posts::table.filter(posts::account_id.eq(account));
    let newest = (posts::from_on.desc(), posts::id);
    Ok(theirs.order(newest).limit(limit).select(TENURE).load(db)?)
}

/// Ends one post that has not ended before `last_day`. False if it has.
pub(super) fn end_post(db: &mut Db, post: PostId, last_day: NaiveDate) -> Result<bool> {
    let open =
        posts::table.find(post).filter(posts::until_on.is_null().or(posts::until_on.gt(last_day)));
    Ok(diesel::update(open).set(posts::until_on.eq(last_day)).execute(db)? == 1)
}

/// Ends the posts of a person that have not ended before. Says how many.
pub(super) fn end_posts(db: &mut Db, account: AccountId, last_day: NaiveDate) -> Result<usize> {
    let open = posts::table
        .filter(posts::account_id.eq(account))
        .filter(posts::until_on.is_null().or(posts::until_on.gt(last_day)));
    Ok(diesel::update(open).set(posts::until_on.eq(last_day)).execute(db)?)
}
