//! Two contexts that turn out to be one.

use crate::contexts::context;
use crate::goals::{day, form, goal};
use crate::shire::hidden;
use crate::triage::{County, seen};
use crate::world::{Answer, Person};

fn id(path: &str) -> &str {
    path.trim_start_matches("/contexts/")
}

/// Looks at both, and makes them one.
async fn merged(team: &Person<'_>, one: &str, other: &str, stays: &str) -> Answer {
    let page = team.get(&format!("{one}/merge?with={}", id(other))).await;
    let (mark, theirs) = (seen(&page), hidden(&page, "with_seen"));
    let form = [("with", id(other)), ("stays", id(stays)), ("seen", &mark), ("with_seen", theirs)];
    team.post(&format!("{one}/merge"), &form).await
}

#[actix_web::test]
async fn everything_goes_to_the_one_that_stays_and_the_other_leads_there() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let people = (&lead, &team);
    let (concern, goes) = context(world, people, county.crawley, "Skate park ramp").await;
    let (_, stays) = context(world, people, county.crawley, "Skate park").await;
    let (_, third) = context(world, people, county.crawley, "Arcade").await;
    let set = goal(&team, &goes, "The ramp is lit").await;
    let what = [("what", "Incidents"), ("unit", "a week"), ("wanted", "fewer"), ("amount", "5")];
    let taken = [day("taken", ("1", "11", "2026"))];
    team.post(&format!("{set}/measure"), &form(&what, &taken)).await.path();
    for (path, words) in [(&goes, "A warden on Fridays"), (&stays, "The kiosk")] {
        let form = [("words", words), ("version", "0")];
        team.post(&format!("{path}/assessment/guardianship"), &form).await.path();
    }
    let form = [("words", "Vaping is allowed outside"), ("version", "0")];
    team.post(&format!("{goes}/assessment/environment"), &form).await.path();
    let was = team.get(&goes).await.main();
    let reference = was.lines().find(|it| it.starts_with("X-")).expect("a reference").to_owned();

    let choice = team.get(&format!("{goes}/merge")).await.main();
    let (alike, other) = (choice.find("Skate park"), choice.find("Arcade"));
    assert!(alike < other && alike.is_some(), "the likeliest first: {choice}");
    assert_eq!(merged(&team, &goes, &stays, &stays).await.path(), stays);

    assert_eq!(team.get(&goes).await.path(), stays, "its address leads there");
    assert_eq!(team.get(&format!("{concern}/context")).await.path(), stays);
    let show = team.get(&stays).await.main();
    for words in [
        "The ramp is lit",
        "5 a week on 1 November 2026",
        "The kiosk",
        "A warden on Fridays",
        "Vaping is allowed outside",
        &format!("Merged into it\n{reference}"),
        &format!("{reference} was merged into this one: Skate park ramp"),
        "See what the 2 reports say together",
    ] {
        assert!(show.contains(words), "{words}: {show}");
    }
    let list = team.get("/contexts?state=all").await.main();
    assert!(list.contains("Merged into another"), "{list}");
    let choice = team.get(&format!("{third}/merge")).await.main();
    assert!(!choice.contains(&reference), "what was merged is not offered again: {choice}");
    assert_eq!(world.audit().iter().filter(|it| *it == "context-merged").count(), 2);

    let again = team.post(&format!("{goes}/state"), &[("state", "screened")]).await;
    assert_eq!(again.status, 409, "it does not open by itself any more");
    let (_, _, later) = county.concern();
    let into = team.post(&format!("{later}/context"), &[("context", id(&goes))]).await;
    assert_eq!(into.status, 422, "and takes no concern");
}

#[actix_web::test]
async fn nothing_is_merged_when_one_of_the_two_has_changed_meanwhile() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, one) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let (_, other) = context(world, (&lead, &team), county.crawley, "The ramp").await;
    let page = team.get(&format!("{one}/merge?with={}", id(&other))).await;
    let (mark, theirs) = (seen(&page), hidden(&page, "with_seen"));
    team.post(&format!("{other}/state"), &[("state", "scheduled")]).await.path();
    let form = [("with", id(&other)), ("stays", id(&one)), ("seen", &mark), ("with_seen", theirs)];
    let late = team.post(&format!("{one}/merge"), &form).await;
    assert_eq!(late.status, 409);
    assert!(late.main().contains("One of the two has changed"), "{}", late.main());
    let unmarked = [("with", id(&other)), ("stays", id(&one))];
    assert_eq!(team.post(&format!("{one}/merge"), &unmarked).await.status, 409, "without marks");
    assert_eq!(team.get(&other).await.status, 200, "it is still there");
    let none = [("with", id(&other)), ("seen", &mark), ("with_seen", theirs)];
    let none = team.post(&format!("{one}/merge"), &none).await;
    assert_eq!(none.status, 422);
    assert!(none.main().contains("Choose which of the two stays"), "{}", none.main());
}

#[actix_web::test]
async fn one_that_is_set_for_a_meeting_goes_into_no_other() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, one) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let (_, other) = context(world, (&lead, &team), county.crawley, "The ramp").await;
    team.post(&format!("{other}/state"), &[("state", "scheduled")]).await.path();
    let refused = merged(&team, &one, &other, &one).await;
    assert_eq!(refused.status, 422);
    let why = "is set for a meeting: let it stay, or take it off the agenda first";
    assert!(refused.main().contains(why), "{}", refused.main());
    assert_eq!(merged(&team, &one, &other, &other).await.path(), other, "the other way round");
}

#[actix_web::test]
async fn contexts_of_two_teams_stay_apart_and_the_page_says_what_to_do() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let theirs = world.coordinator(county.horsham);
    let (_, ours) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let (_, foreign) = context(world, (&lead, &theirs), county.horsham, "Skate park").await;
    let reference = theirs.get(&foreign).await.main();
    let reference = reference.lines().find(|it| it.starts_with("X-")).expect("one").to_owned();
    for asked in [format!("with={}", id(&foreign)), format!("with=other&reference={reference}")] {
        let page = team.get(&format!("{ours}/merge?{asked}")).await;
        assert_eq!(page.status, 422, "{asked}");
        assert!(page.main().contains("No other context of your team has this reference"));
        assert!(page.main().contains("closes its own as “Transferred”"), "{}", page.main());
        assert!(!page.body.contains("Horsham"), "not even whose it is: {}", page.main());
    }
    let empty = team.get(&format!("{ours}/merge?with=other")).await;
    assert!(empty.main().contains("Enter the other one’s reference"), "{}", empty.main());
    let form = [("with", id(&foreign)), ("stays", id(&ours))];
    assert_eq!(team.post(&format!("{ours}/merge"), &form).await.status, 404);

    // Somebody of both teams reads whose it is; it stays apart all the same.
    world.house(|deed| {
        let post = e4s::accounts::Post {
            role: e4s::accounts::Role::Coordinator,
            school: None,
            team: Some(county.horsham),
        };
        e4s::accounts::appoint::appoint(deed, team.id, &post, None)
    });
    let both = world.signed_in(team.id);
    let page = both.get(&format!("{ours}/merge?with={}", id(&foreign))).await;
    assert_eq!(page.status, 422);
    assert!(page.main().contains("is Horsham’s. They belong to two teams"), "{}", page.main());
    let [one, two] = [both.get(&ours).await, both.get(&foreign).await].map(|it| seen(&it));
    let form = [("with", id(&foreign)), ("stays", id(&ours)), ("seen", &one), ("with_seen", &two)];
    assert_eq!(both.post(&format!("{ours}/merge"), &form).await.status, 422);
    assert_eq!(both.get(&foreign).await.status, 200);
}

#[actix_web::test]
async fn what_is_on_hold_or_closed_is_not_lost_in_a_merging() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, one) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let (_, other) = context(world, (&lead, &team), county.crawley, "The ramp").await;
    team.post(&format!("{other}/hold"), &[("reason", "An inquiry.")]).await.path();
    let held = merged(&team, &one, &other, &one).await;
    assert_eq!(held.status, 422);
    assert!(held.main().contains("is on legal hold: let it stay"), "{}", held.main());
    let close = [("state", "closed"), ("outcome", "stepped_down"), ("reason", "Done.")];
    team.post(&format!("{other}/state"), &close).await.path();
    let closed = merged(&team, &one, &other, &other).await;
    assert_eq!(closed.status, 422);
    assert!(closed.main().contains("is closed: let the other one stay"), "{}", closed.main());
}
