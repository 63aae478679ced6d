//! Who counts as cover: those who have come in, and nobody who was only invited.

use e4s::accounts::Role;
use e4s::accounts::appoint::Giving;
use e4s::accounts::invite::{Invitation, invite};
use e4s::upkeep::doctor::State;

use crate::doctor::{of, seat, state};
use crate::world::World;

/// Invites somebody to a post, from today on.
fn invited(world: &World, name: &str, post: e4s::accounts::Post) -> e4s::accounts::AccountId {
    let email = format!("{name}@example.org");
    world.house(|deed| {
        let giving = Giving { post, from_on: deed.today(), until_on: None };
        let invitation = Invitation { email: email.clone(), name: name.to_owned(), giving };
        Ok(invite(deed, &invitation)?.0)
    })
}

/// They have chosen a password.
fn comes_in(world: &World, id: e4s::accounts::AccountId) {
    use diesel::prelude::*;
    use e4s::store::schema::accounts;
    world.house(|deed| {
        let chosen = accounts::password_hash.eq("none");
        diesel::update(accounts::table.find(id)).set(chosen).execute(deed.db)?;
        Ok(())
    });
}

#[test]
fn whoever_was_invited_covers_nobody_until_they_have_come_in() {
    let world = World::new();
    let team = world.team("Crawley", "E07000226");
    let school = world.school(100_001, "Mill Lane School", "E07000226");
    let _lead = world.dsl(school);
    let lead = invited(&world, "lead", seat(Role::Dsl, Some(school), None));
    let first = invited(&world, "first", seat(Role::Coordinator, None, Some(team)));
    let second = invited(&world, "second", seat(Role::Coordinator, None, Some(team)));
    let found = of(&world, "Schools’ leads");
    assert_eq!(found.state, State::Attend, "{}", found.says);
    assert!(found.what_to_do.contains("1 person was invited"), "{}", found.what_to_do);
    let found = of(&world, "Teams’ recipients");
    assert_eq!(found.state, State::Broken, "{}", found.says);
    assert!(found.what_to_do.contains("2 people were invited"), "{}", found.what_to_do);
    comes_in(&world, first);
    assert_eq!(state(&world, "Teams’ recipients"), State::Attend);
    comes_in(&world, second);
    comes_in(&world, lead);
    assert_eq!(state(&world, "Teams’ recipients"), State::Fine);
    assert_eq!(state(&world, "Schools’ leads"), State::Fine);

    let _county = world.county();
    let _admin = world.admin();
    let admin = invited(&world, "admin", seat(Role::Admin, None, None));
    assert_eq!(state(&world, "County and administrators"), State::Attend);
    comes_in(&world, admin);
    assert_eq!(state(&world, "County and administrators"), State::Fine);
}
