//! XLSX: which sheet and which row is the header, and the rows below it as a stream.
//!
//! What is held in memory: the workbook's shared strings and styles, which [`workbook::measure`] bounds, and one row.
//! A formula has the value that was computed when the file was saved.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use calamine::{Data, DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use chrono::{NaiveDate, NaiveTime};

use super::failure::{contained, over};
use super::header::{self, SEARCHED};
use super::{Content, Options, Record, Visit, workbook};
use crate::domain::{Faults, Rule};
use crate::error::{Error, Result};
use crate::import::cell::Cell;
use crate::import::malformed;

/// Sheets in which the header is sought.
const SHEETS_SEARCHED: usize = 50;

/// A table in a sheet of a workbook.
#[derive(Debug)]
pub struct Sheet {
    pub path: PathBuf,
    pub name: String,
    /// Row of the header, from 1.
    pub header_row: usize,
    /// Cells of the header.
    pub width: usize,
    /// Most columns that a row may have.
    pub columns_max: usize,
}

type Workbook = Xlsx<BufReader<File>>;
type VisitRow<'a> = &'a mut dyn FnMut(usize, Vec<Data>) -> Result<ControlFlow<()>>;

/// The first rows of a sheet that are not blank, with their numbers.
type Top = Vec<(usize, Vec<Cell>)>;

impl Sheet {
    /// Finds the sheet and its header; also gives the header's cells. Where no sheet is stated it is the first visible one
    /// that has a header; where none has one, the first visible one with anything in it.
    ///
    /// # Errors
    /// `Invalid` for what is no workbook, a sheet that is not there, or no sheet with rows; `TooLarge` over a limit.
    pub fn open(path: &Path, options: &Options) -> Result<(Self, Vec<String>)> {
        workbook::measure(path, options.limits.xlsx_expanded_bytes)?;
        contained(|| Self::find(path, options))
    }

    fn find(path: &Path, options: &Options) -> Result<(Self, Vec<String>)> {
        let mut workbook = open(path)?;
        let mut first = None;
        for name in candidates(&workbook, options.sheet.as_deref())? {
            let top = top(&mut workbook, &name, options.limits.columns)?;
            let (numbers, rows): (Vec<usize>, Vec<Vec<Cell>>) = top.into_iter().unzip();
            let Some((at, found)) = header::find(&rows, options) else {
                continue;
            };
            let header = rows.into_iter().nth(at).unwrap_or_default();
            let sheet = Self {
                path: path.to_owned(),
                name,
                header_row: numbers.get(at).copied().unwrap_or(1),
                width: header.len(),
                columns_max: options.limits.columns,
            };
            let titles = header::titles(&header);
            if found {
                return Ok((sheet, titles));
            }
            first.get_or_insert((sheet, titles));
        }
        first.ok_or_else(|| {
            let mut faults = Faults::default();
            faults.body("", Rule::Empty, None);
            faults.into()
        })
    }

    /// The rows below the header that are not blank, each with its row in the sheet.
    pub fn each(&self, visit: Visit) -> Result<()> {
        self.all(&mut |number, values| {
            if !self.is_record(number, &values) {
                return Ok(ControlFlow::Continue(()));
            }
            let content = Content::Values(values);
            Ok(visit(Record { number, content }))
        })
    }

    /// Whether a row is one below the header and not blank.
    pub fn is_record(&self, number: usize, values: &[Data]) -> bool {
        number > self.header_row && !values.iter().all(is_blank)
    }

    /// Every row of the sheet that has a cell.
    pub fn all(&self, visit: VisitRow) -> Result<()> {
        rows(&mut open(&self.path)?, &self.name, self.columns_max, visit)
    }

    /// The cells of a row below the header; `place` names a column by its index.
    pub fn cells(
        &self,
        values: &[Data],
        place: &dyn Fn(usize) -> String,
        faults: &mut Faults,
    ) -> Vec<Cell> {
        for (index, value) in values.iter().enumerate() {
            if let Data::Error(error) = value {
                let error = error.to_string();
                faults.body(place(index), Rule::SheetError { error }, None);
            }
        }
        if values.iter().skip(self.width).any(|value| !is_blank(value)) {
            let (expected, found) = (self.width, values.len());
            faults.body("", Rule::WrongCellCount { expected, found }, None);
        }
        let mut cells: Vec<Cell> = values.iter().take(self.width).map(cell).collect();
        cells.resize(self.width, Cell::Empty);
        cells
    }
}

fn open(path: &Path) -> Result<Workbook> {
    calamine::open_workbook(path).map_err(|error| broken(&error))
}

fn broken(error: &XlsxError) -> Error {
    malformed(format!("the workbook cannot be read: {error}"))
}

/// The sheets that may hold the table.
fn candidates(workbook: &Workbook, stated: Option<&str>) -> Result<Vec<String>> {
    let sheets = workbook.sheets_metadata();
    let Some(stated) = stated else {
        return Ok(sheets
            .iter()
            .filter(|sheet| {
                sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
            })
            .map(|sheet| sheet.name.clone())
            .take(SHEETS_SEARCHED)
            .collect());
    };
    let is_stated = |name: &&String| Cell::text(name) == Cell::text(stated);
    let names: Vec<&String> = sheets.iter().map(|sheet| &sheet.name).collect();
    if let Some(name) = names.iter().copied().find(is_stated) {
        return Ok(vec![name.clone()]);
    }
    let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    let known: String = names.join(", ").chars().take(500).collect();
    let mut faults = Faults::default();
    faults.parameter("sheet", Rule::UnknownSheet { known }, Some(stated));
    Err(faults.into())
}

fn top(workbook: &mut Workbook, name: &str, columns_max: usize) -> Result<Top> {
    let mut top = Top::new();
    rows(workbook, name, columns_max, &mut |number, values| {
        let row = header::trimmed(values.iter().map(cell).collect());
        if !row.is_empty() {
            top.push((number, row));
        }
        Ok(if top.len() < SEARCHED {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    Ok(top)
}

/// Streams the rows of a sheet that have cells, numbered from 1.
fn rows(workbook: &mut Workbook, name: &str, columns_max: usize, visit: VisitRow) -> Result<()> {
    let mut cells = workbook
        .worksheet_cells_reader(name)
        .map_err(|error| broken(&error))?;
    let (mut number, mut row) = (0, Vec::new());
    while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
        let (index, column) = cell.get_position();
        let (at, column) = (index as usize + 1, column as usize);
        if at < number {
            return Err(malformed(format!(
                "in the sheet row {at} stands below row {number}"
            )));
        }
        if at > number && number > 0 && visit(number, std::mem::take(&mut row))?.is_break() {
            return Ok(());
        }
        number = at;
        let value = owned(cell.get_value());
        if is_blank(&value) {
            continue;
        }
        if column >= columns_max {
            let found = format!("row {number} has a cell in column {}", column + 1);
            return Err(over(columns_max, "columns", found));
        }
        if row.len() <= column {
            row.resize(column + 1, Data::Empty);
        }
        row[column] = value;
    }
    if number > 0 {
        visit(number, row)?.is_break();
    }
    Ok(())
}

fn owned(value: &DataRef) -> Data {
    Data::from(value.clone())
}

fn is_blank(value: &Data) -> bool {
    match value {
        Data::Empty => true,
        Data::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// A value of a sheet as a cell. A date with a time of day stays a text, so that the time is not lost unseen.
fn cell(value: &Data) -> Cell {
    match value {
        // What an error stands for is not known; it is a fault of its own.
        Data::Empty | Data::Error(_) => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => Cell::text(text),
        Data::Float(number) if number.is_finite() => Cell::Number(*number),
        Data::Float(number) => Cell::Text(number.to_string()),
        #[expect(clippy::cast_precision_loss, reason = "a sheet's numbers are f64")]
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Bool(flag) => Cell::Bool(*flag),
        Data::DateTimeIso(text) => match text.strip_suffix("T00:00:00").unwrap_or(text).parse() {
            Ok(day) => Cell::Date(day),
            Err(_) => Cell::text(text),
        },
        Data::DateTime(moment) => match moment.as_datetime() {
            Some(time) if moment.is_datetime() && time.time() == NaiveTime::MIN => {
                Cell::Date(NaiveDate::from(time))
            }
            Some(time) if moment.is_datetime() => Cell::Text(time.to_string()),
            _ => Cell::Text(moment.to_string()),
        },
    }
}

#[cfg(test)]
mod tests;
