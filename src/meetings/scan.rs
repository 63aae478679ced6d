//! What meetings said of contexts, added to the contexts' own texts, for whoever has to look through all that they may see.

use std::collections::BTreeMap;

use super::minute::Said;
use super::publish;
use super::{KeptAgendaItem, Sitting, attend, item_queries};
use crate::Result;
use crate::calendar;
use crate::concerns::scan::Passage;
use crate::contexts::ContextId;
use crate::contexts::scan::Texts;
use crate::districts::Meeting;
use crate::seal::Keyring;
use crate::store::Db;

/// Adds what meetings said to the texts of contexts that the caller has found within a scope: the minutes of each item, what
/// schools were told, and who was there.
pub fn add(db: &mut Db, keys: &Keyring, texts: &mut [Texts]) -> Result<()> {
    let ids: Vec<ContextId> = texts.iter().map(|it| it.id).collect();
    let mut by_context: BTreeMap<ContextId, Vec<Option<Vec<Passage>>>> = BTreeMap::new();
    for (item, meeting, sitting) in item_queries::items_of(db, &ids)? {
        let opened = passages(keys, &item, (&meeting, &sitting)).inspect_err(|error| {
            let (item, error): (_, &dyn std::error::Error) = (item.id, error);
            tracing::error!(%item, error, "what a meeting said of a context does not open");
        });
        by_context.entry(item.context).or_default().push(opened.ok());
    }
    for text in texts {
        for said in by_context.remove(&text.id).unwrap_or_default() {
            text.is_whole &= said.is_some();
            text.passages.extend(said.into_iter().flatten());
        }
    }
    Ok(())
}

fn passages(
    keys: &Keyring,
    item: &KeptAgendaItem,
    (meeting, sitting): (&Meeting, &Sitting),
) -> Result<Vec<Passage>> {
    let Said { discussion, reason, conflicts } = Said::of(keys, item)?;
    let told = publish::told(keys, item)?;
    let (others, apologies) = match &sitting.attendance {
        Some(kept) => attend::words(keys, meeting.id, kept)?,
        None => Default::default(),
    };
    let day = calendar::date_of(meeting.starts_at);
    let all = [
        ("The meeting’s discussion", discussion),
        ("The meeting’s reason", reason),
        ("Interests declared at the meeting", conflicts),
        ("What schools were told", told.words),
        ("Why personal data stays in what schools were told", told.keep),
        ("Others at the meeting", others),
        ("Apologies to the meeting", apologies),
    ];
    let passage =
        |(heading, text): (&str, String)| Passage { heading: format!("{heading}, {day}"), text };
    Ok(all.into_iter().filter(|it| !it.1.is_empty()).map(passage).collect())
}
