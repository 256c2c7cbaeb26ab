//! The rings of a boundary to each other, each of them simple already.

use geo::coordinate_position::CoordPos;
use geo::dimensions::Dimensions;
use geo::{
    BoundingRect, Intersects, LineString, MultiPolygon, Polygon, PreparedGeometry, Rect, Relate,
};

use super::super::Position;
use super::{Fault, FaultKind, rings_of};

/// Whether all coordinates are finite and on the Earth.
pub(super) fn are_positions(boundary: &MultiPolygon<f64>) -> bool {
    let mut coords = boundary
        .iter()
        .flat_map(rings_of)
        .flat_map(LineString::coords);
    coords.all(|coord| Position::new(coord.x, coord.y).is_some())
}

/// Holes outside their shells, rings along each other, parts over each other: the first of each pair.
pub(super) fn conflicts(boundary: &MultiPolygon<f64>) -> Vec<Fault> {
    let holed = boundary.iter().filter(|part| !part.interiors().is_empty());
    let mut found: Vec<Fault> = holed.flat_map(hole_conflicts).collect();
    for (part, other) in near_pairs(&boundary.0) {
        let matrix = part.relate(other);
        let overlap = matrix.get(CoordPos::Inside, CoordPos::Inside) == Dimensions::TwoDimensional;
        let is_bad = overlap || shares_line(&matrix);
        found.extend(fault(is_bad, FaultKind::OverlappingParts, other.exterior()));
    }
    found
}

fn hole_conflicts(part: &Polygon<f64>) -> Vec<Fault> {
    let solid = |ring: &LineString<f64>| Polygon::new(ring.clone(), vec![]);
    let shell = solid(part.exterior());
    let shell = PreparedGeometry::from(&shell);
    let holes: Vec<Polygon<f64>> = part.interiors().iter().map(solid).collect();
    let mut found = Vec::new();
    for hole in &holes {
        let matrix = shell.relate(hole);
        let ring = hole.exterior();
        found.extend(fault(
            !matrix.is_contains(),
            FaultKind::HoleOutsideShell,
            ring,
        ));
        let along = matrix.is_contains() && shares_line(&matrix);
        found.extend(fault(along, FaultKind::TouchingRings, ring));
    }
    for (hole, other) in near_pairs(&holes) {
        let matrix = hole.relate(other);
        let overlap = matrix.get(CoordPos::Inside, CoordPos::Inside) == Dimensions::TwoDimensional;
        let is_bad = overlap || shares_line(&matrix);
        found.extend(fault(is_bad, FaultKind::TouchingRings, other.exterior()));
    }
    found
}

fn shares_line(matrix: &geo::relate::IntersectionMatrix) -> bool {
    matrix.get(CoordPos::OnBoundary, CoordPos::OnBoundary) == Dimensions::OneDimensional
}

fn fault(is_bad: bool, kind: FaultKind, ring: &LineString<f64>) -> Option<Fault> {
    let position = ring.0.first().copied().filter(|_| is_bad)?.into();
    Some(Fault { kind, position })
}

/// Pairs of polygons whose boxes meet, found by a sweep from west to east.
fn near_pairs(polygons: &[Polygon<f64>]) -> Vec<(&Polygon<f64>, &Polygon<f64>)> {
    let boxed = polygons
        .iter()
        .filter_map(|part| Some((part.bounding_rect()?, part)));
    let mut boxed: Vec<(Rect<f64>, &Polygon<f64>)> = boxed.collect();
    boxed.sort_by(|(a, _), (b, _)| a.min().x.total_cmp(&b.min().x));
    let mut pairs = Vec::new();
    for (index, (rect, part)) in boxed.iter().enumerate() {
        let east = boxed.iter().skip(index + 1);
        let beside = east.take_while(|(other, _)| other.min().x <= rect.max().x);
        let near = beside.filter(|(other, _)| rect.intersects(other));
        pairs.extend(near.map(|(_, other)| (*part, *other)));
    }
    pairs
}
