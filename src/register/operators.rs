//! Records and replaces operators.

use serde_json::Value;

use super::bulk::Imported;
use super::{Change, Register};
use crate::db::DbConn;
use crate::db::changes::{self, NewChange};
use crate::db::operators::{self, Record};
use crate::domain::{Faults, Operator};
use crate::error::{Error, Result};
use crate::register::sites::Precondition;

impl Register {
    /// Records a new operator.
    ///
    /// # Errors
    /// `Invalid`, or `Conflict` when the code is taken.
    pub fn create_operator(
        &self,
        conn: &mut DbConn,
        change: &Change,
        body: &Value,
    ) -> Result<Record> {
        let operator = Operator::read(body, None)?;
        write(conn, change, &operator, None)
    }

    /// Records or replaces the operator `code`; the same body twice changes nothing. True where it is new.
    ///
    /// # Errors
    /// `Invalid`, and `Stale` where a version was named that is not the newest.
    pub fn put_operator(
        &self,
        conn: &mut DbConn,
        change: &Change,
        code: &str,
        expected: Precondition,
        body: &Value,
    ) -> Result<(Record, bool)> {
        let operator = Operator::read(body, Some(code))?;
        let before = operators::by_code(conn, &operator.code)?;
        match (&before, expected) {
            (_, Precondition::None) => {}
            (Some(before), expected) => expected.check(before.version)?,
            (None, _) => return Err(Error::Stale),
        }
        match before {
            Some(before) if before.operator() == operator => Ok((before, false)),
            Some(before) => Ok((write(conn, change, &operator, Some(&before))?, false)),
            None => Ok((write(conn, change, &operator, None)?, true)),
        }
    }

    /// Records or replaces the operators of a file's rows: all of them, or none.
    ///
    /// # Errors
    /// `Invalid` with every fault of every row.
    pub fn import_operators(
        &self,
        conn: &mut DbConn,
        change: &Change,
        rows: &[(usize, Value)],
    ) -> Result<Imported> {
        let mut faults = Faults::default();
        let mut outcome = Imported::default();
        for (number, row) in rows {
            let operator = match Operator::read(row, None) {
                Ok(operator) => operator,
                Err(own) => {
                    faults.row(*number, own);
                    continue;
                }
            };
            let before = operators::by_code(conn, &operator.code)?;
            match &before {
                Some(before) if before.operator() == operator => outcome.unchanged += 1,
                Some(_) => outcome.updated += 1,
                None => outcome.created += 1,
            }
            if before
                .as_ref()
                .is_none_or(|before| before.operator() != operator)
            {
                write(conn, change, &operator, before.as_ref())?;
            }
        }
        Ok(faults.give(Some(outcome))?)
    }
}

fn write(
    conn: &mut DbConn,
    change: &Change,
    operator: &Operator,
    before: Option<&Record>,
) -> Result<Record> {
    let record = match before {
        None => Record::new(operator, 1, change.at, change.at),
        Some(before) => Record::new(operator, before.version + 1, before.created_at, change.at),
    };
    match before {
        None => operators::insert(conn, &record)?,
        Some(_) => operators::replace(conn, &record)?,
    }
    let document =
        serde_json::to_string(operator).map_err(|error| Error::Internal(Box::new(error)))?;
    let action = if before.is_some() {
        "replace"
    } else {
        "create"
    };
    changes::note(
        conn,
        &[NewChange {
            recorded_at: change.at,
            actor: change.caller.name().to_owned(),
            resource: "operator",
            key: operator.code.clone(),
            action,
            version: Some(record.version),
            fields: String::new(),
            reason: change.reason.clone(),
            document: Some(document),
        }],
    )?;
    Ok(record)
}
