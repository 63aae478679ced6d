//! How areas, postcodes and teams get in, and what becomes of those that were there.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use e4s::Error;
use e4s::districts::{AreaCode, import_boundaries, import_postcodes, import_teams, team_of_area};
use e4s::import::Report;
use e4s::store::schema::{areas, postcodes, team_areas};

use crate::places::{found, line};
use crate::world::World;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn day(year: i32, month: u32, date: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, date).expect("a date")
}

fn boundaries(world: &World, name: &str, from: NaiveDate) -> Report {
    import_boundaries::import(&world.portal, &file(name), from, &mut |_| {}).expect("imported")
}

fn counts(report: &Report) -> [u64; 4] {
    [report.added, report.changed, report.unchanged, report.ended]
}

fn reasons(report: &Report) -> Vec<String> {
    report.bad.iter().map(ToString::to_string).collect()
}

#[test]
fn boundaries_are_imported_once_however_often_they_are_read() {
    let world = World::new();
    assert_eq!(counts(&boundaries(&world, "areas.geojson", day(2024, 4, 1))), [3, 0, 0, 0]);
    assert_eq!(counts(&boundaries(&world, "areas.geojson", day(2024, 4, 1))), [0, 0, 3, 0]);
    assert_eq!(counts(&boundaries(&world, "areas.geojson", day(2025, 1, 1))), [0, 0, 3, 0]);
    let rows: i64 = world.look(|db| Ok(areas::table.count().get_result(db)?));
    assert_eq!((rows, world.audit()), (3, vec!["areas-imported".to_owned()]));
}

#[test]
fn a_later_edition_ends_the_areas_before_it_and_a_running_server_notices() {
    let world = World::new();
    world.with_areas();
    assert_eq!(line(&world, "51.025,-0.05"), "E07999002\tEastmere\tWest and East");
    let report = boundaries(&world, "areas-next.geojson", day(2026, 12, 1));
    assert_eq!(counts(&report), [1, 1, 0, 2]);
    assert_eq!(
        report.changes,
        [
            "changed: E07999003 Southmere follows LAD26 from 1 December 2026",
            "added: E07999004 Bothmere (LAD26) from 1 December 2026",
            "ended: E07999001 Westmere (LAD24) the day before 1 December 2026",
            "ended: E07999002 Eastmere (LAD24) the day before 1 December 2026",
        ]
    );
    assert_eq!(line(&world, "51.025,-0.05"), "E07999002\tEastmere\tWest and East", "until then");
    world.later(TimeDelta::days(7));
    assert_eq!(
        line(&world, "51.025,-0.05"),
        "E07999002\tEastmere\tWest and East",
        "on the last day"
    );
    world.later(TimeDelta::days(1));
    assert_eq!(line(&world, "51.025,-0.05"), "E07999004\tBothmere\t-", "from then on");
    assert_eq!(found(&world, "50.98,-0.1").area.expect("an area").edition.as_str(), "LAD26");

    // An older edition that comes late goes before the one that is there.
    let old = boundaries(&world, "areas.geojson", day(2015, 1, 1));
    assert_eq!(counts(&old), [3, 0, 0, 0]);
    let rows: Vec<(NaiveDate, Option<NaiveDate>)> = world.look(|db| {
        let south = areas::table.filter(areas::code.eq("E07999003")).order(areas::from_on);
        Ok(south.select((areas::from_on, areas::until_on)).load(db)?)
    });
    assert_eq!(
        rows,
        [
            (day(2015, 1, 1), Some(day(2019, 12, 31))),
            (day(2020, 1, 1), Some(day(2026, 11, 30))),
            (day(2026, 12, 1), None),
        ]
    );
}

#[test]
fn a_mended_outline_replaces_the_wrong_one_of_the_same_day() {
    let world = World::new();
    world.with_areas();
    assert_eq!(line(&world, "51.04,-0.19"), "E07999001\tWestmere\tWest and East");
    let text = std::fs::read_to_string(file("areas.geojson")).expect("a file");
    let mended = world.files.path().join("mended.geojson");
    std::fs::write(&mended, text.replace("[-0.2, 51.05]", "[-0.18, 51.02]")).expect("written");
    let from = day(2020, 1, 1);
    let report =
        import_boundaries::import(&world.portal, &mended, from, &mut |_| {}).expect("imported");
    assert_eq!(counts(&report), [0, 1, 2, 0]);
    assert_eq!(line(&world, "51.04,-0.19"), "-\t-\t-");
}

#[test]
fn bad_features_are_named_and_stop_neither_the_good_ones_nor_what_is_in_force() {
    let world = World::new();
    boundaries(&world, "areas-next.geojson", day(2020, 1, 1));
    let report = boundaries(&world, "areas-bad.geojson", day(2024, 4, 1));
    assert_eq!(counts(&report), [1, 1, 0, 0]);
    assert_eq!(
        report.notes,
        [
            "E07999004 Bothmere (LAD26) stays in force, because not every feature of the file could be read",
        ]
    );
    insta::assert_snapshot!(reasons(&report).join("\n"));
    for (name, text) in [("not.geojson", "not json"), ("none.geojson", "{}")] {
        let path = world.files.path().join(name);
        std::fs::write(&path, text).expect("written");
        let outcome = import_boundaries::import(&world.portal, &path, day(2024, 4, 1), &mut |_| {});
        assert!(matches!(outcome, Err(Error::Unreadable(_))), "{outcome:?}");
    }
}

#[test]
fn postcodes_with_coordinates_are_taken_the_rest_named_and_nothing_doubled() {
    let world = World::new();
    let mut seen = 0;
    let import = |path: PathBuf, seen: &mut u64| {
        import_postcodes::import(&world.portal, &path, &mut |count| *seen = count)
            .expect("imported")
    };
    let first = import(file("postcodes.csv"), &mut seen);
    assert_eq!((counts(&first), seen), ([5, 0, 0, 0], 11));
    insta::assert_snapshot!(reasons(&first).join("\n"));
    assert_eq!(counts(&import(file("postcodes.csv"), &mut seen)), [0, 0, 5, 0]);

    let moved = world.files.path().join("moved.csv");
    std::fs::write(&moved, "ZZ11AA,10,529839,126700\n\"ZZ3 1AA\",10,529838,126699\n")
        .expect("written");
    let report = import(moved, &mut seen);
    assert_eq!(counts(&report), [1, 1, 0, 0]);
    assert_eq!(report.changes, ["moved: ZZ11AA from 529838, 126699 to 529839, 126700"]);
    let rows: i64 = world.look(|db| Ok(postcodes::table.count().get_result(db)?));
    assert_eq!((rows, world.audit().len()), (6, 2));
}

#[test]
fn more_postcodes_than_one_batch_holds_all_get_in() {
    let world = World::new();
    let path = world.files.path().join("many.csv");
    let letters = || ('A'..='Z').map(String::from);
    let pairs = letters().flat_map(|one| letters().map(move |other| format!("{one}{other}")));
    let codes: Vec<String> =
        (1..=4).flat_map(|it| pairs.clone().map(move |pair| format!("ZZ{it} 1{pair}"))).collect();
    let rows: Vec<String> = codes.iter().map(|it| format!("\"{it}\",10,529838,126699\n")).collect();
    std::fs::write(&path, rows.concat()).expect("written");
    let mut steps = Vec::new();
    let report = import_postcodes::import(&world.portal, &path, &mut |count| steps.push(count));
    assert_eq!(report.expect("imported").added, 2_704);
    assert_eq!(steps, [1_000, 2_000, 2_704]);
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 2_704);
}

#[test]
fn a_team_serves_an_area_from_a_day_and_the_next_one_takes_over() {
    let world = World::new();
    let path = world.files.path().join("teams.csv");
    let import = |text: &str| {
        std::fs::write(&path, text).expect("written");
        import_teams::import(&world.portal, &path, &mut |_| {}).expect("imported")
    };
    let text = std::fs::read_to_string(file("teams.csv")).expect("a file");
    let first = import(&text);
    assert_eq!(counts(&first), [3, 0, 0, 0]);
    assert_eq!(
        reasons(&first),
        [
            "line 6: \"Southmere\" is not an area code such as E07000226",
            "line 7: it has no team",
            "line 8: \"soon\" is not a day such as 2026-04-01",
        ]
    );
    assert_eq!(counts(&import(&text)), [0, 0, 3, 0]);
    let next =
        import("from,team,area_code\n2027-01-01,South,E07999002\n2020-01-01,East,E07999001\n");
    assert_eq!(counts(&next), [0, 2, 0, 0]);

    let code = |text| AreaCode::parse(text).expect("a code");
    let name = |area, on| {
        let team = world.look(|db| team_of_area(db, &code(area), on));
        team.map_or_else(|| "-".to_owned(), |it| it.name)
    };
    assert_eq!(name("E07999002", day(2019, 12, 31)), "-");
    assert_eq!(name("E07999002", day(2026, 12, 31)), "West and East");
    assert_eq!(name("E07999002", day(2027, 1, 1)), "South");
    assert_eq!(name("E07999001", day(2026, 1, 1)), "East", "corrected for the same day");
    let rows: i64 = world.look(|db| Ok(team_areas::table.count().get_result(db)?));
    assert_eq!(rows, 4);
}
