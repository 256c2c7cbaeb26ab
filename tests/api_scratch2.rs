//! Scratch.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tests"
)]
#[path = "support/postgres.rs"]
mod postgres;
#[macro_use]
#[path = "api/support.rs"]
mod support;
#[path = "api/contract.rs"]
mod contract;
#[path = "api/report.rs"]
mod report;
#[path = "api/summary.rs"]
mod summary;
