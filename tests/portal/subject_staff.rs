//! Somebody who asks what is kept about them is a colleague with an account.

use diesel::prelude::*;
use e4s::store::schema::accounts;

use crate::subject_access::{ASKED, AT};
use crate::triage::County;

#[actix_web::test]
async fn a_colleague_with_an_account_is_found_by_name_and_address_with_what_they_did() {
    let county = County::new();
    let world = &county.world;
    let (lead, reader) = (world.dsl(county.school), world.county());
    let id = world.concern(&lead, county.crawley, "The bus shelter");
    let coordinator = world.coordinator(county.crawley);
    let question = [("question", "On which days was that?")];
    coordinator.post(&format!("/concerns/{id}/ask"), &question).await.path();
    let email: String = world
        .look(|db| Ok(accounts::table.find(coordinator.id).select(accounts::email).first(db)?));
    let form = [("words", email.as_str()), ASKED[1], ASKED[2]];
    let page = reader.post(AT, &form).await;
    let main = page.main();
    assert!(main.contains("A coordinator has an account"), "{main}");
    assert!(main.contains("District coordinator, Crawley, from"), "{main}");
    assert!(main.contains("Asked a question"), "{main}");
    assert!(!main.contains("Reported") && !main.contains("which days"), "no words: {main}");
    let log = format!("/admin/audit?person={}", email.replace('@', "%40"));
    assert!(page.body.contains(&log), "{log}: {}", page.body);
    assert!(reader.get(&log).await.main().contains("A coordinator"));

    let name: String =
        world.look(|db| Ok(accounts::table.find(lead.id).select(accounts::name).first(db)?));
    let form = [("words", name.as_str()), ASKED[1], ASKED[2]];
    let main = reader.post(AT, &form).await.main();
    assert!(main.contains("Reported") && main.contains("Designated safeguarding lead"), "{main}");
    let form = [("words", "nobody at all"), ASKED[1], ASKED[2]];
    assert!(!reader.post(AT, &form).await.main().contains("has an account"));
}
