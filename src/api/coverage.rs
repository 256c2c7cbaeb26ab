//! Coverage over HTTP: of one area, and of every area of a level.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::IntoParams;

use super::asked::Asked;
use super::cells::written;
use super::negotiate::{self, Format, List};
use super::params::Params;
use crate::coverage::footprint::SignalLevel;
use crate::domain::{Level, Rule, Technology, text};
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::register::coverage::figures::{AreaCoverage, CoverageRow, LevelCoverage};
use crate::register::coverage::shapes::PURPOSE;
use crate::register::coverage::{Groups, OperatorRule, Question};

/// Most sites that a question may leave out.
const EXCLUDED_MAX: usize = 1_000;
/// Formats of figures.
const FIGURES: &[Format] = &[Format::Json, Format::Csv, Format::Xlsx];

/// Parameters of a question about coverage.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct CoverageQuery {
    /// Only cells of this technology: 2g, 3g, 4g, 5g, or any (the default).
    #[param(example = "3g")]
    technology: Option<String>,
    /// Newer technologies count too: 3G or better.
    at_least: Option<bool>,
    /// any: what at least one operator covers (the default); all: what every operator covers that has a cell of the
    /// technology; max: of each area the operator that covers most (ITU, SDG 9.c.1); or an operator's code.
    #[param(example = "any")]
    operator: Option<String>,
    /// How strong the signal must be: possible, covered (the default), robust, indoor.
    #[param(example = "covered")]
    signal_level: Option<String>,
    /// The day of service; today where none is given.
    #[param(example = "2016-12-31")]
    as_of: Option<NaiveDate>,
    /// The instant whose knowledge is used; now where none is given.
    known_at: Option<DateTime<Utc>>,
    /// The day whose division into areas is used; `as_of` where none is given.
    #[param(example = "2025-07-01")]
    division_on: Option<NaiveDate>,
    /// Ids of sites that are left out, with commas between.
    exclude_sites: Option<String>,
    /// Planned sites count from the day for which they are announced.
    include_planned: Option<bool>,
    /// With `f=geojson`: the outline of what is not covered, in place of what is.
    invert: Option<bool>,
    /// Representation: json, geojson (the outline of what is covered), csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// Parameters of the coverage of a level.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct LevelCoverageQuery {
    /// The level: province, district (the default) or commune.
    #[param(example = "district")]
    level: Option<String>,
    /// A row for each: technology, operator, or both with a comma between.
    #[param(example = "technology,operator")]
    group_by: Option<String>,
    /// Only cells of this technology: 2g, 3g, 4g, 5g, or any (the default).
    technology: Option<String>,
    /// Newer technologies count too: 3G or better.
    at_least: Option<bool>,
    /// any (the default), all, max, or an operator's code, as of one area.
    operator: Option<String>,
    /// How strong the signal must be: possible, covered (the default), robust, indoor.
    signal_level: Option<String>,
    /// The day of service; today where none is given.
    #[param(example = "2016-12-31")]
    as_of: Option<NaiveDate>,
    /// The instant whose knowledge is used; now where none is given.
    known_at: Option<DateTime<Utc>>,
    /// The day whose division into areas is used; `as_of` where none is given.
    division_on: Option<NaiveDate>,
    /// Ids of sites that are left out, with commas between.
    exclude_sites: Option<String>,
    /// Planned sites count from the day for which they are announced.
    include_planned: Option<bool>,
    /// Representation: json, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// Reads how strong a signal must be.
pub fn signal_level(params: &mut Params) -> SignalLevel {
    let level = params.checked("signal_level", |word| {
        let mut levels = SignalLevel::ALL.into_iter();
        levels
            .find(|level| level.as_str() == word)
            .ok_or(Rule::UnknownValue {
                known: "possible, covered, robust, indoor",
            })
    });
    level.unwrap_or(SignalLevel::Covered)
}

/// Reads a question from its parameters.
pub fn question(params: &mut Params, asked: &Asked) -> Question {
    let technology = params.checked("technology", |word| match word {
        "any" => Ok(None),
        word => Technology::parse(word).map(Some),
    });
    let operator = params.checked("operator", |word| {
        Ok(match word {
            "any" => OperatorRule::Any,
            "all" => OperatorRule::All,
            "max" => OperatorRule::Max,
            code => OperatorRule::One(text::operator_code(code)?),
        })
    });
    let signal_level = signal_level(params);
    let exclude_sites = params.list("exclude_sites", text::site_id);
    if exclude_sites.len() > EXCLUDED_MAX {
        let rule = Rule::TooMany { max: EXCLUDED_MAX };
        params.faults.parameter("exclude_sites", rule, None);
    }
    Question {
        as_of: params.date("as_of").unwrap_or_else(|| asked.today()),
        known_at: params.instant("known_at"),
        technology: technology.flatten(),
        at_least: params.flag("at_least"),
        operator: operator.unwrap_or(OperatorRule::Any),
        signal_level,
        division_on: params.date("division_on"),
        exclude_sites,
        include_planned: params.flag("include_planned"),
    }
}

/// Reads a question about single places, where "of each area the operator that covers most" means nothing.
pub fn question_of_places(params: &mut Params, asked: &Asked) -> Question {
    let question = question(params, asked);
    if question.operator == OperatorRule::Max {
        let rule = Rule::UnknownValue {
            known: "any, all, or an operator's code",
        };
        params.faults.parameter("operator", rule, Some("max"));
    }
    question
}

/// A row of a table of coverage.
#[derive(Serialize)]
#[serde(transparent)]
struct Row(Value);

impl Feature for Row {
    const COLUMNS: &'static [&'static str] = &[
        "unit.level",
        "unit.code",
        "unit.name",
        "unit.valid_from",
        "unit.division_on",
        "unit.area_km2",
        "technology",
        "operator",
        "area.covered_km2",
        "area.percent",
        "area.uncovered_km2",
        "population.covered",
        "population.total",
        "population.percent",
        "population.basis",
        "settlements.total",
        "settlements.covered",
        "settlements.lom_song",
        "settlements.trang_song",
        "settlements.unknown",
        "cells.used",
        "confidence.class",
    ];

    fn id(&self) -> String {
        let word = |pointer: &str| {
            self.0
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        [
            word("/unit/code"),
            word("/unit/valid_from"),
            word("/technology"),
            word("/operator"),
        ]
        .join("/")
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::None
    }
}

fn row(row: &CoverageRow) -> Result<Row> {
    serde_json::to_value(row)
        .map(Row)
        .map_err(|error| Error::Internal(Box::new(error)))
}

/// The coverage of an area with the outline of it.
#[derive(Serialize)]
struct Shaped {
    #[serde(flatten)]
    coverage: AreaCoverage,
    /// `covered` or `uncovered`.
    shows: &'static str,
    purpose: &'static str,
    #[serde(skip)]
    shape: Box<RawValue>,
}

impl Feature for Shaped {
    const COLUMNS: &'static [&'static str] = &[];

    fn id(&self) -> String {
        let area = &self.coverage.district;
        format!("{}@{}", area.code, area.valid_from)
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::Written(&self.shape)
    }
}

/// Compute the coverage of a district
///
/// Area, people and settlements that have a signal, by the cells that were in service on a day, with the models they were
/// computed with and how far that may be trusted.
#[utoipa::path(
    tag = "coverage",
    params(("code" = String, Path, description = "Code of the district", example = "107"), CoverageQuery),
    responses((status = 200, description = "The coverage", content((AreaCoverage = "application/json"),
        (Object = "application/geo+json"), (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/districts/{code}/coverage")]
pub async fn cover_district(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    cover_one(asked, Some(Level::District), code.into_inner()).await
}

/// Compute the coverage of an area of any level
#[utoipa::path(
    tag = "coverage",
    params(("code" = String, Path, description = "Code of the area", example = "12"), CoverageQuery),
    responses((status = 200, description = "The coverage", content((AreaCoverage = "application/json"),
        (Object = "application/geo+json"), (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/areas/{code}/coverage")]
pub async fn cover_area(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    cover_one(asked, None, code.into_inner()).await
}

async fn cover_one(asked: Asked, level: Option<Level>, code: String) -> Result<HttpResponse> {
    let mut params = Params::of::<CoverageQuery>(&asked.query);
    let f = params.raw("f");
    let question = question(&mut params, &asked);
    let invert = params.flag("invert");
    let format = asked.format(f, negotiate::TABLES);
    if invert && !matches!(format, Ok(Format::GeoJson)) {
        let rule = Rule::UnknownValue {
            known: "false; true only with f=geojson",
        };
        params.faults.parameter("invert", rule, Some("true"));
    }
    params.give(())?;
    let format = format?;
    let (register, now) = (asked.register(), asked.now);
    let db = register.db.clone();
    let (coverage, shape) = db
        .snapshot(move |conn| {
            let shape = if format == Format::GeoJson {
                Some(register.coverage_shape(conn, &question, level, &code, invert)?)
            } else {
                None
            };
            let coverage = register.coverage_of_area(conn, &question, level, &code, now)?;
            Ok((coverage, shape))
        })
        .await?;
    if let Some(shape) = shape {
        let is_pending = coverage.figures.pending_footprints > 0;
        let view = Shaped {
            coverage,
            shows: if invert { "uncovered" } else { "covered" },
            purpose: PURPOSE,
            shape: written(&shape)?,
        };
        return Ok(uncached(negotiate::single(format, &view)?, is_pending));
    }
    let rows = if format == Format::Json {
        Vec::new()
    } else {
        vec![row(&CoverageRow {
            unit: coverage.district.clone(),
            technology: coverage.definition.technology.clone(),
            operator: coverage.definition.operator.clone(),
            figures: coverage.figures.clone(),
        })?]
    };
    let is_pending = coverage.figures.pending_footprints > 0;
    respond(format, &rows, &coverage, is_pending)
}

/// Compute the coverage of every area of a level
///
/// One row for each area, or for each area, technology and operator; and all areas together.
#[utoipa::path(
    tag = "coverage",
    params(LevelCoverageQuery),
    responses((status = 200, description = "The coverage", content((LevelCoverage = "application/json"),
        (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/coverage")]
pub async fn cover_level(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<LevelCoverageQuery>(&asked.query);
    let f = params.raw("f");
    let level = params
        .checked("level", Level::parse)
        .unwrap_or(Level::District);
    let groups = params.list("group_by", |word| match word {
        "technology" | "operator" => Ok(word.to_owned()),
        _ => Err(Rule::UnknownValue {
            known: "technology, operator",
        }),
    });
    let question = question(&mut params, &asked);
    params.give(())?;
    let format = asked.format(f, FIGURES)?;
    let groups = Groups {
        technology: groups.iter().any(|word| word == "technology"),
        operator: groups.iter().any(|word| word == "operator"),
    };
    let (register, now) = (asked.register(), asked.now);
    let db = register.db.clone();
    let coverage = db
        .snapshot(move |conn| register.coverage_of_level(conn, &question, level, groups, now))
        .await?;
    let rows = if format == Format::Json {
        Vec::new()
    } else {
        coverage.areas.iter().map(row).collect::<Result<Vec<_>>>()?
    };
    let mut figures = coverage.areas.iter().map(|row| &row.figures);
    let is_pending = figures.any(|figures| figures.pending_footprints > 0);
    respond(format, &rows, &coverage, is_pending)
}

fn respond<T: Serialize>(
    format: Format,
    rows: &[Row],
    whole: &T,
    is_pending: bool,
) -> Result<HttpResponse> {
    let list = List {
        name: "coverage",
        rows,
        extra: &[],
        next: None,
    };
    let response = negotiate::list(format, &list, whole)?;
    Ok(uncached(response, is_pending))
}

/// The response, which is not kept where something is pending.
pub fn uncached(mut response: HttpResponse, is_pending: bool) -> HttpResponse {
    if is_pending {
        // What is answered without its terrain is better answered soon: it is not kept.
        let never = actix_web::http::header::HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(actix_web::http::header::CACHE_CONTROL, never);
    }
    response
}
