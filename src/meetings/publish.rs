//! The minutes of a meeting are published: from then on nothing in them changes. Each context was discussed, or is carried
//! over; every school that reported reads what came of it, in words that the chair has checked, and its leads get a letter
//! that says no more than that there is news.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::agenda::{Point, Report, points};
use super::minute::{Said, sitting_now};
use super::{Decision, ItemId, KeptAgendaItem, Sitting, agenda_queries, item_queries as queries};
use crate::audit::Event;
use crate::concerns::steer::{self, Flag};
use crate::concerns::{Answers, Status, tell};
use crate::contexts::hear::hear;
use crate::contexts::{ContextId, State};
use crate::deed::Deed;
use crate::districts::{Meeting, MeetingId, possessive, team_names};
use crate::mail::news::{self, News};
use crate::seal::Keyring;
use crate::store::Db;
use crate::web::FormErrors;
use crate::{Error, Result, calendar, schools};

const WORDS_MAX: usize = 4_000;
const KEEP_MAX: usize = 200;

const OTHERS: &str = "The minutes or the agenda have changed since you opened this page. Nothing was published. Look at it again.";
const UNDECIDED: &str = "Some items have no decision yet. Nothing was published. Say in the minutes what was decided, or that they were not reached.";
const TWICE: &str = "These minutes were published already. Nothing was sent twice.";

/// What the schools that reported are told of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Empty until somebody has changed what follows from the decision.
    pub words: String,
    /// Why something in it that looks like personal data stays.
    pub keep: String,
}

/// What the schools that reported are told of an item, opened.
pub(super) fn told(keys: &Keyring, item: &KeptAgendaItem) -> Result<Told> {
    let Some(told) = &item.told else { return Ok(Told::default()) };
    let text = keys.unseal(KeptAgendaItem::told_place(&item.id), told)?;
    let answers = Answers::of_text(&text)?;
    Ok(Told { words: answers.get("words").to_owned(), keep: answers.get("keep").to_owned() })
}

/// What follows from a decision, in the words that a school reads.
fn composed((team, day): (&str, &str), decision: Decision, reason: &str) -> String {
    let opening = format!("Your concern was discussed at {} meeting on {day}.", possessive(team));
    let came_of_it = match decision {
        Decision::ActionAgreed => "The meeting agreed action.".to_owned(),
        Decision::BeingAssessed => {
            "It is being assessed first. The meeting decides when that is done.".to_owned()
        }
        Decision::InHand => "It is already in hand: people are working on it.".to_owned(),
        Decision::Moved => format!("It was moved to another team or service. {reason}"),
        Decision::NoAction => format!("No action will be taken. The reason: {reason}"),
        Decision::CarriedOver => return String::new(),
    };
    format!("{opening} {came_of_it}")
}

/// An item as it stands before it is published.
#[derive(Debug, Clone)]
pub struct Draft {
    pub point: Point,
    /// What the schools will read. Empty if they hear nothing.
    pub told: Told,
    /// The concerns whose schools will read it.
    pub reports: Vec<Report>,
    /// The references of concerns that have gone to another team, or elsewhere, since the agenda was made.
    pub gone: Vec<String>,
    pub flags: Vec<Flag>,
}

/// A meeting before it is published.
#[derive(Debug)]
pub struct Drafts {
    pub meeting: Meeting,
    pub team: String,
    pub sitting: Sitting,
    pub items: Vec<Draft>,
    /// The schools that reported, by name.
    pub schools: BTreeMap<schools::Urn, String>,
}

impl Drafts {
    /// How the agenda and all minutes stand.
    pub fn version(&self) -> i64 {
        let items: i64 = self.items.iter().map(|it| it.point.item.version).sum();
        let Sitting { agenda_version, attendance_version, .. } = self.sitting;
        (agenda_version * 100_000 + attendance_version) * 100_000 + items
    }

    pub fn mark(&self) -> String {
        super::mark("minutes", self.version())
    }

    /// The items without a decision.
    pub fn undecided(&self) -> impl Iterator<Item = &Draft> {
        self.items.iter().filter(|it| it.point.item.decision.is_none())
    }
}

/// What would be published now: by a coordinator of the meeting's team, from its day on.
pub fn drafts(deed: &mut Deed, id: MeetingId) -> Result<Drafts> {
    let (meeting, sitting) = match sitting_now(deed, id) {
        Err(Error::Refused(_)) if is_published(deed.db, id)? => {
            return Err(Error::Refused(TWICE));
        }
        found => found?,
    };
    let mut names = team_names(deed.db, &[meeting.team])?;
    let team = names.remove(&meeting.team).unwrap_or_default();
    let points = points(deed.db, deed.keys, &meeting)?;
    let ids: Vec<ContextId> = points.iter().map(|it| it.item.context).collect();
    let mut reports = agenda_queries::reports(deed.db, &ids)?;
    reports.retain(|it| it.team == meeting.team && it.status == Status::Linked);
    let then = queries::concerns_then(deed.db, id)?;
    let day = calendar::date_of(meeting.starts_at);
    let mut items = Vec::new();
    for point in points {
        let said = Said::of(deed.keys, &point.item)?;
        let mut told = told(deed.keys, &point.item)?;
        let decision = point.item.decision.filter(|it| it.is_told() && point.context.is_some());
        if let Some(decision) = decision.filter(|_| told.words.is_empty()) {
            told.words = composed((&team, &day), decision, &said.reason);
        }
        let is_its = |it: &&Report| it.context == point.item.context && point.context.is_some();
        let reports: Vec<Report> = reports.iter().filter(is_its).cloned().collect();
        let here: BTreeSet<_> = reports.iter().map(|it| it.concern).collect();
        let is_gone = |(item, concern, _): &&(ItemId, _, String)| {
            *item == point.item.id && !here.contains(concern)
        };
        let gone = then.iter().filter(is_gone).map(|(_, _, reference)| reference.clone());
        let flags = steer::flags(&told.words, deed.today());
        items.push(Draft { gone: gone.collect(), point, told, reports, flags });
    }
    let urns: Vec<schools::Urn> = reports.iter().map(|it| it.school).collect();
    let schools = schools::names(deed.db, &urns)?;
    Ok(Drafts { meeting, team, sitting, items, schools })
}

fn is_published(db: &mut Db, id: MeetingId) -> Result<bool> {
    Ok(queries::sitting(db, id)?.is_some_and(|it| it.published_at.is_some()))
}

/// What the chair has made of what schools read, as the browser sends it: `words_ITEM` and `keep_ITEM` of each item.
#[derive(Debug, Default, Clone)]
pub struct PublishForm {
    pub words: BTreeMap<String, Told>,
    /// True to keep the words and publish nothing yet.
    pub only_save: bool,
    seen: Option<i64>,
}

impl PublishForm {
    /// The fields of the form.
    pub fn of(pairs: &[(String, String)]) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            if let Some(item) = name.strip_prefix("words_") {
                value.trim().clone_into(&mut form.words.entry(item.to_owned()).or_default().words);
            } else if let Some(item) = name.strip_prefix("keep_") {
                value.trim().clone_into(&mut form.words.entry(item.to_owned()).or_default().keep);
            } else if name == "seen" {
                form.seen = super::version_of(value);
            } else if name == "act" {
                form.only_save = value == "save";
            }
        }
        form
    }

    /// Puts what was typed into what would be published, and says what is wrong with it.
    pub fn apply(&self, drafts: &mut Drafts, today: NaiveDate) -> FormErrors {
        let mut errors = FormErrors::default();
        let is_told = |it: &&mut Draft| !it.told.words.is_empty();
        for draft in drafts.items.iter_mut().filter(is_told) {
            let id = draft.point.item.id;
            if let Some(typed) = self.words.get(id.as_str()) {
                draft.told = typed.clone();
                draft.flags = steer::flags(&draft.told.words, today);
            }
            let Told { words, keep } = &draft.told;
            if words.is_empty() {
                errors.add(format!("words_{id}"), "Enter what the schools that reported will read");
            } else if words.chars().count() > WORDS_MAX {
                errors.add(
                    format!("words_{id}"),
                    "What schools read must be 4,000 characters or fewer",
                );
            }
            if !draft.flags.is_empty() && keep.is_empty() {
                let fault =
                    "Take the personal data out of what schools read, or say why it has to stay";
                errors.add(format!("keep_{id}"), fault);
            } else if keep.chars().count() > KEEP_MAX {
                errors.add(format!("keep_{id}"), "The reason must be 200 characters or fewer");
            }
        }
        errors
    }
}

/// Keeps the words, or publishes the minutes. Says how many letters were queued; none if the words were only kept.
pub fn publish(deed: &mut Deed, id: MeetingId, form: &PublishForm) -> Result<Option<usize>> {
    let mut drafts = drafts(deed, id)?;
    if form.seen != Some(drafts.version()) {
        return Err(Error::Refused(OTHERS));
    }
    let errors = form.apply(&mut drafts, deed.today());
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    if !form.only_save && drafts.undecided().next().is_some() {
        return Err(Error::Refused(UNDECIDED));
    }
    for draft in &drafts.items {
        keep(deed, &drafts.meeting, draft)?;
    }
    if form.only_save {
        deed.record(Event::MeetingMinuted, id, Some(drafts.meeting.team))?;
        return Ok(None);
    }
    queries::begin(deed.db, id)?;
    if !queries::publish(deed.db, id, (deed.by.id, deed.at))? {
        return Err(Error::Refused(TWICE));
    }
    let mut news = Vec::new();
    for draft in &drafts.items {
        news.extend(hand_out(deed, &drafts.meeting, draft)?);
    }
    deed.record(Event::MeetingPublished, id, Some(drafts.meeting.team))?;
    news::tell(deed, id, &news).map(Some)
}

/// Keeps what schools read of an item, as it will be or was published.
fn keep(deed: &mut Deed, meeting: &Meeting, draft: &Draft) -> Result<()> {
    let item = &draft.point.item;
    let Told { words, keep } = &draft.told;
    let pairs = [("words", words), ("keep", keep)];
    let text = Answers::of(pairs.map(|(name, value)| (name.to_owned(), value.clone())));
    let place = KeptAgendaItem::told_place(&item.id);
    let told = match text.as_text() {
        "" => None,
        text => Some(deed.keys.seal(meeting.team.as_str(), place, text)?),
    };
    if queries::keep_said(deed.db, item, item.decision, (item.said.as_ref(), told.as_ref()))? {
        return Ok(());
    }
    Err(Error::Refused(OTHERS))
}

/// Moves a context on and tells the schools that reported.
fn hand_out(deed: &mut Deed, meeting: &Meeting, draft: &Draft) -> Result<Vec<News>> {
    let item = &draft.point.item;
    let Some(decision) = item.decision.filter(|it| it.is_told()) else { return Ok(Vec::new()) };
    if draft.point.context.is_none() {
        return Ok(Vec::new());
    }
    let day = calendar::date_of(meeting.starts_at);
    let why = format!("{} at the meeting on {day}.", decision.title());
    hear(deed, item.context, (State::Discussed, &why))?;
    let mut news = Vec::new();
    for report in &draft.reports {
        let told = (meeting.id, draft.told.words.as_str());
        let concern = tell::tell(deed, report.concern, told)?;
        let path = format!("/concerns/{}", concern.id);
        news.push(News { school: concern.school, path, reference: concern.reference });
    }
    Ok(news)
}
