//! A portal of its own for each test, with people in it.
//!
//! On SQLite in a temporary folder; on PostgreSQL, in a schema of its own, when `TEST_DATABASE_URL` names a server.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::http::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web::Data};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use e4s::accounts::appoint::{self, Newcomer};
use e4s::accounts::sessions::{How, Token};
use e4s::accounts::{AccountId, Actor, Post, Role};
use e4s::app::{self, Portal};
use e4s::concerns::{ConcernId, Harm, Urgency};
use e4s::config::Settings;
use e4s::curriculum::pages::at_once;
use e4s::deed::Deed;
use e4s::districts::{MeetingId, TeamId};
use e4s::schools::Urn;
use e4s::store::schema::*;
use e4s::web::{errors, headers};

use crate::filed::{put, put_told};

/// A portal, its clock, and its folder.
pub struct World {
    pub portal: Data<Portal>,
    clock: Arc<Mutex<NaiveDateTime>>,
    pub files: tempfile::TempDir,
}

/// Somebody in the world, signed in.
#[derive(Clone)]
pub struct Person<'a> {
    world: &'a World,
    pub id: AccountId,
    pub token: Token,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub location: Option<String>,
    pub cookie: Option<String>,
    pub headers: actix_web::http::header::HeaderMap,
    pub bytes: Vec<u8>,
    pub body: String,
}

pub const ORIGIN_OF_TESTS: &str = "http://127.0.0.1:8400";

impl World {
    /// At noon on Monday 23 November 2026.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same, with other settings.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let files = tempfile::tempdir().expect("a folder");
        let noon = NaiveDate::from_ymd_opt(2026, 11, 23).and_then(|it| it.and_hms_opt(12, 0, 0));
        let clock = Arc::new(Mutex::new(noon.expect("a date")));
        let mut settings = Settings::demo(files.path(), 8400).expect("settings");
        settings.is_demo = false;
        settings.database = address(&files);
        change(&mut settings);
        if !settings.keys.exists() {
            e4s::seal::init(&settings.keys).expect("keys");
        }
        let hand = Arc::clone(&clock);
        let portal = Portal::open(settings, Arc::new(move || *hand.lock().expect("a clock")));
        let portal = Data::new(portal.expect("opens"));
        portal.store.migrate().expect("migrates");
        Self { portal, clock, files }
    }

    /// A world on another portal, with the same clock.
    pub fn on(&self, portal: Portal) -> Self {
        let files = tempfile::tempdir().expect("a folder");
        Self { portal: Data::new(portal), clock: Arc::clone(&self.clock), files }
    }

    /// The same portal after its process was stopped and started again.
    pub fn restart(&mut self) {
        let (settings, clock) = (self.portal.settings.clone(), Arc::clone(&self.portal.clock));
        self.portal = Data::new(Portal::open(settings, clock).expect("opens"));
    }

    pub fn now(&self) -> NaiveDateTime {
        *self.clock.lock().expect("a clock")
    }

    pub fn later(&self, by: TimeDelta) {
        *self.clock.lock().expect("a clock") += by;
    }

    /// Does something as the house.
    pub fn house<T>(&self, act: impl FnMut(&mut Deed) -> e4s::Result<T>) -> T {
        self.portal.write_as_house(act).expect("done")
    }

    /// A team that serves one area, by code.
    pub fn team(&self, name: &str, area: &str) -> TeamId {
        let id = TeamId::random();
        self.house(|deed| {
            diesel::insert_into(teams::table)
                .values((teams::id.eq(id), teams::name.eq(name)))
                .execute(deed.db)?;
            diesel::insert_into(team_areas::table)
                .values((
                    team_areas::team_id.eq(id),
                    team_areas::area_code.eq(area),
                    team_areas::from_on.eq(NaiveDate::from_ymd_opt(2020, 1, 1).expect("a date")),
                ))
                .execute(deed.db)?;
            Ok(())
        });
        id
    }

    /// The invented areas, postcodes and teams of `tests/data`, in force since 2020. The teams: West and East, South.
    pub fn with_areas(&self) -> [TeamId; 2] {
        use e4s::districts::{import_boundaries, import_postcodes, import_teams};
        let file = |name: &str| {
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
        };
        let (portal, from) = (&self.portal, NaiveDate::from_ymd_opt(2020, 1, 1).expect("a date"));
        import_boundaries::import(portal, &file("areas.geojson"), from, &mut |_| {})
            .expect("areas");
        import_postcodes::import(portal, &file("postcodes.csv"), &mut |_| {}).expect("postcodes");
        import_teams::import(portal, &file("teams.csv"), &mut |_| {}).expect("teams");
        let teams = self.look(e4s::districts::teams);
        let id = |name: &str| teams.iter().find(|it| it.name == name).expect("a team").id;
        [id("West and East"), id("South")]
    }

    /// An open school in an area.
    pub fn school(&self, urn: i32, name: &str, area: &str) -> Urn {
        self.house(|deed| {
            diesel::insert_into(schools::table)
                .values((
                    schools::urn.eq(urn),
                    schools::name.eq(name),
                    schools::phase.eq("Secondary"),
                    schools::area_code.eq(area),
                    schools::authority.eq("938"),
                    schools::is_open.eq(true),
                ))
                .execute(deed.db)?;
            Ok(())
        });
        Urn(urn)
    }

    /// A meeting of a team so many days from now, at the same time of day, that takes items until some days from now.
    pub fn meeting(&self, team: TeamId, (days, cut_off): (i64, i64), venue: &str) -> MeetingId {
        let id = MeetingId::random();
        let now = self.now();
        self.house(|deed| {
            diesel::insert_into(meetings::table)
                .values((
                    meetings::id.eq(id),
                    meetings::team_id.eq(team),
                    meetings::starts_at.eq(now + TimeDelta::days(days)),
                    meetings::cut_off_at.eq(now + TimeDelta::days(cut_off)),
                    meetings::venue.eq(venue),
                    meetings::chair.eq("A chair"),
                ))
                .execute(deed.db)?;
            Ok(())
        });
        id
    }

    /// A concern about a place, raised by a lead now, with a team.
    pub fn concern(&self, by: &Person, team: TeamId, name: &str) -> ConcernId {
        self.concern_of(by, (team, Urgency::Routine, Harm::AntisocialBehaviour), name)
    }

    /// The same, of an urgency and a harm.
    pub fn concern_of(
        &self,
        by: &Person,
        (team, urgency, harm): (TeamId, Urgency, Harm),
        name: &str,
    ) -> ConcernId {
        let (id, from) = (ConcernId::random(), (by.id, by.actor().schools()[0]));
        self.house(|deed| put(deed, (id, from), (team, urgency, harm), name));
        id
    }

    /// A concern of a harm, with these answers, somewhere.
    pub fn concern_told(
        &self,
        by: &Person,
        (team, harm): (TeamId, Harm),
        told: (&[(&str, &str)], (i32, i32)),
    ) -> ConcernId {
        let (id, from) = (ConcernId::random(), (by.id, by.actor().schools()[0]));
        self.house(|deed| put_told(deed, (id, from), (team, Urgency::Routine, harm), told));
        id
    }

    /// Many concerns of one name at once, raised now.
    pub fn concerns(&self, by: &Person, team: TeamId, (count, name): (usize, &str)) {
        let from = (by.id, by.actor().schools()[0]);
        let what = (team, Urgency::Routine, Harm::AntisocialBehaviour);
        self.house(|deed| {
            (0..count).try_for_each(|_| put(deed, (ConcernId::random(), from), what, name))
        });
    }

    pub fn dsl(&self, school: Urn) -> Person<'_> {
        self.person("dsl", Post { role: Role::Dsl, school: Some(school), team: None })
    }

    pub fn coordinator(&self, team: TeamId) -> Person<'_> {
        self.person("coordinator", Post { role: Role::Coordinator, school: None, team: Some(team) })
    }

    pub fn partner(&self, team: TeamId) -> Person<'_> {
        self.person("partner", Post { role: Role::Partner, school: None, team: Some(team) })
    }

    pub fn county(&self) -> Person<'_> {
        self.person("county", Post { role: Role::County, school: None, team: None })
    }

    pub fn admin(&self) -> Person<'_> {
        self.person("admin", Post { role: Role::Admin, school: None, team: None })
    }

    /// Somebody with one post, signed in now.
    pub fn person(&self, name: &str, post: Post) -> Person<'_> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let newcomer = Newcomer {
            email: format!("{name}-{count}@example.org"),
            name: format!("A {name}"),
            password_hash: "none".to_owned(),
        };
        let id = self.house(|deed| {
            let id = appoint::add(deed, &newcomer)?;
            appoint::appoint(deed, id, &post, None)?;
            Ok(id)
        });
        self.signed_in(id)
    }

    /// A session of this person that begins now.
    pub fn signed_in(&self, id: AccountId) -> Person<'_> {
        self.entered(id, How::SignOnWithFactor)
    }

    /// Somebody who was signed in before a restart, and still is.
    pub fn known(&self, id: AccountId, token: Token) -> Person<'_> {
        Person { world: self, id, token }
    }

    /// The events of the audit log, the oldest first, without those of setting the world up.
    pub fn audit(&self) -> Vec<String> {
        let set_up = ["signed-in", "account-added", "post-given"];
        let all: Vec<String> =
            self.look(|db| Ok(audit::table.order(audit::id).select(audit::event).load(db)?));
        all.into_iter().filter(|it| !set_up.contains(&it.as_str())).collect()
    }

    pub fn look<T>(&self, look: impl FnOnce(&mut e4s::store::Db) -> e4s::Result<T>) -> T {
        self.portal.store.read(look).expect("a look")
    }

    /// A request by nobody.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(TestRequest::with_uri(path)).await
    }

    /// A form sent by nobody, from a page of ours.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = TestRequest::with_uri(path).method(Method::POST).set_form(form);
        self.send(request.insert_header((ORIGIN, ORIGIN_OF_TESTS))).await
    }

    /// Any request at all, through the whole site.
    pub async fn send(&self, request: TestRequest) -> Answer {
        let service = init_service(
            App::new()
                .app_data(self.portal.clone())
                .wrap(from_fn(errors::draw))
                .wrap(from_fn(at_once))
                .wrap(from_fn(headers::add))
                .configure(app::site),
        )
        .await;
        let response = call_service(&service, request.to_request()).await;
        let header = |name| {
            response.headers().get(name).map(|it: &actix_web::http::header::HeaderValue| {
                it.to_str().expect("text").to_owned()
            })
        };
        let (status, location, cookie) = (response.status(), header(LOCATION), header(SET_COOKIE));
        let headers = response.headers().clone();
        let bytes = read_body(response).await.to_vec();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, location, cookie, headers, bytes, body }
    }
}

impl Person<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.world.send(self.cookie(TestRequest::with_uri(path))).await
    }

    /// A form of this session, sent from a page of ours.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let csrf = self.token.csrf();
        let mut form = form.to_vec();
        form.push(("csrf", &csrf));
        let request = TestRequest::with_uri(path).method(Method::POST).set_form(form);
        self.world.send(self.cookie(request.insert_header((ORIGIN, ORIGIN_OF_TESTS)))).await
    }

    /// The request with this person's cookie.
    pub fn cookie(&self, request: TestRequest) -> TestRequest {
        request.insert_header((COOKIE, format!("e4s={}", self.token.as_str())))
    }

    /// This person, as code sees them.
    pub fn actor(&self) -> Actor {
        let today = e4s::calendar::day(self.world.now());
        self.world.look(|db| e4s::accounts::queries::actor(db, self.id, today))
    }
}

impl Answer {
    /// Where a redirect leads.
    pub fn path(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.body);
        self.location.as_deref().expect("a redirect")
    }

    /// Where the page's link to the next one leads, if it has one.
    pub fn next(&self) -> Option<String> {
        let (before, _) = self.body.split_once("rel=\"next\"")?;
        let (_, href) = before.rsplit_once("href=\"")?;
        Some(href.split('"').next()?.replace("&amp;", "&"))
    }

    /// What a person reads of the page's main part, a line for each piece of text.
    pub fn main(&self) -> String {
        let after = self.body.split_once("<main").map_or(self.body.as_str(), |(_, it)| it);
        let main = after.split_once("</main>").map_or(after, |(it, _)| it);
        let main = main.split_once('>').map_or(main, |(_, it)| it);
        let mut lines = Vec::new();
        for piece in main.split('<') {
            let text = piece.split_once('>').map_or(piece, |(_, text)| text);
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.is_empty() {
                lines.push(text);
            }
        }
        lines.join("\n")
    }
}

fn address(files: &tempfile::TempDir) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Ok(url) = std::env::var("TEST_DATABASE_URL") else {
        return format!("sqlite:{}", files.path().join("e4s.db").display());
    };
    let schema = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut db = PgConnection::establish(&url).expect("the test server answers");
    db.batch_execute(&format!("CREATE SCHEMA {schema}")).expect("a schema");
    format!("{url}?options=-c%20search_path%3D{schema}")
}
