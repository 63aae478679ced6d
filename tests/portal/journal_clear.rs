//! What was deleted on purpose leaves the journal as well, and what older keys seal there is sealed anew.

use std::io::Read;
use std::path::PathBuf;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use e4s::concerns::{ConcernId, clear, reconcile, restore, verify};
use e4s::seal::{Place, Sealed, rotate};
use e4s::store::journal::{Fate, Journal};
use e4s::store::schema::*;

use crate::triage::County;
use crate::world::World;

/// A concern that was raised and deleted on purpose, and one that stands; both in the journal.
fn one_of_two_deleted(county: &County) -> (ConcernId, ConcernId) {
    let world = &county.world;
    let lead = world.dsl(county.school);
    let gone = world.concern(&lead, county.crawley, "The old mill");
    let stands = world.concern(&lead, county.crawley, "The weir");
    reconcile::run(&world.portal, world.now()).expect("in the journal");
    bury(world, gone);
    (gone, stands)
}

/// What retention does to a concern in the end.
pub fn bury(world: &World, id: ConcernId) {
    world.house(|deed| {
        e4s::concerns::forget::forget(deed, &[id])?;
        diesel::insert_into(tombstones::table)
            .values((
                tombstones::kind.eq("concern"),
                tombstones::record_id.eq(id.as_str()),
                tombstones::outcome.eq("New"),
                tombstones::rule.eq("unlinked"),
                tombstones::deleted_on.eq(deed.today()),
                tombstones::count.eq(1),
            ))
            .execute(deed.db)?;
        Ok(())
    });
}

fn cleared(world: &World) -> usize {
    clear::run(&world.portal, world.now()).expect("cleared").count
}

/// The rows that the journal has records of.
fn rows(world: &World) -> Vec<String> {
    let mut rows = Vec::new();
    let each = world.portal.journal.each(|it| {
        rows.push(String::from_utf8_lossy(&it.row).into_owned());
        Ok(())
    });
    assert!(each.expect("read").damage.is_empty());
    rows
}

fn files(world: &World) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(&world.portal.settings.journal).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|it| it.expect("an entry").path()).collect();
    files.sort();
    files
}

#[actix_web::test]
async fn what_was_deleted_leaves_the_journal_and_an_empty_database_gets_it_back_from_nowhere() {
    let county = County::new();
    let world = &county.world;
    let (gone, stands) = one_of_two_deleted(&county);
    world.later(TimeDelta::days(1));
    assert_eq!(cleared(world), 1);
    assert_eq!(rows(world), [stands.to_string()]);
    assert_eq!(files(world).len(), 1, "nothing else is left in the folder");
    let found = verify::verify(&world.portal).expect("verified");
    assert_eq!((found.faults.len(), found.kept, found.stored), (0, 1, 1), "{:?}", found.faults);
    let note = "records of deleted concerns that were taken out on this machine: 1, the last time on 24 November";
    assert!(found.notes.iter().any(|it| it.starts_with(note)), "{:?}", found.notes);
    let line = world.audit().into_iter().filter(|it| it == "journal-cleared").count();
    assert_eq!(line, 1);
    assert_eq!(cleared(world), 0, "there is nothing more to do");
    // The full comparison, at night, still holds.
    world.later(TimeDelta::days(1));
    reconcile::run(&world.portal, world.now()).expect("compared");
    let all = world.look(reconcile::standing).remove(0);
    assert_eq!((all.records, all.added, all.lacking, all.damaged), (1, 0, 0, 0));

    // A backup of the journal, the keys, and no database.
    let settings = world.portal.settings.clone();
    let empty = World::with(|it| {
        it.keys.clone_from(&settings.keys);
        it.journal.clone_from(&settings.journal);
    });
    let restored = restore::restore(&empty.portal).expect("restored");
    assert!(!format!("{restored:?}").contains(gone.as_str()));
    assert_eq!(restored.back.len() + restored.left.len(), 1, "{restored:?}");
}

#[actix_web::test]
async fn a_file_that_is_written_to_is_left_alone_until_its_day_is_over() {
    let mut county = County::new();
    one_of_two_deleted(&county);
    let before = std::fs::read(&files(&county.world)[0]).expect("a file");
    assert_eq!(cleared(&county.world), 0, "it is today's");
    // Another process, which does not have the file open.
    county.world.restart();
    assert_eq!(cleared(&county.world), 0, "it is today's for every process");
    assert_eq!(std::fs::read(&files(&county.world)[0]).expect("a file"), before);
    let notes = verify::verify(&county.world.portal).expect("verified").notes;
    assert!(notes[0].contains("are still in the journal: 1."), "{notes:?}");
    county.world.later(TimeDelta::days(1));
    assert_eq!(cleared(&county.world), 1);
}

#[test]
fn a_file_that_another_process_has_open_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || Journal::open(folder.path()).expect("a journal");
    let (writer, clearer) = (open(), open());
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
    let row = *b"0123456789abcdefghjkmnpqrs";
    writer.append(&[(row, Sealed::kept("one".to_owned()))], day).expect("appended");
    let next = day.succ_opt().expect("a day");
    let clear = |journal: &Journal| {
        let all = |records: &[_]| Ok(records.iter().map(|_| Fate::Goes).collect());
        journal.rewrite(next, all).expect("cleared").gone.len()
    };
    assert_eq!(clear(&clearer), 0);
    // Still open, and still whole: what is appended by a clock that is behind is not lost.
    writer.append(&[(row, Sealed::kept("two".to_owned()))], day).expect("appended");
    assert!(writer.knows(row));
    assert_eq!(clear(&writer), 2, "its own file of a day that is over is closed first");
    assert!(!writer.knows(row));
    writer.append(&[(row, Sealed::kept("three".to_owned()))], next).expect("appended");
    assert_eq!(clearer.read_on(true).expect("read").known.len(), 1);
}

#[actix_web::test]
async fn a_process_that_writes_nothing_lets_go_of_its_file_when_its_day_is_over() {
    let county = County::new();
    let world = &county.world;
    // It serves pages, without a worker, and has the file open.
    one_of_two_deleted(&county);
    let settings = world.portal.settings.clone();
    let worker = e4s::app::Portal::open(settings, world.portal.clock.clone()).expect("opens");
    let clear = || clear::run(&worker, world.now()).expect("cleared").count;
    let own = || {
        for chore in e4s::worker::OF_EACH {
            (chore.run)(&world.portal, world.now()).expect("done");
        }
    };
    own();
    let lead = world.dsl(county.school);
    let third = world.concern(&lead, county.crawley, "The ford");
    e4s::concerns::keep::keep(&world.portal, third).expect("kept");
    assert_eq!(files(world).len(), 1, "today’s file stays open");
    world.later(TimeDelta::days(1));
    assert_eq!(clear(), 0, "it is locked");
    own();
    assert_eq!(clear(), 1);
    let fourth = world.concern(&lead, county.crawley, "The quay");
    e4s::concerns::keep::keep(&world.portal, fourth).expect("kept");
    assert_eq!((rows(world).len(), files(world).len()), (3, 2), "and writes on in another");
}

#[actix_web::test]
async fn a_crash_at_any_point_leaves_the_old_file_or_the_new_one() {
    let county = County::new();
    let world = &county.world;
    let (_, stands) = one_of_two_deleted(&county);
    let file = files(world).remove(0);
    let (before, coming) = (std::fs::read(&file).expect("a file"), file.with_extension("coming"));
    world.later(TimeDelta::days(1));
    // The new file cannot be written at all.
    std::fs::create_dir(&coming).expect("in the way");
    assert!(clear::run(&world.portal, world.now()).is_err());
    assert_eq!(std::fs::read(&file).expect("a file"), before);
    std::fs::remove_dir(&coming).expect("out of the way");
    // It was written half, and the machine stopped.
    std::fs::write(&coming, &before[..before.len() / 3]).expect("half a file");
    assert_eq!(rows(world).len(), 2, "nobody reads it");
    assert_eq!(verify::verify(&world.portal).expect("verified").faults.len(), 0);
    let mut old = std::fs::File::open(&file).expect("a file");
    assert_eq!(cleared(world), 1);
    let mut still = Vec::new();
    old.read_to_end(&mut still).expect("read");
    assert_eq!(still, before, "the old file is never written to, only its name goes");
    assert_eq!((rows(world), files(world).len()), (vec![stands.to_string()], 1));
    // It has its name, and nothing was written down about it: the next time has nothing to do.
    std::fs::write(&coming, "rubbish").expect("rubbish");
    assert_eq!(cleared(world), 0);
    assert_eq!(files(world).len(), 1, "what is left over is thrown away");
}

#[actix_web::test]
async fn what_is_damaged_stays_for_a_person_to_look_at_and_half_a_record_does_not() {
    let county = County::new();
    let world = &county.world;
    one_of_two_deleted(&county);
    let file = files(world).remove(0);
    let whole = std::fs::read(&file).expect("a file");
    let lead = world.dsl(county.school);
    world.concern(&lead, county.crawley, "The ford");
    reconcile::run(&world.portal, world.now()).expect("in the journal");
    let mut bytes = std::fs::read(&file).expect("a file");
    // The last whole record is damaged, and half of another stands behind it.
    bytes[whole.len() + 90] ^= 1;
    bytes.extend(&whole[..40]);
    std::fs::write(&file, &bytes).expect("damaged");
    world.later(TimeDelta::days(1));
    assert_eq!(cleared(world), 1);
    let found = verify::verify(&world.portal).expect("verified");
    assert!(found.faults[0].contains("is damaged"), "{:?}", found.faults);
    assert_eq!((found.kept, found.stored), (1, 2));
}

#[actix_web::test]
async fn a_rotation_reaches_the_journal_with_a_younger_key_and_todays_offline_recipient() {
    let (old, new) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
    let recipient = |it: &age::x25519::Identity| Some(it.to_public().to_string());
    let world = World::with(|it| it.escrow = recipient(&old));
    let crawley = world.team("Crawley", "E07000226");
    let school = world.school(100_001, "Elm Bank School", "E07000226");
    let mut county = County { horsham: crawley, crawley, school, world };
    let (_, stands) = one_of_two_deleted(&county);
    county.world.later(TimeDelta::days(1));
    // The process is started again with another offline recipient.
    let mut settings = county.world.portal.settings.clone();
    settings.escrow = recipient(&new);
    let portal = e4s::app::Portal::open(settings, county.world.portal.clock.clone());
    county.world.portal = actix_web::web::Data::new(portal.expect("opens"));
    let world = &county.world;
    let (store, keys) = (&world.portal.store, &world.portal.keys);
    rotate::begin(store, keys).expect("begun");
    rotate::run(store, keys, &mut |_| {}).expect("renewed");
    assert_eq!(cleared(world), 2, "one is taken out, one renewed");
    let mut records = Vec::new();
    let each = world.portal.journal.each(|it| {
        records.push(it.sealed);
        Ok(())
    });
    assert!(each.is_ok());
    let row = stands.to_string();
    let at = Place { table: "journal", column: "concern", row: &row };
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].generation(), Some(2));
    assert!(records[0].unseal_offline(at, &new).is_ok() && keys.unseal(at, &records[0]).is_ok());
    assert!(records[0].unseal_offline(at, &old).is_err(), "the recipient that was given up");
    assert_eq!(cleared(world), 0, "once");
}
