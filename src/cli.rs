//! The command line: each command is one function. Answers go to standard output, everything else to standard error.

mod export;
mod import;
mod import_rows;
mod import_settlements;
mod keys;
mod progress;
mod serve;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::api::document::Contract;
use crate::api::problem::ProblemError;
use crate::config::{Logging, Rules, Storage};
use crate::db::Db;
use crate::domain::{Caller, Language};
use crate::error::{Error, Result};
use crate::register::{Change, Register};
use crate::{server, telemetry};

/// The register of a region's telecom infrastructure: sites, areas, operators and subscribers, and answers by district.
///
/// Exit codes: 0 done, 1 the service or its environment failed, 2 the arguments are wrong, 3 the input breaks rules.
#[derive(Parser)]
#[command(version, propagate_version = true)]
pub struct Arguments {
    #[command(flatten)]
    logging: Logging,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer over HTTP
    #[command(after_help = "Try it: telecom-inventory serve --demo")]
    Serve(Box<serve::Serve>),
    /// Bring the database's tables to the newest form, or show which form they have
    Migrate(Migrate),
    /// Fill an empty register with the generated province
    Seed(Target),
    /// Import a file: all of it, or nothing
    #[command(subcommand)]
    Import(import::Import),
    /// Write sites, subscriber counts, areas or operators to a file or to standard output
    Export(export::Export),
    /// Make, list and revoke keys
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Print the OpenAPI document, or compare it with openapi/openapi.json
    Openapi(Openapi),
}

/// The register that a command works on.
#[derive(clap::Args)]
struct Target {
    #[command(flatten)]
    storage: Storage,
    #[command(flatten)]
    rules: Rules,
}

#[derive(clap::Args)]
struct Migrate {
    #[command(flatten)]
    storage: Storage,
    /// Take back the newest migration: its tables and what is in them are lost
    #[arg(long, conflicts_with = "status")]
    down: bool,
    /// Only show which migrations the database has and lacks
    #[arg(long)]
    status: bool,
}

#[derive(clap::Args)]
struct Openapi {
    /// Compare with this file and fail where it differs
    #[arg(long, num_args = 0..=1, default_missing_value = "openapi/openapi.json", value_name = "FILE")]
    check: Option<std::path::PathBuf>,
}

impl Target {
    /// Opens the register, with its tables in the newest form.
    fn register(&self) -> Result<Arc<Register>> {
        let db = Db::open(&self.storage.url(), self.storage.database_connections)?;
        db.migrate()?;
        let files = self.storage.data_dir.join("submissions");
        let coverage = self.rules.models.coverage()?;
        let settings = self.rules.settings();
        Ok(Arc::new(Register::new(db, settings, files, coverage)))
    }
}

/// A change that is made at the command line.
fn change(register: &Register, reason: Option<String>) -> Change {
    register.change(Caller::CommandLine, server::now(), reason)
}

impl Command {
    /// What of the arguments does not go together.
    fn contradiction(&self) -> Option<&'static str> {
        match self {
            Self::Serve(serve) => serve.contradiction(),
            Self::Import(import) => import.contradiction(),
            Self::Export(export) => export.contradiction(),
            Self::Migrate(_) | Self::Seed(_) | Self::Keys(_) | Self::Openapi(_) => None,
        }
    }
}

/// Runs the command that `arguments` name.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    if let Some(why) = arguments.command.contradiction() {
        let error = Arguments::command().error(ErrorKind::ArgumentConflict, why);
        let _ = error.print();
        return ExitCode::from(2);
    }
    let outcome = telemetry::start(&arguments.logging).and_then(|()| match arguments.command {
        Command::Serve(serve) => serve.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Seed(target) => seed(&target),
        Command::Import(import) => import.run(),
        Command::Export(export) => export.run(),
        Command::Keys(keys) => keys.run(),
        Command::Openapi(openapi) => openapi.run(),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::from(
                if matches!(
                    error,
                    Error::Invalid(_)
                        | Error::Refused(_)
                        | Error::NotFound { .. }
                        | Error::Conflict { .. }
                        | Error::UnsupportedMedia(_)
                ) {
                    3
                } else {
                    1
                },
            )
        }
    }
}

/// Says what went wrong, each fault on a line of its own.
fn complain(error: &Error) {
    const SHOWN: usize = 200;
    let mut lines = Vec::new();
    match error {
        Error::Invalid(faults) => {
            let all = faults.clone().into_list();
            let count = all.len();
            for fault in all
                .into_iter()
                .take(SHOWN)
                .map(|fault| ProblemError::new(fault, Language::English))
            {
                let row = fault
                    .row
                    .map(|row| format!("row {row} "))
                    .unwrap_or_default();
                let place = fault.pointer.or(fault.parameter).unwrap_or_default();
                let value = fault
                    .value
                    .map(|value| format!(" [{value}]"))
                    .unwrap_or_default();
                lines.push(format!(
                    "{row}{place}: {} ({}){value}",
                    fault.detail, fault.code
                ));
            }
            lines.push(format!("error: {count} rule(s) broken; nothing was stored"));
        }
        Error::Internal(source) | Error::Unavailable(source) => {
            lines.push(format!("error: {source}"));
        }
        other => lines.push(format!("error: {other}")),
    }
    let _ = writeln!(std::io::stderr(), "{}", lines.join("\n"));
}

/// Writes a line to standard output.
fn say(line: impl std::fmt::Display) -> Result<()> {
    writeln!(std::io::stdout(), "{line}").map_err(|error| Error::Internal(Box::new(error)))
}

fn seed(target: &Target) -> Result<()> {
    let register = target.register()?;
    let change = change(&register, Some("seeds".to_owned()));
    let bar = progress::Bar::new("Seeding sites");
    let seeded = register
        .db
        .write_here(|conn| register.seed(conn, &change, &mut |done, all| bar.show(done, all)))?;
    bar.finish();
    match seeded {
        Some(seeded) => say(format_args!(
            "Seeded {} operators, {} areas, {} sites, {} subscriber counts, {} settlements (generated, see seeds/README.md)",
            seeded.operators,
            seeded.areas,
            seeded.sites,
            seeded.subscriber_counts,
            seeded.settlements
        )),
        None => say("The register is not empty; nothing was seeded"),
    }
}

impl Migrate {
    fn run(&self) -> Result<()> {
        let db = Db::open(&self.storage.url(), 1)?;
        if self.down {
            return say(format_args!("Took back {}", db.migrate_down()?));
        }
        if self.status {
            let state = db.migration_state()?;
            for name in state.applied {
                say(format_args!("applied  {name}"))?;
            }
            for name in state.pending {
                say(format_args!("pending  {name}"))?;
            }
            return Ok(());
        }
        let done = db.migrate()?;
        for name in &done {
            say(format_args!("Applied {name}"))?;
        }
        if done.is_empty() {
            say("The tables are in the newest form already")
        } else {
            Ok(())
        }
    }
}

impl Openapi {
    fn run(&self) -> Result<()> {
        let contract = Contract::build()?.text;
        let Some(path) = &self.check else {
            return write!(std::io::stdout(), "{contract}")
                .map_err(|error| Error::Internal(Box::new(error)));
        };
        let committed = std::fs::read_to_string(path)
            .map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
        if committed == contract {
            return say(format_args!("{} is in step with the code", path.display()));
        }
        for (number, (was, is)) in committed
            .lines()
            .zip(contract.lines())
            .enumerate()
            .filter(|(_, (was, is))| was != is)
            .take(20)
        {
            say(format_args!("line {}\n- {was}\n+ {is}", number + 1))?;
        }
        Err(Error::internal(format!(
            "{0} differs from the code; run: cargo run -- openapi > {0}",
            path.display()
        )))
    }
}
