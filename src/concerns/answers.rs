//! What a lead typed, by field. Drafts and concerns keep it in this one form.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Error, Result};

/// Answers by the names of their fields. A field with several boxes ticked has several.
///
/// Kept as one sealed text (the form's own encoding). All free text of a report is in here and nowhere else. The database
/// cannot take it as it is, and does not give it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answers {
    text: String,
    by_field: BTreeMap<String, Vec<String>>,
}

impl Answers {
    /// The answers of such pairs, without the empty ones.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut by_field: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.trim().is_empty()) {
            by_field.entry(name).or_default().push(value);
        }
        let flat: Vec<(&str, &str)> = by_field
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |it| (name.as_str(), it.as_str())))
            .collect();
        let text = serde_html_form::to_string(&flat).unwrap_or_default();
        Self { text, by_field }
    }

    /// The answers that [`Self::as_text`] gave.
    pub fn of_text(text: &str) -> Result<Self> {
        let pairs: Vec<(String, String)> =
            serde_html_form::from_str(text).map_err(|_told| Error::Corrupt("answers"))?;
        Ok(Self::of(pairs))
    }

    /// All of them as one text, to be sealed.
    pub fn as_text(&self) -> &str {
        &self.text
    }

    /// The first answer of a field, without space around it. Empty if there is none.
    pub fn get(&self, field: &str) -> &str {
        self.all(field).first().map_or("", |it| it.trim())
    }

    /// Every answer of a field.
    pub fn all(&self, field: &str) -> &[String] {
        self.by_field.get(field).map_or(&[], Vec::as_slice)
    }

    /// True if this box of this field was ticked.
    pub fn has(&self, field: &str, value: &str) -> bool {
        self.all(field).iter().any(|it| it == value)
    }

    /// These answers with those of `fields` replaced by what `pairs` say: one step of the report, sent again.
    #[must_use]
    pub fn with(&self, fields: &[&str], pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let kept = self.pairs().filter(|(name, _)| !fields.contains(&name.as_str()));
        let sent = pairs.into_iter().filter(|(name, _)| fields.contains(&name.as_str()));
        Self::of(kept.chain(sent).collect::<Vec<_>>())
    }

    /// Those of these answers whose fields are kept.
    #[must_use]
    pub fn only(&self, is_kept: impl Fn(&str) -> bool) -> Self {
        Self::of(self.pairs().filter(|(name, _)| is_kept(name)).collect::<Vec<_>>())
    }

    /// These answers with one more box of a field ticked.
    #[must_use]
    pub fn with_value(&self, field: &str, value: &str) -> Self {
        let one = (field.to_owned(), value.to_owned());
        Self::of(self.without_value(field, value).pairs().chain([one]).collect::<Vec<_>>())
    }

    /// These answers with one box of a field not ticked.
    #[must_use]
    pub fn without_value(&self, field: &str, value: &str) -> Self {
        let is_it = |(name, it): &(String, String)| name == field && it == value;
        Self::of(self.pairs().filter(|it| !is_it(it)).collect::<Vec<_>>())
    }

    fn pairs(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let each = |(name, values): (&String, &Vec<String>)| {
            let name = name.clone();
            values.clone().into_iter().map(move |it| (name.clone(), it))
        };
        self.by_field.iter().flat_map(each)
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What somebody typed has no way into a log.
        out.write_str("Answers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_step_sent_again_replaces_its_own_answers_and_no_others() {
        let first =
            Answers::of(pairs(&[("day", "mon"), ("day", "tue"), ("name", "The park & café")]));
        let again = first.with(&["day"], pairs(&[("day", "fri"), ("name", "not of this step")]));
        assert_eq!(
            (again.all("day"), again.get("name")),
            (&["fri".to_owned()][..], "The park & café")
        );
    }
}
