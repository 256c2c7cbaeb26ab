//! What the signal at single settlements is, how that is known, and what is missing to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::Coverage;
use super::finding::Asked;
use super::network::{Network, ServingCell};
use super::people::{Homes, Signals};
use super::question::Question;
use super::villages::Village;
use crate::coverage::elevation::Terrain;
use crate::coverage::lattice::Lattice;
use crate::coverage::modelling::Way;
use crate::db::DbConn;
use crate::domain::Technology;
use crate::domain::settlement::SettlementStatus;
use crate::error::{Error, Result};
use crate::geo::{Position, measure};
use crate::register::Geography;

/// Antennas whose level at a settlement is computed.
const ANTENNAS: usize = 8;
/// Cells among which these antennas are looked for: an antenna place has several sectors and technologies.
const CANDIDATES: usize = 64;
/// Most degrees from a settlement to a cell over whose terrain is looked.
const TERRAIN_MAX_DEG: f64 = 1.9;

/// How the status of a settlement is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusBasis {
    /// `model`: computed from the register; `report`: somebody was there.
    pub source: &'static str,
    /// The day of the report.
    pub observed_on: Option<NaiveDate>,
    /// Who recorded the report.
    pub recorded_by: Option<String>,
}

/// The signal at a settlement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettlementSignal {
    /// What the signal is: what was found last there, else what the model says.
    pub status: SettlementStatus,
    /// How that is known.
    pub status_basis: StatusBasis,
}

/// The cell that is nearest to a settlement.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NearestCell {
    /// Its name: id of the site, technology, number of the sector.
    pub id: String,
    /// Id of its site.
    pub site: String,
    /// The operator's code of the site.
    pub site_code: String,
    /// Code of its operator.
    pub operator: String,
    /// Its technology.
    pub technology: Technology,
    /// How far it is from the centre, metres.
    pub distance_m: f64,
}

/// What is behind the signal at the centre of a settlement, or missing to it; only where it is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SettlementDetail {
    /// The nearest cell that counts; null where there is none.
    #[schema(required = false)]
    pub nearest_cell: Option<NearestCell>,
    /// The predicted level of the cell that comes nearest to the level asked for or is most above it, dBm; null where no
    /// cell near by has frequency and power.
    #[schema(required = false)]
    pub best_level_dbm: Option<f64>,
    /// How many dB this level is short of what its technology needs; 0 where it is enough.
    #[schema(required = false, minimum = 0)]
    pub short_db: Option<f64>,
    /// Whether the centre sees the nearest cell over the bare ground; null without elevation data.
    #[schema(required = false)]
    pub line_of_sight: Option<bool>,
    /// How many sites give the centre a signal.
    #[schema(required = false)]
    pub sites_seen: usize,
    /// Whether it is just one site.
    #[schema(required = false)]
    pub single_point_of_failure: bool,
}

/// The signals at some settlements, in their order.
#[derive(Debug)]
pub struct Signalled {
    /// What the signal is.
    pub signals: Vec<SettlementSignal>,
    /// What is behind it; empty where it was not asked for.
    pub details: Vec<SettlementDetail>,
    /// Whether terrain was left out because it is not computed yet.
    pub is_pending: bool,
}

impl Coverage {
    /// The signals at the settlements with these codes.
    ///
    /// # Errors
    /// Those of the database; `Internal` when a settlement is not there, or an elevation tile cannot be read.
    pub fn settlement_signals(
        &self,
        conn: &mut DbConn,
        geography: &Geography,
        question: &Question,
        codes: &[&str],
        with_details: bool,
    ) -> Result<Signalled> {
        let villages = self.villages(conn, geography)?;
        let lost = || Error::internal("a settlement is not among those in memory");
        let villages: Vec<&Village> = codes
            .iter()
            .map(|code| villages.of_code(code).ok_or_else(lost))
            .collect::<Result<_>>()?;
        let network: Arc<Network> = self.asked_network(conn, question)?;
        let asked = Asked::of(question, &network, &[]);
        let homes = Homes::of(&villages);
        let levels = [question.signal_level];
        let [signals] = Signals::at(conn, self, &asked, levels, &homes.places)?;
        let is_covered = |place| signals.covers(&question.operator, None, place);
        let signal = |(at, village): (usize, &&Village)| {
            let told = village.told(question);
            SettlementSignal {
                status: homes.status(told.map(|told| &told.report), at, &is_covered),
                status_basis: StatusBasis {
                    source: told.map_or("model", |_| "report"),
                    observed_on: told.map(|told| told.report.observed_on),
                    recorded_by: told.map(|told| told.recorded_by.clone()),
                },
            }
        };
        let detail = |village: &&Village| {
            let own = &village.settlement;
            let place = Position::new(own.longitude, own.latitude).ok_or_else(lost)?;
            self.detail(&asked, &signals, place)
        };
        Ok(Signalled {
            signals: villages.iter().enumerate().map(signal).collect(),
            details: if with_details {
                villages.par_iter().map(detail).collect::<Result<_>>()?
            } else {
                Vec::new()
            },
            is_pending: signals.cells.iter().any(|(_, known)| known.is_pending),
        })
    }

    fn detail(
        &self,
        asked: &Asked,
        signals: &Signals,
        place: Position,
    ) -> Result<SettlementDetail> {
        let nearest = nearest(&asked.cells, place);
        let terrain = self.terrain_around(place, &nearest)?;
        let terrain = terrain.as_ref();
        let sites_seen = sites_seen(signals, asked, place);
        let best = self.best(asked, &nearest, place, terrain);
        let first = nearest.first().copied();
        Ok(SettlementDetail {
            nearest_cell: first.map(|cell| NearestCell {
                id: cell.id(),
                site: cell.site_id.to_string(),
                site_code: cell.site_code.to_string(),
                operator: cell.operator.to_string(),
                technology: cell.cell.technology,
                distance_m: measure::distance_m(cell.cell.position, place).round(),
            }),
            best_level_dbm: best.map(|(level_dbm, _)| tenth(level_dbm)),
            short_db: best.map(|(_, short_db)| tenth(short_db.max(0.0))),
            line_of_sight: first.and_then(|cell| self.rules.sees(&cell.cell, place, terrain?)),
            sites_seen,
            single_point_of_failure: sites_seen == 1,
        })
    }

    /// Of the nearest antennas the level that is least short of what its technology needs, and by how much, dB.
    fn best(
        &self,
        asked: &Asked,
        nearest: &[&ServingCell],
        place: Position,
        terrain: Option<&Terrain>,
    ) -> Option<(f64, f64)> {
        let mut antennas = BTreeSet::new();
        let mut best: Option<(f64, f64)> = None;
        for cell in nearest {
            let Way::Field { transmitter, .. } = &cell.way else {
                continue;
            };
            let position = transmitter.position;
            antennas.insert([
                position.longitude.to_bits(),
                position.latitude.to_bits(),
                transmitter.link.frequency_mhz.to_bits(),
                transmitter.link.transmitter_height_m.to_bits(),
            ]);
            if antennas.len() > ANTENNAS {
                break;
            }
            let level_dbm = self.rules.level_dbm(&cell.cell, &cell.way, place, terrain);
            let levels = self.rules.levels(cell.cell.technology);
            let needed_dbm = levels.dbm(asked.question.signal_level);
            let found = level_dbm.map(|level_dbm| (level_dbm, needed_dbm - level_dbm));
            best = match (best, found) {
                (Some(best), Some(found)) if best.1 <= found.1 => Some(best),
                (best, found) => found.or(best),
            };
        }
        best
    }

    /// The terrain between a place and some cells; nothing without elevation data, or where no window holds them.
    fn terrain_around(&self, place: Position, cells: &[&ServingCell]) -> Result<Option<Terrain>> {
        let Some(elevation) = self.elevation.as_ref() else {
            return Ok(None);
        };
        let (mut latitudes, mut longitudes) = ([place.latitude; 2], [place.longitude; 2]);
        for cell in cells {
            let position = cell.cell.position;
            let up_deg = (position.latitude - place.latitude).abs();
            let across_deg = (position.longitude - place.longitude).abs();
            if up_deg.max(across_deg) < TERRAIN_MAX_DEG {
                latitudes = widened(latitudes, position.latitude);
                longitudes = widened(longitudes, position.longitude);
            }
        }
        // Nodes beside the window stand for those of holes in it.
        let around =
            |[from, to]: [f64; 2], end: f64| [(from - 0.02).max(-end), (to + 0.02).min(end)];
        elevation
            .terrain(around(latitudes, 90.0), around(longitudes, 180.0))
            .map(Some)
            .map_err(|fault| Error::Internal(Box::new(fault)))
    }
}

fn widened([from, to]: [f64; 2], degrees: f64) -> [f64; 2] {
    [from.min(degrees), to.max(degrees)]
}

/// The cells that are nearest to a place, the nearest first; of those at one place by their names.
fn nearest<'a>(cells: &[&'a ServingCell], place: Position) -> Vec<&'a ServingCell> {
    let narrow = place.latitude.to_radians().cos();
    // Near enough to choose by: the nearest are then told apart by their geodesic distance.
    let apart = |cell: &ServingCell| {
        let position = cell.cell.position;
        let across = (position.longitude - place.longitude).abs();
        let across = across.min(360.0 - across) * narrow;
        let up = position.latitude - place.latitude;
        across * across + up * up
    };
    let mut all: Vec<(f64, &ServingCell)> = cells.iter().map(|it| (apart(it), *it)).collect();
    let order = |one: &(f64, &ServingCell), other: &(f64, &ServingCell)| {
        let name = |cell: &ServingCell| {
            (
                Arc::clone(&cell.site_id),
                cell.cell.technology,
                cell.cell.sector,
            )
        };
        let by_distance = one.0.total_cmp(&other.0);
        by_distance.then_with(|| name(one.1).cmp(&name(other.1)))
    };
    if all.len() > CANDIDATES {
        all.select_nth_unstable_by(CANDIDATES - 1, order);
        all.truncate(CANDIDATES);
    }
    for (distance, cell) in &mut all {
        *distance = measure::distance_m(cell.cell.position, place);
    }
    all.sort_unstable_by(order);
    all.into_iter().map(|(_, cell)| cell).collect()
}

/// How many sites give a place a signal.
fn sites_seen(signals: &Signals, asked: &Asked, place: Position) -> usize {
    let lattice = Lattice::ARCSEC_3;
    let (row, column) = (lattice.row(place.latitude), lattice.column(place.longitude));
    let level = asked.question.signal_level;
    let seen = signals
        .cells
        .iter()
        .filter(|(_, known)| known.footprint.level(level).contains(row, column));
    let sites: BTreeSet<&str> = seen.map(|(cell, _)| &*cell.site_id).collect();
    sites.len()
}

/// A level to a tenth of a dB; −0 is 0.
fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0 + 0.0
}
