//! Imports settlements from a file: every row is judged, then all of it is recorded, or nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::bulk::Imported;
use super::settlements::write;
use super::submissions::reading::Reading;
use super::submissions::run::merged;
use super::{Change, Register};
use crate::db::DbConn;
use crate::domain::{Faults, RecordKind};
use crate::error::Result;
use crate::import::row_file::{Row, RowFile};
use crate::import::settlements::{Group, grouped};

/// Most rows of a file of settlements, which is held in memory: a settlement's rows may stand anywhere in it.
const ROWS_MAX: usize = 200_000;

impl Register {
    /// Records or replaces the settlements of the file at `path`, all of them or none; with `dry_run` none.
    ///
    /// # Errors
    /// `TooLarge`, or `Invalid` with every fault of every row.
    pub fn import_settlement_file(
        &self,
        change: &Change,
        path: &Path,
        reading: &Reading,
        dry_run: bool,
    ) -> Result<Imported> {
        let kind = RecordKind::Settlements;
        let options = reading.options(kind, None, HashMap::new(), ROWS_MAX)?;
        let file = RowFile::open(path, options)?;
        file.missing_columns().give(Some(()))?;
        let records = file.records()?;
        let rows: Result<Vec<Row>> = records.map(|record| Ok(file.row(&record?))).collect();
        let groups = grouped(rows?);
        let job = |conn: &mut DbConn| self.record_groups(conn, change, groups);
        if dry_run {
            self.db.rehearse_here(job)
        } else {
            self.db.write_much_here(job)
        }
    }

    fn record_groups(
        &self,
        conn: &mut DbConn,
        change: &Change,
        groups: Vec<Group>,
    ) -> Result<Imported> {
        let geography = self.geography(conn)?;
        let mut all: BTreeMap<usize, Faults> = BTreeMap::new();
        let (mut read, mut seen) = (Vec::with_capacity(groups.len()), HashSet::new());
        for mut group in groups {
            let own = if group.body.is_null() {
                Faults::default()
            } else {
                self.judge_row(&geography, change, &group.body, &mut seen, &mut read)
            };
            let mut cells = std::mem::take(&mut group.faults);
            for (number, record) in group.place(own) {
                let of_row = cells.remove(&number).unwrap_or_default();
                cells.insert(number, merged(of_row, record));
            }
            for (number, faults) in cells {
                all.entry(number).or_default().append(faults);
            }
        }
        let mut faults = Faults::default();
        for (number, own) in all {
            faults.row(number, own);
        }
        faults.give(Some(()))?;
        write(conn, change, &read)
    }
}
