//! Boundaries laid on the lattice: the cells whose centres lie inside, as runs.
//!
//! Each row is cut by the level line through its centres (even-odd rule). A cell belongs to what lies west of its centre's
//! next line to the east; a centre right on a line is to the east of it, one level with a vertex is above it. So areas that
//! share a line share no cell of it and lose none: the line is computed the same for both.

use geo::{Coord, LinesIter, MultiPolygon};

use super::Refusal;
use super::lattice::Lattice;
use super::runs::{Builder, Run, Runs};

/// Places where the lines of a boundary may cross the rows, at most: 64 MB. All districts of a country of 700 together
/// have less than two million.
const MOST_CROSSINGS: usize = 8_000_000;

/// The cells whose centres a boundary holds, its holes left out.
///
/// # Errors
/// When its lines go to and fro over the rows so often that they would not fit into memory.
pub fn runs(lattice: Lattice, boundary: &MultiPolygon<f64>) -> Result<Runs, Refusal> {
    let sections: Vec<Section> = boundary
        .lines_iter()
        .filter_map(|line| Section::new(lattice, line.start, line.end))
        .collect();
    let crossings: usize = sections.iter().map(Section::len).sum();
    if crossings > MOST_CROSSINGS {
        return Err(Refusal {
            field: "boundary",
            rule: "must cross the rows of the lattice at most 8 million times",
        });
    }
    let mut crossings = Vec::with_capacity(crossings);
    for section in &sections {
        let rows = section.first_row..section.end_row;
        crossings.extend(rows.map(|row| (row, section.column(lattice, row))));
    }
    crossings.sort_unstable();
    Ok(between(&crossings))
}

/// From each odd crossing of a row to the next even one.
fn between(crossings: &[(u32, u32)]) -> Runs {
    let first_row = crossings.first().map_or(0, |(row, _)| *row);
    let mut builder = Builder::new(first_row);
    let mut next_row = first_row;
    for crossed in crossings.chunk_by(|(row, _), (next, _)| row == next) {
        let row = crossed.first().map_or(next_row, |(row, _)| *row);
        for _ in next_row..row {
            builder.push_row([]);
        }
        builder.push_row(crossed.chunks_exact(2).filter_map(|pair| match pair {
            [(_, start), (_, end)] => Some(Run {
                start: *start,
                end: *end,
            }),
            _ => None,
        }));
        next_row = row + 1;
    }
    builder.finish()
}

/// A line of a boundary and the rows whose centres it passes.
struct Section {
    low: Coord<f64>,
    high: Coord<f64>,
    first_row: u32,
    end_row: u32,
}

impl Section {
    fn new(lattice: Lattice, start: Coord<f64>, end: Coord<f64>) -> Option<Self> {
        // From south to north, whichever way the ring runs, so that both neighbours compute the same.
        let (low, high) = if start.y <= end.y {
            (start, end)
        } else {
            (end, start)
        };
        let (first_row, end_row) = (
            lattice.first_row_from(low.y),
            lattice.first_row_from(high.y),
        );
        (first_row < end_row).then_some(Self {
            low,
            high,
            first_row,
            end_row,
        })
    }

    fn len(&self) -> usize {
        (self.end_row - self.first_row) as usize
    }

    /// The first column whose centre is at or east of the line in a row.
    fn column(&self, lattice: Lattice, row: u32) -> u32 {
        lattice.first_column_from(self.longitude_deg(lattice.lat_deg(row)))
    }

    /// Where the line is at a latitude.
    fn longitude_deg(&self, lat_deg: f64) -> f64 {
        let share = (lat_deg - self.low.y) / (self.high.y - self.low.y);
        self.low.x + (self.high.x - self.low.x) * share
    }
}

#[cfg(test)]
mod tests {
    //! Boundaries against the question for each single centre.

    use std::f64::consts::TAU;

    use geo::{LineString, Polygon, polygon};
    use proptest::prelude::*;

    use super::*;
    use crate::geo::tests::{real, tessellation};

    const LATTICE: Lattice = Lattice::ARCSEC_3;

    /// Whether a centre is inside: an odd number of lines lies at or west of it (half-open at the vertices).
    fn is_inside(boundary: &MultiPolygon<f64>, lon_deg: f64, lat_deg: f64) -> bool {
        let crossed = boundary.lines_iter().filter(|line| {
            let (low, high) = if line.start.y <= line.end.y {
                (line.start, line.end)
            } else {
                (line.end, line.start)
            };
            low.y <= lat_deg
                && lat_deg < high.y
                && low.x + (high.x - low.x) * ((lat_deg - low.y) / (high.y - low.y)) <= lon_deg
        });
        crossed.count() % 2 == 1
    }

    fn star(radii: &[f64]) -> LineString<f64> {
        let turn = TAU / f64::from(u32::try_from(radii.len()).unwrap());
        let corners = (0..).zip(radii).map(|(i, radius)| {
            let (sine, cosine) = (turn * f64::from(i)).sin_cos();
            // Coarse digits, so that vertices fall on centres.
            let round = |degrees: f64| (degrees * 2400.0).round() / 2400.0;
            (round(103.0 + radius * cosine), round(22.0 + radius * sine))
        });
        corners.collect()
    }

    #[test]
    fn a_hole_is_left_out() {
        let square = polygon!(
            exterior: [(x: 103.0, y: 22.0), (x: 103.1, y: 22.0), (x: 103.1, y: 22.1), (x: 103.0, y: 22.1)],
            interiors: [[(x: 103.025, y: 22.05), (x: 103.05, y: 22.05), (x: 103.05, y: 22.075), (x: 103.025, y: 22.075)]],
        );
        let cells = runs(LATTICE, &square.into()).unwrap();
        assert_eq!(cells.cell_count(), 120 * 120 - 30 * 30);
    }

    #[test]
    fn a_boundary_of_nothing_holds_no_cell() {
        assert_eq!(
            runs(LATTICE, &MultiPolygon::new(vec![])),
            Ok(Runs::default())
        );
    }

    #[test]
    fn a_boundary_that_goes_to_and_fro_too_often_is_refused() {
        let zigzag: LineString<f64> = (0..2000)
            .map(|i| {
                (
                    100.0 + f64::from(i) * 1e-3,
                    if i % 2 == 0 { 10.0 } else { 20.0 },
                )
            })
            .collect();
        let refusal = runs(LATTICE, &Polygon::new(zigzag, vec![]).into()).unwrap_err();
        assert_eq!(refusal.field, "boundary");
    }

    #[test]
    fn areas_that_share_lines_share_no_cell_and_lose_none() {
        let shifts: Vec<(f64, f64)> = (0..25)
            .map(|i| (f64::from(i) * 0.013 % 0.3, f64::from(i) * 0.017 % 0.3))
            .collect();
        let areas = tessellation(4, &shifts);
        let sets: Vec<Runs> = areas
            .iter()
            .map(|area| runs(LATTICE, &area.boundary).unwrap())
            .collect();
        let rows = sets
            .iter()
            .map(Runs::row_range)
            .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
            .unwrap();
        let together = Runs::from_rows(
            rows.start,
            rows.map(|row| {
                sets.iter()
                    .flat_map(|it| it.row(row).to_vec())
                    .collect::<Vec<_>>()
            }),
        );
        let single: u64 = sets.iter().map(Runs::cell_count).sum();
        assert_eq!(together.cell_count(), single);
        assert!(
            together.rows().all(|(_, runs)| runs.len() == 1),
            "a cell inside is lost"
        );
    }

    #[test]
    fn the_province_has_the_cells_that_were_measured() {
        let Some(features) = real("laichau/laichau_province.geojson") else {
            return;
        };
        let cells = runs(LATTICE, &features[0].boundary).unwrap();
        let area_km2 = cells.area_m2(LATTICE) / 1e6;
        assert_eq!(cells.cell_count(), 1_144_983);
        assert!((area_km2 - 9_071.63).abs() < 0.005, "{area_km2}");
    }

    proptest! {
        #[test]
        fn a_cell_is_in_when_its_centre_is(
            radii in prop::collection::vec(0.002..0.02_f64, 3..12),
            hole in prop::option::of(prop::collection::vec(0.0..0.01_f64, 3..6)),
        ) {
            let polygon = Polygon::new(star(&radii), hole.iter().map(|radii| star(radii)).collect());
            let boundary = MultiPolygon::from(polygon);
            let cells = runs(LATTICE, &boundary).unwrap();
            let (row, column) = (LATTICE.row(22.0), LATTICE.column(103.0));
            for row in row - 30..row + 30 {
                for column in column - 30..column + 30 {
                    let inside = is_inside(&boundary, LATTICE.lon_deg(column), LATTICE.lat_deg(row));
                    prop_assert_eq!(cells.contains(row, column), inside);
                }
            }
        }
    }
}
