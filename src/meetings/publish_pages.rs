//! The page on which the chair reads what each school will read, and publishes the minutes.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use serde::Serialize;

use super::publish::{Draft, Drafts, PublishForm, drafts, publish};
use crate::concerns::steer::Flag;
use crate::districts::{MeetingId, possessive};
use crate::web::{Form, FormErrors, Page, Reply, Visit, redirect};
use crate::{Error, Result, calendar};

pub(super) async fn show(visit: Visit, id: Path<MeetingId>) -> Result<Reply> {
    let id = id.into_inner();
    match visit.write(move |deed| drafts(deed, id)).await {
        // It is published, cancelled, or has not come: the minutes say which.
        Err(Error::Refused(_)) => Ok(redirect(format!("/meetings/{id}/minutes"))),
        found => Ok(Reply::Page(draw(&visit, &found?, ("", FormErrors::default()))?)),
    }
}

fn draw(visit: &Visit, found: &Drafts, (why, errors): (&'static str, FormErrors)) -> Result<Page> {
    visit.page("meetings/publish.html", &PublishPage::of(found, (why, errors)))
}

pub(super) async fn submit(
    visit: Visit,
    id: Path<MeetingId>,
    form: Form<Vec<(String, String)>>,
) -> Result<Reply> {
    let id = id.into_inner();
    let form = PublishForm::of(&form.0);
    let sent = form.clone();
    let (status, errors, refused) = match visit.write(move |deed| publish(deed, id, &sent)).await {
        Ok(Some(_)) => return Ok(redirect(format!("/meetings/{id}/minutes"))),
        Ok(None) => return Ok(redirect(format!("/meetings/{id}/publish"))),
        Err(Error::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors, ""),
        Err(Error::Refused(why)) => (StatusCode::CONFLICT, FormErrors::default(), why),
        Err(error) => return Err(error),
    };
    let mut found = match visit.write(move |deed| drafts(deed, id)).await {
        // There is nothing left to publish: what was typed is not needed.
        Err(Error::Refused(_)) => return Err(Error::Refused(refused)),
        found => found?,
    };
    form.apply(&mut found, calendar::day((visit.app.clock)()));
    Ok(Reply::NotDone(status, draw(&visit, &found, (refused, errors))?))
}

#[derive(Serialize)]
struct PublishPage {
    id: String,
    meeting: String,
    /// How many schools will read something, in words.
    summary: String,
    is_quorate: bool,
    undecided: Vec<Link>,
    items: Vec<ItemView>,
    order: Vec<String>,
    seen: String,
    refused: &'static str,
    errors: FormErrors,
}

#[derive(Serialize)]
struct Link {
    href: String,
    text: String,
}

#[derive(Serialize)]
struct ItemView {
    id: String,
    label: String,
    reference: String,
    decision: &'static str,
    /// Empty for an item of which schools hear nothing, with the reason beside it.
    words_name: String,
    words: String,
    keep_name: String,
    keep: String,
    flags: Vec<FlagView>,
    readers: Vec<String>,
    silent: String,
    gone: String,
}

#[derive(Serialize)]
struct FlagView {
    found: String,
    what: &'static str,
    instead: &'static str,
}

impl PublishPage {
    fn of(found: &Drafts, (refused, errors): (&'static str, FormErrors)) -> Self {
        let meeting = &found.meeting;
        let link = |it: &Draft| Link {
            href: format!("/meetings/{}/minutes?item={}", meeting.id, it.point.item.id),
            text: label(it),
        };
        let items: Vec<ItemView> = found.items.iter().map(|it| ItemView::of(found, it)).collect();
        let fields = items.iter().flat_map(|it| [it.words_name.clone(), it.keep_name.clone()]);
        Self {
            id: meeting.id.to_string(),
            meeting: format!(
                "{} meeting on {}",
                possessive(&found.team),
                calendar::date_of(meeting.starts_at)
            ),
            summary: summary(found),
            is_quorate: found.sitting.is_quorate,
            undecided: found.undecided().map(link).collect(),
            order: fields.filter(|it| !it.is_empty()).collect(),
            items,
            seen: found.mark(),
            refused,
            errors,
        }
    }
}

fn label(draft: &Draft) -> String {
    let gone = || "A context that is with another team by now".to_owned();
    draft.point.context.as_ref().map_or_else(gone, |it| it.label.clone())
}

fn summary(found: &Drafts) -> String {
    let told = found.items.iter().filter(|it| !it.told.words.is_empty());
    let reports: Vec<_> = told.flat_map(|it| &it.reports).collect();
    let mut schools: Vec<_> = reports.iter().map(|it| it.school).collect();
    schools.sort();
    schools.dedup();
    match (reports.len(), schools.len()) {
        (0, _) => "No school reads anything new.".to_owned(),
        (1, _) => "One school reads what came of its concern.".to_owned(),
        (reports, 1) => format!("One school reads what came of its {reports} concerns."),
        (reports, schools) => {
            format!("{schools} schools read what came of their {reports} concerns.")
        }
    }
}

impl ItemView {
    fn of(found: &Drafts, draft: &Draft) -> Self {
        let item = &draft.point.item;
        let is_told = item.decision.is_some_and(super::Decision::is_told);
        let silent = match item.decision {
            None => "It has no decision yet.",
            Some(_) if !is_told => {
                "It was not reached. It stands first on the next agenda, and its schools are not written to."
            }
            _ if draft.point.context.is_none() => {
                "It is with another team by now: this meeting tells nobody about it."
            }
            _ if draft.reports.is_empty() => "No concern of this team is in it: nobody is told.",
            _ => "",
        };
        let name = |field: &str| {
            if is_told && draft.point.context.is_some() {
                format!("{field}_{}", item.id)
            } else {
                String::new()
            }
        };
        let school = |it: &super::agenda::Report| {
            let name = found.schools.get(&it.school).cloned().unwrap_or_default();
            format!("{name} ({})", it.reference)
        };
        let flag = |it: &Flag| FlagView {
            found: it.found.clone(),
            what: it.what.title(),
            instead: it.instead,
        };
        Self {
            id: item.id.to_string(),
            label: label(draft),
            reference: draft
                .point
                .context
                .as_ref()
                .map_or_else(String::new, |it| it.reference.clone()),
            decision: item.decision.map_or("No decision yet", super::Decision::title),
            words_name: name("words"),
            words: draft.told.words.clone(),
            keep_name: name("keep"),
            keep: draft.told.keep.clone(),
            flags: draft.flags.iter().map(flag).collect(),
            readers: draft.reports.iter().map(school).collect(),
            silent: silent.to_owned(),
            gone: draft.gone.join(", "),
        }
    }
}
