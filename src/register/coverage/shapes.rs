//! What is covered as shapes to look at: of a cell, of an area, and the gaps in it.

use std::cmp::Reverse;
use std::sync::Arc;

use chrono::NaiveDate;
use geo::MultiPolygon;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{area, covered_area, definition};
use super::figures::{CoveredArea, Definition};
use super::finding::Asked;
use super::network::ServingCell;
use super::question::{OperatorRule, Question};
use crate::coverage::cell::Cell;
use crate::coverage::footprint::{Footprint, SignalLevel};
use crate::coverage::lattice::Lattice;
use crate::coverage::layer::{Depth, Layer};
use crate::coverage::modelling::Way;
use crate::coverage::outline::{outline, parts};
use crate::coverage::runs::{Run, Runs};
use crate::coverage::units;
use crate::db::DbConn;
use crate::domain::site::{BEGINNING, END};
use crate::domain::{Level, Technology};
use crate::error::{Error, Result};
use crate::geo::{Position, measure};
use crate::register::{Geography, Register};

/// Shapes are to be looked at: figures are counted on cells of the lattice.
pub const PURPOSE: &str = "display";

/// What a cell covers, and what that was computed with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "properties of a feature")]
pub struct CellFootprint {
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
    /// Number of its sector, from 1; 0 is a radio without sectors.
    pub sector: u8,
    /// Where its antenna stands.
    pub longitude: f64,
    /// The same.
    pub latitude: f64,
    /// First day in service; null of a planned site without a day.
    pub since: Option<NaiveDate>,
    /// First day no more; null where none is known.
    pub until: Option<NaiveDate>,
    /// Whether its site is only planned.
    pub is_planned: bool,
    /// The model.
    pub model: &'static str,
    /// Its version.
    pub model_version: u32,
    /// Distance up to which it was looked, metres.
    pub radius_m: Option<f64>,
    /// Main direction, degrees from north.
    pub azimuth_deg: Option<f64>,
    /// Half-power beamwidth, degrees.
    pub beamwidth_deg: Option<f64>,
    /// Angle of the beam below the horizon, degrees.
    pub downtilt_deg: Option<f64>,
    /// Downlink frequency, MHz.
    pub frequency_mhz: Option<f64>,
    /// Radiated power of all signals, dBm.
    pub eirp_dbm: Option<f64>,
    /// Radiated power of the reference signal, dBm.
    pub reference_eirp_dbm: Option<f64>,
    /// Height of the antenna above ground, metres, as the register has it.
    pub antenna_height_m: Option<f64>,
    /// Radius that the operator declares, metres.
    pub declared_radius_m: Option<f64>,
    /// How strong the signal is in the shape.
    pub signal_level: &'static str,
    /// From which level on that is, dBm; null where no level is computed.
    pub threshold_dbm: Option<f64>,
    /// Its size, km².
    pub area_km2: f64,
    /// Side of the lattice's cells, seconds of arc.
    pub grid_arcsec: u32,
    /// Some elevations were missing and filled in from around.
    pub has_void_elevations: bool,
    /// The elevation data end before the radius does.
    pub is_elevation_incomplete: bool,
    /// Its terrain is not computed yet: this is without it.
    pub is_pending: bool,
    /// `display`.
    pub purpose: &'static str,
    /// The outline of its cells.
    #[serde(skip)]
    pub shape: MultiPolygon<f64>,
}

/// A part of an area without a signal.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Gap {
    /// Its place in the list, from 1.
    pub number: usize,
    /// Its size, km².
    pub area_km2: f64,
    /// Decimal degrees east of a place inside.
    pub longitude: f64,
    /// Decimal degrees north of the same.
    pub latitude: f64,
    /// People of the settlements whose centre lies in it, as far as they are known.
    pub population: i64,
    /// These settlements, by code.
    pub settlements: Vec<GapSettlement>,
    /// `display`: the shape is to be looked at.
    pub purpose: &'static str,
    /// Its outline.
    #[serde(skip)]
    pub shape: MultiPolygon<f64>,
}

/// A settlement in a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GapSettlement {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its inhabitants.
    pub population: Option<i32>,
}

/// The gaps of an area.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Gaps {
    /// The area.
    pub area: CoveredArea,
    /// The day of service.
    pub as_of: NaiveDate,
    /// What a signal is.
    pub definition: Definition,
    /// The smallest that are told, km².
    pub min_km2: f64,
    /// How many there are.
    pub total: usize,
    /// The largest first.
    pub items: Vec<Gap>,
    /// Whether terrain was left out because it is not computed yet.
    pub is_pending: bool,
}

/// The cells of an area on a lattice, with a signal or without.
struct Side {
    lattice: Lattice,
    cells: Runs,
    is_pending: bool,
}

impl Register {
    /// What the cell of this name covers at a level.
    ///
    /// # Errors
    /// `NotFound` when there is no such cell, and those of the database.
    pub fn footprint(
        &self,
        conn: &mut DbConn,
        id: &str,
        level: SignalLevel,
    ) -> Result<CellFootprint> {
        let coverage = &self.coverage;
        let network = coverage.network(conn)?;
        let site = id.split(':').next().unwrap_or_default();
        let mut cells = network.of_site(site).iter();
        let found = cells.find(|cell| cell.id() == id);
        let cell: &ServingCell = found.ok_or_else(|| Error::NotFound {
            kind: "cell",
            key: id.to_owned(),
        })?;
        let lattice = Lattice::ARCSEC_3;
        let known = coverage.footprints(conn, lattice, &[cell])?.pop();
        let known = known.ok_or_else(|| Error::internal("a cell has no footprint"))?;
        let origin = *known.footprint.origin();
        let covered = known.footprint.level(level);
        let Cell {
            technology,
            sector,
            position,
            azimuth_deg,
            beamwidth_deg,
            downtilt_deg,
            frequency_mhz,
            eirp_dbm,
            antenna_height_m,
            declared_radius_m,
        } = cell.cell;
        let (reference_eirp_dbm, threshold_dbm) = match cell.way {
            Way::Field {
                reference_eirp_dbm, ..
            } => {
                let levels = coverage.rules.levels(technology);
                (Some(reference_eirp_dbm), Some(levels.dbm(level)))
            }
            Way::Radius { .. } => (None, None),
        };
        Ok(CellFootprint {
            id: cell.id(),
            site: cell.site_id.to_string(),
            site_code: cell.site_code.to_string(),
            operator: cell.operator.to_string(),
            technology,
            sector,
            longitude: position.longitude,
            latitude: position.latitude,
            since: (cell.since > BEGINNING).then_some(cell.since),
            until: (cell.until < END).then_some(cell.until),
            is_planned: cell.is_planned,
            model: origin.model.as_str(),
            model_version: origin.model_version,
            radius_m: origin.radius_m,
            azimuth_deg,
            beamwidth_deg,
            downtilt_deg,
            frequency_mhz,
            eirp_dbm,
            reference_eirp_dbm,
            antenna_height_m,
            declared_radius_m,
            signal_level: level.as_str(),
            threshold_dbm,
            area_km2: km2(covered, lattice),
            grid_arcsec: 3_600 / lattice.cells_per_degree(),
            has_void_elevations: origin.has_void_elevations,
            is_elevation_incomplete: origin.is_elevation_incomplete,
            is_pending: known.is_pending,
            purpose: PURPOSE,
            shape: outline(lattice, covered),
        })
    }

    /// The outline of what is covered of an area, or with `invert` of what is not; nothing of an area without a boundary.
    ///
    /// # Errors
    /// `NotFound` when the register has never had such an area, and those of the database.
    pub fn coverage_shape(
        &self,
        conn: &mut DbConn,
        question: &Question,
        level: Option<Level>,
        code: &str,
        invert: bool,
    ) -> Result<MultiPolygon<f64>> {
        let geography = self.geography(conn)?;
        let info = area(&geography, question, level, code)?;
        let side = self.side(conn, &geography, question, info.id, !invert)?;
        Ok(side.map_or(MultiPolygon::new(Vec::new()), |side| {
            outline(side.lattice, &side.cells)
        }))
    }

    /// The parts of an area of at least `min_km2` without a signal.
    ///
    /// # Errors
    /// `NotFound` when the register has never had such an area, and those of the database.
    pub fn gaps(
        &self,
        conn: &mut DbConn,
        question: &Question,
        level: Option<Level>,
        code: &str,
        min_km2: f64,
    ) -> Result<Gaps> {
        let geography = self.geography(conn)?;
        let info = area(&geography, question, level, code)?;
        let side = self.side(conn, &geography, question, info.id, false)?;
        let villages = self.coverage.villages(conn, &geography)?;
        let villages = villages.within(&[info.id]);
        let mut items = Vec::new();
        if let Some(side) = &side {
            for part in parts(side.lattice, &side.cells) {
                let area_km2 = km2(&part.cells, side.lattice);
                if area_km2 < min_km2 {
                    continue;
                }
                let shape = MultiPolygon::new(vec![part.outline]);
                let Some(inside) = measure::interior_position(&shape) else {
                    continue;
                };
                let own = villages.iter().filter(|village| {
                    let Some(centre) =
                        Position::new(village.settlement.longitude, village.settlement.latitude)
                    else {
                        return false;
                    };
                    let row = side.lattice.row(centre.latitude);
                    part.cells
                        .contains(row, side.lattice.column(centre.longitude))
                });
                let settlements: Vec<GapSettlement> = own
                    .map(|village| GapSettlement {
                        code: village.settlement.code.clone(),
                        name: village.settlement.name.clone(),
                        population: village.settlement.population,
                    })
                    .collect();
                let persons = settlements.iter().filter_map(|it| it.population);
                items.push(Gap {
                    number: 0,
                    area_km2,
                    longitude: inside.longitude,
                    latitude: inside.latitude,
                    population: persons.map(i64::from).sum(),
                    settlements,
                    purpose: PURPOSE,
                    shape,
                });
            }
        }
        // Parts come from the south, so that equal ones have an order too.
        items.sort_by(|one: &Gap, other| other.area_km2.total_cmp(&one.area_km2));
        for (gap, number) in items.iter_mut().zip(1..) {
            gap.number = number;
        }
        Ok(Gaps {
            area: covered_area(info, question),
            as_of: question.as_of,
            definition: definition(question),
            min_km2,
            total: items.len(),
            items,
            is_pending: side.is_some_and(|side| side.is_pending),
        })
    }

    /// The cells of an area with a signal, or those without.
    fn side(
        &self,
        conn: &mut DbConn,
        geography: &Geography,
        question: &Question,
        area_id: i32,
        is_covered: bool,
    ) -> Result<Option<Side>> {
        let coverage = &self.coverage;
        let grounds = coverage.grounds.of(geography, vec![area_id])?;
        let (Some(ground), Some(shape)) = (grounds.first(), geography.atlas().shape(area_id))
        else {
            return Ok(None);
        };
        let network = coverage.asked_network(conn, question)?;
        let asked = Asked::of(question, &network, &[]);
        let cells = asked.near(ground.partition.window());
        let known = coverage.footprints(conn, ground.lattice, &cells)?;
        let footprints: Vec<Arc<Footprint>> =
            known.iter().map(|it| Arc::clone(&it.footprint)).collect();
        let window = ground.partition.window();
        let sides = asked.by_operator(&cells, &footprints);
        let layers = sides.iter().map(|side| {
            let sets = side.iter().map(|it| it.level(question.signal_level));
            Layer::of(window.clone(), sets)
        });
        let covered = match &question.operator {
            OperatorRule::Any | OperatorRule::One(_) => {
                let sets = footprints.iter().map(|it| it.level(question.signal_level));
                Layer::of(window.clone(), sets)
            }
            OperatorRule::All => {
                let mut depth = Depth::new(window.clone());
                layers.for_each(|layer| depth.add(&layer));
                match depth.layers() {
                    0 => Layer::new(window.clone()),
                    all => depth.exactly(all),
                }
            }
            OperatorRule::Max => {
                let size = |layer: &Layer| {
                    let covered = ground.partition.covered(layer);
                    covered.iter().map(|cells| cells.area_mm2).sum::<u64>()
                };
                // The first of equal ones, as for the figures.
                let most = layers.min_by_key(|layer| Reverse(size(layer)));
                most.unwrap_or_else(|| Layer::new(window.clone()))
            }
        };
        let unit = units::runs(ground.lattice, &shape.boundary)
            .map_err(|refusal| Error::Internal(Box::new(refusal)))?;
        Ok(Some(Side {
            lattice: ground.lattice,
            cells: side_of(&unit, &covered, is_covered),
            is_pending: known.iter().any(|it| it.is_pending),
        }))
    }
}

/// The cells of a unit that a layer covers, or those that it does not.
fn side_of(unit: &Runs, layer: &Layer, is_covered: bool) -> Runs {
    let row = |(row, runs): (u32, &[Run])| -> Vec<Run> {
        let mut own = Vec::new();
        for run in runs {
            let mut behind = run.start;
            for column in layer.columns(row, run.start..run.end) {
                if is_covered {
                    own.push((column..column + 1).into());
                } else {
                    own.push((behind..column).into());
                    behind = column + 1;
                }
            }
            if !is_covered {
                own.push((behind..run.end).into());
            }
        }
        own
    };
    Runs::from_rows(unit.row_range().start, unit.rows().map(row))
}

fn km2(cells: &Runs, lattice: Lattice) -> f64 {
    (cells.area_m2(lattice) / 1e3).round() / 1e3
}
