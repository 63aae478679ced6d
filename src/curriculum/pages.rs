//! The pages of the curriculum. Signed out they are the same for everybody, so each is drawn once and kept.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_DISPOSITION, COOKIE, HeaderValue, LOCATION};
use actix_web::middleware::Next;
use actix_web::web::{self, Path, Query};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::{Deserialize, Serialize};

use super::find;
use super::lesson_pages::{
    Choice, HomePage, LessonPage, ParentsPage, ResourcePage, UnitPage, meta, phases,
};
use super::read::Name;
use super::shelf::Library;
use super::show::counted;
use super::{Cornerstone, Kind, Lesson, Phase, UnitKey};
use crate::app::App;
use crate::web::{Policy, Routes, Visitor, log};
use crate::{Error, Result};

const HITS_A_PAGE: usize = 20;

pub fn routes() -> Routes {
    Routes::new()
        .get("/curriculum", Policy::Anyone, home)
        .get("/curriculum/search", Policy::Anyone, search)
        .get("/curriculum/{cornerstone}/{phase}", Policy::Anyone, unit)
        .get("/curriculum/{cornerstone}/{phase}/{lesson}.pdf", Policy::Anyone, plan)
        .get("/curriculum/{cornerstone}/{phase}/{lesson}", Policy::Anyone, lesson)
        .get("/curriculum/{cornerstone}/{phase}/{lesson}/parents", Policy::Anyone, parents)
        .get("/curriculum/{cornerstone}/{phase}/{lesson}/{resource}", Policy::Anyone, resource)
}

/// Answers with a page that is kept before a route is looked for. To whoever carries no cookie it is the same as behind
/// its route, where everybody is let in.
pub async fn at_once(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_anybodys = looks && !request.headers().contains_key(COOKIE);
    let app = request.app_data::<App>().filter(|_| is_anybodys);
    let Some(kept) = app.and_then(|it| it.shelf.page(request.path())) else {
        return next.call(request).await;
    };
    log::took("a kept page");
    let answer = kept.answer(request.request());
    Ok(request.into_response(answer))
}

async fn home(visitor: Visitor, request: HttpRequest) -> Result<HttpResponse> {
    shown(visitor, request, "curriculum/home.html", |_, library| Ok(HomePage::of(library))).await
}

async fn unit(
    visitor: Visitor,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (cornerstone, phase) = path.into_inner();
    let key = unit_key(&cornerstone, &phase)?;
    shown(visitor, request, "curriculum/unit.html", move |_, library| {
        UnitPage::of(library, key).ok_or(Error::NotFound)
    })
    .await
}

async fn lesson(
    visitor: Visitor,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (cornerstone, phase, name) = path.into_inner();
    let key = unit_key(&cornerstone, &phase)?;
    if let Some(to) = unnumbered(&visitor, key, &name)? {
        return Ok(HttpResponse::PermanentRedirect().insert_header((LOCATION, to)).finish());
    }
    shown(visitor, request, "curriculum/lesson.html", move |visitor, library| {
        let lesson = found(library, key, &name)?;
        let size = visitor.app.shelf.plan_size(library, lesson)?;
        Ok(LessonPage::of(library, lesson, size))
    })
    .await
}

async fn parents(
    visitor: Visitor,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (cornerstone, phase, name) = path.into_inner();
    let key = unit_key(&cornerstone, &phase)?;
    shown(visitor, request, "curriculum/parents.html", move |_, library| {
        Ok(ParentsPage::of(library, found(library, key, &name)?))
    })
    .await
}

async fn resource(
    visitor: Visitor,
    path: Path<(String, String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (cornerstone, phase, name, kind) = path.into_inner();
    let key = unit_key(&cornerstone, &phase)?;
    let kind = Kind::parse(&kind).ok_or(Error::NotFound)?;
    shown(visitor, request, "curriculum/resource.html", move |_, library| {
        let lesson = found(library, key, &name)?;
        let resource = lesson.resource(kind).ok_or(Error::NotFound)?;
        Ok(ResourcePage::of(library, lesson, resource))
    })
    .await
}

async fn plan(
    visitor: Visitor,
    path: Path<(String, String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (cornerstone, phase, name) = path.into_inner();
    let key = unit_key(&cornerstone, &phase)?;
    let file = format!("inline; filename=\"{name}.pdf\"");
    let kept = web::block(move || {
        let library = visitor.app.shelf.library()?;
        visitor.app.shelf.plan(&library, found(&library, key, &name)?)
    })
    .await??;
    let mut response = kept.answer(&request);
    if let Ok(file) = HeaderValue::try_from(file) {
        response.headers_mut().insert(CONTENT_DISPOSITION, file);
    }
    Ok(response)
}

/// What is looked for, as the browser sends it. A filter that does not exist is no filter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ask {
    q: String,
    phase: String,
    cornerstone: String,
    page: usize,
}

async fn search(visitor: Visitor, asked: Query<Ask>, request: HttpRequest) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let page = asked.page.clamp(1, 50);
    let query = find::Query {
        text: asked.q.chars().take(200).collect(),
        phase: Phase::parse(&asked.phase),
        cornerstone: Cornerstone::parse(&asked.cornerstone),
        skip: (page - 1) * HITS_A_PAGE,
        take: HITS_A_PAGE,
    };
    let drawn = web::block(move || {
        let library = visitor.app.shelf.library()?;
        let found = library.index.find(&query);
        visitor.page("curriculum/search.html", &SearchPage::of(&library, &query, found, page))
    })
    .await??;
    Ok(drawn.respond_to(&request))
}

/// A page that is kept for whoever is signed out, and drawn with their name for whoever is signed in.
async fn shown<V: Serialize + Send + 'static>(
    visitor: Visitor,
    request: HttpRequest,
    template: &'static str,
    view: impl FnOnce(&Visitor, &Library) -> Result<V> + Send + 'static,
) -> Result<HttpResponse> {
    let is_signed_in = visitor.actor.is_some();
    // Only addresses as we write them are kept: others spell the same pages in endless ways.
    let path = request.path().to_owned();
    let is_plain = path
        .bytes()
        .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-' || it == b'/');
    if !is_signed_in && let Some(kept) = visitor.app.shelf.page(&path) {
        return Ok(kept.answer(&request));
    }
    let drawn = web::block(move || {
        let library = visitor.app.shelf.library()?;
        let page = visitor.page(template, &view(&visitor, &library)?)?;
        Ok::<_, Error>(if is_signed_in || !is_plain {
            Err(page)
        } else {
            Ok(visitor.app.shelf.keep(&path, page.0))
        })
    })
    .await??;
    Ok(match drawn {
        Ok(kept) => Arc::clone(&kept).answer(&request),
        Err(page) => page.respond_to(&request),
    })
}

fn unit_key(cornerstone: &str, phase: &str) -> Result<UnitKey> {
    Cornerstone::parse(cornerstone).zip(Phase::parse(phase)).ok_or(Error::NotFound)
}

fn found<'a>(library: &'a Library, key: UnitKey, slug: &str) -> Result<&'a Lesson> {
    library.curriculum.lesson(key, slug).ok_or(Error::NotFound)
}

/// Where a lesson has moved that is asked for by the name of its file, number and all.
fn unnumbered(visitor: &Visitor, key: UnitKey, name: &str) -> Result<Option<String>> {
    let Some(Name { slug, .. }) = Name::parse(name) else { return Ok(None) };
    let library = visitor.app.shelf.library()?;
    Ok(library.curriculum.lesson(key, &slug).map(Lesson::path))
}

#[derive(Serialize)]
struct SearchPage {
    q: String,
    phase: String,
    cornerstone: String,
    phases: Vec<Choice>,
    cornerstones: Vec<Choice>,
    heading: String,
    is_asked: bool,
    guesses: Vec<String>,
    some_words: bool,
    hits: Vec<HitView>,
    previous: String,
    next: String,
}

#[derive(Serialize)]
struct HitView {
    href: String,
    title: Vec<PieceView>,
    objective: Vec<PieceView>,
    snippet: Vec<PieceView>,
    meta: String,
}

#[derive(Serialize)]
struct PieceView {
    text: String,
    is_match: bool,
}

impl SearchPage {
    fn of(library: &Library, query: &find::Query, found: find::Found, page: usize) -> Self {
        let phase = query.phase.map(Phase::code).unwrap_or_default();
        let cornerstone = query.cornerstone.map(Cornerstone::code).unwrap_or_default();
        let is_asked = !query.text.trim().is_empty();
        let count = |count: Option<&usize>| count.copied().unwrap_or_default();
        let in_phase = |it: Phase| format!("{} ({})", it.title(), count(found.by_phase.get(&it)));
        let in_cornerstone = |it: &Cornerstone| Choice {
            value: it.code().to_owned(),
            text: format!("{} ({})", it.title(), count(found.by_cornerstone.get(it))),
        };
        let any = Choice { value: String::new(), text: "Any cornerstone".to_owned() };
        let guess = |it: &find::Guess| {
            format!(
                "No lesson has the word “{}”. We guessed that you meant “{}”.",
                it.typed, it.meant
            )
        };
        let address = |page: usize| {
            let pairs =
                [("q", query.text.as_str()), ("phase", phase), ("cornerstone", cornerstone)];
            let pairs = pairs.into_iter().filter(|(_, it)| !it.is_empty()).collect::<Vec<_>>();
            let words = serde_html_form::to_string(pairs).unwrap_or_default();
            format!("/curriculum/search?{words}&page={page}")
        };
        let has_more = found.total > page * HITS_A_PAGE;
        Self {
            q: query.text.clone(),
            phase: phase.to_owned(),
            cornerstone: cornerstone.to_owned(),
            phases: phases("Any phase", in_phase),
            cornerstones: std::iter::once(any)
                .chain(Cornerstone::ALL.iter().map(in_cornerstone))
                .collect(),
            heading: if is_asked {
                counted(found.total, "lesson") + " found"
            } else {
                String::new()
            },
            is_asked,
            guesses: found.guesses.iter().map(guess).collect(),
            some_words: is_asked && found.total > 0 && !found.has_all_words,
            previous: if page > 1 { address(page - 1) } else { String::new() },
            next: if has_more { address(page + 1) } else { String::new() },
            hits: found.hits.into_iter().filter_map(|it| hit(library, it)).collect(),
        }
    }
}

fn hit(library: &Library, hit: find::Hit) -> Option<HitView> {
    let lesson = library.curriculum.lesson((hit.cornerstone, hit.phase), &hit.slug)?;
    let view = |it: find::Piece| PieceView { text: it.text, is_match: it.is_match };
    let views = |pieces: Vec<find::Piece>| pieces.into_iter().map(view).collect();
    Some(HitView {
        href: lesson.path(),
        meta: meta(lesson, true),
        title: views(hit.title),
        objective: views(hit.objective),
        snippet: views(hit.snippet),
    })
}
