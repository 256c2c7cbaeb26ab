//! Versions of sites: what the register said of each, and from when until when it said so.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::max;
use diesel::prelude::*;

use super::DbConn;
use super::schema::{in_service, site_versions};
use crate::domain::{Equipment, Kind, Radio, Site, Status, Structure};
use crate::error::{Error, Result};
use crate::geo::BBox;

/// Rows of one update.
const BATCH: usize = 900;

/// One version of a site.
#[derive(Debug, Clone, Queryable, QueryableByName, Selectable)]
#[diesel(table_name = site_versions)]
#[expect(missing_docs, reason = "the columns are described in the migrations")]
pub struct Record {
    pub row_id: i64,
    pub site_id: String,
    pub version: i32,
    pub operator: String,
    pub code: String,
    pub kind: String,
    pub name: String,
    pub status: String,
    pub longitude: f64,
    pub latitude: f64,
    pub elevation_m: Option<f64>,
    pub address: Option<String>,
    pub commissioned_on: Option<NaiveDate>,
    pub decommissioned_on: Option<NaiveDate>,
    pub line_capacity: Option<i32>,
    pub lines_in_use: Option<i32>,
    pub host: Option<String>,
    pub structure: Option<String>,
    pub radios: Option<String>,
    pub source: Option<String>,
    pub place_id: i32,
    pub created_at: NaiveDateTime,
    pub recorded_at: NaiveDateTime,
    pub superseded_at: Option<NaiveDateTime>,
    pub deleted: bool,
    pub changed_by: String,
    pub reason: Option<String>,
    pub changed_fields: String,
    pub submission_id: Option<String>,
}

impl Record {
    /// The site as a value.
    ///
    /// # Errors
    /// `Internal` when the row holds what no site can be.
    pub fn site(&self) -> Result<Site> {
        let broken = || Error::internal(format!("site version {} cannot be read", self.row_id));
        let kind = Kind::parse(&self.kind).map_err(|_| broken())?;
        let equipment = match kind {
            Kind::SwitchingStation => Equipment::SwitchingStation {
                line_capacity: self.line_capacity,
                lines_in_use: self.lines_in_use,
            },
            Kind::SatelliteExchange => Equipment::SatelliteExchange {
                line_capacity: self.line_capacity,
                lines_in_use: self.lines_in_use,
                host: self.host.clone(),
            },
            Kind::Bts => Equipment::Bts {
                structure: self
                    .structure
                    .as_deref()
                    .map(serde_json::from_str::<Structure>)
                    .transpose()
                    .map_err(|_| broken())?,
                radios: self
                    .radios
                    .as_deref()
                    .map_or(Ok(Vec::new()), serde_json::from_str::<Vec<Radio>>)
                    .map_err(|_| broken())?,
            },
        };
        Ok(Site {
            operator: self.operator.clone(),
            code: self.code.clone(),
            kind,
            name: self.name.clone(),
            status: Status::parse(&self.status).map_err(|_| broken())?,
            longitude: self.longitude,
            latitude: self.latitude,
            elevation_m: self.elevation_m,
            address: self.address.clone(),
            commissioned_on: self.commissioned_on,
            decommissioned_on: self.decommissioned_on,
            source: self.source.clone(),
            equipment,
        })
    }
}

/// A version to be written.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// The site's id, a UUIDv7.
    pub site_id: String,
    /// Its number, from 1.
    pub version: i32,
    /// What is said of the site.
    pub site: Site,
    /// The place that holds its position.
    pub place_id: i32,
    /// When the site was first recorded.
    pub created_at: NaiveDateTime,
    /// When this version was recorded.
    pub recorded_at: NaiveDateTime,
    /// True for the last version of a deleted site, which says only that it was deleted.
    pub deleted: bool,
    /// Who recorded it.
    pub changed_by: String,
    /// Why, in the words of who did.
    pub reason: Option<String>,
    /// Names of the fields that differ from the version before.
    pub changed_fields: Vec<String>,
    /// The submission that it came with.
    pub submission_id: Option<String>,
}

/// Ends what the register says in the versions `rows`; `Stale` when somebody else ended one of them before.
///
/// # Errors
/// `Stale`.
pub fn supersede(conn: &mut DbConn, rows: &[i64], at: NaiveDateTime) -> Result<()> {
    for rows in rows.chunks(BATCH) {
        let ended = diesel::update(site_versions::table)
            .filter(site_versions::row_id.eq_any(rows))
            .filter(site_versions::superseded_at.is_null())
            .set(site_versions::superseded_at.eq(at))
            .execute(conn)?;
        if ended != rows.len() {
            return Err(Error::Stale);
        }
        diesel::update(in_service::table)
            .filter(in_service::version_row.eq_any(rows))
            .set(in_service::superseded_at.eq(at))
            .execute(conn)?;
    }
    Ok(())
}

/// The version of the site `id` that the register held at `known_at`; the current one without it.
///
/// # Errors
/// Those of the database.
pub fn by_id(
    conn: &mut DbConn,
    id: &str,
    known_at: Option<NaiveDateTime>,
) -> Result<Option<Record>> {
    let query = site_versions::table
        .filter(site_versions::site_id.eq(id))
        .select(Record::as_select())
        .into_boxed();
    let query = match known_at {
        None => query.filter(site_versions::superseded_at.is_null()),
        Some(at) => query.filter(site_versions::recorded_at.le(at)).filter(
            site_versions::superseded_at
                .is_null()
                .or(site_versions::superseded_at.gt(at)),
        ),
    };
    Ok(query.first(conn).optional()?)
}

/// The current version of the operator's site with this code.
///
/// # Errors
/// Those of the database.
pub fn by_key(conn: &mut DbConn, operator: &str, code: &str) -> Result<Option<Record>> {
    Ok(site_versions::table
        .filter(site_versions::superseded_at.is_null())
        .filter(site_versions::operator.eq(operator))
        .filter(site_versions::code.eq(code))
        .select(Record::as_select())
        .first(conn)
        .optional()?)
}

/// Codes of the operator's current sites, of one kind or of all.
///
/// # Errors
/// Those of the database.
pub fn codes(
    conn: &mut DbConn,
    operator: &str,
    kind: Option<Kind>,
) -> Result<std::collections::HashSet<String>> {
    let mut query = site_versions::table
        .filter(site_versions::superseded_at.is_null())
        .filter(site_versions::operator.eq(operator))
        .select(site_versions::code)
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(site_versions::kind.eq(kind.as_str()));
    }
    Ok(query.load::<String>(conn)?.into_iter().collect())
}

/// The versions of the sites `ids` in which they were of `operator`.
///
/// # Errors
/// Those of the database.
pub fn versions_of(
    conn: &mut DbConn,
    operator: &str,
    ids: &[&str],
) -> Result<std::collections::HashSet<(String, i32)>> {
    let versions: Vec<(String, i32)> = site_versions::table
        .filter(site_versions::site_id.eq_any(ids))
        .filter(site_versions::operator.eq(operator))
        .select((site_versions::site_id, site_versions::version))
        .load(conn)?;
    Ok(versions.into_iter().collect())
}

/// Every version of the site `id`, newest first.
///
/// # Errors
/// Those of the database.
pub fn versions(conn: &mut DbConn, id: &str) -> Result<Vec<Record>> {
    Ok(site_versions::table
        .filter(site_versions::site_id.eq(id))
        .order(site_versions::version.desc())
        .select(Record::as_select())
        .load(conn)?)
}

/// The newest instant at which any version of the site was recorded, so that time never runs backwards for it.
///
/// # Errors
/// Those of the database.
pub fn newest_instant(conn: &mut DbConn, id: &str) -> Result<Option<NaiveDateTime>> {
    Ok(site_versions::table
        .filter(site_versions::site_id.eq(id))
        .select(max(site_versions::recorded_at))
        .first(conn)?)
}

/// A current site near a position.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct Neighbour {
    /// Row of its current version.
    pub row_id: i64,
    /// The site's id.
    pub site_id: String,
    /// Code of its operator.
    pub operator: String,
    /// Its code.
    pub code: String,
    /// Decimal degrees east.
    pub longitude: f64,
    /// Decimal degrees north.
    pub latitude: f64,
}

/// The current sites of a box that does not cross the antimeridian.
///
/// # Errors
/// Those of the database.
pub fn in_box(conn: &mut DbConn, bbox: BBox) -> Result<Vec<Neighbour>> {
    Ok(site_versions::table
        .filter(site_versions::superseded_at.is_null())
        .filter(site_versions::latitude.between(bbox.south, bbox.north))
        .filter(site_versions::longitude.between(bbox.west, bbox.east))
        .select((
            site_versions::row_id,
            site_versions::site_id,
            site_versions::operator,
            site_versions::code,
            site_versions::longitude,
            site_versions::latitude,
        ))
        .load(conn)?)
}
