//! Lost second factors: two people, or a day; nobody alone, nobody twice, nobody about themselves.

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::accounts::sessions::How;
use e4s::accounts::{AccountId, Role};
use e4s::schools::Urn;
use e4s::store::schema::{accounts, factors, letters, recoveries};

use crate::postbox::Postbox;
use crate::tickets::deliver;
use crate::world::{Person, World};

fn world() -> (World, Urn) {
    let world = World::with(|it| it.second_factor = true);
    let school = world.school(100_001, "A School", "E07000226");
    (world, school)
}

/// Somebody with the password says that the factor of `id` is lost. The request's id.
async fn ask(world: &World, id: AccountId) -> String {
    let half = world.entered(id, How::Password);
    assert_eq!(half.post("/sign-in/lost", &[]).await.path(), "/sign-in/lost");
    assert!(half.get("/sign-in/lost").await.main().contains("You asked on"));
    let open = recoveries::table
        .filter(recoveries::account_id.eq(id))
        .filter(recoveries::ended_at.is_null());
    world.look(|db| Ok(open.select(recoveries::id).first(db)?))
}

fn has_factor(world: &World, id: AccountId) -> bool {
    let theirs = factors::table.filter(factors::account_id.eq(id)).select(factors::id);
    let found: Vec<String> = world.look(|db| Ok(theirs.load(db)?));
    !found.is_empty()
}

async fn agree(person: &Person<'_>, id: &str) -> u16 {
    person.post(&format!("/admin/recoveries/{id}/agree"), &[]).await.status.as_u16()
}

async fn vouch(person: &Person<'_>, id: &str) -> u16 {
    person.post(&format!("/account/vouch/{id}"), &[]).await.status.as_u16()
}

#[actix_web::test]
async fn an_administrator_and_a_colleague_let_somebody_set_up_a_new_factor_after_a_day() {
    let (world, school) = world();
    for is_admin_first in [true, false] {
        let (lost, _) = world.with_app(world.dsl(school).id);
        let (admin, colleague) = (world.admin().id, world.dsl(school).id);
        let id = ask(&world, lost.id).await;
        let here = |id| world.signed_in(id);
        let listed = here(admin).get("/admin/recoveries").await;
        assert!(listed.main().contains("Nobody has said yes yet"), "{}", listed.main());
        assert!(here(colleague).get("/account/vouch").await.main().contains("I have spoken to"));
        if is_admin_first {
            assert_eq!(agree(&here(admin), &id).await, 303);
            assert_eq!(vouch(&here(colleague), &id).await, 303);
        } else {
            assert_eq!(vouch(&here(colleague), &id).await, 303);
            assert_eq!(agree(&here(admin), &id).await, 303);
        }
        assert!(has_factor(&world, lost.id), "two at once are not enough");
        world.later(TimeDelta::hours(24) - TimeDelta::seconds(1));
        assert_eq!(agree(&here(admin), &id).await, 303);
        assert!(has_factor(&world, lost.id), "nor are two before a day is over");
        world.later(TimeDelta::seconds(1));
        let page = here(admin).get("/admin/recoveries").await;
        assert!(page.body.contains("second factors now"), "{}", page.main());
        let inside = here(lost.id);
        assert_eq!(agree(&here(admin), &id).await, 303);
        assert!(!has_factor(&world, lost.id));
        assert_eq!(
            inside.get("/account").await.path(),
            "/sign-in?back=account",
            "all sessions end"
        );
        let half = world.entered(lost.id, How::Password);
        assert_eq!(half.get("/sign-in/second").await.path(), "/account/factors/new");
        assert_eq!(agree(&here(admin), &id).await, 404, "it is over");
    }
}

#[actix_web::test]
async fn a_third_person_lets_them_at_once() {
    let (world, school) = world();
    let team = world.team("Crawley", "E07000226");
    for by in [
        ["admin", "colleague", "county"],
        ["colleague", "county", "admin"],
        ["admin", "admin", "colleague"],
    ] {
        let (lost, _) = world.with_app(world.dsl(school).id);
        let id = ask(&world, lost.id).await;
        for (index, who) in by.into_iter().enumerate() {
            assert!(has_factor(&world, lost.id), "{index} of {by:?}");
            let status = match who {
                "admin" => agree(&world.admin(), &id).await,
                "county" => vouch(&world.county(), &id).await,
                _ => vouch(&world.dsl(school), &id).await,
            };
            assert_eq!(status, 303, "{who}");
        }
        assert!(!has_factor(&world, lost.id), "{by:?}");
    }
    assert!(world.coordinator(team).get("/account/vouch").await.main().contains("None of your"));
}

#[actix_web::test]
async fn whoever_says_yes_reads_what_came_of_it_and_is_not_asked_again() {
    let (world, school) = world();
    let (lost, _) = world.with_app(world.dsl(school).id);
    let (admin, colleague) = (world.admin(), world.dsl(school));
    let id = ask(&world, lost.id).await;
    let path = format!("/admin/recoveries/{id}/agree");
    for (done, words) in [("noted", "Your yes is written down"), ("before", "Nothing has changed")]
    {
        let answer = admin.post(&path, &[]).await;
        assert_eq!(answer.path(), format!("/admin/recoveries?done={done}"));
        let page = admin.get(answer.path()).await;
        assert!(page.body.contains(words), "{}", page.main());
        assert!(!page.body.contains(&path) && page.main().contains("You have said yes"));
    }
    vouch(&colleague, &id).await;
    let answer = world.county().post(&format!("/account/vouch/{id}"), &[]).await;
    assert_eq!(answer.path(), "/account/vouch?done=granted");
    assert!(colleague.get(answer.path()).await.body.contains("second factors are removed"));
}

#[actix_web::test]
async fn what_was_linked_to_the_account_goes_as_well() {
    use e4s::store::schema::identities;
    let (world, school) = world();
    let (lost, _) = world.with_app(world.dsl(school).id);
    world.house(|deed| {
        let row = (
            identities::issuer.eq("https://login.council.example"),
            identities::subject.eq("thief"),
            identities::account_id.eq(lost.id),
            identities::linked_at.eq(deed.at),
        );
        diesel::insert_into(identities::table).values(row).execute(deed.db)?;
        Ok(())
    });
    let id = ask(&world, lost.id).await;
    agree(&world.admin(), &id).await;
    vouch(&world.dsl(school), &id).await;
    vouch(&world.county(), &id).await;
    assert_eq!(world.look(|db| Ok(identities::table.count().get_result::<i64>(db)?)), 0);
    assert!(world.audit().contains(&"identity-unlinked".to_owned()));
}

#[actix_web::test]
async fn no_other_two_people_do() {
    let (world, school) = world();
    let team = world.team("Crawley", "E07000226");
    let other_school = world.school(100_002, "Another School", "E07000226");
    let (lost, _) = world.with_app(world.dsl(school).id);
    let (admin, another_admin) = (world.admin(), world.admin());
    let id = ask(&world, lost.id).await;

    assert_eq!((agree(&admin, &id).await, agree(&admin, &id).await), (303, 303));
    assert_eq!(agree(&another_admin, &id).await, 303);
    assert!(has_factor(&world, lost.id), "an administrator twice, and two administrators at once");
    let strangers = [world.dsl(other_school), world.coordinator(team)];
    for stranger in &strangers {
        assert_eq!(vouch(stranger, &id).await, 404, "somebody who shares nothing");
        assert!(!stranger.get("/account/vouch").await.main().contains("A dsl"));
    }
    assert_eq!(vouch(&world.partner(team), &id).await, 403);
    assert_eq!(vouch(&admin, &id).await, 403);
    assert_eq!(agree(&world.dsl(school), &id).await, 403);
    world.appointed(admin.id, Role::County);
    let admin = world.signed_in(admin.id);
    assert_eq!(vouch(&admin, &id).await, 303);
    assert!(has_factor(&world, lost.id), "the same person in both parts");
    let itself = world.signed_in(lost.id);
    assert_eq!(vouch(&itself, &id).await, 409, "nobody vouches for themselves");
    world.appointed(lost.id, Role::Admin);
    let itself = world.signed_in(lost.id);
    assert_eq!(agree(&itself, &id).await, 409, "nobody decides about themselves");
    assert!(has_factor(&world, lost.id));
    assert_eq!(vouch(&world.county(), &id).await, 303);
    assert!(!has_factor(&world, lost.id), "a county lead knows everybody");
}

#[actix_web::test]
async fn two_colleagues_without_an_administrator_do_not() {
    let (world, school) = world();
    let (lost, _) = world.with_app(world.dsl(school).id);
    let id = ask(&world, lost.id).await;
    assert_eq!(vouch(&world.dsl(school), &id).await, 303);
    assert_eq!(vouch(&world.county(), &id).await, 303);
    world.later(TimeDelta::hours(25));
    assert_eq!(vouch(&world.county(), &id).await, 303);
    assert!(has_factor(&world, lost.id));
    let both = world.county().id;
    world.appointed(both, Role::Admin);
    let both = world.signed_in(both);
    let (lost, _) = world.with_app(world.dsl(school).id);
    let id = ask(&world, lost.id).await;
    assert_eq!((vouch(&both, &id).await, agree(&both, &id).await), (303, 303));
    world.later(TimeDelta::hours(25));
    let both = world.signed_in(both.id);
    assert_eq!((vouch(&both, &id).await, agree(&both, &id).await), (303, 303));
    assert!(has_factor(&world, lost.id), "the same person in both parts");
}

#[actix_web::test]
async fn an_administrator_alone_never_does_and_two_of_them_do_after_a_day() {
    let (world, school) = world();
    let (lost, _) = world.with_app(world.dsl(school).id);
    let id = ask(&world, lost.id).await;
    let (one, two) = (world.admin().id, world.admin().id);
    assert_eq!(agree(&world.signed_in(one), &id).await, 303);
    world.later(TimeDelta::hours(25));
    assert_eq!(agree(&world.signed_in(one), &id).await, 303);
    assert!(has_factor(&world, lost.id));
    assert_eq!(agree(&world.signed_in(two), &id).await, 303);
    assert!(!has_factor(&world, lost.id));
}

#[actix_web::test]
async fn the_person_or_an_administrator_stops_it_and_after_a_week_it_is_void() {
    let (world, school) = world();
    let (lost, _) = world.with_app(world.dsl(school).id);
    let (admin, colleague) = (world.admin(), world.dsl(school));
    let first = ask(&world, lost.id).await;
    assert!(lost.get("/account").await.main().contains("Stop this"));
    let half = world.entered(lost.id, How::Password);
    assert_eq!(
        half.post("/account/recovery/stop", &[]).await.status,
        403,
        "not with the password alone"
    );
    assert_eq!(agree(&admin, &first).await, 303);
    assert_eq!(lost.post("/account/recovery/stop", &[]).await.path(), "/account");
    assert_eq!(vouch(&colleague, &first).await, 404);

    let second = ask(&world, lost.id).await;
    let refuse = format!("/admin/recoveries/{second}/refuse");
    assert_eq!(admin.post(&refuse, &[]).await.path(), "/admin/recoveries?done=refused");
    assert_eq!(vouch(&colleague, &second).await, 404);

    let third = ask(&world, lost.id).await;
    world.later(TimeDelta::days(7));
    assert_eq!(agree(&world.admin(), &third).await, 404);
    assert!(has_factor(&world, lost.id));
    let told = world.audit().iter().filter(|it| it.starts_with("recovery-")).count();
    assert_eq!(told, 1 + 3 + 1 + 1 + 1, "codes made, asked, agreed, stopped, refused");
}

#[actix_web::test]
async fn the_person_is_told_by_letter_at_each_step() {
    let (world, school) = world();
    let (lost, _) = world.with_app(world.dsl(school).id);
    let id = ask(&world, lost.id).await;
    agree(&world.admin(), &id).await;
    vouch(&world.dsl(school), &id).await;
    vouch(&world.county(), &id).await;
    let theirs = letters::table.filter(letters::account_id.eq(lost.id)).order(letters::period);
    let facts: Vec<String> = world.look(|db| Ok(theirs.select(letters::facts).load(db)?));
    let facts = facts.join("\n");
    for step in [
        "somebody asks for a new second factor",
        "one person agreed",
        "your second factors were removed",
    ] {
        assert!(facts.contains(step), "{step}");
    }
    assert!(facts.contains("Stop this"), "it says how to stop it");
}

#[actix_web::test]
async fn a_request_is_told_to_its_person_and_to_every_administrator_at_once() {
    let postbox = Postbox::open();
    let (used, school) = (postbox.used_by(), 100_001);
    let world = World::with(|it| {
        used(it);
        it.second_factor = true;
    });
    let school = world.school(school, "A School", "E07000226");
    let (lost, _) = world.with_app(world.dsl(school).id);
    let (one, two, leaver) = (world.admin(), world.admin(), world.admin());
    world.coordinator(world.team("Crawley", "E07000226"));
    world.house(|deed| {
        use e4s::store::schema::posts;
        let yesterday = deed.today() - chrono::Days::new(1);
        let held = posts::table.filter(posts::account_id.eq(leaver.id));
        diesel::update(held).set(posts::until_on.eq(yesterday)).execute(deed.db)?;
        Ok(())
    });
    deliver(&world);
    let before = postbox.letters().len();
    ask(&world, lost.id).await;
    world.entered(lost.id, How::Password).post("/sign-in/lost", &[]).await;
    assert_eq!(deliver(&world), 3, "each once, however often it is asked");
    let letters = postbox.letters().split_off(before);
    let email = |person: &Person| world.look(|db| email(db, person.id));
    let to =
        |address: &String| letters.iter().find(|it| it.to.contains(address)).expect("a letter");
    let (safety, told) = (to(&email(&lost)), to(&email(&one)));
    assert_eq!(told.text, to(&email(&two)).text);
    for letter in [safety, told] {
        insta::assert_snapshot!(letter.read());
        let [text, html] = letter.words_of_both();
        assert_eq!(text, html);
    }
    assert!(!told.raw.contains("A dsl") && !told.raw.contains(&email(&lost)), "no name in it");
}

#[actix_web::test]
async fn an_administrator_who_asks_is_told_as_its_person_and_the_others_as_administrators() {
    let (world, _) = world();
    let (lost, _) = world.with_app(world.admin().id);
    let other = world.admin();
    ask(&world, lost.id).await;
    let told: Vec<AccountId> = world.look(|db| {
        let told = letters::table.filter(letters::kind.eq("recovery"));
        Ok(told.select(letters::account_id).load(db)?)
    });
    assert_eq!(told, [other.id]);
}

fn email(db: &mut e4s::store::Db, id: AccountId) -> e4s::Result<String> {
    use e4s::store::schema::accounts;
    Ok(accounts::table.find(id).select(accounts::email).first(db)?)
}

#[test]
fn the_server_resets_the_only_administrator_and_nobody_else() {
    let (world, school) = world();
    let reset = |id: AccountId| {
        let email: String =
            world.look(|db| Ok(accounts::table.find(id).select(accounts::email).first(db)?));
        world.portal.write_as_house(|deed| e4s::accounts::recoveries::reset(deed, &email))
    };
    let (lead, _) = world.with_app(world.dsl(school).id);
    let (first, _) = world.with_app(world.admin().id);
    let told = reset(lead.id).expect_err("no administrator").to_string();
    assert!(told.contains("/admin/recoveries"), "{told}");
    let (second, _) = world.with_app(world.admin().id);
    reset(first.id).expect_err("another can act");
    assert!(has_factor(&world, first.id) && has_factor(&world, lead.id));
    world.house(|deed| {
        Ok(diesel::delete(factors::table.filter(factors::account_id.eq(second.id)))
            .execute(deed.db)?)
    });
    reset(first.id).expect("the other has lost theirs too");
    assert!(!has_factor(&world, first.id));
}
