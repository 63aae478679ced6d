//! Ids that cannot be guessed or counted, and references that can be read aloud.

/// Letters and digits that are not mistaken for one another, on paper or by telephone (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// What references are written in: without vowels, so that no word appears, and without 0, 1 and characters like them.
const SPEAKABLE: &[u8; 24] = b"23456789CDFGHJKMPQRTVWXY";

/// 128 random bits from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give, which nothing here can outlive.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "without randomness nothing here is safe to do")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// 128 random bits as 26 characters.
pub(crate) fn random_letters() -> [u8; 26] {
    let mut rest = u128::from_be_bytes(random_bytes());
    let mut letters = [b'0'; 26];
    for place in letters.iter_mut().rev() {
        let digit = usize::try_from(rest & 31).unwrap_or_default();
        *place = ALPHABET.get(digit).copied().unwrap_or(b'0');
        rest >>= 5;
    }
    letters
}

/// The same characters, if `random_letters` could have written them.
pub(crate) fn letters_of(text: &str) -> Option<[u8; 26]> {
    let letters: [u8; 26] = text.as_bytes().try_into().ok()?;
    let known = letters.iter().all(|it| ALPHABET.contains(it));
    (known && letters.first().is_some_and(|it| *it <= b'7')).then_some(letters)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    let digit = |it: u8| char::from_digit(u32::from(it), 16).unwrap_or('0');
    bytes.into_iter().flat_map(|it| [digit(it >> 4), digit(it & 15)]).collect()
}

/// A short, speakable reference such as `C-7KQ4-M2`: six random characters behind a letter for the noun.
///
/// About 190 million different ones; the caller checks that it is free.
pub fn reference(noun: char) -> String {
    let mut letters = random_bytes::<6>().into_iter().map(|byte| {
        let digit = usize::from(byte) % SPEAKABLE.len();
        SPEAKABLE.get(digit).copied().map_or('2', char::from)
    });
    let four: String = letters.by_ref().take(4).collect();
    let two: String = letters.collect();
    format!("{noun}-{four}-{two}")
}

/// An id of 128 random bits, kept and shown as 26 letters and digits.
macro_rules! random_id {
    ($(#[$meta:meta])* pub $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow, serde::Deserialize)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        #[serde(try_from = "String")]
        pub struct $name([u8; 26]);

        impl $name {
            /// One that nobody has.
            pub fn random() -> Self { Self($crate::store::random_letters()) }
            /// The id that such a text stands for.
            pub fn parse(text: &str) -> Option<Self> { $crate::store::letters_of(text).map(Self) }
            /// As it stands in addresses and in the database.
            pub fn as_str(&self) -> &str { std::str::from_utf8(&self.0).unwrap_or_default() }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }
        impl TryFrom<String> for $name {
            type Error = &'static str;
            fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
                Self::parse(&text).ok_or("this is not an id")
            }
        }
        impl<B: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, B> for $name
        where str: diesel::serialize::ToSql<diesel::sql_types::Text, B> {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, B>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, B>>::to_sql(self.as_str(), out)
            }
        }
        impl<B: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, B> for $name
        where String: diesel::deserialize::FromSql<diesel::sql_types::Text, B> {
            fn from_sql(value: B::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = String::from_sql(value)?;
                Self::parse(&text).ok_or_else(|| concat!("not a ", stringify!($name)).into())
            }
        }
    };
}
pub(crate) use random_id;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_itself_and_nothing_else_reads_as_an_id() {
        let letters = random_letters();
        assert_eq!(letters_of(std::str::from_utf8(&letters).expect("text")), Some(letters));
        for wrong in ["", "0", "z0000000000000000000000000", "l0000000000000000000000000"] {
            assert_eq!(letters_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_reference_is_short_and_has_nothing_to_mistake() {
        let text = reference('C');
        assert_eq!(text.len(), 9);
        assert!(text.chars().skip(2).all(|it| it == '-' || !"01AEIOUBSZL".contains(it)), "{text}");
    }
}
