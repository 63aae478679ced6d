//! What a browser, or whatever stands between, could still show after somebody has signed out.

use crate::crawl::pages;
use crate::server::Visitor;

/// Signs in, looks at every page, signs out, and asks for each of them again in every way that a cache would.
fn leaves_nothing(email: &str, least: usize) {
    let visitor = Visitor::of_demo(email);
    let seen = pages(&visitor, Vec::new());
    for (path, page) in &seen {
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!((page.header("etag"), page.header("last-modified")), (None, None), "{path}");
    }
    assert!(seen.len() >= least, "only {} pages", seen.len());
    let name = seen.iter().find(|(path, _)| path == "/account").map(|(_, it)| it.body.clone());
    assert!(name.expect("their account").contains(email), "their own pages were looked at");

    assert_eq!(visitor.post("/sign-out", &[]).status, 303);
    // The demonstration shows its letters to everybody.
    for (path, _) in seen.iter().filter(|(path, _)| !path.starts_with("/demo/")) {
        let asks = [("if-none-match", "*"), ("if-modified-since", "Mon, 23 Nov 2037 12:00:00 GMT")];
        for (header, value) in asks {
            let after = crate::client::Request::get(path).cookie(&visitor.cookie);
            let after = after.header(header, value).send(crate::server::DEMO.port);
            assert_ne!(after.status, 304, "{path}");
            assert!(!after.body.contains(email) && !after.body.contains("Sign out"), "{path}");
        }
    }
}

#[test]
fn a_lead_who_has_left_leaves_no_page_behind() {
    leaves_nothing("lead@hazelmere.example.org", 15);
}

#[test]
fn an_administrator_who_has_left_leaves_no_page_behind() {
    leaves_nothing("admin@example.org", 15);
}
