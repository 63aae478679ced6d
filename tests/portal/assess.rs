//! How a team sees a context: sides that several people write.

use e4s::contexts::assess::Side;

use crate::contexts::context;
use crate::triage::County;
use crate::world::Answer;

fn version(page: &Answer) -> String {
    let (_, after) = page.body.split_once("name=\"version\" value=\"").expect("a form");
    after.split('"').next().expect("a value").to_owned()
}

#[actix_web::test]
async fn each_side_is_written_and_read_on_the_contexts_page() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    assert!(team.get(&path).await.main().contains("Nothing is written yet."));
    for side in Side::ALL {
        let at = format!("{path}/assessment/{}", side.as_str());
        let page = team.get(&at).await;
        assert!(page.main().contains(side.title()), "{}", page.main());
        let empty = team.post(&at, &[("words", " "), ("version", "0")]).await;
        assert_eq!(empty.status, 422);
        let words = format!("What we know of {}", side.as_str());
        let form = [("words", words.as_str()), ("version", &version(&page))];
        assert_eq!(team.post(&at, &form).await.path(), path);
    }
    let show = world.county().get(&path).await.main();
    assert!(show.contains("5 of 5 sides written"), "{show}");
    assert!(show.contains("What we know of weighting\nA coordinator, 23 November 2026"), "{show}");
    let (reader, stranger) = (world.county(), world.coordinator(county.horsham));
    let at = format!("{path}/assessment/guardianship");
    assert_eq!(reader.get(&at).await.status, 403);
    assert_eq!(stranger.get(&at).await.status, 404);
    assert_eq!(team.get(&format!("{path}/assessment/unknown")).await.status, 404);
    assert_eq!(world.audit().iter().filter(|it| *it == "context-assessed").count(), 5);
}

#[actix_web::test]
async fn of_two_who_write_a_side_at_once_the_second_reads_both_texts_and_nothing_is_overwritten() {
    let county = County::new();
    let world = &county.world;
    let (lead, first) = (world.dsl(county.school), world.coordinator(county.crawley));
    let second = world.coordinator(county.crawley);
    let (_, path) = context(world, (&lead, &first), county.crawley, "Skate park").await;
    let at = format!("{path}/assessment/guardianship");
    let (mine, theirs) = (first.get(&at).await, second.get(&at).await);
    let early = [("words", "The kiosk’s owner"), ("version", &version(&mine))];
    first.post(&at, &early).await.path();

    let late = [("words", "The bus driver"), ("version", &version(&theirs))];
    let told = second.post(&at, &late).await;
    assert_eq!(told.status, 409);
    for words in ["Somebody else has written this side", "The kiosk’s owner", "The bus driver"] {
        assert!(told.main().contains(words), "{words}: {}", told.main());
    }
    assert!(!first.get(&path).await.main().contains("The bus driver"));

    // Somebody who now makes a mistake is not taken for having read a third text.
    let long = "a".repeat(4_001);
    let fault = second.post(&at, &[("words", &long), ("version", &version(&told))]).await;
    assert_eq!((fault.status.as_u16(), version(&fault)), (422, version(&told)));

    let both = [("words", "The kiosk’s owner and the bus driver"), ("version", &version(&told))];
    assert_eq!(second.post(&at, &both).await.path(), path);
    assert!(first.get(&path).await.main().contains("The kiosk’s owner and the bus driver"));
}
