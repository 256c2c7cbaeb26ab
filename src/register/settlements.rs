//! Records, replaces and removes settlements, and keeps the reports on them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::bulk::Imported;
use super::sites::{Precondition, changed_fields, may_write};
use super::{Change, Geography, Register, site_checks};
use crate::db::changes::{self, NewChange};
use crate::db::settlements::{self, Record, ReportRecord};
use crate::db::{DbConn, operators};
use crate::domain::{Faults, FieldReport, Role, Rule, Settlement};
use crate::error::{Error, Result};
use crate::geo::Position;

/// Most settlements of one request.
pub const SETTLEMENTS_MAX: usize = 10_000;

/// The settlement with this code.
///
/// # Errors
/// `NotFound`, also for one that was removed.
pub fn by_code(conn: &mut DbConn, code: &str) -> Result<Record> {
    settlements::by_code(conn, code)?
        .filter(|record| record.removed_at.is_none())
        .ok_or_else(|| not_found("settlement", code))
}

fn not_found(kind: &'static str, key: &str) -> Error {
    Error::NotFound {
        kind,
        key: key.to_owned(),
    }
}

impl Register {
    /// Records or replaces the settlement `code`; the same body twice changes nothing. True where it is new.
    ///
    /// # Errors
    /// `Invalid`, and `Stale` where a version was named that is not the newest.
    pub fn put_settlement(
        &self,
        conn: &mut DbConn,
        change: &Change,
        code: &str,
        expected: Precondition,
        body: &Value,
    ) -> Result<(Record, bool)> {
        let settlement = Settlement::read(body, Some(code))?;
        let code = settlement.code.clone();
        let before =
            settlements::by_code(conn, &code)?.filter(|record| record.removed_at.is_none());
        match (&before, expected) {
            (_, Precondition::None) => {}
            (Some(before), expected) => expected.check(before.version)?,
            (None, _) => return Err(Error::Stale),
        }
        let geography = self.geography(conn)?;
        let mut faults = Faults::default();
        self.judge_settlement(&geography, change, &settlement, "", &mut faults);
        faults.give(Some(()))?;
        write(conn, change, &[settlement])?;
        Ok((by_code(conn, &code)?, before.is_none()))
    }

    /// Records or replaces a list of settlements by their codes: all of it, or nothing.
    ///
    /// # Errors
    /// `Invalid` with every fault.
    pub fn put_settlements(
        &self,
        conn: &mut DbConn,
        change: &Change,
        body: &Value,
    ) -> Result<Imported> {
        let mut faults = Faults::default();
        let Some(items) = body.as_array() else {
            faults.body("", Rule::WrongType { expected: "a list" }, Some(body));
            return Err(faults.into());
        };
        if items.len() > SETTLEMENTS_MAX {
            let max = SETTLEMENTS_MAX;
            faults.body("", Rule::TooMany { max }, None);
            return Err(faults.into());
        }
        let geography = self.geography(conn)?;
        let mut read: Vec<Settlement> = Vec::with_capacity(items.len());
        let mut seen: HashSet<String> = HashSet::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let base = format!("/{i}");
            if is_second(item, &mut seen) {
                faults.body(base.clone(), Rule::Duplicate, None);
            }
            if let Some(settlement) = Settlement::read_item(item, base.clone(), &mut faults) {
                self.judge_settlement(&geography, change, &settlement, &base, &mut faults);
                read.push(settlement);
            }
        }
        faults.give(Some(()))?;
        write(conn, change, &read)
    }

    /// Records or replaces the settlements of a file's rows: all of them, or none.
    ///
    /// # Errors
    /// `Invalid` with every fault of every row.
    pub fn import_settlements(
        &self,
        conn: &mut DbConn,
        change: &Change,
        rows: &[(usize, Value)],
    ) -> Result<Imported> {
        let mut faults = Faults::default();
        let mut read = Vec::with_capacity(rows.len());
        let geography = self.geography(conn)?;
        let mut seen: HashSet<String> = HashSet::with_capacity(rows.len());
        for (number, row) in rows {
            let own = self.judge_row(&geography, change, row, &mut seen, &mut read);
            faults.row(*number, own);
        }
        faults.give(Some(()))?;
        write(conn, change, &read)
    }

    /// Reads and judges the body of a row; what can be read is added to `read`, its code to `seen`.
    pub(super) fn judge_row(
        &self,
        geography: &Geography,
        change: &Change,
        row: &Value,
        seen: &mut HashSet<String>,
        read: &mut Vec<Settlement>,
    ) -> Faults {
        let mut own = Faults::default();
        if is_second(row, seen) {
            own.body("/code", Rule::Duplicate, row.get("code"));
        }
        match Settlement::read(row, None) {
            Ok(settlement) => {
                self.judge_settlement(geography, change, &settlement, "", &mut own);
                read.push(settlement);
            }
            Err(faults) => own.append(faults),
        }
        own
    }

    /// Holds the settlement at the pointer `base` against the register's territory and areas: its centre must lie in one
    /// that is valid today. A cluster may lie over a border.
    fn judge_settlement(
        &self,
        geography: &Geography,
        change: &Change,
        settlement: &Settlement,
        base: &str,
        faults: &mut Faults,
    ) {
        let centre = (settlement.longitude, settlement.latitude);
        if site_checks::territory(geography, &self.settings, centre, base, faults)
            && !is_located(geography, change, centre)
        {
            site_checks::both(base, centre, Rule::Unlocated, faults);
        }
        for (i, cluster) in settlement.clusters.iter().enumerate() {
            let there = (cluster.longitude, cluster.latitude);
            let base = format!("{base}/clusters/{i}");
            site_checks::territory(geography, &self.settings, there, &base, faults);
        }
    }

    /// Marks the settlement `code` as removed; its history and its reports stay.
    ///
    /// # Errors
    /// `NotFound`, and `Stale` where a version was named that is not the newest.
    pub fn remove_settlement(
        &self,
        conn: &mut DbConn,
        change: &Change,
        code: &str,
        expected: Precondition,
    ) -> Result<()> {
        let before = by_code(conn, code)?;
        if expected != Precondition::None {
            expected.check(before.version)?;
        }
        let settlement = before.settlement()?;
        let removed = Record {
            removed_at: Some(change.at),
            ..Record::after(Some(&before), &settlement, change.at)?
        };
        changes::note(conn, &[note(change, &removed, "delete", &[], &settlement)?])?;
        settlements::upsert(conn, &[removed])
    }

    /// Adds a report on the settlement `code`: by an operator on its own signal, by the department on any.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, or `Forbidden`.
    pub fn add_report(
        &self,
        conn: &mut DbConn,
        change: &Change,
        code: &str,
        body: &Value,
    ) -> Result<ReportRecord> {
        let settlement = by_code(conn, code)?;
        let report = FieldReport::read(body, change.today)?;
        match &report.operator {
            Some(operator) => may_write(&change.caller, operator)?,
            None if change.caller.has(Role::Department) => {}
            None => {
                let why = "this key reports on the signal of its own operator: name it";
                return Err(Error::Forbidden(why.to_owned()));
            }
        }
        if let Some(operator) = &report.operator
            && operators::by_code(conn, operator)?.is_none()
        {
            let mut faults = Faults::default();
            let value = Value::from(operator.as_str());
            faults.body("/operator", Rule::UnknownOperator, Some(&value));
            return Err(faults.into());
        }
        let id = Uuid::now_v7().to_string();
        let by = change.caller.name();
        let record = ReportRecord::new(id, &settlement.code, &report, by, change.at);
        settlements::insert_report(conn, &record)?;
        changes::note(conn, &[note_report(change, &record, "create", &report)?])?;
        Ok(record)
    }

    /// Withdraws the report `id` on the settlement `code`; it stays in the history.
    ///
    /// # Errors
    /// `NotFound`, also for one that was withdrawn before.
    pub fn withdraw_report(
        &self,
        conn: &mut DbConn,
        change: &Change,
        code: &str,
        id: &str,
    ) -> Result<()> {
        let record = settlements::report(conn, code, id)?
            .ok_or_else(|| not_found("report", &format!("{code}/{id}")))?;
        settlements::withdraw_report(conn, id, change.at)?;
        let report = record.report()?;
        changes::note(conn, &[note_report(change, &record, "withdraw", &report)?])
    }
}

/// Whether the code of `item` was in `seen`, where it is from now on; also of one that cannot be recorded.
fn is_second(item: &Value, seen: &mut HashSet<String>) -> bool {
    let code = item.get("code").and_then(Value::as_str);
    code.is_some_and(|code| !seen.insert(code.trim().to_owned()))
}

/// Whether an area that is valid today holds the position; every position where no area has a boundary.
fn is_located(geography: &Geography, change: &Change, (longitude, latitude): (f64, f64)) -> bool {
    if geography.territory().is_none() {
        return true;
    }
    Position::new(longitude, latitude).is_some_and(|position| {
        let holding = geography.locate(position);
        let mut areas = holding.iter().filter_map(|id| geography.area(*id));
        areas.any(|info| info.is_valid_on(change.today))
    })
}

/// Writes what is new or has changed, with a line in the journal for each.
pub(super) fn write(conn: &mut DbConn, change: &Change, read: &[Settlement]) -> Result<Imported> {
    let codes: Vec<&str> = read.iter().map(|s| s.code.as_str()).collect();
    let held: HashMap<String, Record> = settlements::of_codes(conn, &codes)?
        .into_iter()
        .map(|record| (record.code.clone(), record))
        .collect();
    let mut outcome = Imported::default();
    let (mut records, mut notes) = (Vec::new(), Vec::new());
    for settlement in read {
        let before = held.get(&settlement.code);
        let valid = before.filter(|record| record.removed_at.is_none());
        let (action, fields) = match valid {
            None => {
                outcome.created += 1;
                ("create", Vec::new())
            }
            Some(before) => {
                let fields = changed_fields(&before.settlement()?, settlement)?;
                if fields.is_empty() {
                    outcome.unchanged += 1;
                    continue;
                }
                outcome.updated += 1;
                ("replace", fields)
            }
        };
        let record = Record::after(before, settlement, change.at)?;
        notes.push(note(change, &record, action, &fields, settlement)?);
        records.push(record);
    }
    settlements::upsert(conn, &records)?;
    changes::note(conn, &notes)?;
    Ok(outcome)
}

fn note(
    change: &Change,
    record: &Record,
    action: &'static str,
    fields: &[String],
    settlement: &Settlement,
) -> Result<NewChange> {
    let document =
        serde_json::to_string(settlement).map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(NewChange {
        recorded_at: change.at,
        actor: change.caller.name().to_owned(),
        resource: "settlement",
        key: record.code.clone(),
        action,
        version: Some(record.version),
        fields: fields.join(","),
        reason: change.reason.clone(),
        document: Some(document),
    })
}

fn note_report(
    change: &Change,
    record: &ReportRecord,
    action: &'static str,
    report: &FieldReport,
) -> Result<NewChange> {
    let document =
        serde_json::to_string(report).map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(NewChange {
        recorded_at: change.at,
        actor: change.caller.name().to_owned(),
        resource: "settlement_report",
        key: format!("{}/{}", record.settlement, record.id),
        action,
        version: None,
        fields: String::new(),
        reason: change.reason.clone(),
        document: Some(document),
    })
}
