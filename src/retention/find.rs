//! Words found in a text, whatever their case, accents and spaces.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A piece of a text: found, or what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_found: bool,
}

/// A text as it is compared: small letters without accents, one space where there are several. Each with its place.
fn folded(text: &str) -> Vec<(char, usize)> {
    let mut letters: Vec<(char, usize)> = Vec::new();
    for (place, letter) in text.char_indices() {
        if letter.is_whitespace() {
            if letters.last().is_some_and(|it| it.0 != ' ') {
                letters.push((' ', place));
            }
            continue;
        }
        let plain = letter.nfd().filter(|it| !is_combining_mark(*it));
        letters.extend(plain.flat_map(char::to_lowercase).map(|it| (it, place)));
    }
    letters
}

/// A text cut where one of `terms` begins and ends, each at the beginning of a word; nothing if none is in it.
pub fn found(text: &str, terms: &[String]) -> Option<Vec<Piece>> {
    let letters = folded(text);
    let mut is_found = vec![false; letters.len()];
    for term in terms {
        let term: Vec<char> = folded(term.trim()).into_iter().map(|it| it.0).collect();
        if term.is_empty() {
            continue;
        }
        for (start, window) in letters.windows(term.len()).enumerate() {
            let before = start.checked_sub(1).and_then(|it| letters.get(it));
            let begins_word = before.is_none_or(|it| !it.0.is_alphanumeric());
            if begins_word && window.iter().map(|it| it.0).eq(term.iter().copied()) {
                is_found.iter_mut().skip(start).take(term.len()).for_each(|it| *it = true);
            }
        }
    }
    is_found.contains(&true).then(|| pieces(text, &letters, &is_found))
}

/// Cuts a text where what is found begins and ends.
fn pieces(text: &str, letters: &[(char, usize)], is_found: &[bool]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut marks = letters.iter().map(|it| it.1).zip(is_found.iter().copied()).peekable();
    let mut is_in = false;
    for (place, letter) in text.char_indices() {
        while let Some((_, found)) = marks.next_if(|(at, _)| *at == place) {
            is_in = found;
        }
        match pieces.last_mut().filter(|it| it.is_found == is_in) {
            Some(piece) => piece.text.push(letter),
            None => pieces.push(Piece { text: letter.to_string(), is_found: is_in }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, terms: &[&str]) -> Option<String> {
        let terms: Vec<String> = terms.iter().map(|it| (*it).to_owned()).collect();
        let piece = |it: Piece| if it.is_found { format!("[{}]", it.text) } else { it.text };
        Some(found(text, &terms)?.into_iter().map(piece).collect())
    }

    #[test]
    fn words_are_found_whatever_their_case_accents_and_spaces() {
        let found = |text, terms| marked(text, terms).unwrap_or_else(|| "nothing".to_owned());
        assert_eq!(found("With Zoë  Marsh there", &["zoe marsh"]), "With [Zoë  Marsh] there");
        assert_eq!(found("ZOE and zoe@example.org", &["Zoë"]), "[ZOE] and [zoe]@example.org");
        assert_eq!(found("Ann’s, not planning", &["ann"]), "[Ann]’s, not planning");
        assert_eq!(found("İstanbul İ x", &["x"]), "İstanbul İ [x]");
        assert_eq!(found("planning", &["ann"]), "nothing");
        assert_eq!(found("anything", &["", " "]), "nothing");
    }
}
