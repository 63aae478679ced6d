//! Positions in Great Britain: the British National Grid in whole metres, and the same as longitude and latitude (OSTN15).

use lonlat_bng::{convert_osgb36, convert_osgb36_to_ll};

/// The grid's extent: seven squares of 100 km to the east, thirteen to the north.
const EASTING_MAX: i32 = 700_000;
const NORTHING_MAX: i32 = 1_300_000;
const SQUARE_M: i32 = 100_000;
/// The letters of the squares: a five by five board without I, from the north-west.
const LETTERS: &[u8; 25] = b"ABCDEFGHJKLMNOPQRSTUVWXYZ";

/// A position that the British National Grid covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Whole metres.
    pub easting: i32,
    /// Whole metres.
    pub northing: i32,
    /// Degrees in WGS84, east positive.
    pub lon: f64,
    /// Degrees in WGS84.
    pub lat: f64,
}

impl Position {
    /// Of an easting and a northing in metres. None outside Great Britain.
    pub fn of_grid(easting: i32, northing: i32) -> Option<Self> {
        if !(0..EASTING_MAX).contains(&easting) || !(0..NORTHING_MAX).contains(&northing) {
            return None;
        }
        let found = convert_osgb36_to_ll(f64::from(easting), f64::from(northing));
        let (lon, lat) = found.ok()?;
        Some(Self { easting, northing, lon, lat })
    }

    /// The same of metres with a fraction.
    pub fn of_metres(easting: f64, northing: f64) -> Option<Self> {
        let is_near = easting.abs() < 1e7 && northing.abs() < 1e7;
        is_near.then(|| Self::of_grid(whole(easting), whole(northing))).flatten()
    }

    /// Of a longitude and a latitude in WGS84. None outside Great Britain.
    pub fn of_lon_lat(lon: f64, lat: f64) -> Option<Self> {
        let (easting, northing) = metres(lon, lat)?;
        Some(Self { easting: whole(easting), northing: whole(northing), lon, lat })
    }

    /// Of a grid reference's letters and the digits behind them: the middle of the square that it names.
    pub fn of_square(letters: [u8; 2], easting: &str, northing: &str) -> Option<Self> {
        let (corner_e, corner_n) = corner(letters)?;
        let size = size_m(easting.len())?;
        let east = corner_e + easting.parse::<i32>().ok()? * size;
        let north = corner_n + northing.parse::<i32>().ok()? * size;
        Self::of_grid(east + size / 2, north + size / 2)
    }

    /// Such as `TQ 268 365`: the square of the grid that holds this position, by two to five digits each way.
    pub fn grid_reference(&self, digits: usize) -> String {
        let size = size_m(digits).unwrap_or(1);
        let part = |metres: i32| metres % SQUARE_M / size;
        let (east, north) = (self.easting / SQUARE_M, self.northing / SQUARE_M);
        // The grid begins at S, which is in the third column and the fourth row of the board of 500 km squares.
        let big = letter(2 + east / 5, 3 - north / 5);
        let small = letter(east % 5, 4 - north % 5);
        format!("{big}{small} {:0digits$} {:0digits$}", part(self.easting), part(self.northing))
    }
}

/// Longitude and latitude as metres on the grid, to the millimetre. None outside Great Britain.
pub(super) fn metres(lon: f64, lat: f64) -> Option<(f64, f64)> {
    convert_osgb36(lon, lat).ok()
}

/// The side of the square that so many digits each way name, in metres.
fn size_m(digits: usize) -> Option<i32> {
    match digits {
        2 => Some(1_000),
        3 => Some(100),
        4 => Some(10),
        5 => Some(1),
        _ => None,
    }
}

/// The south-west corner of a square of 100 km, if the grid has it.
fn corner(letters: [u8; 2]) -> Option<(i32, i32)> {
    let [big, small] = letters.map(|it| {
        let place = LETTERS.iter().position(|known| *known == it.to_ascii_uppercase())?;
        i32::try_from(place).ok()
    });
    let (big, small) = (big?, small?);
    let east = (big % 5 - 2) * 5 + small % 5;
    let north = (3 - big / 5) * 5 + 4 - small / 5;
    let is_known = (0..7).contains(&east) && (0..13).contains(&north);
    is_known.then_some((east * SQUARE_M, north * SQUARE_M))
}

fn letter(column: i32, row: i32) -> char {
    let place = usize::try_from(row * 5 + column).unwrap_or_default();
    LETTERS.get(place).copied().map_or('?', char::from)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a float becomes a whole number in no other way; these are below ten million"
)]
fn whole(metres: f64) -> i32 {
    metres.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_squares_have_their_letters() {
        for (letters, east, north) in [
            (*b"SV", 0, 0),
            (*b"TQ", 500_000, 100_000),
            (*b"NT", 300_000, 600_000),
            (*b"HP", 400_000, 1_200_000),
        ] {
            assert_eq!(corner(letters), Some((east, north)));
        }
        assert_eq!((corner(*b"AA"), corner(*b"TI"), corner(*b"ZZ")), (None, None, None));
        let crawley = Position::of_grid(526_843, 136_521).expect("in Great Britain");
        assert_eq!(crawley.grid_reference(3), "TQ 268 365");
        assert_eq!(crawley.grid_reference(5), "TQ 26843 36521");
    }
}
