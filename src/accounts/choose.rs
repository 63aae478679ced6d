//! A person chooses a password: their first, a new one instead of one that is forgotten, or another one.

use chrono::NaiveDateTime;

use super::sessions::{self, Token};
use super::tickets::{self, Ticket, TicketKind};
use super::{AccountId, people_queries, queries, session_queries, shown, ticket_queries};
use crate::audit::Event;
use crate::deed::Deed;
use crate::mail::access;
use crate::store::{Db, fold};
use crate::{Result, districts, schools};

/// Words shorter than this are in many good passwords.
const WORD_MIN: usize = 3;

/// Somebody who may choose a password, with the words that others would try first.
#[derive(Debug)]
pub struct Chooser {
    pub ticket: Ticket,
    pub name: String,
    pub email: String,
    pub about: Vec<String>,
}

/// Who holds a token, if it stands for a ticket that holds.
pub fn chooser(db: &mut Db, token: &str, at: NaiveDateTime) -> Result<Option<Chooser>> {
    let Some(ticket) = tickets::open(db, token, at)? else { return Ok(None) };
    let person = people_queries::person(db, ticket.account)?;
    let about = about(db, ticket.account)?;
    Ok(Some(Chooser { ticket, name: person.name, email: person.email, about }))
}

/// What everybody knows of a person, as a whole and word by word: name, address, schools, teams.
pub fn about(db: &mut Db, account: AccountId) -> Result<Vec<String>> {
    let person = people_queries::person(db, account)?;
    let tenures = people_queries::tenures(db, &[account])?;
    let urns: Vec<_> = tenures.iter().filter_map(|it| it.post.school).collect();
    let teams: Vec<_> = tenures.iter().filter_map(|it| it.post.team).collect();
    let mut texts = vec![person.name, person.email];
    texts.extend(schools::names(db, &urns)?.into_values());
    texts.extend(districts::team_names(db, &teams)?.into_values());
    Ok(words(&texts))
}

/// Some texts, folded, as a whole, in one piece and word by word, without the short words.
pub fn words(texts: &[String]) -> Vec<String> {
    let folded: Vec<String> = texts.iter().map(|it| fold(it)).collect();
    let parts = folded.iter().flat_map(|it| it.split(|it: char| !it.is_alphanumeric()));
    let mut words: Vec<String> =
        parts.filter(|it| it.chars().count() >= WORD_MIN).map(str::to_owned).collect();
    // As it is written into a password: in one piece.
    let joined = |it: &String| it.chars().filter(|it| it.is_alphanumeric()).collect::<String>();
    words.extend(folded.iter().map(joined));
    words.extend(folded);
    words.push("e4s".to_owned());
    words.sort();
    words.dedup();
    words
}

/// Uses a token: the password is kept, and what held before (sessions, tickets) holds no more. Says what it was for:
/// somebody new may be let in at once; somebody who had forgotten theirs signs in as ever.
pub fn choose(deed: &mut Deed, token: &str, hash: &str) -> Result<TicketKind> {
    let ticket = tickets::take(deed, token)?;
    match ticket.kind {
        TicketKind::Invitation => {
            keep(deed, ticket.account, hash)?;
            deed.record(Event::PasswordChosen, ticket.account, None)?;
        }
        TicketKind::Reset => change(deed, ticket.account, hash)?,
    }
    Ok(ticket.kind)
}

/// Gives a person another password. Their sessions and tickets end, and a letter tells them.
pub fn change(deed: &mut Deed, account: AccountId, hash: &str) -> Result<()> {
    keep(deed, account, hash)?;
    deed.record(Event::PasswordChanged, account, None)?;
    access::tell_changed(deed, account)
}

/// Gives whoever is signed in another password, if `tried` is still what is kept of the old one. Their session goes on under
/// another token; every other one ends.
pub fn change_own(
    deed: &mut Deed,
    token: &Token,
    (tried, hash): (Option<&str>, &str),
) -> Result<Token> {
    let account = deed.by.id;
    if queries::password_hash(deed.db, account)?.as_deref() != tried {
        return Err(shown::TAKEN_AWAY);
    }
    let token = sessions::renew(deed, token)?;
    queries::set_password(deed.db, account, hash)?;
    session_queries::end_others(deed.db, account, &token.hash(), deed.at)?;
    ticket_queries::replace(deed.db, account, deed.at)?;
    deed.record(Event::PasswordChanged, account, None)?;
    access::tell_changed(deed, account)?;
    Ok(token)
}

fn keep(deed: &mut Deed, account: AccountId, hash: &str) -> Result<()> {
    queries::set_password(deed.db, account, hash)?;
    queries::end_sessions_of(deed.db, account, deed.at)?;
    ticket_queries::replace(deed.db, account, deed.at)
}
