//! The drill: a county is backed up while schools go on filing, brought back elsewhere, and is what it was.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::concerns::ConcernId;
use e4s::districts::TeamId;
use e4s::seal::rotate;
use e4s::store::{self, schema::concerns};
use e4s::upkeep::queries::{Made, last_backup};
use e4s::upkeep::restore::{self, Restored};
use e4s::upkeep::{backup, doctor};

use crate::doctor::of;
use crate::world::{Person, World};

/// A county whose offline identity is kept elsewhere, and folders to go with it.
pub struct County {
    pub world: World,
    pub elsewhere: tempfile::TempDir,
    pub identity: PathBuf,
}

impl County {
    /// On SQLite, whatever the other tests run on.
    pub fn new() -> Self {
        Self::on(None)
    }

    fn on(database: Option<String>) -> Self {
        let elsewhere = tempfile::tempdir().expect("a folder");
        let (identity, escrow) = identity(elsewhere.path(), "offline.txt");
        fs::create_dir(elsewhere.path().join("backups")).expect("a folder");
        let world = World::with(|settings| {
            let file = settings.keys.with_file_name("e4s.db");
            settings.database = database.unwrap_or_else(|| format!("sqlite:{}", file.display()));
            settings.escrow = Some(escrow);
            fs::create_dir_all(&settings.journal).expect("a journal");
        });
        Self { world, elsewhere, identity }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.elsewhere.path().join(name)
    }

    pub fn backup(&self) -> Made {
        self.backup_keeping(None).expect("a backup")
    }

    fn backup_keeping(&self, keep: Option<usize>) -> e4s::Result<Made> {
        backup::backup(&self.world.portal, &self.path("backups"), keep, &mut |_| {})
    }

    fn restore(&self, made: &Made, into: &str) -> e4s::Result<Restored> {
        self.restore_with(&self.path("backups").join(&made.file), &self.identity, into)
    }

    pub fn restore_with(&self, file: &Path, identity: &Path, into: &str) -> e4s::Result<Restored> {
        let settings = restore::into(self.world.portal.settings.clone(), &self.path(into));
        let clock = self.world.portal.clock.clone();
        restore::restore((file, identity), settings, clock, &mut |_| {})
    }

    /// What a restore that must not happen says.
    pub fn refusal(&self, file: &Path, identity: &Path, into: &str) -> String {
        let told = self.restore_with(file, identity, into).err().expect("refused").to_string();
        let left: Vec<_> = fs::read_dir(self.path(into)).map_or(Vec::new(), Iterator::collect);
        assert!(left.len() <= 1, "nothing is left half made: {left:?}");
        told
    }

    fn backups(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path("backups"))
            .expect("a folder")
            .map(|it| it.expect("an entry").file_name().into_string().expect("text"))
            .filter(|it| Path::new(it).extension().is_none_or(|it| it != "lock"))
            .collect();
        names.sort();
        names
    }
}

pub fn identity(folder: &Path, name: &str) -> (PathBuf, String) {
    let identity = Identity::generate();
    let path = folder.join(name);
    let text = format!("# offline\n{}\n", identity.to_string().expose_secret());
    fs::write(&path, text).expect("an identity");
    (path, identity.to_public().to_string())
}

/// A team, a lead of a school, and concerns.
pub fn filed(world: &World, count: usize) -> (TeamId, Person<'_>, Vec<ConcernId>) {
    let team = world.team("Crawley", "E07000226");
    let lead = world.dsl(world.school(100_001, "Mill Lane School", "E07000226"));
    let ids = (0..count).map(|it| world.concern(&lead, team, &format!("Lamps, lane {it}")));
    let ids = ids.collect();
    (team, lead, ids)
}

fn concern_count(world: &World) -> i64 {
    world.look(|db| Ok(concerns::table.count().get_result(db)?))
}

/// A world on what was restored.
fn again(county: &County, restored: Restored) -> World {
    county.world.on(restored.portal)
}

async fn drill(county: &County, into: impl FnOnce(&Made) -> Restored) {
    let (team, lead, ids) = filed(&county.world, 20);
    let (is_done, more) = (AtomicBool::new(false), AtomicUsize::new(0));
    let made = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) || more.load(Ordering::Relaxed) == 0 {
                county.world.concern(&lead, team, "Filed meanwhile");
                more.fetch_add(1, Ordering::Relaxed);
            }
        });
        let made = county.backup();
        is_done.store(true, Ordering::Relaxed);
        made
    });
    let restored = into(&made);
    assert!(restored.opened && !restored.is_behind && !restored.kept_journal);
    let manifest = restored.manifest.clone();
    assert_eq!(manifest.settings["council_name"], county.world.portal.settings.council_name);
    assert!(manifest.audit_heads.iter().any(|it| it.starts_with("house ")), "the log’s ends");
    assert!(manifest.counts["concerns"] >= 20, "{:?}", manifest.counts);

    let world = again(county, restored);
    let lead = world.signed_in(lead.id);
    assert_eq!(concern_count(&world), manifest.counts["concerns"]);
    assert!(concern_count(&world) <= concern_count(&county.world));
    for (number, id) in ids.iter().enumerate() {
        let page = lead.get(&format!("/concerns/{id}")).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains(&format!("Lamps, lane {number}")), "the same words");
    }
    assert!(world.audit().contains(&"backup-restored".to_owned()));
    let next = world.concern(&lead, team, "Filed afterwards");
    assert_eq!(lead.get(&format!("/concerns/{next}")).await.status, 200, "life goes on");
}

#[actix_web::test]
async fn a_county_is_backed_up_while_schools_file_and_comes_back_whole() {
    let county = County::new();
    drill(&county, |made| county.restore(made, "restored").expect("restored")).await;
}

#[actix_web::test]
async fn the_same_on_a_postgresql_server_with_its_own_tools() {
    let Ok(url) = std::env::var("TEST_DATABASE_URL") else { return };
    let mut server = PgConnection::establish(&url).expect("the test server answers");
    let name = |what: &str| format!("drill_{what}_{}", std::process::id());
    let address = |what: &str| {
        let (server, _) = url.rsplit_once('/').expect("an address");
        format!("{server}/{}", name(what))
    };
    for what in ["from", "to"] {
        diesel::sql_query(format!("CREATE DATABASE {}", name(what)))
            .execute(&mut server)
            .expect("a database");
    }
    let county = County::on(Some(address("from")));
    drill(&county, |made| {
        let mut settings = restore::into(county.world.portal.settings.clone(), &county.path("to"));
        settings.database = address("to");
        let file = county.path("backups").join(&made.file);
        let from = (file.as_path(), county.identity.as_path());
        let clock = county.world.portal.clock.clone();
        let restored = restore::restore(from, settings.clone(), clock.clone(), &mut |_| {});
        let restored = restored.expect("restored");
        let told = restore::restore(from, settings, clock, &mut |_| {}).err().expect("full");
        assert!(told.to_string().contains("there is a database already"), "{told}");
        restored
    })
    .await;
}

#[test]
fn a_backup_is_one_file_that_only_the_service_reads_and_nobody_without_the_identity_opens() {
    let county = County::new();
    let (_, _, _) = filed(&county.world, 3);
    let made = county.backup();
    assert_eq!(made.file, "e4s-2026-11-23T120000Z.tar.age");
    assert_eq!(county.backups(), [made.file.as_str()], "nothing is left beside it");
    let path = county.path("backups").join(&made.file);
    let about = fs::metadata(&path).expect("a file");
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    assert_eq!(i64::try_from(about.len()).expect("a size"), made.bytes);
    let bytes = fs::read(&path).expect("its bytes");
    let key = fs::read(county.world.portal.settings.keys.join("root-1.key")).expect("a key");
    for plain in [b"Lamps".as_slice(), b"SQLite format 3", b"manifest", &key] {
        assert!(!bytes.windows(plain.len()).any(|it| it == plain), "it is sealed");
    }
    assert!(county.world.audit().contains(&"backup-made".to_owned()));
    assert_eq!(county.world.look(last_backup), Some(made));
}

#[test]
fn what_is_not_sealed_yet_is_in_a_folder_that_nobody_else_reads() {
    let county = County::new();
    let folder = county.path("backups");
    let mut modes = Vec::new();
    let mut look = |_: &str| {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.path().join("database.sqlite").exists() {
                modes.push(entry.metadata().expect("a folder").permissions().mode() & 0o777);
            }
        }
    };
    backup::backup(&county.world.portal, &folder, None, &mut look).expect("a backup");
    assert!(!modes.is_empty() && modes.iter().all(|it| *it == 0o700), "{modes:?}");
}

#[test]
fn the_doctor_hears_of_backups_and_of_their_age() {
    let county = County::new();
    let state = || {
        let findings = doctor::examine(&county.world.portal, county.world.now());
        findings.into_iter().find(|it| it.what == "Backups").expect("a finding").state
    };
    assert_eq!(state(), doctor::State::Broken);
    county.backup();
    assert_ne!(state(), doctor::State::Broken);
    county.world.later(TimeDelta::hours(27));
    assert_eq!(state(), doctor::State::Attend);
    county.world.later(TimeDelta::days(7));
    assert_eq!(state(), doctor::State::Broken);
    county.backup();
    assert_ne!(state(), doctor::State::Broken);
}

#[test]
fn old_backups_go_when_that_is_said_and_nothing_else_does() {
    let county = County::new();
    fs::write(county.path("backups").join("e4s-notes.tar.age"), "not a backup").expect("a file");
    fs::create_dir(county.path("backups").join(".e4s-unfinished-dead")).expect("left by a kill");
    let mut names = Vec::new();
    for _ in 0..3 {
        names.push(county.backup().file);
        county.world.later(TimeDelta::days(1));
    }
    assert_eq!(county.backups().len(), 4);
    names.push(county.backup_keeping(Some(2)).expect("a backup").file);
    let kept = [names[2].clone(), names[3].clone(), "e4s-notes.tar.age".to_owned()];
    assert_eq!(county.backups(), kept);
}

#[test]
fn a_backup_that_cannot_be_made_says_what_to_do_and_leaves_nothing() {
    let county = County::new();
    let told = |portal: &e4s::app::Portal, folder: &Path| {
        backup::backup(portal, folder, None, &mut |_| {}).expect_err("refused").to_string()
    };
    assert!(told(&county.world.portal, &county.path("none")).contains("no such folder"));
    let world = World::new();
    let said = told(&world.portal, &county.path("backups"));
    assert!(said.contains("escrow") && said.contains("e4s keys identity FILE"), "{said}");
    let lock = fs::File::create(county.path("backups").join(".e4s-backup.lock")).expect("a file");
    lock.lock().expect("alone");
    let said = told(&county.world.portal, &county.path("backups"));
    assert!(said.contains("another backup is being made"), "{said}");
    assert!(county.backups().is_empty());
}

#[test]
fn texts_that_are_sealed_to_another_offline_identity_than_todays_are_found() {
    let county = County::new();
    filed(&county.world, 2);
    let found = of(&county.world, "Texts offline");
    assert_eq!(found.state, doctor::State::Fine, "{}", found.says);

    let mut settings = county.world.portal.settings.clone();
    let (file, escrow) = identity(county.elsewhere.path(), "younger.txt");
    settings.escrow = Some(escrow);
    let portal = e4s::app::Portal::open(settings, county.world.portal.clock.clone());
    let world = county.world.on(portal.expect("opens"));
    let found = of(&world, "Texts offline");
    assert_eq!(found.state, doctor::State::Attend, "{}", found.says);
    assert!(found.what_to_do.contains("e4s keys rotate"), "{}", found.what_to_do);

    let (store, keys) = (&world.portal.store, &world.portal.keys);
    rotate::begin(store, keys).expect("begun");
    rotate::run(store, keys, &mut |_| {}).expect("renewed");
    assert_eq!(of(&world, "Texts offline").state, doctor::State::Fine);
    let younger = e4s::seal::read_identity(&file).expect("read");
    let checked = e4s::seal::check::check(store, keys, &younger, &mut |_| {}).expect("checked");
    assert!(checked.damaged.is_empty() && checked.whole > 0, "{:?}", checked.damaged);
}

#[actix_web::test]
async fn a_restore_ends_every_session_and_the_doctor_knows_where_the_database_came_from() {
    let county = County::new();
    let (_, lead, _) = filed(&county.world, 1);
    let (id, token) = (lead.id, lead.token.clone());
    let made = county.backup();
    assert_eq!(lead.get("/concerns").await.status, 200);
    let mut restored = county.restore(&made, "restored").expect("restored");
    restored.portal.settings.is_demo = false;
    let world = again(&county, restored);
    let page = world.known(id, token).get("/concerns").await;
    assert_ne!(page.status, 200, "the session of before is over");

    let found = of(&world, "Backups");
    assert_eq!(found.state, doctor::State::Attend, "{}", found.says);
    let wanted = format!("when this database was restored from {}", made.file);
    assert!(found.says.contains(&wanted), "{}", found.says);
    world.later(TimeDelta::hours(27));
    assert_eq!(of(&world, "Backups").state, doctor::State::Broken);
}

#[test]
fn a_restore_never_writes_over_anything() {
    let county = County::new();
    filed(&county.world, 1);
    let made = county.backup();
    let before = fs::read(county.world.portal.settings.keys.join("root-1.key")).expect("a key");
    county.restore(&made, "full").expect("the first time");
    let said = county.restore(&made, "full").err().expect("refused").to_string();
    assert!(said.contains("there is a database already") && said.contains("--into"), "{said}");
    assert!(said.contains("full is not empty") && !said.contains("setting"), "{said}");

    fs::create_dir_all(county.path("keyed/keys")).expect("a folder");
    e4s::seal::init(&county.path("keyed/keys")).expect("another key");
    let said = county.restore(&made, "keyed").err().expect("refused").to_string();
    assert!(said.contains("another key is here already"), "{said}");
    assert!(!county.path("keyed/e4s.db").exists());

    // The same key, and a journal that outlived its database: both stay.
    fs::create_dir_all(county.path("half/keys")).expect("a folder");
    fs::write(county.path("half/keys/root-1.key"), &before).expect("the same key");
    let own = fs::Permissions::from_mode(0o400);
    fs::set_permissions(county.path("half/keys/root-1.key"), own).expect("a mode");
    fs::create_dir_all(county.path("half/journal")).expect("a folder");
    fs::write(county.path("half/journal/survived"), "younger").expect("a journal");
    let restored = county.restore(&made, "half").expect("restored");
    assert!(restored.kept_journal);
    assert_eq!(fs::read(county.path("half/journal/survived")).expect("there"), b"younger");
}

#[test]
fn a_log_that_was_changed_is_found_when_it_comes_back() {
    let county = County::new();
    filed(&county.world, 1);
    county.world.house(|deed| {
        for tampering in [
            "DROP TRIGGER audit_is_not_changed",
            "UPDATE audit SET subject = 'somebody else' WHERE place = 1",
        ] {
            diesel::sql_query(tampering).execute(deed.db)?;
        }
        Ok(())
    });
    let made = county.backup();
    let said = county.restore(&made, "restored").err().expect("refused").to_string();
    assert!(said.contains("the audit log is broken") && said.contains("place 1"), "{said}");
}

#[test]
fn concerns_that_no_longer_open_are_found_when_they_come_back() {
    let county = County::new();
    filed(&county.world, 1);
    county.world.house(|deed| {
        diesel::sql_query("UPDATE concerns SET answers = 'e1.1.house.AA.AA.AA'")
            .execute(deed.db)?;
        Ok(())
    });
    let made = county.backup();
    assert!(county.restore(&made, "restored").is_err());
}

#[test]
fn the_journal_comes_back_with_the_rest() {
    let county = County::new();
    let journal = &county.world.portal.settings.journal;
    fs::write(journal.join("2026-11-23"), "frames").expect("a journal");
    let made = county.backup();
    county.restore(&made, "restored").expect("restored");
    assert_eq!(fs::read(county.path("restored/journal/2026-11-23")).expect("there"), b"frames");
    let key = fs::metadata(county.path("restored/keys/root-1.key")).expect("a key");
    assert_eq!(key.permissions().mode() & 0o777, 0o400);
    assert_eq!(store::PARTS[0], "database.sqlite");
}
