//! A post ends.

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::give::{day, fault};
use super::{AccountId, PostId, Tenure, appoint, people_queries, policy};
use crate::deed::Deed;
use crate::web::FormErrors;
use crate::{Error, Result, calendar};

/// When a post is to end, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct EndForm {
    /// `now` or `day`.
    pub when: String,
    pub last_day: String,
    pub last_month: String,
    pub last_year: String,
}

impl EndForm {
    /// The last day of a post, or what is wrong with it.
    pub fn check(&self, tenure: &Tenure, today: NaiveDate) -> Result<NaiveDate, FormErrors> {
        let mut errors = FormErrors::default();
        let parts = [&self.last_day, &self.last_month, &self.last_year];
        let last = match self.when.as_str() {
            "now" => Some(today - Days::new(1)),
            "day" => {
                let last = day(parts, ("last", "last"), &mut errors);
                let told = tenure.until_on.map(calendar::long_date).unwrap_or_default();
                if last.is_some_and(|it| it < today) {
                    let told = "The last day must not be in the past. To end the post now, choose “At once”";
                    errors.add("last", told);
                } else if last.zip(tenure.until_on).is_some_and(|(last, until)| last > until) {
                    errors.add(
                        "last",
                        format!("This post ends on {told} already. For longer, give them a further post from the next day"),
                    );
                } else if last.is_none() {
                    errors.add("last", "Enter the last day of the post");
                }
                last
            }
            _ => {
                errors.add("when", "Choose when the post ends");
                None
            }
        };
        if errors.is_empty() { last.ok_or(errors) } else { Err(errors) }
    }
}

/// Ends a post of a person.
pub fn end(
    deed: &mut Deed,
    (person, post): (AccountId, PostId),
    last_day: NaiveDate,
) -> Result<()> {
    if !policy::may_see_people(deed.by) {
        return Err(Error::Forbidden);
    }
    let tenure = people_queries::tenure(deed.db, person, post)?;
    appoint::end(deed, &tenure, last_day).map_err(|error| match error {
        Error::Refused(why) => fault("when", why),
        error => error,
    })
}
