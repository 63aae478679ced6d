//! Enums that are kept as text, by hand-chosen words.

/// An enum kept as text, for both engines, and never by its Rust name.
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the order in which people are shown them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word that is stored and sent by forms.
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
            /// The value of a stored or sent word.
            pub fn parse(text: &str) -> Option<Self> { Self::ALL.iter().copied().find(|it| it.as_str() == text) }
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
                Self::parse(&text).ok_or_else(|| format!("unknown {} {text:?}", stringify!($name)).into())
            }
        }
    };
}
pub(crate) use text_enum;
