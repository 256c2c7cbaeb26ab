//! Keys over HTTP: the department makes, lists and revokes them.

use actix_web::{HttpResponse, delete, get, post, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::asked::Asked;
use super::params::{NoQuery, Params};
use super::views::utc;
use crate::db::keys::{self as rows, Record};
use crate::db::stored;
use crate::domain::fields::Fields;
use crate::domain::text::{self, NAME_MAX};
use crate::domain::{Faults, Role, Rule};
use crate::error::{Error, Result};
use crate::register::keys::NewKey;

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "q3Zp1dT0aYxk", "name": "Viettel Lai Châu", "role": "operator", "operator": "viettel",
    "created_at": "2016-01-04T02:11:09Z", "expires_at": null, "revoked_at": null}))]
pub struct KeyView {
    /// Its id: the public part of the key.
    id: String,
    /// Its name, which history keeps of what its holder changes.
    name: String,
    /// What it allows.
    #[schema(value_type = Role)]
    role: String,
    /// The operator that it is bound to.
    operator: Option<String>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// From when on it is refused.
    expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    revoked_at: Option<DateTime<Utc>>,
}

impl From<Record> for KeyView {
    fn from(record: Record) -> Self {
        let Record {
            id,
            name,
            role,
            operator,
            secret_sha256: _,
            created_at,
            expires_at,
            revoked_at,
        } = record;
        Self {
            id,
            name,
            role,
            operator,
            created_at: utc(created_at),
            expires_at: expires_at.map(utc),
            revoked_at: revoked_at.map(utc),
        }
    }
}

/// All keys.
#[derive(Serialize, ToSchema)]
pub struct KeyList {
    /// Oldest first.
    items: Vec<KeyView>,
}

/// A new key.
#[derive(Serialize, ToSchema)]
pub struct NewKeyView {
    /// The key itself. It is shown this once and kept nowhere.
    key: String,
    /// What is kept of it.
    record: KeyView,
}

/// What a new key is to be.
#[derive(ToSchema)]
#[schema(as = KeyInput, example = json!({"name": "Viettel Lai Châu", "role": "operator", "operator": "viettel"}))]
#[expect(dead_code, reason = "it describes the body; read_key reads it")]
pub struct KeyInput {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it allows.
    role: Role,
    /// The operator that it is bound to: only and always for the role `operator`.
    #[schema(max_length = 32)]
    operator: Option<String>,
    /// From when on it is refused; never where none is given.
    expires_at: Option<DateTime<Utc>>,
}

fn read_key(body: &Value) -> Result<NewKey> {
    let mut faults = Faults::default();
    let key = read_fields(body, &mut faults);
    Ok(faults.give(key)?)
}

fn read_fields(body: &Value, faults: &mut Faults) -> Option<NewKey> {
    let mut fields = Fields::of(body, "", faults)?;
    fields.require(&["name", "role"], faults);
    let name = fields.text("name", NAME_MAX, faults);
    let role = fields.checked("role", faults, Role::parse);
    let operator = fields.checked("operator", faults, text::operator_code);
    let expires_at = fields.checked("expires_at", faults, |raw| {
        let instant = DateTime::parse_from_rfc3339(raw);
        instant
            .map(|instant| stored(instant.to_utc()))
            .map_err(|_| Rule::BadFormat {
                expected: "an instant such as 2016-12-31T00:00:00Z",
            })
    });
    fields.refuse_others(faults);
    Some(NewKey {
        name: name?,
        role: role?,
        operator,
        expires_at,
    })
}

/// List the keys
#[utoipa::path(
    tag = "access",
    responses((status = 200, description = "All keys, without their secrets", body = KeyList), Error),
    security(("key" = ["department"]))
)]
#[get("/keys")]
pub async fn list_keys(asked: Asked) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let records = asked.state.register.db.read(rows::all).await?;
    Ok(HttpResponse::Ok().json(KeyList {
        items: records.into_iter().map(Into::into).collect(),
    }))
}

/// Make a key
#[utoipa::path(
    tag = "access",
    request_body(content = KeyInput, content_type = "application/json"),
    responses((status = 201, description = "The key, shown this once", body = NewKeyView), Error),
    security(("key" = ["department"]))
)]
#[post("/keys")]
pub async fn create_key(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let new = read_key(&asked.json(payload, "application/json").await?)?;
    let (register, change) = (asked.register(), asked.change(None));
    let db = register.db.clone();
    let (record, key) = db
        .write(move |conn| register.create_key(conn, &change, &new))
        .await?;
    Ok(HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(NewKeyView {
            key,
            record: record.into(),
        }))
}

/// Revoke a key
#[utoipa::path(
    tag = "access",
    params(("id" = String, Path, description = "The key's id")),
    responses((status = 204, description = "It is revoked"), Error),
    security(("key" = ["department"]))
)]
#[delete("/keys/{id}")]
pub async fn revoke_key(asked: Asked, id: web::Path<String>) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let (register, change) = (asked.register(), asked.change(None));
    let db = register.db.clone();
    db.write(move |conn| register.revoke_key(conn, &change, &id))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
