//! Whether the service lives, and whether it can answer.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use crate::db;
use crate::error::{Error, Result};
use crate::register::sites;

/// A state of health.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`: what is not well is a problem document.
    #[schema(example = "ok")]
    pub status: &'static str,
    /// Version of the program.
    pub version: &'static str,
}

const WELL: Health = Health {
    status: "ok",
    version: env!("CARGO_PKG_VERSION"),
};

/// Check that the process lives
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "It lives", body = Health, example = json!({"status": "ok", "version": "0.1.0"})), Error),
    security(())
)]
#[get("/healthz")]
pub async fn check_liveness() -> web::Json<Health> {
    web::Json(WELL)
}

/// Check that the service can answer
///
/// The database is there and its tables are in the newest form.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "It can answer", body = Health, example = json!({"status": "ok", "version": "0.1.0"})), Error),
    security(())
)]
#[get("/readyz")]
pub async fn check_readiness(asked: Asked) -> Result<HttpResponse> {
    let register = asked.register();
    db::blocking(move || sites::ready(&register.db)).await?;
    Ok(HttpResponse::Ok().json(WELL))
}
