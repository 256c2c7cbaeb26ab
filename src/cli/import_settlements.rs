//! `import settlements`: the same import as over HTTP, from a file of this machine.

use std::path::PathBuf;

use super::import_rows::Written;
use super::{Target, change, say};
use crate::error::Result;
use crate::register::bulk::Imported;

/// Arguments of `import settlements`.
#[derive(clap::Args)]
pub struct Settlements {
    #[command(flatten)]
    target: Target,
    /// The file; its ending says the format
    file: PathBuf,
    /// Check everything and store nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    written: Written,
    /// Why, for the history
    #[arg(long)]
    reason: Option<String>,
}

impl Settlements {
    /// What of the arguments cannot be.
    pub fn contradiction(&self) -> Option<&'static str> {
        self.written.contradiction(&self.file)
    }

    /// Runs the command.
    pub fn run(&self) -> Result<()> {
        let reading = self.written.reading(&self.file)?;
        let register = self.target.register()?;
        let change = change(&register, self.reason.clone());
        let outcome =
            register.import_settlement_file(&change, &self.file, &reading, self.dry_run)?;
        let Imported {
            created,
            updated,
            unchanged,
        } = outcome;
        let what = if self.dry_run {
            " (nothing was stored)"
        } else {
            ""
        };
        say(format_args!(
            "Settlements: {created} created, {updated} updated, {unchanged} unchanged{what}"
        ))
    }
}
