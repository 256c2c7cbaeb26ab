//! The journal: every accepted change in order, each with its revision.

use chrono::NaiveDateTime;
use diesel::dsl::max;
use diesel::prelude::*;

use super::schema::changes;
use super::{DbConn, insert_many};
use crate::error::Result;

/// A change as it is kept.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = changes)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub revision: i64,
    pub recorded_at: NaiveDateTime,
    pub actor: String,
    pub resource: String,
    pub key: String,
    pub action: String,
    pub version: Option<i32>,
    pub fields: String,
    pub reason: Option<String>,
}

/// A change to be noted.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = changes, treat_none_as_default_value = false)]
pub struct NewChange {
    /// When.
    pub recorded_at: NaiveDateTime,
    /// Who.
    pub actor: String,
    /// One of the words of `domain::webhook::RESOURCES`.
    pub resource: &'static str,
    /// Key of the record.
    pub key: String,
    /// One of the words of `domain::webhook::ACTIONS`.
    pub action: &'static str,
    /// The record's version after it.
    pub version: Option<i32>,
    /// Names of the fields that changed, with commas between.
    pub fields: String,
    /// Why, in the words of who did.
    pub reason: Option<String>,
    /// The whole new record, where no table keeps its versions.
    pub document: Option<String>,
}

/// Notes changes.
///
/// # Errors
/// Those of the database.
pub fn note(conn: &mut DbConn, new: &[NewChange]) -> Result<()> {
    Ok(insert_many!(conn, changes::table, new)?)
}

/// At most `limit` changes after the revision `since`, oldest first; those of keys, webhooks and submissions for the department alone.
///
/// # Errors
/// Those of the database.
pub fn since(
    conn: &mut DbConn,
    since: i64,
    limit: i64,
    is_department: bool,
) -> Result<Vec<Record>> {
    let hidden: &[&str] = if is_department {
        &[]
    } else {
        &["key", "webhook", "submission"]
    };
    Ok(changes::table
        .filter(changes::revision.gt(since))
        .filter(changes::resource.ne_all(hidden))
        .order(changes::revision)
        .limit(limit)
        .select(Record::as_select())
        .load(conn)?)
}

/// The changes with these revisions, oldest first.
///
/// # Errors
/// Those of the database.
pub fn of_revisions(conn: &mut DbConn, revisions: &[i64]) -> Result<Vec<Record>> {
    Ok(changes::table
        .filter(changes::revision.eq_any(revisions))
        .order(changes::revision)
        .select(Record::as_select())
        .load(conn)?)
}

/// The newest revision, 0 for an empty register.
///
/// # Errors
/// Those of the database.
pub fn newest(conn: &mut DbConn) -> Result<i64> {
    Ok(changes::table
        .select(max(changes::revision))
        .first::<Option<i64>>(conn)?
        .unwrap_or(0))
}

/// The newest revision that changed areas, by which a copy in memory knows whether it is fresh. Whatever changes areas
/// ends with a line for all of them, which one look into the index finds.
///
/// # Errors
/// Those of the database.
pub fn newest_of_areas(conn: &mut DbConn) -> Result<i64> {
    newest_of(conn, "boundaries")
}

/// The newest revision that changed a record of this kind.
///
/// # Errors
/// Those of the database.
pub fn newest_of(conn: &mut DbConn, resource: &str) -> Result<i64> {
    Ok(changes::table
        .filter(changes::resource.eq(resource))
        .select(max(changes::revision))
        .first::<Option<i64>>(conn)?
        .unwrap_or(0))
}
