//! `e4s keys`: what still needs an old root key is said by name: texts, files of the journal, backups.

use std::path::Path;

use e4s::concerns::needed::needed;
use e4s::concerns::reconcile;
use e4s::seal::{self, rotate};

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

#[actix_web::test]
async fn a_record_under_the_younger_key_may_hold_answers_that_need_the_older_one() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    // Raised under the first key, and kept in the journal when there was a second one and before the rotation came to it.
    world.concern(&lead, shire.west, "The old mill");
    seal::next(&world.portal.settings.keys).expect("a younger key");
    reconcile::run(&world.portal, world.now()).expect("reconciled");
    rotate::run(&world.portal.store, &world.portal.keys, &mut |_| {}).expect("renewed");
    assert!(rotate::needed(&world.portal.store, &world.portal.keys).expect("looked").is_empty());
    let found = needed(&world.portal).expect("looked");
    assert_eq!(found.files.keys().copied().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(found.unopened, 0);
    assert!(said(world, &["keys", "list"]).contains("root-1.key is still needed, by 1 file"));

    // A key that is missing is named as well.
    let (key, away) =
        (world.portal.settings.keys.join("root-1.key"), world.files.path().join("kept"));
    std::fs::rename(&key, &away).expect("taken away");
    let told = said(world, &["keys", "list"]);
    assert!(told.contains("root-1.key is missing, and is needed by 1 file"), "{told}");
    std::fs::rename(&away, &key).expect("put back");
}
