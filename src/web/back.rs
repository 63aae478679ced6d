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

/// How the addresses of files end that are taken away after a proof.
const FILES: [&str; 3] = [".csv", ".pdf", ".html"];

/// The path behind a word such as `concerns` or `concerns/ID`, if it is one of the places.
pub fn path(word: &str) -> Option<String> {
    let (place, id) = match word.rsplit_once('/') {
        Some((place, id)) if letters_of(id).is_some() => (place, Some(id)),
        _ => (word, None),
    };
    let is_known = PLACES.contains(&place) && (place != "concerns/drafts" || id.is_some());
    is_known.then(|| format!("/{word}"))
}

/// A word again, if it stands for one of the places; else nothing.
pub fn word(word: &str) -> String {
    path(word).map(|_| word.to_owned()).unwrap_or_default()
}

/// The sign-in page that leads back to `path`, if that is one of the places.
pub fn sign_in(path_asked: &str) -> String {
    match path_asked.strip_prefix('/').filter(|it| path(it).is_some()) {
        Some(word) => format!("/sign-in?back={word}"),
        None => "/sign-in".to_owned(),
    }
}

/// A path of ours that keeps where to go back to, if that is one of the places.
pub fn with(to: &str, word: &str) -> String {
    if path(word).is_some() { format!("{to}?back={word}") } else { to.to_owned() }
}

/// The page of the second step that leads back to `path`, if that is one of the places.
pub fn second_step(path_asked: &str) -> String {
    match path_asked.strip_prefix('/').filter(|it| path(it).is_some()) {
        Some(word) => format!("/sign-in/second?back={word}"),
        None => "/sign-in/second".to_owned(),
    }
}

/// The page that asks for a fresh proof and leads back to `path` with its query.
pub fn prove(path: &str, query: &str) -> String {
    let whole = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    match whole.strip_prefix('/').filter(|it| within(it).is_some()) {
        Some(word) => format!("/prove?back={}", escaped(word)),
        None => "/prove".to_owned(),
    }
}

/// The path behind the words that [`prove`] was asked to lead back to: segments of small letters, digits, hyphens
/// and dots (none begins with one) below one of the places, and a query of plain characters. Never another host: no segment is empty.
pub fn within(words: &str) -> Option<String> {
    let (path, query) = words.split_once('?').unwrap_or((words, ""));
    let is_plain = |it: &str| {
        !it.is_empty()
            && !it.starts_with('.')
            && it.bytes().all(|it| {
                it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-' || it == b'.'
            })
    };
    let is_query = |it: u8| it.is_ascii_alphanumeric() || b"=&%+._~-".contains(&it);
    let first = path.split('/').next().unwrap_or_default();
    let is_ours =
        PLACES.contains(&first) && path.split('/').all(is_plain) && query.bytes().all(is_query);
    is_ours.then(|| format!("/{words}"))
}

/// Where a proof leads: a page itself; of a file the page that it belongs to, which then offers it. A browser that is led
/// to a file stays where it was, and the page there looks as if the proof had failed.
pub fn proved(words: &str) -> Option<String> {
    let to = within(words)?;
    let (path, query) = to.split_once('?').unwrap_or((&to, ""));
    let file = FILES.into_iter().find_map(|it| Some((path.strip_suffix(it)?, it)));
    let Some((page, end)) = file else { return Some(to) };
    let ready = format!("ready={}", end.trim_start_matches('.'));
    let query = if query.is_empty() { ready } else { format!("{query}&{ready}") };
    Some(format!("{page}?{query}"))
}

/// The file that a page offers after a proof, by the page's own path and query.
pub fn ready(path: &str, query: &str) -> Option<String> {
    let is_ready = |it: &str| it.starts_with("ready=");
    let wanted = query.split('&').find(|it| is_ready(it))?.strip_prefix("ready=")?;
    let end = FILES.into_iter().find(|it| it.trim_start_matches('.') == wanted)?;
    let rest: Vec<&str> = query.split('&').filter(|it| !is_ready(it) && !it.is_empty()).collect();
    let rest = rest.join("&");
    let file = format!("{path}{end}");
    Some(if rest.is_empty() { file } else { format!("{file}?{rest}") })
}

/// A path with its query as one value of another query.
fn escaped(words: &str) -> String {
    words
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('&', "%26")
        .replace('+', "%2B")
        .replace('=', "%3D")
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

    #[test]
    fn a_proof_for_a_file_leads_to_its_page_and_that_page_offers_the_file() {
        let to = "/admin/audit?person=kim%40example.org&ready=csv";
        assert_eq!(proved("admin/audit.csv?person=kim%40example.org").as_deref(), Some(to));
        let file = "/admin/audit.csv?person=kim%40example.org";
        let query = "person=kim%40example.org&ready=csv";
        assert_eq!(ready("/admin/audit", query).as_deref(), Some(file));
        assert_eq!(
            proved("admin/retention/2032.csv").as_deref(),
            Some("/admin/retention/2032?ready=csv")
        );
        assert_eq!(proved("admin/people").as_deref(), Some("/admin/people"));
        assert_eq!(ready("/admin/audit", "ready=exe"), None);
    }

    #[test]
    fn a_proof_leads_back_to_a_page_below_one_of_ours_and_keeps_its_query() {
        assert_eq!(prove("/admin/people/x1", ""), "/prove?back=admin/people/x1");
        assert_eq!(
            prove("/admin/audit", "from=1&to=2"),
            "/prove?back=admin/audit%3Ffrom%3D1%26to%3D2"
        );
        assert_eq!(within("admin/audit?from=1&to=2").as_deref(), Some("/admin/audit?from=1&to=2"));
        for elsewhere in [
            "",
            "/evil.example",
            "//evil.example",
            "https:/x",
            "sign-out",
            "admin//x",
            "admin/../x",
            "admin/x?a=\r\nx",
            "admin\\x",
            "adminx",
        ] {
            assert_eq!(within(elsewhere), None, "{elsewhere}");
        }
    }
}
