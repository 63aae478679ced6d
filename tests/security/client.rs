//! A browser's part of HTTP, small enough to send what no browser would.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// No answer is worth waiting for longer than this.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request, as it goes over the wire.
#[derive(Clone)]
pub struct Request {
    head: String,
    body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self { head: format!("{method} {path} HTTP/1.1\r\n"), body: Vec::new() }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A form, without what makes it ours: origin and token.
    pub fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        let body = serde_html_form::to_string(fields).expect("a form");
        let mut request = Self::new("POST", path);
        request.body = body.into_bytes();
        request.header("content-type", "application/x-www-form-urlencoded")
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.extend([name, ": ", value, "\r\n"]);
        self
    }

    pub fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }

    /// Sends it on a connection of its own and reads the answer.
    pub fn send(self, port: u16) -> Answer {
        let mut head = self.head;
        if !head.contains("\r\nhost:") {
            head.extend(["host: 127.0.0.1:", &port.to_string(), "\r\n"]);
        }
        if !self.body.is_empty() || head.starts_with("POST") {
            head.extend(["content-length: ", &self.body.len().to_string(), "\r\n"]);
        }
        head.push_str("connection: close\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(self.body);
        raw(port, &bytes)
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
    /// Everything, with whatever came behind the first answer.
    pub whole: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The session's cookie, as the next request sends it.
    pub fn cookie(&self) -> Option<String> {
        Some(self.header("set-cookie")?.split(';').next()?.to_owned())
    }

    /// The value of the page's hidden field.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let (_, after) = self.body.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(after.split('"').next()?.to_owned())
    }

    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    fn of(bytes: &[u8]) -> Self {
        let whole = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = whole.split_once("\r\n\r\n").unwrap_or((&whole, ""));
        let mut lines = head.lines();
        let status = lines.next().and_then(|it| it.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
        let header = |it: &str| {
            let (name, value) = it.split_once(':')?;
            Some((name.to_lowercase(), value.trim().to_owned()))
        };
        Self { status, headers: lines.filter_map(header).collect(), body: body.to_owned(), whole }
    }
}

/// Sends bytes and reads until the server closes. A status of 0: it closed without a word.
pub fn raw(port: u16, bytes: &[u8]) -> Answer {
    let mut stream = open(port);
    // The server may answer, and close, before it has read everything.
    let mut read = Vec::new();
    if stream.write_all(bytes).and_then(|()| stream.read_to_end(&mut read)).is_err() {
        stream.shutdown(Shutdown::Both).unwrap_or_default();
    }
    Answer::of(&read)
}

/// A connection that does not wait for ever.
pub fn open(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream.set_write_timeout(Some(PATIENCE)).expect("a time-out");
    stream
}
