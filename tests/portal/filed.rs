//! A concern as it stands in the database once it was sent.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::prelude::*;
use e4s::accounts::AccountId;
use e4s::concerns::{Answers, ConcernId, Harm, KeptConcern, Kind, Status, Step, Urgency, said};
use e4s::deed::Deed;
use e4s::districts::TeamId;
use e4s::schools::Urn;
use e4s::store::schema::concerns;

/// A reference of its own for each concern: of random ones, two in thousands may be the same.
fn reference() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let digit = |at: u32| usize::try_from(count >> (3 * at) & 7).expect("small");
    let mut letters = (0..6).map(|at| char::from(b"BCDFGHJK"[digit(at)]));
    let four: String = letters.by_ref().take(4).collect();
    let two: String = letters.collect();
    format!("C-{four}-{two}")
}

/// Puts a concern about a place into the database, with its first step.
pub fn put(
    deed: &mut Deed,
    (id, (by, school)): (ConcernId, (AccountId, Urn)),
    (team, urgency, harm): (TeamId, Urgency, Harm),
    name: &str,
) -> e4s::Result<()> {
    put_told(deed, (id, (by, school)), (team, urgency, harm), (&[("name", name)], SPOT))
}

/// Where concerns are, unless a test says otherwise: easting and northing.
pub const SPOT: (i32, i32) = (526_800, 136_500);

/// The same with more answers, somewhere else.
pub fn put_told(
    deed: &mut Deed,
    (id, (by, school)): (ConcernId, (AccountId, Urn)),
    (team, urgency, harm): (TeamId, Urgency, Harm),
    (told, (easting, northing)): (&[(&str, &str)], (i32, i32)),
) -> e4s::Result<()> {
    let told = told.iter().chain(&[("kind", "location")]);
    let answers = Answers::of(told.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    diesel::insert_into(concerns::table)
        .values((
            concerns::id.eq(id),
            concerns::reference.eq(reference()),
            concerns::draft_id.eq(id.as_str()),
            concerns::school_urn.eq(school),
            concerns::team_id.eq(team),
            concerns::area_code.eq("E07000226"),
            concerns::area_edition.eq("LAD24"),
            concerns::raised_by.eq(by),
            (
                concerns::raised_at.eq(deed.at),
                concerns::arrived_at.eq(deed.at),
                concerns::changed_at.eq(deed.at),
                concerns::status.eq(Status::Submitted),
                concerns::kind.eq(Kind::Location),
                concerns::main_harm.eq(harm),
                concerns::urgency.eq(urgency),
                concerns::easting.eq(easting),
                concerns::northing.eq(northing),
                concerns::answers.eq(KeptConcern::seal(deed.keys, (&id, team), &answers)?),
            ),
        ))
        .execute(deed.db)?;
    let words = String::new();
    let step = Step { at: deed.at, by, team, status: Status::Submitted, words, meeting: None };
    said::add(deed, id, &step)
}
