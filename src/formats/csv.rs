//! CSV (RFC 4180): UTF-8, commas, a header of the field names; a cell that holds a list holds it as JSON.

use serde_json::Value;

use super::{Feature, cell};

/// Writes `rows` as a table.
///
/// # Errors
/// Those of serialisation and of writing.
pub fn table<T: Feature>(rows: &[T]) -> Result<Vec<u8>, csv::Error> {
    let mut table = header::<T>()?;
    table.extend(lines(rows)?);
    Ok(table)
}

/// The first line of a table.
///
/// # Errors
/// Those of writing.
pub fn header<T: Feature>() -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(T::COLUMNS)?;
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// The lines of `rows`, under the header.
///
/// # Errors
/// Those of serialisation and of writing.
pub fn lines<T: Feature>(rows: &[T]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let row = serde_json::to_value(row).map_err(std::io::Error::other)?;
        writer.write_record(T::COLUMNS.iter().map(|name| text(cell(&row, name))))?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
