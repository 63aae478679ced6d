//! Those who hold on to connections, and those who send more than anybody reads.

use std::io::{ErrorKind, Read, Write};

use crate::client::{Request, open};
use crate::server::{DEMO, Visitor, ours};

/// As many as one telephone can open.
const MANY: usize = 1_000;

#[test]
fn a_thousand_slow_connections_keep_nobody_out_and_are_closed() {
    let slow: Vec<_> = (0..MANY)
        .map(|_| {
            let mut stream = open(DEMO.port);
            stream.write_all(b"GET / HTTP/1.1\r\nx: ").expect("a beginning");
            stream
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(Request::get("/sign-in").send(DEMO.port).status, 200);
    }
    for mut stream in slow {
        let mut read = Vec::new();
        // Reset or closed: either way it is over, and was answered with no page. Still open after a minute it is not.
        if let Err(error) = stream.read_to_end(&mut read) {
            let is_open = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            assert!(!is_open, "a slow connection is held open");
        }
        let text = String::from_utf8_lossy(&read);
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
    }
}

#[test]
fn a_body_that_stops_half_way_is_given_up() {
    let lead = Visitor::of_demo("lead@marlpit.example.org");
    let mut stream = open(DEMO.port);
    let head = format!(
        "POST /concerns/flags HTTP/1.1\r\nhost: x\r\ncookie: {}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 1000\r\n\r\ntext=ab",
        lead.cookie
    );
    stream.write_all(head.as_bytes()).expect("a beginning");
    let mut read = Vec::new();
    stream.read_to_end(&mut read).unwrap_or_default();
    assert!(read.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&read));
}

#[test]
fn a_body_beyond_the_limit_is_answered_with_a_page() {
    let lead = Visitor::of_demo("lead@marlpit.example.org");
    let text = "a".repeat(2 * 1024 * 1024);
    let answer = lead.post("/concerns/flags", &[("text", &text)]);
    assert!(matches!(answer.status, 0 | 413), "{}", answer.status);
    assert!(answer.status == 0 || answer.body.contains("too much text"), "{}", answer.body);
    let unread = ours(Request::form("/sign-in", &[("email", &text)])).send(DEMO.port);
    assert!(matches!(unread.status, 0 | 413), "{}", unread.status);
}
