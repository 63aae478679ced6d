//! A meeting's agenda: built from what waits, put into order, and given back when the meeting is cancelled.

use chrono::TimeDelta;
use e4s::accounts::{Post, Role};
use e4s::concerns::{Harm, Urgency};
use e4s::districts::MeetingId;

use crate::triage::{County, seen};
use crate::world::{Answer, Person};

/// Crawley's team with its meetings, and a school that reports to it.
pub struct Table<'a> {
    pub county: &'a County,
    pub lead: Person<'a>,
    pub coordinator: Person<'a>,
}

impl<'a> Table<'a> {
    pub fn of(county: &'a County) -> Self {
        let (lead, coordinator) =
            (county.world.dsl(county.school), county.world.coordinator(county.crawley));
        Self { county, lead, coordinator }
    }

    /// A context of one concern; says where both are.
    pub async fn context(&self, name: &str) -> (String, String) {
        self.context_of(Urgency::Routine, name).await
    }

    pub async fn context_of(&self, urgency: Urgency, name: &str) -> (String, String) {
        let what = (self.county.crawley, urgency, Harm::AntisocialBehaviour);
        let concern = self.county.world.concern_of(&self.lead, what, name);
        let form = [("context", "new"), ("label", name), ("kind", "location")];
        let at = format!("/concerns/{concern}");
        let made = self.coordinator.post(&format!("{at}/context"), &form).await;
        (at, made.path().to_owned())
    }

    /// A meeting so many days from now that takes items until the day before.
    pub fn meeting(&self, days: i64) -> String {
        let id = self.county.world.meeting(self.county.crawley, (days, days - 1), "Town Hall");
        format!("/meetings/{id}")
    }

    /// One act on an agenda as it stands now.
    pub async fn act(&self, meeting: &str, fields: &[(&str, &str)]) -> Answer {
        let at = format!("{meeting}/agenda");
        let page = self.coordinator.get(&at).await;
        let seen = seen(&page);
        let mut form = fields.to_vec();
        form.push(("seen", &seen));
        self.coordinator.post(&at, &form).await
    }

    /// A meeting that begins now, with everything that waits on its agenda.
    pub async fn begun(&self) -> String {
        let meeting = self.county.world.meeting(self.county.crawley, (0, 0), "Town Hall");
        let meeting = format!("/meetings/{meeting}");
        assert_eq!(self.act(&meeting, &[("act", "build")]).await.status, 303);
        meeting
    }

    /// The same people, signed in again after some time.
    pub fn again(&self) -> Self {
        let world = &self.county.world;
        let (lead, coordinator) =
            (world.signed_in(self.lead.id), world.signed_in(self.coordinator.id));
        Self { county: self.county, lead, coordinator }
    }
}

/// The names in a page's list of items, with what stands before each: its number.
pub fn items(page: &Answer) -> Vec<String> {
    let text = page.main();
    let lines: Vec<&str> = text.lines().collect();
    let is_number = |it: &str| {
        it.strip_suffix('.').is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let pairs = lines.windows(2).filter(|it| is_number(it[0]));
    pairs.map(|it| it[1].to_owned()).collect()
}

/// The id of the item of a name.
pub fn item(page: &Answer, name: &str) -> String {
    let (before, _) = page.body.split_once(&format!(">{name}<")).expect("the item");
    let (_, id) = before.rsplit_once("id=\"item-").expect("its id");
    id.split('"').next().expect("an end").to_owned()
}

#[actix_web::test]
async fn an_agenda_takes_what_waits_in_its_order_and_gives_each_a_time() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    let meeting = table.meeting(10);
    let (_, young) = table.context("Young and quiet").await;
    world.later(TimeDelta::minutes(1));
    let (_, urgent) = table.context_of(Urgency::Urgent, "Skate park").await;
    world.later(TimeDelta::minutes(1));
    table.context("Old report").await;
    let (_, closed) = table.context("Closed by now").await;
    let form = [("state", "closed"), ("outcome", "no_further_action"), ("reason", "Quiet.")];
    table.coordinator.post(&format!("{closed}/state"), &form).await;
    let other = world.coordinator(county.horsham);
    let foreign = format!("/concerns/{}", world.concern(&table.lead, county.horsham, "Horsham’s"));
    let form = [("context", "new"), ("label", "Horsham’s"), ("kind", "location")];
    other.post(&format!("{foreign}/context"), &form).await;
    let unlinked = world.concern(&table.lead, county.crawley, "Not looked at");

    let before = table.coordinator.get(&format!("{meeting}/agenda")).await;
    assert!(before.main().contains("Build the agenda"), "{}", before.main());
    assert!(before.body.contains(&format!("/concerns/{unlinked}")), "it can be triaged from here");
    assert_eq!(table.act(&meeting, &[("act", "build")]).await.path(), format!("{meeting}/agenda"));

    let page = table.coordinator.get(&format!("{meeting}/agenda")).await;
    assert_eq!(items(&page), ["Skate park", "Young and quiet", "Old report"]);
    let text = page.main();
    for words in ["3 items, from 12pm to 12:30pm", "12:10pm", "12:20pm", "1 report from 1 school"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("Horsham’s") && !text.contains("Closed by now"), "{text}");
    let context = table.coordinator.get(&urgent).await.main();
    assert!(context.contains("On the agenda of the meeting on 3 December 2026."), "{context}");
    assert!(context.contains("Scheduled, by A coordinator"), "{context}");
    assert!(world.audit().contains(&"meeting-arranged".to_owned()));

    table.context("Came later").await;
    let page = table.coordinator.get(&format!("{meeting}/agenda")).await.main();
    let (_, offered) = page.split_once("Not on the agenda yet").expect("what is offered");
    assert!(offered.contains("Came later"), "{page}");
    let reader = world.county().get(&format!("{meeting}/agenda")).await;
    assert!(reader.main().contains("Skate park"), "the county reads it");
    assert!(!reader.body.contains("Move up") && !reader.body.contains(">Add<"), "and no more");
    let id = young.trim_start_matches("/contexts/");
    let again = table.act(&meeting, &[("act", "add"), ("context", id)]).await;
    assert_eq!(again.status, 409, "it is on it already");
}

#[actix_web::test]
async fn items_are_moved_timed_and_taken_off_by_buttons_alone() {
    let county = County::new();
    let table = Table::of(&county);
    let meeting = table.meeting(10);
    for name in ["First", "Second", "Third"] {
        table.context(name).await;
        county.world.later(TimeDelta::minutes(1));
    }
    let at = format!("{meeting}/agenda");
    table.act(&meeting, &[("act", "build")]).await;
    let page = table.coordinator.get(&at).await;
    let [first, second, third] = ["First", "Second", "Third"].map(|name| item(&page, name));
    let moved = table.act(&meeting, &[("act", "up"), ("item", &second)]).await;
    assert_eq!(moved.path(), format!("{at}#item-{second}"), "the focus stays with it");
    table.act(&meeting, &[("act", "down"), ("item", &first)]).await;
    assert_eq!(items(&table.coordinator.get(&at).await), ["Second", "Third", "First"]);
    // The ends stay where they are.
    table.act(&meeting, &[("act", "down"), ("item", &first)]).await;
    table.act(&meeting, &[("act", "up"), ("item", &second)]).await;
    assert_eq!(items(&table.coordinator.get(&at).await), ["Second", "Third", "First"]);

    for wrong in ["", "ten", "0", "-5", "241", "2.5"] {
        let form = [("act", "minutes"), ("item", third.as_str()), ("minutes", wrong)];
        let answer = table.act(&meeting, &form).await;
        assert_eq!(answer.status, 422, "{wrong}");
        let fault = "Enter the minutes as a number from 1 to 240";
        assert_eq!(answer.main().matches(fault).count(), 2, "above and beside: {}", answer.main());
        assert!(answer.body.contains(&format!("href=\"#minutes_{third}\"")));
    }
    let form = [("act", "minutes"), ("item", third.as_str()), ("minutes", "25")];
    assert_eq!(table.act(&meeting, &form).await.status, 303);
    let text = table.coordinator.get(&at).await.main();
    assert!(text.contains("from 12pm to 12:45pm") && text.contains("12:35pm"), "{text}");

    table.act(&meeting, &[("act", "off"), ("item", &third)]).await;
    let page = table.coordinator.get(&at).await;
    assert_eq!(items(&page), ["Second", "First"]);
    let (_, offered) = page.body.split_once("Not on the agenda yet").expect("what is offered");
    assert!(offered.contains("Third"), "it waits again");
    assert_eq!(table.act(&meeting, &[]).await.status, 422);
    let gone = table.act(&meeting, &[("act", "up"), ("item", &third)]).await;
    assert_eq!(gone.status, 409, "it is on it no more");
}

#[actix_web::test]
async fn of_two_who_change_an_agenda_at_once_the_second_is_told() {
    let county = County::new();
    let table = Table::of(&county);
    for name in ["First", "Second"] {
        table.context(name).await;
        county.world.later(TimeDelta::minutes(1));
    }
    let meeting = table.meeting(10);
    let at = format!("{meeting}/agenda");
    let empty = seen(&table.coordinator.get(&at).await);
    let build = [("act", "build"), ("seen", empty.as_str())];
    let all = (0..8).map(|_| table.coordinator.post(&at, &build));
    let answers = futures_util::future::join_all(all).await;
    let count = |status: u16| answers.iter().filter(|it| it.status == status).count();
    assert_eq!((count(303), count(409)), (1, 7));

    let page = table.coordinator.get(&at).await;
    assert_eq!(items(&page).len(), 2, "nothing is on it twice");
    let (mark, id) = (seen(&page), item(&page, "Second"));
    let form = [("act", "up"), ("item", id.as_str()), ("seen", mark.as_str())];
    assert_eq!(table.coordinator.post(&at, &form).await.status, 303);
    let colleague = county.world.coordinator(county.crawley);
    let late = colleague.post(&at, &form).await;
    assert_eq!(late.status, 409);
    assert!(late.main().contains("Somebody else has changed this agenda"), "{}", late.main());
    assert_eq!(items(&table.coordinator.get(&at).await), ["Second", "First"]);
}

#[actix_web::test]
async fn with_three_hundred_waiting_the_page_is_clear_and_says_how_many_more() {
    let county = County::new();
    let table = Table::of(&county);
    for number in 0..300 {
        table.context(&format!("Place {number}")).await;
    }
    let meeting = table.meeting(10);
    let at = format!("{meeting}/agenda");
    let before = table.coordinator.get(&at).await.main();
    assert!(before.contains("275 more wait."), "{before}");
    table.act(&meeting, &[("act", "build")]).await;
    let page = table.coordinator.get(&at).await;
    assert_eq!(items(&page).len(), 30, "as many as a meeting can hear");
    assert!(page.main().contains("245 more wait."), "{}", page.main());
    assert!(page.main().contains("30 items, from 12pm to 5pm"), "{}", page.main());
    assert_eq!(page.body.matches("value=\"add\"").count(), 25);
}

#[actix_web::test]
async fn an_agenda_is_its_teams_and_the_county_reads_it() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    table.context("Skate park").await;
    let meeting = table.meeting(10);
    let at = format!("{meeting}/agenda");
    let stranger = world.coordinator(county.horsham);
    let build = [("act", "build"), ("seen", "agenda.0")];
    assert_eq!(stranger.get(&at).await.status, 404);
    assert_eq!(stranger.post(&at, &build).await.status, 404);
    assert_eq!(world.county().post(&at, &build).await.status, 403);
    for outsider in [world.partner(county.crawley), table.lead.clone(), world.admin()] {
        let status = if outsider.id == table.lead.id || outsider.actor().is(Role::Admin) {
            403
        } else {
            404
        };
        assert_eq!(outsider.get(&at).await.status, status, "partners see theirs once papers close");
        assert_eq!(outsider.post(&at, &build).await.status, 403);
    }
    // Somebody who is the county's and another team's coordinator sees it, and may not change it.
    let post = Post { role: Role::County, school: None, team: None };
    let both = world.person("both", post);
    world.house(|deed| {
        let post = Post { role: Role::Coordinator, school: None, team: Some(county.horsham) };
        e4s::accounts::appoint::appoint(deed, both.id, &post, None)
    });
    let both = world.signed_in(both.id);
    assert_eq!(both.get(&at).await.status, 200);
    assert_eq!(both.post(&at, &build).await.status, 403);
    assert_eq!(items(&table.coordinator.get(&at).await), Vec::<String>::new());
    let nobodys = format!("/meetings/{}/agenda", MeetingId::random());
    assert_eq!(table.coordinator.get(&nobodys).await.status, 404);
}

#[actix_web::test]
async fn a_meeting_that_is_moved_keeps_its_agenda() {
    let county = County::new();
    let table = Table::of(&county);
    table.context("Skate park").await;
    let meeting = table.meeting(10);
    table.act(&meeting, &[("act", "build")]).await;
    let change = format!("{meeting}/change");
    let page = table.coordinator.get(&change).await;
    assert!(page.body.contains("value=\"Town Hall\""), "the form is filled in");
    let mark = seen(&page);
    let form = |day: &'static str, seen: &'static str| {
        vec![
            ("date_day", day),
            ("date_month", "12"),
            ("date_year", "2026"),
            ("time", "2pm"),
            ("papers_day", "9"),
            ("papers_month", "12"),
            ("papers_year", "2026"),
            ("papers_time", "5pm"),
            ("venue", "Library"),
            ("chair", "A chair"),
            ("seen", seen),
        ]
    };
    let mark: &'static str = mark.leak();
    let bad = table.coordinator.post(&change, &form("40", mark)).await;
    assert_eq!(bad.status, 422);
    assert!(bad.body.contains("value=\"Library\""), "what was typed is kept");
    assert_eq!(table.coordinator.post(&change, &form("10", mark)).await.path(), meeting);
    let text = table.coordinator.get(&format!("{meeting}/agenda")).await.main();
    assert!(text.contains("10 December 2026") && text.contains("Skate park"), "{text}");
    let show = table.coordinator.get(&meeting).await.main();
    assert!(show.contains("Library") && show.contains("10 December 2026"), "{show}");
    assert!(county.world.audit().contains(&"meeting-moved".to_owned()));
    let late = table.coordinator.post(&change, &form("11", mark)).await;
    assert_eq!(late.status, 409, "of two who move it the second is told");
    assert_eq!(county.world.county().post(&change, &[]).await.status, 403);
}

#[actix_web::test]
async fn what_a_cancelled_meeting_had_waits_again_and_stands_first_on_the_next() {
    let county = County::new();
    let table = Table::of(&county);
    let world = &county.world;
    let (concern, context) = table.context("Skate park").await;
    let (meeting, next) = (table.meeting(10), table.meeting(38));
    table.act(&meeting, &[("act", "build")]).await;
    let promised = table.lead.get(&concern).await.main();
    assert!(promised.contains("3 December 2026"), "{promised}");
    world.later(TimeDelta::minutes(1));
    table.context_of(Urgency::Urgent, "Urgent and new").await;

    let mark = seen(&table.coordinator.get(&format!("{meeting}/change")).await);
    let cancel = format!("{meeting}/cancel");
    assert_eq!(table.coordinator.post(&cancel, &[("seen", "meeting.1")]).await.status, 409);
    assert_eq!(table.coordinator.post(&cancel, &[("seen", &mark)]).await.path(), meeting);
    assert_eq!(table.coordinator.post(&cancel, &[("seen", &mark)]).await.status, 409, "once");
    let show = table.coordinator.get(&meeting).await.main();
    assert!(show.contains("This meeting is cancelled."), "{show}");
    assert!(table.coordinator.get("/meetings").await.main().contains("Cancelled"));
    let file = table.coordinator.get(&format!("{meeting}.ics")).await.body;
    assert!(file.contains("STATUS:CANCELLED"), "{file}");
    let page = table.coordinator.get(&context).await.main();
    assert!(page.contains("The meeting on 3 December 2026 was cancelled."), "{page}");
    assert!(page.contains("Screened"), "{page}");
    let promised = table.lead.get(&concern).await.main();
    assert!(promised.contains("31 December 2026"), "the school reads the next date: {promised}");
    assert_eq!(table.act_blind(&meeting).await.status, 409, "nothing comes onto it any more");

    table.act(&next, &[("act", "build")]).await;
    let page = table.coordinator.get(&format!("{next}/agenda")).await;
    assert_eq!(items(&page), ["Skate park", "Urgent and new"]);
    assert!(page.main().contains("Carried over"), "{}", page.main());
}

impl Table<'_> {
    async fn act_blind(&self, meeting: &str) -> Answer {
        let form = [("act", "build"), ("seen", "agenda.1")];
        self.coordinator.post(&format!("{meeting}/agenda"), &form).await
    }
}
