//! Every setting, read once at the start: from `e4s.toml`, and over it from the environment.
//!
//! A wrong one stops the start with its name, what is wrong with it, and an example.

mod checks;
mod keep;
mod settings;

use std::path::PathBuf;

pub(crate) use checks::is_loopback;
pub use keep::Keep;
pub use settings::Settings;

/// A setting, as the README documents it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// In the file. In the environment it is `E4S_` and the same in capitals.
    pub name: &'static str,
    /// What it is when nobody says. Empty: nothing.
    pub default: &'static str,
    pub example: &'static str,
    pub about: &'static str,
}

/// Every setting there is. The README's table is held to this list by a test.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "database",
        default: "sqlite:e4s.db",
        example: "sqlite:/var/lib/e4s/e4s.db",
        about: "Where everything is kept: `sqlite:PATH` or `postgres://USER@HOST/NAME`",
    },
    Setting {
        name: "keys",
        default: "keys",
        example: "/etc/e4s/keys",
        about: "The folder with the root keys that seal free text, made by `e4s keys init`; only the service may read it",
    },
    Setting {
        name: "escrow",
        default: "",
        example: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        about: "The offline recipient (`age`) to whom the key of each record, and each backup, is sealed as well. `serve` needs one, outside the demonstration",
    },
    Setting {
        name: "journal",
        default: "journal",
        example: "/mnt/second/e4s-journal",
        about: "The folder with the journal of concerns, best on a volume that the database is not on",
    },
    Setting {
        name: "listen",
        default: "127.0.0.1:8400",
        example: "127.0.0.1:8400",
        about: "The address and port that the service answers on, behind the council's reverse proxy",
    },
    Setting {
        name: "health",
        default: "127.0.0.1:8401",
        example: "127.0.0.1:8401",
        about: "The address and port of `/health/live`, `/health/ready` and `/metrics`",
    },
    Setting {
        name: "base_url",
        default: "http://127.0.0.1:8400",
        example: "https://e4s.council.example",
        about: "The address that people type. Links in letters are built from it. Needs https, except on loopback",
    },
    Setting {
        name: "council_name",
        default: "Your county council",
        example: "Example County Council",
        about: "The council's name, on every page and letter",
    },
    Setting {
        name: "brand_colour",
        default: "#0b4a53",
        example: "#0b4a53",
        about: "The colour of the header and of buttons; white text must be readable on it",
    },
    Setting {
        name: "mail",
        default: "smtp://127.0.0.1:25",
        example: "smtps://mail.council.example:465",
        about: "The mail server: `smtps://HOST:PORT` (TLS), or `smtp://HOST:PORT` (STARTTLS required, except on loopback)",
    },
    Setting {
        name: "mail_from",
        default: "E4S <e4s@localhost.example>",
        example: "E4S <e4s@council.example>",
        about: "The sender of letters",
    },
    Setting {
        name: "mail_user",
        default: "",
        example: "e4s",
        about: "The name to sign in to the mail server with, if it asks for one",
    },
    Setting {
        name: "mail_password_file",
        default: "",
        example: "/etc/e4s/mail-password",
        about: "A file that holds the password for it",
    },
    Setting {
        name: "digest_hour",
        default: "7",
        example: "7",
        about: "The hour, in London, from which the day's digests are sent",
    },
    Setting {
        name: "keep_drafts",
        default: "30 days",
        example: "30 days",
        about: "How long a draft is kept after it was last saved",
    },
    Setting {
        name: "keep_closed",
        default: "6 years",
        example: "6 years",
        about: "How long a context that is closed, and its concerns, are kept after it was closed",
    },
    Setting {
        name: "keep_unlinked",
        default: "6 years",
        example: "6 years",
        about: "How long a concern that is in no context is kept after anything last happened to it",
    },
    Setting {
        name: "keep_accounts",
        default: "1 year",
        example: "1 year",
        about: "How long an account keeps its e-mail address, posts and factors after its last post has ended; its name stays",
    },
    Setting {
        name: "keep_letters",
        default: "1 year",
        example: "1 year",
        about: "How long a letter is kept after it was queued: 31 days at least, or it could be sent twice. One that waits to be sent stays",
    },
    Setting {
        name: "keep_requests",
        default: "6 years",
        example: "6 years",
        about: "How long it is kept that somebody asked what is kept about them",
    },
    Setting {
        name: "keep_audit",
        default: "10 years",
        example: "10 years",
        about: "How long a line of the audit log is kept; whole months go. At least a year, and no shorter than concerns are kept",
    },
    Setting {
        name: "curriculum",
        default: "",
        example: "/srv/e4s/curriculum",
        about: "A folder with a curriculum that replaces the built-in one",
    },
    Setting {
        name: "sign_on_issuer",
        default: "",
        example: "https://login.council.example/v2.0",
        about: "The council's sign-on (OpenID Connect): the issuer, exactly as its discovery document names it. Needs https, except on loopback. Without it people sign in with a password and their second factor",
    },
    Setting {
        name: "sign_on_client",
        default: "",
        example: "e4s",
        about: "The client id under which E4S is registered there",
    },
    Setting {
        name: "sign_on_secret_file",
        default: "",
        example: "/etc/e4s/sign-on-secret",
        about: "A file that holds the client's secret",
    },
    Setting {
        name: "sign_on_name",
        default: "",
        example: "Example Council account",
        about: "What people call that account; the button says \"Sign in with your …\"",
    },
    Setting {
        name: "sign_on_factor",
        default: "",
        example: "mfa, hwk",
        about: "The values of `amr` or `acr`, with commas between, by which the sign-on says that it has asked for a second factor. Without any, or without one of them in the answer, E4S asks for its own",
    },
    Setting {
        name: "log",
        default: "text",
        example: "json",
        about: "How the log is written: `text` or `json`",
    },
];

/// A setting that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The value is wrong.
    #[error("setting `{name}`: {problem}. For example: {name} = \"{example}\"")]
    Value { name: &'static str, problem: String, example: &'static str },
    /// There is no such setting.
    #[error("setting `{0}` is not known. Known are: {known}", known = known())]
    Unknown(String),
    /// The file cannot be read.
    #[error("the settings file {path} cannot be read: {problem}")]
    File { path: PathBuf, problem: String },
}

fn known() -> String {
    SETTINGS.iter().map(|it| it.name).collect::<Vec<_>>().join(", ")
}

/// The council's own sign-on.
#[derive(Clone)]
pub struct SignOn {
    pub issuer: String,
    pub client: String,
    pub secret: secrecy::SecretString,
    /// What people call their account there.
    pub name: String,
    /// The values of `amr` and `acr` that stand for a second factor.
    pub factors: Vec<String>,
}

/// How letters leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mail {
    /// To a mail server; TLS from the first byte, or STARTTLS required unless the server is on loopback.
    Smtp { host: String, port: u16, tls: Tls },
    /// Nowhere: they are kept for `/demo/mailbox`. Only the demonstration may.
    Mailbox,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Always,
    StartTls,
    LoopbackOnly,
}
