//! Takes back what a submission did: each of its records gets one version more, which says what the register said before.

use std::collections::{HashMap, HashSet};

use super::{json, note};
use crate::db::site_rows;
use crate::db::sites::{self, NewVersion, Record as SiteRecord};
use crate::db::submissions::{self, Record};
use crate::db::{DbConn, changes, site_sets, subscribers};
use crate::domain::submission::{Counts, State};
use crate::error::{Error, Result};
use crate::register::sites::{after, changed_fields, next, note as site_note};
use crate::register::{Change, Register};

/// Versions that are taken back in one step.
const STEP: i64 = 2_000;

/// What became of the records of a submission that was taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reverted {
    /// Records that say again what they said before.
    pub restored: usize,
    /// Records that the submission had made, and that are deleted.
    pub deleted: usize,
    /// Keys of records that were changed since, and stay as they are.
    pub kept: Vec<String>,
}

impl Register {
    /// Takes back what an approved submission did. Records that were changed since stay as they are where
    /// `keeps_changed` allows that.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden` for who submitted it, `Conflict` in another state, or where records were changed since.
    pub fn revert(
        &self,
        change: &Change,
        id: &str,
        comment: Option<String>,
        keeps_changed: bool,
    ) -> Result<(Record, Reverted)> {
        let record = self.decided(change, id, &[State::Approved])?;
        let change = &Change {
            reason: Some(
                comment
                    .clone()
                    .unwrap_or_else(|| format!("submission {id} taken back")),
            ),
            ..change.clone()
        };
        self.db.write_here(|conn| {
            let mut reverted = Reverted::default();
            revert_sites(conn, change, id, &mut reverted)?;
            let counts = subscribers::revert(conn, id, change.at, change.caller.name())?;
            reverted.restored += counts.restored;
            reverted.deleted += counts.deleted;
            reverted.kept.extend(counts.kept);
            if !reverted.kept.is_empty() && !keeps_changed {
                return Err(Error::Conflict {
                    kind: "submission",
                    key: id.to_owned(),
                    why: "wrote records that were changed since; send keep_changed=true to leave those as they are",
                });
            }
            let next = Record {
                state: State::Reverted.as_str().to_owned(),
                comment,
                decided_by: Some(change.caller.name().to_owned()),
                decided_at: Some(change.at),
                version: record.version + 1,
                updated_at: change.at,
                counts: json(&serde_json::from_str::<Counts>(&record.counts).unwrap_or_default())?,
                ..record
            };
            submissions::replace(conn, &next)?;
            changes::note(conn, &[note(change, &next, "revert")])?;
            Ok((next, reverted))
        })
    }
}

fn revert_sites(
    conn: &mut DbConn,
    change: &Change,
    id: &str,
    reverted: &mut Reverted,
) -> Result<()> {
    let mut last = 0;
    loop {
        let written = site_sets::of_submission(conn, id, last, STEP)?;
        let Some(newest) = written.last() else {
            return Ok(());
        };
        last = newest.row_id;
        let ids: Vec<String> = written
            .iter()
            .map(|record| record.site_id.clone())
            .collect();
        let current = site_sets::current(conn, &ids)?;
        let before: Vec<(String, i32)> = written
            .iter()
            .filter(|record| record.version > 1)
            .map(|record| (record.site_id.clone(), record.version - 1))
            .collect();
        let before: HashMap<String, SiteRecord> = site_sets::numbered(conn, &before)?
            .into_iter()
            .map(|record| (record.site_id.clone(), record))
            .collect();
        let mut versions = Vec::new();
        for record in &written {
            if current.get(&record.site_id).map(|now| now.version) != Some(record.version) {
                reverted
                    .kept
                    .push(format!("{}/{}", record.operator, record.code));
                continue;
            }
            versions.push(taken_back(record, before.get(&record.site_id), change)?);
        }
        write(conn, &written, &versions, change, reverted)?;
    }
}

/// The version that takes `record` back: what stood before it, or that the site is deleted.
fn taken_back(
    record: &SiteRecord,
    before: Option<&SiteRecord>,
    change: &Change,
) -> Result<NewVersion> {
    let at = after(record, change.at);
    Ok(match before {
        None => NewVersion {
            deleted: true,
            ..next(
                record,
                record.site()?,
                record.place_id,
                at,
                change,
                Vec::new(),
            )
        },
        Some(before) => {
            let site = before.site()?;
            let changed = changed_fields(&record.site()?, &site)?;
            next(record, site, before.place_id, at, change, changed)
        }
    })
}

fn write(
    conn: &mut DbConn,
    written: &[SiteRecord],
    versions: &[NewVersion],
    change: &Change,
    reverted: &mut Reverted,
) -> Result<()> {
    let taken: HashSet<&str> = versions.iter().map(|v| v.site_id.as_str()).collect();
    for record in written
        .iter()
        .filter(|record| taken.contains(record.site_id.as_str()))
    {
        sites::supersede(conn, &[record.row_id], after(record, change.at))?;
    }
    site_rows::insert(conn, versions)?;
    let notes: Vec<_> = versions
        .iter()
        .map(|version| site_note(version, if version.deleted { "delete" } else { "replace" }))
        .collect();
    changes::note(conn, &notes)?;
    let deleted = versions.iter().filter(|version| version.deleted).count();
    reverted.deleted += deleted;
    reverted.restored += versions.len() - deleted;
    Ok(())
}
