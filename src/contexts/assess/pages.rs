//! The page on which one side of an assessment is written.

use actix_web::web::Path;
use serde::Serialize;

use super::write::{SideForm, WORDS_MAX, write};
use super::{Assessed, Side, of_context};
use crate::accounts::{Role, queries as people};
use crate::contexts::form_pages::{NotDone, Top};
use crate::contexts::goals::pages::open;
use crate::contexts::{Context, ContextId, policy};
use crate::deed::Deed;
use crate::web::{Form, FormErrors, Page, Policy, Reply, Routes, Visit, redirect};
use crate::{Error, Result, calendar};

const TEAM: Policy = Policy::Holding(&[Role::Coordinator]);

/// The routes of this part of the slice.
pub fn routes() -> Routes {
    Routes::new().get("/contexts/{id}/assessment/{side}", TEAM, blank).post(
        "/contexts/{id}/assessment/{side}",
        TEAM,
        submit,
    )
}

type Of = Path<(ContextId, String)>;

async fn blank(visit: Visit, of: Of) -> Result<Page> {
    page(&visit, asked(of)?, (None, &NotDone::default())).await
}

async fn submit(visit: Visit, of: Of, form: Form<SideForm>) -> Result<Reply> {
    let of = asked(of)?;
    let done = match form.0.check() {
        Ok(text) => visit.write(move |deed| write(deed, of, &text)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(redirect(format!("/contexts/{}", of.0))),
        Err(error) => {
            let fate = NotDone::of(error)?;
            Ok(fate.reply(page(&visit, of, (Some(form.0), &fate)).await?))
        }
    }
}

fn asked(of: Of) -> Result<(ContextId, Side)> {
    let (context, side) = of.into_inner();
    Ok((context, Side::parse(&side).ok_or(Error::NotFound)?))
}

async fn page(
    visit: &Visit,
    (id, side): (ContextId, Side),
    (typed, fate): (Option<SideForm>, &NotDone),
) -> Result<Page> {
    let look = move |deed: &mut Deed| {
        let context = open(deed, id)?;
        if !policy::is_team(deed.by, &context) {
            return Err(Error::Forbidden);
        }
        let written =
            of_context(deed.db, deed.keys, &context)?.into_iter().find(|it| it.side == side);
        let by = written.iter().map(|it| it.by).collect::<Vec<_>>();
        let by = people::names(deed.db, &by)?.into_iter().next().map(|(_, name)| name);
        Ok((context, written, by.unwrap_or_else(|| "Somebody".to_owned())))
    };
    let (context, written, by) = visit.write(look).await?;
    let view = SidePage::of((&context, side), (written, &by), (typed, fate));
    visit.page("contexts/assessment.html", &view)
}

#[derive(Serialize)]
struct SidePage {
    top: Top,
    side: &'static str,
    heading: &'static str,
    hint: &'static str,
    words: String,
    max: usize,
    version: i64,
    /// What somebody else wrote meanwhile, and who; empty if nobody has.
    theirs: String,
    written: String,
    refused: &'static str,
    errors: FormErrors,
}

impl SidePage {
    fn of(
        (context, side): (&Context, Side),
        (kept, by): (Option<Assessed>, &str),
        (typed, fate): (Option<SideForm>, &NotDone),
    ) -> Self {
        let is_overtaken = !fate.refused.is_empty();
        let version = kept.as_ref().map_or(0, |it| it.version);
        let written = kept.as_ref().map(|it| format!("{by}, {}", calendar::moment(it.at)));
        let kept = kept.map(|it| it.words).unwrap_or_default();
        // A fault keeps the mark that the page had; only who has read the other text goes on from there.
        let seen = typed.as_ref().filter(|_| !is_overtaken).map_or(version, |it| it.version);
        Self {
            top: Top::of(context, &context.label),
            side: side.as_str(),
            heading: side.title(),
            hint: side.hint(),
            theirs: if is_overtaken { kept.clone() } else { String::new() },
            words: typed.map_or(kept, |it| it.words),
            max: WORDS_MAX,
            version: seen,
            written: written.unwrap_or_default(),
            refused: fate.refused,
            errors: fate.errors.clone(),
        }
    }
}
