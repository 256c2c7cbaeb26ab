//! The benches with a stated target, in this process: `cargo bench --bench register`.
//!
//! Times are of the processor, not of the wall, so that whatever else runs on the machine does not count (Linux only).
//! They ask the register of `cargo bench --bench load`: 100,000 sites in 700 districts on SQLite.

#![expect(
    clippy::unwrap_used,
    reason = "a bench ends where it fails, and criterion makes functions without documentation"
)]

#[path = "support/country.rs"]
mod country;
#[path = "support/store.rs"]
#[expect(dead_code, reason = "the other bench uses the rest")]
mod store;

use std::hint::black_box;
use std::time::Duration;

use chrono::NaiveDate;
use country::Dice;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, criterion_group, criterion_main};
use telecom_inventory::api::views::site_views;
use telecom_inventory::db::site_list::{self, Filter, Sort};
use telecom_inventory::db::sites;
use telecom_inventory::domain::Level;
use telecom_inventory::geo::{Atlas, Position};
use telecom_inventory::register::summary::{self, Question};

/// Target: under 1 s on one core.
fn locate(criterion: &mut Criterion<Processor>) {
    let atlas = Atlas::new(country::shapes());
    let mut dice = Dice::new(1);
    let positions: Vec<Position> = (0..1_000_000)
        .map(|_| country::position(&mut dice))
        .collect();
    criterion.bench_function("locate 1,000,000 positions in 700 districts", |bencher| {
        bencher.iter(|| atlas.locate_many(black_box(&positions)));
    });
    criterion.bench_function("locate 1,000,000 positions one by one", |bencher| {
        bencher.iter(|| {
            positions
                .iter()
                .map(|it| atlas.locate(*it).len())
                .sum::<usize>()
        });
    });
    criterion.bench_function("index 700 districts", |bencher| {
        bencher.iter_with_large_drop(|| Atlas::new(country::shapes()));
    });
}

/// Target of the summary: under 100 ms, with nothing kept from one to the next.
fn answers(criterion: &mut Criterion<Processor>) {
    let register = store::ready();
    let day = NaiveDate::from_ymd_opt(2025, 6, 15).unwrap();
    let question = Question {
        as_of: day,
        known_at: None,
        operators: Vec::new(),
        technology: None,
        division_on: None,
    };
    let (db, settings) = (&register.db, &register.settings);
    let geography = db.read_here(|conn| register.geography(conn)).unwrap();
    criterion.bench_function("summary of all districts", |bencher| {
        let sum_up = |conn: &mut _| {
            summary::by_level(
                conn,
                &geography,
                settings,
                &question,
                Level::District,
                store::now(),
            )
        };
        bencher.iter(|| db.snapshot_here(sum_up).unwrap());
    });
    let filter = Filter {
        areas: vec![vec![geography.by_code("351", day).unwrap().id]],
        ..Filter::default()
    };
    let page = |conn: &mut _| site_list::page(conn, &filter, Sort::default(), None, 100);
    criterion.bench_function("page of 100 sites of a district", |bencher| {
        let view = |conn: &mut _| {
            let records = page(conn)?;
            site_views(conn, &register, &geography, records, day)
        };
        bencher.iter(|| db.snapshot_here(view).unwrap());
    });
    let id = db.read_here(page).unwrap().remove(0).site_id;
    criterion.bench_function("one site", |bencher| {
        let view = |conn: &mut _| {
            let record = sites::by_id(conn, &id, None)?;
            site_views(
                conn,
                &register,
                &geography,
                record.into_iter().collect(),
                day,
            )
        };
        bencher.iter(|| db.read_here(view).unwrap());
    });
}

/// The time that this thread had a processor.
struct Processor;

impl Processor {
    fn now() -> Duration {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
        Duration::from_nanos(nanoseconds.unwrap())
    }
}

impl Measurement for Processor {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        Self::now()
    }

    fn end(&self, start: Duration) -> Duration {
        Self::now().saturating_sub(start)
    }

    fn add(&self, first: &Duration, second: &Duration) -> Duration {
        *first + *second
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn measured() -> Criterion<Processor> {
    Criterion::default()
        .with_measurement(Processor)
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
}

criterion_group! {
    name = benches;
    config = measured();
    targets = locate, answers
}
criterion_main!(benches);
