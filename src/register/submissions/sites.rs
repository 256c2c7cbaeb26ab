//! Judges the site rows of a submission, batch by batch, and records them.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDateTime;
use serde_json::Value;

use super::report::{FieldChange, RowReport};
use super::run::{Run, in_steps, merged};
use crate::db::site_list::{self, Filter, Sort};
use crate::db::sites::{self, NewVersion, Record};
use crate::db::{DbConn, changes, site_sets};
use crate::domain::site_input::{self, Submitted};
use crate::domain::submission::{OnExisting, Outcome};
use crate::domain::{Equipment, Faults, Kind, Rule, Site, Status};
use crate::error::{Error, Result};
use crate::geo::{Position, measure};
use crate::import::row_file::{Record as FileRecord, RowFile};
use crate::register::site_checks::{self, Known};
use crate::register::sites::{after, changed_fields, first, next, note};
use crate::register::{Geography, filing};

/// Rows that are judged and recorded in one step.
const STEP: usize = 2_000;
/// A longer move is worth a warning, in metres.
const MOVED_M: f64 = 1_000.0;

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
struct Judged {
    number: Option<usize>,
    outcome: Outcome,
    key: Option<String>,
    version: Option<i32>,
    before: Option<Record>,
    site: Option<Site>,
    areas: Vec<i32>,
    changed: Vec<String>,
    changes: Vec<FieldChange>,
    moved_m: Option<f64>,
    /// Whether the department left it out.
    is_left_out: bool,
    faults: Faults,
    warnings: Faults,
}

impl Run<'_> {
    /// Judges every row of the file, and records what is good where the run writes.
    ///
    /// # Errors
    /// Those of the database and of the file; `Stale` where somebody cancelled it.
    pub fn sites(&mut self, conn: &mut DbConn) -> Result<()> {
        let geography = self.register.geography(conn)?;
        let mut known = Known::default();
        let mut seen: HashSet<(String, String)> = HashSet::new();
        // Rows whose host may stand further down in the file; satellite exchanges are few.
        let mut waiting: Vec<Read> = Vec::new();
        let file = self.file;
        let read = |record: &FileRecord| Read::of(file, record, &geography);
        in_steps(file, STEP, read, |rows| {
            self.go_on()?;
            for row in &rows {
                if let Some(Submitted { site, .. }) = &row.site
                    && matches!(site.equipment, Equipment::SwitchingStation { .. })
                {
                    known.has_host(conn, &site.operator, "")?;
                    known.add_host(&site.operator, &site.code);
                }
            }
            let (later, now): (Vec<Read>, Vec<Read>) = rows
                .into_iter()
                .partition(|row| Self::must_wait(conn, &mut known, row));
            waiting.extend(later);
            self.step(conn, &geography, &mut known, &mut seen, now)
        })?;
        self.step(conn, &geography, &mut known, &mut seen, waiting)?;
        self.sync(conn, &geography, &seen)
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

    /// Judges and records rows that were read.
    fn step(
        &mut self,
        conn: &mut DbConn,
        geography: &Geography,
        known: &mut Known,
        seen: &mut HashSet<(String, String)>,
        mut rows: Vec<Read>,
    ) -> Result<()> {
        for row in &mut rows {
            self.check(conn, geography, known, seen, row)?;
        }
        let mut held = held(conn, &rows)?;
        let mut judged = Vec::with_capacity(rows.len());
        for row in rows {
            let before = row.key.as_ref().and_then(|key| held.remove(key));
            judged.push(self.judge(row, before)?);
        }
        self.record(conn, &judged)?;
        for row in judged {
            self.tell(row)?;
        }
        Ok(())
    }

    fn check(
        &self,
        conn: &mut DbConn,
        geography: &Geography,
        known: &mut Known,
        seen: &mut HashSet<(String, String)>,
        row: &mut Read,
    ) -> Result<()> {
        if let Some(submitted) = &row.site {
            let settings = &self.register.settings;
            site_checks::check(
                conn,
                known,
                geography,
                settings,
                submitted,
                self.change.today,
                &mut row.faults,
            )?;
        }
        if let Some((operator, code)) = &row.key {
            self.check_operator(operator, &mut row.faults);
            if !seen.insert((operator.clone(), code.clone())) {
                row.faults
                    .body("/code", Rule::Duplicate, Some(&Value::from(code.as_str())));
            }
        }
        Ok(())
    }

    fn judge(&mut self, row: Read, before: Option<Record>) -> Result<Judged> {
        let Read {
            number,
            site,
            key,
            areas,
            mut faults,
        } = row;
        let version = before.as_ref().map_or(0, |record| record.version);
        if self.drifts(number, version) {
            faults.body("", Rule::ChangedSinceReview, None);
        }
        let is_left_out = self.excluded.contains(&number);
        if is_left_out {
            faults.body("", Rule::LeftOut, None);
        }
        let mut judged = Judged {
            number: Some(number),
            is_left_out,
            outcome: Outcome::Rejected,
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
        if before.is_some() && self.plan.on_existing == OnExisting::Error {
            let code = Value::from(site.code.as_str());
            judged.faults.body("/code", Rule::Exists, Some(&code));
        }
        judged.warnings = site_input::warnings(&site, self.change.today);
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
            outcome = match self.plan.on_existing {
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

    /// Writes the versions of what is new or changed.
    fn record(&mut self, conn: &mut DbConn, judged: &[Judged]) -> Result<()> {
        let is_broken = |row: &Judged| row.outcome == Outcome::Rejected && !row.is_left_out;
        if !self.writes(judged.iter().any(is_broken)) {
            return Ok(());
        }
        let writes = |row: &&Judged| {
            matches!(
                row.outcome,
                Outcome::Created | Outcome::Updated | Outcome::Decommissioned
            )
        };
        let rows: Vec<&Judged> = judged.iter().filter(writes).collect();
        let areas: Vec<Vec<i32>> = rows.iter().map(|row| row.areas.clone()).collect();
        let places = filing::places_of_areas(conn, &areas)?;
        let mut versions: Vec<NewVersion> = Vec::with_capacity(rows.len());
        let mut notes = Vec::with_capacity(rows.len());
        let mut ended: HashMap<NaiveDateTime, Vec<i64>> = HashMap::new();
        for (row, place_id) in rows.into_iter().zip(places) {
            let Some(site) = row.site.clone() else {
                continue;
            };
            let (version, action) = match &row.before {
                None => (first(site, place_id, self.change), "create"),
                Some(before) => {
                    let at = after(before, self.change.at);
                    ended.entry(at).or_default().push(before.row_id);
                    let changed = row.changed.clone();
                    (
                        next(before, site, place_id, at, self.change, changed),
                        "replace",
                    )
                }
            };
            let version = NewVersion {
                submission_id: Some(self.submission_id.to_owned()),
                ..version
            };
            notes.push(note(&version, action));
            versions.push(version);
        }
        for (at, rows) in ended {
            sites::supersede(conn, &rows, at)?;
        }
        sites::insert(conn, &versions)?;
        changes::note(conn, &notes)
    }

    fn tell(&mut self, row: Judged) -> Result<()> {
        let faults = |faults: Faults| self.told(faults);
        let report = RowReport {
            row: row.number,
            outcome: row.outcome,
            key: row.key,
            version: row.version,
            moved_m: row.moved_m.map(|metres| (metres * 10.0).round() / 10.0),
            changes: row.changes,
            errors: faults(row.faults),
            warnings: faults(row.warnings),
        };
        self.add(&report)
    }

    /// Marks the operator's sites that the file does not have as decommissioned, where that is asked.
    fn sync(
        &mut self,
        conn: &mut DbConn,
        geography: &Geography,
        seen: &HashSet<(String, String)>,
    ) -> Result<()> {
        let (Some(day), Some(operator)) = (self.plan.sync_on, self.operator) else {
            return Ok(());
        };
        let filter = Filter {
            operators: vec![operator.to_owned()],
            kinds: Kind::ALL.to_vec(),
            statuses: vec![Status::Planned, Status::Active, Status::Suspended],
            ..Filter::default()
        };
        let held = site_list::page(conn, &filter, Sort::default(), None, i64::MAX)?;
        let all = held.len();
        let missing: Vec<Record> = held
            .into_iter()
            .filter(|record| !seen.contains(&(record.operator.clone(), record.code.clone())))
            .collect();
        let number = |count: usize| u32::try_from(count).map_or(f64::INFINITY, f64::from);
        if number(missing.len()) > number(all) * self.plan.sync_max_percent / 100.0 {
            let missing = missing.len();
            self.refuse_sync(missing, all);
            return Ok(());
        }
        let judged = missing
            .into_iter()
            .map(|before| {
                let old = before.site()?;
                let site = Site {
                    status: Status::Decommissioned,
                    decommissioned_on: Some(day),
                    ..old.clone()
                };
                let mut faults = Faults::default();
                if site.commissioned_on.is_some_and(|first| first > day) {
                    let rule = Rule::DecommissionedBeforeCommissioned;
                    let value = Value::from(day.to_string());
                    faults.body("/decommissioned_on", rule, Some(&value));
                }
                let changed = changed_fields(&old, &site)?;
                let position = Position::new(site.longitude, site.latitude);
                Ok(Judged {
                    number: None,
                    outcome: if faults.is_empty() {
                        Outcome::Decommissioned
                    } else {
                        Outcome::Rejected
                    },
                    key: Some(site.code.clone()),
                    version: Some(before.version),
                    changes: differences(&old, &site, &changed)?,
                    changed,
                    areas: position
                        .map(|position| geography.locate(position))
                        .unwrap_or_default(),
                    before: Some(before),
                    site: Some(site),
                    is_left_out: false,
                    moved_m: None,
                    faults,
                    warnings: Faults::default(),
                })
            })
            .collect::<Result<Vec<Judged>>>()?;
        self.record(conn, &judged)?;
        for row in judged {
            self.tell(row)?;
        }
        Ok(())
    }
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

fn differences(old: &Site, new: &Site, changed: &[String]) -> Result<Vec<FieldChange>> {
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
