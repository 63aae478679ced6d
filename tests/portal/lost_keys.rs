//! Root keys that are away, or lost: nobody makes another by mistake, and the offline identity brings everything back.

use age::secrecy::ExposeSecret;
use diesel::prelude::*;
use e4s::app::Portal;
use e4s::concerns::{ConcernId, restore, verify};
use e4s::seal::{self, Sealed};
use e4s::store::schema::*;
use e4s::upkeep::doctor::{self, State};

use crate::served::Address;
use crate::shire::{Shire, begun, filled, sent};
use crate::world::World;

#[actix_web::test]
async fn no_second_first_key_is_made_while_something_is_sealed_with_the_one_that_is_away() {
    let shire = Shire::on_sqlite();
    let lead = shire.world.dsl(shire.school);
    sent(&lead, &filled(&lead, &[]).await).await;
    let (world, settings) = (&shire.world, &shire.world.portal.settings);
    let address = Address::of(world);
    let mounted = world.files.path().join("unmounted");
    std::fs::rename(&settings.keys, &mounted).expect("unmounted");
    std::fs::create_dir(&settings.keys).expect("the mount point");

    let told = address.serve(world, "").err().expect("refused");
    assert!(told.contains("setting `keys`") && told.contains("re the keys mounted?"), "{told}");
    let out = address.run(world, &["keys", "init"]);
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!out.status.success(), "{told}");
    assert!(told.contains("re the keys mounted?") && told.contains("keys recover"), "{told}");
    assert!(!settings.keys.join("root-1.key").exists());
    // The database is away as well; the journal still knows.
    let database = settings.database.trim_start_matches("sqlite:").to_owned();
    for end in ["", "-wal", "-shm"] {
        let _gone = std::fs::remove_file(format!("{database}{end}"));
    }
    let out = address.run(world, &["keys", "init"]);
    assert!(!out.status.success(), "the journal is sealed");
    std::fs::rename(&settings.journal, world.files.path().join("away")).expect("moved");
    assert!(address.run(world, &["keys", "init"]).status.success(), "a new county");
}

#[actix_web::test]
async fn a_start_with_a_key_that_opens_nothing_is_refused_and_the_doctor_says_so() {
    let shire = Shire::on_sqlite();
    let lead = shire.world.dsl(shire.school);
    sent(&lead, &filled(&lead, &[]).await).await;
    let (world, settings) = (&shire.world, &shire.world.portal.settings);
    let address = Address::of(world);
    let look = |portal: &Portal| {
        let findings = doctor::examine(portal, world.now());
        findings.into_iter().find(|it| it.what == "Sealed text").expect("a finding")
    };
    assert_eq!(look(&world.portal).state, State::Fine);
    std::fs::rename(&settings.keys, world.files.path().join("unmounted")).expect("unmounted");
    seal::init(&settings.keys).expect("a key that somebody made by hand");
    let told = address.serve(world, "").err().expect("refused");
    assert!(told.contains("setting `keys`") && told.contains("re the keys mounted?"), "{told}");
    let portal = Portal::open(settings.clone(), std::sync::Arc::clone(&world.portal.clock));
    let found = look(&portal.expect("opens"));
    assert_eq!(found.state, State::Broken);
    assert!(found.says.contains("re the keys mounted?"), "{}", found.says);
}

fn identity(world: &World, name: &str, of: &age::x25519::Identity) -> String {
    let file = world.files.path().join(name);
    std::fs::write(&file, of.to_string().expose_secret()).expect("an identity");
    file.display().to_string()
}
