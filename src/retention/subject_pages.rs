//! The pages by which the county's lead answers somebody who asks what is kept about them.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{self, Path};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::RequestId;
use super::subject::{self, About, Excerpt, FOUND_MAX, Hit, Looked, Next, Request, SubjectForm};
use super::subject_file::{self, Choice};
use super::subject_staff_pages::{StaffView, staff};
use crate::accounts::{self, AccountId, Role};
use crate::documents::subject::{self as document, Piece, Record, SubjectSheet, Text};
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const COUNTY: Policy = Policy::Holding(&[Role::County]);
/// Who takes a file away.
const TAKERS: Policy = Policy::Proved(&[Role::County]);
const REQUESTS_SHOWN: i64 = 20;
/// How many records that could not be read are named.
const UNREAD_NAMED: usize = 20;

/// The routes of subject access.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/admin/subject-access", COUNTY, blank)
        .post("/admin/subject-access", COUNTY, search)
        .get("/admin/subject-access/{id}.pdf", TAKERS, take_pdf)
        .get("/admin/subject-access/{id}.html", TAKERS, take_html)
        .get("/admin/subject-access/{id}", TAKERS, ready)
        .post("/admin/subject-access/{id}", COUNTY, choose)
}

async fn blank(visit: Visit) -> Result<Page> {
    let page = form_page(&visit, SubjectForm::default(), FormErrors::default()).await?;
    visit.page("retention/subject.html", &page)
}

async fn form_page(visit: &Visit, form: SubjectForm, errors: FormErrors) -> Result<FormPage> {
    let keys = Arc::clone(&visit.app.keys);
    let (requests, people) = visit
        .read(move |db, _| {
            let requests = subject::requests(db, &keys, REQUESTS_SHOWN)?;
            let ids: Vec<AccountId> = requests.iter().map(|it| it.by).collect();
            Ok((requests, accounts::queries::names(db, &ids)?))
        })
        .await?;
    let people: BTreeMap<AccountId, String> = people.into_iter().collect();
    let requests = requests.iter().map(|it| row(it, &people)).collect();
    let SubjectForm { words, reference, reason } = form;
    Ok(FormPage { words, reference, reason, requests, errors })
}

fn row(it: &Request, people: &BTreeMap<AccountId, String>) -> RequestRow {
    RequestRow {
        reference: it.reference.clone(),
        by: people.get(&it.by).cloned().unwrap_or_default(),
        when: calendar::moment(it.asked_at),
        found: match it.unread {
            0 => it.found.to_string(),
            unread => format!("{}, and {unread} that could not be read", it.found),
        },
        taken: it.included.map_or_else(|| "No file made".to_owned(), |it| it.to_string()),
    }
}

async fn search(visit: Visit, form: Form<SubjectForm>) -> Result<Reply> {
    let checked = match form.0.check() {
        Ok(checked) => checked,
        Err(errors) => {
            let page = form_page(&visit, form.0, errors).await?;
            return visit.again("retention/subject.html", &page);
        }
    };
    let (looked, is_cut) = look(&visit, &checked.terms).await?;
    let looked = Arc::new(looked);
    let (asked, found) = (checked.clone(), Arc::clone(&looked));
    let id = visit.write(move |deed| subject::searched(deed, &asked, &found)).await?;
    let mut page = FoundPage::of((id, &checked.reference, &checked.terms), &looked, is_cut);
    page.staff = staff(&visit, &checked.terms).await?;
    Ok(Reply::Page(visit.page("retention/subject-found.html", &page)?))
}

/// Looks through everything, a stretch at a time, so that others get their turn. True: there is more than is shown.
async fn look(visit: &Visit, terms: &[String]) -> Result<(Looked, bool)> {
    let (mut whole, mut from) = (Looked::default(), Next::Concerns(None));
    let now = (visit.app.clock)();
    while !matches!(from, Next::End) {
        let (keys, terms) = (Arc::clone(&visit.app.keys), terms.to_vec());
        let (found, next) = visit
            .read(move |db, actor| subject::look(db, (&actor.scope(), &keys), (&terms, now), from))
            .await?;
        whole.hits.extend(found.hits);
        whole.unread.extend(found.unread);
        if whole.hits.len() > FOUND_MAX {
            whole.hits.truncate(FOUND_MAX);
            return Ok((whole, true));
        }
        from = next;
    }
    Ok((whole, false))
}

/// What was ticked, as the browser sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChoiceForm {
    include: Vec<String>,
    words: String,
}

async fn choose(visit: Visit, id: Path<RequestId>, form: Form<ChoiceForm>) -> Result<Reply> {
    let (id, terms) = (id.into_inner(), subject::terms_again(&form.0.words)?);
    let ticked: Option<Vec<About>> = form.0.include.iter().map(|it| About::parse(it)).collect();
    let ticked = ticked.ok_or(Error::NotFound)?;
    if ticked.is_empty() {
        return none_ticked(&visit, id, &terms).await;
    }
    let (choice, now) = (Choice { terms, ticked }, (visit.app.clock)());
    let asked = choice.clone();
    let seen = visit.open(move |db, keys, by| {
        subject_file::ticked(db, keys, (&by.scope(), now), &asked).map(|_| ())
    });
    seen.await?;
    visit.write(move |deed| subject_file::choose(deed, id, &choice)).await?;
    Ok(redirect(format!("/admin/subject-access/{id}")))
}

/// What was found once more, with the fault.
async fn none_ticked(visit: &Visit, id: RequestId, terms: &[String]) -> Result<Reply> {
    let reference =
        visit.open(move |db, keys, by| subject::reference(db, keys, (id, by.id))).await?;
    let (looked, is_cut) = look(visit, terms).await?;
    let looked = Arc::new(looked);
    let found = Arc::clone(&looked);
    visit.write(move |deed| subject::shown(deed, &found.hits)).await?;
    let mut page = FoundPage::of((id, &reference, terms), &looked, is_cut);
    page.staff = staff(visit, terms).await?;
    page.errors.add("include", "Tick what belongs to the answer");
    visit.again("retention/subject-found.html", &page)
}

async fn ready(visit: Visit, id: Path<RequestId>) -> Result<Page> {
    let (id, now) = (id.into_inner(), (visit.app.clock)());
    let found =
        visit.open(move |db, keys, by| subject_file::ready(db, keys, (id, by.id), now)).await?;
    let count = match found.count {
        1 => "1 record".to_owned(),
        count => format!("{count} records"),
    };
    let (until, path) = (calendar::moment(found.until), format!("/admin/subject-access/{id}"));
    let page = FilePage { reference: found.reference, count, until, path };
    visit.page("retention/subject-file.html", &page)
}

async fn take_pdf(visit: Visit, id: Path<RequestId>) -> Result<HttpResponse> {
    let (sheet, today) = (take(&visit, *id).await?, calendar::day((visit.app.clock)()));
    let made = web::block(move || document::pdf(sheet, today)).await?;
    let file = made.map_err(|error| Error::Document(error.to_string()))?;
    Ok(attached(("application/pdf", "subject-access.pdf"), file))
}

async fn take_html(visit: Visit, id: Path<RequestId>) -> Result<HttpResponse> {
    let file = visit.page("retention/bundle.html", &take(&visit, *id).await?)?.0;
    Ok(attached(("text/html; charset=utf-8", "subject-access.html"), file.into_bytes()))
}

async fn take(visit: &Visit, id: RequestId) -> Result<SubjectSheet> {
    let now = (visit.app.clock)();
    let collect = visit
        .open(move |db, keys, by| subject_file::collect(db, keys, (&by.scope(), (id, by.id)), now));
    let file = Arc::new(collect.await?);
    let taken = Arc::clone(&file);
    visit.write(move |deed| subject_file::take(deed, id, &taken.1)).await?;
    Ok(sheet(visit, &file, now))
}

fn attached((kind, name): (&str, &str), file: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, kind));
    response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    response.body(file)
}

#[derive(Serialize)]
struct FormPage {
    words: String,
    reference: String,
    reason: String,
    requests: Vec<RequestRow>,
    errors: FormErrors,
}

#[derive(Serialize)]
struct RequestRow {
    reference: String,
    by: String,
    when: String,
    found: String,
    taken: String,
}

#[derive(Serialize)]
struct FoundPage {
    id: String,
    words: String,
    reference: String,
    count: usize,
    is_cut: bool,
    /// What could not be looked through, and what to do. Empty: everything was.
    unread: String,
    hits: Vec<HitView>,
    staff: Vec<StaffView>,
    errors: FormErrors,
}

#[derive(Serialize)]
struct FilePage {
    reference: String,
    count: String,
    until: String,
    /// Where the files are, without their endings.
    path: String,
}

/// What could not be looked through, by reference.
fn unread_said(references: &[String]) -> String {
    let some = references.iter().take(UNREAD_NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = if references.len() > UNREAD_NAMED { " and others" } else { "" };
    match references.len() {
        0 => String::new(),
        1 => format!(
            "1 record could not be read, or not in whole, and so could not be searched: {some}. Tell whoever looks after \
             the service, and search again before you answer."
        ),
        count => format!(
            "{count} records could not be read, or not in whole, and so could not be searched: {some}{more}. Tell whoever \
             looks after the service, and search again before you answer."
        ),
    }
}

impl FoundPage {
    fn of(
        (id, reference, terms): (RequestId, &str, &[String]),
        Looked { hits, unread }: &Looked,
        is_cut: bool,
    ) -> Self {
        Self {
            id: id.to_string(),
            words: terms.join("\n"),
            reference: reference.to_owned(),
            errors: FormErrors::default(),
            count: hits.len(),
            is_cut,
            unread: unread_said(unread),
            hits: hits.iter().map(HitView::of).collect(),
            staff: Vec::new(),
        }
    }
}

#[derive(Serialize)]
struct HitView {
    value: String,
    href: String,
    title: String,
    texts: Vec<Text>,
}

impl HitView {
    fn of(hit: &Hit) -> Self {
        let href = match hit.about {
            About::Concern(id) => format!("/concerns/{id}"),
            About::Context(id) => format!("/contexts/{id}"),
        };
        let Record { title, texts } = record(hit);
        Self { value: hit.about.to_string(), href, title, texts }
    }
}

fn record(hit: &Hit) -> Record {
    let noun = match hit.about {
        About::Concern(_) => "Concern",
        About::Context(_) => "Context",
    };
    Record {
        title: format!("{noun} {} of {}", hit.reference, calendar::date_of(hit.begun_at)),
        texts: hit.excerpts.iter().map(text).collect(),
    }
}

fn text(it: &Excerpt) -> Text {
    let piece = |it: &super::find::Piece| Piece { text: it.text.clone(), is_found: it.is_found };
    let check = |it: &crate::concerns::steer::Flag| {
        format!("“{}” looks like {}", it.found, it.what.title())
    };
    Text {
        heading: it.heading.clone(),
        pieces: it.pieces.iter().map(piece).collect(),
        checks: it.flags.iter().map(check).collect(),
    }
}

fn sheet(visit: &Visit, taken: &(String, Vec<Hit>), now: NaiveDateTime) -> SubjectSheet {
    let (reference, hits) = taken;
    SubjectSheet {
        reference: reference.clone(),
        council: visit.app.settings.council_name.clone(),
        made: calendar::moment(now),
        by: visit.actor.name.clone(),
        records: hits.iter().map(record).collect(),
        has_numbers: false,
    }
}
