//! A shire with three districts, and leads who write reports there.

use std::path::Path;

use chrono::NaiveDate;
use diesel::prelude::*;
use e4s::districts::{Position, TeamId, import_boundaries};
use e4s::schools::Urn;
use e4s::store::schema::*;

use crate::world::{Answer, Person, World};

pub const WEST: &str = "E07999001";
pub const EAST: &str = "E07999002";
pub const SOUTH: &str = "E07999003";
/// In the middle of Westmere; and 111 metres from Southmere.
pub const MIDDLE: &str = "51.0250, -0.1500";
pub const BY_SOUTH: &str = "51.0010, -0.1500";

/// Three districts side by side, of which the eastern one has no team.
pub struct Shire {
    pub world: World,
    pub west: TeamId,
    pub south: TeamId,
    pub school: Urn,
}

impl Shire {
    pub fn new() -> Self {
        Self::on(World::new())
    }

    /// On SQLite, whatever the others are on.
    pub fn on_sqlite() -> Self {
        Self::on(World::with(|settings| {
            let file = settings.keys.with_file_name("e4s.db");
            settings.database = format!("sqlite:{}", file.display());
        }))
    }

    /// The same in a world of other settings.
    pub fn on(world: World) -> Self {
        let from = NaiveDate::from_ymd_opt(2024, 4, 1).expect("a date");
        let file = Path::new("tests/data/areas.geojson");
        import_boundaries::import(&world.portal, file, from, &mut |_| {}).expect("areas");
        let (west, south) = (world.team("Westmere", WEST), world.team("Southmere", SOUTH));
        let middle = Position::of_lon_lat(-0.15, 51.025).expect("in Great Britain");
        world.house(|deed| {
            diesel::insert_into(postcodes::table)
                .values((
                    postcodes::postcode.eq("WM11AA"),
                    postcodes::easting.eq(middle.easting),
                    postcodes::northing.eq(middle.northing),
                ))
                .execute(deed.db)?;
            Ok(())
        });
        let school = world.school(100_001, "Elm Bank School", WEST);
        Self { world, west, south, school }
    }

    /// The events of the audit log since the shire was drawn.
    pub fn audit(&self) -> Vec<String> {
        self.world.audit().into_iter().filter(|it| it != "areas-imported").collect()
    }

    /// How many concerns there are.
    pub fn count(&self) -> i64 {
        self.world.look(|db| Ok(concerns::table.count().get_result(db)?))
    }
}

/// A draft that has just been begun: where its pages are.
pub async fn begun(lead: &Person<'_>) -> String {
    let gate = lead.get("/concerns/new").await;
    let form =
        [("gate", "none"), ("school", hidden(&gate, "school")), ("key", hidden(&gate, "key"))];
    lead.post("/concerns/new", &form).await.path().to_owned()
}

/// The value of a page's hidden field.
pub fn hidden<'a>(page: &'a Answer, name: &str) -> &'a str {
    let (_, after) = page.body.split_once(&format!("name=\"{name}\" value=\"")).expect(name);
    after.split('"').next().expect("a value")
}

pub type Fields = &'static [(&'static str, &'static str)];

/// What is needed at each step, and no more.
pub const NEEDED: [(&str, Fields); 9] = [
    ("kind", &[("kind", "location"), ("name", "Riverside Park shelter")]),
    ("place", &[("place", "wm1 1aa")]),
    ("found", &[("area", WEST)]),
    ("harm", &[("harm", "substance_misuse")]),
    ("what", &[("seen", "Pupils buy vapes from a man of about 30 by the shelter.")]),
    ("when", &[("recurring", "recurring"), ("urgency", "routine")]),
    ("who", &[]),
    ("strengths", &[]),
    ("done", &[("referral", "not_needed")]),
];

/// Answers the steps, some of them otherwise than usual, each on the page that the one before led to.
pub async fn filled(lead: &Person<'_>, instead: &[(&str, Fields)]) -> String {
    let draft = begun(lead).await;
    let mut at = lead.get(&draft).await.path().to_owned();
    for (step, usual) in NEEDED {
        assert_eq!(at, format!("{draft}/{step}"));
        assert_eq!(lead.get(&at).await.status, 200, "{step}");
        let fields = instead.iter().find(|it| it.0 == step).map_or(usual, |it| it.1);
        let answer = lead.post(&at, fields).await;
        assert_eq!(answer.status, 303, "{step}: {}", answer.main());
        answer.path().clone_into(&mut at);
    }
    assert_eq!(at, format!("{draft}/check"));
    draft
}

/// Sends a report that is ready, and says where its concern is.
pub async fn sent(lead: &Person<'_>, draft: &str) -> String {
    let answer = lead.post(&format!("{draft}/check"), &[]).await;
    let at = answer.path();
    at.strip_suffix("/sent").expect(at).to_owned()
}
