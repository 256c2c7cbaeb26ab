//! Settlements and reports on them as they are sent.

use chrono::NaiveDate;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::Technology;
use crate::domain::settlement::Cluster;

/// A settlement as it is sent. What the server makes or finds may be sent back and is passed over.
#[derive(ToSchema)]
#[schema(as = SettlementInput, example = json!({"code": "B-03394-02", "name": "Bản Nậm Pha", "longitude": 103.4712, "latitude": 22.4701,
    "population": 412, "clusters": [{"name": "Khu Suối", "longitude": 103.4801, "latitude": 22.4752, "households": 23}]}))]
#[expect(
    dead_code,
    reason = "it describes the body; domain::settlement reads it"
)]
pub struct SettlementInput {
    /// Its code, the key; may be left out where the address has it.
    #[schema(min_length = 1, max_length = 32, pattern = "^[A-Za-z0-9_.-]+$")]
    code: Option<String>,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Decimal degrees east of its centre or cultural house, WGS 84.
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
    /// Decimal degrees north of the same, WGS 84.
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    /// Inhabitants.
    #[schema(minimum = 0, maximum = 10_000_000)]
    population: Option<i32>,
    /// Households.
    #[schema(minimum = 0, maximum = 10_000_000)]
    households: Option<i32>,
    /// Whether it has power from the grid.
    has_grid_power: Option<bool>,
    /// Its clusters of homes.
    #[schema(max_items = 200)]
    clusters: Option<Vec<Cluster>>,
    /// Where the record comes from.
    #[schema(max_length = 500)]
    source: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    district: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    commune: Option<String>,
    /// Passed over.
    #[schema(read_only, value_type = Option<Vec<Object>>)]
    reports: Option<Vec<Value>>,
    /// Passed over.
    #[schema(read_only)]
    status: Option<String>,
    /// Passed over.
    #[schema(read_only, value_type = Option<Object>)]
    status_basis: Option<Value>,
    /// Passed over.
    #[schema(read_only, value_type = Option<Object>)]
    nearest_cell: Option<Value>,
    /// Passed over.
    #[schema(read_only)]
    best_level_dbm: Option<f64>,
    /// Passed over.
    #[schema(read_only)]
    short_db: Option<f64>,
    /// Passed over.
    #[schema(read_only)]
    line_of_sight: Option<bool>,
    /// Passed over.
    #[schema(read_only)]
    sites_seen: Option<i64>,
    /// Passed over.
    #[schema(read_only)]
    single_point_of_failure: Option<bool>,
    /// Passed over.
    #[schema(read_only)]
    version: Option<i32>,
    /// Passed over.
    #[schema(read_only)]
    created_at: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    updated_at: Option<String>,
}

/// A report as it is sent.
#[derive(ToSchema)]
#[schema(as = FieldReportInput, example = json!({"observed_on": "2016-11-20", "status": "lom_song", "technology": "4g", "operator": "viettel",
    "level_dbm": -112.5, "remark": "Khu Suối"}))]
#[expect(
    dead_code,
    reason = "it describes the body; domain::settlement reads it"
)]
pub struct FieldReportInput {
    /// The day, not after today.
    observed_on: NaiveDate,
    /// What was found: covered, `lom_song` or `trang_song`.
    #[schema(example = "lom_song")]
    status: String,
    /// Of which technology; null for any.
    technology: Option<Technology>,
    /// Of which operator; null for any, which only the department may say.
    #[schema(max_length = 32, pattern = "^[a-z0-9_-]+$")]
    operator: Option<String>,
    /// The level that was measured, in dBm.
    #[schema(minimum = -150, maximum = 0)]
    level_dbm: Option<f64>,
    /// What else is worth saying.
    #[schema(max_length = 500)]
    remark: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    id: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    recorded_by: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    recorded_at: Option<String>,
}
