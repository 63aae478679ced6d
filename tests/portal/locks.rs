//! Somebody else writes and does not come to an end: nobody waits for long, and nothing is lost.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use e4s::store::Db;

use crate::faults::{Ready, acknowledged, ready_on};
use crate::served::Address;
use crate::shire::{Shire, begun};
use crate::world::World;

/// Somebody else who writes and does not come to an end.
fn other_writer(world: &World) -> Db {
    let address = world.portal.settings.database.as_str();
    if let Some(file) = address.strip_prefix("sqlite:") {
        let mut other = SqliteConnection::establish(file).expect("a second connection");
        other.batch_execute("BEGIN IMMEDIATE").expect("locked");
        Db::Sqlite(other)
    } else {
        let mut other = PgConnection::establish(address).expect("a second connection");
        let lock = "BEGIN; LOCK TABLE audit_heads IN SHARE ROW EXCLUSIVE MODE";
        other.batch_execute(lock).expect("locked");
        Db::Postgres(other)
    }
}

#[test]
fn a_locked_database_is_said_within_seconds_and_the_report_goes_out_afterwards() {
    let ready = ready_on(Shire::new(), 3, 1);
    let world = &ready.shire.world;
    let address = Address::of(world);
    let _served = address.serve(world, "").expect("serves");
    let mut other = other_writer(world);
    std::thread::scope(|scope| {
        for (token, drafts) in &ready.leads {
            scope.spawn(|| {
                let began = Instant::now();
                let came = address.post(token, &Ready::check(drafts[0])).expect("an answer");
                let waited = began.elapsed();
                assert_eq!(came.status, 503, "{came:?}");
                for said in
                    ["your turn did not come", "was not saved", "Nothing that was saved before"]
                {
                    assert!(came.body.contains(said), "{said}: {}", came.body);
                }
                // A hung request waits for ever; a busy machine takes some seconds more than the rule.
                assert!(waited < Duration::from_mins(1), "{waited:?}");
            });
        }
    });
    assert!(ready.stored().is_empty());
    other.batch_execute("ROLLBACK").expect("free");
    for (token, drafts) in &ready.leads {
        let came = address.post(token, &Ready::check(drafts[0])).expect("an answer");
        assert!(acknowledged(&came).is_some(), "{came:?}");
    }
    assert_eq!(ready.stored().len(), 3);
    ready.is_verified(&address);
}

#[actix_web::test]
async fn whoever_only_reads_is_not_held_up_by_a_locked_database() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    world.concern(&lead, shire.west, "The old mill");
    // Their session is due to be marked as seen, which is a change.
    world.later(chrono::TimeDelta::minutes(5));
    let mut other = other_writer(world);
    let began = Instant::now();
    let page = lead.get("/concerns").await;
    let waited = began.elapsed();
    assert!(page.main().contains("The old mill"), "{}", page.main());
    // Held up, it would have waited the fifteen seconds of a change.
    assert!(waited < Duration::from_secs(12), "{waited:?}");
    other.batch_execute("ROLLBACK").expect("free");
    assert_eq!(lead.get("/concerns").await.status, 200);
    world.later(chrono::TimeDelta::minutes(14));
    assert_eq!(lead.get("/concerns").await.status, 200, "it was marked as seen afterwards");
}

#[actix_web::test]
async fn what_was_typed_is_handed_back_when_nobody_can_find_out_who_sent_it() {
    let shire = Shire::new();
    let (lead, world) = (shire.world.dsl(shire.school), &shire.world);
    let draft = begun(&lead).await;
    let rename = |from: &str, to: &str| {
        world.house(|deed| {
            Ok(deed.db.batch_execute(&format!("ALTER TABLE {from} RENAME TO {to}"))?)
        });
    };
    rename("sessions", "away");
    let typed = [("seen", "A herring on the steps"), ("password", "a long sentence")];
    let page = lead.post(&format!("{draft}/what"), &typed).await;
    rename("away", "sessions");
    assert_eq!(page.status, 500);
    assert!(
        page.main().contains("What you typed\nSeen or said\nA herring on the steps"),
        "{}",
        page.main()
    );
    assert!(!page.body.contains("a long sentence") && !page.body.contains("Send it again"));
}
