//! Fills an empty register with the province of `seeds/`: a province of the project's own making that adds up to the
//! founding report. What in it is published and what is generated stands in its records and in `seeds/README.md`.

use serde::Serialize;
use serde_json::Value;

use super::areas::ImportOptions;
use super::bulk::{Imported, Progress};
use super::{Change, Register};
use crate::db::{DbConn, operators};
use crate::domain::{Faults, SubscriberCount};
use crate::error::{Error, Result};
use crate::import::{self, RowFormat, areas::AreaFile};

const OPERATORS: &str = include_str!("../../seeds/operators.json");
const AREAS: &str = include_str!("../../seeds/areas.geojson");
const SITES: &str = include_str!("../../seeds/sites.ndjson");
const SUBSCRIBERS: &str = include_str!("../../seeds/subscribers.ndjson");
const SETTLEMENTS: &str = include_str!("../../seeds/settlements.ndjson");

/// What was put into the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Seeded {
    /// Operators.
    pub operators: usize,
    /// Area versions.
    pub areas: usize,
    /// Sites.
    pub sites: usize,
    /// Subscriber counts.
    pub subscriber_counts: usize,
    /// Settlements.
    pub settlements: usize,
}

impl Register {
    /// Puts the seeds into a register without operators and areas; nothing where it has any.
    ///
    /// # Errors
    /// `Invalid` when the seeds break a rule, which a test excludes.
    pub fn seed(
        &self,
        conn: &mut DbConn,
        change: &Change,
        progress: Progress,
    ) -> Result<Option<Seeded>> {
        if !operators::all(conn)?.is_empty() || !self.geography(conn)?.all().is_empty() {
            return Ok(None);
        }
        self.seed_all(conn, change, progress).map(Some)
    }

    /// Puts the seeds into the register, over what is there under the same keys.
    ///
    /// # Errors
    /// `Invalid` when they break a rule.
    pub fn seed_all(
        &self,
        conn: &mut DbConn,
        change: &Change,
        progress: Progress,
    ) -> Result<Seeded> {
        let rows = import::rows(RowFormat::Json, OPERATORS.as_bytes())?;
        let operators = self.import_operators(conn, change, &rows)?;
        let areas = AreaFile::default().read(AREAS.as_bytes(), None)?;
        let options = ImportOptions {
            area_tolerance_percent: 10.0,
            ..ImportOptions::default()
        };
        let areas = self.import_areas(conn, change, areas, options)?;
        let rows = import::rows(RowFormat::NdJson, SITES.as_bytes())?;
        let sites = self.import_sites(conn, change, rows, progress)?;
        let rows = import::rows(RowFormat::NdJson, SUBSCRIBERS.as_bytes())?;
        let counts = self.import_subscribers(conn, change, &rows)?;
        let rows = import::rows(RowFormat::NdJson, SETTLEMENTS.as_bytes())?;
        let settlements = self.import_settlements(conn, change, &rows)?;
        Ok(Seeded {
            operators: operators.created,
            areas: areas.created,
            sites: sites.created,
            subscriber_counts: counts.created,
            settlements: settlements.created,
        })
    }

    /// Records the counts of a file's rows: all of them, or none.
    ///
    /// # Errors
    /// `Invalid` with every fault of every row, or `Forbidden`.
    pub fn import_subscribers(
        &self,
        conn: &mut DbConn,
        change: &Change,
        rows: &[(usize, Value)],
    ) -> Result<Imported> {
        let mut faults = Faults::default();
        let mut counts = Vec::with_capacity(rows.len());
        for (number, row) in rows {
            let mut own = Faults::default();
            if let Some(count) = SubscriberCount::read(row, String::new(), &mut own) {
                super::sites::may_write(&change.caller, &count.key.operator)?;
                counts.push((format!("/{}", number - 1), count));
            }
            faults.row(*number, own);
        }
        if !faults.is_empty() {
            return Err(Error::Invalid(faults));
        }
        self.upsert_counts(conn, change, counts, faults)
    }
}
