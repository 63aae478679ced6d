//! A context is closed with what came of it, and opens again.

use diesel::prelude::*;
use e4s::contexts::Outcome;
use e4s::mail::deliver;
use e4s::store::schema::letters;

use crate::contexts::context;
use crate::triage::County;

#[actix_web::test]
async fn a_context_is_closed_with_an_outcome_that_everybody_reads() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    for outcome in Outcome::ALL {
        let (_, path) = context(world, (&lead, &team), county.crawley, outcome.as_str()).await;
        let form = [("state", "closed"), ("outcome", outcome.as_str()), ("reason", "Because.")];
        team.post(&format!("{path}/state"), &form).await.path();
        let show = world.county().get(&path).await.main();
        assert!(show.contains(&format!("Outcome\n{}", outcome.title())), "{show}");
        assert!(show.contains(&format!("{}. Because.", outcome.title())), "in its history: {show}");
    }
    let list = team.get("/contexts?state=closed").await.main();
    assert!(list.contains("Closed: stepped down"), "{list}");
    let (_, path) = context(world, (&lead, &team), county.crawley, "Arcade").await;
    let unknown = [("state", "closed"), ("outcome", "forgotten"), ("reason", "Because.")];
    let again = team.post(&format!("{path}/state"), &unknown).await;
    assert_eq!(again.status, 422);
    assert!(again.main().contains("Choose what came of it"), "{}", again.main());
}

#[actix_web::test]
async fn a_later_concern_opens_it_again_and_the_team_is_told_without_content() {
    let county = County::new();
    let world = &county.world;
    let (lead, team) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (colleague, stranger) =
        (world.coordinator(county.crawley), world.coordinator(county.horsham));
    let (_, path) = context(world, (&lead, &team), county.crawley, "Skate park").await;
    let close = [("state", "closed"), ("outcome", "goals_met"), ("reason", "Quiet.")];
    team.post(&format!("{path}/state"), &close).await.path();
    let (_, _, later) = county.concern();
    let into = [("context", path.trim_start_matches("/contexts/"))];
    assert_eq!(team.post(&format!("{later}/context"), &into).await.path(), path);
    let show = team.get(&path).await.main();
    assert!(show.contains("Screened") && !show.contains("Outcome"), "{show}");

    while deliver::run(&world.portal, world.now()).expect("delivered").is_more {}
    let ours = letters::table.filter(letters::kind.eq("reopened"));
    let told: Vec<(String, Option<String>)> =
        world.look(|db| Ok(ours.select((letters::account_id, letters::text)).load(db)?));
    assert_eq!(told.len(), 1, "the colleague, not the one who did it, and nobody else’s team");
    assert_eq!(told[0].0, colleague.id.as_str());
    assert_ne!(told[0].0, stranger.id.as_str());
    let text = told[0].1.clone().expect("it was written");
    assert!(text.contains("is open again and waits for triage") && text.contains(&path), "{text}");
    for content in ["Skate park", "bus station", "Elm Bank"] {
        assert!(!text.to_lowercase().contains(&content.to_lowercase()), "{content}: {text}");
    }
}
