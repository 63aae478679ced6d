//! What lies near or is alike: contexts of a team by the distance between their concerns, and by harm.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, ContextId, KeptContext, queries};
use crate::Result;
use crate::concerns::{ConcernId, Harm};
use crate::seal::Keyring;
use crate::store::Db;

/// Of how many of the team's contexts, those that changed last.
pub(super) const LOOKED_AT: i64 = 500;
/// Of how many of their concerns.
const SPOTS: i64 = 5_000;
/// How near a neighbour is, in metres.
const NEAR_M: i64 = 500;
const SHOWN: usize = 10;

/// A concern of a context: where it is, on the British National Grid, and its main harm.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub context: ContextId,
    pub concern: ConcernId,
    pub at: Option<(i32, i32)>,
    pub harm: Harm,
}

/// The concerns of some contexts, by context.
pub(super) type Spots = BTreeMap<ContextId, Vec<Spot>>;

/// Where the concerns of some contexts are. The caller may see all of them.
pub(super) fn spots(db: &mut Db, ids: Vec<ContextId>) -> Result<Spots> {
    let mut all = Spots::new();
    for spot in queries::spots(db, ids, SPOTS)? {
        all.entry(spot.context).or_default().push(spot);
    }
    Ok(all)
}

/// The shortest way between two sets of places, in metres.
pub(super) fn distance_m(ours: &[(i32, i32)], theirs: &[Spot]) -> Option<i64> {
    let between = |(e, n): (i32, i32), (f, m): (i32, i32)| {
        let (east, north) = (i64::from(e) - i64::from(f), i64::from(n) - i64::from(m));
        (east * east + north * north).isqrt()
    };
    let theirs = || theirs.iter().filter_map(|it| it.at);
    ours.iter().flat_map(|our| theirs().map(move |their| between(*our, their))).min()
}

/// How far away something is, as pages say it: no more exact than 50 metres.
pub(super) fn away(distance_m: i64) -> String {
    if distance_m < 50 {
        return "less than 50 metres away".to_owned();
    }
    let rounded = (distance_m + 25) / 50 * 50;
    if rounded < 10_000 {
        format!("about {rounded} metres away")
    } else {
        format!("about {} kilometres away", (rounded + 500) / 1_000)
    }
}

/// A context beside another, and why it is named.
#[derive(Debug)]
pub struct Neighbour {
    pub context: Context,
    pub distance_m: Option<i64>,
    pub harms: Vec<Harm>,
}

/// The contexts of the same team within 500 metres of one, or with one of its harms: the nearest first.
pub(super) fn neighbours(
    db: &mut Db,
    keys: &Keyring,
    context: &KeptContext,
    (places, harms): (&[(i32, i32)], &BTreeSet<Harm>),
) -> Result<Vec<Neighbour>> {
    let team = queries::newest_of(db, context.team, LOOKED_AT)?;
    let others: Vec<KeptContext> = team.into_iter().filter(|it| it.id != context.id).collect();
    let spots = spots(db, others.iter().map(|it| it.id).collect())?;
    let beside = |it: KeptContext| {
        let theirs = spots.get(&it.id).map_or(&[][..], Vec::as_slice);
        let distance_m = distance_m(places, theirs).filter(|it| *it <= NEAR_M);
        let shared: BTreeSet<Harm> = theirs.iter().map(|it| it.harm).collect();
        let harms: Vec<Harm> = shared.intersection(harms).copied().collect();
        (distance_m.is_some() || !harms.is_empty()).then_some((it, distance_m, harms))
    };
    let mut found: Vec<_> = others.into_iter().filter_map(beside).collect();
    let far = i64::MAX;
    found.sort_by_key(|(it, distance, harms)| {
        (
            distance.unwrap_or(far),
            std::cmp::Reverse(harms.len()),
            std::cmp::Reverse(it.changed_at),
            it.id,
        )
    });
    let open = |(it, distance_m, harms): (KeptContext, _, _)| Neighbour {
        context: it.open_or_say(keys),
        distance_m,
        harms,
    };
    Ok(found.into_iter().take(SHOWN).map(open).collect())
}

#[cfg(test)]
mod tests {
    use super::away;

    #[test]
    fn a_distance_is_no_more_exact_than_fifty_metres() {
        for (metres, said) in [
            (0, "less than 50 metres away"),
            (49, "less than 50 metres away"),
            (60, "about 50 metres away"),
            (75, "about 100 metres away"),
            (224, "about 200 metres away"),
            (12_400, "about 12 kilometres away"),
        ] {
            assert_eq!(away(metres), said);
        }
    }
}
