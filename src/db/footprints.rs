//! Footprints of cells, by the digest of what they were computed from.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::footprints;
use super::{DbConn, on_backend};
use crate::error::Result;

/// Rows of one query.
const BATCH: usize = 500;

/// A footprint as it is kept.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = footprints, treat_none_as_default_value = false)]
pub struct Record {
    /// SHA-256 of what it was computed from, in hexadecimal digits.
    pub key: String,
    /// Its cells.
    pub bytes: Vec<u8>,
    /// When it was computed.
    pub made_at: NaiveDateTime,
}

/// Those of `keys` that are there, with their cells.
///
/// # Errors
/// Those of the database.
pub fn of_keys(conn: &mut DbConn, keys: &[String]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for keys in keys.chunks(BATCH) {
        let rows: Vec<(String, Vec<u8>)> = footprints::table
            .filter(footprints::key.eq_any(keys))
            .select((footprints::key, footprints::bytes))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Which of `keys` are there.
///
/// # Errors
/// Those of the database.
pub fn known(conn: &mut DbConn, keys: &[String]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for keys in keys.chunks(BATCH) {
        let rows: Vec<String> = footprints::table
            .filter(footprints::key.eq_any(keys))
            .select(footprints::key)
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// How many there are, and their bytes together.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut DbConn) -> Result<i64> {
    Ok(footprints::table.count().get_result(conn)?)
}

/// Keeps footprints; those that are there already stay as they are.
///
/// # Errors
/// Those of the database.
pub fn keep(conn: &mut DbConn, records: &[Record]) -> Result<()> {
    for records in records.chunks(BATCH) {
        on_backend!(conn, c => diesel::insert_into(footprints::table).values(records).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}
