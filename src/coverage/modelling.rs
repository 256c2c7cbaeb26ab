//! Which model a cell is computed with, and the footprint that comes of it.
//!
//! The first that applies: P.1812 (frequency, power and elevation data), extended Hata (frequency and power), the declared
//! radius, a radius assumed for the technology.

use rayon::prelude::*;

use super::Refusal;
use super::cell::Cell;
use super::elevation::{self, Elevation, Square};
use super::field::LossField;
use super::footprint::{
    Footprint, FootprintKey, KeyBuilder, Model, Origin, Sector, SignalLevel, Thresholds,
};
use super::lattice::Lattice;
use super::propagation::hata::{DISTANCE_MAX_KM, Environment, ExtendedHata};
use super::propagation::link_budget::{
    ASSUMED_ANTENNA_HEIGHT_M, Antenna, DEFAULT_HORIZONTAL_BEAMWIDTH_DEG,
    DEFAULT_VERTICAL_BEAMWIDTH_DEG, Eirp, Margins, RECEIVER_HEIGHT_M, ReferenceSignal,
    ServiceThresholds, radius_cap_km,
};
use super::propagation::p1812::{P1812, Surroundings};
use super::propagation::sweep::{self, Ground, Transmitter};
use super::propagation::{Link, OutOfRange};
use crate::domain::Technology;
use crate::geo::Position;

/// Version of every model; another one makes every footprint anew.
pub const MODEL_VERSION: u32 = 1;
/// Directions that a sector serves within a radius where its beamwidth is unknown, degrees: a third of the circle.
pub const ASSUMED_SECTOR_DEG: f64 = 120.0;
/// Radii of cells of which nothing is known, metres, from 2G to 5G: planning figures.
pub const ASSUMED_RADII_M: [f64; 4] = [5_000.0, 3_000.0, 2_000.0, 700.0];

/// What the models go by besides the records of the cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Least levels of service.
    pub thresholds: ServiceThresholds,
    /// What a level must have over the threshold.
    pub margins: Margins,
    /// What is around receivers, for extended Hata.
    pub environment: Environment,
    /// Height of trees and houses between antennas, metres, for P.1812.
    pub clutter_height_m: f64,
    /// Air, sea and polarization, for P.1812.
    pub surroundings: Surroundings,
    /// Radius within which terrain is looked at, km; a technology's own end may be nearer.
    pub terrain_radius_max_km: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            thresholds: ServiceThresholds::default(),
            margins: Margins::default(),
            environment: Environment::Suburban,
            clutter_height_m: 0.0,
            surroundings: Surroundings::default(),
            terrain_radius_max_km: 35.0,
        }
    }
}

/// Why a cell has no footprint.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A value for which no model holds.
    #[error(transparent)]
    Value(#[from] Refusal),
    /// A value out of a model's range.
    #[error(transparent)]
    Range(#[from] OutOfRange),
    /// No field could be computed.
    #[error(transparent)]
    Field(#[from] sweep::Fault),
    /// Elevation data cannot be read.
    #[error(transparent)]
    Elevation(#[from] elevation::Fault),
}

/// The way in which a cell is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// A level for each place around the antenna.
    Field {
        /// P.1812 or extended Hata.
        model: Model,
        /// The antenna and how far is looked.
        transmitter: Transmitter,
        /// Power of the reference signal in the main direction, dBm.
        reference_eirp_dbm: f64,
    },
    /// All places within a radius.
    Radius {
        /// Declared or assumed.
        model: Model,
        /// The radius, metres.
        radius_m: f64,
    },
}

impl Way {
    /// The model.
    #[must_use]
    pub fn model(&self) -> Model {
        match self {
            Self::Field { model, .. } | Self::Radius { model, .. } => *model,
        }
    }

    /// How far from the antenna the cell may reach, metres.
    #[must_use]
    pub fn reach_m(&self) -> f64 {
        match self {
            Self::Field { transmitter, .. } => transmitter.radius_km * 1e3,
            Self::Radius { radius_m, .. } => *radius_m,
        }
    }
}

impl Rules {
    /// The way in which a cell is computed, and the one without elevation data where that is another.
    #[must_use]
    pub fn way(&self, cell: &Cell, elevation: Option<&Elevation>) -> Way {
        let has_elevation = elevation.is_some_and(|it| it.has_square_at(cell.position));
        self.by_terrain(cell)
            .filter(|_| has_elevation)
            .unwrap_or_else(|| self.without_terrain(cell))
    }

    /// The way without elevation data.
    #[must_use]
    pub fn without_terrain(&self, cell: &Cell) -> Way {
        self.by_formula(cell).unwrap_or_else(|| by_radius(cell))
    }

    fn by_terrain(&self, cell: &Cell) -> Option<Way> {
        let (link, reference_eirp_dbm) = radio(cell)?;
        P1812::new(link, self.surroundings).ok()?;
        let cap_km = radius_cap_km(cell.technology, link.frequency_mhz);
        let radius_km = cap_km.min(self.terrain_radius_max_km);
        Some(field(
            Model::ItuRP1812,
            cell,
            link,
            radius_km,
            reference_eirp_dbm,
        ))
    }

    fn by_formula(&self, cell: &Cell) -> Option<Way> {
        let (link, reference_eirp_dbm) = radio(cell)?;
        let formula = ExtendedHata::new(link, self.environment).ok()?;
        let most_loss_db =
            reference_eirp_dbm - self.levels(cell.technology).dbm(SignalLevel::Possible);
        let reach_km = formula.radius_km(most_loss_db).unwrap_or(DISTANCE_MAX_KM);
        // A cell that reaches nowhere is looked at around its mast.
        let radius_km = reach_km
            .min(radius_cap_km(cell.technology, link.frequency_mhz))
            .max(0.1);
        Some(field(
            Model::ExtendedHata,
            cell,
            link,
            radius_km,
            reference_eirp_dbm,
        ))
    }

    /// Least levels of a technology.
    ///
    /// Settings are checked when they are read: finite and in order.
    #[must_use]
    pub fn levels(&self, technology: Technology) -> Thresholds {
        let levels_dbm = self.margins.levels_dbm(self.thresholds.dbm(technology));
        Thresholds::of_levels(levels_dbm).unwrap_or(Thresholds::NEVER)
    }

    /// What a footprint of a cell is known by.
    ///
    /// # Errors
    /// When a value is not finite, or an elevation tile cannot be read.
    pub fn key(
        &self,
        lattice: Lattice,
        cell: &Cell,
        way: &Way,
        elevation: Option<&Elevation>,
    ) -> Result<FootprintKey, Fault> {
        let key = KeyBuilder::new(lattice, (way.model(), MODEL_VERSION), cell.position)
            .optional("azimuth_deg", cell.azimuth_deg)?
            .optional("beamwidth_deg", cell.beamwidth_deg)?;
        let key = match way {
            Way::Radius { radius_m, .. } => key.number("radius_m", *radius_m)?,
            Way::Field {
                model,
                transmitter,
                reference_eirp_dbm,
            } => {
                let key = key
                    .number("radius_km", transmitter.radius_km)?
                    .number("frequency_mhz", transmitter.link.frequency_mhz)?
                    .number("antenna_height_m", transmitter.link.transmitter_height_m)?
                    .number("receiver_height_m", transmitter.link.receiver_height_m)?
                    .number("reference_eirp_dbm", *reference_eirp_dbm)?
                    .optional("downtilt_deg", cell.downtilt_deg)?
                    .text("environment", self.environment.as_str())
                    .thresholds(&self.levels(cell.technology));
                match elevation.filter(|_| *model == Model::ItuRP1812) {
                    Some(elevation) => self.terrain_key(key, lattice, transmitter, elevation)?,
                    None => key,
                }
            }
        };
        Ok(key.finish())
    }

    fn terrain_key(
        &self,
        key: KeyBuilder,
        lattice: Lattice,
        transmitter: &Transmitter,
        elevation: &Elevation,
    ) -> Result<KeyBuilder, Fault> {
        let mut key = key
            .number("clutter_height_m", self.clutter_height_m)?
            .number("delta_n", self.surroundings.delta_n)?
            .number("sea_share", self.surroundings.sea_share)?;
        let [latitudes, longitudes] = transmitter.terrain_bounds_deg(lattice)?;
        for square in Square::meeting(latitudes, longitudes) {
            if let Some(digest) = elevation.digest(square)? {
                key = key.elevation_tile(&square.to_string(), &digest.0);
            }
        }
        Ok(key)
    }

    /// The footprints of cells, in their order, computed in parallel. Cells that share an antenna place, a frequency and a
    /// height share the losses around it.
    #[must_use]
    pub fn footprints(
        &self,
        lattice: Lattice,
        cells: &[(&Cell, &Way)],
        elevation: Option<&Elevation>,
    ) -> Vec<Result<Footprint, Fault>> {
        let mut order: Vec<usize> = (0..cells.len()).collect();
        let of = |index: &usize| cells.get(*index);
        let shared = |index: &usize| of(index).map(|(_, way)| shared(*index, way));
        order.sort_by_cached_key(shared);
        let groups: Vec<&[usize]> = order
            .chunk_by(|one, other| shared(one) == shared(other))
            .collect();
        let made = groups.par_iter().flat_map_iter(|group| {
            let members = group.iter().filter_map(of);
            let mut losses = None;
            let made: Vec<Result<Footprint, Fault>> = members
                .map(|(cell, way)| self.footprint(lattice, cell, way, elevation, &mut losses))
                .collect();
            group.iter().copied().zip(made)
        });
        let mut made: Vec<(usize, Result<Footprint, Fault>)> = made.collect();
        made.sort_by_key(|(index, _)| *index);
        made.into_iter().map(|(_, footprint)| footprint).collect()
    }

    fn footprint(
        &self,
        lattice: Lattice,
        cell: &Cell,
        way: &Way,
        elevation: Option<&Elevation>,
        losses: &mut Option<LossField>,
    ) -> Result<Footprint, Fault> {
        match way {
            Way::Radius { model, radius_m } => {
                let width_deg = cell.beamwidth_deg.unwrap_or(ASSUMED_SECTOR_DEG);
                let sector = Sector::new(cell.azimuth_deg, cell.azimuth_deg.map(|_| width_deg))?;
                let version = (*model, MODEL_VERSION);
                Ok(Footprint::of_radius(
                    lattice,
                    cell.position,
                    *radius_m,
                    sector,
                    version,
                )?)
            }
            Way::Field {
                model,
                transmitter,
                reference_eirp_dbm,
            } => {
                let losses = match losses {
                    Some(known) => known,
                    None => losses.insert(self.losses(lattice, *model, transmitter, elevation)?),
                };
                let levels = losses.levels(&antenna(cell)?, *reference_eirp_dbm);
                let mut origin = Origin::new(*model, MODEL_VERSION, Some(way.reach_m()));
                origin.has_void_elevations = levels.shortfalls.void_met();
                origin.is_elevation_incomplete = levels.shortfalls.dem_incomplete();
                Ok(Footprint::of_levels(
                    &levels.window,
                    |row, column| levels.level_at(row, column),
                    &self.levels(cell.technology),
                    origin,
                ))
            }
        }
    }

    fn losses(
        &self,
        lattice: Lattice,
        model: Model,
        transmitter: &Transmitter,
        elevation: Option<&Elevation>,
    ) -> Result<LossField, Fault> {
        let Some(elevation) = elevation.filter(|_| model == Model::ItuRP1812) else {
            return Ok(sweep::without_terrain(
                transmitter,
                lattice,
                self.environment,
            )?);
        };
        let [latitudes, longitudes] = transmitter.terrain_bounds_deg(lattice)?;
        let terrain = elevation.terrain(latitudes, longitudes)?;
        Ok(sweep::over_terrain(
            transmitter,
            lattice,
            &terrain,
            &self.ground(),
        )?)
    }

    /// What is known of the ground besides its heights.
    #[must_use]
    pub fn ground(&self) -> Ground {
        Ground {
            surroundings: self.surroundings,
            clutter_height_m: self.clutter_height_m,
            environment: self.environment,
        }
    }
}

/// The antenna of a cell.
///
/// # Errors
/// When a direction or a width is out of range.
pub fn antenna(cell: &Cell) -> Result<Antenna, OutOfRange> {
    let mut antenna = Antenna::isotropic();
    if let Some(azimuth_deg) = cell.azimuth_deg {
        let width_deg = cell
            .beamwidth_deg
            .unwrap_or(DEFAULT_HORIZONTAL_BEAMWIDTH_DEG);
        antenna = antenna.with_azimuth(azimuth_deg, width_deg.max(1.0))?;
    }
    if let Some(downtilt_deg) = cell.downtilt_deg {
        antenna = antenna.with_downtilt(downtilt_deg, DEFAULT_VERTICAL_BEAMWIDTH_DEG)?;
    }
    Ok(antenna)
}

/// Link and power of a cell whose frequency and power are known.
fn radio(cell: &Cell) -> Option<(Link, f64)> {
    let (frequency_mhz, dbm) = cell.frequency_mhz.zip(cell.eirp_dbm)?;
    let signal = reference_signal(cell.technology, frequency_mhz);
    let reference_dbm = Eirp::Total { dbm, signal }.reference_dbm().ok()?;
    let link = Link {
        frequency_mhz,
        transmitter_height_m: cell.antenna_height_m.unwrap_or(ASSUMED_ANTENNA_HEIGHT_M),
        receiver_height_m: RECEIVER_HEIGHT_M,
    };
    Some((link, reference_dbm))
}

/// The signal by which a technology's cells are received. The register does not say how wide a carrier is: the usual width
/// of the band is taken.
fn reference_signal(technology: Technology, frequency_mhz: f64) -> ReferenceSignal {
    let blocks = |resource_blocks| ReferenceSignal::ResourceElement { resource_blocks };
    match technology {
        Technology::Second => ReferenceSignal::BroadcastChannel,
        Technology::Third => ReferenceSignal::CommonPilot,
        // 10 MHz at 700, 5 MHz at 900, 20 MHz above.
        Technology::Fourth if frequency_mhz < 850.0 => blocks(50),
        Technology::Fourth if frequency_mhz < 1_000.0 => blocks(25),
        Technology::Fourth => blocks(100),
        // 20 MHz below 2.3 GHz, 100 MHz above.
        Technology::Fifth if frequency_mhz < 2_300.0 => blocks(51),
        Technology::Fifth => blocks(273),
    }
}

fn field(model: Model, cell: &Cell, link: Link, radius_km: f64, reference_eirp_dbm: f64) -> Way {
    let transmitter = Transmitter {
        position: cell.position,
        link,
        radius_km,
    };
    Way::Field {
        model,
        transmitter,
        reference_eirp_dbm,
    }
}

fn by_radius(cell: &Cell) -> Way {
    let [second, third, fourth, fifth] = ASSUMED_RADII_M;
    let assumed_m = match cell.technology {
        Technology::Second => second,
        Technology::Third => third,
        Technology::Fourth => fourth,
        Technology::Fifth => fifth,
    };
    match cell.declared_radius_m {
        Some(radius_m) => Way::Radius {
            model: Model::DeclaredRadius,
            radius_m,
        },
        None => Way::Radius {
            model: Model::AssumedRadius,
            radius_m: assumed_m,
        },
    }
}

/// By what cells are grouped that share losses; each radius stands for itself.
fn shared(index: usize, way: &Way) -> [u64; 6] {
    let place = |position: Position| [position.longitude.to_bits(), position.latitude.to_bits()];
    match way {
        Way::Radius { .. } => [0, index as u64, 0, 0, 0, 0],
        Way::Field {
            model, transmitter, ..
        } => {
            let [x, y] = place(transmitter.position);
            let link = transmitter.link;
            [
                1 + *model as u64,
                x,
                y,
                link.frequency_mhz.to_bits(),
                link.transmitter_height_m.to_bits(),
                transmitter.radius_km.to_bits(),
            ]
        }
    }
}
