//! Free text is sealed in the database: it opens where it was written, for its team, and under a younger key as well.

use diesel::prelude::*;
use e4s::concerns::ConcernId;
use e4s::config::Settings;
use e4s::seal::rotate::{self, Begun, Mark};
use e4s::seal::{self, HOUSE, Keyring, Place, Sealed, check};
use e4s::store::schema::*;

use crate::shire::{Shire, begun, filled, sent};
use crate::triage::County;
use crate::world::World;

/// A text of a concern, as the database has it.
fn kept(world: &World, id: ConcernId) -> Sealed {
    world.look(|db| Ok(concerns::table.find(id).select(concerns::answers).first(db)?))
}

fn put(world: &World, id: ConcernId, text: &Sealed) {
    world.house(|deed| {
        let of = concerns::table.find(id);
        diesel::update(of).set(concerns::answers.eq(text)).execute(deed.db)?;
        Ok(())
    });
}

pub fn words_of(world: &World, id: ConcernId) -> Vec<(i64, Sealed)> {
    world.look(|db| {
        let said = concern_steps::table.filter(concern_steps::concern_id.eq(id));
        let said = said.filter(concern_steps::words.is_not_null());
        Ok(said.select((concern_steps::id, concern_steps::words.assume_not_null())).load(db)?)
    })
}

/// A county whose texts are sealed to an offline identity as well.
fn with_escrow() -> (World, age::x25519::Identity) {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    (World::with(|it| it.escrow = Some(recipient)), identity)
}

#[actix_web::test]
async fn texts_that_were_swapped_between_two_concerns_do_not_open_and_nothing_of_them_is_shown() {
    let county = County::new();
    let world = &county.world;
    let lead = world.dsl(county.school);
    let one = world.concern(&lead, county.crawley, "The lantern walk");
    let other = world.concern(&lead, county.crawley, "The herring steps");
    let coordinator = world.coordinator(county.crawley);
    let (first, second) = (kept(world, one), kept(world, other));
    put(world, one, &second);
    put(world, other, &first);
    let sound = world.concern(&lead, county.crawley, "The sound one");
    let page = coordinator.get(&format!("/concerns/{one}")).await;
    assert_eq!(page.status, 500);
    assert!(page.main().contains("there is a problem with the service"), "{}", page.main());
    assert!(!page.body.contains("lantern") && !page.body.contains("herring"), "{}", page.body);
    let list = coordinator.get("/concerns").await;
    assert_eq!(list.main().matches("This text does not open.").count(), 2, "{}", list.main());
    assert!(!list.body.contains("lantern") && !list.body.contains("herring"), "{}", list.body);
    assert!(list.body.contains(&sound.to_string()) && list.main().contains("The sound one"));
    put(world, one, &first);
    assert!(coordinator.get(&format!("/concerns/{one}")).await.main().contains("The lantern walk"));
}

#[actix_web::test]
async fn words_that_were_swapped_between_two_steps_do_not_open() {
    let county = County::new();
    let (lead, id, at) = county.concern();
    let world = &county.world;
    let coordinator = world.coordinator(county.crawley);
    coordinator.post(&format!("{at}/ask"), &[("question", "Since the lantern went out?")]).await;
    lead.post(&format!("{at}/answer"), &[("answer", "Since the herring fair.")]).await;
    let words = words_of(world, id);
    let [(first, asked), (second, answered)] = words.as_slice() else { panic!("two are said") };
    world.house(|deed| {
        for (step, text) in [(first, answered), (second, asked)] {
            let of = concern_steps::table.find(step);
            diesel::update(of).set(concern_steps::words.eq(text)).execute(deed.db)?;
        }
        Ok(())
    });
    let page = lead.get(&at).await;
    assert_eq!(page.status, 500);
    assert!(!page.body.contains("lantern") && !page.body.contains("herring"), "{}", page.body);
}

#[actix_web::test]
async fn a_redirected_concern_opens_with_the_new_teams_key_alone() {
    let county = County::new();
    let (lead, id, at) = county.concern();
    let world = &county.world;
    let old = world.coordinator(county.crawley);
    old.post(&format!("{at}/ask"), &[("question", "Which stop is it?")]).await;
    lead.post(&format!("{at}/answer"), &[("answer", "The upper one.")]).await;
    let (before, asked) = (kept(world, id), words_of(world, id));
    assert_eq!(before.owner(), Some(county.crawley.as_str()));

    let horsham = county.horsham.to_string();
    let form = [("team", horsham.as_str()), ("reason", "The stop is in Horsham.")];
    assert_eq!(old.post(&format!("{at}/redirect"), &form).await.status, 303);
    let keys = &world.portal.keys;
    let with_old_key = |text: &Sealed| {
        Sealed::kept(text.as_str().replace(county.horsham.as_str(), county.crawley.as_str()))
    };
    let now = kept(world, id);
    let place = Place { table: "concerns", column: "answers", row: id.as_str() };
    assert_eq!(now.owner(), Some(county.horsham.as_str()));
    assert!(keys.unseal(place, &with_old_key(&now)).is_err(), "the old team's key");
    let words = words_of(world, id);
    assert_eq!((asked.len(), words.len()), (2, 3));
    for (step, text) in words {
        let step = step.to_string();
        let place = Place { table: "concern_steps", column: "words", row: &step };
        assert_eq!(text.owner(), Some(county.horsham.as_str()));
        assert!(keys.unseal(place, &text).is_ok());
        assert!(keys.unseal(place, &with_old_key(&text)).is_err(), "the old team's key");
    }
    let page = world.coordinator(county.horsham).get(&at).await.main();
    assert!(page.contains("The bus station") && page.contains("Which stop is it?"), "{page}");
}

#[actix_web::test]
async fn a_draft_is_the_houses_until_it_is_sent_and_keeps_its_key_at_each_step() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = begun(&lead).await;
    let text = || -> Sealed {
        shire.world.look(|db| Ok(drafts::table.select(drafts::answers).first(db)?))
    };
    let first = text();
    lead.post(&format!("{draft}/kind"), &[("kind", "location"), ("name", "The quay")]).await;
    let second = text();
    assert_eq!((first.owner(), second.owner()), (Some(HOUSE), Some(HOUSE)));
    assert_ne!(first, second);
    let id = draft.rsplit('/').next().expect("an id");
    let place = Place { table: "drafts", column: "answers", row: id };
    assert!(shire.world.portal.keys.unseal(place, &second).expect("opens").contains("quay"));
}

#[actix_web::test]
async fn a_start_without_a_key_says_so_and_a_text_whose_key_is_gone_is_an_error() {
    let county = County::new();
    let (lead, _, at) = county.concern();
    let mut settings = county.world.portal.settings.clone();
    let folder = settings.keys.clone();
    std::fs::rename(folder.join("root-1.key"), folder.join("root-1.away")).expect("moved");
    let clock = std::sync::Arc::clone(&county.world.portal.clock);
    let told = e4s::app::Portal::open(settings.clone(), clock.clone()).err().expect("refused");
    let told = told.to_string();
    assert!(told.starts_with("setting `keys`: ") && told.contains("e4s keys init"), "{told}");
    assert!(told.contains("For example: keys = "), "{told}");
    assert_eq!(lead.get(&at).await.status, 200, "a service that runs has read it");

    settings.keys = county.world.files.path().join("other-keys");
    seal::init(&settings.keys).expect("another key");
    let portal = e4s::app::Portal::open(settings, clock).expect("opens");
    let mut other = County::new();
    other.world.portal = actix_web::web::Data::new(portal);
    let page = other.world.known(lead.id, lead.token.clone()).get(&at).await;
    assert_eq!(page.status, 500);
    assert!(!page.body.contains("bus station"), "{}", page.body);
}

#[test]
fn a_service_with_real_concerns_refuses_to_start_without_an_offline_recipient() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = Settings::demo(folder.path(), 8400).expect("settings");
    assert!(settings.check_service().is_ok(), "the demonstration may");
    settings.is_demo = false;
    let told = settings.check_service().expect_err("refused").to_string();
    assert!(told.starts_with("setting `escrow`: without an offline recipient"), "{told}");
    assert!(told.contains("e4s keys identity FILE") && told.contains("escrow = \"age1"), "{told}");
    settings.escrow = Some("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".into());
    assert!(settings.check_service().is_ok());
}

#[test]
fn an_offline_identity_is_written_once_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("offline.txt");
    let recipient = seal::identity(&file).expect("made");
    let mode = std::fs::metadata(&file).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o400);
    let identity = seal::read_identity(&file).expect("read");
    assert_eq!(identity.to_public().to_string(), recipient);
    assert!(seal::identity(&file).is_err(), "never overwritten");
    std::fs::write(folder.path().join("other"), "nothing").expect("written");
    let told = seal::read_identity(&folder.path().join("other")).err().expect("refused");
    assert!(told.to_string().contains("AGE-SECRET-KEY-1"), "{told}");
}

/// A county with some texts of every kind.
async fn county_of_texts(world: World) -> County {
    let (crawley, horsham) =
        (world.team("Crawley", "E07000226"), world.team("Horsham", "E07000227"));
    let school = world.school(100_001, "Elm Bank School", "E07000226");
    let county = County { world, crawley, horsham, school };
    let world = &county.world;
    let lead = world.dsl(school);
    let coordinator = world.coordinator(crawley);
    for number in 0..120 {
        world.concern(&lead, crawley, &format!("Place {number}"));
    }
    let at = format!("/concerns/{}", world.concern(&lead, crawley, "The mill"));
    coordinator.post(&format!("{at}/ask"), &[("question", "Since when?")]).await;
    let form = [("context", "new"), ("label", "The mill"), ("kind", "location")];
    let context = coordinator.post(&format!("{at}/context"), &form).await.path().to_owned();
    let form = [("state", "closed"), ("outcome", "goals_met"), ("reason", "It is safe now.")];
    coordinator.post(&format!("{context}/state"), &form).await;
    county
}

pub fn generations(world: &World) -> Vec<u32> {
    let texts: Vec<Sealed> =
        world.look(|db| Ok(concerns::table.select(concerns::answers).load(db)?));
    let mut found: Vec<u32> = texts.iter().filter_map(Sealed::generation).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[actix_web::test]
async fn a_rotation_that_was_stopped_goes_on_and_leaves_every_text_under_the_younger_key() {
    let county = county_of_texts(World::new()).await;
    let world = &county.world;
    let keys = Keyring::open(&world.portal.settings.keys, None).expect("keys");
    let store = &world.portal.store;
    assert_eq!(rotate::begin(store, &keys).expect("begun"), Begun::New(2));
    let mut next = Some(Mark::default());
    while generations(world) != [1, 2] {
        let done = rotate::batch(store, &keys, &next.expect("more")).expect("a batch");
        next = done.next;
    }
    // Stopped here. Another process begins again.
    let keys = Keyring::open(&world.portal.settings.keys, None).expect("keys");
    assert_eq!(rotate::begin(store, &keys).expect("begun"), Begun::GoesOn(2));
    assert_eq!(rotate::needed(store, &keys).expect("looked"), [1].into());
    let done = rotate::run(store, &keys, &mut |_| {}).expect("renewed");
    assert!(done.renewed > 20 && done.damaged.is_empty(), "{done:?}");
    assert_eq!(generations(world), [2]);
    assert!(rotate::needed(store, &keys).expect("looked").is_empty());
    assert_eq!(rotate::begin(store, &keys).expect("begun"), Begun::New(3));
}

#[actix_web::test]
async fn a_service_that_runs_meets_a_younger_key_and_seals_with_it() {
    let county = county_of_texts(World::new()).await;
    let world = &county.world;
    let (store, folder) = (&world.portal.store, &world.portal.settings.keys);
    let others = Keyring::open(folder, None).expect("keys");
    rotate::begin(store, &others).expect("begun");
    rotate::run(store, &others, &mut |_| {}).expect("renewed");
    // The portal has read the folder before there was a second key.
    let coordinator = world.coordinator(county.crawley);
    let list = coordinator.get("/concerns").await;
    assert!(!list.main().contains("does not open"), "{}", list.main());
    assert_eq!(list.main().matches("Place ").count(), 25, "{}", list.main());
    let lead = world.dsl(county.school);
    let id = world.concern(&lead, county.crawley, "The ford");
    assert_eq!(kept(world, id).generation(), Some(2));
}

#[actix_web::test]
async fn a_younger_key_is_noticed_before_the_next_text_is_sealed() {
    let county = County::new();
    let (lead, first, _) = county.concern();
    let world = &county.world;
    assert_eq!(kept(world, first).generation(), Some(1));
    seal::next(&world.portal.settings.keys).expect("a younger key");
    let second = world.concern(&lead, county.crawley, "The ford");
    assert_eq!(kept(world, second).generation(), Some(2), "without having met a text of it");
}

#[actix_web::test]
async fn every_text_opens_offline_and_a_damaged_one_is_named_by_its_row() {
    let (world, identity) = with_escrow();
    let county = county_of_texts(world).await;
    let world = &county.world;
    let (store, keys) = (&world.portal.store, &world.portal.keys);
    let look = || check::check(store, keys, &identity, &mut |_| {}).expect("checked");
    let whole = look();
    assert!(whole.damaged.is_empty(), "{:?}", whole.damaged);
    // 121 concerns, a question, the label, the reason.
    assert_eq!(whole.whole, 124);
    let stranger = age::x25519::Identity::generate();
    let none = check::check(store, keys, &stranger, &mut |_| {}).expect("checked");
    assert_eq!((none.whole, none.damaged.len()), (0, 124));

    let lead = world.dsl(county.school);
    let id = world.concern(&lead, county.crawley, "The lantern walk");
    let text = kept(world, id);
    let (sound, end) = text.as_str().split_at(text.as_str().len() - 4);
    let wrong = if end == "AAAA" { "BBBB" } else { "AAAA" };
    put(world, id, &Sealed::kept(format!("{sound}{wrong}")));
    let damaged = look().damaged;
    let [one] = damaged.as_slice() else { panic!("one is damaged: {damaged:?}") };
    assert_eq!((one.table, one.column, one.row.as_str()), ("concerns", "answers", id.as_str()));
    assert!(!one.to_string().contains("lantern"));

    // Its copy for the offline recipient alone.
    let mut parts: Vec<&str> = text.as_str().split('.').collect();
    parts[4] = "";
    put(world, id, &Sealed::kept(parts.join(".")));
    assert!(look().damaged[0].why.contains("no copy for the offline recipient"));
    let page = lead.get(&format!("/concerns/{id}")).await;
    assert!(page.main().contains("The lantern walk"), "the root key still opens it");
    // A rotation mends that.
    rotate::begin(store, keys).expect("begun");
    rotate::run(store, keys, &mut |_| {}).expect("renewed");
    assert!(look().damaged.is_empty());
}

#[actix_web::test]
async fn a_text_that_does_not_open_does_not_stop_a_rotation() {
    let county = County::new();
    let world = &county.world;
    let lead = world.dsl(county.school);
    let id = world.concern(&lead, county.crawley, "The mill");
    let other = world.concern(&lead, county.crawley, "The ford");
    put(world, id, &kept(world, other));
    let (store, keys) = (&world.portal.store, &world.portal.keys);
    rotate::begin(store, keys).expect("begun");
    let done = rotate::run(store, keys, &mut |_| {}).expect("renewed");
    assert_eq!((done.renewed, done.damaged.len()), (1, 1));
    assert_eq!(done.damaged[0].row, id.as_str());
    assert_eq!(rotate::needed(store, keys).expect("looked"), [1].into(), "it is kept for it");
}

#[test]
fn every_place_that_is_sealed_is_on_the_list_that_is_renewed() {
    for (name, text) in crate::tidy::sources("src") {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for piece in code.split("table: \"").skip(1) {
            let table = piece.split('"').next().expect("a table");
            let Some((_, rest)) = piece.split_once("column: \"") else { continue };
            let column = rest.split('"').next().expect("a column");
            let is_listed = seal::COLUMNS.iter().any(|it| (it.table, it.column) == (table, column));
            // The journal is a folder: `rotate` looks through it by itself.
            assert!(is_listed || table == "journal", "{name} seals {table}.{column}");
        }
    }
}

#[actix_web::test]
async fn a_whole_report_is_sealed_when_it_is_filed() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let draft = filled(&lead, &[]).await;
    let at = sent(&lead, &draft).await;
    let id = ConcernId::parse(at.rsplit('/').next().expect("an id")).expect("an id");
    let text = kept(&shire.world, id);
    assert!(text.as_str().starts_with("e1.1."), "{}", text.as_str());
    assert_eq!(text.owner(), Some(shire.west.as_str()));
    assert!(!text.as_str().contains("Riverside"));
}
