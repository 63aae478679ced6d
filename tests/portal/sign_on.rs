//! The council's sign-on: linked by its owner, then a way in. On the far side stands a real provider.

use std::collections::BTreeMap;

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::config::Settings;
use e4s::store::schema::{accounts, identities, posts, sign_ons};
use serde_json::json;

use crate::council::{
    Council, SESSION, arrive, arrive_with, both, leave, left, link, person, set, sign_on,
};
use crate::world::World;

#[actix_web::test]
async fn somebody_links_their_council_account_and_signs_in_with_it_from_then_on() {
    let council = Council::open();
    let world = council.world();
    let kim = world.admin();
    assert!(kim.get("/account").await.main().contains("Link my Example Council account"));

    assert_eq!(link(&world, &council, &kim).await.path(), "/account");
    let page = kim.get("/account").await.main();
    assert!(
        page.contains("Linked to your Example Council account since 23 November 2026"),
        "{page}"
    );
    assert_eq!(kim.post("/sign-out", &[]).await.path(), "/sign-on/ended");
    let ended = world.get("/sign-on/ended").await;
    assert!(ended.body.contains("/session/end?client_id=e4s"), "{}", ended.main());

    let answer = sign_on(&world, &council).await;
    assert_eq!(answer.path(), "/");
    let again = person(&world, &answer, &kim);
    assert_ne!(again.token.as_str(), kim.token.as_str());
    assert!(again.get("/account").await.main().contains("A admin"));
    assert_eq!(kim.get("/account").await.path(), "/sign-in?back=account");
    assert_eq!(world.audit(), ["identity-linked", "signed-out"]);
}

#[actix_web::test]
async fn the_sign_in_page_has_the_councils_button_first_and_leads_back_to_the_page_that_was_asked_for()
 {
    let council = Council::open();
    let world = council.world();
    let kim = world.admin();
    link(&world, &council, &kim).await;
    let page = world.get("/sign-in?back=meetings").await.body;
    let (button, password) = (page.find("Example Council account"), page.find("name=\"password\""));
    assert!(button.is_some() && button < password);
    for (back, lands) in [("meetings", "/meetings"), ("//evil.example", "/"), ("", "/")] {
        let left = left(&world.post("/sign-on", &[("back", back)]).await);
        assert_eq!(arrive(&world, &council.visit(&left), &left).await.path(), lands);
    }
    assert!(
        !World::new().get("/sign-in").await.body.contains("/sign-on"),
        "without one, no button"
    );
    assert_eq!(World::new().post("/sign-on", &[]).await.status, 404);
}

#[actix_web::test]
async fn the_way_there_has_pkce_a_state_and_a_nonce_and_none_of_them_lies_open_here() {
    let council = Council::open();
    let world = council.world();
    let answer = world.post("/sign-on", &[]).await;
    let cookie = answer.cookie.clone().expect("a cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Max-Age=600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let left = left(&answer);
    let asked: BTreeMap<String, String> = left.address.query_pairs().into_owned().collect();
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["redirect_uri"], "http://127.0.0.1:8400/sign-on/back");
    assert_eq!(asked["scope"], "openid");
    let kept: Vec<(String, String, String)> = world.look(|db| {
        let columns = (sign_ons::state_hash, sign_ons::browser_hash, sign_ons::secrets);
        Ok(sign_ons::table.select(columns).load(db)?)
    });
    let kept = format!("{kept:?}");
    for secret in [&asked["state"], &asked["nonce"], &left.cookie] {
        assert!(secret.len() >= 22 && !kept.contains(secret.as_str()), "{kept}");
    }
}

#[actix_web::test]
async fn no_other_site_and_no_mere_link_begins_a_journey() {
    let council = Council::open();
    let world = council.world();
    let foreign = TestRequest::post()
        .uri("/sign-on")
        .insert_header(("origin", "https://evil.example"))
        .set_form([("back", "")]);
    assert_eq!(world.send(foreign).await.status, 403);
    assert_eq!(world.get("/sign-on").await.path(), "/");
    assert_eq!(world.look(|db| Ok(sign_ons::table.count().get_result::<i64>(db)?)), 0);
}

#[actix_web::test]
async fn an_identity_that_nobody_linked_opens_nothing_whatever_address_and_role_it_claims() {
    let council = Council::open();
    let world = council.world();
    let admin = world.admin();
    world.house(|deed| {
        let mine = accounts::table.find(admin.id);
        diesel::update(mine).set(accounts::email.eq("kim@example.org")).execute(deed.db)?;
        Ok(())
    });
    let answer = sign_on(&world, &council).await;
    assert_eq!((answer.status.as_u16(), set(&answer, SESSION)), (403, None));
    let page = answer.main();
    assert!(page.contains("not linked yet") && page.contains("password"), "{page}");
    assert!(!page.contains("kim@") && !page.contains("A admin"), "{page}");
    assert_eq!(world.look(|db| Ok(identities::table.count().get_result::<i64>(db)?)), 0);

    link(&world, &council, &admin).await;
    council.greets("kim-2");
    let another = sign_on(&world, &council).await;
    assert_eq!((another.status.as_u16(), set(&another, SESSION)), (403, None), "another subject");
}

#[actix_web::test]
async fn unlinking_ends_every_other_session_and_closes_that_way_in() {
    let council = Council::open();
    let world = council.world();
    let kim = world.admin();
    link(&world, &council, &kim).await;
    let other = person(&world, &sign_on(&world, &council).await, &kim);
    assert_eq!(kim.post("/account/sign-on/unlink", &[]).await.path(), "/account");
    assert_eq!(other.get("/account").await.path(), "/sign-in?back=account");
    assert_eq!(kim.get("/account").await.status, 200);
    assert_eq!(sign_on(&world, &council).await.status, 403);
    kim.post("/account/sign-on/unlink", &[]).await;
    assert_eq!(world.audit(), ["identity-linked", "identity-unlinked"]);
}

#[actix_web::test]
async fn linking_ends_every_other_session_and_is_told_by_letter() {
    use e4s::store::schema::letters;
    let council = Council::open();
    let world = council.world();
    let kim = world.admin();
    let other = world.signed_in(kim.id);
    link(&world, &council, &kim).await;
    assert_eq!(other.get("/account").await.path(), "/sign-in?back=account");
    assert_eq!(kim.get("/account").await.status, 200);
    kim.post("/account/sign-on/unlink", &[]).await;
    let facts: Vec<String> = world.look(|db| Ok(letters::table.select(letters::facts).load(db)?));
    for news in ["your council account was linked", "your council account was unlinked"] {
        assert!(facts.iter().any(|it| it.contains(news)), "{news}: {facts:?}");
    }
}

#[actix_web::test]
async fn a_sign_in_there_that_is_old_or_does_not_say_is_no_fresh_proof_here() {
    let council = Council::open();
    let world = council.world();
    let kim = world.admin();
    link(&world, &council, &kim).await;
    let who = json!({ "sub": "kim-1", "amr": ["pwd", "mfa"] });
    for (how, lands) in [("never-shown", 303), ("shown-yesterday", 303), ("shown-now", 200)] {
        council.tell(&json!({ "how": how, "who": who }));
        let here = person(&world, &sign_on(&world, &council).await, &kim);
        assert_eq!(here.get("/account").await.status, 200, "{how}");
        assert_eq!(here.get("/account/factors/new").await.status, lands, "{how}");
    }
}

#[actix_web::test]
async fn an_identity_that_was_unlinked_while_somebody_was_on_the_way_lets_nobody_in() {
    let world = World::new();
    let kim = world.admin();
    let identity = e4s::accounts::sign_on::provider::Identity {
        issuer: "https://login.council.example".to_owned(),
        subject: "kim-1".to_owned(),
        has_factor: true,
        shown_at: Some(world.now()),
    };
    let shown = e4s::accounts::shown::Shown::SignOn(identity);
    let request = TestRequest::default().to_http_request();
    let entered = e4s::accounts::enter_pages::enter(&world.portal, &request, (kim.id, shown), "");
    assert!(matches!(entered.await, Err(e4s::Error::Refused(_))));
}

#[actix_web::test]
async fn neither_an_identity_nor_an_account_is_linked_twice() {
    let council = Council::open();
    let world = council.world();
    let (kim, sam) = (world.admin(), world.county());
    link(&world, &council, &kim).await;
    assert_eq!(link(&world, &council, &kim).await.path(), "/account", "once more is no fault");
    let taken = link(&world, &council, &sam).await;
    assert_eq!(taken.status, 409);
    assert!(taken.main().contains("linked to another account here"), "{}", taken.main());
    council.greets("kim-2");
    assert_eq!(link(&world, &council, &kim).await.status, 409);
    assert_eq!(world.audit(), ["identity-linked"]);
}

#[actix_web::test]
async fn an_account_is_linked_only_while_its_owner_is_signed_in_in_that_browser() {
    let council = Council::open();
    let world = council.world();
    let (kim, sam) = (world.admin(), world.county());
    let begun = || async { left(&kim.post("/account/sign-on/link", &[]).await) };

    let one = begun().await;
    assert_eq!(arrive_with(&world, &council.visit(&one), &both(&one, &sam)).await.status, 422);
    let two = begun().await;
    kim.post("/sign-out", &[]).await;
    let late = arrive_with(&world, &council.visit(&two), &both(&two, &kim)).await;
    assert!(late.status == 422 && late.main().contains("no longer signed in"), "{}", late.main());
    let kim = world.signed_in(kim.id);
    for how in ["shown-yesterday", "never-shown"] {
        council.tell(&json!({ "how": how }));
        let answer = link(&world, &council, &kim).await;
        assert_eq!(answer.status, 422, "whoever links shows anew who they are: {how}");
    }
    assert_eq!(world.look(|db| Ok(identities::table.count().get_result::<i64>(db)?)), 0);
}

#[actix_web::test]
async fn a_leaver_comes_in_to_nothing() {
    let council = Council::open();
    let world = council.world();
    let lead = world.dsl(world.school(100_001, "A School", "E07000226"));
    link(&world, &council, &lead).await;
    world.house(|deed| {
        let yesterday = deed.today() - chrono::Days::new(1);
        let held = posts::table.filter(posts::account_id.eq(lead.id));
        diesel::update(held).set(posts::until_on.eq(yesterday)).execute(deed.db)?;
        Ok(())
    });
    let left = person(&world, &sign_on(&world, &council).await, &lead);
    assert_eq!(left.get("/concerns").await.status, 403);
    assert_eq!(left.get("/meetings").await.status, 403);
}

#[actix_web::test]
async fn new_keys_of_the_sign_on_are_learned_when_they_are_first_used() {
    let council = Council::open();
    let world = council.world();
    let kim = world.admin();
    link(&world, &council, &kim).await;
    council.tell(&json!({ "rotate": true }));
    assert_eq!(sign_on(&world, &council).await.path(), "/");
    let before = council.tell(&json!({}));
    sign_on(&world, &council).await;
    let asked = council.tell(&json!({}));
    let keys = |log: &[String]| log.iter().filter(|it| it.contains("/jwks")).count();
    assert_eq!((keys(&before), keys(&asked)), (2, 2), "and kept from then on");
}

#[actix_web::test]
async fn a_dead_sign_on_leaves_passwords_working_and_comes_back_by_itself() {
    let mut council = Council::open();
    council.stop();
    let world = council.world();
    let answer = world.post("/sign-on", &[]).await;
    assert_eq!(answer.status, 503);
    assert!(answer.main().contains("Sign in with your E4S password"), "{}", answer.main());
    let form = [("email", "kim@example.org"), ("password", "wrong")];
    assert_eq!(world.post("/sign-in", &form).await.status, 422);
    assert_eq!(world.get("/sign-in").await.status, 200);
    council.start();
    world.later(TimeDelta::seconds(31));
    leave(&world).await;
}

#[actix_web::test]
async fn a_sign_on_that_dies_or_hangs_while_somebody_is_there_says_so_in_time() {
    let council = Council::open();
    let world = council.world();
    let left = leave(&world).await;
    let path = council.visit(&left);
    council.tell(&json!({ "slow": true }));
    let begun = std::time::Instant::now();
    let answer = arrive(&world, &path, &left).await;
    assert_eq!(answer.status, 503);
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

#[test]
fn a_wrong_setting_of_the_sign_on_is_named_with_its_problem_and_an_example() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, empty) = (folder.path().join("secret"), folder.path().join("empty"));
    std::fs::write(&file, "s3cret\n").expect("written");
    std::fs::write(&empty, "\n").expect("written");
    let of = |changes: &[(&str, &str)]| {
        let mut values: BTreeMap<String, String> = [
            ("sign_on_issuer", "https://login.council.example/v2.0"),
            ("sign_on_client", "e4s"),
            ("sign_on_secret_file", file.to_str().expect("text")),
            ("sign_on_name", "Example Council account"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        values
            .extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Settings::of(&values)
    };
    let read = of(&[("sign_on_factor", "mfa, hwk")]).expect("settings").sign_on.expect("one");
    assert_eq!(read.factors, ["mfa", "hwk"]);
    let everything = ["issuer", "client", "secret_file", "name"].map(|it| format!("sign_on_{it}"));
    for missing in &everything {
        let told = of(&[(missing.as_str(), "")]).expect_err("refused").to_string();
        assert!(
            told.contains(&format!("setting `{missing}`")) && told.contains("together"),
            "{told}"
        );
    }
    for (name, value, problem) in [
        ("sign_on_issuer", "http://login.council.example", "use https"),
        ("sign_on_issuer", "login.council.example", "not an address"),
        ("sign_on_issuer", "https://login.council.example/?tenant=1", "scheme, host and path"),
        ("sign_on_issuer", "https://kim@login.council.example/", "scheme, host and path"),
        ("sign_on_secret_file", "/nowhere", "cannot be read"),
        ("sign_on_secret_file", empty.to_str().expect("text"), "empty"),
        ("sign_on_factor", "mfa,,hwk", "characters"),
    ] {
        let told = of(&[(name, value)]).expect_err("refused").to_string();
        assert!(told.contains(&format!("setting `{name}`")), "{told}");
        assert!(told.contains(problem) && told.contains("For example: "), "{told}");
    }
    let alone = [("sign_on_factor".to_owned(), "mfa".to_owned())].into();
    assert!(Settings::of(&alone).is_err());
    assert!(of(&[("sign_on_issuer", "http://127.0.0.1:8410")]).is_ok());
}

#[actix_web::test]
async fn our_own_second_factor_is_asked_unless_the_sign_on_says_that_it_asked_for_one() {
    let council = Council::open();
    let world = council.world();
    let kim = world.county();
    link(&world, &council, &kim).await;
    let (id, token) = (kim.id, kim.token.clone());
    let world = Council::stricter(world);
    let kim = world.known(id, token);
    for (who, lands) in [
        (json!({ "sub": "kim-1", "amr": ["pwd"] }), "/sign-in/second"),
        (json!({ "sub": "kim-1", "amr": [] }), "/sign-in/second"),
        (json!({ "sub": "kim-1", "acr": "0" }), "/sign-in/second"),
        (json!({ "sub": "kim-1", "amr": ["pwd", "mfa"] }), "/"),
        (json!({ "sub": "kim-1", "acr": "mfa" }), "/"),
    ] {
        council.tell(&json!({ "who": who }));
        let answer = sign_on(&world, &council).await;
        assert!(answer.path().split('?').next() == Some(lands), "{who}: {}", answer.path());
        let reached = person(&world, &answer, &kim).get("/concerns").await.status;
        assert_eq!(reached == 200, lands == "/", "{who}");
    }
}

#[actix_web::test]
async fn linking_and_unlinking_want_a_fresh_proof() {
    let council = Council::open();
    let world = council.world();
    let kim = world.admin();
    world.later(TimeDelta::minutes(6));
    assert_ne!(kim.post("/account/sign-on/link", &[]).await.status, 200);
    assert_eq!(kim.post("/account/sign-on/unlink", &[]).await.status, 403);
    assert_eq!(world.look(|db| Ok(sign_ons::table.count().get_result::<i64>(db)?)), 0);
}
