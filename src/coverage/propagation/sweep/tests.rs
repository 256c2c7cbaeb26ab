//! The sweep against the plain path over the same samples, and what its fields must be like.

#![expect(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "made-up heights are small, and the same losses are the same bits"
)]

use std::fs;

use proptest::prelude::*;

use super::*;
use crate::coverage::{
    elevation::Elevation,
    field::{NOT_COMPUTED_DB, Shortfalls, index_of},
    number::float,
    propagation::p1812::{Polarization, Profile, tests::published},
};

fn link(frequency_mhz: f64, transmitter_height_m: f64) -> Link {
    Link {
        frequency_mhz,
        transmitter_height_m,
        receiver_height_m: 1.5,
    }
}

/// The losses to each sample of a radial, by the ray and by the plain method.
fn both(
    model: &P1812,
    step_km: f64,
    clutter_m: f64,
    heights_m: &[f64],
) -> impl Iterator<Item = (usize, f64, f64)> {
    let kernel = Kernel::new(model, clutter_m, step_km, heights_m.len() - 1);
    let mut ray = Ray::new(&kernel);
    ray.start(heights_m.first().copied());
    let mut fast_db = Vec::new();
    for &height_m in &heights_m[1..] {
        ray.step(height_m);
        fast_db.push(ray.arrive().unwrap().loss_db);
    }
    let distances_km: Vec<f64> = (0..heights_m.len()).map(|i| float(i) * step_km).collect();
    let clutter: Vec<f64> = vec![clutter_m; heights_m.len()];
    (2..heights_m.len()).map(move |last| {
        let profile = Profile::new(
            &distances_km[..=last],
            &heights_m[..=last],
            &clutter[..=last],
        );
        let plain = model.loss(&profile.unwrap()).unwrap();
        (last, fast_db[last - 1], plain.total_db())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_ray_has_the_losses_of_the_plain_path(
        frequency_mhz in 30.0..6000.0,
        transmitter_height_m in 1.0..300.0,
        receiver_height_m in 1.0..50.0,
        step_km in 0.03..0.3,
        clutter_m in prop::sample::select(vec![0.0, 10.0, 20.0]),
        relief_m in prop::sample::select(vec![0.0, 1.0, 30.0, 300.0]),
        delta_n in 0.0..100.0,
        sea_share in prop::sample::select(vec![0.0, 0.4]),
        steps in prop::collection::vec(-1.0..1.0, 20..150),
    ) {
        let link = Link { frequency_mhz, transmitter_height_m, receiver_height_m };
        let surroundings = Surroundings { delta_n, sea_share, polarization: Polarization::Horizontal };
        let model = P1812::new(link, surroundings).unwrap();
        let heights_m: Vec<f64> = steps
            .iter()
            .scan(500.0, |height_m, step| {
                *height_m += step * relief_m;
                Some(*height_m)
            })
            .collect();
        for (sample, fast_db, plain_db) in both(&model, step_km, clutter_m, &heights_m) {
            prop_assert!((fast_db - plain_db).abs() < 1e-6, "{sample}: {fast_db} is not {plain_db}");
        }
    }
}

/// A folder with one tile of made-up heights, by degrees north and east of N22E103.
fn made_up(height_m: impl Fn(f64, f64) -> i16) -> (tempfile::TempDir, Elevation) {
    let folder = tempfile::TempDir::new().unwrap();
    let mut bytes = Vec::new();
    for row in 0..1201 {
        for column in 0..1201 {
            let height_m = height_m(f64::from(1200 - row) / 1200.0, f64::from(column) / 1200.0);
            bytes.extend(height_m.to_be_bytes());
        }
    }
    fs::write(folder.path().join("N22E103.hgt"), bytes).unwrap();
    let elevation = Elevation::open(folder.path()).unwrap();
    (folder, elevation)
}

fn swept(elevation: &Elevation, transmitter: &Transmitter, ground: &Ground) -> LossField {
    let lattice = Lattice::ARCSEC_3;
    let [latitudes, longitudes] = transmitter.terrain_bounds_deg(lattice).unwrap();
    let terrain = elevation.terrain(latitudes, longitudes).unwrap();
    over_terrain(transmitter, lattice, &terrain, ground).unwrap()
}

fn at(longitude: f64, latitude: f64, frequency_mhz: f64, radius_km: f64) -> Transmitter {
    Transmitter {
        position: Position::new(longitude, latitude).unwrap(),
        link: link(frequency_mhz, 30.0),
        radius_km,
    }
}

fn value(field: &LossField, latitude: f64, longitude: f64) -> f64 {
    let lattice = field.window.lattice;
    let (row, column) = (lattice.row(latitude), lattice.column(longitude));
    let index = index_of(&field.window, row, column);
    f64::from(field.loss_db[index.unwrap()])
}

#[test]
fn over_flat_ground_the_loss_is_that_of_the_plain_path() {
    let (_folder, elevation) = made_up(|_, _| 700);
    let transmitter = at(103.5, 22.5, 942.5, 12.0);
    let field = swept(&elevation, &transmitter, &Ground::default());
    assert_eq!(field.shortfalls, Shortfalls::default());
    // 127.4798 dB at 10 km over level ground; the nearest sample is at most half a step away.
    let north = value(&field, 22.5 + 10.0 / 110.74, 103.5);
    let east = value(&field, 22.5, 103.5 + 10.0 / 102.9);
    assert!(
        (north - 127.48).abs() < 0.4 && (east - 127.48).abs() < 0.4,
        "{north} {east}"
    );
    assert_eq!(field.loss_db[0], NOT_COMPUTED_DB);
    assert!(field.loss_db.iter().all(|loss_db| !loss_db.is_nan()));
    let computed = field.loss_db.iter().filter(|loss_db| loss_db.is_finite());
    let area_km2 = float(computed.count())
        * 1e-6
        * Lattice::ARCSEC_3.cell_area_m2(Lattice::ARCSEC_3.row(22.5));
    assert!(
        (area_km2 / (std::f64::consts::PI * 144.0) - 1.0).abs() < 0.005,
        "{area_km2}"
    );
}

#[test]
fn a_wall_shadows_what_is_behind_it() {
    let wall = |_, east: f64| {
        if (0.55..0.552).contains(&east) {
            900
        } else {
            600
        }
    };
    let (_folder, elevation) = made_up(wall);
    let transmitter = at(103.5, 22.5, 942.5, 10.0);
    let field = swept(&elevation, &transmitter, &Ground::default());
    let (east, west) = (value(&field, 22.5, 103.58), value(&field, 22.5, 103.42));
    assert!(east > west + 25.0, "{east} {west}");
    let index = |longitude| {
        let lattice = field.window.lattice;
        index_of(&field.window, lattice.row(22.5), lattice.column(longitude)).unwrap()
    };
    // The wave towards the shadow leaves over the wall: 270 m in 5.2 km.
    let up_deg = f64::from(field.departure_deg[index(103.58)]);
    assert!((up_deg - 2.95).abs() < 0.1, "{up_deg}");
    assert!(field.departure_deg[index(103.42)] < 0.0);
}

#[test]
fn where_tiles_end_the_formula_goes_on() {
    let (_folder, elevation) = made_up(|_, _| 700);
    let transmitter = at(103.95, 22.5, 942.5, 10.0);
    let field = swept(&elevation, &transmitter, &Ground::default());
    assert!(field.shortfalls.dem_incomplete() && !field.shortfalls.void_met());
    let formula = without_terrain(&transmitter, Lattice::ARCSEC_3, Environment::Suburban).unwrap();
    assert_eq!(value(&field, 22.5, 104.03), value(&formula, 22.5, 104.03));
    assert_ne!(value(&field, 22.5, 103.9), value(&formula, 22.5, 103.9));
    // Where the formula does not hold there is nothing.
    let field = swept(
        &elevation,
        &at(103.95, 22.5, 3500.0, 10.0),
        &Ground::default(),
    );
    assert!(field.shortfalls.dem_incomplete());
    assert_eq!(value(&field, 22.5, 104.03), f64::from(NOT_COMPUTED_DB));
    assert!(value(&field, 22.5, 103.9).is_finite());
    // No tile at all.
    let field = swept(&elevation, &at(105.5, 22.5, 942.5, 5.0), &Ground::default());
    let formula = without_terrain(
        &at(105.5, 22.5, 942.5, 5.0),
        Lattice::ARCSEC_3,
        Environment::Suburban,
    );
    assert_eq!(field.loss_db, formula.unwrap().loss_db);
}

#[test]
fn nodes_without_height_are_told() {
    let hole = |north: f64, east: f64| {
        let inside = (0.5399..0.5426).contains(&north) && (0.4999..0.5026).contains(&east);
        if inside { i16::MIN } else { 700 }
    };
    let (_folder, elevation) = made_up(hole);
    let field = swept(
        &elevation,
        &at(103.5, 22.5, 942.5, 10.0),
        &Ground::default(),
    );
    assert!(field.shortfalls.void_met() && !field.shortfalls.dem_incomplete());
    assert!(field.shortfalls.void_cells < 2000);
}

#[test]
fn a_field_without_terrain_has_the_losses_of_the_formula() {
    let transmitter = at(103.5, 22.5, 942.5, 6.0);
    let field = without_terrain(&transmitter, Lattice::ARCSEC_3, Environment::Suburban).unwrap();
    let model = ExtendedHata::new(transmitter.link, Environment::Suburban).unwrap();
    let radius_km = model.radius_km(140.0).unwrap();
    let cell_km2 = Lattice::ARCSEC_3.cell_area_m2(Lattice::ARCSEC_3.row(22.5)) * 1e-6;
    let within = field.loss_db.iter().filter(|&&loss_db| loss_db <= 140.0);
    let area_km2 = float(within.count()) * cell_km2;
    let disc_km2 = std::f64::consts::PI * radius_km * radius_km;
    assert!(
        (area_km2 / disc_km2 - 1.0).abs() < 0.002,
        "{area_km2} is not {disc_km2}"
    );
    let refused = |transmitter| {
        without_terrain(&transmitter, Lattice::ARCSEC_3, Environment::Open)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(at(103.5, 22.5, 3500.0, 5.0)).contains("frequency_mhz"));
    assert!(refused(at(103.5, 22.5, 900.0, 41.0)).contains("distance_km"));
    assert!(refused(at(103.5, 22.5, 900.0, 0.0)).contains("radius_km"));
    assert!(refused(at(179.99, 22.5, 900.0, 5.0)).contains("antimeridian"));
    assert!(refused(at(103.5, 84.99, 900.0, 5.0)).contains("85°"));
}

fn mountains() -> Option<Elevation> {
    let path = published("dem/N44W072.hgt")?;
    Some(Elevation::open(path.parent().unwrap()).unwrap())
}

#[test]
fn on_real_mountains_the_sweep_equals_the_plain_path() {
    let Some(elevation) = mountains() else {
        return;
    };
    for (frequency_mhz, clutter_m) in [(942.5, 0.0), (2140.0, 15.0)] {
        let model = P1812::new(link(frequency_mhz, 30.0), Surroundings::default()).unwrap();
        let terrain = elevation.terrain([44.1, 44.9], [-71.9, -71.1]).unwrap();
        let plane = Plane::around(Position::new(-71.5, 44.5).unwrap());
        for degrees in (0..360).step_by(15) {
            let (east, north) = f64::from(degrees).to_radians().sin_cos();
            let height_m = |sample: u32| {
                let distance_m = f64::from(sample) * 92.6;
                let [latitude, longitude] =
                    plane.unproject([east * distance_m, north * distance_m]);
                terrain.height(latitude, longitude).unwrap().height_m
            };
            let ground_m: Vec<f64> = (0..300).map(height_m).collect();
            for (sample, fast_db, plain_db) in both(&model, 0.0926, clutter_m, &ground_m) {
                assert!(
                    (fast_db - plain_db).abs() < 1e-6,
                    "{degrees}° {sample}: {fast_db} is not {plain_db}"
                );
            }
        }
    }
}

/// The loss of the complete method, in which troposcatter (44) adds a little power over the horizon (63), at 2140 MHz with
/// 325 N-units at sea level.
fn with_troposcatter_db(loss_db: f64, distances_km: &[f64], heights_m: &[f64]) -> f64 {
    let last = heights_m.len() - 1;
    let d = distances_km[last];
    let radius_km = 6371.0 * 157.0 / (157.0 - 45.0);
    let (ts, rs) = (heights_m[0] + 30.0, heights_m[last] + 1.5);
    let horizon = |end_m: f64, away_km: &dyn Fn(usize) -> f64| {
        let rise = |i: usize| {
            let at = away_km(i);
            (heights_m[i] - end_m) / at - 500.0 * at / radius_km
        };
        let steepest = (1..last).map(rise).fold(f64::NEG_INFINITY, f64::max);
        1000.0 * (steepest / 1000.0).atan()
    };
    let from_transmitter = horizon(ts, &|i| distances_km[i]);
    let from_receiver = horizon(rs, &|i| d - distances_km[i]);
    let angle_mrad = (1000.0 * d / radius_km + from_transmitter + from_receiver).max(0.0);
    let frequency_db = 25.0 * 2.14_f64.log10() - 2.5 * (2.14_f64 / 2.0).log10().powi(2);
    let scattered_db = 190.1 + frequency_db + 20.0 * d.log10() + 0.573 * angle_mrad - 0.15 * 325.0;
    -5.0 * (10.0_f64.powf(-0.2 * loss_db) + 10.0_f64.powf(-0.2 * scattered_db)).log10()
}

/// The place at a share of the great circle from one place to another: latitudes and longitudes, degrees.
fn between(from: [f64; 2], to: [f64; 2], share: f64) -> [f64; 2] {
    let vector = |[latitude, longitude]: [f64; 2]| {
        let (sine, cosine) = latitude.to_radians().sin_cos();
        let (east, north) = longitude.to_radians().sin_cos();
        [cosine * north, cosine * east, sine]
    };
    let (one, other) = (vector(from), vector(to));
    let cosine: f64 = one.iter().zip(other).map(|(a, b)| a * b).sum();
    let angle = cosine.acos();
    let [x, y, z] = [0, 1, 2].map(|axis| {
        one[axis] * ((1.0 - share) * angle).sin() + other[axis] * (share * angle).sin()
    });
    [z.atan2(x.hypot(y)).to_degrees(), y.atan2(x).to_degrees()]
}

/// Losses along paths over the real tile, worked out with the reference implementation.
#[test]
fn known_paths_over_real_mountains_have_their_losses() {
    let Some(elevation) = mountains() else {
        return;
    };
    let terrain = elevation.terrain([44.0, 45.0], [-72.0, -71.0]).unwrap();
    #[rustfmt::skip]
    let paths = [
        ([44.50543, -71.44142], [44.60869, -71.46694], 0.0, 130, 174.324),
        ([44.30811, -71.45094], [44.23382, -71.53644], 15.0, 120, 170.658),
        ([44.2713, -71.67151], [44.26085, -71.55859], 15.0, 102, 172.299),
        ([44.3901, -71.25282], [44.3856, -71.23295], 15.0, 19, 138.134),
        ([44.45703, -71.14913], [44.39263, -71.23728], 0.0, 112, 164.770),
    ];
    for (from, to, clutter_m, steps, expected_db) in paths {
        let plane = Plane::around(Position::new(from[1], from[0]).unwrap());
        let [east_m, north_m] = plane.project(to[0], to[1]);
        let length_km = east_m.hypot(north_m) / 1000.0;
        let share = |i: u32| f64::from(i) / f64::from(steps);
        let heights_m: Vec<f64> = (0..=steps)
            .map(|i| {
                let [latitude, longitude] = between(from, to, share(i));
                terrain.height(latitude, longitude).unwrap().height_m
            })
            .collect();
        let distances_km: Vec<f64> = (0..=steps).map(|i| share(i) * length_km).collect();
        let clutter = vec![clutter_m; heights_m.len()];
        let profile = Profile::new(&distances_km, &heights_m, &clutter).unwrap();
        let model = P1812::new(link(2140.0, 30.0), Surroundings::default()).unwrap();
        let loss_db = model.loss(&profile).unwrap().total_db();
        let complete_db = with_troposcatter_db(loss_db, &distances_km, &heights_m);
        assert!(
            (complete_db - expected_db).abs() < 6e-4,
            "{complete_db} is not {expected_db}"
        );
    }
}

#[test]
fn the_same_question_has_the_same_answer_bit_for_bit() {
    let (_folder, elevation) =
        made_up(|north, east| (600.0 + 400.0 * (north * 40.0).sin() * (east * 55.0).cos()) as i16);
    let transmitter = at(103.5, 22.5, 942.5, 8.0);
    let field = swept(&elevation, &transmitter, &Ground::default());
    assert_eq!(field, swept(&elevation, &transmitter, &Ground::default()));
}
