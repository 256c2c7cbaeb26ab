//! Discs against geodesic distances, sectors that tile them, levels, bytes and keys.

use std::f64::consts::PI;

use geo::polygon;
use proptest::prelude::*;

use super::super::layer::Layer;
use super::super::runs::tests::any_runs;
use super::*;
use crate::geo::measure::distance_m;

const LATTICE: Lattice = Lattice::ARCSEC_3;
const DECLARED: (Model, u32) = (Model::DeclaredRadius, 1);

fn at(longitude: f64, latitude: f64) -> Position {
    Position::new(longitude, latitude).unwrap()
}

fn disc(position: Position, radius_m: f64) -> Runs {
    let footprint = Footprint::of_radius(LATTICE, position, radius_m, None, DECLARED);
    footprint.unwrap().level(SignalLevel::Covered).clone()
}

fn sector(position: Position, radius_m: f64, azimuth_deg: f64, beamwidth_deg: f64) -> Runs {
    let sector = Sector::new(Some(azimuth_deg), Some(beamwidth_deg)).unwrap();
    let footprint = Footprint::of_radius(LATTICE, position, radius_m, sector, DECLARED);
    footprint.unwrap().level(SignalLevel::Covered).clone()
}

fn centre(row: u32, column: u32) -> Position {
    at(LATTICE.lon_deg(column), LATTICE.lat_deg(row))
}

fn union_km2(sets: &[&Runs]) -> f64 {
    let window = sets
        .iter()
        .map(|runs| runs.window(LATTICE))
        .fold(Window::empty(LATTICE), Window::joined);
    Layer::of(window, sets.iter().copied())
        .to_runs()
        .area_m2(LATTICE)
        / 1e6
}

#[test]
fn both_ends_of_every_row_of_the_widest_disc_are_right() {
    for position in [
        at(103.123_456, 22.345_678),
        at(0.0, 0.0),
        at(-45.5, -69.7),
        at(20.0, 84.0),
    ] {
        let runs = disc(position, RADIUS_MAX_M);
        let inside = |row, column| distance_m(position, centre(row, column)) <= RADIUS_MAX_M;
        for (row, stretches) in runs.rows() {
            let [run] = stretches else {
                panic!("{stretches:?}")
            };
            assert!(inside(row, run.start) && inside(row, run.end - 1));
            assert!(!inside(row, run.start - 1) && !inside(row, run.end));
        }
        let rows = runs.row_range();
        let column = LATTICE.column(position.longitude);
        for column in column - 3..column + 3 {
            assert!(!inside(rows.start - 1, column) && !inside(rows.end, column));
        }
    }
}

#[test]
fn a_disc_runs_on_over_the_antimeridian_and_the_pole() {
    let runs = disc(at(179.99, -17.0), 5_000.0);
    let (_, middle) = runs.rows().nth(50).unwrap();
    assert!(matches!(middle, [east, west] if east.start == 0 && west.end == LATTICE.columns()));
    assert!((runs.area_m2(LATTICE) / (25e6 * PI) - 1.0).abs() < 1e-3);
    for latitude in [89.97, 90.0, -90.0] {
        let runs = disc(at(10.0, latitude), 5_000.0);
        // Whole rows, so only as right as a row is narrow.
        assert!((runs.area_m2(LATTICE) / (25e6 * PI) - 1.0).abs() < 0.03);
        let last = if latitude > 0.0 {
            LATTICE.rows() - 1
        } else {
            0
        };
        assert_eq!(
            runs.row(last),
            [Run {
                start: 0,
                end: LATTICE.columns()
            }]
        );
    }
}

#[test]
fn the_union_of_two_discs_has_the_area_of_the_formula() {
    let first = at(103.4, 22.3);
    for (apart_m, expected_km2) in [
        (0.0, 78.540),
        (3e3, 108.084),
        (5e3, 126.370),
        (9e3, 154.143),
        (10e3, 157.080),
    ] {
        // A degree of longitude here has 103,030 m.
        let degree_m = distance_m(at(103.0, 22.3), at(104.0, 22.3));
        let second = at(103.4 + apart_m / degree_m, 22.3);
        let found_km2 = union_km2(&[&disc(first, 5e3), &disc(second, 5e3)]);
        assert!(
            (found_km2 / expected_km2 - 1.0).abs() < 1e-3,
            "{apart_m}: {found_km2}"
        );
    }
}

#[test]
fn a_sector_has_its_share_of_the_disc() {
    for (azimuth_deg, beamwidth_deg) in [
        (0.0, 65.0),
        (90.0, 33.0),
        (359.5, 120.0),
        (200.0, 300.0),
        (10.0, 180.0),
    ] {
        let found_m2 = sector(at(103.4, 22.3), 10e3, azimuth_deg, beamwidth_deg).area_m2(LATTICE);
        let expected_m2 = PI * 10e3 * 10e3 * beamwidth_deg / 360.0;
        assert!(
            (found_m2 / expected_m2 - 1.0).abs() < 4e-3,
            "{azimuth_deg} {beamwidth_deg}: {found_m2}"
        );
    }
    assert_eq!(
        sector(at(103.4, 22.3), 10e3, 77.0, 360.0),
        disc(at(103.4, 22.3), 10e3)
    );
}

#[test]
fn a_sector_lies_where_it_points() {
    let position = at(103.4, 22.3);
    let runs = sector(position, 20e3, 90.0, 90.0);
    let holds = |position: Position| {
        runs.contains(
            LATTICE.row(position.latitude),
            LATTICE.column(position.longitude),
        )
    };
    assert!(holds(at(103.5, 22.3)) && holds(at(103.45, 22.33)) && holds(at(103.45, 22.27)));
    assert!(!holds(at(103.3, 22.3)) && !holds(at(103.4, 22.4)) && !holds(at(103.4, 22.2)));
}

#[test]
fn a_radius_or_a_sector_that_breaks_a_rule_is_refused_by_name() {
    let field = |radius_m| {
        Footprint::of_radius(LATTICE, at(103.0, 22.0), radius_m, None, DECLARED)
            .unwrap_err()
            .field
    };
    for radius_m in [0.0, -1.0, f64::NAN, f64::INFINITY, 120_000.1] {
        assert_eq!(field(radius_m), "radius_m");
    }
    let field = |azimuth, beamwidth| Sector::new(azimuth, beamwidth).unwrap_err().field;
    assert_eq!(field(None, Some(65.0)), "azimuth_deg");
    assert_eq!(field(Some(360.0), Some(65.0)), "azimuth_deg");
    assert_eq!(field(Some(f64::NAN), Some(65.0)), "azimuth_deg");
    assert_eq!(field(Some(0.0), None), "beamwidth_deg");
    assert_eq!(field(Some(0.0), Some(0.0)), "beamwidth_deg");
    assert_eq!(field(Some(0.0), Some(361.0)), "beamwidth_deg");
    assert_eq!(Sector::new(None, None), Ok(None));
}

#[test]
fn a_declared_area_is_covered_at_all_levels() {
    let area = polygon![(x: 103.0, y: 22.0), (x: 103.1, y: 22.0), (x: 103.1, y: 22.1), (x: 103.0, y: 22.1)];
    let footprint = Footprint::of_polygon(LATTICE, &area.into()).unwrap();
    assert_eq!(footprint.level(SignalLevel::Robust).cell_count(), 120 * 120);
    assert_eq!(
        footprint.level_at(at(103.05, 22.05)),
        Some(SignalLevel::Indoor)
    );
    assert_eq!(footprint.level_at(at(103.15, 22.05)), None);
    assert_eq!(footprint.origin().radius_m, None);
}

#[test]
fn levels_that_are_not_nested_and_thresholds_out_of_order_are_refused() {
    let (small, large) = (disc(at(103.0, 22.0), 1e3), disc(at(103.0, 22.0), 2e3));
    let origin = Origin::new(Model::ExtendedHata, 1, Some(2e3));
    let levels = [small.clone(), large.clone(), small.clone(), small.clone()];
    assert_eq!(
        Footprint::new(LATTICE, levels, origin).unwrap_err().field,
        "levels"
    );
    assert!(
        Footprint::new(
            LATTICE,
            [large.clone(), large, small.clone(), small],
            origin
        )
        .is_ok()
    );
    for levels_dbm in [
        [-90.0, -95.0, -80.0, -70.0],
        [f64::NAN, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, f64::INFINITY],
    ] {
        assert!(Thresholds::of_levels(levels_dbm).is_err());
    }
    let possible_dbm = Thresholds::of_levels([-101.0, -95.0, -89.0, -80.0])
        .unwrap()
        .dbm(SignalLevel::Possible);
    assert!((possible_dbm + 101.0).abs() < 1e-12);
}

#[test]
fn a_footprint_of_35_km_at_all_levels_is_small_in_the_database() {
    // Ragged like mountains: valleys that come and go.
    let around = disc(at(103.4, 22.3), 35e3).window(LATTICE);
    let power = |row: u32, column: u32| {
        let (x, y) = (f64::from(column) * 0.05, f64::from(row) * 0.05);
        (x.sin() + (1.3 * y).sin() + (0.37 * x + 2.1 * y).sin() * (0.11 * x).cos()) * 12.0 - 95.0
    };
    let thresholds = Thresholds::of_levels([-101.0, -95.0, -89.0, -80.0]).unwrap();
    let origin = Origin::new(Model::ItuRP1812, 1, Some(35e3));
    let footprint = Footprint::of_levels(&around, power, &thresholds, origin);
    let bytes = footprint.to_bytes();
    let run_counts = SignalLevel::ALL.map(|level| footprint.level(level).run_count());
    let run_count: usize = run_counts.iter().sum();
    assert!(run_count > 10_000, "{run_count}");
    assert!(bytes.len() < 25 * 1024, "{} of {run_count}", bytes.len());
    assert_eq!(Footprint::from_bytes(&bytes), Ok(footprint));
}

fn key(position: Position, frequency_mhz: f64, names: [&'static str; 2]) -> FootprintKey {
    let [first, second] = names;
    KeyBuilder::new(LATTICE, (Model::ItuRP1812, 1), position)
        .number("frequency_mhz", frequency_mhz)
        .and_then(|key| key.optional("azimuth_deg", None))
        .unwrap()
        .text(first, "a")
        .text(second, "b")
        .thresholds(&Thresholds::of_levels([-101.0, -95.0, -89.0, -80.0]).unwrap())
        .elevation_tile("N22E103", &[7; 32])
        .finish()
}

#[test]
fn a_key_is_that_of_its_ingredients_in_any_order() {
    let names = ["environment", "x"];
    let first = key(at(103.4, 22.3), 942.5, names);
    assert_eq!(first, key(at(103.400_000_4, 22.299_999_6), 942.5, names));
    assert_ne!(first, key(at(103.400_001, 22.3), 942.5, names));
    assert_ne!(first, key(at(103.4, 22.3), 942.500_000_1, names));
    assert_ne!(first, key(at(103.4, 22.3), 942.5, ["x", "environment"]));
    assert_eq!(first.to_string().len(), 64);
    let builder = || KeyBuilder::new(LATTICE, (Model::ItuRP1812, 1), at(103.4, 22.3));
    assert_eq!(
        builder().text("a", "1").text("b", "2").finish(),
        builder().text("b", "2").text("a", "1").finish()
    );
    assert_ne!(
        builder().text("a", "1b").finish(),
        builder().text("a1", "b").finish()
    );
    assert_ne!(
        builder().optional("a", None).unwrap().finish(),
        builder().finish()
    );
    assert_eq!(
        builder().number("tilt_deg", f64::NAN).unwrap_err().field,
        "tilt_deg"
    );
    assert_ne!(
        builder().clutter(&[1; 32]).finish(),
        builder().clutter(&[2; 32]).finish()
    );
}

/// Any footprint of a few cells, its levels nested by making unions.
pub(crate) fn any_footprint() -> impl Strategy<Value = Footprint> {
    (
        any_runs(),
        any_runs(),
        any_runs(),
        any::<bool>(),
        0..5_usize,
    )
        .prop_map(|(a, b, c, is_incomplete, model)| {
            let window = [&a, &b, &c]
                .iter()
                .map(|runs| runs.window(LATTICE))
                .fold(Window::empty(LATTICE), Window::joined);
            let possible = Layer::of(window.clone(), [&a, &b, &c]).to_runs();
            let covered = Layer::of(window, [&a, &b]).to_runs();
            let mut origin = Origin::new(Model::ALL[model], 3, is_incomplete.then_some(12.5));
            origin.is_elevation_incomplete = is_incomplete;
            Footprint::new(LATTICE, [possible, covered, a.clone(), a], origin).unwrap()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_disc_holds_the_cells_whose_centres_are_near_enough(
        longitude in -180.0..180.0_f64, latitude in -80.0..80.0_f64, radius_m in 20.0..1_500.0_f64,
    ) {
        let position = key::rounded(at(longitude, latitude));
        let runs = disc(position, radius_m);
        let row = LATTICE.row(position.latitude);
        let column = LATTICE.column(position.longitude);
        // A cell is at least 16 m wide here.
        let width = 100;
        for row in row - 18..row + 18 {
            for step in 0..2 * width {
                let column = (column + LATTICE.columns() + step - width) % LATTICE.columns();
                let inside = distance_m(position, centre(row, column)) <= radius_m;
                prop_assert_eq!(runs.contains(row, column), inside);
            }
        }
    }

    #[test]
    fn three_sectors_tile_the_disc(
        longitude in -180.0..180.0_f64, latitude in -80.0..80.0_f64, radius_m in 20.0..5_000.0_f64,
        azimuth_deg in prop_oneof![0.0..360.0_f64, (0..360_u32).prop_map(f64::from)], on_a_centre in any::<bool>(),
    ) {
        let mut position = at(longitude, latitude);
        if on_a_centre {
            position = centre(LATTICE.row(latitude), LATTICE.column(longitude));
        }
        let whole = disc(position, radius_m);
        let sectors = [0.0, 120.0, 240.0].map(|turn| sector(position, radius_m, (azimuth_deg + turn) % 360.0, 120.0));
        let cells: u64 = sectors.iter().map(Runs::cell_count).sum();
        prop_assert_eq!(cells, whole.cell_count());
        let window = whole.window(LATTICE);
        prop_assert_eq!(Layer::of(window, &sectors).to_runs(), whole);
    }
}

proptest! {
    #[test]
    fn levels_are_the_cells_at_or_above_their_thresholds(
        powers in prop::collection::vec(prop_oneof![Just(f32::NAN), -110.0..-80.0_f32, Just(-95.0_f32)], 60),
    ) {
        let window = Window { lattice: LATTICE, rows: 50..56, columns: 70..80 };
        let power = |row: u32, column: u32| powers[((row - 50) * 10 + column - 70) as usize];
        let thresholds = Thresholds::of_levels([-101.0, -95.0, -89.0, -80.0]).unwrap();
        let origin = Origin::new(Model::ItuRP1812, 1, Some(1.0));
        let footprint = Footprint::of_levels(&window, power, &thresholds, origin);
        for level in SignalLevel::ALL {
            for row in window.rows.clone() {
                for column in window.columns.clone() {
                    let expected = f64::from(power(row, column)) >= thresholds.dbm(level);
                    prop_assert_eq!(footprint.level(level).contains(row, column), expected);
                }
            }
        }
        let levels = SignalLevel::ALL.map(|level| footprint.level(level).clone());
        prop_assert_eq!(Footprint::new(LATTICE, levels, origin), Ok(footprint));
    }

    #[test]
    fn a_footprint_is_written_and_read_back(footprint in any_footprint()) {
        let bytes = footprint.to_bytes();
        prop_assert_eq!(Footprint::from_bytes(&bytes), Ok(footprint));
        for length in 0..bytes.len() {
            prop_assert!(Footprint::from_bytes(&bytes[..length]).is_err());
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        prop_assert!(Footprint::from_bytes(&longer).is_err());
    }

    #[test]
    fn a_changed_byte_is_noticed(footprint in any_footprint(), at in any::<prop::sample::Index>(), bit in 0..8) {
        let mut bytes = footprint.to_bytes();
        *at.get_mut(&mut bytes) ^= 1_u8 << bit;
        // The header of zlib has bits that say nothing about what follows.
        if let Ok(read) = Footprint::from_bytes(&bytes) {
            prop_assert_eq!(read, footprint);
        }
    }

    #[test]
    fn any_bytes_are_a_footprint_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(Footprint::from_bytes(&bytes).is_err());
        prop_assert!(Footprint::from_bytes(&bytes::compressed(&bytes)).is_err());
    }
}
