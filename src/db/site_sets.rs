//! Many site versions at once: of a batch of rows, or of a submission.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Text};

use super::DbConn;
use super::schema::site_versions;
use super::sites::Record;
use crate::error::Result;

/// Keys of one query; SQLite binds at most 32,766 values.
const BATCH: usize = 5_000;

/// One look into the index for each code. PostgreSQL knows no numbers of a table that is being filled, and would rather read
/// all of it; `OFFSET 0` keeps it from putting the two queries together.
const BY_KEYS: &str = "SELECT v.* FROM unnest($2) AS wanted (code) CROSS JOIN LATERAL (SELECT * FROM site_versions \
    WHERE operator = $1 AND code = wanted.code AND superseded_at IS NULL OFFSET 0) AS v";

/// The current versions of the operator's sites with these codes.
///
/// # Errors
/// Those of the database.
pub fn by_keys(conn: &mut DbConn, operator: &str, codes: &[&str]) -> Result<Vec<Record>> {
    let mut found = Vec::new();
    for codes in codes.chunks(BATCH) {
        let records: Vec<Record> = match conn {
            DbConn::Postgres(conn) => sql_query(BY_KEYS)
                .bind::<Text, _>(operator)
                .bind::<Array<Text>, _>(codes)
                .load(conn)?,
            DbConn::Sqlite(conn) => site_versions::table
                .filter(site_versions::superseded_at.is_null())
                .filter(site_versions::operator.eq(operator))
                .filter(site_versions::code.eq_any(codes))
                .select(Record::as_select())
                .load(conn)?,
        };
        found.extend(records);
    }
    Ok(found)
}

/// At most `limit` versions that came with a submission, in the order of their rows, after the row `after`.
///
/// # Errors
/// Those of the database.
pub fn of_submission(
    conn: &mut DbConn,
    submission_id: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<Record>> {
    Ok(site_versions::table
        .filter(site_versions::submission_id.eq(submission_id))
        .filter(site_versions::row_id.gt(after))
        .order(site_versions::row_id)
        .limit(limit)
        .select(Record::as_select())
        .load(conn)?)
}

/// The versions of the sites `ids` with these numbers.
///
/// # Errors
/// Those of the database.
pub fn numbered(conn: &mut DbConn, wanted: &[(String, i32)]) -> Result<Vec<Record>> {
    let mut found = Vec::new();
    for wanted in wanted.chunks(BATCH) {
        let numbers: HashMap<&str, i32> = wanted.iter().map(|(id, n)| (id.as_str(), *n)).collect();
        let ids: Vec<&str> = numbers.keys().copied().collect();
        let versions: Vec<Record> = site_versions::table
            .filter(site_versions::site_id.eq_any(ids))
            .select(Record::as_select())
            .load(conn)?;
        found.extend(
            versions
                .into_iter()
                .filter(|record| numbers.get(record.site_id.as_str()) == Some(&record.version)),
        );
    }
    Ok(found)
}

/// The current versions of the sites `ids`; none for a site that was deleted.
///
/// # Errors
/// Those of the database.
pub fn current(conn: &mut DbConn, ids: &[String]) -> Result<HashMap<String, Record>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(BATCH) {
        let records: Vec<Record> = site_versions::table
            .filter(site_versions::superseded_at.is_null())
            .filter(site_versions::site_id.eq_any(ids))
            .select(Record::as_select())
            .load(conn)?;
        found.extend(
            records
                .into_iter()
                .map(|record| (record.site_id.clone(), record)),
        );
    }
    Ok(found)
}
