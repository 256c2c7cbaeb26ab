//! Subscriber counts and their versions.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::page::Cursor;
use super::schema::subscriber_counts;
use super::{DbConn, MultiBackend, insert_many};
use crate::domain::{CountKey, Service, SubscriberCount, Technology};
use crate::error::{Error, Result};

/// Rows of one batch insert.
const BATCH: usize = 2_000;

/// One version of a count.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscriber_counts)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub row_id: i64,
    pub operator: String,
    pub service: String,
    pub technology: String,
    pub area: String,
    pub site: String,
    pub period_end: NaiveDate,
    pub subscribers: i32,
    pub definition: Option<String>,
    pub source: Option<String>,
    pub version: i32,
    pub recorded_at: NaiveDateTime,
}

impl Record {
    /// The count as a value.
    ///
    /// # Errors
    /// `Internal` when the row holds what no count can be.
    pub fn count(&self) -> Result<SubscriberCount> {
        let figure = Figure {
            operator: self.operator.clone(),
            service: self.service.clone(),
            technology: self.technology.clone(),
            area: self.area.clone(),
            site: self.site.clone(),
            period_end: self.period_end,
            subscribers: self.subscribers,
            source: self.source.clone(),
        };
        figure.count(self.definition.clone())
    }
}

/// Of a count, what is added up: reading the rest of each row takes as long again.
#[derive(Queryable, Selectable)]
#[diesel(table_name = subscriber_counts)]
struct Figure {
    operator: String,
    service: String,
    technology: String,
    area: String,
    site: String,
    period_end: NaiveDate,
    subscribers: i32,
    source: Option<String>,
}

impl Figure {
    fn count(self, definition: Option<String>) -> Result<SubscriberCount> {
        let broken = |_| Error::internal("a subscriber count cannot be read");
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        let key = CountKey {
            period_end: self.period_end,
            operator: self.operator,
            service: Service::parse(&self.service).map_err(broken)?,
            area: self.area,
            technology: given(self.technology)
                .map(|word| Technology::parse(&word))
                .transpose()
                .map_err(broken)?,
            site: given(self.site),
        };
        Ok(SubscriberCount {
            key,
            subscribers: self.subscribers,
            definition,
            source: self.source,
        })
    }
}

#[derive(Insertable)]
#[diesel(table_name = subscriber_counts, treat_none_as_default_value = false)]
struct Row {
    operator: String,
    service: &'static str,
    technology: &'static str,
    area: String,
    site: String,
    period_end: NaiveDate,
    subscribers: i32,
    definition: Option<String>,
    source: Option<String>,
    version: i32,
    recorded_at: NaiveDateTime,
    superseded_at: Option<NaiveDateTime>,
    changed_by: String,
    submission_id: Option<String>,
}

/// Which counts.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of these operators.
    pub operators: Vec<String>,
    /// Only of these services.
    pub services: Vec<Service>,
    /// Only for these area codes.
    pub areas: Vec<String>,
    /// Only of periods that ended on or after this day.
    pub from: Option<NaiveDate>,
    /// Only of periods that ended on or before this day.
    pub to: Option<NaiveDate>,
    /// Only counts of this technology.
    pub technology: Option<Technology>,
    /// As the register said at this instant; now where none is given.
    pub known_at: Option<NaiveDateTime>,
}

fn narrowed(filter: &Filter) -> subscriber_counts::BoxedQuery<'_, MultiBackend> {
    use subscriber_counts::{
        area, operator, period_end, recorded_at, service, superseded_at, technology,
    };
    let mut query = subscriber_counts::table.into_boxed();
    query = match filter.known_at {
        None => query.filter(superseded_at.is_null()),
        Some(at) => query
            .filter(recorded_at.le(at))
            .filter(superseded_at.is_null().or(superseded_at.gt(at))),
    };
    if !filter.operators.is_empty() {
        query = query.filter(operator.eq_any(&filter.operators));
    }
    if !filter.services.is_empty() {
        query = query.filter(service.eq_any(filter.services.iter().map(|s| s.as_str())));
    }
    if !filter.areas.is_empty() {
        query = query.filter(area.eq_any(&filter.areas));
    }
    if let Some(from) = filter.from {
        query = query.filter(period_end.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(period_end.le(to));
    }
    if let Some(only) = filter.technology {
        query = query.filter(technology.eq(only.as_str()));
    }
    query
}

/// The name of the list's one order, in its cursors.
const ORDER: &str = "row";

/// At most `limit` counts after `cursor`, in the order in which they were recorded.
///
/// # Errors
/// Those of the database.
pub fn page(
    conn: &mut DbConn,
    filter: &Filter,
    cursor: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Record>> {
    let mut query = narrowed(filter);
    if let Some(row) = cursor.and_then(|cursor| cursor.key.first()?.parse::<i64>().ok()) {
        query = query.filter(subscriber_counts::row_id.gt(row));
    }
    Ok(query
        .order(subscriber_counts::row_id)
        .limit(limit)
        .select(Record::as_select())
        .load(conn)?)
}

/// Reads a cursor of this list.
#[must_use]
pub fn cursor(text: &str) -> Option<Cursor> {
    Cursor::decode(text, ORDER, 1)
        .filter(|cursor| cursor.key.iter().all(|row| row.parse::<i64>().is_ok()))
}

/// The cursor after `record`.
#[must_use]
pub fn after(record: &Record) -> Cursor {
    Cursor {
        sort: ORDER.to_owned(),
        key: vec![record.row_id.to_string()],
    }
}

/// All counts of `filter`.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut DbConn, filter: &Filter) -> Result<Vec<Record>> {
    Ok(narrowed(filter).select(Record::as_select()).load(conn)?)
}

/// The counts of `filter` as they are added up, without their definitions.
///
/// # Errors
/// Those of the database, and `Internal` when a row holds what no count can be.
pub fn figures(conn: &mut DbConn, filter: &Filter) -> Result<Vec<SubscriberCount>> {
    let figures: Vec<Figure> = narrowed(filter).select(Figure::as_select()).load(conn)?;
    figures
        .into_iter()
        .map(|figure| figure.count(None))
        .collect()
}

/// How many counts there are in all.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut DbConn, filter: &Filter) -> Result<i64> {
    Ok(narrowed(filter).select(count_star()).first(conn)?)
}

/// A count to be written, and the version that it follows.
#[derive(Debug, Clone)]
pub struct NewCount {
    /// The count.
    pub count: SubscriberCount,
    /// Row of the version that it replaces.
    pub replaces: Option<i64>,
    /// Its version, from 1.
    pub version: i32,
}

/// Writes counts, in batches, ending the versions that they replace.
///
/// # Errors
/// `Stale` when somebody else wrote one of them meanwhile.
pub fn upsert(
    conn: &mut DbConn,
    new: Vec<NewCount>,
    at: NaiveDateTime,
    by: &str,
    submission_id: Option<&str>,
) -> Result<()> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error as Diesel};
    let replaced: Vec<i64> = new.iter().filter_map(|new| new.replaces).collect();
    for rows in replaced.chunks(BATCH) {
        diesel::update(subscriber_counts::table.filter(subscriber_counts::row_id.eq_any(rows)))
            .set(subscriber_counts::superseded_at.eq(at))
            .execute(conn)?;
    }
    let rows: Vec<Row> = new
        .into_iter()
        .map(|new| row(new, at, by, submission_id))
        .collect();
    insert_many!(conn, subscriber_counts::table, &rows).map_err(|error| match error {
        Diesel::DatabaseError(UniqueViolation, _) => Error::Stale,
        other => other.into(),
    })
}

fn row(new: NewCount, at: NaiveDateTime, by: &str, submission_id: Option<&str>) -> Row {
    let SubscriberCount {
        key,
        subscribers,
        definition,
        source,
    } = new.count;
    Row {
        operator: key.operator,
        service: key.service.as_str(),
        technology: key.technology.map_or("", Technology::as_str),
        area: key.area,
        site: key.site.unwrap_or_default(),
        period_end: key.period_end,
        subscribers,
        definition,
        source,
        version: new.version,
        recorded_at: at,
        superseded_at: None,
        changed_by: by.to_owned(),
        submission_id: submission_id.map(str::to_owned),
    }
}

/// What became of the counts of a submission that was taken back.
#[derive(Debug, Default)]
pub struct Reverted {
    /// Counts that say again what they said before.
    pub restored: usize,
    /// Counts that the submission had made, and that the register no longer says.
    pub deleted: usize,
    /// Keys of counts that were changed since.
    pub kept: Vec<String>,
}

/// Takes back the counts that came with a submission: each says again what it said before, in a version of its own.
///
/// # Errors
/// Those of the database.
pub fn revert(
    conn: &mut DbConn,
    submission: &str,
    at: NaiveDateTime,
    by: &str,
) -> Result<Reverted> {
    use subscriber_counts::{row_id, submission_id, superseded_at, table};
    let mut reverted = Reverted::default();
    let written: Vec<(Record, Option<NaiveDateTime>)> = table
        .filter(submission_id.eq(submission))
        .select((Record::as_select(), superseded_at))
        .load(conn)?;
    let mut again = Vec::new();
    let mut ended = Vec::new();
    for (record, end) in written {
        let count = record.count()?;
        if end.is_some() {
            let CountKey {
                operator,
                service,
                area,
                period_end,
                ..
            } = count.key;
            let service = service.as_str();
            reverted
                .kept
                .push(format!("{operator}/{service}/{area}/{period_end}"));
            continue;
        }
        match before(conn, &record)? {
            None => ended.push(record.row_id),
            Some(old) => again.push(NewCount {
                count: old.count()?,
                replaces: Some(record.row_id),
                version: record.version + 1,
            }),
        }
    }
    for rows in ended.chunks(BATCH) {
        diesel::update(table.filter(row_id.eq_any(rows)))
            .set(superseded_at.eq(at))
            .execute(conn)?;
    }
    reverted.deleted = ended.len();
    reverted.restored = again.len();
    upsert(conn, again, at, by, None)?;
    Ok(reverted)
}

/// The version of a count before `record`.
fn before(conn: &mut DbConn, record: &Record) -> Result<Option<Record>> {
    use subscriber_counts::{area, operator, period_end, service, site, technology, version};
    Ok(subscriber_counts::table
        .filter(period_end.eq(record.period_end))
        .filter(operator.eq(&record.operator))
        .filter(service.eq(&record.service))
        .filter(area.eq(&record.area))
        .filter(technology.eq(&record.technology))
        .filter(site.eq(&record.site))
        .filter(version.eq(record.version - 1))
        .filter(subscriber_counts::recorded_at.le(record.recorded_at))
        .order(subscriber_counts::row_id.desc())
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}
