//! Words that count what the partnership does, where a measure counts what has changed.

/// Things that are done or handed out. Each is looked for as whole words.
const EFFORT: &[&str] = &[
    "leaflets",
    "leaflet",
    "posters",
    "poster",
    "flyers",
    "sessions",
    "session",
    "workshops",
    "workshop",
    "meetings",
    "meeting",
    "visits",
    "visit",
    "patrols",
    "patrol",
    "assemblies",
    "assembly",
    "lessons",
    "letters",
    "emails",
    "e-mails",
    "calls",
    "contacts",
    "referrals",
    "training",
    "trainings",
    "events",
    "campaigns",
    "campaign",
    "hours of",
    "staff trained",
    "people trained",
    "cameras",
    "signs",
    "checks",
    "stops",
    "searches",
    "arrests",
    "shifts",
];

/// Words by which a text speaks of what is different, whatever else is in it.
const CHANGE: &[&str] = &[
    "feel",
    "feels",
    "felt",
    "feeling",
    "safe",
    "safer",
    "safely",
    "can name",
    "could name",
    "say that",
    "says that",
    "say they",
    "trust",
    "know",
    "knows",
    "incidents",
    "incident",
    "injuries",
    "injured",
    "hurt",
    "threatened",
    "assaults",
    "thefts",
    "robberies",
    "fights",
    "reports of",
    "complaints",
    "missing",
    "absent",
    "absence",
    "attendance",
    "attending school",
    "found",
    "sold to",
    "served",
    "waiting alone",
    "alone",
    "present",
    "young people who",
    "pupils who",
];

/// The first words of a text by which it looks like effort; none if it speaks of change.
pub fn looks_like(text: &str) -> Option<&'static str> {
    let text = plain(text);
    let place = |words: &str| text.find(&format!(" {words} "));
    if CHANGE.iter().any(|it| place(it).is_some()) {
        return None;
    }
    let found = EFFORT.iter().filter_map(|it| Some((place(it)?, *it)));
    found.min().map(|(_, word)| word)
}

/// The words of a text, in small letters, one space before and behind each.
fn plain(text: &str) -> String {
    let words = text.split(|it: char| !it.is_alphanumeric() && it != '-');
    let words: Vec<String> = words.filter(|it| !it.is_empty()).map(str::to_lowercase).collect();
    format!(" {} ", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::looks_like;

    #[test]
    fn effort_is_known_by_its_words_and_change_is_let_be() {
        for (text, word) in [
            ("Leaflets handed out", "leaflets"),
            ("Number of sessions delivered", "sessions"),
            ("meetings held", "meetings"),
            ("Police VISITS a week, and posters", "visits"),
            ("Hours of youth work", "hours of"),
        ] {
            assert_eq!(looks_like(text), Some(word), "{text}");
        }
        for text in [
            "Young people who can name an adult they trust",
            "Incidents a week",
            "Pupils who feel safe on visits to the park",
            "Bottles and vapes found on a Monday morning",
            "Assessments", // only whole words count
            "",
        ] {
            assert_eq!(looks_like(text), None, "{text}");
        }
    }
}
