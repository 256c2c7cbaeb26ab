//! How a file writes numbers: what it says itself, and what was stated.
//!
//! Most numbers can be read in one way only, whatever the convention: `112,84`, `1.778.489`, `1,234.5`. They are read as
//! they stand, and they show how the file writes numbers. Only what can be read in two ways, like `7.665`, needs the
//! convention: the one that was stated, else the one that the file's own cells show, else none. Cells that contradict
//! each other show nothing.

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

impl DecimalSign {
    /// The sign itself.
    #[must_use]
    pub fn char(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    /// The sign that parts thousands where this one stands before decimals.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }

    /// Reads `point`, `comma`, `.` or `,`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "point" | "." => Some(Self::Point),
            "comma" | "," => Some(Self::Comma),
            _ => None,
        }
    }
}

/// What a first pass over the whole file learns of how numbers are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Evidence {
    points: usize,
    commas: usize,
}

impl Evidence {
    /// Takes note of one row.
    ///
    /// A point in a longitude or latitude shows nothing of the other columns: coordinates are pasted from devices and
    /// maps, which write a point whatever the person does. It does in a table that the service itself has written.
    pub fn see(&mut self, columns: &Columns, cells: &[Cell]) {
        for sign in columns.signs(cells) {
            match sign {
                DecimalSign::Point => self.points += 1,
                DecimalSign::Comma => self.commas += 1,
            }
        }
    }
}

/// How the numbers of a file are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Convention {
    /// Stated, or found from cells that can be read in one way only. None: nothing decides.
    pub decimal: Option<DecimalSign>,
}

impl Convention {
    /// The convention that was stated, else the one that the file's own cells show.
    #[must_use]
    pub fn decide(evidence: &Evidence, stated: Option<DecimalSign>) -> Self {
        let shown = match (evidence.points, evidence.commas) {
            (1.., 0) => Some(DecimalSign::Point),
            (0, 1..) => Some(DecimalSign::Comma),
            _ => None,
        };
        Self {
            decimal: stated.or(shown),
        }
    }
}
