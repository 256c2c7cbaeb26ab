//! Holds every answer and every accepted body of a test against the OpenAPI document.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};
use telecom_inventory::api::document::Contract;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&Contract::build().unwrap().text).unwrap());
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// The OpenAPI document.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The path pattern of the contract that `path` matches; one without parameters is preferred.
pub fn pattern(path: &str) -> Option<&'static str> {
    let asked: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &&String| {
        let parts: Vec<&str> = pattern.split('/').collect();
        parts.len() == asked.len()
            && parts
                .iter()
                .zip(&asked)
                .all(|(part, given)| part.starts_with('{') || part == given)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let mut found: Vec<&String> = paths.keys().filter(fits).collect();
    found.sort_by_key(|pattern| pattern.matches('{').count());
    found.first().map(|pattern| pattern.as_str())
}

fn violations(key: String, schema: &Value, instance: &Value) -> Vec<String> {
    let make = || {
        let whole = json!({"allOf": [schema], "components": DOCUMENT["components"]});
        Arc::new(jsonschema::draft202012::new(&whole).unwrap())
    };
    let validator = Arc::clone(VALIDATORS.lock().unwrap().entry(key).or_insert_with(make));
    validator
        .iter_errors(instance)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect()
}

/// What in an answer is not as the contract states: its status, its media type or its body.
pub fn answer(method: &str, path: &str, status: u16, media_type: &str, body: &[u8]) -> Vec<String> {
    let Some(pattern) = pattern(path) else {
        return Vec::new();
    };
    let operation = &DOCUMENT["paths"][pattern][method.to_lowercase()];
    if operation.is_null() {
        return if status == 405 || status == 204 {
            Vec::new()
        } else {
            vec![format!(
                "{method} {pattern} is not stated, yet answers {status}"
            )]
        };
    }
    let responses = &operation["responses"];
    let wildcard = format!("{}XX", status / 100);
    let Some(response) = responses
        .get(status.to_string())
        .or_else(|| responses.get(&wildcard))
    else {
        return vec![format!("{method} {pattern} does not state {status}")];
    };
    let Some(content) = response.get("content") else {
        return if body.is_empty() {
            Vec::new()
        } else {
            vec![format!("{method} {pattern} states no body for {status}")]
        };
    };
    let essence = media_type.split(';').next().unwrap_or("").trim();
    let Some(stated) = content.get(essence) else {
        return vec![format!(
            "{method} {pattern} does not state `{essence}` for {status}"
        )];
    };
    if !essence.ends_with("json") || essence == "application/geo+json" {
        return Vec::new();
    }
    let instance = serde_json::from_slice(body).unwrap();
    violations(
        format!("{method} {pattern} {status} {essence}"),
        &stated["schema"],
        &instance,
    )
}

/// What in an accepted body is not as the contract states.
pub fn request(method: &str, path: &str, body: &Value) -> Vec<String> {
    let Some(pattern) = pattern(path) else {
        return Vec::new();
    };
    let stated = &DOCUMENT["paths"][pattern][method.to_lowercase()]["requestBody"]["content"];
    let Some((media_type, stated)) = stated.as_object().and_then(|content| content.iter().next())
    else {
        return vec![format!("{method} {pattern} states no body")];
    };
    violations(
        format!("{method} {pattern} {media_type}"),
        &stated["schema"],
        body,
    )
}

/// What in `instance` is not as the schema `name` has it.
pub fn component(name: &str, instance: &Value) -> Vec<String> {
    let schema = json!({"$ref": format!("#/components/schemas/{name}")});
    violations(name.to_owned(), &schema, instance)
}
