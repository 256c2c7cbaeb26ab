//! Areas over HTTP: list and read.

use actix_web::{HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::negotiate::{self, Format, List};
use super::params::Params;
use crate::domain::area::{BoundaryKind, Population};
use crate::domain::{Area, Level, text};
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::geo::geometry;
use crate::register::Geography;
use crate::register::geography::AreaInfo;

/// An administrative unit in one validity.
#[derive(Serialize, ToSchema)]
#[schema(as = Area)]
pub struct AreaView {
    /// Its level.
    level: Level,
    /// Code of the statistical office; with `valid_from` it is the key.
    #[schema(example = "105")]
    code: String,
    /// First day of its validity.
    valid_from: NaiveDate,
    /// First day no more; null while it is valid.
    valid_to: Option<NaiveDate>,
    /// Its name.
    name: String,
    /// Code of the area of a higher level that it belongs to.
    parent: Option<String>,
    /// Its size in km² as its authority states it.
    stated_area_km2: Option<f64>,
    /// Its size in km²: what its authority states, else what its boundary measures.
    area_km2: Option<f64>,
    /// The geodesic size of its boundary in km²; null without a boundary.
    boundary_area_km2: Option<f64>,
    /// Inhabitants by year, oldest first.
    population: Vec<Population>,
    /// Longitude and latitude of its seat.
    seat: Option<[f64; 2]>,
    /// How much the boundary may be trusted.
    boundary_kind: BoundaryKind,
    /// Where the record comes from.
    source: Option<String>,
    /// Number of the version, from 1.
    version: i32,
    /// The boundary as a GeoJSON geometry; only with `geometry=true`, and where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    boundary: Option<Box<RawValue>>,
    #[serde(skip)]
    shape: Option<Box<RawValue>>,
}

/// The boundary of an area version as a GeoJSON geometry.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn written_boundary(geography: &Geography, id: i32) -> Result<Option<Box<RawValue>>> {
    let Some(shape) = geography.atlas().shape(id) else {
        return Ok(None);
    };
    let written = serde_json::value::to_raw_value(&geometry::to_geojson(&shape.boundary));
    Ok(Some(
        written.map_err(|error| Error::Internal(Box::new(error)))?,
    ))
}

impl AreaView {
    fn new(geography: &Geography, info: &AreaInfo, format: Format, geometry: bool) -> Result<Self> {
        let Area {
            level,
            code,
            valid_from,
            valid_to,
            name,
            parent,
            stated_area_km2,
            population,
            seat,
            boundary_kind,
            source,
        } = info.area.clone();
        let boundary = if geometry && format == Format::Json {
            written_boundary(geography, info.id)?
        } else {
            None
        };
        let shape = if format == Format::GeoJson {
            written_boundary(geography, info.id)?
        } else {
            None
        };
        let (area_km2, boundary_area_km2) = (info.area_km2(), info.boundary_km2);
        let version = info.version;
        Ok(Self {
            level,
            code,
            valid_from,
            valid_to,
            name,
            parent,
            stated_area_km2,
            area_km2,
            boundary_area_km2,
            population,
            seat,
            boundary_kind,
            source,
            version,
            boundary,
            shape,
        })
    }
}

impl Feature for AreaView {
    const COLUMNS: &'static [&'static str] = &[
        "level",
        "code",
        "valid_from",
        "valid_to",
        "name",
        "parent",
        "stated_area_km2",
        "area_km2",
        "boundary_area_km2",
        "population",
        "seat",
        "boundary_kind",
        "source",
        "version",
    ];

    fn id(&self) -> String {
        format!("{}@{}", self.code, self.valid_from)
    }

    fn geometry(&self) -> Geometry<'_> {
        self.shape
            .as_deref()
            .map_or(Geometry::None, Geometry::Written)
    }
}

/// Areas.
#[derive(Serialize, ToSchema)]
pub struct AreaList {
    /// By code and validity.
    items: Vec<AreaView>,
}

/// Parameters of the list of areas.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct AreaQuery {
    /// Only of this level: province, district, commune.
    #[param(example = "district")]
    level: Option<String>,
    /// Only with this parent.
    #[param(example = "12")]
    parent: Option<String>,
    /// Only valid on this day; all validities where none is given.
    #[param(example = "2016-12-31")]
    valid_on: Option<NaiveDate>,
    /// Whether JSON shall have the boundaries; GeoJSON always has them.
    geometry: Option<bool>,
    /// Representation: json, geojson, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// Parameters of the list of districts.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct DistrictQuery {
    /// Only with this parent.
    #[param(example = "12")]
    parent: Option<String>,
    /// Only valid on this day; all validities where none is given.
    #[param(example = "2016-12-31")]
    valid_on: Option<NaiveDate>,
    /// Whether JSON shall have the boundaries; GeoJSON always has them.
    geometry: Option<bool>,
    /// Representation: json, geojson, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// Parameters of one area.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct OneAreaQuery {
    /// The day on which the area is valid; where none is given, today or else the nearest day on which it was.
    valid_on: Option<NaiveDate>,
    /// Whether JSON shall have the boundary; GeoJSON always has it.
    geometry: Option<bool>,
    /// Representation: json, geojson; else by `Accept`.
    f: Option<String>,
}

/// List areas
#[utoipa::path(
    tag = "areas",
    params(AreaQuery),
    responses((status = 200, description = "The areas, by code and validity", content((AreaList = "application/json"), (Object = "application/geo+json"),
        (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/areas")]
pub async fn list_areas(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<AreaQuery>(&asked.query);
    let level = params.checked("level", Level::parse);
    list(asked, params, level, "areas").await
}

/// List districts
#[utoipa::path(
    tag = "areas",
    params(DistrictQuery),
    responses((status = 200, description = "The districts, by code and validity", content((AreaList = "application/json"), (Object = "application/geo+json"),
        (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/districts")]
pub async fn list_districts(asked: Asked) -> Result<HttpResponse> {
    let params = Params::of::<DistrictQuery>(&asked.query);
    list(asked, params, Some(Level::District), "districts").await
}

async fn list(
    asked: Asked,
    mut params: Params,
    level: Option<Level>,
    name: &'static str,
) -> Result<HttpResponse> {
    let f = params.raw("f");
    let parent = params.checked("parent", text::area_code);
    let valid_on = params.date("valid_on");
    let geometry = params.flag("geometry");
    params.give(())?;
    let format = asked.format(f, negotiate::TABLES)?;
    let register = asked.register();
    let db = register.db.clone();
    let items = db
        .read(move |conn| {
            let geography = register.geography(conn)?;
            let wanted = |info: &&AreaInfo| {
                level.is_none_or(|level| info.area.level == level)
                    && parent
                        .as_ref()
                        .is_none_or(|parent| info.area.parent.as_ref() == Some(parent))
                    && valid_on.is_none_or(|day| info.is_valid_on(day))
            };
            geography
                .all()
                .iter()
                .filter(wanted)
                .map(|info| AreaView::new(&geography, info, format, geometry))
                .collect::<Result<Vec<_>>>()
        })
        .await?;
    let body = AreaList { items };
    negotiate::list(
        format,
        &List {
            name,
            rows: &body.items,
            extra: &[],
            next: None,
        },
        &body,
    )
}

/// Read an area
#[utoipa::path(
    tag = "areas",
    params(("code" = String, Path, description = "Code of the area", example = "105"), OneAreaQuery),
    responses((status = 200, description = "The area", content((AreaView = "application/json"), (Object = "application/geo+json"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/areas/{code}")]
pub async fn get_area(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    one(asked, None, code.into_inner()).await
}

/// Read a district
#[utoipa::path(
    tag = "areas",
    params(("code" = String, Path, description = "Code of the district", example = "105"), OneAreaQuery),
    responses((status = 200, description = "The district", content((AreaView = "application/json"), (Object = "application/geo+json"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/districts/{code}")]
pub async fn get_district(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    one(asked, Some(Level::District), code.into_inner()).await
}

async fn one(asked: Asked, level: Option<Level>, code: String) -> Result<HttpResponse> {
    let mut params = Params::of::<OneAreaQuery>(&asked.query);
    let f = params.raw("f");
    let (valid_on, geometry) = (params.date("valid_on"), params.flag("geometry"));
    params.give(())?;
    let format = asked.format(f, negotiate::SINGLE)?;
    let (register, today) = (asked.register(), asked.today());
    let db = register.db.clone();
    let view = db
        .read(move |conn| {
            let geography = register.geography(conn)?;
            let at_level = |info: &&AreaInfo| level.is_none_or(|level| info.area.level == level);
            let info = match (valid_on, level) {
                (Some(day), _) => geography.valid(&code, day),
                (None, Some(level)) => geography.by_code_at(level, &code, today),
                (None, None) => geography.by_code(&code, today),
            };
            let kind = level.map_or("area", Level::as_str);
            let info = info.filter(at_level).ok_or_else(|| Error::NotFound {
                kind,
                key: code.clone(),
            })?;
            AreaView::new(&geography, info, format, geometry)
        })
        .await?;
    negotiate::single(format, &view)
}
