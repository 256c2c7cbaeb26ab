//! A window: a rectangle of cells of the lattice.

use std::ops::Range;

use super::lattice::Lattice;

/// The cells of some rows in some columns. It never runs over the antimeridian.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The lattice that is meant.
    pub lattice: Lattice,
    /// Rows, from south to north.
    pub rows: Range<u32>,
    /// Columns, from west to east.
    pub columns: Range<u32>,
}

impl Window {
    /// The window without a cell.
    #[must_use]
    pub fn empty(lattice: Lattice) -> Self {
        Self {
            lattice,
            rows: 0..0,
            columns: 0..0,
        }
    }

    /// Whether there is no cell in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() || self.columns.is_empty()
    }

    /// Whether two windows of one lattice have a cell in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        let overlap = |a: &Range<u32>, b: &Range<u32>| a.start.max(b.start) < a.end.min(b.end);
        self.lattice == other.lattice
            && overlap(&self.rows, &other.rows)
            && overlap(&self.columns, &other.columns)
    }

    /// The smallest window around two of one lattice.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        let around = |a: Range<u32>, b: Range<u32>| a.start.min(b.start)..a.end.max(b.end);
        Self {
            lattice: self.lattice,
            rows: around(self.rows, other.rows),
            columns: around(self.columns, other.columns),
        }
    }
}
