//! Where somebody wanted to go before they had to sign in: always a page of ours.

use crate::store::letters_of;

/// Pages that can be gone back to, whole or with an id behind them.
const PLACES: [&str; 8] = [
    "concerns",
    "concerns/drafts",
    "contexts",
    "meetings",
    "digests",
    "account",
    "admin",
    "admin/audit",
];

/// The path behind a word such as `concerns` or `concerns/ID`, if it is one of the places.
pub fn path(word: &str) -> Option<String> {
    let (place, id) = match word.rsplit_once('/') {
        Some((place, id)) if letters_of(id).is_some() => (place, Some(id)),
        _ => (word, None),
    };
    let is_known = PLACES.contains(&place) && (place != "concerns/drafts" || id.is_some());
    is_known.then(|| format!("/{word}"))
}

/// The sign-in page that leads back to `path`, if that is one of the places.
pub fn sign_in(path_asked: &str) -> String {
    match path_asked.strip_prefix('/').filter(|it| path(it).is_some()) {
        Some(word) => format!("/sign-in?back={word}"),
        None => "/sign-in".to_owned(),
    }
}

/// The same for a form's address, which may lie a step below its place.
pub fn sign_in_towards(path_asked: &str) -> String {
    let steps = std::iter::successors(Some(path_asked), |it| Some(it.rsplit_once('/')?.0));
    steps.map(sign_in).find(|it| it.contains('?')).unwrap_or_else(|| sign_in(path_asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_back_to_pages_of_ours_and_nowhere_else() {
        let id = "0123456789abcdefghjkmnpqrs";
        assert_eq!(sign_in(&format!("/concerns/{id}")), format!("/sign-in?back=concerns/{id}"));
        assert_eq!(
            sign_in_towards(&format!("/concerns/drafts/{id}/what")),
            format!("/sign-in?back=concerns/drafts/{id}")
        );
        assert_eq!(sign_in_towards("/elsewhere/x"), "/sign-in");
        assert_eq!(path("meetings").as_deref(), Some("/meetings"));
        for elsewhere in [
            "",
            "/evil.example",
            "https://evil.example",
            "concerns/../admin",
            "concerns/drafts",
            "x",
        ] {
            assert_eq!(path(elsewhere), None, "{elsewhere}");
        }
    }
}
