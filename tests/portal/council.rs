//! A council's sign-on beside the test (`tests/oidc/provider.mjs`), and a browser that goes there and comes back.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use actix_web::http::header::{COOKIE, SET_COOKIE};
use actix_web::test::TestRequest;
use e4s::config::{Settings, SignOn};
use openidconnect::url::Url;
use serde_json::{Value, json};

use crate::world::{Answer, ORIGIN_OF_TESTS, Person, World};

/// Monday 23 November 2026, noon: when worlds begin.
const NOON_MS: &str = "1795435200000";
pub const BROWSER: &str = "e4s-sign-on";
pub const SESSION: &str = "e4s";

/// A sign-on.
pub struct Council {
    pub port: u16,
    server: Option<Child>,
    /// Held open: whoever writes to a pipe that nobody reads is ended.
    output: Option<BufReader<ChildStdout>>,
    agent: ureq::Agent,
}

/// A journey that has begun: where the browser is to go, and the cookie that it keeps.
#[derive(Debug, Clone)]
pub struct Left {
    pub address: Url,
    pub cookie: String,
}

impl Council {
    pub fn open() -> Self {
        let agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let mut council = Self { port: 0, server: None, output: None, agent: agent.new_agent() };
        council.start();
        council
    }

    /// A world with this sign-on.
    pub fn world(&self) -> World {
        World::with(self.used_by())
    }

    /// For `World::with`.
    pub fn used_by(&self) -> impl FnOnce(&mut Settings) {
        let issuer = format!("http://127.0.0.1:{}", self.port);
        move |settings| {
            settings.sign_on = Some(SignOn {
                issuer,
                client: "e4s".to_owned(),
                secret: "a secret of the tests".to_owned().into(),
                name: "Example Council account".to_owned(),
                factors: vec!["mfa".to_owned()],
            });
        }
    }

    /// The same world, once a second factor is asked for.
    pub fn stricter(mut world: World) -> World {
        let mut settings = world.portal.settings.clone();
        settings.second_factor = true;
        let clock = std::sync::Arc::clone(&world.portal.clock);
        let portal = e4s::app::Portal::open(settings, clock).expect("opens");
        world.portal = actix_web::web::Data::new(portal);
        world
    }

    /// Starts it (again), on the port that it had.
    pub fn start(&mut self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oidc/provider.mjs");
        let back = format!("{ORIGIN_OF_TESTS}/sign-on/back");
        let mut server = Command::new("node")
            .args([script, &self.port.to_string(), NOON_MS, &back])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let mut line = String::new();
        let mut output = BufReader::new(server.stdout.take().expect("its output"));
        output.read_line(&mut line).expect("a line");
        self.output = Some(output);
        self.port = line.trim().parse().expect("a port: is node_modules there? Run: npm ci");
        self.server = Some(server);
    }

    /// Ends it as a crash would.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("killed");
            server.wait().expect("ended");
        }
    }

    /// Tells it how to behave from now on. Says what it has been asked so far.
    pub fn tell(&self, how: &Value) -> Vec<String> {
        let address = format!("http://127.0.0.1:{}/tell", self.port);
        let mut answer = self.agent.post(&address).send(how.to_string()).expect("told");
        let log = answer.body_mut().read_to_string().expect("its log");
        serde_json::from_str(&log).expect("its log")
    }

    /// Whom it signs in from now on.
    pub fn greets(&self, subject: &str) {
        self.tell(
            &json!({ "who": { "sub": subject, "email": "kim@example.org", "amr": ["pwd"] } }),
        );
    }

    /// A browser goes where it was sent and signs in there. Says which page of ours it is sent back to.
    pub fn visit(&self, left: &Left) -> String {
        let mut jar = BTreeMap::new();
        let mut address = left.address.clone();
        for _ in 0..6 {
            let cookies: Vec<String> =
                jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let asked = self.agent.get(address.as_str()).header("cookie", cookies.join("; "));
            let answer = asked.call().expect("an answer");
            for cookie in answer.headers().get_all(SET_COOKIE.as_str()) {
                let pair = cookie.to_str().expect("text").split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').expect("a cookie");
                jar.insert(name.to_owned(), value.to_owned());
            }
            let to = answer.headers().get("location").expect("a redirect").to_str().expect("text");
            if let Some(path) = to.strip_prefix(ORIGIN_OF_TESTS) {
                return path.to_owned();
            }
            address = address.join(to).expect("an address");
        }
        panic!("it never came back");
    }
}

impl Drop for Council {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What the page that goes on to the sign-on says and keeps.
pub fn left(answer: &Answer) -> Left {
    assert_eq!(answer.status, 200, "{}", answer.main());
    let (_, after) = answer.body.split_once("content=\"0; url=").expect("a way on");
    let href = after.split('"').next().unwrap_or_default();
    let href = href.replace("&amp;", "&").replace("&#x2F;", "/").replace("&#x3D;", "=");
    Left { address: href.parse().expect("an address"), cookie: set(answer, BROWSER).expect("one") }
}

/// The value that an answer gives a cookie.
pub fn set(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.headers.get_all(SET_COOKIE).map(|it| it.to_str().expect("text"));
    let mine = all.filter_map(|it| it.strip_prefix(&format!("{name}=")));
    mine.map(|it| it.split(';').next().unwrap_or_default().to_owned()).next()
}

/// Somebody presses the button on the sign-in page.
pub async fn leave(world: &World) -> Left {
    left(&world.post("/sign-on", &[]).await)
}

/// The browser that left comes back.
pub async fn arrive(world: &World, path: &str, left: &Left) -> Answer {
    arrive_with(world, path, &format!("{BROWSER}={}", left.cookie)).await
}

/// A browser with these cookies comes back.
pub async fn arrive_with(world: &World, path: &str, cookies: &str) -> Answer {
    world.send(TestRequest::with_uri(path).insert_header((COOKIE, cookies))).await
}

/// The whole way, from the button back.
pub async fn sign_on(world: &World, council: &Council) -> Answer {
    let left = leave(world).await;
    arrive(world, &council.visit(&left), &left).await
}

/// Somebody links their account, all the way.
pub async fn link(world: &World, council: &Council, person: &Person<'_>) -> Answer {
    let left = left(&person.post("/account/sign-on/link", &[]).await);
    let path = council.visit(&left);
    arrive_with(world, &path, &both(&left, person)).await
}

/// The cookies of a browser that left, in which somebody is signed in.
pub fn both(left: &Left, person: &Person) -> String {
    format!("{BROWSER}={}; {SESSION}={}", left.cookie, person.token.as_str())
}

/// The person of a new session.
pub fn person<'a>(world: &'a World, answer: &Answer, like: &Person) -> Person<'a> {
    let token = set(answer, SESSION).expect("a session");
    world.known(like.id, e4s::accounts::sessions::Token::parse(&token).expect("a token"))
}
