//! The way to the mail server, a letter at a time, with how far each got.

use std::fmt;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;

use super::Failure;
use super::compose::{Sealed, host};
use crate::config::{Mail, Settings, Tls};
use crate::{Error, Result};

/// A server that does not answer a command in this time is away.
const COMMAND_WITHIN: Duration = Duration::from_secs(20);
/// A server may read and filter a letter before it says that it has it.
const ANSWER_WITHIN: Duration = Duration::from_mins(2);

type Trouble = lettre::transport::smtp::Error;

/// How far a letter got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The server says that it has it.
    Sent,
    /// The server has said no for good.
    Refused,
    /// Not now.
    Deferred,
    /// There is no way to the server at the moment, for this letter or any other.
    Unreachable,
    /// The whole letter was handed over, and no answer came.
    Unanswered,
}

impl Fate {
    /// What is kept as the reason when it was not sent.
    pub fn failure(self) -> Failure {
        match self {
            Self::Refused => Failure::Refused,
            Self::Deferred => Failure::Deferred,
            Self::Unreachable => Failure::Unreachable,
            Self::Sent | Self::Unanswered => Failure::Unanswered,
        }
    }
}

/// How to reach the mail server of the settings.
pub(super) struct Route {
    server: (String, u16),
    tls: Tls,
    parameters: TlsParameters,
    hello: ClientId,
    credentials: Option<Credentials>,
    from: Address,
}

impl Route {
    /// Nothing if letters stay in the demonstration's mailbox.
    pub fn of(settings: &Settings) -> Result<Option<Self>> {
        let Mail::Smtp { host: server, port, tls } = &settings.mail else { return Ok(None) };
        let parameters = TlsParameters::new(server.clone());
        let credentials =
            settings.mail_password.as_ref().filter(|_| !settings.mail_user.is_empty());
        let name = host(&settings.base_url);
        let hello = name.parse().map_or_else(|_| ClientId::Domain(name.to_owned()), ClientId::Ipv4);
        Ok(Some(Self {
            server: (server.trim_matches(['[', ']']).to_owned(), *port),
            tls: *tls,
            parameters: parameters.map_err(|error| Error::Letter(error.to_string()))?,
            hello,
            credentials: credentials.map(|it| {
                Credentials::new(settings.mail_user.clone(), it.expose_secret().to_owned())
            }),
            from: settings.mail_from.email.clone(),
        }))
    }

    /// A line to the server, protected and signed in as the settings say.
    fn call(&self) -> Result<SmtpConnection, Trouble> {
        self.call_within(COMMAND_WITHIN)
    }

    /// Calls, says who we are, and hangs up.
    pub fn greet(&self, within: Duration) -> Result<()> {
        let mut line = self.call_within(within).map_err(|told| Error::Letter(words(&told)))?;
        line.quit().map(drop).or(Ok(()))
    }

    fn call_within(&self, within: Duration) -> Result<SmtpConnection, Trouble> {
        let wrapped = (self.tls == Tls::Always).then_some(&self.parameters);
        let server = (self.server.0.as_str(), self.server.1);
        let mut line = SmtpConnection::connect(server, Some(within), &self.hello, wrapped, None)?;
        if self.tls == Tls::StartTls {
            line.starttls(&self.parameters, &self.hello)?;
        }
        if let Some(credentials) = &self.credentials {
            line.auth(&[Mechanism::Plain, Mechanism::Login], credentials)?;
        }
        Ok(line)
    }

    /// Hands a letter over, on the line that is open if it still is. A line that is not at rest afterwards is closed.
    pub fn carry(&self, line: &mut Option<SmtpConnection>, letter: &Sealed) -> Fate {
        let mut open = line.take();
        loop {
            let is_fresh = open.is_none();
            let Ok(mut connection) = open.take().map_or_else(|| self.call(), Ok) else {
                return Fate::Unreachable;
            };
            match self.hand_over(&mut connection, letter) {
                Ok(fate) => {
                    *line = Some(connection);
                    return fate;
                }
                // Nothing was handed over yet, and the server had closed a line that was kept open: call again.
                Err(Fate::Unreachable) if !is_fresh => connection.abort(),
                Err(fate) => {
                    connection.abort();
                    return fate;
                }
            }
        }
    }

    /// `Ok` leaves the line at rest, `Err` does not.
    fn hand_over(&self, line: &mut SmtpConnection, letter: &Sealed) -> Result<Fate, Fate> {
        line.command(From::new(Some(self.from.clone()), Vec::new())).map_err(|it| before(&it))?;
        let to = Rcpt::new(letter.to.clone(), Vec::new());
        line.command(to).map_err(|it| about_letter(&it, Fate::Unreachable))?;
        line.command(Data).map_err(|it| about_letter(&it, Fate::Unreachable))?;
        let patience = |time| move |_: std::io::Error| time;
        line.set_timeout(Some(ANSWER_WITHIN)).map_err(patience(Fate::Unreachable))?;
        // As one command the letter and its end are written at once: in two writes, each letter waits 40 ms for an
        // acknowledgement.
        line.command(Whole(&letter.bytes)).map_err(|it| about_letter(&it, Fate::Unanswered))?;
        line.set_timeout(Some(COMMAND_WITHIN)).map_err(patience(Fate::Sent))?;
        Ok(Fate::Sent)
    }
}

/// What went wrong, with its causes.
fn words(trouble: &Trouble) -> String {
    let mut said = trouble.to_string();
    let mut cause = std::error::Error::source(trouble);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        cause = inner.source();
    }
    said
}

/// Said before the recipient was named: about us, not about the letter, so never for good.
fn before(trouble: &Trouble) -> Fate {
    if trouble.status().is_some() { Fate::Deferred } else { Fate::Unreachable }
}

fn about_letter(trouble: &Trouble, silence: Fate) -> Fate {
    match trouble.status() {
        Some(_) if trouble.is_permanent() => Fate::Refused,
        Some(_) => Fate::Deferred,
        None => silence,
    }
}

/// A letter with its end, dots at the beginnings of lines doubled (RFC 5321, section 4.5.2).
struct Whole<'a>(&'a str);

impl fmt::Display for Whole<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_inclusive("\r\n") {
            let dot = if line.starts_with('.') { "." } else { "" };
            write!(out, "{dot}{line}")?;
        }
        let end = if self.0.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" };
        out.write_str(end)
    }
}

#[cfg(test)]
mod tests {
    use super::Whole;

    #[test]
    fn a_line_that_is_a_dot_does_not_end_a_letter() {
        assert_eq!(Whole("a\r\n.\r\n.b\r\n").to_string(), "a\r\n..\r\n..b\r\n.\r\n");
        assert_eq!(Whole("a").to_string(), "a\r\n.\r\n");
    }
}
