//! Cells in the form of OpenCelliD and Ichnaea, grouped to BTS sites.
//!
//! Columns (Ichnaea, `docs/import_export.rst`): `radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,
//! updated,averageSignal`, with or without a header.
//!
//! A site is what `node` says: the part of the cell's identity that names its base station. Its
//! position is the mean of its cells' positions, each counting once (so that a street with many measurements does not pull
//! the site), or the position of its first cell that is exact (`changeable` 0). Cells that lie more than [`SPREAD_MAX_M`]
//! apart are not one site, whatever their identities say: such a site is a fault. Sites of one operator that have the very
//! same exact position and different technologies are one site with several radios. The declared radius of a radio is the
//! greatest `range` of its cells; 0 says that it is not known.
//!
//! Cells of a site stand anywhere in a file, so the sites are held in memory while it is read: about 400 bytes each.

mod cell;
mod site;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::encoding::TextEncoding;
use super::table::each_record;
use super::{Content, Options, Record, Visit};
use crate::error::Result;
use cell::{Identity, Networks, Observation};
use site::Gathered;
pub use site::Site;

/// The columns, in their order.
pub const COLUMNS: [&str; 14] = [
    "radio",
    "mcc",
    "net",
    "area",
    "cell",
    "unit",
    "lon",
    "lat",
    "range",
    "samples",
    "changeable",
    "created",
    "updated",
    "averageSignal",
];

/// Longest diagonal of the box around the cells of a site, in metres. In published files nineteen of twenty LTE nodes with
/// several cells stay below 14 km; the others are identities that are used anew elsewhere.
pub const SPREAD_MAX_M: f64 = 20_000.0;

/// The rule of grouping, in a sentence for the report.
pub const GROUPING: &str = "one site for each eNodeB (ECI / 256), gNB (NCI / 4096), UTRAN cell id / 10 of an RNC, GSM cell id / 10 of a location area, CDMA cell; its position is exact or the mean of its cells";

/// Whether a header is that of a file of cells, by the columns that identify a cell.
#[must_use]
pub fn are_columns(titles: &[String]) -> bool {
    let identity = COLUMNS.iter().take(5);
    titles.len() >= 8
        && identity
            .zip(titles)
            .all(|(column, title)| title.trim().eq_ignore_ascii_case(column))
}

/// A file of cells.
#[derive(Debug)]
pub struct Cells {
    /// Where it is.
    pub path: PathBuf,
    /// Its encoding.
    pub text: TextEncoding,
    networks: Networks,
}

impl Cells {
    /// Decides the encoding; nothing is read yet.
    ///
    /// # Errors
    /// Those of `TextEncoding::of`.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            text: TextEncoding::of(path, options.encoding.as_deref())?,
            networks: cell::networks(&options.plmns),
        })
    }

    /// First every row that is no cell, with its faults; then the sites, in the order of their first cells, each with the
    /// number of that row.
    ///
    /// # Errors
    /// Those of reading the file.
    pub fn each(&self, visit: Visit) -> Result<()> {
        let mut sites: HashMap<Identity, Gathered> = HashMap::new();
        let mut stopped = false;
        self.observe(&mut |number, read| match read {
            Ok(seen) => {
                sites
                    .entry(seen.identity.clone())
                    .and_modify(|site| site.add(&seen))
                    .or_insert_with(|| Gathered::new(number, &seen));
                ControlFlow::Continue(())
            }
            Err(faults) => {
                let content = Content::Broken(faults);
                let flow = visit(Record { number, content });
                stopped = flow.is_break();
                flow
            }
        })?;
        if stopped {
            return Ok(());
        }
        for (number, site) in site::together(sites) {
            let content = Content::Site(Box::new(site));
            if visit(Record { number, content }).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn observe(
        &self,
        take: &mut dyn FnMut(usize, Result<Observation, crate::domain::Faults>) -> ControlFlow<()>,
    ) -> Result<()> {
        each_record(
            self.text.reader(&self.path)?,
            b',',
            &mut |position, texts| {
                let is_header = position == 0 && is_header(texts);
                if is_header || texts.iter().all(|text| text.trim().is_empty()) {
                    return Ok(ControlFlow::Continue(()));
                }
                Ok(take(position + 1, Observation::read(texts, &self.networks)))
            },
        )
    }
}

fn is_header(texts: &StringRecord) -> bool {
    texts
        .get(0)
        .is_some_and(|text| text.trim().eq_ignore_ascii_case(COLUMNS[0]))
}

#[cfg(test)]
mod tests;
