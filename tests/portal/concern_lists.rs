//! Concerns as lists: paged, filtered, and each reader's own.

use chrono::TimeDelta;
use e4s::accounts::{Post, Role, appoint};
use e4s::concerns::{Harm, Urgency};

use crate::triage::County;
use crate::world::Answer;

/// The references of a list's rows, in its order.
fn labels(page: &Answer) -> Vec<String> {
    page.main().lines().filter(|it| it.starts_with("Place ")).map(str::to_owned).collect()
}

#[actix_web::test]
async fn a_list_is_paged_in_every_order_without_loss_or_doubling() {
    let county = County::new();
    let world = &county.world;
    let lead = world.dsl(county.school);
    let mut all = Vec::new();
    for number in 0..60 {
        // Several in the same second, so that page borders fall among equals.
        if number % 7 == 0 {
            world.later(TimeDelta::seconds(1));
        }
        let urgency = if number % 13 == 0 { Urgency::Urgent } else { Urgency::Routine };
        let name = format!("Place {number}");
        world.concern_of(&lead, (county.crawley, urgency, Harm::Weapons), &name);
        all.push((urgency, name));
    }
    let two_teams = world.coordinator(county.crawley);
    for (reader, sort) in [
        (world.coordinator(county.crawley), "urgent"),
        (two_teams, "oldest"),
        (world.county(), "newest"),
        (world.county(), "urgent"),
        (lead.clone(), ""),
    ] {
        let mut pages = Vec::new();
        let mut next = Some(format!("/concerns?sort={sort}"));
        while let Some(path) = next {
            let page = reader.get(&path).await;
            pages.push(labels(&page));
            next = page.next();
            if pages.len() == 1 {
                // What comes in between stands before or behind, and moves nothing.
                world.concern(&lead, county.horsham, "Elsewhere");
            }
        }
        let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
        let seen = pages.concat();
        let mut names: Vec<&str> = seen.iter().map(String::as_str).collect();
        if sort == "urgent" {
            let urgent = all.iter().filter(|it| it.0 == Urgency::Urgent).count();
            let first: Vec<bool> = names
                .iter()
                .map(|name| all.iter().any(|it| it.1 == *name && it.0 == Urgency::Urgent))
                .collect();
            assert!(
                first[..urgent].iter().all(|it| *it) && !first[urgent..].iter().any(|it| *it),
                "{names:?}"
            );
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), seen.len()), (60, 60), "{sort}: {sizes:?}");
    }
}

#[actix_web::test]
async fn a_list_is_filtered_and_says_what_to_do_when_it_is_empty() {
    let county = County::new();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    assert!(coordinator.get("/concerns").await.main().contains("Nothing is waiting."));
    let lead = world.dsl(county.school);
    let empty = lead.get("/concerns").await.main();
    assert!(
        empty.contains("Report a concern") && empty.contains("has not sent a concern yet"),
        "{empty}"
    );

    let of = |urgency, harm, name| world.concern_of(&lead, (county.crawley, urgency, harm), name);
    let park = of(Urgency::Routine, Harm::Weapons, "Place park");
    of(Urgency::Urgent, Harm::Weapons, "Place bridge");
    of(Urgency::Routine, Harm::Hate, "Place shop");
    coordinator.post(&format!("/concerns/{park}/accept"), &[]).await;
    for (query, found) in [
        ("", vec!["Place bridge", "Place park", "Place shop"]),
        ("status=accepted", vec!["Place park"]),
        ("harm=weapons&urgency=routine", vec!["Place park"]),
        ("harm=hate", vec!["Place shop"]),
        ("kind=route", vec![]),
        ("status=linked", vec![]),
        ("harm=nonsense&after=nonsense", vec!["Place bridge", "Place park", "Place shop"]),
    ] {
        let page = coordinator.get(&format!("/concerns?{query}")).await;
        let mut seen = labels(&page);
        seen.sort();
        assert_eq!(seen, found, "{query}");
        if found.is_empty() {
            assert!(page.main().contains("No concern fits this filter."), "{}", page.main());
        }
    }
}

#[actix_web::test]
async fn a_lead_finds_the_reports_that_they_have_not_sent() {
    let county = County::new();
    let world = &county.world;
    let (lead, colleague) = (world.dsl(county.school), world.dsl(county.school));
    let draft = e4s::concerns::DraftId::random();
    let actor = lead.actor();
    world
        .portal
        .write_as(&actor, world.now(), |deed| {
            e4s::concerns::draft::begin(deed, draft, county.school)
        })
        .expect("a draft");
    let list = lead.get("/concerns").await;
    assert!(list.main().contains("A report without a name yet"), "{}", list.main());
    assert!(list.body.contains(&format!("href=\"/concerns/drafts/{draft}\"")));
    assert!(!colleague.get("/concerns").await.main().contains("A report without a name"));
}

#[actix_web::test]
async fn what_a_team_asks_stands_on_top_however_old_it_is() {
    let county = County::new();
    let (lead, id, _) = county.concern();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    let ask = format!("/concerns/{id}/ask");
    coordinator.post(&ask, &[("question", "Which days?")]).await.path();
    for number in 0..30 {
        world.later(TimeDelta::seconds(1));
        world.concern(&lead, county.crawley, &format!("Place {number}"));
    }
    let list = lead.get("/concerns").await;
    let (asked, all) = list.body.split_once("What your school has reported").expect("both lists");
    assert!(asked.contains(">The team has a question<"), "{asked}");
    assert!(asked.contains(&format!("href=\"/concerns/{id}\"")), "{asked}");
    assert!(!all.contains(&id.to_string()), "it is on the second page of the others");
    let second = lead.get(&list.next().expect("a second page")).await;
    assert!(!second.body.contains(">The team has a question<"));
}

#[actix_web::test]
async fn nobody_asks_for_another_teams_list() {
    let county = County::new();
    let (_, _, _) = county.concern();
    let other = county.world.coordinator(county.horsham);
    for query in
        [format!("team={}", county.crawley), "whose=school".to_owned(), "status=all".to_owned()]
    {
        let list = other.get(&format!("/concerns?{query}")).await;
        assert_eq!(list.status, 200);
        assert!(!list.main().contains("The bus station"), "{query}: {}", list.main());
    }
}

#[actix_web::test]
async fn somebody_of_two_teams_sees_both_in_one_order_or_one_of_them() {
    let county = County::new();
    let world = &county.world;
    let lead = world.dsl(county.school);
    let both = world.coordinator(county.crawley);
    let second = Post { role: Role::Coordinator, school: None, team: Some(county.horsham) };
    world.house(|deed| appoint::appoint(deed, both.id, &second, None));
    let both = world.signed_in(both.id);
    for number in 0..40 {
        let team = if number % 3 == 0 { county.horsham } else { county.crawley };
        world.concern(&lead, team, &format!("Place {number:02}"));
        if number % 4 == 0 {
            world.later(TimeDelta::seconds(1));
        }
    }
    for sort in ["urgent", "newest"] {
        let first = both.get(&format!("/concerns?sort={sort}")).await;
        let second = both.get(&first.next().expect("a second page")).await;
        let mut names = [labels(&first), labels(&second)].concat();
        assert_eq!((labels(&first).len(), second.next()), (25, None));
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 40, "{sort}");
    }
    let one = both.get(&format!("/concerns?team={}", county.horsham)).await;
    assert_eq!(labels(&one).len(), 14);
}
