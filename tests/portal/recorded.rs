//! What the log takes down: every deed, and nothing of what was said.

use e4s::accounts::appoint::{self, Newcomer};
use e4s::accounts::passwords;
use e4s::audit::Event;

use crate::shire::{Fields, NEEDED, Shire, begun, filled, sent};
use crate::triage::seen;
use crate::world::World;

#[actix_web::test]
async fn a_wrong_password_is_written_down_without_it_and_an_unknown_address_without_the_address() {
    let world = World::new();
    let hash = passwords::hash(&"lamp otter violin dune".to_owned().into()).expect("a hash");
    let newcomer = Newcomer {
        email: "kim@example.org".to_owned(),
        name: "Kim Example".to_owned(),
        password_hash: hash,
    };
    world.house(|deed| {
        appoint::add(deed, &newcomer)?;
        Ok(())
    });
    for email in ["kim@example.org", "sam-unknown@example.org"] {
        world.post("/sign-in", &[("email", email), ("password", "wrong-word-7")]).await;
    }
    assert_eq!(world.audit(), ["sign-in-failed"; 2]);
    let admin = world.admin();
    let page = admin.get("/admin/audit?event=sign-in-failed").await;
    assert!(page.main().contains("Sign-in refused\nBy\nE4S\nTo\nKim Example"), "{}", page.main());
    let file = admin.get("/admin/audit.csv").await;
    for text in [&page.body, &file.body, &kept(&world)] {
        assert!(!text.contains("wrong-word-7") && !text.contains("sam-unknown"), "{text}");
    }
}

/// Every word of the log as it is kept.
fn kept(world: &World) -> String {
    use diesel::prelude::*;
    use e4s::store::schema::audit::dsl::*;
    let row = (chain, account_id, event, subject, hash);
    let rows: Vec<(String, String, String, String, String)> =
        world.look(|db| Ok(audit.select(row).load(db)?));
    format!("{rows:?}")
}

/// The usual answers, with a word that stands nowhere else in each that is free text.
const PLANTED: [(&str, Fields); 6] = [
    ("kind", &[("kind", "location"), ("name", "Quagga shelter")]),
    ("place", &[("place", "wm1 1aa"), ("words", "behind the quagga")]),
    ("what", &[("seen", "a quagga was seen"), ("think", "quagga, perhaps")]),
    ("who", &[("other_schools", "Quagga School"), ("adults_do", "sell quaggas")]),
    (
        "strengths",
        &[("guardians", "quagga"), ("strengths", "a kind quagga"), ("young_people", "quagga")],
    ),
    (
        "done",
        &[
            ("referral", "yes"),
            ("referral_reference", "quagga"),
            ("school_did", "told the quagga"),
            ("also_told", "quagga"),
            ("hopes", "quagga"),
            ("risk", "quagga"),
        ],
    ),
];

/// The whole way of a concern, with what each step writes down; a word is planted in everything that is written.
#[actix_web::test]
async fn every_deed_of_a_concerns_life_is_written_down_and_nothing_of_what_was_said() {
    assert!(PLANTED.iter().all(|it| NEEDED.iter().any(|step| step.0 == it.0)));
    let shire = Shire::new();
    let world = &shire.world;
    let (lead, coordinator, other) =
        (world.dsl(shire.school), world.coordinator(shire.west), world.coordinator(shire.south));
    let mut known = shire.audit().len();
    let mut wrote = |events: &[&str]| {
        let all = shire.audit();
        assert_eq!(all[known..], *events);
        known = all.len();
    };
    let thrown = begun(&lead).await;
    wrote(&["draft-begun"]);
    lead.post(&format!("{thrown}/discard"), &[]).await.path();
    wrote(&["draft-discarded"]);
    let draft = filled(&lead, &PLANTED).await;
    wrote(&["draft-begun"]);
    let at = sent(&lead, &draft).await;
    wrote(&["concern-raised"]);
    for (who, path, form, event) in [
        (&coordinator, "ask", vec![("question", "Which quagga?")], "concern-questioned"),
        (&lead, "answer", vec![("answer", "The quagga one")], "concern-answered"),
        (
            &coordinator,
            "redirect",
            vec![("team", shire.south.as_str()), ("reason", "quagga")],
            "concern-redirected",
        ),
        (&other, "accept", vec![], "concern-accepted"),
    ] {
        let page = who.get(&at).await;
        let mark = seen(&page);
        let mut form = form.clone();
        form.push(("seen", &mark));
        who.post(&format!("{at}/{path}"), &form).await.path();
        wrote(&["concern-opened", event]);
    }
    let choose = format!("{at}/context");
    let page = other.get(&choose).await;
    let mark = seen(&page);
    let form =
        [("context", "new"), ("label", "Quagga"), ("kind", "location"), ("seen", mark.as_str())];
    let context = other.post(&choose, &form).await.path().to_owned();
    wrote(&["concern-opened", "concern-linked", "context-opened"]);
    other.get(&context).await;
    wrote(&["context-read"]);
    lead.get("/concerns").await;
    wrote(&[]);

    let above = world.county();
    let page = above.get("/admin/audit").await.body;
    let file = above.get("/admin/audit.csv").await.body;
    for text in [page, file, kept(world)] {
        assert!(!text.to_lowercase().contains("quagga"), "{text}");
    }
    assert!(
        coordinator.get(&at).await.status == 404 && other.get(&at).await.body.contains("uagga")
    );
}

#[test]
fn every_event_is_written_somewhere() {
    let mut text = String::new();
    let mut todo = vec![std::path::PathBuf::from("src")];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if !path.ends_with("audit/mod.rs")
                && path.extension().is_some_and(|it| it == "rs")
            {
                text += &std::fs::read_to_string(&path).expect("text");
            }
        }
    }
    for event in Event::ALL {
        assert!(text.contains(&format!("Event::{event:?}")), "{event:?} is never written");
    }
}
