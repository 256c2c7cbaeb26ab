//! What a model gives for one cell: a window of the lattice with a loss or a level for each of its cells.

mod plane;

use super::{
    lattice::Lattice,
    number::single,
    propagation::link_budget::{Antenna, Direction},
};
use crate::geo::Position;

pub use plane::Plane;

/// Loss of a cell that was not computed: beyond the radius, or where no model holds. dB.
pub const NOT_COMPUTED_DB: f32 = f32::INFINITY;
/// Level of a cell that was not computed: below every threshold. dBm.
pub const NOT_COMPUTED_DBM: f32 = f32::NEG_INFINITY;
/// Longest radius of a window, km.
pub const RADIUS_MAX_KM: f64 = 120.0;
/// Northernmost latitude of a window; beyond, meridians run together too fast for the plane around a site. Degrees.
const LATITUDE_MAX_DEG: f64 = 85.0;

/// A circle around a site that no window of the lattice can hold.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum WindowFault {
    /// The radius is 0, too long, or no number.
    #[error("`radius_km` must be more than 0 and at most {RADIUS_MAX_KM}, not {0}")]
    Radius(f64),
    /// The circle reaches near a pole.
    #[error("the circle must stay within 85° north and south")]
    Pole,
    /// The circle crosses the antimeridian.
    #[error("the circle must not cross the antimeridian")]
    Antimeridian,
}

/// Neighbouring rows and columns of the lattice. Values for its cells are listed row by row from the south, each from the
/// west.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The lattice.
    pub lattice: Lattice,
    /// First row, the southernmost.
    pub south_row: u32,
    /// First column, the westernmost.
    pub west_column: u32,
    /// Number of rows.
    pub rows: u32,
    /// Number of columns.
    pub columns: u32,
}

impl Window {
    /// The smallest window that holds every cell with a part within `radius_km` of a position.
    ///
    /// # Errors
    /// When the radius is not more than 0 and at most 120 km, or the circle reaches beyond 85° of latitude or over the
    /// antimeridian.
    pub fn around(
        lattice: Lattice,
        position: Position,
        radius_km: f64,
    ) -> Result<Self, WindowFault> {
        if !(radius_km > 0.0 && radius_km <= RADIUS_MAX_KM) {
            return Err(WindowFault::Radius(radius_km));
        }
        let [height_deg, width_deg] = Plane::reach_deg(position, radius_km * 1000.0);
        let [south, north] = [
            position.latitude - height_deg,
            position.latitude + height_deg,
        ];
        if south < -LATITUDE_MAX_DEG || north > LATITUDE_MAX_DEG {
            return Err(WindowFault::Pole);
        }
        let [west, east] = [
            position.longitude - width_deg,
            position.longitude + width_deg,
        ];
        if west < -180.0 || east > 180.0 {
            return Err(WindowFault::Antimeridian);
        }
        let (south_row, west_column) = (lattice.row(south), lattice.column(west));
        Ok(Self {
            lattice,
            south_row,
            west_column,
            rows: lattice.row(north) - south_row + 1,
            columns: lattice.column(east) - west_column + 1,
        })
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows as usize * self.columns as usize
    }

    /// Whether there are no cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Place in the list of values of a cell by its row and column on the lattice; nothing when it is outside.
    #[must_use]
    pub fn index(&self, row: u32, column: u32) -> Option<usize> {
        let row = row.checked_sub(self.south_row)?;
        let column = column.checked_sub(self.west_column)?;
        let inside = row < self.rows && column < self.columns;
        inside.then_some(row as usize * self.columns as usize + column as usize)
    }

    /// Rows and columns on the lattice of all cells, in the order of their values.
    pub fn cells(&self) -> impl Iterator<Item = (u32, u32)> {
        let columns = self.west_column..self.west_column + self.columns;
        (self.south_row..self.south_row + self.rows)
            .flat_map(move |row| columns.clone().map(move |column| (row, column)))
    }

    /// Latitudes of the southern and northern edge and longitudes of the western and eastern one, degrees, each
    /// `margin_deg` farther out but on the map.
    #[must_use]
    pub fn bounds_deg(&self, margin_deg: f64) -> [[f64; 2]; 2] {
        let half = self.lattice.step_deg() / 2.0 + margin_deg;
        let latitude = |row: u32| self.lattice.lat_deg(row);
        let longitude = |column: u32| self.lattice.lon_deg(column);
        let (last_row, last_column) = (
            self.south_row + self.rows.saturating_sub(1),
            self.west_column + self.columns.saturating_sub(1),
        );
        [
            [
                (latitude(self.south_row) - half).max(-90.0),
                (latitude(last_row) + half).min(90.0),
            ],
            [
                (longitude(self.west_column) - half).max(-180.0),
                (longitude(last_column) + half).min(180.0),
            ],
        ]
    }
}

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
    /// The cells.
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
        Self {
            window,
            position,
            loss_db: vec![NOT_COMPUTED_DB; window.len()],
            departure_deg: vec![0.0; window.len()],
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
            window: self.window,
            level_dbm: self.window.cells().zip(values).map(level).collect(),
            shortfalls: self.shortfalls,
        }
    }
}

/// Levels that a receiver has from one cell (sector).
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The cells of the lattice.
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
        self.window
            .index(row, column)
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
