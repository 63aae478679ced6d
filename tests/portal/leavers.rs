//! What becomes of people who have left: their names stay, and nothing else.

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::accounts::AccountId;
use e4s::accounts::appoint::{self, Newcomer};
use e4s::store::schema::*;

use crate::retention::{on, retain};
use crate::triage::County;
use crate::world::World;

/// What a person can have: a row in each table that knows them.
fn gather(world: &World, of: &County, id: AccountId) {
    world.house(|deed| {
        let theirs = id.as_str();
        let factor = (factors::id.eq("f"), factors::account_id.eq(theirs), factors::kind.eq("app"));
        let rest = (factors::name.eq("Telephone"), factors::secret.eq("x"));
        let at = (factors::last_step.eq(0), factors::added_at.eq(deed.at));
        diesel::insert_into(factors::table).values((factor, rest, at)).execute(deed.db)?;
        let code = (recovery_codes::code_hash.eq("c"), recovery_codes::account_id.eq(theirs));
        diesel::insert_into(recovery_codes::table).values(code).execute(deed.db)?;
        let asked = (recoveries::id.eq("r"), recoveries::account_id.eq(theirs));
        let at = recoveries::asked_at.eq(deed.at);
        diesel::insert_into(recoveries::table).values((asked, at)).execute(deed.db)?;
        let who = (identities::issuer.eq("i"), identities::subject.eq("s"));
        let at = (identities::account_id.eq(theirs), identities::linked_at.eq(deed.at));
        diesel::insert_into(identities::table).values((who, at)).execute(deed.db)?;
        let ticket = (tickets::id.eq("t"), tickets::kind.eq("reset"), tickets::token_hash.eq("h"));
        let at = (tickets::made_at.eq(deed.at), tickets::ends_at.eq(deed.at));
        let ticket = (ticket, tickets::account_id.eq(theirs), at);
        diesel::insert_into(tickets::table).values(ticket).execute(deed.db)?;
        let rhythm = (rhythms::account_id.eq(theirs), rhythms::rhythm.eq("daily"));
        diesel::insert_into(rhythms::table).values(rhythm).execute(deed.db)?;
        let draft = (drafts::id.eq("d"), drafts::account_id.eq(theirs), drafts::answers.eq("x"));
        let at = (drafts::begun_at.eq(deed.at), drafts::saved_at.eq(deed.at));
        let draft = (draft, drafts::school_urn.eq(of.school), at);
        diesel::insert_into(drafts::table).values(draft).execute(deed.db)?;
        let letter =
            (letters::id.eq("l"), letters::account_id.eq(theirs), letters::kind.eq("urgent"));
        let what = (letters::period.eq("p"), letters::facts.eq("{}"), letters::sent_at.eq(deed.at));
        let at = (letters::queued_at.eq(deed.at), letters::due_at.eq(deed.at));
        diesel::insert_into(letters::table).values((letter, what, at)).execute(deed.db)?;
        Ok(())
    });
}

/// How many rows each of these tables has.
fn rows(world: &World) -> [i64; 10] {
    world.look(|db| {
        Ok([
            factors::table.count().get_result(db)?,
            recovery_codes::table.count().get_result(db)?,
            recoveries::table.count().get_result(db)?,
            identities::table.count().get_result(db)?,
            tickets::table.count().get_result(db)?,
            rhythms::table.count().get_result(db)?,
            drafts::table.count().get_result(db)?,
            letters::table.count().get_result(db)?,
            sessions::table.count().get_result(db)?,
            posts::table.count().get_result(db)?,
        ])
    })
}

fn kept(world: &World, id: AccountId) -> (String, String, String) {
    let what = (accounts::email, accounts::name, accounts::password_hash);
    world.look(|db| Ok(accounts::table.find(id).select(what).first(db)?))
}

#[actix_web::test]
async fn of_somebody_who_left_the_name_stays_and_nothing_else() {
    let county = County::new();
    let world = &county.world;
    let id = world.dsl(county.school).id;
    let (email, name, _) = kept(world, id);
    world.later(TimeDelta::days(1));
    world.house(|deed| appoint::dismiss(deed, &email));
    on(world, 2027, 11, 22);
    gather(world, &county, id);
    retain(world);
    assert_eq!(rows(world), [1; 10], "a day before");
    on(world, 2027, 11, 23);
    retain(world);
    assert_eq!(rows(world), [0; 10]);
    assert_eq!(kept(world, id), (format!("{id}@gone.invalid"), name, String::new()));
    assert!(world.audit().contains(&"account-forgotten".to_owned()));
}

#[actix_web::test]
async fn somebody_who_never_had_a_post_is_forgotten_after_a_year_and_not_before() {
    let world = World::new();
    let newcomer = Newcomer {
        email: "new@example.org".to_owned(),
        name: "New".to_owned(),
        password_hash: "none".to_owned(),
    };
    let id = world.house(|deed| appoint::add(deed, &newcomer));
    on(&world, 2027, 11, 22);
    retain(&world);
    assert_eq!(kept(&world, id).0, "new@example.org");
    on(&world, 2027, 11, 23);
    retain(&world);
    assert_eq!(kept(&world, id).0, format!("{id}@gone.invalid"));
}
