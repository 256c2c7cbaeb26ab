//! Every setting: its flag, its variable, its default, its help, on one spot each.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::FixedOffset;
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

use crate::coverage::elevation::Elevation;
use crate::coverage::modelling::Rules as ModelRules;
use crate::coverage::propagation::hata::Environment;
use crate::coverage::propagation::link_budget::ServiceThresholds;
use crate::coverage::propagation::p1812::{DELTA_N_DEFAULT, Surroundings};
use crate::error::{Error, Result};
use crate::geo::BBox;
use crate::register::Settings;
use crate::register::coverage::Coverage;

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
    #[command(flatten)]
    #[expect(
        missing_docs,
        reason = "a doc comment would become help of the commands"
    )]
    pub models: Models,
}

/// What coverage is computed with.
#[derive(Args, Clone, Debug)]
pub struct Models {
    /// Folder of elevation tiles: .hgt, .hgt.zip, .hgt.gz, .tif in degrees of WGS 84. Without it nothing is computed over terrain.
    #[arg(long, env = "ELEVATION_DIR")]
    pub elevation_dir: Option<PathBuf>,
    /// Height of trees and houses everywhere between antennas, in metres; 0 is optimistic, 15 a forest.
    #[arg(long, env = "CLUTTER_HEIGHT_M", default_value_t = 0.0, value_parser = parse_within::<0, 100>)]
    pub clutter_height_m: f64,
    /// What is around receivers where a formula is used: urban, suburban, open.
    #[arg(long, env = "ENVIRONMENT", default_value = "suburban", value_parser = parse_environment)]
    pub environment: Environment,
    /// Fall of the radio refractive index in the lowest km of the air, in N-units/km.
    #[arg(long, env = "DELTA_N", default_value_t = DELTA_N_DEFAULT, value_parser = parse_within::<0, 120>)]
    pub delta_n: f64,
    /// How far from an antenna terrain is looked at, in km; a technology's own end may be nearer.
    #[arg(long, env = "TERRAIN_RADIUS_MAX_KM", default_value_t = 35.0, value_parser = parse_within::<1, 100>)]
    pub terrain_radius_max_km: f64,
    /// Least levels of service outdoors of 2G, 3G, 4G and 5G, in dBm.
    #[arg(long, env = "THRESHOLDS_DBM", default_value = "-95,-99,-110,-110", value_parser = parse_thresholds, allow_hyphen_values = true)]
    pub thresholds_dbm: Thresholds,
    /// Who sets these levels.
    #[arg(long, env = "THRESHOLD_SOURCE", default_value = "TRAI 2024-11-22")]
    pub threshold_source: String,
    /// Most bytes of footprints that are kept in memory.
    #[arg(long, env = "FOOTPRINTS_MAX_BYTES", default_value_t = 67_108_864)]
    pub footprints_max_bytes: usize,
}

/// Least levels by technology, dBm.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds([f64; 4]);

impl Models {
    /// The coverage of a register.
    ///
    /// # Errors
    /// `Internal` when the folder of elevation tiles cannot be used.
    pub fn coverage(&self) -> Result<Coverage> {
        let [second_dbm, third_dbm, fourth_dbm, fifth_dbm] = self.thresholds_dbm.0;
        let rules = ModelRules {
            thresholds: ServiceThresholds {
                second_dbm,
                third_dbm,
                fourth_dbm,
                fifth_dbm,
                source: self.threshold_source.clone(),
            },
            environment: self.environment,
            clutter_height_m: self.clutter_height_m,
            surroundings: Surroundings {
                delta_n: self.delta_n,
                ..Surroundings::default()
            },
            terrain_radius_max_km: self.terrain_radius_max_km,
            ..ModelRules::default()
        };
        let elevation = self.elevation_dir.as_deref().map(Elevation::open);
        let elevation = elevation
            .transpose()
            .map_err(|fault| Error::internal(fault.to_string()))?;
        Ok(Coverage::new(rules, elevation, self.footprints_max_bytes))
    }
}

fn parse_within<const MIN: i32, const MAX: i32>(text: &str) -> std::result::Result<f64, String> {
    text.parse()
        .ok()
        .filter(|number| (f64::from(MIN)..=f64::from(MAX)).contains(number))
        .ok_or_else(|| format!("must be a number from {MIN} to {MAX}"))
}

fn parse_environment(text: &str) -> std::result::Result<Environment, String> {
    [Environment::Urban, Environment::Suburban, Environment::Open]
        .into_iter()
        .find(|environment| environment.as_str() == text)
        .ok_or_else(|| "must be urban, suburban or open".to_owned())
}

fn parse_thresholds(text: &str) -> std::result::Result<Thresholds, String> {
    let levels: Vec<f64> = text
        .split(',')
        .map_while(|part| part.trim().parse().ok())
        .filter(|dbm| (-150.0..=0.0).contains(dbm))
        .collect();
    <[f64; 4]>::try_from(levels)
        .map(Thresholds)
        .map_err(|_| "must be four levels from -150 to 0 dBm with commas between".to_owned())
}

fn parse_tolerance(text: &str) -> std::result::Result<f64, String> {
    text.parse()
        .ok()
        .filter(|metres| (0.0..=100_000.0).contains(metres))
        .ok_or_else(|| "must be 0 to 100000 metres".to_owned())
}

fn parse_box(text: &str) -> std::result::Result<BBox, String> {
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

fn parse_source(text: &str) -> std::result::Result<String, String> {
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
