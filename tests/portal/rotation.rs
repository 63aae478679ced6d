//! Root keys on several machines: a younger one waits until all have it, and one that is missing is said.

use diesel::prelude::*;
use e4s::accounts::tickets::{self, TicketKind};
use e4s::mail::access;
use e4s::seal::rotate::{self, Begun};
use e4s::seal::{self, Keyring, Place};
use e4s::store::schema::*;
use e4s::upkeep::doctor::{self, State};

use crate::sealing::generations;
use crate::triage::County;
use crate::world::World;

/// What the doctor of a machine says of the keys that texts need.
fn keys_of(world: &World) -> (State, String) {
    let all = doctor::examine(&world.portal, world.now());
    let one = all.into_iter().find(|it| it.what == "Keys that texts need").expect("looked at");
    (one.state, one.says)
}

#[actix_web::test]
async fn a_key_waits_until_every_machine_has_it_and_no_machine_fails_meanwhile() {
    let county = County::new();
    let (lead, id, at) = county.concern();
    let here = &county.world;
    // A second machine: the same database, and a folder of keys of its own.
    let mut settings = here.portal.settings.clone();
    settings.keys = here.files.path().join("keys-of-the-other");
    std::fs::create_dir(&settings.keys).expect("a folder");
    let copy = |name: &str| {
        let to = settings.keys.join(name);
        std::fs::copy(here.portal.settings.keys.join(name), to).expect("copied");
    };
    copy("root-1.key");
    let portal = e4s::app::Portal::open(settings.clone(), here.portal.clock.clone());
    let there = here.on(portal.expect("opens"));
    let reader = there.known(lead.id, lead.token.clone());

    let folder = &here.portal.settings.keys;
    assert_eq!(seal::prepare(folder).expect("made"), 2);
    assert_eq!(seal::prepare(folder).expect("there"), 2, "once");
    assert_eq!(
        keys_of(here),
        (State::Attend, "root-2.waiting is here and seals nothing yet.".into())
    );
    let place = Place { table: "concerns", column: "answers", row: id.as_str() };
    let sealed = here.portal.keys.seal("anybody", place, "words").expect("sealed");
    assert_eq!(sealed.generation(), Some(1), "it seals nothing");
    copy("root-2.waiting");
    assert_eq!(keys_of(&there).0, State::Attend);

    let (store, keys) = (&here.portal.store, &here.portal.keys);
    assert_eq!(rotate::begin(store, keys).expect("begun"), Begun::New(2));
    rotate::run(store, keys, &mut |_| {}).expect("renewed");
    assert_eq!(generations(here), [2]);
    assert_eq!(reader.get(&at).await.status, 200, "the other machine opens it");
    // What the other one seals meanwhile, it seals with the older key; and brings nothing back to it.
    let others = &there.portal.keys;
    assert_eq!(others.generation(), 1);
    let done = rotate::run(store, others, &mut |_| {}).expect("a pass");
    assert_eq!((done.renewed, generations(here)), (0, vec![2]));
    assert_eq!(rotate::begin(store, others).expect("begun"), Begun::New(2));
    assert_eq!(others.generation(), 2);
    assert_eq!(keys_of(&there).0, State::Fine);
}

#[actix_web::test]
async fn a_key_that_texts_or_letters_need_and_a_machine_lacks_is_said_by_its_doctor() {
    let county = County::new();
    let (lead, _, _) = county.concern();
    let world = &county.world;
    let mut settings = world.portal.settings.clone();
    let others = Keyring::open(&settings.keys, None).expect("keys");
    settings.keys = world.files.path().join("keys-of-the-other");
    std::fs::create_dir(&settings.keys).expect("a folder");
    let one = "root-1.key";
    std::fs::copy(world.portal.settings.keys.join(one), settings.keys.join(one)).expect("copied");
    let portal = e4s::app::Portal::open(settings, world.portal.clock.clone());
    let there = world.on(portal.expect("opens"));
    assert_eq!(keys_of(&there).0, State::Fine);
    rotate::begin(&world.portal.store, &others).expect("begun");
    world.house(|deed| tickets::send(deed, lead.id, TicketKind::Invitation));
    let (state, says) = keys_of(&there);
    assert_eq!(state, State::Broken);
    assert!(says.starts_with("Texts need root-2.key, which this machine has not"), "{says}");
    assert_eq!(world.look(access::needed).into_iter().collect::<Vec<_>>(), [2]);
    rotate::run(&world.portal.store, &others, &mut |_| {}).expect("renewed");
    assert_eq!(keys_of(&there).0, State::Broken);
    assert_eq!(keys_of(world).0, State::Fine);
    // Sent, the letter needs no key any more.
    world.house(|deed| {
        diesel::update(letters::table).set(letters::sent_at.eq(deed.at)).execute(deed.db)?;
        Ok(())
    });
    assert!(world.look(access::needed).is_empty());
}
