//! Lines of the audit log go when their time is over, and what is left still shows whether anything else was taken out.

use chrono::NaiveDate;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use e4s::audit::Event;
use e4s::audit::chain::{HOUSE, Head, heads};
use e4s::audit::shorten::{Start, start};
use e4s::audit::verify::Broken;
use e4s::config::Settings;
use e4s::districts::TeamId;
use e4s::retention::plan;
use e4s::store::schema::{audit, audit_starts, tombstones};

use crate::audit::{tamper, walks};
use crate::retention::{again, on, retain};
use crate::triage::County;
use crate::world::World;

fn day(year: i32, month: u32, date: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, date).expect("a date")
}

/// A team with three lines of November 2026, three of December, and three of ten years later.
fn world() -> (World, TeamId) {
    let world = World::new();
    let team = world.team("Crawley", "E07000226");
    for (year, month) in [(2026, 11), (2026, 12), (2036, 12)] {
        on(&world, year, month, 23);
        for number in 0..3 {
            let subject = format!("{year}-{month}-{number}-");
            world.house(|deed| deed.record(Event::ContextRead, &subject, Some(team)));
        }
    }
    (world, team)
}

/// The places of the lines that a chain still has.
fn places(world: &World, chain: &str) -> Vec<i64> {
    let ours = audit::table.filter(audit::chain.eq(chain)).order(audit::place);
    world.look(|db| Ok(ours.select(audit::place).load(db)?))
}

fn begins(world: &World, chain: &str) -> Option<Start> {
    world.look(|db| start(db, chain))
}

fn broken(world: &World, chain: &str, kept: &[Head]) -> Option<Broken> {
    walks(world, kept).into_iter().find(|it| it.chain == chain).expect("a chain").broken
}

/// How many lines a dry run says would go.
fn planned(world: &World) -> i64 {
    let plan = world.look(|db| plan::plan(db, &world.portal.settings, world.now()));
    plan.lines.last().expect("the log").1
}

#[actix_web::test]
async fn whole_months_go_ten_years_later_and_what_is_left_is_whole() {
    let (world, team) = world();
    let chain = team.as_str();
    on(&world, 2036, 11, 29);
    assert_eq!(planned(&world), 0, "the month is not over");
    retain(&world);
    assert_eq!(places(&world, chain), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    on(&world, 2036, 11, 30);
    let house = places(&world, HOUSE).len();
    let planned = planned(&world);
    retain(&world);
    assert_eq!(places(&world, chain), [4, 5, 6, 7, 8, 9, 10], "three went, and one says so");
    let start = begins(&world, chain).expect("a start");
    assert_eq!((start.place, start.before_on), (3, day(2026, 12, 1)));
    let gone = 3 + house + 1 - places(&world, HOUSE).len();
    assert_eq!(usize::try_from(planned).expect("a number"), gone, "as the dry run said");
    for walk in walks(&world, &[]) {
        assert_eq!(walk.broken, None, "{walk:?}");
        assert!(walk.start.is_some(), "{walk:?}");
    }
    let found = walks(&world, &[]).into_iter().find(|it| it.chain == chain).expect("a chain");
    assert_eq!(found.sound, 7);
    retain(&world);
    assert_eq!(places(&world, chain).len(), 7, "nothing goes twice");
    on(&world, 2036, 12, 31);
    retain(&world);
    assert_eq!(places(&world, chain), [7, 8, 9, 10, 11], "the next month");
    assert!(walks(&world, &[]).iter().all(|it| it.broken.is_none()), "{:?}", walks(&world, &[]));
}

#[actix_web::test]
async fn a_removal_is_a_line_of_the_log_and_counts_in_the_register() {
    let (world, team) = world();
    let admin = world.admin();
    retain(&world);
    let stones: Vec<(Option<TeamId>, i32)> = world.look(|db| {
        let ours = tombstones::table.filter(tombstones::kind.eq("line"));
        Ok(ours.select((tombstones::team_id, tombstones::count)).load(db)?)
    });
    assert!(stones.contains(&(Some(team), 3)), "{stones:?}");
    let page = admin.get("/admin/retention/2036").await.main();
    let row = "Line of the audit log\nLine of the audit log\nCrawley\n3";
    assert!(page.contains(row), "{page}");
    let log = admin.get("/admin/audit?event=log-shortened").await.main();
    let line = "Oldest lines of the audit log removed\nBy\nE4S\nTo\nAudit log\nTeam\nCrawley";
    assert!(log.contains(line), "{log}");
    assert!(admin.get("/admin/retention").await.main().contains("10 years after being written"));
}

#[test]
fn a_link_that_is_broken_behind_the_start_is_named() {
    let (world, team) = world();
    let chain = team.as_str();
    retain(&world);
    assert_eq!(broken(&world, chain, &[]), None);
    tamper(&world, &format!("DELETE FROM audit WHERE chain = '{chain}' AND place = 4"));
    assert_eq!(broken(&world, chain, &[]), Some(Broken::Gap(4)), "the first that is left");

    let (world, team) = crate::shortening::world();
    let chain = team.as_str();
    retain(&world);
    let change = "event = 'signed-out'";
    tamper(&world, &format!("UPDATE audit SET {change} WHERE chain = '{chain}' AND place = 6"));
    assert_eq!(broken(&world, chain, &[]), Some(Broken::Hash(6)));
}

#[test]
fn a_cut_that_no_line_speaks_of_is_named() {
    let (world, team) = world();
    let chain = team.as_str();
    retain(&world);
    // Four more lines, by somebody who moves the start along.
    tamper(
        &world,
        &format!(
            "UPDATE audit_starts SET place = 6, hash = (SELECT hash FROM audit WHERE chain = '{chain}' AND place = 6) \
             WHERE chain = '{chain}'; DELETE FROM audit WHERE chain = '{chain}' AND place <= 6"
        ),
    );
    assert_eq!(broken(&world, chain, &[]), Some(Broken::Unsaid(6)));
    tamper(&world, &format!("DELETE FROM audit_starts WHERE chain = '{chain}'"));
    assert_eq!(broken(&world, chain, &[]), Some(Broken::Gap(1)), "and without a start");

    let (world, team) = crate::shortening::world();
    let chain = team.as_str();
    tamper(&world, &format!("DELETE FROM audit WHERE chain = '{chain}' AND place <= 3"));
    assert_eq!(broken(&world, chain, &[]), Some(Broken::Gap(1)));
}

#[test]
fn a_line_in_the_place_of_one_that_went_is_named() {
    let (world, team) = world();
    let chain = team.as_str();
    retain(&world);
    tamper(
        &world,
        &format!(
            "INSERT INTO audit (chain, place, at, account_id, event, subject, hash) \
             SELECT chain, 2, at, account_id, event, subject, hash FROM audit WHERE chain = '{chain}' AND place = 5"
        ),
    );
    assert_eq!(broken(&world, chain, &[]), Some(Broken::Back(2)));
}

#[test]
fn a_head_that_was_kept_shows_that_lines_went_before_their_time() {
    let (world, team) = world();
    let chain = team.as_str();
    let kept = |place, kept_on| {
        let hash = world.look(|db| {
            let one = audit::table.filter(audit::chain.eq(chain)).filter(audit::place.eq(place));
            Ok(one.select(audit::hash).first::<String>(db)?)
        });
        Head { chain: chain.to_owned(), place, hash, kept_on }
    };
    let long_ago = Some(day(2026, 11, 23));
    let [early, last] = [kept(2, long_ago), kept(3, long_ago)];
    let undated = Head { kept_on: None, ..early.clone() };
    let lately = Head { kept_on: Some(day(2036, 11, 1)), ..early.clone() };
    let another = Head { hash: "ab".repeat(32), ..last.clone() };
    retain(&world);
    assert_eq!(broken(&world, chain, &[early, last]), None, "kept before they went");
    // Somebody had noted in 2036 that the chain ended there: what came behind cannot be of 2026.
    for wrong in [lately, undated] {
        assert_eq!(broken(&world, chain, &[wrong]), Some(Broken::KeptRemoved(2)));
    }
    assert_eq!(broken(&world, chain, &[another]), Some(Broken::Kept(3)), "another line went");
    let now = world.look(heads);
    assert_eq!(broken(&world, chain, &now), None);
}

#[test]
fn the_database_refuses_every_other_deletion_and_a_start_that_no_line_speaks_of() {
    let (world, team) = world();
    let chain = team.as_str();
    let fifth = format!("(SELECT hash FROM audit WHERE chain = '{chain}' AND place = 5)");
    let new = |place: i64, hash: &str, day: &str| {
        format!("INSERT INTO audit_starts VALUES ('{chain}', {place}, {hash}, '{day}')")
    };
    let refused = |sql: &str| {
        let outcome = world.portal.store.write(|db| Ok(db.batch_execute(sql)?));
        assert!(outcome.is_err(), "{sql}");
    };
    refused(&new(5, &fifth, "2027-01-01"));
    // A line that says so, of lines that are too young, or that are not there.
    for (place, before) in [(5, "2036-12-01"), (5, "2026-12-01"), (50, "2027-01-01")] {
        let hash: String = world.look(|db| {
            let one = audit::table.filter(audit::chain.eq(chain)).filter(audit::place.eq(5));
            Ok(one.select(audit::hash).first(db)?)
        });
        let said = format!("{place}/{hash}/{before}");
        world.house(|deed| deed.record(Event::LogShortened, &said, Some(team)));
        refused(&new(place, &format!("'{hash}'"), before));
    }
    retain(&world);
    let moved = begins(&world, chain).expect("a start").place;
    for sql in [
        format!("DELETE FROM audit WHERE chain = '{chain}' AND place = {}", moved + 1),
        format!("UPDATE audit_starts SET place = 5, hash = {fifth} WHERE chain = '{chain}'"),
        format!("UPDATE audit_starts SET place = 1 WHERE chain = '{chain}'"),
        format!("UPDATE audit_starts SET chain = 'house' WHERE chain = '{chain}'"),
        format!("DELETE FROM audit_starts WHERE chain = '{chain}'"),
        format!(
            "INSERT INTO audit (chain, place, at, account_id, event, subject, hash) \
             SELECT chain, 2, at, account_id, event, subject, hash FROM audit WHERE chain = '{chain}' AND place = 5"
        ),
    ] {
        refused(&sql);
    }
    if std::env::var("TEST_DATABASE_URL").is_ok() {
        refused("TRUNCATE audit_starts");
    } else {
        refused(&format!(
            "INSERT OR REPLACE INTO audit_starts VALUES ('{chain}', 1, 'x', '2026-12-01')"
        ));
    }
    assert_eq!(broken(&world, chain, &[]), None);
    let starts: i64 = world.look(|db| Ok(audit_starts::table.count().get_result(db)?));
    assert_eq!(starts, 2, "the team’s and the house’s");
}

#[actix_web::test]
async fn lines_about_what_is_on_hold_stay_and_those_behind_them() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let (_, _, other) = county.concern();
    let (_, id, held) = county.concern();
    coordinator.get(&other).await;
    coordinator.get(&held).await;
    coordinator.get(&other).await;
    let form = [("reason", "Inquiry 12 of the safeguarding partnership")];
    coordinator.post(&format!("{held}/hold"), &form).await.path();
    on(world, 2036, 11, 30);
    again(world, &coordinator);
    retain(world);
    let left: Vec<(String, String)> = world.look(|db| {
        let ours = audit::table.filter(audit::chain.eq(county.crawley.as_str()));
        Ok(ours.order(audit::place).select((audit::event, audit::subject)).load(db)?)
    });
    let first = left.first().expect("a line");
    assert_eq!((first.0.as_str(), first.1.as_str()), ("concern-opened", id.as_str()), "{left:?}");
    assert!(begins(world, county.crawley.as_str()).is_some(), "what came before it went");
    assert!(walks(world, &[]).iter().all(|it| it.broken.is_none()));
}

#[actix_web::test]
async fn lines_about_everything_that_a_hold_keeps_stay() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let (one, context) = crate::retention::closed(&county, &coordinator).await;
    let (_, second, other) = county.concern();
    let id = context.trim_start_matches("/contexts/");
    coordinator.post(&format!("{other}/context"), &[("context", id)]).await.path();
    let before = places(world, county.crawley.as_str());
    // The first concern is on hold: so are its context, and the other concern in that.
    let form = [("reason", "Inquiry 12 of the safeguarding partnership")];
    coordinator.post(&format!("{one}/hold"), &form).await.path();
    on(world, 2036, 11, 30);
    retain(world);
    let left: Vec<String> = world.look(|db| {
        let ours = audit::table.filter(audit::chain.eq(county.crawley.as_str()));
        Ok(ours.select(audit::subject).load(db)?)
    });
    for subject in [one.trim_start_matches("/concerns/"), id, second.as_str()] {
        assert!(left.iter().any(|it| it == subject), "{subject}: {left:?}");
    }
    assert!(places(world, county.crawley.as_str()).len() > before.len());
}

#[actix_web::test]
async fn each_line_about_what_a_hold_keeps_stays_by_itself() {
    // What is on hold, and what a line of the next January is about: of two concerns in one context, or the context.
    for (held, about) in [
        (None, "context"),
        (Some("context"), "context"),
        (Some("context"), "first"),
        (Some("first"), "first"),
        (Some("first"), "context"),
        (Some("first"), "second"),
    ] {
        let county = County::new();
        let world = &county.world;
        let coordinator = world.coordinator(county.crawley);
        let ((_, _, first), (_, _, second)) = (county.concern(), county.concern());
        let form = [("context", "new"), ("label", "The bus station"), ("kind", "location")];
        let context = coordinator.post(&format!("{first}/context"), &form).await.path().to_owned();
        let form = [("context", context.trim_start_matches("/contexts/"))];
        coordinator.post(&format!("{second}/context"), &form).await.path();
        let path = |it: &str| match it {
            "first" => &first,
            "second" => &second,
            _ => &context,
        };
        on(world, 2027, 1, 23);
        let subject = path(about).rsplit('/').next().expect("an id");
        world.house(|deed| deed.record(Event::ContextRead, subject, Some(county.crawley)));
        on(world, 2036, 12, 30);
        retain(world);
        if let Some(held) = held {
            let form = [("reason", "Inquiry 12 of the safeguarding partnership")];
            again(world, &coordinator).post(&format!("{}/hold", path(held)), &form).await.path();
        }
        on(world, 2037, 1, 31);
        retain(world);
        let lines: i64 = world.look(|db| {
            let ours = audit::table.filter(audit::event.eq("context-read"));
            Ok(ours.filter(audit::subject.eq(subject)).count().get_result(db)?)
        });
        assert_eq!(lines, i64::from(held.is_some()), "{held:?} is on hold, the line is of {about}");
    }
}

#[test]
fn a_time_to_keep_the_log_that_is_too_short_stops_the_start() {
    let set = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::of(&pairs.collect())
    };
    for pairs in [
        vec![("keep_audit", "5 years")],
        vec![("keep_audit", "10 years"), ("keep_unlinked", "11 years")],
        vec![("keep_audit", "364 days"), ("keep_closed", "30 days"), ("keep_unlinked", "30 days")],
        vec![("keep_audit", "soon")],
    ] {
        let told = set(&pairs).expect_err("refused").to_string();
        assert!(told.contains("keep_audit") && told.contains("For example"), "{told}");
    }
    let longer = set(&[("keep_audit", "12 years"), ("keep_closed", "12 years")]);
    assert_eq!(longer.expect("settings").keep_audit.to_string(), "12 years");
}
