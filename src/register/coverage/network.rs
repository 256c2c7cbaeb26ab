//! The cells of the register in memory, kept in step with it: what was written since is read, the rest stays.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use chrono::{NaiveDate, NaiveDateTime};

use crate::coverage::cell::Cell;
use crate::coverage::elevation::Elevation;
use crate::coverage::footprint::FootprintKey;
use crate::coverage::lattice::Lattice;
use crate::coverage::modelling::{Rules, Way};
use crate::db::DbConn;
use crate::db::network::{self, SiteRadios};
use crate::domain::Technology;
use crate::error::{Error, Result};

/// A cell of a site, and when it serves.
#[derive(Debug)]
pub struct ServingCell {
    /// Id of its site.
    pub site_id: Arc<str>,
    /// The operator's code of the site.
    pub site_code: Arc<str>,
    /// Code of its operator.
    pub operator: Arc<str>,
    /// What is known of it.
    pub cell: Cell,
    /// First day in service.
    pub since: NaiveDate,
    /// First day no more.
    pub until: NaiveDate,
    /// Whether its site is only planned.
    pub is_planned: bool,
    /// How it is computed.
    pub way: Way,
    /// By lattice (3″, 1″): what its footprint is known by.
    keys: [OnceLock<FootprintKey>; 2],
}

impl ServingCell {
    /// Whether it serves on a day.
    #[must_use]
    pub fn serves(&self, day: NaiveDate, with_planned: bool) -> bool {
        self.since <= day && day < self.until && (with_planned || !self.is_planned)
    }

    /// What its footprint is known by.
    ///
    /// # Errors
    /// `Internal` when an elevation tile cannot be read.
    pub fn key(
        &self,
        lattice: Lattice,
        rules: &Rules,
        elevation: Option<&Elevation>,
    ) -> Result<FootprintKey> {
        let [coarse, fine] = &self.keys;
        let held = if lattice == Lattice::ARCSEC_3 {
            coarse
        } else {
            fine
        };
        if let Some(key) = held.get() {
            return Ok(*key);
        }
        let key = rules
            .key(lattice, &self.cell, &self.way, elevation)
            .map_err(|error| Error::Internal(Box::new(error)))?;
        Ok(*held.get_or_init(|| key))
    }

    /// The name of the cell: id of the site, technology, number of the sector.
    #[must_use]
    pub fn id(&self) -> String {
        let Cell {
            technology, sector, ..
        } = &self.cell;
        format!("{}:{}:{sector}", self.site_id, technology.as_str())
    }
}

/// The cells of all sites.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// The newest version of a site that it knows.
    newest_row: i64,
    sites: HashMap<Arc<str>, Arc<[ServingCell]>>,
}

impl Network {
    /// The network as the register said at an instant.
    ///
    /// # Errors
    /// Those of the database.
    pub fn known_at(
        conn: &mut DbConn,
        at: NaiveDateTime,
        rules: &Rules,
        elevation: Option<&Elevation>,
    ) -> Result<Self> {
        let mut network = Self::default();
        network.take(network::sites(conn, 0, Some(at))?, rules, elevation);
        Ok(network)
    }

    /// Whether it knows all that the register says now.
    ///
    /// # Errors
    /// Those of the database.
    pub fn is_current(&self, conn: &mut DbConn) -> Result<bool> {
        Ok(self.newest_row == network::newest_row(conn)?)
    }

    /// Reads what was written since.
    ///
    /// # Errors
    /// Those of the database.
    pub fn update(
        &mut self,
        conn: &mut DbConn,
        rules: &Rules,
        elevation: Option<&Elevation>,
    ) -> Result<()> {
        let newest_row = network::newest_row(conn)?;
        if self.newest_row > 0 {
            for id in network::changed_since(conn, self.newest_row)? {
                self.sites.remove(id.as_str());
            }
        }
        let sites = network::sites(conn, self.newest_row, None)?;
        self.take(sites, rules, elevation);
        self.newest_row = newest_row;
        Ok(())
    }

    fn take(&mut self, sites: Vec<SiteRadios>, rules: &Rules, elevation: Option<&Elevation>) {
        for site in sites {
            let id: Arc<str> = site.site_id.as_str().into();
            let cells = cells(&site, &id, rules, elevation);
            self.sites.insert(id, cells.into());
        }
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &ServingCell> {
        self.sites.values().flat_map(|cells| cells.iter())
    }

    /// The cells of a site.
    #[must_use]
    pub fn of_site(&self, site_id: &str) -> &[ServingCell] {
        self.sites.get(site_id).map_or(&[], |cells| cells)
    }
}

/// The cells of a site, as the register or a question has it.
#[must_use]
pub fn cells(
    site: &SiteRadios,
    id: &Arc<str>,
    rules: &Rules,
    elevation: Option<&Elevation>,
) -> Vec<ServingCell> {
    let (operator, code): (Arc<str>, Arc<str>) =
        (site.operator.as_str().into(), site.code.as_str().into());
    let mut cells = Vec::new();
    for radio in &site.radios {
        let Some((since, until)) = service(site, radio.technology) else {
            continue;
        };
        for cell in Cell::of_radio(site.position, radio, site.mast_height_m) {
            cells.push(ServingCell {
                site_id: Arc::clone(id),
                site_code: Arc::clone(&code),
                operator: Arc::clone(&operator),
                way: rules.way(&cell, elevation),
                cell,
                since,
                until,
                is_planned: site.is_planned,
                keys: Default::default(),
            });
        }
    }
    cells
}

/// From when until when a radio serves.
fn service(site: &SiteRadios, technology: Technology) -> Option<(NaiveDate, NaiveDate)> {
    if site.is_planned {
        return Some((
            site.commissioned_on.unwrap_or(NaiveDate::MIN),
            NaiveDate::MAX,
        ));
    }
    let served = site
        .served
        .iter()
        .find(|(served, _, _)| *served == technology);
    served.map(|(_, since, until)| (*since, *until))
}
