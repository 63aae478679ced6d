//! Finds lessons by their words: by stem, by beginning, and past typing errors, which it owns up to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::near::{self, Stems};
use super::{Cornerstone, Curriculum, Lesson, Phase, read};

/// How much a word counts by where it stands.
const TITLE: f64 = 8.0;
const VOCABULARY: f64 = 5.0;
const OBJECTIVE: f64 = 4.0;
const OUTCOME: f64 = 3.0;
const FACT: f64 = 2.0;
const BODY: f64 = 1.0;

/// Words are found by a beginning of so many letters, or of more if it is a word itself.
const PREFIX_LETTERS: usize = 3;
const WORDS_IN_A_QUERY: usize = 10;
const SNIPPET_LETTERS: usize = 180;
/// How much of a snippet may stand before the first match.
const LEAD_LETTERS: usize = 60;

/// All lessons, made ready for finding. Built once.
#[derive(Default)]
pub struct Index {
    entries: Vec<Entry>,
    /// Stem → entry → weight.
    postings: BTreeMap<String, BTreeMap<usize, f64>>,
    /// Every word as it is written, folded, with its stem.
    spellings: BTreeMap<String, String>,
    stems: Stems,
}

struct Entry {
    cornerstone: Cornerstone,
    phase: Phase,
    slug: String,
    title: String,
    objective: String,
    passages: Vec<String>,
}

/// What someone looks for.
#[derive(Debug, Default, Clone)]
pub struct Query {
    pub text: String,
    pub phase: Option<Phase>,
    pub cornerstone: Option<Cornerstone>,
    /// How many hits to pass over, and how many to show.
    pub skip: usize,
    pub take: usize,
}

/// What was found. The counts are of the other choices that a filter would leave.
#[derive(Debug, Default)]
pub struct Found {
    /// The best first, no more than were asked for.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
    pub guesses: Vec<Guess>,
    /// False when no lesson has all the words, so that these have some of them.
    pub has_all_words: bool,
    pub by_phase: BTreeMap<Phase, usize>,
    pub by_cornerstone: BTreeMap<Cornerstone, usize>,
}

#[derive(Debug)]
pub struct Hit {
    pub cornerstone: Cornerstone,
    pub phase: Phase,
    pub slug: String,
    pub title: Vec<Piece>,
    pub objective: Vec<Piece>,
    /// The passage that says most about the words; empty if title and objective say it all.
    pub snippet: Vec<Piece>,
    pub score: f64,
}

/// A piece of a text, and whether it is one of the words looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_match: bool,
}

/// A word that no lesson has, and the nearest that one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    pub typed: String,
    pub meant: String,
}

impl Index {
    pub fn of(curriculum: &Curriculum) -> Self {
        let mut index = Self::default();
        for lesson in &curriculum.lessons {
            index.add(lesson, curriculum);
        }
        index
    }

    pub fn find(&self, query: &Query) -> Found {
        let (wanted, guesses) = self.wanted(&query.text);
        if wanted.is_empty() {
            return Found::default();
        }
        let (scores, has_all_words) = self.scores(&wanted);
        let mut found = Found { guesses, has_all_words, ..Found::default() };
        let stems: BTreeSet<&str> = wanted.iter().flat_map(|it| it.keys().copied()).collect();
        let mut ranked: Vec<(f64, &Entry)> = Vec::new();
        for (place, score) in scores {
            let Some(entry) = self.entries.get(place) else { continue };
            let in_phase = query.phase.is_none_or(|it| it == entry.phase);
            let in_cornerstone = query.cornerstone.is_none_or(|it| it == entry.cornerstone);
            if in_cornerstone {
                *found.by_phase.entry(entry.phase).or_default() += 1;
            }
            if in_phase {
                *found.by_cornerstone.entry(entry.cornerstone).or_default() += 1;
            }
            if in_phase && in_cornerstone {
                ranked.push((score, entry));
            }
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.total = ranked.len();
        let shown = ranked.into_iter().skip(query.skip).take(query.take);
        found.hits = shown.map(|(score, entry)| self.hit(entry, &stems, score)).collect();
        found
    }

    fn add(&mut self, lesson: &Lesson, curriculum: &Curriculum) {
        let place = self.entries.len();
        let facts = &lesson.facts;
        self.count(place, &facts.title, TITLE);
        self.count(place, &facts.objective, OBJECTIVE);
        for term in &facts.vocabulary {
            self.count(place, &term.term, VOCABULARY);
            self.count(place, &term.meaning, FACT);
        }
        for outcome in &facts.outcomes {
            self.count(place, outcome, OUTCOME);
        }
        for sentence in &facts.key_knowledge {
            self.count(place, sentence, FACT);
        }
        for code in &facts.statutory {
            self.count(place, code, FACT);
            if let Some(point) = curriculum.point(code) {
                self.count(place, &point.text, FACT);
            }
        }
        for guidance in &facts.guidance {
            self.count(place, guidance.about.title(), FACT);
        }
        let around = [facts.years.as_str(), lesson.phase.title(), lesson.cornerstone.title()];
        for text in around {
            self.count(place, text, BODY);
        }
        let passages = read::own_words(lesson);
        for text in &passages {
            self.count(place, text, BODY);
        }
        self.entries.push(Entry {
            cornerstone: lesson.cornerstone,
            phase: lesson.phase,
            slug: lesson.slug.clone(),
            title: facts.title.value.clone(),
            objective: facts.objective.clone(),
            passages,
        });
    }

    fn count(&mut self, place: usize, text: &str, weight: f64) {
        for word in near::words(text) {
            let stem = match self.spellings.get(&word.folded) {
                Some(known) => known.clone(),
                None => self.stems.of(&word.folded),
            };
            *self.postings.entry(stem.clone()).or_default().entry(place).or_default() += weight;
            self.spellings.entry(word.folded).or_insert(stem);
        }
    }

    /// For each word of the query the stems that answer it and how well, and what was guessed.
    fn wanted(&self, text: &str) -> (Vec<BTreeMap<&str, f64>>, Vec<Guess>) {
        let mut words: Vec<String> = near::words(text).into_iter().map(|it| it.folded).collect();
        if !words.iter().all(|it| near::is_filler(it)) {
            words.retain(|it| !near::is_filler(it));
        }
        words.truncate(WORDS_IN_A_QUERY);
        let (mut wanted, mut guesses) = (Vec::new(), Vec::new());
        for word in words {
            let mut stems = self.straight(&word);
            if stems.is_empty()
                && let Some((meant, stem)) = self.nearest(&word)
            {
                guesses.push(Guess { typed: word, meant: meant.to_owned() });
                stems.insert(stem, 0.7);
            }
            wanted.push(stems);
        }
        (wanted, guesses)
    }

    fn straight(&self, word: &str) -> BTreeMap<&str, f64> {
        let known =
            self.postings.get_key_value(&self.stems.of(word)).map(|(stem, _)| stem.as_str());
        let letters = word.chars().count();
        let mut stems = BTreeMap::new();
        if letters > PREFIX_LETTERS || (letters == PREFIX_LETTERS && known.is_none()) {
            let from = (Bound::Included(word.to_owned()), Bound::Unbounded);
            let beginnings = self.spellings.range(from).take_while(|(it, _)| it.starts_with(word));
            stems.extend(beginnings.map(|(_, stem)| (stem.as_str(), 0.4)));
        }
        stems.extend(known.map(|it| (it, 1.0)));
        stems
    }

    /// The nearest word within reach; of equals the one that more lessons have.
    fn nearest(&self, word: &str) -> Option<(&str, &str)> {
        let most = match word.chars().count() {
            0..4 => return None,
            4..8 => 1,
            _ => 2,
        };
        let near = self.spellings.iter().filter_map(|(spelling, stem)| {
            let distance = near::distance(word, spelling, most)?;
            let lessons = self.postings.get(stem).map_or(0, BTreeMap::len);
            Some((distance, usize::MAX - lessons, spelling.as_str(), stem.as_str()))
        });
        near.min().map(|(_, _, spelling, stem)| (spelling, stem))
    }

    /// The entries that have all the words, or if none has, those that have any of them.
    fn scores(&self, wanted: &[BTreeMap<&str, f64>]) -> (BTreeMap<usize, f64>, bool) {
        let mut sums: BTreeMap<usize, (usize, f64)> = BTreeMap::new();
        for stems in wanted {
            let mut best: BTreeMap<usize, f64> = BTreeMap::new();
            for (stem, strength) in stems {
                let Some(places) = self.postings.get(*stem) else { continue };
                let rarity = (count(self.entries.len()) / count(places.len()) + 1.0).ln();
                for (place, weight) in places {
                    let score = strength * rarity * weight / (weight + 6.0);
                    let so_far = best.entry(*place).or_default();
                    *so_far = so_far.max(score);
                }
            }
            for (place, score) in best {
                let sum = sums.entry(place).or_default();
                *sum = (sum.0 + 1, sum.1 + score);
            }
        }
        let has_all = sums.values().any(|(words, _)| *words == wanted.len());
        let fits = |words: usize| !has_all || words == wanted.len();
        let kept = sums.into_iter().filter(|(_, (words, _))| fits(*words));
        (kept.map(|(place, (_, score))| (place, score)).collect(), has_all)
    }

    fn hit(&self, entry: &Entry, stems: &BTreeSet<&str>, score: f64) -> Hit {
        let best = entry
            .passages
            .iter()
            .filter(|it| **it != entry.objective)
            .map(|it| (self.matches(it, stems), it))
            .filter(|(matches, _)| *matches > 0)
            .min_by_key(|(matches, it)| (usize::MAX - matches, it.len().abs_diff(SNIPPET_LETTERS)));
        let snippet = best.map(|(_, it)| cut(self.marked(it, stems))).unwrap_or_default();
        Hit {
            cornerstone: entry.cornerstone,
            phase: entry.phase,
            slug: entry.slug.clone(),
            title: self.marked(&entry.title, stems),
            objective: self.marked(&entry.objective, stems),
            snippet,
            score,
        }
    }

    /// How many different words of the query a passage has.
    fn matches(&self, text: &str, stems: &BTreeSet<&str>) -> usize {
        let words = near::words(text);
        let found = words.iter().filter_map(|it| self.spellings.get(&it.folded));
        found.filter(|it| stems.contains(it.as_str())).collect::<BTreeSet<_>>().len()
    }

    fn marked(&self, text: &str, stems: &BTreeSet<&str>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut from = 0;
        let mut push = |from: usize, to: usize, is_match: bool| {
            if let Some(text) = text.get(from..to).filter(|it| !it.is_empty()) {
                pieces.push(Piece { text: text.to_owned(), is_match });
            }
        };
        for word in near::words(text) {
            if self.spellings.get(&word.folded).is_some_and(|it| stems.contains(it.as_str())) {
                push(from, word.start, false);
                push(word.start, word.end, true);
                from = word.end;
            }
        }
        push(from, text.len(), false);
        pieces
    }
}

/// Shortens what stands before the first match and after the snippet is long enough.
fn cut(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut kept: Vec<Piece> = Vec::new();
    let mut room = SNIPPET_LETTERS;
    for (at, piece) in pieces.into_iter().enumerate() {
        let letters = piece.text.chars().count();
        let text = if at == 0 && !piece.is_match && letters > LEAD_LETTERS {
            let tail: String = piece.text.chars().skip(letters - LEAD_LETTERS).collect();
            format!("…{}", tail.split_once(' ').map_or(tail.as_str(), |(_, rest)| rest))
        } else if letters > room {
            let head: String = piece.text.chars().take(room).collect();
            format!("{}…", head.rsplit_once(' ').map_or(head.as_str(), |(rest, _)| rest))
        } else {
            piece.text
        };
        let is_end = text.ends_with('…') && at > 0;
        room = room.saturating_sub(text.chars().count());
        kept.push(Piece { text, is_match: piece.is_match });
        if is_end {
            break;
        }
    }
    kept
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
