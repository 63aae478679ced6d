//! What the database lost comes back from the journal, whatever is wrong with one of the others.

use std::collections::BTreeSet;

use diesel::prelude::*;
use e4s::concerns::{ConcernId, clear, reconcile, restore, verify};
use e4s::districts::TeamId;
use e4s::seal::Sealed;
use e4s::store::schema::*;
use e4s::upkeep::doctor::{Finding, State};

use crate::journal::{id, lose};
use crate::shire::{Shire, filled, sent};
use crate::world::World;

fn restored(world: &World) -> restore::Restored {
    restore::restore(&world.portal).expect("restored")
}

fn journalled(world: &World) {
    reconcile::run(&world.portal, world.now()).expect("reconciled");
}

/// What the doctor says of journal and database.
fn found(world: &World) -> Finding {
    crate::doctor::of(world, "Journal and database")
}

fn reference(world: &World, id: ConcernId) -> String {
    world.look(|db| Ok(concerns::table.find(id).select(concerns::reference).first(db)?))
}

#[actix_web::test]
async fn a_report_that_was_sent_again_with_other_words_comes_back_as_one_of_its_own() {
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
    let again = reference(world, again);
    let beside = format!("{was} (sent again as {again}, with other words)");
    assert_eq!(BTreeSet::from_iter(told.back), BTreeSet::from([beside, other]));
    assert_eq!((told.settled, told.left), (Vec::new(), Vec::new()));
    assert_eq!(shire.count(), 3);
    let page = lead.get(&format!("/concerns/{first}")).await.main();
    assert!(page.contains(&was), "{page}");
}

#[actix_web::test]
async fn a_report_that_was_sent_again_is_lacking_until_that_is_found_and_goes_with_the_other() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let first = id(&sent(&lead, &filled(&lead, &[]).await).await);
    let draft: String =
        world.look(|db| Ok(concerns::table.find(first).select(concerns::draft_id).first(db)?));
    let again = id(&sent(&lead, &filled(&lead, &[]).await).await);
    lose(world, first);
    world.house(|deed| {
        let of = diesel::update(concerns::table.find(again));
        of.set(concerns::draft_id.eq(&draft)).execute(deed.db)?;
        Ok(())
    });
    let standing = || {
        journalled(world);
        world.look(reconcile::standing).remove(0)
    };
    assert_eq!((standing().lacking, found(world).state), (1, State::Broken));
    assert_eq!(restored(world).settled.len(), 1);
    assert_eq!((standing().lacking, found(world).state), (0, State::Fine));
    assert_eq!(restored(world).settled.len(), 0, "once");
    let verdict = verify::verify(&world.portal).expect("verified");
    assert_eq!(verdict.faults, Vec::<String>::new());
    assert!(verdict.notes[0].ends_with("which it has: 1"), "{:?}", verdict.notes);
    assert!(world.audit().contains(&"concern-sent-again".to_owned()));
    let log = world.county().get("/admin/audit?event=concern-sent-again").await.main();
    assert!(log.contains("Lost concern found sent again as another"), "{log}");

    // What is deleted goes from the journal, and so does what it said when it was first sent.
    crate::journal_clear::bury(world, again);
    world.later(chrono::TimeDelta::days(1));
    assert_eq!(clear::run(&world.portal, world.now()).expect("cleared").count, 2);
    assert_eq!(standing().records, 0);
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

#[actix_web::test]
async fn damage_inside_a_record_is_found_and_no_concern_comes_back_that_nobody_could_open() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let concern = world.concern(&lead, shire.west, "The old mill");
    world.house(|deed| {
        let of = concerns::table.find(concern);
        let text: Sealed = of.select(concerns::answers).first(deed.db)?;
        let (sound, end) = text.as_str().split_at(text.as_str().len() - 4);
        let wrong = if end == "AAAA" { "BBBB" } else { "AAAA" };
        let damaged = Sealed::kept(format!("{sound}{wrong}"));
        diesel::update(of).set(concerns::answers.eq(damaged)).execute(deed.db)?;
        Ok(())
    });
    journalled(world);
    let found = verify::verify(&world.portal).expect("verified");
    let [fault] = found.faults.as_slice() else { panic!("one fault: {:?}", found.faults) };
    assert!(fault.contains("does not open"), "{fault}");
    lose(world, concern);
    let told = restored(world);
    assert!(told.back.is_empty() && told.left[0].contains("does not open"), "{told:?}");
}

#[actix_web::test]
async fn a_concern_that_was_passed_on_before_it_was_journalled_opens_for_the_team_it_comes_back_to()
{
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let concern = world.concern(&lead, shire.west, "The old mill");
    let south = shire.south.to_string();
    let form = [("team", south.as_str()), ("reason", "Across the boundary")];
    let (at, west) = (format!("/concerns/{concern}"), world.coordinator(shire.west));
    assert_eq!(west.post(&format!("{at}/redirect"), &form).await.status, 303);
    journalled(world);
    lose(world, concern);
    assert_eq!(restored(world).back.len(), 1);
    let text: Sealed =
        world.look(|db| Ok(concerns::table.find(concern).select(concerns::answers).first(db)?));
    assert_eq!(text.owner(), Some(shire.west.as_str()));
    assert!(west.get(&at).await.main().contains("The old mill"));
}

#[actix_web::test]
async fn a_concern_on_hold_comes_back_on_hold_and_its_time_counts_from_then() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let west = world.coordinator(shire.west);
    let path = sent(&lead, &filled(&lead, &[]).await).await;
    let put = west.post(&format!("{path}/hold"), &[("reason", "Inquiry 12")]).await;
    assert_eq!(put.status, 303, "{}", put.main());
    let put_at = world.now();
    world.later(chrono::TimeDelta::minutes(10));
    lose(world, id(&path));
    assert_eq!(restored(world).back.len(), 1);
    let (held_at, changed_at): (Option<chrono::NaiveDateTime>, chrono::NaiveDateTime) =
        world.look(|db| {
            Ok(concerns::table.select((concerns::held_at, concerns::changed_at)).first(db)?)
        });
    assert_eq!((held_at, changed_at), (Some(put_at), world.now()));
    let page = west.get(&path).await.main();
    assert!(page.contains("On legal hold since") && page.contains("\nNew\n"), "{page}");
    let page = lead.get(&path).await.main();
    assert!(page.contains("Sent. The team has it"), "nobody answered anything: {page}");
}

#[actix_web::test]
async fn the_doctor_is_red_while_the_database_lacks_a_concern_or_the_journal_is_damaged() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let look = || found(world);
    assert_eq!(look().state, State::Attend, "nobody has compared them yet");
    let concern = id(&sent(&lead, &filled(&lead, &[]).await).await);
    journalled(world);
    assert_eq!(look().state, State::Fine, "{}", look().says);
    lose(world, concern);
    // What was compared before is compared again at night.
    world.later(chrono::TimeDelta::hours(24));
    journalled(world);
    let found = look();
    assert_eq!(found.state, State::Broken);
    assert!(found.says.contains("lacks 1 concern"), "{}", found.says);
    assert!(found.what_to_do.contains("e4s journal restore"), "{}", found.what_to_do);
    assert_eq!(restored(world).back.len(), 1);
    journalled(world);
    assert_eq!(look().state, State::Fine, "{}", look().says);
    world.later(chrono::TimeDelta::hours(1));
    assert_eq!(look().state, State::Attend, "they are compared each five minutes");

    let folder = std::fs::read_dir(&world.portal.settings.journal).expect("a folder");
    for file in folder {
        let path = file.expect("an entry").path();
        let mut bytes = std::fs::read(&path).expect("its bytes");
        if let Some(byte) = bytes.get_mut(100) {
            *byte ^= 1;
            std::fs::write(&path, &bytes).expect("damaged");
        }
    }
    world.later(chrono::TimeDelta::hours(15));
    journalled(world);
    let found = look();
    assert_eq!(found.state, State::Broken);
    assert!(found.says.contains("damaged"), "{}", found.says);
}
