//! Files of sites over HTTP beside the bare database: `cargo bench --bench submissions`.
//!
//! The service takes a file into a register of 700 districts: reads, judges, locates and records every row. Then the
//! database alone takes the rows that this left in its tables, into the same tables with the same indexes, in one
//! transaction: PostgreSQL by `COPY` from a file; SQLite from a program that has them in memory (Python's sqlite3, prepared
//! statements), and without any program by `INSERT … SELECT` from a table in memory, which is the least that is possible.
//! `BENCH_ONLY=word` runs only the lines that hold the word.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench says what it found and ends where it fails"
)]

#[path = "support/client.rs"]
#[expect(dead_code, reason = "the other bench uses the rest")]
mod client;
#[path = "support/country.rs"]
#[expect(dead_code, reason = "the other benches use the rest")]
mod country;
#[path = "support/files.rs"]
mod files;
#[path = "../tests/support/postgres.rs"]
#[expect(unused_imports, reason = "its own tests run elsewhere")]
mod postgres;
#[path = "support/server.rs"]
mod server;
#[path = "support/store.rs"]
#[expect(dead_code, reason = "the other benches use the rest")]
mod store;

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::Value;
use server::Server;
use telecom_inventory::domain::Role;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// What a submission of sites fills.
const TABLES: [&str; 3] = ["site_versions", "in_service", "changes"];
/// What those refer to.
const REFERRED: [&str; 5] = ["operators", "areas", "places", "place_areas", "submissions"];

/// A register of districts without sites, in a folder of its own.
struct Place {
    dir: tempfile::TempDir,
    url: String,
    key: String,
    _postgres: Option<postgres::Database>,
}

impl Place {
    fn new(on_postgres: Option<postgres::Database>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = on_postgres.as_ref().map_or_else(
            || dir.path().join("register.sqlite").display().to_string(),
            |database| database.url.clone(),
        );
        let register = store::open_url(&url);
        store::divide(&register);
        let key = store::key(&register, Role::Department);
        Self {
            dir,
            url,
            key,
            _postgres: on_postgres,
        }
    }

    fn serve(&self) -> Server {
        let arguments = [
            format!("--data-dir={}", self.dir.path().display()),
            format!("--database-url={}", self.url),
            "--submission-wait-s=600".to_owned(),
            "--submission-max-bytes=1000000000".to_owned(),
        ];
        Server::start(&arguments).0
    }
}

/// What came of a file.
struct Taken {
    time: Duration,
    processor_ms: f64,
    peak_mb: u64,
    answer: Value,
}

/// Hands a file in, and waits for what comes of it.
fn submit(place: &Place, server: &Server, media_type: &str, body: &[u8]) -> Taken {
    let before = server.processor();
    let started = Instant::now();
    let address = format!(
        "http://{}/api/v1/submissions?kind=sites&operator=north",
        server.address
    );
    let mut answer = ureq::post(&address)
        .header("authorization", format!("Bearer {}", place.key))
        .header("content-type", media_type)
        .send(body)
        .unwrap();
    let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    Taken {
        time: started.elapsed(),
        processor_ms: server.processor() - before,
        peak_mb: server.memory().1,
        answer,
    }
}

/// The time in which SQLite takes the rows of `from` from a plain program; nothing where there is no Python.
fn bare_program(from: &Place) -> Option<Duration> {
    let folder = tempfile::tempdir().unwrap();
    let ran = std::process::Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/submissions_bare.py"))
        .arg(&from.url)
        .arg(folder.path().join("bare.sqlite"))
        .output()
        .ok()?;
    let seconds = String::from_utf8(ran.stdout).ok()?.trim().parse().ok()?;
    Some(Duration::from_secs_f64(seconds))
}

/// The time in which SQLite takes the rows of `from` into an empty register, without a program.
#[expect(clippy::disallowed_methods, reason = "the bare database")]
fn bare_sqlite(from: &Place) -> Vec<Option<Duration>> {
    let by_program = bare_program(from);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bare.sqlite").display().to_string();
    drop(store::open(Path::new(&path)));
    let mut conn = SqliteConnection::establish(&path).unwrap();
    let attach = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -64000; \
         PRAGMA temp_store = MEMORY; ATTACH '{}' AS full;",
        from.url
    );
    conn.batch_execute(&attach).unwrap();
    for table in REFERRED {
        conn.batch_execute(&format!(
            "INSERT INTO main.{table} SELECT * FROM full.{table}"
        ))
        .unwrap();
    }
    for table in TABLES {
        conn.batch_execute(&format!(
            "CREATE TEMP TABLE t_{table} AS SELECT * FROM full.{table}"
        ))
        .unwrap();
    }
    let inserts: String = TABLES
        .map(|table| format!("INSERT INTO main.{table} SELECT * FROM t_{table};"))
        .concat();
    let started = Instant::now();
    conn.batch_execute(&format!("BEGIN IMMEDIATE; {inserts} COMMIT"))
        .unwrap();
    vec![by_program, Some(started.elapsed())]
}

/// The time in which PostgreSQL takes the rows of `from` into an empty register.
#[expect(clippy::disallowed_methods, reason = "the bare database")]
fn bare_postgres(from: &Place) -> Vec<Option<Duration>> {
    let bare = postgres::database().unwrap();
    drop(store::open_url(&bare.url));
    let folder = tempfile::tempdir().unwrap();
    // The server writes and reads the files, as another user.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let file = |table: &str| folder.path().join(table).display().to_string();
    let mut conn = PgConnection::establish(&from.url).unwrap();
    for table in REFERRED.into_iter().chain(TABLES) {
        conn.batch_execute(&format!("COPY {table} TO '{}'", file(table)))
            .unwrap();
    }
    let mut conn = PgConnection::establish(&bare.url).unwrap();
    let copy = |table: &str| format!("COPY {table} FROM '{}';", file(table));
    conn.batch_execute(&REFERRED.map(copy).concat()).unwrap();
    let started = Instant::now();
    conn.batch_execute(&format!("BEGIN; {} COMMIT", TABLES.map(copy).concat()))
        .unwrap();
    vec![Some(started.elapsed())]
}

/// One line of the table.
fn line(name: &str, rows: u32, taken: &Taken, bare: &[Option<Duration>]) {
    let rate = |time: Duration| f64::from(rows) / time.as_secs_f64();
    let shares = bare.iter().map(|bare| {
        bare.map_or_else(String::new, |bare| {
            let share = bare.as_secs_f64() / taken.time.as_secs_f64();
            format!("{:.0} ({share:.2})", rate(bare))
        })
    });
    println!(
        "| {name} | {:.1} | {:.0} | {} | {:.1} | {} | {} |",
        taken.time.as_secs_f64(),
        rate(taken.time),
        shares.collect::<Vec<_>>().join("; "),
        taken.processor_ms / 1e3,
        taken.peak_mb,
        taken.answer["counts"]
    );
}

/// Ways in which the bare database takes the rows of a register, and how long each took.
type Bare = fn(&Place) -> Vec<Option<Duration>>;

/// A file into a fresh register, and its line.
fn case(
    name: &str,
    on_postgres: bool,
    rows: u32,
    media_type: &str,
    body: &[u8],
    bare: Option<Bare>,
) {
    if !name.contains(&std::env::var("BENCH_ONLY").unwrap_or_default()) {
        return;
    }
    let database = on_postgres.then(postgres::database).flatten();
    if on_postgres && database.is_none() {
        return;
    }
    let place = Place::new(database);
    let server = place.serve();
    let taken = submit(&place, &server, media_type, body);
    drop(server);
    let bare = bare.map_or_else(Vec::new, |bare| bare(&place));
    line(name, rows, &taken, &bare);
}

fn main() {
    println!(
        "| file | s | rows/s | bare rows/s (service : bare) | processor s | peak MB | counts |"
    );
    println!("|---|---:|---:|---:|---:|---:|---|");
    let csv = files::csv(100_000, "bts");
    case(
        "CSV, SQLite",
        false,
        100_000,
        "text/csv",
        &csv,
        Some(bare_sqlite),
    );
    case(
        "CSV, PostgreSQL",
        true,
        100_000,
        "text/csv",
        &csv,
        Some(bare_postgres),
    );
    case(
        "XLSX, SQLite",
        false,
        100_000,
        XLSX,
        &files::xlsx(100_000),
        None,
    );
    let broken = files::csv(100_000, "tower");
    case(
        "CSV, every row refused",
        false,
        100_000,
        "text/csv",
        &broken,
        None,
    );
    let million = files::csv(1_000_000, "bts");
    case(
        "CSV, 1,000,000 rows, SQLite",
        false,
        1_000_000,
        "text/csv",
        &million,
        None,
    );
}
