//! Words that only a root key can make, so that they need not be kept: what a link in a letter carries.

use hkdf::Hkdf;
use secrecy::SecretString;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{BROKEN, Key, Keyring};
use crate::store::hex;
use crate::{Error, Result};

impl Keyring {
    /// A word of 256 bits for one purpose and one record, with the generation of the root key that it comes from. The
    /// generation is kept, so that a younger root key changes nothing for words that are on their way.
    pub fn token(&self, purpose: &str, id: &str) -> Result<(u32, SecretString)> {
        let (generation, root) = self.youngest();
        Ok((generation, word(&root, purpose, id)?))
    }

    /// The same word again.
    pub fn token_of(&self, generation: u32, purpose: &str, id: &str) -> Result<SecretString> {
        let root = self.root(generation).ok_or(Error::Corrupt("a root key is missing"))?;
        word(&root, purpose, id)
    }
}

fn word(root: &Key, purpose: &str, id: &str) -> Result<SecretString> {
    let mut bytes = Zeroizing::new([0; 32]);
    let info = format!("e4s token {purpose} {id}");
    Hkdf::<Sha256>::new(None, &**root)
        .expand(info.as_bytes(), &mut *bytes)
        .map_err(|_long| BROKEN)?;
    // Digits and letters alone: no mail program cuts such an address short.
    Ok(SecretString::from(hex(*bytes)))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::super::{init, next};
    use super::*;

    #[test]
    fn a_word_is_the_same_each_time_and_another_for_another_purpose_record_or_key() {
        let folder = tempfile::tempdir().expect("a folder");
        init(folder.path()).expect("a key");
        let ring = Keyring::open(folder.path(), None).expect("a keyring");
        let (generation, first) = ring.token("ticket", "t1").expect("a word");
        let again = ring.token_of(generation, "ticket", "t1").expect("a word");
        assert_eq!(first.expose_secret(), again.expose_secret());
        assert_eq!(first.expose_secret().len(), 64);
        for (purpose, id) in [("ticket", "t2"), ("other", "t1")] {
            let (_, other) = ring.token(purpose, id).expect("a word");
            assert_ne!(first.expose_secret(), other.expose_secret(), "{purpose} {id}");
        }

        next(folder.path()).expect("a younger key");
        let ring = Keyring::open(folder.path(), None).expect("a keyring");
        let (younger, second) = ring.token("ticket", "t1").expect("a word");
        assert_eq!((generation, younger), (1, 2));
        assert_ne!(first.expose_secret(), second.expose_secret());
        let kept = ring.token_of(1, "ticket", "t1").expect("a word");
        assert_eq!(first.expose_secret(), kept.expose_secret());
    }
}
