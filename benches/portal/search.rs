//! How long a search through everything that 5,000 concerns say takes: each of them is opened for it.

use diesel::prelude::*;
use e4s::concerns::{Answers, ConcernId, DraftId, Harm, KeptConcern, Kind, Status, Urgency};
use e4s::schools::Urn;
use e4s::store::schema::concerns;

use super::client::Client;
use super::world::World;

const CONCERNS: i64 = 5_000;
/// An account of some length, six times over: 2,400 characters a concern.
const ACCOUNT: &str = "Empty boxes on Monday mornings, and older pupils there on Friday evenings. Some of the younger ones \
    say that they are asked to carry things to the station, and that nobody minds. The lamp by the ramp has been out since \
    half term; the café opposite lets pupils wait inside until six, and its manager has called twice. Several pupils go \
    round by the road to keep away from it, which takes them ten minutes longer.";
const FIELDS: [&str; 6] = ["words", "seen", "think", "guardians", "young_people", "school_did"];
const ROUNDS: usize = 5;

pub fn search_all(world: &World) {
    let missing = CONCERNS - world.count_concerns();
    fill(world, missing);
    let lead = world.leads.first().expect("a lead");
    let mut client = Client::connect(world.port);
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let (page, took) = lead.search(&mut client, "zeppelin");
        assert!(page.contains("No concern says this"), "all of them were looked through");
        times.push(took);
    }
    times.sort();
    println!("a search through {CONCERNS} concerns of 2,400 characters, each opened: no hit");
    println!(
        "  median {:.2?}, longest {:.2?}",
        times.get(ROUNDS / 2).expect("one"),
        times.last().expect("one")
    );
    let (page, took) = lead.search(&mut client, "cafe+lamp");
    assert!(page.contains("<mark>café</mark>"), "marked");
    println!("  with a page full of hits {took:.2?}");
}

fn fill(world: &World, count: i64) {
    let portal = &world.portal;
    let answers = Answers::of(FIELDS.map(|it| (it.to_owned(), ACCOUNT.to_owned())));
    let filled = portal.write_as_house(|deed| {
        let (team, by) =
            concerns::table.select((concerns::team_id, concerns::raised_by)).first(deed.db)?;
        for number in 0..count {
            let id = ConcernId::random();
            diesel::insert_into(concerns::table)
                .values((
                    (
                        concerns::id.eq(id),
                        concerns::reference.eq(format!("C-S-{number}")),
                        concerns::draft_id.eq(DraftId::random()),
                        concerns::school_urn.eq(Urn(990_001)),
                        concerns::team_id.eq::<e4s::districts::TeamId>(team),
                        concerns::area_code.eq("E07000226"),
                        concerns::area_edition.eq("LAD26"),
                        concerns::raised_by.eq::<e4s::accounts::AccountId>(by),
                    ),
                    (
                        concerns::raised_at.eq(deed.at),
                        concerns::arrived_at.eq(deed.at),
                        concerns::changed_at.eq(deed.at),
                        concerns::status.eq(Status::Linked),
                        concerns::kind.eq(Kind::Location),
                        concerns::main_harm.eq(Harm::Weapons),
                        concerns::urgency.eq(Urgency::Routine),
                        concerns::answers.eq(KeptConcern::seal(deed.keys, (&id, team), &answers)?),
                    ),
                ))
                .execute(deed.db)?;
        }
        Ok(())
    });
    filled.expect("concerns");
}
