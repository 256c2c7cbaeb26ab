//! The operator's own table with one column more.
//!
//! A table is written to an unnamed temporary file first: a note may have a letter that the file's encoding lacks, and then
//! the whole is given as UTF-8 with a byte order mark.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::ops::ControlFlow;

use calamine::Data;
use csv::{StringRecord, Terminator};
use encoding_rs::UTF_8;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::encoding::TextEncoding;
use super::failure::contained;
use super::sheet::Sheet;
use super::table::Table;
use crate::error::{Error, Result};

/// What to write beside the record of a number.
pub type Note<'a> = &'a mut dyn FnMut(usize) -> Option<String>;

/// Characters that a cell of a workbook holds.
const CELL_MAX: usize = 32_767;

/// Writes `table` in its delimiter, line ends and encoding, with a column `title` behind the others.
pub fn table(table: &Table, note: Note, title: &str, out: &mut dyn Write) -> Result<()> {
    let mut spool = tempfile::tempfile().map_err(broken)?;
    let end = if table.has_crlf {
        Terminator::CRLF
    } else {
        Terminator::Any(b'\n')
    };
    let mut writer = csv::WriterBuilder::new()
        .delimiter(table.delimiter)
        .terminator(end)
        .flexible(true)
        .from_writer(&mut spool);
    table.all(&mut |position, texts| {
        let with_note = noted(table, position, texts, note, title);
        writer
            .write_record(&with_note)
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(ControlFlow::Continue(()))
    })?;
    writer.flush().map_err(broken)?;
    drop(writer);
    copy(&mut spool, table.text, out)
}

/// A record with the note behind its cells; records above the header have none.
fn noted(
    table: &Table,
    position: usize,
    texts: &StringRecord,
    note: Note,
    title: &str,
) -> StringRecord {
    let mut texts = texts.clone();
    if position < table.above {
        return texts;
    }
    while texts.len() < table.width {
        texts.push_field("");
    }
    match table.number(position, &texts) {
        _ if position == table.above => texts.push_field(title),
        Some(number) => texts.push_field(&note(number).unwrap_or_default()),
        None => texts.push_field(""),
    }
    texts
}

/// Copies the text of `spool`, which is UTF-8, in the encoding `wanted` or, where that lacks a letter, as UTF-8.
fn copy(spool: &mut File, wanted: TextEncoding, out: &mut dyn Write) -> Result<()> {
    let lacks = wanted.encoding != UTF_8 && !encoded(spool, wanted, &mut io::sink())?;
    let used = if lacks {
        TextEncoding {
            encoding: UTF_8,
            marked: true,
        }
    } else {
        wanted
    };
    out.write_all(used.mark()).map_err(broken)?;
    encoded(spool, used, out)?;
    out.flush().map_err(broken)
}

/// Writes the lines of `spool` as `encoding`, as far as it has all letters; whether it had.
fn encoded(spool: &mut File, encoding: TextEncoding, out: &mut dyn Write) -> Result<bool> {
    spool.seek(SeekFrom::Start(0)).map_err(broken)?;
    let mut lines = BufReader::new(spool);
    let (mut line, mut bytes) = (String::new(), Vec::new());
    while lines.read_line(&mut line).map_err(broken)? > 0 {
        bytes.clear();
        if !encoding.encode(&line, &mut bytes) {
            return Ok(false);
        }
        out.write_all(&bytes).map_err(broken)?;
        line.clear();
    }
    Ok(true)
}

/// Writes the values of `sheet` as a workbook of one sheet, with a column `title` behind the others. Row by row, so that
/// memory does not grow with the sheet.
pub fn sheet(sheet: &Sheet, note: Note, title: &str, out: &mut dyn Write) -> Result<()> {
    let mut workbook = Workbook::new();
    contained(|| {
        let written = workbook
            .add_worksheet_with_constant_memory()
            .map_err(unwritten)?;
        // A name that only the reader allows is left out.
        let _ = written.set_name(&sheet.name);
        let dates = Dates::new();
        sheet.all(&mut |number, values| {
            let aside = sheet.width.max(values.len());
            let own = match () {
                () if number == sheet.header_row => Some(title.to_owned()),
                () if sheet.is_record(number, &values) => note(number),
                () => None,
            };
            write_row(written, number, &values, own.as_deref(), aside, &dates)
                .map_err(unwritten)?;
            Ok(ControlFlow::Continue(()))
        })
    })?;
    let mut spool = tempfile::tempfile().map_err(broken)?;
    workbook
        .save_to_writer(BufWriter::new(&mut spool))
        .map_err(unwritten)?;
    spool.seek(SeekFrom::Start(0)).map_err(broken)?;
    io::copy(&mut spool, out).map_err(broken)?;
    out.flush().map_err(broken)
}

struct Dates {
    day: Format,
    moment: Format,
    duration: Format,
}

impl Dates {
    fn new() -> Self {
        let format = |code| Format::new().set_num_format(code);
        Self {
            day: format("yyyy-mm-dd"),
            moment: format("yyyy-mm-dd hh:mm:ss"),
            duration: format("[hh]:mm:ss"),
        }
    }
}

fn write_row(
    sheet: &mut Worksheet,
    number: usize,
    values: &[Data],
    note: Option<&str>,
    aside: usize,
    dates: &Dates,
) -> Result<(), XlsxError> {
    let limit = |_| XlsxError::RowColumnLimitError;
    let row = u32::try_from(number.saturating_sub(1)).map_err(limit)?;
    for (column, value) in values.iter().enumerate() {
        write_value(
            sheet,
            row,
            u16::try_from(column).map_err(limit)?,
            value,
            dates,
        )?;
    }
    if let Some(note) = note {
        sheet.write_string(row, u16::try_from(aside).map_err(limit)?, cut(note))?;
    }
    Ok(())
}

fn write_value(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Data,
    dates: &Dates,
) -> Result<(), XlsxError> {
    match value {
        Data::Empty => {}
        Data::Float(number) => {
            sheet.write_number(row, column, *number)?;
        }
        Data::Bool(flag) => {
            sheet.write_boolean(row, column, *flag)?;
        }
        Data::DateTime(moment) => {
            let format = match moment.as_datetime() {
                _ if moment.is_duration() => &dates.duration,
                Some(time) if time.time() == chrono::NaiveTime::MIN => &dates.day,
                _ => &dates.moment,
            };
            match moment.as_datetime().filter(|_| moment.is_datetime()) {
                Some(time) => sheet.write_datetime_with_format(row, column, time, format)?,
                None => sheet.write_number_with_format(row, column, moment.as_f64(), format)?,
            };
        }
        Data::Int(_)
        | Data::String(_)
        | Data::DateTimeIso(_)
        | Data::DurationIso(_)
        | Data::Error(_) => {
            sheet.write_string(row, column, cut(&value.to_string()))?;
        }
    }
    Ok(())
}

/// A workbook's cell holds no more; the row's fault says that there was more.
fn cut(text: &str) -> String {
    text.chars().take(CELL_MAX).collect()
}

fn broken(error: io::Error) -> Error {
    Error::Internal(Box::new(error))
}

fn unwritten(error: XlsxError) -> Error {
    Error::Internal(Box::new(error))
}

#[cfg(test)]
mod tests;
