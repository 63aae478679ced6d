//! What the database is asked about what partners are told. Callers have found the contexts.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Shared;
use crate::Result;
use crate::accounts::AccountId;
use crate::concerns::Answers;
use crate::contexts::ContextId;
use crate::schools::Urn;
use crate::seal::{Keyring, Sealed};
use crate::store::Db;
use crate::store::schema::context_shares;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = context_shares)]
pub(super) struct Kept {
    #[diesel(column_name = context_id)]
    pub context: ContextId,
    pub is_named: bool,
    pub has_plan: bool,
    pub words: Option<Sealed>,
    pub version: i64,
}

impl Kept {
    pub fn open(&self, keys: &Keyring) -> Result<Shared> {
        let Self { is_named, has_plan, version, .. } = *self;
        let text = match &self.words {
            Some(words) => keys.unseal(Shared::place(&self.context), words)?,
            None => String::new(),
        };
        let text = Answers::of_text(&text)?;
        Ok(Shared {
            is_named,
            has_plan,
            version,
            words: text.get("words").to_owned(),
            keep: text.get("keep").to_owned(),
            schools: text.all("school").iter().filter_map(|it| Urn::parse(it)).collect(),
        })
    }
}

pub(super) fn all(db: &mut Db, contexts: &[ContextId]) -> Result<Vec<Kept>> {
    Ok(context_shares::table
        .filter(context_shares::context_id.eq_any(contexts.to_vec()))
        .select(Kept::as_select())
        .load(db)?)
}

/// Keeps what partners are told, if it is still of the version that the caller saw. False if it is not.
pub(super) fn keep(
    db: &mut Db,
    context: ContextId,
    (shared, words): (&Shared, Option<&Sealed>),
    (by, at): (AccountId, NaiveDateTime),
) -> Result<bool> {
    let values = (
        context_shares::is_named.eq(shared.is_named),
        context_shares::has_plan.eq(shared.has_plan),
        context_shares::words.eq(words),
        context_shares::account_id.eq(by),
        context_shares::changed_at.eq(at),
        context_shares::version.eq(shared.version + 1),
    );
    let same = context_shares::table.find(context);
    let seen = same.filter(context_shares::version.eq(shared.version));
    if diesel::update(seen).set(values).execute(db)? == 1 {
        return Ok(true);
    }
    let has_one: bool = diesel::select(diesel::dsl::exists(same)).get_result(db)?;
    if has_one || shared.version != 0 {
        return Ok(false);
    }
    diesel::insert_into(context_shares::table)
        .values((context_shares::context_id.eq(context), values))
        .execute(db)?;
    Ok(true)
}

/// Forgets what partners were told of a context.
pub(in crate::contexts) fn remove(db: &mut Db, context: ContextId) -> Result<()> {
    diesel::delete(context_shares::table.find(context)).execute(db)?;
    Ok(())
}
