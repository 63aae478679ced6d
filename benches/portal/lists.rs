//! How long the pages of a county take that has 10,000 concerns in 1,000 contexts, beside the same pages of the ordinary
//! demonstration: what a page costs must not grow with what is behind it.

use std::time::{Duration, Instant};

use actix_web::web::Data;
use e4s::accounts::sessions::{self, How, Token, Way};
use e4s::accounts::{Role, queries};
use e4s::app::{self, Portal};
use e4s::config::Settings;
use e4s::demo::{self, Size};
use e4s::{calendar, districts};

use super::client::Client;
use super::nginx::free_port;

const ROUNDS: usize = 300;
const TEAM: &str = "Crawley";

/// Who asks, for what, and on which page the address is found, if it is one of many.
const PAGES: &[(Role, &str, &str, Option<&str>)] = &[
    (Role::Coordinator, "concerns of a team", "/concerns", None),
    (Role::Coordinator, "a concern", "/concerns/*", Some("/concerns")),
    (Role::Coordinator, "contexts of a team", "/contexts", None),
    (Role::Coordinator, "a context", "/contexts/*", Some("/contexts")),
    (Role::Coordinator, "a meeting", "/meetings/*", Some("/meetings")),
    (Role::Coordinator, "its agenda", "/meetings/*/agenda", Some("/meetings")),
    (Role::County, "concerns of the county", "/concerns", None),
    (Role::County, "contexts of the county", "/contexts", None),
];

/// Prints the figures of each page, at both sizes.
pub fn show_all() {
    let counties = [Size::Usual, Size::Large].map(County::fill);
    println!("pages, each {ROUNDS} times, one after another (usual and large county)");
    for (role, name, path, found_on) in PAGES {
        let [(p50, p99), (large_p50, large_p99)] =
            [0, 1].map(|it: usize| counties[it].ask(*role, path, *found_on));
        println!(
            "  {name:<24} p50 {p50:>8.1?} p99 {p99:>8.1?}   large: p50 {large_p50:>8.1?} p99 {large_p99:>8.1?}"
        );
    }
}

struct County {
    port: u16,
    cookies: Vec<(Role, String)>,
    _folder: tempfile::TempDir,
}

impl County {
    fn fill(size: Size) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let mut settings = Settings::demo(folder.path(), port).expect("settings");
        settings.health = None;
        e4s::seal::init(&settings.keys).expect("keys");
        let portal = Data::new(Portal::open(settings, app::wall_clock()).expect("opens"));
        portal.store.migrate().expect("migrates");
        let began = Instant::now();
        demo::fill(&portal, size, &mut |_| {}).expect("filled");
        println!("the {} county: filled in {:.1?}", size.as_str(), began.elapsed());
        let cookies = [Role::Coordinator, Role::County].map(|role| (role, enter(&portal, role)));
        let cookies = cookies.map(|(role, token)| (role, format!("e4s={}", token.as_str())));
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(e4s::serve::serve(portal)).expect("serves");
        });
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Self { port, cookies: cookies.into(), _folder: folder }
    }

    /// The median and the longest but one in a hundred.
    fn ask(&self, role: Role, path: &str, found_on: Option<&str>) -> (Duration, Duration) {
        let mut client = Client::connect(self.port);
        let cookie = self.cookies.iter().find(|it| it.0 == role).map_or("", |it| &it.1);
        let mut get = |path: &str| {
            let began = Instant::now();
            let answer = client.get_as(path, cookie);
            let took = began.elapsed();
            let page = String::from_utf8_lossy(&answer.body).into_owned();
            assert_eq!(answer.status, 200, "{path}: {page}");
            (page, took)
        };
        let path = match found_on {
            Some(list) => path.replace('*', &first_on(&get(list).0, list)),
            None => path.to_owned(),
        };
        let mut times: Vec<Duration> = (0..ROUNDS).map(|_| get(&path).1).collect();
        times.sort();
        let at = |part: usize| times.get(ROUNDS * part / 100).copied().unwrap_or_default();
        (at(50), at(99))
    }
}

/// The word in the first address on a list's page that leads to one of its records.
fn first_on(page: &str, list: &str) -> String {
    let (start, main) = (format!("href=\"{list}/"), page.split("<main").nth(1).unwrap_or(page));
    let is_id = |it: &&str| it.len() > 15 && it.chars().all(|it| it.is_ascii_alphanumeric());
    let mut words = main.split(&start).skip(1).filter_map(|it| it.split('"').next());
    words.find(is_id).expect("a record").to_owned()
}

/// The session of somebody of a role, in the team if the role has one.
fn enter(portal: &Portal, role: Role) -> Token {
    let today = calendar::day((portal.clock)());
    let id = portal.store.read(|db| {
        let team = districts::teams(db)?.into_iter().find(|it| it.name == TEAM);
        let is_it = |it: &e4s::accounts::Actor| {
            role == Role::County || team.as_ref().is_some_and(|team| it.coordinates(team.id))
        };
        Ok(queries::actors(db, &[role], today)?.into_iter().find(is_it).map(|it| it.id))
    });
    let id = id.expect("read").expect("somebody");
    let way = Way {
        how: How::Password,
        second_factor: false,
        device: "A bench".to_owned(),
        shown_at: None,
    };
    portal.write_as_house(|deed| sessions::enter(deed, id, None, &way)).expect("entered")
}
