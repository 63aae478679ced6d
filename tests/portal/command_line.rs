//! What the commands about people say, and what a wrong setting does not say.

use std::path::Path;
use std::process::Command;

use diesel::prelude::*;
use e4s::store::schema::{accounts, letters};

/// A command in a folder of its own. What it printed, what it complained, and whether it was content.
fn run(folder: &Path, words: &[&str], settings: &[(&str, &str)]) -> (String, String, bool) {
    let done = Command::new(env!("CARGO_BIN_EXE_e4s"))
        .args(words)
        .current_dir(folder)
        .env_clear()
        .envs(settings.iter().copied())
        .output()
        .expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(done.stdout), text(done.stderr), done.status.success())
}

#[test]
fn an_address_with_a_password_in_it_is_never_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, value) in [
        ("E4S_DATABASE", "postgersql://e4s:hunter2@db.council.example/e4s"),
        ("E4S_DATABASE", "hunter2"),
        ("E4S_MAIL", "smtpss://e4s:hunter2@mail.council.example:465"),
    ] {
        let (said, told, is_content) = run(folder.path(), &["migrate"], &[(name, value)]);
        assert!(!is_content && told.contains("For example"), "{told}");
        assert!(!format!("{said}{told}").contains("hunter2"), "{told}");
    }
    let (_, told, _) = run(folder.path(), &["migrate"], &[("E4S_DIGEST_HOUR", "99")]);
    assert!(told.contains("99"), "what is no secret is repeated: {told}");
}

#[test]
fn the_command_line_takes_no_password_that_the_page_refuses_and_says_that_one_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = [("E4S_COUNCIL_NAME", "Marlborough County Council")];
    let run = |words: &[&str]| run(folder.path(), words, &settings);
    assert!(run(&["keys", "init", "--identity", "identity"]).2);
    assert!(run(&["migrate"]).2);
    let write = |password: &str| std::fs::write(folder.path().join("secret"), password);
    let add = ["account", "add", "--email", "kim@example.org", "--name", "Kim Example"];
    let add = [&add[..], &["--role", "admin", "--password-file", "secret"]].concat();
    let change = ["account", "password", "--email", "kim@example.org", "--password-file", "secret"];

    for weak in ["marlborough1", "kimexample12"] {
        write(weak).expect("written");
        let (_, told, is_content) = run(&add);
        assert!(!is_content && told.contains("others know about you"), "{weak}: {told}");
    }
    write("lamp otter violin dune").expect("written");
    let (said, told, is_content) = run(&add);
    assert!(is_content && !said.contains("keep their password"), "{said}{told}");
    let county: Vec<&str> =
        add.iter().map(|it| if *it == "admin" { "county" } else { it }).collect();
    let (said, told, is_content) = run(&county);
    assert!(is_content && said.contains("keep their password"), "{said}{told}");
    write("kimexample12").expect("written");
    let (_, told, is_content) = run(&change);
    assert!(!is_content && told.contains("others know about you"), "{told}");
}

#[test]
fn a_second_first_key_is_refused_and_another_offline_identity_is_made_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |words: &[&str]| run(folder.path(), words, &[]);
    assert!(run(&["keys", "init", "--identity", "one"]).2);
    assert!(run(&["migrate"]).2);
    for words in [&["keys", "init"][..], &["keys", "init", "--identity", "two"]] {
        let (said, told, is_content) = run(words);
        assert!(!is_content && told.contains("holds a root key already"), "{said}{told}");
        assert!(told.contains("keys rotate") && told.contains("keys identity FILE"), "{told}");
        assert!(!folder.path().join("two").exists() && !said.contains("escrow"), "{said}");
    }
    let (said, _, _) = run(&["doctor"]);
    assert!(said.contains("Run `e4s keys identity FILE`"), "{said}");
    let (said, told, is_content) = run(&["keys", "identity", "two"]);
    assert!(is_content && said.contains("escrow = \"age1"), "{said}{told}");
    assert!(said.contains("e4s keys rotate"), "{said}");
}

#[test]
fn a_database_that_is_gone_is_named_and_no_empty_one_takes_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(run(folder.path(), &["keys", "init", "--identity", "one"], &[]).2);
    let text = std::fs::read_to_string(folder.path().join("one")).expect("an identity");
    let escrow = text.lines().next().and_then(|it| it.strip_prefix("# public key: "));
    let settings = [("E4S_ESCROW", escrow.expect("a recipient"))];
    let run = |words: &[&str]| run(folder.path(), words, &settings);
    assert!(run(&["migrate"]).2, "a new service has none yet");
    assert!(run(&["audit", "verify"]).2);
    for end in ["", "-wal", "-shm"] {
        let _gone = std::fs::remove_file(folder.path().join(format!("e4s.db{end}")));
    }
    for words in [
        &["doctor"][..],
        &["audit", "verify"],
        &["journal", "verify"],
        &["serve"],
        &["work"],
        &["keys", "list"],
        &["keys", "recover", "--identity", "one"],
    ] {
        let (said, told, is_content) = run(words);
        let told = said + &told;
        assert!(!is_content && told.contains("e4s.db is not there"), "{words:?}: {told}");
        assert!(told.contains("e4s restore") && told.contains("e4s migrate"), "{words:?}: {told}");
        assert!(!told.contains("Make a backup"), "{told}");
        assert!(!folder.path().join("e4s.db").exists(), "{words:?}");
    }
    assert!(run(&["migrate"]).2);
}

#[test]
fn deletion_and_the_journals_return_say_in_plain_words_what_they_did() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(run(folder.path(), &["keys", "init"], &[]).2);
    assert!(run(folder.path(), &["migrate"], &[]).2);
    let (said, told, is_content) = run(folder.path(), &["retain"], &[]);
    assert!(is_content && said == "Nothing is due.\n", "{said}{told}");
    let (said, told, is_content) = run(folder.path(), &["journal", "restore"], &[]);
    assert!(is_content && said.starts_with("Put back: 0 concerns. Nothing"), "{said}{told}");
}

#[test]
fn whoever_holds_a_post_hears_of_one_that_the_command_line_adds_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |words: &[&str]| {
        let (said, told, is_content) = run(folder.path(), words, &[]);
        assert!(is_content, "{words:?}: {said}{told}");
    };
    std::fs::write(folder.path().join("secret"), "lamp otter violin dune").expect("written");
    run(&["keys", "init", "--identity", "identity"]);
    run(&["migrate"]);
    let add = |email: &str| {
        let who = ["account", "add", "--email", email, "--name", "Somebody New"];
        run(&[&who[..], &["--role", "admin", "--password-file", "secret"]].concat());
    };
    for email in ["kim@example.org", "sam@example.org", "sam@example.org"] {
        add(email);
    }
    let file = folder.path().join("e4s.db");
    let mut db = SqliteConnection::establish(file.to_str().expect("a name")).expect("opens");
    let told = letters::table.inner_join(accounts::table).filter(letters::kind.eq("beside"));
    let told: Vec<String> = told.select(accounts::email).load(&mut db).expect("letters");
    assert_eq!(told, ["kim@example.org"]);
}
