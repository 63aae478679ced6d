//! A school is found by what somebody types: its number, or a part of its name.

use super::{School, Urn, queries};
use crate::Result;
use crate::store::{Db, fold};

/// More than this many are too many to choose from.
pub const FOUND_MAX: usize = 10;

/// The schools that somebody may mean, by name: the one with this number, or the one with exactly this name, or those
/// whose name has every word of it. At most one more than [`FOUND_MAX`].
pub fn look_up(db: &mut Db, text: &str) -> Result<Vec<School>> {
    let text = fold(text);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut urns: Vec<Urn> = Urn::parse(&text).into_iter().collect();
    if urns.is_empty() {
        let every: Vec<(Urn, String)> =
            queries::every_name(db)?.into_iter().map(|(urn, name)| (urn, fold(&name))).collect();
        let named = |fits: &dyn Fn(&str) -> bool| -> Vec<Urn> {
            every.iter().filter(|(_, name)| fits(name)).map(|(urn, _)| *urn).collect()
        };
        urns = named(&|it| it == text);
        if urns.is_empty() {
            urns = named(&|it| text.split(' ').all(|word| it.contains(word)));
        }
        urns.truncate(FOUND_MAX + 1);
    }
    let mut found: Vec<School> = queries::known(db, urns)?.into_values().collect();
    found.sort_by(|a, b| (&a.name, a.urn).cmp(&(&b.name, b.urn)));
    Ok(found)
}
