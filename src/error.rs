//! Everything that can stop a request.

use crate::web::FormErrors;

/// What nearly every function here returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The first group is the visitor's to put right; the rest are ours.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the session has ended.
    #[error("you need to sign in")]
    SignedOut,
    /// The password is given, the second factor is not.
    #[error("you need to finish signing in")]
    HalfWay,
    /// The route needs a fresh proof that it is still this person. Holds what was typed, by field, to be handed back.
    #[error("you need to confirm that it is you")]
    NotProved(Vec<(String, String)>),
    /// Not there and not yours are the same answer.
    #[error("there is nothing here, or it is not yours to see")]
    NotFound,
    /// Signed in, but without the post that this needs.
    #[error("your account does not have access to this")]
    Forbidden,
    /// A form with faults, where no page could show them beside the fields.
    #[error("there is a problem with what was sent")]
    Invalid(FormErrors),
    /// A rule of the service said no. The sentence is shown as it is.
    #[error("{0}")]
    Refused(&'static str),
    /// The form did not come from a page of ours.
    #[error("this form did not come from a page of this service, or it is an old one")]
    Forged,
    /// The form belongs to a session that has ended. Holds what was typed, by field, to be handed back.
    #[error("this form was opened before you last signed in, so nothing was saved")]
    OldForm(Vec<(String, String)>),
    /// More people than passwords can be tried for at a time.
    #[error(
        "many people are signing in at this moment. Nothing is wrong with what you typed. Wait a minute, then try again"
    )]
    Queue,
    /// More than the service takes in one go.
    #[error("that is more text than this service can take in one go")]
    TooLarge,
    /// The request stopped half way.
    #[error("the connection was too slow, and the page did not arrive whole")]
    TooSlow,
    /// Too many tries.
    #[error("there have been too many tries. Wait a few minutes, then try again")]
    TooMany,

    /// The database failed.
    #[error("the database failed")]
    Database(#[source] diesel::result::Error),
    /// Too many changes at once, for longer than anybody should wait.
    #[error("the database was too busy")]
    Crowded,
    /// The database's disk is full, and nothing can be saved.
    #[error("there is no room left on the disk of the database")]
    Full,
    /// The database's disk refuses to be written, and nobody knows what it has.
    #[error("the disk of the database could not be written to")]
    Unwritten(#[source] diesel::result::Error),
    /// The database cannot be opened.
    #[error(
        "setting `database`: the database cannot be opened: {0}. For example: database = \"sqlite:/var/lib/e4s/e4s.db\""
    )]
    Unreachable(String),
    /// No connection was free, or none could be made.
    #[error("no database connection was free")]
    Busy(#[from] diesel::r2d2::PoolError),
    /// A template failed.
    #[error("a page could not be drawn")]
    Page(#[from] tera::Error),
    /// A background thread was stopped.
    #[error("a background thread was stopped")]
    Stopped,
    /// A letter could not be written.
    #[error("a letter could not be written: {0}")]
    Letter(String),
    /// A document could not be made.
    #[error("a document could not be made: {0}")]
    Document(String),
    /// A file to import cannot be read at all. Only commands import.
    #[error("{0}")]
    Unreadable(String),
    /// A file or folder that the service needs at its start (keys, journal) cannot be used. Names the setting.
    #[error("{0}")]
    Unusable(String),
    /// Something kept does not read back: the reason names the kind, never the content.
    #[error("a stored record does not read back: {0}")]
    Corrupt(&'static str),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            error => Self::Database(error),
        }
    }
}
