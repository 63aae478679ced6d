//! Where a place belongs, in whatever way it is typed.

use e4s::districts::{Found, NotAPlace, Place, Position, Postcode, route};
use proptest::prelude::*;

use crate::world::World;

pub fn found(world: &World, what: &str) -> Found {
    let place = Place::parse(what).expect("a place");
    let today = e4s::calendar::day(world.now());
    world.look(|db| {
        let atlas = world.portal.atlas.on(db, today)?;
        route(db, &atlas, &place, today)
    })
}

pub fn line(world: &World, what: &str) -> String {
    let mut answers = route::answers(&world.portal, [what]).expect("an answer");
    answers.pop().expect("one answer").line
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
