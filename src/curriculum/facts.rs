//! The front matter of a lesson: what it is about, for whom, on what ground.

use chrono::NaiveDate;

use super::Placed;
use super::fields::Fields;
use super::report::Faults;
use super::words::{Content, Context, EarlyGoal, Reason};

#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "four independent answers of the front matter")]
pub struct Facts {
    pub title: Placed<String>,
    pub years: Placed<String>,
    pub minutes: Placed<u32>,
    pub objective: String,
    pub outcomes: Vec<Placed<String>>,
    pub key_knowledge: Vec<Placed<String>>,
    /// Codes of the statutory points.
    pub statutory: Vec<Placed<String>>,
    pub early_goals: Vec<Placed<EarlyGoal>>,
    /// Sex education in law: parents may ask to withdraw from that alone.
    pub is_sex_education: bool,
    pub contexts: Vec<Context>,
    /// Whether it looks at a place or a group.
    pub is_about_a_place: bool,
    pub needs_training: bool,
    pub is_not_for_cover: bool,
    pub sources: Vec<Placed<String>>,
    pub licence: Placed<String>,
    pub version: Placed<String>,
    pub reviewed_on: Placed<NaiveDate>,
    pub vocabulary: Vec<Term>,
    pub guidance: Vec<Guidance>,
    pub misconceptions: Vec<Misconception>,
    pub signposting: Vec<Helpline>,
    pub changes: Vec<Change>,
}

#[derive(Debug)]
pub struct Term {
    pub term: Placed<String>,
    pub meaning: String,
}

#[derive(Debug)]
pub struct Guidance {
    pub about: Content,
    /// 1 is gentle; 5 needs preparation and a second adult.
    pub level: u8,
    pub note: String,
}

#[derive(Debug)]
pub struct Misconception {
    pub says: String,
    pub answer: String,
}

#[derive(Debug)]
pub struct Helpline {
    pub name: String,
    pub telephone: Placed<String>,
    pub for_whom: String,
    pub checked_on: Placed<NaiveDate>,
}

#[derive(Debug)]
pub struct Change {
    pub version: String,
    pub made_on: Placed<NaiveDate>,
    pub what: String,
    pub why: Reason,
}

impl Facts {
    /// Reads every field, and says of each what is wrong with it alone.
    pub fn read(mut fields: Fields<'_>, faults: &mut Faults<'_>) -> Self {
        let it = &mut fields;
        let facts = Self {
            title: it.text("title", faults),
            years: it.text("years", faults),
            minutes: it.number("minutes", faults),
            objective: it.text("objective", faults).value,
            outcomes: it.texts("outcomes", faults),
            key_knowledge: it.texts("key_knowledge", faults),
            statutory: it.texts("statutory", faults),
            early_goals: early_goals(it, faults),
            is_sex_education: it.yes_or_no("sex_education", faults),
            contexts: contexts(it, faults),
            is_about_a_place: it.yes_or_no("place_or_group", faults),
            needs_training: it.yes_or_no("staff_training", faults),
            is_not_for_cover: it.yes_or_no("not_for_cover", faults),
            sources: it.texts("sources", faults),
            licence: it.text("licence", faults),
            version: it.text("version", faults),
            reviewed_on: it.date("reviewed_on", faults),
            vocabulary: rows(it, "vocabulary", faults, term),
            guidance: rows(it, "guidance", faults, guidance),
            misconceptions: rows(it, "misconceptions", faults, misconception),
            signposting: rows(it, "signposting", faults, helpline),
            changes: rows(it, "changes", faults, change),
        };
        fields.close(faults);
        facts
    }
}

fn rows<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    faults: &mut Faults<'_>,
    row: impl Fn(&mut Fields<'_>, &mut Faults<'_>) -> T,
) -> Vec<T> {
    let mut rows = Vec::new();
    for mut table in fields.tables(name, faults) {
        rows.push(row(&mut table, faults));
        table.close(faults);
    }
    rows
}

fn early_goals(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Vec<Placed<EarlyGoal>> {
    let mut found = Vec::new();
    for Placed { line, value } in fields.texts_if_any("early_goals", faults) {
        match EarlyGoal::parse(&value) {
            Some(goal) => found.push(Placed { line, value: goal }),
            None => unknown(faults, line, ("early goal", &value), &EarlyGoal::codes()),
        }
    }
    found
}

fn contexts(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Vec<Context> {
    let mut found = Vec::new();
    for Placed { line, value } in fields.texts("contexts", faults) {
        match Context::parse(&value) {
            Some(context) => found.push(context),
            None => unknown(faults, line, ("context", &value), &Context::codes()),
        }
    }
    found
}

fn unknown(faults: &mut Faults<'_>, line: usize, (kind, code): (&str, &str), known: &str) {
    if !code.is_empty() {
        faults.say(line, format!("`{code}` is no {kind}; it is one of: {known}"));
    }
}

fn term(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Term {
    Term { term: fields.text("term", faults), meaning: fields.text("meaning", faults).value }
}

fn guidance(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Guidance {
    let code = fields.text("code", faults);
    let about = Content::parse(&code).unwrap_or_else(|| {
        unknown(faults, code.line, ("content code", &code), &Content::codes());
        Content::Nothing
    });
    let level = fields.number("level", faults);
    let level_in_range = u8::try_from(*level).ok().filter(|it| (1..=5).contains(it));
    if level_in_range.is_none() {
        faults.say(level.line, format!("the level is {}; it goes from 1 to 5", *level));
    }
    let note = fields.text("note", faults).value;
    Guidance { about, level: level_in_range.unwrap_or(1), note }
}

fn misconception(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Misconception {
    Misconception {
        says: fields.text("says", faults).value,
        answer: fields.text("answer", faults).value,
    }
}

fn helpline(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Helpline {
    Helpline {
        name: fields.text("name", faults).value,
        telephone: fields.text("telephone", faults),
        for_whom: fields.text("for_whom", faults).value,
        checked_on: fields.date("checked_on", faults),
    }
}

fn change(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Change {
    let version = fields.text("version", faults).value;
    let made_on = fields.date("date", faults);
    let what = fields.text("what", faults).value;
    let why = fields.text("why", faults);
    let reason = Reason::parse(&why).unwrap_or_else(|| {
        unknown(faults, why.line, ("reason", &why), &Reason::codes());
        Reason::Wording
    });
    Change { version, made_on, what, why: reason }
}
