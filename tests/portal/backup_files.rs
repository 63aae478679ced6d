//! Which files go into a backup, which stay in its folder, and which come back beside what is there.

use std::fs;

use chrono::TimeDelta;
use e4s::concerns::reconcile;
use e4s::seal;
use e4s::upkeep::{backup, doctor};

use crate::backup::{County, filed};

fn backed_up(county: &County, tell: &mut dyn FnMut(&str)) -> e4s::upkeep::queries::Made {
    let folder = county.path("backups");
    backup::backup(&county.world.portal, &folder, None, tell).expect("a backup")
}

#[test]
fn a_file_that_no_restore_would_take_is_left_out_and_named() {
    let county = County::new();
    filed(&county.world, 1);
    let settings = &county.world.portal.settings;
    fs::copy(settings.keys.join("root-1.key"), settings.keys.join("root-1.key~")).expect("copied");
    fs::write(settings.journal.join("a copy.journal"), "").expect("a file");
    let mut said = String::new();
    let made = backed_up(&county, &mut |line| said.push_str(line));
    assert!(said.contains("left out: journal/a copy.journal"), "{said}");
    assert!(said.contains("left out: keys/root-1.key~"), "{said}");
    let file = county.path("backups").join(&made.file);
    county.restore_with(&file, &county.identity, "restored").expect("restored");
    assert!(county.path("restored/keys/root-1.key").exists());
    assert!(!county.path("restored/keys/root-1.key~").exists());
}

#[test]
fn a_backup_has_every_key_that_its_journal_can_need() {
    let county = County::new();
    filed(&county.world, 1);
    let keys = county.world.portal.settings.keys.clone();
    // A rotation begins as soon as the journal is in the backup.
    let made = backed_up(&county, &mut |line| {
        if line.contains("files of the journal") && !keys.join("root-2.key").exists() {
            seal::next(&keys).expect("a younger key");
        }
    });
    let file = county.path("backups").join(&made.file);
    county.restore_with(&file, &county.identity, "restored").expect("restored");
    assert!(county.path("restored/keys/root-2.key").exists());
}

#[test]
fn backups_of_the_future_take_nobodys_place_and_the_one_just_made_stays() {
    let county = County::new();
    let folder = county.path("backups");
    let future = ["e4s-2031-01-01T000000Z.tar.age", "e4s-2031-01-02T000000Z.tar.age"];
    let look = || {
        let findings = doctor::examine(&county.world.portal, county.world.now());
        findings.into_iter().find(|it| it.what == "Backups").expect("a finding")
    };
    let old = backed_up(&county, &mut |_| {}).file;
    assert!(!look().says.contains("later than now"), "{}", look().says);
    for name in future {
        fs::write(folder.join(name), "of a wrong clock").expect("a file");
    }
    county.world.later(TimeDelta::days(1));
    let portal = &county.world.portal;
    let made = backup::backup(portal, &folder, Some(1), &mut |_| {}).expect("a backup");
    assert!(folder.join(&made.file).exists(), "the one just made");
    assert!(!folder.join(&old).exists(), "an older one");
    assert!(future.iter().all(|it| folder.join(it).exists()), "for a person to look at");
    let found = look();
    assert_ne!(found.state, doctor::State::Fine);
    assert!(found.says.contains("later than now") && found.says.contains("2031"), "{found:?}");
}

#[test]
fn a_backup_that_says_it_is_of_the_future_does_not_hide_that_none_is_made() {
    let county = County::new();
    county.world.later(TimeDelta::days(900));
    backed_up(&county, &mut |_| {});
    county.world.later(TimeDelta::days(-900));
    let findings = doctor::examine(&county.world.portal, county.world.now());
    let found = findings.into_iter().find(|it| it.what == "Backups").expect("a finding");
    assert_eq!(found.state, doctor::State::Broken, "{}", found.says);
}

#[test]
fn a_journal_that_is_there_is_given_what_only_the_backup_has_and_loses_nothing() {
    let county = County::new();
    filed(&county.world, 2);
    let (world, journal) = (&county.world, &county.world.portal.settings.journal);
    reconcile::run(&world.portal, world.now()).expect("journalled");
    let file = fs::read_dir(journal).expect("a folder").next().expect("a file").expect("it");
    let name = file.file_name().into_string().expect("a name");
    let bytes = fs::read(file.path()).expect("its bytes");
    let made = backed_up(&county, &mut |_| {});
    let backup = county.path("backups").join(&made.file);
    let restore = |into: &str| county.restore_with(&backup, &county.identity, into);
    let there = |into: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(county.path(into).join("journal")).expect("a folder");
        fs::write(county.path(into).join("journal").join(name), bytes).expect("a file");
    };
    let now = |into: &str, name: &str| {
        fs::read(county.path(into).join("journal").join(name)).expect("a file")
    };

    // `serve` has made today's file already, and another machine has written one of its own.
    there("empty", &name, b"");
    there("empty", "2026-11-24.other.1.journal", b"");
    assert!(restore("empty").expect("restored").kept_journal);
    assert_eq!(now("empty", &name), bytes);
    // More was filed after the backup; and half a record was cut off since.
    let longer = [&bytes[..], &bytes[..]].concat();
    there("longer", &name, &longer);
    assert!(restore("longer").expect("restored").kept_journal);
    assert_eq!(now("longer", &name), longer);

    // Retention or a rotation has written it anew since.
    let second = bytes.windows(4).rposition(|it| it == b"#e4j").expect("two records");
    let mut younger = bytes[second..].to_vec();
    let lead = world.dsl(e4s::schools::Urn(100_001));
    let team = world.look(e4s::districts::teams)[0].id;
    world.concern(&lead, team, "Filed afterwards");
    reconcile::run(&world.portal, world.now()).expect("journalled");
    younger.extend(&fs::read(file.path()).expect("its bytes")[bytes.len()..]);
    there("anew", &name, &younger);
    assert!(restore("anew").expect("restored").kept_journal);
    assert_eq!(now("anew", &name), younger);
    let beside = name.replace(".journal", ".restored.journal");
    assert_eq!(now("anew", &beside), bytes);

    there("clash", &name, b"something else altogether");
    let said = county.refusal(&backup, &county.identity, "clash");
    assert!(said.contains(&name) && said.contains("--into"), "{said}");
    assert_eq!(now("clash", &name), b"something else altogether");
    assert!(!county.path("clash/keys").exists());
}
