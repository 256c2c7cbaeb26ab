//! Deliveries over HTTP: what failed, what was given up, what somebody asked for.

use actix_web::{HttpResponse, get, http::header, post, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::params::{NoQuery, Params};
use super::site_list::next_address;
use super::views::utc;
use crate::db::deliveries::{self as rows, DEAD, DELIVERED, PENDING, Record};
use crate::domain::Rule;
use crate::error::{Error, Result};
use crate::register::webhooks::by_id;

/// Something that was to be sent to a webhook. A change that arrives at its first attempt leaves none.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a79", "revision": 8412, "state": "pending", "attempts": 2,
    "status": 503, "error": "the receiver answered 503", "created_at": "2016-11-20T08:00:01Z",
    "attempted_at": "2016-11-20T08:00:06Z", "next_attempt_at": "2016-11-20T08:00:33Z"}))]
pub struct DeliveryView {
    /// Made by the server: a UUIDv7.
    #[schema(format = "uuid")]
    id: String,
    /// The change; null for a ping.
    revision: Option<i64>,
    /// `pending`: it waits for its next attempt. `delivered`: it has arrived. `dead`: it was given up.
    #[schema(value_type = DeliveryState)]
    state: String,
    /// How often it was attempted.
    attempts: i32,
    /// Status of the last answer; null where none came.
    status: Option<i32>,
    /// What went wrong at the last attempt.
    error: Option<String>,
    /// When it failed first, or was asked for.
    created_at: DateTime<Utc>,
    /// When it was attempted last.
    attempted_at: Option<DateTime<Utc>>,
    /// When it is attempted again, unless the webhook is paused then.
    next_attempt_at: Option<DateTime<Utc>>,
}

/// How a delivery stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of a field")]
enum DeliveryState {
    /// It waits for its next attempt.
    Pending,
    /// It has arrived.
    Delivered,
    /// It was given up.
    Dead,
}

impl From<Record> for DeliveryView {
    fn from(record: Record) -> Self {
        let Record {
            id,
            webhook: _,
            revision,
            state,
            attempts,
            status,
            error,
            created_at,
            attempted_at,
            next_attempt_at,
        } = record;
        Self {
            id,
            revision,
            state,
            attempts,
            status,
            error,
            created_at: utc(created_at),
            attempted_at: attempted_at.map(utc),
            next_attempt_at: next_attempt_at.map(utc),
        }
    }
}

/// A page of deliveries.
#[derive(Serialize, ToSchema)]
pub struct DeliveryPage {
    /// Newest first.
    items: Vec<DeliveryView>,
    /// Cursor of the next page; null on the last.
    next: Option<String>,
}

/// Parameters of the list of deliveries.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct DeliveryQuery {
    /// Only in these states: pending, delivered, dead.
    #[param(example = "dead")]
    state: Option<String>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
}

fn state(word: &str) -> Result<&'static str, Rule> {
    [PENDING, DELIVERED, DEAD]
        .into_iter()
        .find(|state| *state == word)
        .ok_or(Rule::UnknownValue {
            known: "pending, delivered, dead",
        })
}

/// List the deliveries of a webhook
///
/// Those that failed at least once, and pings; what arrived at the first attempt is not listed. With `state=dead` this is
/// the list of what was given up.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id"), DeliveryQuery),
    responses((status = 200, description = "A page of deliveries", body = DeliveryPage), Error),
    security(("key" = ["operator"]))
)]
#[get("/webhooks/{id}/deliveries")]
pub async fn list_deliveries(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    let mut params = Params::of::<DeliveryQuery>(&asked.query);
    let states = params.list("state", state);
    let limit = params.integer("limit", 1, 1_000).unwrap_or(100);
    let cursor = params.checked("cursor", |text| rows::cursor(text).ok_or(Rule::BadCursor));
    params.give(())?;
    let caller = asked.caller.clone();
    let mut records = asked
        .state
        .register
        .db
        .snapshot(move |conn| {
            by_id(conn, &caller, &id)?;
            rows::page(conn, &id, &states, cursor.as_ref(), limit + 1)
        })
        .await?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = records.len() > page;
    records.truncate(page);
    let next = records
        .last()
        .filter(|_| has_more)
        .map(|last| rows::after(last).encode());
    let mut response = HttpResponse::Ok();
    if let Some(next) = &next {
        let address = next_address(&asked, next);
        response.insert_header((header::LINK, format!("<{address}>; rel=\"next\"")));
    }
    Ok(response.json(DeliveryPage {
        items: records.into_iter().map(Into::into).collect(),
        next,
    }))
}

/// Ping a webhook
///
/// Orders a delivery of the type `telecom-inventory.webhook.ping`: one attempt, also while the webhook is paused. What came
/// of it is in the list of deliveries.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 202, description = "The ping is on its way", body = DeliveryView), Error),
    security(("key" = ["operator"]))
)]
#[post("/webhooks/{id}/ping")]
pub async fn ping_webhook(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let (register, change) = (asked.register(), asked.change(None));
    let db = register.db.clone();
    let ping = db
        .write(move |conn| register.ping_webhook(conn, &change, &id))
        .await?;
    Ok(HttpResponse::Accepted().json(DeliveryView::from(ping)))
}

/// Send a delivery again
///
/// One that is pending is attempted at once, in its turn. One that is dead is sent once more, after what has overtaken it.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id"), ("delivery" = String, Path, description = "The delivery's id")),
    responses((status = 202, description = "It is on its way", body = DeliveryView), Error),
    security(("key" = ["operator"]))
)]
#[post("/webhooks/{id}/deliveries/{delivery}/retry")]
pub async fn retry_delivery(
    asked: Asked,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let (register, change) = (asked.register(), asked.change(None));
    let (id, delivery) = path.into_inner();
    let db = register.db.clone();
    let record = db
        .write(move |conn| register.retry_delivery(conn, &change, &id, &delivery))
        .await?;
    Ok(HttpResponse::Accepted().json(DeliveryView::from(record)))
}
