//! Somebody was given a post, or invited to one: those who hold a post beside it are written to. An administrator sees no
//! concern, but can make somebody who does; whoever works there knows best whom they expected.

use chrono::NaiveDate;

use super::facts::{BesideFacts, json};
use super::{Letter, LetterKind};
use crate::accounts::{AccountId, Post, Role, queries};
use crate::deed::Deed;
use crate::{Result, calendar};

/// Queues a letter to each of them but the person themselves; if there is nobody, to the county's leads. Who it is stands
/// not in it.
pub fn tell(deed: &mut Deed, person: AccountId, (post, from_on): (&Post, NaiveDate)) -> Result<()> {
    let today = deed.today();
    let (role, why) = match post.role {
        Role::Dsl => (Role::Dsl, "you lead safeguarding at that school"),
        Role::Coordinator | Role::Partner => (Role::Coordinator, "you coordinate that team"),
        Role::County => (Role::County, "you are a county lead"),
        Role::Admin => (Role::Admin, "you look after accounts"),
    };
    let mut people = queries::holders(deed.db, today, role, post.team, post.school)?;
    people.retain(|it| *it != person);
    let mut why = why;
    if people.is_empty() {
        people = queries::holders(deed.db, today, Role::County, None, None)?;
        people.retain(|it| *it != person);
        why = "you are a county lead, and nobody else holds a post there";
    }
    let (post_title, from) = (post.role.title(), calendar::long_date(from_on));
    let facts = json(&BesideFacts { post: post_title, from, why })?;
    let place = [post.school.map(|it| it.to_string()), post.team.map(|it| it.to_string())];
    let place = place.into_iter().flatten().collect::<String>();
    let when = deed.at.and_utc().timestamp();
    for to in people {
        let period = format!("{person}:{}:{place}:{when}", post.role.as_str());
        let (kind, facts) = (LetterKind::Beside, facts.clone());
        deed.post(&Letter { kind, to, period, facts, due_at: deed.at })?;
    }
    Ok(())
}
