//! What every answer says to the browser, and what it does not say.

use crate::client::Request;
use crate::server::{BASE, COUNCIL, DEMO, PASSWORD, Visitor, ours};

const ALWAYS: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

#[test]
fn every_answer_has_the_headers_that_protect_its_reader() {
    let lead = Visitor::of_demo("lead@marlpit.example.org");
    let pages = ["/", "/sign-in", "/curriculum", "/nowhere", "/concerns", "/account", "/assets/x"];
    for path in pages {
        for answer in [Request::get(path).send(DEMO.port), lead.get(path)] {
            for (name, value) in ALWAYS {
                assert_eq!(answer.header(name), Some(value), "{path}: {name}");
            }
            let policy = answer.header("content-security-policy").expect(path);
            assert!(policy.starts_with("default-src 'none'"), "{policy}");
            assert!(
                policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'")
            );
            assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
            assert_eq!(answer.header("server"), None, "{path}");
            assert_eq!(answer.header("x-powered-by"), None, "{path}");
        }
    }
}

#[test]
fn what_is_behind_the_sign_in_is_kept_nowhere() {
    let lead = Visitor::of_demo("lead@marlpit.example.org");
    for path in ["/", "/concerns", "/concerns/new", "/account", "/digests", "/meetings", "/nowhere"]
    {
        let kept = lead.get(path).header("cache-control").map(str::to_owned);
        assert_eq!(kept.as_deref(), Some("no-store"), "{path}");
    }
    let before = lead.get("/concerns");
    assert_eq!(before.status, 200);
    assert_eq!(lead.post("/sign-out", &[]).status, 303);
    let after = lead.get("/concerns");
    assert_eq!((after.status, after.location()), (303, "/sign-in?back=concerns"));
}

#[test]
fn behind_tls_the_cookie_is_held_to_this_host_and_the_browser_to_tls() {
    let form = [("email", "admin@example.org"), ("password", PASSWORD)];
    let answer = ours(Request::form("/sign-in", &form)).send(COUNCIL.port);
    let cookie = answer.header("set-cookie").expect("a session").to_owned();
    assert!(cookie.starts_with("__Host-"), "{cookie}");
    for flag in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(flag), "{flag}: {cookie}");
    }
    assert!(!cookie.contains("Domain") && !cookie.contains("Expires"), "{cookie}");
    let told = answer.header("strict-transport-security").expect("HSTS");
    assert!(told.contains("max-age=63072000"), "{told}");
}

#[test]
fn no_header_of_a_request_makes_an_address() {
    let poisons = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http;for=10.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("x-original-url", "/admin"),
        ("x-rewrite-url", "/admin"),
    ];
    for path in ["/", "/sign-in", "/curriculum", "/concerns", "/nowhere"] {
        for (name, value) in poisons {
            let answer = Request::get(path).header(name, value).send(COUNCIL.port);
            assert!(!answer.whole.contains("evil.example"), "{path} with {name}");
            let to = answer.location();
            assert!(to.is_empty() || to.starts_with("/sign-in"), "{path} leads to {to}");
        }
    }
    // A form is held to the configured address, not to the one that a request claims.
    let form = [("email", "admin@example.org"), ("password", "wrong wrong wrong")];
    for (origin, status) in [(BASE, 422), ("https://evil.example", 403)] {
        let poisoned = Request::form("/sign-in", &form).header("origin", origin);
        let answer = poisoned.header("host", "evil.example").send(COUNCIL.port);
        assert_eq!(answer.status, status, "{origin}: {}", answer.body);
    }
}
