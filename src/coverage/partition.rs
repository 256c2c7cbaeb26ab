//! A partition: the cells of many areas side by side, so that a layer is summed for all of them in one pass.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use super::bits;
use super::lattice::Lattice;
use super::layer::Layer;
use super::runs::Runs;
use super::window::Window;

/// Words of a band's bitmap: 64 KiB, so that filling and counting stay in the processor's cache, and bitmaps are allocated
/// from memory that was used before, not page by page from the system.
const BAND_WORDS: u32 = 8_192;

/// A number of cells and their area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cells {
    /// How many.
    pub count: u64,
    /// Their area on WGS 84 in square millimetres: whole numbers, so that sums are exact in any order.
    pub area_mm2: u64,
}

impl Cells {
    /// The area, square metres.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "a millionth of a square metre of a country"
    )]
    pub fn area_m2(self) -> f64 {
        self.area_mm2 as f64 / 1e6
    }
}

impl std::ops::Add for Cells {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            area_mm2: self.area_mm2 + other.area_mm2,
        }
    }
}

impl std::ops::AddAssign for Cells {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Cells {
    fn sum<I: Iterator<Item = Self>>(cells: I) -> Self {
        cells.fold(Self::default(), |sum, it| sum + it)
    }
}

/// A stretch of a row that belongs to a unit.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: u32,
    end: u32,
    unit: u32,
}

/// Areas as rows of pieces. Areas that overlap are each counted in full.
#[derive(Clone, Debug)]
pub struct Partition {
    window: Window,
    unit_count: usize,
    /// For each row of the window where its pieces end.
    ends: Box<[usize]>,
    /// From west to east in each row.
    pieces: Box<[Piece]>,
    /// For each row of the window the area of a cell.
    cell_area_mm2: Box<[u64]>,
}

impl Partition {
    /// Lays units side by side. In every answer they stand in this order.
    pub fn new<'a>(lattice: Lattice, units: impl IntoIterator<Item = &'a Runs>) -> Self {
        let units: Vec<&Runs> = units.into_iter().collect();
        let window = units
            .iter()
            .map(|unit| unit.window(lattice))
            .fold(Window::empty(lattice), Window::joined);
        let mut rows = vec![Vec::new(); window.rows.len()];
        for (unit, runs) in (0..).zip(&units) {
            for (row, runs) in runs.rows() {
                if let Some(pieces) = rows.get_mut((row - window.rows.start) as usize) {
                    pieces.extend(runs.iter().map(|run| Piece {
                        start: run.start,
                        end: run.end,
                        unit,
                    }));
                }
            }
        }
        let mut end = 0;
        let ends = rows.iter().map(|pieces| {
            end += pieces.len();
            end
        });
        let ends = ends.collect();
        for pieces in &mut rows {
            pieces.sort_unstable_by_key(|piece| (piece.start, piece.unit));
        }
        Self {
            unit_count: units.len(),
            ends,
            pieces: rows.into_iter().flatten().collect(),
            cell_area_mm2: window
                .rows
                .clone()
                .map(|row| lattice.cell_area_mm2(row))
                .collect(),
            window,
        }
    }

    /// The smallest window around all units.
    #[must_use]
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// How many units there are.
    #[must_use]
    pub fn unit_count(&self) -> usize {
        self.unit_count
    }

    /// All cells of each unit.
    #[must_use]
    pub fn totals(&self) -> Vec<Cells> {
        self.sum(&self.window.rows, |_, columns| {
            u64::from(columns.end - columns.start)
        })
    }

    /// The cells of each unit that a layer covers.
    #[must_use]
    pub fn covered(&self, layer: &Layer) -> Vec<Cells> {
        self.covered_in(&self.window.rows, layer)
    }

    /// The cells of each unit that a layer does not cover, counted for themselves.
    #[must_use]
    pub fn uncovered(&self, layer: &Layer) -> Vec<Cells> {
        self.uncovered_in(&self.window.rows, layer)
    }

    /// For each unit the weight of its cells that a layer covers. Weights are whole numbers (a value per row and column:
    /// persons in thousandths, say), so that sums are exact in any order.
    #[must_use]
    pub fn weight_covered(&self, layer: &Layer, weight: impl Fn(u32, u32) -> u64) -> Vec<u64> {
        let mut sums = vec![0; self.unit_count];
        self.each_piece(&self.window.rows, |row, piece| {
            if let Some(sum) = sums.get_mut(piece.unit as usize) {
                let columns = layer.columns(row, piece.start..piece.end);
                *sum += columns.map(|column| weight(row, column)).sum::<u64>();
            }
        });
        sums
    }

    /// For each unit the weight of all its cells.
    #[must_use]
    pub fn weight_total(&self, weight: impl Fn(u32, u32) -> u64) -> Vec<u64> {
        let mut sums = vec![0; self.unit_count];
        self.each_piece(&self.window.rows, |row, piece| {
            if let Some(sum) = sums.get_mut(piece.unit as usize) {
                *sum += (piece.start..piece.end)
                    .map(|column| weight(row, column))
                    .sum::<u64>();
            }
        });
        sums
    }

    /// For each set the units in which it has a cell, in their order.
    #[must_use]
    pub fn met(&self, sets: &[&Runs]) -> Vec<Vec<usize>> {
        sets.par_iter().map(|runs| self.met_by(runs)).collect()
    }

    fn met_by(&self, runs: &Runs) -> Vec<usize> {
        let mut met = BTreeSet::new();
        for (row, own) in runs.rows_in(self.window.rows.clone()) {
            let pieces = self.pieces_of(row);
            for run in own {
                let end = pieces.partition_point(|piece| piece.start < run.end);
                let before = pieces.get(..end).unwrap_or_default().iter();
                let meeting = before.filter(|piece| piece.end > run.start);
                met.extend(meeting.map(|piece| piece.unit as usize));
            }
        }
        met.into_iter().collect()
    }

    /// The pieces of a row, from west to east.
    fn pieces_of(&self, row: u32) -> &[Piece] {
        let place = (row - self.window.rows.start) as usize;
        let end = |place: usize| self.ends.get(place).copied();
        let start = place.checked_sub(1).and_then(end).unwrap_or(0);
        self.pieces
            .get(start..end(place).unwrap_or(start))
            .unwrap_or_default()
    }

    /// [`Self::covered`] in some rows.
    pub(super) fn covered_in(&self, rows: &Range<u32>, layer: &Layer) -> Vec<Cells> {
        self.sum(rows, |row, columns| {
            let (words, bits) = layer.bits(row, &columns);
            bits::ones(words, bits)
        })
    }

    /// [`Self::uncovered`] in some rows.
    pub(super) fn uncovered_in(&self, rows: &Range<u32>, layer: &Layer) -> Vec<Cells> {
        self.sum(rows, |row, columns| {
            let (words, bits) = layer.bits(row, &columns);
            let beyond = u64::from(columns.end - columns.start) - bits.len() as u64;
            bits::zeros(words, bits) + beyond
        })
    }

    /// The window cut into bands of rows that fit into the processor's cache.
    pub(super) fn bands(&self) -> Vec<Window> {
        let words = self.window.columns.len().div_ceil(bits::WORD) + 1;
        let height = (BAND_WORDS / u32::try_from(words).unwrap_or(BAND_WORDS)).max(1);
        let starts = self.window.rows.clone().step_by(height as usize);
        let band = |start: u32| Window {
            rows: start..start.saturating_add(height).min(self.window.rows.end),
            ..self.window.clone()
        };
        starts.map(band).collect()
    }

    /// Adds up for each unit what is counted in its pieces of some rows.
    fn sum(&self, rows: &Range<u32>, count: impl Fn(u32, Range<u32>) -> u64) -> Vec<Cells> {
        let mut sums = vec![Cells::default(); self.unit_count];
        self.each_piece(rows, |row, piece| {
            let place = (row - self.window.rows.start) as usize;
            let area_mm2 = self.cell_area_mm2.get(place);
            if let (Some(sum), Some(area_mm2)) = (sums.get_mut(piece.unit as usize), area_mm2) {
                let count = count(row, piece.start..piece.end);
                *sum += Cells {
                    count,
                    area_mm2: count * area_mm2,
                };
            }
        });
        sums
    }

    fn each_piece(&self, rows: &Range<u32>, mut visit: impl FnMut(u32, Piece)) {
        let first = rows.start.max(self.window.rows.start);
        let last = rows.end.min(self.window.rows.end);
        for row in first..last {
            for piece in self.pieces_of(row) {
                visit(row, *piece);
            }
        }
    }
}
