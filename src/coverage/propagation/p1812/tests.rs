//! P.1812-8 against the validation examples of its reference implementation, and against values worked out with it.

use std::{fs, path::PathBuf};

use super::*;
use crate::coverage::number::float;

/// A file below the folder of published data; nothing, with a printed line, when it is absent.
///
/// The folder is named by `TELECOM_INVENTORY_DATA` or stands beside the package as `../shared/data`.
pub(in crate::coverage) fn published(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TELECOM_INVENTORY_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(name);
    if !path.exists() {
        eprintln!("skipped: {name} is not present");
        return None;
    }
    Some(path)
}

fn close(actual: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{what}: {actual} is not {expected}"
    );
}

/// The value of a line of a log, told by its first words.
fn logged(log: &str, name: &str) -> f64 {
    let line = log.lines().find(|line| line.starts_with(name)).unwrap();
    line.split(',').nth(3).unwrap().trim().parse().unwrap()
}

/// The points of a file of a profile: distances, heights, clutter.
fn points(text: &str) -> [Vec<f64>; 3] {
    let mut lists = [const { Vec::new() }; 3];
    let rows = text
        .lines()
        .skip_while(|line| !line.starts_with("Number of Points"));
    for row in rows.skip(1).take_while(|row| !row.starts_with('{')) {
        let cells: Vec<&str> = row.split(',').collect();
        for (list, column) in lists.iter_mut().zip([0, 1, 3]) {
            list.push(cells[column].parse().unwrap());
        }
    }
    lists
}

#[test]
fn the_median_of_each_validation_example_is_met() {
    let Some(folder) = published("propagation/p1812-8") else {
        return;
    };
    let mut seen = 0;
    for entry in fs::read_dir(folder.join("validation_results")).unwrap() {
        let path = entry.unwrap().path();
        let log = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !log.lines().any(|line| line.starts_with("p (%),,,50,")) {
            continue;
        }
        let (base, _) = name.rsplit_once("_2_log").unwrap();
        let profile = fs::read_to_string(folder.join(format!("validation_profiles/{base}.csv")));
        check_example(name, &log, &points(&profile.unwrap()));
        seen += 1;
    }
    assert_eq!(seen, 19);
}

fn check_example(name: &str, log: &str, [distances_km, heights_m, clutter_m]: &[Vec<f64>; 3]) {
    let link = Link {
        frequency_mhz: logged(log, "f (GHz)") * 1000.0,
        transmitter_height_m: logged(log, "htg"),
        receiver_height_m: logged(log, "hrg"),
    };
    let surroundings = Surroundings {
        delta_n: logged(log, "DN"),
        sea_share: logged(log, "w,"),
        polarization: if logged(log, "pol") > 1.5 {
            Polarization::Vertical
        } else {
            Polarization::Horizontal
        },
    };
    let profile = Profile::new(distances_km, heights_m, clutter_m).unwrap();
    let loss = |surroundings| {
        let model = P1812::new(link, surroundings).unwrap();
        model.loss(&profile).unwrap()
    };
    let check = |value, expected: &str| {
        close(
            value,
            logged(log, expected),
            1e-6,
            &format!("{name} {expected}"),
        );
    };
    let median = loss(surroundings);
    check(median.free_space_db, "Lbfs");
    check(median.diffraction_db(), "Ld50");
    check(median.total_db(), "Lbd50");
    // The parts are logged for the air of another share of time, in which the Earth's radius is three times as long (7b).
    let parts = loss(Surroundings {
        delta_n: 157.0 * 2.0 / 3.0,
        ..surroundings
    });
    check(parts.bullington_db, "Lbulla");
    check(parts.bullington_smooth_db, "Lbulls");
    check(parts.spherical_earth_db, "Ldsph");
    check(parts.diffraction_db(), "Ldb");
}

fn total_db(link: Link, step_km: f64, heights_m: &[f64], clutter_m: f64) -> Loss {
    let distances_km: Vec<f64> = (0..heights_m.len()).map(|i| float(i) * step_km).collect();
    let clutter_m = vec![clutter_m; heights_m.len()];
    let profile = Profile::new(&distances_km, heights_m, &clutter_m).unwrap();
    P1812::new(link, Surroundings::default())
        .unwrap()
        .loss(&profile)
        .unwrap()
}

#[test]
fn made_up_profiles_have_the_expected_losses() {
    type Height = fn(f64) -> f64;
    let hill: Height = |d| 300.0 * (-(d - 5.0).powi(2)).exp();
    let two_hills: Height =
        |d| 250.0 * (-((d - 3.0) / 0.6).powi(2)).exp() + 200.0 * (-((d - 8.0) / 0.9).powi(2)).exp();
    let waves: Height = |d| 150.0 * (1.0 + (std::f64::consts::TAU * d / 5.0).sin());
    let slope: Height = |d| 100.0 + 50.0 * d + 30.0 * (3.0 * d).sin();
    let plain: Height = |_| 0.0;
    for (height_m, km, f, ht, clutter_m, free_space_db, loss_db) in [
        (plain, 10, 942.5, 30.0, 0.0, 111.8857, 127.4798),
        (plain, 10, 942.5, 30.0, 15.0, 111.8857, 152.8042),
        (hill, 10, 942.5, 30.0, 0.0, 111.8857, 158.1378),
        (hill, 10, 2140.0, 30.0, 0.0, 119.0083, 168.8474),
        (two_hills, 12, 942.5, 30.0, 0.0, 113.4693, 161.0156),
        (waves, 15, 1842.5, 40.0, 0.0, 121.2300, 173.4134),
        (slope, 8, 778.0, 30.0, 0.0, 108.2894, 142.3493),
    ] {
        let link = Link {
            frequency_mhz: f,
            transmitter_height_m: ht,
            receiver_height_m: 1.5,
        };
        let heights_m: Vec<f64> = (0..=km * 10)
            .map(|i| (height_m(f64::from(i) * 0.1) * 1000.0).round() / 1000.0)
            .collect();
        let loss = total_db(link, 0.1, &heights_m, clutter_m);
        close(loss.free_space_db, free_space_db, 6e-5, "free space");
        // The expected values are the complete method's, where troposcatter adds a little power over the horizon.
        let left_out_db = if clutter_m > 0.0 { 0.0655 } else { 0.0 };
        close(loss.total_db() - left_out_db, loss_db, 6e-5, "loss");
    }
}

const LINK: Link = Link {
    frequency_mhz: 942.5,
    transmitter_height_m: 30.0,
    receiver_height_m: 1.5,
};

#[test]
fn near_the_mast_there_is_only_free_space() {
    let loss = total_db(LINK, 0.1, &[0.0, 200.0, 0.0], 0.0);
    assert!(loss.diffraction_db() <= 0.0);
    let over_a_hill = total_db(LINK, 0.125, &[0.0, 200.0, 0.0], 0.0);
    assert!(over_a_hill.diffraction_db() > 30.0);
}

#[test]
fn what_is_out_of_range_is_refused_by_name() {
    let refused = |link, surroundings| P1812::new(link, surroundings).unwrap_err().field;
    let usual = Surroundings::default();
    let link = |frequency_mhz, transmitter_height_m| Link {
        frequency_mhz,
        transmitter_height_m,
        ..LINK
    };
    assert_eq!(refused(link(6001.0, 30.0), usual), "frequency_mhz");
    assert_eq!(
        refused(link(900.0, f64::NAN), usual),
        "transmitter_height_m"
    );
    let surroundings = Surroundings {
        delta_n: 157.0,
        ..usual
    };
    assert_eq!(refused(LINK, surroundings), "delta_n");
}

#[test]
fn lists_that_are_no_profile_are_refused() {
    let fault = |d: &[f64], h: &[f64]| Profile::new(d, h, &vec![0.0; h.len()]).unwrap_err();
    assert_eq!(fault(&[0.0, 1.0], &[0.0; 3]), ProfileFault::Lengths);
    assert_eq!(fault(&[0.0, 1.0], &[0.0; 2]), ProfileFault::TooShort);
    assert_eq!(
        fault(&[0.0, 1.0, 1.0], &[0.0; 3]),
        ProfileFault::NotGrowing(2)
    );
    assert_eq!(
        fault(&[0.1, 1.0, 2.0], &[0.0; 3]),
        ProfileFault::NotGrowing(0)
    );
    assert_eq!(
        fault(&[0.0, 1.0, 2.0], &[0.0, f64::NAN, 0.0]),
        ProfileFault::NotFinite(1)
    );
}
