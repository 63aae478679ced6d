//! What the database lost comes back from the journal, whatever is wrong with one of the others.

use diesel::prelude::*;
use e4s::concerns::{ConcernId, reconcile, restore, verify};
use e4s::districts::TeamId;
use e4s::seal::Sealed;
use e4s::store::schema::*;
use e4s::upkeep::doctor::{self, State};

use crate::shire::{Shire, filled, sent};
use crate::world::World;

fn id(path: &str) -> ConcernId {
    ConcernId::parse(path.rsplit('/').next().expect("an id")).expect("an id")
}

fn lose(world: &World, id: ConcernId) {
    world.house(|deed| {
        diesel::delete(concern_steps::table.filter(concern_steps::concern_id.eq(id)))
            .execute(deed.db)?;
        diesel::delete(concerns::table.find(id)).execute(deed.db)?;
        Ok(())
    });
}

fn restored(world: &World) -> restore::Restored {
    restore::restore(&world.portal).expect("restored")
}

fn journalled(world: &World) {
    reconcile::run(&world.portal, world.now()).expect("reconciled");
}

fn reference(world: &World, id: ConcernId) -> String {
    world.look(|db| Ok(concerns::table.find(id).select(concerns::reference).first(db)?))
}

#[actix_web::test]
async fn a_report_that_was_sent_again_keeps_no_other_from_coming_back() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let first = id(&sent(&lead, &filled(&lead, &[]).await).await);
    let second = id(&sent(&lead, &filled(&lead, &[]).await).await);
    let draft: String =
        world.look(|db| Ok(concerns::table.find(first).select(concerns::draft_id).first(db)?));
    let (was, other) = (reference(world, first), reference(world, second));
    lose(world, first);
    lose(world, second);
    // An older database had the first as a draft, and its lead has sent it once more.
    let again = world.concern(&lead, shire.west, "The old mill");
    world.house(|deed| {
        let of = diesel::update(concerns::table.find(again));
        of.set(concerns::draft_id.eq(&draft)).execute(deed.db)?;
        Ok(())
    });
    let told = restored(world);
    assert_eq!(told.back, [other]);
    let [left] = told.left.as_slice() else { panic!("one is left: {:?}", told.left) };
    let again = reference(world, again);
    assert!(left.starts_with(&was) && left.contains(&format!("again as {again}")), "{left}");
    assert_eq!(shire.count(), 2);
}

#[actix_web::test]
async fn a_record_that_cannot_be_put_back_keeps_no_other_from_coming_back() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let gone = TeamId::random();
    world.house(|deed| {
        let named = (teams::id.eq(gone), teams::name.eq("Gone"));
        diesel::insert_into(teams::table).values(named).execute(deed.db)?;
        Ok(())
    });
    let bad = world.concern(&lead, gone, "The old mill");
    world.house(|deed| {
        let of = diesel::update(concerns::table.find(bad));
        of.set(concerns::area_code.eq("nowhere")).execute(deed.db)?;
        Ok(())
    });
    journalled(world);
    let good = id(&sent(&lead, &filled(&lead, &[]).await).await);
    let (was, other) = (reference(world, bad), reference(world, good));
    lose(world, bad);
    lose(world, good);
    world.house(|deed| Ok(diesel::delete(teams::table.find(gone)).execute(deed.db)?));
    let told = restored(world);
    assert_eq!(told.back, [other]);
    let [left] = told.left.as_slice() else { panic!("one is left: {:?}", told.left) };
    assert!(left.starts_with(&was) && left.contains("the code of an area"), "{left}");
}
