//! `import sites` and `import subscribers`: the same submissions as over HTTP, from a file of this machine.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::progress::Bar;
use super::{Target, change, say};
use crate::db::submissions::Record;
use crate::domain::submission::{Counts, Mode, OnExisting, Outcome, Plan, State};
use crate::domain::{Faults, RecordKind, text};
use crate::error::{Error, Result};
use crate::import::row_file::FileFormat;
use crate::register::submissions::reading::Reading;
use crate::register::submissions::report::{Reader, RowFault};
use crate::register::submissions::run::Job;
use crate::register::submissions::{Asked, New, Received};
use crate::register::{Change, Register};

/// Faults that are shown; the report has them all.
const SHOWN: usize = 50;

/// Arguments of `import sites` and `import subscribers`.
#[derive(clap::Args)]
pub struct Rows {
    #[command(flatten)]
    target: Target,
    /// The file; its ending says the format
    file: PathBuf,
    /// Code of the operator whose records they are; without it every row must name its own
    #[arg(long)]
    operator: Option<String>,
    /// Check everything and store nothing
    #[arg(long)]
    dry_run: bool,
    /// What happens to the good rows where others break rules: atomic (nothing) or partial (they are stored)
    #[arg(long, default_value = "atomic")]
    mode: String,
    /// What happens to records that are there: update, skip or error
    #[arg(long, default_value = "update")]
    on_existing: String,
    /// Mark the operator's sites that the file does not have as decommissioned on this day
    #[arg(long)]
    sync_on: Option<NaiveDate>,
    /// Most sites that --sync-on may mark, in percent of those that the operator has
    #[arg(long, default_value_t = 10.0)]
    sync_max_percent: f64,
    #[command(flatten)]
    written: Written,
    /// Why, for the history
    #[arg(long)]
    reason: Option<String>,
}

/// Arguments that say how a file of records is written.
#[derive(clap::Args)]
pub struct Written {
    /// Format, where the file's ending does not say it: csv, tsv, xlsx, geojson, ndjson or json; of sites also opencellid
    #[arg(long)]
    format: Option<String>,
    /// Title of a column and the field that it holds, as TITLE=FIELD; may be repeated
    #[arg(long = "column", value_name = "TITLE=FIELD", value_parser = parse_column)]
    columns: Vec<(String, String)>,
    /// Name of the sheet of a workbook
    #[arg(long)]
    sheet: Option<String>,
    /// Sign between cells: comma, semicolon or tab
    #[arg(long)]
    delimiter: Option<String>,
    /// Encoding of a text file, such as windows-1258
    #[arg(long)]
    encoding: Option<String>,
    /// Sign before decimals: point or comma
    #[arg(long)]
    decimal: Option<String>,
    /// Coordinate system of the positions, such as EPSG:9205
    #[arg(long)]
    crs: Option<String>,
}

impl Written {
    /// What cannot be where `file` is written so.
    pub fn contradiction(&self, file: &Path) -> Option<&'static str> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        (self.format.is_none() && FileFormat::of_name(&name).is_err()).then_some(
            "the file's ending must be .csv, .tsv, .xlsx, .geojson, .ndjson or .json, or --format must say the format",
        )
    }

    /// How `file` is to be read.
    pub fn reading(&self, file: &Path) -> Result<Reading> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let format = match &self.format {
            Some(word) => word.clone(),
            None => FileFormat::of_name(&name)?.as_str().to_owned(),
        };
        Ok(Reading {
            format,
            columns: self.columns.iter().cloned().collect::<BTreeMap<_, _>>(),
            sheet: self.sheet.clone(),
            delimiter: self.delimiter.clone(),
            encoding: self.encoding.clone(),
            decimal: self.decimal.clone(),
            crs: self.crs.clone(),
        })
    }
}

fn parse_column(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(title, field)| (title.to_owned(), field.to_owned()))
        .ok_or_else(|| "must be TITLE=FIELD".to_owned())
}

impl Rows {
    /// What of the arguments cannot be.
    pub fn contradiction(&self) -> Option<&'static str> {
        self.written.contradiction(&self.file)
    }

    /// Runs the command.
    pub fn run(&self, kind: RecordKind) -> Result<()> {
        let new = self.new_submission(kind)?;
        let register = self.target.register()?;
        let change = change(&register, self.reason.clone());
        let received = receive(&register, &self.file)?;
        let submitted = register
            .db
            .write_here(|conn| register.submit(conn, &change, &new, &received));
        // Where it was not taken over, nobody needs it.
        let _ = std::fs::remove_file(&received.path);
        let (record, _) = submitted?;
        let title = match kind {
            RecordKind::Sites => "Sites",
            RecordKind::Subscribers => "Subscriber counts",
            RecordKind::Settlements => "Settlements",
        };
        let record = work_off(&register, &change, &record.id, title)?;
        tell(&register, &record, title)
    }

    fn new_submission(&self, kind: RecordKind) -> Result<New> {
        let mut faults = Faults::default();
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let reading = self.written.reading(&self.file)?;
        let mode = Mode::parse(&self.mode)
            .map_err(|rule| faults.parameter("--mode", rule, Some(&self.mode)));
        let on_existing = OnExisting::parse(&self.on_existing)
            .map_err(|rule| faults.parameter("--on-existing", rule, Some(&self.on_existing)));
        let operator = self
            .operator
            .as_deref()
            .map(text::operator_code)
            .transpose();
        let operator =
            operator.map_err(|rule| faults.parameter("--operator", rule, self.operator.as_deref()));
        let plan = Plan {
            dry_run: self.dry_run,
            mode: mode.unwrap_or(Mode::Atomic),
            on_existing: on_existing.unwrap_or(OnExisting::Update),
            sync_on: self.sync_on,
            sync_max_percent: self.sync_max_percent,
            reason: self.reason.clone(),
        };
        let new = New {
            kind,
            operator: operator.unwrap_or(None),
            file_name: Some(name.into_owned()),
            period_end: None,
            asked: Asked { plan, reading },
            idempotency_key: None,
        };
        Ok(faults.give(Some(new))?)
    }
}

/// Copies the file, so that what was handed in stays as it was.
fn receive(register: &Register, path: &Path) -> Result<Received> {
    let failed = |error: io::Error| Error::internal(format!("{}: {error}", path.display()));
    let mut source = File::open(path).map_err(failed)?;
    let place = Received::place(register)?;
    let mut copy = File::create(&place).map_err(failed)?;
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    let mut chunk = vec![0; 1 << 16];
    loop {
        let read = source.read(&mut chunk).map_err(failed)?;
        let Some(part) = chunk.get(..read).filter(|part| !part.is_empty()) else {
            break;
        };
        digest.update(part);
        copy.write_all(part).map_err(failed)?;
        bytes += read as u64;
    }
    copy.sync_all().map_err(failed)?;
    Ok(Received::new(place, bytes, &digest.finalize()))
}

/// Works the submission off on another thread, and shows how far it is on this one.
fn work_off(register: &Register, change: &Change, id: &str, title: &'static str) -> Result<Record> {
    const PAUSE: Duration = Duration::from_millis(50);
    let (job, bar) = (Job::default(), Bar::new(title));
    let done = std::thread::scope(|scope| {
        let worker = scope.spawn(|| register.process(id, change, &job));
        while !worker.is_finished() {
            let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            bar.show(
                count(job.done.load(Ordering::Relaxed)),
                count(job.total.load(Ordering::Relaxed)),
            );
            std::thread::sleep(PAUSE);
        }
        worker
            .join()
            .unwrap_or_else(|_| Err(Error::internal("the import broke off")))
    });
    bar.finish();
    done
}

fn tell(register: &Register, record: &Record, title: &str) -> Result<()> {
    let counts: Counts =
        serde_json::from_str(&record.counts).map_err(|error| Error::Internal(Box::new(error)))?;
    let shown = show_faults(register, record)?;
    let state = State::parse(&record.state).unwrap_or(State::Failed);
    let rest = [
        (counts.skipped, "skipped"),
        (counts.rejected, "rejected"),
        (counts.decommissioned, "marked as decommissioned"),
    ];
    let rest = rest
        .iter()
        .filter(|(count, _)| *count > 0)
        .fold(String::new(), |text, (count, what)| {
            format!("{text}, {count} {what}")
        });
    if matches!(state, State::Rejected | State::Failed) {
        let report = register.submission_report(&record.id);
        return Err(Error::Refused(format!(
            "{shown} rule(s) broken; nothing was stored (report: {})",
            report.display()
        )));
    }
    let what = match state {
        State::Validated => " (nothing was stored)",
        State::Submitted => " (waits for approval)",
        _ => "",
    };
    say(format_args!(
        "{title}: {} created, {} updated, {} unchanged{rest}{what}",
        counts.created, counts.updated, counts.unchanged
    ))
}

/// Says the faults on standard error, the first of them; how many there are in all.
fn show_faults(register: &Register, record: &Record) -> Result<usize> {
    let mut all = 0;
    let mut show = |row: Option<usize>, fault: &RowFault| {
        all += 1;
        if all > SHOWN {
            return;
        }
        let row = row.map_or_else(String::new, |row| format!("row {row} "));
        let place = fault
            .column
            .clone()
            .or_else(|| fault.pointer.clone())
            .unwrap_or_default();
        let value = fault
            .value
            .as_ref()
            .map_or_else(String::new, |value| format!(" [{value}]"));
        let line = format!("{row}{place}: {} ({}){value}", fault.english, fault.code);
        let _ = writeln!(io::stderr(), "{line}");
    };
    if let Some(problem) = &record.problem {
        let faults: Vec<RowFault> =
            serde_json::from_str(problem).map_err(|error| Error::Internal(Box::new(error)))?;
        for fault in &faults {
            show(None, fault);
        }
    }
    if record.state != State::Failed.as_str() {
        for line in Reader::open(&register.submission_report(&record.id), 0)? {
            let (row, _) = line?;
            if row.outcome == Outcome::Rejected {
                for fault in &row.errors {
                    show(row.row, fault);
                }
            }
        }
    }
    if all > SHOWN {
        let _ = writeln!(io::stderr(), "… and {} more", all - SHOWN);
    }
    Ok(all)
}
