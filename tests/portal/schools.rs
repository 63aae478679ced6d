//! The register of schools, as GIAS publishes it.

use std::path::PathBuf;

use chrono::NaiveDate;
use e4s::import::Report;
use e4s::schools::{self, Urn, import_gias};
use e4s::{Error, Result};

use crate::world::World;

fn import(world: &World, name: &str, authority: &str) -> Result<Report> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    import_gias::import(&world.portal, &path, authority, &mut |_| {})
}

fn open(world: &World, authority: &str) -> Vec<String> {
    let found = world.look(|db| schools::open_of(db, authority, None, 100));
    found.into_iter().map(|it| it.name).collect()
}

#[test]
fn the_open_schools_of_one_authority_are_taken_and_closed_ones_marked() {
    let world = World::new();
    let report = import(&world, "schools.csv", "938").expect("imported");
    assert_eq!((report.added, report.elsewhere), (5, 1));
    insta::assert_snapshot!(report.to_string());
    assert_eq!(
        open(&world, "938"),
        [
            "Hilltop Provision",
            "Last School",
            "Oak, Ash and Elm Primary School",
            "Saint Aimée’s Academy",
        ]
    );
    assert!(open(&world, "846").is_empty());

    let saint = world.look(|db| schools::find(db, Urn(900_001)));
    assert_eq!((saint.postcode.as_deref(), saint.easting), (Some("ZZ1 1AA"), Some(529_838)));
    assert_eq!(saint.area_code.map(|it| it.to_string()).as_deref(), Some("E07999001"));
    let mill = world.look(|db| schools::find(db, Urn(900_003)));
    assert_eq!((mill.is_open, mill.closed_on), (false, NaiveDate::from_ymd_opt(2024, 8, 31)));
    let oak = world.look(|db| schools::find(db, Urn(900_002)));
    assert_eq!((oak.is_open, oak.closed_on), (true, None), "proposed to close is open");
}

#[test]
fn the_register_can_be_read_again_and_tells_what_changed() {
    let world = World::new();
    import(&world, "schools.csv", "938").expect("imported");
    let again = import(&world, "schools.csv", "938").expect("imported");
    assert_eq!((again.added, again.changed, again.unchanged, again.ended), (0, 0, 5, 0));
    assert_eq!(world.audit(), ["schools-imported"]);

    let later = import(&world, "schools-later.csv", "938").expect("imported");
    assert_eq!(
        later.changes,
        [
            "changed: 900002 Oak and Ash Primary School",
            "closed: 900004 Hilltop Provision (closed on 31 December 2026)",
        ]
    );
    assert_eq!(later.notes, ["900013 Last School is not in this file; it stays as it was"]);
    assert_eq!(open(&world, "938").len(), 3);
}

#[test]
fn a_school_that_moves_to_another_authority_is_no_longer_ours() {
    let world = World::new();
    world.school(900_006, "Elsewhere School", "E07999001");
    assert_eq!(open(&world, "938"), ["Elsewhere School"]);
    let report = import(&world, "schools.csv", "938").expect("imported");
    assert_eq!((report.changed, report.elsewhere), (1, 0));
    assert!(!open(&world, "938").contains(&"Elsewhere School".to_owned()));
}

#[test]
fn a_list_of_schools_goes_on_where_the_last_page_ended() {
    let world = World::new();
    for urn in 900_001..=900_005 {
        world.school(urn, if urn < 900_004 { "Same School" } else { "Zenith School" }, "E07999001");
    }
    let mut seen = Vec::new();
    let mut last = None;
    loop {
        let page = world.look(|db| schools::open_of(db, "938", last.as_ref(), 2));
        seen.extend(page.iter().map(|it| it.urn.0));
        let Some(end) = page.last() else { break };
        last = Some(end.clone());
    }
    assert_eq!(seen, [900_001, 900_002, 900_003, 900_004, 900_005]);
    let names = world.look(|db| schools::names(db, &[Urn(900_001), Urn(1)]));
    assert_eq!(names.into_values().collect::<Vec<_>>(), ["Same School"]);
}

#[test]
fn what_is_not_the_register_or_not_an_authority_is_refused_in_words() {
    let world = World::new();
    let wrong = import(&world, "schools.csv", "9380").expect_err("refused");
    assert!(matches!(wrong, Error::Refused(_)), "{wrong}");
    let other = import(&world, "teams.csv", "938").expect_err("refused");
    assert!(other.to_string().contains("lacks the columns URN, LA (code)"), "{other}");
    let none = import(&world, "nowhere.csv", "938").expect_err("refused");
    assert!(none.to_string().contains("nowhere.csv cannot be read"), "{none}");
    let nobody = import(&world, "schools.csv", "100").expect("imported");
    assert_eq!(nobody.notes, ["no school of authority 100 is in this file"]);
}
