//! The pack of a meeting, whole for its team and sanitised for its partners; and what a team tells partners of a context.

use chrono::TimeDelta;
use e4s::concerns::Harm;

use crate::agenda::Table;
use crate::shire::hidden;
use crate::triage::County;
use crate::world::{Answer, Person};

/// What a school wrote, in every field that a pack may draw on. Partners read none of it.
const WROTE: [(&str, &str); 7] = [
    ("name", "Quagga shelter"),
    ("words", "behind the quagga shops"),
    ("strengths", "a quagga football club"),
    ("guardians", "the quagga bus driver"),
    ("young_people", "the quagga is dark"),
    ("days", "fri"),
    ("times", "evening"),
];
const PARTNER: &str = "?as=partner";

/// The words of a PDF on one line; nothing where there is no reader for it.
fn words(file: &Answer) -> Option<String> {
    assert_eq!(file.status, 200, "{}", file.main());
    for mark in ["%PDF-1.7", "<pdfuaid:part>1</pdfuaid:part>", "/StructTreeRoot", "/Lang(en-GB)"] {
        assert!(file.body.contains(mark), "{mark}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pack.pdf");
    std::fs::write(&path, &file.bytes).expect("written");
    let read =
        std::process::Command::new("pdftotext").arg("-raw").arg(&path).arg("-").output().ok()?;
    let text = String::from_utf8_lossy(&read.stdout).into_owned();
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A context of so many reports of one school; says where it is.
async fn gathered(table: &Table<'_>, (label, count): (&str, usize)) -> String {
    let world = &table.county.world;
    let mut at = String::new();
    for _ in 0..count {
        let what = (table.county.crawley, Harm::Weapons);
        let concern = world.concern_told(&table.lead, what, (&WROTE, crate::filed::SPOT));
        let form = match at.strip_prefix("/contexts/") {
            None => vec![("context", "new"), ("label", label), ("kind", "location")],
            Some(id) => vec![("context", id)],
        };
        let to = table.coordinator.post(&format!("/concerns/{concern}/context"), &form).await;
        to.path().clone_into(&mut at);
    }
    at
}

/// A goal with a response and a measure.
async fn planned(team: &Person<'_>, context: &str) {
    let form = [("indicator", "own"), ("words", "Light on the way home")];
    let goal = team.post(&format!("{context}/goals/new"), &form).await.path().to_owned();
    let day = |name: &str, day: &str| format!("{name}_day={day}&{name}_month=11&{name}_year=2026");
    for (path, form) in [
        (
            "response",
            format!("what=Street lights&owner=Highways&sort=environment&{}", day("from", "2")),
        ),
        (
            "measure",
            format!("what=Feel safe&unit=pupils of 40&wanted=more&amount=4&{}", day("taken", "2")),
        ),
    ] {
        let form: Vec<(&str, &str)> = form.split('&').filter_map(|it| it.split_once('=')).collect();
        team.post(&format!("{goal}/{path}"), &form).await.path();
    }
}

/// Gives out something to partners.
async fn given(team: &Person<'_>, context: &str, form: &[(&str, &str)]) -> Answer {
    let at = format!("{context}/partners");
    let page = team.get(&at).await;
    let mut form = form.to_vec();
    form.push(("version", hidden(&page, "version")));
    team.post(&at, &form).await
}

/// A meeting in ten days that takes items until tomorrow, with what waits on its agenda.
async fn tabled(table: &Table<'_>) -> String {
    let id = table.county.world.meeting(table.county.crawley, (10, 1), "Town Hall");
    let meeting = format!("/meetings/{id}");
    table.act(&meeting, &[("act", "build")]).await.path();
    meeting
}

#[actix_web::test]
async fn the_team_takes_all_that_is_known_with_its_readers_name_on_it_and_each_reading_is_kept() {
    let county = County::new();
    let (world, table) = (&county.world, Table::of(&county));
    let context = gathered(&table, ("Skate park", 2)).await;
    planned(&table.coordinator, &context).await;
    let form = [("words", "Older pupils look after younger ones."), ("version", "0")];
    table
        .coordinator
        .post(&format!("{context}/assessment/strengths-and-needs"), &form)
        .await
        .path();
    let meeting = tabled(&table).await;
    let before = world.audit().len();
    let file = table.coordinator.get(&format!("{meeting}.pdf")).await;
    assert_eq!(file.headers.get("content-type").expect("a type"), "application/pdf");
    assert_eq!(file.headers.get("cache-control").expect("a rule"), "no-store");
    let name = file.headers.get("content-disposition").expect("a name");
    assert_eq!(name, "attachment; filename=\"meeting-2026-12-03.pdf\"");
    let read = ["meeting-packed", "context-read", "concern-gathered", "concern-gathered"];
    assert_eq!(world.audit()[before..], read);
    let Some(text) = words(&file) else { return };
    for said in [
        "Crawley’s meeting on 3 December 2026",
        "Confidential / OFFICIAL-SENSITIVE",
        "Made for A coordinator on 23 November 2026 at 12pm",
        "Copy of A coordinator",
        "Town Hall",
        "1. Skate park",
        "2 reports from 1 school: Elm Bank School",
        "Weapons (the main harm of 2)",
        "Most often: Friday, in the evening",
        "behind the quagga shops (Elm Bank School)",
        "the quagga bus driver",
        "the quagga is dark",
        "Older pupils look after younger ones.",
        "Goal: Light on the way home",
        "Street lights. Highways",
        "4 on 2 November 2026",
        "Not taken again yet",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let above = words(&world.county().get(&format!("{meeting}.pdf")).await).expect("words");
    assert!(above.contains("from 1 school") && above.contains("quagga shops"), "{above}");
    assert!(!above.contains("Elm Bank School"), "which school it was is the team’s to know");
}

#[actix_web::test]
async fn partners_see_from_the_cut_off_on_what_the_team_gives_them_and_nothing_that_a_school_wrote()
{
    let county = County::new();
    let (world, table) = (&county.world, Table::of(&county));
    let context = gathered(&table, ("Skate park", 4)).await;
    planned(&table.coordinator, &context).await;
    let meeting = tabled(&table).await;
    let (agenda, file) = (format!("{meeting}/agenda"), format!("{meeting}.pdf"));
    let partner = world.partner(county.crawley);
    for path in [&agenda, &file] {
        assert_eq!(partner.get(path).await.status, 404, "not before papers close");
    }
    assert!(!partner.get(&meeting).await.body.contains("Agenda"), "and no way there is offered");
    world.later(TimeDelta::days(1));
    let (table, partner) = (table.again(), world.signed_in(partner.id));
    let frame = partner.get(&meeting).await;
    assert!(frame.body.contains(&file) && frame.body.contains(&agenda), "{}", frame.main());
    assert!(!frame.body.contains("minutes"), "no minutes for partners: {}", frame.main());

    let secret = [
        "quagga",
        "Skate park",
        "Elm Bank",
        "Street lights",
        "Light on the way home",
        "4 on 2",
        "4 reports",
    ];
    let known = world.audit().len();
    let page = partner.get(&agenda).await;
    let pack = words(&partner.get(&file).await);
    assert_eq!(world.audit()[known..], ["meeting-shown", "meeting-packed-for-partners"]);
    for text in pack.iter().chain([&page.main().replace('\n', " ")]) {
        for said in ["A place", "Reports fewer than five", "Weapons", "Time 10 minutes"] {
            assert!(text.replace(':', "").contains(said), "{said}: {text}");
        }
        assert!(!text.contains("Friday"), "four reports are too few to say when: {text}");
        for hidden in secret {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
    if let Some(text) = pack {
        assert!(text.contains("Copy of A partner, 24 November 2026"), "{text}");
    }

    let urn = county.school.to_string();
    let form = [
        ("give", "name"),
        ("give", "plan"),
        ("words", "Please walk by on Fridays."),
        ("school", &urn),
    ];
    assert_eq!(given(&table.coordinator, &context, &form).await.path(), context);
    let page = partner.get(&agenda).await.main().replace('\n', " ");
    let preview = table.coordinator.get(&format!("{agenda}{PARTNER}")).await.main();
    let pack = words(&partner.get(&file).await);
    for text in pack.iter().chain([&page, &preview.replace('\n', " ")]) {
        for said in [
            "Skate park",
            "fewer than five, among them Elm Bank School",
            "Please walk by on Fridays.",
            "Light on the way home",
            "Street lights",
            "fewer than five on 2 November 2026",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("quagga"), "{text}");
    }
}

#[actix_web::test]
async fn from_five_reports_on_partners_read_how_many_and_when() {
    let county = County::new();
    let table = Table::of(&county);
    gathered(&table, ("Skate park", 5)).await;
    let meeting = tabled(&table).await;
    let page = table.coordinator.get(&format!("{meeting}/agenda{PARTNER}")).await.main();
    assert!(page.contains("Reports\n5\nSchools that reported\nfewer than five"), "{page}");
    assert!(
        page.contains("Most often: Friday, in the evening, 6pm to 10pm (5 reports)."),
        "{page}"
    );
    let file = table.coordinator.get(&format!("{meeting}.pdf{PARTNER}")).await;
    let name = file.headers.get("content-disposition").expect("a name").to_str().expect("text");
    assert!(name.contains("meeting-2026-12-03-partners.pdf"), "{name}");
    let text = words(&file).unwrap_or_default();
    assert!(!text.contains("quagga") && !text.contains("Elm Bank"), "{text}");
}

#[actix_web::test]
async fn nobody_else_takes_it_and_it_asks_for_a_fresh_proof() {
    let county = County::new();
    let (world, table) = (&county.world, Table::of(&county));
    table.context("Skate park").await;
    let meeting = tabled(&table).await;
    world.later(TimeDelta::days(2));
    let file = format!("{meeting}.pdf");
    for stranger in [world.coordinator(county.horsham), world.partner(county.horsham)] {
        for path in [&file, &format!("{file}{PARTNER}"), &format!("{meeting}/agenda{PARTNER}")] {
            assert_eq!(stranger.get(path).await.status, 404, "{path}");
        }
    }
    for outsider in [world.dsl(county.school), world.admin()] {
        assert_eq!(outsider.get(&file).await.status, 403);
        assert_eq!(outsider.get(&format!("{meeting}/agenda")).await.status, 403);
    }
    let partner = world.partner(county.crawley);
    world.later(TimeDelta::minutes(6));
    let asked = partner.get(&file).await;
    assert_eq!(asked.path(), format!("/prove?back={}", file.trim_start_matches('/')));
    let cancelled = Table::of(&county);
    let form = [(
        "seen",
        format!(
            "meeting.{}",
            (world.now() + TimeDelta::days(8) - TimeDelta::minutes(6)).and_utc().timestamp()
        ),
    )];
    let form: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    cancelled.coordinator.post(&format!("{meeting}/cancel"), &form).await.path();
    assert_eq!(cancelled.coordinator.get(&file).await.status, 404, "a cancelled meeting has none");
    assert_eq!(partner.get(&format!("{meeting}/agenda")).await.status, 404);
}

#[actix_web::test]
async fn an_empty_agenda_says_so_and_hostile_words_are_set_and_never_run() {
    let county = County::new();
    let table = Table::of(&county);
    let meeting = table.meeting(10);
    let text = words(&table.coordinator.get(&format!("{meeting}.pdf")).await).unwrap_or_default();
    assert!(text.is_empty() || text.contains("Nothing is on the agenda."), "{text}");
    let page = table.coordinator.get(&format!("{meeting}/agenda{PARTNER}")).await.main();
    assert!(page.contains("Nothing is on the agenda."), "{page}");
    let hostile = "\\ #panic(1) $x$ <b> \u{1f6b2} *c* [d] // e";
    table.context(hostile).await;
    table.act(&meeting, &[("act", "build")]).await.path();
    let text = words(&table.coordinator.get(&format!("{meeting}.pdf")).await).unwrap_or_default();
    let shown = "\\ #panic(1) $x$ <b> [U+1F6B2] *c* [d] // e";
    assert!(text.is_empty() || text.contains(shown), "{text}");
}

#[actix_web::test]
async fn what_partners_see_is_checked_and_nobody_overwrites_anybody() {
    let county = County::new();
    let (world, table) = (&county.world, Table::of(&county));
    let other = world.school(100_009, "Ash Vale School", "E07000226").to_string();
    let (_, context) = table.context("Skate park").await;
    let long = "x".repeat(2_001);
    for (form, field, said) in [
        ([("words", "Ring Kim Marsh on 01632 960123")], "keep", "say why it has to stay"),
        ([("words", long.as_str())], "words", "2,000 characters or fewer"),
        ([("school", other.as_str())], "school", "Choose schools that have reported this"),
        ([("school", "nonsense")], "school", "Choose schools that have reported this"),
    ] {
        let again = given(&table.coordinator, &context, &form).await;
        assert_eq!(again.status, 422, "{field}");
        assert!(again.body.contains(&format!("href=\"#{field}\"")), "{field}: {}", again.main());
        assert!(again.main().contains(said), "{said}: {}", again.main());
    }
    let form = [("words", "Ring Kim Marsh"), ("keep", "They agreed")];
    given(&table.coordinator, &context, &form).await.path();
    let late = [("words", "From an older page"), ("version", "0")];
    let refused = table.coordinator.post(&format!("{context}/partners"), &late).await;
    assert_eq!(refused.status, 409);
    assert!(refused.main().contains("Somebody else has changed what partners see"));
    assert!(refused.body.contains("From an older page"), "what was typed is not lost");
    let page = table.coordinator.get(&format!("{context}/partners")).await;
    assert!(page.body.contains("Ring Kim Marsh"), "and nothing was overwritten");
    let form = [("state", "closed"), ("outcome", "no_further_action"), ("reason", "Quiet.")];
    table.coordinator.post(&format!("{context}/state"), &form).await.path();
    let closed = given(&table.coordinator, &context, &[("give", "name")]).await;
    assert_eq!(closed.status, 409, "a closed context is given out no more");
}

#[actix_web::test]
async fn what_went_to_another_team_is_not_in_it() {
    let county = County::new();
    let (world, table) = (&county.world, Table::of(&county));
    let context = gathered(&table, ("Skate park", 1)).await;
    let meeting = tabled(&table).await;
    world.house(|deed| {
        use diesel::prelude::*;
        use e4s::store::schema::contexts;
        let id = context.trim_start_matches("/contexts/").to_owned();
        let it = contexts::table.filter(contexts::id.eq(id));
        diesel::update(it).set(contexts::team_id.eq(county.horsham)).execute(deed.db)?;
        Ok(())
    });
    for query in ["", PARTNER] {
        let file = table.coordinator.get(&format!("{meeting}.pdf{query}")).await;
        let text = words(&file).unwrap_or_default();
        assert!(
            text.is_empty() || text.contains("A context that is with another team by now"),
            "{text}"
        );
        assert!(!text.contains("Skate park") && !text.contains("quagga"), "{text}");
    }
}

/// How long a full agenda takes, written with the files into the folder `PACK_TO`:
/// `PACK_TO=… cargo test --release --test portal -- --ignored thirty_items`.
#[actix_web::test]
#[ignore = "it measures"]
async fn thirty_items_of_five_reports_each() {
    let county = County::new();
    let table = Table::of(&county);
    for number in 0..30 {
        let context = gathered(&table, (&format!("Place {number}"), 5)).await;
        planned(&table.coordinator, &context).await;
    }
    let meeting = tabled(&table).await;
    let folder = std::env::var("PACK_TO").expect("a folder for the files");
    let folder = std::path::Path::new(&folder);
    let mut took = Vec::new();
    for query in ["", "", PARTNER, PARTNER] {
        let begun = std::time::Instant::now();
        let file = table.coordinator.get(&format!("{meeting}.pdf{query}")).await;
        took.push(format!("{query} {:?} {} bytes", begun.elapsed(), file.bytes.len()));
        let path = folder.join(format!("pack{}.pdf", query.len()));
        std::fs::write(path, &file.bytes).expect("written");
    }
    std::fs::write(folder.join("took.txt"), took.join("\n")).expect("written");
}
