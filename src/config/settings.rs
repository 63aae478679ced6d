//! The settings, read and checked.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use lettre::message::Mailbox;

use super::checks::{
    base_url, colour, database, filled, folder, hour, issuer, mail, recipient, secret, socket,
    words,
};
use super::{Fault, Keep, Mail, SETTINGS, Setting, SignOn};

/// The settings, checked.
#[derive(Clone)]
pub struct Settings {
    pub database: String,
    pub keys: PathBuf,
    pub escrow: Option<String>,
    pub journal: PathBuf,
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
    pub keep_drafts: Keep,
    pub keep_closed: Keep,
    pub keep_unlinked: Keep,
    pub keep_accounts: Keep,
    pub keep_letters: Keep,
    pub keep_requests: Keep,
    pub keep_audit: Keep,
    pub curriculum: Option<PathBuf>,
    pub sign_on: Option<SignOn>,
    pub log_json: bool,
    /// True for the demonstration.
    pub is_demo: bool,
    /// True if people give a second factor. Only the demonstration goes without.
    pub second_factor: bool,
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
            keys: PathBuf::from(of("keys").check(|it| filled(it, 4_096))?),
            escrow: of("escrow").check_some(recipient)?,
            journal: PathBuf::from(of("journal").check(|it| filled(it, 4_096))?),
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
            keep_drafts: of("keep_drafts").check(Keep::parse)?,
            keep_closed: of("keep_closed").check(Keep::parse)?,
            keep_unlinked: of("keep_unlinked").check(Keep::parse)?,
            keep_accounts: of("keep_accounts").check(Keep::parse)?,
            keep_letters: of("keep_letters").check(Keep::parse_letters)?,
            keep_requests: of("keep_requests").check(Keep::parse)?,
            keep_audit: keep_audit(of)?,
            curriculum: of("curriculum").check_some(folder)?,
            sign_on: sign_on(of)?,
            log_json: of("log").check(|it| match it {
                "text" => Ok(false),
                "json" => Ok(true),
                _ => Err("write text or json".to_owned()),
            })?,
            is_demo: false,
            second_factor: true,
        })
    }

    /// The settings of the demonstration: loopback, a SQLite file in `folder`, letters in its mailbox.
    pub fn demo(folder: &Path, port: u16) -> Result<Self, Fault> {
        let database = format!("sqlite:{}", folder.join("e4s.db").display());
        let values = [
            ("database", database),
            ("keys", folder.join("keys").display().to_string()),
            ("journal", folder.join("journal").display().to_string()),
            ("listen", format!("127.0.0.1:{port}")),
            ("health", format!("127.0.0.1:{}", port.saturating_add(1))),
            ("base_url", format!("http://127.0.0.1:{port}")),
            ("council_name", "Demonstration County Council".to_owned()),
        ];
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Self { is_demo: true, second_factor: false, mail: Mail::Mailbox, ..Self::of(&values)? })
    }

    /// What a service that holds real concerns needs, and the demonstration does not.
    pub fn check_service(&self) -> Result<(), Fault> {
        if self.escrow.is_some() || self.is_demo {
            return Ok(());
        }
        let none = Value::of("escrow", &BTreeMap::new());
        Err(none.fault(
            "without an offline recipient a lost root key loses every concern: make one with `e4s keys identity FILE`",
        ))
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

/// The log of what was done to a record stays for as long as the record may, and a year in any case.
fn keep_audit(of: impl Fn(&'static str) -> Value) -> Result<Keep, Fault> {
    let keep = of("keep_audit").check(Keep::parse)?;
    for (name, least) in [
        ("keep_closed", of("keep_closed").check(Keep::parse)?),
        ("keep_unlinked", of("keep_unlinked").check(Keep::parse)?),
        ("the least", Keep::Years(1)),
    ] {
        if keep.is_shorter(least) {
            return Err(of("keep_audit").fault(&format!("it is shorter than {name}, {least}")));
        }
    }
    Ok(keep)
}

/// All of the sign-on's settings, or none; what stands for a second factor may be left out.
fn sign_on(of: impl Fn(&'static str) -> Value) -> Result<Option<SignOn>, Fault> {
    let needed = ["sign_on_issuer", "sign_on_client", "sign_on_secret_file", "sign_on_name"];
    let given = needed.into_iter().filter(|it| !of(it).text.is_empty()).count();
    if given == 0 {
        let factor = of("sign_on_factor");
        return match factor.text.as_str() {
            "" => Ok(None),
            _ => Err(factor.fault("sign_on_issuer and the others are missing")),
        };
    }
    if let Some(missing) = needed.into_iter().map(&of).find(|it| it.text.is_empty()) {
        let all = needed.join(", ");
        return Err(missing.fault(&format!("{all} are set together")));
    }
    let secret = of("sign_on_secret_file").check(secret)?;
    if secrecy::ExposeSecret::expose_secret(&secret).is_empty() {
        return Err(of("sign_on_secret_file").fault("the file is empty"));
    }
    Ok(Some(SignOn {
        issuer: of("sign_on_issuer").check(issuer)?,
        client: of("sign_on_client").check(|it| filled(it, 200))?,
        secret,
        name: of("sign_on_name").check(|it| filled(it, 60))?,
        factors: of("sign_on_factor").check_some(words)?.unwrap_or_default(),
    }))
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
        // An address may have a password in it, and what is said here ends up in a log.
        let is_secret =
            name == "database" || (self.text.contains("://") && self.text.contains('@'));
        let problem = if is_secret {
            problem.to_owned()
        } else {
            format!("{problem} (it is {:?})", self.text)
        };
        Fault::Value { name, problem, example }
    }
}

fn plain(value: toml::Value) -> String {
    match value {
        toml::Value::String(text) => text,
        other => other.to_string(),
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings").field("listen", &self.listen).finish_non_exhaustive()
    }
}
