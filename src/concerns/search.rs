//! Concerns that say certain words. Nothing of what is said lies in any index: each concern that the reader may see is
//! opened and looked through in memory, the newest first, so many at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::list::{ListForm, Mark, Side, Sort, Standing, Wanted, rows};
use super::questions::{QUESTIONS, Shape};
use super::words::{Piece, Words};
use super::{Concern, KeptConcern, report, said};
use crate::Result;
use crate::accounts::Scope;
use crate::audit::Event;
use crate::deed::Deed;
use crate::districts::{TeamId, team_names};
use crate::schools::{self, Urn};
use crate::seal::Keyring;
use crate::store::Db;
use crate::web::FormErrors;

/// How many concerns are opened at a time.
const BATCH: usize = 250;
/// How many are opened for one request.
const OPENED_MAX: usize = 5_000;
/// How many are shown on one page.
const HITS_MAX: usize = 25;
/// How many passages of one concern are shown.
const PASSAGES_MAX: usize = 3;
const QUERY_MAX: usize = 100;

/// What is searched for, and among what.
#[derive(Debug, Clone)]
pub struct Search {
    words: Words,
    among: Wanted,
}

/// A concern in which every word occurs.
#[derive(Debug, Clone)]
pub struct Hit {
    pub concern: Concern,
    pub passages: Vec<Passage>,
}

/// Some words of a concern, and what they are an answer to.
#[derive(Debug, Clone)]
pub struct Passage {
    pub question: String,
    pub pieces: Vec<Piece>,
}

/// What has been found so far.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub hits: Vec<Hit>,
    /// How many concerns were looked through for it.
    pub opened: usize,
    /// How many of them do not open. They are in the log.
    pub unreadable: usize,
    /// Behind which concern more can be found.
    pub next: Option<Mark>,
    is_whole: bool,
}

/// The names that a page of hits needs.
#[derive(Debug)]
pub struct Names {
    pub schools: BTreeMap<Urn, String>,
    pub teams: BTreeMap<TeamId, String>,
}

impl Search {
    /// What a form asks for, or what is wrong with it.
    pub fn of(form: &ListForm, side: Side) -> Result<Self, FormErrors> {
        let mut errors = FormErrors::default();
        let words = Words::of(&form.q);
        if form.q.chars().count() > QUERY_MAX {
            errors.add("q", "What you search for must be 100 characters or fewer");
        } else if words.is_empty() {
            errors.add("q", "Enter at least one word");
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let among = Wanted { side, standing: Standing::Any, sort: Sort::Newest, ..form.for_team() };
        let among = Wanted { kind: None, harm: None, urgency: None, ..among };
        Ok(Self { words, among })
    }

    /// Writes down that somebody searches, before they find anything: without the words.
    pub fn record(deed: &mut Deed) -> Result<()> {
        deed.record(Event::ConcernsSearched, deed.by.id, None)
    }

    /// Looks through some more concerns within the reader's scope.
    pub fn more(&self, db: &mut Db, keys: &Keyring, scope: &Scope, so_far: Found) -> Result<Found> {
        let mut found = so_far;
        let after = found.next.or(self.among.after);
        let wanted = Wanted { after, ..self.among.clone() };
        let mut kept = rows(db, scope, &wanted, BATCH + 1)?;
        found.is_whole = kept.len() <= BATCH;
        kept.truncate(BATCH);
        let mut said = said::of_many(db, keys, &kept)?;
        for row in kept {
            if found.hits.len() == HITS_MAX {
                found.is_whole = false;
                return Ok(found);
            }
            found.opened += 1;
            found.next = Some(Mark::of(&row));
            let steps = said.remove(&row.id).unwrap_or_default();
            found.look_at(row, &steps, (keys, &self.words));
        }
        Ok(found)
    }
}

impl Found {
    /// True while another batch is to be looked through for this page.
    pub fn goes_on(&self) -> bool {
        !self.is_whole && self.hits.len() < HITS_MAX && self.opened < OPENED_MAX
    }

    /// Where the next page begins, if there may be more.
    pub fn older(&self) -> Option<Mark> {
        self.next.filter(|_| !self.is_whole)
    }

    fn look_at(&mut self, row: KeptConcern, said: &[String], (keys, words): (&Keyring, &Words)) {
        let id = row.id;
        match row.open(keys) {
            Ok(concern) => {
                let passages = passages(&concern, said, words);
                if !passages.is_empty() {
                    self.hits.push(Hit { concern, passages });
                }
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(%id, error, "a concern does not open");
                self.unreadable += 1;
            }
        }
    }

    /// Writes down whose words somebody is about to be shown.
    pub fn record(&self, deed: &mut Deed) -> Result<()> {
        let of = |it: &Hit| (it.concern.id.to_string(), Some(it.concern.team));
        let shown: Vec<(String, Option<TeamId>)> = self.hits.iter().map(of).collect();
        deed.record_all(Event::ConcernFound, &shown)
    }

    /// The names for a page of hits.
    pub fn names(&self, db: &mut Db) -> Result<Names> {
        let from: BTreeSet<Urn> = self.hits.iter().map(|it| it.concern.school).collect();
        let with: BTreeSet<TeamId> = self.hits.iter().map(|it| it.concern.team).collect();
        Ok(Names {
            schools: schools::names(db, &Vec::from_iter(from))?,
            teams: team_names(db, &Vec::from_iter(with))?.into_iter().collect(),
        })
    }
}

/// The passages of a concern that say the words; none unless all of them occur in it somewhere.
fn passages(concern: &Concern, said: &[String], words: &Words) -> Vec<Passage> {
    let answers = &concern.answers;
    let typed = QUESTIONS.iter().filter(|it| matches!(it.shape, Shape::Line | Shape::Text));
    let mut texts: Vec<(String, &str)> =
        typed.clone().map(|it| (it.short.to_owned(), answers.get(it.field))).collect();
    let why = |short: &str| format!("Why personal data stays in “{short}”");
    texts.extend(typed.map(|it| (why(it.short), answers.get(&report::reason_field(it)))));
    texts.extend(said.iter().map(|it| ("Asked, answered and explained".to_owned(), it.as_str())));
    texts.retain(|(_, text)| !text.is_empty());
    if !words.all_occur_in(texts.iter().map(|(_, text)| *text)) {
        return Vec::new();
    }
    let passage = |(question, text): (String, &str)| {
        let pieces = words.excerpt(text)?;
        Some(Passage { question, pieces })
    };
    texts.into_iter().filter_map(passage).take(PASSAGES_MAX).collect()
}
