//! One cell of a table, as it stands in the file.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing, or blanks.
    Empty,
    /// A text, trimmed and in NFC.
    Text(String),
    /// A number of a spreadsheet.
    Number(f64),
    /// A day of a spreadsheet.
    Date(NaiveDate),
    /// True or false, of a spreadsheet.
    Bool(bool),
}

impl Cell {
    /// The cell of a text.
    #[must_use]
    pub fn text(raw: &str) -> Self {
        let trimmed = raw.trim();
        if trimmed.is_empty() {
            Self::Empty
        } else if trimmed.is_ascii() {
            Self::Text(trimmed.to_owned())
        } else {
            Self::Text(trimmed.nfc().collect())
        }
    }
}
