//! Concerns are searched for words: opened in memory, within what the reader may see.

use diesel::prelude::*;
use e4s::store::schema::*;

use crate::shire::{Shire, filled, sent};
use crate::triage::County;

const ACCOUNT: &[(&str, &str)] = &[(
    "seen",
    "By the Café on Mill Lane, pupils wait for a lift.\r\nThe lamp has been out since half term.",
)];

#[actix_web::test]
async fn words_are_found_in_an_answer_and_marked_with_the_question_that_it_belongs_to() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &[("what", ACCOUNT)]).await;
    let at = sent(&lead, &draft).await;
    for reader in [&lead, &shire.world.coordinator(shire.west), &shire.world.county()] {
        let page = reader.get("/concerns?q=CAFE+lamp").await;
        assert_eq!(page.status, 200);
        assert!(page.main().contains("1 concern\n"), "{}", page.main());
        assert!(page.body.contains("<dt>Seen or said</dt>"), "{}", page.body);
        assert!(page.body.contains("<mark>Café</mark> on Mill Lane"), "{}", page.body);
        assert!(page.body.contains("The <mark>lamp</mark> has been out"), "{}", page.body);
        assert!(page.body.contains(&format!("href=\"{at}\"")), "{}", page.body);
        assert!(page.body.contains("value=\"CAFE lamp\""), "what was typed stays");
    }
    let none = lead.get("/concerns?q=cafe+zeppelin").await.main();
    assert!(none.contains("No concern says this") && none.contains("Try fewer words"), "{none}");
}

#[actix_web::test]
async fn nobody_finds_what_they_may_not_see() {
    let county = County::new();
    let world = &county.world;
    let (lead, _, _) = county.concern();
    let other_school = world.dsl(world.school(100_002, "Ash Vale School", "E07000226"));
    for stranger in [other_school, world.coordinator(county.horsham)] {
        for query in
            ["bus".to_owned(), format!("bus&team={}", county.crawley), "bus&whose=school".into()]
        {
            let page = stranger.get(&format!("/concerns?q={query}")).await;
            assert!(page.main().contains("No concern says this"), "{query}: {}", page.main());
            assert!(!page.body.contains("station"), "{query}");
        }
    }
    assert!(lead.get("/concerns?q=bus").await.main().contains("station"));
    for outsider in [world.partner(county.crawley), world.admin()] {
        assert_eq!(outsider.get("/concerns?q=bus").await.status, 403);
    }
}

#[actix_web::test]
async fn what_was_asked_and_answered_is_searched_as_well() {
    let county = County::new();
    let (lead, _, at) = county.concern();
    let coordinator = county.world.coordinator(county.crawley);
    coordinator.post(&format!("{at}/ask"), &[("question", "Is it worse on market days?")]).await;
    let page = lead.get("/concerns?q=market+station").await;
    assert!(page.body.contains("<mark>market</mark> days?"), "{}", page.body);
    assert!(page.main().contains("Asked, answered and explained"), "{}", page.main());
}

#[actix_web::test]
async fn a_search_goes_on_page_by_page_without_loss_or_doubling() {
    let county = County::new();
    let world = &county.world;
    let lead = world.dsl(county.school);
    for number in 0..60 {
        let name = if number % 2 == 0 { format!("Lantern {number:02}") } else { "Other".into() };
        world.concern(&lead, county.crawley, &name);
        if number % 7 == 0 {
            world.later(chrono::TimeDelta::seconds(1));
        }
    }
    let coordinator = world.coordinator(county.crawley);
    let first = coordinator.get("/concerns?q=lantern").await;
    assert!(first.main().contains("25 concerns"), "{}", first.main());
    assert!(first.main().contains("Search older ones"), "{}", first.main());
    let second = coordinator.get(&first.next().expect("older ones")).await;
    assert_eq!(second.next(), None);
    let labels = |page: &crate::world::Answer| -> Vec<String> {
        let main = page.main();
        let lines: Vec<&str> = main.lines().collect();
        // The name as the row's link; below it the passage begins with the marked word alone.
        lines.iter().filter(|it| it.starts_with("Lantern ")).map(|it| (*it).to_owned()).collect()
    };
    let mut names = [labels(&first), labels(&second)].concat();
    assert_eq!((labels(&first).len(), names.len()), (25, 30));
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 30);
}

#[actix_web::test]
async fn a_search_is_written_down_without_its_words() {
    let county = County::new();
    county.concern();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    coordinator.get("/concerns?q=quokkafern").await;
    assert_eq!(world.audit(), ["concerns-searched"]);
    let subjects: Vec<String> =
        world.look(|db| Ok(audit::table.select(audit::subject).load(db)?));
    assert!(subjects.contains(&coordinator.id.to_string()));
    assert!(subjects.iter().all(|it| !it.contains("quokka")), "{subjects:?}");
}

#[actix_web::test]
async fn each_concern_whose_words_a_search_showed_says_so_and_no_other() {
    let county = County::new();
    let (lead, id, at) = county.concern();
    let world = &county.world;
    let other = world.concern(&lead, county.crawley, "The footpath");
    let coordinator = world.coordinator(county.crawley);
    world.county().get("/concerns?q=station").await;
    let found = |id: e4s::concerns::ConcernId| -> Vec<String> {
        let ours = audit::table.filter(audit::event.eq("concern-found"));
        let ours = ours.filter(audit::subject.eq(id.to_string()));
        world.look(|db| Ok(ours.select(audit::chain).load(db)?))
    };
    assert_eq!(found(id), [county.crawley.to_string()], "in its team's affairs");
    assert_eq!(found(other), Vec::<String>::new());
    let line = "The county’s lead, 23 November 2026 at 12pm, found in a search";
    let page = lead.get(&at).await.main();
    assert!(page.contains(line), "its reporter reads it: {page}");
    let page = coordinator.get(&format!("{at}/openings")).await.main();
    assert!(page.contains("A county, 23 November 2026 at 12pm, found in a search"), "{page}");
    // Several at once, of two teams.
    for team in [county.crawley, county.crawley, county.horsham, county.horsham] {
        world.concern(&lead, team, "The second station");
    }
    world.county().get("/concerns?q=second").await;
    let count = world.audit().iter().filter(|it| *it == "concern-found").count();
    assert_eq!(count, 5);
    let walks = e4s::audit::verify::verify(&world.portal.store, &[]).expect("walked");
    assert!(walks.iter().all(|it| it.broken.is_none()), "{walks:?}");
}

#[actix_web::test]
async fn a_search_for_nothing_or_for_too_much_says_so_and_keeps_what_was_typed() {
    let county = County::new();
    let (lead, _, _) = county.concern();
    for (query, fault) in [
        ("--".to_owned(), "Enter at least one word"),
        ("a".repeat(101), "What you search for must be 100 characters or fewer"),
    ] {
        let page = lead.get(&format!("/concerns?q={query}")).await;
        assert!(page.main().contains(fault), "{}", page.main());
        assert!(page.body.contains("<title>Error: "), "{query}");
        assert!(page.body.contains(&format!("value=\"{query}\"")), "{query}");
    }
    assert!(county.world.audit().is_empty(), "nothing was searched");
    let list = lead.get("/concerns?q=+").await;
    assert!(list.main().contains("What your school has reported"), "an empty one is the list");
    assert!(list.main().contains("Search in what concerns say"), "{}", list.main());
}

#[actix_web::test]
async fn a_concern_that_does_not_open_does_not_hide_the_others_from_a_search() {
    let county = County::new();
    let (lead, id, _) = county.concern();
    let world = &county.world;
    world.concern(&lead, county.crawley, "The other station");
    world.house(|deed| {
        let broken = concerns::answers.eq("e1.1.nobody.a.b.c");
        diesel::update(concerns::table.find(id)).set(broken).execute(deed.db)?;
        Ok(())
    });
    let page = lead.get("/concerns?q=station").await.main();
    assert!(
        page.contains("The other station") && page.contains("1 concern could not be read"),
        "{page}"
    );
}

#[actix_web::test]
async fn a_search_that_ends_with_the_last_concern_offers_no_older_ones() {
    let county = County::new();
    let world = &county.world;
    world.concerns(&world.dsl(county.school), county.crawley, (5_000, "The bus station"));
    let page = world.coordinator(county.crawley).get("/concerns?q=zeppelin").await;
    assert!(page.main().contains("No concern says this"), "{}", page.main());
    assert_eq!(page.next(), None);
}

#[actix_web::test]
async fn a_search_stops_after_5_000_concerns_says_so_and_goes_on_from_there() {
    let county = County::new();
    let world = &county.world;
    let lead = world.dsl(county.school);
    world.concern(&lead, county.crawley, "The oldest lantern");
    world.later(chrono::TimeDelta::seconds(1));
    world.concerns(&lead, county.crawley, (5_000, "The bus station"));
    world.later(chrono::TimeDelta::seconds(1));
    world.concern(&lead, county.crawley, "The newest lantern");
    let coordinator = world.coordinator(county.crawley);
    let first = coordinator.get("/concerns?q=lantern").await;
    let page = first.main();
    let looked = "1 concern\nLooked through 5,000 concerns so far, the newest first.";
    assert!(page.contains(looked), "{page}");
    assert!(page.contains("The newest") && page.contains("Search older ones"), "{page}");
    assert!(!page.contains("The oldest"), "{page}");
    let second = coordinator.get(&first.next().expect("older ones")).await;
    let page = second.main();
    assert!(page.contains("The oldest") && !page.contains("so far"), "{page}");
    assert_eq!(second.next(), None);
    let none = coordinator.get("/concerns?q=zeppelin").await.main();
    assert!(none.contains("Nothing found yet") && none.contains("Search older ones"), "{none}");
}
