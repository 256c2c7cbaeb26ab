//! Webhooks over HTTP: the department sees all, an operator its own.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, post, put, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};

use super::asked::Asked;
use super::params::{ChangeQuery, NoQuery, Params};
use super::views::utc;
use crate::db::webhooks::{self as rows, Record};
use crate::db::{DbConn, deliveries};
use crate::domain::Webhook;
use crate::domain::webhook::{ACTIONS, RESOURCES};
use crate::error::{Error, Result};
use crate::register::webhooks::{by_id, may_see};

/// Where changes are sent, and how far that has come.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f0c1-7e5e-7c3b-9a51-0c3e5d1f4a78", "owner": "viettel", "name": "Viettel's map",
    "url": "https://map.example/hooks", "resources": ["site"], "actions": [], "operator": "viettel", "paused": false,
    "state": "active", "delivered_revision": 8412, "delivered_at": "2016-11-20T08:00:01Z", "failing_since": null,
    "next_attempt_at": null, "dead": 0, "version": 1, "created_at": "2016-01-04T02:11:09Z", "updated_at": "2016-01-04T02:11:09Z"}))]
pub struct WebhookView {
    /// Made by the server: a UUIDv7.
    #[schema(format = "uuid")]
    id: String,
    /// The operator whose key made it; null for the department. It decides what is sent: what the owner sees in `/changes`.
    owner: Option<String>,
    /// Its name.
    name: String,
    /// Where deliveries are sent.
    url: String,
    /// Only changes of these resources; of all where there is none.
    #[schema(schema_with = resources)]
    resources: Vec<String>,
    /// Only these actions; all where there is none.
    #[schema(schema_with = actions)]
    actions: Vec<String>,
    /// Only changes of records of this operator.
    operator: Option<String>,
    /// Whether nothing is sent for the time being.
    paused: bool,
    /// `paused`; else `failing` from a failed attempt until a change arrives; else `active`.
    #[schema(value_type = WebhookState)]
    state: &'static str,
    /// Up to this revision every change that it wants has arrived or is dead.
    delivered_revision: i64,
    /// When a change arrived last.
    delivered_at: Option<DateTime<Utc>>,
    /// Since when attempts fail, and none has arrived.
    failing_since: Option<DateTime<Utc>>,
    /// When the change that waits is attempted again.
    next_attempt_at: Option<DateTime<Utc>>,
    /// Changes that were given up and have not been sent again.
    dead: i64,
    /// Number of the version, from 1.
    version: i32,
    /// When it was first recorded.
    created_at: DateTime<Utc>,
    /// When this version was recorded.
    updated_at: DateTime<Utc>,
}

fn resources() -> Schema {
    words(
        "Only changes of these resources; of all where there is none.",
        RESOURCES,
    )
}

fn actions() -> Schema {
    words("Only these actions; all where there is none.", ACTIONS)
}

/// A list of words, each at most once.
fn words<const N: usize>(description: &str, all: [&'static str; N]) -> Schema {
    let word = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(all));
    ArrayBuilder::new()
        .items(word)
        .unique_items(true)
        .description(Some(description))
        .into()
}

/// How a webhook does.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of a field")]
enum WebhookState {
    /// What is due arrives.
    Active,
    /// Attempts fail.
    Failing,
    /// Nothing is sent.
    Paused,
}

/// A webhook and what waits: its row, the waiting delivery's attempts and time, its dead deliveries.
struct Told {
    view: WebhookView,
    attempts: i32,
}

impl Told {
    fn new(record: Record, waiting: &[deliveries::Record], dead: i64) -> Self {
        let Webhook {
            name,
            url,
            resources,
            actions,
            operator,
            paused,
        } = record.webhook();
        let first = waiting
            .iter()
            .find(|row| row.webhook == record.id && row.revision > Some(record.delivered_revision));
        let state = match (paused, record.failing_since) {
            (true, _) => "paused",
            (false, Some(_)) => "failing",
            (false, None) => "active",
        };
        let next = first.and_then(|row| row.next_attempt_at);
        let view = WebhookView {
            id: record.id,
            owner: record.owner,
            name,
            url,
            resources,
            actions,
            operator,
            paused,
            state,
            delivered_revision: record.delivered_revision,
            delivered_at: record.delivered_at.map(utc),
            failing_since: record.failing_since.map(utc),
            next_attempt_at: next.filter(|_| !paused).map(utc),
            dead,
            version: record.version,
            created_at: utc(record.created_at),
            updated_at: utc(record.updated_at),
        };
        Self {
            view,
            attempts: first.map_or(0, |row| row.attempts),
        }
    }

    /// The version stands first: `If-Match` reads no further. The rest changes with what couriers do.
    fn etag(&self) -> String {
        let view = &self.view;
        let since = view.failing_since.map_or(0, |at| at.timestamp());
        format!(
            "\"{}-{}-{}-{}-{since}\"",
            view.version, view.delivered_revision, self.attempts, view.dead
        )
    }
}

fn told(conn: &mut DbConn, record: Record) -> Result<Told> {
    let waiting = deliveries::pending(conn, Some(&record.id))?;
    let dead = deliveries::dead(conn)?.remove(&record.id).unwrap_or(0);
    Ok(Told::new(record, &waiting, dead))
}

/// All webhooks that the caller may see.
#[derive(Serialize, ToSchema)]
pub struct WebhookList {
    /// Oldest first.
    items: Vec<WebhookView>,
}

/// A new webhook.
#[derive(Serialize, ToSchema)]
pub struct NewWebhookView {
    /// What deliveries are signed with. It is shown this once.
    secret: String,
    /// The webhook.
    record: WebhookView,
}

/// A webhook as it is sent. What the server makes may be sent back and is passed over.
#[derive(ToSchema)]
#[schema(as = WebhookInput, example = json!({"name": "Viettel's map", "url": "https://map.example/hooks", "resources": ["site"], "operator": "viettel"}))]
#[expect(dead_code, reason = "it describes the body; domain::webhook reads it")]
pub struct WebhookInput {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Where deliveries are sent: https, without user, password and fragment.
    #[schema(max_length = 2000, format = "uri")]
    url: String,
    /// Only changes of these resources; of all where none is given.
    #[schema(required = false, schema_with = resources)]
    resources: Option<Vec<String>>,
    /// Only these actions; all where none is given.
    #[schema(required = false, schema_with = actions)]
    actions: Option<Vec<String>>,
    /// Only changes of records of this operator.
    #[schema(max_length = 32)]
    operator: Option<String>,
    /// Whether nothing is to be sent for the time being; false where it is not said.
    paused: Option<bool>,
    /// Of a new webhook: begin after this revision; where none is given, with what comes next.
    #[schema(minimum = 0)]
    since: Option<i64>,
    /// Passed over.
    #[schema(read_only)]
    id: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    owner: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    state: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    delivered_revision: Option<i64>,
    /// Passed over.
    #[schema(read_only)]
    delivered_at: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    failing_since: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    next_attempt_at: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    dead: Option<i64>,
    /// Passed over.
    #[schema(read_only)]
    version: Option<i32>,
    /// Passed over.
    #[schema(read_only)]
    created_at: Option<String>,
    /// Passed over.
    #[schema(read_only)]
    updated_at: Option<String>,
}

/// List the webhooks
///
/// The department sees all, an operator its own.
#[utoipa::path(
    tag = "webhooks",
    responses((status = 200, description = "The webhooks, without their secrets", body = WebhookList), Error),
    security(("key" = ["operator"]))
)]
#[get("/webhooks")]
pub async fn list_webhooks(asked: Asked) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let caller = asked.caller.clone();
    let list = move |conn: &mut DbConn| {
        let waiting = deliveries::pending(conn, None)?;
        let mut dead: HashMap<String, i64> = deliveries::dead(conn)?;
        let mut records = rows::all(conn)?;
        records.retain(|record| may_see(&caller, record));
        let view = |record: Record| {
            let dead = dead.remove(&record.id).unwrap_or(0);
            Told::new(record, &waiting, dead).view
        };
        Ok(records.into_iter().map(view).collect())
    };
    let items = asked.state.register.db.snapshot(list).await?;
    Ok(HttpResponse::Ok().json(WebhookList { items }))
}

/// Read a webhook
#[utoipa::path(
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 200, description = "The webhook, without its secret", body = WebhookView, headers(("ETag" = String, description = "Its version, for If-Match"))), Error),
    security(("key" = ["operator"]))
)]
#[get("/webhooks/{id}")]
pub async fn get_webhook(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let caller = asked.caller.clone();
    let read = move |conn: &mut DbConn| {
        let record = by_id(conn, &caller, &id)?;
        told(conn, record)
    };
    Ok(answer(asked.state.register.db.snapshot(read).await?))
}

fn answer(told: Told) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, told.etag()))
        .json(told.view)
}

/// Make a webhook
///
/// A webhook of an operator's key is the operator's. The secret is in this answer and in no other.
#[utoipa::path(
    tag = "webhooks",
    params(ChangeQuery),
    request_body(content = WebhookInput, content_type = "application/json"),
    responses((status = 201, description = "The new webhook, with its secret", body = NewWebhookView,
        headers(("Location" = String, description = "Its address"), ("ETag" = String, description = "Its version, for If-Match"))), Error),
    security(("key" = ["operator"]))
)]
#[post("/webhooks")]
pub async fn create_webhook(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let change = asked.change(asked.reason()?);
    let body = asked.json(payload, "application/json").await?;
    let (webhook, since) = Webhook::read_new(&body, asked.state.plain_webhooks)?;
    let register = asked.register();
    let db = register.db.clone();
    let (told, secret) = db
        .write(move |conn| {
            let (record, secret) = register.create_webhook(conn, &change, &webhook, since)?;
            Ok((told(conn, record)?, secret))
        })
        .await?;
    Ok(HttpResponse::Created()
        .insert_header((
            header::LOCATION,
            format!("/api/v1/webhooks/{}", told.view.id),
        ))
        .insert_header((header::ETAG, told.etag()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(NewWebhookView {
            secret,
            record: told.view,
        }))
}

/// Replace a webhook
///
/// This is also how it is paused and resumed. `If-Match` names the version that the change is based on. A body that changes
/// nothing makes no new version; any other lets the attempts at what waits begin anew.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id"), ("If-Match" = String, Header, description = "The webhook's ETag"), ChangeQuery),
    request_body(content = WebhookInput, content_type = "application/json"),
    responses((status = 200, description = "The webhook", body = WebhookView, headers(("ETag" = String, description = "Its version, for If-Match"))), Error),
    security(("key" = ["operator"]))
)]
#[put("/webhooks/{id}")]
pub async fn replace_webhook(
    asked: Asked,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (change, expected) = (asked.change(asked.reason()?), asked.if_match()?);
    let body = asked.json(payload, "application/json").await?;
    let webhook = Webhook::read(&body, asked.state.plain_webhooks)?;
    let register = asked.register();
    let db = register.db.clone();
    let told = db
        .write(move |conn| {
            let record = register.replace_webhook(conn, &change, &id, expected, &webhook)?;
            told(conn, record)
        })
        .await?;
    Ok(answer(told))
}

/// Delete a webhook
///
/// It is gone with its secret and its deliveries.
#[utoipa::path(
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id"), ("If-Match" = String, Header, description = "The webhook's ETag"), ChangeQuery),
    responses((status = 204, description = "It is deleted"), Error),
    security(("key" = ["operator"]))
)]
#[delete("/webhooks/{id}")]
pub async fn delete_webhook(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    let (change, expected) = (asked.change(asked.reason()?), asked.if_match()?);
    let register = asked.register();
    let db = register.db.clone();
    db.write(move |conn| register.delete_webhook(conn, &change, &id, expected))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
