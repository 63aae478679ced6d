//! What the reports of a context say together, and what lies near it.

use e4s::concerns::{ConcernId, Harm};

use crate::contexts::context;
use crate::filed::SPOT;
use crate::triage::County;
use crate::world::Person;

type Told = &'static [(&'static str, &'static str)];

/// Adds a concern with these answers to a context.
async fn added(
    county: &County,
    (lead, team): (&Person<'_>, &Person<'_>),
    path: &str,
    (harm, told, at): (Harm, Told, (i32, i32)),
) -> ConcernId {
    let id = county.world.concern_told(lead, (county.crawley, harm), (told, at));
    let into = [("context", path.trim_start_matches("/contexts/"))];
    team.post(&format!("/concerns/{id}/context"), &into).await.path();
    id
}

const FRIDAY: Told = &[
    ("days", "fri"),
    ("days", "sat"),
    ("times", "evening"),
    ("other_harms", "weapons"),
    ("first_seen_day", "4"),
    ("first_seen_month", "9"),
    ("first_seen_year", "2026"),
    ("last_seen_day", "20"),
    ("last_seen_month", "11"),
    ("last_seen_year", "2026"),
    ("guardians", "A warden on Fridays"),
    ("strengths", "There is a club"),
    ("young_people", "It is dry there"),
];
const AFTERNOON: Told = &[("days", "fri"), ("times", "evening"), ("times", "after_school")];

#[actix_web::test]
async fn the_reports_are_read_together_and_that_is_written_down_of_each() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let ash = world.dsl(world.school(100_002, "Ash Vale School", "E07000226"));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let friday = (Harm::Robbery, FRIDAY, SPOT);
    let id = added(&county, (&ash, &team), &path, friday).await;
    added(&county, (&lead, &team), &path, (Harm::Robbery, AFTERNOON, SPOT)).await;

    let at = format!("{path}/together");
    let page = team.get(&at).await;
    let main = page.main();
    for words in [
        "3 reports from 2 schools. First seen on 4 September 2026, last seen on 20 November 2026.",
        "Most often: Friday, in the evening, 6pm to 10pm (2 reports). 1 report names no day or no time.",
        "Friday\n0\n0\n0\n1\n2\n0",
        "Saturday\n0\n0\n0\n0\n1\n0",
        "Robbery\n2\n0",
        "Weapons\n0\n1",
        "All in November 2026.",
        "A warden on Fridays\nAsh Vale School",
        "There is a club",
        "It is dry there",
        "Elm Bank School\n2",
    ] {
        assert!(main.contains(words), "{words}: {main}");
    }
    assert!(page.body.contains("e4s-heat__cell--4\">2<"), "the fullest time is the deepest shade");
    let county_reads = world.county().get(&at).await.main();
    assert!(county_reads.contains("A warden on Fridays"), "{county_reads}");
    assert!(!county_reads.contains("Ash Vale"), "schools are the team’s to read: {county_reads}");
    assert_eq!(world.coordinator(county.horsham).get(&at).await.status, 404);

    assert_eq!(world.audit().iter().filter(|it| *it == "concern-gathered").count(), 6);
    let concern = ash.get(&format!("/concerns/{id}")).await.main();
    assert!(concern.contains("together with others of its context"), "{concern}");
}

#[actix_web::test]
async fn more_reports_than_are_opened_at_a_time_are_said_to_be_cut() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let id = path.trim_start_matches("/contexts/").to_owned();
    world.concerns(&lead, county.crawley, (205, "The ramp"));
    world.house(|deed| {
        diesel::RunQueryDsl::execute(
            diesel::sql_query(format!(
                "INSERT INTO context_concerns (concern_id, context_id, linked_at) SELECT id, '{id}', raised_at \
                 FROM concerns WHERE id NOT IN (SELECT concern_id FROM context_concerns)"
            )),
            deed.db,
        )?;
        Ok(())
    });
    let main = team.get(&format!("{path}/together")).await.main();
    assert!(main.contains("This page speaks of 200 of 206 reports"), "{main}");
    let show = team.get(&path).await.main();
    assert!(
        show.contains("See what the 206 reports say together")
            && show.contains("6 more are not shown")
    );
}

#[actix_web::test]
async fn contexts_within_500_metres_or_with_the_same_harm_are_named_and_no_other_teams() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let theirs = world.coordinator(county.horsham);
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let new = |team, at, harm| world.concern_told(&lead, (team, harm), (&[], at));
    let near = (SPOT.0 + 240, SPOT.1);
    let far = (SPOT.0 + 3_000, SPOT.1);
    for (by, of, harm, at, label) in [
        (&team, county.crawley, Harm::Weapons, near, "Arcade"),
        (&team, county.crawley, Harm::Weapons, far, "Quarry"),
        (&team, county.crawley, Harm::AntisocialBehaviour, far, "Station"),
        (&theirs, county.horsham, Harm::AntisocialBehaviour, near, "Foreign"),
    ] {
        let form = [("context", "new"), ("label", label), ("kind", "location")];
        by.post(&format!("/concerns/{}/context", new(of, at, harm)), &form).await.path();
    }
    let main = team.get(&format!("{path}/together")).await.main();
    assert!(main.contains("Arcade\nScreened") && main.contains("about 250 metres away"), "{main}");
    assert!(main.contains("Station") && main.contains("same harm: antisocial behaviour"), "{main}");
    assert!(!main.contains("Quarry") && !main.contains("Foreign"), "{main}");
}

#[actix_web::test]
async fn each_candidate_says_why_it_is_one_and_the_likeliest_is_first() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let begin = async |label: &str, harm, told: Told, at| {
        let id = world.concern_told(&lead, (county.crawley, harm), (told, at));
        let form = [("context", "new"), ("label", label), ("kind", "location")];
        team.post(&format!("/concerns/{id}/context"), &form).await.path().to_owned()
    };
    begin("Quarry", Harm::Hate, &[], (SPOT.0 + 9_000, SPOT.1)).await;
    begin("Arcade", Harm::Robbery, FRIDAY, (SPOT.0 + 160, SPOT.1)).await;
    begin("Bus station", Harm::Hate, &[], (SPOT.0 + 5_000, SPOT.1)).await;
    let told = [("name", "The old station"), ("days", "fri"), ("times", "evening")];
    let id = world.concern_told(&lead, (county.crawley, Harm::Robbery), (&told, SPOT));
    let page = team.get(&format!("/concerns/{id}/context")).await.main();
    let at = |label: &str| page.find(label).expect(label);
    assert!(at("Arcade") < at("Bus station") && at("Bus station") < at("Quarry"), "{page}");
    for words in [
        "Why: about 150 metres away; same harm: robbery; same times: Friday, in the evening, 6pm to 10pm.",
        "Why: also called “station”.",
        "Nothing in common but the team.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[actix_web::test]
async fn from_three_schools_on_each_reads_that_it_is_not_the_only_one() {
    let county = County::new();
    let world = &county.world;
    let team = world.coordinator(county.crawley);
    let lead = world.dsl(county.school);
    let ash = world.dsl(world.school(100_002, "Ash Vale School", "E07000226"));
    let oak = world.dsl(world.school(100_003, "Oak Lea School", "E07000226"));
    let (concern, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let theirs = async |person: &Person<'_>| {
        added(&county, (person, &team), &path, (Harm::Robbery, &[], SPOT)).await
    };
    let not_alone = "You are not the only one: other schools have raised the same.";
    theirs(&ash).await;
    theirs(&ash).await;
    let page = lead.get(&concern).await.main();
    assert!(!page.contains(not_alone), "two schools could work out who the other is: {page}");
    let last = theirs(&oak).await;
    for (person, at) in [(&lead, concern), (&oak, format!("/concerns/{last}"))] {
        let page = person.get(&at).await.main();
        assert!(page.contains(not_alone), "{page}");
        assert!(!page.contains("Ash Vale"), "and not which: {page}");
    }
}
