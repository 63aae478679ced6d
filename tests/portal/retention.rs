//! How long things are kept: each rule's day, what makes it later, and what has to happen first.

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use e4s::accounts::appoint;
use e4s::concerns::{reconcile, restore};
use e4s::retention::{clock, forget, plan};
use e4s::store::schema::*;

use crate::triage::County;
use crate::world::{Person, World};

/// The same time of day on another day, by a clock that nobody doubts.
pub fn on(world: &World, year: i32, month: u32, date: u32) {
    let day = NaiveDate::from_ymd_opt(year, month, date).expect("a date");
    world.later(day - world.now().date());
    world.house(|deed| clock::confirm(deed, deed.at));
}

/// The chore alone: its letters wait.
fn queue(world: &World) {
    forget::run(&world.portal, world.now()).expect("retains");
}

/// The chore, as the worker runs it each day, beside a mail server that takes every letter at once.
pub fn retain(world: &World) {
    queue(world);
    world.house(|deed| {
        let waiting = letters::table.filter(letters::sent_at.is_null());
        diesel::update(waiting).set(letters::sent_at.eq(deed.at)).execute(deed.db)?;
        Ok(())
    });
}

/// Somebody who signs in again.
pub fn again<'a>(world: &'a World, person: &Person) -> Person<'a> {
    world.signed_in(person.id)
}

/// A context that was closed today, with a concern in it: where the concern and the context are.
pub async fn closed(county: &County, coordinator: &Person<'_>) -> (String, String) {
    let (_, _, concern) = county.concern();
    let form = [("context", "new"), ("label", "The bus station"), ("kind", "location")];
    let context = coordinator.post(&format!("{concern}/context"), &form).await.path().to_owned();
    let form = [("state", "closed"), ("outcome", "goals_met"), ("reason", "Safer now.")];
    coordinator.post(&format!("{context}/state"), &form).await.path();
    (concern, context)
}

/// How many contexts, concerns and steps there are.
pub fn left(world: &World) -> [i64; 4] {
    world.look(|db| {
        Ok([
            contexts::table.count().get_result(db)?,
            concerns::table.count().get_result(db)?,
            context_steps::table.count().get_result(db)?,
            concern_steps::table.count().get_result(db)?,
        ])
    })
}

/// How many letters of this kind were queued.
fn warnings_sent(world: &World) -> i64 {
    let ours = letters::table.filter(letters::kind.eq("warning"));
    world.look(|db| Ok(ours.count().get_result(db)?))
}

/// What the tombstones say: kind, rule, outcome, how many.
pub fn stones(world: &World) -> Vec<(String, String, String, i32)> {
    world.look(|db| {
        let what = (tombstones::kind, tombstones::rule, tombstones::outcome, tombstones::count);
        Ok(tombstones::table.order(tombstones::id).select(what).load(db)?)
    })
}

#[actix_web::test]
async fn a_closed_context_goes_with_its_concerns_six_years_after_it_was_closed_and_not_a_day_before()
 {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let (concern, context) = closed(&county, &coordinator).await;
    let whole = left(world);
    on(world, 2032, 10, 23);
    retain(world);
    assert_eq!(warnings_sent(world), 0, "31 days before");
    on(world, 2032, 10, 24);
    retain(world);
    assert_eq!(warnings_sent(world), 1, "30 days before");
    on(world, 2032, 11, 22);
    retain(world);
    assert_eq!(left(world), whole, "a day before");
    on(world, 2032, 11, 23);
    retain(world);
    assert_eq!(left(world), [0; 4], "on its day");
    let of =
        |kind: &str, outcome: &str| (kind.to_owned(), "closed".to_owned(), outcome.to_owned(), 1);
    let expected =
        [of("concern", "In a context that was closed"), of("context", "Closed: goals met")];
    assert_eq!(stones(world), expected);
    let coordinator = again(world, &coordinator);
    for path in [&concern, &context] {
        let page = coordinator.get(path).await;
        assert_eq!(page.status, 404);
        assert!(page.main().contains("Page not found"), "{}", page.main());
    }
    for event in ["concern-deleted", "context-deleted"] {
        assert!(world.audit().iter().any(|it| it == event), "{event}: {:?}", world.audit());
    }
}

#[actix_web::test]
async fn what_was_deleted_does_not_come_back_from_the_journal() {
    let county = County::new();
    let world = &county.world;
    closed(&county, &world.coordinator(county.crawley)).await;
    reconcile::run(&world.portal, world.now()).expect("the journal has it");
    on(world, 2032, 10, 24);
    retain(world);
    on(world, 2032, 11, 23);
    retain(world);
    reconcile::run(&world.portal, world.now()).expect("reconciled");
    restore::restore(&world.portal).expect("restored");
    assert_eq!(left(world), [0; 4]);
}

#[actix_web::test]
async fn a_concern_in_no_context_goes_six_years_after_its_last_step_and_a_step_begins_that_anew() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let (_, _, at) = county.concern();
    county.concern();
    on(world, 2032, 10, 24);
    retain(world);
    assert_eq!(warnings_sent(world), 1, "one letter for both");
    // Told of, and then somebody does something.
    on(world, 2032, 11, 10);
    again(world, &coordinator).post(&format!("{at}/accept"), &[]).await.path();
    on(world, 2032, 11, 22);
    retain(world);
    assert_eq!(left(world)[1], 2, "a day before");
    on(world, 2032, 11, 23);
    retain(world);
    assert_eq!(left(world)[1], 1, "the other is gone");
    on(world, 2038, 11, 9);
    retain(world);
    assert_eq!(
        (left(world)[1], warnings_sent(world)),
        (1, 1),
        "told again; the old letter is gone"
    );
    on(world, 2038, 12, 8);
    retain(world);
    assert_eq!(left(world)[1], 1, "its time is over, and its team has had 29 days");
    on(world, 2038, 12, 9);
    retain(world);
    assert_eq!(left(world)[1], 0);
    let outcomes: Vec<String> =
        stones(world).into_iter().filter(|it| it.0 == "concern").map(|it| it.2).collect();
    assert_eq!(outcomes, ["New", "Accepted"]);
}

#[actix_web::test]
async fn a_context_that_opens_again_stays() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let (_, context) = closed(&county, &coordinator).await;
    on(world, 2032, 10, 24);
    retain(world);
    let (_, _, concern) = county.concern();
    let id = context.trim_start_matches("/contexts/");
    let coordinator = again(world, &coordinator);
    coordinator.post(&format!("{concern}/context"), &[("context", id)]).await.path();
    on(world, 2034, 1, 1);
    retain(world);
    assert_eq!(left(world)[..2], [1, 2]);
}

#[actix_web::test]
async fn nothing_of_a_team_goes_before_somebody_was_told() {
    let county = County::new();
    let world = &county.world;
    county.concern();
    // No coordinator, and no county lead: nobody can put it on hold.
    for month in 1..=12 {
        on(world, 2034, month, 1);
        retain(world);
    }
    assert_eq!((left(world)[1], warnings_sent(world)), (1, 0));
    world.county();
    on(world, 2035, 1, 1);
    retain(world);
    on(world, 2035, 1, 30);
    retain(world);
    assert_eq!((left(world)[1], warnings_sent(world)), (1, 1));
    on(world, 2035, 1, 31);
    retain(world);
    assert_eq!(left(world)[1], 0);
}

#[actix_web::test]
async fn a_team_is_told_once_a_month_in_numbers_alone() {
    let county = County::new();
    let world = &county.world;
    let (coordinator, _) = (world.coordinator(county.crawley), world.coordinator(county.crawley));
    closed(&county, &coordinator).await;
    world.later(TimeDelta::days(1));
    county.concern();
    on(world, 2032, 10, 24);
    queue(world);
    on(world, 2032, 10, 25);
    queue(world);
    assert_eq!(warnings_sent(world), 2, "one to each coordinator, of what is due by then");
    on(world, 2032, 11, 1);
    queue(world);
    assert_eq!(warnings_sent(world), 4, "the next month, of the other");
    e4s::mail::deliver::run(&mailbox(world), world.now()).expect("delivers");
    let written: Vec<(Option<String>, Option<String>)> = world.look(|db| {
        let ours = letters::table.filter(letters::kind.eq("warning"));
        Ok(ours.order(letters::queued_at).select((letters::subject, letters::text)).load(db)?)
    });
    let (subject, text) = written.first().cloned().expect("a letter");
    insta::assert_snapshot!(format!("{}\n\n{}", subject.expect("one"), text.expect("one")));
    assert!(!format!("{written:?}").contains("bus station"));
}

/// The same portal, with letters that go to its mailbox.
fn mailbox(world: &World) -> e4s::app::Portal {
    let mut settings = world.portal.settings.clone();
    settings.mail = e4s::config::Mail::Mailbox;
    e4s::app::Portal::open(settings, world.portal.clock.clone()).expect("opens")
}

#[actix_web::test]
async fn drafts_letters_and_people_who_left_go_on_their_day() {
    let county = County::new();
    let world = &county.world;
    let lead = world.dsl(county.school);
    let page = lead.get("/concerns/new").await;
    let hidden = |name| crate::shire::hidden(&page, name).to_owned();
    let form = [("gate", "none"), ("school", &hidden("school")), ("key", &hidden("key"))];
    lead.post("/concerns/new", &form).await.path();
    let counts = || -> [i64; 4] {
        world.look(|db| {
            Ok([
                drafts::table.count().get_result(db)?,
                letters::table.count().get_result(db)?,
                posts::table.count().get_result(db)?,
                sessions::table.count().get_result(db)?,
            ])
        })
    };
    world.house(|deed| {
        e4s::mail::urgent::tell(deed, county.crawley, "none", "C-2222-22")?;
        Ok(())
    });
    let county_lead = world.county();
    world.house(|deed| e4s::mail::urgent::tell(deed, county.crawley, "none", "C-2222-22"));
    assert_eq!(counts(), [1, 1, 2, 2]);
    let address: String =
        world.look(|db| Ok(accounts::table.find(lead.id).select(accounts::email).first(db)?));
    // The last day of the post is the day before.
    world.later(TimeDelta::days(1));
    world.house(|deed| appoint::dismiss(deed, &address));
    on(world, 2026, 12, 22);
    retain(world);
    assert_eq!(counts()[0], 1, "29 days after it was saved");
    on(world, 2026, 12, 23);
    retain(world);
    assert_eq!(counts()[0], 0, "30 days");
    on(world, 2027, 11, 22);
    retain(world);
    assert_eq!(counts(), [0, 1, 2, 2], "a day before the year is over");
    on(world, 2027, 11, 23);
    retain(world);
    assert_eq!(counts(), [0, 0, 1, 1]);
    let (email, name, folded): (String, String, String) = world.look(|db| {
        let what = (accounts::email, accounts::name, accounts::folded);
        Ok(accounts::table.find(lead.id).select(what).first(db)?)
    });
    assert_eq!((email, name), (format!("{}@gone.invalid", lead.id), "A dsl".to_owned()));
    assert_eq!(folded, "a dsl", "nor is the address where names are searched");
    assert_eq!(stones(world).len(), 3, "{:?}", stones(world));
    retain(world);
    assert_eq!(stones(world).len(), 3, "nobody is forgotten twice");
    let left: Vec<e4s::accounts::AccountId> =
        world.look(|db| Ok(posts::table.select(posts::account_id).load(db)?));
    assert_eq!(left, [county_lead.id]);
}

#[actix_web::test]
async fn a_clock_that_jumps_ahead_deletes_nothing_until_an_administrator_says_that_it_is_right() {
    let county = County::new();
    let world = &county.world;
    let (admin, coordinator) = (world.admin(), world.coordinator(county.crawley));
    county.concern();
    on(world, 2032, 10, 24);
    retain(world);
    world.later(TimeDelta::days(7));
    clock::run(&world.portal, world.now()).expect("beats");
    // A week and an hour: far enough to be doubted.
    world.later(TimeDelta::days(23) + TimeDelta::hours(1));
    retain(world);
    clock::run(&world.portal, world.now()).expect("looks");
    retain(world);
    assert_eq!(left(world)[1], 1);
    let (admin, coordinator) = (again(world, &admin), again(world, &coordinator));
    let list = coordinator.get("/retention").await.main();
    assert!(list.contains("The clock says 23 November 2032"), "{list}");
    let page = admin.get("/admin/retention").await;
    assert!(page.main().contains("It really is 23 November 2032 at 1pm"), "{}", page.main());
    let shown = crate::shire::hidden(&page, "shown");
    let early = [("shown", "1795435200")];
    assert_eq!(admin.post("/admin/retention/clock", &early).await.status, 409, "another time");
    assert_eq!(coordinator.post("/admin/retention/clock", &[("shown", shown)]).await.status, 403);
    admin.post("/admin/retention/clock", &[("shown", shown)]).await.path();
    assert!(!admin.get("/admin/retention").await.main().contains("It really is"));
    retain(world);
    assert_eq!(left(world)[1], 0);
    assert!(world.audit().contains(&"clock-confirmed".to_owned()));
    // Back, it may go: that only makes everything later.
    world.later(-TimeDelta::days(400));
    clock::run(&world.portal, world.now()).expect("looks");
    let standing = world.look(|db| clock::standing(db, world.now()));
    assert_eq!(standing, clock::Standing::Right);
}

#[actix_web::test]
async fn a_dry_run_says_what_would_go_and_deletes_nothing() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    closed(&county, &coordinator).await;
    county.concern();
    on(world, 2032, 10, 24);
    retain(world);
    on(world, 2032, 10, 25);
    retain(world);
    on(world, 2032, 11, 23);
    let (before, events) = (left(world), world.audit());
    let plan = world.look(|db| plan::plan(db, &world.portal.settings, world.now()));
    let counts: Vec<(i64, usize)> = plan.lines.iter().map(|it| (it.1, it.2.len())).collect();
    assert_eq!(counts, [(1, 1), (1, 1), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)], "{plan:?}");
    assert!(plan.lines[0].2[0].starts_with("X-") && plan.lines[1].2[0].starts_with("C-"));
    assert_eq!((left(world), world.audit()), (before, events));
    retain(world);
    assert_eq!(left(world), [0; 4], "and that is what goes");
}

#[actix_web::test]
async fn requests_of_people_to_see_what_is_kept_go_after_six_years() {
    let county = County::new();
    let world = &county.world;
    let form = [("words", "Nobody"), ("reference", "SAR 1"), ("reason", "Article 15")];
    assert_eq!(world.county().post("/admin/subject-access", &form).await.status, 200);
    let count = || -> i64 { world.look(|db| Ok(subject_requests::table.count().get_result(db)?)) };
    on(world, 2032, 11, 22);
    retain(world);
    assert_eq!(count(), 1, "a day before");
    on(world, 2032, 11, 23);
    retain(world);
    assert_eq!(count(), 0);
    let gone = ("request".to_owned(), "requests".to_owned(), String::new(), 1);
    assert!(stones(world).contains(&gone), "{:?}", stones(world));
    assert!(world.audit().contains(&"requests-deleted".to_owned()));
}
