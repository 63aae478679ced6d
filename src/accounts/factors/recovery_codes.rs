//! Ten codes on paper, each good once, for the day on which every second factor is away.
//!
//! Only their SHA-256 is kept: a code is 80 random bits, so that nobody guesses one from its hash, however fast the hash
//! is. A slow hash is for what people choose themselves.

use sha2::{Digest, Sha256};

use super::queries;
use crate::accounts::AccountId;
use crate::audit::Event;
use crate::deed::Deed;
use crate::mail::safety::{self, News};
use crate::store::{Db, hex, random_letters};
use crate::{Error, Result};

/// How many there are.
pub const COUNT: usize = 10;
/// 16 letters of five bits.
const LENGTH: usize = 16;

/// Makes ten new codes; older ones are worth nothing from now on.
pub(super) fn make(deed: &mut Deed) -> Result<Vec<String>> {
    queries::remove_codes(deed.db, deed.by.id)?;
    let codes: Vec<String> = (0..COUNT).map(|_| code()).collect();
    for code in &codes {
        queries::insert_code(deed.db, deed.by.id, &hash(deed.by.id, code))?;
    }
    deed.record(Event::RecoveryCodesMade, deed.by.id, None)?;
    Ok(codes)
}

/// Makes ten new codes because their owner asked for them. They stand beside a factor, never instead of one.
pub fn make_new(deed: &mut Deed) -> Result<Vec<String>> {
    if !queries::has_any(deed.db, deed.by.id)? {
        return Err(Error::Refused("Set up a second factor first: recovery codes come with it."));
    }
    let codes = make(deed)?;
    let when = deed.at.and_utc().timestamp();
    safety::tell(deed, deed.by.id, News::CodesMade, when)?;
    Ok(codes)
}

/// Uses a code up. False if it is none, or was used.
pub(super) fn is_right(deed: &mut Deed, typed: &str) -> Result<bool> {
    let hash = hash(deed.by.id, typed);
    if !queries::use_code(deed.db, deed.by.id, &hash, deed.at)? {
        return Ok(false);
    }
    deed.record(Event::RecoveryCodeUsed, deed.by.id, None)?;
    let when = deed.at.and_utc().timestamp();
    safety::tell(deed, deed.by.id, News::CodeUsed, when)?;
    Ok(true)
}

/// How many codes a person has left.
pub fn left(db: &mut Db, account: AccountId) -> Result<usize> {
    queries::codes_left(db, account)
}

/// `7kq4-m2x9-0d3f-te8z`
fn code() -> String {
    let letters: Vec<char> =
        random_letters().into_iter().rev().take(LENGTH).map(char::from).collect();
    letters.chunks(4).map(|it| it.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is kept of a code, however it was typed.
fn hash(account: AccountId, typed: &str) -> String {
    let plain: String = typed
        .to_lowercase()
        .chars()
        .filter(|it| it.is_alphanumeric())
        .map(|it| match it {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    hex(Sha256::digest(format!("recovery:{account}:{plain}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let me = AccountId::random();
        assert_eq!(code().len(), LENGTH + 3);
        assert_eq!(hash(me, "7kq4-m2x9-0d1f-te8z"), hash(me, " 7KQ4 M2X9 Od1F TE8Z"));
        assert_ne!(
            hash(me, "7kq4-m2x9-0d1f-te8z"),
            hash(AccountId::random(), "7kq4-m2x9-0d1f-te8z")
        );
    }
}
