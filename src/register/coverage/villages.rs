//! The settlements of the register in memory, with what was found there.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use super::Coverage;
use super::question::{OperatorRule, Question};
use crate::db::{DbConn, changes, settlements};
use crate::domain::settlement::{FieldReport, Settlement, SettlementStatus};
use crate::error::Result;
use crate::geo::Position;
use crate::register::Geography;

/// A settlement and what is known of it.
pub struct Village {
    /// What the register says.
    pub settlement: Settlement,
    /// The area versions that hold its centre.
    pub areas: Vec<i32>,
    /// What was found there, the newest first.
    pub reports: Vec<FieldReport>,
}

/// All settlements of the register with their reports, in memory for as long as nothing of them changes.
#[derive(Default)]
pub struct Villages {
    /// Revisions of boundaries, of settlements and of reports.
    revisions: [i64; 3],
    /// By code.
    all: Vec<Village>,
}

impl Coverage {
    /// All settlements with their reports.
    ///
    /// # Errors
    /// Those of the database.
    pub fn villages(&self, conn: &mut DbConn, geography: &Geography) -> Result<Arc<Villages>> {
        let revisions = [
            geography.revision,
            changes::newest_of(conn, "settlement")?,
            changes::newest_of(conn, "settlement_report")?,
        ];
        {
            let held = self.villages.read().unwrap_or_else(PoisonError::into_inner);
            if held.revisions == revisions {
                return Ok(Arc::clone(&held));
            }
        }
        let mut reports: HashMap<String, Vec<FieldReport>> = HashMap::new();
        for record in settlements::reports(conn, None)? {
            let own = reports.entry(record.settlement.clone()).or_default();
            own.push(record.report()?);
        }
        let village = |record: settlements::Record| {
            let position = Position::new(record.longitude, record.latitude);
            Ok(Village {
                areas: position.map(|it| geography.locate(it)).unwrap_or_default(),
                reports: reports.remove(&record.code).unwrap_or_default(),
                settlement: record.settlement()?,
            })
        };
        let all = settlements::all(conn)?.into_iter().map(village);
        let fresh = Arc::new(Villages {
            revisions,
            all: all.collect::<Result<Vec<_>>>()?,
        });
        *self
            .villages
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }
}

impl Villages {
    /// Those whose centre lies in one of some areas.
    pub fn within(&self, area_ids: &[i32]) -> Vec<&Village> {
        let is_within = |village: &&Village| village.areas.iter().any(|id| area_ids.contains(id));
        self.all.iter().filter(is_within).collect()
    }
}

impl Village {
    /// What was found last that answers a question.
    #[must_use]
    pub fn report(&self, question: &Question) -> Option<&FieldReport> {
        self.reports.iter().find(|report| answers(report, question))
    }
}

/// Whether a report says something of what is asked.
fn answers(report: &FieldReport, question: &Question) -> bool {
    let of_technology = match (report.technology, question.technology) {
        (None, _) => true,
        (Some(_), None) => found_any(report),
        (Some(found), Some(_)) => question.counts(found),
    };
    let of_operator = match (&report.operator, &question.operator) {
        (None, _) => true,
        (Some(found), OperatorRule::One(asked)) => found == asked,
        (Some(_), OperatorRule::Any | OperatorRule::Max) => found_any(report),
        (Some(_), OperatorRule::All) => !found_any(report),
    };
    report.observed_on <= question.as_of && of_technology && of_operator
}

/// Whether what was found of one is true of any of them: a signal of one is a signal, none of one says nothing of others.
fn found_any(report: &FieldReport) -> bool {
    report.status == SettlementStatus::Covered
}
