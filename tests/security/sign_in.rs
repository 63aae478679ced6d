//! Guessing at the door: who has an account, what a password is, whose session this was.

use std::time::{Duration, Instant};

use crate::client::{Answer, Request};
use crate::server::{DEMO, PASSWORD, Visitor, ours};

fn knock(email: &str, password: &str) -> Answer {
    let form = [("email", email), ("password", password)];
    ours(Request::form("/sign-in", &form)).send(DEMO.port)
}

/// How many tries a side: what fits into an ordinary run, or what the environment says.
fn tries() -> usize {
    let told = std::env::var("SIGN_IN_TRIES").ok().and_then(|it| it.parse().ok());
    told.unwrap_or(24)
}

/// Tries that one address has before it waits.
const EACH: usize = 6;

#[test]
#[expect(clippy::print_stdout, reason = "the figures are to be read")]
fn neither_the_answer_nor_its_time_tells_whether_there_is_an_account() {
    let people: Vec<String> =
        (0..tries().div_ceil(EACH)).map(|it| format!("person-{it}@example.org")).collect();
    let rows: Vec<_> = people.iter().map(|it| (it.as_str(), "A lead", "county")).collect();
    let server = crate::server::council(&rows, &["--no-worker"], Vec::new());
    let timed = |email: &str| {
        let form = [("email", email), ("password", "not the right password")];
        let began = Instant::now();
        let answer = ours(Request::form("/sign-in", &form)).send(server.port);
        assert_eq!((answer.status, answer.header("set-cookie")), (422, None), "{}", answer.body);
        (began.elapsed(), answer.body.replace(email, "-"))
    };
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for (index, email) in people.iter().cycle().take(tries()).enumerate() {
        let stranger = format!("nobody-{}@example.org", index % people.len());
        // First one, then the other, so that what slows the machine down slows both.
        let (theirs, nobodys) = if index % 2 == 0 {
            let theirs = timed(email);
            (theirs, timed(&stranger))
        } else {
            let nobodys = timed(&stranger);
            (timed(email), nobodys)
        };
        assert_eq!(theirs.1, nobodys.1);
        assert!(theirs.1.contains("do not match"), "{}", theirs.1);
        known.push(theirs.0);
        unknown.push(nobodys.0);
    }
    let (known, unknown) = (median(known), median(unknown));
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    // Many tries on a quiet machine show more than a few beside other tests.
    let band = if tries() < 200 { 0.7..1.4 } else { 0.95..1.05 };
    println!("{} tries a side: {known:?} with an account, {unknown:?} without", tries());
    assert!(band.contains(&ratio), "{known:?} with an account, {unknown:?} without");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[test]
fn whoever_guesses_on_waits_and_nobody_else_does() {
    let email = "guessed@example.org";
    let refused = |it: &Answer| it.body.contains("Too many tries");
    let guesses: Vec<Answer> =
        (0..8).map(|it| knock(email, &format!("guess number {it}"))).collect();
    assert!(guesses.iter().all(|it| matches!(it.status, 422 | 429)));
    assert!(!refused(&guesses[0]) && refused(&guesses[7]), "{}", guesses[7].body);
    assert!(refused(&knock(&email.to_uppercase(), PASSWORD)), "another spelling");
    assert!(!refused(&knock("somebody-else@example.org", "a guess at another")));
}

#[test]
fn a_session_is_new_at_each_sign_in_and_gone_when_it_ends() {
    // A token that nobody has, as ours are made; and somebody else's, which they have planted in this browser.
    let made_up = format!("e4s={}", "0123456789abcdefghjkmnpqrs".repeat(2));
    let theirs = Visitor::of_demo("coordinator@adur-worthing.example.org").cookie;
    let form = [("email", "county@example.org"), ("password", PASSWORD)];
    let mut first = Visitor::with(String::new());
    for planted in [made_up, theirs] {
        let csrf = Visitor::with(planted.clone()).get("/").hidden("csrf").unwrap_or_default();
        let form = [form[0], form[1], ("csrf", csrf.as_str())];
        let signed_in = ours(Request::form("/sign-in", &form)).cookie(&planted).send(DEMO.port);
        first = Visitor::with(signed_in.cookie().expect("a session"));
        assert_ne!(first.cookie, planted, "a planted session was taken over");
        assert_eq!(Request::get("/account").cookie(&planted).send(DEMO.port).status, 303);
    }

    let csrf = first.csrf();
    let form = [form[0], form[1], ("csrf", csrf.as_str())];
    let again = ours(Request::form("/sign-in", &form)).cookie(&first.cookie).send(DEMO.port);
    let second = Visitor::with(again.cookie().expect("a session"));
    assert_ne!(first.cookie, second.cookie);
    assert_eq!(first.get("/account").status, 303, "the session before is over");
    assert_eq!(second.get("/account").status, 200);

    second.post("/sign-out", &[]);
    assert_eq!(second.get("/account").status, 303, "an ended session is not taken up again");
    for wrong in ["e4s=", "e4s=x", "e4s=%00", "e4s=' OR 1=1 --", "__Host-e4s=x", "e4s=é"] {
        assert_eq!(Request::get("/account").cookie(wrong).send(DEMO.port).status, 303, "{wrong}");
    }
}

/// The newest letter of this subject to somebody, once the worker has sent it.
fn letter(to: &str, subject: &str) -> String {
    let began = Instant::now();
    while began.elapsed() < Duration::from_mins(1) {
        let mailbox = Request::get("/demo/mailbox").send(DEMO.port).body;
        let rows: Vec<&str> = mailbox.split("<tr").collect();
        let Some(row) = rows.iter().find(|it| it.contains(to) && it.contains(subject)) else {
            std::thread::yield_now();
            continue;
        };
        let (_, after) = row.split_once("href=\"").expect("a link");
        let path = after.split('"').next().expect("a path").replace("&#x2F;", "/");
        return Request::get(&path).send(DEMO.port).body;
    }
    panic!("no letter came");
}

#[test]
fn a_reset_letter_leads_to_the_configured_address_whatever_the_request_claims() {
    let email = "lead@ironmaster.example.org";
    let poisoned = Request::form("/forgotten", &[("email", email)])
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "https")
        .header("forwarded", "host=evil.example;proto=https")
        .header("x-original-url", "https://evil.example/");
    let answer = ours(poisoned).send(DEMO.port);
    assert_eq!((answer.status, answer.location()), (303, "/forgotten/sent"));
    let letter = letter(email, "password");
    let base = format!("http://127.0.0.1:{}/choose-password/", DEMO.port);
    assert!(letter.contains(&base) || letter.contains(&base.replace('/', "&#x2F;")), "{letter}");
    assert!(!letter.contains("evil.example"));
}
