//! GOV.UK's options of form fields as arguments of ours.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tera::Value;

use super::given::{Beyond, Call, Given, Scope};

pub fn button(mut given: Given) -> Scope<Call> {
    let mut call = Call::default();
    let is_start = given.is("isStartButton");
    if is_start && given.has("html") {
        return Err(Beyond);
    }
    call.value("text", given.words("text", "html"));
    call.with("kind", is_start.then_some("start"));
    for name in ["href", "type", "name", "value", "id", "classes"] {
        call.text(name, given.string(name));
    }
    call.flag("disabled", given.is("disabled")).with("attrs", given.take("attributes"));
    given.done().map(|()| call)
}

pub fn input(mut given: Given) -> Scope<Call> {
    let mut call = field(&mut given)?;
    for name in ["type", "inputmode", "pattern", "autocomplete", "autocapitalize"] {
        call.text(name, given.string(name));
    }
    call.value("prefix", given.words_of("prefix")?).value("suffix", given.words_of("suffix")?);
    call.with("spellcheck", given.take("spellcheck")).flag("disabled", given.is("disabled"));
    call.with("value", given.take("value"));
    given.done().map(|()| call)
}

pub fn textarea(mut given: Given) -> Scope<Call> {
    let mut call = field(&mut given)?;
    call.text("autocomplete", given.string("autocomplete"));
    call.with("spellcheck", given.take("spellcheck")).with("value", given.take("value"));
    call.with("rows", given.string("rows").parse::<u32>().ok());
    given.done().map(|()| call)
}

pub fn character_count(mut given: Given) -> Scope<Call> {
    let max: u32 = given.string("maxlength").parse().or(Err(Beyond))?;
    let mut call = textarea(given)?;
    call.with("max", Some(max));
    Ok(call)
}

pub fn select(mut given: Given) -> Scope<Call> {
    let mut call = field(&mut given)?;
    let mut value = given.take("value");
    let mut items = Vec::new();
    for mut item in given.list("items")? {
        let own = item.take("value").ok_or(Beyond)?;
        match item.take("selected") {
            Some(Json::Bool(true)) => value = Some(own.clone()),
            Some(_) => return Err(Beyond),
            None => (),
        }
        let text = item.take("text");
        let disabled = item.is("disabled");
        item.done()?;
        items.push(serde_json::json!({ "value": own, "text": text, "disabled": disabled }));
    }
    call.with("items", Some(items)).with("value", value).flag("disabled", given.is("disabled"));
    given.done().map(|()| call)
}

pub fn radios(mut given: Given) -> Scope<Call> {
    let mut call = group(&mut given)?;
    let (items, mut chosen) = choices(&mut given)?;
    call.value("items", Some(items));
    call.with("value", given.take("value").or_else(|| chosen.pop()));
    given.done().map(|()| call)
}

pub fn checkboxes(mut given: Given) -> Scope<Call> {
    let mut call = group(&mut given)?;
    let (items, chosen) = choices(&mut given)?;
    call.value("items", Some(items));
    call.with("values", given.take("values").or(Some(Json::Array(chosen))));
    given.done().map(|()| call)
}

pub fn date_input(mut given: Given) -> Scope<Call> {
    if given.has("classes") {
        return Err(Beyond);
    }
    let mut call = group(&mut given)?;
    let id = given.string("id");
    call.text("name", id.clone());
    let message = given.words_of("errorMessage")?;
    let wrong = match given.list("items")? {
        items if items.is_empty() => Vec::new(),
        items => date_parts(items, &mut call)?,
    };
    if !wrong.is_empty() && message.is_none() {
        return Err(Beyond);
    }
    call.value("errors", message.map(|it| Value::from(BTreeMap::from([(id, it)]))));
    given.take("namePrefix");
    if let Some(mut values) = given.inner("values")? {
        for name in ["day", "month", "year"] {
            call.text(name, values.string(name));
        }
        values.done()?;
    }
    call.with("wrong", Some(wrong));
    given.done().map(|()| call)
}

/// The three parts of a date, given one by one; answers with those that are wrong.
fn date_parts(items: Vec<Given>, call: &mut Call) -> Scope<Vec<String>> {
    let mut wrong = Vec::new();
    let mut names = Vec::new();
    for mut item in items {
        let name = item.string("name");
        let classes = item.string("classes");
        let is_plain =
            |it: &str| it == "govuk-input--error" || it.starts_with("govuk-input--width-");
        if !classes.split_whitespace().all(is_plain) {
            return Err(Beyond);
        }
        match item.take("error") {
            Some(Json::Bool(true)) => wrong.push(name.clone()),
            Some(_) => return Err(Beyond),
            None if classes.contains("govuk-input--error") => wrong.push(name.clone()),
            None => (),
        }
        match name.as_str() {
            "day" => call.text("day", item.string("value")),
            "month" => call.text("month", item.string("value")),
            "year" => call.text("year", item.string("value")),
            _ => return Err(Beyond),
        };
        item.done()?;
        names.push(name);
    }
    if names == ["day", "month", "year"] { Ok(wrong) } else { Err(Beyond) }
}

/// What all fields with a label have in common.
fn field(given: &mut Given) -> Scope<Call> {
    let mut call = Call::default();
    let name = given.string("name");
    let mut label = given.inner("label")?.ok_or(Beyond)?;
    call.value("label", Some(label.words("text", "html").ok_or(Beyond)?));
    call.text("size", size(&label.string("classes"), "govuk-label--")?);
    call.flag("heading", label.is("isPageHeading"));
    label.done()?;
    if let Some(message) = given.words_of("errorMessage")? {
        call.value("errors", Some(Value::from(BTreeMap::from([(name.clone(), message)]))));
    }
    call.value("hint", given.words_of("hint")?).text("name", name).text("id", given.string("id"));
    call.text("classes", given.string("classes"));
    call.text("described_by", given.string("describedBy"));
    call.with("attrs", given.take("attributes"));
    Ok(call)
}

/// What all fields with a legend have in common.
fn group(given: &mut Given) -> Scope<Call> {
    let mut call = Call::default();
    let name = given.string("name");
    call.with("legend", Some(""));
    let mut described_by = given.string("describedBy");
    if let Some(mut fieldset) = given.inner("fieldset")? {
        let mut legend = fieldset.inner("legend")?.ok_or(Beyond)?;
        call.value("legend", Some(legend.words("text", "html").ok_or(Beyond)?));
        call.text("size", size(&legend.string("classes"), "govuk-fieldset__legend--")?);
        call.flag("heading", legend.is("isPageHeading"));
        legend.done()?;
        let own = fieldset.string("describedBy");
        described_by = if own.is_empty() { described_by } else { own };
        fieldset.done()?;
    }
    if !name.is_empty()
        && let Some(message) = given.words_of("errorMessage")?
    {
        call.value("errors", Some(Value::from(BTreeMap::from([(name.clone(), message)]))));
    }
    call.value("hint", given.words_of("hint")?).text("name", name);
    call.text("id", given.string("idPrefix")).text("classes", given.string("classes"));
    call.text("described_by", described_by);
    Ok(call)
}

/// The items of radios or checkboxes, and the values of those that are chosen.
fn choices(given: &mut Given) -> Scope<(Value, Vec<Json>)> {
    let mut chosen = Vec::new();
    let mut items = Vec::new();
    for mut item in given.list("items")? {
        let mut made: BTreeMap<&str, Value> = BTreeMap::new();
        let value = item.take("value").unwrap_or_default();
        match item.take("checked") {
            Some(Json::Bool(true)) => chosen.push(value.clone()),
            Some(Json::Bool(false)) => return Err(Beyond),
            _ => (),
        }
        made.insert("value", Value::from_serializable(&value));
        made.insert("disabled", Value::from(item.is("disabled")));
        let parts = [
            ("text", item.words("text", "html")),
            ("hint", item.words_of("hint")?),
            ("conditional", item.words_of("conditional")?),
            ("divider", item.words("divider", "")),
            ("behaviour", item.words("behaviour", "")),
        ];
        made.extend(parts.into_iter().filter_map(|(name, words)| Some((name, words?))));
        item.done()?;
        items.push(Value::from(made));
    }
    Ok((Value::from(items), chosen))
}

/// "govuk-label--l" is our size "l"; other classes we leave out.
fn size(classes: &str, prefix: &str) -> Scope<String> {
    if classes.is_empty() {
        return Ok(String::new());
    }
    classes.strip_prefix(prefix).map(str::to_owned).ok_or(Beyond)
}
