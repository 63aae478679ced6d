//! The pages about contexts: the list, one context, and the choice of a context for a concern.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use serde::Serialize;

use super::gather::{GatherForm, NEW, gather, likely};
use super::move_on::{MoveForm, move_on};
use super::read::{ListForm, Listing, Opened, list, read};
use super::{Context, ContextId, State, policy, queries};
use crate::accounts::{Actor, Role};
use crate::concerns::move_on::Seen;
use crate::concerns::{self, Concern, ConcernId, Kind, Status};
use crate::districts::possessive;
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const READERS: Policy = Policy::Holding(&[Role::Coordinator, Role::County]);
const TEAM: Policy = Policy::Holding(&[Role::Coordinator]);

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .get("/contexts", READERS, index)
        .get("/contexts/{id}", READERS, show)
        .post("/contexts/{id}/state", TEAM, change)
        .get("/concerns/{id}/context", READERS, choose)
        .post("/concerns/{id}/context", TEAM, submit)
}

async fn index(visit: Visit, query: Query<ListForm>) -> Result<Page> {
    let form = query.into_inner();
    let asked = form.clone();
    let found = visit.open(move |db, keys, actor| list(db, keys, &actor.scope(), &asked)).await?;
    visit.page("contexts/list.html", &ListPage::of(&form, &found, &visit.actor))
}

async fn show(visit: Visit, id: Path<ContextId>) -> Result<Page> {
    let id = id.into_inner();
    let opened = visit.write(move |deed| read(deed, id)).await?;
    visit.page("contexts/show.html", &ShowPage::of(&opened, &visit.actor, Typed::default()))
}

async fn change(visit: Visit, id: Path<ContextId>, form: Form<MoveForm>) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(step) => visit.write(move |deed| move_on(deed, id, &step)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let MoveForm { state, reason, .. } = form.0;
    let (status, errors, refused) = match done {
        Ok(()) => return Ok(redirect(format!("/contexts/{id}"))),
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, ""),
        Err(Error::Refused(why)) => (StatusCode::CONFLICT, FormErrors::default(), why),
        Err(error) => return Err(error),
    };
    let opened = visit.write(move |deed| read(deed, id)).await?;
    let typed = Typed { state, reason, refused, errors };
    let page = visit.page("contexts/show.html", &ShowPage::of(&opened, &visit.actor, typed))?;
    Ok(Reply::NotDone(status, page))
}

async fn choose(visit: Visit, id: Path<ConcernId>) -> Result<Reply> {
    let id = id.into_inner();
    let of_concern = move |db: &mut _, actor: &Actor| queries::of_concern(db, &actor.scope(), id);
    if let Some(context) = visit.read(of_concern).await? {
        return Ok(redirect(format!("/contexts/{context}")));
    }
    let (concern, found) = offer(&visit, id).await?;
    if !concern.status.may_become(Status::Linked) {
        return Ok(redirect(format!("/concerns/{id}")));
    }
    let form = GatherForm {
        label: concern.label().to_owned(),
        kind: concern.kind.as_str().to_owned(),
        ..GatherForm::default()
    };
    let page = ChoosePage::of(&concern, &found, (form, FormErrors::default()));
    Ok(Reply::Page(visit.page("contexts/choose.html", &page)?))
}

async fn submit(visit: Visit, id: Path<ConcernId>, form: Form<GatherForm>) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(checked) => visit.write(move |deed| gather(deed, id, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let (status, errors, refused) = match done {
        Ok(context) => return Ok(redirect(format!("/contexts/{context}"))),
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, ""),
        Err(Error::Refused(why)) => (StatusCode::CONFLICT, FormErrors::default(), why),
        Err(error) => return Err(error),
    };
    let (concern, found) = offer(&visit, id).await?;
    let view = ChoosePage { refused, ..ChoosePage::of(&concern, &found, (form.0, errors)) };
    Ok(Reply::NotDone(status, visit.page("contexts/choose.html", &view)?))
}

/// A concern, opened by a coordinator of its team, and the contexts that it may belong to.
async fn offer(visit: &Visit, id: ConcernId) -> Result<(Concern, Vec<Context>)> {
    let concern = visit.write(move |deed| Ok(concerns::open::open(deed, id)?.concern)).await?;
    if !concerns::policy::is_team(&visit.actor, &concern) {
        return Err(Error::Forbidden);
    }
    let (team, kind, label) = (concern.team, concern.kind, concern.label().to_owned());
    let found = visit.open(move |db, keys, _| likely(db, keys, team, (kind, &label))).await?;
    Ok((concern, found))
}

#[derive(Serialize)]
struct Choice {
    value: String,
    text: String,
    hint: String,
}

impl Choice {
    fn of(value: &str, text: &str) -> Self {
        Self { value: value.to_owned(), text: text.to_owned(), hint: String::new() }
    }
}

#[derive(Serialize)]
struct Tag {
    text: &'static str,
    colour: &'static str,
}

impl Tag {
    fn of(state: State) -> Self {
        let colour = match state {
            State::Screened | State::Scheduled => "",
            State::Discussed | State::Planned => "green",
            State::UnderReview => "yellow",
            State::Closed => "grey",
        };
        Self { text: state.title(), colour }
    }
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
            tags: vec![Tag::of(context.state)],
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

/// What somebody typed to move a context on, and what became of it.
#[derive(Default)]
struct Typed {
    state: String,
    reason: String,
    refused: &'static str,
    errors: FormErrors,
}

#[derive(Serialize)]
struct ShowPage {
    id: String,
    reference: String,
    label: String,
    kind: &'static str,
    team: String,
    tag: Tag,
    meaning: &'static str,
    /// Since when it is on legal hold; empty when it is not.
    held: String,
    opened: String,
    concerns: Vec<ShowRow>,
    history: Vec<Line>,
    /// Empty for readers who cannot move it on.
    moves: Vec<Choice>,
    seen: String,
    state: String,
    reason: String,
    /// True while the form to move it on is open.
    is_moving: bool,
    refused: &'static str,
    typed: Vec<String>,
    errors: FormErrors,
}

#[derive(Serialize)]
struct ShowRow {
    href: String,
    reference: String,
    school: String,
    raised: String,
}

#[derive(Serialize)]
struct Line {
    when: String,
    what: String,
    words: String,
}

impl ShowPage {
    fn of(opened: &Opened, reader: &Actor, typed: Typed) -> Self {
        let context = &opened.context;
        let row = |it: &super::read::Gathered| ShowRow {
            href: format!("/concerns/{}", it.id),
            reference: it.reference.clone(),
            school: opened.schools.get(&it.school).cloned().unwrap_or_default(),
            raised: calendar::date_of(it.raised_at),
        };
        let line = |it: &super::Step| Line {
            when: calendar::moment(it.at),
            what: format!(
                "{}, by {}",
                it.state.title(),
                opened.people.get(&it.by).map_or("E4S", String::as_str)
            ),
            words: it.words.clone(),
        };
        let next = State::ALL.iter().filter(|it| context.state.may_become(**it));
        let choice = |it: &State| Choice {
            hint: it.meaning().to_owned(),
            ..Choice::of(it.as_str(), it.title())
        };
        let acts = policy::is_team(reader, context);
        let refused_words = [typed.reason.clone()].into_iter().filter(|it| !it.is_empty());
        Self {
            id: context.id.to_string(),
            reference: context.reference.clone(),
            label: context.label.clone(),
            kind: context.kind.title(),
            team: opened.team.clone(),
            tag: Tag::of(context.state),
            meaning: context.state.meaning(),
            held: context.held_at.map(calendar::date_of).unwrap_or_default(),
            opened: calendar::date_of(context.opened_at),
            concerns: opened.concerns.iter().map(row).collect(),
            history: opened.steps.iter().map(line).collect(),
            moves: if acts { next.map(choice).collect() } else { Vec::new() },
            seen: context.mark(),
            typed: refused_words.collect(),
            is_moving: !typed.errors.is_empty()
                || !typed.state.is_empty()
                || !typed.reason.is_empty(),
            state: typed.state,
            reason: typed.reason,
            refused: typed.refused,
            errors: typed.errors,
        }
    }
}

#[derive(Serialize)]
struct ChoosePage {
    id: String,
    reference: String,
    concern_label: String,
    contexts: Vec<Choice>,
    new: &'static str,
    kinds: Vec<Choice>,
    seen: String,
    context: String,
    label: String,
    kind: String,
    /// Why nothing was done, if somebody else was quicker.
    refused: &'static str,
    errors: FormErrors,
}

impl ChoosePage {
    fn of(concern: &Concern, found: &[Context], (form, errors): (GatherForm, FormErrors)) -> Self {
        let choice = |it: &Context| Choice {
            hint: format!("{}. {}. {}", it.reference, it.kind.title(), it.state.title()),
            ..Choice::of(it.id.as_str(), &it.label)
        };
        Self {
            id: concern.id.to_string(),
            reference: concern.reference.clone(),
            concern_label: concern.label().to_owned(),
            contexts: found.iter().map(choice).collect(),
            new: NEW,
            kinds: Kind::ALL.iter().map(|it| Choice::of(it.as_str(), it.title())).collect(),
            seen: if form.seen.is_empty() { Seen::of(concern).to_string() } else { form.seen },
            context: if found.is_empty() { NEW.to_owned() } else { form.context },
            label: form.label,
            kind: form.kind,
            refused: "",
            errors,
        }
    }
}
