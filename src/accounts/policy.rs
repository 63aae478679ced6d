//! Who may do what to people and posts.

use super::{AccountId, Actor, Role};

/// The people and their posts are an administrator's to see.
pub fn may_see_people(by: &Actor) -> bool {
    by.is(Role::Admin) || by.is_house()
}

/// Nobody gives themselves a post: an administrator would get at concerns that way.
pub fn may_appoint(by: &Actor, person: AccountId) -> bool {
    may_see_people(by) && by.id != person
}
