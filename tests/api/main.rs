//! Stories told to the service over HTTP, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tests"
)]

#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/receiver.rs"]
mod receiver;
#[macro_use]
mod support;
mod contract;

mod access;
mod area_import;
mod areas;
mod boundary_changes;
mod cells;
mod changes;
mod coverage;
mod coverage_diff;
mod coverage_exactness;
mod deliveries;
mod document;
mod elevation;
mod gaps;
mod health;
mod history;
mod kept;
mod keys;
mod metrics;
mod model;
mod next_sites;
mod operators;
mod parity;
mod problem;
mod races;
mod report;
mod seed_division;
mod seeds;
mod settlement_import;
mod settlement_list;
mod settlement_status;
mod settlements;
mod site_list;
mod sites;
mod submission_files;
mod submission_rows;
mod submission_steps;
mod submissions;
mod subscribers;
mod summary;
mod summary_model;
mod tables;
mod templates;
mod webhooks;
mod what_if;
