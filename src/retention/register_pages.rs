//! The register of a year: what was deleted, by kind, rule and team, as a page and as a file.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Path;
use serde::Serialize;

use super::tombstones::{self, Entry};
use crate::accounts::Role;
use crate::documents::sheet;
use crate::web::{Page, Policy, Routes, Visit};
use crate::{Error, Result};

const OVERSIGHT: Policy = Policy::Holding(&[Role::County, Role::Admin]);
/// Who takes it away.
const TAKERS: Policy = Policy::Proved(&[Role::County, Role::Admin]);
const HEAD: [&str; 4] = ["Kind", "Rule", "Team", "Deleted"];

/// The routes of the register.
pub(super) fn routes() -> Routes {
    Routes::new().get("/admin/retention/{year}.csv", TAKERS, export).get(
        "/admin/retention/{year}",
        OVERSIGHT,
        show,
    )
}

async fn show(visit: Visit, year: Path<i32>) -> Result<Page> {
    let year = year.into_inner();
    let entries = read(&visit, year).await?;
    let total: i64 = entries.iter().map(|it| it.count).sum();
    let rows = entries
        .iter()
        .map(|it| cells(it).map(Cell::text))
        .map(|[kind, rule, team, count]| [kind, rule, team, Cell { numeric: true, ..count }]);
    let head = HEAD.map(|it| Cell { numeric: it == "Deleted", ..Cell::text(it.to_owned()) });
    let page = RegisterPage { year, head, rows: rows.collect(), total };
    visit.page("retention/register.html", &page)
}

async fn export(visit: Visit, year: Path<i32>) -> Result<HttpResponse> {
    let year = year.into_inner();
    let entries = read(&visit, year).await?;
    let mut file = csv::Writer::from_writer(Vec::new());
    let bad = |error: csv::Error| Error::Document(error.to_string());
    file.write_record(HEAD).map_err(bad)?;
    for entry in &entries {
        file.write_record(cells(entry).map(sheet::cell)).map_err(bad)?;
    }
    let bytes = file.into_inner().map_err(|error| Error::Document(error.to_string()))?;
    let name = format!("attachment; filename=\"deleted-{year}.csv\"");
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"));
    response.insert_header((CONTENT_DISPOSITION, name));
    Ok(response.body(bytes))
}

async fn read(visit: &Visit, year: i32) -> Result<Vec<Entry>> {
    if !(2000..2200).contains(&year) {
        return Err(Error::NotFound);
    }
    visit.read(move |db, _| tombstones::register(db, year)).await
}

fn cells(entry: &Entry) -> [String; 4] {
    let team = entry.team.clone().unwrap_or_else(|| "None".to_owned());
    let (kind, rule) = (entry.kind.title().to_owned(), entry.rule.title().to_owned());
    [kind, rule, team, entry.count.to_string()]
}

#[derive(Serialize)]
struct RegisterPage {
    year: i32,
    head: [Cell; 4],
    rows: Vec<[Cell; 4]>,
    total: i64,
}

#[derive(Serialize)]
struct Cell {
    text: String,
    numeric: bool,
}

impl Cell {
    fn text(text: String) -> Self {
        Self { text, numeric: false }
    }
}
