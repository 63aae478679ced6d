//! Sessions: half and whole, rotated on each rise, ended for good; and proofs that are fresh.

use actix_web::http::Method;
use chrono::TimeDelta;
use e4s::accounts::sessions::{self, How};
use e4s::app;
use e4s::web::Policy;

use crate::world::World;

fn with_factors() -> World {
    World::with(|it| it.second_factor = true)
}

#[actix_web::test]
async fn a_half_session_reaches_the_second_step_and_nothing_else() {
    let world = with_factors();
    let team = world.team("Crawley", "E07000226");
    let school = world.school(100_001, "A School", "E07000226");
    let everybody = [
        world.dsl(school),
        world.coordinator(team),
        world.partner(team),
        world.county(),
        world.admin(),
    ];
    let mut cells = 0;
    for person in &everybody {
        let half = world.entered(person.id, How::Password);
        assert!(world.actor_of(&half).posts().is_empty(), "a half session holds no posts");
        for row in app::routes().rows() {
            if matches!(
                row.policy,
                Policy::Public
                    | Policy::Anyone
                    | Policy::Entering
                    | Policy::Leaving
                    | Policy::SettingUp
            ) {
                continue;
            }
            let path = crate::access::address(row.path);
            if row.method == Method::GET {
                let answer = half.get(&path).await;
                assert!(answer.path().starts_with("/sign-in/second"), "{path}");
            } else {
                let answer = half.post(&path, &[("text", "Skatepark")]).await;
                assert_eq!(answer.status, 403, "{path}");
                assert!(answer.main().contains("Skatepark"), "what was typed is handed back");
            }
            cells += 1;
        }
        assert!(half.get("/").await.body.contains("Sign in"), "to the rest it is nobody");
    }
    assert!(cells > 150, "{cells} cells");
}

#[actix_web::test]
async fn a_half_session_lives_ten_minutes_and_keeps_where_it_was_going() {
    let world = with_factors();
    let half = world.entered(world.with_app(world.county().id).0.id, How::Password);
    assert_eq!(half.get("/concerns").await.path(), "/sign-in/second?back=concerns");
    world.later(TimeDelta::minutes(10));
    assert_eq!(half.get("/concerns").await.path(), "/sign-in?back=concerns");
}

#[actix_web::test]
async fn a_newcomer_has_half_an_hour_to_set_up_an_app_and_begins_it_once() {
    let world = with_factors();
    let new = world.entered(world.county().id, How::Password);
    let begin = || async {
        let answer = new.post("/account/factors/new", &[("kind", "app")]).await;
        answer.path().split('?').next().expect("a path").to_owned()
    };
    let app = begin().await;
    world.later(TimeDelta::minutes(29));
    assert_eq!(begin().await, app, "the same square again");
    assert_eq!(new.get(&app).await.status, 200);
    let other = world.entered(new.id, How::Password);
    let elsewhere = other.post("/account/factors/new", &[("kind", "app")]).await;
    let elsewhere = elsewhere.path().split('?').next().expect("a path").to_owned();
    assert_ne!(elsewhere, app, "another session gets a secret of its own");
    assert_eq!(new.get(&app).await.status, 404);
    world.later(TimeDelta::minutes(1));
    assert_eq!(new.get(&app).await.path(), "/sign-in");
}

#[actix_web::test]
async fn whoever_was_away_for_long_can_still_sign_out() {
    let world = World::new();
    let late = world.county();
    world.later(TimeDelta::minutes(20));
    let answer = late.post("/sign-out", &[]).await;
    assert_eq!(answer.path(), "/");
    assert!(answer.cookie.expect("a cookie").starts_with("e4s=; "), "it is taken away");
    assert_eq!(world.audit(), ["signed-out"]);
    assert_eq!(late.post("/sign-out", &[]).await.status, 403, "it is over");
}

#[actix_web::test]
async fn without_the_setting_or_a_post_the_password_is_enough_until_a_post_comes() {
    let world = World::new();
    let county = world.entered(world.county().id, How::Password);
    assert_eq!(county.get("/concerns").await.status, 200);

    let world = with_factors();
    world.later(TimeDelta::hours(11) + TimeDelta::minutes(55));
    let nobody = world.nobody();
    world.appointed_from(nobody, e4s::accounts::Role::County, Some(tomorrow(&world)));
    let bare = world.entered(nobody, How::Password);
    assert_eq!(bare.get("/account").await.status, 200);
    world.later(TimeDelta::minutes(6));
    assert_eq!(
        bare.get("/account").await.path(),
        "/sign-in/second?back=account",
        "midnight is past"
    );
}

fn tomorrow(world: &World) -> chrono::NaiveDate {
    e4s::calendar::day(world.now()) + chrono::Days::new(1)
}

#[actix_web::test]
async fn each_rise_gives_another_token_and_the_one_before_is_over() {
    let world = with_factors();
    let half = world.entered(world.county().id, How::Password);
    let whole =
        world.with_token(&half, world.as_person(half.id, |deed| sessions::rise(deed, &half.token)));
    assert_eq!(half.get("/account").await.path(), "/sign-in?back=account");
    assert_eq!(whole.get("/account").await.status, 200);
    let proved = world
        .with_token(&half, world.as_person(half.id, |deed| sessions::prove(deed, &whole.token)));
    assert_eq!(whole.get("/account").await.path(), "/sign-in?back=account");
    assert_eq!(proved.get("/account").await.status, 200);
}

#[actix_web::test]
async fn a_cookie_that_was_planted_before_signing_in_is_worth_nothing_after() {
    let world = with_factors();
    let id = world.county().id;
    let planted = world.entered(id, How::Password);
    let way = world.way(How::SignOnWithFactor);
    world.as_person(id, |deed| sessions::enter(deed, id, Some(&planted.token), &way));
    assert_eq!(planted.get("/sign-in/second").await.path(), "/sign-in");
}

#[actix_web::test]
async fn the_account_page_names_sessions_and_ends_them() {
    let world = with_factors();
    let here = world.county();
    let there = world.signed_in(here.id);
    world.entered(here.id, How::Password);
    let page = here.get("/account").await;
    let (main, there_id) = (page.main(), other_session(&world, &here, &there));
    assert_eq!(
        main.matches("Firefox on Windows").count(),
        2 + 2,
        "two, each with its link; no half one: {main}"
    );
    assert!(main.contains("last seen 12pm, this one"), "{main}");

    let path = format!("/account/sessions/{there_id}");
    assert_eq!(here.post(&path, &[("name", "Crawley library")]).await.path(), "/account");
    assert!(here.get("/account").await.main().contains("Crawley library"));
    let kept: Vec<Option<String>> = world.look(|db| {
        use diesel::prelude::*;
        use e4s::store::schema::sessions;
        Ok(sessions::table.select(sessions::name).load(db)?)
    });
    assert!(kept.iter().flatten().all(|it| !it.contains("library")), "a name is sealed");
    let long = "x".repeat(41);
    assert_eq!(here.post(&path, &[("name", &long)]).await.status, 422);

    let stranger = world.admin();
    assert_eq!(stranger.post(&path, &[("name", "Mine")]).await.status, 404);
    assert_eq!(stranger.post(&format!("{path}/end"), &[]).await.status, 404);
    assert_eq!(there.get("/account").await.status, 200);
    assert_eq!(here.post(&format!("{path}/end"), &[]).await.path(), "/account");
    assert_eq!(there.get("/account").await.path(), "/sign-in?back=account");

    let (third, fourth) = (world.signed_in(here.id), world.signed_in(here.id));
    assert_eq!(here.post("/account/sessions/others", &[]).await.path(), "/account");
    for ended in [third, fourth] {
        assert_eq!(ended.get("/account").await.path(), "/sign-in?back=account");
    }
    assert_eq!(here.get("/account").await.status, 200);
}

/// The id of another session of the same person.
fn other_session(
    world: &World,
    here: &crate::world::Person,
    there: &crate::world::Person,
) -> String {
    let (keys, now) = (&world.portal.keys, world.now());
    let live = world.look(|db| sessions::live(db, keys, (there.id, &there.token), now));
    assert_eq!(here.id, there.id);
    live.iter().find(|it| it.is_this).expect("it is live").id.to_string()
}
