//! Shapes that the geometry tests share (squares, tessellations, real boundaries where present), and tests of positions and boxes.

use std::path::PathBuf;

use chrono::NaiveDate;
use geo::{LineString, Polygon};
use serde_json::Value;

use super::*;

/// A boundary of one part without holes, closed when it is not.
pub(crate) fn shape(corners: &[(f64, f64)]) -> MultiPolygon<f64> {
    let ring = corners.iter().copied().collect::<LineString<f64>>();
    MultiPolygon::new(vec![Polygon::new(ring, vec![])])
}

/// A square with its lower left corner at (`west`, `south`) and sides of `side` degrees.
pub(crate) fn square(west: f64, south: f64, side: f64) -> MultiPolygon<f64> {
    shape(&[
        (west, south),
        (west + side, south),
        (west + side, south + side),
        (west, south + side),
    ])
}

/// The first of January of a year.
pub(crate) fn year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap()
}

/// A district valid from 2013 on.
pub(crate) fn area(id: i32, code: &str, boundary: MultiPolygon<f64>) -> AreaShape {
    AreaShape {
        id,
        layer: 1,
        code: code.to_owned(),
        valid_from: year(2013),
        valid_to: None,
        boundary,
    }
}

/// `n` × `n` areas that tile a lattice whose inner vertices are moved by `shifts`, each below 1.
pub(crate) fn tessellation(n: u32, shifts: &[(f64, f64)]) -> Vec<AreaShape> {
    let vertex = |column: u32, row: u32| {
        let inner = column > 0 && row > 0 && column < n && row < n;
        let turn = usize::try_from(row * n + column).unwrap();
        let (east, north) = if inner {
            shifts[turn % shifts.len()]
        } else {
            (0.0, 0.0)
        };
        let round = |value: f64| (value * 1e7).round() / 1e7;
        Coord {
            x: round(103.0 + 0.1 * (f64::from(column) + 0.4 * east)),
            y: round(22.0 + 0.1 * (f64::from(row) + 0.4 * north)),
        }
    };
    let cells = (0..n).flat_map(|row| (0..n).map(move |column| (column, row)));
    cells
        .map(|(column, row)| {
            let ring = LineString::new(vec![
                vertex(column, row),
                vertex(column + 1, row),
                vertex(column + 1, row + 1),
                vertex(column, row + 1),
                vertex(column, row),
            ]);
            let id = i32::try_from(row * n + column + 1).unwrap();
            let boundary = MultiPolygon::new(vec![Polygon::new(ring, vec![])]);
            area(id, &format!("{id:03}"), boundary)
        })
        .collect()
}

/// One feature of a file of real boundaries.
pub(crate) struct Real {
    pub(crate) code: String,
    pub(crate) properties: Value,
    pub(crate) boundary: MultiPolygon<f64>,
}

/// The features of a file below the folder of real data; nothing, with a printed line, when it is absent.
///
/// The folder is named by `TELECOM_INVENTORY_DATA` or stands beside the package as `../shared/data`.
pub(crate) fn real(file: &str) -> Option<Vec<Real>> {
    let folder = std::env::var_os("TELECOM_INVENTORY_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(folder.join(file)) else {
        eprintln!("skipped: {file} is not present");
        return None;
    };
    let collection: Value = serde_json::from_str(&text).unwrap();
    let features = collection["features"].as_array().unwrap();
    let read = features.iter().map(|feature| Real {
        code: feature["properties"]["gso_code"]
            .as_str()
            .unwrap()
            .to_owned(),
        properties: feature["properties"].clone(),
        boundary: geometry::parse(&feature["geometry"]).unwrap(),
    });
    Some(read.collect())
}

fn at(longitude: f64, latitude: f64) -> Position {
    Position::new(longitude, latitude).unwrap()
}

#[test]
fn a_position_off_the_earth_is_none() {
    for (longitude, latitude) in [
        (180.1, 0.0),
        (0.0, -90.1),
        (f64::NAN, 0.0),
        (0.0, f64::INFINITY),
    ] {
        assert_eq!(Position::new(longitude, latitude), None);
    }
}

#[test]
fn a_box_over_the_antimeridian_holds_both_sides() {
    let bbox = BBox::new(170.0, -20.0, -170.0, -10.0).unwrap();
    assert!(bbox.contains(at(180.0, -15.0)) && bbox.contains(at(-175.0, -10.0)));
    assert!(!bbox.contains(at(0.0, -15.0)));
    let (east, west) = bbox.halves();
    assert!(east.contains(at(175.0, -15.0)) && west.unwrap().contains(at(-175.0, -15.0)));
}

#[test]
fn an_expanded_box_loses_nothing_within_its_margin() {
    let centre = at(103.0, 22.0);
    let bbox = BBox::around(centre).expand_m(10_000.0);
    for (x, y) in [(bbox.west, 22.0), (bbox.east, 22.0), (103.0, bbox.north)] {
        let reach = measure::distance_m(centre, at(x, y));
        assert!((10_000.0..10_100.0).contains(&reach), "{reach}");
    }
}

#[test]
fn a_box_expanded_over_the_antimeridian_turns_round() {
    let bbox = BBox::around(at(179.99, 0.0)).expand_m(10_000.0);
    assert!(bbox.crosses_antimeridian() && bbox.contains(at(-179.95, 0.0)));
    let polar = BBox::around(at(0.0, 89.99)).expand_m(10_000.0);
    assert!(polar.contains(at(180.0, 89.99)));
}
