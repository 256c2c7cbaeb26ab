//! The inside, the edge and the outside of one boundary, answered without walking all of it.

use geo::kernels::{Kernel, RobustKernel};
use geo::{Coord, CoordsIter, Line, LinesIter, MultiPolygon, Orientation};

/// Edges of the boundary that begin in one slab, on average; smaller is faster and bigger.
const EDGES_PER_SLAB: usize = 4;

/// Most entries per edge, on average; it bounds the memory of zigzag boundaries.
const COPIES_PER_EDGE: usize = 8;

/// A boundary cut into horizontal slabs, each with the edges that pass through it.
///
/// Slab limits are taken from the vertices' own latitudes, so each slab meets few edges however
/// unevenly the vertices lie. An edge stands in each slab it passes.
#[derive(Debug)]
pub(super) struct Outline {
    /// Lower limits of all slabs but the first, ascending.
    limits: Vec<f64>,
    /// Where the edges of slab `i` begin in `edges`; one more entry than slabs.
    starts: Vec<usize>,
    /// The edges, slab after slab.
    edges: Vec<Line<f64>>,
}

impl Outline {
    /// Cuts a boundary into slabs.
    pub(super) fn new(boundary: &MultiPolygon<f64>) -> Self {
        let limits = limits(boundary);
        let mut slabs: Vec<Vec<Line<f64>>> = vec![Vec::new(); limits.len() + 1];
        for line in boundary.lines_iter() {
            let (first, last) = passed(&limits, line);
            if let Some(met) = slabs.get_mut(first..=last) {
                for edges in met {
                    edges.push(line);
                }
            }
        }
        let mut starts = vec![0];
        let mut edges = Vec::with_capacity(slabs.iter().map(Vec::len).sum());
        for slab in slabs {
            edges.extend(slab);
            starts.push(edges.len());
        }
        Self {
            limits,
            starts,
            edges,
        }
    }

    /// Whether a coordinate lies inside or on the edge: even-odd rule with exact predicates.
    pub(super) fn holds(&self, coord: Coord<f64>) -> bool {
        let mut inside = false;
        for line in self.edges_at(coord.y) {
            let (low, high) = if line.start.y <= line.end.y {
                (line.start, line.end)
            } else {
                (line.end, line.start)
            };
            if coord.y < low.y || coord.y > high.y || coord.x > low.x.max(high.x) {
                continue;
            }
            let crosses = coord.y < high.y;
            if coord.x < low.x.min(high.x) {
                inside ^= crosses;
                continue;
            }
            match RobustKernel::orient2d(low, high, coord) {
                Orientation::Collinear => return true,
                Orientation::CounterClockwise => inside ^= crosses,
                Orientation::Clockwise => {}
            }
        }
        inside
    }

    /// The edges that are looked at for a point of this height.
    pub(super) fn edges_at(&self, height: f64) -> &[Line<f64>] {
        let slab = slab(&self.limits, height);
        let range = self.starts.get(slab).zip(self.starts.get(slab + 1));
        range
            .and_then(|(&from, &to)| self.edges.get(from..to))
            .unwrap_or_default()
    }
}

/// Slab limits so many that slabs are short, yet so few that the edges are not copied without end.
fn limits(boundary: &MultiPolygon<f64>) -> Vec<f64> {
    let mut heights: Vec<f64> = boundary.coords_iter().map(|coord| coord.y).collect();
    let most = COPIES_PER_EDGE * heights.len();
    heights.sort_by(f64::total_cmp);
    heights.dedup();
    let mut limits: Vec<f64> = heights
        .into_iter()
        .skip(1)
        .step_by(EDGES_PER_SLAB)
        .collect();
    while limits.len() > 1 && copies(&limits, boundary) > most {
        limits = limits.into_iter().step_by(2).collect();
    }
    limits
}

/// How many entries the edges take in all slabs together.
fn copies(limits: &[f64], boundary: &MultiPolygon<f64>) -> usize {
    let spans = boundary.lines_iter().map(|line| passed(limits, line));
    spans.map(|(first, last)| last - first + 1).sum()
}

/// The first and the last slab that an edge passes.
fn passed(limits: &[f64], line: Line<f64>) -> (usize, usize) {
    let low = slab(limits, line.start.y.min(line.end.y));
    let high = slab(limits, line.start.y.max(line.end.y));
    (low, high)
}

/// The slab that holds a latitude.
fn slab(limits: &[f64], height: f64) -> usize {
    limits.partition_point(|limit| *limit <= height)
}

#[cfg(test)]
mod tests {
    use geo::{Intersects, Point, polygon};
    use proptest::prelude::*;

    use super::*;

    fn holed() -> MultiPolygon<f64> {
        let mut shell = polygon![
            (x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 3.0), (x: 2.0, y: 1.0), (x: 0.0, y: 4.0),
        ];
        let hole = polygon![(x: 0.5, y: 0.5), (x: 1.0, y: 0.5), (x: 1.0, y: 1.0), (x: 0.5, y: 1.0)];
        shell.interiors_push(hole.exterior().clone());
        let island = polygon![(x: 3.0, y: 3.0), (x: 5.0, y: 3.0), (x: 5.0, y: 5.0)];
        MultiPolygon::new(vec![shell, island])
    }

    #[test]
    fn an_empty_boundary_holds_nothing() {
        let outline = Outline::new(&MultiPolygon::new(vec![]));
        assert!(!outline.holds(Coord { x: 0.0, y: 0.0 }));
    }

    proptest! {
        /// A coarse lattice meets vertices and edges often.
        #[test]
        fn slabs_agree_with_the_plain_test(x in -2..24i32, y in -2..24i32) {
            let coord = Coord { x: f64::from(x) / 4.0, y: f64::from(y) / 4.0 };
            let plain = holed().intersects(&Point(coord));
            prop_assert_eq!(Outline::new(&holed()).holds(coord), plain);
        }
    }
}
