//! Areas in over HTTP: one area, or the file of a whole division.

use actix_web::{HttpResponse, post, put, web};
use chrono::NaiveDate;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::asked::{Asked, parse_json};
use super::params::{ChangeQuery, Params};
use crate::domain::area::{BoundaryKind, Population};
use crate::domain::{Area, Faults, Level, Rule, fields, text};
use crate::error::{Error, Result};
use crate::geo::geometry;
use crate::import::areas::{AreaFile, Incoming};
use crate::register::areas::{AreasImported, ImportOptions};

/// Most features of an import.
const FEATURES_MAX: usize = 100_000;
/// How far a boundary's size may be from the stated one, in percent, where nothing is said.
const TOLERANCE_PERCENT: f64 = 10.0;

/// An area as it is sent.
#[derive(ToSchema)]
#[schema(as = AreaInput, example = json!({"level": "district", "code": "105", "name": "Thành phố Lai Châu", "parent": "12",
    "valid_from": "2013-12-27", "valid_to": "2025-07-01", "stated_area_km2": 70.77, "population": [{"year": 2019, "persons": 41771}]}))]
#[expect(dead_code, reason = "it describes the body; domain::area reads it")]
pub struct AreaInput {
    /// Its level.
    level: Level,
    /// Its code; may be left out where the address has it.
    #[schema(max_length = 16)]
    code: Option<String>,
    /// First day of its validity; with the code it is the key.
    valid_from: NaiveDate,
    /// First day no more.
    valid_to: Option<NaiveDate>,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Code of the area of a higher level that it belongs to; found from the boundaries where it is not said.
    #[schema(max_length = 16)]
    parent: Option<String>,
    /// Its size in km² as its authority states it; a boundary far from it is refused.
    #[schema(exclusive_minimum = 0)]
    stated_area_km2: Option<f64>,
    /// Inhabitants by year.
    population: Option<Vec<Population>>,
    /// Longitude and latitude of its seat; a boundary that does not hold it is refused.
    seat: Option<Vec<f64>>,
    /// How much the boundary may be trusted; approximate where it is not said.
    boundary_kind: Option<BoundaryKind>,
    /// Where the record comes from.
    #[schema(max_length = 500)]
    source: Option<String>,
    /// The boundary as a GeoJSON Polygon or `MultiPolygon`; without it an area keeps the one it has.
    #[schema(value_type = Option<Object>)]
    boundary: Option<Value>,
    /// Passed over.
    #[schema(read_only)]
    area_km2: Option<f64>,
    /// Passed over.
    #[schema(read_only)]
    boundary_area_km2: Option<f64>,
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

/// Record or replace an area
///
/// The key is the code with `valid_from`. Where the boundary changes, every site is filed under its areas anew; the
/// answer says how many changed.
#[utoipa::path(
    tag = "areas",
    params(("code" = String, Path, description = "Code of the area", example = "105"), ChangeQuery),
    request_body(content = AreaInput, content_type = "application/json"),
    responses((status = 200, description = "What became of the area, its boundary and the sites", body = AreasImported), Error),
    security(("key" = ["department"]))
)]
#[put("/areas/{code}")]
pub async fn put_area(
    asked: Asked,
    code: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let change = asked.change(asked.reason()?);
    let body = asked
        .body(payload, "application/json", asked.state.import_max)
        .await?;
    let body = parse_json(&body)?;
    let area = Area::read(&body, Some(&code))?;
    let boundary = read_boundary(&body)?;
    let (register, incoming) = (
        asked.register(),
        vec![Incoming {
            row: 1,
            area,
            boundary,
            closed_at: Vec::new(),
        }],
    );
    let db = register.db.clone();
    let options = ImportOptions {
        area_tolerance_percent: TOLERANCE_PERCENT,
        ..ImportOptions::default()
    };
    let outcome = db
        .write(move |conn| register.import_areas(conn, &change, incoming, options))
        .await?;
    Ok(HttpResponse::Ok().json(outcome))
}

fn read_boundary(body: &Value) -> Result<Option<crate::geo::MultiPolygon<f64>>> {
    let Some(value) = body.get("boundary").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    geometry::parse(value).map(Some).map_err(|error| {
        let mut faults = Faults::default();
        faults.body(
            "/boundary",
            Rule::BadGeometry {
                why: error.to_string(),
            },
            None,
        );
        Error::Invalid(faults)
    })
}

/// Parameters of the import of areas.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct ImportQuery {
    /// The level of every area, where the file does not say it.
    #[param(example = "district")]
    level: Option<String>,
    /// First day of validity, where the file does not say it.
    #[param(example = "2013-12-27")]
    valid_from: Option<NaiveDate>,
    /// First day no more, where the file does not say it.
    valid_to: Option<NaiveDate>,
    /// Name of the property with the code; `code` where none is given.
    #[param(example = "gso_code")]
    code_property: Option<String>,
    /// Name of the property with the name; `name` where none is given.
    name_property: Option<String>,
    /// Name of the property with the parent's code; found from the boundaries where the file does not say it.
    parent_property: Option<String>,
    /// Name of the property with the stated size in km².
    area_property: Option<String>,
    /// How much the boundaries may be trusted: official, approximate, schematic.
    boundary_kind: Option<String>,
    /// Where the file comes from.
    #[param(max_length = 500)]
    source: Option<String>,
    /// Most difference between a boundary's size and the stated one, in percent.
    #[param(minimum = 0, maximum = 100, default = 10)]
    area_tolerance_percent: Option<f64>,
    /// Whether to mend what can be mended (rings, overlaps, small gaps), instead of refusing it.
    repair: Option<bool>,
    /// Whether to check everything and store nothing.
    dry_run: Option<bool>,
    /// Whether to end the areas of the same level that the new ones replace.
    end_previous: Option<bool>,
    /// Why, for the history.
    #[param(max_length = 500)]
    reason: Option<String>,
}

/// Import a division
///
/// A GeoJSON feature collection of areas that tile a territory. Invalid rings, overlaps, gaps, sizes far from the stated
/// ones, seats outside and swapped boundaries are refused or mended, and each is told with its size in km². All of the
/// areas are stored, or none; sites are filed anew.
#[utoipa::path(
    tag = "areas",
    params(ImportQuery),
    request_body(content = Object, content_type = "application/geo+json"),
    responses((status = 200, description = "What became of the areas and the sites", body = AreasImported), Error),
    security(("key" = ["department"]))
)]
#[post("/areas/import")]
pub async fn import_areas(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let mut params = Params::of::<ImportQuery>(&asked.query);
    let options = ImportOptions {
        repair: params.flag("repair"),
        dry_run: params.flag("dry_run"),
        end_previous: params.flag("end_previous"),
        area_tolerance_percent: params
            .number("area_tolerance_percent", 0.0, 100.0)
            .unwrap_or(TOLERANCE_PERCENT),
    };
    let file = AreaFile {
        level: params.checked("level", Level::parse),
        code_property: params.raw("code_property"),
        name_property: params.raw("name_property"),
        parent_property: params.raw("parent_property"),
        area_property: params.raw("area_property"),
        valid_from: params.checked("valid_from", fields::date),
        valid_to: params.checked("valid_to", fields::date),
        boundary_kind: params.checked("boundary_kind", |word| {
            BoundaryKind::parse(word).map(|_| word.to_owned())
        }),
        source: params.text("source", text::REMARK_MAX),
        close_rings: options.repair,
    };
    let reason = params.text("reason", text::REMARK_MAX);
    params.give(())?;
    let change = asked.change(reason);
    let body = asked
        .body(
            payload,
            "application/geo+json, application/json",
            asked.state.import_max,
        )
        .await?;
    let register = asked.register();
    let outcome = crate::db::blocking(move || {
        let incoming = file.read(&body[..], Some(FEATURES_MAX))?;
        register.run_import(&change, incoming, options)
    })
    .await?;
    Ok(HttpResponse::Ok().json(outcome))
}
