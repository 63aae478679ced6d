//! The chains of the audit log: what nobody can do to them, and what is found when somebody did it all the same.

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use e4s::accounts::Actor;
use e4s::audit::Event;
use e4s::audit::chain::{HOUSE, Head, Line, NOTHING, hash, heads};
use e4s::audit::verify::{Broken, Walk, verify};
use e4s::deed::Deed;
use e4s::districts::TeamId;
use e4s::store::Store;
use e4s::store::schema::{audit, audit_heads};

use crate::world::World;

const LINES: i64 = 6;

/// A world whose house has six lines, and whose team has six.
fn world() -> (World, TeamId) {
    let world = World::new();
    let team = world.team("Crawley", "E07000226");
    for number in 0..LINES {
        world.house(|deed| {
            deed.record(Event::ConcernOpened, format!("team-{number}"), Some(team))?;
            deed.record(Event::DraftBegun, format!("house-{number}"), None)
        });
    }
    (world, team)
}

/// Does to the database what nobody can who comes through the service.
pub fn tamper(world: &World, sql: &str) {
    let open = if std::env::var("TEST_DATABASE_URL").is_ok() {
        "ALTER TABLE audit DISABLE TRIGGER USER; ALTER TABLE audit_heads DISABLE TRIGGER USER; \
         ALTER TABLE audit_starts DISABLE TRIGGER USER;"
    } else {
        "DROP TRIGGER IF EXISTS audit_is_not_changed; DROP TRIGGER IF EXISTS audit_is_not_deleted; \
         DROP TRIGGER IF EXISTS audit_is_not_replaced; DROP TRIGGER IF EXISTS audit_heads_are_not_deleted; \
         DROP TRIGGER IF EXISTS audit_heads_go_one_on; DROP TRIGGER IF EXISTS audit_does_not_come_back; \
         DROP TRIGGER IF EXISTS audit_starts_are_said; DROP TRIGGER IF EXISTS audit_starts_go_on; \
         DROP TRIGGER IF EXISTS audit_starts_are_not_deleted;"
    };
    let act = |db: &mut e4s::store::Db| Ok(db.batch_execute(&format!("{open} {sql}"))?);
    world.portal.store.write(act).expect("tampered");
}

pub fn walks(world: &World, kept: &[Head]) -> Vec<Walk> {
    verify(&world.portal.store, kept).expect("walked")
}

/// What is broken in the chain of the house, which is the only one that is.
fn broken(world: &World, kept: &[Head]) -> Option<Broken> {
    let walks = walks(world, kept);
    let others = walks.iter().filter(|it| it.chain != HOUSE);
    assert!(others.clone().all(|it| it.broken.is_none()), "{walks:?}");
    walks.iter().find(|it| it.chain == HOUSE).expect("the house").broken
}

#[test]
fn a_log_that_nobody_touched_is_whole_and_its_heads_say_where_it_ends() {
    let (world, team) = world();
    let sound =
        |chain: &str| Walk { chain: chain.to_owned(), sound: LINES, broken: None, start: None };
    let mut expected = [sound(HOUSE), sound(team.as_str())];
    expected.sort_by(|a, b| a.chain.cmp(&b.chain));
    assert_eq!(walks(&world, &[]), expected);
    let kept = world.look(heads);
    assert_eq!(kept.iter().map(|it| it.place).collect::<Vec<_>>(), [LINES; 2]);
    world.house(|deed| deed.record(Event::DraftBegun, "more", None));
    assert!(walks(&world, &kept).iter().all(|it| it.broken.is_none()), "it has only grown");
}

#[test]
fn the_database_refuses_to_change_or_to_delete_a_line_or_a_head() {
    let (world, _) = world();
    let mut tries = vec![
        "UPDATE audit SET event = 'signed-out' WHERE id = 3",
        "DELETE FROM audit WHERE id = 3",
        "UPDATE audit_heads SET place = 3 WHERE chain = 'house'",
        "UPDATE audit_heads SET chain = 'other' WHERE chain = 'house'",
        "DELETE FROM audit_heads",
    ];
    if std::env::var("TEST_DATABASE_URL").is_ok() {
        tries.extend(["TRUNCATE audit", "TRUNCATE audit_heads"]);
    } else {
        tries.extend([
            "INSERT OR REPLACE INTO audit SELECT id, chain, place, at, account_id, 'signed-out', subject, hash FROM audit WHERE id = 3",
            "INSERT OR REPLACE INTO audit SELECT 99, chain, place, at, account_id, 'signed-out', subject, hash FROM audit WHERE id = 3",
            "INSERT OR REPLACE INTO audit_heads VALUES ('house', 1, 'x')",
        ]);
    }
    for sql in tries {
        let outcome = world.portal.store.write(|db| Ok(db.batch_execute(sql)?));
        assert!(outcome.is_err(), "{sql}");
    }
    assert_eq!(broken(&world, &[]), None);
}

#[test]
fn a_change_to_any_field_of_a_line_is_found_at_its_place() {
    let (world, _) = world();
    let at = "at = '2026-11-23 12:00:01'";
    for change in [
        at,
        "account_id = '7zzzzzzzzzzzzzzzzzzzzzzzzz'",
        "event = 'signed-out'",
        "subject = 'house-9'",
        "hash = 'f00d'",
    ] {
        let undone = world.look(|db| {
            let row = audit::table.filter(audit::chain.eq(HOUSE)).filter(audit::place.eq(3));
            let select = (audit::account_id, audit::event, audit::subject, audit::hash);
            Ok(row.select(select).first::<(String, String, String, String)>(db)?)
        });
        tamper(&world, &format!("UPDATE audit SET {change} WHERE chain = 'house' AND place = 3"));
        assert_eq!(broken(&world, &[]), Some(Broken::Hash(3)), "{change}");
        let (by, event, subject, hash) = undone;
        tamper(
            &world,
            &format!(
                "UPDATE audit SET at = '2026-11-23 12:00:00', account_id = '{by}', event = '{event}', \
                 subject = '{subject}', hash = '{hash}' WHERE chain = 'house' AND place = 3"
            ),
        );
        assert_eq!(broken(&world, &[]), None, "{change} was undone");
    }
    tamper(&world, "UPDATE audit SET place = 30 WHERE chain = 'house' AND place = 3");
    assert_eq!(broken(&world, &[]), Some(Broken::Gap(3)));
}

#[test]
fn a_line_that_is_moved_to_another_chain_is_missed_in_its_own() {
    let (world, _) = world();
    tamper(&world, "UPDATE audit SET chain = 'zzz' WHERE chain = 'house' AND place = 3");
    let found = walks(&world, &[]);
    let of = |chain: &str| found.iter().find(|it| it.chain == chain).expect("a chain").broken;
    assert_eq!((of(HOUSE), of("zzz")), (Some(Broken::Gap(3)), Some(Broken::Gap(1))));
}

#[test]
fn a_line_that_was_deleted_is_named() {
    let (world, _) = world();
    tamper(&world, "DELETE FROM audit WHERE chain = 'house' AND place = 4");
    assert_eq!(broken(&world, &[]), Some(Broken::Gap(4)));
    assert_eq!(broken(&world, &[]).expect("a fault").to_string(), "place 4: the line is missing");
}

#[test]
fn two_lines_that_changed_places_are_named() {
    let (world, _) = world();
    let swap = |from: i64, to: i64| {
        format!("UPDATE audit SET place = {to} WHERE chain = 'house' AND place = {from};")
    };
    tamper(&world, &[swap(2, 99), swap(5, 2), swap(99, 5)].concat());
    assert_eq!(broken(&world, &[]), Some(Broken::Hash(2)));
}

#[test]
fn an_order_of_coming_that_was_changed_is_named() {
    let (world, _) = world();
    tamper(&world, "UPDATE audit SET id = 0 WHERE chain = 'house' AND place = 5");
    assert_eq!(broken(&world, &[]), Some(Broken::Order(5)));
}

#[test]
fn an_end_that_was_cut_off_is_named_and_so_is_one_with_its_head_put_back_if_heads_were_kept() {
    let (world, _) = world();
    let kept = world.look(heads);
    tamper(&world, "DELETE FROM audit WHERE chain = 'house' AND place > 4");
    assert_eq!(broken(&world, &[]), Some(Broken::HeadAhead(5)));

    tamper(
        &world,
        "UPDATE audit_heads SET place = 4, hash = (SELECT hash FROM audit WHERE chain = 'house' AND place = 4) \
         WHERE chain = 'house'",
    );
    assert_eq!(broken(&world, &[]), None, "nothing in the database knows of the end any more");
    assert_eq!(broken(&world, &kept), Some(Broken::KeptAhead(LINES)));
    tamper(
        &world,
        "DELETE FROM audit WHERE chain = 'house'; DELETE FROM audit_heads WHERE chain = 'house'",
    );
    assert_eq!(broken(&world, &kept), Some(Broken::KeptAhead(LINES)), "a chain that is gone");
}

#[test]
fn a_head_that_does_not_fit_its_chain_is_named() {
    let (world, _) = world();
    tamper(&world, "UPDATE audit_heads SET place = 5 WHERE chain = 'house'");
    assert_eq!(broken(&world, &[]), Some(Broken::HeadBehind(6)));
    tamper(&world, "UPDATE audit_heads SET place = 6, hash = 'f00d' WHERE chain = 'house'");
    assert_eq!(broken(&world, &[]), Some(Broken::HeadHash(6)));
    tamper(&world, "DELETE FROM audit_heads WHERE chain = 'house'");
    assert_eq!(broken(&world, &[]), Some(Broken::HeadBehind(1)));
}

#[test]
fn a_chain_that_was_made_anew_is_whole_and_is_found_by_a_head_that_was_kept() {
    type Kept = (i64, chrono::NaiveDateTime, String, String, String);
    let (world, _) = world();
    let kept = world.look(heads);
    let rows: Vec<Kept> = world.look(|db| {
        let row = (audit::place, audit::at, audit::account_id, audit::event, audit::subject);
        let all = audit::table.filter(audit::chain.eq(HOUSE)).order(audit::place);
        Ok(all.select(row).load(db)?)
    });
    let mut before = NOTHING.to_owned();
    let mut sql = String::new();
    for (place, at, by, event, subject) in &rows {
        let subject = if *place == 2 { "another" } else { subject };
        before = hash(&before, *place, &Line { chain: HOUSE, at: *at, by, event, subject });
        let set = format!("subject = '{subject}', hash = '{before}'");
        sql.extend([
            "UPDATE audit SET ",
            &set,
            " WHERE chain = 'house' AND place = ",
            &place.to_string(),
            ";",
        ]);
    }
    sql.extend(["UPDATE audit_heads SET hash = '", &before, "' WHERE chain = 'house';"]);
    tamper(&world, &sql);
    assert_eq!(broken(&world, &[]), None);
    assert_eq!(broken(&world, &kept), Some(Broken::Kept(LINES)));
}

/// Two stores on one database are as two processes: each has its own turn.
#[test]
fn many_deeds_of_one_team_at_once_all_get_their_place_and_none_begins_again() {
    const WRITERS: usize = 32;
    const EACH: usize = 20;
    let (world, team) = world();
    let other = Store::open(&world.portal.settings.database).expect("opens");
    let (tried, house) = (AtomicUsize::new(0), Actor::house());
    std::thread::scope(|scope| {
        for number in 0..WRITERS {
            let store = if number % 2 == 0 { &world.portal.store } else { &other };
            let (tried, house, world) = (&tried, &house, &world);
            scope.spawn(move || {
                for _ in 0..EACH {
                    let done = store.write(|db| {
                        tried.fetch_add(1, Ordering::Relaxed);
                        let (at, keys) = (world.now(), &world.portal.keys);
                        let deed = &mut Deed { db, by: house, at, keys };
                        deed.record(Event::ConcernOpened, number, Some(team))
                    });
                    done.expect("written");
                }
            });
        }
    });
    let written = WRITERS * EACH;
    assert_eq!(tried.into_inner(), written, "a deed was begun again");
    let places: Vec<i64> = world.look(|db| {
        let all = audit_heads::table.filter(audit_heads::chain.eq(team.as_str()));
        Ok(all.select(audit_heads::place).load(db)?)
    });
    assert_eq!(places, [LINES + i64::try_from(written).expect("a number")]);
    assert!(walks(&world, &[]).iter().all(|it| it.broken.is_none()));
}

#[test]
fn the_log_is_whole_while_it_grows() {
    let (world, team) = world();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                world.house(|deed| deed.record(Event::ConcernOpened, "x", Some(team)));
            }
        });
        for _ in 0..50 {
            let walks = walks(&world, &[]);
            let is_whole = walks.iter().all(|it| it.broken.is_none());
            if !is_whole {
                done.store(true, Ordering::Relaxed);
            }
            assert!(is_whole, "{walks:?}");
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn two_kept_heads_of_one_place_that_differ_are_a_break_whichever_of_them_fits() {
    let (world, _) = world();
    let kept = world.look(heads).into_iter().find(|it| it.chain == HOUSE).expect("the house");
    let other = Head { hash: "ab".repeat(32), ..kept.clone() };
    assert_eq!(broken(&world, &[kept.clone(), kept.clone()]), None, "one line written down twice");
    for both in [[kept.clone(), other.clone()], [other, kept]] {
        let told = broken(&world, &both).expect("a break").to_string();
        assert!(told.contains(&format!("place {LINES}")), "{told}");
    }
}
