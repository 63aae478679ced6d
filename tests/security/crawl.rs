//! Every page that somebody can reach by its links, and every form on them.

use std::collections::{BTreeMap, BTreeSet};

use crate::client::Answer;
use crate::server::Visitor;

/// More pages than the demonstration has of different kinds.
const PAGES_MAX: usize = 150;

/// A form, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    /// Names and values of everything that is sent along.
    pub given: Vec<(String, String)>,
    /// Names of what somebody types.
    pub typed: Vec<String>,
}

/// The pages that somebody can look at, one of each kind: from the front page on, and from `more` pages.
pub fn pages(visitor: &Visitor, more: Vec<String>) -> Vec<(String, Answer)> {
    let mut todo = more;
    todo.push("/".to_owned());
    let (mut seen, mut pages) = (BTreeSet::new(), Vec::new());
    while let Some(path) = todo.pop() {
        if !seen.insert(kind_of(&path)) || pages.len() == PAGES_MAX {
            continue;
        }
        let page = visitor.get(&path);
        assert!(page.status < 500, "{path}: {}", page.status);
        if page.status == 303 {
            todo.push(page.location().to_owned());
        }
        todo.extend(links(&page));
        pages.push((path, page));
    }
    pages
}

/// The forms on these pages, one of each kind.
pub fn forms(visitor: &Visitor, more: Vec<String>) -> Vec<Form> {
    let mut kinds = BTreeMap::new();
    for (path, page) in pages(visitor, more) {
        for form in forms_of(&page, &path) {
            kinds.entry((kind_of(&form.action), form.typed.clone())).or_insert(form);
        }
    }
    kinds.into_values().collect()
}

/// The path without ids: one concern's page stands for all of them.
fn kind_of(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let step = |it: &str| {
        let is_id = it.len() == 26 && it.bytes().all(|it| it.is_ascii_alphanumeric());
        if is_id { "{id}".to_owned() } else { it.to_owned() }
    };
    path.split('/').map(step).collect::<Vec<_>>().join("/")
}

fn links(page: &Answer) -> Vec<String> {
    let hrefs = page.body.split("href=\"").skip(1).filter_map(|it| it.split('"').next());
    let ours = hrefs.filter(|it| it.starts_with('/') && !it.starts_with("/assets/"));
    ours.filter(|it| !it.starts_with("/curriculum/")).map(unescaped).collect()
}

fn forms_of(page: &Answer, path: &str) -> Vec<Form> {
    let pieces = page.body.split("<form").skip(1).filter_map(|it| it.split("</form>").next());
    let posts = pieces.filter(|it| it.contains("method=\"post\""));
    let form = |piece: &str| {
        let action = attribute(piece, "action").unwrap_or_else(|| path.to_owned());
        let (mut given, mut typed) = (Vec::new(), Vec::new());
        for tag in piece.split('<').skip(1) {
            let Some(name) = attribute(tag, "name") else { continue };
            let value = attribute(tag, "value").unwrap_or_default();
            let is = |what: &str| tag.contains(&format!("type=\"{what}\""));
            let is_text = tag.starts_with("textarea")
                || (tag.starts_with("input")
                    && !is("hidden")
                    && !is("radio")
                    && !is("checkbox")
                    && !is("submit"));
            if is_text {
                typed.push(name);
            } else if is("hidden") || ((is("radio") || is("checkbox")) && !has(&given, &name)) {
                given.push((name, value));
            }
        }
        Form { action, given, typed }
    };
    posts.map(form).collect()
}

fn has(given: &[(String, String)], name: &str) -> bool {
    given.iter().any(|(it, _)| it == name)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let (_, after) = tag.split_once(&format!("{name}=\""))?;
    Some(unescaped(after.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    text.replace("&#x2F;", "/").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
}
