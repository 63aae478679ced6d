//! Letters that let somebody choose a password: invitations and forgotten passwords.

use std::sync::Mutex;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use e4s::accounts::appoint::{self, Giving};
use e4s::accounts::invite::{Invitation, invite};
use e4s::accounts::sessions::Token;
use e4s::accounts::tickets::{self, TicketKind};
use e4s::accounts::{AccountId, Post, Role, forgotten, passwords};
use e4s::mail::deliver;
use e4s::store::schema::{self, accounts};

use crate::postbox::{Arrived, Postbox};
use crate::world::{Answer, World};

pub const KIM: &str = "kim@example.org";
pub const PASSWORD: &str = "lamp otter violin dune";
pub const OTHER: &str = "marble tunic forest oboe";
const COUNTY: Post = Post { role: Role::County, school: None, team: None };

pub fn deliver(world: &World) -> usize {
    deliver::run(&world.portal, world.now()).expect("delivered").count
}

/// Somebody new, with an invitation that is not delivered yet.
pub fn invited(world: &World) -> AccountId {
    invited_from(world, e4s::calendar::day(world.now()))
}

fn invited_from(world: &World, from_on: NaiveDate) -> AccountId {
    let giving = Giving { post: COUNTY, from_on, until_on: None };
    let (email, name) = (KIM.to_owned(), "Kim Example".to_owned());
    let invitation = Invitation { email, name, giving };
    world.house(|deed| invite(deed, &invitation)).0
}

/// Somebody with a password.
pub fn known(world: &World) -> AccountId {
    static HASH: Mutex<Option<String>> = Mutex::new(None);
    let mut hash = HASH.lock().expect("a hash");
    let hash =
        hash.get_or_insert_with(|| passwords::hash(&PASSWORD.to_owned().into()).expect("a hash"));
    let newcomer = appoint::Newcomer {
        email: KIM.to_owned(),
        name: "Kim Example".to_owned(),
        password_hash: hash.clone(),
    };
    world.house(|deed| {
        let id = appoint::add(deed, &newcomer)?;
        appoint::appoint(deed, id, &COUNTY, None)?;
        Ok(id)
    })
}

/// The path that the letter's link leads to.
pub fn link(letter: &Arrived) -> String {
    let base = "http://127.0.0.1:8400";
    let lines = letter.text.lines().filter_map(|it| it.strip_prefix(base));
    lines
        .filter(|it| it.starts_with("/choose-password/"))
        .map(str::to_owned)
        .next()
        .expect("a link")
}

/// The letter as a snapshot keeps it.
fn read(letter: &Arrived) -> String {
    letter.read().replace(&link(letter), "/choose-password/TOKEN")
}

pub async fn choose(world: &World, path: &str, password: &str) -> Answer {
    world.post(path, &[("password", password)]).await
}

pub async fn sign_in(world: &World, password: &str) -> Answer {
    world.post("/sign-in", &[("email", KIM), ("password", password)]).await
}

pub fn session(answer: &Answer) -> Token {
    let cookie = answer.cookie.as_deref().expect("a cookie");
    Token::parse(cookie.split(['=', ';']).nth(1).expect("a value")).expect("a token")
}

#[actix_web::test]
async fn an_invited_person_chooses_a_password_and_is_in() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let id = invited(&world);
    assert_eq!(deliver(&world), 1);
    let letter = postbox.letter();
    insta::assert_snapshot!(read(&letter));
    let [text, html] = letter.words_of_both();
    assert_eq!(text, html);
    assert!(!letter.read().contains("/digests"), "nothing to change the rhythm of yet");

    let path = link(&letter);
    let page = world.get(&path).await;
    assert!(page.main().contains("Welcome, Kim Example") && page.body.contains(KIM));
    assert_eq!(sign_in(&world, "").await.status, 422, "no password is no way in");
    let done = choose(&world, &path, PASSWORD).await;
    assert_eq!(done.path(), "/");
    let kim = world.known(id, session(&done));
    assert!(kim.get("/account").await.main().contains("Kim Example"));
    assert_eq!(sign_in(&world, PASSWORD).await.path(), "/");
    assert_eq!(world.audit(), ["invitation-sent", "sign-in-failed", "password-chosen"]);
    assert_eq!(deliver(&world), 0);
}

#[actix_web::test]
async fn whoever_only_looks_at_a_link_changes_nothing() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    invited(&world);
    deliver(&world);
    let path = link(&postbox.letter());
    for method in [Method::GET, Method::HEAD, Method::GET, Method::OPTIONS] {
        world.send(TestRequest::with_uri(&path).method(method)).await;
    }
    let elsewhere = TestRequest::post().uri(&path).set_form([("password", PASSWORD)]);
    let elsewhere = elsewhere.insert_header(("origin", "https://scanner.example"));
    assert_eq!(world.send(elsewhere).await.status, 403);
    assert_eq!(world.audit(), ["invitation-sent"]);
    assert_eq!(choose(&world, &path, PASSWORD).await.path(), "/");
}

/// The same page for each link that does not work; and no password is changed by it.
async fn assert_gone(world: &World, path: &str, why: &str) {
    let before: Vec<String> =
        world.look(|db| Ok(accounts::table.select(accounts::password_hash).load(db)?));
    let nonsense = world.get("/choose-password/nonsense").await.main();
    assert!(
        nonsense.contains("This link does not work") && nonsense.contains("ask for a new letter")
    );
    let seen = world.get(path).await;
    assert_eq!((seen.status.as_u16(), seen.main()), (404, nonsense.clone()), "{why}");
    let sent = choose(world, path, OTHER).await;
    assert_eq!((sent.status.as_u16(), sent.main()), (404, nonsense), "{why}");
    assert_eq!(sent.cookie, None, "{why}");
    let after: Vec<String> =
        world.look(|db| Ok(accounts::table.select(accounts::password_hash).load(db)?));
    assert_eq!(before, after, "{why}");
}

#[actix_web::test]
async fn a_used_link_works_no_more() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    invited(&world);
    deliver(&world);
    let path = link(&postbox.letter());
    choose(&world, &path, PASSWORD).await.path();
    assert_gone(&world, &path, "used").await;
    for nonsense in [
        "/choose-password/x",
        "/choose-password/%00%ff",
        "/choose-password/only-in-the-letter-itself",
    ] {
        assert_gone(&world, nonsense, nonsense).await;
    }
}

#[actix_web::test]
async fn an_invitation_holds_for_72_hours() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    invited(&world);
    deliver(&world);
    let path = link(&postbox.letter());
    world.later(TimeDelta::hours(72) - TimeDelta::seconds(1));
    assert_eq!(world.get(&path).await.status, 200);
    world.later(TimeDelta::seconds(1));
    assert_gone(&world, &path, "run out").await;
}

#[actix_web::test]
async fn an_invitation_that_is_sent_again_replaces_the_one_before() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let (admin, id) = (world.admin(), invited(&world));
    let again = admin.post(&format!("/admin/people/{id}/invitation"), &[]).await;
    assert!(again.path().ends_with("?done=invited-again"));
    assert_eq!(deliver(&world), 2);
    let mut paths: Vec<String> = postbox.letters().iter().map(link).collect();
    let first: String = world.look(|db| {
        let replaced = schema::tickets::table.filter(schema::tickets::replaced_at.is_not_null());
        Ok(replaced.select(schema::tickets::token_hash).first(db)?)
    });
    let is_first = |path: &String| {
        use sha2::Digest;
        let token = path.rsplit('/').next().expect("a token");
        e4s::store::hex(sha2::Sha256::digest(token)) == first
    };
    paths.sort_by_key(|it| !is_first(it));
    assert_gone(&world, &paths[0], "replaced").await;
    assert_eq!(choose(&world, &paths[1], PASSWORD).await.path(), "/");
}

#[actix_web::test]
async fn an_invitation_to_a_post_that_has_ended_since_works_no_more() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    invited(&world);
    deliver(&world);
    world.house(|deed| appoint::dismiss(deed, KIM));
    assert_gone(&world, &link(&postbox.letter()), "ended").await;
}

#[actix_web::test]
async fn an_invitation_to_a_post_to_come_arrives_before_its_first_day() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    invited_from(&world, NaiveDate::from_ymd_opt(2027, 1, 1).expect("a date"));
    assert_eq!(deliver(&world), 1);
    let done = choose(&world, &link(&postbox.letter()), PASSWORD).await;
    assert_eq!(done.path(), "/");
}

#[actix_web::test]
async fn a_weak_password_comes_back_with_what_makes_it_weak() {
    let postbox = Postbox::open();
    let world = World::with(|settings| {
        postbox.used_by()(settings);
        settings.council_name = "Downland County Council".to_owned();
    });
    invited(&world);
    deliver(&world);
    let path = link(&postbox.letter());
    for (weak, why) in [
        ("kim@example.org1", "others know about you"),
        ("downlandcounty", "others know about you"),
        ("kimexample2026", "others know about you"),
        ("zxcvbnm,./asdf", "keyboard"),
        ("abcabcabcabcabc", "repeats itself"),
        ("password123456", "many people use"),
    ] {
        let answer = choose(&world, &path, weak).await;
        assert_eq!((answer.status.as_u16(), answer.cookie.clone()), (422, None), "{weak}");
        assert!(answer.main().contains(why), "{weak}: {}", answer.main());
        assert!(!answer.body.contains(weak), "a password is not shown");
    }
    let seventh = choose(&world, &path, &"x".repeat(129)).await;
    assert!(seventh.main().contains("Too many tries"), "{}", seventh.main());
    assert_eq!(world.audit(), ["invitation-sent"]);
    let other = World::with(postbox.used_by());
    invited(&other);
    deliver(&other);
    let path = link(&postbox.letters()[1]);
    let long = choose(&other, &path, &"lamp otter violin dune ".repeat(6)).await;
    assert!(long.main().contains("at most 128 characters"), "{}", long.main());
}

#[actix_web::test]
async fn a_forgotten_password_is_replaced_by_whoever_has_the_letter() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let id = known(&world);
    let before = world.signed_in(id);
    assert!(world.get("/sign-in").await.body.contains("href=\"/forgotten\""));
    assert_eq!(
        world.post("/forgotten", &[("email", " KIM@example.org ")]).await.path(),
        "/forgotten/sent"
    );
    assert_eq!(forgotten::run(&world.portal, world.now()).expect("answered").count, 1);
    assert_eq!(deliver(&world), 1);
    let letter = postbox.letter();
    insta::assert_snapshot!(read(&letter));
    let [text, html] = letter.words_of_both();
    assert_eq!(text, html);

    let path = link(&letter);
    assert!(world.get(&path).await.main().contains("Choose a new password"));
    let done = choose(&world, &path, OTHER).await;
    assert_eq!(
        (done.path(), done.cookie.clone()),
        ("/password-changed", None),
        "nobody is let in by it"
    );
    assert!(world.get("/password-changed").await.main().contains("Your password is changed"));
    assert_eq!(before.get("/account").await.path(), "/sign-in?back=account");
    assert_eq!(sign_in(&world, PASSWORD).await.status, 422);
    assert_eq!(sign_in(&world, OTHER).await.path(), "/");
    assert_gone(&world, &path, "used").await;
    assert_eq!(deliver(&world), 1);
    let told = &postbox.letters()[1];
    insta::assert_snapshot!(told.read());
    let [text, html] = told.words_of_both();
    assert_eq!(text, html);
    assert_eq!(world.audit(), ["reset-sent", "password-changed", "sign-in-failed"]);
}

#[actix_web::test]
async fn a_reset_holds_for_an_hour_and_only_the_newest_works() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let id = known(&world);
    let send = || world.house(|deed| tickets::send(deed, id, TicketKind::Reset));
    send();
    deliver(&world);
    world.later(TimeDelta::minutes(1));
    send();
    deliver(&world);
    let paths: Vec<String> = postbox.letters().iter().map(link).collect();
    assert_gone(&world, &paths[0], "replaced").await;
    world.later(TimeDelta::minutes(59));
    assert_eq!(world.get(&paths[1]).await.status, 200);
    world.later(TimeDelta::minutes(1));
    assert_gone(&world, &paths[1], "run out").await;
}

#[actix_web::test]
async fn nobody_learns_who_has_an_account() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    known(&world);
    let (leaver, new) = (world.county(), world.county());
    let email = |id: AccountId| -> String {
        world.look(|db| Ok(accounts::table.find(id).select(accounts::email).first(db)?))
    };
    let (leaver, new) = (email(leaver.id), email(new.id));
    world.house(|deed| appoint::dismiss(deed, &leaver));
    world.house(|deed| {
        let one = diesel::update(accounts::table.filter(accounts::email.eq(&new)));
        one.set(accounts::password_hash.eq("")).execute(deed.db)?;
        Ok(())
    });
    let mut answers = Vec::new();
    for email in [KIM, "nobody@example.org", &leaver, &new] {
        let answer = world.post("/forgotten", &[("email", email)]).await;
        let to = answer.path().to_owned();
        let body = world.get(&to).await.body;
        answers.push((answer.status, to, answer.cookie, answer.body, body));
    }
    assert!(answers.iter().all(|it| *it == answers[0]));
    let kept: Vec<String> = world
        .look(|db| Ok(schema::forgotten::table.select(schema::forgotten::address).load(db)?));
    assert!(kept.len() == 4 && kept.iter().all(|it| !it.contains('@')), "sealed: {kept:?}");
    assert_eq!(forgotten::run(&world.portal, world.now()).expect("answered").count, 4);
    assert_eq!(deliver(&world), 1);
    assert_eq!(postbox.recipients(), [KIM]);
    assert_eq!(world.look(|db| Ok(schema::forgotten::table.count().get_result::<i64>(db)?)), 0);

    for wrong in ["", "kim", "kim@", "kim@example.org\nbcc: x@example.org"] {
        let answer = world.post("/forgotten", &[("email", wrong)]).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert!(answer.main().contains("Enter an e-mail address like"));
    }
}

#[actix_web::test]
async fn nobodys_mailbox_is_filled_with_letters() {
    let world = World::new();
    known(&world);
    for _ in 0..9 {
        assert_eq!(world.post("/forgotten", &[("email", KIM)]).await.path(), "/forgotten/sent");
    }
    assert_eq!(world.look(|db| Ok(schema::forgotten::table.count().get_result::<i64>(db)?)), 5);
}

#[actix_web::test]
async fn a_flood_of_invented_addresses_writes_little_and_is_told_nothing() {
    let mut world = World::new();
    let rows = |world: &World| -> i64 {
        world.look(|db| Ok(schema::forgotten::table.count().get_result(db)?))
    };
    for number in 0..80 {
        let email = format!("nobody{number}@example.org");
        let answer = world.post("/forgotten", &[("email", &email)]).await;
        assert_eq!(answer.path(), "/forgotten/sent", "{number}");
        if number == 30 {
            world.restart();
        }
    }
    assert_eq!(rows(&world), 60, "sixty at once, whatever was restarted");
    world.later(TimeDelta::seconds(1));
    for email in ["late@example.org", "too-late@example.org"] {
        assert_eq!(world.post("/forgotten", &[("email", email)]).await.path(), "/forgotten/sent");
    }
    assert_eq!(rows(&world), 61, "and one more each second");
    world.later(-TimeDelta::days(365));
    assert_eq!(world.post("/forgotten", &[("email", KIM)]).await.path(), "/forgotten/sent");
    world.later(TimeDelta::seconds(1));
    assert_eq!(world.post("/forgotten", &[("email", KIM)]).await.path(), "/forgotten/sent");
    assert_eq!(rows(&world), 62, "a clock that was put back shuts nobody out");
}
