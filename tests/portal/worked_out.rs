//! What was worked out about a context is found where somebody asks what is kept, and goes when the context goes.

use diesel::prelude::*;
use e4s::contexts::{ContextId, scan};
use e4s::store::schema::{assessments, goals, measure_values, measures, responses};

use crate::contexts::context;
use crate::goals::{day, form, goal};
use crate::retention::{on, retain};
use crate::triage::County;
use crate::world::{Person, World};

/// A goal with a response and a measure, and a side of the assessment.
async fn worked_out(team: &Person<'_>, path: &str) {
    let goal = goal(team, path, "The ramp is lit").await;
    let what = [("what", "New lamps"), ("owner", "Parks team"), ("sort", "environment")];
    let from = [day("from", ("1", "11", "2026"))];
    team.post(&format!("{goal}/response"), &form(&what, &from)).await.path();
    let what =
        [("what", "Incidents"), ("unit", "a fortnight"), ("wanted", "fewer"), ("amount", "5")];
    let taken = [day("taken", ("1", "11", "2026"))];
    team.post(&format!("{goal}/measure"), &form(&what, &taken)).await.path();
    let side = [("words", "A warden on Fridays"), ("version", "0")];
    team.post(&format!("{path}/assessment/guardianship"), &side).await.path();
}

fn counts(world: &World) -> [i64; 5] {
    world.look(|db| {
        Ok([
            goals::table.count().get_result(db)?,
            responses::table.count().get_result(db)?,
            measures::table.count().get_result(db)?,
            measure_values::table.count().get_result(db)?,
            assessments::table.count().get_result(db)?,
        ])
    })
}

#[actix_web::test]
async fn what_was_worked_out_is_found_by_whoever_looks_through_all_that_is_kept() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    worked_out(&team, &path).await;
    let id = ContextId::parse(path.trim_start_matches("/contexts/")).expect("an id");
    let scope = team.actor().scope();
    let look = || {
        let keys = &world.portal.keys;
        world.look(|db| scan::some(db, keys, &scope, &[id])).remove(0)
    };
    let found = look();
    for text in
        ["The ramp is lit", "New lamps", "Parks team", "Incidents", "a fortnight", "A warden"]
    {
        assert!(found.passages.iter().any(|it| it.text.contains(text)), "{text}: {found:?}");
    }
    assert!(found.is_whole);

    world.house(|deed| {
        diesel::update(goals::table).set(goals::words.eq("e1.1.x.y.z.w")).execute(deed.db)?;
        Ok(())
    });
    let found = look();
    assert!(!found.is_whole, "what does not open is said to be missing");
    assert!(found.passages.iter().any(|it| it.text.contains("A warden")), "and hides nothing else");
}

#[actix_web::test]
async fn what_was_worked_out_goes_with_its_context() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    worked_out(&team, &path).await;
    assert_eq!(counts(world), [1; 5]);
    let close = [("state", "closed"), ("outcome", "goals_met"), ("reason", "Lit.")];
    team.post(&format!("{path}/state"), &close).await.path();
    on(world, 2032, 10, 24);
    retain(world);
    assert_eq!(counts(world), [1; 5], "not before its time");
    on(world, 2032, 11, 23);
    retain(world);
    assert_eq!(counts(world), [0; 5]);
}
