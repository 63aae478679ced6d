//! Words as a search sees them: folded, stemmed, and how far one is from another.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word of a text and the bytes it takes there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Without case, accents or apostrophes.
    pub folded: String,
    pub start: usize,
    pub end: usize,
}

/// The words of a text in their order. An apostrophe does not part a word; a hyphen does.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, it) in text.char_indices().chain([(text.len(), ' ')]) {
        let belongs = it.is_alphanumeric()
            || is_combining_mark(it)
            || (start.is_some() && matches!(it, '\'' | '’'));
        match (start, belongs) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let folded = fold(text.get(from..at).unwrap_or_default());
                if !folded.is_empty() {
                    words.push(Word { folded, start: from, end: at });
                }
                start = None;
            }
            _ => {}
        }
    }
    words
}

pub fn fold(word: &str) -> String {
    let bare = word.nfkd().filter(|it| !is_combining_mark(*it) && !matches!(it, '\'' | '’'));
    bare.flat_map(char::to_lowercase).collect()
}

/// Brings words to their stems.
pub struct Stems(Stemmer);

impl Default for Stems {
    fn default() -> Self {
        Self(Stemmer::create(Algorithm::English))
    }
}

impl Stems {
    pub fn of(&self, folded: &str) -> String {
        self.0.stem(folded).into_owned()
    }

    pub fn all(&self, text: &str) -> Vec<String> {
        words(text).iter().map(|it| self.of(&it.folded)).collect()
    }
}

/// How many letters must be changed, added, left out or swapped with their neighbour to make one
/// word of the other; `None` beyond `most`.
pub fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let change = last.get(j).map_or(usize::MAX, |it| it + usize::from(a != b));
            let leave_out = last.get(j + 1).map_or(usize::MAX, |it| it + 1);
            let add = row.get(j).map_or(usize::MAX, |it| it + 1);
            let is_swap =
                i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a);
            let swap = before_last
                .get(j.wrapping_sub(1))
                .filter(|_| is_swap)
                .map_or(usize::MAX, |it| it + 1);
            row.push(change.min(leave_out).min(add).min(swap));
        }
        if row.iter().min().is_none_or(|it| *it > most) {
            return None;
        }
        before_last = last;
        last = row;
    }
    last.last().copied().filter(|it| *it <= most)
}

/// Words that say nothing about a lesson.
pub fn is_filler(folded: &str) -> bool {
    const FILLERS: [&str; 34] = [
        "a", "about", "an", "and", "are", "as", "at", "be", "by", "do", "for", "from", "how", "i",
        "in", "is", "it", "lesson", "lessons", "my", "of", "on", "or", "our", "that", "the",
        "their", "to", "we", "what", "when", "with", "you", "your",
    ];
    FILLERS.contains(&folded)
}
