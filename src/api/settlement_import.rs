//! Settlements in over HTTP: a whole file.

use actix_web::{HttpResponse, post, web};
use utoipa::IntoParams;

use super::asked::Asked;
use super::files;
use super::params::Params;
use crate::db::blocking;
use crate::domain::text;
use crate::error::{Error, Result};
use crate::register::bulk::Imported;
use crate::register::submissions::Received;

/// Parameters of the import of settlements.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct SettlementImportQuery {
    /// Whether to check everything and store nothing.
    dry_run: Option<bool>,
    /// Format of the file, where `Content-Type` does not say it.
    #[param(example = "csv")]
    format: Option<String>,
    /// Titles of columns with the field that each holds, as a JSON object.
    #[param(example = "{\"Mã thôn\": \"code\"}")]
    columns: Option<String>,
    /// Name of the sheet of a workbook; the first one with a header where none is given.
    sheet: Option<String>,
    /// Sign between cells: comma, semicolon or tab; found where none is given.
    delimiter: Option<String>,
    /// Encoding of a text file, such as `windows-1258`; found where none is given.
    encoding: Option<String>,
    /// Sign before decimals: point or comma; found from the file's plain cells where none is given.
    decimal: Option<String>,
    /// The coordinate system of the positions; WGS 84 where none is given.
    #[param(example = "EPSG:9205")]
    crs: Option<String>,
    /// The file's name, as the sender calls it.
    file_name: Option<String>,
    /// Why, for the history.
    #[param(max_length = 500)]
    reason: Option<String>,
}

/// Import settlements
///
/// A file of settlements: a table, whose columns have titles in English or Vietnamese, or JSON in the shape of the API. In
/// a table the clusters of a settlement stand in rows of their own, with its code and their name in the column of clusters.
/// All of it is stored, or nothing; every row that breaks a rule is told.
#[utoipa::path(
    tag = "settlements",
    params(SettlementImportQuery),
    request_body(description = "The file", content(
        (String = "text/csv"), (String = "text/tab-separated-values"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Object = "application/geo+json"), (String = "application/x-ndjson"), (Vec<Object> = "application/json")
    )),
    responses((status = 200, description = "What became of the settlements, or would", body = Imported, example = json!({"created": 940, "updated": 8, "unchanged": 2})), Error),
    security(("key" = ["department"]))
)]
#[post("/settlements/import")]
pub async fn import_settlements(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let mut params = Params::of::<SettlementImportQuery>(&asked.query);
    let file_name = params.text("file_name", text::NAME_MAX);
    let dry_run = params.flag("dry_run");
    let reason = params.text("reason", text::REMARK_MAX);
    let reading = files::reading(&asked, &mut params, file_name.as_deref())?;
    let reading = params.give(reading)?;
    let (register, change) = (asked.register(), asked.change(reason));
    let place = blocking({
        let register = register.clone();
        move || Received::place(&register)
    })
    .await?;
    let max = u64::try_from(asked.state.import_max).unwrap_or(u64::MAX);
    let outcome = match files::receive(payload, &place, max).await {
        Ok(received) => {
            blocking(move || {
                register.import_settlement_file(&change, &received.path, &reading, dry_run)
            })
            .await
        }
        Err(error) => Err(error),
    };
    // What it held is in the register, or nobody needs it.
    let _ = tokio::fs::remove_file(&place).await;
    Ok(HttpResponse::Ok().json(outcome?))
}
