//! The council's sign-on, attacked: in the browser, on the way, and by the sign-on itself.

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::store::schema::{identities, sign_ons};
use serde_json::json;

use crate::council::{BROWSER, Council, SESSION, arrive, arrive_with, leave, link, set, sign_on};
use crate::world::{Answer, World};

/// Nobody came in, and a calm page says so.
fn refused(answer: &Answer, why: &str) {
    assert_eq!((answer.status.as_u16(), set(answer, SESSION)), (422, None), "{why}");
    assert!(answer.body.contains("<h1") && !answer.body.contains("problem with the service"));
}

#[actix_web::test]
async fn a_state_that_is_missing_wrong_used_or_too_old_opens_nothing() {
    let council = Council::open();
    let world = council.world();
    link(&world, &council, &world.admin()).await;

    let left = leave(&world).await;
    let path = council.visit(&left);
    let (before, after) = path.split_once("&state=").expect("a state");
    let after = after.split_once('&').map_or("", |(_, it)| it);
    refused(&arrive(&world, &format!("{before}&{after}"), &left).await, "missing");
    refused(&arrive(&world, &format!("{before}&state=&{after}"), &left).await, "empty");
    refused(&arrive(&world, &format!("{before}&state=abc&{after}"), &left).await, "wrong");
    assert_eq!(arrive(&world, &path, &left).await.path(), "/");
    let exchanged = council.tell(&json!({})).len();
    refused(&arrive(&world, &path, &left).await, "used");
    assert_eq!(council.tell(&json!({})).len(), exchanged, "and the provider is not even asked");

    let left = leave(&world).await;
    let path = council.visit(&left);
    world.later(TimeDelta::minutes(10));
    refused(&arrive(&world, &path, &left).await, "too old");
    refused(&world.get("/sign-on/back").await, "nothing at all");
    assert_eq!(world.get("/sign-on/back?state=a&state=b").await.status, 404);
}

#[actix_web::test]
async fn what_another_browser_began_does_not_end_here() {
    let council = Council::open();
    let world = council.world();
    link(&world, &council, &world.admin()).await;
    let (theirs, mine) = (leave(&world).await, leave(&world).await);
    assert_ne!(theirs.cookie, mine.cookie);
    let path = council.visit(&theirs);
    refused(&arrive(&world, &path, &mine).await, "another browser's");
    refused(&arrive(&world, &path, &theirs).await, "it was used up by that");
    let path = council.visit(&mine);
    refused(&world.get(&path).await, "no cookie");
    let path = council.visit(&leave(&world).await);
    refused(&arrive_with(&world, &path, &format!("{BROWSER}=x")).await, "nonsense");
}

#[actix_web::test]
async fn two_windows_of_one_browser_do_not_spoil_each_other() {
    let council = Council::open();
    let world = council.world();
    link(&world, &council, &world.admin()).await;
    let one = leave(&world).await;
    let again = actix_web::test::TestRequest::post()
        .uri("/sign-on")
        .insert_header(("origin", crate::world::ORIGIN_OF_TESTS))
        .insert_header(("cookie", format!("{BROWSER}={}", one.cookie)))
        .set_form([("back", "")]);
    let two = crate::council::left(&world.send(again).await);
    assert_eq!(one.cookie, two.cookie);
    assert_eq!(arrive(&world, &council.visit(&two), &two).await.path(), "/");
    assert_eq!(arrive(&world, &council.visit(&one), &one).await.path(), "/");
}

#[actix_web::test]
async fn a_code_of_another_journey_or_a_used_one_opens_nothing() {
    let council = Council::open();
    let world = council.world();
    link(&world, &council, &world.admin()).await;
    let code = |path: &str| {
        let (_, after) = path.split_once("code=").expect("a code");
        after.split('&').next().unwrap_or_default().to_owned()
    };
    let (theirs, mine) = (leave(&world).await, leave(&world).await);
    let (stolen, path) = (council.visit(&theirs), council.visit(&mine));
    let injected = path.replace(&code(&path), &code(&stolen));
    refused(&arrive(&world, &injected, &mine).await, "the verifier is not theirs");
    let asked = council.tell(&json!({}));
    assert_eq!(asked.last().map(String::as_str), Some("POST /token 400"), "the provider said no");

    let first = leave(&world).await;
    let used = council.visit(&first);
    assert_eq!(arrive(&world, &used, &first).await.path(), "/");
    let second = leave(&world).await;
    let path = council.visit(&second);
    refused(&arrive(&world, &path.replace(&code(&path), &code(&used)), &second).await, "replayed");
    let third = leave(&world).await;
    let without = council.visit(&third).replace("code=", "kode=");
    refused(&arrive(&world, &without, &third).await, "no code");
}

#[actix_web::test]
async fn a_token_with_anything_wrong_in_it_is_not_believed() {
    let council = Council::open();
    let world = council.world();
    link(&world, &council, &world.admin()).await;
    for how in [
        "nonce",
        "no-nonce",
        "audience",
        "audiences",
        "issuer",
        "expired",
        "old",
        "from-the-future",
        "party",
        "no-subject",
        "signature",
        "none",
        "HS256",
        "HS256-secret",
        "RS512",
        "no-token",
    ] {
        council.tell(&json!({ "how": how }));
        refused(&sign_on(&world, &council).await, how);
    }
    council.tell(&json!({ "how": "again-right" }));
    assert_eq!(sign_on(&world, &council).await.path(), "/", "forged in nothing, it is believed");
    assert_eq!(world.audit(), ["identity-linked"]);
}

#[actix_web::test]
async fn an_answer_in_the_name_of_another_issuer_is_not_even_exchanged() {
    let council = Council::open();
    let world = council.world();
    link(&world, &council, &world.admin()).await;
    let exchanged = council.tell(&json!({})).iter().filter(|it| it.contains("/token")).count();
    for iss in ["https://evil.example", ""] {
        let left = leave(&world).await;
        let path = council.visit(&left);
        let (before, _) = path.split_once("&iss=").expect("an issuer");
        let path = if iss.is_empty() { before.to_owned() } else { format!("{before}&iss={iss}") };
        refused(&arrive(&world, &path, &left).await, iss);
    }
    let now = council.tell(&json!({})).iter().filter(|it| it.contains("/token")).count();
    assert_eq!(now, exchanged);
}

#[actix_web::test]
async fn a_sign_on_that_says_no_is_told_calmly_and_its_words_are_not_repeated() {
    let council = Council::open();
    let world = council.world();
    council.tell(&json!({ "who": { "refuses": true } }));
    let left = leave(&world).await;
    let path = council.visit(&left);
    assert!(path.contains("error=access_denied"), "{path}");
    let answer = arrive(&world, &path, &left).await;
    refused(&answer, "refused there");
    assert!(!answer.body.contains("<b>no</b>") && answer.main().contains("You were not signed in"));
}

#[actix_web::test]
async fn a_discovery_document_that_leads_astray_is_not_followed() {
    for how in ["elsewhere", "another-issuer", "endless", "nonsense"] {
        let council = Council::open();
        let world = council.world();
        council.tell(&json!({ "how": how }));
        let answer = world.post("/sign-on", &[]).await;
        assert_eq!(answer.status, 503, "{how}");
        assert_eq!(world.look(|db| Ok(sign_ons::table.count().get_result::<i64>(db)?)), 0);
    }
}

#[actix_web::test]
async fn a_redirect_of_the_sign_on_is_not_followed_with_the_secret() {
    let council = Council::open();
    let world = council.world();
    for how in ["redirect-302", "redirect-307"] {
        let left = leave(&world).await;
        let path = council.visit(&left);
        council.tell(&json!({ "how": how }));
        let answer = arrive(&world, &path, &left).await;
        assert_eq!((answer.status.as_u16(), set(&answer, SESSION)), (503, None), "{how}");
        let asked = council.tell(&json!({ "how": "" }));
        assert!(!asked.iter().any(|it| it.contains("/elsewhere")), "{how}: {asked:?}");
    }
}

#[actix_web::test]
async fn an_identity_of_another_issuer_with_the_same_subject_is_another() {
    let (one, two) = (Council::open(), Council::open());
    let mut world = one.world();
    let kim = world.admin().id;
    link(&world, &one, &world.signed_in(kim)).await;
    let mut settings = world.portal.settings.clone();
    two.used_by()(&mut settings);
    let clock = std::sync::Arc::clone(&world.portal.clock);
    world.portal =
        actix_web::web::Data::new(e4s::app::Portal::open(settings, clock).expect("opens"));
    assert_eq!(sign_on(&world, &two).await.status, 403);
    assert_eq!(world.look(|db| Ok(identities::table.count().get_result::<i64>(db)?)), 1);
}

#[actix_web::test]
async fn journeys_that_nobody_came_back_from_are_forgotten() {
    let council = Council::open();
    let world = council.world();
    leave(&world).await;
    let forget = |world: &World| {
        e4s::accounts::sign_on::forget(&world.portal, world.now()).expect("forgotten").count
    };
    assert_eq!(forget(&world), 0);
    world.later(TimeDelta::minutes(11));
    assert_eq!(forget(&world), 1);
}
