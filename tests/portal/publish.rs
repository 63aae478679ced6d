//! Minutes are published once: each school reads what came of its concern, and its leads hear that there is news.

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::contexts::ContextId;
use e4s::store::schema::{concerns, contexts, letters};

use crate::agenda::{Table, items};
use crate::triage::{County, seen};
use crate::world::{Answer, World};

impl Table<'_> {
    /// Publishes minutes as they stand now.
    pub async fn publish(&self, meeting: &str, fields: &[(&str, &str)]) -> Answer {
        let at = format!("{meeting}/publish");
        let page = self.coordinator.get(&at).await;
        let seen = seen(&page);
        let mut form = fields.to_vec();
        form.push(("seen", &seen));
        self.coordinator.post(&at, &form).await
    }

    async fn decide(&self, meeting: &str, name: &str, fields: &[(&str, &str)]) -> String {
        let item = self.item(meeting, name).await;
        let kept = self.minute(meeting, &item, fields).await;
        assert_eq!(kept.status, 303, "{}", kept.main());
        item
    }
}

/// The facts of every letter about news.
fn news(world: &World) -> Vec<String> {
    world.look(|db| {
        let news = letters::table.filter(letters::kind.eq("news")).order(letters::id);
        Ok(news.select(letters::facts).load(db)?)
    })
}

#[actix_web::test]
async fn each_school_reads_what_came_of_its_concern_and_its_leads_get_one_letter() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    let (agreed, park) = table.context("Skate park").await;
    let (refused, _) = table.context("Bus station").await;
    let (unreached, _) = table.context("Canal path").await;
    world.dsl(county.school);
    let meeting = table.begun().await;
    table.decide(&meeting, "Skate park", &[("decision", "action_agreed")]).await;
    let reason = "the lights were mended in November.";
    let form = [("decision", "no_action"), ("reason", reason), ("discussion", "Not for schools.")];
    table.decide(&meeting, "Bus station", &form).await;
    table.decide(&meeting, "Canal path", &[("decision", "carried_over")]).await;

    let page = table.coordinator.get(&format!("{meeting}/publish")).await.main();
    for words in [
        "One school reads what came of its 2 concerns.",
        "Your concern was discussed at Crawley’s meeting on 23 November 2026. The meeting agreed action.",
        "No action will be taken. The reason: the lights were mended in November.",
        "It was not reached. It stands first on the next agenda",
        "Elm Bank School (C-",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let item = table.item(&meeting, "Skate park").await;
    let words = "The meeting agreed action: the warden comes on Fridays.";
    let field = format!("words_{item}");
    let done = table.publish(&meeting, &[(&field, words)]).await;
    assert_eq!(done.path(), format!("{meeting}/minutes"));

    let read = table.lead.get(&agreed).await.main();
    assert!(read.contains("News from the meeting") && read.contains(words), "{read}");
    let read = table.lead.get(&refused).await.main();
    assert!(read.contains(reason) && !read.contains("Not for schools."), "{read}");
    assert!(!table.lead.get(&unreached).await.main().contains("News from the meeting"));
    let team = table.coordinator.get(&agreed).await.main();
    assert!(team.contains("told the school what the meeting decided"), "{team}");
    let context = table.coordinator.get(&park).await.main();
    assert!(context.contains("Discussed, by A coordinator"), "{context}");
    assert!(context.contains("Action agreed at the meeting on 23 November 2026."), "{context}");

    let letters = news(world);
    assert_eq!(letters.len(), 2, "one to each lead: {letters:?}");
    for facts in &letters {
        assert_eq!(facts.matches(", C-").count(), 1, "both references: {facts}");
        assert!(!facts.contains("warden") && !facts.contains("Skate"), "{facts}");
    }
    let events = world.audit();
    for (event, count) in [("concern-reported", 2), ("meeting-published", 1)] {
        assert_eq!(events.iter().filter(|it| *it == event).count(), count, "{event}");
    }

    let next = table.meeting(28);
    table.act(&next, &[("act", "build")]).await;
    let page = table.coordinator.get(&format!("{next}/agenda")).await;
    assert_eq!(items(&page), ["Canal path"], "and what was discussed is not on it again");
    assert!(page.main().contains("Carried over"), "{}", page.main());
}

#[actix_web::test]
async fn minutes_are_published_once_whoever_presses_the_button() {
    let county = County::new();
    let table = Table::of(&county);
    table.context("Skate park").await;
    let meeting = table.begun().await;
    let item = table.decide(&meeting, "Skate park", &[("decision", "in_hand")]).await;
    let at = format!("{meeting}/publish");
    let mark = seen(&table.coordinator.get(&at).await);
    let form = [("seen", mark.as_str())];
    let all = (0..8).map(|_| table.coordinator.post(&at, &form));
    let answers = futures_util::future::join_all(all).await;
    let count = |status: u16| answers.iter().filter(|it| it.status == status).count();
    assert_eq!((count(303), count(409)), (1, 7));
    let twice = table.coordinator.post(&at, &form).await;
    assert_eq!(twice.status, 409);
    assert!(
        twice.main().contains("These minutes were published already. Nothing was sent twice."),
        "{}",
        twice.main()
    );
    assert_eq!(news(&county.world).len(), 1);
    assert_eq!(table.coordinator.get(&at).await.path(), format!("{meeting}/minutes"));

    // Nothing in it changes any more.
    let minutes = table.coordinator.get(&format!("{meeting}/minutes?item={item}")).await;
    assert!(minutes.main().contains("Nothing in them changes any more"), "{}", minutes.main());
    assert!(!minutes.body.contains("Save this item"));
    let agenda = format!("{meeting}/agenda");
    let attendance = format!("{meeting}/attendance");
    let item_form = [("item", item.as_str()), ("discussion", "Later."), ("seen", "item.2")];
    for (path, form) in [
        (format!("{meeting}/minutes"), item_form.to_vec()),
        (attendance, vec![("others", "Later."), ("seen", "attendance.0")]),
        (agenda, vec![("act", "build"), ("seen", "agenda.1")]),
        (format!("{meeting}/cancel"), vec![("seen", mark.as_str())]),
    ] {
        let answer = table.coordinator.post(&path, &form).await;
        assert_eq!(answer.status, 409, "{path}");
        assert!(answer.body.contains("published"), "{path}: {}", answer.main());
    }
}

#[actix_web::test]
async fn nothing_is_published_while_an_item_has_no_decision_or_something_has_changed() {
    let county = County::new();
    let table = Table::of(&county);
    let (concern, _) = table.context("Skate park").await;
    table.context("Bus station").await;
    let meeting = table.begun().await;
    let park = table.decide(&meeting, "Skate park", &[("decision", "in_hand")]).await;
    let undecided = table.publish(&meeting, &[]).await;
    assert_eq!(undecided.status, 409);
    assert!(undecided.main().contains("Some items have no decision yet"), "{}", undecided.main());

    let mark = seen(&table.coordinator.get(&format!("{meeting}/publish")).await);
    table.decide(&meeting, "Bus station", &[("decision", "in_hand")]).await;
    let field = format!("words_{park}");
    let form = [(field.as_str(), "My own words."), ("seen", mark.as_str())];
    let late = table.coordinator.post(&format!("{meeting}/publish"), &form).await;
    assert_eq!(late.status, 409);
    assert!(late.main().contains("My own words."), "what was typed comes back: {}", late.main());
    let empty = table.publish(&meeting, &[(&field, " ")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.main().contains("Enter what the schools that reported will read"));
    assert!(news(&county.world).is_empty());
    assert!(!table.lead.get(&concern).await.main().contains("News from the meeting"));

    // Words can be kept for later, and follow a decision that changes.
    let kept = table.publish(&meeting, &[(&field, "Kept for later."), ("act", "save")]).await;
    assert_eq!(kept.path(), format!("{meeting}/publish"));
    let page = table.coordinator.get(&format!("{meeting}/publish")).await.main();
    assert!(page.contains("Kept for later."), "{page}");
    table.decide(&meeting, "Skate park", &[("decision", "being_assessed")]).await;
    let page = table.coordinator.get(&format!("{meeting}/publish")).await.main();
    assert!(!page.contains("Kept for later.") && page.contains("It is being assessed"), "{page}");
    assert!(news(&county.world).is_empty());
}

#[actix_web::test]
async fn what_looks_like_personal_data_is_taken_out_or_stays_for_a_reason() {
    let county = County::new();
    let table = Table::of(&county);
    table.context("Skate park").await;
    let meeting = table.begun().await;
    let park = table.decide(&meeting, "Skate park", &[("decision", "in_hand")]).await;
    let (words, keep) = (format!("words_{park}"), format!("keep_{park}"));
    let plain = table.coordinator.get(&format!("{meeting}/publish")).await.main();
    assert!(!plain.contains("This may say who somebody is"), "{plain}");
    let form = [(words.as_str(), "Jayden Smith was seen. Ring 01632 960123.")];
    let flagged = table.publish(&meeting, &form).await;
    assert_eq!(flagged.status, 422);
    for text in ["Take the personal data out", "“Jayden Smith” looks like", "01632 960123"] {
        assert!(flagged.main().contains(text), "{text}: {}", flagged.main());
    }
    assert!(news(&county.world).is_empty());
    let form = [form[0], (keep.as_str(), "It is the council’s own number.")];
    assert_eq!(table.publish(&meeting, &form).await.status, 303);
    assert_eq!(news(&county.world).len(), 1);
}

#[actix_web::test]
async fn a_concern_that_went_to_another_team_since_hears_nothing_and_the_page_says_so() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    let (gone, context) = table.context("Skate park").await;
    let id = context.trim_start_matches("/contexts/").to_owned();
    let stays = format!("/concerns/{}", world.concern(&table.lead, county.crawley, "Skate park"));
    table.coordinator.post(&format!("{stays}/context"), &[("context", &id)]).await;
    let meeting = table.begun().await;
    table.decide(&meeting, "Skate park", &[("decision", "in_hand")]).await;
    let gone_id = gone.trim_start_matches("/concerns/").to_owned();
    let reference: String = world.house(|deed| {
        let it = || concerns::table.filter(concerns::id.eq(&gone_id));
        diesel::update(it()).set(concerns::team_id.eq(county.horsham)).execute(deed.db)?;
        Ok(it().select(concerns::reference).first(deed.db)?)
    });
    let page = table.coordinator.get(&format!("{meeting}/publish")).await.main();
    let said = format!("{reference}: no longer part of this with your team");
    assert!(page.contains(&said), "{page}");
    assert_eq!(table.publish(&meeting, &[]).await.status, 303);
    assert!(!table.lead.get(&gone).await.main().contains("News from the meeting"));
    assert!(table.lead.get(&stays).await.main().contains("News from the meeting"));
    assert!(!news(world)[0].contains(&reference));
}

#[actix_web::test]
async fn a_context_that_went_to_another_team_since_stays_as_it_is() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    let (concern, context) = table.context("Skate park").await;
    let meeting = table.begun().await;
    table.decide(&meeting, "Skate park", &[("decision", "in_hand")]).await;
    let id = ContextId::parse(context.trim_start_matches("/contexts/")).expect("an id");
    world.house(|deed| {
        let it = contexts::table.filter(contexts::id.eq(id));
        diesel::update(it).set(contexts::team_id.eq(county.horsham)).execute(deed.db)?;
        Ok(())
    });
    let page = table.coordinator.get(&format!("{meeting}/publish")).await.main();
    assert!(page.contains("It is with another team by now"), "{page}");
    assert!(!page.contains("Skate park"), "and its name is not shown: {page}");
    assert_eq!(table.publish(&meeting, &[]).await.status, 303);
    assert!(!table.lead.get(&concern).await.main().contains("News from the meeting"));
    assert!(news(world).is_empty());
    let theirs = world.coordinator(county.horsham).get(&context).await.main();
    assert!(!theirs.contains("Discussed, by"), "{theirs}");
}

#[actix_web::test]
async fn only_its_team_publishes_a_meeting_and_not_before_its_day() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    table.context("Skate park").await;
    let meeting = table.meeting(3);
    let at = format!("{meeting}/publish");
    table.act(&meeting, &[("act", "build")]).await;
    assert_eq!(table.coordinator.get(&at).await.path(), format!("{meeting}/minutes"));
    assert_eq!(table.coordinator.post(&at, &[]).await.status, 409);
    world.later(TimeDelta::days(3));
    let table = table.again();
    assert_eq!(world.coordinator(county.horsham).get(&at).await.status, 404);
    assert_eq!(world.coordinator(county.horsham).post(&at, &[]).await.status, 404);
    for outsider in [world.county(), world.partner(county.crawley), world.dsl(county.school)] {
        assert_eq!(outsider.get(&at).await.status, 403);
        assert_eq!(outsider.post(&at, &[]).await.status, 403);
    }
    assert_eq!(table.coordinator.post(&at, &[]).await.status, 409, "a form without its mark");
}
