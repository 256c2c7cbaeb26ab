//! Writes versions of sites, with what of them is in service.

#![expect(
    clippy::ref_option_ref,
    reason = "what diesel's derive makes of optional columns"
)]

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;

use super::moment::{Day, Moment};
use super::schema::{in_service, site_versions};
use super::sites::NewVersion;
use super::{DbConn, insert_many};
use crate::domain::site::InService;
use crate::domain::{Equipment, text};
use crate::error::{Error, Result};

/// Versions that are written together.
const BATCH: usize = 4_000;

#[derive(Insertable)]
#[diesel(table_name = site_versions, treat_none_as_default_value = false)]
struct VersionRow<'v> {
    row_id: i64,
    site_id: &'v str,
    version: i32,
    operator: &'v str,
    code: &'v str,
    kind: &'static str,
    name: &'v str,
    status: &'static str,
    longitude: f64,
    latitude: f64,
    elevation_m: Option<f64>,
    address: Option<&'v str>,
    commissioned_on: Option<Day>,
    decommissioned_on: Option<Day>,
    line_capacity: Option<i32>,
    lines_in_use: Option<i32>,
    host: Option<&'v str>,
    structure: Option<&'v str>,
    radios: Option<&'v str>,
    technologies: &'v str,
    source: Option<&'v str>,
    search: &'v str,
    place_id: i32,
    created_at: Moment,
    recorded_at: Moment,
    superseded_at: Option<Moment>,
    deleted: bool,
    changed_by: &'v str,
    reason: Option<&'v str>,
    changed_fields: &'v str,
    submission_id: Option<&'v str>,
}

#[derive(Insertable, Clone)]
#[diesel(table_name = in_service, treat_none_as_default_value = false)]
struct InServiceRow<'v> {
    version_row: i64,
    item: &'static str,
    operator: &'v str,
    place_id: i32,
    since: Day,
    until: Day,
    recorded_at: Moment,
    superseded_at: Option<Moment>,
}

/// A version with the texts that are kept of it, made before the database is asked for anything.
pub struct Prepared {
    version: NewVersion,
    structure: Option<String>,
    radios: Option<String>,
    technologies: String,
    search: String,
    changed_fields: String,
    in_service: Vec<InService>,
}

impl NewVersion {
    /// The version with its texts.
    ///
    /// # Errors
    /// `Internal` when it cannot be written.
    pub fn prepared(self) -> Result<Prepared> {
        let site = &self.site;
        let json = |error: serde_json::Error| Error::Internal(Box::new(error));
        let (structure, radios) = match &site.equipment {
            Equipment::Bts { structure, radios } => {
                let structure = structure.as_ref().map(serde_json::to_string);
                let radios = serde_json::to_string(radios).map_err(json)?;
                (structure.transpose().map_err(json)?, Some(radios))
            }
            _ => (None, None),
        };
        Ok(Prepared {
            structure,
            radios,
            technologies: site.technologies(),
            search: text::fold(&format!(
                "{} {} {}",
                site.name,
                site.code,
                site.address.as_deref().unwrap_or("")
            )),
            changed_fields: self.changed_fields.join(","),
            in_service: if self.deleted {
                Vec::new()
            } else {
                site.in_service()
            },
            version: self,
        })
    }
}

impl Prepared {
    /// Files it under a place.
    pub fn file_under(&mut self, place_id: i32) {
        self.version.place_id = place_id;
    }

    fn row(&self, row_id: i64, known: &Moment) -> VersionRow<'_> {
        let version = &self.version;
        let site = &version.site;
        let recorded_at = Moment::of(version.recorded_at, Some(known));
        let (line_capacity, lines_in_use, host) = match &site.equipment {
            Equipment::SwitchingStation {
                line_capacity,
                lines_in_use,
            } => (*line_capacity, *lines_in_use, None),
            Equipment::SatelliteExchange {
                line_capacity,
                lines_in_use,
                host,
            } => (*line_capacity, *lines_in_use, host.as_deref()),
            Equipment::Bts { .. } => (None, None, None),
        };
        VersionRow {
            row_id,
            site_id: &version.site_id,
            version: version.version,
            operator: &site.operator,
            code: &site.code,
            kind: site.kind.as_str(),
            name: &site.name,
            status: site.status.as_str(),
            longitude: site.longitude,
            latitude: site.latitude,
            elevation_m: site.elevation_m,
            address: site.address.as_deref(),
            commissioned_on: site.commissioned_on.map(Day),
            decommissioned_on: site.decommissioned_on.map(Day),
            line_capacity,
            lines_in_use,
            host,
            structure: self.structure.as_deref(),
            radios: self.radios.as_deref(),
            technologies: &self.technologies,
            source: site.source.as_deref(),
            search: &self.search,
            place_id: version.place_id,
            created_at: Moment::of(version.created_at, Some(known)),
            recorded_at: recorded_at.clone(),
            // A deletion is superseded at once: nothing is said of the site after it.
            superseded_at: version.deleted.then_some(recorded_at),
            deleted: version.deleted,
            changed_by: &version.changed_by,
            reason: version.reason.as_deref(),
            changed_fields: &self.changed_fields,
            submission_id: version.submission_id.as_deref(),
        }
    }

    fn in_service_rows(
        &self,
        version_row: i64,
        known: &Moment,
    ) -> impl Iterator<Item = InServiceRow<'_>> {
        let version = &self.version;
        let recorded_at = Moment::of(version.recorded_at, Some(known));
        self.in_service.iter().map(move |item| InServiceRow {
            version_row,
            item: item.item,
            operator: &version.site.operator,
            place_id: version.place_id,
            since: Day(item.since),
            until: Day(item.until),
            recorded_at: recorded_at.clone(),
            superseded_at: None,
        })
    }
}

/// Writes versions, in batches.
///
/// # Errors
/// `Conflict` when one of them would be the second current site of its operator and code.
pub fn insert(conn: &mut DbConn, versions: &[NewVersion]) -> Result<()> {
    let prepared = versions.iter().cloned().map(NewVersion::prepared);
    insert_prepared(conn, &prepared.collect::<Result<Vec<_>>>()?)
}

/// Writes versions that were prepared, in batches.
///
/// # Errors
/// `Conflict` when one of them would be the second current site of its operator and code.
pub fn insert_prepared(conn: &mut DbConn, versions: &[Prepared]) -> Result<()> {
    let Some(first) = versions.first() else {
        return Ok(());
    };
    // Most of them are recorded at one instant.
    let known = Moment::of(first.version.recorded_at, None);
    for batch in versions.chunks(BATCH) {
        let ids = row_ids(conn, batch.len())?;
        let rows: Vec<VersionRow> = batch
            .iter()
            .zip(&ids)
            .map(|(version, id)| version.row(*id, &known))
            .collect();
        insert_many!(conn, site_versions::table, &rows).map_err(|error| taken(error, batch))?;
        let counted: Vec<InServiceRow> = batch
            .iter()
            .zip(ids)
            .flat_map(|(version, id)| version.in_service_rows(id, &known))
            .collect();
        insert_many!(conn, in_service::table, &counted)?;
    }
    Ok(())
}

/// Ids for `count` new rows. Whoever writes has the write transaction, so nobody else takes them.
fn row_ids(conn: &mut DbConn, count: usize) -> Result<Vec<i64>> {
    #[derive(QueryableByName)]
    struct Id {
        #[diesel(sql_type = BigInt)]
        id: i64,
    }
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    match conn {
        DbConn::Postgres(conn) => {
            let ids = sql_query(
                "SELECT nextval('site_versions_row_id_seq') AS id FROM generate_series(1, $1)",
            )
            .bind::<BigInt, _>(count)
            .load::<Id>(conn)?;
            Ok(ids.into_iter().map(|row| row.id).collect())
        }
        DbConn::Sqlite(conn) => {
            let last =
                sql_query("SELECT seq AS id FROM sqlite_sequence WHERE name = 'site_versions'")
                    .get_result::<Id>(conn)
                    .optional()?
                    .map_or(0, |row| row.id);
            Ok((last + 1..=last + count).collect())
        }
    }
}

fn taken(error: diesel::result::Error, batch: &[Prepared]) -> Error {
    use diesel::result::DatabaseErrorKind::UniqueViolation;
    match (&error, batch) {
        (diesel::result::Error::DatabaseError(UniqueViolation, _), [one]) => Error::Conflict {
            kind: "site",
            key: format!("{}/{}", one.version.site.operator, one.version.site.code),
            why: "exists already",
        },
        (diesel::result::Error::DatabaseError(UniqueViolation, _), _) => Error::Stale,
        _ => error.into(),
    }
}
