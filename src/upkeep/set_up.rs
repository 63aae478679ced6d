//! What the doctor says of the settings.

use std::time::Duration;

use super::doctor::Verdict;
use crate::config::{Mail, SETTINGS, Settings};
use crate::mail;

/// A mail server that does not answer in this time is away.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

pub(super) fn address(settings: &Settings) -> Verdict {
    let url = &settings.base_url;
    if settings.is_demo {
        return Verdict::fine(format!("{url}: the demonstration, on this machine only."));
    }
    if settings.is_secure() {
        return Verdict::fine(format!("People reach it at {url}."));
    }
    Verdict::broken(
        format!(
            "{url} is not https: nobody else can use it, and passwords would travel in the open."
        ),
        "Set `base_url` to the https address that people type, with a reverse proxy in front (docs/operate.md).",
    )
}

pub(super) fn sender(settings: &Settings) -> Verdict {
    let from = settings.mail_from.to_string();
    if !settings.is_demo && is_default("mail_from", &from) {
        return Verdict::broken(
            format!("Letters come from {from}, which is nobody: mail servers will drop them."),
            "Set `mail_from` to an address of the council.",
        );
    }
    Verdict::fine(format!("Letters come from {from}."))
}

pub(super) fn council(settings: &Settings) -> Verdict {
    let name = &settings.council_name;
    if is_default("council_name", name) {
        let told = "Set `council_name`.";
        return Verdict::attend(format!("Pages and letters say “{name}”."), told);
    }
    Verdict::fine(format!("Pages and letters say “{name}”."))
}

pub(super) fn listeners(settings: &Settings) -> Verdict {
    let Settings { listen, health, .. } = settings;
    if !listen.ip().is_loopback() {
        return Verdict::attend(
            format!(
                "The service listens on {listen}, so that others can reach it past the proxy and its TLS."
            ),
            "Set `listen` to an address of this machine alone, such as 127.0.0.1:8400, unless the proxy is on another.",
        );
    }
    match health {
        Some(health) if !health.ip().is_loopback() => Verdict::attend(
            format!("Health and metrics answer on {health}, to everybody who can reach it."),
            "Set `health` to an address of this machine alone, such as 127.0.0.1:8401.",
        ),
        Some(health) => Verdict::fine(format!("Pages on {listen}, health on {health}.")),
        None => Verdict::attend(
            format!("Pages on {listen}. Nothing answers about health."),
            "Set `health`, so that something can watch the service.",
        ),
    }
}

pub(super) fn recipient(settings: &Settings) -> Verdict {
    match &settings.escrow {
        Some(escrow) => Verdict::fine(format!(
            "What is written and backed up from now on is sealed to {escrow} too."
        )),
        None if settings.is_demo => Verdict::fine("The demonstration has none."),
        None => Verdict::broken(
            "No offline recipient is set: a lost root key would lose every text, and no backup can be made.",
            "Run `e4s keys identity FILE`, set `escrow` to what it prints, restart, run `e4s keys rotate`, and carry FILE off this \
             machine.",
        ),
    }
}

pub(super) fn mail_server(settings: &Settings) -> Verdict {
    let Mail::Smtp { host, port, .. } = &settings.mail else {
        return Verdict::fine("Letters stay in the demonstration’s mailbox.");
    };
    match mail::greet(settings, ANSWER_WITHIN) {
        Ok(()) => Verdict::fine(format!("{host}:{port} answers and lets us in.")),
        Err(error) => Verdict::broken(
            format!("{host}:{port} does not let us in: {error}."),
            "No letter is lost meanwhile. Check `mail`, `mail_user` and the password file, then the server itself.",
        ),
    }
}

fn is_default(name: &str, value: &str) -> bool {
    SETTINGS.iter().any(|it| it.name == name && it.default == value)
}
