//! The pages about contexts: the list, and one context.

use actix_web::web::{Path, Query};
use serde::Serialize;

use super::form_pages::{Choice, NotDone, Tag};
use super::move_on::{MoveForm, move_on};
use super::read::{ListForm, Listing, list, merged_into, read};
use super::show_pages::{ShowPage, Typed};
use super::{
    Context, ContextId, State, assess, choose_pages, goals, merge_pages, share, together_pages,
};
use crate::accounts::{Actor, Role};
use crate::districts::possessive;
use crate::web::{Form, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const READERS: Policy = Policy::Holding(&[Role::Coordinator, Role::County]);
const TEAM: Policy = Policy::Holding(&[Role::Coordinator]);

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/contexts", READERS, index)
        .get("/contexts/{id}", READERS, show)
        .post("/contexts/{id}/state", TEAM, change)
        .and(choose_pages::routes())
        .and(together_pages::routes())
        .and(assess::pages::routes())
        .and(goals::pages::routes())
        .and(merge_pages::routes())
        .and(share::pages::routes())
}

async fn index(visit: Visit, query: Query<ListForm>) -> Result<Page> {
    let form = query.into_inner();
    let asked = form.clone();
    let found = visit.open(move |db, keys, actor| list(db, keys, &actor.scope(), &asked)).await?;
    visit.page("contexts/list.html", &ListPage::of(&form, &found, &visit.actor))
}

async fn show(visit: Visit, id: Path<ContextId>) -> Result<Reply> {
    let id = id.into_inner();
    let into = visit.read(move |db, actor| merged_into(db, &actor.scope(), id)).await?;
    if let Some(into) = into {
        return Ok(redirect(format!("/contexts/{into}")));
    }
    let opened = visit.write(move |deed| read(deed, id)).await?;
    let view = ShowPage::of(&opened, &visit.actor, Typed::default());
    Ok(Reply::Page(visit.page("contexts/show.html", &view)?))
}

async fn change(visit: Visit, id: Path<ContextId>, form: Form<MoveForm>) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(step) => visit.write(move |deed| move_on(deed, id, &step)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let fate = match done {
        Ok(()) => return Ok(redirect(format!("/contexts/{id}"))),
        Err(error) => NotDone::of(error)?,
    };
    let opened = visit.write(move |deed| read(deed, id)).await?;
    let view = ShowPage::of(&opened, &visit.actor, Typed::of(form.0, &fate));
    Ok(fate.reply(visit.page("contexts/show.html", &view)?))
}

#[derive(Serialize)]
struct ListPage {
    heading: String,
    state: String,
    states: Vec<Choice>,
    team: String,
    teams: Vec<Choice>,
    many_teams: bool,
    is_filtered: bool,
    rows: Vec<ListRow>,
    first: String,
    next: String,
}

#[derive(Serialize)]
struct ListRow {
    href: String,
    reference: String,
    label: String,
    kind: &'static str,
    tags: Vec<Tag>,
    team: String,
    concerns: i64,
    opened: String,
}

impl ListPage {
    fn of(form: &ListForm, found: &Listing, reader: &Actor) -> Self {
        let (own, every) = (reader.teams_as(Role::Coordinator), reader.is(Role::County));
        let seen = found.teams.iter().filter(|(id, _)| every || own.contains(id));
        let mut teams: Vec<Choice> = seen.map(|(id, name)| Choice::of(id.as_str(), name)).collect();
        teams.sort_by(|a, b| a.text.cmp(&b.text));
        let heading = match teams.as_slice() {
            [one] => format!("{} contexts", possessive(&one.text)),
            _ => "Contexts".to_owned(),
        };
        let many_teams = teams.len() > 1;
        teams.insert(0, Choice::of("", "All teams"));
        let mut states = vec![Choice::of("", "Not closed")];
        states.extend(State::ALL.iter().map(|it| Choice::of(it.as_str(), it.title())));
        states.push(Choice::of("all", "All"));
        Self {
            heading,
            state: form.state.clone(),
            states,
            team: form.team.clone(),
            teams,
            many_teams,
            is_filtered: !(form.state.is_empty() && form.team.is_empty()),
            rows: found.contexts.iter().map(|it| ListRow::of(it, found)).collect(),
            first: if form.after.is_empty() { String::new() } else { address(form, "") },
            next: found.next.map(|it| address(form, &it.to_string())).unwrap_or_default(),
        }
    }
}

impl ListRow {
    fn of(context: &Context, found: &Listing) -> Self {
        Self {
            href: format!("/contexts/{}", context.id),
            reference: context.reference.clone(),
            label: context.label.clone(),
            kind: context.kind.title(),
            tags: vec![Tag::of_context(context)],
            team: found.teams.get(&context.team).cloned().unwrap_or_default(),
            concerns: found.counts.get(&context.id).copied().unwrap_or_default(),
            opened: calendar::date_of(context.opened_at),
        }
    }
}

fn address(form: &ListForm, after: &str) -> String {
    let all = [("state", form.state.as_str()), ("team", &form.team), ("after", after)];
    let said: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("/contexts?{}", serde_html_form::to_string(&said).unwrap_or_default())
}
