//! Runs: a set of cells of the lattice, kept row by row as stretches of columns.

mod bytes;

use std::ops::Range;

use super::lattice::Lattice;
use super::window::Window;

pub use bytes::Corrupt;
pub(super) use bytes::{put, take, take_byte};

/// A stretch of columns of one row, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Run {
    /// First column.
    pub start: u32,
    /// The column behind the last one.
    pub end: u32,
}

impl From<Range<u32>> for Run {
    fn from(range: Range<u32>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

/// A set of cells: for each row the runs from west to east, none empty, none meeting the next.
///
/// Equal sets are equal values: the first and the last row hold something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Runs {
    first_row: u32,
    /// For each row where its runs end in `all`; nothing when each row has just one, as a disc's have.
    ends: Box<[u32]>,
    all: Box<[Run]>,
}

impl Runs {
    /// The set of the runs of consecutive rows, in any order; they may be empty, meet and overlap.
    pub fn from_rows<R>(first_row: u32, rows: impl IntoIterator<Item = R>) -> Self
    where
        R: IntoIterator<Item: Into<Run>>,
    {
        let mut builder = Builder::new(first_row);
        for row in rows {
            builder.push_row(row.into_iter().map(Into::into));
        }
        builder.finish()
    }

    /// The same cells where each is `factor` by `factor` smaller ones.
    #[must_use]
    pub fn refined(&self, factor: u32) -> Self {
        let finer = |run: &Run| Run {
            start: run.start * factor,
            end: run.end * factor,
        };
        let rows = self
            .rows()
            .flat_map(|(_, runs)| (0..factor).map(move |_| runs.iter().map(finer)));
        Self::from_rows(self.first_row * factor, rows)
    }

    /// Whether there is no cell in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// From the first row with a cell to the last one.
    #[must_use]
    pub fn row_range(&self) -> Range<u32> {
        let rows = if self.ends.is_empty() {
            self.all.len()
        } else {
            self.ends.len()
        };
        self.first_row..self.first_row + u32::try_from(rows).unwrap_or(0)
    }

    /// The smallest window around the set.
    #[must_use]
    pub fn window(&self, lattice: Lattice) -> Window {
        let start = self.all.iter().map(|run| run.start).min();
        let end = self.all.iter().map(|run| run.end).max();
        match (start, end) {
            (Some(start), Some(end)) => Window {
                lattice,
                rows: self.row_range(),
                columns: start..end,
            },
            _ => Window::empty(lattice),
        }
    }

    /// The runs of a row.
    #[must_use]
    pub fn row(&self, row: u32) -> &[Run] {
        let Some(place) = row.checked_sub(self.first_row) else {
            return &[];
        };
        let place = place as usize;
        if self.ends.is_empty() {
            return self.all.get(place..=place).unwrap_or_default();
        }
        let end = |place: usize| self.ends.get(place).map(|end| *end as usize);
        let start = place.checked_sub(1).map_or(Some(0), end);
        match (start, end(place)) {
            (Some(start), Some(end)) => self.all.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The rows of the set that are in a range, from south to north, with their runs.
    pub fn rows_in(&self, range: Range<u32>) -> impl Iterator<Item = (u32, &[Run])> {
        let own = self.row_range();
        let rows = own.start.max(range.start)..own.end.min(range.end);
        rows.map(|row| (row, self.row(row)))
    }

    /// All rows of the set, from south to north, with their runs.
    pub fn rows(&self) -> impl Iterator<Item = (u32, &[Run])> {
        self.rows_in(self.row_range())
    }

    /// Number of runs.
    #[must_use]
    pub fn run_count(&self) -> usize {
        self.all.len()
    }

    /// Number of cells.
    #[must_use]
    pub fn cell_count(&self) -> u64 {
        let lengths = self.all.iter().map(|run| u64::from(run.end - run.start));
        lengths.sum()
    }

    /// Area of the cells on WGS 84, square metres.
    #[must_use]
    pub fn area_m2(&self, lattice: Lattice) -> f64 {
        let cells = |runs: &[Run]| -> u32 { runs.iter().map(|run| run.end - run.start).sum() };
        self.rows()
            .map(|(row, runs)| f64::from(cells(runs)) * lattice.cell_area_m2(row))
            .sum()
    }

    /// Whether a cell is in the set.
    #[must_use]
    pub fn contains(&self, row: u32, column: u32) -> bool {
        let runs = self.row(row);
        let behind = runs.partition_point(|run| run.end <= column);
        runs.get(behind).is_some_and(|run| run.start <= column)
    }

    /// Whether each cell of the set is in the other one too.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.rows().all(|(row, runs)| {
            let mut others = other.row(row).iter();
            let mut around = others.next();
            runs.iter().all(|run| {
                while around.is_some_and(|it| it.end < run.end) {
                    around = others.next();
                }
                around.is_some_and(|it| it.start <= run.start)
            })
        })
    }
}

/// Runs row after row, made sorted and disjoint.
pub(super) struct Builder {
    first_row: u32,
    ends: Vec<u32>,
    runs: Vec<Run>,
}

impl Builder {
    pub(super) fn new(first_row: u32) -> Self {
        Self {
            first_row,
            ends: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Adds the next row.
    pub(super) fn push_row(&mut self, runs: impl IntoIterator<Item = Run>) {
        let start = self.runs.len();
        self.runs
            .extend(runs.into_iter().filter(|run| run.start < run.end));
        if let Some(row) = self.runs.get_mut(start..) {
            let kept = start + merge(row);
            self.runs.truncate(kept);
        }
        if self.runs.is_empty() {
            self.first_row = self.first_row.saturating_add(1); // nothing yet: the set begins later
        } else {
            self.ends
                .push(u32::try_from(self.runs.len()).unwrap_or(u32::MAX));
        }
    }

    /// The set, without empty rows at its end.
    pub(super) fn finish(mut self) -> Runs {
        if self.runs.is_empty() {
            return Runs::default();
        }
        let all = self.ends.last().copied();
        let rows = self.ends.partition_point(|end| Some(*end) < all) + 1;
        self.ends.truncate(rows);
        if (1..).zip(&self.ends).all(|(runs, end)| runs == *end) {
            self.ends.clear();
        }
        Runs {
            first_row: self.first_row,
            ends: self.ends.into(),
            all: self.runs.into(),
        }
    }
}

/// Sorts the runs of a row and joins those that meet; how many are left at the front.
fn merge(row: &mut [Run]) -> usize {
    row.sort_unstable();
    let mut kept = 0;
    for at in 0..row.len() {
        let run = row[at];
        if kept > 0 && row[kept - 1].end >= run.start {
            row[kept - 1].end = row[kept - 1].end.max(run.end);
        } else {
            row[kept] = run;
            kept += 1;
        }
    }
    kept
}

#[cfg(test)]
pub(crate) mod tests;
