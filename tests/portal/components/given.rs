//! The options of a fixture, taken one by one: what nobody took is an option that we do not have.

use serde_json::{Map, Value as Json};
use tera::{Context, Value};

/// The fixture uses something that our component leaves out.
#[derive(Debug)]
pub struct Beyond;

pub type Scope<T> = Result<T, Beyond>;

pub struct Given(Map<String, Json>);

impl Given {
    pub fn of(options: Json) -> Scope<Self> {
        match options {
            Json::Object(map) => Ok(Self(map)),
            _ => Err(Beyond),
        }
    }

    /// An option as it is; null counts as left out.
    pub fn take(&mut self, key: &str) -> Option<Json> {
        self.0.remove(key).filter(|it| !it.is_null())
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub fn is(&mut self, key: &str) -> bool {
        matches!(self.take(key), Some(Json::Bool(true)))
    }

    pub fn string(&mut self, key: &str) -> String {
        match self.take(key) {
            Some(Json::String(text)) => text,
            Some(Json::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    pub fn inner(&mut self, key: &str) -> Scope<Option<Self>> {
        self.take(key).map(Self::of).transpose()
    }

    /// A list of objects.
    pub fn list(&mut self, key: &str) -> Scope<Vec<Self>> {
        let Some(Json::Array(items)) = self.take(key) else { return Ok(Vec::new()) };
        items.into_iter().map(Self::of).collect()
    }

    /// Words given as text, which is escaped, or as HTML, which is safe.
    pub fn words(&mut self, text: &str, html: &str) -> Option<Value> {
        let (text, html) = (self.take(text), self.take(html));
        match (text, html) {
            (_, Some(Json::String(html))) => Some(Value::safe_string(html.trim())),
            (Some(text), _) => Some(Value::from_serializable(&text)),
            _ => None,
        }
    }

    /// The words of an object that holds nothing else, as `hint: {text: "…"}`.
    pub fn words_of(&mut self, key: &str) -> Scope<Option<Value>> {
        let Some(mut inner) = self.inner(key)? else { return Ok(None) };
        let words = inner.words("text", "html");
        inner.done()?;
        Ok(words)
    }

    pub fn done(self) -> Scope<()> {
        if self.0.values().all(Json::is_null) { Ok(()) } else { Err(Beyond) }
    }
}

/// A call of one of our components.
#[derive(Default)]
pub struct Call {
    pub args: Context,
    pub body: Option<String>,
}

impl Call {
    /// Passes an argument; one that the fixture leaves out stays out, so that our default is tried.
    pub fn with<T: serde::Serialize>(&mut self, name: &'static str, value: Option<T>) -> &mut Self {
        if let Some(value) = value {
            self.args.insert(name, &value);
        }
        self
    }

    pub fn value(&mut self, name: &'static str, value: Option<Value>) -> &mut Self {
        if let Some(value) = value {
            self.args.insert_value(name, value);
        }
        self
    }

    pub fn text(&mut self, name: &'static str, value: String) -> &mut Self {
        self.with(name, Some(value).filter(|it| !it.is_empty()))
    }

    pub fn flag(&mut self, name: &'static str, value: bool) -> &mut Self {
        self.with(name, Some(value).filter(|it| *it))
    }

    /// The body: safe words as they are, others escaped.
    pub fn body(&mut self, words: Option<Value>) -> &mut Self {
        self.body = words.map(|it| {
            let text = it.as_str().unwrap_or_default();
            if it.is_safe() { text.to_owned() } else { super::html::escaped(text) }
        });
        self
    }
}
