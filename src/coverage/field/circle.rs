//! The window of the lattice around a circle, and the order of values for its cells.

use super::Plane;
use crate::{
    coverage::{lattice::Lattice, window::Window},
    geo::Position,
};

/// Longest radius of a window, km.
pub const RADIUS_MAX_KM: f64 = 120.0;
/// Northernmost latitude of a window; beyond, meridians run together too fast for the plane around a site. Degrees.
const LATITUDE_MAX_DEG: f64 = 85.0;

/// A circle around a site that no window of the lattice can hold.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum CircleFault {
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

/// The smallest window that holds every cell with a part within `radius_km` of a position.
///
/// # Errors
/// When the radius is not more than 0 and at most 120 km, or the circle reaches beyond 85° of latitude or over the
/// antimeridian.
pub fn window_around(
    lattice: Lattice,
    position: Position,
    radius_km: f64,
) -> Result<Window, CircleFault> {
    if !(radius_km > 0.0 && radius_km <= RADIUS_MAX_KM) {
        return Err(CircleFault::Radius(radius_km));
    }
    let [height_deg, width_deg] = Plane::reach_deg(position, radius_km * 1000.0);
    let [south, north] = [
        position.latitude - height_deg,
        position.latitude + height_deg,
    ];
    if south < -LATITUDE_MAX_DEG || north > LATITUDE_MAX_DEG {
        return Err(CircleFault::Pole);
    }
    let [west, east] = [
        position.longitude - width_deg,
        position.longitude + width_deg,
    ];
    if west < -180.0 || east > 180.0 {
        return Err(CircleFault::Antimeridian);
    }
    Ok(Window {
        lattice,
        rows: lattice.row(south)..lattice.row(north) + 1,
        columns: lattice.column(west)..lattice.column(east) + 1,
    })
}

/// Place in the list of values of a cell by its row and column on the lattice; nothing when it is outside the window.
#[must_use]
pub fn index_of(window: &Window, row: u32, column: u32) -> Option<usize> {
    let inside = window.rows.contains(&row) && window.columns.contains(&column);
    inside.then(|| {
        let (up, right) = (row - window.rows.start, column - window.columns.start);
        up as usize * window.columns.len() + right as usize
    })
}

/// Rows and columns on the lattice of all cells of a window, in the order of their values.
pub fn cells(window: &Window) -> impl Iterator<Item = (u32, u32)> {
    let columns = window.columns.clone();
    let row_of = move |row| columns.clone().map(move |column| (row, column));
    window.rows.clone().flat_map(row_of)
}

/// Latitudes of the southern and northern edge of a window and longitudes of the western and eastern one, degrees, each
/// `margin_deg` farther out but on the map.
#[must_use]
pub fn bounds_deg(window: &Window, margin_deg: f64) -> [[f64; 2]; 2] {
    let lattice = window.lattice;
    let out = lattice.step_deg() / 2.0 + margin_deg;
    let [south, north] = [window.rows.start, window.rows.end.saturating_sub(1)];
    let [west, east] = [window.columns.start, window.columns.end.saturating_sub(1)];
    [
        [
            (lattice.lat_deg(south) - out).max(-90.0),
            (lattice.lat_deg(north) + out).min(90.0),
        ],
        [
            (lattice.lon_deg(west) - out).max(-180.0),
            (lattice.lon_deg(east) + out).min(180.0),
        ],
    ]
}
