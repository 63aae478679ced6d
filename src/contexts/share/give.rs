//! A coordinator says what the partners of the team are told of a context.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;
use validator::Validate;

use super::{Shared, queries};
use crate::audit::Event;
use crate::concerns::steer;
use crate::contexts::work::find_for_work;
use crate::contexts::{ContextId, queries as contexts};
use crate::deed::Deed;
use crate::schools::Urn;
use crate::web::FormErrors;
use crate::{Error, Result};

/// The longest text for partners, in characters.
pub const WORDS_MAX: usize = 2_000;
const OVERTAKEN: &str = "Somebody else has changed what partners see since you opened this page. Nothing that you sent was saved. \
                         Look at what stands here now, and save again.";

/// What partners are told, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct ShareForm {
    /// `name`, `plan`.
    pub give: Vec<String>,
    /// Numbers of schools that have agreed.
    pub school: Vec<String>,
    #[validate(length(max = 2000, message = "The words must be 2,000 characters or fewer"))]
    pub words: String,
    #[validate(length(max = 200, message = "The reason must be 200 characters or fewer"))]
    pub keep: String,
    /// The version that was on the page; 0 for none.
    pub version: i64,
}

impl ShareForm {
    /// What is to be told, or what is wrong with it.
    pub fn check(&self, today: NaiveDate) -> Result<Shared, FormErrors> {
        let mut errors = FormErrors::of(self);
        let (words, keep) = (self.words.trim().to_owned(), self.keep.trim().to_owned());
        if !steer::flags(&words, today).is_empty() && keep.is_empty() {
            let fault = "Take the personal data out of the words, or say why it has to stay";
            errors.add("keep", fault);
        }
        let has = |what: &str| self.give.iter().any(|it| it == what);
        let schools: BTreeSet<Urn> = self.school.iter().filter_map(|it| Urn::parse(it)).collect();
        if schools.len() != self.school.len() {
            errors.add("school", "Choose schools that have reported this");
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Shared {
            is_named: has("name"),
            has_plan: has("plan"),
            words,
            keep,
            schools: schools.into_iter().collect(),
            version: self.version,
        })
    }
}

/// Gives out what partners are told of a context of the doer's team.
pub fn give(deed: &mut Deed, id: ContextId, shared: &Shared) -> Result<()> {
    let context = find_for_work(deed, id)?;
    let reported = contexts::concerns_of(deed.db, &context)?;
    let is_one = |it: &Urn| reported.iter().any(|concern| concern.school == *it);
    if !shared.schools.iter().all(is_one) {
        let mut errors = FormErrors::default();
        errors.add("school", "Choose schools that have reported this");
        return Err(Error::Invalid(errors));
    }
    let sealed = match shared.text().as_text() {
        "" => None,
        text => Some(deed.keys.seal(context.team.as_str(), Shared::place(&id), text)?),
    };
    if !queries::keep(deed.db, id, (shared, sealed.as_ref()), (deed.by.id, deed.at))? {
        return Err(Error::Refused(OVERTAKEN));
    }
    deed.record(Event::ContextShared, id, Some(context.team))
}
