//! The program, started once for all tests: as the demonstration, and as a council serves it.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use crate::client::Request;

const PROGRAM: &str = env!("CARGO_BIN_EXE_e4s");
/// The password of everybody in the demonstration, as it prints it.
pub const PASSWORD: &str = "harbour lantern copper fern";
/// The address that a council's people would type.
pub const BASE: &str = "https://e4s.council.example";

/// A running program and its folder. It ends with the test run: it reads from a pipe that closes then.
pub struct Server {
    pub port: u16,
    _folder: tempfile::TempDir,
    _child: Child,
}

/// The demonstration: people of every role, no second factor.
pub static DEMO: LazyLock<Server> = LazyLock::new(|| {
    let (folder, port) = (folder(), free_port());
    let child = start(folder.path(), &["demo", "--port", &port.to_string()], &[]);
    ready(port);
    Server { port, _folder: folder, _child: child }
});

/// A council's server, behind TLS as far as it knows, with nobody in it yet.
pub static COUNCIL: LazyLock<Server> = LazyLock::new(|| {
    let (folder, port, health) = (folder(), free_port(), free_port());
    let settings = [
        ("E4S_LISTEN", format!("127.0.0.1:{port}")),
        ("E4S_HEALTH", format!("127.0.0.1:{health}")),
        ("E4S_BASE_URL", BASE.to_owned()),
        ("E4S_COUNCIL_NAME", "Example County Council".to_owned()),
    ];
    let identity = folder.path().join("identity");
    let identity = identity.to_str().expect("a name");
    let made = run(folder.path(), &["keys", "init", "--identity", identity], &settings);
    let escrow = made.lines().find_map(|it| it.strip_prefix("escrow = \"")?.strip_suffix('"'));
    let escrow = ("E4S_ESCROW", escrow.expect("a recipient").to_owned());
    let settings: Vec<_> = settings.into_iter().chain([escrow]).collect();
    run(folder.path(), &["migrate"], &settings);
    let password = folder.path().join("password");
    std::fs::write(&password, PASSWORD).expect("a password");
    let password = password.to_str().expect("a name");
    let admin = ["account", "add", "--email", "admin@example.org", "--name", "An administrator"];
    let admin: Vec<&str> =
        admin.into_iter().chain(["--role", "admin", "--password-file", password]).collect();
    run(folder.path(), &admin, &settings);
    let child = start(folder.path(), &["serve", "--no-worker"], &settings);
    ready(port);
    Server { port, _folder: folder, _child: child }
});

/// Somebody signed in at the demonstration.
pub struct Visitor {
    pub cookie: String,
}

impl Visitor {
    pub fn of_demo(email: &str) -> Self {
        let form = [("email", email), ("password", PASSWORD)];
        let answer = ours(Request::form("/sign-in", &form)).send(DEMO.port);
        Self { cookie: answer.cookie().unwrap_or_else(|| panic!("{email}: {}", answer.body)) }
    }

    pub fn get(&self, path: &str) -> crate::client::Answer {
        Request::get(path).cookie(&self.cookie).send(DEMO.port)
    }

    /// A form of this session, sent from a page of ours.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> crate::client::Answer {
        let csrf = self.csrf();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        ours(Request::form(path, &fields)).cookie(&self.cookie).send(DEMO.port)
    }

    /// The token of this session's forms.
    pub fn csrf(&self) -> String {
        self.get("/").hidden("csrf").expect("a signed-in page has the form for signing out")
    }
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
fn start(folder: &Path, words: &[&str], settings: &[(&str, String)]) -> Child {
    let script = "\"$@\" >server.out 2>server.log & pid=$!; read _; kill $pid";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", PROGRAM]).args(words).current_dir(folder);
    command.envs(settings.iter().map(|(name, value)| (name, value.as_str())));
    command.stdin(Stdio::piped()).spawn().expect("a shell")
}

/// Waits until it answers.
fn ready(port: u16) {
    for _ in 0..100_000 {
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
