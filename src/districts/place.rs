//! What a person types to say where: a postcode, a grid reference, or coordinates.

use std::fmt;

use super::Position;

/// A place that somebody has typed.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    Postcode(Postcode),
    Position(Position),
}

/// A postcode in capitals, without its space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode(String);

/// Why a text is no place, in words that say what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPlace {
    #[error("Enter a postcode, a grid reference or coordinates")]
    Empty,
    #[error("Enter the whole postcode, such as RH10 6JJ, not only its first half")]
    HalfPostcode,
    #[error(
        "Enter a grid reference with the same number of digits for each direction, such as TQ 268 365"
    )]
    UnevenGridReference,
    #[error(
        "Enter a grid reference that begins with the two letters of a square in Great Britain, such as TQ 268 365"
    )]
    UnknownSquare,
    #[error(
        "Enter a position in Great Britain, such as 51.1092, -0.1872 (latitude first) or 526843, 136521"
    )]
    OutsideBritain,
    #[error(
        "Enter a postcode such as RH10 6JJ, a grid reference such as TQ 268 365, or coordinates such as 51.1092, -0.1872"
    )]
    Unknown,
}

impl Place {
    /// Any spacing, either case.
    pub fn parse(text: &str) -> Result<Self, NotAPlace> {
        if text.trim().is_empty() {
            return Err(NotAPlace::Empty);
        }
        if let Some((first, second)) = two_numbers(text) {
            return coordinates(first, second).map(Self::Position).ok_or(NotAPlace::OutsideBritain);
        }
        let squeezed: String = text.chars().filter(|it| !it.is_whitespace()).collect();
        if let Some(postcode) = Postcode::parse(&squeezed) {
            return Ok(Self::Postcode(postcode));
        }
        if let Some((letters, digits)) = grid_letters(&squeezed) {
            return square(letters, digits).map(Self::Position);
        }
        Err(if is_outward(&squeezed.to_ascii_uppercase()) {
            NotAPlace::HalfPostcode
        } else {
            NotAPlace::Unknown
        })
    }
}

impl Postcode {
    /// Any spacing, either case: `rh10 6jj`, `RH106JJ`, `RH1  1AA`.
    pub fn parse(text: &str) -> Option<Self> {
        let code: String = text.chars().filter(|it| !it.is_whitespace()).collect();
        let code = code.to_ascii_uppercase();
        let (outward, inward) = code.split_at_checked(code.len().checked_sub(3)?)?;
        let is_inward = matches!(inward.as_bytes(), [digit, first, second]
            if digit.is_ascii_digit() && first.is_ascii_uppercase() && second.is_ascii_uppercase());
        (is_inward && is_outward(outward)).then_some(Self(code))
    }

    /// `RH106JJ`
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `RH10 6JJ`
impl fmt::Display for Postcode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = self.0.len().saturating_sub(3);
        let (outward, inward) = self.0.split_at_checked(half).unwrap_or((&self.0, ""));
        write!(out, "{outward} {inward}")
    }
}

/// The first half of a postcode: `B1`, `B12`, `RH1`, `RH10`, `W1A`, `EC1A`.
fn is_outward(text: &str) -> bool {
    let digits = text.trim_start_matches(|it: char| it.is_ascii_uppercase());
    let letters = text.len() - digits.len();
    let is_district = match digits.as_bytes() {
        [first] => first.is_ascii_digit(),
        [first, second] => first.is_ascii_digit() && second.is_ascii_alphanumeric(),
        _ => false,
    };
    (1..=2).contains(&letters) && is_district
}

/// Exactly two numbers, apart by commas, semicolons or spaces.
fn two_numbers(text: &str) -> Option<(f64, f64)> {
    let text = text.replace('\u{2212}', "-");
    let mut parts = text
        .split(|it: char| it == ',' || it == ';' || it.is_whitespace())
        .filter(|it| !it.is_empty())
        .map(|it| it.parse::<f64>().ok().filter(|it| it.is_finite()));
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Some(first)), Some(Some(second)), None) => Some((first, second)),
        _ => None,
    }
}

/// Latitude and longitude, in the order in which maps say them, or easting and northing. The two angles are taken in
/// either order, because in Great Britain no latitude is a longitude.
fn coordinates(first: f64, second: f64) -> Option<Position> {
    let is_lat = |it| (49.0..61.5).contains(&it);
    let is_lon = |it| (-9.0..2.5).contains(&it);
    if is_lat(first) && is_lon(second) {
        return Position::of_lon_lat(second, first);
    }
    if is_lon(first) && is_lat(second) {
        return Position::of_lon_lat(first, second);
    }
    if first.abs() <= 180.0 && second.abs() <= 180.0 {
        return None;
    }
    Position::of_metres(first, second)
}

/// Two letters and nothing but digits.
fn grid_letters(text: &str) -> Option<([u8; 2], &str)> {
    let (letters, digits) = text.split_at_checked(2)?;
    let &[first, second] = letters.as_bytes() else { return None };
    let is_reference = first.is_ascii_alphabetic()
        && second.is_ascii_alphabetic()
        && digits.bytes().all(|it| it.is_ascii_digit());
    // Two letters and one or two digits are the first half of a postcode.
    (is_reference && digits.len() > 2).then_some(([first, second], digits))
}

fn square(letters: [u8; 2], digits: &str) -> Result<Position, NotAPlace> {
    if !matches!(digits.len(), 4 | 6 | 8 | 10) {
        return Err(NotAPlace::UnevenGridReference);
    }
    let (east, north) = digits.split_at_checked(digits.len() / 2).unwrap_or_default();
    Position::of_square(letters, east, north).ok_or(NotAPlace::UnknownSquare)
}
