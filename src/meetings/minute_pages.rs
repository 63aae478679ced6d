//! The page on which a meeting's minutes are taken, one item open at a time; and the minutes once they are published.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};

use super::Decision;
use super::attend::{AttendForm, attend};
use super::minute::{MinuteForm, Said, minute};
use super::minutes::{Minuted, Minutes, read};
use super::pages::Tag;
use crate::districts::{MeetingId, possessive};
use crate::web::{Form, FormErrors, Page, Reply, Visit, redirect};
use crate::{Error, Result, calendar};

/// The word in the address for who was there.
const ATTENDANCE: &str = "attendance";

/// Which item stands open, as the address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OpenQuery {
    item: String,
}

pub(super) async fn show(
    visit: Visit,
    id: Path<MeetingId>,
    query: Query<OpenQuery>,
) -> Result<Page> {
    let id = id.into_inner();
    let found = visit.write(move |deed| read(deed, id)).await?;
    let open = open_one(&found, &query.item);
    visit.page("meetings/minutes.html", &MinutesPage::of(&found, &open, Typed::default()))
}

/// The item of the address; without one, the first that has no decision.
fn open_one(found: &Minutes, item: &str) -> String {
    if !item.is_empty() {
        return item.to_owned();
    }
    let open = found.items.iter().find(|it| it.point.item.decision.is_none());
    let is_empty = found.sitting.attendance_version == 0;
    match open {
        _ if is_empty => ATTENDANCE.to_owned(),
        Some(it) => it.point.item.id.to_string(),
        None => String::new(),
    }
}

pub(super) async fn keep_item(
    visit: Visit,
    id: Path<MeetingId>,
    form: Form<MinuteForm>,
) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(checked) => visit.write(move |deed| minute(deed, id, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let item = form.0.item.clone();
    let (status, typed) = match typed(done) {
        Ok(()) => return Ok(redirect(format!("/meetings/{id}/minutes#item-{item}"))),
        Err(Left::Told(status, errors, refused)) => {
            (status, Typed { item: Some(form.0), errors, refused, ..Typed::default() })
        }
        Err(Left::Error(error)) => return Err(error),
    };
    again(&visit, id, (status, &item, typed)).await
}

pub(super) async fn keep_attendance(
    visit: Visit,
    id: Path<MeetingId>,
    form: Form<AttendForm>,
) -> Result<Reply> {
    let id = id.into_inner();
    let done = match form.0.check() {
        Ok(checked) => visit.write(move |deed| attend(deed, id, &checked)).await,
        Err(errors) => Err(Error::Invalid(errors)),
    };
    let (status, typed) = match typed(done) {
        Ok(()) => return Ok(redirect(format!("/meetings/{id}/minutes"))),
        Err(Left::Told(status, errors, refused)) => {
            (status, Typed { attendance: Some(form.0), errors, refused, ..Typed::default() })
        }
        Err(Left::Error(error)) => return Err(error),
    };
    again(&visit, id, (status, ATTENDANCE, typed)).await
}

/// What a form was left with: something to say to its writer, or an error of another sort.
enum Left {
    Told(StatusCode, FormErrors, &'static str),
    Error(Error),
}

fn typed(done: Result<()>) -> std::result::Result<(), Left> {
    done.map_err(|error| match error {
        Error::Invalid(errors) => Left::Told(StatusCode::UNPROCESSABLE_ENTITY, errors, ""),
        Error::Refused(why) => Left::Told(StatusCode::CONFLICT, FormErrors::default(), why),
        error => Left::Error(error),
    })
}

async fn again(
    visit: &Visit,
    id: MeetingId,
    (status, open, typed): (StatusCode, &str, Typed),
) -> Result<Reply> {
    let found = visit.write(move |deed| read(deed, id)).await?;
    let page = MinutesPage::of(&found, open, typed);
    Ok(Reply::NotDone(status, visit.page("meetings/minutes.html", &page)?))
}

/// What somebody typed into one of the forms, and what became of it.
#[derive(Default)]
struct Typed {
    item: Option<MinuteForm>,
    attendance: Option<AttendForm>,
    errors: FormErrors,
    refused: &'static str,
}

impl Typed {
    /// What was typed, for a page that has no form to give it back in.
    fn words(&self) -> Vec<String> {
        let item = self.item.iter().flat_map(|it| [&it.discussion, &it.reason, &it.conflicts]);
        let there = self.attendance.iter().flat_map(|it| [&it.others, &it.apologies]);
        item.chain(there).filter(|it| !it.trim().is_empty()).cloned().collect()
    }
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "what the page shows or leaves out")]
struct MinutesPage {
    id: String,
    meeting: String,
    begins: String,
    /// When and by whom they were published; empty while they are not.
    published: String,
    has_come: bool,
    /// True for whoever takes them, while they can be changed.
    may_change: bool,
    /// True once every item has a decision.
    is_whole: bool,
    is_quorate: bool,
    facts: Vec<Fact>,
    attendance: Option<AttendView>,
    items: Vec<ItemView>,
    refused: &'static str,
    typed: Vec<String>,
    errors: FormErrors,
}

#[derive(Serialize)]
struct Fact {
    key: &'static str,
    value: String,
    lines: bool,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    text: String,
    hint: String,
}

impl Fact {
    fn of(key: &'static str, value: impl Into<String>) -> Self {
        Self { key, value: value.into(), lines: true }
    }
}

/// The form for who was there.
#[derive(Serialize)]
struct AttendView {
    members: Vec<Choice>,
    present: Vec<String>,
    others: String,
    apologies: String,
    quorum: Vec<String>,
    quorum_items: Vec<Choice>,
    seen: String,
}

#[derive(Serialize)]
struct ItemView {
    id: String,
    number: usize,
    time: String,
    href: String,
    reference: String,
    label: String,
    tags: Vec<Tag>,
    /// What is kept of it.
    facts: Vec<Fact>,
    form: Option<FormView>,
}

/// The form of the item that stands open.
#[derive(Serialize)]
struct FormView {
    discussion: String,
    decision: String,
    decisions: Vec<Choice>,
    reason: String,
    conflicts: String,
    seen: String,
    /// What somebody else has saved meanwhile.
    theirs: Vec<Fact>,
}

impl MinutesPage {
    fn of(found: &Minutes, open: &str, typed: Typed) -> Self {
        let meeting = &found.meeting;
        let may_change = found.may_change && found.is_open() && found.has_come;
        let (day, team) = (calendar::date_of(meeting.starts_at), possessive(&found.team));
        let published = found.sitting.published_at.map_or_else(String::new, |at| {
            format!("{}, by {}", calendar::moment(at), found.published_by)
        });
        let view = |(at, it): (usize, &Minuted)| {
            let is_open = may_change && it.point.item.id.as_str() == open;
            ItemView::of((at, it), is_open, &typed)
        };
        let items: Vec<ItemView> = found.items.iter().enumerate().map(view).collect();
        let has_form = items.iter().any(|it| it.form.is_some()) || open == ATTENDANCE;
        Self {
            id: meeting.id.to_string(),
            meeting: format!("{team} meeting on {day}"),
            begins: calendar::moment(meeting.starts_at),
            published,
            has_come: found.has_come,
            may_change,
            is_whole: found.items.iter().all(|it| it.point.item.decision.is_some()),
            is_quorate: found.sitting.is_quorate,
            facts: attendance_facts(found),
            attendance: (may_change && open == ATTENDANCE)
                .then(|| AttendView::of(found, typed.attendance.as_ref())),
            items,
            refused: typed.refused,
            typed: if has_form && may_change { Vec::new() } else { typed.words() },
            errors: typed.errors,
        }
    }
}

fn attendance_facts(found: &Minutes) -> Vec<Fact> {
    let or_none =
        |text: String| if text.is_empty() { "Nobody is written down".to_owned() } else { text };
    let quorum = if found.sitting.is_quorate {
        "Enough people were there to decide"
    } else {
        "No: too few people were there. What is decided is said to be decided without a quorum"
    };
    let mut facts = vec![Fact::of("Chair", found.meeting.chair.clone())];
    if found.sitting.attendance_version > 0 {
        facts.push(Fact::of("From the team", or_none(found.present().join("\n"))));
        facts.push(Fact::of("Others", or_none(found.attendance.others.clone())));
        facts.push(Fact::of("Apologies", or_none(found.attendance.apologies.clone())));
        facts.push(Fact::of("Quorum", quorum));
    }
    facts
}

impl AttendView {
    fn of(found: &Minutes, typed: Option<&AttendForm>) -> Self {
        let choice = |value: &str, text: &str| Choice {
            value: value.to_owned(),
            text: text.to_owned(),
            hint: String::new(),
        };
        let kept = &found.attendance;
        let present = kept.present.iter().map(ToString::to_string).collect();
        let quorum = if found.sitting.is_quorate { Vec::new() } else { vec!["no".to_owned()] };
        let typed_quorum = |it: &AttendForm| match it.quorum.as_str() {
            "" => Vec::new(),
            value => vec![value.to_owned()],
        };
        Self {
            members: found.members.iter().map(|(id, name)| choice(id.as_str(), name)).collect(),
            present: typed.map_or(present, |it| it.present.clone()),
            others: typed.map_or_else(|| kept.others.clone(), |it| it.others.clone()),
            apologies: typed.map_or_else(|| kept.apologies.clone(), |it| it.apologies.clone()),
            quorum: typed.map_or(quorum, typed_quorum),
            quorum_items: vec![choice("no", "Too few people were there for a quorum")],
            seen: found.attendance_mark(),
        }
    }
}

impl ItemView {
    fn of((at, it): (usize, &Minuted), is_open: bool, typed: &Typed) -> Self {
        let item = &it.point.item;
        let context = it.point.context.as_ref();
        let mut tags = Vec::new();
        if it.point.item.is_carried {
            tags.push(Tag { text: "Carried over", colour: "purple" });
        }
        tags.push(match item.decision {
            Some(Decision::CarriedOver) => Tag { text: "Not reached", colour: "yellow" },
            Some(decision) => Tag { text: decision.title(), colour: "green" },
            None if item.is_minuted() => Tag { text: "No decision yet", colour: "" },
            None => Tag { text: "No minutes yet", colour: "grey" },
        });
        let mine = typed.item.as_ref().filter(|_| is_open);
        let facts = facts(it);
        let is_refused = !typed.refused.is_empty() && mine.is_some();
        let (shown, theirs) = match (is_open, is_refused) {
            (true, true) => (Vec::new(), facts),
            (true, false) => (Vec::new(), Vec::new()),
            (false, _) => (facts, Vec::new()),
        };
        let gone = || "A context that is with another team by now".to_owned();
        Self {
            id: item.id.to_string(),
            number: at + 1,
            time: calendar::time_of(it.point.starts_at),
            href: context.map_or_else(String::new, |it| format!("/contexts/{}", it.id)),
            reference: context.map_or_else(String::new, |it| it.reference.clone()),
            label: context.map_or_else(gone, |it| it.label.clone()),
            tags,
            facts: shown,
            form: is_open.then(|| FormView::of(it, (mine, theirs))),
        }
    }
}

/// What is kept of an item, without what was left open.
fn facts(it: &Minuted) -> Vec<Fact> {
    let Said { discussion, reason, conflicts } = &it.said;
    let decision = it.point.item.decision.map_or("", Decision::title);
    let all = [
        Fact::of("Discussion", discussion.clone()),
        Fact::of("Decision", decision),
        Fact::of("Reason", reason.clone()),
        Fact::of("Interests declared", conflicts.clone()),
        Fact::of("Schools were told", it.told.words.clone()),
    ];
    all.into_iter().filter(|it| !it.value.is_empty()).collect()
}

impl FormView {
    fn of(it: &Minuted, (typed, theirs): (Option<&MinuteForm>, Vec<Fact>)) -> Self {
        let choice = |it: &Decision| Choice {
            value: it.as_str().to_owned(),
            text: it.title().to_owned(),
            hint: if it.needs_reason() { "Needs a reason" } else { "" }.to_owned(),
        };
        let kept = it.point.item.decision.map_or("", Decision::as_str).to_owned();
        let said = &it.said;
        Self {
            discussion: typed.map_or(&said.discussion, |it| &it.discussion).clone(),
            decision: typed.map_or(kept, |it| it.decision.clone()),
            decisions: Decision::ALL.iter().map(choice).collect(),
            reason: typed.map_or(&said.reason, |it| &it.reason).clone(),
            conflicts: typed.map_or(&said.conflicts, |it| &it.conflicts).clone(),
            seen: it.mark(),
            theirs,
        }
    }
}
