//! The report of a submission's rows: one JSON object to a line, in a file beside the submission's own.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::submission::{Counts, Outcome};
use crate::domain::{FieldError, Language};
use crate::error::{Error, Result};

/// A broken rule, or a warning, in both languages.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct RowFault {
    /// JSON pointer into the record.
    pub pointer: Option<String>,
    /// Title of the column in the file.
    pub column: Option<String>,
    /// Stable code of the rule.
    pub code: String,
    /// The rule, in English.
    pub english: String,
    /// The rule, in Vietnamese.
    pub vietnamese: String,
    /// The value, as it stands in the file.
    pub value: Option<Value>,
}

impl RowFault {
    /// The fault of a field, which stands in the column that `column_of` names.
    pub fn new<'c>(fault: FieldError, column_of: impl Fn(&str) -> Option<&'c str>) -> Self {
        Self {
            column: fault
                .pointer
                .as_deref()
                .and_then(column_of)
                .map(str::to_owned),
            pointer: fault.pointer,
            code: fault.rule.code().to_owned(),
            english: fault.rule.text(Language::English),
            vietnamese: fault.rule.text(Language::Vietnamese),
            value: fault.value,
        }
    }

    /// The rule in words.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        language.say(&self.english, &self.vietnamese)
    }
}

/// A field that a row changes.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, ToSchema)]
pub struct FieldChange {
    /// Name of the field.
    pub field: String,
    /// What the register says.
    pub from: Value,
    /// What the row says.
    pub to: Value,
}

/// What became of one row, or what would.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct RowReport {
    /// The row as the operator sees it in the file; none for a site that the file does not have.
    pub row: Option<usize>,
    /// What became of it.
    pub outcome: Outcome,
    /// The key of its record: the site's code, or what identifies the count.
    pub key: Option<String>,
    /// The version of the record that the row was compared with; 0 where there was none.
    pub version: Option<i32>,
    /// By how many metres the site moves.
    pub moved_m: Option<f64>,
    /// What it changes, field by field.
    pub changes: Vec<FieldChange>,
    /// The rules that it breaks.
    pub errors: Vec<RowFault>,
    /// What is allowed but worth telling.
    pub warnings: Vec<RowFault>,
}

/// A line of a report as it is written.
pub struct Line {
    outcome: Outcome,
    bytes: Vec<u8>,
}

impl RowReport {
    /// Its line.
    ///
    /// # Errors
    /// `Internal` when it cannot be written as JSON.
    pub fn line(&self) -> Result<Line> {
        let mut bytes =
            serde_json::to_vec(self).map_err(|error| Error::Internal(Box::new(error)))?;
        bytes.push(b'\n');
        Ok(Line {
            outcome: self.outcome,
            bytes,
        })
    }
}

/// Writes a report. It takes its place only when it is whole and on the disk.
pub struct Writer {
    path: PathBuf,
    file: BufWriter<File>,
    /// What the lines so far add up to.
    pub counts: Counts,
}

impl Writer {
    /// A report that will stand at `path`.
    ///
    /// # Errors
    /// `Internal` when the file cannot be made.
    pub fn new(path: &Path) -> Result<Self> {
        let file = File::create(part(path)).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::with_capacity(1 << 16, file),
            counts: Counts::default(),
        })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// `Internal` when it cannot be written.
    pub fn add(&mut self, line: &Line) -> Result<()> {
        self.counts.add(line.outcome);
        self.file.write_all(&line.bytes).map_err(failed)
    }

    /// Puts the whole report in its place.
    ///
    /// # Errors
    /// `Internal` when it does not reach the disk.
    pub fn finish(self) -> Result<Counts> {
        let file = self
            .file
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        std::fs::rename(part(&self.path), &self.path).map_err(failed)?;
        Ok(self.counts)
    }
}

fn part(path: &Path) -> PathBuf {
    path.with_extension("part")
}

fn failed(error: std::io::Error) -> Error {
    Error::Internal(Box::new(error))
}

/// Reads a report line by line, each with the place in the file after it.
pub struct Reader {
    file: BufReader<File>,
    place: u64,
}

impl Reader {
    /// The report at `path` from the place `from` on, which is 0 or one that a reader gave.
    ///
    /// # Errors
    /// `NotFound` while there is no report yet.
    pub fn open(path: &Path, from: u64) -> Result<Self> {
        let mut file = File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::NotFound {
                kind: "report yet of submission",
                key: path
                    .parent()
                    .and_then(Path::file_name)
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
            },
            _ => failed(error),
        })?;
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
        Ok(Self {
            file: BufReader::with_capacity(1 << 16, file),
            place: from,
        })
    }
}

impl Iterator for Reader {
    type Item = Result<(RowReport, u64)>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        match self.file.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(read) => {
                self.place += read as u64;
                let row =
                    serde_json::from_slice(&line).map_err(|error| Error::Internal(Box::new(error)));
                Some(row.map(|row| (row, self.place)))
            }
            Err(error) => Some(Err(failed(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: usize, outcome: Outcome) -> RowReport {
        RowReport {
            row: Some(number),
            outcome,
            key: Some(format!("S-{number}")),
            version: Some(0),
            moved_m: None,
            changes: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_report_is_read_from_any_place_that_was_given() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.ndjson");
        let mut writer = Writer::new(&path).unwrap();
        for number in 2..7 {
            writer
                .add(&row(number, Outcome::Created).line().unwrap())
                .unwrap();
        }
        writer
            .add(&row(7, Outcome::Rejected).line().unwrap())
            .unwrap();
        assert!(!path.exists(), "it stands there only when it is whole");
        let counts = writer.finish().unwrap();
        assert_eq!((counts.created, counts.rejected, counts.done), (5, 1, 6));
        let places: Vec<u64> = Reader::open(&path, 0)
            .unwrap()
            .map(|line| line.unwrap().1)
            .collect();
        let (second, _) = Reader::open(&path, places[0])
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        assert_eq!(second, row(3, Outcome::Created));
    }
}
