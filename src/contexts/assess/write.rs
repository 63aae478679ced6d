//! A coordinator writes one side of the assessment.

use serde::Deserialize;
use validator::Validate;

use super::{AssessmentId, Side, WORDS, queries};
use crate::audit::Event;
use crate::contexts::ContextId;
use crate::contexts::work::find_for_work;
use crate::deed::Deed;
use crate::seal::Place;
use crate::web::FormErrors;
use crate::{Error, Result};

/// The longest text of a side, in characters.
pub const WORDS_MAX: usize = 4_000;
const OVERTAKEN: &str =
    "Somebody else has written this side since you opened it. Yours was not saved: both are below.";

/// One side, as the browser sends it.
#[derive(Debug, Default, Clone, Deserialize, Validate)]
#[serde(default)]
pub struct SideForm {
    #[validate(
        custom(
            function = "crate::web::form::is_said",
            message = "Enter what you know about this side"
        ),
        length(max = 4000, message = "This side must be 4,000 characters or fewer")
    )]
    pub words: String,
    /// The version that was on the page; 0 for none.
    pub version: i64,
}

/// A side that may be written, if nobody else has since.
#[derive(Clone)]
pub struct Written {
    words: String,
    seen: i64,
}

impl SideForm {
    /// The text, or what is wrong with it.
    pub fn check(&self) -> Result<Written, FormErrors> {
        let errors = FormErrors::of(self);
        let words = self.words.trim().to_owned();
        if errors.is_empty() { Ok(Written { words, seen: self.version }) } else { Err(errors) }
    }
}

/// Writes a side of a context of the doer's team.
pub fn write(deed: &mut Deed, (context, side): (ContextId, Side), text: &Written) -> Result<()> {
    let context = find_for_work(deed, context)?;
    let kept = queries::one(deed.db, context.id, side)?;
    if kept.as_ref().map_or(0, |it| it.version) != text.seen {
        return Err(Error::Refused(OVERTAKEN));
    }
    let id = kept.as_ref().map_or_else(AssessmentId::random, |it| it.id);
    let at = Place { row: id.as_str(), ..WORDS };
    let words = deed.keys.seal(context.team.as_str(), at, &text.words)?;
    let by = (deed.by.id, deed.at);
    match kept {
        None => queries::add(deed.db, (context.id, side), (id, &words), by)?,
        Some(_) if queries::rewrite(deed.db, (id, text.seen), &words, by)? => {}
        Some(_) => return Err(Error::Refused(OVERTAKEN)),
    }
    deed.record(Event::ContextAssessed, context.id, Some(context.team))
}
