//! Judges the rows of a submission of subscriber counts, and records them.

use std::collections::{HashMap, HashSet};

use super::report::{FieldChange, RowReport};
use super::run::{Run, in_steps, merged};
use crate::db::subscribers::{self, NewCount, Record};
use crate::db::{DbConn, changes};
use crate::domain::submission::{OnExisting, Outcome};
use crate::domain::{CountKey, Faults, Rule, SubscriberCount};
use crate::error::Result;
use crate::import::row_file::Record as FileRecord;
use crate::register::subscribers::{Known, held_of, note};

/// Rows that are judged and recorded in one step.
const STEP: usize = 5_000;

impl Run<'_> {
    /// Judges every row of the file, and records what is good where the run writes.
    ///
    /// # Errors
    /// Those of the database and of the file; `Stale` where somebody cancelled it.
    pub fn subscribers(&mut self, conn: &mut DbConn) -> Result<()> {
        let geography = self.register.geography(conn)?;
        let mut known = Known::new(conn)?;
        let mut seen: HashSet<CountKey> = HashSet::new();
        let file = self.file;
        let read = |record: &FileRecord| {
            let row = file.row(record);
            let mut own = Faults::default();
            let count = SubscriberCount::read(&row.body, String::new(), &mut own);
            let faults = merged(row.faults, own);
            (row.number, count.filter(|_| faults.is_empty()), faults)
        };
        in_steps(file, STEP, read, |read| {
            self.go_on()?;
            let mut rows = Vec::with_capacity(read.len());
            for (number, count, mut faults) in read {
                if let Some(count) = &count {
                    self.check_operator(&count.key.operator, &mut faults);
                    known.check(conn, &geography, count, "", &mut faults)?;
                    if !seen.insert(count.key.clone()) {
                        faults.body("", Rule::Duplicate, None);
                    }
                }
                rows.push((number, count, faults));
            }
            self.count_step(conn, rows)
        })
    }

    fn count_step(
        &mut self,
        conn: &mut DbConn,
        rows: Vec<(usize, Option<SubscriberCount>, Faults)>,
    ) -> Result<()> {
        let counts: Vec<&SubscriberCount> = rows
            .iter()
            .filter_map(|(_, count, _)| count.as_ref())
            .collect();
        let held = held_of(conn, &counts)?;
        let mut reports = Vec::with_capacity(rows.len());
        let mut new = Vec::new();
        let mut is_broken = false;
        for (number, count, faults) in rows {
            let before = count.as_ref().and_then(|count| held.get(&count.key));
            let is_left_out = self.excluded.contains(&number);
            let (report, write) = self.judge_count(number, count, before, faults)?;
            is_broken |= report.outcome == Outcome::Rejected && !is_left_out;
            reports.push(report);
            new.extend(write);
        }
        if self.writes(is_broken) && !new.is_empty() {
            changes::note(conn, &[note(self.change, &new)])?;
            let by = self.change.caller.name();
            subscribers::upsert(conn, new, self.change.at, by, Some(self.submission_id))?;
        }
        let lines = reports.iter().map(RowReport::line);
        self.add(&lines.collect::<Result<Vec<_>>>()?)
    }

    fn judge_count(
        &mut self,
        number: usize,
        count: Option<SubscriberCount>,
        before: Option<&Record>,
        mut faults: Faults,
    ) -> Result<(RowReport, Option<NewCount>)> {
        let version = before.map_or(0, |record| record.version);
        if self.drifts(number, version) {
            self.has_drifted = true;
            faults.body("", Rule::ChangedSinceReview, None);
        }
        if self.excluded.contains(&number) {
            faults.body("", Rule::LeftOut, None);
        }
        if before.is_some() && self.plan.on_existing == OnExisting::Error {
            faults.body("", Rule::Exists, None);
        }
        let old = before.map(Record::count).transpose()?;
        let changes = match (&old, &count) {
            (Some(old), Some(new)) => differences(old, new),
            _ => Vec::new(),
        };
        let outcome = match (&old, self.plan.on_existing) {
            _ if !faults.is_empty() || count.is_none() => Outcome::Rejected,
            (None, _) => Outcome::Created,
            (Some(_), _) if changes.is_empty() => Outcome::Unchanged,
            (Some(_), OnExisting::Skip) => Outcome::Skipped,
            (Some(_), OnExisting::Update | OnExisting::Error) => Outcome::Updated,
        };
        let report = RowReport {
            row: Some(number),
            outcome,
            key: count.as_ref().map(|count| named(&count.key)),
            version: Some(version),
            moved_m: None,
            changes,
            errors: self.told(faults),
            warnings: Vec::new(),
        };
        let write = count
            .filter(|_| matches!(outcome, Outcome::Created | Outcome::Updated))
            .map(|count| NewCount {
                count,
                replaces: before.map(|record| record.row_id),
                version: version + 1,
            });
        Ok((report, write))
    }
}

/// The key of a count in one line.
fn named(key: &CountKey) -> String {
    let mut parts = vec![
        key.operator.clone(),
        key.service.as_str().to_owned(),
        key.area.clone(),
        key.period_end.to_string(),
    ];
    parts.extend(
        key.technology
            .map(|technology| technology.as_str().to_owned()),
    );
    parts.extend(key.site.clone());
    parts.join("/")
}

fn differences(old: &SubscriberCount, new: &SubscriberCount) -> Vec<FieldChange> {
    let fields: HashMap<&str, [serde_json::Value; 2]> = HashMap::from([
        (
            "subscribers",
            [old.subscribers.into(), new.subscribers.into()],
        ),
        (
            "definition",
            [old.definition.clone().into(), new.definition.clone().into()],
        ),
        (
            "source",
            [old.source.clone().into(), new.source.clone().into()],
        ),
    ]);
    let mut changes: Vec<FieldChange> = fields
        .into_iter()
        .filter(|(_, [from, to])| from != to)
        .map(|(field, [from, to])| FieldChange {
            field: field.to_owned(),
            from,
            to,
        })
        .collect();
    changes.sort_by(|a, b| a.field.cmp(&b.field));
    changes
}
