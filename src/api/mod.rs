//! HTTP: the one list of routes, its contract, its access rules. No SQL.

pub mod area_import;
pub mod areas;
pub mod asked;
pub mod cells;
pub mod changes;
pub mod coverage;
pub mod coverage_diff;
pub mod deliveries;
pub mod document;
pub mod elevation;
pub mod events;
mod files;
pub mod gaps;
pub mod gate;
pub mod health;
pub mod kept;
pub mod keys;
pub mod metrics;
pub mod negotiate;
pub mod next_sites;
pub mod operators;
pub mod params;
pub mod problem;
pub mod report;
pub mod settlement_import;
pub mod settlement_input;
pub mod settlement_list;
pub mod settlements;
pub mod site_input;
pub mod site_list;
pub mod sites;
pub mod submission_rows;
pub mod submission_steps;
pub mod submissions;
pub mod subscribers;
pub mod summary;
pub mod templates;
pub mod views;
pub mod webhooks;
pub mod what_if;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use chrono::{DateTime, Utc};
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::register::Register;
use crate::register::submissions::queue::Queue;

/// What every request needs.
pub struct State {
    /// The register.
    pub register: Arc<Register>,
    /// Whether reading needs no key.
    pub open_reading: bool,
    /// Most bytes of an ordinary body.
    pub body_max: usize,
    /// Most bytes of a file that is imported.
    pub import_max: usize,
    /// Whether webhooks may be sent without TLS.
    pub plain_webhooks: bool,
    /// The present instant; tests set their own.
    pub clock: fn() -> DateTime<Utc>,
    /// The OpenAPI document and the access table that is read from it.
    pub contract: document::Contract,
    /// Counters and timers.
    pub metrics: metrics::Metrics,
    /// The submissions that are to be read.
    pub queue: Queue,
    /// Most bytes of a submission's file.
    pub submission_max: u64,
    /// How long a request waits for its submission to be read.
    pub submission_wait: Duration,
    /// Answers that are kept until the register changes.
    pub kept: kept::Kept,
}

/// Every route that the contract describes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        scope::scope("/api/v1")
            .service(site_list::list_sites)
            .service(sites::create_site)
            .service(sites::get_site)
            .service(sites::replace_site)
            .service(sites::update_site)
            .service(sites::delete_site)
            .service(sites::list_site_versions)
            .service(sites::put_operator_site)
            .service(operators::list_operators)
            .service(operators::create_operator)
            .service(operators::get_operator)
            .service(operators::put_operator)
            .service(areas::list_areas)
            .service(area_import::import_areas)
            .service(areas::get_area)
            .service(area_import::put_area)
            .service(areas::list_districts)
            .service(areas::get_district)
            .service(summary::summarize_district)
            .service(summary::summarize_area)
            .service(summary::summarize_level)
            .service(report::report_annual)
            .service(coverage::cover_district)
            .service(coverage::cover_area)
            .service(coverage::cover_level)
            .service(gaps::list_gaps)
            .service(cells::show_footprint)
            .service(elevation::show_elevation)
            .service(what_if::compute_what_if)
            .service(coverage_diff::diff_coverage)
            .service(next_sites::choose_next_sites)
            .service(subscribers::list_subscribers)
            .service(subscribers::put_subscribers)
            .service(settlement_list::list_settlements)
            .service(settlements::put_settlements)
            .service(settlement_import::import_settlements)
            .service(settlements::get_settlement)
            .service(settlements::put_settlement)
            .service(settlements::delete_settlement)
            .service(settlements::create_settlement_report)
            .service(settlements::withdraw_settlement_report)
            .service(submissions::list_submissions)
            .service(submissions::create_submission)
            .service(templates::get_template)
            .service(submissions::get_submission)
            .service(submission_rows::list_submission_rows)
            .service(submission_rows::get_submission_file)
            .service(submission_rows::get_annotated_file)
            .service(submission_steps::submit_submission)
            .service(submission_steps::validate_submission)
            .service(submission_steps::cancel_submission)
            .service(submission_steps::approve_submission)
            .service(submission_steps::reject_submission)
            .service(submission_steps::revert_submission)
            .service(changes::list_changes)
            .service(keys::list_keys)
            .service(keys::create_key)
            .service(keys::revoke_key)
            .service(webhooks::list_webhooks)
            .service(webhooks::create_webhook)
            .service(webhooks::get_webhook)
            .service(webhooks::replace_webhook)
            .service(webhooks::delete_webhook)
            .service(deliveries::ping_webhook)
            .service(deliveries::list_deliveries)
            .service(deliveries::retry_delivery),
    );
    config.service(health::check_liveness);
    config.service(health::check_readiness);
    config.service(metrics::show_metrics);
    config.service(document::show_document);
    config.service(problem::explain_problem);
}

/// The documentation page, what is at no address, and the state that all of it needs. The program and its tests set up
/// their services by this same function.
pub fn configure(config: &mut web::ServiceConfig, state: web::Data<State>) {
    config.app_data(state);
    config.service(web::redirect("/docs", "/docs/"));
    config.service(web::redirect("/", "/docs/"));
    config.service(document::page());
    config.default_service(web::to(problem::nothing_here));
}
