//! XLSX: one sheet, a bold header, true numbers and dates, codes as text.

use chrono::NaiveDate;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use super::csv::text;
use super::{Feature, cell};

/// Rows that a sheet can hold under its header.
pub const ROWS_MAX: usize = 1_048_575;
/// Characters that a cell can hold.
const CELL_MAX: usize = 32_767;

/// Writes `rows` as a workbook whose only sheet is called `name`.
///
/// # Errors
/// Those of serialisation and of writing.
pub fn workbook<T: Feature>(name: &str, rows: &[T]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?;
    header(sheet, T::COLUMNS)?;
    add(sheet, 0, rows)?;
    workbook.save_to_buffer()
}

/// Writes `rows` under the `above` that are there.
///
/// # Errors
/// Those of serialisation and of writing.
pub fn add<T: Feature>(sheet: &mut Worksheet, above: usize, rows: &[T]) -> Result<(), XlsxError> {
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (i, row) in rows.iter().enumerate() {
        let row = serde_json::to_value(row)
            .map_err(|error| XlsxError::ParameterError(error.to_string()))?;
        let number = u32::try_from(above + i + 1).map_err(|_| XlsxError::RowColumnLimitError)?;
        for (column, name) in (0_u16..).zip(T::COLUMNS) {
            write(sheet, number, column, name, cell(&row, name), &date)?;
        }
    }
    Ok(())
}

/// Writes the bold first row.
///
/// # Errors
/// Those of writing.
pub fn header(sheet: &mut Worksheet, names: &[&str]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, name) in (0_u16..).zip(names) {
        sheet.write_string_with_format(0, column, *name, &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    name: &str,
    value: &Value,
    date: &Format,
) -> Result<(), XlsxError> {
    let is_date = |text: &str| {
        (name.ends_with("_on") || name.ends_with("period_end") || name.starts_with("valid_"))
            .then(|| text.parse::<NaiveDate>().ok())
            .flatten()
    };
    match value {
        Value::Null => {}
        Value::Number(number) => {
            sheet.write_number(row, column, number.as_f64().unwrap_or_default())?;
        }
        Value::Bool(flag) => {
            sheet.write_boolean(row, column, *flag)?;
        }
        Value::String(text) => match is_date(text) {
            Some(day) => {
                sheet.write_datetime_with_format(row, column, day, date)?;
            }
            None => {
                sheet.write_string(row, column, text.as_str())?;
            }
        },
        Value::Array(_) | Value::Object(_) => {
            let json: String = text(value).chars().take(CELL_MAX).collect();
            sheet.write_string(row, column, json)?;
        }
    }
    Ok(())
}
