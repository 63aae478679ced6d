//! What the partnership works on: concerns gathered into contexts, and contexts moved on.

use chrono::TimeDelta;
use e4s::accounts::{Post, Role, appoint};
use e4s::contexts::{ContextId, State};
use e4s::districts::TeamId;

use crate::triage::{County, seen};
use crate::world::{Person, World};

/// Begins a context with a new concern, and says where both are.
pub async fn context(
    world: &World,
    (lead, coordinator): (&Person<'_>, &Person<'_>),
    team: TeamId,
    name: &str,
) -> (String, String) {
    let concern = format!("/concerns/{}", world.concern(lead, team, name));
    let form = [("context", "new"), ("label", name), ("kind", "location")];
    let made = coordinator.post(&format!("{concern}/context"), &form).await;
    (concern, made.path().to_owned())
}

#[actix_web::test]
async fn a_concern_begins_a_context_and_its_reporter_reads_that_it_is_worked_on() {
    let county = County::new();
    let (world, (lead, _, at)) = (&county.world, county.concern());
    let coordinator = world.coordinator(county.crawley);
    let choose = format!("{at}/context");
    let page = coordinator.get(&choose).await;
    assert!(
        page.body.contains("value=\"The bus station\""),
        "the concern's label is proposed: {}",
        page.body
    );

    for (form, fault) in [
        (vec![], "Choose a context, or say that it is a new one"),
        (
            vec![("context", "new"), ("label", " "), ("kind", "location")],
            "Enter a name for the place",
        ),
        (
            vec![("context", "new"), ("label", "Bus"), ("kind", "")],
            "Choose what kind of context it is",
        ),
    ] {
        let again = coordinator.post(&choose, &form).await;
        assert_eq!(again.status, 422);
        assert!(again.main().contains(fault), "{}", again.main());
    }
    let form = [
        ("context", "new"),
        ("label", "Bus station, south side"),
        ("kind", "location"),
        ("seen", &seen(&page)),
    ];
    let made = coordinator.post(&choose, &form).await.path().to_owned();
    let show = coordinator.get(&made).await.main();
    for words in [
        "Bus station, south side",
        "Screened",
        "Elm Bank School",
        "23 November 2026",
        "Crawley",
        "A place",
    ] {
        assert!(show.contains(words), "{words}: {show}");
    }
    assert!(coordinator.get("/contexts").await.main().contains("Bus station, south side"));
    assert!(world.county().get("/contexts").await.main().contains("Bus station, south side"));
    let concern = lead.get(&at).await.main();
    assert!(
        concern
            .contains("Crawley’s team is working on it, together with what others have reported"),
        "{concern}"
    );
    assert_eq!(
        coordinator.get(&choose).await.path(),
        made,
        "a linked concern leads to its context"
    );
    let twice = coordinator.post(&choose, &form).await;
    assert_eq!(twice.status, 409);
    assert!(twice.body.contains("Bus station, south side"), "what was typed comes back");
    let events = world.audit();
    for event in ["context-opened", "concern-linked", "context-read"] {
        assert!(events.contains(&event.to_owned()), "{event}: {events:?}");
    }
}

#[actix_web::test]
async fn the_likeliest_context_is_offered_first_and_takes_the_concern() {
    let county = County::new();
    let world = &county.world;
    let (lead, coordinator) = (world.dsl(county.school), world.coordinator(county.crawley));
    let people = (&lead, &coordinator);
    let (_, near) = context(world, people, county.crawley, "Bus station south side").await;
    context(world, people, county.crawley, "Skate park").await;
    let other = world.coordinator(county.horsham);
    let (_, foreign) = context(world, (&lead, &other), county.horsham, "The bus station").await;

    let (_, _, at) = county.concern();
    let page = coordinator.get(&format!("{at}/context")).await;
    let (bus, park) = (page.body.find("Bus station south"), page.body.find("Skate park"));
    assert!(bus < park && bus.is_some(), "{}", page.main());
    let id = |path: &str| path.trim_start_matches("/contexts/").to_owned();
    assert!(!page.body.contains(&id(&foreign)), "another team's is not offered");

    let theirs = coordinator.post(&format!("{at}/context"), &[("context", &id(&foreign))]).await;
    assert_eq!(theirs.status, 422);
    assert!(lead.get(&at).await.main().contains("has not looked at it yet"), "nothing was done");
    let linked = coordinator.post(&format!("{at}/context"), &[("context", &id(&near))]).await;
    assert_eq!(linked.path(), near);
    let list = coordinator.get("/contexts").await.main();
    assert!(list.contains("Concerns\n2\n"), "two concerns in one context: {list}");
}

#[actix_web::test]
async fn a_context_moves_on_and_a_new_concern_opens_a_closed_one() {
    let county = County::new();
    let world = &county.world;
    let (lead, coordinator) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (_, path) = context(world, (&lead, &coordinator), county.crawley, "Skate park").await;
    let state = format!("{path}/state");

    for (form, fault) in [
        (vec![], "Choose what happens next"),
        (
            vec![("state", "closed"), ("outcome", "goals_met"), ("reason", " ")],
            "Enter the reason for closing it",
        ),
        (vec![("state", "closed"), ("reason", "Quiet.")], "Choose what came of it"),
    ] {
        let again = coordinator.post(&state, &form).await;
        assert_eq!(again.status, 422);
        assert!(again.main().contains(fault), "{}", again.main());
        assert!(
            again.body.contains("class=\"govuk-details\" open"),
            "the form with the fault is open"
        );
    }
    assert_eq!(
        coordinator.post(&state, &[("state", "planned")]).await.status,
        409,
        "not in one step"
    );

    let page = coordinator.get(&path).await;
    world.later(TimeDelta::minutes(1));
    assert_eq!(
        coordinator.post(&state, &[("state", "scheduled"), ("seen", &seen(&page))]).await.path(),
        path
    );
    let form = [
        ("state", "closed"),
        ("outcome", "goals_met"),
        ("reason", "Quiet since the lights."),
        ("seen", &seen(&page)),
    ];
    let late = world.coordinator(county.crawley).post(&state, &form).await;
    assert_eq!(late.status, 409);
    assert!(late.body.contains("Quiet since the lights."), "what was typed comes back");

    let fresh =
        [("state", "closed"), ("outcome", "goals_met"), ("reason", "Quiet since the lights.")];
    assert_eq!(coordinator.post(&state, &fresh).await.path(), path);
    assert!(
        coordinator
            .get(&path)
            .await
            .main()
            .contains("Closed, by A coordinator\nGoals met. Quiet since the lights.")
    );
    assert!(!coordinator.get("/contexts").await.main().contains("Skate park"));
    assert!(coordinator.get("/contexts?state=closed").await.main().contains("Skate park"));

    let again = format!("/concerns/{}/context", world.concern(&lead, county.crawley, "Skate park"));
    let id = path.trim_start_matches("/contexts/");
    assert_eq!(coordinator.post(&again, &[("context", id)]).await.path(), path);
    let page = coordinator.get(&path).await.main();
    assert!(page.contains("Screened, by A coordinator\nConcern C-"), "{page}");
    assert!(coordinator.get("/contexts").await.main().contains("Skate park"));
}

#[actix_web::test]
async fn twenty_gather_at_once_and_there_is_one_context() {
    let county = County::new();
    let (_, _, at) = county.concern();
    let coordinator = county.world.coordinator(county.crawley);
    let path = format!("{at}/context");
    let form = [("context", "new"), ("label", "Bus station"), ("kind", "location")];
    let all = (0..20).map(|_| coordinator.post(&path, &form));
    let answers = futures_util::future::join_all(all).await;
    let count = |status: u16| answers.iter().filter(|it| it.status == status).count();
    assert_eq!((count(303), count(409)), (1, 19));
    let list = coordinator.get("/contexts").await.main();
    assert_eq!(list.matches("Bus station").count(), 1, "{list}");
}

#[actix_web::test]
async fn a_context_is_read_by_its_team_and_the_county_and_moved_by_its_team() {
    let county = County::new();
    let world = &county.world;
    let (lead, coordinator) = (world.dsl(county.school), world.coordinator(county.crawley));
    let (concern, path) = context(world, (&lead, &coordinator), county.crawley, "Skate park").await;
    let other = world.coordinator(county.horsham);
    let nobodys = other.get(&format!("/contexts/{}", ContextId::random())).await;
    let theirs = other.get(&path).await;
    assert_eq!((theirs.status.as_u16(), theirs.body), (404, nobodys.body));
    let form = [("state", "scheduled")];
    assert_eq!(other.post(&format!("{path}/state"), &form).await.status, 404);
    assert_eq!(other.get(&format!("{concern}/context")).await.status, 404);

    let reader = world.county();
    let page = reader.get(&path).await;
    assert!(page.status == 200 && !page.main().contains("Move it on"), "{}", page.main());
    assert_eq!(reader.post(&format!("{path}/state"), &form).await.status, 403);
    for outsider in [lead, world.partner(county.crawley), world.admin()] {
        for path in ["/contexts", &path] {
            assert_eq!(outsider.get(path).await.status, 403, "{path}");
        }
    }
}

#[actix_web::test]
async fn contexts_are_paged_without_loss_or_doubling() {
    let county = County::new();
    let world = &county.world;
    let (lead, coordinator) = (world.dsl(county.school), world.coordinator(county.crawley));
    for number in 0..53 {
        if number % 5 == 0 {
            world.later(TimeDelta::seconds(1));
        }
        context(world, (&lead, &coordinator), county.crawley, &format!("Place {number}")).await;
    }
    for reader in [coordinator, world.county()] {
        let (mut names, mut next) = (Vec::new(), Some("/contexts".to_owned()));
        while let Some(path) = next {
            let page = reader.get(&path).await;
            names.extend(
                page.main().lines().filter(|it| it.starts_with("Place ")).map(str::to_owned),
            );
            next = page.next();
        }
        assert_eq!(names.len(), 53);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 53);
    }
    assert_eq!(State::ALL.len(), 6);
}

#[actix_web::test]
async fn a_concern_is_not_gathered_into_another_teams_context_even_by_somebody_of_both() {
    let county = County::new();
    let (world, (lead, _, at)) = (&county.world, county.concern());
    let both = world.coordinator(county.crawley);
    let second = Post { role: Role::Coordinator, school: None, team: Some(county.horsham) };
    world.house(|deed| appoint::appoint(deed, both.id, &second, None));
    let both = world.signed_in(both.id);
    let (_, foreign) = context(world, (&lead, &both), county.horsham, "The bus station").await;
    let id = foreign.trim_start_matches("/contexts/");
    let form = [("context", id)];
    assert_eq!(both.post(&format!("{at}/context"), &form).await.status, 422);
    assert!(lead.get(&at).await.main().contains("has not looked at it yet"));
}

#[actix_web::test]
async fn a_group_is_offered_two_words_that_name_nobody() {
    use diesel::prelude::*;
    use e4s::concerns::Kind;
    use e4s::store::schema::concerns;

    let county = County::new();
    let (world, (_, concern, at)) = (&county.world, county.concern());
    world.house(|deed| {
        let kind = concerns::kind.eq(Kind::PeerGroup);
        diesel::update(concerns::table.find(concern)).set(kind).execute(deed.db)?;
        Ok(())
    });
    let coordinator = world.coordinator(county.crawley);
    let page = coordinator.get(&format!("{at}/context")).await;
    let (_, after) = page.body.split_once("name=\"label\"").expect("a field");
    let (_, after) = after.split_once("value=\"").expect("a value");
    let label = after.split('"').next().expect("a label").to_owned();
    assert_eq!(label.split(' ').count(), 2, "{label}");
    assert!(page.main().contains("Two words that name nobody"), "{}", page.main());
    let form = [("context", "new"), ("label", &label), ("kind", "peer_group")];
    let made = coordinator.post(&format!("{at}/context"), &form).await.path().to_owned();
    assert!(coordinator.get(&made).await.main().contains(&label));
}

#[actix_web::test]
async fn what_was_reported_at_this_time_of_an_earlier_year_is_recalled() {
    let county = County::new();
    let (world, (lead, _, at)) = (&county.world, county.concern());
    let coordinator = world.coordinator(county.crawley);
    let form = [("context", "new"), ("label", "Bus station"), ("kind", "location")];
    let made = coordinator.post(&format!("{at}/context"), &form).await.path().to_owned();
    let second = world.concern(&lead, county.crawley, "The bus station again");
    let id = made.rsplit('/').next().expect("an id").to_owned();
    coordinator.post(&format!("/concerns/{second}/context"), &[("context", &id)]).await;
    assert!(!coordinator.get(&made).await.main().contains("At this time in earlier years"));
    // 52 weeks: the same week of the year, or the one before it.
    world.later(TimeDelta::weeks(52));
    let later = world.coordinator(county.crawley).get(&made).await.main();
    assert!(later.contains("At this time in earlier years"), "{later}");
    assert!(later.contains(": two reports"), "{later}");
    world.later(TimeDelta::weeks(10));
    let later = world.coordinator(county.crawley).get(&made).await.main();
    assert!(!later.contains("At this time in earlier years"), "{later}");
}
