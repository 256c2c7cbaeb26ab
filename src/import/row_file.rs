//! A file of records: opened once, read in two passes, and given back with a column of notes.
//!
//! The first pass, [`RowFile::open`], learns how the file is written (encoding, delimiter, sheet, header, decimal sign) and
//! counts. The second, [`RowFile::records`], takes the file apart on a thread of its own; [`RowFile::row`] interprets a
//! record and may be called from many threads. What is held in memory is less than a megabyte of records (a single one has
//! at most `failure::RECORD_BYTES`), beside what `sheet` and [`opencellid`] say of theirs.

mod annotate;
mod encoding;
mod failure;
mod feature;
mod format;
mod header;
mod objects;
pub mod opencellid;
mod options;
mod sheet;
mod stream;
mod table;
mod windows_1258;
mod workbook;

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use calamine::Data;
use csv::StringRecord;
use serde_json::Value;

use super::cell::Cell;
use super::columns::Columns;
use super::convention::{Convention, Evidence};
use crate::domain::{Faults, RecordKind, Rule};
use crate::error::{Error, Result};
use crate::geo::Crs;
pub use format::FileFormat;
pub use options::{Limits, Options, ReadAs};

/// One record as it stands in the file, not yet interpreted.
#[derive(Debug)]
pub struct Record {
    /// What a person sees as its number: its row in the sheet (XLSX), the record counted with the header as 1 (CSV), the
    /// line (NDJSON), the item counted from 1 (GeoJSON, JSON), the row of its first cell (`OpenCelliD`).
    pub number: usize,
    content: Content,
}

/// One record as the API would have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The number of its record.
    pub number: usize,
    /// A site or a count in the shape of the API, with what could be read.
    pub body: Value,
    /// What could not be read.
    pub faults: Faults,
}

/// What a record is made of.
#[derive(Debug)]
enum Content {
    Texts(StringRecord),
    Values(Vec<Data>),
    Json(Box<str>),
    Site(Box<opencellid::Site>),
    Broken(Faults),
}

impl Content {
    /// About how many bytes of memory it takes.
    fn bytes(&self) -> usize {
        let of_value = |value: &Data| match value {
            Data::String(text) => size_of::<Data>() + text.len(),
            _ => size_of::<Data>(),
        };
        match self {
            Self::Texts(texts) => texts.as_slice().len() + texts.len() * size_of::<usize>(),
            Self::Values(values) => values.iter().map(of_value).sum(),
            Self::Json(text) => text.len(),
            Self::Site(_) | Self::Broken(_) => size_of::<Self>(),
        }
    }
}

/// Takes records until it says that it is enough.
type Visit<'a> = &'a mut dyn FnMut(Record) -> ControlFlow<()>;

/// Where records come from.
#[derive(Debug)]
enum Source {
    Table(table::Table),
    Sheet(sheet::Sheet),
    Objects(objects::Objects),
    Cells(opencellid::Cells),
}

impl Source {
    fn each(&self, visit: Visit) -> Result<()> {
        match self {
            Self::Table(table) => table.each(visit),
            Self::Sheet(sheet) => sheet.each(visit),
            Self::Objects(objects) => objects.each(visit).map(|_| ()),
            Self::Cells(cells) => cells.each(visit),
        }
    }
}

/// A file that was looked through once and can be read.
#[derive(Debug)]
pub struct RowFile {
    source: Arc<Source>,
    options: Options,
    /// Of a table only.
    layout: Option<Layout>,
    total: usize,
}

/// What the columns of a table are and how its numbers are written.
#[derive(Debug)]
struct Layout {
    columns: Columns,
    convention: Convention,
}

impl RowFile {
    /// Looks through the file at `path` once.
    ///
    /// # Errors
    /// `TooLarge` for a file over a limit, which it names; `Invalid` for one that is not what it is said to be, or whose
    /// columns are not known. A record that is broken is no failure here.
    pub fn open(path: &Path, options: Options) -> Result<Self> {
        let unreadable = |error| Error::internal(format!("{}: {error}", path.display()));
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        if size > options.limits.bytes {
            let found = format!("the file has {size}");
            return Err(failure::over(options.limits.bytes, "bytes", found));
        }
        match options.format {
            FileFormat::Csv | FileFormat::Tsv => {
                let (table, titles) = table::Table::open(path, &options)?;
                if options.columns.is_empty() && opencellid::are_columns(&titles) {
                    let format = FileFormat::OpenCellId;
                    return Self::cells(path, Options { format, ..options });
                }
                Self::table(Source::Table(table), &titles, options)
            }
            FileFormat::Xlsx => {
                let (sheet, titles) = sheet::Sheet::open(path, &options)?;
                Self::table(Source::Sheet(sheet), &titles, options)
            }
            FileFormat::GeoJson | FileFormat::NdJson | FileFormat::Json => {
                Self::objects(objects::Objects::open(path, &options)?, options)
            }
            FileFormat::OpenCellId => Self::cells(path, options),
        }
    }

    fn table(source: Source, titles: &[String], options: Options) -> Result<Self> {
        let columns = Columns::of(options.kind, titles, &options.columns)?;
        let mut file = Self {
            source: Arc::new(source),
            layout: Some(Layout {
                columns,
                convention: Convention::decide(&Evidence::default(), options.decimal),
            }),
            options,
            total: 0,
        };
        let mut evidence = Evidence::default();
        file.total = file.count(|record, layout| {
            if let Some(layout) = layout {
                let cells = file.cells_of(record, layout, &mut Faults::default());
                evidence.see(&layout.columns, &cells);
            }
        })?;
        if let Some(layout) = &mut file.layout {
            layout.convention = Convention::decide(&evidence, file.options.decimal);
        }
        Ok(file)
    }

    fn objects(objects: objects::Objects, mut options: Options) -> Result<Self> {
        let (mut total, limit) = (0, options.limits.rows);
        let mut over = None;
        let crs = objects.each(&mut |record| {
            total += 1;
            if total > limit {
                over = Some(record.number);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        if let Some(number) = over {
            return Err(too_many(limit, number));
        }
        options.crs = feature::crs(crs.as_ref(), options.crs)?;
        Ok(Self {
            source: Arc::new(Source::Objects(objects)),
            options,
            layout: None,
            total,
        })
    }

    fn cells(path: &Path, options: Options) -> Result<Self> {
        if options.kind != RecordKind::Sites {
            let mut faults = Faults::default();
            let known = "sites";
            let kind = Some(options.kind.as_str());
            faults.parameter("kind", Rule::UnknownValue { known }, kind);
            return Err(faults.into());
        }
        let mut file = Self {
            source: Arc::new(Source::Cells(opencellid::Cells::open(path, &options)?)),
            options,
            layout: None,
            total: 0,
        };
        file.total = file.count(|_, _| ())?;
        Ok(file)
    }

    /// Counts the records, showing each to `see`.
    fn count(&self, mut see: impl FnMut(&Record, Option<&Layout>)) -> Result<usize> {
        let (mut total, limit) = (0, self.options.limits.rows);
        for record in stream::Records::of(Arc::clone(&self.source))? {
            let record = record?;
            total += 1;
            if total > limit {
                return Err(too_many(limit, record.number));
            }
            see(&record, self.layout.as_ref());
        }
        Ok(total)
    }

    /// How many records there are, broken ones among them.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// How the file was read.
    #[must_use]
    pub fn read_as(&self) -> ReadAs {
        let mut read_as = ReadAs {
            format: self.options.format,
            encoding: None,
            delimiter: None,
            sheet: None,
            header_row: None,
            decimal: None,
            crs: self.options.crs.as_ref().map(Crs::code),
            columns: BTreeMap::new(),
            grouping: None,
        };
        match &*self.source {
            Source::Table(table) => {
                read_as.encoding = Some(table.text.encoding.name());
                read_as.delimiter = Some(char::from(table.delimiter));
                read_as.header_row = Some(table.above + 1);
            }
            Source::Sheet(sheet) => {
                read_as.sheet = Some(sheet.name.clone());
                read_as.header_row = Some(sheet.header_row);
            }
            Source::Objects(objects) => {
                read_as.encoding = Some(objects.text.encoding.name());
                read_as.columns = self.options.columns.clone();
            }
            Source::Cells(cells) => {
                read_as.encoding = Some(cells.text.encoding.name());
                read_as.grouping = Some(opencellid::GROUPING);
            }
        }
        if let Some(layout) = &self.layout {
            read_as.decimal = layout.convention.decimal;
            let fields = layout.columns.fields();
            read_as.columns = fields
                .filter(|(title, _)| !title.is_empty())
                .map(|(title, field)| (title.to_owned(), field.to_owned()))
                .collect();
        }
        read_as
    }

    /// The records, in their order (of cells, first the rows that are none). A failure of reading ends them.
    ///
    /// # Errors
    /// `Internal` when the system gives no thread.
    pub fn records(&self) -> Result<Box<dyn Iterator<Item = Result<Record>> + Send + '_>> {
        Ok(Box::new(stream::Records::of(Arc::clone(&self.source))?))
    }

    /// Interprets a record.
    #[must_use]
    pub fn row(&self, record: &Record) -> Row {
        let mut faults = Faults::default();
        let mut body = match (&record.content, &self.layout) {
            (Content::Json(text), _) => self.body(text, &mut faults),
            (Content::Site(site), _) => site.body(&mut faults),
            (Content::Broken(broken), _) => {
                faults = broken.clone();
                Value::Null
            }
            (Content::Texts(_) | Content::Values(_), Some(layout)) => {
                let cells = self.cells_of(record, layout, &mut faults);
                let crs = self.options.crs.as_ref();
                let (body, own) = layout.columns.read(&cells, &layout.convention, crs);
                faults.append(own);
                body
            }
            (Content::Texts(_) | Content::Values(_), None) => Value::Null,
        };
        if let (RecordKind::Settlements, Some(crs)) = (self.options.kind, self.options.crs) {
            feature::clusters_to_wgs84(&mut body, crs, &mut faults);
        }
        if let (Some(operator), Value::Object(fields)) = (&self.options.operator, &mut body)
            && fields.get("operator").is_none_or(Value::is_null)
        {
            fields.insert("operator".to_owned(), operator.clone().into());
        }
        Row {
            number: record.number,
            body,
            faults,
        }
    }

    fn body(&self, text: &str, faults: &mut Faults) -> Value {
        let mut body = objects::body(text, &self.options, faults);
        if let Some(crs) = self.options.crs {
            feature::to_wgs84(&mut body, crs, faults);
        }
        body
    }

    /// The cells of a table's record, and what is wrong with them as such.
    fn cells_of(&self, record: &Record, layout: &Layout, faults: &mut Faults) -> Vec<Cell> {
        let cells = match (&*self.source, &record.content) {
            (Source::Table(table), Content::Texts(texts)) => table.cells(texts, faults),
            (Source::Sheet(sheet), Content::Values(values)) => {
                sheet.cells(values, &|index| layout.columns.pointer(index), faults)
            }
            _ => Vec::new(),
        };
        let max = self.options.limits.cell_chars;
        for (index, cell) in cells.iter().enumerate() {
            if let Cell::Text(text) = cell
                && text.len() > max
                && text.chars().count() > max
            {
                let value = Value::from(text.as_str());
                faults.body(
                    layout.columns.pointer(index),
                    Rule::TooLong { max },
                    Some(&value),
                );
            }
        }
        cells
    }

    /// The file's own title of the column that the field at `pointer` was read from.
    #[must_use]
    pub fn column_of(&self, pointer: &str) -> Option<&str> {
        if let Some(layout) = &self.layout {
            return layout.columns.name_of(pointer);
        }
        if self.options.format == FileFormat::OpenCellId {
            let column = pointer.strip_prefix('/')?;
            return opencellid::COLUMNS.into_iter().find(|own| *own == column);
        }
        let field = pointer.strip_prefix('/')?.replace('/', ".");
        let stated = self.options.columns.iter();
        stated
            .filter(|(_, own)| **own == field)
            .map(|(title, _)| title.as_str())
            .next()
    }

    /// The columns that every row must have and that the table lacks.
    #[must_use]
    pub fn missing_columns(&self) -> Faults {
        let layout = self.layout.as_ref();
        layout.map_or_else(Faults::default, |layout| {
            layout.columns.missing(self.options.kind)
        })
    }

    /// Writes the operator's own table with one column `title` more, in which `note` says what stands beside the record of
    /// a number. CSV keeps delimiter, line ends and encoding (UTF-8 with a byte order mark where a note has a letter that it
    /// lacks); XLSX keeps the values of the sheet that was read.
    ///
    /// # Errors
    /// `NotAcceptable` for the formats that are no table; `Internal` when `out` cannot be written.
    pub fn annotate(
        &self,
        note: &mut dyn FnMut(usize) -> Option<String>,
        title: &str,
        out: &mut dyn Write,
    ) -> Result<()> {
        match &*self.source {
            Source::Table(table) => annotate::table(table, note, title, out),
            Source::Sheet(sheet) => annotate::sheet(sheet, note, title, out),
            Source::Objects(_) | Source::Cells(_) => Err(Error::NotAcceptable(
                "a list of its rows; only CSV, TSV and XLSX files are given back with notes",
            )),
        }
    }
}

fn too_many(limit: usize, number: usize) -> Error {
    failure::over(limit, "records", format!("record {number} is one more"))
}

#[cfg(test)]
mod tests;
