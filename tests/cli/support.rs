//! Runs the program in a folder of its own, without the variables of whoever runs the tests.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::postgres;

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_telecom-inventory");

/// A folder in which the program works, and the database it is told.
pub struct Place {
    /// The folder.
    pub folder: TempDir,
    /// What `--database-url` says; the default where there is none.
    pub url: Option<String>,
    _schema: Option<postgres::Database>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code.
    pub code: i32,
    /// What it answered.
    pub stdout: String,
    /// What it said besides.
    pub stderr: String,
}

impl Outcome {
    /// The same, if it ended with `code`.
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }
}

impl Place {
    /// With the default database: a SQLite file in the data folder.
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            url: None,
            _schema: None,
        }
    }

    /// One on SQLite and, where there is a server, one on PostgreSQL.
    pub fn on_both_databases() -> Vec<Self> {
        let on_postgres = postgres::database().map(|schema| Self {
            url: Some(schema.url.clone()),
            _schema: Some(schema),
            ..Self::new()
        });
        std::iter::once(Self::new()).chain(on_postgres).collect()
    }

    /// A file's path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The command in this folder, with its database where `is_told`.
    pub fn command(&self, arguments: &[&str], is_told: bool) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .current_dir(self.folder.path());
        if let Some(url) = self.url.as_ref().filter(|_| is_told) {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Runs a command on the register.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(&mut self.command(arguments, true))
    }

    /// Runs a command that must succeed, and gives what it answered.
    pub fn done(&self, arguments: &[&str]) -> String {
        self.run(arguments).expect(0).stdout
    }

    /// Serves the register on a free port.
    pub fn serve(&self, arguments: &[&str]) -> Server {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0", "--workers", "4"];
        all.extend_from_slice(arguments);
        Server::start(self.command(&all, true))
    }
}

/// Runs a command to its end.
pub fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    Outcome {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A running service, which ends with the test.
pub struct Server {
    child: Child,
    /// `http://…` and its port.
    pub base: String,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
}

/// Reads a stream to its end beside everything else.
fn gather(stream: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let into = Arc::clone(&text);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut text = into.lock().unwrap_or_else(PoisonError::into_inner);
            text.push_str(&line);
            text.push('\n');
        }
    });
    text
}

/// Waits until `found` gives something.
fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_mins(2);
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited too long: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = gather(child.stdout.take().unwrap());
        let stderr = gather(child.stderr.take().unwrap());
        let mut server = Self {
            child,
            base: String::new(),
            stdout,
            stderr,
        };
        server.base = wait_for("Listening on", || {
            let said = server.stderr();
            let ended = server.child.try_wait().unwrap();
            assert!(ended.is_none(), "the service ended: {ended:?}\n{said}");
            let rest = said.split_once("Listening on http://")?.1;
            let is_address = |c: char| c.is_ascii_digit() || ".:[]".contains(c);
            let end = rest.find(|c| !is_address(c))?;
            Some(format!("http://{}", &rest[..end]))
        });
        server
    }

    /// What it has written to standard output, once `part` is in it.
    pub fn stdout_with(&self, part: &str) -> String {
        wait_for(part, || {
            let text = self
                .stdout
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            text.contains(part).then_some(text)
        })
    }

    /// What it has written to standard error.
    pub fn stderr(&self) -> String {
        self.stderr
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Reads `path` with a key, or without where it is empty.
    pub fn get(&self, key: &str, path: &str) -> (u16, String) {
        get(&format!("{}{path}", self.base), key)
    }

    /// Reads JSON that must be there.
    pub fn ask(&self, path: &str) -> Value {
        let (status, text) = self.get("", path);
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end and gives its exit code; none where a signal ended it.
    pub fn wait(&mut self) -> Option<i32> {
        wait_for("the end of the service", || self.child.try_wait().unwrap()).code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An agent that gives every answer, whatever its status.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .into()
}

/// Reads a URL.
pub fn get(url: &str, key: &str) -> (u16, String) {
    let mut request = agent().get(url);
    if !key.is_empty() {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let mut response = request.call().unwrap();
    (
        response.status().as_u16(),
        response.body_mut().read_to_string().unwrap(),
    )
}

/// Puts JSON; none where no answer came.
pub fn put(agent: &ureq::Agent, url: &str, key: &str, body: &Value) -> Option<(u16, String)> {
    let mut response = agent
        .put(url)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .send(body.to_string())
        .ok()?;
    let status = response.status().as_u16();
    Some((status, response.body_mut().read_to_string().ok()?))
}
