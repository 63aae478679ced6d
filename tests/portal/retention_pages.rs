//! The pages about what is kept: who sees what falls due, what became of what is gone, the register.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use e4s::config::Settings;

use crate::retention::{again, closed, left, on, retain, stones};
use crate::triage::County;
use crate::world::World;

/// The reference of the record that a page is about.
async fn reference(world: &World, reader: &crate::world::Person<'_>, path: &str) -> String {
    let page = again(world, reader).get(path).await.main();
    page.lines().find(|it| it.starts_with("C-") || it.starts_with("X-")).expect("one").to_owned()
}

#[actix_web::test]
async fn a_team_sees_its_own_records_by_reference_and_the_county_and_administrators_see_numbers() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let (other, lead, admin) = (world.coordinator(county.horsham), world.county(), world.admin());
    let (_, context) = closed(&county, &coordinator).await;
    let name = reference(world, &coordinator, &context).await;
    let empty = coordinator.get("/retention").await.main();
    assert!(!empty.contains(&name) && empty.contains("None in the next 30 days."), "{empty}");
    on(world, 2032, 10, 24);
    let [coordinator, other, lead, admin] =
        [coordinator, other, lead, admin].map(|it| again(world, &it));
    let page = coordinator.get("/retention").await.main();
    assert!(page.contains(&name) && page.contains("30 days after the next letter"), "{page}");
    retain(world);
    let page = coordinator.get("/retention").await.main();
    assert!(page.contains("From 23 November 2032") && !page.contains("bus station"), "{page}");
    assert!(!other.get("/retention").await.main().contains(&name));
    assert!(lead.get("/retention").await.main().contains(&name));
    for reader in [&lead, &admin] {
        let page = reader.get("/admin/retention").await.main();
        assert!(page.contains("Closed context\nCrawley\n1\n0"), "{page}");
        assert!(!page.contains(&name), "{page}");
    }
    for (reader, path) in [(&admin, "/retention"), (&coordinator, "/admin/retention")] {
        assert_eq!(reader.get(path).await.status, 403, "{path}");
    }
}

#[actix_web::test]
async fn what_falls_due_is_paged_without_loss_or_doubling() {
    let county = County::new();
    let world = &county.world;
    let (coordinator, lead) = (world.coordinator(county.crawley), world.dsl(county.school));
    for number in 0..60 {
        if number % 7 == 0 {
            world.later(TimeDelta::seconds(1));
        }
        world.concern(&lead, county.crawley, "A place");
    }
    on(world, 2032, 11, 1);
    for reader in [again(world, &coordinator), world.county()] {
        let (mut names, mut next) = (Vec::new(), Some("/retention".to_owned()));
        while let Some(path) = next {
            let page = reader.get(&path).await;
            names.extend(page.main().lines().filter(|it| it.starts_with("C-")).map(str::to_owned));
            next = page.next();
        }
        names.retain(|it| it != "C-7KQ4-M2");
        assert_eq!(names.len(), 60);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 60);
    }
}

#[actix_web::test]
async fn the_tombstone_answers_what_became_of_a_concern_for_its_team_and_nobody_else() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let other = world.coordinator(county.horsham);
    let (concern, _) = closed(&county, &coordinator).await;
    let name = reference(world, &coordinator, &concern).await;
    on(world, 2032, 10, 24);
    retain(world);
    on(world, 2032, 11, 23);
    retain(world);
    assert_eq!(left(world), [0; 4]);
    let path = format!("/retention?reference={}", name.to_lowercase());
    let page = again(world, &coordinator).get(&path).await.main();
    let answer = format!(
        "{name} was deleted on 23 November 2032. Concern of 2026, in a context that was closed. Rule: kept 6 years after \
         closing."
    );
    assert!(page.contains(&answer), "{page}");
    let page = again(world, &other).get(&path).await.main();
    assert!(page.contains("has been deleted from your teams") && !page.contains("2032"), "{page}");
}

#[actix_web::test]
async fn the_register_of_a_year_adds_up() {
    let county = County::new();
    let world = &county.world;
    let (crawley, horsham) = (world.coordinator(county.crawley), world.coordinator(county.horsham));
    closed(&county, &crawley).await;
    closed(&county, &crawley).await;
    let lead = world.dsl(county.school);
    world.concern(&lead, county.horsham, "The footpath");
    on(world, 2032, 10, 24);
    retain(world);
    on(world, 2032, 11, 23);
    retain(world);
    drop(horsham);
    let total: i32 = stones(world).iter().map(|it| it.3).sum();
    assert_eq!(total, 5, "{:?}", stones(world));
    let admin = world.admin();
    let page = admin.get("/admin/retention/2032").await.main();
    assert!(page.contains("5 in all"), "{page}");
    let file = admin.get("/admin/retention/2032.csv").await;
    assert_eq!(
        file.body,
        "Kind,Rule,Team,Deleted\nContext,Closed context,Crawley,2\nConcern,Closed context,Crawley,2\n\
         Concern,Concern in no context,Horsham,1\n"
    );
    assert!(admin.get("/admin/retention").await.main().contains("2032"));
    assert!(admin.get("/admin/retention/2031").await.main().contains("Nothing was deleted"));
    for wrong in ["/admin/retention/1", "/admin/retention/x", "/admin/retention/99999.csv"] {
        assert_eq!(admin.get(wrong).await.status, 404, "{wrong}");
    }
    world.later(TimeDelta::minutes(6));
    let asked = admin.get("/admin/retention/2032.csv").await;
    assert_eq!(asked.path(), "/prove?back=admin/retention/2032.csv", "with a fresh proof");
    assert_eq!(admin.get("/admin/retention/2032").await.status, 200, "reading needs none");
}

#[test]
fn a_wrong_time_to_keep_stops_the_start() {
    for (name, value) in
        [("keep_drafts", "soon"), ("keep_closed", "0 years"), ("keep_unlinked", "6 months")]
    {
        let values = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let told = Settings::of(&values).expect_err("refused").to_string();
        assert!(told.contains(name) && told.contains("For example"), "{told}");
    }
    let values = BTreeMap::from([("keep_closed".to_owned(), "90 days".to_owned())]);
    assert_eq!(Settings::of(&values).expect("settings").keep_closed.to_string(), "90 days");
}
