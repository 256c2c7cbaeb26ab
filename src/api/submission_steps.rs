//! What happens to a submission after it was handed in: it is validated anew, submitted, cancelled, decided on, taken back.

use std::collections::HashSet;
use std::sync::atomic::Ordering;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use serde_json::Value;
use utoipa::ToSchema;

use super::asked::Asked;
use super::params::{NoQuery, Params};
use super::submissions::{SubmissionView, answer, queued, read};
use crate::db::blocking;
use crate::db::submissions::Record;
use crate::domain::fields::Fields;
use crate::domain::{Faults, Rule, text};
use crate::error::{Error, Result};

async fn resubmit(asked: Asked, id: String, dry_run: bool) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let (register, change) = (asked.register(), asked.change(None));
    let db = register.db.clone();
    let record = db
        .write(move |conn| register.resubmit(conn, &change, &id, dry_run))
        .await?;
    queued(&asked, record, StatusCode::OK).await
}

/// Submit what was validated
///
/// A submission that was handed in with `dry_run` takes the way that it would have taken without.
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id")),
    responses((status = 200, description = "It was read anew; see its state", body = SubmissionView),
        (status = 202, description = "It is being read", body = SubmissionView), Error),
    security(("key" = ["operator"]))
)]
#[post("/submissions/{id}/submit")]
pub async fn submit_submission(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    resubmit(asked, id.into_inner(), false).await
}

/// Validate a submission anew
///
/// Beside the register as it is now.
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id")),
    responses((status = 200, description = "It was read anew; see its state", body = SubmissionView),
        (status = 202, description = "It is being read", body = SubmissionView), Error),
    security(("key" = ["operator"]))
)]
#[post("/submissions/{id}/validate")]
pub async fn validate_submission(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    resubmit(asked, id.into_inner(), true).await
}

/// Cancel a submission that is being read
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id")),
    responses((status = 202, description = "It stops at its next step; nothing of it takes effect", body = SubmissionView), Error),
    security(("key" = ["operator"]))
)]
#[post("/submissions/{id}/cancel")]
pub async fn cancel_submission(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let record = read(&asked, id.into_inner()).await?;
    let Some(job) = asked.state.queue.job(&record.id) else {
        return Err(Error::Conflict {
            kind: "submission",
            key: record.id,
            why: "is not being read",
        });
    };
    job.cancelled.store(true, Ordering::Relaxed);
    answer(&asked, record, StatusCode::ACCEPTED)
}

/// What is decided on a submission.
#[derive(ToSchema)]
#[schema(as = DecisionInput, example = json!({"comment": "Rows 17 and 20 are in the next province", "excluded_rows": [17, 20]}))]
#[expect(dead_code, reason = "it describes the body; read_decision reads it")]
pub struct DecisionInput {
    /// Why.
    #[schema(max_length = 500)]
    comment: Option<String>,
    /// When approving: rows that are left out.
    excluded_rows: Option<Vec<usize>>,
    /// When taking back: leave records as they are that were changed since.
    keep_changed: Option<bool>,
}

#[derive(Default)]
struct Decision {
    comment: Option<String>,
    excluded: HashSet<usize>,
    keeps_changed: bool,
}

async fn read_decision(asked: &Asked, payload: web::Payload) -> Result<Decision> {
    let body = asked.json(payload, "application/json").await?;
    let mut faults = Faults::default();
    let Some(mut fields) = Fields::of(&body, "", &mut faults) else {
        return Err(faults.into());
    };
    let comment = fields.text("comment", text::REMARK_MAX, &mut faults);
    let mut excluded = HashSet::new();
    if let Some(rows) = fields.value("excluded_rows") {
        let numbers = rows.as_array().map(|rows| {
            rows.iter()
                .map(|row| row.as_u64().and_then(|row| usize::try_from(row).ok()))
                .collect::<Option<HashSet<usize>>>()
        });
        match numbers.flatten() {
            Some(numbers) => excluded = numbers,
            None => faults.body(
                "/excluded_rows",
                Rule::WrongType {
                    expected: "a list of row numbers",
                },
                Some(rows),
            ),
        }
    }
    let keeps_changed = match fields.value("keep_changed") {
        None | Some(Value::Bool(false)) => false,
        Some(Value::Bool(true)) => true,
        Some(other) => {
            let expected = "true or false";
            faults.body("/keep_changed", Rule::WrongType { expected }, Some(other));
            false
        }
    };
    fields.refuse_others(&mut faults);
    Ok(faults.give(Some(Decision {
        comment,
        excluded,
        keeps_changed,
    }))?)
}

/// Approve a submission
///
/// It takes effect, but for the rows that are left out. Not by the key that handed it in, and not where a record was
/// changed since the review: then validate it anew.
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id")),
    request_body(content = DecisionInput, content_type = "application/json"),
    responses((status = 200, description = "It has taken effect, or was rejected because rows break rules by now", body = SubmissionView), Error),
    security(("key" = ["department"]))
)]
#[post("/submissions/{id}/approve")]
pub async fn approve_submission(
    asked: Asked,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    decide(
        asked,
        id.into_inner(),
        payload,
        |register, change, id, decision| {
            register.approve(change, id, decision.comment, &decision.excluded)
        },
    )
    .await
}

/// Reject a submission
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id")),
    request_body(content = DecisionInput, content_type = "application/json"),
    responses((status = 200, description = "Nothing of it takes effect", body = SubmissionView), Error),
    security(("key" = ["department"]))
)]
#[post("/submissions/{id}/reject")]
pub async fn reject_submission(
    asked: Asked,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    decide(
        asked,
        id.into_inner(),
        payload,
        |register, change, id, decision| register.reject(change, id, decision.comment),
    )
    .await
}

/// Take back what a submission did
///
/// Every record says again what it said before, in a version of its own; what the submission made is deleted. Records that
/// were changed since stand against it, unless `keep_changed` leaves those as they are.
#[utoipa::path(
    tag = "submissions",
    params(("id" = String, Path, description = "The submission's id")),
    request_body(content = DecisionInput, content_type = "application/json"),
    responses((status = 200, description = "It is taken back", body = SubmissionView), Error),
    security(("key" = ["department"]))
)]
#[post("/submissions/{id}/revert")]
pub async fn revert_submission(
    asked: Asked,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    decide(
        asked,
        id.into_inner(),
        payload,
        |register, change, id, decision| {
            register
                .revert(change, id, decision.comment, decision.keeps_changed)
                .map(|(record, _)| record)
        },
    )
    .await
}

async fn decide(
    asked: Asked,
    id: String,
    payload: web::Payload,
    act: impl FnOnce(
        &crate::register::Register,
        &crate::register::Change,
        &str,
        Decision,
    ) -> Result<Record>
    + Send
    + 'static,
) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let decision = read_decision(&asked, payload).await?;
    let (register, change) = (asked.register(), asked.change(None));
    let record = blocking(move || act(&register, &change, &id, decision)).await?;
    Ok(HttpResponse::Ok().json(SubmissionView::new(&asked, record)?))
}
