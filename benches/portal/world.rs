//! A portal on a real file, served over a real socket, with leads whose reports are ready to be sent.

use std::time::{Duration, Instant};

use actix_web::web::Data;
use e4s::accounts::appoint::{self, Newcomer};
use e4s::accounts::sessions::{self, How, Token, Way};
use e4s::accounts::{Post, Role, queries};
use e4s::app::{self, Portal};
use e4s::calendar;
use e4s::concerns::DraftId;
use e4s::concerns::draft;
use e4s::concerns::steps::ReportStep;
use e4s::config::Settings;
use e4s::districts::{import_boundaries, import_teams};
use e4s::schools::{Urn, import_gias};

use super::client::Client;
use super::nginx::free_port;

const SQUARE: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"LAD26CD":"E07000226","LAD26NM":"Crawley"},
    "geometry":{"type":"Polygon","coordinates":[[[-0.3,51.0],[-0.1,51.0],[-0.1,51.2],[-0.3,51.2],[-0.3,51.0]]]}}]}"#;
const TEAMS: &str = "team,area_code,from\nCrawley,E07000226,2024-04-01\n";
const SCHOOLS: &str = "URN,LA (code),EstablishmentName,EstablishmentStatus (code),EstablishmentStatus (name),CloseDate,\
    PhaseOfEducation (name),Postcode,Easting,Northing,DistrictAdministrative (code)\n\
    990001,938,A School,1,Open,,Secondary,,,,E07000226\n";
const ANSWERS: &[(&str, &str)] = &[
    ("kind", "location"),
    ("name", "Riverside Park shelter"),
    ("place", "51.1, -0.2"),
    ("words", "The shelter beside the ramp"),
    ("relation", "on_journey"),
    ("area", "E07000226"),
    ("harm", "substance_misuse"),
    ("seen", "Empty boxes on Monday mornings, and older pupils there on Friday evenings."),
    ("recurring", "recurring"),
    ("urgency", "routine"),
    ("referral", "not_needed"),
];

pub struct World {
    pub port: u16,
    pub leads: Vec<Lead>,
    pub portal: Data<Portal>,
    _folder: tempfile::TempDir,
}

/// Somebody signed in, with reports to send.
#[derive(Clone)]
pub struct Lead {
    token: Token,
    origin: String,
    drafts: Vec<DraftId>,
}

impl World {
    pub fn start(leads: usize, reports_each: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let mut settings = Settings::demo(folder.path(), port).expect("settings");
        (settings.is_demo, settings.health) = (false, None);
        e4s::seal::init(&settings.keys).expect("keys");
        let portal = Data::new(Portal::open(settings, app::wall_clock()).expect("opens"));
        portal.store.migrate().expect("migrates");
        registers(&portal, folder.path());
        let origin = format!("http://127.0.0.1:{port}");
        let leads = (0..leads).map(|it| lead(&portal, it, (&origin, reports_each))).collect();
        let served = portal.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(e4s::serve::serve(served)).expect("serves");
        });
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Self { port, leads, portal, _folder: folder }
    }

    pub fn count_concerns(&self) -> i64 {
        use diesel::prelude::*;
        use e4s::store::schema::concerns;
        let counted = |db: &mut e4s::store::Db| Ok(concerns::table.count().get_result(db)?);
        self.portal.store.read(counted).expect("a count")
    }
}

fn registers(portal: &Portal, folder: &std::path::Path) {
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).expect("a file");
        file
    };
    let from = chrono::NaiveDate::from_ymd_opt(2024, 4, 1).expect("a date");
    let quiet = &mut |_| {};
    import_boundaries::import(portal, &write("areas.geojson", SQUARE), from, quiet).expect("areas");
    import_teams::import(portal, &write("teams.csv", TEAMS), quiet).expect("teams");
    import_gias::import(portal, &write("schools.csv", SCHOOLS), "938", quiet).expect("schools");
}

fn lead(portal: &Portal, number: usize, (origin, reports): (&str, usize)) -> Lead {
    let school = Urn(990_001);
    let newcomer = Newcomer {
        email: format!("lead-{number}@example.org"),
        name: "A lead".to_owned(),
        password_hash: "none".to_owned(),
    };
    let at = (portal.clock)();
    let way = Way {
        how: How::Password,
        second_factor: false,
        device: "A bench".to_owned(),
        shown_at: None,
    };
    let token = portal.write_as_house(|deed| {
        let id = appoint::add(deed, &newcomer)?;
        appoint::appoint(
            deed,
            id,
            &Post { role: Role::Dsl, school: Some(school), team: None },
            None,
        )?;
        Ok((id, sessions::enter(deed, id, None, &way)?))
    });
    let (id, token) = token.expect("a lead");
    let atlas = portal.store.read(|db| portal.atlas.on(db, calendar::day(at))).expect("areas");
    let by = portal.store.read(|db| queries::actor(db, id, calendar::day(at))).expect("a lead");
    let drafts = portal.write_as(&by, at, |deed| {
        (0..reports)
            .map(|_| {
                let draft = DraftId::random();
                draft::begin(deed, draft, school)?;
                for step in ReportStep::ALL.iter().filter(|it| **it != ReportStep::Check) {
                    let pairs = ANSWERS
                        .iter()
                        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
                    draft::save(deed, &atlas, draft, (*step, pairs.collect()))?;
                }
                Ok(draft)
            })
            .collect()
    });
    Lead { token, origin: origin.to_owned(), drafts: drafts.expect("drafts") }
}

impl Lead {
    /// Searches what their school has reported for words, and how long that took.
    pub fn search(&self, client: &mut Client, words: &str) -> (String, Duration) {
        let cookie = format!("e4s={}", self.token.as_str());
        let began = Instant::now();
        let answer = client.get_as(&format!("/concerns?q={words}"), &cookie);
        let took = began.elapsed();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        (String::from_utf8_lossy(&answer.body).into_owned(), took)
    }

    /// Sends every report, and how long each took.
    pub fn file_all(&self, client: &mut Client) -> Vec<Duration> {
        let cookie = format!("e4s={}", self.token.as_str());
        let form = format!("csrf={}", self.token.csrf());
        let each = |draft: &DraftId| {
            let began = Instant::now();
            let path = format!("/concerns/drafts/{draft}/check");
            let answer = client.post(&path, (&self.origin, &cookie), &form);
            assert_eq!(answer.status, 303, "{}", String::from_utf8_lossy(&answer.body));
            assert!(answer.location.is_some_and(|it| it.ends_with("/sent")), "it was sent");
            began.elapsed()
        };
        self.drafts.iter().map(each).collect()
    }
}
