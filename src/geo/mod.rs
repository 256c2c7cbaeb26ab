//! Geometry only, values in and values out: positions, boxes and the rooms that measure, read, repair and index boundaries.
//!
//! Axis order is stated once, here: everywhere inside this module a coordinate is longitude then
//! latitude, x then y, in WGS 84 decimal degrees (EPSG:4326 with the axis order of GeoJSON).
//! Edges of boundaries are straight in longitude and latitude (RFC 7946, section 3.1.1).
//! Nothing here knows the web, the database or the clock.

pub mod atlas;
pub mod boundary;
pub mod crs;
pub mod division;
pub mod geometry;
pub mod measure;
mod outline;
mod overlay;

pub use atlas::{AreaShape, Atlas, Places};
pub use crs::Crs;
pub use geo::MultiPolygon;

use geo::{BoundingRect, Coord, Point};

/// Metres in one degree of latitude where it is shortest, at the equator (WGS 84).
const SHORTEST_LATITUDE_DEGREE_M: f64 = 110_574.0;

/// Metres in one degree of longitude at the equator (WGS 84, 2πa/360).
const EQUATOR_DEGREE_M: f64 = 111_319.49;

/// A place on the Earth in WGS 84 decimal degrees.
///
/// ```
/// use telecom_inventory::geo::Position;
///
/// let phong_tho = Position::new(103.34, 22.53);
/// assert!(phong_tho.is_some());
/// assert!(Position::new(22.53, 103.34).is_none()); // axes swapped
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Degrees east of Greenwich, −180 to 180.
    pub longitude: f64,
    /// Degrees north of the equator, −90 to 90.
    pub latitude: f64,
}

impl Position {
    /// A position, or nothing when a coordinate is not finite or out of range.
    #[must_use]
    pub fn new(longitude: f64, latitude: f64) -> Option<Self> {
        let inside = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        inside.then_some(Self {
            longitude,
            latitude,
        })
    }
}

impl From<Position> for Point<f64> {
    fn from(position: Position) -> Self {
        Point::new(position.longitude, position.latitude)
    }
}

impl From<Position> for Coord<f64> {
    fn from(position: Position) -> Self {
        Coord {
            x: position.longitude,
            y: position.latitude,
        }
    }
}

impl From<Coord<f64>> for Position {
    fn from(coord: Coord<f64>) -> Self {
        Self {
            longitude: coord.x,
            latitude: coord.y,
        }
    }
}

/// A box of longitudes and latitudes, its edges included.
///
/// `west > east` means that the box crosses the antimeridian, as in RFC 7946, section 5.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BBox {
    /// Western edge, degrees of longitude.
    pub west: f64,
    /// Southern edge, degrees of latitude.
    pub south: f64,
    /// Eastern edge, degrees of longitude.
    pub east: f64,
    /// Northern edge, degrees of latitude.
    pub north: f64,
}

impl BBox {
    /// A box, or nothing when a corner is no position or south lies above north.
    #[must_use]
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Option<Self> {
        let corners = Position::new(west, south).is_some() && Position::new(east, north).is_some();
        (corners && south <= north).then_some(Self {
            west,
            south,
            east,
            north,
        })
    }

    /// The box around a boundary, or nothing when the boundary is empty.
    ///
    /// The box never crosses the antimeridian: boundaries that do are cut there (RFC 7946, 3.1.9).
    #[must_use]
    pub fn of(boundary: &MultiPolygon<f64>) -> Option<Self> {
        let rect = boundary.bounding_rect()?;
        Self::new(rect.min().x, rect.min().y, rect.max().x, rect.max().y)
    }

    /// Whether two boxes, neither of which crosses the antimeridian, have a position in common.
    #[must_use]
    pub fn meets(&self, other: Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }

    /// The smallest box around two boxes, neither of which crosses the antimeridian.
    #[must_use]
    pub fn joined(&self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// The box that is one position and nothing more.
    #[must_use]
    pub fn around(position: Position) -> Self {
        Self {
            west: position.longitude,
            south: position.latitude,
            east: position.longitude,
            north: position.latitude,
        }
    }

    /// Whether a position lies in the box or on its edge.
    #[must_use]
    pub fn contains(&self, position: Position) -> bool {
        let tall = (self.south..=self.north).contains(&position.latitude);
        let wide = if self.crosses_antimeridian() {
            position.longitude >= self.west || position.longitude <= self.east
        } else {
            (self.west..=self.east).contains(&position.longitude)
        };
        tall && wide
    }

    /// Whether the box runs over the 180° meridian.
    #[must_use]
    pub fn crosses_antimeridian(&self) -> bool {
        self.west > self.east
    }

    /// The box as one or two boxes that do not cross the antimeridian.
    #[must_use]
    pub fn halves(&self) -> (Self, Option<Self>) {
        if !self.crosses_antimeridian() {
            return (*self, None);
        }
        let east_half = Self {
            east: 180.0,
            ..*self
        };
        let west_half = Self {
            west: -180.0,
            ..*self
        };
        (east_half, Some(west_half))
    }

    /// The box with at least `metres` added on each side; it never loses a position nearer than that.
    ///
    /// Near a pole, or when it would meet itself, the box takes in all longitudes.
    #[must_use]
    pub fn expand_m(&self, metres: f64) -> Self {
        let tall = metres / SHORTEST_LATITUDE_DEGREE_M;
        let south = (self.south - tall).max(-90.0);
        let north = (self.north + tall).min(90.0);
        let steepest = south.abs().max(north.abs()).to_radians().cos();
        let wide = metres / (EQUATOR_DEGREE_M * steepest);
        let width = (self.east - self.west).rem_euclid(360.0);
        let whole = steepest < 1e-6 || width + 2.0 * wide >= 360.0;
        Self {
            west: if whole {
                -180.0
            } else {
                turn(self.west - wide)
            },
            south,
            east: if whole { 180.0 } else { turn(self.east + wide) },
            north,
        }
    }
}

/// A longitude brought back into −180 to 180 after at most one turn.
fn turn(longitude: f64) -> f64 {
    if longitude < -180.0 {
        longitude + 360.0
    } else if longitude > 180.0 {
        longitude - 360.0
    } else {
        longitude
    }
}

#[cfg(test)]
pub(crate) mod tests;
