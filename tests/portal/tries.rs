//! Tries are counted in the database: neither a restart nor a second process gives anybody more of them.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::accounts::sessions::How;
use e4s::accounts::{sessions, tries};
use e4s::app::Portal;
use e4s::store::schema::tries as kept;

use crate::council::set;
use crate::entrance::code;
use crate::tickets::{KIM, PASSWORD, known, sign_in};
use crate::world::{ORIGIN_OF_TESTS, World};

/// Another process on the same database.
fn beside(world: &World) -> World {
    let clock = std::sync::Arc::clone(&world.portal.clock);
    world.on(Portal::open(world.portal.settings.clone(), clock).expect("opens"))
}

fn rows(world: &World) -> Vec<String> {
    world.look(|db| Ok(kept::table.select(kept::who).load(db)?))
}

#[actix_web::test]
async fn tries_at_the_second_step_are_counted_over_a_restart_and_by_every_process_together() {
    let mut world = World::with(|it| it.second_factor = true);
    let (id, secret) = {
        let (person, secret) = world.with_app(world.county().id);
        (person.id, secret)
    };
    let token = world.entered(id, How::Password).token;
    let wrong = [("code", "000000")];
    for _ in 0..2 {
        world.known(id, token.clone()).post("/sign-in/second", &wrong).await;
    }
    world.restart();
    let other = beside(&world);
    for world in [&world, &other, &world, &other] {
        let answer = world.known(id, token.clone()).post("/sign-in/second", &wrong).await;
        assert!(!answer.main().contains("too many tries"), "{}", answer.main());
    }
    world.later(TimeDelta::seconds(30));
    let right = code(&secret, world.now());
    for world in [&world, &other] {
        let half = world.known(id, token.clone());
        let seventh = half.post("/sign-in/second", &[("code", &right)]).await;
        assert!(seventh.main().contains("Wait 2 minutes"), "{}", seventh.main());
    }
    world.later(TimeDelta::seconds(90));
    let right = code(&secret, world.now());
    let half = world.known(id, token.clone());
    assert_eq!(half.post("/sign-in/second", &[("code", &right)]).await.status, 303, "one more");
}

#[actix_web::test]
async fn guesses_at_a_password_are_counted_over_a_restart_for_known_and_unknown_alike() {
    let mut world = World::new();
    known(&world);
    for _ in 0..6 {
        assert_eq!(sign_in(&world, "wrong").await.status, 422);
        let nobody = [("email", "nobody@example.org"), ("password", "wrong")];
        assert_eq!(world.post("/sign-in", &nobody).await.status, 422);
    }
    world.restart();
    assert!(sign_in(&world, PASSWORD).await.main().contains("Too many tries"));
    let nobody = [("email", " Nobody@Example.org"), ("password", "wrong")];
    assert!(world.post("/sign-in", &nobody).await.main().contains("Too many tries"));
    assert!(rows(&world).iter().all(|it| it.len() == 64), "no address stands there");
    world.later(TimeDelta::seconds(10));
    assert_eq!(sign_in(&world, PASSWORD).await.path(), "/");
}

#[actix_web::test]
async fn a_stranger_who_guesses_keeps_nobody_out_of_a_browser_that_they_know() {
    let world = World::new();
    known(&world);
    let mark = set(&sign_in(&world, PASSWORD).await, "e4s-known").expect("a mark");
    assert!(!mark.contains("kim"), "{mark}");
    for _ in 0..8 {
        sign_in(&world, "a guess of a stranger").await;
    }
    let from = |mark: String, password: &'static str| {
        let form = [("email", KIM), ("password", password)];
        let request = TestRequest::post().uri("/sign-in").set_form(form);
        let request = request.insert_header(("cookie", format!("e4s-known={mark}")));
        world.send(request.insert_header(("origin", ORIGIN_OF_TESTS)))
    };
    let refused = sign_in(&world, PASSWORD).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.headers.get("retry-after").expect("a time"), "60");
    let another = tries::mark(&world.portal.keys, "another@example.org").expect("a mark");
    let made_up = format!("1.{}", "0".repeat(64));
    for wrong in [another, made_up, "1".to_owned(), "9.x".to_owned(), String::new()] {
        assert_eq!(from(wrong, PASSWORD).await.status, 429);
    }
    for _ in 0..5 {
        assert_eq!(from(mark.clone(), "wrong").await.status, 422);
    }
    assert_eq!(from(mark.clone(), PASSWORD).await.path(), "/");
    assert_eq!(from(mark, PASSWORD).await.status, 429, "it has six tries of its own, no more");
}

#[actix_web::test]
async fn a_full_queue_says_so_and_blames_nobody() {
    let world = World::new();
    known(&world);
    let places: Vec<_> =
        (0..34).map(|_| world.portal.passwords.queue().expect("a place")).collect();
    let full = sign_in(&world, PASSWORD).await;
    assert_eq!(full.status, 429);
    assert!(full.headers.contains_key("retry-after"));
    assert!(full.main().contains("Nothing is wrong with what you typed"), "{}", full.main());
    let here = world.county();
    let full = here.post("/prove", &[("password", PASSWORD)]).await;
    assert_eq!((full.status.as_u16(), full.headers.contains_key("retry-after")), (429, true));
    assert!(!full.main().contains("Too many tries"), "{}", full.main());
    drop(places);
    assert_eq!(sign_in(&world, PASSWORD).await.path(), "/");
}

#[test]
fn six_of_forty_at_once_are_counted() {
    let world = World::new();
    let other = beside(&world);
    let at = world.now();
    let taken: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..40)
            .map(|it| {
                let portal = if it % 2 == 0 { &world.portal } else { &other.portal };
                let (store, limit) = (portal.store.clone(), tries::SECOND);
                scope.spawn(move || {
                    let wait = store.write(|db| tries::take(db, limit, "kim", at));
                    usize::from(wait.expect("counted").is_none())
                })
            })
            .collect();
        threads.into_iter().map(|it| it.join().expect("joined")).sum()
    });
    assert_eq!(taken, 6);
}

#[test]
fn what_is_past_is_forgotten_and_a_clock_that_was_put_back_shuts_nobody_out() {
    let world = World::new();
    let take = |limit: tries::Limit, at| {
        world.portal.store.write(|db| tries::take(db, limit, "kim", at)).expect("counted")
    };
    for _ in 0..6 {
        assert_eq!(take(tries::SECOND, world.now()), None);
    }
    assert_eq!(take(tries::SECOND, world.now()), Some(TimeDelta::minutes(2)));
    assert_eq!(take(tries::SIGN_IN, world.now()), None, "another count");
    let year_before = world.now() - TimeDelta::days(365);
    assert_eq!(take(tries::SECOND, year_before), Some(TimeDelta::minutes(2)));
    assert_eq!(take(tries::SECOND, year_before + TimeDelta::minutes(2)), None);
    world.later(TimeDelta::minutes(13));
    sessions::forget(&world.portal, world.now()).expect("forgotten");
    assert_eq!(rows(&world).len(), 0);
}
