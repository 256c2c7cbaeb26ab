//! The contract: the OpenAPI document, finished from what the handlers say, and the access table that is read from it.

use std::collections::HashMap;

use actix_web::http::Method;
use actix_web::{App, HttpResponse, get};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::asked::Asked;
use super::events::{self, Event};
use super::problem::Problem;
use crate::domain::{Kind, Role};
use crate::error::{Error, Result};

/// The OpenAPI document and what is read from it.
pub struct Contract {
    /// The document as text.
    pub text: String,
    /// The methods of each path pattern, with the role that each needs.
    pub routes: HashMap<String, Vec<Route>>,
}

/// One method of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The role that it needs; none where it is open to all.
    pub role: Option<Role>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "telecom-inventory",
        description = "The register of a region's telecom infrastructure, and its answers by district, at any date. \
                       Times are RFC 3339 in UTC, dates YYYY-MM-DD, coordinates decimal degrees of WGS 84 with longitude first; \
                       codes are texts, in which leading zeros count.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "This service")),
    tags(
        (name = "sites", description = "Switching stations, satellite exchanges and BTS sites"),
        (name = "operators", description = "Companies that hold sites and report subscribers"),
        (name = "areas", description = "Administrative units in their validities, and their boundaries"),
        (name = "subscribers", description = "Subscriber counts by operator, service, area and period"),
        (name = "settlements", description = "Villages with their clusters of homes, and what was found there of the signal"),
        (name = "coverage", description = "Who has a signal: area, people and settlements, computed from the register"),
        (name = "summaries", description = "Answers by district, commune and province, and the annual report"),
        (name = "access", description = "Keys, and the journal of changes"),
        (name = "webhooks", description = "Changes sent to other systems, signed, in order"),
        (name = "service", description = "Health, metrics and the contract itself")
    ),
    components(schemas(Problem, Event))
)]
struct Head;

impl Contract {
    /// Builds the document from the routes.
    ///
    /// # Errors
    /// `Internal` when the document is not what this module expects.
    pub fn build() -> Result<Self> {
        let (_, document) = App::new()
            .into_utoipa_app()
            .openapi(Head::openapi())
            .configure(super::routes)
            .split_for_parts();
        let mut document =
            serde_json::to_value(document).map_err(|error| Error::Internal(Box::new(error)))?;
        split_site_by_kind(&mut document, "Site");
        split_site_by_kind(&mut document, "SiteInput");
        refuse_unknown_fields(&mut document);
        let routes = access_table(&document)?;
        add_security(&mut document);
        document["webhooks"] = events::described();
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(Self {
            text: text + "\n",
            routes,
        })
    }
}

/// What only sites of some kinds have.
const OF_KINDS: [(&str, &[Kind]); 5] = [
    ("structure", &[Kind::Bts]),
    ("radios", &[Kind::Bts]),
    (
        "line_capacity",
        &[Kind::SwitchingStation, Kind::SatelliteExchange],
    ),
    (
        "lines_in_use",
        &[Kind::SwitchingStation, Kind::SatelliteExchange],
    ),
    ("host", &[Kind::SatelliteExchange]),
];

/// Replaces the schema `name`, which has the fields of all kinds, by one schema for each kind and a discriminator: the
/// derive can express neither the discriminator nor a closed variant.
fn split_site_by_kind(document: &mut Value, name: &str) {
    let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let Some(whole) = schemas.get(name).cloned() else {
        return;
    };
    let (mut variants, mut mapping) = (Vec::new(), Map::new());
    for kind in Kind::ALL {
        let variant_name = format!("{name}_{}", kind.as_str());
        let mut variant = whole.clone();
        if let Some(properties) = variant.get_mut("properties").and_then(Value::as_object_mut) {
            for (field, kinds) in OF_KINDS {
                if !kinds.contains(&kind) {
                    properties.remove(field);
                }
            }
            properties.insert("kind".to_owned(), json!({"type": "string", "enum": [kind.as_str()], "description": "The kind of site."}));
        }
        variant["additionalProperties"] = json!(false);
        if let Some(example) = variant
            .as_object_mut()
            .and_then(|schema| schema.remove("example"))
            && example
                .get("kind")
                .is_some_and(|value| value == kind.as_str())
        {
            variant["example"] = example;
        }
        let reference = format!("#/components/schemas/{variant_name}");
        variants.push(json!({"$ref": reference}));
        mapping.insert(kind.as_str().to_owned(), json!(reference));
        schemas.insert(variant_name, variant);
    }
    let description = whole.get("description").cloned().unwrap_or_default();
    schemas.insert(
        name.to_owned(),
        json!({"description": description, "oneOf": variants, "discriminator": {"propertyName": "kind", "mapping": mapping}}),
    );
}

/// Schemas of bodies are closed: an unknown field is refused.
fn refuse_unknown_fields(document: &mut Value) {
    for name in [
        "OperatorInput",
        "AreaInput",
        "CountInput",
        "SettlementInput",
        "FieldReportInput",
        "Cluster",
        "KeyInput",
        "WebhookInput",
        "Structure",
        "Radio",
        "Sector",
        "Population",
        "WhatIfInput",
        "RetunedInput",
        "NextSitesInput",
    ] {
        if let Some(schema) = document.pointer_mut(&format!("/components/schemas/{name}")) {
            schema["additionalProperties"] = json!(false);
        }
    }
}

/// Reads from the document which role each operation needs.
fn access_table(document: &Value) -> Result<HashMap<String, Vec<Route>>> {
    let broken = || Error::internal("the OpenAPI document states no role for an operation");
    let mut table: HashMap<String, Vec<Route>> = HashMap::new();
    for (path, item) in document
        .get("paths")
        .and_then(Value::as_object)
        .ok_or_else(broken)?
    {
        for (method, operation) in item.as_object().ok_or_else(broken)? {
            let security = operation
                .get("security")
                .and_then(Value::as_array)
                .ok_or_else(broken)?;
            let role = match security
                .first()
                .and_then(|requirement| requirement.pointer("/key/0"))
                .and_then(Value::as_str)
            {
                Some(word) => Some(Role::parse(word).map_err(|_| broken())?),
                None if security
                    .iter()
                    .all(|requirement| requirement.as_object().is_some_and(Map::is_empty)) =>
                {
                    None
                }
                None => return Err(broken()),
            };
            let method =
                Method::from_bytes(method.to_ascii_uppercase().as_bytes()).map_err(|_| broken())?;
            table
                .entry(path.clone())
                .or_default()
                .push(Route { method, role });
        }
    }
    Ok(table)
}

/// Says how a key is sent: as a bearer token, or as the password of HTTP Basic.
fn add_security(document: &mut Value) {
    document["components"]["securitySchemes"] = json!({
        "key": {"type": "http", "scheme": "bearer", "description": "A key that the department made, with the role that the operation names or a higher one: reader, operator, department."},
        "key_as_password": {"type": "http", "scheme": "basic", "description": "The same key as the password of HTTP Basic, with any user name, for GIS tools that cannot set headers."}
    });
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for operation in paths
        .values_mut()
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut())
    {
        let Some(security) = operation.get_mut("security").and_then(Value::as_array_mut) else {
            continue;
        };
        if let Some(roles) = security
            .first()
            .and_then(|requirement| requirement.get("key"))
            .cloned()
        {
            security.push(json!({"key_as_password": roles}));
        }
    }
}

/// Show the contract
///
/// This document: OpenAPI 3.1.
#[utoipa::path(
    tag = "service",
    operation_id = "show_contract",
    responses((status = 200, description = "The OpenAPI document", body = Object, content_type = "application/json"), Error),
    security(())
)]
#[get("/openapi.json")]
pub async fn show_document(asked: Asked) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(asked.state.contract.text.clone())
}

/// The documentation page, which loads nothing from outside.
#[must_use]
pub fn page() -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json").validator_url("none"))
}
