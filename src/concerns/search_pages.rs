//! The page on which concerns are searched for words.

use std::sync::Arc;

use serde::Serialize;

use super::list::{ListForm, Side};
use super::report::thousands;
use super::search::{Found, Hit, Names, Search};
use super::show_pages::{Tag, tags};
use super::words::Piece;
use crate::Result;
use crate::accounts::Role;
use crate::calendar;
use crate::web::{FormErrors, Page, Visit};

/// Searches what the reader may see, and shows what was found.
pub(super) async fn show(visit: &Visit, form: &ListForm, side: Side) -> Result<Page> {
    let search = match Search::of(form, side) {
        Ok(search) => search,
        Err(errors) => {
            let view = SearchPage { errors, ..SearchPage::blank(visit, form, side) };
            return visit.page("concerns/search.html", &view);
        }
    };
    visit.write(Search::record).await?;
    let mut found = Found::default();
    loop {
        let (search, so_far) = (search.clone(), found);
        let more = visit.open(move |db, keys, actor| search.more(db, keys, &actor.scope(), so_far));
        found = more.await?;
        if !found.goes_on() {
            break;
        }
    }
    let found = Arc::new(found);
    if !found.hits.is_empty() {
        let shown = Arc::clone(&found);
        visit.write(move |deed| shown.record(deed)).await?;
    }
    let shown = Arc::clone(&found);
    let names = visit.read(move |db, _| shown.names(db)).await?;
    let view = SearchPage::blank(visit, form, side).with(form, &found, &names);
    visit.page("concerns/search.html", &view)
}

#[derive(Serialize)]
struct SearchPage {
    q: String,
    /// True if only what the reader's school has reported is searched, though they see a team's as well.
    for_school: bool,
    /// True for readers who are told which school it came from.
    says_school: bool,
    is_asked: bool,
    heading: String,
    looked: String,
    rows: Vec<RowView>,
    /// Why something may be missing.
    unreadable: String,
    first: String,
    next: String,
    errors: FormErrors,
}

#[derive(Serialize)]
struct RowView {
    href: String,
    reference: String,
    label: String,
    tags: Vec<Tag>,
    meta: String,
    passages: Vec<PassageView>,
}

#[derive(Serialize)]
struct PassageView {
    question: String,
    pieces: Vec<PieceView>,
}

#[derive(Serialize)]
struct PieceView {
    text: String,
    is_match: bool,
}

impl SearchPage {
    fn blank(visit: &Visit, form: &ListForm, side: Side) -> Self {
        let in_team = visit.actor.is(Role::Coordinator) || visit.actor.is(Role::County);
        Self {
            q: form.q.clone(),
            for_school: in_team && side == Side::School,
            says_school: side == Side::Team,
            is_asked: false,
            heading: String::new(),
            looked: String::new(),
            rows: Vec::new(),
            unreadable: String::new(),
            first: String::new(),
            next: String::new(),
            errors: FormErrors::default(),
        }
    }

    fn with(self, form: &ListForm, found: &Found, names: &Names) -> Self {
        let older = found.older();
        let heading = match (found.hits.len(), older) {
            (0, None) => "No concern says this".to_owned(),
            (0, Some(_)) => "Nothing found yet".to_owned(),
            (1, _) => "1 concern".to_owned(),
            (count, _) => format!("{count} concerns"),
        };
        let looked = match (found.opened, older) {
            (_, None) => String::new(),
            (1, _) => "Looked through 1 concern so far, the newest first.".to_owned(),
            (count, _) => {
                let count = thousands(count);
                format!("Looked through {count} concerns so far, the newest first.")
            }
        };
        let unreadable = match found.unreadable {
            0 => String::new(),
            1 => "1 concern could not be read, and was not searched. Tell whoever looks after the service.".to_owned(),
            count => format!("{count} concerns could not be read, and were not searched. Tell whoever looks after the service."),
        };
        Self {
            is_asked: true,
            heading,
            looked,
            rows: found.hits.iter().map(|it| RowView::of(it, names, self.says_school)).collect(),
            unreadable,
            first: if form.after.is_empty() { String::new() } else { address(form, "") },
            next: older.map(|it| address(form, &it.to_string())).unwrap_or_default(),
            ..self
        }
    }
}

impl RowView {
    fn of(hit: &Hit, names: &Names, says_school: bool) -> Self {
        let concern = &hit.concern;
        let name = |it: Option<&String>| it.cloned().unwrap_or_default();
        let raised = calendar::date_of(concern.raised_at);
        let meta = if says_school {
            let (school, team) =
                (name(names.schools.get(&concern.school)), name(names.teams.get(&concern.team)));
            format!("{school}, {raised}. {team}")
        } else {
            raised
        };
        let piece = |it: &Piece| PieceView { text: it.text.clone(), is_match: it.is_match };
        let passage = |it: &super::search::Passage| PassageView {
            question: it.question.clone(),
            pieces: it.pieces.iter().map(piece).collect(),
        };
        Self {
            href: format!("/concerns/{}", concern.id),
            reference: concern.reference.clone(),
            label: concern.label().to_owned(),
            tags: if says_school { tags(concern) } else { Vec::new() },
            meta,
            passages: hit.passages.iter().map(passage).collect(),
        }
    }
}

fn address(form: &ListForm, after: &str) -> String {
    let all =
        [("q", form.q.as_str()), ("team", &form.team), ("whose", &form.whose), ("after", after)];
    let said: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("/concerns?{}", serde_html_form::to_string(&said).unwrap_or_default())
}
