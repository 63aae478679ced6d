//! What the database is asked about people, for those who look after accounts.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::queries::{NO_PASSWORD, TENURE};
use super::{AccountId, PostId, Role, Tenure};
use crate::Result;
use crate::districts::TeamId;
use crate::schools::Urn;
use crate::store::Db;
use crate::store::schema::{accounts, identities, posts};

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Person {
    pub id: AccountId,
    pub name: String,
    pub email: String,
    /// False until they have chosen one.
    pub has_password: bool,
    /// True once their account is linked to the council's sign-on.
    pub is_linked: bool,
}

impl Person {
    /// True once they have chosen a way in: an invitation is of no use any more.
    pub fn has_accepted(&self) -> bool {
        self.has_password || self.is_linked
    }
}

/// Which people are looked for. What is left out matches everybody.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Folded words, each somewhere in the name or the address.
    pub words: Vec<String>,
    pub role: Option<Role>,
    pub team: Option<TeamId>,
    pub schools: Option<Vec<Urn>>,
}

impl Filter {
    fn is_of_posts(&self) -> bool {
        self.role.is_some() || self.team.is_some() || self.schools.is_some()
    }
}

/// People by name, from the one behind `after`. Role, team and school are those of a post that is held on `today`, or is
/// to come.
pub(super) fn page(
    db: &mut Db,
    filter: &Filter,
    (today, after): (NaiveDate, Option<AccountId>),
    limit: i64,
) -> Result<Vec<Person>> {
    let mut found = accounts::table
        .select((
            accounts::id,
            accounts::name,
            accounts::email,
            accounts::password_hash.ne(NO_PASSWORD),
            accounts::id.eq_any(identities::table.select(identities::account_id)),
        ))
        .into_boxed();
    for word in &filter.words {
        found = found.filter(accounts::folded.like(pattern(word)).escape('!'));
    }
    if filter.is_of_posts() {
        // A query inside this one cannot be boxed, so what is left out is said to be true.
        let roles = filter.role.map_or_else(|| Role::ALL.to_vec(), |it| vec![it]);
        let any_team = filter.team.is_none().into_sql::<Bool>().nullable();
        let any_school = filter.schools.is_none().into_sql::<Bool>().nullable();
        let schools = filter.schools.clone().unwrap_or_default();
        let held = posts::table
            .filter(posts::until_on.is_null().or(posts::until_on.ge(today)))
            .filter(posts::role.eq_any(roles))
            .filter(any_team.or(posts::team_id.eq(filter.team)))
            .filter(any_school.or(posts::school_urn.eq_any(schools)))
            .select(posts::account_id);
        found = found.filter(accounts::id.eq_any(held));
    }
    if let Some(after) = after {
        let last: String = accounts::table.find(after).select(accounts::folded).first(db)?;
        let same = accounts::folded.eq(last.clone()).and(accounts::id.gt(after));
        found = found.filter(accounts::folded.gt(last).or(same));
    }
    Ok(found.order((accounts::folded, accounts::id)).limit(limit).load(db)?)
}

/// A part of a text, for LIKE.
fn pattern(word: &str) -> String {
    let plain = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

/// People whose name or address has one of some folded texts in it, and since when they have an account.
pub(super) fn with_any(
    db: &mut Db,
    texts: &[String],
    limit: i64,
) -> Result<Vec<(AccountId, String, String, NaiveDateTime)>> {
    let columns = (accounts::id, accounts::name, accounts::email, accounts::created_at);
    let mut found = accounts::table.select(columns).into_boxed();
    for text in texts {
        found = found.or_filter(accounts::folded.like(pattern(text)).escape('!'));
    }
    Ok(found.order((accounts::folded, accounts::id)).limit(limit).load(db)?)
}

/// One person.
pub(super) fn person(db: &mut Db, id: AccountId) -> Result<Person> {
    let columns = (
        accounts::id,
        accounts::name,
        accounts::email,
        accounts::password_hash.ne(NO_PASSWORD),
        accounts::id.eq_any(identities::table.select(identities::account_id)),
    );
    Ok(accounts::table.find(id).select(columns).first(db)?)
}

/// Every post of some people, the newest first.
pub(super) fn tenures(db: &mut Db, people: &[AccountId]) -> Result<Vec<Tenure>> {
    let theirs = posts::table.filter(posts::account_id.eq_any(people.to_vec()));
    Ok(theirs.order((posts::from_on.desc(), posts::id)).select(TENURE).load(db)?)
}

/// One post of a person.
pub(super) fn tenure(db: &mut Db, account: AccountId, post: PostId) -> Result<Tenure> {
    let found = posts::table.find(post).filter(posts::account_id.eq(account));
    Ok(found.select(TENURE).first(db)?)
}
