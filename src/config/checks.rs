//! What a setting's text has to be.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Mail, Tls};

pub(super) fn filled(text: &str, length_max: usize) -> Result<String, String> {
    let length = text.chars().count();
    let fits = (1..=length_max).contains(&length) && !text.contains(char::is_control);
    fits.then(|| text.to_owned()).ok_or(format!("write 1 to {length_max} characters on one line"))
}

pub(super) fn database(text: &str) -> Result<String, String> {
    let path = text.strip_prefix("sqlite:").filter(|it| !it.is_empty() && !it.contains('?'));
    let known =
        path.is_some() || text.starts_with("postgres://") || text.starts_with("postgresql://");
    known.then(|| text.to_owned()).ok_or("begin with sqlite: or postgres://".to_owned())
}

pub(super) fn recipient(text: &str) -> Result<String, String> {
    let known = text.parse::<age::x25519::Recipient>();
    known.map(|it| it.to_string()).map_err(|told| format!("this is not an age recipient: {told}"))
}

pub(super) fn socket(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_bad| "write an address and a port".to_owned())
}

pub(super) fn base_url(text: &str) -> Result<String, String> {
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

/// Kept as it is written: it is compared letter by letter.
pub(super) fn issuer(text: &str) -> Result<String, String> {
    let url: openidconnect::url::Url =
        text.parse().map_err(|told| format!("this is not an address: {told}"))?;
    let is_plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !is_plain {
        return Err("write scheme, host and path only".to_owned());
    }
    match url.scheme() {
        "https" => Ok(text.to_owned()),
        "http" if is_loopback(&url) => Ok(text.to_owned()),
        "http" => Err("use https: who somebody is travels on it".to_owned()),
        _ => Err("begin with https://".to_owned()),
    }
}

/// True for an address on this very machine.
pub(crate) fn is_loopback(url: &openidconnect::url::Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

pub(super) fn words(text: &str) -> Result<Vec<String>, String> {
    text.split(',').map(|it| filled(it.trim(), 200)).collect()
}

pub(super) fn colour(text: &str) -> Result<String, String> {
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

pub(super) fn mail(text: &str) -> Result<Mail, String> {
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

pub(super) fn hour(text: &str) -> Result<u32, String> {
    let hour: u32 = text.parse().map_err(|_bad| "write a number".to_owned())?;
    if hour < 24 { Ok(hour) } else { Err("write an hour from 0 to 23".to_owned()) }
}

pub(super) fn folder(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_dir() { Ok(path) } else { Err("there is no such folder".to_owned()) }
}

pub(super) fn secret(text: &str) -> Result<secrecy::SecretString, String> {
    let read = std::fs::read_to_string(text)
        .map_err(|error| format!("the file cannot be read: {error}"))?;
    Ok(read.trim_end().to_owned().into())
}
