//! The journal of changes over HTTP.

use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::params::Params;
use super::views::utc;
use crate::db::changes::{self as rows, Record};
use crate::domain::Role;
use crate::error::{Error, Result};

/// One accepted change.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    /// Its number in the journal.
    revision: i64,
    /// When.
    recorded_at: DateTime<Utc>,
    /// Who.
    actor: String,
    /// What kind of record: site, operator, area, boundaries, subscribers, settlement, `settlement_report`, key, webhook.
    resource: String,
    /// Key of the record.
    key: String,
    /// create, replace, update, delete, import, revoke or withdraw.
    action: String,
    /// The record's version after it.
    version: Option<i32>,
    /// Names of the fields that changed.
    fields: Vec<String>,
    /// Why, in the words of who did.
    reason: Option<String>,
}

impl From<Record> for ChangeView {
    fn from(record: Record) -> Self {
        let Record {
            revision,
            recorded_at,
            actor,
            resource,
            key,
            action,
            version,
            fields,
            reason,
        } = record;
        let fields = fields
            .split(',')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            revision,
            recorded_at: utc(recorded_at),
            actor,
            resource,
            key,
            action,
            version,
            fields,
            reason,
        }
    }
}

/// A part of the journal.
#[derive(Serialize, ToSchema)]
pub struct ChangeList {
    /// Oldest first.
    items: Vec<ChangeView>,
    /// What to send as `since` for what follows; the same as sent where nothing did.
    next_since: i64,
}

/// Parameters of the journal.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct ChangeListQuery {
    /// Only changes after this revision; 0 for all.
    #[param(minimum = 0, default = 0)]
    since: Option<i64>,
    /// Changes of an answer.
    #[param(minimum = 1, maximum = 10_000, default = 100)]
    limit: Option<i64>,
}

/// List changes
///
/// Every accepted change in order, so that another system can follow: ask again with `since=next_since`. Changes of keys
/// and webhooks are shown to the department alone.
#[utoipa::path(
    tag = "access",
    params(ChangeListQuery),
    responses((status = 200, description = "Changes after `since`", body = ChangeList), Error),
    security(("key" = ["reader"]))
)]
#[get("/changes")]
pub async fn list_changes(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<ChangeListQuery>(&asked.query);
    let since = params.integer("since", 0, i64::MAX).unwrap_or(0);
    let limit = params.integer("limit", 1, 10_000).unwrap_or(100);
    params.give(())?;
    let is_department = asked.caller.has(Role::Department);
    let records = asked
        .state
        .register
        .db
        .read(move |conn| rows::since(conn, since, limit, is_department))
        .await?;
    let next_since = records.last().map_or(since, |last| last.revision);
    Ok(HttpResponse::Ok().json(ChangeList {
        items: records.into_iter().map(Into::into).collect(),
        next_since,
    }))
}
