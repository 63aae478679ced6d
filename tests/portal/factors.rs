//! Second factors: set up, given once, replayed never, removed with care.

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::accounts::factors::passkeys::{self, Answer as PasskeyAnswer};
use e4s::accounts::factors::second::{self, Given};
use e4s::accounts::sessions::How;
use e4s::accounts::{AccountId, Role, passwords};
use e4s::store::schema::{accounts, ceremonies, factors, letters};

use crate::entrance::{code, token};
use crate::world::{Person, World};

pub const PASSWORD: &str = "lamp otter violin dune";

fn with_factors() -> World {
    World::with(|it| it.second_factor = true)
}

/// Sets an app up through the pages. Its owner, the app's secret, the recovery codes.
async fn set_up<'a>(world: &'a World, half: &Person<'_>) -> (Person<'a>, String, Vec<String>) {
    let chosen = half.post("/account/factors/new", &[("kind", "app"), ("back", "concerns")]).await;
    let path = chosen.path().to_owned();
    let page = half.get(&path).await;
    let secret = keys(&page.body)[0].replace(' ', "");
    let path = path.split('?').next().expect("a path").to_owned();
    let form = [("code", code(&secret, world.now())), ("back", "concerns".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
    let done = half.post(&path, &form).await;
    assert_eq!(done.status, 200, "{}", done.main());
    assert!(done.body.contains("href=\"/concerns\""), "it goes on to where they wanted to go");
    (world.known(half.id, token(&done)), secret, keys(&done.body))
}

/// What a page shows to be copied by hand.
fn keys(body: &str) -> Vec<String> {
    let after = body.split("class=\"e4s-key\">").skip(1);
    after.filter_map(|it| it.split('<').next()).map(str::to_owned).collect()
}

fn letters_to(world: &World, id: AccountId) -> usize {
    let found = letters::table.filter(letters::account_id.eq(id)).select(letters::kind);
    let kinds: Vec<String> = world.look(|db| Ok(found.load(db)?));
    kinds.iter().filter(|it| it.as_str() == "safety").count()
}

pub fn give_password(world: &World, id: AccountId) {
    let hash = passwords::hash(&PASSWORD.to_owned().into()).expect("a hash");
    world.house(|deed| {
        let account = diesel::update(accounts::table.find(id));
        account.set(accounts::password_hash.eq(&hash)).execute(deed.db)?;
        Ok(())
    });
}

#[actix_web::test]
async fn somebody_without_a_factor_sets_one_up_and_is_in() {
    let world = with_factors();
    let half = world.entered(world.county().id, How::Password);
    let asked = half.get("/sign-in/second?back=concerns").await;
    assert_eq!(asked.path(), "/account/factors/new?back=concerns");
    assert_eq!(half.get("/account/factors/new").await.status, 200);

    let (whole, secret, codes) = set_up(&world, &half).await;
    assert_eq!((secret.len(), codes.len()), (32, 10));
    assert_eq!(whole.get("/concerns").await.status, 200);
    assert_eq!(
        half.get("/concerns").await.path(),
        "/sign-in?back=concerns",
        "the half one is over"
    );
    let account = whole.get("/account").await.main();
    assert!(
        account.contains("Authenticator app") && account.contains("10 of 10 left"),
        "{account}"
    );
    assert_eq!(letters_to(&world, whole.id), 1);
    let kept: Vec<String> = world.look(|db| Ok(factors::table.select(factors::secret).load(db)?));
    assert!(!kept[0].contains(&secret), "the secret is sealed");
}

#[actix_web::test]
async fn a_wrong_first_code_confirms_nothing_and_comes_back_with_a_fault() {
    let world = with_factors();
    let half = world.entered(world.county().id, How::Password);
    let chosen = half.post("/account/factors/new", &[("kind", "app")]).await;
    for wrong in ["", "12", "abcdef"] {
        let again = half.post(chosen.path(), &[("code", wrong)]).await;
        assert_eq!(again.status, 422, "{wrong}");
        assert!(again.body.contains("Error: ") && again.body.contains("href=\"#code\""));
    }
    assert_eq!(half.get("/concerns").await.path(), "/sign-in/second?back=concerns");
    let nothing = half.post("/account/factors/new", &[("kind", "horse")]).await;
    assert!(nothing.status == 422 && nothing.main().contains("Choose what you want to use"));
}

#[actix_web::test]
async fn a_code_ends_signing_in_once_and_a_replay_does_not() {
    let world = with_factors();
    let (person, secret) = world.with_app(world.county().id);
    let replayed = code(&secret, world.now());
    let half = world.entered(person.id, How::Password);
    let again = half.post("/sign-in/second", &[("code", &replayed)]).await;
    assert_eq!(again.status, 422, "the code that set the app up is used");

    world.later(TimeDelta::seconds(30));
    let now = code(&secret, world.now());
    let (first, last) = now.split_at(3);
    let spaced = format!(" {first} {last}");
    let form = [("code", spaced.as_str()), ("back", "meetings")];
    let right = half.post("/sign-in/second", &form).await;
    assert_eq!(right.path(), "/meetings");
    assert_eq!(world.known(person.id, token(&right)).get("/concerns").await.status, 200);
    assert_eq!(half.get("/account").await.path(), "/sign-in?back=account");

    let other = world.entered(person.id, How::Password);
    assert_eq!(other.post("/sign-in/second", &[("code", &now)]).await.status, 422, "a replay");
    assert_eq!(
        other.post("/sign-in/second", &[("code", &replayed)]).await.status,
        422,
        "an older one"
    );
    assert_eq!(world.audit().iter().filter(|it| *it == "factor-wrong").count(), 3);
}

#[actix_web::test]
async fn the_seventh_try_at_the_second_step_is_told_how_long_to_wait() {
    let world = with_factors();
    let (person, secret) = world.with_app(world.county().id);
    let half = world.entered(person.id, How::Password);
    for _ in 0..6 {
        half.post("/sign-in/second", &[("code", "000000")]).await;
    }
    world.later(TimeDelta::seconds(30));
    let right = code(&secret, world.now());
    let another = world.entered(person.id, How::Password);
    let seventh = another.post("/sign-in/second", &[("code", &right)]).await;
    assert!(seventh.main().contains("Wait 2 minutes"), "{}", seventh.main());
    let code = another.post("/sign-in/recovery-code", &[("code", "7kq4")]).await;
    assert!(code.main().contains("Wait 2 minutes"), "{}", code.main());
}

#[actix_web::test]
async fn the_password_alone_adds_no_factor_beside_the_one_there_is() {
    let world = with_factors();
    let (person, _) = world.with_app(world.county().id);
    let thief = world.entered(person.id, How::Password);
    for path in ["/account/factors/new", "/account/factors/passkey", "/account/codes"] {
        assert_eq!(thief.get(path).await.path(), "/sign-in/second", "{path}");
        assert_eq!(thief.post(path, &[("kind", "app")]).await.status, 403, "{path}");
    }
}

#[actix_web::test]
async fn a_recovery_code_works_once_and_says_how_many_are_left() {
    let world = with_factors();
    let half = world.entered(world.county().id, How::Password);
    let (whole, _, codes) = set_up(&world, &half).await;
    let half = world.entered(whole.id, How::Password);
    let typed = codes[3].to_uppercase().replace('-', " ");
    let used = half.post("/sign-in/recovery-code", &[("code", &typed)]).await;
    assert!(used.main().contains("You have 9 left"), "{}", used.main());
    assert_eq!(world.known(whole.id, token(&used)).get("/concerns").await.status, 200);

    let other = world.entered(whole.id, How::Password);
    for (code, why) in [(codes[3].as_str(), "used"), ("0000-0000-0000-0000", "none"), ("", "empty")]
    {
        let again = other.post("/sign-in/recovery-code", &[("code", code)]).await;
        assert_eq!(again.status, 422, "{why}");
    }
    let made = whole.post("/account/codes", &[]).await;
    let new = keys(&made.body);
    assert_eq!(new.len(), 10);
    let old = other.post("/sign-in/recovery-code", &[("code", &codes[5])]).await;
    assert_eq!(old.status, 422, "new ones kill the old ones");
    let someone = world.with_app(world.admin().id).0;
    let theirs = world.entered(someone.id, How::Password);
    let stolen = theirs.post("/sign-in/recovery-code", &[("code", &new[0])]).await;
    assert_eq!(stolen.status, 422, "another person's code");
}

#[actix_web::test]
async fn the_last_factor_stays_while_a_post_needs_one_and_every_change_ends_other_sessions() {
    let world = with_factors();
    let (person, _) = world.with_app(world.county().id);
    let list = |world: &World| world.look(|db| e4s::accounts::factors::list(db, person.id));
    let only = list(&world)[0].id;
    let refused = person.post(&format!("/account/factors/{only}/remove"), &[]).await;
    assert_eq!(refused.status, 409, "{}", refused.main());

    let (second, _) = world.with_app(person.id);
    assert_eq!(
        person.get("/account").await.path(),
        "/sign-in?back=account",
        "an addition ends others"
    );
    let other = world.entered(person.id, How::SignOnWithFactor);
    let path = format!("/account/factors/{only}");
    assert_eq!(second.post(&path, &[("name", "Old telephone")]).await.path(), "/account");
    assert!(second.get("/account").await.main().contains("Old telephone"));
    assert_eq!(second.post(&path, &[("name", " ")]).await.status, 422);
    assert_eq!(second.post(&format!("{path}/remove"), &[]).await.path(), "/account");
    assert_eq!(
        other.get("/account").await.path(),
        "/sign-in?back=account",
        "a removal ends others"
    );
    assert_eq!((list(&world).len(), letters_to(&world, person.id)), (1, 3));

    let stranger = world.admin();
    let theirs = format!("/account/factors/{}/remove", list(&world)[0].id);
    assert_eq!(stranger.post(&theirs, &[]).await.status, 404, "not yours is not there");
}

#[actix_web::test]
async fn what_matters_asks_for_a_fresh_proof_and_loses_nothing() {
    let world = with_factors();
    let (person, secret) = world.with_app(world.county().id);
    give_password(&world, person.id);
    world.later(TimeDelta::minutes(5));
    let asked = person.get("/account/codes").await;
    assert_eq!(asked.path(), "/prove?back=account/codes");
    let known = world.look(|db| e4s::accounts::factors::list(db, person.id))[0].id;
    let path = format!("/account/factors/{known}");
    let typed = person.post(&path, &[("name", "Work telephone")]).await;
    assert_eq!(typed.status, 403);
    assert!(
        typed.main().contains("Work telephone")
            && typed.body.contains("/prove?back=account/factors/")
    );

    let wrong = person.post("/prove", &[("password", "wrong"), ("back", "account/codes")]).await;
    assert_eq!(wrong.status, 422);
    let code = code(&secret, world.now());
    let form = [("code", code.as_str()), ("back", "account/codes")];
    let proved = person.post("/prove/second", &form).await;
    assert_eq!(proved.path(), "/account/codes");
    let person = world.known(person.id, token(&proved));
    assert_eq!(person.get("/account/codes").await.status, 200);

    world.later(TimeDelta::minutes(5));
    let form = [("password", PASSWORD), ("back", "//evil.example")];
    let proved = person.post("/prove", &form).await;
    assert_eq!(proved.path(), "/account", "a proof leads nowhere else");
    assert_eq!(person.get("/account").await.path(), "/sign-in?back=account", "another token");
    assert!(world.audit().contains(&"proof-wrong".to_owned()));
}

#[actix_web::test]
async fn a_recovery_code_is_for_coming_in_and_no_proof() {
    let world = with_factors();
    let half = world.entered(world.county().id, How::Password);
    let (whole, _, codes) = set_up(&world, &half).await;
    let given = Given::RecoveryCode(codes[0].clone());
    let token = whole.token.clone();
    let proved = world.as_person(whole.id, |deed| second::prove(deed, None, &token, &given));
    assert!(proved.is_none());
    assert_eq!(whole.post("/prove/second", &[("code", &codes[1])]).await.status, 422);
    assert!(whole.get("/account").await.main().contains("10 of 10 left"), "none is used up by it");
}

#[actix_web::test]
async fn a_ceremony_is_ended_once_in_time_and_by_the_session_that_began_it() {
    let world = World::with(|it| {
        it.second_factor = true;
        it.base_url = "http://localhost:8400".to_owned();
    });
    let site = world.portal.passkeys.clone().expect("a site");
    let me = world.entered(world.county().id, How::Password);
    let begin = |person: &Person| {
        let token = person.token.clone();
        let made = world.as_person(person.id, |deed| {
            passkeys::begin(deed, &site, &token, "county@example.org")
        });
        made.id.to_string()
    };
    let end = |person: &Person, ceremony: &str| {
        let answer = PasskeyAnswer { ceremony: ceremony.to_owned(), credential: "{}".to_owned() };
        let token = person.token.clone();
        let add = world
            .as_person(person.id, |deed| passkeys::add(deed, &site, &token, ("A key", &answer)));
        assert!(add.is_none());
        let given = Given::Passkey(answer);
        let given =
            world.as_person(person.id, |deed| second::give(deed, Some(&*site), &token, &given));
        assert!(given.is_none());
    };
    let count = || {
        let all: Vec<String> =
            world.look(|db| Ok(ceremonies::table.select(ceremonies::id).load(db)?));
        all.len()
    };
    let mine = begin(&me);
    end(&world.entered(me.id, How::Password), &mine);
    end(&world.entered(world.admin().id, How::Password), &mine);
    assert_eq!(count(), 1, "no other session can take it");
    end(&me, &mine);
    assert_eq!(count(), 0, "it can be taken once");

    let late = begin(&me);
    world.later(TimeDelta::minutes(5));
    end(&me, &late);
    assert_eq!(count(), 1, "too late");
    begin(&me);
    assert_eq!(count(), 1, "what is too late is swept away");
    let states: Vec<String> =
        world.look(|db| Ok(ceremonies::table.select(ceremonies::state).load(db)?));
    assert!(!states[0].contains("challenge"), "the state is sealed");
}

#[actix_web::test]
async fn the_demonstration_asks_nobody_and_says_so() {
    let world = World::with(|it| it.is_demo = true);
    let page = world.entered(world.county().id, How::Password).get("/account").await;
    assert!(page.body.contains("Nobody is asked for a second factor"));
    let settings = e4s::config::Settings::of(&std::collections::BTreeMap::new()).expect("settings");
    assert!(settings.second_factor, "everywhere else everybody is");
    assert!(Role::ALL.iter().all(|it| it.needs_factor()));
}
