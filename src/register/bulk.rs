//! Records many sites at once: every row is checked, then all of them are written, or none.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::site_checks::{self, Known};
use super::sites::{after, changed_fields, first, may_write, next, note};
use super::{Change, Register, filing};
use crate::db::site_list::{self, Filter, Sort, SortKey};
use crate::db::site_rows;
use crate::db::sites::{self, NewVersion, Record};
use crate::db::{DbConn, changes};
use crate::domain::site_input::{self, Submitted};
use crate::domain::{Equipment, Faults, Kind, Rule};
use crate::error::Result;

/// What became of the rows of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Imported {
    /// Rows of sites that are new.
    pub created: usize,
    /// Rows that changed a site.
    pub updated: usize,
    /// Rows that say what the register says already.
    pub unchanged: usize,
}

/// Progress of long work: called with what is done and what there is.
pub type Progress<'p> = &'p mut dyn FnMut(u64, u64);

impl Register {
    /// Records the sites of `rows`, each with its number in the file.
    ///
    /// # Errors
    /// `Invalid` with every fault of every row, or `Forbidden`.
    pub fn import_sites(
        &self,
        conn: &mut DbConn,
        change: &Change,
        rows: Vec<(usize, Value)>,
        progress: Progress,
    ) -> Result<Imported> {
        let geography = self.geography(conn)?;
        let mut faults = Faults::default();
        let submitted = self.read_rows(conn, change, &rows, &mut faults)?;
        drop(rows);
        faults.give(Some(()))?;
        let total = submitted.len() as u64;
        let held = held(conn, &submitted)?;
        let positions: Vec<(f64, f64)> = submitted
            .iter()
            .map(|s| (s.site.longitude, s.site.latitude))
            .collect();
        let places = filing::places_of(conn, &geography, &positions)?;
        let mut outcome = Imported::default();
        let mut batch = Batch::default();
        for (done, (Submitted { site, .. }, place_id)) in
            submitted.into_iter().zip(places).enumerate()
        {
            match held.get(&(site.operator.clone(), site.code.clone())) {
                None => {
                    outcome.created += 1;
                    batch.add(first(site, place_id, change), "create");
                }
                Some(before) => {
                    let changed = changed_fields(&before.site()?, &site)?;
                    if changed.is_empty() {
                        outcome.unchanged += 1;
                        continue;
                    }
                    outcome.updated += 1;
                    let at = after(before, change.at);
                    sites::supersede(conn, &[before.row_id], at)?;
                    batch.add(next(before, site, place_id, at, change, changed), "replace");
                }
            }
            if batch.versions.len() >= 5_000 {
                batch.write(conn)?;
                progress(done as u64, total);
            }
        }
        batch.write(conn)?;
        progress(total, total);
        Ok(outcome)
    }

    fn read_rows(
        &self,
        conn: &mut DbConn,
        change: &Change,
        rows: &[(usize, Value)],
        faults: &mut Faults,
    ) -> Result<Vec<Submitted>> {
        let geography = self.geography(conn)?;
        let mut read: Vec<(usize, Submitted)> = Vec::with_capacity(rows.len());
        let mut known = Known::default();
        for (number, row) in rows {
            match site_input::read(row) {
                Ok(submitted) => read.push((*number, submitted)),
                Err(own) => faults.row(*number, own),
            }
        }
        for operator in read
            .iter()
            .map(|(_, s)| s.site.operator.as_str())
            .collect::<HashSet<&str>>()
        {
            may_write(&change.caller, operator)?;
        }
        for (_, submitted) in &read {
            let site = &submitted.site;
            if matches!(site.equipment, Equipment::SwitchingStation { .. }) {
                known.has_host(conn, &site.operator, "")?;
                known.add_host(&site.operator, &site.code);
            }
        }
        let mut seen: HashSet<(String, String)> = HashSet::with_capacity(read.len());
        for (number, submitted) in &read {
            let mut own = Faults::default();
            site_checks::check(
                conn,
                &mut known,
                &geography,
                &self.settings,
                submitted,
                change.today,
                &mut own,
            )?;
            if !seen.insert((submitted.site.operator.clone(), submitted.site.code.clone())) {
                own.body(
                    "/code",
                    Rule::Duplicate,
                    Some(&Value::from(submitted.site.code.as_str())),
                );
            }
            faults.row(*number, own);
        }
        Ok(read.into_iter().map(|(_, submitted)| submitted).collect())
    }
}

#[derive(Default)]
struct Batch {
    versions: Vec<NewVersion>,
    notes: Vec<changes::NewChange>,
}

impl Batch {
    fn add(&mut self, version: NewVersion, action: &'static str) {
        self.notes.push(note(&version, action));
        self.versions.push(version);
    }

    fn write(&mut self, conn: &mut DbConn) -> Result<()> {
        site_rows::insert(conn, &self.versions)?;
        changes::note(conn, &self.notes)?;
        self.versions.clear();
        self.notes.clear();
        Ok(())
    }
}

/// The current sites of the operators that are in the file, by key.
fn held(conn: &mut DbConn, submitted: &[Submitted]) -> Result<HashMap<(String, String), Record>> {
    let distinct: HashSet<&str> = submitted.iter().map(|s| s.site.operator.as_str()).collect();
    let filter = Filter {
        operators: distinct.into_iter().map(str::to_owned).collect(),
        kinds: Kind::ALL.to_vec(),
        ..Filter::default()
    };
    let sort = Sort {
        key: SortKey::Code,
        descending: false,
    };
    let records = site_list::page(conn, &filter, sort, None, i64::MAX)?;
    Ok(records
        .into_iter()
        .map(|record| ((record.operator.clone(), record.code.clone()), record))
        .collect())
}
