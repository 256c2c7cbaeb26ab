//! Cells that no border passes, each with its areas, so that most positions are located by one look-up.

use geo::Line;

use super::super::{BBox, Position};

/// Most columns and rows; 1,024² cells take 8 MB.
const MOST_STEPS: usize = 1024;

/// Cells per edge of all boundaries together, on average.
const CELLS_PER_EDGE: usize = 4;

/// Degrees by which an edge is taken longer; its rounding errors are below 1e-12.
const NUDGE_DEG: f64 = 1e-9;

/// A regular grid over everything.
#[derive(Debug)]
pub(super) struct Grid {
    bbox: BBox,
    /// Western limits of all columns but the first.
    columns: Vec<f64>,
    /// Southern limits of all rows but the first.
    rows: Vec<f64>,
    /// Row after row, the place in `sets`; nothing where a border passes.
    cells: Vec<Option<u32>>,
    /// Lists of areas, as `areas_at` gave them.
    sets: Vec<Vec<usize>>,
}

impl Grid {
    /// Lays a grid over a box. `areas_at` answers for single positions, and once per run of cells.
    pub(super) fn new(
        bbox: BBox,
        edges: &[Line<f64>],
        areas_at: impl Fn(Position) -> Vec<usize>,
    ) -> Self {
        let steps = (CELLS_PER_EDGE * edges.len()).isqrt().clamp(1, MOST_STEPS);
        let mut grid = Self {
            bbox,
            columns: limits(bbox.west, bbox.east, steps),
            rows: limits(bbox.south, bbox.north, steps),
            cells: Vec::new(),
            sets: Vec::new(),
        };
        let mut passed = vec![false; steps * steps];
        for edge in edges {
            grid.mark(*edge, &mut passed);
        }
        grid.settle(&passed, areas_at);
        grid
    }

    /// The areas at a position, when its cell has no border; none outside the grid.
    pub(super) fn areas_at(&self, position: Position) -> Option<&[usize]> {
        if !self.bbox.contains(position) {
            return Some(&[]);
        }
        let row = step(&self.rows, position.latitude);
        let cell = row * (self.columns.len() + 1) + step(&self.columns, position.longitude);
        let set = usize::try_from((*self.cells.get(cell)?)?).ok()?;
        self.sets.get(set).map(Vec::as_slice)
    }

    /// Marks the cells that an edge passes, row by row.
    fn mark(&self, edge: Line<f64>, passed: &mut [bool]) {
        let width = self.columns.len() + 1;
        let (low, high) = if edge.start.y <= edge.end.y {
            (edge.start, edge.end)
        } else {
            (edge.end, edge.start)
        };
        let slope = (high.x - low.x) / (high.y - low.y);
        let crossing = |limit: &f64| {
            let x = low.x + slope * (limit - low.y);
            x.clamp(low.x.min(high.x), low.x.max(high.x))
        };
        for row in step(&self.rows, low.y)..=step(&self.rows, high.y) {
            // Where the edge comes into the row and leaves it; a level edge crosses no limit.
            let south = row.checked_sub(1).and_then(|below| self.rows.get(below));
            let enter = south
                .filter(|south| **south > low.y)
                .map_or(low.x, crossing);
            let north = self.rows.get(row).filter(|north| **north < high.y);
            let leave = north.map_or(high.x, crossing);
            let first = step(&self.columns, enter.min(leave) - NUDGE_DEG);
            let last = step(&self.columns, enter.max(leave) + NUDGE_DEG);
            if let Some(cells) = passed.get_mut(row * width + first..=row * width + last) {
                cells.fill(true);
            }
        }
    }

    /// Cells side by side with no border between them hold the same areas: one question per run.
    fn settle(&mut self, passed: &[bool], areas_at: impl Fn(Position) -> Vec<usize>) {
        let width = self.columns.len() + 1;
        for (row, cells) in passed.chunks(width).enumerate() {
            let mut current: Option<u32> = None;
            for (column, is_passed) in cells.iter().enumerate() {
                if *is_passed {
                    current = None;
                } else if current.is_none() {
                    let areas = areas_at(self.corner(column, row));
                    current = self.intern(areas);
                }
                self.cells.push(current);
            }
        }
    }

    /// The south-west corner of a cell, which belongs to it.
    fn corner(&self, column: usize, row: usize) -> Position {
        let limit = |limits: &[f64], step: usize, first| {
            step.checked_sub(1)
                .and_then(|below| limits.get(below))
                .copied()
                .unwrap_or(first)
        };
        Position {
            longitude: limit(&self.columns, column, self.bbox.west),
            latitude: limit(&self.rows, row, self.bbox.south),
        }
    }

    fn intern(&mut self, areas: Vec<usize>) -> Option<u32> {
        // Neighbouring runs mostly repeat one of the last sets; a set kept twice does no harm.
        let recent = self
            .sets
            .iter()
            .rev()
            .take(64)
            .position(|set| *set == areas);
        let place = recent.map_or(self.sets.len(), |back| self.sets.len() - 1 - back);
        if recent.is_none() {
            self.sets.push(areas);
        }
        u32::try_from(place).ok()
    }
}

/// The inner limits of `steps` equal steps.
fn limits(from: f64, to: f64, steps: usize) -> Vec<f64> {
    let count = u32::try_from(steps).unwrap_or(u32::MAX);
    let share = |step: u32| f64::from(step) / f64::from(count);
    (1..count)
        .map(|step| from + (to - from) * share(step))
        .collect()
}

/// The step that holds a value.
fn step(limits: &[f64], value: f64) -> usize {
    limits.partition_point(|limit| *limit <= value)
}

#[cfg(test)]
mod tests {
    use geo::LinesIter;
    use proptest::prelude::*;

    use super::super::super::tests::shape;
    use super::*;

    proptest! {
        /// Whatever cell has no border really has none: its corners and middle agree.
        #[test]
        fn no_edge_passes_a_settled_cell(
            corners in prop::collection::vec((0..20i32, 0..20i32), 3),
            x in 0.0..20.0f64, y in 0.0..20.0f64,
        ) {
            let corners: Vec<_> = corners.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
            let edges: Vec<_> = shape(&corners).lines_iter().collect();
            let bbox = BBox::new(0.0, 0.0, 20.0, 20.0).unwrap();
            let grid = Grid::new(bbox, &edges, |_| vec![7]);
            let position = Position::new(x, y).unwrap();
            let (row, column) = (step(&grid.rows, y), step(&grid.columns, x));
            let cell = geo::Rect::new(
                geo::Coord::from(grid.corner(column, row)),
                geo::Coord::from(grid.corner(column + 1, row + 1)),
            );
            if grid.areas_at(position).is_some() && column < grid.columns.len() && row < grid.rows.len() {
                let inner = cell.to_polygon();
                prop_assert!(edges.iter().all(|edge| !geo::Contains::contains(&inner, edge)));
                prop_assert!(edges.iter().all(|edge| !geo::Contains::contains(&inner, &edge.start)));
                let middle = geo::Point(cell.center());
                prop_assert!(edges.iter().all(|edge| !geo::Intersects::intersects(edge, &middle)));
            }
        }
    }
}
