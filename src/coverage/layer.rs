//! A layer: the union of footprints as a bitmap over a window, and the number of layers over each cell.

use std::ops::Range;

use super::bits;
use super::runs::Runs;
use super::window::Window;
use crate::geo::Position;

/// One bit for each cell of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    window: Window,
    words_per_row: usize,
    words: Vec<u64>,
}

impl Layer {
    /// A layer over a window that covers nothing yet.
    #[must_use]
    pub fn new(window: Window) -> Self {
        let words_per_row = window.columns.len().div_ceil(bits::WORD);
        Self {
            words_per_row,
            words: vec![0; words_per_row * window.rows.len()],
            window,
        }
    }

    /// A layer over a window that covers what any of some sets hold.
    pub fn of<'a>(window: Window, sets: impl IntoIterator<Item = &'a Runs>) -> Self {
        let mut layer = Self::new(window);
        for runs in sets {
            layer.cover(runs);
        }
        layer
    }

    /// The window over which it lies.
    #[must_use]
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Covers the cells of a set, on the same lattice; those outside the window are left out.
    pub fn cover(&mut self, runs: &Runs) {
        let columns = self.window.columns.clone();
        for (row, runs) in runs.rows_in(self.window.rows.clone()) {
            let place = (row - self.window.rows.start) as usize * self.words_per_row;
            let Some(words) = self.words.get_mut(place..place + self.words_per_row) else {
                return;
            };
            for run in runs {
                let start = run.start.max(columns.start);
                let end = run.end.min(columns.end);
                if start < end {
                    bits::fill(
                        words,
                        (start - columns.start) as usize..(end - columns.start) as usize,
                    );
                }
            }
        }
    }

    /// Covers the whole window.
    fn cover_all(&mut self) {
        for words in self.words.chunks_exact_mut(self.words_per_row.max(1)) {
            bits::fill(words, 0..self.window.columns.len());
        }
    }

    /// Whether a cell is covered; none outside the window is.
    #[must_use]
    pub fn contains(&self, row: u32, column: u32) -> bool {
        let (words, bits) = self.bits(row, &(column..column.saturating_add(1)));
        bits::ones(words, bits) == 1
    }

    /// Whether the cell that holds a position is covered.
    #[must_use]
    pub fn covers(&self, position: Position) -> bool {
        let lattice = self.window.lattice;
        self.contains(
            lattice.row(position.latitude),
            lattice.column(position.longitude),
        )
    }

    /// The columns of a range that are covered in a row, from west to east.
    pub fn columns(&self, row: u32, columns: Range<u32>) -> impl Iterator<Item = u32> {
        let (words, bits) = self.bits(row, &columns);
        let west = self.window.columns.clone();
        bits::places(words, bits).filter_map(move |place| west.clone().nth(place))
    }

    /// What is covered, as runs.
    #[must_use]
    pub fn to_runs(&self) -> Runs {
        let row = |row| {
            let columns = self.columns(row, self.window.columns.clone());
            columns.map(|column| column..column + 1)
        };
        Runs::from_rows(self.window.rows.start, self.window.rows.clone().map(row))
    }

    /// A row's words and which of their bits a range of columns is; no bits outside the window.
    pub(super) fn bits(&self, row: u32, columns: &Range<u32>) -> (&[u64], Range<usize>) {
        let own = &self.window.columns;
        let start = columns.start.max(own.start);
        let end = columns.end.min(own.end);
        if !self.window.rows.contains(&row) || start >= end {
            return (&[], 0..0);
        }
        let place = (row - self.window.rows.start) as usize * self.words_per_row;
        let words = self.words.get(place..place + self.words_per_row);
        (
            words.unwrap_or_default(),
            (start - own.start) as usize..(end - own.start) as usize,
        )
    }
}

/// How many of some layers over one window cover each cell: a binary number for each, its digits in planes of bits.
#[derive(Clone, Debug)]
pub struct Depth {
    window: Window,
    /// The lowest digit first.
    planes: Vec<Layer>,
    /// How many layers were added.
    layers: usize,
}

impl Depth {
    /// No layer over any cell.
    #[must_use]
    pub fn new(window: Window) -> Self {
        Self {
            window,
            planes: Vec::new(),
            layers: 0,
        }
    }

    /// How many layers were added.
    #[must_use]
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// Lays a layer over the others. What it covers outside the window is left out.
    pub fn add(&mut self, layer: &Layer) {
        self.layers += 1;
        let mut carry = if layer.window == self.window {
            layer.clone()
        } else {
            Layer::of(self.window.clone(), [&layer.to_runs()])
        };
        for plane in &mut self.planes {
            for (digit, carry) in plane.words.iter_mut().zip(&mut carry.words) {
                (*digit, *carry) = (*digit ^ *carry, *digit & *carry);
            }
        }
        if carry.words.iter().any(|word| *word != 0) {
            self.planes.push(carry);
        }
    }

    /// The cells over which just so many layers lie.
    #[must_use]
    pub fn exactly(&self, layers: usize) -> Layer {
        let mut found = Layer::new(self.window.clone());
        if layers
            .checked_shr(u32::try_from(self.planes.len()).unwrap_or(u32::MAX))
            .unwrap_or(0)
            > 0
        {
            return found;
        }
        found.cover_all();
        for (digit, plane) in self.planes.iter().enumerate() {
            let wanted = layers >> digit & 1 == 1;
            for (word, plane) in found.words.iter_mut().zip(&plane.words) {
                *word &= if wanted { *plane } else { !*plane };
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
