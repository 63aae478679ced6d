//! Legal holds: what is held is never deleted, and two people lift it.

use diesel::prelude::*;
use e4s::accounts::{Role, appoint};
use e4s::seal::{HOUSE, Sealed};
use e4s::store::schema::*;

use crate::doctor::seat;
use crate::retention::{again, closed, left, on, retain};
use crate::shire::hidden;
use crate::triage::County;
use crate::world::{Person, World};

const WHY: [(&str, &str); 1] = [("reason", "Inquiry 12 of the safeguarding partnership")];

/// Years go by, with a letter each month and the chore after it.
fn pass(world: &World, year: i32) {
    for (month, date) in [(1, 1), (2, 2), (3, 5)] {
        on(world, year, month, date);
        retain(world);
    }
}

async fn ask(person: &Person<'_>, path: &str, decision: &str) -> u16 {
    let page = person.get(&format!("{path}/hold")).await;
    let form = [("decision", decision), ("seen", hidden(&page, "seen"))];
    person.post(&format!("{path}/hold/lift"), &form).await.status.as_u16()
}

#[actix_web::test]
async fn what_is_on_hold_stays_and_two_people_lift_it() {
    let county = County::new();
    let world = &county.world;
    let (first, second) = (world.coordinator(county.crawley), world.coordinator(county.crawley));
    let (_, _, path) = county.concern();
    first.post(&format!("{path}/hold"), &WHY).await.path();
    let page = second.get(&path).await.main();
    assert!(page.contains("On legal hold since 23 November 2026"), "{page}");
    let page = second.get(&format!("{path}/hold")).await.main();
    assert!(page.contains("Inquiry 12") && page.contains("A coordinator"), "{page}");
    assert_eq!(
        first.post(&format!("{path}/hold"), &WHY).await.status,
        409,
        "it is on hold already"
    );
    let nobody = [("decision", "keep"), ("seen", "")];
    let kept = second.post(&format!("{path}/hold/lift"), &nobody).await;
    assert_eq!(kept.status, 409, "nobody has asked to lift it");

    pass(world, 2033);
    assert_eq!(left(world)[1], 1, "held");
    let (first, second) = (again(world, &first), again(world, &second));
    assert!(first.get("/retention").await.main().contains("Not while it is on hold"));
    assert_eq!(ask(&first, &path, "lift").await, 303);
    assert_eq!(ask(&first, &path, "lift").await, 409, "nobody confirms their own word");
    pass(world, 2034);
    assert_eq!(left(world)[1], 1, "one person is not enough");
    let (first, second) = (again(world, &first), again(world, &second));
    assert_eq!(ask(&second, &path, "keep").await, 303);
    assert_eq!(ask(&second, &path, "lift").await, 303);
    let stale = [("decision", "lift"), ("seen", "")];
    assert_eq!(first.post(&format!("{path}/hold/lift"), &stale).await.status, 409, "not as seen");
    assert_eq!(ask(&first, &path, "lift").await, 303);
    assert!(first.get(&path).await.main().contains("Put it on legal hold"));
    let page = first.get(&format!("{path}/hold?done=lift")).await;
    assert!(!page.body.contains("Inquiry 12"), "it stands no more: {}", page.main());
    assert!(page.main().contains("The hold was lifted"), "{}", page.main());
    assert!(page.main().contains("Put it on hold again"), "the form is shut");
    let page = first.get(&format!("{path}/hold")).await.main();
    assert!(!page.contains("lifted") && page.contains("Why is it still needed"), "{page}");

    on(world, 2034, 4, 1);
    retain(world);
    assert_eq!(left(world)[1], 1, "the team is told first");
    on(world, 2034, 5, 1);
    retain(world);
    assert_eq!(left(world)[1], 0);
    let reasons: i64 = world.look(|db| Ok(holds::table.count().get_result(db)?));
    assert_eq!(reasons, 0, "why it was held goes with it");
    let holds: Vec<String> =
        world.audit().into_iter().filter(|it| it.starts_with("hold-")).collect();
    assert_eq!(
        holds,
        ["hold-put", "hold-lift-asked", "hold-kept", "hold-lift-asked", "hold-lifted"]
    );
}

#[actix_web::test]
async fn a_warning_from_before_a_hold_is_worth_nothing_after_it() {
    let county = County::new();
    let world = &county.world;
    let (first, second) = (world.coordinator(county.crawley), world.county());
    let (_, _, path) = county.concern();
    on(world, 2032, 10, 24);
    retain(world);
    let (first, second) = (again(world, &first), again(world, &second));
    first.post(&format!("{path}/hold"), &WHY).await.path();
    assert_eq!(ask(&second, &path, "lift").await, 303);
    assert_eq!(ask(&first, &path, "lift").await, 303, "the county’s lead and a coordinator");
    // The letter of this month has gone out, and does not count any more.
    on(world, 2032, 10, 25);
    retain(world);
    on(world, 2032, 11, 24);
    retain(world);
    assert_eq!(left(world)[1], 1, "its 30 days begin with the next letter");
    on(world, 2032, 12, 24);
    retain(world);
    assert_eq!(left(world)[1], 0);
}

#[actix_web::test]
async fn a_warning_from_before_a_hold_on_one_of_its_concerns_is_worth_nothing_for_a_context() {
    let county = County::new();
    let world = &county.world;
    let (first, second) = (world.coordinator(county.crawley), world.county());
    let (concern, _) = closed(&county, &first).await;
    on(world, 2032, 10, 24);
    retain(world);
    let (first, second) = (again(world, &first), again(world, &second));
    first.post(&format!("{concern}/hold"), &WHY).await.path();
    assert_eq!(ask(&second, &concern, "lift").await, 303);
    assert_eq!(ask(&first, &concern, "lift").await, 303);
    on(world, 2032, 10, 25);
    retain(world);
    on(world, 2032, 11, 24);
    retain(world);
    assert_eq!(left(world)[..2], [1, 1], "its 30 days begin with the next letter");
    on(world, 2032, 12, 24);
    retain(world);
    assert_eq!(left(world)[..2], [0, 0]);
}

#[actix_web::test]
async fn a_held_concern_holds_its_context_and_a_held_context_its_concerns() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let (concern, _) = closed(&county, &coordinator).await;
    let (_, context) = closed(&county, &coordinator).await;
    closed(&county, &coordinator).await;
    coordinator.post(&format!("{concern}/hold"), &WHY).await.path();
    coordinator.post(&format!("{context}/hold"), &WHY).await.path();
    assert!(coordinator.get(&context).await.main().contains("On legal hold since"));
    pass(world, 2033);
    assert_eq!(left(world)[..2], [2, 2], "the third went");
    let list = again(world, &coordinator).get("/retention").await.main();
    assert_eq!(list.matches("Not while it is on hold").count(), 2, "{list}");
    let others = world.coordinator(county.horsham).get("/retention").await.body;
    assert!(!others.contains(&concern) && !others.contains(&context), "{others}");
    let admin = world.admin().get("/admin/retention").await.main();
    assert!(admin.contains("Closed context\nCrawley\n2\n2"), "{admin}");
}

#[actix_web::test]
async fn a_hold_is_put_with_a_reason_by_those_whose_record_it_is() {
    let county = County::new();
    let world = &county.world;
    let (lead, _, path) = county.concern();
    let coordinator = world.coordinator(county.crawley);
    for (reason, fault) in [
        (" ".to_owned(), "Enter why it is still needed"),
        ("x".repeat(2001), "The reason must be 2,000 characters or fewer"),
    ] {
        let page = coordinator.post(&format!("{path}/hold"), &[("reason", &reason)]).await;
        assert_eq!(page.status, 422);
        assert!(
            page.main().contains(fault) && page.body.contains(reason.trim()),
            "{}",
            page.main()
        );
    }
    let other = world.coordinator(county.horsham);
    for at in ["hold", "hold/lift"] {
        assert_eq!(other.post(&format!("{path}/{at}"), &WHY).await.status, 404, "{at}");
        assert_eq!(lead.post(&format!("{path}/{at}"), &WHY).await.status, 403, "{at}");
        assert_eq!(world.admin().post(&format!("{path}/{at}"), &WHY).await.status, 403, "{at}");
    }
    assert_eq!(other.get(&format!("{path}/hold")).await.status, 404);
    assert_eq!(coordinator.post(&format!("{path}/hold/lift"), &[]).await.status, 409, "none");
    coordinator.post(&format!("{path}/hold"), &WHY).await.path();
    let kept: Vec<String> = world.look(|db| Ok(holds::table.select(holds::reason).load(db)?));
    assert!(kept.len() == 1 && !kept[0].contains("Inquiry"), "{kept:?}");
}

#[actix_web::test]
async fn somebody_who_reads_a_concern_as_its_reporter_puts_no_hold_on_it() {
    let county = County::new();
    let world = &county.world;
    let (lead, _, path) = county.concern();
    let other = seat(Role::Coordinator, None, Some(county.horsham));
    world.house(|deed| appoint::appoint(deed, lead.id, &other, None));
    let both = world.signed_in(lead.id);
    assert_eq!(both.get(&path).await.status, 200);
    assert_eq!(both.get(&format!("{path}/hold")).await.status, 404);
    assert_eq!(both.post(&format!("{path}/hold"), &WHY).await.status, 404);
}

#[actix_web::test]
async fn a_concern_that_is_passed_on_takes_its_hold_along() {
    let county = County::new();
    let world = &county.world;
    let (old, new) = (world.coordinator(county.crawley), world.coordinator(county.horsham));
    let (_, _, path) = county.concern();
    old.post(&format!("{path}/hold"), &WHY).await.path();
    let horsham = county.horsham.to_string();
    let form = [("team", horsham.as_str()), ("reason", "The stop is in Horsham.")];
    old.post(&format!("{path}/redirect"), &form).await.path();
    let page = new.get(&format!("{path}/hold")).await.main();
    assert!(page.contains("Inquiry 12 of the safeguarding partnership"), "{page}");
    assert_eq!(old.get(&format!("{path}/hold")).await.status, 404);
    let kept: Vec<Sealed> = world.look(|db| Ok(holds::table.select(holds::reason).load(db)?));
    assert_eq!(kept[0].owner(), Some(HOUSE), "the old team’s key does not open it");
}
