//! Operators over HTTP.

use actix_web::http::header;
use actix_web::{HttpResponse, get, post, put, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::asked::Asked;
use super::negotiate::{self, List};
use super::params::{ChangeQuery, NoQuery, Params};
use super::views::utc;
use crate::db::operators::{self as rows, Record};
use crate::domain::Operator;
use crate::error::{Error, Result};
use crate::formats::{Feature, Geometry};

/// A company that holds sites and reports subscribers.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"code": "viettel", "name": "Viettel", "plmns": ["45204"], "contact": null, "active": true,
    "version": 1, "created_at": "2016-01-04T02:11:09Z", "updated_at": "2016-01-04T02:11:09Z"}))]
pub struct OperatorView {
    /// Short code, the key.
    code: String,
    /// Its name.
    name: String,
    /// Its mobile network codes, each MCC and MNC in one text (ITU-T E.212).
    plmns: Vec<String>,
    /// Whom to ask.
    contact: Option<String>,
    /// Whether it still operates.
    active: bool,
    /// Number of the version, from 1.
    version: i32,
    /// When it was first recorded.
    created_at: DateTime<Utc>,
    /// When this version was recorded.
    updated_at: DateTime<Utc>,
}

impl From<Record> for OperatorView {
    fn from(record: Record) -> Self {
        let Operator {
            code,
            name,
            plmns,
            contact,
            active,
        } = record.operator();
        let Record {
            version,
            created_at,
            updated_at,
            ..
        } = record;
        Self {
            code,
            name,
            plmns,
            contact,
            active,
            version,
            created_at: utc(created_at),
            updated_at: utc(updated_at),
        }
    }
}

impl Feature for OperatorView {
    const COLUMNS: &'static [&'static str] = &[
        "code",
        "name",
        "plmns",
        "contact",
        "active",
        "version",
        "created_at",
        "updated_at",
    ];

    fn id(&self) -> String {
        self.code.clone()
    }

    fn geometry(&self) -> Geometry<'_> {
        Geometry::None
    }
}

/// All operators.
#[derive(Serialize, ToSchema)]
pub struct OperatorList {
    /// By code.
    items: Vec<OperatorView>,
}

/// An operator as it is sent. What the server makes may be sent back and is passed over.
#[derive(ToSchema)]
#[schema(as = OperatorInput, example = json!({"code": "viettel", "name": "Viettel", "plmns": ["45204"]}))]
#[expect(dead_code, reason = "it describes the body; domain::operator reads it")]
pub struct OperatorInput {
    /// Short code, the key; may be left out where the address has it.
    #[schema(max_length = 32, pattern = "^[a-z0-9_-]+$")]
    code: Option<String>,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Its mobile network codes, each MCC and MNC in one text (ITU-T E.212).
    #[schema(max_items = 20)]
    plmns: Option<Vec<String>>,
    /// Whom to ask.
    #[schema(max_length = 500)]
    contact: Option<String>,
    /// Whether it still operates; true where it is not said.
    active: Option<bool>,
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

/// Parameters of lists that are not filtered.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes the parameters; Params reads them")]
pub struct FormatQuery {
    /// Representation: json, csv, xlsx; else by `Accept`.
    f: Option<String>,
}

/// List the operators
#[utoipa::path(
    tag = "operators",
    params(FormatQuery),
    responses((status = 200, description = "All operators, by code", content(
        (OperatorList = "application/json"), (String = "text/csv"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/operators")]
pub async fn list_operators(asked: Asked) -> Result<HttpResponse> {
    let mut params = Params::of::<FormatQuery>(&asked.query);
    let f = params.raw("f");
    params.give(())?;
    let format = asked.format(f, negotiate::PLAIN_TABLES)?;
    let items: Vec<OperatorView> = asked
        .state
        .register
        .db
        .read(rows::all)
        .await?
        .into_iter()
        .map(Into::into)
        .collect();
    let body = OperatorList { items };
    negotiate::list(
        format,
        &List {
            name: "operators",
            rows: &body.items,
            extra: &[],
            next: None,
        },
        &body,
    )
}

/// Read an operator
#[utoipa::path(
    tag = "operators",
    params(("code" = String, Path, description = "Code of the operator", example = "viettel")),
    responses((status = 200, description = "The operator", body = OperatorView, headers(("ETag" = String, description = "Its version"))), Error),
    security(("key" = ["reader"]))
)]
#[get("/operators/{code}")]
pub async fn get_operator(asked: Asked, code: web::Path<String>) -> Result<HttpResponse> {
    Params::of::<NoQuery>(&asked.query).give(())?;
    let record = asked
        .state
        .register
        .db
        .read(move |conn| {
            rows::by_code(conn, &code)?.ok_or_else(|| Error::NotFound {
                kind: "operator",
                key: code.to_string(),
            })
        })
        .await?;
    Ok(answer(record, false))
}

fn answer(record: Record, created: bool) -> HttpResponse {
    let mut response = if created {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    if created {
        response.insert_header((
            header::LOCATION,
            format!("/api/v1/operators/{}", record.code),
        ));
    }
    response.insert_header((header::ETAG, format!("\"{}\"", record.version)));
    response.json(OperatorView::from(record))
}

/// Record an operator
#[utoipa::path(
    tag = "operators",
    params(ChangeQuery),
    request_body(content = OperatorInput, content_type = "application/json"),
    responses((status = 201, description = "The new operator", body = OperatorView, headers(("Location" = String, description = "Its address"))), Error),
    security(("key" = ["department"]))
)]
#[post("/operators")]
pub async fn create_operator(asked: Asked, payload: web::Payload) -> Result<HttpResponse> {
    let change = asked.change(asked.reason()?);
    let body = asked.json(payload, "application/json").await?;
    let register = asked.register();
    let db = register.db.clone();
    let record = db
        .write(move |conn| register.create_operator(conn, &change, &body))
        .await?;
    Ok(answer(record, true))
}

/// Record or replace an operator
///
/// The same request twice changes nothing. `If-Match` may name the version that is to be replaced.
#[utoipa::path(
    tag = "operators",
    params(("code" = String, Path, description = "Code of the operator", example = "viettel"),
        ("If-Match" = Option<String>, Header, description = "The operator's ETag"), ChangeQuery),
    request_body(content = OperatorInput, content_type = "application/json"),
    responses((status = 200, description = "The operator was there", body = OperatorView), (status = 201, description = "The operator is new", body = OperatorView), Error),
    security(("key" = ["department"]))
)]
#[put("/operators/{code}")]
pub async fn put_operator(
    asked: Asked,
    code: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let (change, expected) = (asked.change(asked.reason()?), asked.if_match()?);
    let body = asked.json(payload, "application/json").await?;
    let register = asked.register();
    let db = register.db.clone();
    let (record, created) = db
        .write(move |conn| register.put_operator(conn, &change, &code, expected, &body))
        .await?;
    Ok(answer(record, created))
}
