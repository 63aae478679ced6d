//! Hostile texts in every field of every form that each role can reach.

use crate::client::Answer;
use crate::crawl::{Form, forms};
use crate::server::{PASSWORD, Visitor};

/// What runs, breaks, hides or overflows somewhere. The words `e4s-hostile` mark what must never stand on a page unescaped.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "<script>alert('e4s-hostile')</script>",
        "\"><img src=x onerror=alert('e4s-hostile')>",
        "' onmouseover='alert(\"e4s-hostile\")",
        "</textarea><svg onload=alert('e4s-hostile')>",
        "javascript:alert('e4s-hostile')",
        "{{ 7 * 7 }} {% raw %} e4s-hostile {{ chrome.csrf }}",
        "'; DROP TABLE concerns; --",
        "%' AND 1=1 -- _",
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "name\r\nBcc: somebody@example.org\r\n\r\nhello",
        "a\u{0}b",
        "a\u{202e}cod.exe",
        "zero\u{200b}width\u{feff}",
        "Z\u{351}\u{343}\u{30c}a\u{310}lgo\u{336}",
        "👩‍👩‍👧‍👦 Ω≈ç√∫˜µ≤≥÷ 田中さん مرحبا",
        "../../../../etc/passwd",
        "NaN",
        "9999999999999999999999",
        "-1e309",
        "%00 %s%n \\u0000 $(reboot) `reboot`",
        "<!-- ]]> &#0; &amp;",
        "\t \n ",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    // The long ones first: what is sent last stays in the draft.
    texts.insert(0, "long ".repeat(20_000));
    texts.insert(0, "w".repeat(100_000));
    texts
}

/// Sends one text in one field; once more, with a fresh proof, when the last one has lapsed meanwhile.
fn send(visitor: &mut Visitor, form: &Form, (field, text): (&str, &str)) -> Answer {
    for _ in 0..2 {
        let csrf = visitor.csrf();
        let given = form.given.iter().filter(|(name, _)| name != "csrf");
        let mut fields: Vec<(&str, &str)> = vec![("csrf", &csrf)];
        fields.extend(given.map(|(name, value)| (name.as_str(), value.as_str())));
        fields.push((field, text));
        let request = crate::server::ours(crate::client::Request::form(&form.action, &fields));
        let answer = request.cookie(&visitor.cookie).send(crate::server::DEMO.port);
        if answer.status != 403 || !answer.body.contains("Confirm that it is you") {
            return answer;
        }
        let proved = visitor.post("/prove", &[("password", PASSWORD)]);
        visitor.cookie = proved.cookie().expect("a fresh proof");
    }
    panic!("{}: no proof is fresh enough", form.action);
}

fn attack(visitor: &mut Visitor, form: &Form) -> usize {
    let mut count = 0;
    for field in &form.typed {
        for text in hostile() {
            let answer = send(visitor, form, (field, &text));
            let start: String = text.chars().take(60).collect();
            let (to, status) = (&form.action, answer.status);
            // Not 403: whoever is not let in tries nothing.
            let is_taken = (200..500).contains(&status) && status != 403;
            assert!(is_taken, "{to} {field}={start:?}: {status}");
            for mark in ["<script>alert('e4s", "<img src=x", "<svg onload", "onmouseover='alert"] {
                assert!(!answer.body.contains(mark), "{to} {field}={start:?} runs");
            }
            assert!(!answer.whole.contains("\r\nBcc:"), "{to} {field} writes headers");
            count += 1;
            if answer.status == 303 && text.contains("e4s-hostile") {
                let next = visitor.get(answer.location());
                assert!(next.status < 500, "{to} {field}={start:?}, and then {}", next.status);
                assert!(!next.body.contains("<script>alert('e4s"), "{to} {field}={start:?} runs");
            }
        }
    }
    count
}

/// Sends them all as one person, and says how many there were.
fn attacks(email: &str, more: fn(&Visitor) -> Vec<String>, least: usize) {
    let mut visitor = Visitor::of_demo(email);
    let mut found = forms(&visitor, more(&visitor));
    found.retain(|it| it.action != "/sign-out");
    // Whoever guesses there waits, and could prove nothing in between.
    found.sort_by_key(|it| it.action.starts_with("/prove"));
    let count: usize = found.iter().map(|it| attack(&mut visitor, it)).sum();
    assert!(count >= least, "{email}: only {count} hostile inputs");
}

/// The steps of a report that this lead has just begun.
fn steps(lead: &Visitor) -> Vec<String> {
    let gate = lead.get("/concerns/new");
    let [school, key] = ["school", "key"].map(|it| gate.hidden(it).expect("a form"));
    let form = [("gate", "none"), ("school", school.as_str()), ("key", key.as_str())];
    let draft = lead.post("/concerns/new", &form).location().to_owned();
    let steps =
        ["kind", "place", "found", "harm", "what", "when", "who", "strengths", "done", "check"];
    steps.into_iter().map(|it| format!("{draft}/{it}")).collect()
}

#[test]
fn a_leads_fields_take_any_text_and_run_none() {
    attacks("lead@marlpit.example.org", steps, 300);
}

#[test]
fn a_coordinators_fields_take_any_text_and_run_none() {
    attacks("coordinator@crawley.example.org", |_| Vec::new(), 150);
}

#[test]
fn a_county_leads_fields_take_any_text_and_run_none() {
    attacks("county@example.org", |_| Vec::new(), 50);
}

#[test]
fn an_administrators_fields_take_any_text_and_run_none() {
    attacks("admin@example.org", |_| Vec::new(), 50);
}
