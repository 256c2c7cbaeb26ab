//! How a file writes its numbers: decided by what is stated, or by those of its cells that can be read in one way only.

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::columns::Columns;
use super::values;

/// What stands before the fraction of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalSign {
    /// `112.84`
    Point,
    /// `112,84`
    Comma,
}

impl DecimalSign {
    /// The word of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Point, Self::Comma]
            .into_iter()
            .find(|sign| sign.as_str() == word)
    }
}

/// What a pass over the whole file learns of how numbers are written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence {
    point: usize,
    comma: usize,
}

impl Evidence {
    /// Looks at the cells of a row.
    pub fn see(&mut self, columns: &Columns, cells: &[Cell]) {
        for (index, cell) in cells.iter().enumerate() {
            let Cell::Text(text) = cell else { continue };
            if !columns.is_number(index) {
                continue;
            }
            match values::decimal_sign(text) {
                Some(DecimalSign::Point) => self.point += 1,
                Some(DecimalSign::Comma) => self.comma += 1,
                None => {}
            }
        }
    }
}

/// How numbers are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convention {
    /// What stands before fractions; none where nothing decides, or cells contradict one another.
    pub decimal: Option<DecimalSign>,
}

impl Convention {
    /// What is stated, else what the file's own cells say with one voice.
    #[must_use]
    pub fn decide(evidence: &Evidence, stated: Option<DecimalSign>) -> Self {
        let found = match (evidence.point, evidence.comma) {
            (0, 0) => None,
            (_, 0) => Some(DecimalSign::Point),
            (0, _) => Some(DecimalSign::Comma),
            _ => None,
        };
        Self {
            decimal: stated.or(found),
        }
    }
}
