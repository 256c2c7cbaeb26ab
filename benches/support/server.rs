//! The service as a process of its own, with its processor time and memory.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::client::Connection;

/// A server that ends when it is dropped.
pub struct Server {
    /// The process.
    pub process: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts the service with `arguments`; the time is that until it says that it is ready.
    pub fn start(arguments: &[String]) -> (Self, Duration) {
        let address = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .unwrap();
        let started = Instant::now();
        let process = Command::new(env!("CARGO_BIN_EXE_telecom-inventory"))
            .args(["serve", "--log", "warn", "--listen", &address.to_string()])
            .args(arguments)
            .env_remove("LOG")
            .spawn()
            .unwrap();
        let mut server = Self { process, address };
        let is_ready =
            || Connection::open(address, None).and_then(|mut it| Ok(it.get("/readyz")?.0 == 200));
        while !is_ready().unwrap_or(false) {
            let ended = server.process.try_wait().unwrap();
            assert!(
                ended.is_none() && started.elapsed() < Duration::from_mins(1),
                "the service does not become ready"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        (server, started.elapsed())
    }

    /// Processor time so far, of all its threads, in milliseconds: the kernel counts in hundredths of a second.
    pub fn processor(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))
            .unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let ticks = after_name.split_whitespace().skip(11).take(2);
        ticks
            .filter_map(|ticks| ticks.parse::<f64>().ok())
            .sum::<f64>()
            * 10.0
    }

    /// Resident memory now and at its highest, in MB.
    pub fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .unwrap_or_default();
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes =
                line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
            kilobytes.unwrap_or(0) / 1_024
        };
        (megabytes("VmRSS:"), megabytes("VmHWM:"))
    }
}
