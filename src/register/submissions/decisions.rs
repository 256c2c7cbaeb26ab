//! What is decided on a submission. Who submits does not decide.

use std::collections::HashSet;

use super::run::{Job, Reviewed, reviewed};
use super::{Work, asked, json, note};
use crate::db::submissions::{self, Record};
use crate::db::{DbConn, changes};
use crate::domain::submission::State;
use crate::error::{Error, Result};
use crate::register::{Change, Register};

impl Register {
    /// Approves a submission, but for the rows `excluded`: it takes effect.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for who submitted it, `Conflict` in another state or where a record has changed since.
    pub fn approve(
        &self,
        change: &Change,
        id: &str,
        comment: Option<String>,
        excluded: &HashSet<usize>,
    ) -> Result<Record> {
        let record = self.decided(change, id, &[State::Submitted])?;
        let mut sorted: Vec<usize> = excluded.iter().copied().collect();
        sorted.sort_unstable();
        let record = Record {
            excluded_rows: json(&sorted)?,
            comment,
            decided_by: Some(change.caller.name().to_owned()),
            decided_at: Some(change.at),
            ..record
        };
        let asked = asked(&record)?;
        let file = self.open(&record, &asked)?;
        let reviewed: Reviewed = reviewed(&self.submission_report(id))?;
        let work = Work {
            record: &record,
            asked: &asked,
            file: &file,
            excluded,
            reviewed: Some(&reviewed),
            job: &Job::default(),
        };
        self.apply(change, &work)
    }

    /// Rejects a submission: nothing of it takes effect.
    ///
    /// # Errors
    /// Those of [`Register::approve`].
    pub fn reject(&self, change: &Change, id: &str, comment: Option<String>) -> Result<Record> {
        let record = self.decided(change, id, &[State::Submitted])?;
        let next = Record {
            state: State::Rejected.as_str().to_owned(),
            comment,
            decided_by: Some(change.caller.name().to_owned()),
            decided_at: Some(change.at),
            version: record.version + 1,
            updated_at: change.at,
            ..record
        };
        self.db.write_here(|conn| {
            submissions::replace(conn, &next)?;
            changes::note(conn, &[note(change, &next, "reject")])
        })?;
        Ok(next)
    }

    /// The submission on which the caller may decide.
    pub(super) fn decided(&self, change: &Change, id: &str, states: &[State]) -> Result<Record> {
        let record = self
            .db
            .read_here(|conn| self.submission(conn, &change.caller, id))?;
        if record.submitted_key == change.caller.id() {
            return Err(Error::Forbidden(
                "who submits does not decide; another key of the department must".to_owned(),
            ));
        }
        if !states.iter().any(|state| state.as_str() == record.state) {
            return Err(Error::Conflict {
                kind: "submission",
                key: id.to_owned(),
                why: "is not in a state for this",
            });
        }
        Ok(record)
    }

    /// Puts a submission that was validated, or that waits, back into the queue: to be submitted where it was only
    /// validated, to be judged again beside the register of now.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, or `Conflict` in another state.
    pub fn resubmit(
        &self,
        conn: &mut DbConn,
        change: &Change,
        id: &str,
        dry_run: bool,
    ) -> Result<Record> {
        let record = self.submission(conn, &change.caller, id)?;
        let states = [State::Validated, State::Submitted].map(State::as_str);
        if !states.contains(&record.state.as_str()) {
            return Err(Error::Conflict {
                kind: "submission",
                key: id.to_owned(),
                why: "is not in a state for this",
            });
        }
        let mut asked = asked(&record)?;
        asked.plan.dry_run = dry_run && asked.plan.dry_run;
        let next = Record {
            state: State::Draft.as_str().to_owned(),
            options: json(&asked)?,
            version: record.version + 1,
            updated_at: change.at,
            ..record
        };
        submissions::replace(conn, &next)?;
        Ok(next)
    }
}
