//! The report of a submission's rows, and the file that was handed in.

use std::collections::HashMap;
use std::io::Seek;
use std::path::Path;

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::negotiate::{self, Format, List};
use super::params::{NoQuery, Params};
use crate::db::blocking;
use crate::domain::submission::Outcome;
use crate::domain::{Language, Rule};
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};
use crate::register::submissions;
use crate::register::submissions::report::{FieldChange, Reader, RowFault, RowReport};

const OFFERED: &[Format] = negotiate::PLAIN_TABLES;

/// A rule that a row breaks, or a warning.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaultView {
    /// JSON pointer into the record.
    pub pointer: Option<String>,
    /// Title of the column in the file.
    pub column: Option<String>,
    /// Stable code of the rule.
    #[schema(example = "unknown_technology")]
    pub code: String,
    /// The rule, in words.
    pub detail: String,
    /// The value, as it stands in the file.
    pub value: Option<Value>,
}

impl FaultView {
    /// The fault in `language`.
    #[must_use]
    pub fn new(fault: RowFault, language: Language) -> Self {
        Self {
            detail: fault.text(language).to_owned(),
            pointer: fault.pointer,
            column: fault.column,
            code: fault.code,
            value: fault.value,
        }
    }
}

/// What became of a row, or what would.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowView {
    /// The row as it is numbered in the file; null for a site that the file does not have.
    row: Option<usize>,
    /// What became of it.
    outcome: Outcome,
    /// The key of its record: the site's code, or what identifies the count.
    key: Option<String>,
    /// The version of the record that the row was compared with; 0 where there was none.
    version: Option<i32>,
    /// By how many metres the site moves.
    moved_m: Option<f64>,
    /// What it changes, field by field.
    changes: Vec<FieldChange>,
    /// The rules that it breaks.
    errors: Vec<FaultView>,
    /// What is allowed but worth telling.
    warnings: Vec<FaultView>,
}

impl RowView {
    fn new(row: RowReport, language: Language) -> Self {
        let faults = |faults: Vec<RowFault>| {
            let faults = faults.into_iter();
            faults
                .map(|fault| FaultView::new(fault, language))
                .collect()
        };
        Self {
            row: row.row,
            outcome: row.outcome,
            key: row.key,
            version: row.version,
            moved_m: row.moved_m,
            changes: row.changes,
            errors: faults(row.errors),
            warnings: faults(row.warnings),
        }
    }
}

/// A page of rows.
#[derive(Serialize, ToSchema)]
pub struct RowPage {
    /// In the order of the file, but for rows that had to wait for others.
    items: Vec<RowView>,
    /// What to send as `cursor` for the next page; null on the last.
    next: Option<String>,
}

/// One line of the report as a table: a row, or one of its faults.
#[derive(Serialize)]
struct Line {
    row: Option<usize>,
    outcome: Outcome,
    key: Option<String>,
    severity: Option<&'static str>,
    column: Option<String>,
    pointer: Option<String>,
    code: Option<String>,
    detail: Option<String>,
    value: Option<Value>,
}

impl Feature for Line {
    const COLUMNS: &'static [&'static str] = &[
        "row", "outcome", "key", "severity", "column", "pointer", "code", "detail", "value",
    ];

    fn id(&self) -> String {
        self.row.map_or_else(String::new, |row| row.to_string())
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::None
    }
}

/// The lines of a row: one for each fault and warning, one where there is none.
fn lines(row: RowView) -> Vec<Line> {
    let line = |fault: Option<(&'static str, FaultView)>| {
        let (severity, fault) = fault.unzip();
        Line {
            row: row.row,
            outcome: row.outcome,
            key: row.key.clone(),
            severity,
            column: fault.as_ref().and_then(|fault| fault.column.clone()),
            pointer: fault.as_ref().and_then(|fault| fault.pointer.clone()),
            code: fault.as_ref().map(|fault| fault.code.clone()),
            detail: fault.as_ref().map(|fault| fault.detail.clone()),
            value: fault.and_then(|fault| fault.value),
        }
    };
    let errors = row.errors.into_iter().map(|fault| ("error", fault));
    let warnings = row.warnings.into_iter().map(|fault| ("warning", fault));
    let told: Vec<Line> = errors
        .chain(warnings)
        .map(|fault| line(Some(fault)))
        .collect();
    if told.is_empty() {
        return vec![line(None)];
    }
    told
}

/// Parameters of the report.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct RowQuery {
    /// Only rows that came to one of these: created, updated, unchanged, skipped, rejected, decommissioned.
    #[param(example = "rejected")]
    outcome: Option<String>,
    /// Rows of a page: at most 10000; for CSV and XLSX 100000.
    #[param(minimum = 1, maximum = 100_000, default = 100)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Representation: json, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// Read the report of a submission's rows
///
/// What became of each row, or what would: with the rules that it breaks, the fields that it changes, and by how many
/// metres a site moves. As CSV and XLSX there is a line for each broken rule.
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id"), RowQuery),
    responses((status = 200, description = "A page of rows", content((RowPage = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["operator"]))
)]
#[get("/submissions/{id}/rows")]
pub async fn list_submission_rows(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    const TABLE_MAX: i64 = 100_000;
    const LIMIT_MAX: i64 = 10_000;
    let mut params = Params::of::<RowQuery>(&asked.query);
    let f = params.raw("f");
    let outcomes = params.list("outcome", Outcome::parse);
    let from = params.checked("cursor", |text| {
        text.parse::<u64>().map_err(|_| Rule::BadCursor)
    });
    let limit = params.integer("limit", 1, TABLE_MAX);
    params.give(())?;
    let format = asked.format(f, OFFERED)?;
    let is_table = format != Format::Json;
    let limit = limit.unwrap_or(if is_table { TABLE_MAX } else { 100 });
    let limit = usize::try_from(limit.min(if is_table { TABLE_MAX } else { LIMIT_MAX }))
        .unwrap_or(usize::MAX);
    let (register, caller, language) = (asked.register(), asked.caller.clone(), asked.language);
    let id = id.into_inner();
    let (items, next) = blocking(move || {
        register
            .db
            .read_here(|conn| register.submission(conn, &caller, &id))?;
        let mut reader = Reader::open(&register.submission_report(&id), from.unwrap_or(0))?;
        let mut items = Vec::new();
        let mut place = from.unwrap_or(0);
        let wanted = |row: &RowReport| outcomes.is_empty() || outcomes.contains(&row.outcome);
        for line in reader.by_ref() {
            let (row, after) = line?;
            if wanted(&row) {
                if items.len() == limit {
                    return Ok((items, Some(place.to_string())));
                }
                items.push(RowView::new(row, language));
            }
            place = after;
        }
        Ok((items, None))
    })
    .await?;
    if format == Format::Json {
        return Ok(HttpResponse::Ok()
            .insert_header(("vary", "Accept"))
            .json(RowPage { items, next }));
    }
    let rows: Vec<Line> = items.into_iter().flat_map(lines).collect();
    negotiate::list(
        format,
        &List {
            name: "rows",
            rows: &rows,
            extra: &[],
            next: next.map(|cursor| super::site_list::next_address(&asked, &cursor)),
        },
        &Value::Null,
    )
}

/// Read the file that was handed in
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id")),
    responses((status = 200, description = "The file as it was sent", body = Vec<u8>, content_type = "application/octet-stream"), Error),
    security(("key" = ["operator"]))
)]
#[get("/submissions/{id}/file")]
pub async fn get_submission_file(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let (register, caller) = (asked.register(), asked.caller.clone());
    let id = id.into_inner();
    let db = register.db.clone();
    let path = db
        .read(move |conn| {
            let record = register.submission(conn, &caller, &id)?;
            Ok(register.submitted_file(&record.id))
        })
        .await?;
    let file = tokio::fs::File::open(path)
        .await
        .map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(sent(file, "application/octet-stream", "attachment"))
}

/// Answers with a file, chunk by chunk.
fn sent(file: tokio::fs::File, media_type: &str, disposition: &str) -> HttpResponse {
    let chunks = futures_util::stream::try_unfold(file, |mut file| async move {
        let mut chunk = web::BytesMut::with_capacity(1 << 16);
        let read = file.read_buf(&mut chunk).await?;
        Ok::<_, std::io::Error>((read > 0).then_some((chunk.freeze(), file)))
    });
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header(("content-disposition", disposition))
        .streaming(chunks)
}

/// Read the operator's own file with its errors
///
/// The CSV or XLSX file that was handed in, with one column more: what is wrong with the row, in the language asked for.
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id")),
    responses((status = 200, description = "The file with a column of errors", content((String = "text/csv"), (String = "text/tab-separated-values"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["operator"]))
)]
#[get("/submissions/{id}/annotated")]
pub async fn get_annotated_file(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let (register, caller, language) = (asked.register(), asked.caller.clone(), asked.language);
    let id = id.into_inner();
    let (file, media_type) = blocking(move || {
        let record = register
            .db
            .read_here(|conn| register.submission(conn, &caller, &id))?;
        let file = register.open(&record, &submissions::asked(&record)?)?;
        let notes = notes(&register.submission_report(&id), language)?;
        let failed = |error: std::io::Error| Error::Internal(Box::new(error));
        let mut out = tempfile::tempfile().map_err(failed)?;
        let title = language.say("errors", "lỗi");
        file.annotate(&mut |row| notes.get(&row).cloned(), title, &mut out)?;
        out.rewind().map_err(failed)?;
        Ok((out, file.read_as().format.media_type()))
    })
    .await?;
    Ok(sent(
        tokio::fs::File::from_std(file),
        media_type,
        "attachment",
    ))
}

/// What is wrong with each row, in words.
fn notes(report: &Path, language: Language) -> Result<HashMap<usize, String>> {
    let mut notes = HashMap::new();
    for line in Reader::open(report, 0)? {
        let (row, _) = line?;
        let Some(number) = row.row.filter(|_| !row.errors.is_empty()) else {
            continue;
        };
        let told = row.errors.iter().map(|fault| {
            let place = fault.column.as_deref().or(fault.pointer.as_deref());
            match place.filter(|place| !place.is_empty()) {
                Some(place) => format!("{place}: {}", fault.text(language)),
                None => fault.text(language).to_owned(),
            }
        });
        notes.insert(number, told.collect::<Vec<_>>().join(" | "));
    }
    Ok(notes)
}
