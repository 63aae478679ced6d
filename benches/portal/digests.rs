//! A morning's digests: 1,000 people, 100,000 concerns behind them. Compiled, and put into the demonstration's mailbox;
//! how fast they travel is the mail server's matter.

use std::time::Instant;

use chrono::TimeDelta;
use diesel::prelude::*;
use e4s::accounts::appoint::{self, Newcomer};
use e4s::accounts::{Post, Role};
use e4s::concerns::{Answers, ConcernId, DraftId, Harm, KeptConcern, Kind, Status, Urgency};
use e4s::deed::Deed;
use e4s::digests::compile;
use e4s::schools::Urn;
use e4s::store::schema::concerns;

use super::world::World;

const PEOPLE: usize = 1_000;
const CONCERNS: usize = 100_000;

/// Prints how long it takes to compile them all.
pub fn compile_all(world: &World) {
    let portal = &world.portal;
    let team = portal.store.read(e4s::districts::teams).expect("teams")[0].id;
    portal
        .write_as_house(|deed| {
            let first = people(deed, team)?;
            for number in 0..CONCERNS {
                let at = deed.at
                    - TimeDelta::minutes(i64::try_from(number % 500_000).expect("a number"));
                let id = ConcernId::random();
                let answers = KeptConcern::seal(deed.keys, (&id, team), &Answers::default())?;
                diesel::insert_into(concerns::table)
                    .values((
                        concerns::id.eq(id),
                        concerns::reference.eq(format!("C-{number}")),
                        concerns::draft_id.eq(DraftId::random()),
                        concerns::school_urn.eq(Urn(990_001)),
                        concerns::team_id.eq(team),
                        concerns::area_code.eq("E07000226"),
                        concerns::area_edition.eq("LAD26"),
                        concerns::raised_by.eq(first),
                        concerns::raised_at.eq(at),
                        concerns::arrived_at.eq(at),
                        concerns::changed_at.eq(at),
                        concerns::status.eq(Status::ALL[number % Status::ALL.len()]),
                        concerns::kind.eq(Kind::Location),
                        concerns::main_harm.eq(Harm::Weapons),
                        concerns::urgency.eq(Urgency::Routine),
                        concerns::answers.eq(answers),
                    ))
                    .execute(deed.db)?;
            }
            Ok(())
        })
        .expect("an audience");
    let tomorrow =
        e4s::calendar::at(e4s::calendar::day((portal.clock)()) + TimeDelta::days(7), 9, 0);
    let (began, mut count) = (Instant::now(), 0);
    loop {
        let done = compile::run(portal, tomorrow).expect("compiled");
        count += done.count;
        if !done.is_more {
            break;
        }
    }
    println!("{count} digests over {CONCERNS} concerns");
    println!("  compiled in {:.2?}", began.elapsed());
}

fn people(deed: &mut Deed, team: e4s::districts::TeamId) -> e4s::Result<e4s::accounts::AccountId> {
    let mut last = deed.by.id;
    for number in 0..PEOPLE {
        let newcomer = Newcomer {
            email: format!("person-{number}@example.org"),
            name: "A person".to_owned(),
            password_hash: "none".to_owned(),
        };
        last = appoint::add(deed, &newcomer)?;
        let post = if number % 3 == 0 {
            Post { role: Role::Coordinator, school: None, team: Some(team) }
        } else {
            Post { role: Role::Dsl, school: Some(Urn(990_001)), team: None }
        };
        appoint::appoint(deed, last, &post, None)?;
    }
    Ok(last)
}
