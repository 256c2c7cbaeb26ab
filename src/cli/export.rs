//! `export`: writes records in pages, so that memory does not grow with the register.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::progress::Bar;
use super::{Target, say};
use crate::api::settlements::SettlementView;
use crate::api::subscribers::CountView;
use crate::api::views::{SiteView, site_views};
use crate::db::site_list::{self, Filter, Sort, SortKey};
use crate::db::{DbConn, operators, settlements, subscribers};
use crate::error::{Error, Result};
use crate::formats::pages::{Form, Pages};
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
    /// Form of the file
    #[arg(long, default_value = "ndjson")]
    format: ExportFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Every current site
    Sites,
    /// Every subscriber count
    Subscribers,
    /// Every settlement, without the reports on it
    Settlements,
    /// Every area version, as one GeoJSON feature collection
    Areas,
    /// Every operator
    Operators,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// One JSON object to a line
    Ndjson,
    /// A list of JSON objects; sites, subscribers and settlements
    Json,
    /// A GeoJSON feature collection; sites and settlements, and areas in any case
    Geojson,
    /// A table; sites, subscribers and settlements
    Csv,
    /// A workbook; sites, subscribers and settlements
    Xlsx,
}

impl ExportFormat {
    fn form(self) -> Form {
        match self {
            Self::Ndjson => Form::NdJson,
            Self::Json => Form::Json,
            Self::Geojson => Form::GeoJson,
            Self::Csv => Form::Csv,
            Self::Xlsx => Form::Xlsx,
        }
    }
}

impl Export {
    /// What of the arguments does not go together.
    pub fn contradiction(&self) -> Option<&'static str> {
        match (self.what, self.format) {
            (What::Subscribers, ExportFormat::Geojson) => {
                Some("--format geojson is for what has a position: sites and settlements")
            }
            (What::Sites | What::Subscribers | What::Settlements, _)
            | (_, ExportFormat::Ndjson) => None,
            (What::Areas | What::Operators, _) => Some(
                "--format is for sites, subscribers and settlements; areas are GeoJSON, operators lines of JSON",
            ),
        }
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
            What::Sites => sites(conn, &register, self.format.form(), &mut out),
            What::Subscribers => counts(conn, self.format.form(), &mut out),
            What::Settlements => placed_settlements(conn, &register, self.format.form(), &mut out),
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
    form: Form,
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
    let mut pages = Pages::new::<SiteView>(out, form, "sites").map_err(broken)?;
    let (mut cursor, mut written) = (None, 0);
    loop {
        let records = site_list::page(conn, &filter, sort, cursor.as_ref(), PAGE)?;
        cursor = records.last().map(|last| sort.after(last));
        let views = site_views(conn, register, &geography, records, day)?;
        pages.add(&views).map_err(broken)?;
        written += views.len();
        bar.show(written as u64, all);
        if cursor.is_none() || views.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            bar.finish();
            return pages.finish().map_err(broken);
        }
    }
}

fn counts(conn: &mut DbConn, form: Form, out: &mut impl Write) -> Result<usize> {
    let mut pages = Pages::new::<CountView>(out, form, "subscribers").map_err(broken)?;
    let records = subscribers::all(conn, &subscribers::Filter::default())?;
    let views = records.into_iter().map(CountView::try_from);
    pages
        .add(&views.collect::<Result<Vec<CountView>>>()?)
        .map_err(broken)?;
    pages.finish().map_err(broken)
}

fn placed_settlements(
    conn: &mut DbConn,
    register: &Register,
    form: Form,
    out: &mut impl Write,
) -> Result<usize> {
    let mut pages = Pages::new::<SettlementView>(out, form, "settlements").map_err(broken)?;
    let (geography, day) = (register.geography(conn)?, register.day(server::now()));
    let records = settlements::all(conn)?;
    let views = records
        .iter()
        .map(|record| SettlementView::new(&geography, day, record));
    pages
        .add(&views.collect::<Result<Vec<SettlementView>>>()?)
        .map_err(broken)?;
    pages.finish().map_err(broken)
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
