//! Every setting, read once at the start: from `e4s.toml`, and over it from the environment.
//!
//! A wrong one stops the start with its name, what is wrong with it, and an example.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use lettre::message::Mailbox;

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
        name: "curriculum",
        default: "",
        example: "/srv/e4s/curriculum",
        about: "A folder with a curriculum that replaces the built-in one",
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

/// The settings, checked.
#[derive(Clone)]
pub struct Settings {
    pub database: String,
    pub listen: SocketAddr,
    pub health: Option<SocketAddr>,
    /// The address that people type, without a slash at its end.
    pub base_url: String,
    pub council_name: String,
    pub brand_colour: String,
    pub mail: Mail,
    pub mail_from: Mailbox,
    pub mail_user: String,
    pub mail_password: Option<secrecy::SecretString>,
    pub digest_hour: u32,
    pub curriculum: Option<PathBuf>,
    pub log_json: bool,
    /// True for the demonstration.
    pub is_demo: bool,
}

impl Settings {
    /// Reads the file, if there is one, and the environment over it.
    pub fn read(file: Option<&Path>) -> Result<Self, Fault> {
        let mut values = BTreeMap::new();
        let path = file.unwrap_or(Path::new("e4s.toml"));
        if file.is_some() || path.exists() {
            let bad = |problem: String| Fault::File { path: path.to_owned(), problem };
            let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
            let table: toml::Table =
                text.parse().map_err(|error: toml::de::Error| bad(error.to_string()))?;
            values = table.into_iter().map(|(name, value)| (name, plain(value))).collect();
        }
        for (name, value) in std::env::vars() {
            let Some(name) = name.strip_prefix("E4S_") else { continue };
            values.insert(name.to_lowercase(), value);
        }
        Self::of(&values)
    }

    /// Checks values by name; what is missing has its default.
    pub fn of(values: &BTreeMap<String, String>) -> Result<Self, Fault> {
        if let Some(name) = values.keys().find(|name| !SETTINGS.iter().any(|it| it.name == *name)) {
            return Err(Fault::Unknown(name.clone()));
        }
        let of = |name| Value::of(name, values);
        let base_url = of("base_url").check(base_url)?;
        let listen = of("listen").check(socket)?;
        if base_url.starts_with("http://") && !listen.ip().is_loopback() {
            return Err(
                of("base_url").fault("without https the service may listen on loopback only")
            );
        }
        let has_user = !of("mail_user").text.is_empty();
        if has_user == of("mail_password_file").text.is_empty() {
            return Err(
                of("mail_password_file").fault("mail_user and mail_password_file are set together")
            );
        }
        Ok(Self {
            database: of("database").check(database)?,
            listen,
            health: of("health").check_some(socket)?,
            base_url,
            council_name: of("council_name").check(|it| filled(it, 80))?,
            brand_colour: of("brand_colour").check(colour)?,
            mail: of("mail").check(mail)?,
            mail_from: of("mail_from")
                .check(|it| it.parse().map_err(|_bad| "this is not a mail address".to_owned()))?,
            mail_user: of("mail_user").text,
            mail_password: of("mail_password_file").check_some(secret)?,
            digest_hour: of("digest_hour").check(hour)?,
            curriculum: of("curriculum").check_some(folder)?,
            log_json: of("log").check(|it| match it {
                "text" => Ok(false),
                "json" => Ok(true),
                _ => Err("write text or json".to_owned()),
            })?,
            is_demo: false,
        })
    }

    /// The settings of the demonstration: loopback, a SQLite file in `folder`, letters in its mailbox.
    pub fn demo(folder: &Path, port: u16) -> Result<Self, Fault> {
        let database = format!("sqlite:{}", folder.join("e4s.db").display());
        let values = [
            ("database", database),
            ("listen", format!("127.0.0.1:{port}")),
            ("health", format!("127.0.0.1:{}", port.saturating_add(1))),
            ("base_url", format!("http://127.0.0.1:{port}")),
            ("council_name", "Demonstration County Council".to_owned()),
        ];
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Self { is_demo: true, mail: Mail::Mailbox, ..Self::of(&values)? })
    }

    /// The origin that forms come from: the base URL, which has no path.
    pub fn origin(&self) -> &str {
        &self.base_url
    }

    /// True behind TLS; false only on loopback.
    pub fn is_secure(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

struct Value {
    setting: &'static Setting,
    text: String,
}

impl Value {
    fn of(name: &str, values: &BTreeMap<String, String>) -> Self {
        let setting = SETTINGS.iter().find(|it| it.name == name).unwrap_or(&SETTINGS[0]);
        let text = values.get(name).map_or_else(|| setting.default.to_owned(), Clone::clone);
        Self { setting, text: text.trim().to_owned() }
    }

    fn check<T>(&self, how: impl FnOnce(&str) -> Result<T, String>) -> Result<T, Fault> {
        how(&self.text).map_err(|problem| self.fault(&problem))
    }

    fn check_some<T>(
        &self,
        how: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Fault> {
        if self.text.is_empty() { Ok(None) } else { self.check(how).map(Some) }
    }

    fn fault(&self, problem: &str) -> Fault {
        let Setting { name, example, .. } = *self.setting;
        Fault::Value { name, problem: format!("{problem} (it is {:?})", self.text), example }
    }
}

fn plain(value: toml::Value) -> String {
    match value {
        toml::Value::String(text) => text,
        other => other.to_string(),
    }
}

fn filled(text: &str, length_max: usize) -> Result<String, String> {
    let length = text.chars().count();
    let fits = (1..=length_max).contains(&length) && !text.contains(char::is_control);
    fits.then(|| text.to_owned()).ok_or(format!("write 1 to {length_max} characters on one line"))
}

fn database(text: &str) -> Result<String, String> {
    let path = text.strip_prefix("sqlite:").filter(|it| !it.is_empty() && !it.contains('?'));
    let known =
        path.is_some() || text.starts_with("postgres://") || text.starts_with("postgresql://");
    known.then(|| text.to_owned()).ok_or("begin with sqlite: or postgres://".to_owned())
}

fn socket(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_bad| "write an address and a port".to_owned())
}

fn base_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let (scheme, host) = url.split_once("://").ok_or("begin with https://")?;
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return Err("write scheme and host only, without a path".to_owned());
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_loopback = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
    match scheme {
        "https" => Ok(url.to_owned()),
        "http" if is_loopback => Ok(url.to_owned()),
        "http" => Err("use https: passwords and concerns travel on it".to_owned()),
        _ => Err("begin with https://".to_owned()),
    }
}

fn colour(text: &str) -> Result<String, String> {
    let digits = text
        .strip_prefix('#')
        .filter(|it| it.len() == 6 && it.bytes().all(|it| it.is_ascii_hexdigit()));
    let digits = digits.ok_or("write # and six hexadecimal digits")?;
    let channel = |at: usize| {
        digits.get(at..at + 2).and_then(|it| u8::from_str_radix(it, 16).ok()).unwrap_or(255)
    };
    // WCAG 2.2, relative luminance; white text needs 4.5 : 1.
    let linear = |value: u8| {
        let part = f64::from(value) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance =
        0.2126 * linear(channel(0)) + 0.7152 * linear(channel(2)) + 0.0722 * linear(channel(4));
    let contrast = 1.05 / (luminance + 0.05);
    if contrast < 4.5 {
        return Err(format!(
            "white text has a contrast of {contrast:.1} on it; 4.5 is needed, so choose a darker colour"
        ));
    }
    Ok(text.to_lowercase())
}

fn mail(text: &str) -> Result<Mail, String> {
    let (scheme, rest) = text.split_once("://").ok_or("begin with smtps:// or smtp://")?;
    let (host, port) = rest.rsplit_once(':').ok_or("write the port too")?;
    let port = port.parse().map_err(|_bad| "the port is not a number".to_owned())?;
    let is_loopback = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
    let tls = match scheme {
        "smtps" => Tls::Always,
        "smtp" if is_loopback => Tls::LoopbackOnly,
        "smtp" => Tls::StartTls,
        _ => return Err("begin with smtps:// or smtp://".to_owned()),
    };
    if host.is_empty() {
        return Err("write the server's name".to_owned());
    }
    Ok(Mail::Smtp { host: host.to_owned(), port, tls })
}

fn hour(text: &str) -> Result<u32, String> {
    let hour: u32 = text.parse().map_err(|_bad| "write a number".to_owned())?;
    if hour < 24 { Ok(hour) } else { Err("write an hour from 0 to 23".to_owned()) }
}

fn folder(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_dir() { Ok(path) } else { Err("there is no such folder".to_owned()) }
}

fn secret(text: &str) -> Result<secrecy::SecretString, String> {
    let read = std::fs::read_to_string(text)
        .map_err(|error| format!("the file cannot be read: {error}"))?;
    Ok(read.trim_end().to_owned().into())
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings").field("listen", &self.listen).finish_non_exhaustive()
    }
}
