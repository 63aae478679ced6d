//! Two words for a group of young people that name nobody, so that nobody is tempted to name them.

use crate::store::random_bytes;

/// Colours and materials, none of which is said of people.
const FIRST: [&str; 32] = [
    "Tin", "Brass", "Bronze", "Chalk", "Clay", "Cobalt", "Copper", "Lime", "Cotton", "Crimson",
    "Flint", "Granite", "Cedar", "Iron", "Ivory", "Chrome", "Linen", "Marble", "Mauve", "Nickel",
    "Ochre", "Zinc", "Paper", "Pewter", "Quartz", "Sable", "Steel", "Plum", "Silver", "Slate",
    "Teal", "Velvet",
];
/// Things that one sees and that are no animals, bands, teams or places.
const SECOND: [&str; 32] = [
    "anchor", "arrow", "basket", "beacon", "bell", "button", "candle", "compass", "cushion",
    "drum", "feather", "harp", "kettle", "kite", "ladder", "lantern", "leaf", "marker", "mirror",
    "needle", "paddle", "pebble", "pencil", "ribbon", "rocket", "saddle", "sail", "spindle",
    "teapot", "thimble", "trumpet", "wheel",
];

/// One of 1,024, thrown anew each time: "Copper kite".
pub fn two_words() -> String {
    let [first, second] = random_bytes::<2>();
    let word = |words: [&'static str; 32], at: u8| words.get(usize::from(at % 32)).copied();
    let (first, second) = (word(FIRST, first), word(SECOND, second));
    format!("{} {}", first.unwrap_or_default(), second.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::calendar;
    use crate::concerns::steer::flags;

    #[test]
    fn no_pair_is_taken_for_somebodys_name() {
        let pairs = FIRST.iter().flat_map(|first| SECOND.map(|second| format!("{first} {second}")));
        let today = calendar::day(calendar::now());
        for pair in pairs {
            assert!(flags(&pair, today).is_empty(), "{pair}");
        }
    }

    #[test]
    fn every_pair_is_another_one() {
        let words: BTreeSet<&str> = FIRST.iter().chain(&SECOND).copied().collect();
        assert_eq!(words.len(), 64);
    }
}
