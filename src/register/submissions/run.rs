//! One pass over the rows of a submission: what both kinds of records share.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::Value;

use super::report::{Line, Reader, RowFault, Writer};
use crate::db::DbConn;
use crate::domain::submission::{Counts, Mode, Plan};
use crate::domain::{Faults, RecordKind, Rule};
use crate::error::{Error, Result};
use crate::import::row_file::{Record as FileRecord, RowFile};
use crate::register::{Change, Register};

/// Work that is under way: how far it is, and whether it shall stop.
#[derive(Debug, Default)]
pub struct Job {
    /// Rows of the file.
    pub total: AtomicUsize,
    /// Rows that were judged.
    pub done: AtomicUsize,
    /// Whether somebody asked it to stop.
    pub cancelled: AtomicBool,
}

/// The versions that rows were compared with when they were reviewed, by row.
pub type Reviewed = HashMap<usize, i32>;

/// What a pass goes by.
#[derive(Clone, Copy)]
pub struct Basis<'r> {
    /// The register.
    pub register: &'r Register,
    /// Who submitted it, and when it takes effect.
    pub change: &'r Change,
    /// What is asked.
    pub plan: &'r Plan,
    /// The operator whose submission it is; none where the department hands in records of many.
    pub operator: Option<&'r str>,
    /// Id of the submission.
    pub submission_id: &'r str,
    /// The rows.
    pub file: &'r RowFile,
    /// Rows that the department left out.
    pub excluded: &'r HashSet<usize>,
    /// What was reviewed, where a reviewed submission is approved.
    pub reviewed: Option<&'r Reviewed>,
}

impl Basis<'_> {
    pub(super) fn check_operator(self, operator: &str, faults: &mut Faults) {
        if let Some(own) = self.operator.filter(|own| *own != operator) {
            let rule = Rule::OtherOperator {
                operator: own.to_owned(),
            };
            faults.body("/operator", rule, Some(&Value::from(operator)));
        }
    }

    /// Whether the record of a row is at another version than when it was reviewed.
    pub(super) fn drifts(self, row: usize, version: i32) -> bool {
        self.reviewed
            .is_some_and(|reviewed| reviewed.get(&row).is_some_and(|then| *then != version))
    }

    pub(super) fn told(self, faults: Faults) -> Vec<RowFault> {
        let column_of = |pointer: &str| self.file.column_of(pointer);
        let faults = faults.into_list().into_iter();
        faults
            .map(|fault| RowFault::new(fault, column_of))
            .collect()
    }
}

/// A pass over the rows.
pub struct Run<'r> {
    /// What it goes by.
    pub basis: Basis<'r>,
    /// Whether good rows are recorded.
    pub is_writing: bool,
    /// Where the rows are reported.
    pub report: Writer,
    /// How far it is.
    pub job: &'r Job,
    /// When it must be done.
    pub ends: Instant,
    /// What is wrong with the file as a whole.
    pub faults: Faults,
    /// Whether a row breaks a rule.
    pub is_broken: bool,
    /// Whether a record has changed since the review.
    pub has_drifted: bool,
}

impl<'r> std::ops::Deref for Run<'r> {
    type Target = Basis<'r>;

    fn deref(&self) -> &Basis<'r> {
        &self.basis
    }
}

impl Run<'_> {
    /// Judges every row, and records the good ones where the run writes.
    ///
    /// # Errors
    /// Those of the database and of the file, `Invalid` when it takes too long, and `Stale` where somebody cancelled it.
    pub fn all(&mut self, conn: &mut DbConn, kind: RecordKind) -> Result<()> {
        self.job.total.store(self.file.total(), Ordering::Relaxed);
        self.job.done.store(0, Ordering::Relaxed);
        self.report.counts.rows = self.file.total();
        match kind {
            RecordKind::Sites => self.sites(conn),
            RecordKind::Subscribers => self.subscribers(conn),
            RecordKind::Settlements => Err(Error::internal("settlements are not handed in")),
        }
    }

    /// Whether all of it may take effect.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
            && !self.has_drifted
            && !(self.is_broken && self.plan.mode == Mode::Atomic)
    }

    /// Ends the report.
    ///
    /// # Errors
    /// `Internal` when it does not reach the disk.
    pub fn finish(self) -> Result<Counts> {
        self.report.finish()
    }

    pub(super) fn go_on(&self) -> Result<()> {
        if self.job.cancelled.load(Ordering::Relaxed) {
            return Err(Error::Stale);
        }
        let mut faults = Faults::default();
        if Instant::now() > self.ends {
            let max_s = self.register.settings.submission_max_time.as_secs();
            faults.body("", Rule::TakesTooLong { max_s }, None);
        }
        Ok(faults.give(Some(()))?)
    }

    /// Whether this step's rows are recorded, of which some break rules or not.
    pub(super) fn writes(&mut self, has_broken: bool) -> bool {
        self.is_broken |= has_broken;
        self.is_writing && self.is_good()
    }

    pub(super) fn add(&mut self, lines: &[Line]) -> Result<()> {
        lines.iter().try_for_each(|line| self.report.add(line))?;
        self.job
            .done
            .store(self.report.counts.done, Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn refuse_sync(&mut self, missing: usize, held: usize) {
        self.faults
            .parameter("sync_on", Rule::TooManyMissing { missing, held }, None);
    }
}

/// Reads the records of a file with `read`, on all cores and ahead of `take`, which gets them in their order, `step` at a
/// time.
pub(super) fn in_steps<T: Send>(
    file: &RowFile,
    step: usize,
    read: impl Fn(&FileRecord) -> T + Send + Sync,
    mut take: impl FnMut(Vec<T>) -> Result<()>,
) -> Result<()> {
    std::thread::scope(|scope| {
        let (sender, steps) = sync_channel(1);
        scope.spawn(move || {
            let next = |records: &mut dyn Iterator<Item = Result<FileRecord>>| {
                let records = records.take(step).collect::<Result<Vec<FileRecord>>>()?;
                Ok(records.par_iter().map(&read).collect::<Vec<T>>())
            };
            let mut records = match file.records() {
                Ok(records) => records,
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let read = next(&mut records);
                let is_end = read.as_ref().map_or(true, Vec::is_empty);
                // Nobody takes them any more where the other side has failed.
                if sender.send(read).is_err() || is_end {
                    return;
                }
            }
        });
        steps.into_iter().try_for_each(|rows| take(rows?))
    })
}

/// The faults of a row's cells, and those of its record that do not follow from them.
pub(in crate::register) fn merged(cells: Faults, record: Faults) -> Faults {
    let unread: HashSet<String> = cells
        .clone()
        .into_list()
        .into_iter()
        .filter_map(|fault| fault.pointer)
        .collect();
    let mut all = cells;
    for fault in record.into_list() {
        if let Some(pointer) = fault.pointer.filter(|pointer| !unread.contains(pointer)) {
            all.body(pointer, fault.rule, fault.value.as_ref());
        }
    }
    all
}

/// The versions that a report's rows were compared with.
///
/// # Errors
/// Those of reading the report.
pub fn reviewed(report: &Path) -> Result<Reviewed> {
    let mut reviewed = Reviewed::new();
    for line in Reader::open(report, 0)? {
        let (row, _) = line?;
        if let (Some(number), Some(version)) = (row.row, row.version) {
            reviewed.insert(number, version);
        }
    }
    Ok(reviewed)
}
