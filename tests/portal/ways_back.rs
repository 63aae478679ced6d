//! Whoever sent a form that could not be taken is led to a page: never to an address that only takes forms.

use actix_web::http::Method;
use chrono::TimeDelta;
use e4s::app;
use e4s::web::Policy;

use crate::access::address;
use crate::world::{Answer, World};

/// Where the button of the page leads that hands a form back.
fn href(answer: &Answer) -> String {
    let (_, main) = answer.body.split_once("<main").expect("a page");
    let hrefs = main.split("href=\"").skip(1).filter_map(|it| it.split('"').next());
    hrefs.last().expect("a button").replace("&#x2F;", "/").replace("&#x3D;", "=")
}

/// True if something can be looked at there.
fn is_page(path: &str) -> bool {
    let fits = |pattern: &str| {
        let (one, other) = (pattern.split('/'), path.split('/'));
        one.clone().count() == other.clone().count()
            && one.zip(other).all(|(it, part)| it == part || it.starts_with('{'))
    };
    // The first pattern that fits answers, as in the server.
    let rows = app::routes().rows();
    let first = rows.iter().find(|it| fits(it.path)).map(|it| it.path);
    rows.iter().any(|it| Some(it.path) == first && it.method == Method::GET)
}

#[actix_web::test]
async fn a_lapsed_proof_leads_back_to_a_page() {
    let world = World::new();
    let admin = world.admin();
    world.later(TimeDelta::minutes(6));
    let mut forms = 0;
    for row in app::routes().rows() {
        let is_theirs = matches!(row.policy, Policy::Proved([] | [e4s::accounts::Role::Admin]));
        if row.method != Method::POST || !is_theirs {
            continue;
        }
        let path = address(row.path);
        let answer = admin.post(&path, &[]).await;
        assert_eq!(answer.status, 403, "{path}");
        let back = href(&answer);
        let page = back.strip_prefix("/prove?back=").expect("a way back");
        assert!(is_page(&format!("/{page}")), "{path} leads back to {page}");
        forms += 1;
    }
    assert!(forms >= 10, "{forms} forms");
    for (form, page) in [
        ("/account/sign-on/link", "account"),
        ("/admin/recoveries/00000000000000000000000000/agree", "admin/recoveries"),
    ] {
        assert_eq!(href(&admin.post(form, &[]).await), format!("/prove?back={page}"));
    }
}

#[actix_web::test]
async fn a_form_from_an_earlier_session_leads_to_a_page_and_so_does_a_mere_look() {
    let world = World::new();
    let admin = world.admin();
    let now = world.signed_in(admin.id);
    let old = world.known(now.id, now.token.clone());
    for row in app::routes().rows() {
        if row.method != Method::POST || matches!(row.policy, Policy::Public) {
            continue;
        }
        let path = address(row.path);
        let looked = old.get(&path).await;
        assert_ne!(looked.status, 405, "{path}");
        let request = actix_web::test::TestRequest::post()
            .uri(&path)
            .insert_header(("origin", crate::world::ORIGIN_OF_TESTS))
            .set_form([("csrf", "another session’s")]);
        let answer = world.send(old.cookie(request)).await;
        if answer.status == 403 && answer.main().contains("This page was too old") {
            let page = href(&answer);
            assert!(is_page(&page), "{path} leads to {page}");
        }
    }
}
