//! How a file writes numbers: what it says itself, and what was stated.

use serde::Serialize;

use super::cell::Cell;
use super::columns::Columns;

/// The sign between a number's whole part and its fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalSign {
    /// `1.5`
    Point,
    /// `1,5`
    Comma,
}

/// What a first pass over the whole file learns of how numbers are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    point: usize,
    comma: usize,
}

impl Evidence {
    /// Takes note of one row.
    pub fn see(&mut self, _columns: &Columns, _cells: &[Cell]) {}
}

/// How the numbers of a file are read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Convention {
    /// Stated, or found from cells that can be read in one way only. None: nothing decides.
    pub decimal: Option<DecimalSign>,
}

impl Convention {
    /// The convention that was stated, else the one that the file's own cells show.
    #[must_use]
    pub fn decide(_evidence: &Evidence, stated: Option<DecimalSign>) -> Self {
        Self { decimal: stated }
    }
}
