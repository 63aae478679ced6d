//! The pages of the curriculum, as anybody reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH,
};
use actix_web::test::TestRequest;

use crate::world::{Answer, World};

const LESSON: &str = "/curriculum/relationships-and-sex-education/ks3/the-bench";

/// A world with the small curriculum of these tests.
fn world() -> World {
    World::with(|it| it.curriculum = Some(PathBuf::from("tests/data/curriculum")))
}

fn header(answer: &Answer, name: actix_web::http::header::HeaderName) -> String {
    answer.headers.get(name).map(|it| it.to_str().expect("text").to_owned()).unwrap_or_default()
}

/// Every address of the curriculum that a page links to, without what stands after `#`.
fn links(page: &str) -> BTreeSet<String> {
    let after = page.split("href=\"").skip(1).filter_map(|it| it.split_once('"'));
    let ours = after.map(|(it, _)| it.replace("&amp;", "&").replace("&#x2F;", "/"));
    ours.filter_map(|it| it.split('#').next().map(str::to_owned))
        .filter(|it| it.starts_with("/curriculum"))
        .collect()
}

#[actix_web::test]
async fn every_link_of_the_curriculum_leads_to_a_page() {
    let world = world();
    let mut seen: BTreeMap<String, u16> = BTreeMap::new();
    let mut todo =
        BTreeSet::from(["/curriculum".to_owned(), "/curriculum/search?q=bench".to_owned()]);
    while let Some(path) = todo.pop_first() {
        let answer = world.get(&path).await;
        seen.insert(path.clone(), answer.status.as_u16());
        if header(&answer, CONTENT_TYPE).starts_with("text/html") {
            todo.extend(links(&answer.body).into_iter().filter(|it| !seen.contains_key(it)));
        }
    }
    assert!(seen.values().all(|it| *it == 200), "{seen:?}");
    for path in [
        LESSON.to_owned(),
        format!("{LESSON}/parents"),
        format!("{LESSON}/worksheet"),
        format!("{LESSON}.pdf"),
    ] {
        assert!(seen.contains_key(&path), "no page leads to {path}: {seen:?}");
    }
}

#[actix_web::test]
async fn a_lesson_reads_as_one_page_with_its_files_and_what_to_do_if_a_pupil_tells() {
    let page = world().get(LESSON).await.main();
    for words in [
        "Who is around at the bench?",
        "Year 7 · 50 minutes · Lesson 1 of 1 · version 1.0, reviewed 1 September 2026",
        "To notice who makes a place feel safe.",
        "listen; do not promise to keep it secret; tell your designated safeguarding lead today.",
        "The walk to the bench (20 minutes)",
        "0800 1111",
        "S-PSF-1",
        "Noticing risk in a place and telling somebody (Personal safety)",
    ] {
        assert!(page.contains(words), "{words:?} in\n{page}");
    }
    assert!(page.contains("Download the plan (PDF, "), "{page}");
}

#[actix_web::test]
async fn a_page_is_compressed_has_a_strong_tag_and_is_not_sent_twice() {
    let world = world();
    let ask = |name, value: &str| {
        world.send(TestRequest::with_uri(LESSON).insert_header((name, value.to_owned())))
    };
    let page = ask(ACCEPT_ENCODING, "gzip, br").await;
    let tag = header(&page, ETAG);
    assert!(tag.starts_with('"'), "{tag}");
    assert_eq!(header(&page, CONTENT_ENCODING), "br");
    assert_eq!(header(&page, CACHE_CONTROL), "public, no-cache");
    assert_eq!(header(&ask(ACCEPT_ENCODING, "gzip").await, CONTENT_ENCODING), "gzip");
    let again = ask(IF_NONE_MATCH, &tag).await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
}

#[actix_web::test]
async fn somebody_signed_in_keeps_their_name_on_the_page_and_nobody_else_gets_it() {
    let world = world();
    let admin = world.admin();
    let named = admin.get(LESSON).await;
    assert!(named.body.contains("A admin"));
    assert_eq!(header(&named, CACHE_CONTROL), "no-store");
    assert!(!world.get(LESSON).await.body.contains("A admin"));
    assert!(admin.get(LESSON).await.body.contains("A admin"), "although a page is kept by now");
}

#[actix_web::test]
async fn a_plan_is_a_pdf_and_the_same_each_time() {
    let world = world();
    let path = format!("{LESSON}.pdf");
    let plan = world.get(&path).await;
    assert_eq!(header(&plan, CONTENT_TYPE), "application/pdf");
    assert!(plan.bytes.starts_with(b"%PDF-1.7"));
    let name = header(&plan, CONTENT_DISPOSITION);
    assert_eq!(name, format!("inline; filename=\"{}\"", path.rsplit('/').next().expect("a name")));
    assert_eq!(world.get(&path).await.bytes, plan.bytes);
}

#[actix_web::test]
async fn parents_read_whether_they_may_withdraw_and_everything_that_is_used() {
    let page = world().get(&format!("{LESSON}/parents")).await;
    let main = page.main();
    assert!(main.contains("there is no right to withdraw from it"), "{main}");
    assert!(main.contains("Ask who is around."), "{main}");
    assert!(links(&page.body).contains(&format!("{LESSON}/worksheet")));
}

#[actix_web::test]
async fn a_search_has_an_address_marks_words_and_owns_up_to_a_guess() {
    let world = world();
    let found = world.get("/curriculum/search?q=exploitaton").await;
    assert_eq!(found.status, 200);
    assert!(found.body.contains("<mark>Exploitation</mark>"), "{}", found.main());
    assert!(found.main().contains(
        "No lesson has the word “exploitaton”. We guessed that you meant “exploitation”."
    ));
    let nothing = world.get("/curriculum/search?q=bench&phase=ks1").await;
    assert!(nothing.main().contains("0 lessons found"), "{}", nothing.main());
    let hostile = world.get("/curriculum/search?q=%22%3E%3Cscript%3Ealert(1)&page=abc").await;
    assert_eq!(hostile.status, 404, "a page that is no number");
    let hostile = world.get("/curriculum/search?q=%22%3E%3Cscript%3Ealert(1)").await;
    assert!(!hostile.body.contains("<script>alert"), "{}", hostile.body);
}

#[actix_web::test]
async fn addresses_that_lead_nowhere_say_so_and_file_names_lead_on() {
    let world = world();
    for path in ["/curriculum/moon/ks3", "/curriculum/relationships-and-sex-education/ks9"] {
        assert_eq!(world.get(path).await.status, 404, "{path}");
    }
    for rest in ["/slides", "/poster", "x", "x.pdf", "x/parents"] {
        assert_eq!(world.get(&format!("{LESSON}{rest}")).await.status, 404, "{rest}");
    }
    let old = "/curriculum/relationships-and-sex-education/ks3/01-the-bench";
    let moved = world.get(old).await;
    assert_eq!((moved.status.as_u16(), moved.location.as_deref()), (308, Some(LESSON)));
}

#[actix_web::test]
async fn a_broken_curriculum_is_never_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().to_owned();
    let world = World::with(|it| it.curriculum = Some(broken));
    let today = e4s::calendar::day(world.now());
    let report = world.portal.shelf.check(today).expect("readable");
    assert!(!report.is_sound());
    assert_eq!(world.get("/curriculum").await.status, 500);
}
