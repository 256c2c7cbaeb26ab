//! Settlements over HTTP, and the reports of what was found at them.

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, post, put, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::coverage;
use super::negotiate;
use super::params::{ChangeQuery, Params};
use super::settlement_input::{FieldReportInput, SettlementInput};
use super::settlement_list::SettlementItem;
use super::views::utc;
use crate::db::settlements::{self as rows, Record, ReportRecord};
use crate::domain::settlement::Cluster;
use crate::domain::{FieldReport, Level, Settlement, SettlementStatus, Technology};
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::geo::Position;
use crate::register::bulk::Imported;
use crate::register::{Geography, settlements};

const JSON: &str = "application/json";

/// A village: a centre, and the clusters of homes that belong to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settlement, example = json!({"code": "B-03394-02", "name": "Bản Nậm Pha", "district": "106", "commune": "03394",
    "longitude": 103.4712, "latitude": 22.4701, "population": 412, "households": 90, "has_grid_power": true,
    "clusters": [{"name": "Khu Suối", "longitude": 103.4801, "latitude": 22.4752, "households": 23}], "source": null,
    "version": 1, "created_at": "2016-01-04T02:11:09Z", "updated_at": "2016-01-04T02:11:09Z"}))]
pub struct SettlementView {
    /// Its code, the key.
    code: String,
    /// Its name.
    name: String,
    /// Code of the district that holds the centre: of the one valid on the day asked about, else of the nearest in time.
    district: Option<String>,
    /// Code of the commune that holds the centre, by the same rule.
    commune: Option<String>,
    /// Decimal degrees east of its centre or cultural house, WGS 84.
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
    /// Decimal degrees north of the same, WGS 84.
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    /// Inhabitants.
    population: Option<i32>,
    /// Households.
    households: Option<i32>,
    /// Whether it has power from the grid; null where that is not known.
    has_grid_power: Option<bool>,
    /// Its clusters of homes.
    clusters: Vec<Cluster>,
    /// Where the record comes from.
    source: Option<String>,
    /// Number of the version, from 1.
    version: i32,
    /// When it was first recorded.
    created_at: DateTime<Utc>,
    /// When this version was recorded.
    updated_at: DateTime<Utc>,
}

impl SettlementView {
    /// Number of the version.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.version
    }

    /// The view of `record`, with its areas as on `day`.
    ///
    /// # Errors
    /// `Internal` when the row holds what is no settlement.
    pub fn new(geography: &Geography, day: NaiveDate, record: &Record) -> Result<Self> {
        let Settlement {
            code,
            name,
            longitude,
            latitude,
            population,
            households,
            has_grid_power,
            clusters,
            source,
        } = record.settlement()?;
        let holding = Position::new(longitude, latitude)
            .map(|position| geography.locate(position))
            .unwrap_or_default();
        let code_at = |level| {
            let area = geography.of_place(&holding, level, day);
            area.map(|info| info.area.code.clone())
        };
        Ok(Self {
            code,
            name,
            district: code_at(Level::District),
            commune: code_at(Level::Commune),
            longitude,
            latitude,
            population,
            households,
            has_grid_power,
            clusters,
            source,
            version: record.version,
            created_at: utc(record.created_at),
            updated_at: utc(record.updated_at),
        })
    }
}

/// The columns of tables, and what comes before the reports where they are shown.
const COLUMNS: &[&str] = &[
    "code",
    "name",
    "district",
    "commune",
    "longitude",
    "latitude",
    "population",
    "households",
    "has_grid_power",
    "clusters",
    "source",
    "version",
    "created_at",
    "updated_at",
];

impl Feature for SettlementView {
    const COLUMNS: &'static [&'static str] = COLUMNS;

    fn id(&self) -> String {
        self.code.clone()
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::Point(self.longitude, self.latitude)
    }
}

/// What somebody found at a settlement on a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldReport, example = json!({"id": "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77", "observed_on": "2016-11-20",
    "status": "lom_song", "technology": "4g", "operator": "viettel", "level_dbm": -112.5, "remark": "Khu Suối",
    "recorded_by": "Sở TT&TT", "recorded_at": "2016-11-21T02:11:09Z"}))]
pub struct FieldReportView {
    /// Made by the server: a UUIDv7.
    #[schema(format = "uuid")]
    id: String,
    /// The day.
    observed_on: NaiveDate,
    /// What was found.
    status: SettlementStatus,
    /// Of which technology; null for any.
    technology: Option<Technology>,
    /// Of which operator; null for any.
    operator: Option<String>,
    /// The level that was measured, in dBm.
    level_dbm: Option<f64>,
    /// What else is worth saying.
    remark: Option<String>,
    /// Who recorded it.
    recorded_by: String,
    /// When.
    recorded_at: DateTime<Utc>,
}

impl TryFrom<ReportRecord> for FieldReportView {
    type Error = Error;

    fn try_from(record: ReportRecord) -> Result<Self> {
        let FieldReport {
            observed_on,
            status,
            technology,
            operator,
            level_dbm,
            remark,
        } = record.report()?;
        Ok(Self {
            id: record.id,
            observed_on,
            status,
            technology,
            operator,
            level_dbm,
            remark,
            recorded_by: record.recorded_by,
            recorded_at: utc(record.recorded_at),
        })
    }
}

/// A settlement with the reports on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettlementWithReports {
    #[serde(flatten)]
    settlement: SettlementItem,
    /// The reports that hold, newest first.
    reports: Vec<FieldReportView>,
}

impl Feature for SettlementWithReports {
    const COLUMNS: &'static [&'static str] = SettlementItem::COLUMNS;

    fn id(&self) -> String {
        self.settlement.id()
    }

    fn geometry(&self) -> Geometry<'_> {
        self.settlement.geometry()
    }
}

/// Parameters of a single settlement.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct OneQuery {
    /// Only the signal of this technology: 2g, 3g, 4g, 5g, or any (the default).
    technology: Option<String>,
    /// Newer technologies count too: 3G or better.
    at_least: Option<bool>,
    /// any (the default), all, or an operator's code.
    operator: Option<String>,
    /// How strong the signal must be: possible, covered (the default), robust, indoor.
    signal_level: Option<String>,
    /// The day of service; today where none is given.
    #[param(example = "2016-12-31")]
    as_of: Option<NaiveDate>,
    /// Ids of sites that are left out, with commas between.
    exclude_sites: Option<String>,
    /// Planned sites count from the day for which they are announced.
    include_planned: Option<bool>,
    /// Whether to tell what is behind the signal at the centre, or missing to it.
    detail: Option<bool>,
    /// The day whose district and commune are shown; today where none is given.
    #[param(example = "2016-12-31")]
    division_on: Option<NaiveDate>,
    /// Representation: json, geojson; else by `Accept`.
    f: Option<String>,
}

/// Read a settlement
///
/// With the reports on it.
#[utoipa::path(
    tag = "settlements",
    params(("code" = String, Path, description = "Code of the settlement", example = "B-03394-02"), OneQuery),
    responses((status = 200, description = "The settlement", headers(("ETag" = String, description = "Its version")), content(
        (SettlementWithReports = "application/json"), (Object = "application/geo+json"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/settlements/{code}")]
pub async fn get_settlement(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    let mut params = Params::of::<OneQuery>(&asked.query);
    let f = params.raw("f");
    let question = coverage::question_of_places(&mut params, &asked);
    let detail = params.flag("detail");
    params.give(())?;
    let format = asked.format(f, negotiate::SINGLE)?;
    let register = asked.register();
    let day = question.division_on.unwrap_or_else(|| asked.today());
    let db = register.db.clone();
    let (found, is_pending) = db
        .snapshot(move |conn| {
            let record = settlements::by_code(conn, &code)?;
            let geography = register.geography(conn)?;
            let reports = rows::reports(conn, Some(&[&record.code]))?;
            let codes = [record.code.as_str()];
            let coverage = &register.coverage;
            let signalled =
                coverage.settlement_signals(conn, &geography, &question, &codes, detail)?;
            let is_pending = signalled.is_pending;
            let settlement = SettlementView::new(&geography, day, &record)?;
            let mut items = SettlementItem::all(vec![settlement], signalled);
            let lost = || Error::internal("a settlement has no signal");
            let found = SettlementWithReports {
                settlement: items.pop().ok_or_else(lost)?,
                reports: reports
                    .into_iter()
                    .map(TryInto::try_into)
                    .collect::<Result<Vec<_>>>()?,
            };
            Ok((found, is_pending))
        })
        .await?;
    let etag = format!("\"{}\"", found.settlement.version());
    let mut response = negotiate::single(format, &found)?;
    let etag =
        header::HeaderValue::from_str(&etag).map_err(|error| Error::Internal(Box::new(error)))?;
    response.headers_mut().insert(header::ETAG, etag);
    Ok(coverage::uncached(response, is_pending))
}

/// Record or replace a settlement
///
/// The same request twice changes nothing. `If-Match` may name the version that is to be replaced.
#[utoipa::path(
    tag = "settlements",
    params(("code" = String, Path, description = "Code of the settlement", example = "B-03394-02"),
        ("If-Match" = Option<String>, Header, description = "The settlement's ETag"), ChangeQuery),
    request_body(content = SettlementInput, content_type = "application/json"),
    responses((status = 200, description = "The settlement was there", body = SettlementView),
        (status = 201, description = "The settlement is new", body = SettlementView, headers(("Location" = String, description = "Its address"))), Error),
    security(("key" = ["department"]))
)]
#[put("/settlements/{code}")]
pub async fn put_settlement(
    asked: Asked,
    code: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (change, expected) = (asked.change(asked.reason()?), asked.if_match()?);
    let body = asked.json(payload, JSON).await?;
    let (register, today) = (asked.register(), asked.today());
    let db = register.db.clone();
    let (view, created) = db
        .write(move |conn| {
            let (record, created) =
                register.put_settlement(conn, &change, &code, expected, &body)?;
            let geography = register.geography(conn)?;
            Ok((SettlementView::new(&geography, today, &record)?, created))
        })
        .await?;
    let mut response = if created {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    if created {
        let address = format!("/api/v1/settlements/{}", view.code);
        response.insert_header((header::LOCATION, address));
    }
    response.insert_header((header::ETAG, format!("\"{}\"", view.version)));
    Ok(response.json(view))
}

/// Record or replace settlements
///
/// A list of at most 10,000 settlements by their codes: all of it is stored, or nothing. The same request twice changes
/// nothing.
#[utoipa::path(
    tag = "settlements",
    params(ChangeQuery),
    request_body(content = Vec<SettlementInput>, content_type = "application/json"),
    responses((status = 200, description = "What became of the settlements", body = Imported, example = json!({"created": 4, "updated": 1, "unchanged": 0})), Error),
    security(("key" = ["department"]))
)]
#[put("/settlements")]
pub async fn put_settlements(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let change = asked.change(asked.reason()?);
    let body = asked.json(payload, JSON).await?;
    let register = asked.register();
    let db = register.db.clone();
    let outcome = db
        .write(move |conn| register.put_settlements(conn, &change, &body))
        .await?;
    Ok(HttpResponse::Ok().json(outcome))
}

/// Delete a settlement
///
/// It is marked as removed; what was said of it stays in the journal. `If-Match` may name the version that is meant.
#[utoipa::path(
    tag = "settlements",
    params(("code" = String, Path, description = "Code of the settlement"),
        ("If-Match" = Option<String>, Header, description = "The settlement's ETag"), ChangeQuery),
    responses((status = 204, description = "It is removed"), Error),
    security(("key" = ["department"]))
)]
#[delete("/settlements/{code}")]
pub async fn delete_settlement(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    let (change, expected) = (asked.change(asked.reason()?), asked.if_match()?);
    let register = asked.register();
    let db = register.db.clone();
    db.write(move |conn| register.remove_settlement(conn, &change, &code, expected))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Report on a settlement
///
/// What was found there on a day. An operator reports on its own signal, the department on any.
#[utoipa::path(
    tag = "settlements",
    params(("code" = String, Path, description = "Code of the settlement"), ChangeQuery),
    request_body(content = FieldReportInput, content_type = "application/json"),
    responses((status = 201, description = "The new report", body = FieldReportView), Error),
    security(("key" = ["operator"]))
)]
#[post("/settlements/{code}/reports")]
pub async fn create_settlement_report(
    asked: Asked,
    code: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let change = asked.change(asked.reason()?);
    let body = asked.json(payload, JSON).await?;
    let register = asked.register();
    let db = register.db.clone();
    let record = db
        .write(move |conn| register.add_report(conn, &change, &code, &body))
        .await?;
    Ok(HttpResponse::Created().json(FieldReportView::try_from(record)?))
}

/// Withdraw a report
///
/// The report does not hold any more; the journal keeps it.
#[utoipa::path(
    tag = "settlements",
    params(("code" = String, Path, description = "Code of the settlement"), ("id" = String, Path, description = "The report's id"), ChangeQuery),
    responses((status = 204, description = "It is withdrawn"), Error),
    security(("key" = ["department"]))
)]
#[delete("/settlements/{code}/reports/{id}")]
pub async fn withdraw_settlement_report(
    asked: Asked,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (code, id) = path.into_inner();
    let change = asked.change(asked.reason()?);
    let register = asked.register();
    let db = register.db.clone();
    db.write(move |conn| register.withdraw_report(conn, &change, &code, &id))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
