//! Judges the site rows of a submission over what the register said before any of them is recorded.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::report::FieldChange;
use super::run::{Basis, in_steps, merged};
use crate::db::sites::Record;
use crate::db::{DbConn, site_sets};
use crate::domain::site_input::{self, Submitted};
use crate::domain::submission::{OnExisting, Outcome};
use crate::domain::{Equipment, Faults, Rule, Site};
use crate::error::{Error, Result};
use crate::geo::{Position, measure};
use crate::import::row_file::{Record as FileRecord, RowFile};
use crate::register::Geography;
use crate::register::site_checks::{self, Known};
use crate::register::sites::changed_fields;

/// Rows that are judged and recorded in one step.
const STEP: usize = 4_000;
/// A longer move is worth a warning, in metres.
const MOVED_M: f64 = 1_000.0;

/// The keys that were seen, each by the first half of its SHA-256: a million of them take 40 MB, with their texts 200.
#[derive(Default)]
pub(super) struct SeenKeys(HashSet<[u8; 16]>);

impl SeenKeys {
    fn digest(operator: &str, code: &str) -> [u8; 16] {
        let digest = Sha256::digest(format!("{operator}\n{code}"));
        let mut half = [0; 16];
        half.iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        half
    }

    /// Notes a key; false where it was seen before.
    fn insert(&mut self, operator: &str, code: &str) -> bool {
        self.0.insert(Self::digest(operator, code))
    }

    pub fn contains(&self, operator: &str, code: &str) -> bool {
        self.0.contains(&Self::digest(operator, code))
    }
}

/// A row that was read.
struct Read {
    number: usize,
    site: Option<Submitted>,
    key: Option<(String, String)>,
    /// The area versions that hold its position.
    areas: Vec<i32>,
    faults: Faults,
}

impl Read {
    fn of(file: &RowFile, record: &FileRecord, geography: &Geography) -> Self {
        let row = file.row(record);
        let key = ["operator", "code"].map(|name| row.body.get(name).and_then(Value::as_str));
        let key = match key {
            [Some(operator), Some(code)] => Some((operator.to_owned(), code.to_owned())),
            _ => None,
        };
        let (site, faults) = match site_input::read(&row.body) {
            Ok(submitted) if row.faults.is_empty() => (Some(submitted), row.faults),
            // What could not be read at all has said why.
            _ if row.body.is_null() => (None, row.faults),
            Ok(_) => (None, row.faults),
            Err(own) => (None, merged(row.faults, own)),
        };
        let position = site
            .as_ref()
            .and_then(|s| Position::new(s.site.longitude, s.site.latitude));
        Self {
            number: row.number,
            key: site
                .as_ref()
                .map(|s| (s.site.operator.clone(), s.site.code.clone()))
                .or(key),
            areas: position
                .map(|position| geography.locate(position))
                .unwrap_or_default(),
            site,
            faults,
        }
    }
}

/// A row that was judged.
pub(super) struct Judged {
    pub number: Option<usize>,
    /// Its record is not the one that was reviewed.
    pub has_drifted: bool,
    pub outcome: Outcome,
    pub key: Option<String>,
    pub version: Option<i32>,
    pub before: Option<Record>,
    pub site: Option<Site>,
    pub areas: Vec<i32>,
    pub changed: Vec<String>,
    pub changes: Vec<FieldChange>,
    pub moved_m: Option<f64>,
    /// Whether the department left it out.
    pub is_left_out: bool,
    pub faults: Faults,
    pub warnings: Faults,
}

/// Judges one row after the other. It reads the register by a connection of its own, so that rows are judged while those
/// before them are recorded: nothing that it asks depends on what is recorded of the same file.
pub(super) struct Judge<'r> {
    basis: Basis<'r>,
    geography: Arc<Geography>,
    known: Known,
    seen: SeenKeys,
    /// Rows whose host may stand further down in the file; satellite exchanges are few.
    waiting: Vec<Read>,
}

impl<'r> Judge<'r> {
    /// A judge who has seen nothing yet.
    pub fn new(basis: Basis<'r>, geography: Arc<Geography>) -> Self {
        Self {
            basis,
            geography,
            known: Known::default(),
            seen: SeenKeys::default(),
            waiting: Vec::new(),
        }
    }

    /// Judges every row of the file and gives them on in steps; in the end says which keys the file has.
    ///
    /// # Errors
    /// Those of the database, of the file and of `give`.
    pub fn all(
        mut self,
        conn: &mut DbConn,
        mut give: impl FnMut(Vec<Judged>) -> Result<()>,
    ) -> Result<SeenKeys> {
        let (file, geography) = (self.basis.file, Arc::clone(&self.geography));
        let read = |record: &FileRecord| Read::of(file, record, &geography);
        in_steps(file, STEP, read, |rows| {
            for row in &rows {
                if let Some(Submitted { site, .. }) = &row.site
                    && matches!(site.equipment, Equipment::SwitchingStation { .. })
                {
                    self.known.has_host(conn, &site.operator, "")?;
                    self.known.add_host(&site.operator, &site.code);
                }
            }
            let (later, now): (Vec<Read>, Vec<Read>) = rows
                .into_iter()
                .partition(|row| Self::must_wait(conn, &mut self.known, row));
            self.waiting.extend(later);
            give(self.step(conn, now)?)
        })?;
        let waiting = std::mem::take(&mut self.waiting);
        give(self.step(conn, waiting)?)?;
        Ok(self.seen)
    }

    fn must_wait(conn: &mut DbConn, known: &mut Known, row: &Read) -> bool {
        match row
            .site
            .as_ref()
            .map(|s| (&s.site.operator, &s.site.equipment))
        {
            Some((
                operator,
                Equipment::SatelliteExchange {
                    host: Some(host), ..
                },
            )) => !known.has_host(conn, operator, host).unwrap_or(true),
            _ => false,
        }
    }

    fn step(&mut self, conn: &mut DbConn, mut rows: Vec<Read>) -> Result<Vec<Judged>> {
        for row in &mut rows {
            self.check(conn, row)?;
        }
        let mut held = held(conn, &rows)?;
        let rows: Vec<(Read, Option<Record>)> = rows
            .into_iter()
            .map(|row| {
                let before = row.key.as_ref().and_then(|key| held.remove(key));
                (row, before)
            })
            .collect();
        let basis = self.basis;
        rows.into_par_iter()
            .map(|(row, before)| judge(basis, row, before))
            .collect()
    }

    fn check(&mut self, conn: &mut DbConn, row: &mut Read) -> Result<()> {
        let basis = self.basis;
        if let Some(submitted) = &row.site {
            let settings = &basis.register.settings;
            site_checks::check(
                conn,
                &mut self.known,
                &self.geography,
                settings,
                submitted,
                basis.change.today,
                &mut row.faults,
            )?;
        }
        if let Some((operator, code)) = &row.key {
            basis.check_operator(operator, &mut row.faults);
            if !self.seen.insert(operator, code) {
                row.faults
                    .body("/code", Rule::Duplicate, Some(&Value::from(code.as_str())));
            }
        }
        Ok(())
    }
}

fn judge(basis: Basis, row: Read, before: Option<Record>) -> Result<Judged> {
    let Read {
        number,
        site,
        key,
        areas,
        mut faults,
    } = row;
    let version = before.as_ref().map_or(0, |record| record.version);
    let has_drifted = basis.drifts(number, version);
    if has_drifted {
        faults.body("", Rule::ChangedSinceReview, None);
    }
    let is_left_out = basis.excluded.contains(&number);
    if is_left_out {
        faults.body("", Rule::LeftOut, None);
    }
    let mut judged = Judged {
        number: Some(number),
        is_left_out,
        outcome: Outcome::Rejected,
        has_drifted,
        key: key.map(|(_, code)| code),
        version: Some(version),
        before: None,
        site: None,
        areas,
        changed: Vec::new(),
        changes: Vec::new(),
        moved_m: None,
        faults,
        warnings: Faults::default(),
    };
    let Some(Submitted { site, .. }) = site else {
        return Ok(judged);
    };
    if before.is_some() && basis.plan.on_existing == OnExisting::Error {
        let code = Value::from(site.code.as_str());
        judged.faults.body("/code", Rule::Exists, Some(&code));
    }
    judged.warnings = site_input::warnings(&site, basis.change.today);
    if judged.areas.is_empty() {
        judged.warnings.body("/longitude", Rule::Unlocated, None);
    }
    let mut outcome = Outcome::Created;
    if let Some(before) = before {
        let old = before.site()?;
        judged.changed = changed_fields(&old, &site)?;
        judged.changes = differences(&old, &site, &judged.changed)?;
        judged.moved_m = moved_m(&old, &site);
        if let Some(distance_m) = judged.moved_m.filter(|metres| *metres > MOVED_M) {
            judged
                .warnings
                .body("/longitude", Rule::Moved { distance_m }, None);
        }
        outcome = match basis.plan.on_existing {
            _ if judged.changed.is_empty() => Outcome::Unchanged,
            OnExisting::Skip => Outcome::Skipped,
            OnExisting::Update | OnExisting::Error => Outcome::Updated,
        };
        judged.before = Some(before);
    }
    judged.site = Some(site);
    if judged.faults.is_empty() {
        judged.outcome = outcome;
    }
    Ok(judged)
}

/// The current sites under the keys of `rows`.
fn held(conn: &mut DbConn, rows: &[Read]) -> Result<HashMap<(String, String), Record>> {
    let mut codes: HashMap<&str, Vec<&str>> = HashMap::new();
    for (operator, code) in rows.iter().filter_map(|row| row.key.as_ref()) {
        // A key that breaks the rules of codes is no key of the register, and may hold what no database takes.
        if crate::domain::text::site_code(code).is_ok()
            && crate::domain::text::operator_code(operator).is_ok()
        {
            codes.entry(operator).or_default().push(code);
        }
    }
    let mut held = HashMap::new();
    for (operator, codes) in codes {
        for record in site_sets::by_keys(conn, operator, &codes)? {
            held.insert((record.operator.clone(), record.code.clone()), record);
        }
    }
    Ok(held)
}

pub(super) fn differences(old: &Site, new: &Site, changed: &[String]) -> Result<Vec<FieldChange>> {
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let value =
        |site: &Site| serde_json::to_value(site).map_err(|error| Error::Internal(Box::new(error)));
    let (old, new) = (value(old)?, value(new)?);
    Ok(changed
        .iter()
        .map(|field| FieldChange {
            field: field.clone(),
            from: old.get(field).cloned().unwrap_or_default(),
            to: new.get(field).cloned().unwrap_or_default(),
        })
        .collect())
}

/// How far a site moves, in metres; none where it stays.
fn moved_m(old: &Site, new: &Site) -> Option<f64> {
    let position = |site: &Site| Position::new(site.longitude, site.latitude);
    let distance_m = measure::distance_m(position(old)?, position(new)?);
    (distance_m > 0.0).then_some(distance_m)
}
