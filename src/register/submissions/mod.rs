//! Submissions: files that operators hand in. Each is received, read, judged row by row, and takes effect at once or
//! when the department approves it; what it did can be taken back.
//!
//! A submission's file and the report of its rows stand in a folder of its own in the data folder. Everything else is in
//! the database: what is in the register and what the submission's state says change in one transaction.

mod counts;
mod decisions;
mod judge;
pub mod queue;
pub mod reading;
pub mod report;
mod revert;
pub mod run;
mod sites;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Instant;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::reading::Reading;
use self::report::{RowFault, Writer};
use self::run::{Basis, Job, Reviewed, Run};
use super::sites::may_write;
use super::{Change, Register};
use crate::db::changes::{self, NewChange};
use crate::db::submissions::{self, Record};
use crate::db::{DbConn, operators};
use crate::domain::submission::{Counts, Mode, Plan, State};
use crate::domain::{Caller, Faults, RecordKind, Role, Rule};
use crate::error::{Error, Result};
use crate::import::row_file::RowFile;

/// What is asked of a submission, and how its file is to be read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    /// What is asked.
    pub plan: Plan,
    /// How the file is to be read.
    pub reading: Reading,
}

/// A submission as it comes in.
#[derive(Debug, Clone)]
pub struct New {
    /// What its rows are.
    pub kind: RecordKind,
    /// The operator whose records they are; none where the department hands in those of many.
    pub operator: Option<String>,
    /// The file's name, as the sender calls it.
    pub file_name: Option<String>,
    /// Last day of the period that it reports on.
    pub period_end: Option<NaiveDate>,
    /// What is asked of it.
    pub asked: Asked,
    /// By which a repeated request is known.
    pub idempotency_key: Option<String>,
}

/// A file that has arrived whole.
#[derive(Debug, Clone)]
pub struct Received {
    /// Where it is until the submission is recorded.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

impl Received {
    /// A file of `bytes` at `path` with this SHA-256.
    #[must_use]
    pub fn new(path: PathBuf, bytes: u64, digest: &[u8]) -> Self {
        let sha256 = digest
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Self {
            path,
            bytes,
            sha256,
        }
    }

    /// Where a file may be put that is arriving.
    ///
    /// # Errors
    /// `Internal` when the folder cannot be made.
    pub fn place(register: &Register) -> Result<PathBuf> {
        let folder = register.files.join("arriving");
        std::fs::create_dir_all(&folder).map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(folder.join(Uuid::now_v7().to_string()))
    }
}

impl Register {
    /// The folder of a submission's files.
    fn folder(&self, id: &str) -> PathBuf {
        self.files.join(id)
    }

    /// The file that was handed in.
    #[must_use]
    pub fn submitted_file(&self, id: &str) -> PathBuf {
        self.folder(id).join("file")
    }

    /// The report of its rows.
    #[must_use]
    pub fn submission_report(&self, id: &str) -> PathBuf {
        self.folder(id).join("rows.ndjson")
    }

    /// Records a submission, to be read by the queue. The same request again, known by its idempotency key, gives the
    /// first one; the flag says whether this is the first.
    ///
    /// # Errors
    /// `Invalid`, `Forbidden`, or `Conflict` for another request with the same idempotency key.
    pub fn submit(
        &self,
        conn: &mut DbConn,
        change: &Change,
        new: &New,
        received: &Received,
    ) -> Result<(Record, bool)> {
        Self::check_new(conn, change, new)?;
        let record = record(change, new, received)?;
        if let Some(key) = &new.idempotency_key
            && let Some(first) = submissions::by_idempotency_key(conn, change.caller.id(), key)?
        {
            let asks = |record: &Record| {
                (
                    record.file_sha256.clone(),
                    record.kind.clone(),
                    record.operator.clone(),
                    record.options.clone(),
                )
            };
            if asks(&first) == asks(&record) {
                return Ok((first, false));
            }
            return Err(Error::Conflict {
                kind: "idempotency key",
                key: key.clone(),
                why: "was used for another submission",
            });
        }
        let failed = |error: std::io::Error| Error::Internal(Box::new(error));
        std::fs::create_dir_all(self.folder(&record.id)).map_err(failed)?;
        std::fs::rename(&received.path, self.submitted_file(&record.id)).map_err(failed)?;
        submissions::insert(conn, &record)?;
        changes::note(conn, &[note(change, &record, "create")])?;
        Ok((record, true))
    }

    fn check_new(conn: &mut DbConn, change: &Change, new: &New) -> Result<()> {
        let plan = &new.asked.plan;
        let reading = &new.asked.reading;
        let mut faults = match reading.options(new.kind, None, HashMap::new(), 0) {
            Ok(_) => Faults::default(),
            Err(faults) => faults,
        };
        match &new.operator {
            None if !change.caller.has(Role::Department) => {
                faults.parameter("operator", Rule::Required, None);
            }
            None => {}
            Some(operator) => {
                may_write(&change.caller, operator)?;
                if operators::by_code(conn, operator)?.is_none() {
                    faults.parameter("operator", Rule::UnknownOperator, Some(operator));
                }
            }
        }
        if let Some(day) = plan.sync_on {
            let day = day.to_string();
            if new.operator.is_none() {
                faults.parameter("operator", Rule::Required, None);
            }
            if new.kind != RecordKind::Sites {
                let rule = Rule::NotForKind {
                    kind: "subscriber count",
                };
                faults.parameter("sync_on", rule, Some(&day));
            }
            if plan.mode == Mode::Partial {
                let rule = Rule::BothGiven {
                    other: "mode=partial",
                };
                faults.parameter("sync_on", rule, Some(&day));
            }
        }
        Ok(faults.give(Some(()))?)
    }

    /// The submission `id`, for those who may see it.
    ///
    /// # Errors
    /// `NotFound`, also where the caller may not see it.
    pub fn submission(&self, conn: &mut DbConn, caller: &Caller, id: &str) -> Result<Record> {
        submissions::by_id(conn, id)?
            .filter(|record| sees(caller, record))
            .ok_or_else(|| Error::NotFound {
                kind: "submission",
                key: id.to_owned(),
            })
    }

    /// Reads a submission that was received, reports on its rows, and lets it take effect where nobody has to approve it.
    ///
    /// # Errors
    /// Those of the database. What is wrong with the file or its rows is in the record and in the report.
    pub fn process(&self, id: &str, change: &Change, job: &Job) -> Result<Record> {
        let record = self.db.read_here(|conn| submissions::by_id(conn, id))?;
        let record = record
            .filter(|record| record.state == State::Draft.as_str())
            .ok_or(Error::Stale)?;
        let asked = asked(&record)?;
        let file = match self.open(&record, &asked) {
            Ok(file) => file,
            Err(error) => return self.fail(record, change, error),
        };
        let work = Work {
            record: &record,
            asked: &asked,
            file: &file,
            excluded: &HashSet::new(),
            reviewed: None,
            job,
        };
        let takes_effect = !asked.plan.dry_run && !self.settings.submissions_need_approval;
        let done = if takes_effect {
            self.apply(change, &work)
        } else {
            self.judge(change, &work)
        };
        match done {
            Ok(record) => Ok(record),
            Err(error @ (Error::Invalid(_) | Error::TooLarge(_) | Error::Stale)) => {
                self.fail(record, change, error)
            }
            Err(error) => Err(error),
        }
    }

    /// Opens the file of a submission, as it is to be read.
    ///
    /// # Errors
    /// `Invalid` or `TooLarge` where it cannot be.
    pub fn open(&self, record: &Record, asked: &Asked) -> Result<RowFile> {
        let plmns = self.db.read_here(|conn| {
            let plmns = |operator: operators::Record| {
                let code = operator.code.clone();
                operator
                    .operator()
                    .plmns
                    .into_iter()
                    .map(move |plmn| (plmn, code.clone()))
            };
            Ok(operators::all(conn)?.into_iter().flat_map(plmns).collect())
        })?;
        let kind = kind(record)?;
        let max_rows = self.settings.submission_max_rows;
        let operator = record.operator.clone();
        let options = asked.reading.options(kind, operator, plmns, max_rows)?;
        let file = RowFile::open(&self.submitted_file(&record.id), options)?;
        Ok(file.missing_columns().give(Some(file))?)
    }

    /// Reports on the rows, and leaves the register as it is.
    fn judge(&self, change: &Change, work: &Work) -> Result<Record> {
        let (counts, is_good, faults) = self.db.snapshot_here(|conn| {
            let mut run = self.run(change, work, false)?;
            run.all(conn, kind(work.record)?)?;
            let (is_good, faults) = (run.is_good(), run.faults.clone());
            Ok((run.finish()?, is_good, faults))
        })?;
        let state = match (work.asked.plan.dry_run, is_good) {
            (true, _) => State::Validated,
            (false, true) => State::Submitted,
            (false, false) => State::Rejected,
        };
        let next = work.next(change, state, counts, faults)?;
        self.db
            .write_here(|conn| submissions::replace(conn, &next))?;
        Ok(next)
    }

    /// Lets the good rows take effect: with the submission's new state, or not at all.
    fn apply(&self, change: &Change, work: &Work) -> Result<Record> {
        let mut refused = None;
        let applied = self.db.write_much_here(|conn| {
            let mut run = self.run(change, work, true)?;
            run.all(conn, kind(work.record)?)?;
            if run.is_good() {
                let next = work.next(change, State::Approved, run.finish()?, Faults::default())?;
                submissions::replace(conn, &next)?;
                changes::note(conn, &[note(change, &next, "approve")])?;
                return Ok(next);
            }
            refused = Some((run.has_drifted, run.faults.clone(), run));
            Err(Error::Stale)
        });
        let Some((has_drifted, faults, run)) = refused else {
            return applied;
        };
        if has_drifted {
            return Err(Error::Conflict {
                kind: "submission",
                key: work.record.id.clone(),
                why: "was reviewed beside records that have changed since; validate it anew",
            });
        }
        let next = work.next(change, State::Rejected, run.finish()?, faults)?;
        self.db
            .write_here(|conn| submissions::replace(conn, &next))?;
        Ok(next)
    }

    fn run<'w>(&'w self, change: &'w Change, work: &Work<'w>, is_writing: bool) -> Result<Run<'w>> {
        Ok(Run {
            basis: Basis {
                register: self,
                change,
                plan: &work.asked.plan,
                operator: work.record.operator.as_deref(),
                submission_id: &work.record.id,
                file: work.file,
                excluded: work.excluded,
                reviewed: work.reviewed,
            },
            is_writing,
            report: Writer::new(&self.submission_report(&work.record.id))?,
            job: work.job,
            ends: Instant::now() + self.settings.submission_max_time,
            faults: Faults::default(),
            is_broken: false,
            has_drifted: false,
        })
    }

    /// Notes that the file could not be read.
    fn fail(&self, record: Record, change: &Change, error: Error) -> Result<Record> {
        let faults = match error {
            Error::Invalid(faults) => faults,
            Error::Stale => {
                let mut faults = Faults::default();
                faults.body("", Rule::Cancelled, None);
                faults
            }
            other @ (Error::TooLarge(_) | Error::UnsupportedMedia(_)) => {
                let mut faults = Faults::default();
                let why = other.to_string();
                faults.body("", Rule::Malformed { why }, None);
                faults
            }
            other => return Err(other),
        };
        let next = Record {
            state: State::Failed.as_str().to_owned(),
            problem: Some(told(faults)?),
            version: record.version + 1,
            updated_at: change.at,
            ..record
        };
        self.db
            .write_here(|conn| submissions::replace(conn, &next))?;
        Ok(next)
    }
}

/// A submission and all that a pass over its rows needs.
struct Work<'w> {
    record: &'w Record,
    asked: &'w Asked,
    file: &'w RowFile,
    excluded: &'w HashSet<usize>,
    reviewed: Option<&'w Reviewed>,
    job: &'w Job,
}

impl Work<'_> {
    /// The submission after the pass.
    fn next(
        &self,
        change: &Change,
        state: State,
        counts: Counts,
        faults: Faults,
    ) -> Result<Record> {
        let problem = if faults.is_empty() {
            None
        } else {
            Some(told(faults)?)
        };
        Ok(Record {
            state: state.as_str().to_owned(),
            counts: json(&counts)?,
            read_as: Some(json(&self.file.read_as())?),
            problem,
            version: self.record.version + 1,
            updated_at: change.at,
            ..self.record.clone()
        })
    }
}

/// What the rows of a submission are.
///
/// # Errors
/// `Internal` when the record cannot be read.
pub fn kind(record: &Record) -> Result<RecordKind> {
    RecordKind::parse(&record.kind).map_err(|_| Error::internal("a submission of an unknown kind"))
}

/// What was asked of a submission.
///
/// # Errors
/// `Internal` when the record cannot be read.
pub fn asked(record: &Record) -> Result<Asked> {
    serde_json::from_str(&record.options).map_err(|error| Error::Internal(Box::new(error)))
}

/// Whether the caller may see a submission: the department all, an operator its own.
fn sees(caller: &Caller, record: &Record) -> bool {
    caller.has(Role::Department)
        || record
            .operator
            .as_deref()
            .is_some_and(|operator| caller.may_write(operator))
}

fn told(faults: Faults) -> Result<String> {
    let faults: Vec<RowFault> = faults
        .into_list()
        .into_iter()
        .map(|fault| RowFault::new(fault, |_| None))
        .collect();
    json(&faults)
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(Box::new(error)))
}

fn record(change: &Change, new: &New, received: &Received) -> Result<Record> {
    Ok(Record {
        id: Uuid::now_v7().to_string(),
        operator: new.operator.clone(),
        kind: new.kind.as_str().to_owned(),
        state: State::Draft.as_str().to_owned(),
        options: json(&new.asked)?,
        format: new.asked.reading.format.clone(),
        file_name: new.file_name.clone(),
        file_bytes: i64::try_from(received.bytes).unwrap_or(i64::MAX),
        file_sha256: received.sha256.clone(),
        period_end: new.period_end,
        counts: json(&Counts::default())?,
        read_as: None,
        problem: None,
        excluded_rows: "[]".to_owned(),
        submitted_by: change.caller.name().to_owned(),
        submitted_key: change.caller.id().to_owned(),
        idempotency_key: new.idempotency_key.clone(),
        decided_by: None,
        decided_at: None,
        comment: None,
        version: 1,
        created_at: change.at,
        updated_at: change.at,
    })
}

/// The journal's line for a submission.
fn note(change: &Change, record: &Record, action: &'static str) -> NewChange {
    NewChange {
        recorded_at: change.at,
        actor: change.caller.name().to_owned(),
        resource: "submission",
        key: record.id.clone(),
        action,
        version: Some(record.version),
        fields: String::new(),
        // Every reader sees the journal; what the department says of a submission is for its operator.
        reason: None,
        document: None,
    }
}
