//! Losses over terrain beside SPLAT!: `ELEVATION_DIR=… cargo bench --bench terrain`.
//!
//! The folder must have the tile N44W072.hgt (SRTM, 3″). One antenna on a hill, every cell of the lattice within a radius: the
//! service's sweep by P.1812 on one thread, and `splat -olditm` (Debian's package `splat`) over the same tile, less the time
//! that it takes to start, which is that of a radius of 1 km.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench says what it found and ends where it fails"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use telecom_inventory::coverage::elevation::Elevation;
use telecom_inventory::coverage::lattice::Lattice;
use telecom_inventory::coverage::propagation::Link;
use telecom_inventory::coverage::propagation::sweep::{Ground, Transmitter, over_terrain};
use telecom_inventory::geo::Position;

const LONGITUDE: f64 = -71.5;
const LATITUDE: f64 = 44.5;
const ROUNDS: u32 = 3;

/// The shortest of some runs.
fn best(mut run: impl FnMut()) -> Duration {
    let once = |_| {
        let started = Instant::now();
        run();
        started.elapsed()
    };
    (0..ROUNDS).map(once).min().unwrap()
}

fn ours(elevation: &Elevation, radius_km: f64) -> Duration {
    let transmitter = Transmitter {
        position: Position::new(LONGITUDE, LATITUDE).unwrap(),
        link: Link {
            frequency_mhz: 942.5,
            transmitter_height_m: 30.0,
            receiver_height_m: 1.5,
        },
        radius_km,
    };
    best(|| {
        let [latitudes, longitudes] = transmitter.terrain_bounds_deg(Lattice::ARCSEC_3).unwrap();
        let terrain = elevation.terrain(latitudes, longitudes).unwrap();
        let field = over_terrain(
            &transmitter,
            Lattice::ARCSEC_3,
            &terrain,
            &Ground::default(),
        );
        std::hint::black_box(field.unwrap());
    })
}

/// Makes SPLAT's files in a folder; false where there is no SPLAT.
fn prepare(folder: &Path, tile: &Path) -> bool {
    std::fs::copy(tile, folder.join("N44W072.hgt")).unwrap();
    let made = Command::new("srtm2sdf")
        .arg("N44W072.hgt")
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // West is positive there.
    let site = format!("bench\n{LATITUDE}\n{}\n30 meters\n", -LONGITUDE);
    std::fs::write(folder.join("bench.qth"), site).unwrap();
    let model = "22.0\n0.003\n301.0\n942.5\n5\n1\n0.5\n0.5\n500\n";
    std::fs::write(folder.join("bench.lrp"), model).unwrap();
    made.is_ok_and(|status| status.success())
}

fn splat(folder: &Path, radius_km: f64) -> Duration {
    best(|| {
        let ran = Command::new("splat")
            .args(["-t", "bench.qth", "-L", "4.92", "-olditm", "-metric", "-R"])
            .arg(radius_km.to_string())
            .args(["-o", "map.ppm", "-d", "."])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(ran.unwrap().success(), "splat failed");
    })
}

fn main() {
    let Some(tiles) = std::env::var_os("ELEVATION_DIR") else {
        println!("ELEVATION_DIR says no folder of elevation tiles");
        return;
    };
    let elevation = Elevation::open(Path::new(&tiles)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let has_splat = prepare(folder.path(), &Path::new(&tiles).join("N44W072.hgt"));
    let start = has_splat.then(|| splat(folder.path(), 1.0));
    println!("| radius | sweep, s | splat less its start, s | ratio |\n|---:|---:|---:|---:|");
    for radius_km in [10.0, 20.0, 35.0] {
        let own = ours(&elevation, radius_km).as_secs_f64();
        let Some(start) = start else {
            println!("| {radius_km} km | {own:.3} | no splat here | |");
            continue;
        };
        let other = splat(folder.path(), radius_km)
            .saturating_sub(start)
            .as_secs_f64();
        println!(
            "| {radius_km} km | {own:.3} | {other:.2} | {:.1} |",
            other / own
        );
    }
}
