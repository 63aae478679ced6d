//! Guessing at the second step, with the password in hand.

use std::thread;

use crate::client::Answer;
use crate::server::{ADMIN, Visitor, code, council};

/// Wrong codes; a million are possible.
const GUESSES: usize = 60;

fn is_counted(answer: &Answer) -> bool {
    answer.body.contains("This code is not right")
}

fn has_to_wait(answer: &Answer) -> bool {
    answer.body.contains("There have been too many tries")
}

#[test]
fn sixty_guesses_at_once_from_several_sessions_are_five_and_a_restart_gives_no_more() {
    let mut server = council(&[(ADMIN, "An administrator", "admin")], &["--no-worker"], Vec::new());
    let port = server.port;
    let (_, secret) = Visitor::with_app(port, ADMIN);
    let right = [code(&secret, 0), code(&secret, 1), code(&secret, 2)];
    let halves = [Visitor::at(port, ADMIN), Visitor::at(port, ADMIN)];
    for half in &halves {
        assert_eq!(half.get("/admin").location(), "/sign-in/second?back=admin");
    }
    let csrf = halves.each_ref().map(|it| it.get("/sign-in/second").hidden("csrf").expect("one"));
    let guess = |index: usize, wrong: &str, path: &str| {
        let fields = [("code", wrong), ("csrf", csrf[index % 2].as_str())];
        halves[index % 2].send(path, &fields)
    };
    let wrong: Vec<String> = (0..1_000_000)
        .map(|it| format!("{it:06}"))
        .filter(|it| !right.contains(it))
        .take(GUESSES)
        .collect();
    let answers: Vec<Answer> = thread::scope(|scope| {
        let sent: Vec<_> = wrong
            .iter()
            .enumerate()
            .map(|(index, wrong)| scope.spawn(move || guess(index, wrong, "/sign-in/second")))
            .collect();
        sent.into_iter().map(|it| it.join().expect("answered")).collect()
    });
    assert!(answers.iter().all(|it| it.status == 422 && it.header("set-cookie").is_none()));
    let counted = answers.iter().filter(|it| is_counted(it)).count();
    let waiting = answers.iter().filter(|it| has_to_wait(it)).count();
    // Setting the app up took one of the six.
    assert_eq!((counted, waiting), (5, GUESSES - 5));

    server.restart();
    // The code after the one that set the app up: right, and still too late.
    let answer = guess(0, &code(&secret, 1), "/sign-in/second");
    assert!(has_to_wait(&answer), "{}", answer.body);
    assert!(has_to_wait(&guess(1, "0000-0000-0000-0000", "/sign-in/recovery-code")));
    assert_eq!(halves[0].get("/admin").location(), "/sign-in/second?back=admin");
}
