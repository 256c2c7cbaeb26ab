//! Cells of the radio network over HTTP: what each covers.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::IntoParams;

use super::asked::Asked;
use super::coverage;
use super::negotiate::{self, Format};
use super::params::Params;
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::geo::geometry;
use crate::register::coverage::shapes::CellFootprint;

/// What a footprint can be had as.
const SHAPES: &[Format] = &[Format::GeoJson];

/// Parameters of a footprint.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct FootprintQuery {
    /// How strong the signal must be: possible, covered (the default), robust, indoor.
    #[param(example = "covered")]
    signal_level: Option<String>,
    /// Representation: geojson; else by `Accept`.
    f: Option<String>,
}

/// A shape as GeoJSON: always a `MultiPolygon`, so that the layers of a map have one kind.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn written(shape: &::geo::MultiPolygon<f64>) -> Result<Box<RawValue>> {
    let mut value = geometry::to_geojson(shape);
    if value.get("type").is_some_and(|kind| kind == "Polygon") {
        let only = value.get("coordinates").cloned().unwrap_or_default();
        value = serde_json::json!({"type": "MultiPolygon", "coordinates": [only]});
    }
    serde_json::value::to_raw_value(&value).map_err(|error| Error::Internal(Box::new(error)))
}

/// What a cell covers.
#[derive(Serialize)]
struct FootprintView {
    #[serde(flatten)]
    footprint: CellFootprint,
    #[serde(skip)]
    shape: Box<RawValue>,
}

impl Feature for FootprintView {
    const COLUMNS: &'static [&'static str] = &[];

    fn id(&self) -> String {
        self.footprint.id.clone()
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::Written(&self.shape)
    }
}

/// Show what a cell covers
///
/// The outline of its footprint, with the model and the parameters it was computed with. It is to be looked at: figures are
/// counted on the cells of the lattice.
#[utoipa::path(
    tag = "coverage",
    params(("id" = String, Path, description = "Name of the cell: id of the site, technology and number of the sector (0 where there are no sectors)",
        example = "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a77:4g:1"), FootprintQuery),
    responses((status = 200, description = "The footprint as a feature", content((Object = "application/geo+json"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/cells/{id}/footprint")]
pub async fn show_footprint(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    let mut params = Params::of::<FootprintQuery>(&asked.query);
    let f = params.raw("f");
    let level = coverage::signal_level(&mut params);
    params.give(())?;
    let format = asked.format(f, SHAPES)?;
    let register = asked.register();
    let db = register.db.clone();
    let footprint = db
        .snapshot(move |conn| register.footprint(conn, &id, level))
        .await?;
    let is_pending = footprint.is_pending;
    let view = FootprintView {
        shape: written(&footprint.shape)?,
        footprint,
    };
    let response = negotiate::single(format, &view)?;
    Ok(coverage::uncached(response, is_pending))
}
