//! An administrator invites people, gives them posts, ends them, and sees how everybody stands.

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use e4s::accounts::appoint;
use e4s::accounts::{AccountId, Post, Role};
use e4s::mail::deliver;
use e4s::schools::Urn;
use e4s::store::schema::*;

use crate::postbox::Postbox;
use crate::world::{Answer, Person, World};

const AREA: &str = "E07000226";

/// The worker's turn. Says how many letters it sent.
fn deliver(world: &World) -> usize {
    deliver::run(&world.portal, world.now()).expect("delivered").count
}

fn on(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a date")
}

fn account(world: &World, email: &str) -> AccountId {
    world.look(|db| {
        let found = accounts::table.filter(accounts::email.eq(email));
        Ok(found.select(accounts::id).first(db)?)
    })
}

fn posts_of(world: &World, id: AccountId) -> Vec<(Role, NaiveDate, Option<NaiveDate>)> {
    world.look(|db| {
        let theirs = posts::table.filter(posts::account_id.eq(id)).order(posts::from_on);
        Ok(theirs.select((posts::role, posts::from_on, posts::until_on)).load(db)?)
    })
}

fn rename(world: &World, person: &Person, name: &str) {
    world.house(|deed| {
        diesel::update(accounts::table.find(person.id))
            .set((accounts::name.eq(name), accounts::folded.eq(e4s::store::fold(name))))
            .execute(deed.db)?;
        Ok(())
    });
}

/// Who stands in the list, in its order.
fn names(answer: &Answer) -> Vec<String> {
    let rows = answer.body.split("<th scope=\"row\"").skip(1);
    let name = |row: &str| row.split("</a>").next()?.rsplit('>').next().map(str::to_owned);
    rows.filter_map(name).collect()
}

/// An invitation as a lead of the school that was typed.
fn lead_of(school: &'static str) -> Vec<(&'static str, &'static str)> {
    let (email, name) = ("kim@school.example.org", "Kim Example");
    vec![("email", email), ("name", name), ("role", "dsl"), ("school", school)]
}

#[actix_web::test]
async fn somebody_is_invited_by_the_name_of_their_school() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    world.school(100_001, "St Mary’s School", AREA);
    let admin = world.admin();

    let mut form = lead_of("st mary's");
    form.extend([("until_day", "31"), ("until_month", "8"), ("until_year", "2027")]);
    let done = admin.post("/admin/people/invite", &form).await;
    let id = account(&world, "kim@school.example.org");
    assert_eq!(done.path(), format!("/admin/people/{id}?done=invited"));
    let page = admin.get(done.path()).await.main();
    for told in [
        "The invitation is on its way",
        "St Mary’s School (URN 100001)",
        "23 November 2026",
        "31 August 2027",
        "The invitation works until 26 November 2026 at 12pm",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert_eq!(deliver(&world), 1);
    assert_eq!(postbox.recipients(), ["kim@school.example.org"]);
    assert_eq!(world.audit(), ["invitation-sent"]);
    let letter = postbox.letter().read();
    assert!(!letter.contains("Mary") && !letter.contains("Kim"), "{letter}");
}

#[actix_web::test]
async fn each_fault_of_an_invitation_is_named_beside_its_field_and_nothing_typed_is_lost() {
    let world = World::new();
    let team = world.team("Crawley", AREA);
    world.school(100_001, "Elm Bank School", AREA);
    world.school(100_002, "Elm Grove School", AREA);
    let closed = world.school(100_003, "Oak School", AREA);
    world.house(|deed| {
        let one = diesel::update(schools::table.find(closed));
        one.set(schools::is_open.eq(false)).execute(deed.db)?;
        Ok(())
    });
    let admin = world.admin();
    let team = team.to_string();
    let of = |email, name, role, school, team| -> Vec<(&str, &str)> {
        vec![("email", email), ("name", name), ("role", role), ("school", school), ("team", team)]
    };
    let (kim, name) = ("kim@example.org", "Kim Example");
    let dated = |field: [&'static str; 3], day, month, year| {
        let mut form = of(kim, name, "county", "", "");
        form.extend([(field[0], day), (field[1], month), (field[2], year)]);
        form
    };
    let until = ["until_day", "until_month", "until_year"];
    for (form, fault) in [
        (of("kim", name, "county", "", ""), "Enter an e-mail address like"),
        (of("kïm@example.org", name, "county", "", ""), "Enter an e-mail address like"),
        (of(kim, " ", "county", "", ""), "Enter their name"),
        (of(kim, name, "", "", ""), "Choose what they are to be"),
        (of(kim, name, "dsl", "", ""), "Enter the name or the number of their school"),
        (of(kim, name, "dsl", "Ash", ""), "No school is found"),
        (of(kim, name, "dsl", "999999", ""), "No school is found"),
        (of(kim, name, "dsl", "Elm", ""), "Choose which of these schools you mean"),
        (of(kim, name, "dsl", "oak", ""), "Oak School (100003) is closed"),
        (of(kim, name, "coordinator", "", ""), "Choose their team"),
        (of(kim, name, "coordinator", "Elm Bank", &team), "Only a designated safeguarding lead"),
        (of(kim, name, "county", "", &team), "Only a coordinator or a partner has a team"),
        (
            dated(["from_day", "from_month", "from_year"], "31", "2", "2027"),
            "Enter a real date for the first",
        ),
        (dated(until, "1", "x", "2027"), "Enter a real date for the last"),
        (dated(until, "22", "11", "2026"), "The last day must not be before the first"),
    ] {
        let answer = admin.post("/admin/people/invite", &form).await;
        assert_eq!(answer.status, 422, "{form:?}");
        let told = answer.main().matches(fault).count();
        assert_eq!(told, 2, "{fault}, in the summary and beside the field: {}", answer.main());
        assert!(answer.body.contains("<title>Error: "));
        for (field, value) in form.iter().filter(|(field, _)| *field == "email" || *field == "name")
        {
            assert!(answer.body.contains(&format!("value=\"{value}\"")), "{field}");
        }
    }
    let mut form = of(kim, name, "dsl", "elm", "");
    form.push(("urn", "100002"));
    admin.post("/admin/people/invite", &form).await.path();
    let urn: Option<Urn> = world.look(|db| {
        let theirs = posts::table.filter(posts::account_id.eq(account(&world, kim)));
        Ok(theirs.select(posts::school_urn).first(db)?)
    });
    assert_eq!(urn, Some(Urn(100_002)));
}

#[actix_web::test]
async fn somebody_who_has_an_account_just_gets_the_further_post() {
    let world = World::new();
    let (team, school) =
        (world.team("Crawley", AREA), world.school(100_001, "Elm Bank School", AREA));
    let (admin, lead) = (world.admin(), world.dsl(school));
    let email: String =
        world.look(|db| Ok(accounts::table.find(lead.id).select(accounts::email).first(db)?));
    let team = team.to_string();
    let form =
        [("email", email.as_str()), ("name", "Another Name"), ("role", "partner"), ("team", &team)];
    let page = admin.get(admin.post("/admin/people/invite", &form).await.path()).await;
    assert!(page.main().contains("They had an account already"), "{}", page.main());
    assert!(page.main().contains("A dsl") && !page.main().contains("Another Name"));
    assert_eq!(posts_of(&world, lead.id).len(), 2);
    assert_eq!(deliver(&world), 0, "and no letter");
    assert_eq!(lead.get("/account").await.path(), "/sign-in?back=account");

    let again = admin.post("/admin/people/invite", &form).await;
    assert_eq!(again.status, 422);
    assert!(again.main().contains("They hold this post already"), "{}", again.main());
}

#[actix_web::test]
async fn everybody_is_found_by_a_part_of_the_name_or_address_and_by_their_posts() {
    let world = World::new();
    let (team, other) = (world.team("Crawley", AREA), world.team("Horsham", "E07000227"));
    let school = world.school(100_001, "Elm Bank School", AREA);
    let (admin, lead) = (world.admin(), world.dsl(school));
    let (one, two) = (world.coordinator(team), world.partner(other));
    for (person, name) in [(&admin, "Ada"), (&lead, "Zoë O’Hara"), (&one, "Ben_50%"), (&two, "Cy")]
    {
        rename(&world, person, name);
    }
    let asked = async |query: &str| names(&admin.get(&format!("/admin/people?{query}")).await);
    assert_eq!(asked("").await, ["Ada", "Ben_50%", "Cy", "Zoë O’Hara"]);
    assert_eq!(asked("q=ZOE+o'ha").await, ["Zoë O’Hara"]);
    assert_eq!(asked("q=_50%25").await, ["Ben_50%"]);
    assert_eq!(asked("q=%25").await, ["Ben_50%"], "a sign is a sign");
    assert_eq!(asked("school=elm").await, ["Zoë O’Hara"]);
    assert_eq!(asked("school=100001").await, ["Zoë O’Hara"]);
    assert_eq!(asked("school=nowhere").await, [""; 0]);
    assert_eq!(asked(&format!("team={other}")).await, ["Cy"]);
    assert_eq!(asked(&format!("team={other}&role=coordinator")).await, [""; 0], "of one post");
    assert_eq!(asked("role=coordinator").await, ["Ben_50%"]);
}

#[actix_web::test]
async fn the_list_of_people_goes_on_page_by_page() {
    let world = World::new();
    let admin = world.admin();
    for number in 0..52 {
        let person = world.county();
        rename(&world, &person, &format!("Person {:02}", (number * 7) % 52));
    }
    let (mut all, mut path) = (Vec::new(), "/admin/people?q=person".to_owned());
    loop {
        let page = admin.get(&path).await;
        all.extend(names(&page));
        match page.next() {
            Some(next) => path = next,
            None => break,
        }
    }
    let expected: Vec<String> = (0..52).map(|it| format!("Person {it:02}")).collect();
    assert_eq!(all, expected);
}

#[actix_web::test]
async fn the_list_says_what_is_amiss() {
    let world = World::new();
    let (admin, leaver, ending) = (world.admin(), world.county(), world.county());
    rename(&world, &leaver, "Lee Leaver");
    rename(&world, &ending, "Erin Ending");
    let end = |person: &Person, day| {
        let theirs = posts::table.filter(posts::account_id.eq(person.id));
        world.house(|deed| {
            diesel::update(theirs).set(posts::until_on.eq(day)).execute(deed.db)?;
            Ok(())
        });
    };
    end(&leaver, on(11, 22));
    end(&ending, on(11, 30));
    let mut form = vec![("email", "kim@example.org"), ("name", "Kim Example"), ("role", "county")];
    admin.post("/admin/people/invite", &form).await.path();
    form[0].1 = "sam@example.org";
    form.extend([("from_day", "1"), ("from_month", "1"), ("from_year", "2027")]);
    admin.post("/admin/people/invite", &form).await.path();

    let row = async |admin: &Person<'_>, q: &str| {
        admin.get(&format!("/admin/people?q={q}")).await.main().replace('\n', " ")
    };
    assert!(row(&admin, "lee").await.contains("No post"));
    let erin = row(&admin, "erin").await;
    assert!(erin.contains("Ends this month") && erin.contains("until 30 November 2026"), "{erin}");
    assert!(row(&admin, "kim@").await.contains("Invitation waiting"));
    let sam = row(&admin, "sam@").await;
    for told in ["Not begun yet", "from 1 January 2027", "Invitation waiting"] {
        assert!(sam.contains(told), "{told}: {sam}");
    }
    world.later(TimeDelta::hours(73));
    let admin = world.signed_in(admin.id);
    assert!(row(&admin, "kim@").await.contains("Invitation has run out"));
}

#[actix_web::test]
async fn a_further_post_is_given_from_a_day_until_a_day_and_ends_the_sessions() {
    let world = World::new();
    let team = world.team("Crawley", AREA).to_string();
    let (admin, person) = (world.admin(), world.county());
    let path = format!("/admin/people/{}/posts/new", person.id);
    assert!(admin.get(&path).await.main().contains("A further post for A county"));
    let mut form = vec![("role", "coordinator"), ("team", team.as_str())];
    form.extend([("from_day", "1"), ("from_month", "12"), ("from_year", "2026")]);
    form.extend([("until_day", "31"), ("until_month", "12"), ("until_year", "2026")]);
    assert!(admin.post(&path, &form).await.path().ends_with("?done=given"));
    let all = posts_of(&world, person.id);
    assert_eq!(all[1], (Role::Coordinator, on(12, 1), Some(on(12, 31))));
    assert_eq!(person.get("/account").await.path(), "/sign-in?back=account");

    let overlapping = admin.post(&path, &form).await;
    assert_eq!(overlapping.status, 422);
    assert!(overlapping.main().contains("They hold this post already"));

    let own = format!("/admin/people/{}/posts/new", admin.id);
    let refused = admin.post(&own, &form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.main().contains("You cannot give yourself a post"), "{}", refused.main());
    assert_eq!(posts_of(&world, admin.id).len(), 1);
}

#[actix_web::test]
async fn a_post_ends_at_once_or_after_a_day() {
    let world = World::new();
    let (admin, person) = (world.admin(), world.county());
    let post: String = world.look(|db| {
        let theirs = posts::table.filter(posts::account_id.eq(person.id));
        Ok(theirs.select(posts::id).first(db)?)
    });
    let path = format!("/admin/people/{}/posts/{post}", person.id);
    assert!(admin.get(&path).await.main().contains("County lead"));
    let last = |day, month, year| {
        vec![("when", "day"), ("last_day", day), ("last_month", month), ("last_year", year)]
    };
    for (form, fault) in [
        (vec![], "Choose when the post ends"),
        (last("", "", ""), "Enter the last day of the post"),
        (last("31", "2", "2027"), "Enter a real date for the last day"),
        (last("22", "11", "2026"), "must not be in the past"),
    ] {
        let answer = admin.post(&path, &form).await;
        assert_eq!((answer.status.as_u16(), answer.main().contains(fault)), (422, true), "{fault}");
    }
    admin.post(&path, &last("31", "12", "2026")).await.path();
    assert_eq!(posts_of(&world, person.id)[0].2, Some(on(12, 31)));
    assert_eq!(person.get("/account").await.path(), "/sign-in?back=account");
    let longer = admin.post(&path, &last("31", "1", "2027")).await;
    assert!(longer.main().contains("ends on 31 December 2026 already"), "{}", longer.main());

    let person = world.signed_in(person.id);
    assert_eq!(person.get("/contexts").await.status, 200);
    admin.post(&path, &[("when", "now")]).await.path();
    assert_eq!(posts_of(&world, person.id)[0].2, Some(on(11, 22)));
    assert_eq!(world.signed_in(person.id).get("/contexts").await.status, 403);
    let page = admin.get(&format!("/admin/people/{}", person.id)).await.main();
    assert!(page.contains("Past posts") && page.contains("They hold no post"), "{page}");
    assert_eq!(world.audit(), ["post-ended", "post-ended"]);
}

#[actix_web::test]
async fn the_last_administrator_stays() {
    let world = World::new();
    let (admin, other) = (world.admin(), world.admin());
    let post = |person: &Person| -> String {
        world.look(|db| {
            let theirs = posts::table.filter(posts::account_id.eq(person.id));
            Ok(theirs.select(posts::id).first(db)?)
        })
    };
    let now = [("when", "now")];
    let path = format!("/admin/people/{}/posts/{}", other.id, post(&other));
    admin.post(&path, &now).await.path();
    let own = format!("/admin/people/{}/posts/{}", admin.id, post(&admin));
    let refused = admin.post(&own, &now).await;
    assert_eq!(refused.status, 422);
    assert!(refused.main().contains("This is the last administrator"), "{}", refused.main());
    assert_eq!(admin.get("/admin/people").await.status, 200);
}

#[actix_web::test]
async fn a_post_of_one_person_is_not_found_under_another() {
    let world = World::new();
    let (admin, one, two) = (world.admin(), world.county(), world.county());
    let post: String = world.look(|db| {
        let theirs = posts::table.filter(posts::account_id.eq(one.id));
        Ok(theirs.select(posts::id).first(db)?)
    });
    let path = format!("/admin/people/{}/posts/{post}", two.id);
    assert_eq!(admin.get(&path).await.status, 404);
    assert_eq!(admin.post(&path, &[("when", "now")]).await.status, 404);
}

#[actix_web::test]
async fn a_letter_that_lets_somebody_in_is_sent_again_to_their_own_address_and_not_for_ever() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let (admin, person, leaver) = (world.admin(), world.county(), world.county());
    let reset = format!("/admin/people/{}/reset", person.id);
    assert!(
        admin.post(&reset, &[("email", "thief@example.org")]).await.path().ends_with("done=reset")
    );
    assert_eq!(deliver(&world), 1);
    let email: String =
        world.look(|db| Ok(accounts::table.find(person.id).select(accounts::email).first(db)?));
    assert_eq!(postbox.recipients(), [email]);

    let invitation = format!("/admin/people/{}/invitation", person.id);
    assert_eq!(admin.post(&invitation, &[]).await.status, 409, "they have a password");
    assert_eq!(admin.get(&invitation).await.path(), format!("/admin/people/{}", person.id));
    let email: String =
        world.look(|db| Ok(accounts::table.find(leaver.id).select(accounts::email).first(db)?));
    world.house(|deed| appoint::dismiss(deed, &email));
    let gone = format!("/admin/people/{}/reset", leaver.id);
    assert_eq!(admin.post(&gone, &[]).await.status, 409, "they hold no post");
    for _ in 0..3 {
        admin.post(&reset, &[]).await.path();
    }
    assert_eq!(admin.post(&reset, &[]).await.status, 429);
}

#[test]
fn a_post_that_is_held_already_is_not_given_twice() {
    let world = World::new();
    let person = world.county();
    let post = Post { role: Role::County, school: None, team: None };
    world.house(|deed| appoint::appoint(deed, person.id, &post, None));
    assert_eq!(posts_of(&world, person.id).len(), 1);
}
