//! Every setting: its flag, its variable, its default, its help, on one spot each.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::FixedOffset;
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use crate::geo::BBox;
use crate::register::Settings;

/// Where the register is kept.
#[derive(Args, Clone)]
pub struct Storage {
    /// Folder of the service's files.
    #[arg(long, env = "DATA_DIR", default_value = "./data")]
    pub data_dir: PathBuf,
    /// Database: postgres://… or a path of a SQLite file [default: register.sqlite in the data folder].
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Connections to the database at the most.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value_t = 4, value_parser = clap::value_parser!(u32).range(2..=200))]
    pub database_connections: u32,
}

impl Storage {
    /// The database's URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| self.data_dir.join("register.sqlite").display().to_string())
    }
}

/// What answers depend on.
#[derive(Args, Clone, Debug)]
pub struct Rules {
    /// Name of the authority that runs the register, as reports show it.
    #[arg(
        long,
        env = "DEPARTMENT_NAME",
        default_value = "Department of Information and Communications"
    )]
    pub department_name: String,
    /// How far a position may lie from a submitted area's boundary before that is a contradiction, in metres.
    #[arg(long, env = "BOUNDARY_TOLERANCE_M", default_value_t = 200.0, value_parser = parse_tolerance)]
    pub boundary_tolerance_m: f64,
    /// How many days after its period a subscriber count still answers.
    #[arg(long, env = "SUBSCRIBER_MAX_AGE_DAYS", default_value_t = 550, value_parser = clap::value_parser!(u64).range(1..=40_000))]
    pub subscriber_max_age_days: u64,
    /// The only box in which positions are taken: west,south,east,north [default: the boundaries and 5 km around].
    #[arg(long, env = "TERRITORY", value_parser = parse_box, allow_hyphen_values = true)]
    pub territory: Option<BBox>,
    /// Hours east of Greenwich of the register's calendar days.
    #[arg(long, env = "UTC_OFFSET_HOURS", default_value_t = 7, value_parser = clap::value_parser!(i32).range(-12..=14), allow_hyphen_values = true)]
    pub utc_offset_hours: i32,
    /// Let submissions take effect only when the department approves them.
    #[arg(long, env = "SUBMISSIONS_NEED_APPROVAL", value_parser = BoolishValueParser::new())]
    pub submissions_need_approval: bool,
    /// Most rows of the file of a submission.
    #[arg(long, env = "SUBMISSION_MAX_ROWS", default_value_t = 1_000_000)]
    pub submission_max_rows: usize,
    /// Most seconds that the rows of a submission are worked on.
    #[arg(long, env = "SUBMISSION_MAX_S", default_value_t = 1_800, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub submission_max_s: u64,
}

fn parse_tolerance(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|metres| (0.0..=100_000.0).contains(metres))
        .ok_or_else(|| "must be 0 to 100000 metres".to_owned())
}

fn parse_box(text: &str) -> Result<BBox, String> {
    let numbers: Vec<f64> = text
        .split(',')
        .map_while(|part| part.trim().parse().ok())
        .collect();
    match numbers[..] {
        [west, south, east, north] => BBox::new(west, south, east, north),
        _ => None,
    }
    .ok_or_else(|| "must be west,south,east,north in degrees".to_owned())
}

impl Rules {
    /// The settings of the register.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let greenwich = FixedOffset::east_opt(0);
        let offset = FixedOffset::east_opt(self.utc_offset_hours * 3600).or(greenwich);
        Settings {
            boundary_tolerance_m: self.boundary_tolerance_m,
            subscriber_max_age_days: self.subscriber_max_age_days,
            territory: self.territory,
            department_name: self.department_name.clone(),
            submissions_need_approval: self.submissions_need_approval,
            submission_max_rows: self.submission_max_rows,
            submission_max_time: Duration::from_secs(self.submission_max_s),
            utc_offset: offset.unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc)),
        }
    }
}

/// How the service listens and whom it answers.
#[derive(Args, Clone)]
pub struct Serving {
    /// Address and port; port 0 takes a free one.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Let everybody read; without it reading needs a key.
    #[arg(long, env = "OPEN_READING", value_parser = BoolishValueParser::new())]
    pub open_reading: bool,
    /// Seed the register of the data folder with the generated province where it is empty, and let everybody read.
    #[arg(long, env = "DEMO", value_parser = BoolishValueParser::new())]
    pub demo: bool,
    /// Most bytes of an ordinary request body.
    #[arg(long, env = "BODY_MAX_BYTES", default_value_t = 4_194_304)]
    pub body_max_bytes: usize,
    /// Most bytes of a file that is imported.
    #[arg(long, env = "IMPORT_MAX_BYTES", default_value_t = 134_217_728)]
    pub import_max_bytes: usize,
    /// Most bytes of the file of a submission.
    #[arg(long, env = "SUBMISSION_MAX_BYTES", default_value_t = 536_870_912)]
    pub submission_max_bytes: u64,
    /// Seconds that a request waits for its submission to be read, before it is told where to ask.
    #[arg(long, env = "SUBMISSION_WAIT_S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=600))]
    pub submission_wait_s: u64,
    /// Most bytes of answers that are kept in memory until the register changes.
    #[arg(long, env = "ANSWERS_MAX_BYTES", default_value_t = 25_165_824)]
    pub answers_max_bytes: usize,
    /// Threads that answer requests [default: one for each processor].
    #[arg(long, env = "WORKERS", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub workers: Option<u16>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become the help of serve")]
    pub webhooks: Webhooks,
}

/// How webhooks are delivered.
#[derive(Args, Clone, Debug)]
pub struct Webhooks {
    /// Let webhooks have http:// addresses, which anybody on the way can read.
    #[arg(long, env = "WEBHOOK_HTTP", value_parser = BoolishValueParser::new())]
    pub webhook_http: bool,
    /// Let webhooks reach loopback, link-local and private addresses: the network inside.
    #[arg(long, env = "WEBHOOK_PRIVATE_ADDRESSES", value_parser = BoolishValueParser::new())]
    pub webhook_private_addresses: bool,
    /// The `source` of events, by which a receiver tells registers apart: a URI or a part of one.
    #[arg(long, env = "WEBHOOK_SOURCE", default_value = "/api/v1/changes", value_parser = parse_source)]
    pub webhook_source: String,
}

fn parse_source(text: &str) -> Result<String, String> {
    let is_uri =
        (1..=500).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_uri
        .then(|| text.to_owned())
        .ok_or_else(|| "must be a URI reference without spaces, at most 500 characters".to_owned())
}

/// How the log is written.
#[derive(Args, Clone, Debug)]
pub struct Logging {
    /// Form of the log, which goes to standard error.
    #[arg(long, env = "LOG_FORMAT", default_value = "text", global = true)]
    pub log_format: LogFormat,
    /// What is logged: error, warn, info, debug, or a filter by module.
    #[arg(long, env = "LOG", default_value = "info", global = true)]
    pub log: String,
}

/// Forms of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object to a line.
    Json,
}
