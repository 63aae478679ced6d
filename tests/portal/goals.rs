//! What a team wants to become true of a context, and what is done towards it.

use e4s::concerns::Harm;

use crate::contexts::context;
use crate::triage::{County, seen};
use crate::world::Person;

/// Sets a goal in words of its own, and says where it is.
pub async fn goal(team: &Person<'_>, context: &str, words: &str) -> String {
    let form = [("indicator", "own"), ("words", words)];
    team.post(&format!("{context}/goals/new"), &form).await.path().to_owned()
}

/// The fields of a day.
pub fn day(name: &str, (day, month, year): (&str, &str, &str)) -> Vec<(String, String)> {
    let parts = [("day", day), ("month", month), ("year", year)];
    parts.map(|(part, it)| (format!("{name}_{part}"), it.to_owned())).to_vec()
}

/// Fields and days as a form sends them.
pub fn form<'a>(
    fields: &[(&'a str, &'a str)],
    days: &'a [Vec<(String, String)>],
) -> Vec<(&'a str, &'a str)> {
    let days = days.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()));
    fields.iter().copied().chain(days).collect()
}

#[actix_web::test]
async fn a_goal_is_chosen_from_what_fits_the_harm_or_written_in_own_words() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let id = world.concern_told(&lead, (county.crawley, Harm::Weapons), (&[], (1, 1)));
    let new = [("context", "new"), ("label", "Skate park"), ("kind", "location")];
    let path = team.post(&format!("/concerns/{id}/context"), &new).await.path().to_owned();

    let page = team.get(&format!("{path}/goals/new")).await.main();
    let (fits, general) =
        (page.find("feel no need to carry"), page.find("say that they feel safe"));
    assert!(fits < general && fits.is_some(), "what fits the harm is first: {page}");
    assert!(!page.contains("Alcohol, drugs and vapes"), "another harm's is not offered");

    for (form, fault) in [
        (vec![], "Choose what should become true, or that you write it"),
        (vec![("indicator", "unknown")], "Choose what should become true"),
        (vec![("indicator", "own"), ("words", "  ")], "Enter what should become true"),
    ] {
        let again = team.post(&format!("{path}/goals/new"), &form).await;
        assert_eq!(again.status, 422);
        assert!(again.main().contains(fault), "{}", again.main());
    }
    let long = "a".repeat(501);
    let again =
        team.post(&format!("{path}/goals/new"), &[("indicator", "own"), ("words", &long)]).await;
    assert!(again.status == 422 && again.body.contains(&long), "it comes back whole");

    let chosen = team.post(&format!("{path}/goals/new"), &[("indicator", "no_weapons")]).await;
    let chosen = team.get(chosen.path()).await.main();
    assert!(chosen.contains("Young people feel no need to carry anything"), "{chosen}");
    goal(&team, &path, "The ramp is lit and watched").await;
    let show = team.get(&path).await.main();
    for words in ["Young people feel no need", "The ramp is lit and watched", "no measure yet"] {
        assert!(show.contains(words), "{words}: {show}");
    }
    assert_eq!(world.audit().iter().filter(|it| *it == "context-goal-set").count(), 2);
}

#[actix_web::test]
async fn a_response_has_an_owner_a_kind_and_days_and_is_done_once() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let goal = goal(&team, &path, "The ramp is lit").await;

    let bad = [day("from", ("31", "2", "2026")), day("until", ("1", "x", "2026"))];
    let again = team.post(&format!("{goal}/response"), &form(&[("what", "New lamps")], &bad)).await;
    assert_eq!(again.status, 422);
    for fault in ["Enter who sees to it", "Choose what kind of response", "Enter a real date"] {
        assert!(again.main().contains(fault), "{fault}: {}", again.main());
    }
    assert!(again.main().contains("New lamps") && again.body.contains("value=\"31\""));
    let what = [("what", "New lamps"), ("owner", "Parks team"), ("sort", "environment")];
    let turned = [day("from", ("3", "11", "2026")), day("until", ("2", "11", "2026"))];
    let again = team.post(&format!("{goal}/response"), &form(&what, &turned)).await;
    assert!(again.main().contains("It must end on the day on which it begins, or later"));

    let days = [day("from", ("1", "11", "2026")), day("until", ("20", "11", "2026"))];
    assert_eq!(team.post(&format!("{goal}/response"), &form(&what, &days)).await.path(), goal);
    let page = team.get(&goal).await;
    for words in ["New lamps", "Parks team", "The place itself", "its time is over"] {
        assert!(page.main().contains(words), "{words}: {}", page.main());
    }
    let (_, main) = page.body.split_once("<main").expect("a page");
    let (_, action) = main.split_once("action=\"").expect("a form");
    let done = action.split('"').next().expect("an address").to_owned();
    assert!(done.ends_with("/done"), "{done}");
    assert_eq!(team.post(&done, &[]).await.path(), goal);
    assert!(team.get(&goal).await.main().contains("Done on 23 November 2026"));
    assert_eq!(team.post(&done, &[]).await.status, 409, "once");
    assert!(team.get(&path).await.main().contains("1 response done."));
}

#[actix_web::test]
async fn two_who_settle_a_goal_at_once_are_told_of_one_another() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let colleague = world.coordinator(county.crawley);
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let goal = goal(&team, &path, "The ramp is lit").await;
    let page = team.get(&goal).await;
    let mark = seen(&page);
    let settle = format!("{goal}/standing");
    let met = [("standing", "met"), ("seen", mark.as_str())];
    assert_eq!(colleague.post(&settle, &met).await.path(), goal);
    let late = team.post(&settle, &[("standing", "set_aside"), ("seen", &mark)]).await;
    assert_eq!(late.status, 409);
    assert!(late.main().contains("This goal has changed since you opened it"), "{}", late.main());
    assert!(late.main().contains("Met"), "and it stands as the first one said");
    assert_eq!(team.post(&settle, &[]).await.status, 422);
}

#[actix_web::test]
async fn nobody_but_the_team_changes_anything_and_nobody_at_all_in_a_closed_context() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let (_, second) = context(world, (&lead, &team), county.crawley, "Arcade").await;
    let goal = goal(&team, &path, "The ramp is lit").await;
    let new = [("indicator", "feel_safe")];
    let (reader, stranger) = (world.county(), world.coordinator(county.horsham));
    let page = reader.get(&path).await.main();
    assert!(page.contains("The ramp is lit") && !page.contains("Set a goal"), "{page}");
    assert_eq!(reader.post(&format!("{path}/goals/new"), &new).await.status, 403);
    assert_eq!(stranger.post(&format!("{path}/goals/new"), &new).await.status, 404);
    assert_eq!(stranger.get(&goal).await.status, 404);
    // Somebody who reads every team's as the county, and coordinates another team.
    let post = e4s::accounts::Post { role: e4s::accounts::Role::County, school: None, team: None };
    world.house(|deed| e4s::accounts::appoint::appoint(deed, stranger.id, &post, None));
    let both = world.signed_in(stranger.id);
    assert!(both.get(&goal).await.main().contains("The ramp is lit"));
    for (at, form) in [
        (format!("{path}/goals/new"), vec![("indicator", "feel_safe")]),
        (format!("{goal}/standing"), vec![("standing", "met")]),
        (format!("{path}/assessment/guardianship"), vec![("words", "Nobody"), ("version", "0")]),
    ] {
        assert_eq!(both.post(&at, &form).await.status, 403, "{at}");
    }
    let of_another = goal.replace(&path, &second);
    assert_eq!(team.get(&of_another).await.status, 404, "a goal is found in its own context alone");
    assert_eq!(
        team.post(&format!("{of_another}/standing"), &[("standing", "met")]).await.status,
        404
    );

    let close = [("state", "closed"), ("outcome", "goals_met"), ("reason", "Lit.")];
    team.post(&format!("{path}/state"), &close).await.path();
    for (at, form) in [
        (format!("{path}/goals/new"), vec![("indicator", "feel_safe")]),
        (format!("{goal}/standing"), vec![("standing", "met")]),
    ] {
        let refused = team.post(&at, &form).await;
        assert_eq!(refused.status, 409, "{at}");
        assert!(refused.main().contains("This context is closed"), "{}", refused.main());
    }
    assert!(!team.get(&goal).await.body.contains("Add a response"));
}
