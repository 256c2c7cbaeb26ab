//! How the file of a submission is to be read, as it was asked.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::domain::{Faults, RecordKind, Rule};
use crate::geo::Crs;
use crate::import::convention::DecimalSign;
use crate::import::row_file::{FileFormat, Limits, Options};

/// How a file is to be read, in the words of the request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The format of the file.
    pub format: String,
    /// Titles of columns, each with the field that it holds.
    pub columns: BTreeMap<String, String>,
    /// Name of the sheet of a workbook.
    pub sheet: Option<String>,
    /// Sign between cells: `,`, `;` or `tab`.
    pub delimiter: Option<String>,
    /// Label of the encoding, such as `windows-1258`.
    pub encoding: Option<String>,
    /// Sign before decimals: `point` or `comma`.
    pub decimal: Option<String>,
    /// The coordinate system, such as `EPSG:9205`.
    pub crs: Option<String>,
}

impl Reading {
    /// The same for the reader; `operator` is filled in where a row names none, `plmns` tell the operators of cells, and
    /// there are at most `max_rows`.
    ///
    /// # Errors
    /// Each parameter that cannot be.
    pub fn options(
        &self,
        kind: RecordKind,
        operator: Option<String>,
        plmns: HashMap<String, String>,
        max_rows: usize,
    ) -> Result<Options, Faults> {
        let mut faults = Faults::default();
        let mut stated = |name: &str, word: &str, known: &'static str| {
            faults.parameter(name, Rule::UnknownValue { known }, Some(word));
        };
        let format = FileFormat::parse(&self.format);
        if format.is_none() {
            stated(
                "format",
                &self.format,
                "csv, tsv, xlsx, geojson, ndjson, json, opencellid",
            );
        }
        let delimiter = self.delimiter.as_deref().and_then(|word| {
            let sign = match word {
                "," | "comma" => Some(b','),
                ";" | "semicolon" => Some(b';'),
                "\t" | "tab" => Some(b'\t'),
                _ => None,
            };
            if sign.is_none() {
                stated("delimiter", word, "comma, semicolon, tab");
            }
            sign
        });
        let decimal = self.decimal.as_deref().and_then(|word| {
            let sign = DecimalSign::parse(word);
            if sign.is_none() {
                stated("decimal", word, "point, comma");
            }
            sign
        });
        let crs = self.crs.as_deref().and_then(|word| {
            let crs = Crs::parse(word);
            if crs.is_none() {
                stated("crs", word, Crs::KNOWN);
            }
            crs
        });
        let options = format.map(|format| Options {
            kind,
            format,
            columns: self.columns.clone(),
            sheet: self.sheet.clone(),
            delimiter,
            encoding: self.encoding.clone(),
            decimal,
            crs,
            operator,
            plmns,
            limits: Limits {
                rows: max_rows,
                ..Limits::default()
            },
        });
        faults.give(options)
    }
}
