//! Deliveries that did not arrive at the first attempt, and those that somebody asked for.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::page::Cursor;
use super::schema::deliveries;
use super::{DbConn, MultiBackend};
use crate::error::Result;

/// Waits for its next attempt.
pub const PENDING: &str = "pending";
/// Has arrived.
pub const DELIVERED: &str = "delivered";
/// Was given up.
pub const DEAD: &str = "dead";

/// A delivery as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = deliveries, treat_none_as_null = true)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub id: String,
    pub webhook: String,
    pub revision: Option<i64>,
    pub state: String,
    pub attempts: i32,
    pub status: Option<i32>,
    pub error: Option<String>,
    pub created_at: NaiveDateTime,
    pub attempted_at: Option<NaiveDateTime>,
    pub next_attempt_at: Option<NaiveDateTime>,
}

/// The name of the list's one order, in its cursors.
const ORDER: &str = "-id";

/// Reads a cursor of the list.
#[must_use]
pub fn cursor(text: &str) -> Option<Cursor> {
    Cursor::decode(text, ORDER, 1)
}

/// The cursor after `record`.
#[must_use]
pub fn after(record: &Record) -> Cursor {
    Cursor {
        sort: ORDER.to_owned(),
        key: vec![record.id.clone()],
    }
}

/// At most `limit` deliveries of `webhook` after `cursor`, newest first; with `states`, only those in one of them.
///
/// # Errors
/// Those of the database.
pub fn page(
    conn: &mut DbConn,
    webhook: &str,
    states: &[&str],
    cursor: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Record>> {
    let mut query = deliveries::table
        .filter(deliveries::webhook.eq(webhook))
        .into_boxed::<MultiBackend>();
    if !states.is_empty() {
        query = query.filter(deliveries::state.eq_any(states));
    }
    if let Some(last) = cursor.and_then(|cursor| cursor.key.first()) {
        query = query.filter(deliveries::id.lt(last));
    }
    Ok(query
        .order(deliveries::id.desc())
        .limit(limit)
        .select(Record::as_select())
        .load(conn)?)
}

/// The delivery `id` of `webhook`.
///
/// # Errors
/// Those of the database.
pub fn by_id(conn: &mut DbConn, webhook: &str, id: &str) -> Result<Option<Record>> {
    Ok(deliveries::table
        .find(id)
        .filter(deliveries::webhook.eq(webhook))
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}

/// What waits for its next attempt, of one webhook or of all, oldest first.
///
/// # Errors
/// Those of the database.
pub fn pending(conn: &mut DbConn, webhook: Option<&str>) -> Result<Vec<Record>> {
    let mut query = deliveries::table
        .filter(deliveries::state.eq(PENDING))
        .into_boxed::<MultiBackend>();
    if let Some(webhook) = webhook {
        query = query.filter(deliveries::webhook.eq(webhook));
    }
    Ok(query
        .order(deliveries::id)
        .select(Record::as_select())
        .load(conn)?)
}

/// How many changes were given up, by webhook; pings do not count.
///
/// # Errors
/// Those of the database.
pub fn dead(conn: &mut DbConn) -> Result<HashMap<String, i64>> {
    let counts: Vec<(String, i64)> = deliveries::table
        .filter(deliveries::state.eq(DEAD))
        .filter(deliveries::revision.is_not_null())
        .group_by(deliveries::webhook)
        .select((deliveries::webhook, count_star()))
        .load(conn)?;
    Ok(counts.into_iter().collect())
}

/// Adds or replaces a delivery.
///
/// # Errors
/// Those of the database.
pub fn save(conn: &mut DbConn, record: &Record) -> Result<()> {
    let replaced = diesel::update(deliveries::table.find(&record.id))
        .set(record.clone())
        .execute(conn)?;
    if replaced == 0 {
        diesel::insert_into(deliveries::table)
            .values(record.clone())
            .execute(conn)?;
    }
    Ok(())
}

/// Removes what of `webhook` waits in the order of revisions, which is what comes after `revision`.
///
/// # Errors
/// Those of the database.
pub fn drop_waiting(conn: &mut DbConn, webhook: &str, revision: i64) -> Result<()> {
    diesel::delete(deliveries::table)
        .filter(deliveries::webhook.eq(webhook))
        .filter(deliveries::state.eq(PENDING))
        .filter(deliveries::revision.gt(revision))
        .execute(conn)?;
    Ok(())
}

/// Removes what of `webhook` was settled before `before`; changes that were given up stay.
///
/// # Errors
/// Those of the database.
pub fn forget(conn: &mut DbConn, webhook: &str, before: NaiveDateTime) -> Result<()> {
    diesel::delete(deliveries::table)
        .filter(deliveries::webhook.eq(webhook))
        .filter(deliveries::state.ne(PENDING))
        .filter(deliveries::attempted_at.lt(before))
        .filter(
            deliveries::state
                .eq(DELIVERED)
                .or(deliveries::revision.is_null()),
        )
        .execute(conn)?;
    Ok(())
}

/// Removes all deliveries of `webhook`.
///
/// # Errors
/// Those of the database.
pub fn delete_all(conn: &mut DbConn, webhook: &str) -> Result<()> {
    diesel::delete(deliveries::table)
        .filter(deliveries::webhook.eq(webhook))
        .execute(conn)?;
    Ok(())
}
