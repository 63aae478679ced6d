//! Somebody asks what is kept about them: the county's lead finds it, and nobody else reaches it.

use std::fmt::Display;

use actix_web::http::header::CONTENT_DISPOSITION;
use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::retention::subject_file;
use e4s::store::schema::*;

use crate::shire::hidden;
use crate::triage::County;
use crate::world::{Answer, Person};

pub const AT: &str = "/admin/subject-access";
pub const ASKED: [(&str, &str); 3] = [
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
pub fn boxes(page: &Answer) -> Vec<String> {
    let all = page.body.split("name=\"include\"").skip(1);
    all.map(|it| it.split("value=\"").nth(1).expect("a value"))
        .map(|it| it.split('"').next().expect("an end").to_owned())
        .collect()
}

pub async fn found(reader: &Person<'_>) -> (Answer, String) {
    let page = reader.post(AT, &ASKED).await;
    assert_eq!(page.status, 200, "{}", page.main());
    let (_, after) = page.body.split_once(&format!("action=\"{AT}/")).expect("a form");
    let at = format!("{AT}/{}", after.split('"').next().expect("an end"));
    (page, at)
}

/// The address of a search whose one concern was ticked.
async fn chosen(reader: &Person<'_>, id: &impl Display) -> String {
    let (page, at) = found(reader).await;
    let form = [("words", hidden(&page, "words")), ("include", &format!("concern.{id}"))];
    reader.post(&at, &form).await.path();
    at
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

    let value = format!("concern.{id}");
    let form = [("words", hidden(&page, "words")), ("include", &value)];
    let other = world.county();
    assert_eq!(other.post(&at, &form).await.status, 409, "another’s search");
    assert_eq!(reader.get(&at).await.status, 409, "nothing was chosen yet");
    assert_eq!(reader.post(&at, &form).await.path(), at);
    let ready = reader.get(&at).await.main();
    assert!(
        ready.contains("1 record. You can download it until 23 November 2026 at 10pm"),
        "{ready}"
    );
    let file = reader.get(&format!("{at}.html")).await;
    assert_eq!(file.status, 200, "{}", file.main());
    let how = file.headers.get(CONTENT_DISPOSITION).expect("a file").to_str().expect("text");
    assert!(how.starts_with("attachment"), "{how}");
    for words in
        ["SAR 2026/14", "<mark>Zoë  Marsh</mark>", "[Check: “Jordan Smith” looks like a name]"]
    {
        assert!(file.body.contains(words), "{words}: {}", file.body);
    }
    assert_eq!(reader.post(&at, &form).await.status, 409, "once");
    for end in ["", ".html", ".pdf"] {
        assert_eq!(other.get(&format!("{at}{end}")).await.status, 404, "another’s file");
    }
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
    let at = chosen(&reader, &id).await;
    reader.get(&format!("{at}.html")).await;
    reader.get(&format!("{at}.pdf")).await;
    let request = at.rsplit('/').next().expect("an id");
    let lines: Vec<(String, String)> = world.look(|db| {
        let ours = audit::table.filter(audit::account_id.eq(reader.id));
        let ours = ours.filter(audit::event.ne("signed-in")).order(audit::id);
        Ok(ours.select((audit::event, audit::subject)).load(db)?)
    });
    let expected = [
        ("subject-searched", format!("{request}/found/1")),
        ("concern-found", id.clone()),
        ("subject-bundled", format!("{request}/included/1")),
        ("concern-copied", id.clone()),
        ("concern-copied", id),
    ];
    assert_eq!(lines, expected.map(|(event, subject)| (event.to_owned(), subject)));
    let kept = world.look(|db| {
        let all = (subject_requests::reference, subject_requests::reason, subject_requests::choice);
        Ok(subject_requests::table.select(all).load::<(String, String, Option<String>)>(db)?)
    });
    // Sealed text is letters and digits of every kind: "sar" may occur in it.
    let kept = format!("{kept:?}").to_lowercase();
    for word in ["marsh", "sar 2026", "article"] {
        assert!(!kept.contains(word), "{word}: {kept}");
    }
}

/// What was chosen for files, as it is kept.
fn choices(county: &County) -> Vec<Option<String>> {
    county.world.look(|db| Ok(subject_requests::table.select(subject_requests::choice).load(db)?))
}

#[actix_web::test]
async fn a_file_can_be_taken_for_ten_hours_and_then_its_words_are_forgotten() {
    let county = County::new();
    let world = &county.world;
    let (id, reader) = (filed(&county).await, world.county());
    let at = chosen(&reader, &id).await;
    world.later(TimeDelta::hours(10));
    subject_file::forget(&world.portal, world.now()).expect("forgotten");
    let again = world.signed_in(reader.id);
    assert_eq!(again.get(&format!("{at}.html")).await.status, 200, "ten hours");
    world.later(TimeDelta::minutes(1));
    let again = world.signed_in(reader.id);
    for end in ["", ".html", ".pdf"] {
        assert_eq!(again.get(&format!("{at}{end}")).await.status, 409, "over");
    }
    assert!(choices(&county)[0].is_some());
    subject_file::forget(&world.portal, world.now()).expect("forgotten");
    assert_eq!(choices(&county), [None]);
    let (page, at) = found(&again).await;
    world.later(TimeDelta::hours(10) + TimeDelta::minutes(1));
    let again = world.signed_in(reader.id);
    let form = [("words", hidden(&page, "words")), ("include", &format!("concern.{id}"))];
    assert_eq!(again.post(&at, &form).await.status, 409, "a search of this morning");
}

#[actix_web::test]
async fn a_file_is_taken_with_a_fresh_proof_and_what_was_ticked_waits_for_it() {
    let county = County::new();
    let world = &county.world;
    let (id, reader) = (filed(&county).await, world.county());
    let (page, at) = found(&reader).await;
    world.later(TimeDelta::minutes(6));
    let form = [("words", hidden(&page, "words")), ("include", &format!("concern.{id}"))];
    assert_eq!(reader.post(&at, &form).await.path(), at, "reading and ticking takes a while");
    let word = at.trim_start_matches('/');
    for end in ["", ".html", ".pdf"] {
        let answer = reader.get(&format!("{at}{end}")).await;
        assert_eq!(answer.path(), format!("/prove?back={word}{end}"));
        assert!(!answer.body.contains("Marsh"));
    }
    let copied = world.audit().iter().filter(|it| *it == "concern-copied").count();
    assert_eq!(copied, 0);
    let proved = world.signed_in(reader.id);
    assert_eq!(proved.get(&format!("{at}.pdf")).await.status, 200);
}

#[actix_web::test]
async fn nothing_ticked_comes_back_as_the_same_page_with_a_fault() {
    let county = County::new();
    let (id, reader) = (filed(&county).await, county.world.county());
    let (page, at) = found(&reader).await;
    let none = reader.post(&at, &[("words", hidden(&page, "words"))]).await;
    assert_eq!(none.status, 422);
    let main = none.main();
    assert_eq!(main.matches("Tick what belongs to the answer").count(), 3, "{main}");
    assert!(none.body.contains("<title>Error: Found for SAR 2026/14"), "{}", none.body);
    assert!(none.body.contains("href=\"#include\"") && none.body.contains("id=\"include\""));
    assert_eq!(boxes(&none), [format!("concern.{id}")]);
    assert_eq!(hidden(&none, "words"), hidden(&page, "words"));
    let other = county.world.county();
    assert_eq!(other.post(&at, &[("words", "zoe marsh")]).await.status, 404, "another’s search");
    let form = [("words", hidden(&none, "words")), ("include", &format!("concern.{id}"))];
    assert_eq!(reader.post(&at, &form).await.path(), at, "and nothing was used up");
}

#[actix_web::test]
async fn the_pdf_holds_the_same_words_is_accessible_and_leaves_no_letter_out() {
    let county = County::new();
    let world = &county.world;
    let (lead, reader) = (world.dsl(county.school), world.county());
    let name = "Zoë Marsh \u{1f6b2} at #panic() \\ *corner* \u{5b57}";
    let id = world.concern(&lead, county.crawley, name);
    let at = chosen(&reader, &id).await;
    let file = reader.get(&format!("{at}.pdf")).await;
    assert_eq!(file.status, 200, "{}", file.main());
    assert_eq!(file.headers.get("content-type").expect("a type"), "application/pdf");
    for mark in ["%PDF-1.7", "<pdfuaid:part>1</pdfuaid:part>", "<pdfaid:part>2</pdfaid:part>"] {
        assert!(file.body.contains(mark), "{mark}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    std::fs::write(&path, &file.bytes).expect("written");
    let Ok(read) = std::process::Command::new("pdftotext").arg(&path).arg("-").output() else {
        return;
    };
    let text = String::from_utf8_lossy(&read.stdout).into_owned();
    for words in ["Request SAR 2026/14", "Zoë Marsh [U+1F6B2] at #panic() \\ *corner* [U+5B57]"] {
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{text}");
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
    assert_eq!(reader.post(&at, &form).await.path(), at, "and nothing was used up");
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

#[actix_web::test]
async fn what_does_not_open_is_counted_named_and_kept_with_the_request() {
    let county = County::new();
    let world = &county.world;
    let (lead, coordinator) = (world.dsl(county.school), world.coordinator(county.crawley));
    filed(&county).await;
    let shut = world.concern(&lead, county.crawley, "The mill");
    let half = world.concern(&lead, county.crawley, "Zoe Marsh by the ford");
    coordinator.post(&format!("/concerns/{half}/ask"), &[("question", "When?")]).await.path();
    let context = {
        let at = format!("/concerns/{}", world.concern(&lead, county.crawley, "The weir"));
        let form = [("context", "new"), ("label", "The weir"), ("kind", "location")];
        coordinator.post(&format!("{at}/context"), &form).await.path().to_owned()
    };
    let broken = "e1.1.nobody.a.b.c";
    world.house(|deed| {
        let of = concerns::table.find(shut);
        diesel::update(of).set(concerns::answers.eq(broken)).execute(deed.db)?;
        let of = concern_steps::table.filter(concern_steps::concern_id.eq(half));
        let of = of.filter(concern_steps::words.is_not_null());
        diesel::update(of).set(concern_steps::words.eq(broken)).execute(deed.db)?;
        let of = contexts::table.find(context.trim_start_matches("/contexts/"));
        diesel::update(of).set(contexts::label.eq(broken)).execute(deed.db)?;
        Ok(())
    });
    let references: Vec<String> = world.look(|db| {
        let both = concerns::table.filter(concerns::id.eq_any([shut, half]));
        Ok(both.select(concerns::reference).load(db)?)
    });
    let reader = world.county();
    let (page, _) = found(&reader).await;
    let main = page.main();
    assert!(main.contains("3 records could not be read, or not in whole"), "{main}");
    assert!(references.iter().all(|it| main.contains(it)), "{references:?}: {main}");
    assert!(main.contains("2 records found"), "what does open of one is searched: {main}");
    assert!(!main.contains("does not open"), "no placeholder is searched: {main}");
    let list = reader.get(AT).await.main();
    assert!(list.contains("2, and 3 that could not be read"), "{list}");
    assert!(world.county().post(AT, &ASKED).await.status == 200);
}

#[actix_web::test]
async fn what_comes_back_is_checked_as_what_was_searched_for() {
    let county = County::new();
    let world = &county.world;
    let (id, reader) = (filed(&county).await, world.county());
    let other: String = world.look(|db| {
        let other = concerns::table.filter(concerns::id.ne(&id));
        Ok(other.select(concerns::id).first(db)?)
    });
    let (page, at) = found(&reader).await;
    let (words, value) = (hidden(&page, "words").to_owned(), format!("concern.{id}"));
    let long = "zoe marsh\n".repeat(1000);
    let many = "zoe marsh\n".repeat(21);
    for terms in ["", "a", "zo", &long, &many] {
        let form = [("words", terms), ("include", value.as_str())];
        assert_eq!(reader.post(&at, &form).await.status, 404, "{} lines", terms.lines().count());
    }
    let unfound = format!("concern.{other}");
    let form = [("words", words.as_str()), ("include", &value), ("include", &unfound)];
    assert_eq!(reader.post(&at, &form).await.status, 404, "it was not among what was found");
    let form = [("words", words.as_str()), ("include", &value)];
    assert_eq!(reader.post(&at, &form).await.path(), at, "and nothing was used up");
}

#[actix_web::test]
async fn a_concern_that_a_subject_access_search_showed_and_copied_says_so() {
    let county = County::new();
    let world = &county.world;
    let (id, reader) = (filed(&county).await, world.county());
    let at = chosen(&reader, &id).await;
    reader.get(&format!("{at}.html")).await;
    let school = world.dsl(county.school);
    let page = school.get(&format!("/concerns/{id}/openings")).await.main();
    for how in ["found in a search", "copied for a subject-access request"] {
        let line = format!("The county’s lead, 23 November 2026 at 12pm, {how}");
        assert!(page.contains(&line), "{how}: {page}");
    }
}

#[actix_web::test]
async fn no_more_can_be_ticked_than_a_search_shows() {
    let county = County::new();
    let world = &county.world;
    let lead = world.dsl(county.school);
    let ids: Vec<String> = (0..301)
        .map(|_| format!("concern.{}", world.concern(&lead, county.crawley, "Zoe Marsh")))
        .collect();
    let reader = world.county();
    let (page, at) = found(&reader).await;
    assert!(page.main().contains("There are more than are shown"), "{}", page.main());
    let form = |count: usize| {
        let ticked = ids.iter().take(count).map(|it| ("include", it.as_str()));
        std::iter::once(("words", "zoe marsh")).chain(ticked).collect::<Vec<_>>()
    };
    assert_eq!(reader.post(&at, &form(301)).await.status, 404);
    assert_eq!(reader.post(&at, &form(300)).await.path(), at);
}
