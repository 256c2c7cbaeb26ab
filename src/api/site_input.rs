//! What a site looks like when it is sent: the contract's description of what `domain::site_input` reads.

use chrono::NaiveDate;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::{Kind, Radio, Status, Structure};

/// A site as it is sent. What the server makes may be sent back and is passed over.
#[derive(ToSchema)]
#[schema(as = SiteInput, example = json!({
    "operator": "viettel", "code": "LCU-0123", "kind": "bts", "name": "Sin Suối Hồ 1", "status": "active",
    "longitude": 103.4012, "latitude": 22.4501, "commissioned_on": "2012-05-01",
    "radios": [{"technology": "2g", "antenna_height_m": 38.0, "sectors": [{"azimuth_deg": 0.0, "beamwidth_deg": 65.0}]}]
}))]
#[expect(
    dead_code,
    reason = "it describes the body; domain::site_input reads it"
)]
pub struct SiteInput {
    /// Code of the operator.
    #[schema(max_length = 32, pattern = "^[a-z0-9_-]+$")]
    operator: String,
    /// The operator's own code; with the operator it is the natural key.
    #[schema(min_length = 1, max_length = 64)]
    code: String,
    /// The kind of site.
    kind: Kind,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Where it stands in its life; active where it is not said.
    #[schema(nullable)]
    status: Option<Status>,
    /// Decimal degrees east, WGS 84.
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
    /// Decimal degrees north, WGS 84.
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    /// Height of the ground above sea level, in metres.
    #[schema(minimum = -500, maximum = 9_000)]
    elevation_m: Option<f64>,
    /// Code of the district, to be checked against the position.
    #[schema(max_length = 16)]
    district: Option<String>,
    /// Code of the commune, to be checked against the position.
    #[schema(max_length = 16)]
    commune: Option<String>,
    /// Where it is, in words.
    #[schema(max_length = 500)]
    address: Option<String>,
    /// First day in service.
    commissioned_on: Option<NaiveDate>,
    /// First day out of service; needed for a decommissioned site to count on the days before.
    decommissioned_on: Option<NaiveDate>,
    /// Where the record comes from.
    #[schema(max_length = 500)]
    source: Option<String>,
    /// Lines that can be connected.
    #[schema(minimum = 0, maximum = 10_000_000)]
    line_capacity: Option<i32>,
    /// Lines that are connected, at most the capacity.
    #[schema(minimum = 0, maximum = 10_000_000)]
    lines_in_use: Option<i32>,
    /// Code of the operator's switching station that it is a remote unit of.
    #[schema(max_length = 64)]
    host: Option<String>,
    /// What carries the antennas.
    structure: Option<Structure>,
    /// The equipment, one radio for each technology.
    #[schema(max_items = 16)]
    radios: Option<Vec<Radio>>,
    /// Passed over.
    #[schema(read_only)]
    id: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    version: Option<i32>,
    /// Passed over.
    #[schema(read_only)]
    created_at: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    updated_at: Option<String>,
    /// Passed over.
    #[schema(read_only, value_type = Option<Vec<Object>>)]
    warnings: Option<Vec<Value>>,
}
