//! Summaries over HTTP: one district or area, or every area of a level.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::value::RawValue;
use utoipa::IntoParams;

use super::areas::written_boundary;
use super::asked::Asked;
use super::negotiate::{self, Format, List};
use super::params::Params;
use crate::domain::{Level, Technology, text};
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::register::Geography;
use crate::register::summary::{self, AreaFigures, AreaSummary, Question, Summary};

/// Parameters of a summary.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct SummaryQuery {
    /// The day of service; today where none is given.
    #[param(example = "2016-12-31")]
    as_of: Option<NaiveDate>,
    /// The instant whose knowledge is used; now where none is given.
    known_at: Option<DateTime<Utc>>,
    /// Only these operators.
    #[param(example = "viettel,vnpt")]
    operator: Option<String>,
    /// Only radios of this technology, the BTS sites that have one, and subscribers that were counted by it.
    #[param(example = "3g")]
    technology: Option<String>,
    /// The day whose division into areas is used; `as_of` where none is given.
    #[param(example = "2025-07-01")]
    division_on: Option<NaiveDate>,
    /// Representation: json, geojson, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// Parameters of the summary of a level.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct LevelQuery {
    /// The level: province, district (the default) or commune.
    #[param(example = "district")]
    level: Option<String>,
    /// The day of service; today where none is given.
    #[param(example = "2016-12-31")]
    as_of: Option<NaiveDate>,
    /// The instant whose knowledge is used; now where none is given.
    known_at: Option<DateTime<Utc>>,
    /// Only these operators.
    #[param(example = "viettel,vnpt")]
    operator: Option<String>,
    /// Only radios of this technology, the BTS sites that have one, and subscribers that were counted by it.
    #[param(example = "3g")]
    technology: Option<String>,
    /// The day whose division into areas is used; `as_of` where none is given.
    #[param(example = "2025-07-01")]
    division_on: Option<NaiveDate>,
    /// Representation: json, geojson, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

fn question(params: &mut Params, asked: &Asked) -> Question {
    Question {
        as_of: params.date("as_of").unwrap_or_else(|| asked.today()),
        known_at: params.instant("known_at"),
        operators: params.list("operator", text::operator_code),
        technology: params.checked("technology", Technology::parse),
        division_on: params.date("division_on"),
    }
}

/// A row of a summary with its boundary, where a map is asked for.
struct OnMap<T> {
    row: T,
    id: String,
    boundary: Option<Box<RawValue>>,
}

impl<T: serde::Serialize> serde::Serialize for OnMap<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.row.serialize(serializer)
    }
}

impl<T: serde::Serialize> Feature for OnMap<T> {
    const COLUMNS: &'static [&'static str] = &[
        "area.level",
        "area.code",
        "area.name",
        "area.valid_from",
        "area.valid_to",
        "area.area_km2",
        "area.population",
        "area.population_year",
        "area.boundary_kind",
        "sites.switching_station",
        "sites.satellite_exchange",
        "sites.bts",
        "sites.radios.2g",
        "sites.radios.3g",
        "sites.radios.4g",
        "sites.radios.5g",
        "sites.radios.total",
        "subscribers.fixed.fixed_wired",
        "subscribers.fixed.fixed_wireless",
        "subscribers.fixed.local_wireless",
        "subscribers.fixed.total",
        "subscribers.mobile.total",
        "subscribers.period_end",
        "per_100_inhabitants.fixed",
        "per_100_inhabitants.mobile",
    ];

    fn id(&self) -> String {
        self.id.clone()
    }

    fn geometry(&self) -> Geometry<'_> {
        self.boundary
            .as_deref()
            .map_or(Geometry::None, Geometry::Written)
    }
}

fn on_map<T>(
    geography: &Geography,
    format: Format,
    row: T,
    code: &str,
    valid_from: NaiveDate,
) -> Result<OnMap<T>> {
    let wanted = format == Format::GeoJson;
    let info = geography
        .versions(code)
        .find(|info| wanted && info.area.valid_from == valid_from);
    let boundary = info
        .map(|info| written_boundary(geography, info.id))
        .transpose()?
        .flatten();
    Ok(OnMap {
        row,
        id: format!("{code}@{valid_from}"),
        boundary,
    })
}

/// Sum up a district
///
/// Sites in service, radios by technology and subscribers on a day. A district that the register knows but that has
/// nothing answers with zeros; one that it never had is not found.
#[utoipa::path(
    tag = "summaries",
    params(("code" = String, Path, description = "Code of the district", example = "105"), SummaryQuery),
    responses((status = 200, description = "The summary", content((AreaSummary = "application/json"), (Object = "application/geo+json"),
        (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/districts/{code}/summary")]
pub async fn summarize_district(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    summarize_one(asked, Some(Level::District), code.into_inner()).await
}

/// Sum up an area of any level
#[utoipa::path(
    tag = "summaries",
    params(("code" = String, Path, description = "Code of the area", example = "12"), SummaryQuery),
    responses((status = 200, description = "The summary", content((AreaSummary = "application/json"), (Object = "application/geo+json"),
        (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/areas/{code}/summary")]
pub async fn summarize_area(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    summarize_one(asked, None, code.into_inner()).await
}

async fn summarize_one(asked: Asked, level: Option<Level>, code: String) -> Result<HttpResponse> {
    let mut params = Params::of::<SummaryQuery>(&asked.query);
    let f = params.raw("f");
    let question = question(&mut params, &asked);
    params.give(())?;
    let format = asked.format(f, negotiate::TABLES)?;
    let (register, now) = (asked.register(), asked.now);
    let db = register.db.clone();
    let summary: OnMap<AreaSummary> = db
        .snapshot(move |conn| {
            let geography = register.geography(conn)?;
            let summary = summary::of_area(
                conn,
                &geography,
                &register.settings,
                &question,
                level,
                &code,
                now,
            )?;
            let (code, valid_from) = (summary.area.code.clone(), summary.area.valid_from);
            on_map(&geography, format, summary, &code, valid_from)
        })
        .await?;
    if format == Format::GeoJson {
        return negotiate::single(format, &summary);
    }
    negotiate::list(
        format,
        &List {
            name: "summary",
            rows: std::slice::from_ref(&summary),
            extra: &[],
            next: None,
        },
        &summary,
    )
}

/// Sum up every area of a level
///
/// One row for each area, what is in none of them, and the whole register, which is the sum of both.
#[utoipa::path(
    tag = "summaries",
    params(LevelQuery),
    responses((status = 200, description = "The summary", content((Summary = "application/json"), (Object = "application/geo+json"),
        (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/summary")]
pub async fn summarize_level(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<LevelQuery>(&asked.query);
    let f = params.raw("f");
    let level = params
        .checked("level", Level::parse)
        .unwrap_or(Level::District);
    let question = question(&mut params, &asked);
    params.give(())?;
    let format = asked.format(f, negotiate::TABLES)?;
    let (register, now) = (asked.register(), asked.now);
    let db = register.db.clone();
    let (summary, rows) = db
        .snapshot(move |conn| {
            let geography = register.geography(conn)?;
            let summary =
                summary::by_level(conn, &geography, &register.settings, &question, level, now)?;
            let rows = if format == Format::Json {
                Vec::new()
            } else {
                rows(&geography, format, &summary)?
            };
            Ok((summary, rows))
        })
        .await?;
    let to_value = |value: &summary::Figures| {
        serde_json::to_value(value).map_err(|error| Error::Internal(Box::new(error)))
    };
    let extra = if format == Format::GeoJson {
        vec![
            ("as_of", summary.as_of.to_string().into()),
            ("division_on", summary.division_on.to_string().into()),
            ("unlocated", to_value(&summary.unlocated)?),
            ("total", to_value(&summary.total)?),
        ]
    } else {
        Vec::new()
    };
    negotiate::list(
        format,
        &List {
            name: "summary",
            rows: &rows,
            extra: &extra,
            next: None,
        },
        &summary,
    )
}

/// The areas as rows; a table also has what is unlocated and the total, as its last rows.
fn rows(
    geography: &Geography,
    format: Format,
    summary: &Summary,
) -> Result<Vec<OnMap<serde_json::Value>>> {
    let failed = |error| Error::Internal(Box::new(error));
    let area_row = |figures: &AreaFigures| {
        let row = serde_json::to_value(figures).map_err(failed)?;
        on_map(
            geography,
            format,
            row,
            &figures.area.code,
            figures.area.valid_from,
        )
    };
    let mut rows = summary
        .areas
        .iter()
        .map(area_row)
        .collect::<Result<Vec<_>>>()?;
    if format != Format::GeoJson {
        for (name, figures) in [("unlocated", &summary.unlocated), ("total", &summary.total)] {
            let mut row = serde_json::to_value(figures).map_err(failed)?;
            row["area"] = serde_json::json!({"level": summary.level, "code": null, "name": name});
            rows.push(OnMap {
                row,
                id: name.to_owned(),
                boundary: None,
            });
        }
    }
    Ok(rows)
}
