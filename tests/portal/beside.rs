//! Whoever holds a post hears of a new one beside it: an administrator cannot make themselves a reader unnoticed.

use diesel::prelude::*;
use e4s::accounts::appoint::Giving;
use e4s::accounts::invite::{Invitation, invite};
use e4s::accounts::{AccountId, Post, Role};
use e4s::store::schema::letters;

use crate::postbox::Postbox;
use crate::tickets::deliver;
use crate::world::World;

/// Who has a letter about a new post, and what it says.
fn told(world: &World) -> Vec<(AccountId, String)> {
    let about = letters::table.filter(letters::kind.eq("beside"));
    let order = (letters::queued_at, letters::account_id);
    let columns = (letters::account_id, letters::facts);
    world.look(|db| Ok(about.order(order).select(columns).load(db)?))
}

fn invited(world: &World, by: AccountId, (email, post): (&str, Post)) -> AccountId {
    let from_on = e4s::calendar::day(world.now());
    let giving = Giving { post, from_on, until_on: None };
    let (email, name) = (email.to_owned(), "Somebody New".to_owned());
    let invitation = Invitation { email, name, giving };
    world.as_person(by, |deed| invite(deed, &invitation)).0
}

#[test]
fn whoever_holds_a_post_hears_of_a_new_one_beside_it() {
    let world = World::new();
    let team = world.team("Crawley", "E07000226");
    let (school, empty) =
        (world.school(100_001, "A School", "E07000226"), world.school(100_002, "B", "E07000226"));
    let (admin, county) = (world.admin().id, world.county().id);
    let (lead, coordinator) = (world.dsl(school).id, world.coordinator(team).id);
    world.partner(team);
    let post = |role, school, team| Post { role, school, team };
    for (name, post, who) in [
        ("dsl", post(Role::Dsl, Some(school), None), lead),
        ("alone", post(Role::Dsl, Some(empty), None), county),
        ("coordinator", post(Role::Coordinator, None, Some(team)), coordinator),
        ("county", post(Role::County, None, None), county),
        ("admin", post(Role::Admin, None, None), admin),
    ] {
        let email = format!("new-{name}@example.org");
        let before = told(&world).len();
        let person = invited(&world, admin, (&email, post));
        world.later(chrono::TimeDelta::seconds(1));
        let now = told(&world).split_off(before);
        assert_eq!(now.iter().map(|(to, _)| *to).collect::<Vec<_>>(), [who], "{name}");
        let facts = &now[0].1;
        assert!(facts.contains(post.role.title()), "{facts}");
        assert!(!facts.contains("Somebody New") && !facts.contains(&email), "no name: {facts}");
        world.house(|deed| {
            // They have left again, so that the next one finds the world as it was.
            let theirs = e4s::store::schema::posts::table
                .filter(e4s::store::schema::posts::account_id.eq(person));
            diesel::delete(theirs).execute(deed.db)?;
            Ok(())
        });
    }
}

#[actix_web::test]
async fn a_further_post_is_told_by_letter_to_the_others_and_not_to_its_person() {
    let postbox = Postbox::open();
    let world = World::with(postbox.used_by());
    let team = world.team("Crawley", "E07000226");
    let (admin, county, partner) = (world.admin(), world.county(), world.partner(team));
    let path = format!("/admin/people/{}/posts/new", partner.id);
    assert_eq!(admin.post(&path, &[("role", "county")]).await.status, 303);
    assert_eq!(told(&world).iter().map(|(to, _)| *to).collect::<Vec<_>>(), [county.id]);
    assert_eq!(deliver(&world), 1);
    let letter = postbox.letter();
    assert_eq!(letter.subject, "E4S: somebody has a post beside yours");
    let [text, html] = letter.words_of_both();
    assert_eq!(text, html);
    let text = text.join(" ");
    for part in ["County lead, from 23 November 2026", "because you are a county lead"] {
        assert!(text.contains(part), "{text}");
    }
}
