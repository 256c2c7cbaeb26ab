//! `export`: writes records in pages, so that memory does not grow with the register.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::progress::Bar;
use super::{Target, say};
use crate::api::views::site_views;
use crate::db::site_list::{self, Filter, Sort, SortKey};
use crate::db::{DbConn, operators, subscribers};
use crate::error::{Error, Result};
use crate::formats::csv;
use crate::geo::geometry;
use crate::register::Register;
use crate::server;

/// Rows of one page.
const PAGE: i64 = 5_000;

/// Arguments of `export`.
#[derive(clap::Args)]
pub struct Export {
    #[command(flatten)]
    target: Target,
    /// What to write
    what: What,
    /// The file [default: standard output]
    #[arg(long)]
    out: Option<PathBuf>,
    /// CSV, or one JSON object to a line
    #[arg(long, default_value = "ndjson")]
    format: ExportFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Every current site
    Sites,
    /// Every subscriber count
    Subscribers,
    /// Every area version, as one GeoJSON feature collection
    Areas,
    /// Every operator
    Operators,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// One JSON object to a line
    Ndjson,
    /// A table; sites only
    Csv,
}

impl Export {
    /// What of the arguments does not go together.
    pub fn contradiction(&self) -> Option<&'static str> {
        (self.format == ExportFormat::Csv && self.what != What::Sites)
            .then_some("--format csv is for sites; HTTP has the other tables as CSV")
    }

    /// Runs the command.
    pub fn run(&self) -> Result<()> {
        let register = self.target.register()?;
        let mut out: Box<dyn Write> = match &self.out {
            Some(path) => {
                Box::new(BufWriter::new(File::create(path).map_err(|error| {
                    Error::internal(format!("{}: {error}", path.display()))
                })?))
            }
            None => Box::new(BufWriter::new(std::io::stdout())),
        };
        let written = register.db.snapshot_here(|conn| match self.what {
            What::Sites => sites(conn, &register, self.format, &mut out),
            What::Subscribers => counts(conn, &mut out),
            What::Areas => areas(conn, &register, &mut out),
            What::Operators => lines(
                &mut out,
                operators::all(conn)?
                    .iter()
                    .map(operators::Record::operator),
            ),
        })?;
        out.flush().map_err(broken)?;
        if self.out.is_some() {
            say(format_args!("Wrote {written} rows"))
        } else {
            Ok(())
        }
    }
}

fn broken(error: std::io::Error) -> Error {
    Error::Internal(Box::new(error))
}

fn lines<T: Serialize>(out: &mut impl Write, rows: impl Iterator<Item = T>) -> Result<usize> {
    let mut written = 0;
    for row in rows {
        let line = serde_json::to_string(&row).map_err(|error| Error::Internal(Box::new(error)))?;
        writeln!(out, "{line}").map_err(broken)?;
        written += 1;
    }
    Ok(written)
}

fn sites(
    conn: &mut DbConn,
    register: &Register,
    format: ExportFormat,
    out: &mut impl Write,
) -> Result<usize> {
    let sort = Sort {
        key: SortKey::Code,
        descending: false,
    };
    let (filter, day, bar) = (
        Filter::default(),
        register.day(server::now()),
        Bar::new("Exporting sites"),
    );
    let all = u64::try_from(site_list::count(conn, &filter)?).unwrap_or_default();
    let geography = register.geography(conn)?;
    let (mut cursor, mut written) = (None, 0);
    loop {
        let records = site_list::page(conn, &filter, sort, cursor.as_ref(), PAGE)?;
        cursor = records.last().map(|last| sort.after(last));
        let views = site_views(conn, register, &geography, records, day)?;
        if format == ExportFormat::Ndjson {
            lines(out, views.iter())?;
        } else {
            let table = csv::table(&views).map_err(|error| Error::Internal(Box::new(error)))?;
            // Only the first page keeps its header.
            let body = if written == 0 {
                Some(&table[..])
            } else {
                table.splitn(2, |byte| *byte == b'\n').nth(1)
            };
            out.write_all(body.unwrap_or_default()).map_err(broken)?;
        }
        written += views.len();
        bar.show(written as u64, all);
        if cursor.is_none() || views.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            bar.finish();
            return Ok(written);
        }
    }
}

fn counts(conn: &mut DbConn, out: &mut impl Write) -> Result<usize> {
    let records = subscribers::all(conn, &subscribers::Filter::default())?;
    let mut written = 0;
    for record in records {
        let count = record.count()?;
        let line = serde_json::json!({
            "operator": count.key.operator, "service": count.key.service, "technology": count.key.technology,
            "area": count.key.area, "site": count.key.site, "period_end": count.key.period_end,
            "subscribers": count.subscribers, "definition": count.definition, "source": count.source,
        });
        writeln!(out, "{line}").map_err(broken)?;
        written += 1;
    }
    Ok(written)
}

/// One feature collection, which `import areas` takes back.
fn areas(conn: &mut DbConn, register: &Register, out: &mut impl Write) -> Result<usize> {
    let geography = register.geography(conn)?;
    write!(out, "{{\"type\":\"FeatureCollection\",\"features\":[").map_err(broken)?;
    for (i, info) in geography.all().iter().enumerate() {
        let boundary = geography
            .atlas()
            .shape(info.id)
            .map(|shape| geometry::to_geojson(&shape.boundary));
        let feature =
            serde_json::json!({"type": "Feature", "properties": info.area, "geometry": boundary});
        let comma = if i == 0 { "" } else { "," };
        write!(out, "{comma}\n{feature}").map_err(broken)?;
    }
    writeln!(out, "\n]}}").map_err(broken)?;
    Ok(geography.all().len())
}
