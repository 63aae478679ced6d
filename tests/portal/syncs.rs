//! What the real program does to the journal's files: what it cuts off, what it names, and what it syncs before it answers.

use std::path::PathBuf;

use crate::faults::{Ready, acknowledged, ready};
use crate::served::Address;

fn journal_file(ready: &Ready) -> PathBuf {
    let entries = std::fs::read_dir(&ready.shire.world.portal.settings.journal).expect("a folder");
    entries.map(|it| it.expect("an entry").path()).next().expect("a file")
}

#[test]
fn a_start_cuts_off_half_a_record_and_says_so_and_verify_names_the_damaged_one_in_the_middle() {
    let ready = ready(1, 4);
    let (world, (token, drafts)) = (&ready.shire.world, &ready.leads[0]);
    let address = Address::of(world);
    let file = |draft| {
        let came = address.post(token, &Ready::check(draft)).expect("an answer");
        acknowledged(&came).expect("sent")
    };
    let served = address.serve(world, "").expect("serves");
    file(drafts[0]);
    let path = journal_file(&ready);
    let first = std::fs::metadata(&path).expect("a file").len();
    file(drafts[1]);
    let second = std::fs::metadata(&path).expect("a file").len();
    file(drafts[2]);
    drop(served);

    let whole = std::fs::read(&path).expect("a file");
    let half = [&whole[..], &whole[..500]].concat();
    std::fs::write(&path, &half).expect("torn");
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let out = address.run(world, &["journal", "verify"]);
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let torn = format!("{name} at byte {} (500 bytes)", whole.len());
    assert!(
        out.status.success() && said.contains(&format!("note: {torn}: half a record")),
        "{said}"
    );

    let served = address.serve(world, "").expect("serves");
    served.says("cut off a record that a crash left half written");
    served.says(&torn);
    assert_eq!(std::fs::read(&path).expect("a file"), whole);
    file(drafts[3]);
    ready.is_verified(&address);
    drop(served);

    let mut damaged = std::fs::read(&path).expect("a file");
    let middle = usize::try_from(u64::midpoint(first, second)).expect("a place");
    damaged[middle] ^= 1;
    std::fs::write(&path, &damaged).expect("damaged");
    let out = address.run(world, &["journal", "verify"]);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!out.status.success(), "{said}");
    let named = format!("{name} at byte {first} ({} bytes) is damaged", second - first);
    assert!(said.contains(&named), "{said}");
}

/// A call as the tracer saw it: where it began, and where it had come back.
struct Call {
    text: String,
    began: usize,
    ended: usize,
}

/// The calls of a trace. One that others came between stands on two lines of its thread.
fn calls(trace: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut open = std::collections::BTreeMap::new();
    for (at, line) in trace.lines().enumerate() {
        let (thread, text) = line.trim_start().split_once(' ').unwrap_or_default();
        let text = text.trim_start();
        if text.starts_with("<...") {
            if let Some(call) = open.remove(thread).and_then(|it: usize| calls.get_mut(it)) {
                call.ended = at;
                call.text.push_str(text);
            }
            continue;
        }
        let is_open = text.ends_with("<unfinished ...>");
        if is_open {
            open.insert(thread, calls.len());
        }
        let ended = if is_open { usize::MAX } else { at };
        calls.push(Call { text: text.to_owned(), began: at, ended });
    }
    calls
}

fn is_sync_of(call: &Call, file: &str) -> bool {
    let is_sync = call.text.starts_with("fdatasync(") || call.text.starts_with("fsync(");
    is_sync && call.text.contains(&format!("{file}>")) && call.text.trim_end().ends_with("= 0")
}

#[test]
#[ignore = "needs strace: .ci/run asks for it"]
fn the_disk_has_database_and_journal_before_sent_is_answered() {
    const LEADS: usize = 6;
    let ready = ready(LEADS, 3);
    let world = &ready.shire.world;
    let trace = world.files.path().join("trace");
    let tracer = format!(
        "strace -D -f -y -qq -s 2000 -e signal=none -e trace=write,writev,sendto,sendmsg,fdatasync,fsync -o {}",
        trace.display()
    );
    let address = Address::of(world).by(tracer.split(' ').map(ToOwned::to_owned));
    let served = address.serve(world, "").expect("serves");
    let mut sent = Vec::new();
    std::thread::scope(|scope| {
        let each = |lead| {
            let address = &address;
            let (token, drafts): &(_, Vec<_>) = lead;
            scope.spawn(move || {
                let file = |draft: &_| {
                    let came = address.post(token, &Ready::check(*draft)).expect("an answer");
                    acknowledged(&came).expect("sent")
                };
                drafts.iter().map(file).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = ready.leads.iter().map(each).collect();
        sent.extend(threads.into_iter().flat_map(|it| it.join().expect("a lead")));
    });
    drop(served);
    let trace = std::fs::read_to_string(&trace).expect("a trace");
    let calls = calls(&trace);
    let find = |it: &dyn Fn(&&Call) -> bool| calls.iter().find(it);
    for concern in &sent {
        let location = format!("location: /concerns/{concern}/sent");
        let answered = find(&|it| it.text.contains(&location)).expect("an answer in the trace");
        let id = concern.to_string();
        let written = find(&|it| it.text.contains(".journal>") && it.text.contains(&id));
        let written = written.expect("a frame in the trace");
        let after = |file: &str, from: usize| {
            let is_it =
                |it: &&Call| is_sync_of(it, file) && it.began > from && it.ended < answered.began;
            assert!(find(&is_it).is_some(), "{file} is not synced before {concern} is called sent");
        };
        after(".journal", written.ended);
        assert!(written.began < answered.began);
        let committed = |it: &&Call| is_sync_of(it, "e4s.db-wal") && it.ended < written.began;
        assert!(
            find(&committed).is_some(),
            "the database is committed before the journal is written"
        );
    }
    let folder = world.portal.settings.journal.file_name().expect("a name").to_string_lossy();
    let first = find(&|it| it.text.contains("/sent")).expect("an answer");
    let folder = format!("/{folder}");
    let named = |it: &&Call| is_sync_of(it, &folder) && it.ended < first.began;
    assert!(find(&named).is_some(), "the file's name is on the disk");
    assert_eq!(sent.len(), LEADS * 3);
}
