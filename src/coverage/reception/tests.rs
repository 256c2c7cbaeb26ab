//! Levels along single paths, against the fields of which footprints are made.

use super::*;
use crate::coverage::modelling::Rules;
use crate::domain::Technology;

fn cell(azimuth_deg: Option<f64>, frequency_mhz: Option<f64>) -> Cell {
    Cell {
        technology: Technology::Second,
        sector: 1,
        position: Position::new(103.5, 22.5).unwrap(),
        azimuth_deg,
        beamwidth_deg: azimuth_deg.map(|_| 65.0),
        downtilt_deg: None,
        frequency_mhz,
        eirp_dbm: Some(57.0),
        antenna_height_m: Some(30.0),
        declared_radius_m: None,
    }
}

fn level(cell: &Cell, (longitude, latitude): (f64, f64)) -> Option<f64> {
    let rules = Rules::default();
    let place = Position::new(longitude, latitude).unwrap();
    rules.level_dbm(cell, &rules.way(cell, None), place, None)
}

#[test]
fn without_terrain_the_formula_answers() {
    let round = cell(None, Some(900.0));
    let place = Position::new(103.5, 22.545).unwrap();
    let distance_km = measure::distance_m(round.position, place) / 1e3;
    let link = Link {
        frequency_mhz: 900.0,
        transmitter_height_m: 30.0,
        receiver_height_m: RECEIVER_HEIGHT_M,
    };
    let formula = ExtendedHata::new(link, Rules::default().environment).unwrap();
    let expected_dbm = 57.0 - formula.loss_db(distance_km).unwrap();
    let found_dbm = level(&round, (103.5, 22.545)).unwrap();
    assert!((found_dbm - expected_dbm).abs() < 1e-9, "{found_dbm}");
}

#[test]
fn a_sector_gives_less_behind_it() {
    let north = cell(Some(0.0), Some(900.0));
    let before = level(&north, (103.5, 22.53)).unwrap();
    let behind = level(&north, (103.5, 22.47)).unwrap();
    assert!((before - behind - 30.0).abs() < 0.01, "{before} {behind}");
}

#[test]
fn what_is_unknown_or_too_far_has_no_level() {
    assert_eq!(level(&cell(None, None), (103.5, 22.51)), None);
    assert_eq!(level(&cell(None, Some(900.0)), (103.5, 23.0)), None);
    assert_eq!(level(&cell(None, Some(900.0)), (-76.5, -22.5)), None);
    let at_the_mast = level(&cell(None, Some(900.0)), (103.5, 22.5)).unwrap();
    assert!(
        at_the_mast.is_finite() && at_the_mast < 57.0,
        "{at_the_mast}"
    );
}

#[test]
fn directions_are_clockwise_from_north_and_cross_the_antimeridian() {
    let at = |longitude, latitude| Position::new(longitude, latitude).unwrap();
    for (from, to, expected_deg) in [
        (at(103.5, 22.5), at(103.5, 22.6), 0.0),
        (at(103.5, 22.5), at(103.6, 22.5), 90.0),
        (at(179.95, 0.0), at(-179.95, 0.0), 90.0),
        (at(-179.95, 0.0), at(179.95, 0.0), -90.0),
    ] {
        let found_deg = azimuth_deg(from, to);
        assert!((found_deg - expected_deg).abs() < 0.1, "{found_deg}");
    }
}
