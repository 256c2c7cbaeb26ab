//! Loads the service and, beside it, a bare actix-web server that answers the same bytes: `cargo bench --bench load`.
//!
//! The service runs twice: as it is, keeping answers until the register changes, and keeping none, so that every answer
//! is made anew. All three are processes of their own with the same number of workers; one client loads them in turns,
//! so that a noisy machine disturbs all alike and the ratio means something. The first run makes the register; `BENCH_ONLY=word` runs
//! only the lines of the table that hold the word.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench says what it found and ends where it fails"
)]

#[path = "support/bare.rs"]
mod bare;
#[path = "support/client.rs"]
mod client;
#[path = "support/country.rs"]
#[expect(dead_code, reason = "the other bench uses the rest")]
mod country;
#[path = "support/server.rs"]
mod server;
#[path = "support/store.rs"]
mod store;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use client::{Connection, Taken};
use country::Dice;
use serde_json::Value;
use server::Server;
use telecom_inventory::domain::Role;

/// Workers of both servers.
const WORKERS: usize = 2;
/// Connections of the client.
const CONNECTIONS: usize = 8;
/// One turn of one server.
const TURN: Duration = Duration::from_secs(1);
/// Turns of each server for each line of the table.
const TURNS: usize = 3;
/// The day that summaries ask about.
const DAY: &str = "as_of=2025-06-15";

/// Loads a server for one turn; the processor time that it took is added to `spent`.
fn turn(server: &Server, key: Option<&str>, paths: &[String], spent: &mut f64) -> Taken {
    let before = server.processor();
    let taken = client::load(server.address, key, paths, CONNECTIONS, TURN);
    *spent += server.processor() - before;
    taken
}

/// Starts the service on the register, keeping answers up to `kept_bytes`, or as many as it does by itself; the time is
/// that until it says that it is ready.
fn service(kept_bytes: Option<&str>) -> (Server, Duration) {
    let workers = format!("--workers={WORKERS}");
    let database = format!("--database-url={}", store::path().display());
    let mut arguments = vec!["--open-reading".to_owned(), workers, database];
    arguments.extend(kept_bytes.map(|bytes| format!("--answers-max-bytes={bytes}")));
    Server::start(&arguments)
}

/// Starts the bare server with the answers that the service gave.
fn bare(answers: &BTreeMap<String, Vec<u8>>) -> Server {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .env("BENCH_BARE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    for (path, body) in answers {
        for part in [path.as_bytes(), body] {
            input.write_all(&(part.len() as u64).to_le_bytes()).unwrap();
            input.write_all(part).unwrap();
        }
    }
    drop(input);
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().parse().unwrap();
    Server { process, address }
}

/// The lines of the table: what each is called, and the paths that it asks for.
fn lines(ids: &[String]) -> Vec<(&'static str, Vec<String>)> {
    let mut dice = Dice::new(9);
    let mut many = |path: &mut dyn FnMut(&mut Dice) -> String| -> Vec<String> {
        (0..100)
            .map(|_| format!("/api/v1/{}", path(&mut dice)))
            .collect()
    };
    let codes = country::codes();
    let district = |dice: &mut Dice| codes[dice.below(700) as usize].clone();
    let bbox = |dice: &mut Dice, degrees: f64| {
        let geo = country::position(dice);
        let (west, south) = (geo.longitude, geo.latitude);
        format!(
            "sites?bbox={west:.4},{south:.4},{:.4},{:.4}&limit=100",
            west + degrees,
            south + degrees
        )
    };
    let operator = |dice: &mut Dice| dice.of(&country::OPERATORS);
    vec![
        (
            "a site",
            ids.iter().map(|id| format!("/api/v1/sites/{id}")).collect(),
        ),
        (
            "a site, with a key",
            ids.iter().map(|id| format!("/api/v1/sites/{id}")).collect(),
        ),
        (
            "sites of a district",
            many(&mut |dice| format!("sites?district={}&limit=100", district(dice))),
        ),
        ("sites in 0.3° × 0.3°", many(&mut |dice| bbox(dice, 0.3))),
        ("sites in 3° × 3°", many(&mut |dice| bbox(dice, 3.0))),
        (
            "3G sites of an operator",
            many(&mut |dice| format!("sites?operator={}&technology=3g&limit=100", operator(dice))),
        ),
        (
            "stations of two operators",
            many(&mut |dice| {
                format!(
                    "sites?operator={},{}&kind=switching_station&limit=100",
                    operator(dice),
                    operator(dice)
                )
            }),
        ),
        (
            "5G sites of a district, by name",
            many(&mut |dice| {
                format!(
                    "sites?district={}&technology=5g&sort=name&limit=100",
                    district(dice)
                )
            }),
        ),
        (
            "sites after a cursor of changes",
            many(&mut |_| "sites?sort=-updated_at&limit=100".to_owned()),
        ),
        (
            "a common word",
            many(&mut |dice| format!("sites?q={}&limit=20", dice.of(&["muong", "nam+pa", "than"]))),
        ),
        (
            "a rare word",
            many(&mut |dice| format!("sites?q=s-{:06}&limit=20", dice.below(100_000))),
        ),
        (
            "summary of a district",
            many(&mut |dice| format!("districts/{}/summary?{DAY}", district(dice))),
        ),
        (
            "summary of all districts",
            vec![format!("/api/v1/summary?level=district&{DAY}")],
        ),
    ]
}

/// The ids of some sites from all over the register.
fn ids(service: &Server) -> Vec<String> {
    let mut connection = Connection::open(service.address, None).unwrap();
    let mut ids = Vec::new();
    for code in country::codes().iter().step_by(7) {
        let path = format!("/api/v1/sites?district={code}&limit=2");
        let page: Value = serde_json::from_slice(connection.get(&path).unwrap().1).unwrap();
        let items = page["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|site| site["id"].as_str().unwrap().to_owned()),
        );
    }
    ids
}

fn main() {
    if std::env::var_os("BENCH_BARE").is_some() {
        return bare::serve(WORKERS);
    }
    let register = store::ready();
    let key = store::key(&register, Role::Reader);
    drop(register);
    let (kept, start) = service(None);
    let (anew, _) = service(Some("0"));
    println!(
        "start-up {:.2} s, resident after it {} MB",
        start.as_secs_f64(),
        kept.memory().0
    );
    let only = std::env::var("BENCH_ONLY").unwrap_or_default();
    let mut lines = lines(&ids(&kept));
    lines.retain(|(name, _)| name.contains(&only));
    let mut answers = BTreeMap::new();
    let mut connection = Connection::open(kept.address, None).unwrap();
    for path in lines.iter().flat_map(|(_, paths)| paths) {
        let (status, body) = connection.get(path).unwrap();
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(body));
        answers.insert(path.clone(), body.to_vec());
    }
    let bare = bare(&answers);
    println!("{WORKERS} workers, {CONNECTIONS} connections, log at warn, answers not compressed\n");
    println!(
        "| asked | bytes | bare /s | kept /s | bare : kept | anew /s | bare : anew | p50, p99 ms: bare | kept | anew | processor ms: bare | kept | anew |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (name, paths) in &lines {
        let bytes: usize = paths
            .iter()
            .filter_map(|path| answers.get(path))
            .map(Vec::len)
            .sum();
        let key = name.contains("key").then_some(key.as_str());
        let mut taken = [&bare, &kept, &anew].map(|server| (server, Taken::default(), 0.0));
        for _ in 0..TURNS {
            for (server, taken, spent) in &mut taken {
                taken.add(turn(server, key, paths, spent));
            }
        }
        println!(
            "| {name} | {} | {} |",
            bytes / paths.len(),
            row(&mut taken).join(" | ")
        );
    }
    let whole = format!("/api/v1/summary?level=district&{DAY}");
    let mut alone = client::load(anew.address, None, &[whole], 1, TURN);
    println!(
        "\nsummary of all districts, one client, made anew: p50 {:.1} ms",
        alone.percentile(50)
    );
    for (name, server) in [("kept", &kept), ("anew", &anew)] {
        let (now, most) = server.memory();
        println!("{name}: resident after the load {now} MB, at most {most} MB");
    }
}

/// The figures of one line of the table, of the three servers beside one another.
fn row(taken: &mut [(&Server, Taken, f64); 3]) -> Vec<String> {
    let rates = [0, 1, 2].map(|i| taken[i].1.rate());
    let mut cells = vec![
        format!("{:.0}", rates[0]),
        format!("{:.0}", rates[1]),
        format!("{:.1}", rates[0] / rates[1]),
        format!("{:.0}", rates[2]),
        format!("{:.1}", rates[0] / rates[2]),
    ];
    for (_, taken, _) in &mut *taken {
        cells.push(format!(
            "{:.2}, {:.2}",
            taken.percentile(50),
            taken.percentile(99)
        ));
    }
    cells.extend(
        taken
            .iter()
            .map(|(_, taken, spent)| format!("{:.3}", spent / taken.count())),
    );
    cells
}
