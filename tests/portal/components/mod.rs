//! Our components against GOV.UK Frontend's own fixtures: same options, same HTML.
//!
//! Beyond our components, and so beyond these tests (each count below says how many fixtures are held):
//! - further classes and attributes on inner parts (labels, hints, rows, form groups): a page that needs other markup
//!   gets another component;
//! - `formGroup`, `inputWrapper`, text before and after an input: our flags under a field stand in their place;
//! - translations of built-in words and hidden texts: the service speaks English;
//! - `preventDoubleClick`, `disableAutoFocus`: our script sets them for all;
//! - counting words, a threshold, counting without a limit: texts here have limits in characters;
//! - empty places in lists, a kind of banner that does not exist: a view has none;
//! - items with names or ids of their own, `checked: false`, options without values: the form's value decides;
//! - a summary with no fault, a row with an empty list of actions: ours show nothing;
//! - dates of other than three parts, or wrong without a message;
//! - page numbers, collapsing breadcrumbs, interruption panels, date parts with names of their own: not used here.
//!
//! Two things differ on purpose. The parts of a date are named `{name}_day` and so on, as fields of a Rust form are,
//! and the day's id is the bare name, so that an error summary leads to it without knowing what kind of field it is.
//! A back link is a landmark: it stands outside the page's main part, where nothing else says what it belongs to.

mod fields;
mod given;
mod html;
mod texts;

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use tera::{Context, Tera};

use given::{Call, Given, Scope};
use html::canonical;

type Adapter = fn(Given) -> Scope<Call>;

/// GOV.UK's name, ours, how options become arguments, and how many fixtures that holds.
const HELD: [(&str, &str, Adapter, usize); 21] = [
    ("button", "button", fields::button, 35),
    ("input", "input", fields::input, 39),
    ("textarea", "textarea", fields::textarea, 17),
    ("character-count", "textarea", fields::character_count, 16),
    ("select", "select", fields::select, 13),
    ("radios", "radios", fields::radios, 29),
    ("checkboxes", "checkboxes", fields::checkboxes, 31),
    ("date-input", "date_input", fields::date_input, 16),
    ("error-summary", "error_summary", texts::error_summary, 13),
    ("summary-list", "summary_list", texts::summary_list, 18),
    ("details", "details", texts::details, 8),
    ("tag", "tag", texts::tag, 11),
    ("inset-text", "inset", texts::inset, 4),
    ("warning-text", "warning_text", texts::warning_text, 3),
    ("notification-banner", "notification_banner", texts::notification_banner, 12),
    ("panel", "panel", texts::panel, 7),
    ("table", "table", texts::table, 11),
    ("pagination", "pagination", texts::pagination, 3),
    ("breadcrumbs", "breadcrumbs", texts::breadcrumbs, 6),
    ("back-link", "back_link", texts::back_link, 4),
    ("task-list", "task_list", texts::task_list, 4),
];

#[test]
fn components_write_what_govuk_frontend_writes() {
    let tera = parts();
    let mut faults = Vec::new();
    let mut counts = Vec::new();
    for (theirs, ours, adapter, expected) in HELD {
        let mut held = 0;
        for (name, options, wanted) in fixtures(theirs) {
            let wanted = match theirs {
                "date-input" => renamed(&wanted, &options),
                "back-link" => format!("<nav aria-label=\"Back\">{wanted}</nav>"),
                _ => wanted,
            };
            let Ok(call) = Given::of(options).and_then(adapter) else { continue };
            held += 1;
            let body = call.body.as_deref();
            match tera.render_component(ours, &call.args, body, true) {
                Err(fault) => faults.push(format!("{theirs}, {name}: {fault:?}")),
                Ok(got) if canonical(&got) != canonical(&wanted) => faults.push(format!(
                    "{theirs}, {name}: wanted\n{}\ngot\n{}",
                    canonical(&wanted),
                    canonical(&got)
                )),
                Ok(_) => (),
            }
        }
        if held != expected {
            counts.push(format!("{theirs}: {held} held, {expected} expected"));
        }
    }
    assert!(faults.is_empty(), "{} differ\n\n{}", faults.len(), faults.join("\n\n"));
    assert!(counts.is_empty(), "{}", counts.join("\n"));
}

#[test]
fn what_somebody_typed_stays_text_in_every_component() {
    let tera = parts();
    let typed = "</textarea><script>alert(\"1\")</script>'&";
    let mut context = Context::new();
    context.insert("typed", typed);
    context.insert("errors", &serde_json::json!({ "a": typed }));
    let calls = [
        "{{ <input name=\"a\" label={typed} value={typed} hint={typed} /> }}",
        "{{ <textarea name=\"a\" label={typed} value={typed} hint={typed} /> }}",
        "{{ <radios name=\"a\" legend={typed} items={[{\"value\": typed, \"text\": typed}]} /> }}",
        "{{ <select name=\"a\" label={typed} items={[{\"value\": typed, \"text\": typed}]} /> }}",
        "{{ <date_input name=\"a\" legend={typed} day={typed} /> }}",
        "{{ <error_summary /> }}",
        "{{ <summary_list rows={[{\"key\": typed, \"value\": typed, \"href\": typed}]} card={typed} /> }}",
        "{{ <table caption={typed} head={[typed]} rows={[[typed, {\"text\": typed, \"href\": typed}]]} /> }}",
        "{{ <task_list items={[{\"title\": typed, \"status\": typed, \"hint\": typed}]} /> }}",
        "{{ <cards items={[{\"href\": typed, \"title\": typed, \"text\": typed, \"meta\": typed}]} /> }}",
        "{{ <button text={typed} value={typed} attrs={ {\"data-a\": typed} } /> }}",
        "{% <details summary={typed}> %}{{ typed }}{% </details> %}",
        "{{ <lines text={typed} /> }}",
    ];
    for call in calls {
        let mut tera = tera.clone();
        tera.add_raw_template("call.html", call).expect("a call");
        let page = tera.render("call.html", &context).expect(call);
        assert!(page.contains("&lt;script&gt;"), "{call} does not show it: {page}");
        assert!(!page.contains("<script"), "{call} lets it run: {page}");
        assert!(!page.contains("alert(\"1"), "{call} lets it out of an attribute: {page}");
        assert!(!page.contains("&amp;lt;"), "{call} escapes twice: {page}");
    }
}

#[test]
fn a_page_says_whose_it_is_and_lets_people_in_and_out() {
    let tera = parts();
    let mut chrome = serde_json::json!({
        "council_name": "Wessex & Downs", "service_name": "E4S", "signed_in": false, "person_name": "",
        "csrf": "", "nav": [], "demo": false, "notice": "",
        "assets": { "app.css": "/assets/app-1.css", "app.js": "/assets/app-1.js", "mark.svg": "/assets/mark-1.svg", "theme.css": "/assets/theme-1.css" },
    });
    let page = |chrome: &Json| {
        let mut context = Context::new();
        context.insert("chrome", chrome);
        context.insert("status", &404);
        context.insert("heading", "Page not found");
        context.insert("sentence", "There is nothing at this address.");
        context.insert("what_next", &["Check the address."]);
        context.insert("typed", &Json::Array(Vec::new()));
        context.insert("again", &Json::Null);
        tera.render("error.html", &context).expect("a page")
    };

    let outside = page(&chrome);
    assert!(
        outside.contains("<title>Page not found – E4S – Wessex &amp; Downs</title>"),
        "{outside}"
    );
    for link in
        ["href=\"/sign-in\"", "href=\"/curriculum\"", "href=\"/concerns\"", "href=\"#main\""]
    {
        assert!(outside.contains(link), "no {link}");
    }
    for tool in ["/sign-out", "Demonstration", "govuk-notification-banner", "<script>", "style=\""]
    {
        assert!(!outside.contains(tool), "{tool} is there");
    }

    chrome["signed_in"] = true.into();
    chrome["person_name"] = "Amara Okafor".into();
    chrome["csrf"] = "token-1".into();
    chrome["demo"] = true.into();
    chrome["notice"] = "Your draft was saved.".into();
    chrome["nav"] = serde_json::json!([{ "href": "/map", "text": "Map", "current": true }]);
    let inside = page(&chrome);
    for part in [
        "action=\"/sign-out\"",
        "value=\"token-1\"",
        "Amara Okafor",
        "Demonstration",
        "Your draft was saved.",
    ] {
        assert!(inside.contains(part), "no {part}");
    }
    assert!(inside.contains("href=\"/map\" aria-current=\"true\""), "{inside}");
    assert!(!inside.contains("/sign-in"), "{inside}");
}

/// The parts and the layout alone: pages may use filters that the app registers.
fn parts() -> Tera {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut paths = vec![folder.join("layout.html"), folder.join("error.html")];
    for entry in fs::read_dir(folder.join("parts")).expect("templates/parts") {
        paths.push(entry.expect("an entry").path());
    }
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_name().and_then(|it| it.to_str()).expect("a name").to_owned();
        files.push((name, fs::read_to_string(&path).expect("text")));
    }
    let mut tera = Tera::default();
    tera.add_raw_templates(files).expect("parts that parse");
    tera
}

fn fixtures(component: &str) -> Vec<(String, Json, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("node_modules/govuk-frontend/dist/govuk/components")
        .join(component)
        .join("fixtures.json");
    let text = fs::read_to_string(&path).expect("GOV.UK's fixtures: run npm ci --ignore-scripts");
    let file: Json = serde_json::from_str(&text).expect("JSON");
    let each = |it: &Json| {
        let words = |key: &str| it.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        (words("name"), it.get("options").cloned().unwrap_or_default(), words("html"))
    };
    file.get("fixtures").and_then(Json::as_array).expect("fixtures").iter().map(each).collect()
}

/// GOV.UK's date with the names and ids that ours has.
fn renamed(html: &str, options: &Json) -> String {
    let words = |key: &str| options.get(key).and_then(Json::as_str).unwrap_or_default();
    let (id, prefix) = (words("id"), words("namePrefix"));
    let lead = if prefix.is_empty() { String::new() } else { format!("{prefix}-") };
    let mut html = html.replace(&format!(" id=\"{id}\""), "");
    for part in ["day", "month", "year"] {
        html = html.replace(&format!("name=\"{lead}{part}\""), &format!("name=\"{id}_{part}\""));
    }
    html.replace(&format!("\"{id}-day\""), &format!("\"{id}\""))
}
