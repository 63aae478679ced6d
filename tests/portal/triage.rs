//! What a team does with a concern, and how its reporter sees it.

use chrono::TimeDelta;
use e4s::concerns::{ConcernId, Harm, Urgency};
use e4s::districts::TeamId;
use e4s::schools::Urn;

use crate::world::{Answer, Person, World};

/// Two teams, and a school in the first one's area.
pub struct County {
    pub world: World,
    pub crawley: TeamId,
    pub horsham: TeamId,
    pub school: Urn,
}

impl County {
    pub fn new() -> Self {
        Self::on(World::new())
    }

    /// The same in a world of one's own.
    pub fn on(world: World) -> Self {
        let (crawley, horsham) =
            (world.team("Crawley", "E07000226"), world.team("Horsham", "E07000227"));
        let school = world.school(100_001, "Elm Bank School", "E07000226");
        Self { world, crawley, horsham, school }
    }

    /// A lead, the concern that they have just raised with Crawley, and where it is.
    pub fn concern(&self) -> (Person<'_>, ConcernId, String) {
        let lead = self.world.dsl(self.school);
        let id = self.world.concern(&lead, self.crawley, "The bus station");
        (lead, id, format!("/concerns/{id}"))
    }
}

/// The value of the page's hidden field `seen`.
pub fn seen(page: &Answer) -> String {
    let (_, after) = page.body.split_once("name=\"seen\" value=\"").expect("a form");
    after.split('"').next().expect("a value").to_owned()
}

#[actix_web::test]
async fn a_new_concern_reaches_its_team_and_the_county_and_no_other() {
    let county = County::new();
    let (world, (_, _, at)) = (&county.world, county.concern());
    let strangers = [
        world.coordinator(county.horsham),
        world.dsl(world.school(100_002, "Ash Vale School", "E07000226")),
    ];
    for reader in [world.coordinator(county.crawley), world.county()] {
        let list = reader.get("/concerns").await;
        assert!(list.main().contains("The bus station\nNew"), "{}", list.main());
        let page = reader.get(&at).await;
        assert!(page.main().contains("Elm Bank School"), "{}", page.main());
    }
    let unknown = format!("/concerns/{}", ConcernId::random());
    for stranger in strangers {
        assert!(!stranger.get("/concerns").await.main().contains("The bus station"));
        let (theirs, nobodys) = (stranger.get(&at).await, stranger.get(&unknown).await);
        assert_eq!((theirs.status.as_u16(), theirs.body), (404, nobodys.body));
    }
    for outsider in [world.partner(county.crawley), world.admin()] {
        for path in ["/concerns", &at, &unknown] {
            assert_eq!(outsider.get(path).await.status, 403, "{path}");
        }
        assert_eq!(outsider.post(&format!("{at}/accept"), &[]).await.status, 403);
    }
    assert!(world.get(&at).await.path().starts_with("/sign-in?back=concerns/"));
}

#[actix_web::test]
async fn whoever_opens_a_concern_is_written_down_and_the_team_can_see_it() {
    let county = County::new();
    let (lead, _, at) = county.concern();
    let coordinator = county.world.coordinator(county.crawley);
    lead.get(&at).await;
    assert_eq!(county.world.audit(), ["concern-opened"]);
    coordinator.get(&at).await;
    assert_eq!(county.world.audit(), ["concern-opened"; 2]);

    let page = coordinator.get(&at).await.main();
    let (_, openings) = page.split_once("Who has opened it").expect("the list");
    assert!(openings.contains("A dsl, 23 November 2026 at 12pm"), "{openings}");
    assert!(openings.contains("A coordinator, 23 November"), "{openings}");
    let page = lead.get(&at).await.main();
    let (_, openings) = page.split_once("Who has opened it").expect("the list");
    assert!(openings.contains("A dsl of your school, 23 November 2026 at 12pm"), "{openings}");
    assert!(openings.contains("Crawley’s team, 23 November"), "{openings}");
    assert!(!openings.contains("A coordinator"), "a name of the team’s: {openings}");

    county.world.coordinator(county.horsham).get(&at).await;
    assert_eq!(county.world.audit().len(), 4, "nothing was opened");
}

#[actix_web::test]
async fn an_accepted_concern_is_heard_at_the_meeting_that_still_took_items_when_it_came() {
    let county = County::new();
    let world = &county.world;
    world.meeting(county.crawley, (2, -1), "Too early");
    world.meeting(county.crawley, (10, 3), "Town Hall");
    let (lead, _, at) = county.concern();
    let before = lead.get(&at).await.main();
    assert!(before.contains("has not looked at it yet"), "{before}");
    let sentence = "It will be heard at Crawley’s meeting on 3 December 2026. Papers close on 26 November 2026 at 12pm.";
    assert!(before.contains(sentence), "{before}");

    let coordinator = world.coordinator(county.crawley);
    let page = coordinator.get(&at).await;
    assert!(page.main().contains("Accept for Crawley’s meeting"), "{}", page.main());
    let done = coordinator.post(&format!("{at}/accept"), &[("seen", &seen(&page))]).await;
    assert_eq!(done.path(), at);

    let after = lead.get(&at).await.main();
    assert!(after.contains("Accepted. The team has read it"), "{after}");
    assert!(
        after.contains("Crawley’s team accepted it and will take it to its meeting."),
        "{after}"
    );
    assert!(after.contains(sentence), "{after}");
    assert!(!after.contains("A coordinator"), "no names of the team's people: {after}");
    assert!(lead.get("/concerns").await.main().contains("3 December 2026"));
    assert!(world.audit().contains(&"concern-accepted".to_owned()));
}

#[actix_web::test]
async fn a_question_reaches_the_lead_and_the_answer_the_team() {
    let county = County::new();
    let (lead, _, at) = county.concern();
    let coordinator = county.world.coordinator(county.crawley);
    let empty = coordinator.post(&format!("{at}/ask"), &[("question", "  ")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.main().contains("Enter the question"), "{}", empty.main());
    assert!(empty.body.contains("<title>Error: "));
    let long = "é".repeat(2001);
    let too_long = coordinator.post(&format!("{at}/ask"), &[("question", &long)]).await;
    assert_eq!(too_long.status, 422);
    assert!(too_long.body.contains(&long), "what was typed is kept");

    let words = "Is it worse after\r\ndark?";
    let asked = coordinator.post(&format!("{at}/ask"), &[("question", words)]).await;
    assert_eq!(asked.path(), at);
    let page = lead.get(&at).await;
    assert!(page.main().contains("The team has a question for you."), "{}", page.main());
    assert!(page.main().contains("The team asks\nIs it worse after dark?"), "{}", page.main());
    assert!(lead.get("/concerns").await.main().contains("Answer needed"));

    assert_eq!(lead.post(&format!("{at}/answer"), &[("answer", "")]).await.status, 422);
    let form = [("answer", "Yes, from 4pm."), ("seen", &seen(&page))];
    assert_eq!(lead.post(&format!("{at}/answer"), &form).await.path(), at);
    let twice = lead.post(&format!("{at}/answer"), &form).await;
    assert_eq!(twice.status, 409);
    assert!(twice.main().contains("Yes, from 4pm."), "what was typed comes back");
    let team = coordinator.get(&at).await.main();
    assert!(team.contains("A dsl answered\nYes, from 4pm."), "{team}");
    assert_eq!(team.matches("A dsl answered").count(), 1);
    assert!(lead.get(&at).await.main().contains("Your school answered Crawley’s team."));
}

#[actix_web::test]
async fn a_redirected_concern_is_the_new_teams_and_the_reporter_reads_why() {
    let county = County::new();
    let (lead, _, at) = county.concern();
    let world = &county.world;
    let (old, new) = (world.coordinator(county.crawley), world.coordinator(county.horsham));
    let to = |team: TeamId, reason: &'static str| {
        [("team", team.to_string()), ("reason", reason.to_owned())]
    };
    for (form, fault) in [
        (to(county.horsham, ""), "Enter the reason"),
        (to(county.crawley, "It is theirs."), "Choose the team"),
        (to(TeamId::random(), "It is theirs."), "Choose the team"),
    ] {
        let form: Vec<(&str, &str)> =
            form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let again = old.post(&format!("{at}/redirect"), &form).await;
        assert_eq!(again.status, 422);
        assert!(again.main().contains(fault), "{}", again.main());
    }
    world.later(TimeDelta::minutes(5));
    let form =
        [("team", county.horsham.to_string()), ("reason", "The stop is in Horsham.".to_owned())];
    let form: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(old.post(&format!("{at}/redirect"), &form).await.path(), "/concerns?done=passed-on");

    assert_eq!(old.get(&at).await.status, 404);
    assert!(!old.get("/concerns?status=all").await.main().contains("The bus station"));
    let gone = old.post(&format!("{at}/ask"), &[("question", "Typed for nothing?")]).await;
    assert_eq!(gone.status, 404);
    assert!(gone.main().contains("Typed for nothing?"), "{}", gone.main());
    assert!(!gone.main().contains("The bus station"));
    assert!(new.get("/concerns").await.main().contains("The bus station\nRedirected here"));
    assert!(
        new.get(&at).await.main().contains("redirected it to Horsham\nThe stop is in Horsham.")
    );

    let page = lead.get(&at).await.main();
    let passed =
        "It was passed on to Horsham’s team, which will look at it next.\nThe stop is in Horsham.";
    assert!(page.contains("Your school sent this to Crawley’s team."), "{page}");
    assert!(page.contains(passed), "{page}");
    assert_eq!(new.post(&format!("{at}/accept"), &[]).await.path(), at);
}

#[actix_web::test]
async fn twenty_accept_at_once_and_one_does() {
    let county = County::new();
    let (_, _, at) = county.concern();
    let coordinator = county.world.coordinator(county.crawley);
    let accept = format!("{at}/accept");
    let all = (0..20).map(|_| coordinator.post(&accept, &[]));
    let answers = futures_util::future::join_all(all).await;
    let count = |status: u16| answers.iter().filter(|it| it.status == status).count();
    assert_eq!((count(303), count(409)), (1, 19));
    let accepted = county.world.audit().into_iter().filter(|it| it == "concern-accepted").count();
    assert_eq!(accepted, 1);
}

#[actix_web::test]
async fn the_second_of_two_people_is_told_and_overwrites_nothing() {
    let county = County::new();
    let (lead, _, at) = county.concern();
    let world = &county.world;
    let (first, second) = (world.coordinator(county.crawley), world.coordinator(county.crawley));
    let page = second.get(&at).await;
    world.later(TimeDelta::minutes(1));
    assert_eq!(first.post(&format!("{at}/accept"), &[("seen", &seen(&page))]).await.path(), at);

    let form = [("question", "Since when?"), ("seen", &seen(&page))];
    let late = second.post(&format!("{at}/ask"), &form).await;
    assert_eq!(late.status, 409);
    assert!(late.main().contains("already been dealt with"), "{}", late.main());
    assert!(late.body.contains("Since when?"), "what was typed comes back");
    assert!(lead.get(&at).await.main().contains("Accepted. The team has read it"));
}

#[actix_web::test]
async fn only_the_team_acts_and_only_a_lead_answers() {
    let county = County::new();
    let (lead, _, at) = county.concern();
    let world = &county.world;
    let team = world.coordinator(county.crawley);
    let page = world.county().get(&at).await;
    assert!(!page.body.contains("<form method=\"post\" action=\"/concerns"), "{}", page.main());
    for verb in ["accept", "ask", "redirect"] {
        let path = format!("{at}/{verb}");
        let team = county.horsham.to_string();
        let form = [("question", "Why?"), ("team", team.as_str()), ("reason", "Theirs.")];
        assert_eq!(lead.post(&path, &form).await.status, 403, "{verb}");
        assert_eq!(world.county().post(&path, &form).await.status, 403, "{verb}");
        assert_eq!(
            world.coordinator(county.horsham).post(&path, &form).await.status,
            404,
            "{verb}"
        );
    }
    let answer = [("answer", "Because.")];
    assert_eq!(team.post(&format!("{at}/answer"), &answer).await.status, 403);
    let unasked = lead.post(&format!("{at}/answer"), &answer).await;
    assert_eq!(unasked.status, 409, "nothing was asked");
}

#[actix_web::test]
async fn the_team_that_an_urgent_concern_is_passed_to_is_written_to_at_once() {
    let county = County::new();
    let world = &county.world;
    let (lead, new) = (world.dsl(county.school), world.coordinator(county.horsham));
    let of = (county.crawley, Urgency::Urgent, Harm::Weapons);
    let at = format!("/concerns/{}", world.concern_of(&lead, of, "The bus station"));
    let team = county.horsham.to_string();
    let form = [("team", team.as_str()), ("reason", "The stop is in Horsham.")];
    world.coordinator(county.crawley).post(&format!("{at}/redirect"), &form).await;
    let told = world.look(|db| {
        use diesel::prelude::*;
        use e4s::store::schema::letters;
        let urgent = letters::table.filter(letters::kind.eq("urgent"));
        Ok(urgent.select(letters::account_id).load::<e4s::accounts::AccountId>(db)?)
    });
    assert_eq!(told, [new.id]);
}

#[actix_web::test]
async fn a_long_life_is_handed_over_and_shown_to_its_end() {
    let county = County::new();
    let (lead, id, at) = county.concern();
    let world = &county.world;
    for number in 0..210 {
        world.house(|deed| {
            let step = e4s::concerns::Step {
                at: deed.at,
                by: lead.id,
                team: county.crawley,
                status: e4s::concerns::Status::Submitted,
                words: format!("Words of step {number}."),
                meeting: None,
            };
            e4s::concerns::said::add(deed, id, &step)
        });
    }
    let horsham = county.horsham.to_string();
    let form = [("team", horsham.as_str()), ("reason", "It is in Horsham.")];
    let old = world.coordinator(county.crawley);
    assert_eq!(old.post(&format!("{at}/redirect"), &form).await.status, 303);
    let words = crate::sealing::words_of(world, id);
    assert_eq!(words.len(), 211);
    for (step, text) in words {
        assert_eq!(text.owner(), Some(horsham.as_str()), "step {step}");
    }
    let page = world.coordinator(county.horsham).get(&at).await.main();
    for said in ["Words of step 0.", "Words of step 209.", "It is in Horsham."] {
        assert!(page.contains(said), "{said}");
    }
}
