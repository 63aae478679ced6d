//! Figures: a lesson page beside nginx serving the same bytes, concerns filed by 32 leads at once, a search through what
//! concerns say, a morning of digests, the pages of a large county, and an audit log of 1,000,000 lines.
//!
//! `cargo bench --bench portal` prints them, `cargo bench --bench portal -- audit` some of them. It needs nginx (Debian's `nginx-light`) and uses loopback only.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a bench that cannot go on stops")]

mod audit;
mod client;
mod digests;
mod lists;
mod nginx;
mod search;
mod world;

use std::time::{Duration, Instant};

use client::Client;

const CLIENTS: usize = 32;
const PAGES_FOR: Duration = Duration::from_secs(5);
const ROUNDS: usize = 3;
const FILED_EACH: usize = 60;
const LESSON: &str = "/curriculum/physical-health-and-wellbeing/ks3/vapes-shops-and-the-park";

fn main() {
    let world = world::World::start(CLIENTS, FILED_EACH);
    let only: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    let is_wanted = |name: &str| only.is_empty() || only.iter().any(|it| it == name);
    if is_wanted("pages") {
        pages(&world);
    }
    if is_wanted("filing") {
        filing(&world);
    }
    if is_wanted("search") {
        search::search_all(&world);
    }
    if is_wanted("digests") {
        digests::compile_all(&world);
    }
    if is_wanted("lists") {
        lists::show_all();
    }
    if is_wanted("audit") {
        audit::walk_and_list(&world);
    }
}

/// The same page, compressed, from memory and from nginx, in turn.
fn pages(world: &world::World) {
    let page = Client::connect(world.port).get(LESSON, "br");
    assert_eq!(page.status, 200, "the lesson is there");
    let nginx = nginx::Nginx::serve(&page.body);
    println!(
        "a lesson page of {} bytes (brotli), {CLIENTS} connections, {PAGES_FOR:?} each",
        page.body.len()
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(rate(world.port, LESSON));
        theirs.push(rate(nginx.port, "/page"));
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    println!(
        "  e4s    {ours:>9.0} pages/s\n  nginx  {theirs:>9.0} pages/s\n  ratio  {:>9.2}",
        ours / theirs
    );
}

/// Answers a second, over connections that stay open.
fn rate(port: u16, path: &str) -> f64 {
    let until = Instant::now() + PAGES_FOR;
    let counts: Vec<u32> = std::thread::scope(|scope| {
        let each = |_| {
            scope.spawn(move || {
                let (mut client, mut count) = (Client::connect(port), 0_u32);
                while Instant::now() < until {
                    assert_eq!(client.get(path, "br").status, 200);
                    count += 1;
                }
                count
            })
        };
        let threads: Vec<_> = (0..CLIENTS).map(each).collect();
        threads.into_iter().map(|it| it.join().expect("a client")).collect()
    });
    f64::from(counts.iter().sum::<u32>()) / PAGES_FOR.as_secs_f64()
}

/// Whole reports, sent by as many leads at once: checked, audited, committed and journalled with fsync, answered.
fn filing(world: &world::World) {
    let began = Instant::now();
    let times: Vec<Duration> = std::thread::scope(|scope| {
        let each = |lead: &world::Lead| {
            let (lead, port) = (lead.clone(), world.port);
            scope.spawn(move || lead.file_all(&mut Client::connect(port)))
        };
        let threads: Vec<_> = world.leads.iter().map(each).collect();
        threads.into_iter().flat_map(|it| it.join().expect("a lead")).collect()
    });
    let whole = began.elapsed();
    let mut sorted = times;
    sorted.sort();
    let at = |part: usize| sorted.get(sorted.len() * part / 100).copied().unwrap_or_default();
    let filed = u32::try_from(sorted.len()).expect("a count");
    println!("{filed} concerns, filed by {CLIENTS} at once (SQLite, fsync)");
    println!("  {:>7.0} concerns/s", f64::from(filed) / whole.as_secs_f64());
    println!("  p50 {:.1?}, p99 {:.1?}", at(50), at(99));
    assert_eq!(world.count_concerns(), i64::from(filed), "none lost, none doubled");
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
