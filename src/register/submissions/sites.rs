//! Records the site rows of a submission, step by step, while those after them are judged.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use chrono::NaiveDateTime;
use rayon::prelude::*;
use serde_json::Value;

use super::judge::{Judge, Judged, SeenKeys, differences};
use super::report::{Line, RowReport};
use super::run::{Basis, Run};
use crate::db::DbConn;
use crate::db::changes::{self, NewChange};
use crate::db::site_list::{self, Filter, Sort};
use crate::db::site_rows::{self, Prepared};
use crate::db::sites::{self, NewVersion, Record};
use crate::domain::submission::Outcome;
use crate::domain::{Faults, Kind, Rule, Site, Status};
use crate::error::{Error, Result};
use crate::geo::Position;
use crate::register::sites::{after, changed_fields, first, next, note};
use crate::register::{Geography, filing};

/// Steps of rows that may wait to be recorded.
const STEPS_AHEAD: usize = 2;

/// Rows that were judged, with all that is to be written of them: the thread that records them has nothing else to do.
struct Step {
    lines: Vec<Line>,
    has_drifted: bool,
    is_broken: bool,
    versions: Vec<Prepared>,
    /// For each version the area versions that hold its position.
    areas: Vec<Vec<i32>>,
    notes: Vec<NewChange>,
    /// Rows of versions that end, by the instant.
    ended: HashMap<NaiveDateTime, Vec<i64>>,
}

impl Step {
    fn of(basis: Basis, rows: Vec<Judged>) -> Result<Self> {
        let mut step = Self {
            lines: Vec::with_capacity(rows.len()),
            has_drifted: rows.iter().any(|row| row.has_drifted),
            is_broken: rows
                .iter()
                .any(|row| row.outcome == Outcome::Rejected && !row.is_left_out),
            versions: Vec::new(),
            areas: Vec::new(),
            notes: Vec::new(),
            ended: HashMap::new(),
        };
        let made = rows.into_par_iter().map(|mut row| {
            let written = written(basis, &mut row)?;
            Ok((written, line(basis, row)?))
        });
        for (written, line) in made.collect::<Result<Vec<_>>>()? {
            step.lines.push(line);
            let Some(written) = written else { continue };
            step.versions.push(written.version);
            step.areas.push(written.areas);
            step.notes.push(written.note);
            if let Some((row_id, at)) = written.ends {
                step.ended.entry(at).or_default().push(row_id);
            }
        }
        Ok(step)
    }
}

/// What is written of one row.
struct Written {
    version: Prepared,
    areas: Vec<i32>,
    note: NewChange,
    /// The version that ends with it, and when.
    ends: Option<(i64, NaiveDateTime)>,
}

/// What is to be written of a row that is new or changed.
fn written(basis: Basis, row: &mut Judged) -> Result<Option<Written>> {
    let is_written = matches!(
        row.outcome,
        Outcome::Created | Outcome::Updated | Outcome::Decommissioned
    );
    let Some(site) = row.site.take().filter(|_| is_written) else {
        return Ok(None);
    };
    // The place is known when it is recorded.
    let place_id = 0;
    let (version, action, ends) = match &row.before {
        None => (first(site, place_id, basis.change), "create", None),
        Some(before) => {
            let at = after(before, basis.change.at);
            let changed = std::mem::take(&mut row.changed);
            let version = next(before, site, place_id, at, basis.change, changed);
            (version, "replace", Some((before.row_id, at)))
        }
    };
    let version = NewVersion {
        submission_id: Some(basis.submission_id.to_owned()),
        ..version
    };
    Ok(Some(Written {
        note: note(&version, action),
        version: version.prepared()?,
        areas: std::mem::take(&mut row.areas),
        ends,
    }))
}

/// The line of a row in the report.
fn line(basis: Basis, row: Judged) -> Result<Line> {
    let report = RowReport {
        row: row.number,
        outcome: row.outcome,
        key: row.key,
        version: row.version,
        moved_m: row.moved_m.map(|metres| (metres * 10.0).round() / 10.0),
        changes: row.changes,
        errors: basis.told(row.faults),
        warnings: basis.told(row.warnings),
    };
    report.line()
}

impl Run<'_> {
    /// Judges every row of the file, and records what is good where the run writes.
    ///
    /// # Errors
    /// Those of the database and of the file; `Stale` where somebody cancelled it.
    pub fn sites(&mut self, conn: &mut DbConn) -> Result<()> {
        let geography = self.register.geography(conn)?;
        let judge = Judge::new(self.basis, Arc::clone(&geography));
        let db = &self.register.db;
        let seen = std::thread::scope(|scope| {
            let (sender, steps) = sync_channel(STEPS_AHEAD);
            // Nobody takes them any more where recording has failed, which says why.
            let basis = self.basis;
            let give = move |rows| {
                let step = Step::of(basis, rows)?;
                sender.send(step).map_err(|_| Error::Stale)
            };
            let judging = scope.spawn(move || db.snapshot_here(|reader| judge.all(reader, give)));
            for step in steps {
                self.step(conn, step)?;
            }
            judging
                .join()
                .unwrap_or_else(|_| Err(Error::internal("the rows' judge has panicked")))
        })?;
        self.sync(conn, &geography, &seen)
    }

    /// Records and reports rows that were judged.
    fn step(&mut self, conn: &mut DbConn, mut step: Step) -> Result<()> {
        self.go_on()?;
        self.has_drifted |= step.has_drifted;
        if self.writes(step.is_broken) {
            let places = filing::places_of_areas(conn, &step.areas)?;
            for (version, place_id) in step.versions.iter_mut().zip(places) {
                version.file_under(place_id);
            }
            for (at, rows) in step.ended {
                sites::supersede(conn, &rows, at)?;
            }
            site_rows::insert_prepared(conn, &step.versions)?;
            changes::note(conn, &step.notes)?;
        }
        self.add(&step.lines)
    }

    /// Marks the operator's sites that the file does not have as decommissioned, where that is asked.
    fn sync(&mut self, conn: &mut DbConn, geography: &Geography, seen: &SeenKeys) -> Result<()> {
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
            .filter(|record| !seen.contains(&record.operator, &record.code))
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
                    has_drifted: false,
                    moved_m: None,
                    faults,
                    warnings: Faults::default(),
                })
            })
            .collect::<Result<Vec<Judged>>>()?;
        self.step(conn, Step::of(self.basis, judged)?)
    }
}
