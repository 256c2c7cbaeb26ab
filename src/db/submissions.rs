//! Submissions: what is kept of each besides its file and its report.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::DbConn;
use super::schema::submissions;
use crate::domain::submission::State;
use crate::error::{Error, Result};

/// A submission as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = submissions, treat_none_as_null = true, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub id: String,
    pub operator: Option<String>,
    pub kind: String,
    pub state: String,
    pub options: String,
    pub format: String,
    pub file_name: Option<String>,
    pub file_bytes: i64,
    pub file_sha256: String,
    pub period_end: Option<NaiveDate>,
    pub counts: String,
    pub read_as: Option<String>,
    pub problem: Option<String>,
    pub excluded_rows: String,
    pub submitted_by: String,
    pub submitted_key: String,
    pub idempotency_key: Option<String>,
    pub decided_by: Option<String>,
    pub decided_at: Option<NaiveDateTime>,
    pub comment: Option<String>,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// Which submissions.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this operator.
    pub operator: Option<String>,
    /// Only in these states.
    pub states: Vec<State>,
    /// Only those recorded before the one with this id.
    pub before: Option<String>,
}

/// At most `limit` submissions, newest first.
///
/// # Errors
/// Those of the database.
pub fn page(conn: &mut DbConn, filter: &Filter, limit: i64) -> Result<Vec<Record>> {
    let mut query = submissions::table
        .order(submissions::id.desc())
        .limit(limit)
        .select(Record::as_select())
        .into_boxed();
    if let Some(operator) = &filter.operator {
        query = query.filter(submissions::operator.eq(operator));
    }
    if !filter.states.is_empty() {
        query = query.filter(submissions::state.eq_any(filter.states.iter().map(|s| s.as_str())));
    }
    if let Some(before) = &filter.before {
        query = query.filter(submissions::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// The submission `id`.
///
/// # Errors
/// Those of the database.
pub fn by_id(conn: &mut DbConn, id: &str) -> Result<Option<Record>> {
    Ok(submissions::table
        .find(id)
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}

/// What the holder of the key `submitted_key` submitted under this idempotency key.
///
/// # Errors
/// Those of the database.
pub fn by_idempotency_key(
    conn: &mut DbConn,
    submitted_key: &str,
    idempotency_key: &str,
) -> Result<Option<Record>> {
    Ok(submissions::table
        .filter(submissions::submitted_key.eq(submitted_key))
        .filter(submissions::idempotency_key.eq(idempotency_key))
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}

/// Ids of the submissions in `state`, oldest first.
///
/// # Errors
/// Those of the database.
pub fn ids_in(conn: &mut DbConn, state: State) -> Result<Vec<String>> {
    Ok(submissions::table
        .filter(submissions::state.eq(state.as_str()))
        .order(submissions::id)
        .select(submissions::id)
        .load(conn)?)
}

/// Adds a submission.
///
/// # Errors
/// `Stale` when its idempotency key was used meanwhile.
pub fn insert(conn: &mut DbConn, record: &Record) -> Result<()> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error as Diesel};
    match diesel::insert_into(submissions::table)
        .values(record.clone())
        .execute(conn)
    {
        Ok(_) => Ok(()),
        Err(Diesel::DatabaseError(UniqueViolation, _)) => Err(Error::Stale),
        Err(error) => Err(error.into()),
    }
}

/// Replaces a submission whose version is one less than that of `record`.
///
/// # Errors
/// `Stale` when it has another version.
pub fn replace(conn: &mut DbConn, record: &Record) -> Result<()> {
    let replaced = diesel::update(submissions::table.find(&record.id))
        .filter(submissions::version.eq(record.version - 1))
        .set(record.clone())
        .execute(conn)?;
    if replaced == 1 {
        Ok(())
    } else {
        Err(Error::Stale)
    }
}
