//! The built program: its commands, its exit codes, its service, and what a sudden end leaves.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/crash.rs"]
mod crash;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/kill.rs"]
mod kill;
#[path = "support/postgres.rs"]
mod postgres;
#[path = "support/receiver.rs"]
mod receiver;
#[path = "cli/row_files.rs"]
mod row_files;
#[path = "cli/serving.rs"]
mod serving;
#[path = "cli/submission_kill.rs"]
mod submission_kill;
#[path = "cli/support.rs"]
mod support;
#[path = "cli/webhooks.rs"]
mod webhooks;
