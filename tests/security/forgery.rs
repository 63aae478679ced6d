//! Forms that did not come from a page of ours, and requests for what is not to be had.

use crate::client::Request;
use crate::server::{DEMO, PASSWORD, Visitor, ours};

/// Where the choice stands that the forms below try to change.
fn rhythm(of: &Visitor) -> String {
    let page = of.get("/digests");
    let chosen = page.body.split("name=\"rhythm\"").find(|it| it.contains("checked"));
    let (_, value) = chosen.expect("a choice").split_once("value=\"").expect("a value");
    value.split('"').next().expect("a value").to_owned()
}

#[test]
fn a_form_that_is_not_ours_changes_nothing() {
    let (partner, other) = (
        Visitor::of_demo("partner@crawley.example.org"),
        Visitor::of_demo("coordinator@crawley.example.org"),
    );
    assert_eq!(partner.post("/digests", &[("rhythm", "weekly")]).status, 303);
    let (csrf, stranger) = (partner.csrf(), other.csrf());
    let form = |token: &str| {
        Request::form("/digests", &[("rhythm", "daily"), ("csrf", token)]).cookie(&partner.cookie)
    };
    let origin = format!("http://127.0.0.1:{}", DEMO.port);
    let without = Request::form("/digests", &[("rhythm", "daily")]).cookie(&partner.cookie);
    let forged = [
        ("no token", ours(without)),
        ("a wrong token", ours(form("0000"))),
        ("an empty token", ours(form(""))),
        ("somebody else's token", ours(form(&stranger))),
        ("no word of where it came from", form(&csrf)),
        ("from another site", form(&csrf).header("sec-fetch-site", "cross-site")),
        ("from a sister site", form(&csrf).header("sec-fetch-site", "same-site")),
        ("typed by hand", form(&csrf).header("sec-fetch-site", "none")),
        ("another origin", form(&csrf).header("origin", "https://evil.example")),
        (
            "an origin that begins like ours",
            form(&csrf).header("origin", &format!("{origin}.evil.example")),
        ),
        ("no origin", form(&csrf).header("origin", "null")),
        (
            "another site, whatever its origin says",
            form(&csrf).header("sec-fetch-site", "cross-site").header("origin", &origin),
        ),
    ];
    for (what, request) in forged {
        let answer = request.send(DEMO.port);
        assert_eq!(answer.status, 403, "{what}");
        assert_eq!(rhythm(&partner), "weekly", "{what}");
    }
    let by_origin = form(&csrf).header("origin", &origin).send(DEMO.port);
    assert_eq!((by_origin.status, rhythm(&partner).as_str()), (303, "daily"));
}

#[test]
fn nothing_changes_on_a_get_and_no_method_stands_for_another() {
    let partner = Visitor::of_demo("lead@saltgrass.example.org");
    assert_eq!(partner.post("/digests", &[("rhythm", "weekly")]).status, 303);
    let csrf = partner.csrf();
    let query = format!("/digests?rhythm=daily&csrf={csrf}");
    partner.get(&query);
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "POSTT"] {
        let request = Request::new(method, "/digests").cookie(&partner.cookie);
        let answer = ours(request).send(DEMO.port);
        assert!(matches!(answer.status, 400 | 404 | 405 | 501), "{method}: {}", answer.status);
        assert!(!answer.body.contains(&partner.cookie), "{method} repeats the cookie");
    }
    let lesson = "/curriculum/physical-health-and-wellbeing/ks3/vapes-shops-and-the-park";
    assert_eq!(ours(Request::get(lesson)).send(DEMO.port).status, 200);
    for method in ["TRACE", "OPTIONS", "POST"] {
        let answer = ours(Request::new(method, lesson)).send(DEMO.port);
        assert!(
            matches!(answer.status, 403 | 405),
            "{method}, of a page that is kept: {}",
            answer.status
        );
    }
    for name in ["x-http-method-override", "x-method-override", "x-http-method"] {
        let request = Request::get(&query).cookie(&partner.cookie).header(name, "POST");
        ours(request).send(DEMO.port);
    }
    partner.post("/meetings", &[("_method", "DELETE")]);
    assert_eq!(rhythm(&partner), "weekly");
}

#[test]
fn one_is_led_to_pages_of_ours_alone() {
    // Six tries a minute: three people, five tries each.
    let people = ["lead@cloverdown", "lead@stoneways", "lead@beaconhythe"]
        .map(|it| format!("{it}.example.org"));
    let tries = [
        "//evil.example",
        "https://evil.example",
        "https:evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2f%2fevil.example",
        "%2f%2fevil.example",
        "javascript:alert(1)",
        "concerns/../../evil",
        "concerns\r\nset-cookie: x=1",
        "concerns/%0d%0ax",
        "@evil.example",
        ".evil.example",
        "///",
        "data:text/html,x",
    ];
    for (index, back) in tries.into_iter().enumerate() {
        let page = Request::get(&format!("/sign-in?back={}", encoded(back))).send(DEMO.port);
        assert_eq!(page.status, 200, "{back}");
        assert_eq!(page.hidden("back").unwrap_or_default(), "", "{back}");
        let form = [("email", people[index / 5].as_str()), ("password", PASSWORD), ("back", back)];
        let answer = ours(Request::form("/sign-in", &form)).send(DEMO.port);
        assert_eq!((answer.status, answer.location()), (303, "/"), "{back}");
        assert_eq!(answer.header("x"), None);
        assert!(!answer.whole.to_lowercase().contains("set-cookie: x=1"), "{back}");
    }
}

/// As a query carries it.
pub fn encoded(text: &str) -> String {
    let pair = serde_html_form::to_string([("q", text)]).expect("a pair");
    pair.trim_start_matches("q=").to_owned()
}

#[test]
fn no_path_leads_out_of_what_is_served() {
    let outside = [
        "/assets/../Cargo.toml",
        "/assets/..%2f..%2fe4s.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/../../etc/passwd",
        "/assets/....//....//etc/passwd",
        "/assets/..\\..\\etc\\passwd",
        "/assets/%00",
        "/curriculum/../../keys/root-1.key",
        "/curriculum/%2e%2e/%2e%2e",
        "/curriculum/x/y/..%2f..%2f..%2fetc%2fpasswd.pdf",
        "/var/demo/e4s.db",
        "/.git/config",
        "/e4s.toml",
        "/assets/%c0%ae%c0%ae/x",
        "//etc/passwd",
        "/./././keys/root-1.key",
        "/health/ready",
        "/metrics",
    ];
    for path in outside {
        let answer = Request::get(path).send(DEMO.port);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        for inside in ["root:", "[package]", "SQLite format", "e4s_letters_waiting"] {
            assert!(!answer.body.contains(inside), "{path} shows {inside}");
        }
    }
}
