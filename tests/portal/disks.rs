//! Disks that are full, and disks that can only be read: small real ones, which these tests alone can see.
//!
//! They are mounted in a user and mount namespace, for which nobody needs privileges: Linux, and util-linux.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use diesel::prelude::*;
use e4s::accounts::sessions::Token;
use e4s::app::Portal;
use e4s::concerns::{ConcernId, DraftId};
use e4s::store::journal::Journal;
use e4s::store::schema::*;

use crate::faults::{Ready, acknowledged, ready};
use crate::served::{Address, Came};

/// A namespace with disks of its own, for as long as this is held.
struct Disks {
    holder: Child,
}

impl Disks {
    /// Mounts them, by the commands of a shell.
    fn mounted(script: &str) -> Self {
        let script = format!("{script}\necho mounted\nexec cat");
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "bash", "-euc", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare, of util-linux");
        let mut said = String::new();
        BufReader::new(holder.stdout.take().expect("its output")).read_line(&mut said).expect("it");
        assert_eq!(said, "mounted\n", "a user and mount namespace, and disks in it");
        Self { holder }
    }

    /// What a program is run by, so that it sees these disks.
    fn by(&self) -> Vec<String> {
        let target = format!("--target={}", self.holder.id());
        ["nsenter", &target, "--user", "--mount", "--preserve-credentials"].map(Into::into).into()
    }

    /// Runs commands there.
    fn run(&self, script: &str) {
        let by = self.by();
        let mut command = Command::new(&by[0]);
        let out = command.args(&by[1..]).args(["bash", "-euc", script]).output().expect("it runs");
        assert!(out.status.success(), "{script}: {}", String::from_utf8_lossy(&out.stderr));
    }

    /// Where something on these disks is found from outside.
    fn seen(&self, path: &Path) -> PathBuf {
        let root = format!("/proc/{}/root", self.holder.id());
        Path::new(&root).join(path.strip_prefix("/").expect("an absolute path"))
    }
}

impl Drop for Disks {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.holder.kill());
        drop(self.holder.wait());
    }
}

/// The concerns of a database on these disks. SQLite leaves the namespace by itself, so a copy is read.
fn stored(disks: &Disks, ready: &Ready, database: &Path) -> BTreeSet<ConcernId> {
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["e4s.db", "e4s.db-wal"] {
        let from = disks.seen(&database.with_file_name(file));
        std::fs::copy(from, folder.path().join(file)).expect("a copy");
    }
    let world = &ready.shire.world;
    let mut settings = world.portal.settings.clone();
    settings.database = format!("sqlite:{}", folder.path().join("e4s.db").display());
    let portal = Portal::open(settings, Arc::clone(&world.portal.clock)).expect("opens");
    let all: Vec<ConcernId> =
        world.on(portal).look(|db| Ok(concerns::table.select(concerns::id).load(db)?));
    all.into_iter().collect()
}

fn journalled(folder: &Path) -> BTreeSet<ConcernId> {
    let (mut ids, journal) = (BTreeSet::new(), Journal::open(folder).expect("a journal"));
    let read = journal.each(|it| {
        ids.extend(ConcernId::parse(std::str::from_utf8(&it.row).expect("text")));
        Ok(())
    });
    read.expect("read");
    ids
}

/// Files some of the reports once. What was refused was refused in words.
fn filed(
    address: &Address,
    (token, drafts): (&Token, &[DraftId]),
    sent: &mut BTreeMap<DraftId, ConcernId>,
) -> Vec<(DraftId, Came)> {
    let mut refused = Vec::new();
    for draft in drafts.iter().filter(|it| !sent.contains_key(it)).copied().collect::<Vec<_>>() {
        let came = address.post(token, &Ready::check(draft)).expect("an answer");
        match acknowledged(&came) {
            Some(concern) => drop(sent.insert(draft, concern)),
            None => refused.push((draft, came)),
        }
    }
    for (_, came) in &refused {
        assert_eq!(came.status, 503, "{came:?}");
        let is_said = came.body.contains("The service’s disk is full")
            || came.body.contains("could not write to its disk")
            || came.body.contains("could not write down its second copy");
        assert!(is_said && came.body.contains("Send it again"), "{}", came.body);
    }
    refused
}

/// The form that a page has to be sent again: each hidden field.
fn hidden_fields(page: &str) -> Vec<(String, String)> {
    let fields = page.split("type=\"hidden\" name=\"").skip(1);
    let field = |it: &str| {
        let (name, rest) = it.split_once("\" value=\"")?;
        let value = rest.split('"').next()?.replace("&#x27;", "'").replace("&quot;", "\"");
        Some((name.to_owned(), value))
    };
    fields.filter_map(field).collect()
}

#[test]
fn a_full_disk_refuses_in_words_and_loses_nothing_and_filing_goes_on_when_there_is_room() {
    const BALLAST_KB: u64 = 4_096;
    let ready = ready(1, 60);
    let (world, (token, drafts)) = (&ready.shire.world, &ready.leads[0]);
    let folder = world.files.path();
    let small = folder.join("small");
    let (database, journal) = (small.join("e4s.db"), small.join("journal"));
    let kb = |it: &str| std::fs::metadata(folder.join(it)).map_or(0, |it| it.len() / 1024);
    let size_kb = kb("e4s.db") + kb("e4s.db-wal") + kb("e4s.db-shm") + BALLAST_KB + 1_500;
    let (from, at) = (folder.display(), small.display());
    let disks = Disks::mounted(&format!(
        "mkdir {at}; mount -t tmpfs -o size={size_kb}k tmpfs {at}; cp -a {from}/e4s.db* {at}/; mkdir -m 700 {at}/journal
         head -c {BALLAST_KB}K /dev/zero > {at}/ballast"
    ));
    let address = Address::of(world)
        .by(disks.by())
        .with("E4S_DATABASE", format!("sqlite:{}", database.display()))
        .with("E4S_JOURNAL", journal.display().to_string());
    let _served = address.serve(world, "").expect("serves");

    let mut sent = BTreeMap::new();
    let refused = filed(&address, (token, drafts), &mut sent);
    assert!(!sent.is_empty() && !refused.is_empty(), "{} sent", sent.len());
    let is_there = |sent: &BTreeMap<DraftId, ConcernId>| {
        let stored = stored(&disks, &ready, &database);
        let kept = journalled(&disks.seen(&journal));
        sent.values().all(|it| stored.contains(it) && kept.contains(it))
    };
    assert!(is_there(&sent), "called sent, and lost");

    // What was typed meanwhile is handed back whole, and whoever reads goes on reading. Small changes may still find room.
    let draft = refused[0].0;
    let step = format!("/concerns/drafts/{draft}/what");
    let words = "Older pupils wait by the ramp.\nThey said \"now\" twice. ".repeat(60);
    let mut words = words.trim().to_owned();
    let came = loop {
        assert_eq!(address.get(token, &step).expect("an answer").status, 200);
        let came = address.send(token, &step, &[("seen", &words)]).expect("an answer");
        if came.status != 303 {
            break came;
        }
        words.push('.');
    };
    assert_eq!(came.status, 503, "{came:?}");
    assert!(came.body.contains("The service’s disk is full"), "{}", came.body);
    assert!(came.body.contains(&format!("action=\"{step}\"")), "{}", came.body);
    let again = hidden_fields(&came.body);
    let again: Vec<(&str, &str)> = again.iter().map(|(name, it)| (&**name, &**it)).collect();
    assert!(again.contains(&("seen", &words)), "{}", came.body);

    disks.run(&format!("rm {at}/ballast"));
    let again: Vec<_> = again.into_iter().filter(|it| it.0 != "csrf").collect();
    let came = address.send(token, &step, &again).expect("an answer");
    assert_eq!(came.status, 303, "{}", came.body);
    let page = address.get(token, &step).expect("an answer");
    assert!(page.body.contains("Older pupils wait by the ramp."), "{}", page.body);
    assert!(filed(&address, (token, drafts), &mut sent).is_empty(), "there is room");
    assert!(is_there(&sent));
    assert_eq!(
        stored(&disks, &ready, &database),
        sent.values().copied().collect(),
        "none lost, none doubled"
    );
    assert_eq!(sent.len(), drafts.len());
    ready.is_verified(&address);
}

#[test]
fn a_journal_that_can_only_be_read_refuses_in_words_and_goes_on_when_it_can_be_written_again() {
    let ready = ready(1, 8);
    let (world, (token, drafts)) = (&ready.shire.world, &ready.leads[0]);
    let journal = &world.portal.settings.journal;
    let at = journal.display();
    let disks = Disks::mounted(&format!("mount -t tmpfs -o mode=700 tmpfs {at}"));
    let address = Address::of(world).by(disks.by());
    let read_only = format!("mount -t tmpfs -o ro,mode=700 tmpfs {at}");
    let writable = format!("umount {at}");

    disks.run(&read_only);
    let refused = address.serve(world, "").err().expect("refused");
    assert!(refused.contains("setting `journal`"), "{refused}");
    assert!(refused.contains("Read-only file system"), "{refused}");
    disks.run(&writable);

    let served = address.serve(world, "").expect("serves");
    let mut sent = BTreeMap::new();
    assert!(filed(&address, (token, &drafts[..4]), &mut sent).is_empty());
    disks.run(&read_only);
    let refused = filed(&address, (token, drafts), &mut sent);
    assert_eq!(refused.len(), 4, "nothing is called sent that is not in the journal");
    served.says("Read-only file system");

    disks.run(&writable);
    let kept = journalled(&disks.seen(journal));
    assert!(sent.values().all(|it| kept.contains(it)), "called sent, and not in the journal");
    assert!(filed(&address, (token, drafts), &mut sent).is_empty(), "it can be written again");
    let kept = journalled(&disks.seen(journal));
    assert!(sent.values().all(|it| kept.contains(it)));
    assert_eq!(ready.stored(), sent.values().copied().collect(), "none lost, none doubled");
    assert_eq!(sent.len(), drafts.len());
    ready.is_verified(&address);
}
