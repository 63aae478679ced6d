//! Somebody asks what is kept about them: the county's lead finds it, and nobody else reaches it.

use actix_web::http::header::CONTENT_DISPOSITION;
use diesel::prelude::*;
use e4s::store::schema::*;

use crate::shire::hidden;
use crate::triage::County;
use crate::world::{Answer, Person};

const AT: &str = "/admin/subject-access";
const ASKED: [(&str, &str); 3] = [
    ("words", "zoe marsh\nz.marsh@example.org"),
    ("reference", "SAR 2026/14"),
    ("reason", "Article 15 request"),
];

/// A concern that names somebody three times in two texts, and one that does not.
async fn filed(county: &County) -> String {
    let world = &county.world;
    let (lead, coordinator) = (world.dsl(county.school), world.coordinator(county.crawley));
    let id = world.concern(&lead, county.crawley, "Zoë  Marsh by the shelter");
    world.concern(&lead, county.crawley, "The footpath");
    let question = [("question", "Was Zoë Marsh there with Jordan Smith?")];
    coordinator.post(&format!("/concerns/{id}/ask"), &question).await.path();
    id.to_string()
}

/// The values of the boxes that a page has.
fn boxes(page: &Answer) -> Vec<String> {
    let all = page.body.split("name=\"include\"").skip(1);
    all.map(|it| it.split("value=\"").nth(1).expect("a value"))
        .map(|it| it.split('"').next().expect("an end").to_owned())
        .collect()
}

async fn found(reader: &Person<'_>) -> (Answer, String) {
    let page = reader.post(AT, &ASKED).await;
    assert_eq!(page.status, 200, "{}", page.main());
    let (_, after) = page.body.split_once(&format!("action=\"{AT}/")).expect("a form");
    let at = format!("{AT}/{}", after.split('"').next().expect("an end"));
    (page, at)
}

#[actix_web::test]
async fn the_county_finds_what_is_kept_about_somebody_and_takes_what_was_ticked_once() {
    let county = County::new();
    let world = &county.world;
    let (id, reader) = (filed(&county).await, world.county());
    let (page, at) = found(&reader).await;
    let main = page.main();
    assert!(main.contains("1 record found"), "{main}");
    assert!(main.contains("Zoë Marsh\nby the shelter"), "marked: {main}");
    assert!(main.contains("“Jordan Smith” looks like a name"), "{main}");
    assert!(!main.contains("footpath") && !main.contains("“Zoë"), "{main}");
    assert_eq!(boxes(&page), [format!("concern.{id}")]);

    let none = reader.post(&at, &[("words", hidden(&page, "words"))]).await;
    assert_eq!(none.status, 409, "nothing was ticked");
    let value = format!("concern.{id}");
    let form = [("words", hidden(&page, "words")), ("include", &value)];
    let other = world.county();
    assert_eq!(other.post(&at, &form).await.status, 409, "another’s search");
    let file = reader.post(&at, &form).await;
    assert_eq!(file.status, 200, "{}", file.main());
    let how = file.headers.get(CONTENT_DISPOSITION).expect("a file").to_str().expect("text");
    assert!(how.starts_with("attachment"), "{how}");
    for words in
        ["SAR 2026/14", "<mark>Zoë  Marsh</mark>", "[Check: “Jordan Smith” looks like a name]"]
    {
        assert!(file.body.contains(words), "{words}: {}", file.body);
    }
    assert_eq!(reader.post(&at, &form).await.status, 409, "once");
    let again = reader.get(AT).await.main();
    let line =
        "SAR 2026/14\nWho searched\nA county\nWhen\n23 November 2026 at 12pm\nFound\n1\nTaken\n1";
    assert!(again.contains(line), "{again}");
}

#[actix_web::test]
async fn it_is_written_down_in_numbers_and_never_in_words() {
    let county = County::new();
    let world = &county.world;
    let (id, reader) = (filed(&county).await, world.county());
    let (page, at) = found(&reader).await;
    let form = [("words", hidden(&page, "words")), ("include", &format!("concern.{id}"))];
    reader.post(&at, &form).await;
    let request = at.rsplit('/').next().expect("an id");
    let lines: Vec<(String, String)> = world.look(|db| {
        let ours = audit::table.filter(audit::account_id.eq(reader.id));
        let ours = ours.filter(audit::event.ne("signed-in")).order(audit::id);
        Ok(ours.select((audit::event, audit::subject)).load(db)?)
    });
    let expected = [
        ("subject-searched", format!("{request}/found/1")),
        ("concern-copied", id),
        ("subject-bundled", format!("{request}/included/1")),
    ];
    assert_eq!(lines, expected.map(|(event, subject)| (event.to_owned(), subject)));
    let kept: Vec<(String, String)> = world.look(|db| {
        let both = (subject_requests::reference, subject_requests::reason);
        Ok(subject_requests::table.select(both).load(db)?)
    });
    let kept = format!("{kept:?}").to_lowercase();
    for word in ["marsh", "sar", "article"] {
        assert!(!kept.contains(word), "{word}: {kept}");
    }
}

#[actix_web::test]
async fn nobody_but_the_county_reaches_it() {
    let county = County::new();
    let world = &county.world;
    filed(&county).await;
    let people = [
        world.admin(),
        world.coordinator(county.crawley),
        world.partner(county.crawley),
        world.dsl(county.school),
    ];
    for person in people {
        assert_eq!(person.get(AT).await.status, 403);
        assert_eq!(person.post(AT, &ASKED).await.status, 403);
        let at = format!("{AT}/00000000000000000000000000");
        assert_eq!(person.post(&at, &ASKED).await.status, 403);
    }
    let reader = world.county();
    let (page, at) = found(&reader).await;
    let unknown = "concern.00000000000000000000000000";
    let known = boxes(&page).remove(0);
    let form = [("words", "zoe marsh"), ("include", unknown), ("include", &known)];
    assert_eq!(reader.post(&at, &form).await.status, 404, "all of them, or nothing");
    let form = [("words", "zoe marsh"), ("include", &known)];
    assert_eq!(reader.post(&at, &form).await.status, 200, "and nothing was used up");
}

#[actix_web::test]
async fn a_search_that_cannot_be_made_comes_back_with_what_was_typed() {
    let county = County::new();
    let reader = county.world.county();
    let long = "x\n".repeat(30);
    let cases: [(&str, &str, &str, &str); 6] = [
        ("", "SAR 1", "Asked", "Enter what to look for, such as a name"),
        ("Al", "SAR 1", "Asked", "Each line must have 3 characters or more"),
        (&long, "SAR 1", "Asked", "Enter 20 lines or fewer"),
        ("Alex", "", "Asked", "Enter the reference of the request"),
        ("Alex", "SAR 1", " ", "Enter why you look for this"),
        ("Alex", &"9".repeat(61), "Asked", "The reference must be 60 characters or fewer"),
    ];
    for (words, reference, reason, fault) in cases {
        let form = [("words", words), ("reference", reference), ("reason", reason)];
        let page = reader.post(AT, &form).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.main().matches(fault).count(), 2, "{fault}: {}", page.main());
        assert!(page.body.contains(words.trim()) && page.body.contains(reference), "{fault}");
    }
    let form = [("words", "Nobody At All"), ("reference", "SAR 1"), ("reason", "Asked")];
    assert!(reader.post(AT, &form).await.main().contains("Nothing was found"));
}
