//! Submissions over HTTP: handing in a file, and what is decided on it.

use std::sync::atomic::Ordering;

use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::files;
use super::params::{NoQuery, Params};
use super::submission_rows::FaultView;
use super::views::utc;
use crate::db::blocking;
use crate::db::submissions::{self as rows, Filter, Record};
use crate::domain::submission::{Counts, Mode, OnExisting, Plan, State};
use crate::domain::{RecordKind, Role, Rule, text};
use crate::error::{Error, Result};
use crate::register::submissions::report::RowFault;
use crate::register::submissions::{self, New, Received};

/// How far a submission is that is being read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
    /// Rows that were judged.
    done: usize,
    /// Rows of the file; 0 until that is known.
    total: usize,
}

/// A batch of records that was handed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Submission)]
pub struct SubmissionView {
    /// Made by the server: a UUIDv7.
    #[schema(format = "uuid")]
    id: String,
    /// What its rows are.
    #[schema(value_type = RecordKind)]
    kind: String,
    /// The operator whose records they are; null where the department handed in those of many.
    operator: Option<String>,
    /// Where it stands.
    #[schema(value_type = State)]
    state: String,
    /// What was asked of it.
    #[serde(flatten)]
    asked: AskedView,
    /// Last day of the period that it reports on.
    period_end: Option<NaiveDate>,
    /// The file's name, as the sender calls it.
    file_name: Option<String>,
    /// The format that the file was read as.
    format: String,
    /// The file's size.
    file_bytes: i64,
    /// The file's SHA-256, in hexadecimal digits: the receipt.
    file_sha256: String,
    /// How many rows came to what.
    counts: Counts,
    /// How far it is, while it is being read.
    progress: Option<Progress>,
    /// How the file was read; null until it was.
    #[schema(value_type = Option<Object>)]
    read_as: Option<Value>,
    /// What is wrong with the file as a whole.
    problem: Vec<FaultView>,
    /// Rows that the department left out.
    excluded_rows: Vec<usize>,
    /// Name of the key that handed it in.
    submitted_by: String,
    /// Name of the key that decided on it.
    decided_by: Option<String>,
    /// When.
    decided_at: Option<DateTime<Utc>>,
    /// Why, in the words of who decided.
    comment: Option<String>,
    /// Number of its state, from 1.
    version: i32,
    /// When it was received.
    created_at: DateTime<Utc>,
    /// When its state changed last.
    updated_at: DateTime<Utc>,
}

/// What was asked of a submission.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedView {
    /// Only report.
    dry_run: bool,
    /// All rows or none, or the good ones.
    mode: Mode,
    /// What happens to records that are there.
    on_existing: OnExisting,
    /// The day on which the sites that the file does not have are marked decommissioned.
    sync_on: Option<NaiveDate>,
}

impl SubmissionView {
    pub(super) fn new(asked: &Asked, record: Record) -> Result<Self> {
        let plan = submissions::asked(&record)?.plan;
        let job = asked
            .state
            .queue
            .job(&record.id)
            .filter(|_| record.state == State::Draft.as_str());
        let problem: Vec<RowFault> = match &record.problem {
            Some(problem) => parsed(problem)?,
            None => Vec::new(),
        };
        Ok(Self {
            progress: job.map(|job| Progress {
                done: job.done.load(Ordering::Relaxed),
                total: job.total.load(Ordering::Relaxed),
            }),
            counts: parsed(&record.counts)?,
            read_as: record.read_as.as_deref().map(parsed).transpose()?,
            problem: problem
                .into_iter()
                .map(|fault| FaultView::new(fault, asked.language))
                .collect(),
            excluded_rows: parsed(&record.excluded_rows)?,
            asked: AskedView {
                dry_run: plan.dry_run,
                mode: plan.mode,
                on_existing: plan.on_existing,
                sync_on: plan.sync_on,
            },
            id: record.id,
            kind: record.kind,
            operator: record.operator,
            state: record.state,
            period_end: record.period_end,
            file_name: record.file_name,
            format: record.format,
            file_bytes: record.file_bytes,
            file_sha256: record.file_sha256,
            submitted_by: record.submitted_by,
            decided_by: record.decided_by,
            decided_at: record.decided_at.map(utc),
            comment: record.comment,
            version: record.version,
            created_at: utc(record.created_at),
            updated_at: utc(record.updated_at),
        })
    }
}

fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::Internal(Box::new(error)))
}

/// A page of submissions.
#[derive(Serialize, ToSchema)]
pub struct SubmissionPage {
    /// Newest first.
    items: Vec<SubmissionView>,
    /// What to send as `cursor` for the next page; null on the last.
    next: Option<String>,
}

/// Parameters of a new submission.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct NewQuery {
    /// What the rows are: sites (the default) or subscribers.
    #[param(example = "sites")]
    kind: Option<String>,
    /// The operator whose records they are; that of the key where none is given.
    #[param(example = "viettel")]
    operator: Option<String>,
    /// Format of the file, where `Content-Type` does not say it.
    #[param(example = "csv")]
    format: Option<String>,
    /// Only report: nothing is stored.
    dry_run: Option<bool>,
    /// `atomic` (all rows or none; the default) or `partial` (the good ones).
    mode: Option<String>,
    /// What happens to records that are there: `update` (the default), `skip` or `error`.
    on_existing: Option<String>,
    /// Mark the operator's sites that the file does not have as decommissioned on this day.
    sync_on: Option<NaiveDate>,
    /// Most sites that `sync_on` may mark, in percent of those that the operator has.
    #[param(minimum = 0, maximum = 100, default = 10)]
    sync_max_percent: Option<f64>,
    /// Titles of columns with the field that each holds, as a JSON object.
    #[param(example = "{\"Mã trạm\": \"code\"}")]
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
    /// Last day of the period that it reports on.
    period_end: Option<NaiveDate>,
    /// The file's name, as the sender calls it.
    file_name: Option<String>,
    /// Why, for the history.
    reason: Option<String>,
}

fn read_new(asked: &Asked) -> Result<New> {
    let mut params = Params::of::<NewQuery>(&asked.query);
    let file_name = params.text("file_name", text::NAME_MAX);
    let plan = Plan {
        dry_run: params.flag("dry_run"),
        mode: params.checked("mode", Mode::parse).unwrap_or(Mode::Atomic),
        on_existing: params
            .checked("on_existing", OnExisting::parse)
            .unwrap_or(OnExisting::Update),
        sync_on: params.date("sync_on"),
        sync_max_percent: params
            .number("sync_max_percent", 0.0, 100.0)
            .unwrap_or(10.0),
        reason: params.text("reason", text::REMARK_MAX),
    };
    let reading = files::reading(asked, &mut params, file_name.as_deref())?;
    let idempotency_key = asked.header("idempotency-key").map(str::to_owned);
    if let Some(key) = idempotency_key.as_deref()
        && text::clean(key, text::NAME_MAX).is_err()
    {
        let rule = Rule::TooLong {
            max: text::NAME_MAX,
        };
        params.faults.parameter("Idempotency-Key", rule, Some(key));
    }
    let new = New {
        kind: params
            .checked("kind", RecordKind::parse)
            .unwrap_or(RecordKind::Sites),
        operator: params
            .checked("operator", text::operator_code)
            .or_else(|| asked.caller.operator().map(str::to_owned)),
        file_name,
        period_end: params.date("period_end"),
        asked: submissions::Asked { plan, reading },
        idempotency_key,
    };
    params.give(new)
}

/// Hand in a file
///
/// The file is stored as it is, read row by row, and judged. With `dry_run` nothing more happens. Otherwise the good rows
/// take effect: at once, or, where the department asks for that, when it approves. The answer comes when that is done, or
/// with status 202 after some seconds: then ask for the submission until its state is no longer `draft`. In mode `atomic`
/// a single row that breaks a rule rejects the submission: its state says so, and `/rows` has every fault.
#[utoipa::path(
    tag = "submissions",
    params(NewQuery, ("Idempotency-Key" = Option<String>, Header, description = "The same request with the same key is answered with the first submission")),
    request_body(description = "The file", content(
        (String = "text/csv"), (String = "text/tab-separated-values"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Object = "application/geo+json"), (String = "application/x-ndjson"), (Vec<Object> = "application/json")
    )),
    responses(
        (status = 201, description = "It was read; see its state", body = SubmissionView, headers(("Location" = String))),
        (status = 200, description = "The same request was answered before", body = SubmissionView),
        (status = 202, description = "It is being read", body = SubmissionView, headers(("Location" = String))),
        Error
    ),
    security(("key" = ["operator"]))
)]
#[post("/submissions")]
pub async fn create_submission(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let new = read_new(&asked)?;
    let (register, change) = (
        asked.register(),
        asked.change(new.asked.plan.reason.clone()),
    );
    let place = blocking({
        let register = register.clone();
        move || Received::place(&register)
    })
    .await?;
    let received = files::receive(payload, &place, asked.state.submission_max).await;
    let recorded = match received {
        Ok(received) => {
            let db = register.db.clone();
            db.write(move |conn| register.submit(conn, &change, &new, &received))
                .await
        }
        Err(error) => Err(error),
    };
    // Where it was not taken over, nobody needs it.
    let _ = tokio::fs::remove_file(&place).await;
    let (record, is_first) = recorded?;
    if !is_first {
        return answer(&asked, record, StatusCode::OK);
    }
    queued(&asked, record, StatusCode::CREATED).await
}

/// Puts a submission into the queue and answers when it was worked off, or after some seconds.
pub(super) async fn queued(
    asked: &Asked,
    record: Record,
    status: StatusCode,
) -> Result<HttpResponse> {
    const STEP: std::time::Duration = std::time::Duration::from_millis(10);
    asked.state.queue.add(&record.id)?;
    let end = tokio::time::Instant::now() + asked.state.submission_wait;
    while asked.state.queue.job(&record.id).is_some() && tokio::time::Instant::now() < end {
        tokio::time::sleep(STEP).await;
    }
    let record = read(asked, record.id).await?;
    if record.state == State::Draft.as_str() {
        return answer(asked, record, StatusCode::ACCEPTED);
    }
    answer(asked, record, status)
}

pub(super) fn answer(asked: &Asked, record: Record, status: StatusCode) -> Result<HttpResponse> {
    let view = SubmissionView::new(asked, record)?;
    Ok(HttpResponse::build(status)
        .insert_header(("location", format!("/api/v1/submissions/{}", view.id)))
        .json(view))
}

pub(super) async fn read(asked: &Asked, id: String) -> Result<Record> {
    let (register, caller) = (asked.register(), asked.caller.clone());
    let db = register.db.clone();
    db.read(move |conn| register.submission(conn, &caller, &id))
        .await
}

/// Parameters of the list of submissions.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct SubmissionQuery {
    /// Only in these states.
    #[param(example = "submitted")]
    state: Option<String>,
    /// Only of this operator.
    operator: Option<String>,
    /// Submissions of a page.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
}

/// List submissions
///
/// The department sees all, an operator its own.
#[utoipa::path(
    tag = "submissions",
    params(SubmissionQuery),
    responses((status = 200, description = "A page of submissions, newest first", body = SubmissionPage), Error),
    security(("key" = ["operator"]))
)]
#[get("/submissions")]
pub async fn list_submissions(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<SubmissionQuery>(&asked.query);
    let limit = params.integer("limit", 1, 1_000).unwrap_or(100);
    let mut filter = Filter {
        operator: params.checked("operator", text::operator_code),
        states: params.list("state", State::parse),
        before: params.checked("cursor", |text| {
            uuid::Uuid::parse_str(text)
                .map(|id| id.to_string())
                .map_err(|_| Rule::BadCursor)
        }),
    };
    params.give(())?;
    if !asked.caller.has(Role::Department) {
        let own = asked.caller.operator().map(str::to_owned);
        if filter.operator.is_some() && filter.operator != own {
            return Err(Error::Forbidden(
                "this key sees the submissions of its own operator".to_owned(),
            ));
        }
        filter.operator = own;
    }
    let register = asked.register();
    let mut records = register
        .db
        .read(move |conn| rows::page(conn, &filter, limit + 1))
        .await?;
    let kept = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = records.len() > kept;
    records.truncate(kept);
    let next = records
        .last()
        .filter(|_| has_more)
        .map(|last| last.id.clone());
    let items = records
        .into_iter()
        .map(|record| SubmissionView::new(&asked, record))
        .collect::<Result<Vec<_>>>()?;
    Ok(HttpResponse::Ok().json(SubmissionPage { items, next }))
}

/// Read a submission
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id")),
    responses((status = 200, description = "The submission", body = SubmissionView), Error),
    security(("key" = ["operator"]))
)]
#[get("/submissions/{id}")]
pub async fn get_submission(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let record = read(&asked, id.into_inner()).await?;
    Ok(HttpResponse::Ok().json(SubmissionView::new(&asked, record)?))
}
