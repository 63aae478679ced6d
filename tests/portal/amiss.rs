//! What the doctor says of what is rare: a start that fails, a machine that is gone, a text that is damaged.

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::Error;
use e4s::concerns::{ConcernId, reconcile};
use e4s::store::schema::*;
use e4s::upkeep::doctor::{self, State};

use crate::doctor::{of, state};
use crate::triage::County;
use crate::world::World;

#[test]
fn why_a_service_does_not_start_is_said() {
    let world = World::new();
    let why = Error::Unusable("something that nobody has thought of".to_owned());
    let findings = doctor::examine_shut(&world.portal.settings, &why);
    let start = findings.iter().find(|it| it.what == "Start").expect("a finding");
    assert_eq!((start.state, start.says.clone()), (State::Broken, why.to_string()));
    // What another line says already is not said twice.
    let mut settings = world.portal.settings.clone();
    settings.keys.push("nowhere");
    let why = e4s::app::Portal::open(settings.clone(), world.portal.clock.clone());
    let why = why.err().expect("refused");
    let findings = doctor::examine_shut(&settings, &why);
    let said = findings.iter().filter(|it| it.says == why.to_string()).count();
    assert_eq!(said, 1, "{findings:?}");
}

#[test]
fn a_machine_that_is_gone_says_nothing_of_today() {
    let world = World::new();
    reconcile::run(&world.portal, world.now()).expect("compared");
    let other = |hours: i64| {
        world.house(|deed| {
            let at = deed.at - TimeDelta::hours(hours);
            let when = (reconciliations::at.eq(at), reconciliations::full_at.eq(at));
            let found = (reconciliations::records.eq(9), reconciliations::added.eq(0));
            let wrong = (reconciliations::lacking.eq(3), reconciliations::damaged.eq(1));
            diesel::delete(reconciliations::table.find("other")).execute(deed.db)?;
            diesel::insert_into(reconciliations::table)
                .values((reconciliations::host.eq("other"), when, found, wrong))
                .execute(deed.db)?;
            Ok(())
        });
        of(&world, "Journal and database")
    };
    let found = other(47);
    assert_eq!(found.state, State::Broken);
    assert!(
        found.says.contains("lacks 3 concerns that the journal of other has"),
        "{}",
        found.says
    );
    let found = other(49);
    assert_eq!(found.state, State::Fine, "{}", found.says);
}

#[actix_web::test]
async fn a_text_that_does_not_open_is_found_whether_it_is_the_newest_or_not() {
    let county = County::new();
    let world = &county.world;
    let (_, older, _) = county.concern();
    world.later(TimeDelta::minutes(1));
    let (_, newest, _) = county.concern();
    assert_eq!(state(world, "Sealed text"), State::Fine);
    let spoil = |id: ConcernId| {
        let before: String =
            world.look(|db| Ok(concerns::table.find(id).select(concerns::answers).first(db)?));
        set(world, id, "e1.1.nobody.a.b.c");
        let found = of(world, "Sealed text");
        set(world, id, &before);
        (found.state, found.says)
    };
    let (state, said) = spoil(newest);
    assert_eq!(state, State::Broken);
    assert!(said.starts_with("The newest concern does not open"), "{said}");
    let (state, said) = spoil(older);
    assert_eq!(state, State::Broken);
    assert!(said.contains("1 do not open"), "{said}");
}

fn set(world: &World, id: ConcernId, answers: &str) {
    world.house(|deed| {
        let of = diesel::update(concerns::table.find(id));
        of.set(concerns::answers.eq(answers)).execute(deed.db)?;
        Ok(())
    });
}

#[actix_web::test]
async fn the_page_draws_commands_as_code_pages_as_links_and_names_every_school() {
    let world = World::new();
    for number in 1..=8 {
        world.school(100_000 + number, &format!("Lane School {number}"), "E07000226");
    }
    let main = world.admin().get("/admin/doctor").await.body;
    assert!(main.contains("<code>"), "{main}");
    assert!(main.contains("href=\"/admin/help-lines\""), "{main}");
    assert!(main.contains("and 3 more") && main.contains("Every school with nobody (8)"), "{main}");
    for number in 1..=8 {
        assert!(main.contains(&format!("<li>Lane School {number}</li>")), "{number}: {main}");
    }
    assert!(main.contains("What is fine"), "{main}");
}
