//! What sites look like on the wire.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::problem::ProblemError;
use crate::db::DbConn;
use crate::db::places;
use crate::db::sites::Record;
use crate::domain::{Kind, Language, Level, Radio, Status, Structure};
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::register::sites::Written;
use crate::register::{Geography, Register};

/// One position where one operator has equipment of one kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Site, example = json!({
    "id": "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77", "operator": "viettel", "code": "LCU-0123", "kind": "bts",
    "name": "Sin Suối Hồ 1", "status": "active", "longitude": 103.4012, "latitude": 22.4501, "elevation_m": 1410.0,
    "district": "109", "commune": "03592", "address": "bản Sin Suối Hồ", "commissioned_on": "2012-05-01",
    "decommissioned_on": null, "source": null,
    "structure": {"type": "guyed_mast", "height_m": 42.0, "owner": "vnpt", "shared_with": ["mobifone"]},
    "radios": [{"technology": "2g", "commissioned_on": "2012-05-01", "decommissioned_on": null, "antenna_height_m": 38.0,
        "declared_radius_m": 4000.0, "sectors": [{"azimuth_deg": 0.0, "beamwidth_deg": 65.0, "frequency_mhz": 942.0,
        "eirp_dbm": 58.0, "downtilt_deg": 4.0}]}],
    "version": 3, "created_at": "2016-01-04T02:11:09Z", "updated_at": "2016-11-20T08:00:00Z"
}))]
pub struct SiteView {
    /// Made by the server: a UUIDv7.
    #[schema(format = "uuid")]
    pub id: String,
    /// Code of the operator.
    pub operator: String,
    /// The operator's own code; with the operator it is the natural key.
    pub code: String,
    /// The kind of site.
    #[schema(value_type = Kind)]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where it stands in its life.
    #[schema(value_type = Status)]
    pub status: String,
    /// Decimal degrees east, WGS 84.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: f64,
    /// Decimal degrees north, WGS 84.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: f64,
    /// Height of the ground above sea level, in metres.
    pub elevation_m: Option<f64>,
    /// Code of the district that holds the position: of the one valid on the day asked about, else of the nearest in time.
    pub district: Option<String>,
    /// Code of the commune that holds the position, by the same rule.
    pub commune: Option<String>,
    /// Where it is, in words.
    pub address: Option<String>,
    /// First day in service.
    pub commissioned_on: Option<NaiveDate>,
    /// First day out of service.
    pub decommissioned_on: Option<NaiveDate>,
    /// Where the record comes from.
    pub source: Option<String>,
    /// Lines that can be connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i32>)]
    pub line_capacity: Option<Option<i32>>,
    /// Lines that are connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i32>)]
    pub lines_in_use: Option<Option<i32>>,
    /// Code of the operator's switching station that it is a remote unit of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub host: Option<Option<String>>,
    /// What carries the antennas.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Structure>)]
    pub structure: Option<Option<Box<RawValue>>>,
    /// The equipment, one radio for each technology.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Radio>)]
    pub radios: Option<Box<RawValue>>,
    /// Number of the version, from 1.
    #[schema(minimum = 1)]
    pub version: i32,
    /// When the site was first recorded.
    pub created_at: DateTime<Utc>,
    /// When this version was recorded.
    pub updated_at: DateTime<Utc>,
    /// Distance from the position that was asked about, in metres; only with `near`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = f64)]
    pub distance_m: Option<f64>,
    /// What is allowed but worth telling; only in answers to changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<ProblemError>)]
    pub warnings: Option<Vec<ProblemError>>,
}

/// Gives views of records: it knows the areas of every place on one day.
pub struct Viewer<'g> {
    geography: &'g Geography,
    places: HashMap<i32, Arc<[i32]>>,
    day: NaiveDate,
}

impl Viewer<'_> {
    /// The view of `record`.
    ///
    /// # Errors
    /// `Internal` when the row holds what is no JSON.
    pub fn view(&self, record: Record) -> Result<SiteView> {
        let Record {
            row_id: _,
            site_id,
            version,
            operator,
            code,
            kind,
            name,
            status,
            longitude,
            latitude,
            elevation_m,
            address,
            commissioned_on,
            decommissioned_on,
            line_capacity,
            lines_in_use,
            host,
            structure,
            radios,
            source,
            place_id,
            created_at,
            recorded_at,
            superseded_at: _,
            deleted: _,
            changed_by: _,
            reason: _,
            changed_fields: _,
            submission_id: _,
        } = record;
        let place = self
            .places
            .get(&place_id)
            .map_or(&[][..], |areas| &areas[..]);
        let code_at = |level| {
            self.geography
                .of_place(place, level, self.day)
                .map(|info| info.area.code.clone())
        };
        let raw = |json: String| {
            RawValue::from_string(json).map_err(|error| Error::Internal(Box::new(error)))
        };
        let is_bts = kind == Kind::Bts.as_str();
        let is_exchange = !is_bts;
        let is_satellite = kind == Kind::SatelliteExchange.as_str();
        Ok(SiteView {
            id: site_id,
            operator,
            code,
            kind,
            name,
            status,
            longitude,
            latitude,
            elevation_m,
            district: code_at(Level::District),
            commune: code_at(Level::Commune),
            address,
            commissioned_on,
            decommissioned_on,
            source,
            line_capacity: is_exchange.then_some(line_capacity),
            lines_in_use: is_exchange.then_some(lines_in_use),
            host: is_satellite.then_some(host),
            structure: if is_bts {
                Some(structure.map(raw).transpose()?)
            } else {
                None
            },
            radios: if is_bts {
                Some(raw(radios.unwrap_or_else(|| "[]".to_owned()))?)
            } else {
                None
            },
            version,
            created_at: created_at.and_utc(),
            updated_at: recorded_at.and_utc(),
            distance_m: None,
            warnings: None,
        })
    }
}

/// Views of `records`, with districts and communes as on `day`.
///
/// # Errors
/// Those of the database.
pub fn site_views(
    conn: &mut DbConn,
    register: &Register,
    geography: &Geography,
    records: Vec<Record>,
    day: NaiveDate,
) -> Result<Vec<SiteView>> {
    let viewer = Viewer {
        geography,
        places: register.places(conn, records.iter().map(|record| record.place_id))?,
        day,
    };
    records
        .into_iter()
        .map(|record| viewer.view(record))
        .collect()
}

/// The view of a site after a change, with the warnings.
///
/// # Errors
/// Those of the database.
pub fn written_view(
    conn: &mut DbConn,
    written: Written,
    day: NaiveDate,
    language: Language,
) -> Result<SiteView> {
    let viewer = Viewer {
        geography: &written.geography,
        places: places::of_ids(conn, &[written.record.place_id])?,
        day,
    };
    let mut view = viewer.view(written.record)?;
    let warnings = written.warnings.into_list();
    view.warnings = Some(
        warnings
            .into_iter()
            .map(|warning| ProblemError::new(warning, language))
            .collect(),
    );
    Ok(view)
}

impl Feature for SiteView {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "operator",
        "code",
        "kind",
        "name",
        "status",
        "longitude",
        "latitude",
        "elevation_m",
        "district",
        "commune",
        "address",
        "commissioned_on",
        "decommissioned_on",
        "line_capacity",
        "lines_in_use",
        "host",
        "structure.type",
        "structure.height_m",
        "structure.owner",
        "structure.shared_with",
        "radios",
        "source",
        "version",
        "created_at",
        "updated_at",
    ];

    fn id(&self) -> String {
        self.id.clone()
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::Point(self.longitude, self.latitude)
    }
}

/// An instant of the database as an instant of the wire.
#[must_use]
pub fn utc(instant: NaiveDateTime) -> DateTime<Utc> {
    instant.and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::settlements::SettlementView;
    use crate::api::subscribers::CountView;
    use crate::domain::RecordKind;
    use crate::import::columns::names::find;

    #[test]
    fn every_column_that_is_written_is_taken_back_under_its_name() {
        for (kind, columns) in [
            (RecordKind::Sites, SiteView::COLUMNS),
            (RecordKind::Subscribers, CountView::COLUMNS),
            (RecordKind::Settlements, SettlementView::COLUMNS),
        ] {
            for name in columns {
                let path = find(kind, name).map(|target| target.path());
                assert_eq!(path.as_deref(), Some(*name));
            }
        }
    }
}
