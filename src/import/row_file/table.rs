//! CSV and TSV: which sign parts the cells, which record is the header, and the records below it.

use std::cell::Cell as Shared;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use csv::StringRecord;

use super::encoding::{Decoded, TextEncoding};
use super::failure::{RECORD_BYTES, carried, carry, over, record_over};
use super::header::{self, SEARCHED};
use super::{Content, FileFormat, Options, Record, Visit};
use crate::domain::{Faults, Rule};
use crate::error::{Error, Result};
use crate::import::cell::Cell;

/// Bytes of text at the beginning of a file in which delimiter and header are sought.
const HEAD: u64 = 256 * 1024;

/// A table in a text file.
#[derive(Debug)]
pub struct Table {
    pub path: PathBuf,
    pub text: TextEncoding,
    pub delimiter: u8,
    /// Records above the header.
    pub above: usize,
    /// Cells of the header.
    pub width: usize,
    /// Whether lines end with a carriage return too.
    pub has_crlf: bool,
}

/// A table at its beginning, as one delimiter shows it.
struct Shown {
    delimiter: u8,
    above: usize,
    found: bool,
    header: Vec<Cell>,
}

impl Table {
    /// Finds delimiter and header; also gives the header's cells.
    ///
    /// The delimiter is the one, of those that may be, under which a header is found, and of several the one that makes the
    /// most cells. Where none shows a header, the first record that is not blank is taken for it, so that its columns can be
    /// named in the faults.
    ///
    /// # Errors
    /// `Invalid` for an unknown encoding or an empty file, `TooLarge` for too many columns.
    pub fn open(path: &Path, options: &Options) -> Result<(Self, Vec<String>)> {
        let text = TextEncoding::of(path, options.encoding.as_deref())?;
        let mut head = Vec::new();
        text.reader(path)?
            .take(HEAD)
            .read_to_end(&mut head)
            .map_err(carried)?;
        let shown = delimiters(options)
            .iter()
            .filter_map(|delimiter| show(&head, *delimiter, options))
            .max_by_key(|shown| (shown.found, shown.header.len()))
            .ok_or_else(empty)?;
        let (width, limit) = (shown.header.len(), options.limits.columns);
        if width > limit {
            return Err(over(
                limit,
                "columns",
                format!("the header has {width} cells"),
            ));
        }
        let table = Self {
            path: path.to_owned(),
            text,
            delimiter: shown.delimiter,
            above: shown.above,
            width,
            has_crlf: head.windows(2).any(|pair| pair == b"\r\n"),
        };
        Ok((table, header::titles(&shown.header)))
    }

    /// The records below the header that are not blank, each with its number: the header has 1.
    pub fn each(&self, visit: Visit) -> Result<()> {
        self.all(&mut |position, texts| {
            let Some(number) = self.number(position, texts) else {
                return Ok(ControlFlow::Continue(()));
            };
            let content = Content::Texts(texts.clone());
            Ok(visit(Record { number, content }))
        })
    }

    /// The number of the record at `position`, where it is one below the header and not blank.
    pub fn number(&self, position: usize, texts: &StringRecord) -> Option<usize> {
        let is_record = position > self.above && !is_blank(texts);
        is_record.then(|| position - self.above + 1)
    }

    /// Every record with its position from 0, those above the header and blank ones too.
    pub fn all(
        &self,
        visit: &mut dyn FnMut(usize, &StringRecord) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        each_record(self.text.reader(&self.path)?, self.delimiter, visit)
    }

    /// The cells of a record below the header, and what is wrong with their number.
    pub fn cells(&self, texts: &StringRecord, faults: &mut Faults) -> Vec<Cell> {
        let (expected, found) = (self.width, texts.len());
        if found < expected || texts.iter().skip(expected).any(|text| !is_empty(text)) {
            faults.body("", Rule::WrongCellCount { expected, found }, None);
        }
        let mut cells: Vec<Cell> = texts.iter().take(expected).map(Cell::text).collect();
        cells.resize(expected, Cell::Empty);
        cells
    }
}

/// Takes `reader` apart into records; quoted cells may hold line ends.
pub fn each_record(
    reader: Decoded<File>,
    delimiter: u8,
    visit: &mut dyn FnMut(usize, &StringRecord) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let (left, number) = (Rc::new(Shared::new(0)), Rc::new(Shared::new(0)));
    let guarded = Guarded {
        inner: reader,
        left: Rc::clone(&left),
        number: Rc::clone(&number),
    };
    let mut records = builder(delimiter).from_reader(guarded);
    let (mut texts, mut position) = (StringRecord::new(), 0);
    loop {
        left.set(RECORD_BYTES);
        number.set(position + 1);
        if !records.read_record(&mut texts).map_err(unreadable)? {
            return Ok(());
        }
        if visit(position, &texts)?.is_break() {
            return Ok(());
        }
        position += 1;
    }
}

fn builder(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true);
    builder
}

fn unreadable(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => carried(error),
        kind => crate::import::malformed(format!("{kind:?}")),
    }
}

/// Bounds what one record may take of memory.
pub struct Guarded<R> {
    pub inner: R,
    /// Bytes that the present record may still take.
    pub left: Rc<Shared<u64>>,
    /// Number of the present record.
    pub number: Rc<Shared<usize>>,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(carry(record_over(self.number.get())));
        }
        let read = self.inner.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        Ok(read)
    }
}

/// The delimiters that may be: the stated one, the one that the format says, or one of three.
fn delimiters(options: &Options) -> &[u8] {
    match (&options.delimiter, options.format) {
        (Some(stated), _) => std::slice::from_ref(stated),
        (None, FileFormat::Tsv) => b"\t",
        (None, _) => b",;\t",
    }
}

/// What `head` looks like under one delimiter; none where it is blank.
fn show(head: &[u8], delimiter: u8, options: &Options) -> Option<Shown> {
    let mut reader = builder(delimiter).from_reader(head);
    let rows: Vec<Vec<Cell>> = reader
        .records()
        .take(SEARCHED)
        .map_while(Result::ok)
        .map(|texts| texts.iter().map(Cell::text).collect())
        .collect();
    let (above, found) = header::find(&rows, options)?;
    Some(Shown {
        delimiter,
        above,
        found,
        header: header::trimmed(rows.into_iter().nth(above)?),
    })
}

fn is_blank(texts: &StringRecord) -> bool {
    texts.iter().all(is_empty)
}

fn is_empty(text: &str) -> bool {
    text.trim().is_empty()
}

fn empty() -> Error {
    let mut faults = Faults::default();
    faults.body("", Rule::Empty, None);
    faults.into()
}

#[cfg(test)]
mod tests;
