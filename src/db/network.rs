//! The radio network as coverage needs it: which radios are in service from when until when, and what they are.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::max;
use diesel::prelude::*;

use super::DbConn;
use super::schema::{in_service, site_versions};
use crate::domain::{Equipment, Kind, Radio, Site, Status, Structure, Technology};
use crate::error::{Error, Result};
use crate::geo::Position;

/// A BTS site as one version of it says.
#[derive(Debug, Clone)]
pub struct SiteRadios {
    /// Id of the site.
    pub site_id: String,
    /// Its operator's code.
    pub operator: String,
    /// The operator's code of it.
    pub code: String,
    /// Where it stands.
    pub position: Position,
    /// Height of its mast, metres.
    pub mast_height_m: Option<f64>,
    /// Its radios.
    pub radios: Vec<Radio>,
    /// For each technology the first day in service and the first day no more; none of a site that is not in service.
    pub served: Vec<(Technology, NaiveDate, NaiveDate)>,
    /// Whether it is planned: its radios serve from the day for which they are announced.
    pub is_planned: bool,
    /// The day for which a planned site is announced.
    pub commissioned_on: Option<NaiveDate>,
}

impl SiteRadios {
    /// The radios of a site that may be in no row; nothing of one that has none or is neither in service nor planned.
    #[must_use]
    pub fn of(site_id: &str, site: &Site) -> Option<Self> {
        let Equipment::Bts { structure, radios } = &site.equipment else {
            return None;
        };
        let in_service = site.in_service();
        let served = in_service.iter().filter_map(|row| {
            let technology = Technology::parse(row.item).ok()?;
            Some((technology, row.since, row.until))
        });
        let served: Vec<_> = served.collect();
        let is_planned = site.status == Status::Planned;
        (is_planned || !served.is_empty()).then_some(Self {
            site_id: site_id.to_owned(),
            operator: site.operator.clone(),
            code: site.code.clone(),
            position: Position::new(site.longitude, site.latitude)?,
            mast_height_m: structure.as_ref().and_then(|structure| structure.height_m),
            radios: radios.clone(),
            served,
            is_planned,
            commissioned_on: site.commissioned_on,
        })
    }
}

#[derive(Queryable)]
struct Version {
    row_id: i64,
    site_id: String,
    operator: String,
    code: String,
    status: String,
    longitude: f64,
    latitude: f64,
    commissioned_on: Option<NaiveDate>,
    structure: Option<String>,
    radios: Option<String>,
}

/// The newest row of all site versions: a copy in memory that has seen it knows all there is.
///
/// # Errors
/// Those of the database.
pub fn newest_row(conn: &mut DbConn) -> Result<i64> {
    let newest: Option<i64> = site_versions::table
        .select(max(site_versions::row_id))
        .first(conn)?;
    Ok(newest.unwrap_or(0))
}

/// The sites of which a version was written after the row `after`, whatever it says: what is known of them is outdated.
///
/// # Errors
/// Those of the database.
pub fn changed_since(conn: &mut DbConn, after: i64) -> Result<Vec<String>> {
    Ok(site_versions::table
        .filter(site_versions::row_id.gt(after))
        .select(site_versions::site_id)
        .distinct()
        .load(conn)?)
}

/// The BTS sites that are in service at any time or planned, as the register says now, of the versions written after the
/// row `after`; or all, as it said at `known_at`.
///
/// # Errors
/// Those of the database, and `Internal` when a row cannot be read.
pub fn sites(
    conn: &mut DbConn,
    after: i64,
    known_at: Option<NaiveDateTime>,
) -> Result<Vec<SiteRadios>> {
    let columns = (
        site_versions::row_id,
        site_versions::site_id,
        site_versions::operator,
        site_versions::code,
        site_versions::status,
        site_versions::longitude,
        site_versions::latitude,
        site_versions::commissioned_on,
        site_versions::structure,
        site_versions::radios,
    );
    let mut versions = site_versions::table
        .filter(site_versions::kind.eq(Kind::Bts.as_str()))
        .filter(site_versions::deleted.eq(false))
        .filter(site_versions::row_id.gt(after))
        .order(site_versions::row_id)
        .select(columns)
        .into_boxed();
    let mut rows = in_service::table
        .filter(in_service::item.eq_any(Technology::ALL.map(Technology::as_str)))
        .filter(in_service::version_row.gt(after))
        .order((in_service::version_row, in_service::item))
        .select((
            in_service::version_row,
            in_service::item,
            in_service::since,
            in_service::until,
        ))
        .into_boxed();
    match known_at {
        None => {
            versions = versions.filter(site_versions::superseded_at.is_null());
            rows = rows.filter(in_service::superseded_at.is_null());
        }
        Some(at) => {
            versions = versions.filter(site_versions::recorded_at.le(at)).filter(
                site_versions::superseded_at
                    .is_null()
                    .or(site_versions::superseded_at.gt(at)),
            );
            rows = rows.filter(in_service::recorded_at.le(at)).filter(
                in_service::superseded_at
                    .is_null()
                    .or(in_service::superseded_at.gt(at)),
            );
        }
    }
    let versions: Vec<Version> = versions.load(conn)?;
    let rows: Vec<(i64, String, NaiveDate, NaiveDate)> = rows.load(conn)?;
    let mut rows = rows.into_iter().peekable();
    let mut sites = Vec::with_capacity(versions.len());
    for version in versions {
        // Both lists are in the order of the versions' rows.
        while rows.next_if(|row| row.0 < version.row_id).is_some() {}
        let mut served = Vec::new();
        while let Some((_, item, since, until)) = rows.next_if(|row| row.0 == version.row_id) {
            let technology = Technology::parse(&item).map_err(|_| broken(version.row_id))?;
            served.push((technology, since, until));
        }
        let is_planned = version.status == Status::Planned.as_str();
        if is_planned || !served.is_empty() {
            sites.push(site(version, served, is_planned)?);
        }
    }
    Ok(sites)
}

fn site(
    version: Version,
    served: Vec<(Technology, NaiveDate, NaiveDate)>,
    is_planned: bool,
) -> Result<SiteRadios> {
    let unreadable = |_| broken(version.row_id);
    let structure: Option<Structure> = version
        .structure
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(unreadable)?;
    let radios = version.radios.as_deref();
    Ok(SiteRadios {
        position: Position::new(version.longitude, version.latitude)
            .ok_or_else(|| broken(version.row_id))?,
        mast_height_m: structure.and_then(|structure| structure.height_m),
        radios: radios
            .map_or(Ok(Vec::new()), serde_json::from_str)
            .map_err(unreadable)?,
        site_id: version.site_id,
        operator: version.operator,
        code: version.code,
        served,
        is_planned,
        commissioned_on: version.commissioned_on,
    })
}

fn broken(row_id: i64) -> Error {
    Error::internal(format!("site version {row_id} cannot be read"))
}
