//! `import`: areas, sites, subscriber counts and settlements from files.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::import_rows::Rows;
use super::import_settlements::Settlements;
use super::{Target, change, say};
use crate::domain::area::BoundaryKind;
use crate::domain::{Faults, Level, RecordKind, Rule};
use crate::error::{Error, Result};
use crate::import::areas::AreaFile;
use crate::import::{self as files, RowFormat};
use crate::register::areas::{AreasImported, ImportOptions};
use chrono::NaiveDate;
use clap::Subcommand;

/// Commands that import.
#[derive(Subcommand)]
pub enum Import {
    /// Import the areas of a GeoJSON file and file every site under them
    Areas(Box<Areas>),
    /// Import operators from JSON or NDJSON
    Operators(Box<Operators>),
    /// Import sites from CSV, XLSX, GeoJSON, NDJSON, JSON or a file of cells
    Sites(Box<Rows>),
    /// Import subscriber counts from CSV, XLSX, NDJSON or JSON
    Subscribers(Box<Rows>),
    /// Import settlements from CSV, XLSX, GeoJSON, NDJSON or JSON
    Settlements(Box<Settlements>),
}

/// Arguments of `import areas`.
#[derive(clap::Args)]
pub struct Areas {
    #[command(flatten)]
    target: Target,
    /// The GeoJSON file
    file: PathBuf,
    /// Level of every area, where the file does not say it: province, district or commune
    #[arg(long)]
    level: Option<String>,
    /// Property with the code [default: code]
    #[arg(long)]
    code_property: Option<String>,
    /// Property with the name [default: name]
    #[arg(long)]
    name_property: Option<String>,
    /// Property with the parent's code; found from the boundaries where the file does not say it
    #[arg(long)]
    parent_property: Option<String>,
    /// Property with the stated size in km²
    #[arg(long)]
    area_property: Option<String>,
    /// First day of validity, where the file does not say it
    #[arg(long)]
    valid_from: Option<NaiveDate>,
    /// First day no more, where the file does not say it
    #[arg(long)]
    valid_to: Option<NaiveDate>,
    /// How much the boundaries may be trusted: official, approximate or schematic
    #[arg(long)]
    boundary_kind: Option<String>,
    /// Where the file comes from
    #[arg(long)]
    source: Option<String>,
    /// Most difference between a boundary's size and the stated one, in percent
    #[arg(long, default_value_t = 10.0)]
    area_tolerance_percent: f64,
    /// Mend what can be mended (rings, overlaps, small gaps), instead of refusing it
    #[arg(long)]
    repair: bool,
    /// Check everything and store nothing
    #[arg(long)]
    dry_run: bool,
    /// End the areas of the same level that the new ones replace
    #[arg(long)]
    end_previous: bool,
}

/// Arguments of `import operators`.
#[derive(clap::Args)]
pub struct Operators {
    #[command(flatten)]
    target: Target,
    /// The file; its ending says the format
    file: PathBuf,
    /// Why, for the history
    #[arg(long)]
    reason: Option<String>,
}

impl Import {
    /// What of the arguments cannot be.
    pub fn contradiction(&self) -> Option<&'static str> {
        match self {
            Self::Areas(_) => None,
            Self::Operators(operators) => {
                let why = "the file's ending must be .json or .ndjson";
                operators.format().is_err().then_some(why)
            }
            Self::Sites(rows) | Self::Subscribers(rows) => rows.contradiction(),
            Self::Settlements(settlements) => settlements.contradiction(),
        }
    }

    /// Runs the command.
    pub fn run(&self) -> Result<()> {
        match self {
            Self::Areas(areas) => areas.run(),
            Self::Operators(operators) => operators.run(),
            Self::Sites(rows) => rows.run(RecordKind::Sites),
            Self::Subscribers(rows) => rows.run(RecordKind::Subscribers),
            Self::Settlements(settlements) => settlements.run(),
        }
    }
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))
}

impl Areas {
    fn run(&self) -> Result<()> {
        let mut faults = Faults::default();
        let mut checked =
            |name: &str, word: &Option<String>, is_known: &dyn Fn(&str) -> Option<Rule>| {
                if let Some((word, rule)) = word
                    .as_deref()
                    .and_then(|word| Some((word, is_known(word)?)))
                {
                    faults.parameter(name, rule, Some(word));
                }
            };
        checked("--level", &self.level, &|word| Level::parse(word).err());
        checked("--boundary-kind", &self.boundary_kind, &|word| {
            BoundaryKind::parse(word).err()
        });
        faults.give(Some(()))?;
        let file = AreaFile {
            level: self
                .level
                .as_deref()
                .and_then(|word| Level::parse(word).ok()),
            code_property: self.code_property.clone(),
            name_property: self.name_property.clone(),
            parent_property: self.parent_property.clone(),
            area_property: self.area_property.clone(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            boundary_kind: self.boundary_kind.clone(),
            source: self.source.clone(),
            close_rings: self.repair,
        };
        let options = ImportOptions {
            repair: self.repair,
            dry_run: self.dry_run,
            end_previous: self.end_previous,
            area_tolerance_percent: self.area_tolerance_percent,
        };
        let incoming = file.read(open(&self.file)?, None)?;
        let register = self.target.register()?;
        let change = change(&register, None);
        let outcome = register.run_import(&change, incoming, options)?;
        tell(&outcome)
    }
}

fn tell(outcome: &AreasImported) -> Result<()> {
    for finding in &outcome.findings {
        say(format_args!(
            "{}: {} ({})",
            finding.severity, finding.detail, finding.code
        ))?;
    }
    if !outcome.ended.is_empty() {
        say(format_args!(
            "Ended {} areas: {}",
            outcome.ended.len(),
            outcome.ended.join(", ")
        ))?;
    }
    let (done, sites) = (
        if outcome.dry_run {
            "Would import"
        } else {
            "Imported"
        },
        outcome.sites,
    );
    say(format_args!(
        "{done} areas: {} created, {} updated, {} unchanged",
        outcome.created, outcome.updated, outcome.unchanged
    ))?;
    say(format_args!(
        "Sites: {} checked, {} reassigned, {} unlocated",
        sites.sites_checked, sites.sites_reassigned, sites.sites_unlocated
    ))
}

impl Operators {
    fn format(&self) -> Result<RowFormat> {
        RowFormat::of_name(&self.file.file_name().unwrap_or_default().to_string_lossy())
    }

    fn run(&self) -> Result<()> {
        let read = files::rows(self.format()?, open(&self.file)?)?;
        let register = self.target.register()?;
        let change = change(&register, self.reason.clone());
        let outcome = register
            .db
            .write_here(|conn| register.import_operators(conn, &change, &read))?;
        say(format_args!(
            "Operators: {} created, {} updated, {} unchanged",
            outcome.created, outcome.updated, outcome.unchanged
        ))
    }
}
