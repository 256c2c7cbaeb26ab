//! Keys: what is kept of them is a name, a role and the hash of the secret.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::DbConn;
use super::schema::keys;
use crate::error::Result;

/// A key as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = keys)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub id: String,
    pub name: String,
    pub role: String,
    pub operator: Option<String>,
    pub secret_sha256: String,
    pub created_at: NaiveDateTime,
    pub expires_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
}

/// All keys, oldest first.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut DbConn) -> Result<Vec<Record>> {
    Ok(keys::table
        .order((keys::created_at, keys::id))
        .select(Record::as_select())
        .load(conn)?)
}

/// The key with this id.
///
/// # Errors
/// Those of the database.
pub fn by_id(conn: &mut DbConn, id: &str) -> Result<Option<Record>> {
    Ok(keys::table
        .find(id)
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}

/// Adds a key.
///
/// # Errors
/// Those of the database.
pub fn insert(conn: &mut DbConn, record: &Record) -> Result<()> {
    diesel::insert_into(keys::table)
        .values(record.clone())
        .execute(conn)?;
    Ok(())
}

/// Revokes a key; false where there is none, true also where it was revoked before.
///
/// # Errors
/// Those of the database.
pub fn revoke(conn: &mut DbConn, id: &str, at: NaiveDateTime) -> Result<bool> {
    diesel::update(keys::table.find(id))
        .filter(keys::revoked_at.is_null())
        .set(keys::revoked_at.eq(at))
        .execute(conn)?;
    Ok(by_id(conn, id)?.is_some())
}
