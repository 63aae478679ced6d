//! The rules of the house that the compiler does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use e4s::app;
use e4s::config::SETTINGS;
use e4s::web::Policy;

/// The slices, the lowest first. A slice names only those before it.
const SLICES: &[&[&str]] = &[
    &["accounts", "schools", "districts"],
    &["concerns"],
    &["contexts"],
    &["meetings"],
    &["digests"],
    &["retention"],
    &["trail"],
    &["upkeep"],
];
/// What knows no slice but the actor and the ids that a post consists of.
const FOUNDATIONS: &[&str] = &["store", "audit", "mail", "web", "documents"];

#[test]
fn http_stays_at_the_edge() {
    let edge = ["/pages.rs", "_pages.rs", "src/web/", "src/app.rs", "src/serve.rs", "src/main.rs"];
    for (name, text) in sources("src") {
        let is_edge = edge.iter().any(|it| name.contains(it));
        assert!(is_edge || !text.contains("actix_web"), "{name} speaks HTTP");
    }
}

#[test]
fn the_database_is_asked_in_queries() {
    let may =
        ["src/store/", "src/audit/", "src/mail/", "/queries.rs", "_queries.rs", "src/error.rs"];
    for (name, text) in sources("src") {
        if may.iter().any(|it| name.contains(it)) {
            continue;
        }
        let asks = text.lines().any(|line| {
            let line = line.trim();
            line.contains("diesel::insert_into")
                || line.contains("diesel::update")
                || line.contains("diesel::delete")
                || line.contains(".load(db)")
        });
        assert!(!asks, "{name} asks the database itself");
    }
}

#[test]
fn what_reaches_a_page_or_a_letter_is_decided_where_pages_and_letters_are() {
    let may = ["/pages.rs", "_pages.rs", "src/web/", "src/mail/", "src/documents/", "src/app.rs"];
    for (name, text) in sources("src") {
        let is_there = may.iter().any(|it| name.contains(it));
        let derives = text.lines().any(|it| it.contains("derive(") && it.contains("Serialize"));
        assert!(is_there || !derives, "{name} makes something that could be sent");
    }
}

#[test]
fn a_slice_calls_down_and_never_up() {
    for (level, slices) in SLICES.iter().enumerate() {
        let above: Vec<&str> = SLICES.iter().skip(level + 1).copied().flatten().copied().collect();
        for slice in *slices {
            for (name, text) in sources(&format!("src/{slice}")) {
                for upper in &above {
                    assert!(
                        !text.contains(&format!("crate::{upper}::")),
                        "{name} calls up to {upper}"
                    );
                }
            }
        }
    }
    let nouns: Vec<&str> =
        SLICES.iter().skip(1).copied().flatten().copied().chain(["curriculum", "themes"]).collect();
    for room in FOUNDATIONS {
        for (name, text) in sources(&format!("src/{room}")) {
            for noun in &nouns {
                let allowed = *room == "documents" && *noun == "curriculum";
                assert!(
                    allowed || !text.contains(&format!("crate::{noun}::")),
                    "{name} knows {noun}"
                );
            }
        }
    }
}

#[test]
fn a_slice_asks_with_its_own_queries() {
    for (name, text) in sources("src") {
        let Some(own) = name.strip_prefix("src/").and_then(|it| it.split_once('/')) else {
            continue;
        };
        for other in ["concerns", "contexts", "meetings", "digests", "retention"] {
            let foreign = other != own.0 && text.contains(&format!("crate::{other}::queries"));
            assert!(!foreign || own.0 == "demo", "{name} uses the queries of {other}");
        }
    }
}

#[test]
fn no_file_outgrows_its_reader() {
    for folder in ["src", "tests"] {
        for (name, text) in sources(folder) {
            assert!(text.lines().count() <= 400, "{name} is too long");
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    for folder in ["src", "tests/portal"] {
        for (name, text) in sources(folder) {
            assert!(text.starts_with("//!"), "{name} does not begin with //!");
        }
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    assert_eq!(names("migrations/sqlite"), names("migrations/postgres"));
}

#[test]
fn every_route_has_a_policy_and_nothing_that_changes_something_is_public() {
    let rows = app::routes().rows();
    let distinct: BTreeSet<(String, &str)> =
        rows.iter().map(|it| (it.method.to_string(), it.path)).collect();
    assert_eq!(distinct.len(), rows.len(), "a route is registered twice");
    let open: Vec<&str> = rows
        .iter()
        .filter(|it| it.method == "POST" && matches!(it.policy, Policy::Public | Policy::Anyone))
        .map(|it| it.path)
        .collect();
    // Whoever is signed out signs in, says that a password is forgotten, chooses one with a letter, or goes to the council.
    assert_eq!(
        open,
        [
            "/sign-in",
            "/forgotten",
            "/choose-password/{token}",
            "/sign-on",
            "/choose-password/{token}/sign-on"
        ]
    );
}

#[test]
fn the_readme_documents_every_setting_as_it_is() {
    let readme = fs::read_to_string("README.md").expect("a README");
    let table: Vec<&str> = readme.lines().filter(|it| it.starts_with("| `")).collect();
    for setting in SETTINGS {
        let default = match setting.default {
            "" => "none".to_owned(),
            value => format!("`{value}`"),
        };
        let row = format!("| `{}` | {default} | {} |", setting.name, setting.about);
        assert!(table.contains(&row.as_str()), "the README lacks this row:\n{row}");
    }
}

#[test]
fn the_readme_maps_every_room() {
    let readme = fs::read_to_string("README.md").expect("a README");
    for room in names("src").iter().filter(|it| Path::new("src").join(it).is_dir()) {
        assert!(readme.contains(&format!("{room}/")), "the README's map lacks {room}/");
    }
}

#[test]
fn every_test_that_the_security_page_names_exists_and_its_counts_are_those_of_its_tables() {
    let page = fs::read_to_string("docs/security.md").expect("the page");
    let standings = ["met", "partly", "not met", "does not apply"];
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for row in page.lines().filter(|it| it.starts_with("| **")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, requirement, how, tests, _] = cells[..] else { panic!("not three cells:\n{row}") };
        let standing = how.split(':').next().unwrap_or_default();
        assert!(standings.contains(&standing), "neither met nor not met:\n{row}");
        *counts.entry((standing, requirement.contains("(level 1)"))).or_default() += 1;
        let mut names = tests.split('`').skip(1).step_by(2);
        assert!(names.all(is_test), "a test that is named here does not exist:\n{row}");
        let is_said = tests.contains('`') || matches!(tests, "-" | "no test");
        assert!(is_said, "neither a test nor \"no test\":\n{row}");
    }
    for standing in standings {
        let [one, two] = [true, false].map(|it| counts.get(&(standing, it)).copied().unwrap_or(0));
        let row = format!("| {standing} | {one} | {two} | {} |", one + two);
        assert!(page.lines().any(|it| it == row), "docs/security.md lacks this row:\n{row}");
    }
}

/// A function by its file below `tests/` or in `src/`, such as `portal/tidy::http_stays_at_the_edge`; or a step of `.ci/run`.
fn is_test(name: &str) -> bool {
    if let Some(step) = name.strip_prefix(".ci/run: ") {
        let steps = fs::read_to_string(".ci/run").expect("the steps");
        return steps.contains(&format!("step \"{step}\""));
    }
    let Some((file, function)) = name.split_once("::") else { return false };
    let folder = if file.starts_with("src/") { "" } else { "tests/" };
    let text = fs::read_to_string(format!("{folder}{file}.rs"));
    text.is_ok_and(|it| it.contains(&format!("fn {function}(")))
}

pub fn sources(folder: &str) -> Vec<(String, String)> {
    let mut todo = vec![Path::new(folder).to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).expect("text");
                found.push((path.to_str().expect("a name").to_owned(), text));
            }
        }
    }
    found
}

fn names(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|it| it.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}
