//! Runs the built program and talks to it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tempfile::TempDir;

/// The program, without the variables of whoever runs the tests.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_telecom-inventory"));
    for variable in [
        "DATABASE_URL",
        "DATA_DIR",
        "LISTEN",
        "OPEN_READING",
        "DEMO",
        "LOG",
        "LOG_FORMAT",
        "TERRITORY",
    ] {
        command.env_remove(variable);
    }
    command
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// Runs it on the register of a folder.
pub fn run_in(folder: &TempDir, arguments: &[&str]) -> Output {
    program()
        .args(arguments)
        .arg("--data-dir")
        .arg(folder.path())
        .output()
        .unwrap()
}

/// What it said to standard output.
pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it said to standard error.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running `serve`; dropping it kills it with SIGKILL.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub base: String,
    said: Receiver<String>,
}

impl Server {
    /// Starts it on a free port and waits until it listens.
    pub fn start(folder: &TempDir, flags: &[&str]) -> Self {
        let mut child = program()
            .arg("serve")
            .args(flags)
            .args(["--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = lines(child.stderr.take().unwrap());
        let said = lines(child.stdout.take().unwrap());
        let base = loop {
            let line = log
                .recv_timeout(Duration::from_mins(1))
                .unwrap_or_else(|_| panic!("it does not listen"));
            if let Some((_, rest)) = line.split_once("Listening on ") {
                let end = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || ":/.".contains(c)))
                    .unwrap_or(rest.len());
                break rest[..end].to_owned();
            }
        };
        // Somebody has to read the log to its end, or the server would wait for it.
        std::thread::spawn(move || while log.recv().is_ok() {});
        Self { child, base, said }
    }

    /// The lines that it printed, until `count` addresses were among them.
    pub fn hints(&self, count: usize) -> Vec<String> {
        let mut hints: Vec<String> = Vec::new();
        while hints.iter().filter(|line| line.contains("http://")).count() < count {
            hints.push(
                self.said
                    .recv_timeout(Duration::from_secs(10))
                    .unwrap_or_else(|_| panic!("{hints:?}")),
            );
        }
        hints
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn lines(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into()
}

/// Reads an address with a key; the status and the body.
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

/// Puts sites one after the other until the server is gone; the codes of those that it acknowledged.
pub fn put_until_it_fails(base: String, key: String, prefix: String) -> JoinHandle<Vec<String>> {
    std::thread::spawn(move || {
        let (agent, mut acknowledged) = (agent(), Vec::new());
        for i in 0..10_000 {
            let code = format!("{prefix}-{i}");
            let body = serde_json::json!({"operator": "viettel", "code": code, "kind": "bts", "name": "Trạm", "longitude": 103.45, "latitude": 22.39,
                "commissioned_on": "2009-01-01", "radios": [{"technology": "2g"}, {"technology": "3g"}]});
            let request = agent
                .put(format!("{base}/api/v1/operators/viettel/sites/{code}"))
                .header("authorization", format!("Bearer {key}"))
                .header("content-type", "application/json");
            match request.send(body.to_string()) {
                Ok(response) if response.status() == 201 => acknowledged.push(code),
                Ok(response) => panic!("{}", response.status()),
                Err(_) => break,
            }
        }
        acknowledged
    })
}
