//! What it costs to say what is covered of each district, beside shapely's unions of the same discs:
//! `cargo bench --bench coverage -- CASE FILE` writes districts and sites to a file that `benches/coverage_shapely.py` reads.
//! The cases are `small` (8 districts, 679 sites), `large` (700 districts, 100,000 sites, all footprints in memory) and
//! `streamed` (the same, each footprint laid on its layer and forgotten).
//!
//! Times are of the processor, of all threads (Linux only); each is the least of some batches.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench ends where it fails"
)]
#![expect(clippy::print_stdout, reason = "its answer")]

#[path = "support/country.rs"]
#[expect(dead_code, reason = "the other benches use the rest")]
mod country;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use country::Dice;
use serde_json::{Value, json};
use telecom_inventory::coverage::footprint::{Footprint, Model, SignalLevel};
use telecom_inventory::coverage::lattice::Lattice;
use telecom_inventory::coverage::layer::Layer;
use telecom_inventory::coverage::partition::Partition;
use telecom_inventory::coverage::runs::Runs;
use telecom_inventory::coverage::sums::{
    OperatorsCover, UnitCover, by_operators, of_layers, union,
};
use telecom_inventory::coverage::units;
use telecom_inventory::geo::{BBox, MultiPolygon, Position, geometry};

const LATTICE: Lattice = Lattice::ARCSEC_3;
const OPERATORS: usize = 4;
/// By technology, metres.
const RADII_M: [f64; 3] = [5_000.0, 3_000.0, 2_000.0];

/// Each figure is the least of so many.
const BATCHES: u32 = 3;

/// A site of an operator: its position, and the radius of its cell of each technology.
struct Site {
    operator: usize,
    position: Position,
    radii_m: [f64; 3],
}

/// Districts, sites and the sites' footprints.
struct Case {
    name: String,
    districts: Vec<MultiPolygon<f64>>,
    sites: Vec<Site>,
    footprints: Vec<[Footprint; 3]>,
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'));
    let name = arguments.next().unwrap_or_else(|| "small".to_owned());
    let (districts, sites) = match name.as_str() {
        "small" => (few(), 679),
        "large" | "streamed" => (country(), 100_000),
        _ => panic!("the cases are small, large and streamed"),
    };
    let mut case = Case::new(name, districts, sites);
    if let Some(path) = arguments.next() {
        std::fs::write(path, case.to_json().to_string()).unwrap();
    }
    if case.name == "streamed" {
        case.stream();
    } else {
        case.make_footprints();
        case.measure();
    }
    println!("{}: peak memory: {} MiB", case.name, peak_mib());
}

/// The eight real districts, where they are; otherwise eight of the made-up country.
fn few() -> Vec<MultiPolygon<f64>> {
    let folder = std::env::var_os("TELECOM_INVENTORY_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(folder.join("laichau/laichau_districts.geojson")) else {
        println!("the real districts are not present: eight made-up ones");
        return country().into_iter().take(8).collect();
    };
    let collection: Value = serde_json::from_str(&text).unwrap();
    let features = collection["features"].as_array().unwrap().iter();
    features
        .map(|feature| geometry::parse(&feature["geometry"]).unwrap())
        .collect()
}

fn country() -> Vec<MultiPolygon<f64>> {
    country::shapes()
        .into_iter()
        .map(|shape| shape.boundary)
        .collect()
}

impl Case {
    fn new(name: String, districts: Vec<MultiPolygon<f64>>, sites: usize) -> Self {
        let boxes = districts.iter().map(|it| BBox::of(it).unwrap());
        let bbox = boxes.reduce(|a, b| a.joined(b)).unwrap();
        let mut dice = Dice::new(11);
        let sites: Vec<Site> = (0..sites).map(|at| site(&mut dice, bbox, at)).collect();
        Self {
            name,
            districts,
            sites,
            footprints: Vec::new(),
        }
    }

    fn make_footprints(&mut self) {
        let start = processor();
        self.footprints = self.sites.iter().map(Site::footprints).collect();
        let spent = processor().saturating_sub(start);
        println!(
            "{}: {} footprints made in {spent:.1?}",
            self.name,
            3 * self.sites.len()
        );
    }

    /// Technology by technology: the footprints are made one after the other, laid on the operators' layers, and forgotten.
    fn stream(&self) {
        let districts = self.districts.iter();
        let runs: Vec<Runs> = districts
            .map(|it| units::runs(LATTICE, it).unwrap())
            .collect();
        let partition = Partition::new(LATTICE, &runs);
        for technology in 0..3 {
            let mut layers = vec![Layer::new(partition.window().clone()); OPERATORS];
            for site in &self.sites {
                let footprint = site.footprint(site.radii_m[technology]);
                layers[site.operator].cover(footprint.level(SignalLevel::Covered));
            }
            self.print(technology, &of_layers(&partition, &layers).unwrap());
        }
    }

    fn measure(&self) {
        let name = &self.name;
        let rounds = if self.sites.len() > 1_000 { 1 } else { 50 };
        let rasterised = || -> Vec<Runs> {
            let districts = self.districts.iter();
            districts
                .map(|it| units::runs(LATTICE, it).unwrap())
                .collect()
        };
        report(name, "rasterise the districts", rounds, rasterised);
        let runs = rasterised();
        report(name, "lay them side by side", rounds, || {
            Partition::new(LATTICE, &runs)
        });
        let partition = Partition::new(LATTICE, &runs);
        report(name, "3 technologies, any operator", rounds, || {
            [0, 1, 2].map(|technology| {
                let all: Vec<&Footprint> =
                    self.footprints.iter().map(|it| &it[technology]).collect();
                union(&partition, SignalLevel::Covered, &all).unwrap()
            })
        });
        report(
            name,
            "3 technologies x 4 operators, any, all, by number",
            rounds,
            || {
                [0, 1, 2].map(|technology| {
                    by_operators(
                        &partition,
                        SignalLevel::Covered,
                        &self.by_operator(technology),
                    )
                    .unwrap()
                })
            },
        );
        self.measure_one(&runs);
        self.print_sums(&partition);
    }

    /// One district alone, from the footprints that meet its window: the mean of all and the slowest.
    fn measure_one(&self, runs: &[Runs]) {
        let times = runs.iter().map(|district| {
            let partition = Partition::new(LATTICE, [district]);
            let footprints = self.footprints.iter().map(|it| &it[0]);
            let met: Vec<&Footprint> = footprints
                .filter(|it| it.window().meets(partition.window()))
                .collect();
            let wall = |_| {
                let start = Instant::now();
                black_box(union(&partition, SignalLevel::Covered, &met).unwrap());
                start.elapsed()
            };
            (0..20).map(wall).min().unwrap_or_default()
        });
        let times: Vec<Duration> = times.collect();
        let mean = times.iter().sum::<Duration>() / u32::try_from(times.len()).unwrap();
        let slowest = times.iter().max().unwrap();
        println!(
            "{}: one district rebuilt: mean {mean:.1?}, slowest {slowest:.1?} of wall time",
            self.name
        );
    }

    /// Covered km² of all districts, so that the other program can be seen to answer the same.
    fn print_sums(&self, partition: &Partition) {
        for technology in 0..3 {
            let found = by_operators(
                partition,
                SignalLevel::Covered,
                &self.by_operator(technology),
            )
            .unwrap();
            self.print(technology, &found);
        }
    }

    fn print(&self, technology: usize, found: &OperatorsCover) {
        let km2 = |units: &[UnitCover]| -> f64 {
            units.iter().map(|it| it.covered.area_m2() / 1e6).sum()
        };
        let each: Vec<String> = found
            .each
            .iter()
            .map(|it| format!("{:.1}", km2(it)))
            .collect();
        println!(
            "{}: technology {technology}: any {:.1} km², by operator {}",
            self.name,
            km2(&found.any()),
            each.join(" ")
        );
    }

    fn by_operator(&self, technology: usize) -> Vec<Vec<&Footprint>> {
        let of = |operator| {
            let pairs = self.sites.iter().zip(&self.footprints);
            let own = pairs.filter(|(site, _)| site.operator == operator);
            own.map(|(_, footprints)| &footprints[technology]).collect()
        };
        (0..OPERATORS).map(of).collect()
    }

    /// Districts and sites, for the other program.
    fn to_json(&self) -> Value {
        let districts: Vec<Value> = self.districts.iter().map(geometry::to_geojson).collect();
        let site = |site: &Site| {
            let Position {
                longitude,
                latitude,
            } = site.position;
            json!({"operator": site.operator, "longitude": longitude, "latitude": latitude, "radii_m": site.radii_m})
        };
        let sites: Vec<Value> = self.sites.iter().map(site).collect();
        json!({"name": self.name, "districts": districts, "sites": sites})
    }
}

fn site(dice: &mut Dice, bbox: BBox, at: usize) -> Site {
    let mut between = |low: f64, high: f64| {
        let degrees = low + (high - low) * dice.share();
        (degrees * 1e6).round() / 1e6
    };
    Site {
        operator: at % OPERATORS,
        position: Position::new(
            between(bbox.west, bbox.east),
            between(bbox.south, bbox.north),
        )
        .unwrap(),
        radii_m: RADII_M.map(|radius_m| radius_m * between(0.7, 1.3)),
    }
}

impl Site {
    fn footprints(&self) -> [Footprint; 3] {
        self.radii_m.map(|radius_m| self.footprint(radius_m))
    }

    fn footprint(&self, radius_m: f64) -> Footprint {
        let model = (Model::DeclaredRadius, 1);
        Footprint::of_radius(LATTICE, self.position, radius_m, None, model).unwrap()
    }
}

fn report<T>(case: &str, what: &str, rounds: u32, job: impl Fn() -> T) {
    let start = Instant::now();
    let least = least(rounds, &job);
    let wall = start.elapsed() / (BATCHES * rounds);
    println!("{case}: {what}: {least:.1?} of the processor (mean wall time {wall:.1?})");
}

/// The least over some batches of the mean of so many rounds: the kernel books a thread's time only every few milliseconds.
fn least<T>(rounds: u32, job: impl Fn() -> T) -> Duration {
    let times = (0..BATCHES).map(|_| {
        let start = processor();
        for _ in 0..rounds {
            black_box(job());
        }
        processor().saturating_sub(start) / rounds
    });
    times.min().unwrap_or_default()
}

/// The time that the threads of this process had a processor.
fn processor() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let times = threads.map(|thread| {
        let text = std::fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
        let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
        Duration::from_nanos(nanoseconds.unwrap())
    });
    times.sum()
}

/// The most memory that this process has had, MiB.
fn peak_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}
