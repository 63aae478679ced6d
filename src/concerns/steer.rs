//! Personal data is steered out: what in a text looks like it, and what to write instead.
//!
//! It looks and never decides: whoever writes can keep what it finds, with a reason.

use chrono::{Datelike, NaiveDate};

use super::names;

/// What something looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It has a given name in it, or a title.
    Name,
    /// Two or more words with capitals that no place is known by.
    PerhapsName,
    BirthDate,
    Upn,
    NhsNumber,
    Telephone,
    Registration,
    Handle,
}

/// Something that looks like personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    pub what: What,
    /// As it stands in the text.
    pub found: String,
    /// What to write in its place.
    pub instead: &'static str,
}

impl What {
    /// With an article, after “looks like”.
    pub fn title(self) -> &'static str {
        match self {
            Self::Name => "a name",
            Self::PerhapsName => "the name of a person",
            Self::BirthDate => "a date of birth",
            Self::Upn => "a unique pupil number",
            Self::NhsNumber => "an NHS number",
            Self::Telephone => "a telephone number",
            Self::Registration => "a vehicle registration",
            Self::Handle => "a social media account or an e-mail address",
        }
    }

    fn instead(self) -> &'static str {
        match self {
            Self::Name | Self::PerhapsName => {
                "say who it is without the name, for example “a Year 9 pupil”, “pupil A”, “a man of about 30”"
            }
            Self::BirthDate => {
                "give an age or a year group, for example “aged about 14” or “Year 9”"
            }
            Self::Upn | Self::NhsNumber => "leave it out here: it belongs in the child’s referral",
            Self::Telephone => "leave it out here: a number that matters goes to the police on 101",
            Self::Registration => {
                "describe the vehicle, for example “a dark blue hatchback”, and give its number to the police on 101"
            }
            Self::Handle => "name the app alone, for example “a private Snapchat account”",
        }
    }
}

/// At most this many are shown for one text.
const FLAGS_MAX: usize = 20;

/// What in `text` looks like personal data, each once. A date is taken for a date of birth when it says so or would make
/// somebody of school age on `today`.
pub fn flags(text: &str, today: NaiveDate) -> Vec<Flag> {
    let mut found: Vec<Flag> = Vec::new();
    for (what, text) in text.lines().flat_map(|line| looks(line, today)) {
        let is_known = found.iter().any(|it| it.found == text);
        if !is_known && found.len() < FLAGS_MAX {
            found.push(Flag { what, found: text, instead: what.instead() });
        }
    }
    found
}

/// What in a line looks like something.
fn looks(line: &str, today: NaiveDate) -> Vec<(What, String)> {
    let pieces: Vec<&str> = line.split_whitespace().collect();
    let name = |is_sure: bool| if is_sure { What::Name } else { What::PerhapsName };
    let mut found = numbers(&pieces);
    found.extend(dates(&pieces, today).into_iter().map(|text| (What::BirthDate, text)));
    found.extend(registrations(&pieces).into_iter().map(|text| (What::Registration, text)));
    found.extend(handles(&pieces).into_iter().map(|text| (What::Handle, text)));
    found.extend(names::people(line).into_iter().map(|(is_sure, text)| (name(is_sure), text)));
    found
}

/// Without the punctuation around it, and without a possessive ending.
fn bare(piece: &str) -> &str {
    names::without_possessive(piece)
        .trim_matches(|it: char| !it.is_alphanumeric() && it != '@' && it != '_' && it != '+')
}

/// True if something ends behind this piece: a comma, a full stop.
pub(super) fn ends(piece: &str) -> bool {
    piece.ends_with([',', '.', ';', ':', '!', '?', ')', '”', '"'])
}

/// Numbers that mean a person: UPN, NHS number, telephone.
fn numbers(pieces: &[&str]) -> Vec<(What, String)> {
    let is_numeric = |piece: &str| {
        piece.chars().any(|it| it.is_ascii_digit())
            && piece.chars().all(|it| it.is_ascii_digit() || "+-().,;:!?".contains(it))
    };
    let mut found = Vec::new();
    let mut rest = pieces;
    while let Some((first, after)) = rest.split_first() {
        if is_upn(bare(first)) {
            found.push((What::Upn, bare(first).to_owned()));
        }
        let mut length = 0;
        for piece in rest.iter().take_while(|it| is_numeric(it)) {
            length += 1;
            if ends(piece) && !piece.ends_with(')') {
                break;
            }
        }
        let (run, behind) = rest.split_at(length);
        let text = run.join(" ");
        if let Some(what) = number(&text) {
            found.push((what, text.trim_end_matches(['.', ',', ';', ':', '!', '?']).to_owned()));
        }
        rest = if run.is_empty() { after } else { behind };
    }
    found
}

/// What a row of digits is, if it is one of those.
fn number(text: &str) -> Option<What> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = match () {
        () if text.starts_with("+44") => digits.strip_prefix("44"),
        () if digits.starts_with("0044") => digits.strip_prefix("0044"),
        () => digits.strip_prefix('0'),
    };
    if let Some(national) = national {
        let length = national.trim_start_matches('0').len();
        return (length == 9 || length == 10).then_some(What::Telephone);
    }
    is_nhs_number(&digits).then_some(What::NhsNumber)
}

/// Ten digits; the last follows from the others, modulo 11 (NHS Data Dictionary).
fn is_nhs_number(digits: &str) -> bool {
    let digits: Vec<u32> = digits.chars().filter_map(|it| it.to_digit(10)).collect();
    let Some((last, others)) = digits.split_last().filter(|(_, others)| others.len() == 9) else {
        return false;
    };
    let sum: u32 = others.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    // Eleven stands for nought; ten is not given out.
    (11 - sum % 11) % 11 == *last
}

/// A check letter, eleven digits, and a digit or (in a temporary number) a letter (Department for Education, UPN guide).
fn is_upn(text: &str) -> bool {
    const LETTERS: &str = "ABCDEFGHJKLMNPQRTUVWXYZ";
    let text = text.to_ascii_uppercase();
    let mut places = text.chars();
    let Some(check) = places.next().and_then(|it| LETTERS.find(it)) else { return false };
    let rest: Vec<char> = places.collect();
    let Some((last, digits)) = rest.split_last().filter(|(_, digits)| digits.len() == 11) else {
        return false;
    };
    let last = match last.to_digit(10) {
        Some(digit) => Some(digit),
        None => LETTERS.find(*last).and_then(|it| u32::try_from(it).ok()),
    };
    let digits: Option<Vec<u32>> = digits.iter().map(|it| it.to_digit(10)).collect();
    let Some((digits, last)) = digits.zip(last) else { return false };
    let weighted = digits.into_iter().chain([last]).zip(2..).map(|(digit, weight)| digit * weight);
    usize::try_from(weighted.sum::<u32>() % 23).is_ok_and(|it| it == check)
}

/// Dates that look like the birth of somebody of school age, or are said to be one.
fn dates(pieces: &[&str], today: NaiveDate) -> Vec<String> {
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let rest = pieces.get(at..).unwrap_or_default();
        let Some((year, length)) = date(rest) else { continue };
        let before = pieces.get(at.saturating_sub(4)..at).unwrap_or_default();
        let is_said = before.iter().chain([piece]).any(|it| {
            let word = it.to_lowercase().replace('.', "");
            ["born", "birth", "dob", "birthday"].iter().any(|cue| word.trim_matches(':') == *cue)
        });
        let age = today.year() - year;
        if is_said || (3..=20).contains(&age) {
            found.push(bare(&rest.get(..length).unwrap_or_default().join(" ")).to_owned());
        }
    }
    found
}

/// The year of the date that these pieces begin with, and of how many pieces it is made.
fn date(pieces: &[&str]) -> Option<(i32, usize)> {
    let word = |at: usize| pieces.get(at).map(|it| bare(it));
    let parts: Vec<&str> = word(0)?.split(['/', '-', '.']).collect();
    if let [first, second, third] = parts.as_slice() {
        let (day, year) = if first.len() == 4 { (third, first) } else { (first, third) };
        return Some((day_month_year(day, second, year)?, 1));
    }
    // 3 March 2012, and March 3, 2012
    match (word(0)?, word(1)?, word(2)?) {
        (day, month, year) if month_of(month).is_some() => {
            Some((day_month_year(ordinal(day), month, year)?, 3))
        }
        (month, day, year) if month_of(month).is_some() => {
            Some((day_month_year(ordinal(day), month, year)?, 3))
        }
        _ => None,
    }
}

fn ordinal(day: &str) -> &str {
    day.trim_end_matches(|it: char| it.is_ascii_alphabetic())
}

/// The year, in full, if these make a date.
fn day_month_year(day: &str, month: &str, year: &str) -> Option<i32> {
    let month = month_of(month).or_else(|| month.parse().ok())?;
    let short: i32 = year.parse().ok().filter(|_| year.len() == 2 || year.len() == 4)?;
    let year = match year.len() {
        2 if short < 50 => 2000 + short,
        2 => 1900 + short,
        _ => short,
    };
    NaiveDate::from_ymd_opt(year, month, day.parse().ok()?).map(|_| year)
}

fn month_of(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let word = word.to_lowercase();
    let is_word = word.len() >= 3 && word.chars().all(char::is_alphabetic);
    let known = MONTHS.iter().position(|it| is_word && word.starts_with(it))?;
    u32::try_from(known + 1).ok()
}

/// Number plates: those since 2001 and the two kinds before.
fn registrations(pieces: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let one = bare(piece);
        if is_plate(one) || (one.len() == 7 && shape(&one.to_ascii_uppercase()) == "AA99AAA") {
            found.push(one.to_owned());
        }
        let next = pieces.get(at + 1).map(|it| bare(it)).filter(|_| !ends(piece));
        if let Some(next) = next.filter(|next| is_plate(&format!("{one} {next}"))) {
            found.push(format!("{one} {next}"));
        }
    }
    found
}

fn is_plate(text: &str) -> bool {
    const SHAPES: [&str; 6] = ["AA99AAA", "AA99 AAA", "A999AAA", "A999 AAA", "AAA999A", "AAA 999A"];
    SHAPES.contains(&shape(text).as_str())
}

/// Capitals as `A`, digits as `9`, everything else as it is.
fn shape(text: &str) -> String {
    let sign = |it: char| match it {
        it if it.is_ascii_uppercase() => 'A',
        it if it.is_ascii_digit() => '9',
        other => other,
    };
    text.chars().map(sign).collect()
}

/// Accounts and addresses: what begins with or contains an @, and what follows the name of an app.
fn handles(pieces: &[&str]) -> Vec<String> {
    const APPS: [&str; 16] = [
        "snap",
        "snapchat",
        "insta",
        "instagram",
        "tiktok",
        "discord",
        "telegram",
        "whatsapp",
        "username",
        "gamertag",
        "psn",
        "roblox",
        "twitter",
        "facebook",
        "handle",
        "account",
    ];
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let word = bare(piece);
        let is_address = word.find('@').is_some_and(|it| word.len() > it + 2);
        let before = pieces.get(at.saturating_sub(3)..at).unwrap_or_default();
        let is_after_app = before.iter().any(|it| APPS.contains(&bare(it).to_lowercase().as_str()));
        if is_address || (is_after_app && is_account(word)) {
            found.push(word.to_owned());
        }
    }
    found
}

/// Letters together with digits, underscores or full stops: nobody writes words like that.
fn is_account(word: &str) -> bool {
    let has = |what: fn(char) -> bool| word.chars().any(what);
    let is_odd = has(|it| it.is_ascii_digit() || it == '_' || it == '.');
    word.len() >= 4 && has(char::is_alphabetic) && is_odd && !word.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(What, String)> {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a date");
        flags(text, today).into_iter().map(|it| (it.what, it.found)).collect()
    }

    #[test]
    fn numbers_that_mean_a_person_are_found() {
        for (text, what, part) in [
            ("his UPN is H801200001001, she said", What::Upn, "H801200001001"),
            ("NHS 943 476 5919.", What::NhsNumber, "943 476 5919"),
            ("call 01632 960 101, or not", What::Telephone, "01632 960 101"),
            ("on +44 7700 900123", What::Telephone, "+44 7700 900123"),
            ("a red van, AB12 CDE, was there", What::Registration, "AB12 CDE"),
            ("a van (ab12cde)", What::Registration, "ab12cde"),
            ("born 3/4/2012", What::BirthDate, "3/4/2012"),
            ("(3rd March 2012)", What::BirthDate, "3rd March 2012"),
            ("DOB: 12.05.25", What::BirthDate, "12.05.25"),
            ("write to @sunny_dave2", What::Handle, "@sunny_dave2"),
            ("his snap is kez.11x", What::Handle, "kez.11x"),
            ("at someone@example.org.", What::Handle, "someone@example.org"),
        ] {
            assert_eq!(found(text), [(what, part.to_owned())], "{text}");
        }
    }

    #[test]
    fn ordinary_figures_are_left_alone() {
        for text in [
            "about 15 pupils of Years 9 and 10 on 3 December 2025, at 15:30",
            "near RH10 1AA, grid reference TQ 268 365, or 51.1132, -0.1872",
            "bus 10, the A2219 and the M23; 999 or 101 was called; E07000226",
            "£20 notes, 2 or 3 times; 19/11/2026; NHS 943 476 5918; A801200001001",
            "an Instagram account, a private Snapchat group and a TikTok video",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
