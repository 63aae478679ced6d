//! Where a place belongs, how the registers get in, and when a team sits.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use e4s::Error;
use e4s::accounts::{AccountId, Actor};
use e4s::deed::Deed;
use e4s::districts::diary::{self, Sitting};
use e4s::districts::{
    AreaCode, Found, NotAPlace, Place, Position, Postcode, TeamId, import_boundaries,
    import_postcodes, import_teams, route, team_of_area,
};
use e4s::import::Report;
use e4s::store::schema::{areas, postcodes, team_areas};
use proptest::prelude::*;

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

fn found(world: &World, what: &str) -> Found {
    let place = Place::parse(what).expect("a place");
    let today = e4s::calendar::day(world.now());
    world.look(|db| {
        let atlas = world.portal.atlas.on(db, today)?;
        route(db, &atlas, &place, today)
    })
}

fn line(world: &World, what: &str) -> String {
    let mut answers = route::answers(&world.portal, [what]).expect("an answer");
    answers.pop().expect("one answer").line
}

fn counts(report: &Report) -> [u64; 4] {
    [report.added, report.changed, report.unchanged, report.ended]
}

fn reasons(report: &Report) -> Vec<String> {
    report.bad.iter().map(ToString::to_string).collect()
}

#[test]
fn a_place_is_found_by_postcode_grid_reference_and_coordinates() {
    let world = World::new();
    world.with_areas();
    for what in [
        "zz1 1aa",
        "ZZ11AA",
        " z z 1 1 a a ",
        "TQ 298 266",
        "tq298266",
        "TQ 29838 26699",
        "TQ2926",
        "529838,126699",
        "529838 126699.4",
        "51.025, -0.15",
        "51.025,\u{2212}0.15",
        "-0.15, 51.025",
    ] {
        assert_eq!(line(&world, what), "E07999001\tWestmere\tWest and East", "{what}");
    }
    assert_eq!(line(&world, "51.025,-0.05"), "E07999002\tEastmere\tWest and East");
    assert_eq!(line(&world, "50.98,-0.1"), "E07999003\tSouthmere\tSouth");
    assert_eq!(line(&world, "50.955,0.025"), "E07999003\tSouthmere\tSouth", "its second part");
    assert_eq!(line(&world, "50.965,-0.145"), "-\t-\t-", "the hole in it");
    for outside in ["ZZ9 9ZZ", "ZZ2 1AB", "553800,146832", "the park", ""] {
        assert_eq!(line(&world, outside), "-\t-\t-", "{outside}");
    }
}

#[test]
fn a_routed_place_has_its_position_and_the_edition_of_its_area() {
    let world = World::new();
    world.with_areas();
    let found = found(&world, "ZZ1 1AA");
    let position = found.position.expect("a position");
    assert_eq!((position.easting, position.northing), (529_838, 126_699));
    assert!(
        (position.lat - 51.025).abs() < 1e-5 && (position.lon + 0.15).abs() < 1e-5,
        "{position:?}"
    );
    assert_eq!(found.area.expect("an area").edition.as_str(), "LAD24");
    assert!(found.neighbours.is_empty());
}

#[test]
fn near_a_boundary_the_neighbours_of_another_team_are_offered_and_a_point_on_it_belongs_somewhere()
{
    let world = World::new();
    let teams = world.with_areas();
    let near = found(&world, "51.001, -0.15");
    let names: Vec<_> =
        near.neighbours.iter().map(|it| (it.area.name.as_str(), it.team.id)).collect();
    assert_eq!(names, [("Southmere", teams[1])], "111 m away");
    assert!(found(&world, "51.003, -0.15").neighbours.is_empty(), "333 m away");
    let same_team = found(&world, "51.025, -0.101");
    assert!(same_team.neighbours.is_empty(), "Eastmere is 70 m away, but has the same team");
    assert!(found(&world, "51.0, -0.15").area.is_some());
    let at_sea = found(&world, "51.0515, -0.15");
    assert_eq!((at_sea.area, at_sea.team), (None, None));
    assert_eq!(at_sea.neighbours[0].area.name, "Westmere", "offered, not decided");
}

#[test]
fn a_place_that_is_none_gets_words_that_say_what_to_do() {
    for (text, expected) in [
        ("  ", NotAPlace::Empty),
        ("RH10", NotAPlace::HalfPostcode),
        ("w1a", NotAPlace::HalfPostcode),
        ("TQ 268 36", NotAPlace::UnevenGridReference),
        ("TQ 268365 268365", NotAPlace::UnevenGridReference),
        ("AA 268 365", NotAPlace::UnknownSquare),
        ("48.85, 2.35", NotAPlace::OutsideBritain),
        ("999999, 999999", NotAPlace::OutsideBritain),
        ("1e300, 1e300", NotAPlace::OutsideBritain),
        ("behind the shops", NotAPlace::Unknown),
        ("51.025", NotAPlace::Unknown),
        ("RH10 6JJ5", NotAPlace::Unknown),
        ("\u{130}\u{1f600}", NotAPlace::Unknown),
    ] {
        assert_eq!(Place::parse(text), Err(expected), "{text}");
    }
}

/// The text with spaces put in and letters changed in case, as `how` says for each character.
fn as_typed(text: &str, how: &[u8]) -> String {
    let mut typed = String::new();
    for (place, letter) in text.chars().enumerate() {
        let how = how.get(place).copied().unwrap_or_default();
        typed.push_str(["", " ", "\t", "\u{a0}"][usize::from(how % 4)]);
        typed.push(if how & 4 == 0 { letter } else { letter.to_ascii_lowercase() });
    }
    typed
}

proptest! {
    #[test]
    fn a_postcode_is_read_in_any_spacing_and_case(
        code in "([A-Z][0-9]|[A-Z][0-9][0-9]|[A-Z][A-Z][0-9]|[A-Z][A-Z][0-9][0-9]|[A-Z][0-9][A-Z]|[A-Z][A-Z][0-9][A-Z])[0-9][A-Z][A-Z]",
        how: [u8; 7],
    ) {
        let known = Postcode::parse(&code).expect("a postcode");
        prop_assert_eq!(Place::parse(&as_typed(&code, &how)), Ok(Place::Postcode(known.clone())));
        prop_assert_eq!(Postcode::parse(&known.to_string()), Some(known));
    }

    #[test]
    fn a_grid_reference_names_the_square_around_its_position(
        easting in 400_000..600_000i32, northing in 100_000..500_000i32, digits in 2..=5usize, how: [u8; 14],
    ) {
        let position = Position::of_grid(easting, northing).expect("in England");
        let Ok(Place::Position(read)) = Place::parse(&as_typed(&position.grid_reference(digits), &how)) else {
            panic!("{}", position.grid_reference(digits));
        };
        let side = 10i32.pow(5 - u32::try_from(digits).expect("small"));
        prop_assert_eq!((read.easting / side, read.northing / side), (easting / side, northing / side));
        prop_assert_eq!(read.grid_reference(digits), position.grid_reference(digits));
    }

    #[test]
    fn metres_become_degrees_and_the_same_metres_again(
        easting in 400_000..600_000i32, northing in 100_000..500_000i32,
    ) {
        let there = Position::of_grid(easting, northing).expect("in England");
        let back = Position::of_lon_lat(there.lon, there.lat).expect("in England");
        prop_assert_eq!((back.easting, back.northing), (easting, northing));
        let typed = format!("{}, {}", there.lat, there.lon);
        prop_assert_eq!(Place::parse(&typed), Ok(Place::Position(back)));
    }

    #[test]
    fn no_text_at_all_stops_the_parser(text: String) {
        let _ = Place::parse(&text);
    }
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

fn sitting(team: TeamId, starts_at: NaiveDateTime) -> Sitting {
    let cut_off_at = starts_at - TimeDelta::days(7);
    Sitting {
        team,
        starts_at,
        cut_off_at,
        venue: "Room 1".to_owned(),
        chair: "Sam Example".to_owned(),
    }
}

#[test]
fn a_concern_is_heard_at_the_first_meeting_whose_cut_off_has_not_passed() {
    let world = World::new();
    let (team, other) = (world.team("Crawley", "E07000226"), world.team("Horsham", "E07000227"));
    let now = world.now();
    let starts: Vec<NaiveDateTime> = [5, 10, 40].map(|it| now + TimeDelta::days(it)).to_vec();
    for start in &starts {
        world.house(|deed| diary::schedule(deed, &sitting(team, *start)));
    }
    world.house(|deed| diary::schedule(deed, &sitting(other, now + TimeDelta::days(8))));
    let heard = |at| world.look(|db| diary::hearing(db, team, at)).map(|it| it.starts_at);
    assert_eq!(heard(now), Some(starts[1]), "papers for the first one have closed");
    assert_eq!(heard(now + TimeDelta::days(3)), Some(starts[1]), "at the very cut-off");
    assert_eq!(heard(now + TimeDelta::days(3) + TimeDelta::seconds(1)), Some(starts[2]));
    assert_eq!(heard(now + TimeDelta::days(34)), None);
}

#[test]
fn a_diary_is_kept_by_its_own_team_and_read_by_its_members() {
    let world = World::new();
    let (team, other) = (world.team("Crawley", "E07000226"), world.team("Horsham", "E07000227"));
    let start = world.now() + TimeDelta::days(10);
    let meeting = world.house(|deed| diary::schedule(deed, &sitting(team, start)));
    let past =
        world.house(|deed| diary::schedule(deed, &sitting(team, start - TimeDelta::days(20))));

    let schedule = |by: &Actor, sitting: &Sitting| {
        world.portal.store.write(|db| {
            diary::schedule(&mut Deed { db, by, at: world.now() }, sitting).map(|it| it.team)
        })
    };
    let own = world.coordinator(team).actor();
    let later = sitting(team, start + TimeDelta::days(1));
    assert_eq!(schedule(&own, &later).expect("scheduled"), team);
    assert!(matches!(schedule(&own, &later), Err(Error::Refused(_))), "twice");
    let late = Sitting {
        cut_off_at: start + TimeDelta::days(9),
        ..sitting(team, start + TimeDelta::days(2))
    };
    assert!(matches!(schedule(&own, &late), Err(Error::Refused(_))), "cut-off after the start");
    for stranger in
        [world.coordinator(other).actor(), world.partner(team).actor(), world.admin().actor()]
    {
        assert!(matches!(schedule(&stranger, &later), Err(Error::Forbidden)));
    }

    let seen = |by: &Actor| {
        let scope = by.scope();
        world.look(|db| {
            let ahead = diary::meetings_of(db, &scope, world.now(), 50)?.len();
            let behind = diary::meetings_before(db, &scope, world.now(), 50)?.len();
            let one = diary::meeting(db, &scope, meeting.id).is_ok();
            Ok((ahead, behind, one))
        })
    };
    assert!(past.starts_at < world.now());
    assert_eq!(seen(&own), (2, 1, true));
    assert_eq!(seen(&world.partner(team).actor()), (2, 1, true));
    assert_eq!(seen(&world.county().actor()), (2, 1, true));
    assert_eq!(seen(&world.coordinator(other).actor()), (0, 0, false));
    let school = world.school(900_001, "Saint Aimée’s Academy", "E07000226");
    assert_eq!(seen(&world.dsl(school).actor()), (0, 0, false));
    assert_ne!(own.id, AccountId::random());
}
