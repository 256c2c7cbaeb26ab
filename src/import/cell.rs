//! One cell of a table, as a file holds it.

use chrono::NaiveDate;
use serde_json::Value;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// What stands in one cell. Nothing is interpreted yet: a text may still be a number that somebody wrote.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing, or white space.
    Empty,
    /// A text in NFC without white space around it, never empty. [`Cell::text`] makes it so.
    Text(String),
    /// A number that the file's format knows as a number.
    Number(f64),
    /// A date that the file's format knows as a date.
    Date(NaiveDate),
    /// True or false.
    Bool(bool),
}

impl Cell {
    /// A cell of text: trimmed, in NFC, without a byte order mark; empty where nothing is left.
    #[must_use]
    pub fn text(raw: &str) -> Self {
        let trimmed = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        if trimmed.is_empty() {
            Self::Empty
        } else if is_nfc(trimmed) {
            Self::Text(trimmed.to_owned())
        } else {
            Self::Text(trimmed.nfc().collect())
        }
    }

    /// The cell as it stands in the file, for the report.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) => Value::from(text.as_str()),
            Self::Number(number) => Value::from(*number),
            Self::Date(day) => Value::from(day.to_string()),
            Self::Bool(flag) => Value::from(*flag),
        }
    }

    /// True where nothing stands.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }
}
