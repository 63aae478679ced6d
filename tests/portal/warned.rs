//! What a warning is worth: for a year, and for a record as it was then.

use diesel::prelude::*;
use e4s::accounts::appoint;
use e4s::config::Keep;
use e4s::store::schema::*;

use crate::retention::{again, closed, left, on, retain};
use crate::triage::County;
use crate::world::{Person, World};

/// Something happens to every concern and context.
fn change(world: &World) {
    world.house(|deed| {
        diesel::update(concerns::table).set(concerns::changed_at.eq(deed.at)).execute(deed.db)?;
        diesel::update(contexts::table).set(contexts::changed_at.eq(deed.at)).execute(deed.db)?;
        Ok(())
    });
}

/// Somebody leaves, and nobody takes their place.
fn leave(world: &World, person: &Person<'_>) {
    let theirs = accounts::table.find(person.id).select(accounts::email);
    let email: String = world.look(|db| Ok(theirs.first(db)?));
    world.house(|deed| appoint::dismiss(deed, &email));
}

/// How many records a team’s page says wait for a letter.
async fn waiting(person: &Person<'_>) -> usize {
    person.get("/retention").await.main().matches("30 days after the next letter").count()
}

#[actix_web::test]
async fn a_warning_of_over_a_year_ago_is_worth_nothing() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    closed(&county, &coordinator).await;
    county.concern();
    on(world, 2032, 10, 24);
    retain(world);
    // Nothing ran for over a year.
    on(world, 2033, 11, 1);
    assert_eq!(waiting(&again(world, &coordinator)).await, 2);
    retain(world);
    assert_eq!(left(world)[..2], [1, 2], "the team is told again first");
    on(world, 2033, 12, 1);
    retain(world);
    assert_eq!(left(world)[..2], [0, 0]);
}

#[actix_web::test]
async fn a_warning_to_people_who_left_over_a_year_ago_is_worth_nothing() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    county.concern();
    on(world, 2032, 10, 24);
    retain(world);
    leave(world, &coordinator);
    on(world, 2033, 10, 25);
    retain(world);
    assert_eq!(left(world)[1], 1, "nobody is there who could be told again");
}

#[actix_web::test]
async fn a_warning_from_before_a_change_is_worth_nothing_after_it() {
    let days = |it: &mut e4s::config::Settings| {
        (it.keep_closed, it.keep_unlinked) = (Keep::Days(90), Keep::Days(90));
    };
    let county = County::on(World::with(days));
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    closed(&county, &coordinator).await;
    county.concern();
    on(world, 2027, 1, 22);
    retain(world);
    on(world, 2027, 2, 10);
    change(world);
    on(world, 2027, 5, 11);
    assert_eq!(waiting(&again(world, &coordinator)).await, 2);
    leave(world, &coordinator);
    retain(world);
    assert_eq!(left(world)[..2], [1, 2], "the team was told of what was there before");
    world.coordinator(county.crawley);
    for (month, date) in [(5, 12), (6, 11)] {
        on(world, 2027, month, date);
        retain(world);
    }
    assert_eq!(left(world), [0; 4]);
    let told: i64 = world.look(|db| Ok(warnings::table.count().get_result(db)?));
    assert_eq!(told, 0, "a warning goes with what it was about");
}

#[actix_web::test]
async fn a_closed_context_waits_for_what_happens_to_its_concerns() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    closed(&county, &coordinator).await;
    on(world, 2030, 1, 1);
    world.house(|deed| {
        diesel::update(concerns::table).set(concerns::changed_at.eq(deed.at)).execute(deed.db)?;
        Ok(())
    });
    for (year, month, date) in [(2032, 10, 24), (2032, 11, 23), (2035, 12, 2), (2035, 12, 31)] {
        on(world, year, month, date);
        retain(world);
        assert_eq!(left(world)[..2], [1, 1], "{year}-{month}-{date}");
    }
    on(world, 2036, 1, 1);
    retain(world);
    assert_eq!(left(world)[..2], [0, 0]);
}

#[actix_web::test]
async fn an_open_context_is_told_of_to_nobody_and_keeps_its_concerns() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let (_, _, concern) = county.concern();
    let form = [("context", "new"), ("label", "The bus station"), ("kind", "location")];
    coordinator.post(&format!("{concern}/context"), &form).await.path();
    for month in 1..=3 {
        on(world, 2040, month, 1);
        retain(world);
    }
    assert_eq!(left(world)[..2], [1, 1]);
    let told: i64 = world.look(|db| Ok(warnings::table.count().get_result(db)?));
    assert_eq!(told, 0);
    let page = again(world, &coordinator).get("/retention").await.main();
    assert_eq!(page.matches("None in the next 30 days.").count(), 2, "{page}");
}
