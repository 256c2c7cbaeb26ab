//! Representations: the only place that knows media types, `Link`, `Vary` and file names.

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::formats::{Feature, csv, geojson, xlsx};

/// A representation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, the reference.
    Json,
    /// GeoJSON.
    GeoJson,
    /// CSV.
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// A page for people, made to be printed.
    Html,
}

/// What lists of things with a place can be had as.
pub const TABLES: &[Format] = &[Format::Json, Format::GeoJson, Format::Csv, Format::Xlsx];
/// What lists of things without a place can be had as.
pub const PLAIN_TABLES: &[Format] = &[Format::Json, Format::Csv, Format::Xlsx];
/// What single things with a place can be had as.
pub const SINGLE: &[Format] = &[Format::Json, Format::GeoJson];

impl Format {
    /// The word of `f=`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::GeoJson => "geojson",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }

    /// The words of `offered`, for messages.
    #[must_use]
    pub fn words(offered: &'static [Self]) -> &'static str {
        match offered {
            [Self::Json, Self::GeoJson, Self::Csv, Self::Xlsx] => "json, geojson, csv, xlsx",
            [Self::Json, Self::Csv, Self::Xlsx, Self::Html] => "json, csv, xlsx, html",
            [Self::Json, Self::Csv, Self::Xlsx] => "json, csv, xlsx",
            [Self::Json, Self::GeoJson] => "json, geojson",
            [Self::GeoJson] => "geojson",
            _ => "json",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GeoJson => "application/geo+json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

/// A list and what stands beside it.
pub struct List<'a, T> {
    /// Name of the list: the file's and the sheet's.
    pub name: &'a str,
    /// The rows.
    pub rows: &'a [T],
    /// Members of the JSON body and of the feature collection beside the rows.
    pub extra: &'a [(&'a str, Value)],
    /// Address of the next page.
    pub next: Option<String>,
}

/// Answers with a list in `format`; `json` is its body as JSON.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn list<T: Feature>(
    format: Format,
    list: &List<T>,
    json: &impl Serialize,
) -> Result<HttpResponse> {
    let mut response = HttpResponse::Ok();
    response
        .content_type(format.media_type())
        .insert_header((header::VARY, "Accept"));
    if let Some(next) = &list.next {
        response.insert_header((
            header::LINK,
            format!("<{next}>; rel=\"next\"; type=\"{}\"", format.media_type()),
        ));
    }
    if matches!(format, Format::Csv | Format::Xlsx) {
        let file = format!("attachment; filename=\"{}.{}\"", list.name, format.word());
        response.insert_header((header::CONTENT_DISPOSITION, file));
    }
    let body = match format {
        Format::Json | Format::Html => serde_json::to_vec(json).map_err(failed)?,
        Format::GeoJson => geojson::collection(list.rows, list.extra).map_err(failed)?,
        Format::Csv => csv::table(list.rows).map_err(failed)?,
        Format::Xlsx => xlsx::workbook(list.name, list.rows).map_err(failed)?,
    };
    Ok(response.body(body))
}

/// Answers with one thing in `format`, which is JSON or GeoJSON.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn single<T: Feature>(format: Format, row: &T) -> Result<HttpResponse> {
    let body = if format == Format::GeoJson {
        geojson::feature(row)
    } else {
        serde_json::to_vec(row)
    };
    let mut response = HttpResponse::Ok();
    response
        .content_type(format.media_type())
        .insert_header((header::VARY, "Accept"));
    Ok(response.body(body.map_err(failed)?))
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Internal(Box::new(error))
}
