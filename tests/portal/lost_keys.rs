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

/// The doctor speaks of what was set aside until it is removed.
fn set_aside(world: &World) {
    let look = || crate::doctor::of(world, "Journal");
    let found = look();
    assert!(
        found.says.contains("set aside, and that nothing reads any more: 1."),
        "{}",
        found.says
    );
    assert!(found.what_to_do.contains("ends in .before-recovery"), "{}", found.what_to_do);
    for file in std::fs::read_dir(&world.portal.settings.journal).expect("a folder") {
        let path = file.expect("an entry").path();
        if path.extension().is_some_and(|it| it == "before-recovery") {
            std::fs::remove_file(path).expect("removed");
        }
    }
    assert!(!look().says.contains("set aside"), "{}", look().says);
}

#[actix_web::test]
async fn without_any_root_key_and_any_backup_the_offline_identity_brings_everything_back() {
    let ours = age::x25519::Identity::generate();
    let recipient = ours.to_public().to_string();
    let mut shire = Shire::on(World::with(|it| {
        it.database = format!("sqlite:{}", it.keys.with_file_name("e4s.db").display());
        it.escrow = Some(recipient.clone());
    }));
    let address = Address::of(&shire.world).with_escrow(&recipient);
    let (offline, stranger) = (
        identity(&shire.world, "offline.txt", &ours),
        identity(&shire.world, "stranger.txt", &age::x25519::Identity::generate()),
    );
    let (lead, west, first, second, draft, old) = {
        let world = &shire.world;
        let (lead, west) = (world.dsl(shire.school), world.coordinator(shire.west));
        let first = sent(&lead, &filled(&lead, &[]).await).await;
        let second = sent(&lead, &filled(&lead, &[]).await).await;
        west.post(&format!("{first}/ask"), &[("question", "Which stop is it?")]).await;
        let draft = begun(&lead).await;
        lead.post(&format!("{draft}/kind"), &[("kind", "location"), ("name", "The quay")]).await;
        let old: Sealed = world.look(|db| {
            let of =
                concerns::table.filter(concerns::id.eq(first.rsplit('/').next().expect("an id")));
            Ok(of.select(concerns::answers).first(db)?)
        });
        let out = address.run(world, &["keys", "escrow-check", "--identity", &offline]);
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(
            out.status.success() && said.contains("Of the journal, 2 records do, 0 do not."),
            "{said}"
        );
        ((lead.id, lead.token), (west.id, west.token), first, second, draft, old)
    };
    let keys = shire.world.portal.settings.keys.clone();
    std::fs::remove_dir_all(&keys).expect("lost");
    let run = |world: &World, with: &str| {
        let out = address.run(world, &["keys", "recover", "--identity", with]);
        let said = [out.stdout, out.stderr].map(|it| String::from_utf8_lossy(&it).into_owned());
        (out.status.success(), said.concat())
    };
    let (is_done, said) = run(&shire.world, &stranger);
    assert!(!is_done && said.contains("opens nothing of what is sealed"), "{said}");
    assert!(!keys.join("root-2.key").exists());
    let (is_done, said) = run(&shire.world, &offline);
    assert!(
        is_done && said.contains("and 2 records of the journal open with root-2.key"),
        "{said}"
    );
    assert!(!keys.join("root-1.key").exists() && keys.join("root-2.key").exists());

    shire.world.restart();
    let world = &shire.world;
    let (lead, west) = (world.known(lead.0, lead.1), world.known(west.0, west.1));
    let page = lead.get(&first).await.main();
    assert!(
        page.contains("Riverside Park shelter") && page.contains("Which stop is it?"),
        "{page}"
    );
    assert!(west.get(&second).await.main().contains("Riverside Park shelter"));
    assert!(lead.get(&format!("{draft}/kind")).await.body.contains("The quay"));
    assert_eq!(verify::verify(&world.portal).expect("verified").faults, Vec::<String>::new());
    assert!(world.audit().contains(&"keys-recovered".to_owned()));
    set_aside(world);

    // Stopped before it came to one of them, it goes on with the key that it had made.
    let id = ConcernId::parse(first.rsplit('/').next().expect("an id")).expect("an id");
    world.house(|deed| {
        let of = diesel::update(concerns::table.find(id));
        of.set(concerns::answers.eq(&old)).execute(deed.db)?;
        Ok(())
    });
    assert_eq!(lead.get(&first).await.status, 500);
    let (is_done, said) = run(world, &offline);
    assert!(is_done && said.contains("1 texts and 0 records"), "{said}");
    assert!(!keys.join("root-3.key").exists());
    assert_eq!(lead.get(&first).await.status, 200);

    world.house(|deed| {
        diesel::delete(concern_steps::table.filter(concern_steps::concern_id.eq(id)))
            .execute(deed.db)?;
        diesel::delete(concerns::table.find(id)).execute(deed.db)?;
        Ok(())
    });
    assert_eq!(restore::restore(&world.portal).expect("restored").back.len(), 1);
    assert!(west.get(&first).await.main().contains("Riverside Park shelter"));
}
