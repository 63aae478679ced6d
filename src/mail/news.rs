//! A meeting has decided about what schools reported: each lead of these schools is written to, once a meeting.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::facts::{NewsFacts, json};
use super::{Letter, LetterKind};
use crate::Result;
use crate::accounts::{AccountId, Role, queries};
use crate::deed::Deed;
use crate::schools::Urn;

/// More references than this are counted and not named.
const NAMED_MAX: usize = 12;

/// A concern with news.
#[derive(Debug, Clone)]
pub struct News {
    pub school: Urn,
    /// Where to read it, after signing in.
    pub path: String,
    /// Such as `C-7KQ4-M2`.
    pub reference: String,
}

/// Queues a letter to each lead of the schools, and says how many.
pub fn tell(deed: &mut Deed, meeting: impl Display, news: &[News]) -> Result<usize> {
    let mut by_school: BTreeMap<Urn, Vec<&News>> = BTreeMap::new();
    for it in news {
        by_school.entry(it.school).or_default().push(it);
    }
    let mut by_lead: BTreeMap<AccountId, Vec<&News>> = BTreeMap::new();
    for (school, news) in by_school {
        for lead in queries::holders(deed.db, deed.today(), Role::Dsl, None, Some(school))? {
            by_lead.entry(lead).or_default().extend(&news);
        }
    }
    let mut count = 0;
    for (to, news) in by_lead {
        let facts = json(&facts(&news))?;
        let period = format!("meeting:{meeting}");
        let letter = Letter { kind: LetterKind::News, to, period, facts, due_at: deed.at };
        count += usize::from(deed.post(&letter)?);
    }
    Ok(count)
}

fn facts(news: &[&News]) -> NewsFacts {
    let named: Vec<&str> = news.iter().take(NAMED_MAX).map(|it| it.reference.as_str()).collect();
    let mut references = named.join(", ");
    if news.len() > NAMED_MAX {
        references = format!("{references} and {} more", news.len() - NAMED_MAX);
    }
    let path = match news {
        [one] => one.path.clone(),
        _ => "/concerns".to_owned(),
    };
    NewsFacts { references, is_one: news.len() == 1, path }
}
