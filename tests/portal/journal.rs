//! Concerns have a second place: what was called sent is there, and comes back from there.

use std::path::PathBuf;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use e4s::concerns::reconcile::{self, Reconciliation};
use e4s::concerns::restore::{self, Restored};
use e4s::concerns::verify::{self, Verdict};
use e4s::concerns::{ConcernId, Harm, Urgency};
use e4s::seal::Sealed;
use e4s::store::journal::Journal;
use e4s::store::schema::*;

use crate::shire::{Fields, SOUTH, Shire, WEST, filled, sent};
use crate::world::World;

fn verified(world: &World) -> Verdict {
    verify::verify(&world.portal).expect("verified")
}

fn restored(world: &World) -> Restored {
    restore::restore(&world.portal).expect("restored")
}

fn reconciled(world: &World) -> Reconciliation {
    reconcile::run(&world.portal, world.now()).expect("reconciled");
    world.look(reconcile::standing).remove(0)
}

/// The journal's files.
fn files(world: &World) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(&world.portal.settings.journal).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|it| it.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The database loses a concern.
pub fn lose(world: &World, id: ConcernId) {
    world.house(|deed| {
        diesel::delete(concern_steps::table.filter(concern_steps::concern_id.eq(id)))
            .execute(deed.db)?;
        diesel::delete(concerns::table.find(id)).execute(deed.db)?;
        Ok(())
    });
}

/// The concern of a page.
pub fn id(path: &str) -> ConcernId {
    ConcernId::parse(path.rsplit('/').next().expect("an id")).expect("an id")
}

#[actix_web::test]
async fn a_report_that_was_called_sent_is_in_the_journal_sealed() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let seen: Fields = &[("seen", "A word that is planted: quagmire")];
    let draft = filled(&lead, &[("what", seen)]).await;
    assert_eq!(verified(&shire.world).records, 0);
    let concern = sent(&lead, &draft).await;
    let found = verified(&shire.world);
    assert_eq!((found.records, found.kept, found.stored), (1, 1, 1));
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(lead.get(&format!("{concern}/sent")).await.status, 200);
    assert_eq!(sent(&lead, &draft).await, concern);
    assert_eq!(verified(&shire.world).records, 1, "it is not written again");
    for file in files(&shire.world) {
        let bytes = std::fs::read(&file).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        for word in ["quagmire", "shelter", "substance", WEST] {
            assert!(!text.contains(word), "{word} can be read");
        }
    }
}

#[actix_web::test]
async fn a_report_is_not_called_sent_while_the_journal_cannot_take_it() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let (here, away) = (world.portal.settings.journal.clone(), world.files.path().join("away"));
    let first = sent(&lead, &filled(&lead, &[]).await).await;
    let draft = filled(&lead, &[]).await;
    for what in ["gone", "a file"] {
        std::fs::rename(&here, &away).expect("taken away");
        if what == "a file" {
            std::fs::write(&here, "").expect("a file");
        }
        let check = format!("{draft}/check");
        let page = lead.post(&check, &[]).await;
        assert_eq!(page.status, 503, "{what}");
        assert!(page.main().contains("We could not confirm that your report was sent"), "{what}");
        assert!(page.body.contains(&format!("action=\"{check}\"")), "{}", page.body);
        let concern: String = world.look(|db| {
            let all = concerns::table.filter(concerns::id.ne(id(&first)));
            Ok(all.select(concerns::id).first(db)?)
        });
        let page = lead.get(&format!("/concerns/{concern}/sent")).await;
        assert_eq!(page.status, 503, "{what}");
        assert!(page.body.contains(&format!("action=\"{check}\"")), "{}", page.body);
        assert_eq!(lead.get(&format!("{first}/sent")).await.status, 200, "it was sent before");
        if what == "a file" {
            std::fs::remove_file(&here).expect("removed");
        }
        std::fs::rename(&away, &here).expect("put back");
    }
    sent(&lead, &draft).await;
    let found = verified(world);
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!((found.kept, shire.count()), (2, 2));
}

#[actix_web::test]
async fn half_a_record_is_cut_off_and_what_comes_after_a_start_stands_in_a_file_of_its_own() {
    let mut shire = Shire::new();
    let (lead, token) = {
        let lead = shire.world.dsl(shire.school);
        sent(&lead, &filled(&lead, &[]).await).await;
        (lead.id, lead.token)
    };
    let file = files(&shire.world).remove(0);
    let whole = std::fs::read(&file).expect("a file");
    let torn = [&whole[..], &whole[..whole.len() / 2]].concat();
    std::fs::write(&file, &torn).expect("torn");
    let found = verified(&shire.world);
    assert_eq!((found.faults.len(), found.notes.len()), (0, 1), "{:?}", found.notes);
    let name = file.file_name().expect("a name").to_string_lossy().into_owned();
    let note = format!("{name} at byte {} ({} bytes)", whole.len(), torn.len() - whole.len());
    assert!(found.notes[0].starts_with(&note), "{:?}", found.notes);

    shire.world.restart();
    let lead = shire.world.known(lead, token);
    sent(&lead, &filled(&lead, &[]).await).await;
    assert_eq!(std::fs::read(&file).expect("a file"), torn, "nobody knows what its disk has");
    assert_eq!(files(&shire.world).len(), 2);
    reconciled(&shire.world);
    assert_eq!(std::fs::read(&file).expect("a file"), whole);
    let found = verified(&shire.world);
    assert_eq!((found.kept, found.faults.len(), found.notes.len()), (2, 0, 0));
}

#[actix_web::test]
async fn damage_is_named_by_file_and_place_and_mended_in_the_night() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let first = id(&sent(&lead, &filled(&lead, &[]).await).await);
    let begin = std::fs::metadata(&files(world)[0]).expect("a file").len();
    sent(&lead, &filled(&lead, &[]).await).await;
    sent(&lead, &filled(&lead, &[]).await).await;
    assert_eq!(reconciled(world).damaged, 0);
    let file = files(world).remove(0);
    let mut bytes = std::fs::read(&file).expect("a file");
    bytes[100] ^= 1;
    std::fs::write(&file, &bytes).expect("damaged");
    world.later(TimeDelta::minutes(20));
    assert_eq!(reconciled(world).added, 0, "what was compared before is not read again by day");
    let found = verified(world);
    let name = file.file_name().expect("a name").to_string_lossy().into_owned();
    assert_eq!(found.faults[0], format!("{name} at byte 0 ({begin} bytes) is damaged"));
    assert!(found.faults[1].contains("in the database and not in the journal"), "{found:?}");
    assert_eq!(found.faults.len(), 2);

    world.later(TimeDelta::hours(15));
    let night = reconciled(world);
    assert_eq!((night.damaged, night.added, night.records), (1, 1, 3));
    lose(world, first);
    assert_eq!(restored(world).back.len(), 1);
}

#[actix_web::test]
async fn what_the_journal_lacks_is_added_and_what_the_database_lost_is_counted() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let concern = world.concern(&lead, shire.west, "The old mill");
    assert!(verified(world).faults[0].contains("not in the journal"));
    let first = reconciled(world);
    assert_eq!((first.records, first.added, first.lacking), (1, 1, 0));
    world.later(TimeDelta::minutes(5));
    let second = world.concern(&lead, shire.west, "The weir");
    assert_eq!(reconciled(world).added, 1);
    assert_eq!(verified(world).faults, Vec::<String>::new());
    world.later(TimeDelta::minutes(5));
    assert_eq!(reconciled(world).added, 0);

    let kept = sent(&lead, &filled(&lead, &[]).await).await;
    lose(world, id(&kept));
    assert_eq!(reconciled(world).lacking, 1);
    world.later(TimeDelta::minutes(5));
    assert_eq!(reconciled(world).lacking, 1, "it is not forgotten");
    let fault = &verified(world).faults[0];
    assert!(fault.contains("in the journal and not in the database"), "{fault}");
    lose(world, concern);
    lose(world, second);
    world.later(TimeDelta::minutes(5));
    assert_eq!(reconciled(world).lacking, 3, "however long ago they were raised");
    assert_eq!(restored(world).back.len(), 3);
    assert_eq!(reconciled(world).lacking, 0);
}

#[actix_web::test]
async fn files_of_the_journal_that_are_gone_are_noticed_and_written_anew() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    world.concern(&lead, shire.west, "The old mill");
    assert_eq!(reconciled(world).added, 1);
    for file in std::fs::read_dir(&world.portal.settings.journal).expect("a folder") {
        std::fs::remove_file(file.expect("a file").path()).expect("removed");
    }
    world.later(TimeDelta::minutes(5));
    let told = reconcile::run(&world.portal, world.now()).expect_err("its own file is gone");
    assert!(told.to_string().contains("not where it was"), "{told}");
    world.later(TimeDelta::minutes(5));
    assert_eq!(reconciled(world).added, 1);
    assert_eq!(verified(world).faults, Vec::<String>::new());
}

#[actix_web::test]
async fn a_lost_concern_comes_back_as_it_was_raised_once_and_its_team_is_told() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let coordinator = world.coordinator(shire.west);
    let urgent: Fields = &[("recurring", "once"), ("urgency", "urgent")];
    let concern = sent(&lead, &filled(&lead, &[("when", urgent)]).await).await;
    let reference: String =
        world.look(|db| Ok(concerns::table.select(concerns::reference).first(db)?));
    let before = lead.get(&concern).await.main();
    let draft: String =
        world.look(|db| Ok(concerns::table.select(concerns::draft_id).first(db)?));
    lose(world, id(&concern));
    assert_eq!(lead.get(&concern).await.status, 404);
    // An older database has it as it was before it was sent.
    world.house(|deed| {
        diesel::insert_into(drafts::table)
            .values((
                drafts::id.eq(&draft),
                drafts::account_id.eq(lead.id),
                drafts::school_urn.eq(shire.school),
                drafts::answers.eq(""),
                drafts::begun_at.eq(deed.at),
                drafts::saved_at.eq(deed.at),
            ))
            .execute(deed.db)?;
        Ok(())
    });
    world.later(TimeDelta::minutes(10));

    assert_eq!(restored(world).back, std::slice::from_ref(&reference));
    let again = restored(world);
    assert_eq!((again.back.len(), again.left.len(), shire.count()), (0, 0, 1));
    assert_eq!(sent(&lead, &format!("/concerns/drafts/{draft}")).await, concern);
    let page = lead.get(&concern).await.main();
    for said in ["Riverside Park shelter", "Pupils buy vapes", &reference] {
        assert!(before.contains(said) && page.contains(said), "{said}: {page}");
    }
    assert!(page.contains("It was put back for Westmere’s team."), "{page}");
    let page = coordinator.get(&concern).await.main();
    assert!(page.contains("It was put back from the journal"), "{page}");
    assert!(page.contains("as it was sent on 23 November 2026"), "{page}");
    assert!(coordinator.get("/concerns").await.main().contains("New"));
    let letters: Vec<String> = world.look(|db| {
        let to = letters::table.filter(letters::kind.eq("urgent"));
        Ok(to.select(letters::account_id).load(db)?)
    });
    assert_eq!(letters, [coordinator.id.to_string(), coordinator.id.to_string()]);
    assert!(world.audit().contains(&"concern-restored".to_owned()));
}

#[actix_web::test]
async fn what_cannot_be_put_back_says_what_is_missing_and_comes_back_when_that_is_there() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    sent(&lead, &filled(&lead, &[]).await).await;
    // An empty database with the same keys and the same journal.
    let settings = shire.world.portal.settings.clone();
    let world = World::with(|it| {
        it.keys.clone_from(&settings.keys);
        it.journal.clone_from(&settings.journal);
    });
    let left = |why: &str| {
        let restored = restored(&world);
        assert!(restored.back.is_empty() && restored.left[0].contains(why), "{restored:?}");
    };
    left("`e4s import schools`");
    let school = world.school(100_001, "Elm Bank School", WEST);
    left("`e4s import teams`");
    let team = world.team("Westmere", WEST);
    left("has no lead");
    let other = world.dsl(school);
    let back = restored(&world).back;
    assert_eq!(back.len(), 1, "{back:?}");
    let found = other.get("/concerns").await.main();
    assert!(found.contains("Riverside Park shelter"), "{found}");
    let coordinator = world.coordinator(team);
    assert!(coordinator.get("/concerns").await.main().contains("Riverside Park shelter"));
}

#[actix_web::test]
async fn a_redirected_concern_comes_back_to_the_team_that_it_came_to_first() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let concern =
        world.concern_of(&lead, (shire.west, Urgency::Routine, Harm::Weapons), "The old mill");
    let form = [("team", shire.south.to_string()), ("reason", "Across the boundary".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
    let answer =
        world.coordinator(shire.west).post(&format!("/concerns/{concern}/redirect"), &form).await;
    assert_eq!(answer.status, 303, "{}", answer.main());
    assert_eq!(reconciled(world).added, 1);
    lose(world, concern);
    assert_eq!(restored(world).back.len(), 1);
    let team: String = world.look(|db| Ok(concerns::table.select(concerns::team_id).first(db)?));
    assert_eq!(team, shire.west.to_string());
    assert_ne!(WEST, SOUTH);
}

#[test]
fn a_journal_that_cannot_be_opened_stops_the_start_and_names_the_setting() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a-file"), "").expect("a file");
    for bad in ["a-file", "nowhere/journal"] {
        let told = Journal::open(&folder.path().join(bad)).err().expect("refused").to_string();
        assert!(told.starts_with("setting `journal`: ") && told.contains(bad), "{told}");
        assert!(told.contains("For example: journal = "), "{told}");
    }
}

#[test]
fn many_at_once_in_several_processes_never_share_a_file_and_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let journals: Vec<Journal> =
        (0..2).map(|_| Journal::open(folder.path()).expect("a journal")).collect();
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
    let row = |number: usize| -> [u8; 26] {
        format!("{number:026}").as_bytes().try_into().expect("a row")
    };
    std::thread::scope(|scope| {
        for thread in 0..32 {
            let journal = &journals[thread % 2];
            scope.spawn(move || {
                for each in 0..20 {
                    let row = row(thread * 100 + each);
                    let text = Sealed::kept("x".repeat(each * 40));
                    journal.append(&[(row, text)], day).expect("appended");
                    assert!(journal.knows(row));
                }
            });
        }
    });
    let mut rows = std::collections::BTreeSet::new();
    let remains = journals[0].each(|it| {
        assert!(rows.insert(it.row), "doubled");
        Ok(())
    });
    let remains = remains.expect("read");
    assert_eq!((remains.files, remains.damage.len(), remains.torn.len()), (2, 0, 0));
    assert_eq!(rows.len(), 640);
    assert_eq!(journals[1].read_on(false).expect("read").known.len(), 640);
    let next = day.succ_opt().expect("a day");
    journals[0].append(&[(row(9_999), Sealed::kept(String::new()))], next).expect("appended");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 3, "one a day");
}

/// Columns whose value follows from the others when a concern is put back; a hold is put on it later, if at all.
const FOLLOWING: [&str; 4] = ["arrived_at", "changed_at", "status", "held_at"];

#[test]
fn every_column_of_a_concern_is_in_its_record() {
    let schema = std::fs::read_to_string("src/store/schema.rs").expect("the schema");
    let (_, after) = schema.split_once("concerns (id) {").expect("the table");
    let columns = after.split('}').next().expect("its columns").split(',');
    let columns: Vec<&str> = columns.filter_map(|it| Some(it.split_once("->")?.0.trim())).collect();
    assert!(columns.len() > 15, "{columns:?}");
    let record = std::fs::read_to_string("src/concerns/keep.rs").expect("the record");
    for column in columns.iter().filter(|it| !FOLLOWING.contains(it)) {
        assert!(record.contains(&format!("\"{column}\": ")), "the journal does not keep {column}");
    }
}
