//! A meeting of the invented county: it was held, its minutes are published, and the next one has an agenda.

use super::fill::People;
use super::story::{act, coordinator};
use crate::accounts::AccountId;
use crate::app::Portal;
use crate::contexts::State;
use crate::contexts::move_on::{self, MoveForm};
use crate::contexts::share::give::{ShareForm, give};
use crate::deed::Deed;
use crate::districts::{Meeting, MeetingId, diary};
use crate::meetings::arrange::{AgendaForm, arrange};
use crate::meetings::attend::{AttendForm, attend};
use crate::meetings::minute::{MinuteForm, minute};
use crate::meetings::minutes;
use crate::meetings::publish::{PublishForm, drafts, publish};
use crate::{Error, Result};
use chrono::TimeDelta;

const TEAM: &str = "Crawley";
const PARTNER: &str = "partner@crawley.example.org";
/// What the meeting decided, and what the schools read behind the usual sentence.
const DECIDED: &str = "Market Hall car park";
const DISCUSSION: &str = "Lighting on the stairs has been out since October. The market’s warden knows the group and is trusted. \
                          The council’s parking team can mend the lights within a fortnight; the youth service can be there on \
                          Fridays from the new year.";
const CONFLICT: &str =
    "The head of community safety also leads on parking, and took no part in the decision.";
const WORDS: &str = "The lights on the stairs will be mended, and youth workers will be there on Fridays. We will ask you \
                     after six weeks whether it is better.";

/// What the team writes for its partners about what the meeting decided.
const FOR_PARTNERS: &str = "Please tell us when your people can be seen on the lower level on Thursdays between 3pm and 5pm, and                             pass on what young people there tell you, without names.";

/// Holds the team's last meeting, and builds the agenda of its next one.
pub(super) fn hold(portal: &Portal, people: &People) -> Result<()> {
    let (now, email) = ((portal.clock)(), coordinator(TEAM)?);
    let (held, next) = act(portal, people, (email, now), |deed| {
        let scope = deed.by.scope();
        let held = diary::meetings_before(deed.db, &scope, now, 1)?.into_iter().next();
        let next = diary::meetings_of(deed.db, &scope, now, 1)?.into_iter().next();
        held.zip(next).ok_or(Error::Corrupt("demonstration"))
    })?;
    let there: Vec<AccountId> =
        [email, PARTNER].iter().filter_map(|it| people.get(it)).copied().collect();
    let papers = held.cut_off_at + TimeDelta::days(1);
    act(portal, people, (email, papers), |deed| build(deed, held.id))?;
    act(portal, people, (email, held.starts_at), |deed| sit(deed, &held, &there))?;
    let after = held.starts_at + TimeDelta::hours(3);
    act(portal, people, (email, after), |deed| tell(deed, held.id))?;
    act(portal, people, (email, after), |deed| share(deed, held.id, &[FOR_PARTNERS]))?;
    act(portal, people, (email, now), |deed| build(deed, next.id))?;
    act(portal, people, (email, now), |deed| share(deed, next.id, &["", ""]))
}

/// The first contexts of an agenda are given out to partners: their names and plans, with these words.
fn share(deed: &mut Deed, id: MeetingId, words: &[&str]) -> Result<()> {
    let found = minutes::read(deed, id)?.items;
    let contexts = found.iter().filter_map(|it| it.point.context.as_ref());
    for (context, words) in contexts.zip(words) {
        let form = ShareForm {
            give: vec!["name".to_owned(), "plan".to_owned()],
            words: (*words).to_owned(),
            ..ShareForm::default()
        };
        give(deed, context.id, &form.check(deed.today()).map_err(Error::Invalid)?)?;
    }
    Ok(())
}

fn build(deed: &mut Deed, id: MeetingId) -> Result<()> {
    let seen = "agenda.0".to_owned();
    let form = AgendaForm { act: "build".to_owned(), seen, ..AgendaForm::default() };
    arrange(deed, id, form.check().map_err(Error::Invalid)?).map(|_| ())
}

/// The meeting itself: one item is decided, what comes behind it is not reached.
fn sit(deed: &mut Deed, meeting: &Meeting, there: &[AccountId]) -> Result<()> {
    let form = AttendForm {
        present: there.iter().map(ToString::to_string).collect(),
        others: "County youth service: the area worker\nCouncil parking team: the duty manager"
            .to_owned(),
        apologies: "Community health: the school nurse lead".to_owned(),
        seen: "attendance.0".to_owned(),
        ..AttendForm::default()
    };
    attend(deed, meeting.id, &form.check().map_err(Error::Invalid)?)?;
    for it in minutes::read(deed, meeting.id)?.items {
        let label = it.point.context.as_ref().map(|it| it.label.clone()).unwrap_or_default();
        let form = if label == DECIDED {
            MinuteForm {
                discussion: DISCUSSION.to_owned(),
                decision: "action_agreed".to_owned(),
                conflicts: CONFLICT.to_owned(),
                ..MinuteForm::default()
            }
        } else {
            MinuteForm { decision: "carried_over".to_owned(), ..MinuteForm::default() }
        };
        let form = MinuteForm { item: it.point.item.id.to_string(), seen: it.mark(), ..form };
        minute(deed, meeting.id, &form.check().map_err(Error::Invalid)?)?;
    }
    Ok(())
}

/// The chair adds what the schools want to know, publishes, and the team makes its plan.
fn tell(deed: &mut Deed, id: MeetingId) -> Result<()> {
    let found = drafts(deed, id)?;
    let mut pairs = vec![("seen".to_owned(), found.mark())];
    for it in found.items.iter().filter(|it| !it.told.words.is_empty()) {
        let words = format!("{} {WORDS}", it.told.words);
        pairs.push((format!("words_{}", it.point.item.id), words));
    }
    publish(deed, id, &PublishForm::of(&pairs))?;
    let is_it = |label: &str| label == DECIDED;
    let decided = found.items.iter().filter_map(|it| it.point.context.as_ref());
    for context in decided.filter(|it| is_it(&it.label)) {
        let form = MoveForm { state: State::Planned.as_str().to_owned(), ..MoveForm::default() };
        move_on::move_on(deed, context.id, &form.check().map_err(Error::Invalid)?)?;
    }
    Ok(())
}
