//! Front matter, field by field: each with its line, each fault named and none hiding another.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Placed;
use super::report::Faults;

/// Tells the line of an offset.
pub struct Lines {
    starts: Vec<usize>,
    first: usize,
}

impl Lines {
    pub fn of(text: &str, first: usize) -> Self {
        Self { starts: text.match_indices('\n').map(|(at, _)| at).collect(), first }
    }

    pub fn at(&self, offset: usize) -> usize {
        self.first + self.starts.partition_point(|it| *it < offset)
    }
}

/// One table of TOML and which of its fields have been asked for.
pub struct Fields<'t> {
    table: &'t DeTable<'t>,
    lines: &'t Lines,
    line: usize,
    asked: BTreeSet<&'static str>,
}

/// Parses `text`, naming everything that is not TOML.
pub fn parse<'t>(text: &'t str, lines: &Lines, faults: &mut Faults<'_>) -> Spanned<DeTable<'t>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = lines.at(error.span().map_or(0, |it| it.start));
        faults.say(line, format!("not TOML: {}", error.message()));
    }
    table
}

impl<'t> Fields<'t> {
    pub fn new(table: &'t DeTable<'t>, lines: &'t Lines, line: usize) -> Self {
        Self { table, lines, line, asked: BTreeSet::new() }
    }

    /// The line on which the table begins.
    pub fn line(&self) -> usize {
        self.line
    }

    pub fn text(&mut self, name: &'static str, faults: &mut Faults<'_>) -> Placed<String> {
        let Some(found) = self.needed(name, faults) else { return self.nothing() };
        let line = self.lines.at(found.span().start);
        text_of(found, line, name, faults)
    }

    pub fn number(&mut self, name: &'static str, faults: &mut Faults<'_>) -> Placed<u32> {
        let Some(found) = self.needed(name, faults) else { return self.nothing() };
        let line = self.lines.at(found.span().start);
        let number = found.get_ref().as_integer().and_then(|it| it.as_str().parse().ok());
        if number.is_none() {
            faults.say(line, format!("`{name}` must be a whole number"));
        }
        Placed { line, value: number.unwrap_or_default() }
    }

    pub fn yes_or_no(&mut self, name: &'static str, faults: &mut Faults<'_>) -> bool {
        let Some(found) = self.needed(name, faults) else { return false };
        let answer = found.get_ref().as_bool();
        if answer.is_none() {
            let line = self.lines.at(found.span().start);
            faults.say(line, format!("`{name}` must be true or false"));
        }
        answer.unwrap_or_default()
    }

    pub fn date(&mut self, name: &'static str, faults: &mut Faults<'_>) -> Placed<NaiveDate> {
        let Some(found) = self.needed(name, faults) else { return self.nothing() };
        let line = self.lines.at(found.span().start);
        let date = found.get_ref().as_datetime().filter(|it| it.time.is_none()).and_then(|it| {
            let date = it.date?;
            NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
        });
        if date.is_none() {
            faults.say(line, format!("`{name}` must be a date such as 2026-09-01"));
        }
        Placed { line, value: date.unwrap_or_default() }
    }

    /// A list of texts that must be there, if only empty.
    pub fn texts(&mut self, name: &'static str, faults: &mut Faults<'_>) -> Vec<Placed<String>> {
        let Some(found) = self.needed(name, faults) else { return Vec::new() };
        self.list(found, name, faults)
    }

    /// A list of texts that may be left out.
    pub fn texts_if_any(
        &mut self,
        name: &'static str,
        faults: &mut Faults<'_>,
    ) -> Vec<Placed<String>> {
        let Some(found) = self.find(name) else { return Vec::new() };
        self.list(found, name, faults)
    }

    /// The tables `[[name]]`; none at all is for the caller to judge.
    pub fn tables(&mut self, name: &'static str, faults: &mut Faults<'_>) -> Vec<Fields<'t>> {
        let Some(found) = self.find(name) else { return Vec::new() };
        let line = self.lines.at(found.span().start);
        let Some(all) = found.get_ref().as_array() else {
            faults.say(line, format!("`{name}` must be written as [[{name}]] tables"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in all {
            let line = self.lines.at(item.span().start);
            match item.get_ref().as_table() {
                Some(table) => tables.push(Self::new(table, self.lines, line)),
                None => faults.say(line, format!("`{name}` must be written as [[{name}]] tables")),
            }
        }
        tables
    }

    /// Names every field that nobody asked for.
    pub fn close(self, faults: &mut Faults<'_>) {
        for name in self.table.keys().filter(|it| !self.asked.contains(it.get_ref().as_ref())) {
            let line = self.lines.at(name.span().start);
            faults.say(line, format!("unknown field `{}`", name.get_ref()));
        }
    }

    fn find(&mut self, name: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.insert(name);
        self.table.get(name)
    }

    fn needed(
        &mut self,
        name: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<&'t Spanned<DeValue<'t>>> {
        let found = self.find(name);
        if found.is_none() {
            faults.say(self.line, format!("the field `{name}` is missing"));
        }
        found
    }

    fn list(
        &self,
        found: &'t Spanned<DeValue<'t>>,
        name: &str,
        faults: &mut Faults<'_>,
    ) -> Vec<Placed<String>> {
        let line = self.lines.at(found.span().start);
        let Some(all) = found.get_ref().as_array() else {
            faults.say(line, format!("`{name}` must be a list of texts"));
            return Vec::new();
        };
        let line = |it: &Spanned<DeValue<'t>>| self.lines.at(it.span().start);
        all.iter().map(|it| text_of(it, line(it), name, faults)).collect()
    }

    fn nothing<T: Default>(&self) -> Placed<T> {
        Placed { line: self.line, value: T::default() }
    }
}

fn text_of(
    found: &Spanned<DeValue<'_>>,
    line: usize,
    name: &str,
    faults: &mut Faults<'_>,
) -> Placed<String> {
    let text = found.get_ref().as_str().map(str::trim);
    match text {
        None => faults.say(line, format!("`{name}` must be text in quotes")),
        Some("") => faults.say(line, format!("`{name}` is empty")),
        Some(_) => {}
    }
    Placed { line, value: text.unwrap_or_default().to_owned() }
}
