//! A team was told of what it will lose when a letter has left, and not before.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use e4s::mail::{deliver, urgent};
use e4s::retention::forget;
use e4s::store::schema::*;

use crate::postbox::Postbox;
use crate::retention::{left, on};
use crate::triage::County;
use crate::world::World;

/// A county whose letters go to a mail server.
fn county(postbox: &Postbox) -> County {
    let world = World::with(postbox.used_by());
    let (crawley, horsham) =
        (world.team("Crawley", "E07000226"), world.team("Horsham", "E07000227"));
    let school = world.school(100_001, "Elm Bank School", "E07000226");
    County { world, crawley, horsham, school }
}

/// A day of the worker: it retains, and delivers.
fn day(world: &World) {
    forget::run(&world.portal, world.now()).expect("retains");
    deliver::run(&world.portal, world.now()).expect("tries");
}

#[actix_web::test]
async fn nothing_goes_while_the_mail_server_refuses_and_thirty_days_after_it_took_a_letter_it_does()
{
    let mut postbox = Postbox::that("later", 1000);
    let county = county(&postbox);
    let world = &county.world;
    world.coordinator(county.crawley);
    county.concern();
    on(world, 2032, 10, 24);
    day(world);
    let queued: i64 = world.look(|db| Ok(letters::table.count().get_result(db)?));
    assert_eq!((queued, postbox.letters().len()), (1, 0), "queued, and refused");
    for (month, date) in [(11, 23), (11, 24), (12, 24)] {
        on(world, 2032, month, date);
        day(world);
        assert_eq!(left(world)[1], 1, "nobody was told by {date}.{month}.");
    }
    let coordinator = world.coordinator(county.crawley);
    let list = coordinator.get("/retention").await.main();
    assert!(list.contains("30 days after the next letter"), "{list}");
    postbox.stop();
    postbox.start("accept", 0);
    world.later(TimeDelta::hours(2));
    deliver::run(&world.portal, world.now()).expect("delivers");
    assert!(!postbox.letters().is_empty(), "the server is back");
    world.later(TimeDelta::days(6));
    day(world);
    world.later(TimeDelta::days(6));
    day(world);
    world.later(TimeDelta::days(6));
    day(world);
    world.later(TimeDelta::days(6));
    day(world);
    world.later(TimeDelta::days(5));
    day(world);
    assert_eq!(left(world)[1], 1, "29 days after it was sent");
    world.later(TimeDelta::days(1));
    day(world);
    assert_eq!(left(world)[1], 0, "30 days after it was sent");
}

#[actix_web::test]
async fn a_team_whose_letters_were_refused_for_good_is_written_to_again_the_next_month() {
    let postbox = Postbox::open();
    let county = county(&postbox);
    let world = &county.world;
    let one = world.coordinator(county.crawley);
    county.concern();
    world.house(|deed| {
        diesel::update(accounts::table.find(one.id))
            .set(accounts::email.eq("not an address"))
            .execute(deed.db)?;
        Ok(())
    });
    let stopped = || -> i64 {
        let ours = letters::table.filter(letters::stopped_at.is_not_null());
        world.look(|db| Ok(ours.count().get_result(db)?))
    };
    for (month, expected) in [(10, 1), (11, 2), (12, 3)] {
        on(world, 2032, month, 24);
        day(world);
        assert_eq!((stopped(), left(world)[1]), (expected, 1), "{month}");
    }
}

#[actix_web::test]
async fn a_letter_that_waits_to_be_sent_is_not_deleted() {
    let postbox = Postbox::that("later", 1000);
    let county = county(&postbox);
    let world = &county.world;
    world.coordinator(county.crawley);
    world.house(|deed| urgent::tell(deed, county.crawley, "none", "C-2222-22"));
    on(world, 2028, 11, 24);
    forget::run(&world.portal, world.now()).expect("retains");
    let count = || -> i64 { world.look(|db| Ok(letters::table.count().get_result(db)?)) };
    assert_eq!(count(), 1, "two years, and it is still to be sent");
    for column in ["sent", "stopped"] {
        world.house(|deed| {
            let at: NaiveDateTime = deed.at;
            let all = diesel::update(letters::table);
            let set = match column {
                "sent" => all
                    .set((letters::sent_at.eq(at), letters::stopped_at.eq(None::<NaiveDateTime>)))
                    .execute(deed.db),
                _ => all
                    .set((letters::stopped_at.eq(at), letters::sent_at.eq(None::<NaiveDateTime>)))
                    .execute(deed.db),
            };
            set?;
            Ok(())
        });
        let plan =
            world.look(|db| e4s::retention::plan::plan(db, &world.portal.settings, world.now()));
        let line = plan.lines.iter().find(|it| it.0.as_str() == "letters").expect("a line");
        assert_eq!(line.1, 1, "{column}");
    }
    forget::run(&world.portal, world.now()).expect("retains");
    assert_eq!(count(), 0);
}
