//! The built program as a process of its own, served over a socket, to be treated badly.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e4s::accounts::sessions::Token;

use crate::world::World;

/// Where a world is served, and how it is started.
pub struct Address {
    pub port: u16,
    pub health: u16,
    settings: Vec<(&'static str, String)>,
    /// What the program is run by, such as a tracer.
    by: Vec<String>,
}

/// A process that serves a world.
pub struct Served {
    child: Child,
    log: Arc<Mutex<String>>,
}

/// What came back.
#[derive(Debug)]
pub struct Came {
    pub status: u16,
    pub location: String,
    pub body: String,
}

impl Address {
    /// A free port, and the settings of the world's own database, keys and journal.
    pub fn of(world: &World) -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let [port, health] = [(); 2].map(|()| free().expect("a port").port());
        let settings = &world.portal.settings;
        let escrow = age::x25519::Identity::generate().to_public().to_string();
        let settings = vec![
            ("E4S_DATABASE", settings.database.clone()),
            ("E4S_KEYS", settings.keys.display().to_string()),
            ("E4S_JOURNAL", settings.journal.display().to_string()),
            ("E4S_ESCROW", escrow),
            ("E4S_LISTEN", format!("127.0.0.1:{port}")),
            ("E4S_HEALTH", format!("127.0.0.1:{health}")),
            ("E4S_BASE_URL", format!("http://127.0.0.1:{port}")),
            ("E4S_MAIL", "smtp://127.0.0.1:9".to_owned()),
        ];
        Self { port, health, settings, by: Vec::new() }
    }

    /// The same, run by another program.
    pub fn by(mut self, words: impl IntoIterator<Item = String>) -> Self {
        self.by = words.into_iter().collect();
        self
    }

    /// The same, with another setting.
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.settings.retain(|it| it.0 != name);
        self.settings.push((name, value));
        self
    }

    /// The same with an offline recipient whose identity the test has.
    pub fn with_escrow(mut self, recipient: &str) -> Self {
        for setting in self.settings.iter_mut().filter(|it| it.0 == "E4S_ESCROW") {
            recipient.clone_into(&mut setting.1);
        }
        self
    }

    fn command(&self, world: &World, program: &str) -> Command {
        let mut words = self.by.iter().map(String::as_str).chain([program]);
        let mut command = Command::new(words.next().expect("a program"));
        command.args(words);
        // What the test was told with such names is not the program's.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("E4S_")) {
            command.env_remove(name);
        }
        command.current_dir(world.files.path()).stdin(Stdio::null());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, world: &World, words: &[&str]) -> Output {
        let mut command = self.command(world, env!("CARGO_BIN_EXE_e4s"));
        command.args(words).output().expect("it runs")
    }

    /// Serves, under a shell's `limits` if there are any; or gives the log of a start that was refused.
    pub fn serve(&self, world: &World, limits: &str) -> Result<Served, String> {
        let mut command = self.command(world, "bash");
        let script = format!("{limits}\nexec \"$0\" serve");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_e4s")]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its log"));
        let mut begun = String::new();
        while !begun.contains("serving") {
            if lines.read_line(&mut begun).expect("a line") == 0 {
                assert!(!child.wait().expect("ended").success(), "{begun}");
                return Err(begun);
            }
        }
        let log = Arc::new(Mutex::new(begun));
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                kept.lock().expect("a log").push_str(&(line + "\n"));
            }
        });
        Ok(Served { child, log })
    }

    pub fn get(&self, token: &Token, path: &str) -> std::io::Result<Came> {
        let cookie = format!("cookie: e4s={}\r\n", token.as_str());
        ask(self.port, &format!("GET {path} HTTP/1.1\r\n{cookie}"), "")
    }

    /// What the health listener says.
    pub fn health(&self, path: &str) -> std::io::Result<Came> {
        ask(self.health, &format!("GET {path} HTTP/1.1\r\n"), "")
    }

    /// Sends the form of a page of this session, without a field.
    pub fn post(&self, token: &Token, path: &str) -> std::io::Result<Came> {
        self.send(token, path, &[])
    }

    /// Sends the form of a page of this session.
    pub fn send(
        &self,
        token: &Token,
        path: &str,
        fields: &[(&str, &str)],
    ) -> std::io::Result<Came> {
        let csrf = token.csrf();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        let form = serde_html_form::to_string(&fields).expect("a form");
        let head = format!(
            "POST {path} HTTP/1.1\r\norigin: http://127.0.0.1:{}\r\ncookie: e4s={}\r\n\
             content-type: application/x-www-form-urlencoded\r\n",
            self.port,
            token.as_str()
        );
        ask(self.port, &head, &form)
    }
}

/// One request over one connection. An error means that nobody knows what became of it.
fn ask(port: u16, head: &str, body: &str) -> std::io::Result<Came> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let length = body.len();
    write!(
        stream,
        "{head}host: 127.0.0.1:{port}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let broken = || std::io::Error::other("half an answer");
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).ok_or_else(broken)?;
    let header = |name: &str| {
        head.lines().find_map(|it| it.strip_prefix(name)).unwrap_or_default().trim().to_owned()
    };
    if header("content-length:").parse().is_ok_and(|it: usize| it > body.len()) {
        return Err(broken());
    }
    Ok(Came { status, location: header("location:"), body: body.to_owned() })
}

impl Served {
    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// Waits until it has logged these words.
    pub fn says(&self, words: &str) {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let log = self.log.lock().expect("a log").clone();
            if log.contains(words) {
                return;
            }
            assert!(Instant::now() < until, "{words:?} is not in the log:\n{log}");
            std::thread::yield_now();
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
