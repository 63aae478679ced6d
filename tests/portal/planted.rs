//! A word that is typed into every field stands in no table, file, letter, line of the log, metric or error page.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use e4s::concerns::questions::Shape;
use e4s::concerns::steps::ReportStep;
use e4s::digests::compile;
use e4s::districts::TeamId;
use e4s::mail::deliver;
use e4s::store::Db;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::shire::{MIDDLE, Shire, WEST, begun};
use crate::triage::seen;
use crate::world::{Person, World};

const PLANTED: &str = "quokkaberry";

/// What the log says of it, whichever test is running.
static LEAKED: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LINES: AtomicUsize = AtomicUsize::new(0);

/// Reads every line of the log, and keeps those that have the word.
struct Ear;

impl Write for Ear {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        LINES.fetch_add(1, Ordering::Relaxed);
        let text = String::from_utf8_lossy(line).to_lowercase();
        if text.contains(PLANTED) {
            LEAKED.lock().expect("a list").push(text);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn listen_to_the_log() {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let log = log.with_span_events(FmtSpan::FULL);
    let log = log.with_writer(|| Ear).finish();
    tracing::subscriber::set_global_default(log).expect("no other test listens");
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

fn values(db: &mut Db, asked: &str) -> e4s::Result<Vec<String>> {
    let found: Vec<Value> = diesel::sql_query(asked).load(db)?;
    Ok(found.into_iter().filter_map(|it| it.value).collect())
}

/// Every value of every column of every table, as text, with where it stands.
fn everything(world: &World) -> Vec<(String, String)> {
    let is_postgres = std::env::var("TEST_DATABASE_URL").is_ok();
    world.look(|db| {
        let tables = values(db, if is_postgres {
            "SELECT CAST(table_name AS TEXT) AS value FROM information_schema.tables WHERE table_schema = current_schema()"
        } else {
            "SELECT name AS value FROM sqlite_master WHERE type = 'table'"
        })?;
        let mut all = Vec::new();
        for table in tables {
            let columns = values(db, &if is_postgres {
                format!("SELECT CAST(column_name AS TEXT) AS value FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '{table}'")
            } else {
                format!("SELECT name AS value FROM pragma_table_info('{table}')")
            })?;
            for column in columns {
                let asked = format!("SELECT CAST(\"{column}\" AS TEXT) AS value FROM \"{table}\"");
                let at = format!("{table}.{column}");
                all.extend(values(db, &asked)?.into_iter().map(|it| (at.clone(), it)));
            }
        }
        Ok(all)
    })
}

/// Every file below a folder: the database with its log of changes, the keys, the journal.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).expect("a file")));
        }
    }
    found
}

fn has(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
}

#[track_caller]
fn nothing_is_leaked(world: &World, when: &str) {
    let all = everything(world);
    assert!(all.iter().any(|it| it.1.contains("Elm Bank School")), "what is plain is found");
    let told: Vec<_> = all.iter().filter(|it| it.1.to_lowercase().contains(PLANTED)).collect();
    assert!(told.is_empty(), "{when}: {told:?}");
    let files = files(world.files.path());
    assert!(files.iter().any(|it| it.0.ends_with("root-1.key")), "the folder is looked through");
    for (name, bytes) in files {
        assert!(!has(&bytes, PLANTED), "{when}: {name}");
    }
    let leaked = LEAKED.lock().expect("a list").clone();
    assert!(leaked.is_empty(), "{when}: {leaked:?}");
}

/// What is sent at a step: the word in every field that takes words.
fn answers(step: ReportStep) -> Vec<(&'static str, String)> {
    if step == ReportStep::Found {
        return vec![("area", WEST.to_owned())];
    }
    let answer = |it: &'static e4s::concerns::questions::Question| match (it.field, it.shape) {
        ("place", _) => Some((it.field, MIDDLE.to_owned())),
        // A telephone number is flagged: it stays for a reason, which is one more field.
        ("seen", _) => Some((it.field, format!("{PLANTED} seen, 01632 960123"))),
        (field, Shape::Line | Shape::Text) => Some((field, format!("{PLANTED} {field}"))),
        (field, Shape::One(choices) | Shape::Any(choices)) => {
            choices().first().map(|it| (field, it.value.to_owned()))
        }
        (_, Shape::Day) => None,
    };
    step.questions().filter_map(answer).collect()
}

async fn post(person: &Person<'_>, path: &str, form: &[(&'static str, String)]) -> String {
    let form: Vec<(&str, &str)> =
        form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    person.post(path, &form).await.path().to_owned()
}

/// Files a report with the word in every field, and says where its concern is.
async fn filed(shire: &Shire, lead: &Person<'_>) -> String {
    let draft = begun(lead).await;
    let bad = lead.post(&format!("{draft}/place"), &[("place", PLANTED)]).await;
    assert_eq!(bad.status, 422, "and it is kept in the draft, with its fault");
    nothing_is_leaked(&shire.world, "a draft with a fault");
    for step in ReportStep::ALL.iter().filter(|it| **it != ReportStep::Check) {
        post(lead, &format!("{draft}/{}", step.as_str()), &answers(*step)).await;
    }
    nothing_is_leaked(&shire.world, "a whole draft");
    let reason = [("keep_seen", format!("{PLANTED} is why"))];
    let sent = post(lead, &format!("{draft}/check"), &reason).await;
    sent.strip_suffix("/sent").expect(&sent).to_owned()
}

/// Puts the word into every field by which a team works on a context, and reads it there.
async fn worked_on(team: &Person<'_>, context: &str) {
    let word = |name, what: &str| (name, format!("{PLANTED} {what}"));
    let is = |name: &'static str, value: &str| (name, value.to_owned());
    let goal = [is("indicator", "own"), word("words", "goal")];
    let goal = post(team, &format!("{context}/goals/new"), &goal).await;
    let response = [
        word("what", "response"),
        word("owner", "owner"),
        is("sort", "support"),
        is("from_day", "1"),
        is("from_month", "11"),
        is("from_year", "2026"),
    ];
    post(team, &format!("{goal}/response"), &response).await;
    let measure = [
        word("what", "measure"),
        word("unit", "unit"),
        is("wanted", "fewer"),
        is("amount", "12"),
        is("taken_day", "1"),
        is("taken_month", "11"),
        is("taken_year", "2026"),
    ];
    let measure = post(team, &format!("{goal}/measure"), &measure).await;
    for side in e4s::contexts::assess::Side::ALL {
        let at = format!("{context}/assessment/{}", side.as_str());
        post(team, &at, &[word("words", side.as_str()), is("version", "0")]).await;
        assert!(team.get(context).await.main().contains(&format!("{PLANTED} {}", side.as_str())));
    }
    let told = [word("words", "for partners"), word("keep", "is why"), is("version", "0")];
    post(team, &format!("{context}/partners"), &told).await;
    let told = team.get(&format!("{context}/partners")).await.main();
    assert!(told.contains(&format!("{PLANTED} for partners")));
    let goal = team.get(&goal).await.main();
    for what in ["goal", "response", "owner", "measure"] {
        assert!(goal.contains(&format!("{PLANTED} {what}")), "{what} is read by the team");
    }
    assert!(team.get(&measure).await.main().contains(&format!("{PLANTED} unit")));
    assert!(team.get(&format!("{context}/together")).await.main().contains(PLANTED));
}

/// Holds a meeting about all that waits, with the word in every field, and publishes it.
async fn held(world: &World, (team, by): (TeamId, &Person<'_>), typed: &str) {
    let at = format!("/meetings/{}", world.meeting(team, (0, 0), "Town Hall"));
    let agenda = format!("{at}/agenda");
    let with = |seen: &str, fields: &[(&'static str, &str)]| {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned()));
        fields.chain([("seen", seen.to_owned())]).collect::<Vec<_>>()
    };
    post(by, &agenda, &with("agenda.0", &[("act", "build")])).await;
    let page = by.get(&format!("{at}/minutes")).await;
    let there = with(&seen(&page), &[("others", typed), ("apologies", typed)]);
    post(by, &format!("{at}/attendance"), &there).await;
    let (_, item) = page.body.split_once("id=\"item-").expect("an item");
    let item = item.split('"').next().expect("its id");
    let fields = [
        ("item", item),
        ("discussion", typed),
        ("conflicts", typed),
        ("reason", typed),
        ("decision", "no_action"),
    ];
    post(by, &format!("{at}/minutes"), &with("item.0", &fields)).await;
    let publish = format!("{at}/publish");
    let (words, keep) = (format!("words_{item}"), format!("keep_{item}"));
    let mark = seen(&by.get(&publish).await);
    let form = [
        (words.as_str(), typed),
        (keep.as_str(), typed),
        ("seen", mark.as_str()),
        ("act", "publish"),
    ];
    by.post(&publish, &form).await.path();
    assert!(by.get(&format!("{at}/minutes")).await.main().matches(typed).count() >= 5);
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port()
}

/// A page over a socket, as a browser asks for it.
fn over_socket(port: u16, path: &str, cookie: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server answers");
    let asked = format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(asked.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

#[actix_web::test]
async fn what_is_typed_stands_nowhere_in_plain() {
    listen_to_the_log();
    let (listen, health) = (free_port(), free_port());
    let at = |port: u16| std::net::SocketAddr::from(([127, 0, 0, 1], port));
    let shire = Shire::on(World::with(|it| {
        it.listen = at(listen);
        it.health = Some(at(health));
    }));
    let world = &shire.world;
    let (lead, west) = (world.dsl(shire.school), world.coordinator(shire.west));
    let south = world.coordinator(shire.south);
    let at = filed(&shire, &lead).await;
    nothing_is_leaked(world, "a concern");

    let page = west.get(&at).await;
    for question in e4s::concerns::questions::QUESTIONS {
        if matches!(question.shape, Shape::Line | Shape::Text) && question.field != "place" {
            let typed = format!("{PLANTED} {}", question.field);
            assert!(page.main().contains(&typed), "{typed} is read by the team");
        }
    }
    assert!(page.main().contains(&format!("{PLANTED} is why")));

    let word = |name, what: &str| (name, format!("{PLANTED} {what}"));
    post(&west, &format!("{at}/ask"), &[word("question", "asked")]).await;
    post(&lead, &format!("{at}/answer"), &[word("answer", "answered")]).await;
    let to = ("team", shire.south.to_string());
    post(&west, &format!("{at}/redirect"), &[to, word("reason", "redirected")]).await;
    let late = west.post(&format!("{at}/ask"), &[("question", PLANTED)]).await;
    assert_eq!(late.status, 404);
    let new = ("context", "new".to_owned());
    let kind = ("kind", "location".to_owned());
    let context =
        post(&south, &format!("{at}/context"), &[new, kind, word("label", "label")]).await;
    worked_on(&south, &context).await;
    held(world, (shire.south, &south), &word("a", "minutes").1).await;
    nothing_is_leaked(world, "a meeting");
    let closed = ("state", "closed".to_owned());
    let met = ("outcome", "goals_met".to_owned());
    post(&south, &format!("{context}/state"), &[closed, met, word("reason", "closed")]).await;
    let read = south.get(&context).await.main();
    assert!(
        read.contains(&format!("{PLANTED} label")) && read.contains(&format!("{PLANTED} closed"))
    );
    assert!(south.get(&format!("/concerns?q={PLANTED}")).await.main().contains("1 concern\n"));

    compile::run(&world.portal, world.now()).expect("compiled");
    while deliver::run(&world.portal, world.now()).expect("delivered").is_more {}
    let letters = everything(world).iter().filter(|it| it.0 == "letters.html").count();
    assert!(letters > 0, "letters were written");
    nothing_is_leaked(world, "the whole of a life");

    let served = world.portal.clone();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(e4s::serve::serve(served)).expect("serves");
    });
    while TcpStream::connect(("127.0.0.1", listen)).is_err()
        || TcpStream::connect(("127.0.0.1", health)).is_err()
    {
        std::thread::yield_now();
    }
    let cookie = format!("e4s={}", south.token.as_str());
    assert!(over_socket(listen, &at, &cookie).contains(PLANTED), "the team reads it");
    assert!(over_socket(listen, &format!("/concerns?q={PLANTED}"), &cookie).contains(PLANTED));
    let metrics = over_socket(health, "/metrics", "");
    assert!(metrics.contains("e4s_letters_waiting") && !metrics.contains(PLANTED), "{metrics}");
    assert!(!over_socket(health, "/health/ready", "").contains(PLANTED));

    // An error page, and what the log says of the error.
    world.house(|deed| {
        diesel::sql_query("UPDATE concerns SET answers = 'e1.1.x.y.z.w'").execute(deed.db)?;
        Ok(())
    });
    let broken = over_socket(listen, &at, &cookie);
    assert!(broken.starts_with("HTTP/1.1 500") && !broken.contains(PLANTED), "{broken}");
    nothing_is_leaked(world, "served over a socket");
    assert!(LINES.load(Ordering::Relaxed) > 4, "every request is a line of the log");
}
