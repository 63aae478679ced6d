//! What the database is asked about lines of the audit log that are about something on legal hold.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::Result;
use crate::store::Db;

/// A held record, and what is kept with it: the context of a held concern, and every concern of a context that is kept.
const FIRST_HELD: &str = "SELECT min(place) AS place FROM audit WHERE chain = $1 AND place > $2 AND place <= $3 AND ( \
    subject IN (SELECT id FROM concerns WHERE held_at IS NOT NULL) \
    OR subject IN (SELECT id FROM contexts WHERE held_at IS NOT NULL) \
    OR subject IN (SELECT context_id FROM context_concerns JOIN concerns ON concerns.id = concern_id \
        WHERE concerns.held_at IS NOT NULL) \
    OR subject IN (SELECT concern_id FROM context_concerns JOIN contexts ON contexts.id = context_id \
        WHERE contexts.held_at IS NOT NULL) \
    OR subject IN (SELECT other.concern_id FROM context_concerns AS other \
        JOIN context_concerns AS one ON one.context_id = other.context_id \
        JOIN concerns ON concerns.id = one.concern_id WHERE concerns.held_at IS NOT NULL))";

#[derive(QueryableByName)]
struct First {
    #[diesel(sql_type = Nullable<BigInt>)]
    place: Option<i64>,
}

/// The first line between two places of a chain, the latter included, that is about something held.
pub(super) fn first_held(db: &mut Db, chain: &str, (from, to): (i64, i64)) -> Result<Option<i64>> {
    let asked = diesel::sql_query(FIRST_HELD).bind::<Text, _>(chain.to_owned());
    let found: First = asked.bind::<BigInt, _>(from).bind::<BigInt, _>(to).get_result(db)?;
    Ok(found.place)
}
