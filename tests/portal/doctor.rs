//! What the doctor says: each finding turns when its cause is made, and turns back when it is mended.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use e4s::Error;
use e4s::accounts::{Post, Role, appoint};
use e4s::config::{Mail, Settings, Tls};
use e4s::districts::TeamId;
use e4s::retention::{clock, forget};
use e4s::schools::Urn;
use e4s::store::Store;
use e4s::store::schema::*;
use e4s::upkeep::doctor::{self, Finding, State};
use e4s::upkeep::heartbeat;

use crate::postbox::Postbox;
use crate::world::World;

const IDENTITY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// Settings with which nothing is wrong but what `set` makes wrong.
fn sound(folder: &Path, port: u16) -> Settings {
    let mut settings = Settings::demo(folder, 8400).expect("settings");
    settings.is_demo = false;
    "https://e4s.council.example".clone_into(&mut settings.base_url);
    "Example County Council".clone_into(&mut settings.council_name);
    settings.mail_from = "E4S <e4s@council.example>".parse().expect("a mailbox");
    settings.mail = Mail::Smtp { host: "127.0.0.1".to_owned(), port, tls: Tls::LoopbackOnly };
    settings.escrow = Some(IDENTITY.to_owned());
    e4s::seal::init(&settings.keys).expect("keys");
    std::fs::create_dir_all(&settings.journal).expect("a journal");
    settings
}

fn one(findings: &[Finding], what: &str) -> Finding {
    findings.iter().find(|it| it.what == what).unwrap_or_else(|| panic!("{what}")).clone()
}

/// What is said of the settings alone.
fn of_settings(settings: &Settings, what: &str) -> Finding {
    one(&doctor::examine_shut(settings, &Error::Stopped), what)
}

pub fn of(world: &World, what: &str) -> Finding {
    one(&doctor::examine(&world.portal, world.now()), what)
}

pub fn state(world: &World, what: &str) -> State {
    of(world, what).state
}

#[test]
fn a_setting_that_would_not_do_is_named_with_what_to_do() {
    type Break = fn(&mut Settings);
    let postbox = Postbox::open();
    let folder = tempfile::tempdir().expect("a folder");
    let good = sound(folder.path(), postbox.port);
    let cases: [(&str, State, Break); 9] = [
        ("Address", State::Broken, |it| it.base_url = "http://127.0.0.1:8400".to_owned()),
        ("Sender", State::Broken, |it| {
            it.mail_from = "E4S <e4s@localhost.example>".parse().expect("a mailbox");
        }),
        ("Council’s name", State::Attend, |it| {
            it.council_name = "Your county council".to_owned();
        }),
        ("Listeners", State::Attend, |it| it.listen = "0.0.0.0:8400".parse().expect("one")),
        ("Listeners", State::Attend, |it| it.health = "0.0.0.0:8401".parse().ok()),
        ("Listeners", State::Attend, |it| it.health = None),
        ("Offline recipient", State::Broken, |it| it.escrow = None),
        ("Journal", State::Broken, |it| it.journal.push("nowhere")),
        ("Disk", State::Broken, |it| it.journal.push("nowhere")),
    ];
    for (what, wanted, spoil) in cases {
        let mut bad = good.clone();
        spoil(&mut bad);
        let found = of_settings(&bad, what);
        assert_eq!(found.state, wanted, "{what}: {}", found.says);
        assert!(!found.what_to_do.is_empty(), "{what} says what to do");
        let mended = of_settings(&good, what);
        // Database and journal of a test share a volume.
        let fine = if what == "Journal" { State::Attend } else { State::Fine };
        assert!(what == "Disk" || mended.state == fine, "{what}: {}", mended.says);
    }
}

#[test]
fn a_journal_on_another_volume_is_fine() {
    let (folder, other) = (tempfile::tempdir().expect("one"), tempfile::tempdir_in("/dev/shm"));
    let other = other.expect("/dev/shm is a volume of its own");
    let mut settings = sound(folder.path(), 1);
    assert_eq!(of_settings(&settings, "Journal").state, State::Attend);
    other.path().clone_into(&mut settings.journal);
    assert_eq!(of_settings(&settings, "Journal").state, State::Fine);
}

#[test]
fn a_mail_server_that_is_away_is_found_without_sending_anything() {
    let mut postbox = Postbox::open();
    let folder = tempfile::tempdir().expect("a folder");
    let settings = sound(folder.path(), postbox.port);
    assert_eq!(of_settings(&settings, "Mail server").state, State::Fine);
    postbox.stop();
    let found = of_settings(&settings, "Mail server");
    assert_eq!(found.state, State::Broken, "{}", found.says);
    postbox.start("accept", 0);
    assert_eq!(of_settings(&settings, "Mail server").state, State::Fine);
    assert!(postbox.letters().is_empty());
}

#[test]
fn keys_that_others_could_read_or_add_to_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = sound(folder.path(), 1);
    let chmod = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    let (key, keys) = (settings.keys.join("root-1.key"), settings.keys.as_path());
    chmod(keys, 0o700);
    assert_eq!(of_settings(&settings, "Root keys").state, State::Fine);
    chmod(&key, 0o440);
    let found = of_settings(&settings, "Root keys");
    assert_eq!(found.state, State::Broken);
    assert!(found.says.contains("root-1.key") && found.says.contains("0400"), "{}", found.says);
    chmod(&key, 0o400);
    chmod(keys, 0o777);
    assert_eq!(of_settings(&settings, "Root keys").state, State::Broken);
    chmod(keys, 0o700);
    assert_eq!(of_settings(&settings, "Root keys").state, State::Fine);
    std::fs::rename(&key, folder.path().join("elsewhere")).expect("moved");
    assert_eq!(of_settings(&settings, "Root keys").state, State::Broken);
}

#[test]
fn a_database_that_cannot_be_opened_or_is_older_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = sound(folder.path(), 1);
    let portal = e4s::app::Portal::open(settings.clone(), e4s::app::wall_clock()).expect("opens");
    let look = || one(&doctor::examine(&portal, e4s::calendar::now()), "Database");
    let found = look();
    assert_eq!(found.state, State::Broken);
    assert!(found.what_to_do.contains("e4s migrate"), "{}", found.what_to_do);
    portal.store.migrate().expect("migrates");
    let found = look();
    assert_eq!(found.state, State::Fine);
    for kept in ["journal_mode wal", "synchronous 2", "trusted_schema 0", "secure_delete 1"] {
        assert!(found.says.contains(kept), "{}", found.says);
    }
    settings.database = format!("sqlite:{}", folder.path().join("none/e4s.db").display());
    let why = e4s::app::Portal::open(settings.clone(), e4s::app::wall_clock());
    let why = why.err().expect("refused");
    assert_eq!(one(&doctor::examine_shut(&settings, &why), "Database").state, State::Broken);
}

#[test]
fn a_database_that_could_lose_commits_is_refused() {
    // In memory there is no write-ahead log.
    let told = Store::open("sqlite::memory:").err().expect("refused").to_string();
    assert!(told.contains("WAL"), "{told}");
    let Ok(url) = std::env::var("TEST_DATABASE_URL") else { return };
    for weak in ["off", "local", "remote_write"] {
        let address = format!("{url}?options=-c%20synchronous_commit%3D{weak}");
        let told = Store::open(&address).err().expect("refused").to_string();
        assert!(told.contains("synchronous_commit"), "{weak}: {told}");
    }
    Store::open(&format!("{url}?options=-c%20synchronous_commit%3Don")).expect("opens");
}

#[test]
fn a_clock_behind_the_newest_record_is_found() {
    let world = World::new();
    world.admin();
    assert_ne!(state(&world, "Clock"), State::Broken);
    world.later(TimeDelta::days(-1));
    let found = of(&world, "Clock");
    assert_eq!(found.state, State::Broken);
    assert!(found.says.contains("23 November 2026 at 12pm"), "{}", found.says);
    world.later(TimeDelta::days(1));
    assert_ne!(state(&world, "Clock"), State::Broken);
}

#[test]
fn a_worker_that_has_stopped_is_found() {
    let world = World::new();
    assert_eq!(state(&world, "Worker"), State::Broken);
    let beat = || heartbeat::run(&world.portal, world.now()).expect("a beat");
    beat();
    assert_eq!(state(&world, "Worker"), State::Fine);
    world.later(TimeDelta::minutes(6));
    assert_eq!(state(&world, "Worker"), State::Broken);
    beat();
    assert_eq!(state(&world, "Worker"), State::Fine);
}

#[test]
fn deletion_that_does_not_run_or_whose_clock_has_jumped_is_found() {
    let world = World::new();
    assert_eq!(state(&world, "Deletion"), State::Attend, "it has not run yet");
    let run = || forget::run(&world.portal, world.now()).expect("a run");
    run();
    assert!(of(&world, "Deletion").says.contains("last ran on 23 November 2026 at 12pm"));
    world.later(TimeDelta::hours(51));
    assert_eq!(state(&world, "Deletion"), State::Attend, "not for two days");
    run();
    assert_eq!(state(&world, "Deletion"), State::Fine);
    world.later(TimeDelta::days(8));
    run();
    let found = of(&world, "Deletion");
    assert_eq!(found.state, State::Broken, "{}", found.says);
    assert!(found.says.contains("3 December 2026") && found.says.contains("/admin/retention"));
    world.house(|deed| clock::confirm(deed, deed.at));
    run();
    assert_eq!(state(&world, "Deletion"), State::Fine);
}

#[test]
fn letters_that_wait_and_letters_that_were_refused_are_found() {
    let mut postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let team = world.team("Crawley", "E07000226");
    let _ = world.person("refused", seat(Role::Coordinator, None, Some(team)));
    postbox.stop();
    world.house(|deed| {
        e4s::mail::urgent::tell(deed, team, "0000000000000000000000000c", "C-7KQ4-M2")
    });
    let deliver = || e4s::mail::deliver::run(&world.portal, world.now()).expect("a try");
    deliver();
    assert_eq!(state(&world, "Letters"), State::Fine);
    world.later(TimeDelta::minutes(61));
    assert_eq!(state(&world, "Letters"), State::Broken);
    postbox.start("refuse", 0);
    deliver();
    let found = of(&world, "Letters");
    assert_eq!(found.state, State::Attend, "{}", found.says);
    assert!(found.says.starts_with("1 letter was refused"), "{}", found.says);
    world.later(TimeDelta::days(31));
    assert_eq!(state(&world, "Letters"), State::Fine);
}

#[test]
fn digests_that_stopped_are_found() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    assert_eq!(state(&world, "Digests"), State::Fine, "nobody is there to get one");
    let team = world.team("Crawley", "E07000226");
    let _coordinator = world.coordinator(team);
    assert_eq!(state(&world, "Digests"), State::Attend);
    let send = || {
        e4s::digests::compile::run(&world.portal, world.now()).expect("compiled");
        e4s::mail::deliver::run(&world.portal, world.now()).expect("delivered");
    };
    send();
    assert_eq!(state(&world, "Digests"), State::Fine);
    world.later(TimeDelta::days(9));
    assert_eq!(state(&world, "Digests"), State::Broken);
    send();
    assert_eq!(state(&world, "Digests"), State::Fine);
}

#[test]
fn telephone_numbers_that_are_missing_or_old_are_found() {
    let world = World::new();
    let found = of(&world, "Telephone numbers");
    assert_eq!(found.state, State::Broken);
    assert!(found.says.contains("LADO") || found.says.contains("allegation"), "{}", found.says);
    world.house(|deed| {
        diesel::update(help_lines::table)
            .set(help_lines::telephone.eq("01632 960001"))
            .execute(deed.db)?;
        Ok(())
    });
    assert_eq!(state(&world, "Telephone numbers"), State::Fine);
    world.later(TimeDelta::days(400));
    assert_eq!(state(&world, "Telephone numbers"), State::Attend);
}

pub fn seat(role: Role, school: Option<Urn>, team: Option<TeamId>) -> Post {
    Post { role, school, team }
}

/// Ends the posts of somebody on a day of November 2026.
fn until(world: &World, person: &crate::world::Person, day: u32) {
    let day = NaiveDate::from_ymd_opt(2026, 11, day);
    world.house(|deed| {
        diesel::update(posts::table.filter(posts::account_id.eq(person.id)))
            .set(posts::until_on.eq(day))
            .execute(deed.db)?;
        Ok(())
    });
}

#[test]
fn a_school_without_two_leads_is_found() {
    let world = World::new();
    let school = world.school(100_001, "Mill Lane School", "E07000226");
    assert!(of(&world, "Schools’ leads").says.contains("Nobody at Mill Lane School"));
    let _first = world.dsl(school);
    let found = of(&world, "Schools’ leads");
    assert_eq!(found.state, State::Attend);
    assert!(found.says.contains("One alone at Mill Lane School"), "{}", found.says);
    let second = world.dsl(school);
    assert_eq!(state(&world, "Schools’ leads"), State::Fine);
    until(&world, &second, 22);
    assert_eq!(state(&world, "Schools’ leads"), State::Attend, "a leaver is nobody");
}

#[test]
fn a_team_without_two_coordinators_is_found() {
    let world = World::new();
    assert_eq!(state(&world, "Teams’ recipients"), State::Broken, "there is no team");
    let team = world.team("Crawley", "E07000226");
    let found = of(&world, "Teams’ recipients");
    assert_eq!(found.state, State::Broken);
    assert!(found.says.contains("Crawley"), "{}", found.says);
    world.coordinator(team);
    assert_eq!(state(&world, "Teams’ recipients"), State::Attend);
    world.coordinator(team);
    assert_eq!(state(&world, "Teams’ recipients"), State::Fine);
}

#[test]
fn a_county_without_a_lead_or_a_second_administrator_is_found() {
    let world = World::new();
    let (_county, _admin) = (world.county(), world.admin());
    assert_eq!(state(&world, "County and administrators"), State::Attend);
    world.admin();
    assert_eq!(state(&world, "County and administrators"), State::Fine);
}

#[test]
fn a_post_that_ends_this_month_without_a_successor_is_found() {
    let world = World::new();
    let school = world.school(100_001, "Mill Lane School", "E07000226");
    let (leaver, _stays) = (world.dsl(school), world.dsl(school));
    assert_eq!(state(&world, "Posts that end"), State::Fine);
    until(&world, &leaver, 27);
    let found = of(&world, "Posts that end");
    assert_eq!(found.state, State::Attend);
    assert!(found.says.contains("Mill Lane School (27 November 2026)"), "{}", found.says);
    let next = world.person("next", seat(Role::County, None, None));
    let first = NaiveDate::from_ymd_opt(2026, 11, 28).expect("a date");
    world.house(|deed| {
        appoint::appoint(deed, next.id, &seat(Role::Dsl, Some(school), None), None)?;
        let theirs = posts::table.filter(posts::account_id.eq(next.id));
        diesel::update(theirs).set(posts::from_on.eq(first)).execute(deed.db)?;
        Ok(())
    });
    assert_eq!(state(&world, "Posts that end"), State::Fine, "somebody takes it over");
}

#[actix_web::test]
async fn an_administrator_reads_the_same_on_a_page_and_nobody_else_does() {
    let world = World::new();
    let (admin, county) = (world.admin(), world.county());
    let page = admin.get("/admin/doctor").await;
    assert_eq!(page.status, 200);
    let main = page.main();
    assert!(main.contains("things are broken"), "{main}");
    for finding in doctor::examine(&world.portal, world.now()) {
        assert!(main.contains(finding.what), "{} is missing", finding.what);
    }
    let place = |text: &str| main.find(text).expect(text);
    let (broken, attend) = (place("Offline recipient"), place("County and administrators"));
    assert!(broken < attend, "what is broken comes first");
    assert_eq!(county.get("/admin/doctor").await.status, 403);
    assert_eq!(world.get("/admin/doctor").await.path(), "/sign-in");
}

/// `e4s doctor` in a folder of its own. What it printed, and whether it was content.
fn command(folder: &Path, settings: &[(&str, &str)]) -> (String, bool) {
    let done = Command::new(env!("CARGO_BIN_EXE_e4s"))
        .arg("doctor")
        .current_dir(folder)
        .env_clear()
        .envs(settings.iter().copied())
        .output()
        .expect("it runs");
    (String::from_utf8(done.stdout).expect("text"), done.status.success())
}

#[test]
fn the_command_speaks_even_when_the_service_cannot_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (said, is_content) = command(folder.path(), &[("E4S_BASE_URL", "e4s")]);
    assert!(!is_content && said.starts_with("broken  Settings: "), "{said}");
    assert!(said.contains("base_url") && said.contains('→'), "{said}");
    // No keys, no journal, no mail server.
    let (said, is_content) = command(folder.path(), &[("E4S_MAIL", "smtp://127.0.0.1:9")]);
    assert!(!is_content, "{said}");
    for line in ["broken  Root keys: ", "broken  Journal: ", "broken  Mail server: "] {
        assert!(said.contains(line), "{line} is missing:\n{said}");
    }
    assert!(!said.contains('\u{1b}'), "no colours where nobody sees them");
}
