//! `e4s keys`: what still needs an old root key is said by name: texts, files of the journal, backups.

use std::path::Path;

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::concerns::needed::needed;
use e4s::concerns::{ConcernId, clear, reconcile, restore};
use e4s::seal::{self, rotate};
use e4s::store::schema::*;

use crate::served::Address;
use crate::shire::{Shire, filled, sent};
use crate::world::World;

/// What a command says, which is expected to succeed.
fn said(world: &World, words: &[&str]) -> String {
    let out = Address::of(world).run(world, words);
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    said
}

fn journal_names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[actix_web::test]
async fn a_rotation_names_the_journals_files_that_need_the_old_key_and_speaks_of_backups() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    assert_eq!(said(world, &["keys", "list"]), "root-1.key seals what is written from now on.\n");
    sent(&lead, &filled(&lead, &[]).await).await;
    let journal = &world.portal.settings.journal;
    let names = journal_names(journal);
    let [name] = names.as_slice() else { panic!("one file: {names:?}") };

    // PostgreSQL may have several machines: a key waits before it is used.
    said(world, &["keys", "next"]);
    let told = said(world, &["keys", "rotate"]);
    let needs =
        format!("root-1.key is still needed, by 1 file of the journal ({name}): keep it.\n");
    assert!(told.contains(&needs), "{told}");
    assert!(told.contains("root-2.key seals what is written from now on.\n"), "{told}");
    let backups = "Backups that are older than a rotation need the keys from before it as well.";
    assert!(told.contains(backups), "{told}");
    assert!(world.portal.settings.keys.join("root-1.key").exists(), "none is deleted");

    // The journal's file is taken to an archive: nothing here needs the old key any more, and backups may.
    let away = world.files.path().join("archive");
    std::fs::rename(journal.join(name), &away).expect("taken away");
    let told = said(world, &["keys", "list"]);
    let free = "root-1.key is needed by nothing in the database or the journal any more.\n";
    assert!(told.contains(free) && told.contains(backups), "{told}");
}

/// The generations that the journal needs.
fn needs(world: &World) -> Vec<u32> {
    let found = needed(&world.portal).expect("looked");
    assert_eq!(found.unopened, 0);
    found.files.into_keys().collect()
}

#[actix_web::test]
async fn a_record_needs_one_key_and_once_the_journal_was_cleared_the_old_one_may_go() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    // One is in the journal; the other comes to it when there is a second key, and before the rotation comes to it.
    let first = sent(&lead, &filled(&lead, &[]).await).await;
    world.concern(&lead, shire.west, "The old mill");
    let folder = &world.portal.settings.keys;
    seal::next(folder).expect("a younger key");
    reconcile::run(&world.portal, world.now()).expect("reconciled");
    assert_eq!(needs(world), [1, 2]);
    rotate::run(&world.portal.store, &world.portal.keys, &mut |_| {}).expect("renewed");
    assert!(rotate::needed(&world.portal.store, &world.portal.keys).expect("looked").is_empty());

    world.later(TimeDelta::days(1));
    clear::run(&world.portal, world.now()).expect("cleared");
    assert_eq!(needs(world), [2], "no record, and no answers in one");
    std::fs::remove_file(folder.join("root-1.key")).expect("removed");
    let mut shire = shire;
    shire.world.restart();
    let world = &shire.world;
    let id = ConcernId::parse(first.rsplit('/').next().expect("an id")).expect("an id");
    world.house(|deed| {
        let steps = concern_steps::table.filter(concern_steps::concern_id.eq(id));
        diesel::delete(steps).execute(deed.db)?;
        diesel::delete(concerns::table.find(id)).execute(deed.db)?;
        Ok(())
    });
    assert_eq!(restore::restore(&world.portal).expect("restored").back.len(), 1);
    let page = world.coordinator(shire.west).get(&first).await.main();
    assert!(page.contains("Riverside Park shelter"), "{page}");
}

#[actix_web::test]
async fn a_key_that_is_missing_and_needed_is_named() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    sent(&lead, &filled(&lead, &[]).await).await;
    seal::next(&world.portal.settings.keys).expect("a younger key");
    std::fs::remove_file(world.portal.settings.keys.join("root-1.key")).expect("removed");
    let told = said(world, &["keys", "list"]);
    assert!(told.contains("root-1.key is missing, and is needed by 1 file"), "{told}");
    assert!(told.contains("1 record of the journal does not open: keep every key."), "{told}");
}
