//! Covered areas of the real districts and communes against the exact union of geodesic discs.

use std::f64::consts::TAU;

use geo::algorithm::bool_ops::unary_union;
use geo::algorithm::line_measures::{Destination, Geodesic};
use geo::{BooleanOps, LineString, MultiPolygon, Point, Polygon};

use super::super::footprint::Model;
use super::super::lattice::Lattice;
use super::super::runs::Runs;
use super::super::units;
use super::*;
use crate::geo::tests::{Real, real};
use crate::geo::{BBox, Position, measure};

const SITES: usize = 679;
const OPERATORS: usize = 4;
const RADII_M: [f64; 3] = [5_000.0, 3_000.0, 2_000.0];

/// Numbers that look random and are the same each time: splitmix64.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        f64::from(u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap()) / f64::from(u32::MAX)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }
}

struct Cell {
    operator: usize,
    technology: usize,
    position: Position,
    radius_m: f64,
}

/// The cells of 679 sites: each of one operator, with some of the technologies.
fn cells_in(bbox: BBox) -> Vec<Cell> {
    let mut dice = Dice(5);
    let mut cells = Vec::new();
    for site in 0..SITES {
        let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
        let longitude = round(dice.between(bbox.west, bbox.east));
        let latitude = round(dice.between(bbox.south, bbox.north));
        for (technology, radius_m) in RADII_M.into_iter().enumerate() {
            if dice.share() < 0.7 {
                cells.push(Cell {
                    operator: site % OPERATORS,
                    technology,
                    position: Position::new(longitude, latitude).unwrap(),
                    radius_m: radius_m * dice.between(0.7, 1.3),
                });
            }
        }
    }
    cells
}

/// A geodesic disc as a 360-gon with the disc's area.
fn disc(cell: &Cell) -> Polygon<f64> {
    let step = TAU / 360.0;
    let radius_m = cell.radius_m * (step / step.sin()).sqrt();
    let corner =
        |degree| Geodesic.destination(Point::from(cell.position), f64::from(degree), radius_m);
    Polygon::new((0..360).map(corner).collect::<LineString<f64>>(), vec![])
}

/// Percent of a unit that discs cover.
fn exact_percent(unit: &MultiPolygon<f64>, discs: &[(&Polygon<f64>, BBox)]) -> f64 {
    let bbox = BBox::of(unit).unwrap();
    let near = discs.iter().filter(|(_, around)| around.meets(bbox));
    let near: Vec<&Polygon<f64>> = near.map(|(disc, _)| *disc).collect();
    let covered = unary_union(near).intersection(unit);
    measure::area_km2(&covered) / measure::area_km2(unit) * 100.0
}

/// Asserts that no unit is off by more percentage points than allowed: from 70 km² on, and from 2 km² on.
fn check(units: &[Real], lattice: Lattice, [large, small]: [f64; 2]) {
    let boxes = units.iter().map(|unit| BBox::of(&unit.boundary).unwrap());
    let cells = cells_in(boxes.reduce(|a, b| a.joined(b)).unwrap());
    let footprints: Vec<Footprint> = cells
        .iter()
        .map(|it| {
            Footprint::of_radius(
                lattice,
                it.position,
                it.radius_m,
                None,
                (Model::DeclaredRadius, 1),
            )
            .unwrap()
        })
        .collect();
    let discs: Vec<(Polygon<f64>, BBox)> = cells
        .iter()
        .map(disc)
        .map(|disc| {
            let around = BBox::of(&disc.clone().into()).unwrap();
            (disc, around)
        })
        .collect();
    let runs: Vec<Runs> = units
        .iter()
        .map(|unit| units::runs(lattice, &unit.boundary).unwrap())
        .collect();
    let partition = Partition::new(lattice, &runs);
    let (mut worst, mut worst_small) = (0.0_f64, 0.0_f64);
    for technology in 0..RADII_M.len() {
        for operator in 0..OPERATORS {
            let is_meant = |cell: &Cell| (cell.operator, cell.technology) == (operator, technology);
            let meant: Vec<&Footprint> = cells
                .iter()
                .zip(&footprints)
                .filter(|(cell, _)| is_meant(cell))
                .map(|(_, it)| it)
                .collect();
            let discs: Vec<(&Polygon<f64>, BBox)> = cells
                .iter()
                .zip(&discs)
                .filter(|(cell, _)| is_meant(cell))
                .map(|(_, (disc, around))| (disc, *around))
                .collect();
            let found = union(&partition, SignalLevel::Covered, &meant).unwrap();
            for (unit, found) in units.iter().zip(found) {
                let area_km2 = measure::area_km2(&unit.boundary);
                if area_km2 < 2.0 {
                    continue;
                }
                let error =
                    (found.percent().unwrap() - exact_percent(&unit.boundary, &discs)).abs();
                let (limit, worst) = if area_km2 >= 70.0 {
                    (large, &mut worst)
                } else {
                    (small, &mut worst_small)
                };
                assert!(error < limit, "{}: {error} of {area_km2} km²", unit.code);
                *worst = worst.max(error);
            }
        }
    }
    eprintln!("{lattice:?}: worst error {worst:.3} points from 70 km², {worst_small:.3} below");
}

#[test]
fn covered_shares_of_real_districts_are_within_a_tenth_of_a_point() {
    if let Some(units) = real("laichau/laichau_districts.geojson") {
        check(&units, Lattice::ARCSEC_3, [0.1, 0.3]);
    }
}

/// Of 1,296 values a few are beyond a tenth of a point or three: of the smallest commune, 2.4 km², two cells of 3″ are
/// 0.7 points, which is what 1″ is for.
#[test]
fn covered_shares_of_real_communes_are_within_a_seventh_of_a_point_or_two_cells_when_small() {
    if let Some(units) = real("laichau/laichau_communes_2013.geojson") {
        check(&units, Lattice::ARCSEC_3, [0.15, 0.75]);
    }
}

#[test]
fn covered_shares_of_real_communes_are_within_a_tenth_of_a_point_or_three_at_1_arc_second() {
    if let Some(units) = real("laichau/laichau_communes_2013.geojson") {
        check(&units, Lattice::ARCSEC_1, [0.1, 0.3]);
    }
}
