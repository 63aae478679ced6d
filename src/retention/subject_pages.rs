//! The pages by which the county's lead answers somebody who asks what is kept about them.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Path;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::RequestId;
use super::subject::{self, About, Excerpt, FOUND_MAX, Hit, Next, Request, SubjectForm, terms};
use crate::accounts::{self, AccountId, Role};
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit};
use crate::{Error, Result, calendar};

// Fresh proof is asked here once there is a policy for it.
const COUNTY: Policy = Policy::Holding(&[Role::County]);
const REQUESTS_SHOWN: i64 = 20;

/// The routes of subject access.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/admin/subject-access", COUNTY, blank)
        .post("/admin/subject-access", COUNTY, search)
        .post("/admin/subject-access/{id}", COUNTY, bundle)
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
        found: it.found.to_string(),
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
    let (hits, is_cut) = look(&visit, &checked.terms).await?;
    let (asked, count) = (checked.clone(), hits.len());
    let id = visit.write(move |deed| subject::searched(deed, &asked, count)).await?;
    let page = FoundPage::of((id, &checked), &hits, is_cut);
    Ok(Reply::Page(visit.page("retention/subject-found.html", &page)?))
}

/// Looks through everything, a stretch at a time, so that others get their turn. True: there is more than is shown.
async fn look(visit: &Visit, terms: &[String]) -> Result<(Vec<Hit>, bool)> {
    let (mut hits, mut from) = (Vec::new(), Next::Concerns(None));
    let now = (visit.app.clock)();
    while !matches!(from, Next::End) {
        let (keys, terms) = (Arc::clone(&visit.app.keys), terms.to_vec());
        let (found, next) = visit
            .read(move |db, actor| subject::look(db, (&actor.scope(), &keys), (&terms, now), from))
            .await?;
        hits.extend(found);
        if hits.len() > FOUND_MAX {
            hits.truncate(FOUND_MAX);
            return Ok((hits, true));
        }
        from = next;
    }
    Ok((hits, false))
}

/// What was ticked, as the browser sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BundleForm {
    include: Vec<String>,
    words: String,
}

async fn bundle(visit: Visit, id: Path<RequestId>, form: Form<BundleForm>) -> Result<HttpResponse> {
    let (id, terms) = (id.into_inner(), terms(&form.0.words));
    let ticked: Option<Vec<About>> = form.0.include.iter().map(|it| About::parse(it)).collect();
    let ticked = ticked.ok_or(Error::NotFound)?;
    if ticked.is_empty() {
        return Err(Error::Refused(
            "Nothing was ticked, so no file was made. Go back and tick what belongs to the answer.",
        ));
    }
    let taken = visit.write(move |deed| subject::bundle(deed, id, (&terms, &ticked))).await?;
    let view = BundlePage::of(&visit, &taken, (visit.app.clock)());
    let file = visit.page("retention/bundle.html", &view)?.0;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "text/html; charset=utf-8"));
    response.insert_header((CONTENT_DISPOSITION, "attachment; filename=\"subject-access.html\""));
    Ok(response.body(file))
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
    hits: Vec<HitView>,
}

impl FoundPage {
    fn of((id, search): (RequestId, &subject::Search), hits: &[Hit], is_cut: bool) -> Self {
        Self {
            id: id.to_string(),
            words: search.terms.join("\n"),
            reference: search.reference.clone(),
            count: hits.len(),
            is_cut,
            hits: hits.iter().map(HitView::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct HitView {
    value: String,
    href: String,
    title: String,
    excerpts: Vec<ExcerptView>,
}

#[derive(Serialize)]
struct ExcerptView {
    heading: String,
    pieces: Vec<PieceView>,
    /// A sentence for each thing to look at before the text is given out.
    flags: Vec<String>,
}

#[derive(Serialize)]
struct PieceView {
    text: String,
    is_found: bool,
}

impl HitView {
    fn of(hit: &Hit) -> Self {
        let (href, noun) = match hit.about {
            About::Concern(id) => (format!("/concerns/{id}"), "Concern"),
            About::Context(id) => (format!("/contexts/{id}"), "Context"),
        };
        Self {
            value: hit.about.to_string(),
            href,
            title: format!("{noun} {} of {}", hit.reference, calendar::date_of(hit.begun_at)),
            excerpts: hit.excerpts.iter().map(ExcerptView::of).collect(),
        }
    }
}

impl ExcerptView {
    fn of(it: &Excerpt) -> Self {
        let piece =
            |it: &super::find::Piece| PieceView { text: it.text.clone(), is_found: it.is_found };
        let flag = |it: &crate::concerns::steer::Flag| {
            format!("“{}” looks like {}", it.found, it.what.title())
        };
        Self {
            heading: it.heading.clone(),
            pieces: it.pieces.iter().map(piece).collect(),
            flags: it.flags.iter().map(flag).collect(),
        }
    }
}

#[derive(Serialize)]
struct BundlePage {
    reference: String,
    made: String,
    by: String,
    council: String,
    hits: Vec<HitView>,
}

impl BundlePage {
    fn of(visit: &Visit, (reference, hits): &(String, Vec<Hit>), now: NaiveDateTime) -> Self {
        Self {
            reference: reference.clone(),
            made: calendar::moment(now),
            by: visit.actor.name.clone(),
            council: visit.app.settings.council_name.clone(),
            hits: hits.iter().map(HitView::of).collect(),
        }
    }
}
