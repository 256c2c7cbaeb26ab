//! Reads files into rows: JSON objects in the shape of the API, each with its number in the file. No HTTP, no SQL.

pub mod areas;
pub mod cell;
pub mod columns;
pub mod convention;
pub mod row_file;
pub mod settlements;
pub mod templates;
pub mod values;

use std::io::Read;

use serde_json::Value;

use crate::domain::{Faults, Rule};
use crate::error::{Error, Result};

/// The formats that rows are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// One JSON array of objects.
    Json,
    /// One JSON object to a line.
    NdJson,
}

impl RowFormat {
    /// The format that the ending of a file's name says.
    ///
    /// # Errors
    /// `UnsupportedMedia` for any other ending.
    pub fn of_name(name: &str) -> Result<Self> {
        match name
            .rsplit('.')
            .next()
            .unwrap_or("")
            .to_ascii_lowercase()
            .as_str()
        {
            "json" => Ok(Self::Json),
            "ndjson" | "jsonl" => Ok(Self::NdJson),
            _ => Err(Error::UnsupportedMedia(".json or .ndjson")),
        }
    }
}

/// Reads every row of `input`.
///
/// # Errors
/// `Invalid` with every row that cannot be read.
pub fn rows(format: RowFormat, mut input: impl Read) -> Result<Vec<(usize, Value)>> {
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .map_err(|error| malformed(error.to_string()))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    match format {
        RowFormat::NdJson => ndjson_rows(text),
        RowFormat::Json => {
            match serde_json::from_str(text).map_err(|error| malformed(error.to_string()))? {
                Value::Array(items) => Ok(numbered(items)),
                one @ Value::Object(_) => Ok(numbered(vec![one])),
                _ => Err(malformed("a list of objects is expected".to_owned())),
            }
        }
    }
}

fn numbered(items: Vec<Value>) -> Vec<(usize, Value)> {
    items
        .into_iter()
        .enumerate()
        .map(|(i, item)| (i + 1, item))
        .collect()
}

pub(crate) fn malformed(why: String) -> Error {
    let mut faults = Faults::default();
    faults.body("", Rule::Malformed { why }, None);
    faults.into()
}

fn ndjson_rows(text: &str) -> Result<Vec<(usize, Value)>> {
    let mut faults = Faults::default();
    let mut rows = Vec::new();
    for (i, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        match serde_json::from_str(line) {
            Ok(value) => rows.push((i + 1, value)),
            Err(error) => {
                let mut own = Faults::default();
                own.body(
                    "",
                    Rule::Malformed {
                        why: error.to_string(),
                    },
                    Some(&Value::from(line)),
                );
                faults.row(i + 1, own);
            }
        }
    }
    faults.give(Some(rows)).map_err(Error::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_broken_line_is_named() {
        let Err(Error::Invalid(faults)) =
            rows(RowFormat::NdJson, "{\"a\":1}\n{oops\n\n[}\n".as_bytes())
        else {
            panic!("not refused")
        };
        assert_eq!(
            faults
                .into_list()
                .iter()
                .filter_map(|f| f.row)
                .collect::<Vec<_>>(),
            [2, 4]
        );
    }
}
