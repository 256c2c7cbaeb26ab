//! Parses the arguments, runs the command, turns its outcome into an exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    telecom_inventory::cli::run(telecom_inventory::cli::Arguments::parse())
}
