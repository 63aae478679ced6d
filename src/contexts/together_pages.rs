//! The page of what the reports of a context say together.

use actix_web::web::Path;
use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::ContextId;
use super::form_pages::{Tag, Top};
use super::goals::Amount;
use super::goals::drawing_pages::Drawing;
use super::near::{Neighbour, away};
use super::together::{Quote, Together, fullest, together};
use crate::Result;
use crate::accounts::Role;
use crate::calendar;
use crate::concerns::questions::{Question, question};
use crate::schools::Urn;
use crate::web::{Page, Policy, Routes, Visit};

const READERS: Policy = Policy::Holding(&[Role::Coordinator, Role::County]);
/// How many shades the grid has besides none.
const SHADES: usize = 4;

/// The routes of this part of the slice.
pub fn routes() -> Routes {
    Routes::new().get("/contexts/{id}/together", READERS, show)
}

async fn show(visit: Visit, id: Path<ContextId>) -> Result<Page> {
    let id = id.into_inner();
    let found = visit.write(move |deed| together(deed, id)).await?;
    visit.page("contexts/together.html", &TogetherPage::of(&found))
}

#[derive(Serialize)]
struct TogetherPage {
    top: Top,
    opening: String,
    /// Why some of it is not here; empty when all is.
    cut: String,
    times: Vec<&'static str>,
    grid: Vec<GridRow>,
    has_grid: bool,
    grid_said: String,
    harms: Vec<[String; 3]>,
    months: Vec<[String; 2]>,
    trend: Option<Drawing>,
    trend_said: String,
    quoted: Vec<Quoted>,
    schools: Vec<[String; 2]>,
    neighbours: Vec<Beside>,
}

#[derive(Serialize)]
struct GridRow {
    day: &'static str,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    count: usize,
    shade: usize,
}

#[derive(Serialize)]
struct Quoted {
    heading: &'static str,
    lines: Vec<Said>,
}

#[derive(Serialize)]
struct Said {
    words: String,
    school: String,
}

#[derive(Serialize)]
struct Beside {
    href: String,
    reference: String,
    label: String,
    tag: Tag,
    why: String,
}

impl Beside {
    fn of(it: &Neighbour) -> Self {
        let harms: Vec<String> = it.harms.iter().map(|it| it.title().to_lowercase()).collect();
        let harms = Some(harms).filter(|it| !it.is_empty());
        let harms = harms.map(|it| format!("same harm: {}", it.join(", ")));
        let why: Vec<String> = it.distance_m.map(away).into_iter().chain(harms).collect();
        Self {
            href: format!("/contexts/{}", it.context.id),
            reference: it.context.reference.clone(),
            label: it.context.label.clone(),
            tag: Tag::of(it.context.state),
            why: why.join("; "),
        }
    }
}

impl TogetherPage {
    fn of(it: &Together) -> Self {
        let quoted = [
            ("Who looks out for young people there", &it.guardians),
            ("What is good about it", &it.strengths),
            ("What young people say", &it.young_people),
        ];
        let quoted = quoted.into_iter().filter(|(_, all)| !all.is_empty());
        let months: Vec<(NaiveDate, Amount)> = it.months.iter().map(counted).collect();
        Self {
            top: Top::of(&it.context, &it.context.label),
            opening: opening(it),
            cut: cut(it),
            times: choices("times"),
            grid: grid(it),
            has_grid: it.grid.iter().flatten().any(|it| *it > 0),
            grid_said: grid_said(it),
            harms: it
                .harms
                .iter()
                .map(|it| {
                    [it.harm.title().to_owned(), it.as_main.to_string(), it.as_other.to_string()]
                })
                .collect(),
            months: it.months.iter().map(|(on, count)| [month(*on), count.to_string()]).collect(),
            trend: Drawing::of(&months),
            trend_said: trend_said(it),
            quoted: quoted
                .map(|(heading, all)| Quoted { heading, lines: lines(it, all) })
                .collect(),
            schools: schools(it),
            neighbours: it.neighbours.iter().map(Beside::of).collect(),
        }
    }
}

fn counted((on, count): &(NaiveDate, usize)) -> (NaiveDate, Amount) {
    (*on, Amount(i64::try_from(*count * 100).unwrap_or_default()))
}

fn choices(field: &str) -> Vec<&'static str> {
    let choices = question(field).map(Question::choices).unwrap_or_default();
    choices.into_iter().map(|it| it.text).collect()
}

fn reports(count: usize) -> String {
    if count == 1 { "1 report".to_owned() } else { format!("{count} reports") }
}

fn opening(it: &Together) -> String {
    let schools = match it.by_school.len() {
        1 => "1 school".to_owned(),
        count => format!("{count} schools"),
    };
    let seen = match (it.first_seen, it.last_seen) {
        (Some(first), Some(last)) => format!(
            " First seen on {}, last seen on {}.",
            calendar::long_date(first),
            calendar::long_date(last)
        ),
        (Some(first), None) => format!(" First seen on {}.", calendar::long_date(first)),
        (None, Some(last)) => format!(" Last seen on {}.", calendar::long_date(last)),
        (None, None) => String::new(),
    };
    format!("{} from {schools}.{seen}", reports(it.read))
}

fn cut(it: &Together) -> String {
    if it.read < it.all {
        format!(
            "This page speaks of {} of {}: no more are opened at a time.",
            it.read,
            reports(it.all)
        )
    } else {
        String::new()
    }
}

fn grid(it: &Together) -> Vec<GridRow> {
    let most = it.grid.iter().flatten().copied().max().unwrap_or_default().max(1);
    let cell = |count: &usize| Cell { count: *count, shade: (*count * SHADES).div_ceil(most) };
    let row = |(day, counts): (&'static str, &[usize; super::together::TIMES])| GridRow {
        day,
        cells: counts.iter().map(cell).collect(),
    };
    choices("days").into_iter().zip(&it.grid).map(row).collect()
}

/// The fullest times in words, and how many reports name none.
fn grid_said(it: &Together) -> String {
    let fullest = fullest(&it.grid, 1);
    if fullest.is_empty() {
        return "No report says on which day and at what time.".to_owned();
    }
    let unplaced = match it.unplaced {
        0 => String::new(),
        count => format!(" {} no day or no time.", said_by(count)),
    };
    format!("{fullest}{unplaced}")
}

fn said_by(count: usize) -> String {
    if count == 1 { "1 report names".to_owned() } else { format!("{count} reports name") }
}

fn trend_said(it: &Together) -> String {
    match (it.months.first(), it.months.last()) {
        (Some((first, _)), Some((last, _))) if first == last => {
            format!("All in {}.", month(*first))
        }
        (Some((first, before)), Some((last, now))) => {
            format!("{} in {}, {now} in {}.", reports(*before), month(*first), month(*last))
        }
        _ => String::new(),
    }
}

/// `November 2026`
fn month(on: NaiveDate) -> String {
    let long = calendar::long_date(on);
    let name = long.split(' ').nth(1).unwrap_or_default();
    format!("{name} {}", on.year())
}

fn lines(it: &Together, quotes: &[Quote]) -> Vec<Said> {
    let name = |urn: &Urn| it.schools.as_ref().and_then(|names| names.get(urn)).cloned();
    let line = |quote: &Quote| Said {
        words: quote.words.clone(),
        school: name(&quote.school).unwrap_or_default(),
    };
    quotes.iter().map(line).collect()
}

/// The schools by name and count; none for those who are not of the team.
fn schools(it: &Together) -> Vec<[String; 2]> {
    let Some(names) = &it.schools else { return Vec::new() };
    let mut rows: Vec<(usize, String)> = it
        .by_school
        .iter()
        .map(|(urn, count)| (*count, names.get(urn).cloned().unwrap_or_default()))
        .collect();
    rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    rows.into_iter().map(|(count, name)| [name, count.to_string()]).collect()
}
