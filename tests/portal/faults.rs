//! What happens when things break: the process is killed, the disk is full, the database is locked, folders are gone.
//! Nothing that was called sent is lost or doubled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use e4s::accounts::sessions::Token;
use e4s::calendar;
use e4s::concerns::steps::ReportStep;
use e4s::concerns::{ConcernId, DraftId, draft, reconcile};
use e4s::store::journal::Journal;
use e4s::store::schema::*;

use crate::served::{Address, Came};
use crate::shire::{NEEDED, Shire};

const CLIENTS: usize = 32;

/// A shire whose clock is the one on the wall, and leads with reports that are ready to be sent.
pub struct Ready {
    pub shire: Shire,
    pub leads: Vec<(Token, Vec<DraftId>)>,
}

/// Ready on SQLite, whatever the others are on.
pub fn ready(leads: usize, reports_each: usize) -> Ready {
    ready_on(Shire::on_sqlite(), leads, reports_each)
}

pub fn ready_on(shire: Shire, leads: usize, reports_each: usize) -> Ready {
    let world = &shire.world;
    world.later(calendar::now() - world.now());
    let today = calendar::day(world.now());
    let atlas = world.look(|db| world.portal.atlas.on(db, today));
    let each = |_| {
        let lead = world.dsl(shire.school);
        let drafts = world.portal.write_as(&lead.actor(), world.now(), |deed| {
            let one = |_| {
                let id = DraftId::random();
                draft::begin(deed, id, shire.school)?;
                for (step, fields) in NEEDED {
                    let pair = |it: &(&str, &str)| (it.0.to_owned(), it.1.to_owned());
                    let step = ReportStep::parse(step).expect("a step");
                    draft::save(deed, &atlas, id, (step, fields.iter().map(pair).collect()))?;
                }
                Ok(id)
            };
            (0..reports_each).map(one).collect::<e4s::Result<Vec<DraftId>>>()
        });
        (lead.token, drafts.expect("drafts"))
    };
    let leads = (0..leads).map(each).collect();
    Ready { shire, leads }
}

/// The concern that a report was called sent as.
pub fn acknowledged(came: &Came) -> Option<ConcernId> {
    let at = came.location.strip_prefix("/concerns/")?.strip_suffix("/sent")?;
    (came.status == 303).then(|| ConcernId::parse(at)).flatten()
}

/// The concerns of the journal in a folder.
fn journalled(folder: &Path) -> BTreeSet<ConcernId> {
    let mut ids = BTreeSet::new();
    let journal = Journal::open(folder).expect("a journal");
    let read = journal.each(|it| {
        ids.extend(ConcernId::parse(std::str::from_utf8(&it.row).expect("text")));
        Ok(())
    });
    assert_eq!(read.expect("read").damage, []);
    ids
}

impl Ready {
    /// The world's concerns.
    pub fn stored(&self) -> BTreeSet<ConcernId> {
        let all: Vec<ConcernId> =
            self.shire.world.look(|db| Ok(concerns::table.select(concerns::id).load(db)?));
        all.into_iter().collect()
    }

    pub fn check(draft: DraftId) -> String {
        format!("/concerns/drafts/{draft}/check")
    }

    /// The command says that journal and database are whole, and agree.
    pub fn is_verified(&self, address: &Address) {
        let out = address.run(&self.shire.world, &["journal", "verify"]);
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
        assert!(said.contains("; 0 faults"), "{said}");
    }
}

/// How far the filing is, for those who file and the one who kills.
#[derive(Default)]
struct Progress {
    /// The concern that each report was called sent as.
    sent: BTreeMap<DraftId, ConcernId>,
    /// How often the server was started.
    starts: usize,
}

struct Board {
    progress: Mutex<Progress>,
    changed: Condvar,
}

impl Board {
    fn wait(&self, until: impl Fn(&Progress) -> bool) {
        let progress = self.progress.lock().expect("a board");
        let minute = Duration::from_mins(1);
        let waited = self.changed.wait_timeout_while(progress, minute, |it| !until(it));
        assert!(!waited.expect("a board").1.timed_out(), "nothing happened for a minute");
    }

    fn note<T>(&self, change: impl FnOnce(&mut Progress) -> T) -> T {
        let noted = change(&mut self.progress.lock().expect("a board"));
        self.changed.notify_all();
        noted
    }

    /// Sends every report until it is called sent, whatever becomes of the server meanwhile.
    fn file(&self, address: &Address, (token, drafts): &(Token, Vec<DraftId>)) {
        for draft in drafts {
            loop {
                let starts = self.note(|it| it.starts);
                match address.post(token, &Ready::check(*draft)) {
                    Ok(came) => {
                        let concern = acknowledged(&came).unwrap_or_else(|| panic!("{came:?}"));
                        let before = self.note(|it| it.sent.insert(*draft, concern));
                        assert_eq!(before, None);
                        break;
                    }
                    Err(_broken) => self.wait(|it| it.starts > starts),
                }
            }
        }
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the figures of a long run")]
fn nothing_that_was_called_sent_is_lost_when_the_server_is_killed_while_many_file() {
    let kills = std::env::var("E4S_FAULT_KILLS").map_or(20, |it| it.parse().expect("a number"));
    let ready = ready(CLIENTS, kills + 2);
    let (world, journal) = (&ready.shire.world, &ready.shire.world.portal.settings.journal);
    let address = Address::of(world);
    let board = Board { progress: Mutex::default(), changed: Condvar::new() };
    let (began, mut slowest) = (Instant::now(), Duration::ZERO);
    std::thread::scope(|scope| {
        let mut served = address.serve(world, "").expect("serves");
        board.note(|it| it.starts += 1);
        for lead in &ready.leads {
            scope.spawn(|| board.file(&address, lead));
        }
        for kill in 0..kills {
            let target = board.note(|it| it.sent.len()) + 5 + kill * 7 % 37;
            board.wait(|it| it.sent.len() >= target);
            served.kill();
            let sent: Vec<ConcernId> = board.note(|it| it.sent.values().copied().collect());
            let (kept, stored) = (journalled(journal), ready.stored());
            for concern in sent {
                assert!(kept.contains(&concern), "{concern} is not in the journal");
                assert!(stored.contains(&concern), "{concern} is not in the database");
            }
            let stopped = Instant::now();
            served = address.serve(world, "").expect("serves again");
            slowest = slowest.max(stopped.elapsed());
            board.note(|it| it.starts += 1);
        }
        let all: usize = ready.leads.iter().map(|it| it.1.len()).sum();
        board.wait(|it| it.sent.len() == all);
    });
    let sent = board.note(|it| std::mem::take(&mut it.sent));
    let concerns: BTreeSet<ConcernId> = sent.values().copied().collect();
    assert_eq!(concerns.len(), sent.len(), "each report is a concern of its own");
    assert_eq!(ready.stored(), concerns, "nothing is lost and nothing doubled");
    let whole = reconcile::run(&world.portal, world.now()).expect("reconciled");
    assert_eq!(whole.count, 0, "everything was called sent, so the journal has it");
    ready.is_verified(&address);
    let rows = world.look(|db| Ok(drafts::table.count().get_result::<i64>(db)?));
    assert_eq!(rows, 0);
    eprintln!(
        "{kills} kills, {} reports called sent in {:.1?}, slowest start {slowest:.1?}",
        sent.len(),
        began.elapsed()
    );
}

#[test]
fn a_database_that_cannot_grow_refuses_and_loses_nothing() {
    let ready = ready(1, 40);
    let (world, (token, drafts)) = (&ready.shire.world, &ready.leads[0]);
    let address = Address::of(world);
    let path = world.portal.settings.database.trim_start_matches("sqlite:").to_owned();
    let length = |it: String| std::fs::metadata(it).map_or(0, |it| it.len());
    let longest = length(path.clone()).max(length(format!("{path}-wal")));
    let limits = format!("trap '' XFSZ; ulimit -f {}", longest / 1024 + 64);
    let served = address.serve(world, &limits).expect("serves");
    let mut sent = BTreeMap::new();
    for draft in drafts {
        let came = address.post(token, &Ready::check(*draft)).expect("an answer");
        if let Some(concern) = acknowledged(&came) {
            sent.insert(*draft, concern);
        } else {
            assert_eq!(came.status, 503, "{came:?}");
            assert!(came.body.contains("could not write to its disk"), "{}", came.body);
        }
    }
    assert!(sent.len() < drafts.len(), "the limit was never reached");
    served.says("disk");
    drop(served);
    let _served = address.serve(world, "").expect("serves");
    let stored = ready.stored();
    assert!(sent.values().all(|it| stored.contains(it)), "called sent, and lost");
    for draft in drafts {
        let came = address.post(token, &Ready::check(*draft)).expect("an answer");
        let concern = acknowledged(&came).unwrap_or_else(|| panic!("{came:?}"));
        assert!(sent.insert(*draft, concern).is_none_or(|it| it == concern), "doubled");
    }
    assert_eq!(ready.stored().len(), drafts.len());
}

#[test]
fn a_journal_that_goes_away_while_the_server_runs_is_said_and_nothing_is_called_sent() {
    let ready = ready(1, 3);
    let (world, (token, drafts)) = (&ready.shire.world, &ready.leads[0]);
    let address = Address::of(world);
    let (here, away) = (&world.portal.settings.journal, world.files.path().join("away"));
    let served = address.serve(world, "").expect("serves");
    let file = |draft: DraftId| address.post(token, &Ready::check(draft)).expect("an answer");
    assert!(acknowledged(&file(drafts[0])).is_some());
    std::fs::rename(here, &away).expect("taken away");
    let came = file(drafts[1]);
    assert_eq!(came.status, 503, "{came:?}");
    served.says("is not where it was");
    std::fs::rename(&away, here).expect("put back");
    let again = acknowledged(&file(drafts[1])).expect("sent");
    assert!(journalled(here).contains(&again));
    assert!(acknowledged(&file(drafts[2])).is_some());
    assert_eq!(ready.stored().len(), 3);
    ready.is_verified(&address);
}

#[test]
fn keys_and_journal_that_are_not_there_stop_the_start_and_are_named() {
    let ready = ready(1, 1);
    let (world, (token, drafts)) = (&ready.shire.world, &ready.leads[0]);
    let address = Address::of(world);
    let settings = &world.portal.settings;
    let key = settings.keys.join("root-1.key");
    {
        let served = address.serve(world, "").expect("serves");
        std::fs::rename(&key, world.files.path().join("kept")).expect("taken away");
        let came = address.post(token, &Ready::check(drafts[0])).expect("an answer");
        assert!(acknowledged(&came).is_some(), "a key that was read is known: {came:?}");
        served.says("the folder of keys has changed and cannot be read");
    }
    let refused = address.serve(world, "").err().expect("refused");
    assert!(refused.contains("setting `keys`") && refused.contains("no root key"), "{refused}");
    std::fs::rename(world.files.path().join("kept"), &key).expect("put back");

    let away = world.files.path().join("away");
    std::fs::rename(&settings.journal, &away).expect("taken away");
    std::fs::write(&settings.journal, "").expect("a file");
    let refused = address.serve(world, "").err().expect("refused");
    assert!(refused.contains("setting `journal`"), "{refused}");
    std::fs::remove_file(&settings.journal).expect("removed");
    std::fs::rename(&away, &settings.journal).expect("put back");

    let _served = address.serve(world, "").expect("serves");
    ready.is_verified(&address);
}

#[test]
fn the_worker_compares_at_its_start_and_health_and_metrics_say_so() {
    let ready = ready(1, 0);
    let world = &ready.shire.world;
    let lead = world.dsl(ready.shire.school);
    world.concern(&lead, ready.shire.west, "The old mill");
    let address = Address::of(world);
    let _served = address.serve(world, "").expect("serves");
    let began = Instant::now();
    let said = loop {
        let said = address.health("/health/ready").expect("an answer").body;
        if !said.contains("not compared") {
            break said;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{said}");
        std::thread::yield_now();
    };
    assert!(said.starts_with("ready\njournal on "), "{said}");
    let counted = "1 concerns, 1 added, 0 missing from the database, 0 damaged pieces";
    assert!(said.contains(counted), "{said}");
    let metrics = address.health("/metrics").expect("an answer").body;
    assert!(metrics.contains("\ne4s_journal_missing 0\n"), "{metrics}");
    let age =
        metrics.lines().find_map(|it| it.strip_prefix("e4s_journal_last_reconciled_seconds "));
    assert!(age.and_then(|it| it.parse::<u32>().ok()).is_some_and(|it| it < 60), "{metrics}");
    assert_eq!(address.get(&lead.token, "/concerns").expect("an answer").status, 200);
}
