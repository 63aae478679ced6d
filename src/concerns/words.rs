//! Words that are looked for in a text, whatever their case and accents, and the passage that they stand in.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// How much of a text is shown before the first word that was found, and after it, in characters.
const BEFORE: usize = 60;
const AFTER: usize = 180;

/// Words to look for, folded.
#[derive(Debug, Clone, Default)]
pub struct Words(Vec<String>);

/// A piece of a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_match: bool,
}

impl Words {
    /// The words of what somebody typed.
    pub fn of(typed: &str) -> Self {
        let typed = folded(typed);
        let mut words: Vec<String> = typed
            .split(|it: char| !(it.is_alphanumeric() || it == '\''))
            .map(|it| it.trim_matches('\'').to_owned())
            .filter(|it| !it.is_empty())
            .collect();
        words.sort();
        words.dedup();
        Self(words)
    }

    /// True if there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True if every word occurs in one of these texts.
    pub fn all_occur_in<'a>(&self, texts: impl Iterator<Item = &'a str>) -> bool {
        let whole: String = texts.flat_map(|it| [folded(it), "\n".to_owned()]).collect();
        self.0.iter().all(|it| whole.contains(it.as_str()))
    }

    /// The passage around the first word that a text has, with every word in it marked. None if it has none.
    pub fn excerpt(&self, text: &str) -> Option<Vec<Piece>> {
        let letters: Vec<char> = text.chars().collect();
        let marked = self.marked(&letters);
        let first = marked.iter().position(|it| *it)?;
        let start = first.saturating_sub(BEFORE);
        let end = letters.len().min(first + AFTER);
        let (start, end) = (whole_word_after(&letters, start, first), end);
        let mut pieces = Vec::new();
        if start > 0 {
            pieces.push(Piece { text: "… ".to_owned(), is_match: false });
        }
        let shown = letters.iter().zip(&marked).skip(start).take(end - start);
        for (letter, is_match) in shown {
            match pieces.last_mut() {
                Some(Piece { text, is_match: same }) if same == is_match => text.push(*letter),
                _ => pieces.push(Piece { text: letter.to_string(), is_match: *is_match }),
            }
        }
        if end < letters.len() {
            pieces.push(Piece { text: " …".to_owned(), is_match: false });
        }
        Some(pieces)
    }

    /// Which letters are part of a word that is looked for.
    fn marked(&self, letters: &[char]) -> Vec<bool> {
        let mut marked = vec![false; letters.len()];
        // Folded letters, each with the place of the letter that it comes from.
        let folded: Vec<(usize, char)> = letters
            .iter()
            .enumerate()
            .flat_map(|(place, it)| fold(std::iter::once(*it)).map(move |it| (place, it)))
            .collect();
        for word in &self.0 {
            let word: Vec<char> = word.chars().collect();
            for found in folded.windows(word.len()) {
                if found.iter().map(|it| it.1).eq(word.iter().copied()) {
                    let places = found.first().map(|it| it.0).zip(found.last().map(|it| it.0));
                    let (first, last) = places.unwrap_or_default();
                    marked.iter_mut().take(last + 1).skip(first).for_each(|it| *it = true);
                }
            }
        }
        marked
    }
}

/// Where a word begins at or after `start`, but not after `first`.
fn whole_word_after(letters: &[char], start: usize, first: usize) -> usize {
    if start == 0 {
        return 0;
    }
    let rest = letters.iter().enumerate().take(first).skip(start);
    rest.clone().find(|(_, it)| it.is_whitespace()).map_or(start, |(place, _)| place + 1)
}

/// In small letters, without accents, with one kind of apostrophe.
fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { fold(text.chars()).collect() }
}

fn fold(letters: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let plain = |it: char| if matches!(it, '’' | '‘') { '\'' } else { it };
    letters.nfd().filter(|it| !is_combining_mark(*it)).flat_map(char::to_lowercase).map(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &str, text: &str) -> String {
        let pieces = Words::of(words).excerpt(text).unwrap_or_default();
        pieces
            .iter()
            .map(|it| if it.is_match { format!("[{}]", it.text) } else { it.text.clone() })
            .collect()
    }

    #[test]
    fn words_are_found_whatever_their_case_and_accents_and_marked_as_they_stand() {
        assert_eq!(
            shown("CAFE mill", "By the Café, near the mill’s weir"),
            "By the [Café], near the [mill]’s weir"
        );
        assert_eq!(shown("café", "THE CAFE"), "THE [CAFE]");
        assert_eq!(shown("mill's", "the mill’s weir"), "the [mill’s] weir");
        assert_eq!(shown("bus", "nothing"), "");
        assert!(Words::of(" -- ").is_empty());
    }

    #[test]
    fn every_word_must_occur_but_not_in_the_same_text() {
        let words = Words::of("weir lamp");
        assert!(words.all_occur_in(["by the weir", "a lamp is out"].into_iter()));
        assert!(!words.all_occur_in(["by the weir", "a light is out"].into_iter()));
    }

    #[test]
    fn a_long_text_is_cut_to_the_passage_around_the_word() {
        let text = format!("{}by the weir {}", "before ".repeat(50), "after ".repeat(50));
        let passage = shown("weir", &text);
        assert!(passage.starts_with("… before ") && passage.ends_with('…'), "{passage}");
        assert!(passage.contains("by the [weir] after"), "{passage}");
        assert!(passage.chars().count() < 260, "{passage}");
    }
}
