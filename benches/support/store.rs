//! The register that the benches ask: made once, kept in the target folder, and used again by later runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset, Utc};
use serde_json::json;
use telecom_inventory::coverage::modelling::Rules;
use telecom_inventory::db::Db;
use telecom_inventory::domain::{Caller, Role};
use telecom_inventory::register::areas::ImportOptions;
use telecom_inventory::register::keys::NewKey;
use telecom_inventory::register::{Change, Coverage, Register, Settings};

use crate::country;

/// Sites of the register.
pub const SITES: usize = 100_000;
/// Raised when what is made changes.
const EDITION: u32 = 2;

/// The register's file.
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("register-{SITES}-{EDITION}.sqlite"))
}

/// The present instant of every bench.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 0).unwrap_or_default()
}

/// Opens a register.
pub fn open(path: &Path) -> Arc<Register> {
    open_url(&path.display().to_string())
}

/// Opens the register of a database.
pub fn open_url(url: &str) -> Arc<Register> {
    let db = Db::open(url, 4).unwrap();
    db.migrate().unwrap();
    let settings = Settings {
        boundary_tolerance_m: 200.0,
        subscriber_max_age_days: 550,
        territory: None,
        department_name: "Benches".to_owned(),
        submissions_need_approval: false,
        submission_max_rows: 1_000_000,
        submission_max_time: Duration::from_mins(30),
        utc_offset: FixedOffset::east_opt(7 * 3_600).unwrap(),
    };
    Arc::new(Register::new(
        db,
        settings,
        std::env::temp_dir(),
        Coverage::new(Rules::default(), None, 1 << 26),
    ))
}

/// The register of [`SITES`] sites in 700 districts, made where it is not there yet.
pub fn ready() -> Arc<Register> {
    let path = path();
    if !path.exists() {
        make(&path);
    }
    open(&path)
}

/// A key of a role.
pub fn key(register: &Register, role: Role) -> String {
    let new = NewKey {
        name: "bench".to_owned(),
        role,
        operator: None,
        expires_at: None,
    };
    let made = register
        .db
        .write_here(|conn| register.create_key(conn, &change(register), &new));
    made.unwrap().1
}

fn change(register: &Register) -> Change {
    register.change(Caller::CommandLine, now(), None)
}

/// Records the operators and the districts, and no site.
pub fn divide(register: &Register) {
    let change = change(register);
    let started = Instant::now();
    let operators = |conn: &mut _| {
        for code in country::OPERATORS {
            register.create_operator(conn, &change, &json!({"code": code, "name": code}))?;
        }
        Ok(())
    };
    register.db.write_here(operators).unwrap();
    let options = ImportOptions {
        area_tolerance_percent: 10.0,
        ..ImportOptions::default()
    };
    let areas = register
        .db
        .write_here(|conn| register.import_areas(conn, &change, country::incoming(), options))
        .unwrap();
    assert_eq!(areas.findings.len(), 0, "{:#?}", areas.findings.first());
    eprintln!(
        "imported {} districts in {:.1?}",
        areas.created,
        started.elapsed()
    );
}

fn make(path: &Path) {
    let unfinished = path.with_extension("unfinished");
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", unfinished.display()));
    }
    let register = open(&unfinished);
    divide(&register);
    let change = change(&register);
    let rows: Vec<_> = (0..SITES).map(|i| (i + 1, country::site(i))).collect();
    let started = Instant::now();
    let sites = register
        .db
        .write_here(|conn| register.import_sites(conn, &change, rows, &mut |_, _| ()))
        .unwrap();
    eprintln!(
        "imported {} sites in {:.1?}",
        sites.created,
        started.elapsed()
    );
    let counts: Vec<_> = (1..).zip(country::subscribers()).collect();
    let counts = register
        .db
        .write_here(|conn| register.import_subscribers(conn, &change, &counts))
        .unwrap();
    eprintln!("imported {} subscriber counts", counts.created);
    drop(register);
    std::fs::rename(&unfinished, path).unwrap();
}
