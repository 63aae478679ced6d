//! A designated lead reports a place or a group, one step a page.

use std::path::Path;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use e4s::concerns::Kind;
use e4s::districts::{Position, TeamId, import_boundaries};
use e4s::schools::Urn;
use e4s::store::schema::*;

use crate::world::{Answer, Person, World};

const WEST: &str = "E07999001";
const EAST: &str = "E07999002";
const SOUTH: &str = "E07999003";
/// In the middle of Westmere; and 111 metres from Southmere.
const MIDDLE: &str = "51.0250, -0.1500";
const BY_SOUTH: &str = "51.0010, -0.1500";

/// Three districts side by side, of which the eastern one has no team.
pub struct Shire {
    pub world: World,
    pub west: TeamId,
    pub south: TeamId,
    pub school: Urn,
}

impl Shire {
    pub fn new() -> Self {
        let world = World::new();
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
fn hidden<'a>(page: &'a Answer, name: &str) -> &'a str {
    let (_, after) = page.body.split_once(&format!("name=\"{name}\" value=\"")).expect(name);
    after.split('"').next().expect("a value")
}

type Fields = &'static [(&'static str, &'static str)];

/// What is needed at each step, and no more.
const NEEDED: [(&str, Fields); 9] = [
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
async fn filled(lead: &Person<'_>, instead: &[(&str, Fields)]) -> String {
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
async fn sent(lead: &Person<'_>, draft: &str) -> String {
    let answer = lead.post(&format!("{draft}/check"), &[]).await;
    let at = answer.path();
    at.strip_suffix("/sent").expect(at).to_owned()
}

#[actix_web::test]
async fn a_report_of_each_kind_goes_from_the_gate_to_the_team() {
    let shire = Shire::new();
    let lead = shire.world.dsl(shire.school);
    let coordinator = shire.world.coordinator(shire.west);
    for kind in Kind::ALL {
        let fields: Fields = match kind {
            Kind::Location => &[("kind", "location"), ("name", "The place")],
            Kind::PeerGroup => &[("kind", "peer_group"), ("name", "The group")],
            Kind::Route => &[("kind", "route"), ("name", "The path")],
            Kind::OnlineSpace => &[("kind", "online_space"), ("name", "The chat")],
            Kind::SchoolSetting => &[("kind", "school_setting"), ("name", "The gate")],
        };
        let place: Fields = match kind {
            Kind::Location | Kind::SchoolSetting => &[("place", "TQ 298 150")],
            Kind::PeerGroup => &[("place", MIDDLE)],
            Kind::Route | Kind::OnlineSpace => &[("words", "From the bridge to the shops")],
        };
        let draft = filled(&lead, &[("kind", fields), ("place", place)]).await;
        let check = lead.get(&format!("{draft}/check")).await;
        assert!(check.main().contains("Send to Westmere’s team"), "{}", check.main());
        let concern = sent(&lead, &draft).await;
        let page = coordinator.get(&concern).await.main();
        assert!(page.contains(fields[1].1), "{page}");
    }
    assert_eq!(shire.count(), 5);
}
