//! What a team may want to become true, in neutral words: a short list for each kind of harm, and some for all of them.

use std::collections::BTreeSet;

use crate::concerns::Harm;

/// Something that could become true, and the harms that it is offered for. None: for all.
struct Indicator {
    word: &'static str,
    text: &'static str,
    harms: &'static [Harm],
}

const fn of(word: &'static str, text: &'static str, harms: &'static [Harm]) -> Indicator {
    Indicator { word, text, harms }
}

use Harm::{
    AdultsOfConcern, AntisocialBehaviour, Bullying, CriminalExploitation, HarmfulSexualBehaviour,
    Hate, Missing, OnlineHarm, Radicalisation, Robbery, SexualExploitation, SexualHarassment,
    SubstanceMisuse, UnderageSales, UnsafePlace, Weapons, YouthViolence,
};

const INDICATORS: &[Indicator] = &[
    of(
        "less_contact",
        "Adults and older people who exploit no longer find young people here",
        &[SexualExploitation, CriminalExploitation, AdultsOfConcern],
    ),
    of(
        "way_out",
        "Young people here know a safe way out and somebody who helps them take it",
        &[SexualExploitation, CriminalExploitation, YouthViolence],
    ),
    of(
        "no_violence",
        "Nobody is hurt or threatened here",
        &[YouthViolence, Robbery, Bullying, Hate],
    ),
    of(
        "no_weapons",
        "Young people feel no need to carry anything to protect themselves",
        &[Weapons, YouthViolence],
    ),
    of(
        "no_harassment",
        "Nobody is touched, followed, filmed or called names here",
        &[HarmfulSexualBehaviour, SexualHarassment, Bullying, Hate],
    ),
    of(
        "bystanders",
        "Young people who see harm here step in safely, or tell an adult who acts",
        &[HarmfulSexualBehaviour, SexualHarassment, Bullying, Hate, OnlineHarm],
    ),
    of("belonging", "Everybody who comes here feels that they belong", &[Hate, Radicalisation]),
    of(
        "other_views",
        "Young people here meet other views and can question what they are told",
        &[Radicalisation, OnlineHarm],
    ),
    of(
        "no_supply",
        "Alcohol, drugs and vapes are not to be had here by anybody under age",
        &[SubstanceMisuse, UnderageSales],
    ),
    of(
        "shared_space",
        "Young people and neighbours use the place together without trouble",
        &[AntisocialBehaviour, UnsafePlace],
    ),
    of(
        "belongings",
        "Young people carry a telephone or a bag here without losing it to somebody",
        &[Robbery],
    ),
    of(
        "in_school",
        "Young people are in school, and somebody notices early when one is not",
        &[Missing],
    ),
    of(
        "known_adults",
        "Every adult who spends time with young people here is known and has a reason to",
        &[AdultsOfConcern],
    ),
    of(
        "safe_way",
        "The way is lit, seen and safe at the times when young people use it",
        &[UnsafePlace, AntisocialBehaviour, Robbery],
    ),
    of(
        "online_help",
        "What harms somebody in this space is reported and gone within a day",
        &[OnlineHarm],
    ),
    of("feel_safe", "Young people say that they feel safe here", &[]),
    of("trusted_adult", "Young people here can name an adult who would help them", &[]),
    of("guardians", "Adults who are here notice, and know whom to tell", &[]),
    of("somewhere_else", "Young people have somewhere good to go instead", &[]),
];

/// What is offered for a context of these harms, the closest first: the word that a form sends, and the text.
pub fn offered(harms: &BTreeSet<Harm>) -> Vec<(&'static str, &'static str)> {
    let fits = |it: &&Indicator| it.harms.iter().any(|it| harms.contains(it));
    let close = INDICATORS.iter().filter(fits);
    let general = INDICATORS.iter().filter(|it| it.harms.is_empty());
    close.chain(general).map(|it| (it.word, it.text)).collect()
}

/// The text behind a word.
pub fn text(word: &str) -> Option<&'static str> {
    INDICATORS.iter().find(|it| it.word == word).map(|it| it.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_harm_has_an_indicator_of_its_own_and_every_word_is_one() {
        for harm in Harm::ALL {
            let own = offered(&BTreeSet::from([*harm])).len() > offered(&BTreeSet::new()).len();
            assert!(own, "{harm:?}");
        }
        let words: BTreeSet<&str> = INDICATORS.iter().map(|it| it.word).collect();
        assert_eq!(words.len(), INDICATORS.len());
    }
}
