//! An invitation that is accepted with the council's sign-on: used up when its person is back, and not before. And a fresh
//! proof given there, for people who have nothing else.

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::accounts::AccountId;
use e4s::accounts::sessions::How;
use e4s::accounts::tickets::{self, TicketKind};
use e4s::store::schema::{identities, letters, posts, sign_ons, tickets as kept};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::council::{
    Council, Left, SESSION, arrive, arrive_with, both, left, link, person, set, sign_on,
};
use crate::tickets::{KIM, OTHER, PASSWORD, choose, invited, sign_in};
use crate::world::{Answer, Person, World};

/// Somebody new, and where their newest letter leads.
fn invitation(world: &World) -> (AccountId, String) {
    let id = invited(world);
    (id, newest(world, id))
}

/// Where the newest letter of somebody leads that was not used. Several of one second have no order.
fn newest(world: &World, id: AccountId) -> String {
    let open = kept::table
        .filter(kept::account_id.eq(id))
        .filter(kept::replaced_at.is_null())
        .filter(kept::used_at.is_null())
        .order(kept::made_at.desc());
    let ticket: String = world.look(|db| Ok(open.select(kept::id).first(db)?));
    let token = tickets::token(&world.portal.keys, 1, &ticket).expect("a token");
    format!("/choose-password/{}", token.expose_secret())
}

async fn leave(world: &World, path: &str) -> Left {
    left(&world.post(&format!("{path}/sign-on"), &[]).await)
}

/// The whole way, from the button on the invitation's page back.
async fn accept(world: &World, council: &Council, path: &str) -> Answer {
    let left = leave(world, path).await;
    arrive(world, &council.visit(&left), &left).await
}

fn linked(world: &World) -> usize {
    let all: Vec<String> =
        world.look(|db| Ok(identities::table.select(identities::subject).load(db)?));
    all.len()
}

/// The page of a link that does not work; and nobody came in.
fn gone(answer: &Answer, why: &str) {
    assert_eq!((answer.status.as_u16(), set(answer, SESSION)), (404, None), "{why}");
    assert!(answer.main().contains("This link does not work"), "{why}");
}

/// Somebody who has accepted, in the session that they got.
async fn accepted<'a>(world: &'a World, council: &Council) -> Person<'a> {
    let (id, path) = invitation(world);
    let answer = accept(world, council, &path).await;
    assert_eq!(answer.path(), "/");
    let token = set(&answer, SESSION).expect("a session");
    world.known(id, e4s::accounts::sessions::Token::parse(&token).expect("a token"))
}

#[actix_web::test]
async fn an_invited_person_uses_the_councils_sign_on_and_needs_no_password() {
    let council = Council::open();
    let world = council.world();
    let (id, path) = invitation(&world);
    let page = world.get(&path).await;
    assert!(page.main().contains("Or with a password of your own"), "{}", page.main());
    assert!(page.body.contains("Use my Example Council account instead"));

    let left = leave(&world, &path).await;
    for asked in ["prompt=login", "max_age=0"] {
        assert!(left.address.as_str().contains(asked), "they show anew who they are");
    }
    assert_eq!(world.get(&path).await.status, 200, "leaving uses nothing up");
    assert_eq!(linked(&world), 0);
    let answer = arrive(&world, &council.visit(&left), &left).await;
    assert_eq!(answer.path(), "/");

    let token = set(&answer, SESSION).expect("a session");
    let kim = world.known(id, e4s::accounts::sessions::Token::parse(&token).expect("a token"));
    assert!(kim.get("/account").await.main().contains("Linked to your Example Council account"));
    gone(&world.get(&path).await, "it is used up");
    assert_eq!(sign_on(&world, &council).await.path(), "/");
    assert_eq!(sign_in(&world, "").await.status, 422, "no password is no way in");
    assert_eq!(world.audit(), ["invitation-sent", "identity-linked", "sign-in-failed"]);
    let facts: Vec<String> = world.look(|db| Ok(letters::table.select(letters::facts).load(db)?));
    assert!(facts.iter().any(|it| it.contains("your council account was linked")), "{facts:?}");
}

#[actix_web::test]
async fn our_own_second_factor_is_still_asked() {
    let council = Council::open();
    let world = Council::stricter(council.world());
    let (_, path) = invitation(&world);
    assert_eq!(accept(&world, &council, &path).await.path(), "/sign-in/second");
}

#[actix_web::test]
async fn an_invitation_is_not_used_up_by_a_sign_on_that_fails() {
    let council = Council::open();
    let world = council.world();
    let (_, path) = invitation(&world);
    for how in ["nonce", "signature", "shown-yesterday", "no-token"] {
        council.tell(&json!({ "how": how }));
        let answer = accept(&world, &council, &path).await;
        assert_eq!((answer.status.as_u16(), set(&answer, SESSION)), (422, None), "{how}");
    }
    council.tell(&json!({ "how": "", "who": { "refuses": true } }));
    assert_eq!(accept(&world, &council, &path).await.status, 422, "refused there");
    assert_eq!(linked(&world), 0);
    assert_eq!(choose(&world, &path, PASSWORD).await.path(), "/", "it still works");
}

#[actix_web::test]
async fn an_invitation_is_accepted_once_however_many_have_left_with_it() {
    let council = Council::open();
    let world = council.world();
    let (_, path) = invitation(&world);
    let (one, two) = (leave(&world, &path).await, leave(&world, &path).await);
    assert_eq!(arrive(&world, &council.visit(&one), &one).await.path(), "/");
    council.greets("kim-2");
    gone(&arrive(&world, &council.visit(&two), &two).await, "the second browser");
    gone(&choose(&world, &path, OTHER).await, "a password, afterwards");
    gone(&world.post(&format!("{path}/sign-on"), &[]).await, "once more");
    assert_eq!(linked(&world), 1);
    assert_eq!(sign_on(&world, &council).await.status, 403, "the second identity opens nothing");
}

#[actix_web::test]
async fn an_invitation_that_ends_while_somebody_is_away_links_nothing() {
    let council = Council::open();
    let world = council.world();
    let admin = world.admin().id;

    let (id, path) = invitation(&world);
    let away = leave(&world, &path).await;
    assert_eq!(choose(&world, &path, PASSWORD).await.path(), "/");
    gone(&arrive(&world, &council.visit(&away), &away).await, "a password was chosen");

    let forget = |world: &World| {
        world.house(|deed| {
            use e4s::store::schema::accounts;
            let kim = diesel::update(accounts::table.find(id));
            kim.set(accounts::password_hash.eq("")).execute(deed.db)?;
            Ok(())
        });
    };
    let again = |world: &World| {
        forget(world);
        world.as_person(admin, |deed| {
            e4s::accounts::invite::send_again(deed, id, TicketKind::Invitation)
        });
        world.later(TimeDelta::seconds(1));
    };
    again(&world);
    let path = newest(&world, id);
    world.later(TimeDelta::hours(72) - TimeDelta::minutes(1));
    let away = leave(&world, &path).await;
    council.tell(&json!({ "ahead": 72 * 3600 + 2 }));
    let back = council.visit(&away);
    world.later(TimeDelta::minutes(1));
    gone(&arrive(&world, &back, &away).await, "it has run out");

    again(&world);
    let away = leave(&world, &newest(&world, id)).await;
    again(&world);
    gone(&arrive(&world, &council.visit(&away), &away).await, "a newer one replaced it");

    let away = leave(&world, &newest(&world, id)).await;
    world.house(|deed| {
        let yesterday = deed.today() - chrono::Days::new(1);
        let held = posts::table.filter(posts::account_id.eq(id));
        diesel::update(held).set(posts::until_on.eq(yesterday)).execute(deed.db)?;
        Ok(())
    });
    gone(&arrive(&world, &council.visit(&away), &away).await, "the post has ended");
    assert_eq!(linked(&world), 0);
}

#[actix_web::test]
async fn an_identity_of_another_account_is_refused_and_the_invitation_stays() {
    let council = Council::open();
    let world = council.world();
    link(&world, &council, &world.admin()).await;
    let (_, path) = invitation(&world);
    let refused = accept(&world, &council, &path).await;
    assert_eq!((refused.status.as_u16(), set(&refused, SESSION)), (409, None));
    assert!(refused.main().contains("linked to another account here"), "{}", refused.main());
    council.greets("kim-2");
    assert_eq!(accept(&world, &council, &path).await.path(), "/", "their own one does");
    assert_eq!(linked(&world), 2);
}

#[actix_web::test]
async fn what_another_browser_began_accepts_nothing() {
    let council = Council::open();
    let world = council.world();
    let (_, path) = invitation(&world);
    let (thief, mine) = (leave(&world, &path).await, leave(&world, &path).await);
    let theirs = council.visit(&thief);
    let answer = arrive(&world, &theirs, &mine).await;
    assert_eq!((answer.status.as_u16(), set(&answer, SESSION)), (422, None), "another browser's");
    assert_eq!(world.get(&council.visit(&mine)).await.status, 422, "no cookie");
    assert_eq!(linked(&world), 0);
    assert_eq!(accept(&world, &council, &path).await.path(), "/", "the invitation is still good");
}

#[actix_web::test]
async fn no_mere_link_no_other_site_and_no_other_letter_begins_it() {
    let council = Council::open();
    let world = council.world();
    let (id, path) = invitation(&world);
    let begin = format!("{path}/sign-on");
    assert_ne!(world.get(&begin).await.status, 200);
    let foreign = actix_web::test::TestRequest::post()
        .uri(&begin)
        .insert_header(("origin", "https://evil.example"))
        .set_form([("back", "")]);
    assert_eq!(world.send(foreign).await.status, 403);
    gone(&world.post("/choose-password/nonsense/sign-on", &[]).await, "no letter at all");
    choose(&world, &path, PASSWORD).await;
    world.house(|deed| tickets::send(deed, id, TicketKind::Reset));
    let reset = newest(&world, id);
    assert!(!world.get(&reset).await.body.contains("/sign-on"), "a reset gives a password");
    gone(&world.post(&format!("{reset}/sign-on"), &[]).await, "a reset");
    assert_eq!(world.look(|db| Ok(sign_ons::table.count().get_result::<i64>(db)?)), 0);
    let without = World::new();
    let (_, path) = invitation(&without);
    assert!(!without.get(&path).await.body.contains("/sign-on"), "without one, no button");
    assert_eq!(without.post(&format!("{path}/sign-on"), &[]).await.status, 404);
}

#[actix_web::test]
async fn an_administrator_sees_how_they_come_in_and_may_send_a_reset_and_no_invitation() {
    let council = Council::open();
    let world = council.world();
    let (kim, admin) = (accepted(&world, &council).await, world.admin());
    let page = admin.get(&format!("/admin/people/{}", kim.id)).await.main();
    assert!(page.contains("They sign in with their council account"), "{page}");
    assert!(!page.contains("Invitation"), "{page}");
    let send = |what: &str| format!("/admin/people/{}/{what}", kim.id);
    assert_eq!(admin.post(&send("invitation"), &[]).await.status, 409);
    assert_eq!(admin.post(&send("reset"), &[]).await.status, 303);
    assert_eq!(choose(&world, &newest(&world, kim.id), PASSWORD).await.path(), "/password-changed");
    assert_eq!(sign_in(&world, PASSWORD).await.path(), "/");
}

#[actix_web::test]
async fn whoever_has_nothing_else_proves_it_there_and_then_may_choose_a_password_and_unlink() {
    let council = Council::open();
    let world = council.world();
    let kim = accepted(&world, &council).await;
    let refused = kim.post("/account/sign-on/unlink", &[]).await;
    assert!(refused.status == 409 && refused.main().contains("only way in"), "{}", refused.main());

    world.later(TimeDelta::minutes(6));
    council.tell(&json!({ "ahead": 360 }));
    assert_eq!(kim.get("/account/password").await.path(), "/prove?back=account/password");
    let form = [("password", PASSWORD)];
    assert_eq!(kim.post("/account/password", &form).await.status, 403, "not without a proof");
    let page = kim.get("/prove?back=account/password").await;
    assert!(page.body.contains("Confirm with your Example Council account"), "{}", page.main());
    assert!(!page.body.contains("name=\"password\""));
    let away = left(&kim.post("/prove/sign-on", &[("back", "account/password")]).await);
    assert!(away.address.as_str().contains("prompt=login"));
    let answer = arrive_with(&world, &council.visit(&away), &both(&away, &kim)).await;
    assert_eq!(answer.path(), "/account/password");
    assert_eq!(kim.get("/account").await.path(), "/sign-in?back=account", "another token");

    let kim = person(&world, &answer, &kim);
    let page = kim.get("/account/password").await;
    assert!(!page.body.contains("old_password") && page.main().contains("Choose a password"));
    assert_eq!(kim.post("/account/password", &[("password", "short")]).await.status, 422);
    let done = kim.post("/account/password", &form).await;
    assert_eq!(done.path(), "/account");
    assert_eq!(sign_in(&world, PASSWORD).await.path(), "/");
    let kim = person(&world, &done, &kim);
    assert_eq!(kim.post("/account/sign-on/unlink", &[]).await.path(), "/account");
    assert_eq!(linked(&world), 0);
}

#[actix_web::test]
async fn nobody_else_and_no_old_sign_in_there_is_a_proof() {
    let council = Council::open();
    let world = council.world();
    let kim = accepted(&world, &council).await;
    world.later(TimeDelta::minutes(6));
    council.tell(&json!({ "ahead": 360 }));
    let begin = || async { left(&kim.post("/prove/sign-on", &[("back", "//evil.example")]).await) };

    council.greets("kim-2");
    let away = begin().await;
    let other = arrive_with(&world, &council.visit(&away), &both(&away, &kim)).await;
    assert!(other.status == 403 && other.main().contains("another council account"));
    council.greets("kim-1");
    council.tell(&json!({ "how": "shown-yesterday" }));
    let away = begin().await;
    let old = arrive_with(&world, &council.visit(&away), &both(&away, &kim)).await;
    assert_eq!(old.status, 422, "signed in there since yesterday");
    council.tell(&json!({ "how": "" }));
    let away = begin().await;
    let stranger = world.county();
    let elsewhere = arrive_with(&world, &council.visit(&away), &both(&away, &stranger)).await;
    assert_eq!(elsewhere.status, 422, "in a browser where somebody else is signed in");
    assert_eq!(kim.get("/account/password").await.path(), "/prove?back=account/password");
    assert!(world.audit().contains(&"proof-wrong".to_owned()));

    let away = begin().await;
    let proved = arrive_with(&world, &council.visit(&away), &both(&away, &kim)).await;
    assert_eq!(proved.path(), "/account", "a proof leads nowhere else");
    let half = Council::stricter(council.world());
    let half_in = half.entered(half.admin().id, How::Password);
    assert_eq!(half_in.post("/prove/sign-on", &[]).await.status, 403, "not half way in");
    assert_eq!(KIM, "kim@example.org");
}
