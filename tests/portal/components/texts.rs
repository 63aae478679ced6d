//! GOV.UK's options of everything that is not a form field as arguments of ours.

use std::collections::BTreeMap;

use tera::Value;

use super::given::{Beyond, Call, Given, Scope};

type Pairs = BTreeMap<String, Value>;

pub fn error_summary(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    call.value("title", given.words("titleText", "titleHtml"));
    call.value("description", given.words("descriptionText", "descriptionHtml"));
    let mut errors = Pairs::new();
    let mut order = Vec::new();
    for mut item in given.list("errorList")? {
        let href = item.string("href");
        let name = href.strip_prefix('#').unwrap_or_default().to_owned();
        if name.is_empty() != href.is_empty() || errors.contains_key(&name) {
            return Err(Beyond);
        }
        order.push(name.clone());
        errors.insert(name, item.words("text", "html").ok_or(Beyond)?);
        item.done()?;
    }
    if errors.is_empty() {
        return Err(Beyond);
    }
    call.value("errors", Some(Value::from(errors))).with("order", Some(order));
    given.done().map(|()| call)
}

pub fn summary_list(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    let mut rows = Vec::new();
    for mut row in given.list("rows")? {
        let mut made = BTreeMap::from([
            ("key", row.words_of("key")?.ok_or(Beyond)?),
            ("value", row.words_of("value")?.ok_or(Beyond)?),
        ]);
        if let Some(links) = row.inner("actions")? {
            made.insert("actions", actions(links)?);
        }
        row.done()?;
        rows.push(Value::from(made));
    }
    call.value("rows", Some(Value::from(rows))).text("classes", given.string("classes"));
    if let Some(mut card) = given.inner("card")? {
        let mut title = card.inner("title")?.ok_or(Beyond)?;
        call.value("card", title.words("text", "html"));
        call.with("card_level", title.take("headingLevel"));
        title.done()?;
        if let Some(links) = card.inner("actions")? {
            call.value("card_actions", Some(actions(links)?));
        }
        card.done()?;
    }
    given.done().map(|()| call)
}

/// An empty list of actions is left out: GOV.UK takes it for a row with actions, by an accident of its language.
fn actions(mut given: Given) -> Scope<Value> {
    let mut links = Vec::new();
    for mut item in given.list("items")? {
        let mut made = BTreeMap::from([
            ("href", Value::from(item.string("href"))),
            ("text", item.words("text", "html").ok_or(Beyond)?),
        ]);
        made.insert("hidden", Value::from(item.string("visuallyHiddenText")));
        item.done()?;
        links.push(Value::from(made));
    }
    given.done()?;
    if links.is_empty() { Err(Beyond) } else { Ok(Value::from(links)) }
}

pub fn details(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    call.value("summary", given.words("summaryText", "summaryHtml"));
    call.flag("open", given.is("open")).text("id", given.string("id"));
    call.body(given.words("text", "html"));
    given.done().map(|()| call)
}

pub fn tag(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    call.value("text", given.words("text", "html"));
    call.text("colour", colour(&given.string("classes"))?);
    given.done().map(|()| call)
}

fn colour(classes: &str) -> Scope<String> {
    let is_known = classes.is_empty() || classes.starts_with("govuk-tag--");
    if is_known { Ok(classes.replace("govuk-tag--", "")) } else { Err(Beyond) }
}

pub fn inset(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    call.text("id", given.string("id")).body(given.words("text", "html"));
    given.done().map(|()| call)
}

pub fn warning_text(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    call.value("text", given.words("text", "html"));
    given.done().map(|()| call)
}

pub fn notification_banner(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    match given.words("text", "html") {
        Some(words) if words.is_safe() => call.body(Some(words)),
        words => call.value("text", words),
    };
    call.value("title", given.words("titleText", "titleHtml"));
    let kind = given.string("type");
    if !["", "success"].contains(&kind.as_str()) {
        return Err(Beyond);
    }
    call.text("kind", kind).text("id", given.string("titleId"));
    given.done().map(|()| call)
}

pub fn panel(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    call.value("title", given.words("titleText", "titleHtml"));
    call.with("level", given.take("headingLevel")).body(given.words("text", "html"));
    given.done().map(|()| call)
}

pub fn table(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    call.with("caption", Some(given.string("caption")));
    let size = given.string("captionClasses");
    call.with("size", Some(size.replace("govuk-table__caption--", "")));
    call.flag("first_is_header", given.is("firstCellIsHeader"));
    call.text("classes", given.string("classes"));
    call.value("head", Some(cells(given.list("head")?)?));
    let Some(serde_json::Value::Array(rows)) = given.take("rows") else { return Err(Beyond) };
    let mut made = Vec::new();
    for row in rows.into_iter().filter(serde_json::Value::is_array) {
        let mut row = Given::of(serde_json::json!({ "cells": row }))?;
        made.push(cells(row.list("cells")?)?);
    }
    call.value("rows", Some(Value::from(made)));
    given.done().map(|()| call)
}

fn cells(given: Vec<Given>) -> Scope<Value> {
    let mut made = Vec::new();
    for mut cell in given {
        let format = cell.string("format");
        if !["", "numeric"].contains(&format.as_str()) {
            return Err(Beyond);
        }
        let text = cell.words("text", "html").unwrap_or_else(|| Value::from(""));
        cell.done()?;
        made.push(Value::from(BTreeMap::from([
            ("text", text),
            ("numeric", Value::from(!format.is_empty())),
        ])));
    }
    Ok(Value::from(made))
}

pub fn pagination(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    for (name, label) in [("previous", "previous_label"), ("next", "next_label")] {
        if let Some(mut link) = given.inner(name)? {
            call.text(name, link.string("href")).text(label, link.string("labelText"));
            link.done()?;
        }
    }
    call.text("label", given.string("landmarkLabel"));
    given.done().map(|()| call)
}

pub fn breadcrumbs(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    let mut items = Vec::new();
    for mut item in given.list("items")? {
        let text = item.words("text", "html").ok_or(Beyond)?;
        items.push(Value::from(BTreeMap::from([
            ("text", text),
            ("href", Value::from(item.string("href"))),
        ])));
        item.done()?;
    }
    call.value("items", Some(Value::from(items)));
    given.done().map(|()| call)
}

pub fn back_link(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    let href = given.string("href");
    call.with("href", Some(if href.is_empty() { "#".to_owned() } else { href }));
    call.value("text", given.words("text", "html"));
    given.done().map(|()| call)
}

pub fn task_list(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    let mut items = Vec::new();
    for mut item in given.list("items")? {
        let mut made = BTreeMap::from([("title", item.words_of("title")?.ok_or(Beyond)?)]);
        made.insert("href", Value::from(item.string("href")));
        made.insert("hint", item.words_of("hint")?.unwrap_or_else(|| Value::from("")));
        let mut status = item.inner("status")?.ok_or(Beyond)?;
        if let Some(mut tag) = status.inner("tag")? {
            // Without a colour our status is text; GOV.UK's plain tag is its blue one.
            made.insert("status", tag.words("text", "html").ok_or(Beyond)?);
            let colour = colour(&tag.string("classes"))?;
            tag.done()?;
            made.insert(
                "colour",
                Value::from(if colour.is_empty() { return Err(Beyond) } else { colour }),
            );
        } else {
            made.insert("status", status.words("text", "html").ok_or(Beyond)?);
        }
        let classes = status.string("classes");
        made.insert("later", Value::from(classes == "govuk-task-list__status--cannot-start-yet"));
        status.done()?;
        item.done()?;
        items.push(Value::from(made));
    }
    call.value("items", Some(Value::from(items))).text("id", given.string("idPrefix"));
    given.done().map(|()| call)
}
