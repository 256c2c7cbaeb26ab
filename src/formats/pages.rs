//! Rows written page by page, so that memory does not grow with them: every format that files are taken back in.

use std::io::{self, Write};

use rust_xlsxwriter::{Workbook, XlsxError};

use super::{Feature, csv, geojson, xlsx};

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON object to a line.
    NdJson,
    /// A list of JSON objects.
    Json,
    /// A feature collection (RFC 7946).
    GeoJson,
    /// A table (RFC 4180).
    Csv,
    /// A workbook of one sheet.
    Xlsx,
}

/// A file that is being written.
pub struct Pages<W> {
    out: W,
    form: Form,
    written: usize,
    book: Workbook,
}

impl<W: Write> Pages<W> {
    /// Begins a file of `T`; a workbook's sheet is called `name`.
    ///
    /// # Errors
    /// Those of writing.
    pub fn new<T: Feature>(mut out: W, form: Form, name: &str) -> io::Result<Self> {
        let mut book = Workbook::new();
        match form {
            Form::NdJson => {}
            Form::Json => out.write_all(b"[")?,
            Form::GeoJson => out.write_all(b"{\"type\":\"FeatureCollection\",\"features\":[")?,
            Form::Csv => out.write_all(&csv::header::<T>().map_err(io::Error::other)?)?,
            Form::Xlsx => begin(&mut book, name, T::COLUMNS).map_err(io::Error::other)?,
        }
        Ok(Self {
            out,
            form,
            written: 0,
            book,
        })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// Those of serialisation and of writing.
    pub fn add<T: Feature>(&mut self, rows: &[T]) -> io::Result<()> {
        match self.form {
            Form::Csv => self
                .out
                .write_all(&csv::lines(rows).map_err(io::Error::other)?)?,
            Form::Xlsx => self
                .book
                .worksheet_from_index(0)
                .and_then(|sheet| xlsx::add(sheet, self.written, rows))
                .map_err(io::Error::other)?,
            Form::NdJson | Form::Json | Form::GeoJson => self.add_objects(rows)?,
        }
        self.written += rows.len();
        Ok(())
    }

    fn add_objects<T: Feature>(&mut self, rows: &[T]) -> io::Result<()> {
        for (i, row) in rows.iter().enumerate() {
            let separator: &[u8] = match (self.form, self.written + i) {
                (Form::NdJson, _) => b"",
                (_, 0) => b"\n",
                _ => b",\n",
            };
            self.out.write_all(separator)?;
            if self.form == Form::GeoJson {
                self.out.write_all(&geojson::feature(row)?)?;
            } else {
                serde_json::to_writer(&mut self.out, row)?;
            }
            if self.form == Form::NdJson {
                self.out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Ends the file; how many rows it has.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(mut self) -> io::Result<usize> {
        match self.form {
            Form::NdJson | Form::Csv => {}
            Form::Json => self.out.write_all(b"\n]\n")?,
            Form::GeoJson => self.out.write_all(b"\n]}\n")?,
            Form::Xlsx => {
                let bytes: Result<Vec<u8>, XlsxError> = self.book.save_to_buffer();
                self.out.write_all(&bytes.map_err(io::Error::other)?)?;
            }
        }
        self.out.flush()?;
        Ok(self.written)
    }
}

/// The only sheet, whose rows go to the disk as they come.
fn begin(book: &mut Workbook, name: &str, columns: &[&str]) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name(name)?;
    xlsx::header(sheet, columns)
}
