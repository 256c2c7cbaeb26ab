//! Windows, the plane around a site, and levels from losses.

#![expect(clippy::float_cmp, reason = "these values are set, not computed")]

use proptest::prelude::*;

use super::*;
use crate::coverage::{
    lattice::Lattice,
    propagation::{
        Link,
        hata::Environment,
        link_budget::DEFAULT_VERTICAL_BEAMWIDTH_DEG,
        sweep::{Transmitter, without_terrain},
    },
};

fn position(longitude: f64, latitude: f64) -> Position {
    Position::new(longitude, latitude).unwrap()
}

fn disc() -> LossField {
    let transmitter = Transmitter {
        position: position(103.45, 22.4),
        link: Link {
            frequency_mhz: 942.5,
            transmitter_height_m: 30.0,
            receiver_height_m: 1.5,
        },
        radius_km: 6.0,
    };
    without_terrain(&transmitter, Lattice::ARCSEC_3, Environment::Suburban).unwrap()
}

#[test]
fn a_window_knows_its_cells_and_no_others() {
    let window = window_around(Lattice::ARCSEC_3, position(103.45, 22.4), 1.0).unwrap();
    for (expected, (row, column)) in cells(&window).enumerate() {
        assert_eq!(index_of(&window, row, column), Some(expected));
    }
    let (row, column) = (window.rows.start, window.columns.start);
    assert_eq!(index_of(&window, row - 1, column), None);
    assert_eq!(index_of(&window, row, column - 1), None);
    assert_eq!(index_of(&window, window.rows.end, column), None);
    assert_eq!(index_of(&window, row, window.columns.end), None);
    let [[south, north], [west, east]] = bounds_deg(&window, 0.0);
    assert!(south < 22.4 - 0.009 && 22.4 + 0.009 < north && north - south < 0.021);
    assert!(west < 103.45 - 0.0097 && 103.45 + 0.0097 < east && east - west < 0.022);
}

#[test]
fn levels_are_power_less_loss() {
    let losses = disc();
    let round = losses.levels(&Antenna::isotropic(), 57.0);
    for (&level_dbm, &loss_db) in round.level_dbm.iter().zip(&losses.loss_db) {
        if loss_db.is_finite() {
            assert!((f64::from(level_dbm) + f64::from(loss_db) - 57.0).abs() < 1e-4);
        } else {
            assert_eq!(level_dbm, NOT_COMPUTED_DBM);
        }
    }
    let (row, column) = (
        Lattice::ARCSEC_3.row(22.4),
        Lattice::ARCSEC_3.column(103.45),
    );
    assert!(round.level_at(row, column) > -30.0);
    assert_eq!(round.level_at(0, 0), NOT_COMPUTED_DBM);
    let computed = round.at_least(-500.0).filter(|&served| served).count();
    assert_eq!(
        computed,
        losses
            .loss_db
            .iter()
            .filter(|loss_db| loss_db.is_finite())
            .count()
    );
}

#[test]
fn a_sector_serves_its_side() {
    let losses = disc();
    let antenna = Antenna::isotropic().with_azimuth(90.0, 65.0).unwrap();
    let sector = losses.levels(&antenna, 57.0);
    let round = losses.levels(&Antenna::isotropic(), 57.0);
    let lattice = Lattice::ARCSEC_3;
    let lost_db = |latitude: f64, longitude: f64| {
        let (row, column) = (lattice.row(latitude), lattice.column(longitude));
        round.level_at(row, column) - sector.level_at(row, column)
    };
    assert!(lost_db(22.4, 103.49) < 0.01);
    assert!((lost_db(22.44, 103.45) - 23.0).abs() < 0.5);
    assert!((lost_db(22.4, 103.41) - 30.0).abs() < 1e-3);
}

#[test]
fn a_tilted_antenna_serves_the_near_rather_than_the_far() {
    let losses = disc();
    let tilted = Antenna::isotropic()
        .with_downtilt(8.0, DEFAULT_VERTICAL_BEAMWIDTH_DEG)
        .unwrap();
    let field = losses.levels(&tilted, 57.0);
    let round = losses.levels(&Antenna::isotropic(), 57.0);
    let lattice = Lattice::ARCSEC_3;
    let lost_db = |longitude: f64| {
        let (row, column) = (lattice.row(22.4), lattice.column(longitude));
        round.level_at(row, column) - field.level_at(row, column)
    };
    // 28.5 m down over 200 m is 8.1°; over 5 km it is 0.3°.
    assert!(lost_db(103.45 + 0.2 / 103.0) < 1.0);
    assert!((lost_db(103.45 + 5.0 / 103.0) - 7.1).abs() < 0.3);
}

proptest! {
    #[test]
    fn the_plane_is_there_and_back(
        latitude in -80.0..80.0,
        longitude in -170.0..170.0,
        east_m in -40_000.0..40_000.0,
        north_m in -40_000.0..40_000.0,
    ) {
        let plane = Plane::around(position(longitude, latitude));
        let [to_latitude, to_longitude] = plane.unproject([east_m, north_m]);
        let [east_back_m, north_back_m] = plane.project(to_latitude, to_longitude);
        prop_assert!((east_back_m - east_m).abs() < 0.1 && (north_back_m - north_m).abs() < 0.1);
        let from = plane.project(latitude, longitude);
        prop_assert_eq!(from, [0.0, 0.0]);
    }

    #[test]
    fn a_window_holds_its_circle(
        latitude in -80.0..80.0,
        longitude in -160.0..160.0,
        radius_km in 0.1..50.0,
        degrees in 0.0..360.0_f64,
    ) {
        let site = position(longitude, latitude);
        let window = window_around(Lattice::ARCSEC_3, site, radius_km).unwrap();
        let (east, north) = degrees.to_radians().sin_cos();
        let [latitude, longitude] = Plane::around(site)
            .unproject([east * radius_km * 1000.0, north * radius_km * 1000.0]);
        let lattice = window.lattice;
        prop_assert!(index_of(&window, lattice.row(latitude), lattice.column(longitude)).is_some());
    }
}
