//! Requests whose length can be read in two ways: what a proxy and a server would disagree about.

use std::io::{Read, Write};

use crate::client::{open, raw};
use crate::server::DEMO;

/// Answers in one stream of bytes.
fn count(whole: &str) -> usize {
    whole.matches("HTTP/1.1 ").count()
}

#[test]
fn a_request_of_two_lengths_is_refused_and_nothing_behind_it_is_heard() {
    let smuggled = "GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n";
    let heads = [
        ("length and chunks", "content-length: 4\r\ntransfer-encoding: chunked\r\n"),
        ("chunks and length", "transfer-encoding: chunked\r\ncontent-length: 4\r\n"),
        ("two lengths", "content-length: 4\r\ncontent-length: 0\r\n"),
        ("a list of lengths", "content-length: 4, 0\r\n"),
        ("a signed length", "content-length: +4\r\n"),
        ("a negative length", "content-length: -1\r\n"),
        ("a length in hexadecimal", "content-length: 0x4\r\n"),
        ("a length beyond numbers", "content-length: 99999999999999999999\r\n"),
        ("chunks that are not last", "transfer-encoding: chunked, identity\r\n"),
        ("another coding", "transfer-encoding: xchunked\r\n"),
        ("a space before the colon", "transfer-encoding : chunked\r\n"),
        ("a folded line", "x: y\r\n transfer-encoding: chunked\r\n"),
        ("a tab before the value", "transfer-encoding:\tchunked\r\ncontent-length: 4\r\n"),
        ("a NUL in a name", "trans\0fer-encoding: chunked\r\n"),
        ("two codings", "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n"),
    ];
    for (what, head) in heads {
        let request = format!("POST /sign-in HTTP/1.1\r\nhost: x\r\n{head}\r\n0\r\n\r\n{smuggled}");
        let answer = raw(DEMO.port, request.as_bytes());
        let refused = matches!(answer.status, 0 | 400 | 403 | 411 | 413 | 501);
        assert!(refused, "{what}: {}", answer.status);
        assert!(count(&answer.whole) <= 1, "{what} was heard as two requests:\n{}", answer.whole);
    }
}

#[test]
fn a_broken_head_ends_the_connection_and_not_the_server() {
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(200_000));
    let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(5_000));
    let broken: [&[u8]; 8] = [
        b"\r\n\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\0/ HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\nx\r\n\r\n",
        long.as_bytes(),
        many.as_bytes(),
    ];
    for bytes in broken {
        let mut stream = open(DEMO.port);
        let mut read = Vec::new();
        let shut = |it: &mut std::net::TcpStream| it.shutdown(std::net::Shutdown::Write);
        let told = stream.write_all(bytes).and_then(|()| shut(&mut stream));
        if told.is_ok() {
            stream.read_to_end(&mut read).unwrap_or_default();
        }
        let text = String::from_utf8_lossy(&read);
        assert!(!text.starts_with("HTTP/1.1 5"), "{text}");
    }
    assert_eq!(crate::client::Request::get("/").send(DEMO.port).status, 200);
}
