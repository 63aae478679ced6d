//! HTML in one form: what a browser would read as the same is the same text.

use std::iter::Peekable;
use std::str::Chars;

/// Tags with their attributes and classes sorted, texts with their spaces folded, one a line.
pub fn canonical(html: &str) -> String {
    let mut rest = html.chars().peekable();
    let mut lines = Vec::new();
    while let Some(next) = rest.peek() {
        let line = if *next == '<' { tag(&mut rest) } else { text(&mut rest) };
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines.join("\n")
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn text(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(it) = rest.next_if(|it| *it != '<') {
        text.push(it);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tag(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut words = vec![String::new()];
    let mut quote = None;
    rest.next();
    for it in rest.by_ref() {
        match quote {
            None if it == '>' => break,
            None if it.is_whitespace() => words.push(String::new()),
            None if it == '"' => quote = Some(it),
            Some(open) if it == open => quote = None,
            _ => words.last_mut().expect("never empty").push(it),
        }
    }
    let name = words.remove(0);
    let mut attributes: Vec<String> =
        words.iter().filter(|it| !it.is_empty() && *it != "/").map(|it| attribute(it)).collect();
    attributes.sort();
    format!("<{name} {}>", attributes.join(" ")).replace(" >", ">")
}

fn attribute(pair: &str) -> String {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let mut words: Vec<&str> = value.split_whitespace().collect();
    if name == "class" {
        words.sort_unstable();
        words.dedup();
    }
    format!("{name}=\"{}\"", words.join(" "))
}

#[test]
fn order_and_spaces_do_not_matter_and_words_do() {
    let one = canonical("<a  href='#' class=\"b a\">\n  Go   on </a>");
    assert_eq!(one, canonical("<a class=\"a b\" href='#'>Go on</a>"));
    assert_ne!(one, canonical("<a class=\"a b\" href='#'>Go off</a>"));
    assert_ne!(one, canonical("<a class=\"a\" href='#'>Go on</a>"));
}
