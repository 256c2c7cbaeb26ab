//! The lattice of small cells on which coverage is computed: steps of 3″ (or a finer part of a degree) in latitude and
//! longitude on WGS 84, laid on whole degrees like the elevation tiles of SRTM.

use std::f64::consts::PI;

/// Semi-major axis of WGS 84, metres (NIMA TR8350.2, table 3.1).
pub(super) const SEMI_MAJOR_AXIS_M: f64 = 6_378_137.0;
/// First eccentricity of WGS 84, squared (NIMA TR8350.2, table 3.3).
pub(super) const ECCENTRICITY_SQUARED: f64 = 6.694_379_990_14e-3;

/// A lattice over the whole Earth. Rows count from the south pole northwards, columns from 180° W eastwards; a cell holds
/// its south and west edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lattice {
    cells_per_degree: u32,
}

impl Lattice {
    /// 3″: about 93 m by 86 m at the latitude of Lai Châu.
    pub const ARCSEC_3: Self = Self {
        cells_per_degree: 1200,
    };
    /// 1″.
    pub const ARCSEC_1: Self = Self {
        cells_per_degree: 3600,
    };

    /// The lattice of so many cells along a degree, when it is one of those above.
    #[must_use]
    pub fn of_cells_per_degree(cells_per_degree: u32) -> Option<Self> {
        [Self::ARCSEC_3, Self::ARCSEC_1]
            .into_iter()
            .find(|lattice| lattice.cells_per_degree == cells_per_degree)
    }

    /// Cells along one degree of latitude or longitude.
    #[must_use]
    pub fn cells_per_degree(self) -> u32 {
        self.cells_per_degree
    }

    /// Side of a cell, degrees.
    #[must_use]
    pub fn step_deg(self) -> f64 {
        1.0 / f64::from(self.cells_per_degree)
    }

    /// Rows from pole to pole.
    #[must_use]
    pub fn rows(self) -> u32 {
        180 * self.cells_per_degree
    }

    /// Columns around the Earth.
    #[must_use]
    pub fn columns(self) -> u32 {
        360 * self.cells_per_degree
    }

    /// The row that holds a latitude in degrees; the poles and what lies beyond are in the first and the last row.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the rows"
    )]
    pub fn row(self, lat_deg: f64) -> u32 {
        ((lat_deg + 90.0) * f64::from(self.cells_per_degree))
            .floor()
            .clamp(0.0, f64::from(self.rows() - 1)) as u32
    }

    /// The column that holds a longitude in degrees; what lies beyond the antimeridian is in the first or the last column.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the columns"
    )]
    pub fn column(self, lon_deg: f64) -> u32 {
        ((lon_deg + 180.0) * f64::from(self.cells_per_degree))
            .floor()
            .clamp(0.0, f64::from(self.columns() - 1)) as u32
    }

    /// The first row whose cells have their centres at or north of a latitude in degrees; [`Self::rows`] when there is none.
    #[must_use]
    pub fn first_row_from(self, lat_deg: f64) -> u32 {
        let guess = (lat_deg + 90.0) * f64::from(self.cells_per_degree) - 0.5;
        first_from(guess, self.rows(), |row| self.lat_deg(row) >= lat_deg)
    }

    /// The first column whose cells have their centres at or east of a longitude in degrees; [`Self::columns`] when there
    /// is none.
    #[must_use]
    pub fn first_column_from(self, lon_deg: f64) -> u32 {
        let guess = (lon_deg + 180.0) * f64::from(self.cells_per_degree) - 0.5;
        first_from(guess, self.columns(), |column| {
            self.lon_deg(column) >= lon_deg
        })
    }

    /// Latitude of the centre of a row's cells, degrees.
    #[must_use]
    pub fn lat_deg(self, row: u32) -> f64 {
        (f64::from(row) + 0.5) / f64::from(self.cells_per_degree) - 90.0
    }

    /// Longitude of the centre of a column's cells, degrees.
    #[must_use]
    pub fn lon_deg(self, column: u32) -> f64 {
        (f64::from(column) + 0.5) / f64::from(self.cells_per_degree) - 180.0
    }

    /// Area of each cell of a row on the ellipsoid, square metres: exact, by the authalic function (Snyder, Map
    /// Projections: A Working Manual, USGS 1395, eq. 3-12).
    #[must_use]
    pub fn cell_area_m2(self, row: u32) -> f64 {
        let edge =
            |row: u32| (f64::from(row) / f64::from(self.cells_per_degree) - 90.0).to_radians();
        let width_rad = self.step_deg() * PI / 180.0;
        SEMI_MAJOR_AXIS_M.powi(2) / 2.0
            * width_rad
            * (authalic(edge(row + 1)) - authalic(edge(row)))
    }

    /// [`Self::cell_area_m2`] in whole square millimetres, so that sums are exact in any order: rounding moves it by less
    /// than one part in 10¹⁰ up to 85° of latitude, and 64 bits hold 18 million km².
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 1e10"
    )]
    pub fn cell_area_mm2(self, row: u32) -> u64 {
        (self.cell_area_m2(row) * 1e6).round() as u64
    }
}

/// The first of `count` places that `is_there`, near a guess whose rounding may be off by one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the count"
)]
fn first_from(guess: f64, count: u32, is_there: impl Fn(u32) -> bool) -> u32 {
    let place = guess.ceil().clamp(0.0, f64::from(count)) as u32;
    if place > 0 && is_there(place - 1) {
        place - 1
    } else if place < count && !is_there(place) {
        place + 1
    } else {
        place
    }
}

/// The authalic function q of a latitude (Snyder, eq. 3-12).
fn authalic(lat_rad: f64) -> f64 {
    let eccentricity = ECCENTRICITY_SQUARED.sqrt();
    let sine = lat_rad.sin();
    let scaled = eccentricity * sine;
    (1.0 - ECCENTRICITY_SQUARED) * (sine / (1.0 - scaled * scaled) + scaled.atanh() / eccentricity)
}

#[cfg(test)]
mod tests {
    //! Areas and addresses of cells.

    use super::*;

    #[test]
    fn the_cells_add_up_to_the_earth() {
        let lattice = Lattice::ARCSEC_3;
        let total: f64 = (0..lattice.rows())
            .map(|row| lattice.cell_area_m2(row))
            .sum();
        let earth_m2 = total * f64::from(lattice.columns());
        // Surface of the WGS 84 ellipsoid.
        assert!(
            (earth_m2 / 5.100_656_217_24e14 - 1.0).abs() < 1e-9,
            "{earth_m2}"
        );
    }

    #[test]
    fn the_first_cell_from_a_place_is_the_first_whose_centre_is_not_before_it() {
        let lattice = Lattice::ARCSEC_1;
        for column in [0, 1, 1_018_801, lattice.columns() - 1] {
            let centre = lattice.lon_deg(column);
            assert_eq!(lattice.first_column_from(centre), column);
            assert_eq!(lattice.first_column_from(centre.next_up()), column + 1);
            assert_eq!(lattice.first_column_from(centre.next_down()), column);
        }
        assert_eq!(lattice.first_row_from(-90.0), 0);
        assert_eq!(lattice.first_row_from(90.0), lattice.rows());
    }

    #[test]
    fn a_cell_holds_its_centre_and_its_south_west_corner() {
        let lattice = Lattice::ARCSEC_3;
        let (row, column) = (lattice.row(22.4), lattice.column(103.45));
        assert_eq!(
            (
                lattice.row(lattice.lat_deg(row)),
                lattice.column(lattice.lon_deg(column))
            ),
            (row, column)
        );
        assert_eq!(
            (lattice.row(22.0), lattice.column(103.0)),
            (112 * 1200, 283 * 1200)
        );
        assert_eq!(
            (lattice.row(90.0), lattice.column(180.0)),
            (lattice.rows() - 1, lattice.columns() - 1)
        );
    }
}
