//! Templates of the files that operators hand in.

use actix_web::{HttpResponse, get, web};

use super::asked::Asked;
use super::params::{NoQuery, Params};
use crate::domain::RecordKind;
use crate::error::{Error, Result};
use crate::import::row_file::FileFormat;
use crate::import::templates;

/// Read a template
///
/// A file with the columns of `sites` or `subscribers`, as CSV or XLSX: `sites.csv`, `sites.xlsx`, `subscribers.csv`,
/// `subscribers.xlsx`. Titles are in the language asked for; the workbook's further sheets have examples, and say in both what each column means.
#[utoipa::path(
    tag = "submissions",
    params(("file" = String, Path, description = "Kind and format", example = "sites.xlsx")),
    responses((status = 200, description = "The template", content((String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/submissions/templates/{file}")]
pub async fn get_template(asked: Asked, file: web::Path<String>) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let wanted = file
        .split_once('.')
        .and_then(|(kind, ending)| Some((RecordKind::parse(kind).ok()?, ending)));
    let (format, body) = match wanted {
        Some((kind, "csv")) => (FileFormat::Csv, templates::csv(kind, asked.language)),
        Some((kind, "xlsx")) => (FileFormat::Xlsx, templates::xlsx(kind, asked.language)?),
        _ => {
            return Err(Error::NotFound {
                kind: "template",
                key: file.into_inner(),
            });
        }
    };
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header(("vary", "Accept-Language"))
        .insert_header((
            "content-disposition",
            format!("attachment; filename=\"{file}\""),
        ))
        .body(body))
}
