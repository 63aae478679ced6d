//! A real mail server beside the test (`tests/smtp/server.mjs`), and the letters that it got, as a person reads them.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use e4s::config::{Mail, Settings, Tls};

/// A mail server with its letters.
pub struct Postbox {
    pub port: u16,
    file: PathBuf,
    server: Option<Child>,
    _folder: tempfile::TempDir,
}

/// A letter as it arrived.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Arrived {
    pub from: String,
    pub to: Vec<String>,
    pub to_header: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub message_id: String,
    pub date: String,
    pub headers: std::collections::BTreeMap<String, String>,
    pub raw: String,
    pub is_answered: bool,
}

impl Postbox {
    /// One that takes every letter.
    pub fn open() -> Self {
        Self::that("accept", 0)
    }

    /// One that behaves as `mode` says, `times` times.
    pub fn that(mode: &str, times: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("letters");
        let mut postbox = Self { port: 0, file, server: None, _folder: folder };
        postbox.start(mode, times);
        postbox
    }

    /// Starts it (again), on the port that it had.
    pub fn start(&mut self, mode: &str, times: u32) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp/server.mjs");
        let mut server = Command::new("node")
            .arg(script)
            .arg(&self.file)
            .args([&self.port.to_string(), mode, &times.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let mut line = String::new();
        let output = server.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        self.port = line.trim().parse().expect("a port: is node_modules there? Run: npm ci");
        self.server = Some(server);
    }

    /// Ends it as a crash would.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("killed");
            server.wait().expect("ended");
        }
    }

    /// For `World::with`: letters go here.
    pub fn used_by(&self) -> impl FnOnce(&mut Settings) {
        let port = self.port;
        move |settings| {
            settings.mail =
                Mail::Smtp { host: "127.0.0.1".to_owned(), port, tls: Tls::LoopbackOnly };
        }
    }

    /// What has arrived, in the order in which it did.
    pub fn letters(&self) -> Vec<Arrived> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("a letter")).collect()
    }

    /// The only letter that has arrived.
    pub fn letter(&self) -> Arrived {
        let mut letters = self.letters();
        assert_eq!(letters.len(), 1, "{letters:#?}");
        letters.remove(0)
    }

    /// Who got letters, sorted.
    pub fn recipients(&self) -> Vec<String> {
        let mut all: Vec<String> = self.letters().into_iter().flat_map(|it| it.to).collect();
        all.sort();
        all
    }
}

impl Drop for Postbox {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Arrived {
    /// The letter for a snapshot: subject, text, and what is read of the HTML.
    pub fn read(&self) -> String {
        format!("{}\n\n{}\n=== HTML ===\n{}", self.subject, self.text, self.html)
    }

    /// The words of both parts. They are the same, so that it does not matter which one a mail program shows.
    pub fn words_of_both(&self) -> [Vec<String>; 2] {
        let body = self.html.split_once("<body>").map_or("", |(_, it)| it);
        let plain: String = body
            .split('<')
            .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text))
            .collect();
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        [words(&self.text), words(&unescaped(&plain))]
    }
}

fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for (escaped, plain) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ] {
        text = text.replace(escaped, plain);
    }
    text
}
