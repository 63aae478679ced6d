//! Text as it is compared and searched: the two engines fold case in opposite ways, so it is folded here.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Small letters without accents, straight apostrophes, one space between words: `Zoë  O’Hara` is `zoe o'hara`.
pub fn fold(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .filter(|it| !is_combining_mark(*it))
        .map(|it| if it == '’' { '\'' } else { it })
        .flat_map(char::to_lowercase)
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn capitals_accents_and_apostrophes_make_no_difference() {
        assert_eq!(fold(" Zoë  O’HARA "), "zoe o'hara");
        assert_eq!(fold("Ŵyn"), fold("wyn"));
    }
}
