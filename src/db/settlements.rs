//! Settlements, and the reports of what was found at them.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::page::Cursor;
use super::schema::{settlement_reports, settlements};
use super::site_list::escape_like;
use super::{DbConn, MultiBackend, on_backend};
use crate::domain::{FieldReport, Settlement, SettlementStatus, Technology};
use crate::error::{Error, Result};
use crate::geo::BBox;

/// Rows of one statement: SQLite binds at most 32,766 values.
const BATCH: usize = 2_000;

/// A settlement as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = settlements, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub code: String,
    pub name: String,
    pub search: String,
    pub longitude: f64,
    pub latitude: f64,
    pub population: Option<i32>,
    pub households: Option<i32>,
    pub has_grid_power: Option<bool>,
    pub clusters: String,
    pub source: Option<String>,
    pub version: i32,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub removed_at: Option<NaiveDateTime>,
}

impl Record {
    /// The record of `settlement` at `at`, which follows `before`.
    ///
    /// # Errors
    /// `Internal` when it cannot be written as JSON.
    pub fn after(
        before: Option<&Self>,
        settlement: &Settlement,
        at: NaiveDateTime,
    ) -> Result<Self> {
        let clusters = serde_json::to_string(&settlement.clusters)
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Self {
            code: settlement.code.clone(),
            name: settlement.name.clone(),
            search: settlement.search(),
            longitude: settlement.longitude,
            latitude: settlement.latitude,
            population: settlement.population,
            households: settlement.households,
            has_grid_power: settlement.has_grid_power,
            clusters,
            source: settlement.source.clone(),
            version: before.map_or(1, |before| before.version + 1),
            created_at: before.map_or(at, |before| before.created_at),
            updated_at: at,
            removed_at: None,
        })
    }

    /// The settlement as a value.
    ///
    /// # Errors
    /// `Internal` when the row holds what is no list of clusters.
    pub fn settlement(&self) -> Result<Settlement> {
        let clusters = serde_json::from_str(&self.clusters)
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Settlement {
            code: self.code.clone(),
            name: self.name.clone(),
            longitude: self.longitude,
            latitude: self.latitude,
            population: self.population,
            households: self.households,
            has_grid_power: self.has_grid_power,
            clusters,
            source: self.source.clone(),
        })
    }
}

/// A report as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = settlement_reports, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct ReportRecord {
    pub id: String,
    pub settlement: String,
    pub observed_on: NaiveDate,
    pub status: String,
    pub technology: Option<String>,
    pub operator: Option<String>,
    pub level_dbm: Option<f64>,
    pub remark: Option<String>,
    pub recorded_by: String,
    pub recorded_at: NaiveDateTime,
    pub withdrawn_at: Option<NaiveDateTime>,
}

impl ReportRecord {
    /// The record of a new report on `settlement`.
    #[must_use]
    pub fn new(
        id: String,
        settlement: &str,
        report: &FieldReport,
        by: &str,
        at: NaiveDateTime,
    ) -> Self {
        Self {
            id,
            settlement: settlement.to_owned(),
            observed_on: report.observed_on,
            status: report.status.as_str().to_owned(),
            technology: report.technology.map(|word| word.as_str().to_owned()),
            operator: report.operator.clone(),
            level_dbm: report.level_dbm,
            remark: report.remark.clone(),
            recorded_by: by.to_owned(),
            recorded_at: at,
            withdrawn_at: None,
        }
    }

    /// The report as a value.
    ///
    /// # Errors
    /// `Internal` when the row holds what no report can be.
    pub fn report(&self) -> Result<FieldReport> {
        let broken = |_| Error::internal("a report on a settlement cannot be read");
        let technology = self.technology.as_deref().map(Technology::parse);
        Ok(FieldReport {
            observed_on: self.observed_on,
            status: SettlementStatus::parse(&self.status).map_err(broken)?,
            technology: technology.transpose().map_err(broken)?,
            operator: self.operator.clone(),
            level_dbm: self.level_dbm,
            remark: self.remark.clone(),
        })
    }
}

/// Which settlements. Fields that are empty or none do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only with their centre in this box; one that crosses the antimeridian has its west east of its east.
    pub bbox: Option<BBox>,
    /// Folded words, each of which is in the name, the code or the name of a cluster.
    pub words: Vec<String>,
}

/// Code, longitude and latitude of a settlement: what its areas are found by.
pub type Placed = (String, f64, f64);

type Query<'a> = settlements::BoxedQuery<'a, MultiBackend>;

/// The order by code, in cursors.
pub const BY_CODE: &str = "code";

/// Reads a cursor of a list in this order: the code after which it goes on.
#[must_use]
pub fn cursor(text: &str, order: &str) -> Option<String> {
    Cursor::decode(text, order, 1)?.key.pop()
}

/// The cursor after the settlement `code` in a list in this order.
#[must_use]
pub fn after(code: &str, order: &str) -> Cursor {
    Cursor {
        sort: order.to_owned(),
        key: vec![code.to_owned()],
    }
}

fn narrowed(filter: &Filter) -> Query<'_> {
    use settlements::{latitude, longitude, removed_at, search};
    let mut query = settlements::table.filter(removed_at.is_null()).into_boxed();
    if let Some(bbox) = filter.bbox {
        query = query.filter(latitude.between(bbox.south, bbox.north));
        query = if bbox.west <= bbox.east {
            query.filter(longitude.between(bbox.west, bbox.east))
        } else {
            query.filter(longitude.ge(bbox.west).or(longitude.le(bbox.east)))
        };
    }
    for word in &filter.words {
        let pattern = format!("%{}%", escape_like(word));
        query = query.filter(search.like(pattern).escape('!'));
    }
    query
}

/// At most `limit` settlements after the code `cursor`, by code.
///
/// # Errors
/// Those of the database.
pub fn page(
    conn: &mut DbConn,
    filter: &Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Vec<Record>> {
    let mut query = narrowed(filter);
    if let Some(code) = cursor {
        query = query.filter(settlements::code.gt(code));
    }
    Ok(query
        .order(settlements::code)
        .limit(limit)
        .select(Record::as_select())
        .load(conn)?)
}

/// Where the settlements of `filter` are, by code.
///
/// # Errors
/// Those of the database.
pub fn placed(conn: &mut DbConn, filter: &Filter) -> Result<Vec<Placed>> {
    use settlements::{code, latitude, longitude};
    Ok(narrowed(filter)
        .order(code)
        .select((code, longitude, latitude))
        .load(conn)?)
}

/// How many settlements there are in all.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut DbConn, filter: &Filter) -> Result<i64> {
    Ok(narrowed(filter).select(count_star()).first(conn)?)
}

/// All settlements, by code.
///
/// # Errors
/// Those of the database.
pub fn all(conn: &mut DbConn) -> Result<Vec<Record>> {
    page(conn, &Filter::default(), None, i64::MAX)
}

/// The settlements with these codes, by code; also those that were removed.
///
/// # Errors
/// Those of the database.
pub fn of_codes(conn: &mut DbConn, codes: &[&str]) -> Result<Vec<Record>> {
    let mut records: Vec<Record> = Vec::with_capacity(codes.len());
    for codes in codes.chunks(BATCH) {
        let query = settlements::table.filter(settlements::code.eq_any(codes));
        records.extend(query.select(Record::as_select()).load::<Record>(conn)?);
    }
    records.sort_unstable_by(|one, other| one.code.cmp(&other.code));
    Ok(records)
}

/// The settlement with this code, also where it was removed.
///
/// # Errors
/// Those of the database.
pub fn by_code(conn: &mut DbConn, code: &str) -> Result<Option<Record>> {
    Ok(settlements::table
        .find(code)
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}

/// Writes settlements over those with the same codes, in batches.
///
/// # Errors
/// Those of the database.
pub fn upsert(conn: &mut DbConn, records: &[Record]) -> Result<()> {
    use settlements as s;
    for rows in records.chunks(BATCH) {
        on_backend!(conn, c => diesel::insert_into(s::table)
            .values(rows)
            .on_conflict(s::code)
            .do_update()
            .set((
                s::name.eq(excluded(s::name)),
                s::search.eq(excluded(s::search)),
                s::longitude.eq(excluded(s::longitude)),
                s::latitude.eq(excluded(s::latitude)),
                s::population.eq(excluded(s::population)),
                s::households.eq(excluded(s::households)),
                s::has_grid_power.eq(excluded(s::has_grid_power)),
                s::clusters.eq(excluded(s::clusters)),
                s::source.eq(excluded(s::source)),
                s::version.eq(excluded(s::version)),
                s::updated_at.eq(excluded(s::updated_at)),
                s::removed_at.eq(excluded(s::removed_at)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Adds a report.
///
/// # Errors
/// Those of the database.
pub fn insert_report(conn: &mut DbConn, report: &ReportRecord) -> Result<()> {
    diesel::insert_into(settlement_reports::table)
        .values(report.clone())
        .execute(conn)?;
    Ok(())
}

/// The reports that hold, on the settlements `codes` or, where none is given, on all of them: by settlement, of each the
/// newest first.
///
/// # Errors
/// Those of the database.
pub fn reports(conn: &mut DbConn, codes: Option<&[&str]>) -> Result<Vec<ReportRecord>> {
    use settlement_reports::{id, observed_on, recorded_at, settlement, table, withdrawn_at};
    let mut query = table.filter(withdrawn_at.is_null()).into_boxed();
    if let Some(codes) = codes {
        query = query.filter(settlement.eq_any(codes));
    }
    Ok(query
        .order((
            settlement.asc(),
            observed_on.desc(),
            recorded_at.desc(),
            id.desc(),
        ))
        .select(ReportRecord::as_select())
        .load(conn)?)
}

/// The report `id` on the settlement `code`, where it holds.
///
/// # Errors
/// Those of the database.
pub fn report(conn: &mut DbConn, code: &str, id: &str) -> Result<Option<ReportRecord>> {
    Ok(settlement_reports::table
        .find(id)
        .filter(settlement_reports::settlement.eq(code))
        .filter(settlement_reports::withdrawn_at.is_null())
        .select(ReportRecord::as_select())
        .first(conn)
        .optional()?)
}

/// Marks the report `id` as one that does not hold.
///
/// # Errors
/// Those of the database.
pub fn withdraw_report(conn: &mut DbConn, id: &str, at: NaiveDateTime) -> Result<()> {
    diesel::update(settlement_reports::table.find(id))
        .set(settlement_reports::withdrawn_at.eq(at))
        .execute(conn)?;
    Ok(())
}
