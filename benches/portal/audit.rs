//! An audit log of 1,000,000 lines: how long it takes to write them, to walk every chain, and to draw a page of it.

use std::time::{Duration, Instant};

use e4s::accounts::Role;
use e4s::accounts::appoint::{self, Newcomer};
use e4s::accounts::sessions::{self, How, Way};
use e4s::accounts::{AccountId, Post, queries};
use e4s::audit::Event;
use e4s::audit::find::{self, Affairs, Wanted};
use e4s::audit::verify::verify;
use e4s::concerns::ConcernId;
use e4s::districts::TeamId;

use super::client::Client;
use super::world::World;

const LINES: usize = 1_000_000;
const BATCH: usize = 20_000;
const TEAMS: usize = 12;
const ROUNDS: usize = 20;

/// Prints what each takes.
pub fn walk_and_list(world: &World) {
    let portal = &world.portal;
    let (teams, people, records) = fill(world);
    let began = Instant::now();
    let walks = verify(&portal.store, &[]).expect("walked");
    let lines: i64 = walks.iter().map(|it| it.sound).sum();
    assert!(walks.iter().all(|it| it.broken.is_none()), "{walks:?}");
    println!("audit: {lines} lines in {} chains", walks.len());
    println!("  verified in {:.2?}", began.elapsed());
    let person = people.first().copied();
    let subjects: Vec<String> = records.iter().take(1).map(ToString::to_string).collect();
    let (team, event) = (teams.first().copied().map(Affairs::Team), Some(Event::ConcernOpened));
    let now = (portal.clock)();
    let all = Wanted::default;
    let filters = [
        ("all", all()),
        ("a person", Wanted { by: person, ..all() }),
        ("an event", Wanted { event, ..all() }),
        ("a rare event", Wanted { event: Some(Event::AreasImported), ..all() }),
        ("a team", Wanted { affairs: team, ..all() }),
        ("a record", Wanted { subjects: subjects.clone(), ..all() }),
        ("a record and an event", Wanted { subjects, event, ..all() }),
        ("a person and an event", Wanted { by: person, event, ..all() }),
        ("a person and a team", Wanted { by: person, affairs: team, ..all() }),
        ("a person, a team, an event", Wanted { by: person, affairs: team, event, ..all() }),
        (
            "a team and a rare event",
            Wanted { affairs: team, event: Some(Event::AreasImported), ..all() },
        ),
        ("a day long ago", Wanted { before: Some(now - chrono::TimeDelta::days(300)), ..all() }),
        (
            "no day and an event",
            Wanted { event, from: Some(now + chrono::TimeDelta::days(1)), ..all() },
        ),
    ];
    for (name, wanted) in filters {
        let mut times: Vec<Duration> = (0..ROUNDS).map(|_| once(world, &wanted)).collect();
        times.sort();
        println!("  {name:<28} {:>8.1?} worst {:>8.1?}", times[ROUNDS / 2], times[ROUNDS - 1]);
    }
    page(world);
}

fn once(world: &World, wanted: &Wanted) -> Duration {
    let began = Instant::now();
    world.portal.store.read(|db| find::page(db, wanted, 51)).expect("a page");
    began.elapsed()
}

/// The whole page, as an administrator gets it: read, written down as read, drawn.
fn page(world: &World) {
    let newcomer = Newcomer {
        email: "auditor@example.org".to_owned(),
        name: "An auditor".to_owned(),
        password_hash: "none".to_owned(),
    };
    let way =
        Way { how: How::Password, second_factor: false, device: String::new(), shown_at: None };
    let token = world.portal.write_as_house(|deed| {
        let id = appoint::add(deed, &newcomer)?;
        appoint::appoint(deed, id, &Post { role: Role::County, school: None, team: None }, None)?;
        sessions::enter(deed, id, None, &way)
    });
    let cookie = format!("e4s={}", token.expect("a session").as_str());
    let mut client = Client::connect(world.port);
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let began = Instant::now();
            let page = client.get_as("/admin/audit?event=concern-opened", &cookie);
            assert_eq!(page.status, 200);
            began.elapsed()
        })
        .collect();
    times.sort();
    println!("  the page: p50 {:.1?}, p99 {:.1?}", times[100], times[198]);
}

fn fill(world: &World) -> (Vec<TeamId>, Vec<AccountId>, Vec<ConcernId>) {
    let portal = &world.portal;
    let teams: Vec<TeamId> = (0..TEAMS).map(|_| TeamId::random()).collect();
    let records: Vec<ConcernId> = (0..20_000).map(|_| ConcernId::random()).collect();
    let now = (portal.clock)();
    let today = e4s::calendar::day(now);
    let people =
        portal.store.read(|db| queries::actors(db, &[Role::Dsl, Role::Coordinator], today));
    let people = people.expect("people");
    let events = [Event::ConcernOpened, Event::ConcernOpened, Event::ContextRead, Event::SignedIn];
    let began = Instant::now();
    for batch in 0..LINES / BATCH {
        let by = &people[batch % people.len()];
        // A year of lines, the oldest first.
        let days = i64::try_from(365 - batch * 365 * BATCH / LINES).expect("a number");
        let at = now - chrono::TimeDelta::days(days);
        portal
            .write_as(by, at, |deed| {
                (0..BATCH).try_for_each(|it| {
                    let event = events[it % events.len()];
                    let team = teams[it * 7 % TEAMS];
                    deed.record(event, records[(it * 31 + batch) % records.len()], Some(team))
                })
            })
            .expect("written");
    }
    println!("audit: {LINES} lines written in {:.2?}", began.elapsed());
    (teams, people.iter().map(|it| it.id).collect(), records)
}
