//! What is kept about somebody in the names and steps of contexts is found, taken and written down as well.

use diesel::prelude::*;
use e4s::store::schema::audit;

use crate::shire::hidden;
use crate::subject_access::{boxes, found};
use crate::triage::County;

#[actix_web::test]
async fn a_context_is_found_taken_and_written_down_as_a_concern_is() {
    let county = County::new();
    let world = &county.world;
    let (_, _, concern) = county.concern();
    let coordinator = world.coordinator(county.crawley);
    let form = [("context", "new"), ("label", "Zoe Marsh’s corner"), ("kind", "location")];
    let context = coordinator.post(&format!("{concern}/context"), &form).await.path().to_owned();
    let id = context.trim_start_matches("/contexts/");
    let value = format!("context.{id}");
    let reader = world.county();
    let (page, at) = found(&reader).await;
    assert_eq!(boxes(&page), [value.as_str()]);
    let words = hidden(&page, "words");
    let unknown = "context.00000000000000000000000000";
    let form = [("words", words), ("include", &value), ("include", unknown)];
    assert_eq!(reader.post(&at, &form).await.status, 404, "all of them, or nothing");
    let form = [("words", words), ("include", &value)];
    assert_eq!(reader.post(&at, &form).await.path(), at);
    let file = reader.get(&format!("{at}.html")).await;
    assert!(file.body.contains("<mark>Zoe Marsh</mark>’s corner"), "{}", file.body);
    let lines: Vec<String> = world.look(|db| {
        let ours = audit::table.filter(audit::account_id.eq(reader.id)).order(audit::id);
        Ok(ours.filter(audit::subject.eq(id)).select(audit::event).load(db)?)
    });
    assert_eq!(lines, ["context-found", "context-copied"]);
}
