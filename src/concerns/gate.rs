//! The gate: what does not belong here is shown where it belongs, and counted. Who asked is not written down.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::draft_queries;
use crate::accounts::Role;
use crate::audit::Event;
use crate::deed::Deed;
use crate::store::{Db, text_enum};
use crate::web::FormErrors;
use crate::{Error, Result, calendar};

text_enum! {
    /// An answer that leads elsewhere.
    pub enum Gate {
        Danger = "danger",
        NamedChild = "named_child",
        AdultAllegation = "adult_allegation",
        Crime = "crime",
        Radicalisation = "radicalisation",
        MissingChild = "missing_child",
    }
}

impl Gate {
    /// As the gate asks it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Danger => "Somebody is in danger now",
            Self::NamedChild => "A named child is at risk of significant harm",
            Self::AdultAllegation => "An allegation about an adult who works with children",
            Self::Crime => "A crime that has happened",
            Self::Radicalisation => "Somebody may be being radicalised",
            Self::MissingChild => "A child is missing",
        }
    }
}

/// Where an answer belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLine {
    pub gate: Gate,
    pub sentence: String,
    pub telephone: String,
    /// When somebody last made sure of it.
    pub checked_on: NaiveDate,
}

impl HelpLine {
    /// False until the council has entered its own number.
    pub fn is_set(&self) -> bool {
        !self.telephone.is_empty()
    }

    /// The number, or what to do without one.
    pub fn number(&self) -> &str {
        if self.is_set() { &self.telephone } else { "Ask your council’s switchboard" }
    }

    /// When somebody made sure of the number, as a sentence.
    pub fn checked(&self) -> String {
        if self.is_set() {
            return format!(
                "This number was last checked on {}.",
                calendar::long_date(self.checked_on)
            );
        }
        "The council has not entered its number here yet. Please tell whoever looks after this service.".to_owned()
    }
}

/// Counts an answer that leads elsewhere.
pub fn turn_away(deed: &mut Deed, gate: Gate) -> Result<()> {
    draft_queries::count_gate(deed.db, gate, deed.today())
}

/// Where an answer belongs.
pub fn help_line(db: &mut Db, gate: Gate) -> Result<HelpLine> {
    help_lines(db)?.into_iter().find(|it| it.gate == gate).ok_or(Error::NotFound)
}

/// Where each answer belongs, in the order of the gate.
pub fn help_lines(db: &mut Db) -> Result<Vec<HelpLine>> {
    let mut lines = draft_queries::help_lines(db)?;
    lines.sort_by_key(|it| it.gate);
    Ok(lines)
}

/// How often each answer was given in the year of a day.
pub fn counts(db: &mut Db, today: NaiveDate) -> Result<Vec<(Gate, i64)>> {
    let first = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    let counted = draft_queries::gate_counts(db, first, today)?;
    let count = |gate: &Gate| {
        (*gate, counted.iter().filter(|it| it.0 == *gate).map(|it| i64::from(it.1)).sum())
    };
    Ok(Gate::ALL.iter().map(count).collect())
}

/// A help line as an administrator's page sends it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HelpLineForm {
    pub sentence: String,
    pub telephone: String,
    pub checked_on_day: String,
    pub checked_on_month: String,
    pub checked_on_year: String,
}

impl HelpLineForm {
    /// The page's fields, filled with what is kept.
    pub fn of(line: &HelpLine) -> Self {
        Self {
            sentence: line.sentence.clone(),
            telephone: line.telephone.clone(),
            checked_on_day: line.checked_on.day().to_string(),
            checked_on_month: line.checked_on.month().to_string(),
            checked_on_year: line.checked_on.year().to_string(),
        }
    }

    /// The help line, or every fault.
    pub fn check(&self, gate: Gate, today: NaiveDate) -> Result<HelpLine, FormErrors> {
        let mut errors = FormErrors::default();
        let (sentence, telephone) = (self.sentence.trim(), self.telephone.trim());
        if sentence.is_empty() || sentence.chars().count() > 300 {
            errors.add(
                "sentence",
                "Say in one sentence of at most 300 characters where this belongs",
            );
        }
        if !telephone.chars().any(|it| it.is_ascii_digit()) || telephone.chars().count() > 100 {
            errors.add("telephone", "Enter a telephone number, with at most 100 characters");
        }
        let parts =
            (self.checked_on_year.trim(), self.checked_on_month.trim(), self.checked_on_day.trim());
        let day = match (parts.0.parse(), parts.1.parse(), parts.2.parse()) {
            (Ok(year), Ok(month), Ok(day)) => NaiveDate::from_ymd_opt(year, month, day),
            _ => None,
        };
        match day.filter(|it| it.year() > 1999) {
            None => errors.add("checked_on", "Enter a real date, such as 27 9 2026"),
            Some(day) if day > today => {
                errors.add("checked_on", "The date of the check must be today or in the past");
            }
            Some(checked_on) if errors.is_empty() => {
                let (sentence, telephone) = (sentence.to_owned(), telephone.to_owned());
                return Ok(HelpLine { gate, sentence, telephone, checked_on });
            }
            Some(_) => {}
        }
        Err(errors)
    }
}

/// Changes where an answer belongs.
pub fn change_help_line(deed: &mut Deed, line: &HelpLine) -> Result<()> {
    if !deed.by.is(Role::Admin) {
        return Err(Error::Forbidden);
    }
    draft_queries::change_help_line(deed.db, line)?;
    deed.record(Event::HelpLineChanged, line.gate.as_str(), None)
}
