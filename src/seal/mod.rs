//! Text that is sealed at rest, and the keys.
//!
//! A root key (a file that only the service can read) gives each owner, a team or the house, a key of its own. That key
//! seals the key of one record, and the record's key seals its text. The record's key is sealed a second time to an
//! offline recipient (`age`), so that a lost root key does not lose a concern. A text opens only where it was written:
//! its table, column and row are part of the seal.
//!
//! [`COLUMNS`] lists every column that holds one: what is not on the list is not renewed when the keys are.

pub mod check;
mod columns;
mod keys;
mod queries;
pub mod recover;
pub mod rotate;
mod tokens;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::store::random_bytes;
use crate::{Error, Result};

pub use columns::{COLUMNS, Column};
pub use keys::{Keyring, has_key, identity, init, next, prepare, read_identity, waiting};

/// The first characters of every sealed text: the form of what follows.
const FORM: &str = "e1";
/// Parts the mark of an offline recipient from what is sealed to it. In no alphabet that is used here.
const MARKED: char = '~';
const NONCE_LEN: usize = 24;
/// The owner of what belongs to no team: drafts, second factors.
pub const HOUSE: &str = "house";

/// What stands in a list in the place of a text that does not open.
pub const UNREADABLE: &str = "This text does not open. Tell whoever looks after the service.";

type Key = Zeroizing<[u8; 32]>;

/// Where a sealed text stands. It opens there and nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub table: &'static str,
    pub column: &'static str,
    /// The row's id, as text.
    pub row: &'a str,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{FORM}/{}/{}/{}", self.table, self.column, self.row)
    }
}

/// A text that only a [`Keyring`] can read: form, generation of the root key, owner, the record's key sealed for the
/// owner and for the offline recipient (with a mark of who that is), and the text itself; parted by dots.
#[derive(Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Sealed(String);

impl Sealed {
    /// As it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What was kept, to be opened.
    pub fn kept(text: String) -> Self {
        Self(text)
    }

    /// Whose key it is sealed with: a team's id, or [`HOUSE`].
    pub fn owner(&self) -> Option<&str> {
        self.0.split('.').nth(2)
    }

    /// The generation of the root key that it needs.
    pub fn generation(&self) -> Option<u32> {
        self.0.split('.').nth(1)?.parse().ok()
    }

    /// True if its key is sealed to the offline identity.
    pub(crate) fn is_for(&self, identity: &age::x25519::Identity) -> bool {
        Parts::of(self).and_then(|it| it.offline_key(identity)).is_ok()
    }

    /// Opened with the offline identity alone: without the root key, whatever became of it.
    pub fn unseal_offline(&self, at: Place, identity: &age::x25519::Identity) -> Result<String> {
        let parts = Parts::of(self)?;
        text_of(&parts.offline_key(identity)?, at, parts.body)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sealed")
    }
}

const BROKEN: Error = Error::Corrupt("a sealed text is not whole");
const NOT_OURS: Error = Error::Corrupt("a sealed text does not open");

struct Parts<'a> {
    generation: u32,
    owner: &'a str,
    wrapped: &'a str,
    escrow: &'a str,
    body: &'a str,
}

impl<'a> Parts<'a> {
    fn of(sealed: &'a Sealed) -> Result<Self> {
        let parts: Vec<&str> = sealed.0.split('.').collect();
        let [FORM, generation, owner, wrapped, escrow, body] = parts[..] else {
            return Err(BROKEN);
        };
        let generation = generation.parse().map_err(|_bad| BROKEN)?;
        Ok(Self { generation, owner, wrapped, escrow, body })
    }

    /// The record's key, by the offline identity alone.
    fn offline_key(&self, identity: &age::x25519::Identity) -> Result<Key> {
        if self.escrow.is_empty() {
            return Err(Error::Corrupt("a sealed text has no copy for the offline recipient"));
        }
        let escrow = self.escrow.split_once(MARKED).map_or(self.escrow, |(_, it)| it);
        let key = age::decrypt(identity, &decode(escrow)?).map_err(|_told| NOT_OURS)?;
        Ok(Zeroizing::new(key.try_into().map_err(|_short| NOT_OURS)?))
    }
}

impl Keyring {
    /// Seals a text for its owner (a team's id, or [`HOUSE`]) and its place.
    pub fn seal(&self, owner: &str, at: Place, text: &str) -> Result<Sealed> {
        let key: Key = Zeroizing::new(random_bytes());
        let body = lock(&key, &at.to_string(), text.as_bytes())?;
        self.wrapped(owner, at, (&key, &self.escrowed(&key)?, &body))
    }

    /// Seals another text in the place of one: a row keeps its key and its owner.
    pub fn reseal(&self, at: Place, sealed: &Sealed, text: &str) -> Result<Sealed> {
        let parts = Parts::of(sealed)?;
        let key = self.record_key(at, &parts)?;
        let body = lock(&key, &at.to_string(), text.as_bytes())?;
        self.wrapped(parts.owner, at, (&key, parts.escrow, &body))
    }

    /// The key of a record, sealed to the offline recipient. Empty without one, which only the demonstration may be.
    fn escrowed(&self, key: &Key) -> Result<String> {
        match &self.recipient {
            Some(it) => {
                let sealed = encode(&age::encrypt(it, &**key).map_err(|_told| NOT_OURS)?);
                Ok(format!("{}{MARKED}{sealed}", keys::mark(it)))
            }
            None => Ok(String::new()),
        }
    }

    /// Reads a text where it stands.
    pub fn unseal(&self, at: Place, sealed: &Sealed) -> Result<String> {
        let parts = Parts::of(sealed)?;
        text_of(&self.record_key(at, &parts)?, at, parts.body)
    }

    /// The same text for another owner. Its own key, and so the offline recipient's copy, stay as they are.
    pub fn rewrap(&self, owner: &str, at: Place, sealed: &Sealed) -> Result<Sealed> {
        let parts = Parts::of(sealed)?;
        let key = self.record_key(at, &parts)?;
        self.wrapped(owner, at, (&key, parts.escrow, parts.body))
    }

    /// The same text under the youngest root key and for today's offline recipient, for the owner it has.
    pub fn renew(&self, at: Place, sealed: &Sealed) -> Result<Sealed> {
        let parts = Parts::of(sealed)?;
        self.anew(at, &parts, &self.record_key(at, &parts)?)
    }

    /// The same, whatever became of the root key that it needs: by the offline identity.
    pub fn recover(
        &self,
        at: Place,
        sealed: &Sealed,
        identity: &age::x25519::Identity,
    ) -> Result<Sealed> {
        let parts = Parts::of(sealed)?;
        let key = parts.offline_key(identity)?;
        text_of(&key, at, parts.body)?;
        self.anew(at, &parts, &key)
    }

    fn anew(&self, at: Place, parts: &Parts, key: &Key) -> Result<Sealed> {
        let escrow = self.escrowed(key)?;
        let escrow = if escrow.is_empty() { parts.escrow } else { &escrow };
        self.wrapped(parts.owner, at, (key, escrow, parts.body))
    }

    fn wrapped(&self, owner: &str, at: Place, parts: (&Key, &str, &str)) -> Result<Sealed> {
        let (key, escrow, body) = parts;
        let (generation, root) = self.youngest();
        let wrapped = lock(&owner_key(&root, owner)?, &bound(generation, owner, at), &**key)?;
        Ok(Sealed(format!("{FORM}.{generation}.{owner}.{wrapped}.{escrow}.{body}")))
    }

    fn record_key(&self, at: Place, parts: &Parts) -> Result<Key> {
        let Parts { generation, owner, wrapped, .. } = *parts;
        let root = self.root(generation).ok_or(Error::Corrupt("a root key is missing"))?;
        let key = open(&owner_key(&root, owner)?, &bound(generation, owner, at), wrapped)?;
        let key: [u8; 32] = key.as_slice().try_into().map_err(|_short| NOT_OURS)?;
        Ok(Zeroizing::new(key))
    }
}

/// What the key of a record is bound to.
fn bound(generation: u32, owner: &str, at: Place) -> String {
    format!("{at}/key/{generation}/{owner}")
}

/// The key of an owner, of the root key's generation.
fn owner_key(root: &Key, owner: &str) -> Result<Key> {
    let mut key = Zeroizing::new([0; 32]);
    let info = format!("e4s owner {owner}");
    Hkdf::<Sha256>::new(None, &**root)
        .expand(info.as_bytes(), &mut *key)
        .map_err(|_long| BROKEN)?;
    Ok(key)
}

fn text_of(key: &Key, at: Place, body: &str) -> Result<String> {
    let bytes = open(key, &at.to_string(), body)?;
    String::from_utf8(bytes.to_vec()).map_err(|_bad| NOT_OURS)
}

fn lock(key: &Key, bound: &str, plain: &[u8]) -> Result<String> {
    let nonce = random_bytes::<NONCE_LEN>();
    let payload = Payload { msg: plain, aad: bound.as_bytes() };
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let mut sealed = nonce.to_vec();
    sealed.extend(cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_full| BROKEN)?);
    Ok(encode(&sealed))
}

fn open(key: &Key, bound: &str, text: &str) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = decode(text)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(BROKEN)?;
    let payload = Payload { msg: sealed, aad: bound.as_bytes() };
    let cipher = XChaCha20Poly1305::new((&**key).into());
    let plain = cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_told| NOT_OURS)?;
    Ok(Zeroizing::new(plain))
}

fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

fn decode(text: &str) -> Result<Vec<u8>> {
    BASE64.decode(text).map_err(|_bad| BROKEN)
}

impl<B: diesel::backend::Backend> ToSql<Text, B> for Sealed
where
    str: ToSql<Text, B>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, B>) -> serialize::Result {
        <str as ToSql<Text, B>>::to_sql(&self.0, out)
    }
}

impl<B: diesel::backend::Backend> FromSql<Text, B> for Sealed
where
    String: FromSql<Text, B>,
{
    fn from_sql(value: B::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(String::from_sql(value)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Place = Place { table: "concerns", column: "answers", row: "c1" };

    fn ring(folder: &tempfile::TempDir, recipient: Option<&str>) -> Keyring {
        Keyring::open(folder.path(), recipient).expect("a keyring")
    }

    #[test]
    fn a_text_opens_where_it_was_written_and_nowhere_else() {
        let folder = tempfile::tempdir().expect("a folder");
        init(folder.path()).expect("a key");
        let ring = ring(&folder, None);
        let sealed = ring.seal("crawley", AT, "lamps on Mill Lane").expect("sealed");
        assert!(!sealed.as_str().contains("Mill"));
        assert_eq!(ring.unseal(AT, &sealed).expect("opens"), "lamps on Mill Lane");
        for elsewhere in [Place { row: "c2", ..AT }, Place { column: "words", ..AT }] {
            assert!(ring.unseal(elsewhere, &sealed).is_err(), "{elsewhere}");
        }
        let stolen = Sealed(sealed.as_str().replace(".crawley.", ".horsham."));
        assert!(ring.unseal(AT, &stolen).is_err(), "another owner's key");
        let moved = ring.rewrap("horsham", AT, &sealed).expect("moved");
        assert_eq!(ring.unseal(AT, &moved).expect("opens"), "lamps on Mill Lane");
    }

    #[test]
    fn a_younger_root_key_seals_from_then_on_and_the_older_one_still_opens() {
        let folder = tempfile::tempdir().expect("a folder");
        init(folder.path()).expect("a key");
        let old = ring(&folder, None).seal(HOUSE, AT, "a draft").expect("sealed");
        assert_eq!(next(folder.path()).expect("a younger key"), 2);
        let ring = ring(&folder, None);
        assert_eq!(ring.unseal(AT, &old).expect("opens"), "a draft");
        let renewed = ring.renew(AT, &old).expect("renewed");
        assert_eq!((old.generation(), renewed.generation()), (Some(1), Some(2)));
        std::fs::remove_file(folder.path().join("root-1.key")).expect("thrown away");
        let ring = Keyring::open(folder.path(), None).expect("a keyring");
        assert!(ring.unseal(AT, &old).is_err());
        assert_eq!(ring.unseal(AT, &renewed).expect("opens"), "a draft");
    }

    #[test]
    fn the_offline_identity_opens_without_any_root_key() {
        let folder = tempfile::tempdir().expect("a folder");
        init(folder.path()).expect("a key");
        let identity = age::x25519::Identity::generate();
        let ring = ring(&folder, Some(&identity.to_public().to_string()));
        let sealed = ring.seal(HOUSE, AT, "a draft").expect("sealed");
        assert_eq!(sealed.unseal_offline(AT, &identity).expect("opens"), "a draft");
        let stranger = age::x25519::Identity::generate();
        assert!(sealed.unseal_offline(AT, &stranger).is_err());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Keyring::open(folder.path(), None).is_err(), "no key at all");
        init(folder.path()).expect("a key");
        assert!(init(folder.path()).is_err(), "a second one would hide the first");
        let file = folder.path().join("root-1.key");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o440)).expect("a mode");
        let told = Keyring::open(folder.path(), None).err().expect("refused").to_string();
        assert!(told.contains("root-1.key") && told.contains("0400"), "{told}");
    }

    #[test]
    fn each_owner_has_a_key_of_its_own_and_each_root_key_gives_another() {
        let root = |byte: u8| Zeroizing::new([byte; 32]);
        let key = |byte, owner| *owner_key(&root(byte), owner).expect("a key");
        assert_eq!(key(1, HOUSE), key(1, HOUSE));
        assert_ne!(key(1, HOUSE), key(1, "0123456789abcdefghjkmnpqrs"));
        assert_ne!(key(1, HOUSE), key(2, HOUSE));
    }
}
