//! The gaps in coverage over HTTP: what of an area has no signal.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::asked::Asked;
use super::cells::written;
use super::coverage;
use super::negotiate::{self, List};
use super::params::Params;
use crate::domain::Level;
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::register::coverage::shapes::{Gap, Gaps};

/// Size of the smallest gap that is told where nothing else is said, km².
const MIN_KM2_DEFAULT: f64 = 1.0;
/// Largest size that may be asked for, km².
const MIN_KM2_MAX: f64 = 1e6;

/// Parameters of gaps.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct GapQuery {
    /// Size of the smallest that are told, km²; 1 where none is given.
    #[param(minimum = 0, maximum = 1_000_000, default = 1)]
    min_km2: Option<f64>,
    /// Only cells of this technology: 2g, 3g, 4g, 5g, or any (the default).
    #[param(example = "4g")]
    technology: Option<String>,
    /// Newer technologies count too: 3G or better.
    at_least: Option<bool>,
    /// any (the default), all, max, or an operator's code, as of coverage.
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
    /// Representation: json, geojson, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// A gap with its outline.
#[derive(Serialize)]
struct GapRow<'a> {
    #[serde(flatten)]
    gap: &'a Gap,
    #[serde(skip)]
    shape: Box<RawValue>,
}

impl Feature for GapRow<'_> {
    const COLUMNS: &'static [&'static str] = &[
        "number",
        "area_km2",
        "longitude",
        "latitude",
        "population",
        "settlements",
    ];

    fn id(&self) -> String {
        self.gap.number.to_string()
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::Written(&self.shape)
    }
}

/// List the gaps in the coverage of a district
///
/// The parts of it without a signal, the largest first, with the people and the settlements in each. GeoJSON has their
/// outlines.
#[utoipa::path(
    tag = "coverage",
    params(("code" = String, Path, description = "Code of the district", example = "107"), GapQuery),
    responses((status = 200, description = "The gaps", content((Gaps = "application/json"), (Object = "application/geo+json"),
        (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/districts/{code}/gaps")]
pub async fn list_gaps(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    let mut params = Params::of::<GapQuery>(&asked.query);
    let f = params.raw("f");
    let min_km2 = params.number("min_km2", 0.0, MIN_KM2_MAX);
    let question = coverage::question(&mut params, &asked);
    params.give(())?;
    let format = asked.format(f, negotiate::TABLES)?;
    let min_km2 = min_km2.unwrap_or(MIN_KM2_DEFAULT);
    let register = asked.register();
    let db = register.db.clone();
    let gaps = db
        .snapshot(move |conn| register.gaps(conn, &question, Some(Level::District), &code, min_km2))
        .await?;
    let rows = gaps.items.iter().map(|gap| {
        Ok(GapRow {
            shape: written(&gap.shape)?,
            gap,
        })
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let extra: [(&str, Value); 2] = [
        ("total", json!(gaps.total)),
        ("min_km2", json!(gaps.min_km2)),
    ];
    let list = List {
        name: "gaps",
        rows: &rows,
        extra: &extra,
        next: None,
    };
    let response = negotiate::list(format, &list, &gaps)?;
    Ok(coverage::uncached(response, gaps.is_pending))
}
