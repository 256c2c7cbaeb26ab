//! Operators.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::DbConn;
use super::schema::operators;
use crate::domain::Operator;
use crate::error::{Error, Result};

/// An operator as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = operators, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub code: String,
    pub name: String,
    pub plmns: String,
    pub contact: Option<String>,
    pub active: bool,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Record {
    /// The record of `operator`.
    #[must_use]
    pub fn new(
        operator: &Operator,
        version: i32,
        created_at: NaiveDateTime,
        updated_at: NaiveDateTime,
    ) -> Self {
        let Operator {
            code,
            name,
            plmns,
            contact,
            active,
        } = operator.clone();
        Self {
            code,
            name,
            plmns: plmns.join(","),
            contact,
            active,
            version,
            created_at,
            updated_at,
        }
    }

    /// The operator as a value.
    #[must_use]
    pub fn operator(&self) -> Operator {
        Operator {
            code: self.code.clone(),
            name: self.name.clone(),
            plmns: self
                .plmns
                .split(',')
                .filter(|plmn| !plmn.is_empty())
                .map(str::to_owned)
                .collect(),
            contact: self.contact.clone(),
            active: self.active,
        }
    }
}

/// All operators, by code.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut DbConn) -> Result<Vec<Record>> {
    Ok(operators::table
        .order(operators::code)
        .select(Record::as_select())
        .load(conn)?)
}

/// The operator with this code.
///
/// # Errors
/// Those of the database.
pub fn by_code(conn: &mut DbConn, code: &str) -> Result<Option<Record>> {
    Ok(operators::table
        .find(code)
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}

/// Adds an operator.
///
/// # Errors
/// `Conflict` when the code is taken.
pub fn insert(conn: &mut DbConn, record: &Record) -> Result<()> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error as Diesel};
    match diesel::insert_into(operators::table)
        .values(record.clone())
        .execute(conn)
    {
        Ok(_) => Ok(()),
        Err(Diesel::DatabaseError(UniqueViolation, _)) => Err(Error::Conflict {
            kind: "operator",
            key: record.code.clone(),
            why: "exists already",
        }),
        Err(error) => Err(error.into()),
    }
}

/// Replaces an operator whose version is one less than that of `record`.
///
/// # Errors
/// `Stale` when it has another version.
pub fn replace(conn: &mut DbConn, record: &Record) -> Result<()> {
    let replaced = diesel::update(operators::table.find(&record.code))
        .filter(operators::version.eq(record.version - 1))
        .set(record.clone())
        .execute(conn)?;
    if replaced == 1 {
        Ok(())
    } else {
        Err(Error::Stale)
    }
}
