//! Texts that would write headers of a letter, or send it to somebody else: through the forms, to a real mail server.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::client::Request;
use crate::server::{ADMIN, Visitor, council, ours};

/// All that a letter's head may hold.
const HEADERS: [&str; 10] = [
    "auto-submitted",
    "content-type",
    "date",
    "from",
    "list-unsubscribe",
    "message-id",
    "mime-version",
    "subject",
    "to",
    "content-transfer-encoding",
];
/// Longer than any letter takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A mail server (`tests/smtp/server.mjs`) that keeps what it gets.
struct Postbox {
    port: u16,
    letters: PathBuf,
    _server: Child,
}

#[derive(Deserialize)]
struct Arrived {
    to: Vec<String>,
    subject: String,
    raw: String,
}

impl Postbox {
    fn open(folder: &Path) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp/server.mjs");
        let letters = folder.join("letters");
        let mut server = Command::new("node")
            .arg(script)
            .arg(&letters)
            .args(["0", "accept"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let mut line = String::new();
        BufReader::new(server.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("one");
        let port = line.trim().parse().expect("a port: is node_modules there? Run: npm ci");
        Self { port, letters, _server: server }
    }

    /// What has arrived, once everybody here has a letter. Some have several: each county account added is told to those
    /// who hold one already.
    fn letters(&self, expected: &BTreeSet<String>) -> Vec<Arrived> {
        let began = Instant::now();
        loop {
            let text = std::fs::read_to_string(&self.letters).unwrap_or_default();
            let whole = text.rsplit_once('\n').map_or("", |(it, _)| it);
            let all: Vec<Arrived> =
                whole.lines().map(|it| serde_json::from_str(it).expect("a letter")).collect();
            let reached = reached(&all);
            if reached.is_superset(expected) {
                return all;
            }
            assert!(began.elapsed() < PATIENCE, "letters came to {reached:?} alone");
            std::thread::yield_now();
        }
    }
}

fn reached(letters: &[Arrived]) -> BTreeSet<String> {
    letters.iter().flat_map(|it| it.to.clone()).collect()
}

#[test]
fn no_name_and_no_address_writes_a_header_or_brings_another_recipient() {
    let folder = tempfile::tempdir().expect("a folder");
    let postbox = Postbox::open(folder.path());
    let settings = vec![("E4S_MAIL", format!("smtp://127.0.0.1:{}", postbox.port))];
    let server = council(&[(ADMIN, "Ann\r\nBcc: all@evil.example", "admin")], &[], settings);
    let (admin, _) = Visitor::with_app(server.port, ADMIN);

    let names = [
        "Kim\r\nBcc: all@evil.example",
        "Kim\nSubject: another",
        "Kim\r\n\r\nAnother body",
        "=?utf-8?q?Kim=0D=0ABcc:_all@evil.example?=",
        "Kim <all@evil.example>, all@evil.example",
        "Kim%0d%0aBcc: all@evil.example",
        "Kim\u{85}Bcc: all@evil.example\u{2028}Bcc: all@evil.example",
    ];
    let mut invited = BTreeSet::from([ADMIN.to_owned()]);
    for (index, name) in names.into_iter().enumerate() {
        let email = format!("kim-{index}@example.org");
        let form = [("email", email.as_str()), ("name", name), ("role", "county")];
        let answer = admin.post("/admin/people/invite", &form);
        assert!(matches!(answer.status, 303 | 422), "{name:?}: {}", answer.status);
        if answer.status == 303 {
            invited.insert(email);
        }
    }
    let addresses = [
        "sam@example.org\r\nBcc: all@evil.example",
        "sam@example.org\nSubject: another",
        "sam@example.org, all@evil.example",
        "sam@example.org>\r\nRCPT TO:<all@evil.example",
        "<sam@example.org> all@evil.example",
        "sam@example.org;all@evil.example",
        "\"sam\r\nBcc: all@evil.example\"@example.org",
        "sam%0d%0aBcc:all@evil.example@example.org",
        "sam@example.org\0@evil.example",
    ];
    for address in addresses {
        let form = [("email", address), ("name", "Sam Example"), ("role", "county")];
        let invitation = admin.post("/admin/people/invite", &form);
        let forgotten = ours(Request::form("/forgotten", &[("email", address)])).send(server.port);
        assert_eq!((invitation.status, forgotten.status), (422, 422), "{address:?}");
    }
    let wanted = ours(Request::form("/forgotten", &[("email", ADMIN)])).send(server.port);
    assert_eq!(wanted.status, 303);

    let letters = postbox.letters(&invited);
    for letter in &letters {
        let (head, _) = letter.raw.split_once("\r\n\r\n").expect("a head");
        let lines = head.split("\r\n").filter(|it| !it.starts_with([' ', '\t']));
        for line in lines {
            let name = line.split(':').next().unwrap_or_default().to_lowercase();
            assert!(HEADERS.contains(&name.as_str()), "{name} in\n{head}");
            assert_eq!(head.to_lowercase().matches(&format!("\n{name}:")).count().max(1), 1);
        }
        assert!(!letter.raw.contains("\nBcc") && !head.contains("evil.example"), "{}", letter.raw);
        assert!(letter.subject.contains("E4S") && !letter.subject.contains("another"));
        assert_eq!(letter.to.len(), 1, "one recipient a letter");
        assert!(invited.contains(&letter.to[0]), "{}", letter.to[0]);
    }
    assert_eq!(reached(&letters), invited);
}
