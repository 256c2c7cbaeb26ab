//! The figures of coverage as they are answered.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::people::PopulationCoverage;
use crate::domain::Level;
use crate::domain::settlement::SettlementStatus;

/// How many settlements have a signal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettlementCounts {
    /// In all.
    pub total: u32,
    /// Signal at the centre and at every cluster of homes.
    pub covered: u32,
    /// Signal at the centre, none at some cluster of homes.
    pub lom_song: u32,
    /// No signal at the centre.
    pub trang_song: u32,
    /// Nothing is known.
    pub unknown: u32,
}

impl SettlementCounts {
    /// Counts one more.
    pub fn add(&mut self, status: SettlementStatus) {
        self.total += 1;
        *match status {
            SettlementStatus::Covered => &mut self.covered,
            SettlementStatus::LomSong => &mut self.lom_song,
            SettlementStatus::TrangSong => &mut self.trang_song,
            SettlementStatus::Unknown => &mut self.unknown,
        } += 1;
    }
}

impl std::ops::AddAssign for SettlementCounts {
    fn add_assign(&mut self, other: Self) {
        self.total += other.total;
        self.covered += other.covered;
        self.lom_song += other.lom_song;
        self.trang_song += other.trang_song;
        self.unknown += other.unknown;
    }
}

/// What the figures mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Definition {
    /// `any` (union of operators), `all`, `max` (ITU's SDG 9.c.1: the operator that covers most), or an operator's code.
    pub operator: String,
    /// Generation; `any` is all of them together.
    pub technology: String,
    /// Newer generations count too.
    pub at_least: bool,
    /// How strong the signal is: `possible`, `covered`, `robust` or `indoor`.
    pub signal_level: &'static str,
    /// `model`: computed from the register.
    pub source: &'static str,
    /// Where the receiver is.
    pub receiver: &'static str,
    /// What the level is in time and place.
    pub statistic: &'static str,
}

/// Covered area.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaShare {
    /// Covered, km² on the ellipsoid.
    pub covered_km2: f64,
    /// Covered share, percent; null of an area without a boundary.
    pub percent: Option<f64>,
    /// The share at the next stronger and at the next weaker level.
    pub range_percent: Option<[f64; 2]>,
    /// Not covered, km²; with the covered it is the area of the boundary.
    pub uncovered_km2: f64,
}

/// The cells behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CellCounts {
    /// Cells that cover something of the area.
    pub used: usize,
    /// The same by the model they were computed with.
    pub by_model: BTreeMap<String, usize>,
    /// Those of them that stand outside.
    pub outside_area: usize,
}

/// How far figures may be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Confidence {
    /// `high`, `medium`, `low` or `very_low`.
    pub class: &'static str,
    /// Why it is not higher.
    pub reasons: Vec<String>,
}

/// The coverage of one area.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CoverageFigures {
    /// Its area.
    pub area: AreaShare,
    /// Its people.
    pub population: PopulationCoverage,
    /// Its settlements.
    pub settlements: SettlementCounts,
    /// Share of its area that just so many operators cover, percent.
    pub by_operators: BTreeMap<String, f64>,
    /// The cells that cover it.
    pub cells: CellCounts,
    /// Side of the lattice's cells on which it was laid, seconds of arc.
    pub grid_arcsec: u32,
    /// Cells whose terrain is not computed yet, answered without it.
    pub pending_footprints: usize,
    /// How far the figures may be trusted.
    pub confidence: Confidence,
}

/// Which area figures are about.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CoveredArea {
    /// Its level.
    pub level: Level,
    /// Its code.
    #[schema(example = "107")]
    pub code: String,
    /// Its name.
    pub name: String,
    /// First day of its validity.
    pub valid_from: NaiveDate,
    /// The day whose division was used.
    pub division_on: NaiveDate,
    /// Its size in km²: what its authority states, else what its boundary measures.
    pub area_km2: Option<f64>,
}

/// What coverage is computed with.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ModelInfo {
    /// Version of all models.
    pub version: u32,
    /// Models in the order in which the first that applies to a cell is taken.
    pub order: [&'static str; 4],
    /// Fall of the radio refractive index in the lowest km of the air, N-units/km.
    pub delta_n: f64,
    /// What stands between antennas.
    pub clutter: String,
    /// What is around receivers, for extended Hata.
    pub environment: &'static str,
    /// The elevation data.
    pub dem: DemInfo,
    /// Least levels of service outdoors, dBm.
    pub thresholds_dbm: BTreeMap<&'static str, f64>,
    /// Who says so.
    pub threshold_source: String,
    /// What each signal level has over the threshold, dB.
    pub margins_db: BTreeMap<&'static str, f64>,
    /// Radii of cells of which nothing is known, metres.
    pub assumed_radii_m: BTreeMap<&'static str, f64>,
    /// Directions that a sector serves within a radius where its beamwidth is unknown, degrees.
    pub assumed_sector_deg: f64,
}

/// The elevation data in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DemInfo {
    /// Square degrees for which there are heights.
    pub tiles: usize,
    /// What would improve the answers, where there is none.
    pub advice: Option<&'static str>,
}

/// The coverage of one area, with what it answers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AreaCoverage {
    /// The area.
    pub district: CoveredArea,
    /// The day of service.
    pub as_of: NaiveDate,
    /// The instant whose knowledge was used.
    pub known_at: DateTime<Utc>,
    /// The revision of the register.
    pub data_revision: i64,
    /// What the figures mean.
    pub definition: Definition,
    /// The figures.
    #[serde(flatten)]
    pub figures: CoverageFigures,
    /// What they were computed with.
    pub model: ModelInfo,
}

/// The coverage of one area by one technology and operator, in a table of many.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CoverageRow {
    /// The area.
    pub unit: CoveredArea,
    /// Generation; `any` is all of them together.
    pub technology: String,
    /// Whose coverage.
    pub operator: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: CoverageFigures,
}

/// The coverage of every area of a level.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LevelCoverage {
    /// The day of service.
    pub as_of: NaiveDate,
    /// The instant whose knowledge was used.
    pub known_at: DateTime<Utc>,
    /// The revision of the register.
    pub data_revision: i64,
    /// The level of the areas.
    pub level: Level,
    /// The day whose division was used.
    pub division_on: NaiveDate,
    /// What the figures mean.
    pub definition: Definition,
    /// One row for each area, by code, and for each technology and operator that was asked for.
    pub areas: Vec<CoverageRow>,
    /// All areas together, by technology and operator.
    pub total: Vec<TotalRow>,
    /// What they were computed with.
    pub model: ModelInfo,
}

/// All areas together.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TotalRow {
    /// Generation; `any` is all of them together.
    pub technology: String,
    /// Whose coverage.
    pub operator: String,
    /// Covered, km².
    pub covered_km2: f64,
    /// Not covered, km².
    pub uncovered_km2: f64,
    /// Covered share of the area, percent.
    pub percent: Option<f64>,
    /// Covered people.
    pub population_covered: i64,
    /// People in all.
    pub population_total: i64,
    /// Settlements by their signal.
    pub settlements: SettlementCounts,
}
