//! Which column of a table is which field of the API.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cell::Cell;
use super::convention::Convention;
use crate::domain::{Faults, RecordKind};
use crate::geo::Crs;

/// The columns of one table.
#[derive(Debug, Clone)]
pub struct Columns {
    kind: RecordKind,
}

impl Columns {
    /// Finds the field of each title of `header`. `mapping` says title -> field for foreign titles, and wins.
    ///
    /// # Errors
    /// Each unknown, doubled or missing column, by its title.
    pub fn of(
        kind: RecordKind,
        _header: &[String],
        _mapping: &BTreeMap<String, String>,
    ) -> Result<Self, Faults> {
        Ok(Self { kind })
    }

    /// True where a row looks like the header, for finding it below title rows.
    #[must_use]
    pub fn is_header(_kind: RecordKind, _cells: &[Cell]) -> bool {
        false
    }

    /// The file's own title of what stands at `pointer` of a row: `/radios/0/technology`, `/longitude`.
    #[must_use]
    pub fn name_of(&self, _pointer: &str) -> Option<&str> {
        None
    }

    /// The columns found: title and field, in the file's order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let _ = self.kind;
        std::iter::empty()
    }

    /// One row as an object in the API's shape, and the faults of cells that cannot be read: each with the pointer into
    /// the object and the value as it stands in the file.
    #[must_use]
    pub fn read(
        &self,
        _cells: &[Cell],
        _convention: &Convention,
        _crs: Option<&Crs>,
    ) -> (Value, Faults) {
        (Value::Null, Faults::default())
    }
}
