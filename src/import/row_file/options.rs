//! How a file is to be read, what it may be at most, and how it was read.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::FileFormat;
use crate::domain::RecordKind;
use crate::geo::Crs;
use crate::import::convention::DecimalSign;

/// What a file may be at most. Going over one is a failure that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Records.
    pub rows: usize,
    /// Cells of a row.
    pub columns: usize,
    /// Characters of a cell; a longer one is a fault of its row.
    pub cell_chars: usize,
    /// Bytes of a workbook when it is expanded; a quarter of it is allowed for its shared strings, which are held in memory.
    pub xlsx_expanded_bytes: u64,
}

impl Default for Limits {
    /// A million rows in any format.
    fn default() -> Self {
        Self {
            bytes: 512 * 1024 * 1024,
            rows: 1_000_000,
            columns: 500,
            cell_chars: 32_767,
            xlsx_expanded_bytes: 1024 * 1024 * 1024,
        }
    }
}

/// How a file is to be read: what is stated is not guessed.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the records are.
    pub kind: RecordKind,
    /// The format.
    pub format: FileFormat,
    /// The file's own titles, and the field of the API that each is.
    pub columns: BTreeMap<String, String>,
    /// Name of the sheet.
    pub sheet: Option<String>,
    /// Sign between cells.
    pub delimiter: Option<u8>,
    /// Label of the encoding, such as `windows-1258`.
    pub encoding: Option<String>,
    /// Sign before decimals.
    pub decimal: Option<DecimalSign>,
    /// The coordinate system of the positions; WGS 84 where none is stated.
    pub crs: Option<Crs>,
    /// The operator of every record that names none.
    pub operator: Option<String>,
    /// Operators' codes by PLMN (`45204`), for files of cells.
    pub plmns: HashMap<String, String>,
    /// What the file may be at most.
    pub limits: Limits,
}

/// How a file was read, for the report on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadAs {
    /// The format.
    pub format: FileFormat,
    /// Name of the encoding, where the file is a text.
    pub encoding: Option<&'static str>,
    /// Sign between cells.
    pub delimiter: Option<char>,
    /// Name of the sheet.
    pub sheet: Option<String>,
    /// The header: its row in the sheet, or its record counted from 1.
    pub header_row: Option<usize>,
    /// Sign before decimals, where it matters.
    pub decimal: Option<DecimalSign>,
    /// EPSG code of the coordinate system that positions were converted from.
    pub crs: Option<u32>,
    /// The file's titles, and the field that each was read as.
    pub columns: BTreeMap<String, String>,
    /// How records were put together from rows.
    pub grouping: Option<&'static str>,
}
