//! The token of a letter is nowhere but in the letter; and a person changes their own password.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::accounts::shown::Shown;
use e4s::accounts::tickets::{self, TicketKind};
use e4s::accounts::{choose, enter_pages, sessions};
use e4s::deed::Deed;
use e4s::mail::LetterId;
use e4s::store::schema::{letters, tickets as kept};

use crate::postbox::Postbox;
use crate::tickets::{
    KIM, OTHER, PASSWORD, choose, deliver, invited, known, link, session, sign_in,
};
use crate::world::{ORIGIN_OF_TESTS, World};

/// Facts, subject, text and HTML of a kept letter.
type Row = (String, Option<String>, Option<String>, Option<String>);

#[test]
fn the_token_of_a_letter_is_nowhere_in_the_database() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    invited(&world);
    assert_eq!(deliver(&world), 1);
    let path = link(&postbox.letter());
    let token = path.rsplit('/').next().expect("a token");
    assert_eq!(token.len(), 64);

    let rows: Vec<Row> = world.look(|db| {
        Ok(letters::table
            .select((letters::facts, letters::subject, letters::text, letters::html))
            .load(db)?)
    });
    let letters = format!("{rows:?}");
    assert!(letters.contains("/choose-password/only-in-the-letter-itself"), "{letters}");
    assert!(!letters.contains(token));
    let hashes: Vec<(String, String)> =
        world.look(|db| Ok(kept::table.select((kept::id, kept::token_hash)).load(db)?));
    assert!(hashes.iter().all(|(id, hash)| id != token && hash != token));
    let mut files = 0;
    for entry in std::fs::read_dir(world.files.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let bytes = std::fs::read(&path).expect("a file");
            let is_there = bytes.windows(token.len()).any(|it| it == token.as_bytes());
            assert!(!is_there, "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 0 || std::env::var("TEST_DATABASE_URL").is_ok(), "the file was looked at");
}

#[test]
fn without_an_answer_the_same_link_goes_once_more() {
    let postbox = Postbox::that("silent", 1);
    let world = World::with(postbox.used_by());
    invited(&world);
    assert_eq!(deliver(&world), 0);
    world.later(TimeDelta::minutes(10));
    assert_eq!(deliver(&world), 1);
    let letters = postbox.letters();
    assert_eq!((letters.len(), &letters[0].raw), (2, &letters[1].raw));
}

#[actix_web::test]
async fn a_younger_root_key_does_not_break_a_link_that_is_on_its_way() {
    let postbox = Postbox::open();
    let mut world = World::with(postbox.used_by());
    invited(&world);
    e4s::seal::next(&world.portal.settings.keys).expect("a younger key");
    world.restart();
    assert_eq!(deliver(&world), 1);
    let done = choose(&world, &link(&postbox.letter()), PASSWORD).await;
    assert_eq!(done.path(), "/");
}

#[actix_web::test]
async fn the_demonstrations_mailbox_shows_links_that_work() {
    let world = World::with(|settings| {
        settings.is_demo = true;
        settings.mail = e4s::config::Mail::Mailbox;
    });
    invited(&world);
    assert_eq!(deliver(&world), 1);
    let id: LetterId = world.look(|db| Ok(letters::table.select(letters::id).first(db)?));
    let page = world.get(&format!("/demo/mailbox/{id}")).await.body;
    let (_, after) =
        page.split_once("href=\"http://127.0.0.1:8400/choose-password/").expect("a link");
    let token = after.split('"').next().expect("a token");
    assert_eq!(choose(&world, &format!("/choose-password/{token}"), PASSWORD).await.path(), "/");
}

#[actix_web::test]
async fn a_person_changes_their_own_password_and_stays_in_here_alone() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let id = known(&world);
    world.house(|deed| tickets::send(deed, id, TicketKind::Reset));
    deliver(&world);
    let (here, elsewhere) = (world.signed_in(id), world.signed_in(id));
    assert!(here.get("/account/password").await.main().contains("Change your password"));
    for (old, new, fault) in [
        ("", OTHER, "Enter the password that you have now"),
        ("wrong", OTHER, "This is not your password"),
        (PASSWORD, PASSWORD, "must differ from the old one"),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, "kim@example.org1", "others know about you"),
    ] {
        let form = [("old_password", old), ("password", new)];
        let answer = here.post("/account/password", &form).await;
        assert_eq!(answer.status, 422, "{fault}");
        assert!(answer.main().contains(fault), "{}", answer.main());
        assert!(!answer.body.contains(OTHER) && !answer.body.contains(PASSWORD));
    }
    let form = [("old_password", PASSWORD), ("password", OTHER)];
    let done = here.post("/account/password", &form).await;
    assert_eq!(done.path(), "/account");
    let now = world.known(id, session(&done));
    assert_eq!(now.get("/account").await.status, 200);
    for old in [here, elsewhere] {
        assert_eq!(old.get("/account").await.path(), "/sign-in?back=account");
    }
    assert_eq!(sign_in(&world, OTHER).await.path(), "/");
    assert_eq!(deliver(&world), 1);
    let letters = postbox.letters();
    assert_eq!(letters[1].subject, "E4S: your password was changed");
    let reset = choose(&world, &link(&letters[0]), PASSWORD).await;
    assert_eq!(reset.status, 404, "a letter from before lets nobody in");
    assert_eq!(world.audit(), ["reset-sent", "password-changed"]);
}

#[actix_web::test]
async fn whoever_has_a_second_factor_is_not_asked_for_it_again_after_a_change() {
    let world = World::with(|it| it.second_factor = true);
    let (here, _) = world.with_app(known(&world));
    let form = [("old_password", PASSWORD), ("password", OTHER)];
    let done = here.post("/account/password", &form).await;
    assert_eq!(done.path(), "/account");
    let now = world.known(here.id, session(&done));
    assert_eq!(now.get("/account").await.status, 200, "the page says: you stay signed in here");
    assert_eq!(here.get("/account").await.path(), "/sign-in?back=account", "under another token");
}

#[actix_web::test]
async fn a_password_that_was_changed_while_it_was_tried_lets_nobody_in_and_changes_nothing() {
    let world = World::new();
    let id = known(&world);
    let here = world.signed_in(id);
    let tried = world.look(|db| sessions::credentials(db, KIM)).expect("an account").1;
    world.house(|deed| choose::change(deed, id, "$another"));
    let request = TestRequest::default().to_http_request();
    let shown = Shown::Password { tried: tried.clone(), renewed: None };
    let entered = enter_pages::enter(&world.portal, &request, (id, shown), "").await;
    assert!(matches!(entered, Err(e4s::Error::Refused(_))));
    let changed = world.portal.store.write(|db| {
        let by = &e4s::accounts::queries::actor(db, id, e4s::calendar::day(world.now()))?;
        let deed = &mut Deed { db, by, at: world.now(), keys: &world.portal.keys };
        choose::change_own(deed, &here.token, (Some(&tried), "$mine")).map(|_token| ())
    });
    assert!(matches!(changed, Err(e4s::Error::Refused(_))));
}

#[actix_web::test]
async fn a_hash_of_weaker_make_is_made_anew_when_its_password_is_given() {
    use argon2::PasswordHasher;
    use e4s::store::schema::accounts;
    let world = World::new();
    let id = known(&world);
    let params = argon2::Params::new(19 * 1024, 2, 1, None).expect("parameters");
    let weak =
        argon2::Argon2::new(argon2::Algorithm::default(), argon2::Version::default(), params);
    let weak = weak.hash_password(PASSWORD.as_bytes()).expect("a hash").to_string();
    world.house(|deed| choose::change(deed, id, &weak));
    let kept = || {
        let mine = accounts::table.find(id).select(accounts::password_hash);
        world.look(|db| Ok(mine.first::<String>(db)?))
    };
    assert_eq!(sign_in(&world, OTHER).await.status, 422);
    assert_eq!(kept(), weak, "not by a wrong one");
    for _ in 0..2 {
        assert_eq!(sign_in(&world, PASSWORD).await.path(), "/");
        assert!(kept().starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{}", kept());
    }
}

#[actix_web::test]
async fn a_stranger_who_guesses_does_not_keep_somebody_from_changing_their_password() {
    let world = World::new();
    let here = world.signed_in(known(&world));
    for _ in 0..8 {
        sign_in(&world, "a guess of a stranger").await;
    }
    let form = [("old_password", PASSWORD), ("password", OTHER)];
    assert_eq!(here.post("/account/password", &form).await.path(), "/account");
}

#[actix_web::test]
async fn a_password_is_never_handed_back() {
    let world = World::new();
    let id = known(&world);
    let (before, now) = (world.signed_in(id), world.signed_in(id));
    let late = TestRequest::post()
        .uri("/account/password")
        .insert_header(("origin", ORIGIN_OF_TESTS))
        .set_form([
            ("csrf", before.token.csrf().as_str()),
            ("old_password", PASSWORD),
            ("password", OTHER),
        ]);
    let answer = world.send(now.cookie(late)).await;
    assert_eq!(answer.status, 403);
    assert!(!answer.body.contains(PASSWORD) && !answer.body.contains(OTHER), "{}", answer.main());
}

#[actix_web::test]
async fn the_seventh_guess_at_the_old_password_has_to_wait() {
    let world = World::new();
    let kim = world.signed_in(known(&world));
    let form = [("old_password", "wrong"), ("password", OTHER)];
    for _ in 0..6 {
        assert!(kim.post("/account/password", &form).await.main().contains("not your password"));
    }
    let seventh = kim.post("/account/password", &form).await;
    assert!(seventh.main().contains("Too many tries"), "{}", seventh.main());
}
