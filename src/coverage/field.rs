//! What a model gives for one cell: a window of the lattice with a loss or a level for each of its cells.

mod circle;
mod plane;

use super::{
    number::single,
    propagation::link_budget::{Antenna, Direction},
    window::Window,
};
use crate::geo::Position;

pub use circle::{CircleFault, RADIUS_MAX_KM, bounds_deg, cells, index_of, window_around};
pub use plane::Plane;

/// Loss of a cell that was not computed: beyond the radius, or where no model holds. dB.
pub const NOT_COMPUTED_DB: f32 = f32::INFINITY;
/// Level of a cell that was not computed: below every threshold. dBm.
pub const NOT_COMPUTED_DBM: f32 = f32::NEG_INFINITY;
/// How far elevation data were short of what a field needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shortfalls {
    /// Cells to which the profile met nodes without height, for which others stood.
    pub void_cells: u32,
    /// Cells to which there was no profile, since a tile is missing or has too wide a hole: they have the loss of extended
    /// Hata, or none where that does not hold.
    pub cells_without_dem: u32,
}

impl Shortfalls {
    /// Whether a profile met nodes without height.
    #[must_use]
    pub fn void_met(&self) -> bool {
        self.void_cells > 0
    }

    /// Whether elevation data do not reach over the whole circle.
    #[must_use]
    pub fn dem_incomplete(&self) -> bool {
        self.cells_without_dem > 0
    }
}

/// Losses from one antenna place to all cells around it, whichever way its antennas turn.
#[derive(Clone, Debug, PartialEq)]
pub struct LossField {
    /// The cells. Values are listed row by row from the south, each from the west.
    pub window: Window,
    /// Where the antenna stands.
    pub position: Position,
    /// Basic transmission loss to each cell, dB; [`NOT_COMPUTED_DB`] where there is none, never NaN.
    pub loss_db: Vec<f32>,
    /// Angle above the horizontal at which the wave to each cell leaves the antenna, degrees; below it is negative.
    pub departure_deg: Vec<f32>,
    /// What elevation data were short of.
    pub shortfalls: Shortfalls,
}

impl LossField {
    /// A field without losses.
    pub(super) fn empty(window: Window, position: Position) -> Self {
        let count = window.rows.len() * window.columns.len();
        Self {
            window,
            position,
            loss_db: vec![NOT_COMPUTED_DB; count],
            departure_deg: vec![0.0; count],
            shortfalls: Shortfalls::default(),
        }
    }

    /// The levels that an antenna gives, with the power that it radiates in its main direction on the channel by which cells
    /// are told apart (see [`super::propagation::link_budget`]).
    #[must_use]
    pub fn levels(&self, antenna: &Antenna, reference_eirp_dbm: f64) -> Field {
        let plane = Plane::around(self.position);
        let lattice = self.window.lattice;
        let level = |(cell, (loss_db, departure_deg)): ((u32, u32), (&f32, &f32))| {
            if !loss_db.is_finite() {
                return NOT_COMPUTED_DBM;
            }
            let direction = || {
                let [east_m, north_m] =
                    plane.project(lattice.lat_deg(cell.0), lattice.lon_deg(cell.1));
                Direction {
                    azimuth_deg: east_m.atan2(north_m).to_degrees(),
                    elevation_deg: f64::from(*departure_deg),
                }
            };
            let gain_db = if antenna.is_isotropic() {
                0.0
            } else {
                antenna.relative_gain_db(direction())
            };
            single(reference_eirp_dbm + gain_db - f64::from(*loss_db))
        };
        let values = self.loss_db.iter().zip(&self.departure_deg);
        Field {
            window: self.window.clone(),
            level_dbm: cells(&self.window).zip(values).map(level).collect(),
            shortfalls: self.shortfalls,
        }
    }
}

/// Levels that a receiver has from one cell (sector).
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The cells. Levels are listed row by row from the south, each from the west.
    pub window: Window,
    /// Level of the reference signal in each, dBm; [`NOT_COMPUTED_DBM`] where there is none, never NaN.
    pub level_dbm: Vec<f32>,
    /// What elevation data were short of.
    pub shortfalls: Shortfalls,
}

impl Field {
    /// The level at a cell by its row and column on the lattice; [`NOT_COMPUTED_DBM`] outside the window.
    #[must_use]
    pub fn level_at(&self, row: u32, column: u32) -> f32 {
        index_of(&self.window, row, column)
            .and_then(|index| self.level_dbm.get(index).copied())
            .unwrap_or(NOT_COMPUTED_DBM)
    }

    /// Which cells have at least a level, in the order of the window.
    pub fn at_least(&self, threshold_dbm: f64) -> impl Iterator<Item = bool> {
        self.level_dbm
            .iter()
            .map(move |&level_dbm| f64::from(level_dbm) >= threshold_dbm)
    }
}

#[cfg(test)]
mod tests;
