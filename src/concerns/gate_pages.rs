//! The pages of the gate: what belongs elsewhere, and the administrator's pages about it.

use actix_web::web::{Path, Query};
use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::draft::{self, Opened};
use super::gate::{self, Gate, HelpLine, HelpLineForm};
use super::{DraftId, policy};
use crate::accounts::Role;
use crate::schools::Urn;
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar, schools};

const LEADS: Policy = Policy::Holding(&[Role::Dsl]);
const ADMINS: Policy = Policy::Holding(&[Role::Admin]);
/// The answer that leads in.
const NONE: &str = "none";

/// The routes of the gate.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/concerns/new", LEADS, ask)
        .post("/concerns/new", LEADS, pass)
        .get("/concerns/new/{gate}", LEADS, elsewhere)
        .get("/admin", ADMINS, admin)
        .get("/admin/help-lines", ADMINS, help_lines)
        .get("/admin/help-lines/{gate}", ADMINS, blank)
        .post("/admin/help-lines/{gate}", ADMINS, change)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct NewQuery {
    school: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct GateForm {
    gate: String,
    school: String,
    key: String,
}

async fn ask(visit: Visit, query: Query<NewQuery>) -> Result<Page> {
    let schools = visit.actor.schools();
    let chosen = Urn::parse(&query.school);
    match (chosen, schools.as_slice()) {
        (Some(school), _) if policy::may_raise(&visit.actor, school) => {
            gate_page(&visit, school, None)
        }
        (None, [only]) => gate_page(&visit, *only, None),
        (None, _) if query.school.is_empty() => {
            let names = visit.read(move |db, _| schools::names(db, &schools)).await?;
            let items = names.iter().map(|(urn, name)| Item::of(&urn.to_string(), name, ""));
            visit.page("concerns/report/school.html", &SchoolPage { items: items.collect() })
        }
        _ => Err(Error::NotFound),
    }
}

fn gate_page(visit: &Visit, school: Urn, fault: Option<&'static str>) -> Result<Page> {
    let mut errors = FormErrors::default();
    if let Some(fault) = fault {
        errors.add("gate", fault);
    }
    let mut items: Vec<Item> =
        Gate::ALL.iter().map(|it| Item::of(it.as_str(), it.title(), "")).collect();
    items.push(Item { divider: "or", ..Item::of("", "", "") });
    let none = "None of these: it is about a place or a group";
    items.push(Item::of(
        NONE,
        none,
        "Where young people are, or whom they are with, is harming them",
    ));
    let page =
        GatePage { items, school: school.to_string(), key: DraftId::random().to_string(), errors };
    visit.page("concerns/report/gate.html", &page)
}

async fn pass(visit: Visit, form: Form<GateForm>) -> Result<Reply> {
    let Form(form) = form;
    let school = Urn::parse(&form.school).filter(|it| policy::may_raise(&visit.actor, *it));
    let school = school.ok_or(Error::NotFound)?;
    if let Some(gate) = Gate::parse(&form.gate) {
        visit.write(move |deed| gate::turn_away(deed, gate)).await?;
        return Ok(redirect(format!("/concerns/new/{}?school={school}", gate.as_str())));
    }
    if form.gate != NONE {
        return Ok(Reply::Again(gate_page(&visit, school, Some("Choose what it is about"))?));
    }
    let key = DraftId::parse(&form.key).ok_or(Error::NotFound)?;
    match visit.write(move |deed| draft::begin(deed, key, school)).await? {
        Opened::Draft(_) => Ok(redirect(format!("/concerns/drafts/{key}"))),
        Opened::Sent(concern) => Ok(redirect(format!("/concerns/{concern}/sent"))),
    }
}

async fn elsewhere(visit: Visit, gate: Path<String>, query: Query<NewQuery>) -> Result<Page> {
    let gate = Gate::parse(&gate).ok_or(Error::NotFound)?;
    let school = Urn::parse(&query.school).filter(|it| policy::may_raise(&visit.actor, *it));
    let school = school.ok_or(Error::NotFound)?;
    let line = visit.read(move |db, _| gate::help_line(db, gate)).await?;
    let page = ElsewherePage {
        title: gate.title(),
        telephone: line.number().to_owned(),
        checked: line.checked(),
        sentence: line.sentence,
        way_in: NONE,
        back: format!("/concerns/new?school={school}"),
        school: school.to_string(),
        key: DraftId::random().to_string(),
    };
    visit.page("concerns/report/elsewhere.html", &page)
}

async fn admin(visit: Visit) -> Result<Page> {
    let today = calendar::day((visit.app.clock)());
    let counts = visit.read(move |db, _| gate::counts(db, today)).await?;
    let rows = counts.iter().map(|(gate, count)| CountRow { title: gate.title(), count: *count });
    let page = AdminPage { year: today.year(), rows: rows.collect() };
    visit.page("concerns/gate/admin.html", &page)
}

async fn help_lines(visit: Visit) -> Result<Page> {
    let lines = visit.read(|db, _| gate::help_lines(db)).await?;
    let lines = lines.iter().map(LineRow::of).collect();
    visit.page("concerns/gate/help-lines.html", &HelpLinesPage { lines })
}

async fn blank(visit: Visit, gate: Path<String>) -> Result<Page> {
    let gate = Gate::parse(&gate).ok_or(Error::NotFound)?;
    let line = visit.read(move |db, _| gate::help_line(db, gate)).await?;
    let page = HelpLinePage::of(gate, HelpLineForm::of(&line), FormErrors::default());
    visit.page("concerns/gate/help-line.html", &page)
}

async fn change(visit: Visit, gate: Path<String>, form: Form<HelpLineForm>) -> Result<Reply> {
    let gate = Gate::parse(&gate).ok_or(Error::NotFound)?;
    let today = calendar::day((visit.app.clock)());
    let line = match form.0.check(gate, today) {
        Ok(line) => line,
        Err(errors) => {
            let page = HelpLinePage::of(gate, form.0, errors);
            return visit.again("concerns/gate/help-line.html", &page);
        }
    };
    visit.write(move |deed| gate::change_help_line(deed, &line)).await?;
    Ok(redirect("/admin/help-lines"))
}

/// Something that can be chosen.
#[derive(Debug, Serialize)]
pub(super) struct Item {
    pub value: String,
    pub text: String,
    pub hint: String,
    /// Between two choices, instead of one: “or”.
    pub divider: &'static str,
}

impl Item {
    pub(super) fn of(value: &str, text: &str, hint: &str) -> Self {
        let (value, text, hint) = (value.to_owned(), text.to_owned(), hint.to_owned());
        Self { value, text, hint, divider: "" }
    }
}

#[derive(Serialize)]
struct SchoolPage {
    items: Vec<Item>,
}

#[derive(Serialize)]
struct GatePage {
    items: Vec<Item>,
    school: String,
    key: String,
    errors: FormErrors,
}

#[derive(Serialize)]
struct ElsewherePage {
    title: &'static str,
    sentence: String,
    telephone: String,
    checked: String,
    way_in: &'static str,
    back: String,
    school: String,
    key: String,
}

#[derive(Serialize)]
struct AdminPage {
    year: i32,
    rows: Vec<CountRow>,
}

#[derive(Serialize)]
struct CountRow {
    title: &'static str,
    count: i64,
}

#[derive(Serialize)]
struct HelpLinesPage {
    lines: Vec<LineRow>,
}

#[derive(Serialize)]
struct LineRow {
    title: &'static str,
    sentence: String,
    telephone: String,
    checked_on: String,
    href: String,
}

impl LineRow {
    fn of(line: &HelpLine) -> Self {
        Self {
            title: line.gate.title(),
            sentence: line.sentence.clone(),
            telephone: if line.is_set() {
                line.telephone.clone()
            } else {
                "Not entered yet".to_owned()
            },
            checked_on: if line.is_set() {
                calendar::long_date(line.checked_on)
            } else {
                "Never".to_owned()
            },
            href: format!("/admin/help-lines/{}", line.gate.as_str()),
        }
    }
}

#[derive(Serialize)]
struct HelpLinePage {
    gate: &'static str,
    title: &'static str,
    sentence: String,
    telephone: String,
    day: String,
    month: String,
    year: String,
    errors: FormErrors,
}

impl HelpLinePage {
    fn of(gate: Gate, form: HelpLineForm, errors: FormErrors) -> Self {
        Self {
            gate: gate.as_str(),
            title: gate.title(),
            sentence: form.sentence,
            telephone: form.telephone,
            day: form.checked_on_day,
            month: form.checked_on_month,
            year: form.checked_on_year,
            errors,
        }
    }
}
