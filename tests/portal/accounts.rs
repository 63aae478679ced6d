//! Getting in, staying in, getting out.

use chrono::TimeDelta;
use e4s::accounts::appoint::{self, Newcomer};
use e4s::accounts::{Post, Role, passwords};

use crate::world::World;

const PASSWORD: &str = "lamp otter violin dune";

fn admin_with_password(world: &World) {
    let hash = passwords::hash(&PASSWORD.to_owned().into()).expect("a hash");
    let newcomer = Newcomer {
        email: "Kim@Example.org".to_owned(),
        name: "Kim Example".to_owned(),
        password_hash: hash,
    };
    world.house(|deed| {
        let id = appoint::add(deed, &newcomer)?;
        appoint::appoint(deed, id, &Post { role: Role::Admin, school: None, team: None }, None)
    });
}

#[actix_web::test]
async fn somebody_signs_in_with_address_and_password_and_out_again() {
    let world = World::new();
    admin_with_password(&world);

    let wrong = world.post("/sign-in", &[("email", "kim@example.org"), ("password", "lamp")]).await;
    assert_eq!((wrong.status.as_u16(), wrong.cookie), (422, None));
    assert!(wrong.body.contains("kim@example.org"), "what was typed is kept");

    let form = [("email", " KIM@example.org"), ("password", PASSWORD)];
    let right = world.post("/sign-in", &form).await;
    assert_eq!(right.path(), "/");
    let cookie = right.cookie.expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
}

#[actix_web::test]
async fn an_unknown_address_gets_the_same_answer_as_a_wrong_password() {
    let world = World::new();
    admin_with_password(&world);
    let mut answers = Vec::new();
    for email in ["kim@example.org", "sam@example.org"] {
        let answer = world.post("/sign-in", &[("email", email), ("password", "wrong")]).await;
        answers.push((answer.status, answer.main().replace(email, "")));
    }
    assert_eq!(answers[0], answers[1]);
}

#[actix_web::test]
async fn the_seventh_try_within_a_minute_has_to_wait() {
    let world = World::new();
    for _ in 0..6 {
        world.post("/sign-in", &[("email", "kim@example.org"), ("password", "wrong")]).await;
    }
    let seventh =
        world.post("/sign-in", &[("email", "Kim@example.org"), ("password", "wrong")]).await;
    assert!(seventh.main().contains("Too many tries"), "{}", seventh.main());
}

#[actix_web::test]
async fn a_session_ends_after_fifteen_idle_minutes_and_after_ten_hours() {
    let world = World::new();
    let idle = world.admin();
    world.later(TimeDelta::minutes(14));
    assert_eq!(idle.get("/account").await.status, 200);
    world.later(TimeDelta::minutes(15));
    assert_eq!(idle.get("/account").await.path(), "/sign-in?back=account");

    let busy = world.admin();
    for _ in 0..59 {
        world.later(TimeDelta::minutes(10));
        assert_eq!(busy.get("/account").await.status, 200);
    }
    world.later(TimeDelta::minutes(10));
    assert_eq!(busy.get("/account").await.path(), "/sign-in?back=account");
}

#[actix_web::test]
async fn a_signed_out_session_is_over_and_a_form_needs_its_own_token() {
    let world = World::new();
    let (admin, other) = (world.admin(), world.admin());
    let forged = actix_web::test::TestRequest::post()
        .uri("/sign-out")
        .insert_header(("origin", crate::world::ORIGIN_OF_TESTS))
        .set_form([("csrf", other.token.csrf())]);
    assert_eq!(world.send(admin.cookie(forged)).await.status, 403);

    assert_eq!(admin.post("/sign-out", &[]).await.path(), "/");
    assert_eq!(admin.get("/account").await.path(), "/sign-in?back=account");
}

#[actix_web::test]
async fn a_page_that_is_refused_keeps_the_name_and_the_ways_on() {
    let world = World::new();
    let admin = world.admin();
    let refused = admin.get("/concerns").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("Sign out") && refused.body.contains("href=\"/admin\""));
}

#[actix_web::test]
async fn an_address_that_takes_forms_alone_leads_to_what_they_are_about() {
    let world = World::new();
    let admin = world.admin();
    assert_eq!(admin.get("/sign-out").await.path(), "/");
    assert_eq!(admin.get("/concerns/abc/ask").await.path(), "/concerns/abc");
    assert_eq!(admin.get("/contexts/abc/state").await.path(), "/contexts/abc");
}

#[actix_web::test]
async fn a_form_from_another_site_is_refused() {
    let world = World::new();
    let admin = world.admin();
    for headers in
        [vec![], vec![("origin", "https://evil.example")], vec![("sec-fetch-site", "cross-site")]]
    {
        let mut request = actix_web::test::TestRequest::post()
            .uri("/sign-out")
            .set_form([("csrf", admin.token.csrf())]);
        for header in &headers {
            request = request.insert_header(*header);
        }
        assert_eq!(world.send(admin.cookie(request)).await.status, 403, "{headers:?}");
    }
    assert_eq!(admin.get("/account").await.status, 200);
}

#[actix_web::test]
async fn a_form_of_an_earlier_session_hands_back_what_was_typed() {
    let world = World::new();
    let school = world.school(100_001, "A School", "E07000226");
    let (before, words) = (world.dsl(school), "Vapes on the steps");
    let now = world.signed_in(before.id);
    let old = actix_web::test::TestRequest::post()
        .uri("/concerns/flags")
        .insert_header(("origin", crate::world::ORIGIN_OF_TESTS))
        .set_form([("csrf", before.token.csrf()), ("text", words.to_owned())]);
    let answer = world.send(now.cookie(old)).await;
    assert_eq!(answer.status, 403);
    assert!(answer.main().contains(words) && answer.main().contains("not"), "{}", answer.main());

    now.post("/sign-out", &[]).await;
    let late = now.post("/concerns/flags", &[("text", "Skatepark")]).await;
    assert!(
        late.main().contains("Skatepark") && late.main().contains("Sign in"),
        "{}",
        late.main()
    );
}

#[actix_web::test]
async fn a_leaver_loses_access_on_their_next_request() {
    let world = World::new();
    let school = world.school(100_001, "A School", "E07000226");
    let lead = world.dsl(school);
    assert_eq!(lead.get("/concerns").await.status, 200);
    let email: String = world.look(|db| {
        use diesel::prelude::*;
        use e4s::store::schema::accounts;
        Ok(accounts::table.find(lead.id).select(accounts::email).first(db)?)
    });
    assert_eq!(world.house(|deed| appoint::dismiss(deed, &email)), 1);
    assert_eq!(lead.get("/concerns").await.path(), "/sign-in?back=concerns");
    assert_eq!(world.signed_in(lead.id).get("/concerns").await.status, 403);
}

#[actix_web::test]
async fn signing_in_leads_back_to_the_page_that_was_asked_for() {
    let world = World::new();
    admin_with_password(&world);
    let asked = world.get("/meetings").await;
    assert_eq!(asked.path(), "/sign-in?back=meetings");
    for (back, lands) in [("meetings", "/meetings"), ("//evil.example", "/"), ("", "/")] {
        let form = [("email", "kim@example.org"), ("password", PASSWORD), ("back", back)];
        assert_eq!(world.post("/sign-in", &form).await.path(), lands);
    }
}
