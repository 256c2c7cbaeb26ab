//! The elevation data in use, and how far what is computed of them is.

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::params::Params;
use crate::coverage::elevation::{Elevation, Format, Packing};
use crate::db::footprints;
use crate::error::{Error, Result};
use crate::geo::Position;
use crate::register::coverage::survey::SurveyProgress;

/// Parameters of the elevation data.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct ElevationQuery {
    /// Where the height is asked for: longitude,latitude in degrees.
    #[param(example = "103.45,22.4")]
    position: Option<String>,
}

/// A square degree for which there are heights.
#[derive(Debug, Serialize, ToSchema)]
pub struct ElevationTile {
    /// The square, by its south-west corner.
    #[schema(example = "N22E103")]
    square: String,
    /// Name of the file that serves it.
    #[schema(example = "N22E103.hgt")]
    file: Option<String>,
    /// `hgt`, `hgt.gz`, `hgt.zip` or `geotiff`.
    #[schema(example = "hgt")]
    format: &'static str,
    /// SHA-256 of the file, in hexadecimal digits.
    sha256: Option<String>,
}

/// The ground at a place.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroundHeight {
    /// Decimal degrees east, WGS 84.
    longitude: f64,
    /// Decimal degrees north, WGS 84.
    latitude: f64,
    /// Metres above sea level.
    height_m: f64,
    /// Whether the data have a hole there, and heights beside it stand for it.
    filled: bool,
}

/// The elevation data in use.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"tiles": [{"square": "N22E103", "file": "N22E103.hgt", "format": "hgt",
    "sha256": "8d0f2c0e5b4c4c7d7e2f3a1b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d"}], "total": 1,
    "survey": {"missing": 679, "made": 416}, "footprints": 416,
    "height": {"longitude": 103.45, "latitude": 22.4, "height_m": 953.5, "filled": false}}))]
pub struct ElevationView {
    /// The squares, from south to north, each row from the west.
    tiles: Vec<ElevationTile>,
    /// How many there are.
    total: usize,
    /// How far the computation of footprints is.
    survey: SurveyProgress,
    /// Footprints that are stored.
    footprints: i64,
    /// The height at the position that was asked for; null where there is none, or none was asked for.
    height: Option<GroundHeight>,
}

fn word(format: Format) -> &'static str {
    match format {
        Format::Hgt(Packing::Plain) => "hgt",
        Format::Hgt(Packing::Gzip) => "hgt.gz",
        Format::Hgt(Packing::Zip) => "hgt.zip",
        Format::GeoTiff => "geotiff",
    }
}

fn tiles(elevation: &Elevation) -> Result<Vec<ElevationTile>> {
    let tile = |(square, source): (_, &crate::coverage::elevation::Source)| {
        let name = source.path.file_name();
        Ok(ElevationTile {
            square: format!("{square}"),
            file: name.map(|name| name.to_string_lossy().into_owned()),
            format: word(source.format),
            sha256: elevation
                .digest(square)
                .map_err(unreadable)?
                .map(|digest| digest.to_string()),
        })
    };
    elevation.sources().map(tile).collect()
}

fn height(elevation: &Elevation, position: Position) -> Result<Option<GroundHeight>> {
    let height = elevation.height_at(position).map_err(unreadable)?;
    Ok(height.map(|height| GroundHeight {
        longitude: position.longitude,
        latitude: position.latitude,
        height_m: (height.height_m * 100.0).round() / 100.0 + 0.0,
        filled: height.filled,
    }))
}

fn unreadable(fault: crate::coverage::elevation::Fault) -> Error {
    Error::Internal(Box::new(fault))
}

/// Show the elevation data
///
/// Which tiles are in use, by name and digest, how far the computation of footprints is, and the height at a position.
#[utoipa::path(
    tag = "coverage",
    params(ElevationQuery),
    responses((status = 200, description = "The elevation data", body = ElevationView), Error),
    security(("key" = ["reader"]))
)]
#[get("/elevation")]
pub async fn show_elevation(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<ElevationQuery>(&asked.query);
    let position = params.position("position");
    params.give(())?;
    let register = asked.register();
    let db = register.db.clone();
    let view = db
        .snapshot(move |conn| {
            let coverage = &register.coverage;
            let elevation = coverage.elevation.as_ref();
            let tiles = elevation.map(tiles).transpose()?.unwrap_or_default();
            let height = match elevation.zip(position) {
                Some((elevation, position)) => height(elevation, position)?,
                None => None,
            };
            Ok(ElevationView {
                total: tiles.len(),
                tiles,
                survey: coverage.progress.now(),
                footprints: footprints::count(conn)?,
                height,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(view))
}
