//! The program, started once for all tests: as the demonstration, and as a council serves it.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::client::Request;

/// Longer than any start takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(1);
const PROGRAM: &str = env!("CARGO_BIN_EXE_e4s");
/// The password of everybody in the demonstration, as it prints it.
pub const PASSWORD: &str = "harbour lantern copper fern";
/// The address that a council's people would type.
pub const BASE: &str = "https://e4s.council.example";

/// A running program and its folder. It ends with the test run: it reads from a pipe that closes then.
pub struct Server {
    pub port: u16,
    folder: tempfile::TempDir,
    child: Child,
    words: Vec<String>,
    settings: Vec<(&'static str, String)>,
}

impl Server {
    fn start(
        folder: tempfile::TempDir,
        port: u16,
        words: Vec<String>,
        settings: Vec<(&'static str, String)>,
    ) -> Self {
        let child = start(folder.path(), &words, &settings);
        ready(port);
        Self { port, folder, child, words, settings }
    }

    /// Ends the program and starts it again, on what it kept.
    pub fn restart(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().expect("it ends");
        self.child = start(self.folder.path(), &self.words, &self.settings);
        ready(self.port);
    }
}

/// The demonstration: people of every role, no second factor.
pub static DEMO: LazyLock<Server> = LazyLock::new(|| {
    let port = free_port();
    let words = ["demo", "--port", &port.to_string()].map(str::to_owned).into();
    Server::start(folder(), port, words, Vec::new())
});

/// A council's server, behind TLS as far as it knows, with an administrator in it.
pub static COUNCIL: LazyLock<Server> = LazyLock::new(|| {
    council(&[(ADMIN, "An administrator", "admin")], &["--no-worker"], Vec::new())
});

/// The address of a council's administrator.
pub const ADMIN: &str = "admin@example.org";

/// A council's server of its own, with people (address, name, role), further words and further settings.
pub fn council(
    people: &[(&str, &str, &str)],
    words: &[&str],
    more: Vec<(&'static str, String)>,
) -> Server {
    let (folder, port, health) = (folder(), free_port(), free_port());
    let mut settings = vec![
        ("E4S_LISTEN", format!("127.0.0.1:{port}")),
        ("E4S_HEALTH", format!("127.0.0.1:{health}")),
        ("E4S_BASE_URL", BASE.to_owned()),
        ("E4S_COUNCIL_NAME", "Example County Council".to_owned()),
    ];
    settings.extend(more);
    let identity = folder.path().join("identity");
    let identity = identity.to_str().expect("a name");
    let made = run(folder.path(), &["keys", "init", "--identity", identity], &settings);
    let escrow = made.lines().find_map(|it| it.strip_prefix("escrow = \"")?.strip_suffix('"'));
    settings.push(("E4S_ESCROW", escrow.expect("a recipient").to_owned()));
    run(folder.path(), &["migrate"], &settings);
    let password = folder.path().join("password");
    std::fs::write(&password, PASSWORD).expect("a password");
    let password = password.to_str().expect("a name");
    for (email, name, role) in people {
        let name = format!("--name={name}");
        let person = ["account", "add", "--email", email, &name, "--role", role];
        let person: Vec<&str> = person.into_iter().chain(["--password-file", password]).collect();
        run(folder.path(), &person, &settings);
    }
    let words = ["serve"].iter().chain(words).map(|it| (*it).to_owned()).collect();
    Server::start(folder, port, words, settings)
}

/// Somebody signed in, whole or half.
pub struct Visitor {
    pub cookie: String,
    port: u16,
}

impl Visitor {
    pub fn of_demo(email: &str) -> Self {
        Self::at(DEMO.port, email)
    }

    /// Somebody who has given their password.
    pub fn at(port: u16, email: &str) -> Self {
        let form = [("email", email), ("password", PASSWORD)];
        let answer = ours(Request::form("/sign-in", &form)).send(port);
        let cookie = answer.cookie().unwrap_or_else(|| panic!("{email}: {}", answer.body));
        Self { cookie, port }
    }

    /// Whoever has this cookie of the demonstration.
    pub fn with(cookie: String) -> Self {
        Self { cookie, port: DEMO.port }
    }

    /// Somebody who has set an authenticator app up and is in, and the app's secret.
    pub fn with_app(port: u16, email: &str) -> (Self, String) {
        let half = Self::at(port, email);
        let csrf = half.get("/account/factors/new").hidden("csrf").expect("a form");
        let chosen = half.send("/account/factors/new", &[("kind", "app"), ("csrf", &csrf)]);
        let path = chosen.location().to_owned();
        let page = half.get(&path);
        let (_, secret) = page.body.split_once("class=\"e4s-key\">").expect("a secret");
        let secret = secret.split('<').next().expect("a secret").replace(' ', "");
        let form = [("code", code(&secret, 0)), ("csrf", csrf)];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, it)| (*name, it.as_str())).collect();
        let done = half.send(&path, &form);
        let cookie = done.cookie().unwrap_or_else(|| panic!("{email}: {}", done.body));
        (Self { cookie, port }, secret)
    }

    pub fn get(&self, path: &str) -> crate::client::Answer {
        Request::get(path).cookie(&self.cookie).send(self.port)
    }

    /// A form as it is.
    pub fn send(&self, path: &str, fields: &[(&str, &str)]) -> crate::client::Answer {
        ours(Request::form(path, fields)).cookie(&self.cookie).send(self.port)
    }

    /// A form of this session, sent from a page of ours.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> crate::client::Answer {
        let csrf = self.csrf();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        self.send(path, &fields)
    }

    /// The token of this session's forms.
    pub fn csrf(&self) -> String {
        self.get("/").hidden("csrf").expect("a signed-in page has the form for signing out")
    }
}

/// The code that an app with this secret shows now, or some steps of 30 seconds later.
pub fn code(secret: &str, later: u64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let secret = totp_rs::Secret::try_from_base32(secret).expect("a secret");
    let totp = totp_rs::Builder::new().with_secret(secret).build().expect("an app");
    totp.generate(now.expect("after 1970").as_secs() + 30 * later).to_string()
}

/// The request as a browser sends it from a page of the demonstration.
pub fn ours(request: Request) -> Request {
    request.header("sec-fetch-site", "same-origin")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Runs a command to its end and gives what it printed.
pub fn run(folder: &Path, words: &[&str], settings: &[(&str, String)]) -> String {
    let mut command = Command::new(PROGRAM);
    command.args(words).current_dir(folder);
    command.envs(settings.iter().map(|(name, value)| (name, value.as_str())));
    let done = command.output().expect("the program runs");
    assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// The shell ends the program when the test run has ended, however it ended: its input closes.
fn start(folder: &Path, words: &[String], settings: &[(&str, String)]) -> Child {
    let script = "\"$@\" >server.out 2>server.log & pid=$!; read _; kill $pid; wait $pid";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", PROGRAM]).args(words).current_dir(folder);
    command.envs(settings.iter().map(|(name, value)| (name, value.as_str())));
    command.stdin(Stdio::piped()).spawn().expect("a shell")
}

/// Waits until it answers.
fn ready(port: u16) {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            let mut line = String::new();
            let mut stream = BufReader::new(stream);
            let asked = std::io::Write::write_all(
                stream.get_mut(),
                b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            );
            if asked.is_ok() && stream.read_line(&mut line).is_ok() && line.contains("200") {
                return;
            }
        }
        std::thread::yield_now();
    }
    panic!("the server does not answer");
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
